"""Resources of our own, claims among them, from lines to the lake."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xinglin.supervision.facts.lake import TABLES
from xinglin.supervision.intake import look_at
from xinglin.supervision.intake.canonical import TWICE
from xinglin.supervision.intake.fhir import Staged, assemble, prepare, stage
from xinglin.supervision.intake.store import Places, Terms, lake_schema, opened

RXNORM, SNOMED = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://snomed.info/sct"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-02-03"}
ORGANIZATION = {
    "resourceType": "Organization",
    "id": "o1",
    "identifier": [{"system": "urn:places", "value": "77"}],
    "name": "County Hospital",
}


def concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def visit(ident: str, kind: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": ident,
        "status": "finished",
        "class": {"code": kind},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": start, "end": end},
        "serviceProvider": {"reference": "Organization?identifier=urn:places|77"},
        **more,
    }


def order(ident: str, encounter: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": ident,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept(RXNORM, ident, name),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": f"Encounter/{encounter}"},
        "authoredOn": "2026-03-01T18:00:00Z",
        **more,
    }


CLAIM = {
    "resourceType": "Claim",
    "id": "c1",
    "status": "active",
    "use": "claim",
    "patient": {"reference": "Patient/p1"},
    "created": "2026-03-02T09:00:00+08:00",
    "billablePeriod": {"start": "2026-03-02", "end": "2026-03-02"},
    "prescription": {"reference": "MedicationRequest/m1"},
    "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "fund"}}],
    "item": [
        {
            "sequence": 1,
            "productOrService": concept(RXNORM, "m1", "Simvastatin 10 MG Oral Tablet"),
            "quantity": {"value": 28},
            "unitPrice": {"value": 1.505, "currency": "CNY"},
            "encounter": [{"reference": "Encounter/e1"}],
        },
        {
            "sequence": 2,
            "productOrService": concept(SNOMED, "1", "Consultation"),
            "net": {"value": 12.34, "currency": "CNY"},
            "servicedDate": "2026-03-01",
        },
    ],
    "total": {"value": 54.48, "currency": "CNY"},
}
BENEFIT = {
    "resourceType": "ExplanationOfBenefit",
    "id": "b1",
    "status": "active",
    "claim": {"reference": "Claim/c1"},
    "patient": {"reference": "Patient/p1"},
    "created": "2026-03-03T09:00:00+08:00",
    "total": [
        {"category": {"coding": [{"code": "submitted"}]}, "amount": {"value": 54.48}},
        {"category": {"coding": [{"code": "eligible"}]}, "amount": {"value": 50}},
        {"category": {"coding": [{"code": "benefit"}]}, "amount": {"value": 30.5}},
        {"category": {"coding": [{"code": "copay"}]}, "amount": {"value": 23.98}},
    ],
}


class Export:
    """A folder of resources and the lake that comes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "in"
        self.folder.mkdir()
        self.places = Places(folder / "out")
        self.staged: dict[str, Staged] = {}

    def write(self, resources: Iterable[dict[str, Any] | str]) -> None:
        for one in resources:
            kind, text = ("Patient", one) if isinstance(one, str) else (one["resourceType"], json.dumps(one))
            with (self.folder / f"{kind}.ndjson").open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")

    def take(self, terms: Terms | None = None) -> None:
        self.places.prepare()
        source = look_at(self.folder)
        with opened(self.places) as connection:
            for kind, files in source.files.items():
                self.staged[kind] = stage(connection, kind, files, self.places)
            prepare(connection, source.files, self.places)
            for table in TABLES:
                assemble(connection, table, self.places, terms or Terms())

    def rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        return duckdb.sql(f"SELECT {columns} FROM '{self.places.lake}/{table}.parquet' ORDER BY ALL").fetchall()


@pytest.fixture
def export(tmp_path: Path) -> Export:
    made = Export(tmp_path)
    made.write([PATIENT, ORGANIZATION])
    return made


def test_visits_and_stays(export: Export) -> None:
    export.write(
        [
            visit("e1", "AMB", "2026-03-01T18:00:00Z", "2026-03-01T19:00:00Z"),
            visit("e2", "IMP", "2026-03-05T08:00:00+08:00", "2026-03-09T08:00:00+08:00"),
            visit("e3", "VR", "2026-04-01T08:00:00+08:00", "2026-04-01T08:20:00+08:00"),
            visit("e4", "AMB", "2026-05-01", "2026-05-01", status="planned"),
        ]
    )
    export.take()
    wanted = "encounter_id, encounter_on, encounter_care_mode, encounter_channel, institution_id, institution_name_zh"
    assert export.rows("encounters", wanted) == [
        ("e1", date(2026, 3, 2), "outpatient", "in_person", "o1", "County Hospital"),
        ("e2", date(2026, 3, 5), "inpatient", "in_person", "o1", "County Hospital"),
        ("e3", date(2026, 4, 1), "online", "online", "o1", "County Hospital"),
    ]
    assert export.rows("stays", "stay_id, stay_on, stay_discharged_on") == [("e2", date(2026, 3, 5), date(2026, 3, 9))]
    person = "patient_id, patient_sex, patient_birth_on, patient_dead, patient_death_on"
    assert export.rows("encounters", f"DISTINCT {person}") == [("p1", "female", date(1950, 2, 3), False, None)]


