"""The staged tables of a FHIR export, joined into the lake."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import duckdb

from xinglin.supervision.facts.lake import TABLES
from xinglin.supervision.intake.fhir.reading import TABLES_OF, staged
from xinglin.supervision.intake.fhir.resources import SCHEMAS
from xinglin.supervision.intake.fhir.silence import DAYS, fallbacks
from xinglin.supervision.intake.source import RESOURCES
from xinglin.supervision.intake.store import Places, Terms, quoted, write_table

SQL_OF: Final = {
    "string": "VARCHAR",
    "date32[day]": "DATE",
    "timestamp[us]": "TIMESTAMP",
    "int64": "BIGINT",
    "bool": "BOOLEAN",
}


def prepare(connection: duckdb.DuckDBPyConnection, kinds: Collection[str], places: Places) -> None:
    """Make a view over every staged table, empty where its kind is not in the export."""
    for table, schema in SCHEMAS.items():
        paths = [staged(places, table, kind) for kind in kinds if table in TABLES_OF.get(kind, (kind,))]
        if paths:
            listed = ", ".join(quoted(path) for path in paths)
            query = f"SELECT * FROM read_parquet([{listed}])"
        else:
            columns = ", ".join(f"CAST(NULL AS {_sql(str(field.type))}) AS {field.name}" for field in schema)
            query = f"SELECT {columns} WHERE false"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW s_{table} AS {query}")
    for name, query in VIEWS.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def _sql(kind: str) -> str:
    return SQL_OF.get(kind, "VARCHAR[]")


ANTIMICROBIAL: Final = "^(A01AB|A02BD|A07A|B05CA|D01|D06|D07C|D09AA|G01|J0|P01|P02|R02AB|S0)"
"""ATC classes that hold antimicrobials, wide on purpose."""
VIEWS: Final = {
    "v_reason": "SELECT encounter, unnest(reasons) AS problem FROM s_MedicationRequest WHERE encounter IS NOT NULL",
    # The diagnoses of a visit: its own problems, then the reasons it names, then those of its orders. A name that was
    # not mapped makes a visit's diagnoses unknown only where nothing else is known of it.
    "v_diagnosis": """
        SELECT encounter, list(code ORDER BY first, code) AS codes FROM (
            SELECT encounter, code, min(first) AS first FROM (
                SELECT encounter, code, 1 AS first FROM s_Condition WHERE encounter IS NOT NULL AND code <> ''
                UNION ALL SELECT id, unnest(reasons), 2 FROM s_Encounter
                UNION ALL SELECT r.encounter, c.code, 3 FROM v_reason AS r JOIN s_Condition AS c ON c.id = r.problem
                WHERE c.code <> ''
            ) GROUP BY encounter, code
        ) GROUP BY encounter""",
    "v_unmapped": """
        SELECT DISTINCT encounter FROM (
            SELECT encounter FROM s_Condition WHERE code IS NULL
            UNION ALL SELECT id FROM s_Encounter WHERE unknown_reasons > 0
            UNION ALL SELECT r.encounter FROM v_reason AS r JOIN s_Condition AS c ON c.id = r.problem
            WHERE c.code IS NULL)""",
    "v_dialysis": "SELECT DISTINCT encounter FROM s_Procedure WHERE dialysis",
    "v_claim": """
        SELECT c.* EXCLUDE (settled_at, total_fen), e.in_scope_fen, e.fund_fen, e.person_fen, e.reversed,
            coalesce(e.settled_at, c.settled_at) AS settled_at, coalesce(c.total_fen, e.total_fen) AS total_fen
        FROM s_Claim AS c LEFT JOIN (
            SELECT claim, max(in_scope_fen) AS in_scope_fen, max(fund_fen) AS fund_fen, max(person_fen) AS person_fen,
                bool_or(reversed) AS reversed, max(settled_at) AS settled_at, max(total_fen) AS total_fen
            FROM s_ExplanationOfBenefit GROUP BY claim) AS e ON e.claim = c.id""",
    "v_insured": """
        SELECT encounter, bool_or(insured) AS insured FROM s_Claim WHERE encounter IS NOT NULL GROUP BY encounter""",
    # What a certificate of death was written at is no visit, unless a medicine was ordered there.
    "v_certificate": """
        SELECT id AS encounter FROM s_Encounter
        WHERE certifies AND id NOT IN (SELECT encounter FROM s_MedicationRequest WHERE encounter IS NOT NULL)""",
    # In a stay, what is given on the ward ends with it; what is written as the person leaves is taken home, and is
    # another prescription. A stopped or completed order lasts no longer than until its substances were ordered again.
    "v_ward": """
        SELECT r.id, e.ended_day AS leaves FROM s_MedicationRequest AS r JOIN s_Encounter AS e ON e.id = r.encounter
        WHERE e.mode = 'inpatient' AND NOT coalesce(r.discharge, false) AND e.ended_at IS NOT NULL
            AND coalesce(r.authored_at < e.ended_at, r.day < e.ended_day)""",
    "v_request": f"""
        SELECT *, coalesce(encounter, 'none') || '/' || coalesce(CAST(day AS VARCHAR), 'none')
            || CASE WHEN ward THEN '/ward' ELSE '' END
            || CASE WHEN ended THEN '/void' ELSE '' END AS prescription,
            least({DAYS}, CASE WHEN stopped THEN coalesce(datediff('day', day, again), {DAYS}) ELSE {DAYS} END,
                CASE WHEN ward THEN 1 + datediff('day', day, leaves) ELSE {DAYS} END) AS assumed_days
        FROM (SELECT r.*, w.id IS NOT NULL AS ward, w.leaves,
            min(r.day) OVER (PARTITION BY r.person, coalesce(r.ingredients, r.code), r.ended ORDER BY r.day
                RANGE BETWEEN INTERVAL 1 DAY FOLLOWING AND UNBOUNDED FOLLOWING) AS again
            FROM s_MedicationRequest AS r LEFT JOIN v_ward AS w ON w.id = r.id)""",
}
"""What several tables of the lake need."""

ENCOUNTER: Final = """(
    SELECT s.*, p.birth_on, p.sex, p.dead, p.death_on, coalesce(o.own, s.institution) AS institution_key,
        coalesce(o.name, s.institution_name) AS place, coalesce(d.own, s.physician) AS physician_key,
        v.codes, u.encounter IS NOT NULL AS unmapped, y.encounter IS NOT NULL AS dialysis,
        coalesce(i.insured, CASE WHEN x.encounter IS NOT NULL THEN false END) AS insured
    FROM s_Encounter AS s LEFT JOIN s_Patient AS p ON p.id = s.person
    LEFT JOIN s_Organization AS o ON o.id = s.institution LEFT JOIN s_Practitioner AS d ON d.id = s.physician
    LEFT JOIN v_diagnosis AS v ON v.encounter = s.id LEFT JOIN v_unmapped AS u ON u.encounter = s.id
    LEFT JOIN v_dialysis AS y ON y.encounter = s.id LEFT JOIN v_insured AS i ON i.encounter = s.id
    LEFT JOIN v_certificate AS x ON x.encounter = s.id
) AS t"""
NO_MORE: Final = "CASE WHEN t.unmapped THEN NULL ELSE '' END"
TABLE: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "encounters": (
        ENCOUNTER,
        {
            "encounter_id": "t.id",
            "encounter_on": "t.day",
            "encounter_started_at": "t.started_at",
            "encounter_ended_at": "t.ended_at",
            "encounter_channel": "CASE WHEN t.virtual THEN 'online' ELSE 'in_person' END",
            "encounter_emergency": "t.mode = 'emergency'",
            "encounter_care_mode": "CASE WHEN t.dialysis AND t.mode = 'outpatient' THEN 'dialysis' ELSE t.mode END",
            "encounter_diagnosis_code": f"coalesce(t.codes[1], {NO_MORE})",
            "encounter_diagnosis_2_code": f"coalesce(t.codes[2], {NO_MORE})",
            "encounter_diagnosis_3_code": f"coalesce(t.codes[3], {NO_MORE})",
            "encounter_fund_asked": "t.insured",
            "patient_id": "t.person",
            "patient_birth_on": "t.birth_on",
            "patient_sex": "t.sex",
            "patient_dead": "t.dead",
            "patient_death_on": "t.death_on",
            "physician_id": "t.physician_key",
            "institution_id": "t.institution_key",
            "institution_name_zh": "t.place",
        },
    ),
    "prescriptions": (
        "(SELECT prescription, any_value(encounter) AS encounter, any_value(day) AS day, bool_and(ended) AS ended, "
        "min(authored_at) AS signed_at FROM v_request GROUP BY prescription) AS t",
        {
            "prescription_id": "t.prescription",
            "prescription_encounter_id": "t.encounter",
            "prescription_on": "t.day",
            "prescription_ended": "t.ended",
            "prescription_signed_at": "t.signed_at",
        },
    ),
    "lines": (
        "v_request AS t",
        {
            "line_id": "t.id",
            "line_prescription_id": "t.prescription",
            "line_drug_code": "t.code",
            "line_drug_zh": "t.name_zh",
            "line_drug_en": "t.name",
            "line_atc_code": "t.atc",
            "line_ingredients": "t.ingredients",
            "line_route_code": "t.route",
            "line_frequency_code": "t.frequency_code",
            "line_dose": "t.dose",
            "line_dose_measured": "t.dose_measured",
            "line_dose_micrograms": "t.dose_micrograms",
            "line_daily_micrograms": "t.daily_micrograms",
            "line_days": "t.days",
            # A substance of another class is no antimicrobial; which grade one has only a place's list can say.
            "line_antimicrobial_grade": f"CASE WHEN NOT regexp_matches(t.atc, '{ANTIMICROBIAL}') THEN 'none' END",
            "line_decoction": "false",
            "line_western": "true",
            "line_solvent": "CASE WHEN t.ingredients IS NOT NULL THEN false END",
        },
    ),
    "packs": ("(SELECT 1 WHERE false) AS t", {}),
    "claims": (
        "v_claim AS t LEFT JOIN v_request AS r ON r.id = t.request",
        {
            "claim_id": "t.id",
            "claim_on": "t.day",
            "claim_encounter_id": "coalesce(t.encounter, r.encounter)",
            "claim_prescription_id": "coalesce(r.prescription, '')",
            "claim_settled_at": "t.settled_at",
            "claim_total_fen": "t.total_fen",
            "claim_lines_fen": "t.lines_fen",
            "claim_in_scope_fen": "t.in_scope_fen",
            "claim_fund_fen": "t.fund_fen",
            "claim_person_fen": "t.person_fen",
            "claim_reversed_at": "CASE WHEN t.reversed THEN t.settled_at END",
        },
    ),
    "stays": (
        f"{ENCOUNTER} WHERE t.mode = 'inpatient'",
        {
            "stay_id": "t.id",
            "stay_encounter_id": "t.id",
            "stay_on": "t.day",
            "stay_admitted_at": "t.started_at",
            "stay_discharged_at": "t.ended_at",
            "stay_discharged_on": "t.ended_day",
            "stay_diagnosis_code": f"coalesce(t.codes[1], {NO_MORE})",
        },
    ),
    "items": (
        """(
    SELECT i.id, i.encounter, i.claim, r.prescription, r.id AS line, coalesce(i.day, c.day) AS day, i.done_at, i.kind,
        i.code, i.name, i.ingredients, i.atc, r.days, i.quantity_milli, i.unit_price_millifen, i.amount_fen, i.insured,
        r.assumed_days
    FROM s_ClaimItem AS i LEFT JOIN s_Claim AS c ON c.id = i.claim
    LEFT JOIN v_request AS r ON r.id = i.request AND i.kind = 'medicine'
    UNION ALL
    SELECT 'MedicationRequest/' || id, encounter, '', prescription, id, day, authored_at, 'medicine', code, name_zh,
        ingredients, atc, days, coalesce(quantity_milli, 1000), NULL, NULL, NULL, assumed_days
    FROM v_request AS r WHERE NOT ended AND NOT EXISTS (SELECT 1 FROM s_ClaimItem AS i WHERE i.request = r.id)
    UNION ALL
    SELECT 'Procedure/' || id, encounter, '', NULL, NULL, day, done_at, 'service', code, name, '', '', NULL, 1000, NULL,
        NULL, NULL, NULL FROM s_Procedure
) AS t""",
        {
            "item_id": "t.id",
            "item_encounter_id": "t.encounter",
            "item_claim_id": "t.claim",
            "item_prescription_id": "coalesce(t.prescription, '')",
            "item_line_id": "coalesce(t.line, '')",
            "item_on": "t.day",
            "item_done_at": "t.done_at",
            "item_kind": "t.kind",
            "item_code": "t.code",
            "item_name_zh": "t.name",
            "item_atc_code": "t.atc",
            "item_ingredients": "t.ingredients",
            "item_supply_days": "t.days",
            "item_quantity_milli": "t.quantity_milli",
            "item_unit_price_millifen": "t.unit_price_millifen",
            "item_amount_fen": "t.amount_fen",
            "item_fund_asked": "t.insured",
            "item_origin_id": "''",
            "item_withdrawn": "false",  # What was entered by mistake was left out.
        },
    ),
    "practices": ("(SELECT 1 WHERE false) AS t", {}),
    "rings": ("(SELECT 1 WHERE false) AS t", {}),
    "detected": ("(SELECT 1 WHERE false) AS t", {}),
    "conditions": (
        "s_Condition AS t WHERE t.code IS NULL OR t.code <> ''",
        {
            "condition_id": "t.id",
            "condition_person_id": "t.person",
            "condition_code": "t.code",
            "condition_from_on": "t.from_on",
            "condition_until_on": "t.until_on",
        },
    ),
    "allergies": (
        "s_AllergyIntolerance AS t",
        {
            "allergy_id": "t.id",
            "allergy_person_id": "t.person",
            "allergy_substance_code": "t.substance",
            "allergy_intolerance": "t.intolerance",
            "allergy_since_on": "t.since_on",
        },
    ),
}
"""Every table of the lake: where its rows come from, and what gives each column."""


def assemble(
    connection: duckdb.DuckDBPyConnection, table: str, places: Places, terms: Terms
) -> tuple[int, dict[str, int]]:
    """Write one table of the lake; `prepare` must have been called on the connection.

    Returns its rows, and by column how many were given what the export does not say.
    """
    source, given = TABLE[table]
    return write_table(connection, table, source, given, places, terms, fallbacks(table) if terms.usual else None)


assert TABLE.keys() == TABLES.keys()
assert set(SCHEMAS) >= set(RESOURCES)