def test_diagnoses_come_from_problems_reasons_and_orders(export: Export) -> None:
    problem = {"subject": {"reference": "Patient/p1"}, "resourceType": "Condition"}
    export.write(
        [
            visit("e1", "AMB", "2026-03-01T08:00:00+08:00", "2026-03-01T09:00:00+08:00"),
            visit("e2", "AMB", "2026-03-02T08:00:00+08:00", "2026-03-02T09:00:00+08:00"),
            visit("e3", "AMB", "2026-03-03T08:00:00+08:00", "2026-03-03T09:00:00+08:00"),
            {**problem, "id": "d1", "code": concept(SNOMED, "1", "Essential hypertension (disorder)"),
             "encounter": {"reference": "Encounter/e1"}, "onsetDateTime": "2020-01-01"},
            {**problem, "id": "d2", "code": concept(SNOMED, "2", "Full-time employment (finding)"),
             "encounter": {"reference": "Encounter/e1"}},
            {**problem, "id": "d3", "code": concept(SNOMED, "3", "Some rare thing (disorder)"),
             "encounter": {"reference": "Encounter/e3"}},
            {**problem, "id": "d4", "code": concept(SNOMED, "4", "Asthma"),
             "verificationStatus": {"coding": [{"code": "refuted"}]}},
            order("m1", "e2", "lisinopril 10 MG Oral Tablet", reasonReference=[{"reference": "Condition/d1"}]),
        ]
    )  # fmt: skip
    export.take()
    assert export.rows("encounters", "encounter_id, encounter_diagnosis_code, encounter_diagnosis_2_code") == [
        ("e1", "I10", ""),
        ("e2", "I10", ""),
        ("e3", None, None),
    ]
    assert export.rows("conditions", "condition_id, condition_code, condition_person_id") == [
        ("d1", "I10", "p1"),
        ("d3", None, "p1"),
    ]
    staged = export.staged["Condition"]
    assert (staged.mapped, staged.unmapped) == ({"condition": 2}, {"condition": {"Some rare thing (disorder)": 1}})


def test_orders_are_lines_and_items_to_be_charged(export: Export) -> None:
    export.write(
        [
            visit("e1", "AMB", "2026-03-01T18:00:00Z", "2026-03-01T19:00:00Z"),
            order("m1", "e1", "Simvastatin 10 MG Oral Tablet", dispenseRequest={"quantity": {"value": 28}}),
            order("m2", "e1", "Unobtainium 1 MG Oral Tablet"),
            order("m3", "e1", "Aspirin 81 MG Oral Tablet", status="entered-in-error"),
            order("m4", "e1", "Aspirin 81 MG Oral Tablet", intent="proposal"),
        ]
    )
    export.take()
    lines = "line_id, line_prescription_id, line_ingredients, line_atc_code, line_drug_zh"
    assert export.rows("lines", lines) == [
        ("m1", "e1/2026-03-02", "simvastatin", "C10AA01", "辛伐他汀"),
        ("m2", "e1/2026-03-02", None, None, "Unobtainium 1 MG Oral Tablet"),
        ("m3", "e1/2026-03-02/void", "aspirin", "B01AC06", "阿司匹林"),
    ]
    ended = export.rows("prescriptions", "prescription_id, prescription_ended, prescription_on")
    assert ended == [("e1/2026-03-02", False, date(2026, 3, 2)), ("e1/2026-03-02/void", True, date(2026, 3, 2))]
    items = "item_id, item_line_id, item_kind, item_quantity_milli, item_claim_id, item_fund_asked"
    assert export.rows("items", items) == [
        ("MedicationRequest/m1", "m1", "medicine", 28_000, "", None),
        ("MedicationRequest/m2", "m2", "medicine", 1_000, "", None),
    ]
    assert export.staged["MedicationRequest"].unmapped == {"medicine": {"Unobtainium 1 MG Oral Tablet": 1}}


def test_claims_and_what_the_insurer_made_of_them(export: Export) -> None:
    export.write(
        [
            visit("e1", "AMB", "2026-03-01T18:00:00Z", "2026-03-01T19:00:00Z"),
            order("m1", "e1", "Simvastatin 10 MG Oral Tablet"),
            CLAIM,
            {**CLAIM, "id": "c2", "status": "cancelled"},
            BENEFIT,
        ]
    )
    export.take()
    claims = (
        "claim_id, claim_on, claim_encounter_id, claim_prescription_id, claim_total_fen, claim_lines_fen, "
        "claim_in_scope_fen, claim_fund_fen, claim_person_fen, claim_settled_at"
    )
    settled = datetime(2026, 3, 3, 1)  # noqa: DTZ001 - the lake holds instants in UTC without saying so
    assert export.rows("claims", claims) == [
        ("c1", date(2026, 3, 2), "e1", "e1/2026-03-02", 5_448, 5_448, 5_000, 3_050, 2_398, settled)
    ]
    items = (
        "item_id, item_claim_id, item_kind, item_line_id, item_on, item_quantity_milli, item_amount_fen, "
        "item_fund_asked"
    )
    assert export.rows("items", items) == [
        ("c1#1", "c1", "medicine", "m1", date(2026, 3, 2), 28_000, 4_214, True),
        ("c1#2", "c1", "service", "", date(2026, 3, 1), 1_000, 1_234, True),
    ]
    assert export.rows("encounters", "encounter_fund_asked") == [(True,)]


def test_an_explanation_without_a_claim_stands_for_it(export: Export) -> None:
    export.write([{**BENEFIT, "claim": None, "insurance": [{}], "item": CLAIM["item"], "status": "cancelled"}])
    export.take()
    columns = "claim_id, claim_total_fen, claim_fund_fen, claim_reversed_at IS NOT NULL"
    assert export.rows("claims", columns) == [("eob-b1", 5_448, 3_050, True)]
    assert len(export.rows("items", "item_id")) == 2


def test_allergies(export: Export) -> None:
    base = {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p1"}}
    combined = concept(RXNORM, "10831", "Sulfamethoxazole / Trimethoprim")
    export.write(
        [
            {**base, "id": "a1", "type": "allergy", "category": ["medication"], "code": combined},
            {
                **base,
                "id": "a2",
                "type": "intolerance",
                "category": ["food"],
                "code": concept(SNOMED, "1", "Eggs (substance)"),
            },
            {
                **base,
                "id": "a3",
                "clinicalStatus": {"coding": [{"code": "resolved"}]},
                "code": concept(SNOMED, "2", "Mold"),
            },
        ]
    )
    export.take()
    assert export.rows("allergies", "allergy_id, allergy_substance_code, allergy_intolerance") == [
        ("a1/1", "sulfamethoxazole", False),
        ("a1/2", "trimethoprim", False),
        ("a2", "eggs", True),
    ]


def test_lines_that_cannot_be_read_are_set_aside(export: Export) -> None:
    export.write(
        [
            "{not json",
            json.dumps({"resourceType": "Observation", "id": "x"}),
            json.dumps({"resourceType": "Patient"}),
            json.dumps({"resourceType": "Patient", "id": "p9", "birthDate": "1950-13-40"}),
            json.dumps({**PATIENT, "gender": "male"}),
            {**visit("e1", "AMB", "2026-03-01T18:00:00", "2026-03-01T19:00:00")},
            {**visit("e2", "AMB", "2026-03-01T18:00:00Z", "2026-03-01T19:00:00Z"), "subject": {}},
            {**visit("e3", "AMB", "2026-03-01T18:00:00Z", "2026-03-01T19:00:00Z"), "period": "long"},
            visit("e4", "AMB", "yesterday", "2026-03-01T19:00:00Z"),
            visit("e5", "AMB", "2026-03", "2026-03"),
        ]
    )
    export.take()
    assert export.staged["Patient"].reasons == {
        "不是 JSON | is not JSON": 1,
        "不是 Patient | is no Patient": 1,
        "缺少 id | id is missing": 1,
        "birthDate 不是有效的日期 | birthDate is not a day": 1,
        TWICE: 1,
    }
    assert export.staged["Encounter"].reasons == {
        "period.start 没有时区 | period.start has no time zone": 1,
        "缺少 subject | subject is missing": 1,
        "结构不符合 FHIR R4 | is not built as FHIR R4 says": 1,
        "period.start 不是有效的时刻 | period.start is not an instant": 1,
    }
    held = duckdb.sql(
        f"SELECT file, number FROM '{export.places.quarantine}/Patient.parquet' ORDER BY number"
    ).fetchall()
    assert held == [("Patient.ndjson", 2), ("Patient.ndjson", 3), ("Patient.ndjson", 4), ("Patient.ndjson", 5)]
    assert export.rows("encounters", "encounter_id, encounter_on") == [("e5", None)]


def test_what_is_assumed_and_what_is_later(export: Export) -> None:
    export.write(
        [
            visit("e1", "AMB", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"),
            visit("e2", "AMB", "2026-06-01T08:00:00Z", "2026-06-01T09:00:00Z"),
            order("m1", "e1", "lisinopril 10 MG Oral Tablet", authoredOn="2026-03-01T08:00:00Z"),
            order("m2", "e2", "lisinopril 10 MG Oral Tablet", authoredOn="2026-06-01T08:00:00Z"),
        ]
    )
    export.take(Terms({"institution_territory_code": "640100", "line_days": "30"}, date(2026, 5, 31)))
    assert export.rows("encounters", "encounter_id, institution_territory_code") == [("e1", "640100")]
    assert export.rows("prescriptions", "prescription_encounter_id") == [("e1",)]
    assert export.rows("lines", "line_id, line_days") == [("m1", 30)]


def test_every_table_has_its_columns(export: Export) -> None:
    export.take()
    for table in TABLES:
        described = duckdb.sql(f"DESCRIBE SELECT * FROM '{export.places.lake}/{table}.parquet'").fetchall()
        assert [(column, kind) for column, kind, *_ in described] == lake_schema(table)
