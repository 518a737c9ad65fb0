"""Findings as files: cores are written scope by scope while they are found, and completed once all are there.

A finding's row holds the hashed core (rule, version, subject, certainty, lines, excess, evidence, origins), the
sentences of its envelope, the legal basis, its place (day, person, encounter, institution, claim) and its money.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinglin.supervision.engines.sentences import fill
from xinglin.supervision.facts.case import EVENT_DAY
from xinglin.supervision.facts.lake import OF_SCOPE, column_name
from xinglin.supervision.intake.store import Places, copy_parquet, quoted, whole
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import EXCESS_UNITS, Concern, Core, Scope, Words
from xinglin.supervision.vocabulary.papers import Rule

BATCH: Final = 2_000
LINE: Final = pa.struct([("line", pa.string()), ("quantity", pa.int64()), ("fen", pa.int64())])
CORE_SCHEMA: Final = pa.schema(
    [
        *((label, pa.string()) for label in ("rule", "scope", "subject", "certainty", "concern", "hash")),
        ("version", pa.int32()),
        ("concern_order", pa.int32()),
        ("lines", pa.list_(LINE)),
        *((f"excess_{unit}", pa.int64()) for unit in EXCESS_UNITS),
        *(
            (label, pa.string())
            for label in (
                "evidence",
                "origins",
                "title_zh",
                "title_en",
                "sentence_zh",
                "sentence_en",
                "suggestion_zh",
                "suggestion_en",
                "legal_basis_zh",
                "legal_basis_en",
            )
        ),
    ]
)
ORDER: Final = {concern: place for place, concern in enumerate(Concern)}


def legal_basis(rule: Rule) -> Words:
    """The laws and articles of a rule in one line; what was not read for the rule says so."""
    zh = [f"《{s.law.zh}》{s.article.zh}{'' if s.reading.value == 'read' else '（凭记忆）'}" for s in rule.source]
    en = [f"{s.law.en}, {s.article.en}{'' if s.reading.value == 'read' else ' (from memory)'}" for s in rule.source]
    return Words("；".join(zh), "; ".join(en))


def core_row(rule: Rule, core: Core, knowledge: Knowledge) -> dict[str, Any]:
    """A core and its envelope as one row."""
    sentence, hint = fill(rule, core, knowledge)
    basis = legal_basis(rule)
    full = core.as_json()
    return {
        "rule": core.rule,
        "version": core.version,
        "scope": core.scope.value,
        "subject": core.subject,
        "certainty": core.certainty.value,
        "concern": rule.concern.value,
        "concern_order": ORDER[rule.concern],
        "hash": core.hash,
        "lines": [line._asdict() for line in core.lines],
        **{f"excess_{unit}": getattr(core.excess, unit) for unit in EXCESS_UNITS},
        "evidence": json.dumps(full["evidence"], ensure_ascii=False, sort_keys=True),
        "origins": json.dumps(full["origins"], ensure_ascii=False, sort_keys=True),
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "sentence_zh": sentence.zh,
        "sentence_en": sentence.en,
        "suggestion_zh": hint.zh,
        "suggestion_en": hint.en,
        "legal_basis_zh": basis.zh,
        "legal_basis_en": basis.en,
    }


def write_cores(rules: Mapping[str, Rule], cores: Iterator[Core], knowledge: Knowledge, target: Path) -> int:
    """Write findings as they come; returns their number."""
    count = 0
    with whole(target) as part, pq.ParquetWriter(part, CORE_SCHEMA, compression="zstd") as writer:
        while batch := [core_row(rules[core.rule], core, knowledge) for core in islice(cores, BATCH)]:
            writer.write_table(pa.Table.from_pylist(batch, schema=CORE_SCHEMA))
            count += len(batch)
    return count


def scan(path: Path) -> str:
    """A Parquet file (or pattern) as a table of a query."""
    return f"read_parquet({quoted(path)})"


PLACE: Final = (
    "event_on",
    "patient_id",
    "encounter_id",
    "institution_id",
    "institution_name",
    "physician_id",
    "claim_id",
)


def place_query(scope: Scope, lake: Path) -> str:
    """Day, person, encounter, institution and claim of every subject of a scope, by the subject's id."""
    table = OF_SCOPE[scope]
    own = column_name(table.key)
    day = column_name(EVENT_DAY[scope])
    if scope in {Scope.PRACTICE, Scope.RING}:
        who = "practice_practitioner_id" if scope is Scope.PRACTICE else "NULL"
        return (
            f"SELECT {own} AS subject, {day} AS event_on, NULL AS patient_id, NULL AS encounter_id, institution_id, "
            f"institution_name_zh AS institution_name, {who} AS physician_id, NULL AS claim_id "
            f"FROM {scan(lake / f'{table.name}.parquet')}"
        )
    joined, encounter, claim, event = _way_up(scope, lake)
    return (
        f"SELECT t.{own} AS subject, {event or f't.{day}'} AS event_on, e.patient_id, {encounter} AS encounter_id, "
        f"e.institution_id, e.institution_name_zh AS institution_name, e.physician_id, {claim} AS claim_id "
        f"FROM {scan(lake / f'{table.name}.parquet')} AS t {joined} "
        f"LEFT JOIN {scan(lake / 'encounters.parquet')} AS e ON e.encounter_id = {encounter}"
    )


def _way_up(scope: Scope, lake: Path) -> tuple[str, str, str, str]:
    """Joins from a subject to its encounter: the joins, the encounter's id, the claim's id, and its day."""
    prescriptions = scan(lake / "prescriptions.parquet")
    if scope is Scope.ENCOUNTER:
        return "", "t.encounter_id", "NULL", ""
    if scope is Scope.LINE:
        join = f"LEFT JOIN {prescriptions} AS p ON p.prescription_id = t.line_prescription_id"
        return join, "p.prescription_encounter_id", "NULL", "p.prescription_on"
    if scope is Scope.PACK:
        join = f"LEFT JOIN {prescriptions} AS p ON p.prescription_id = t.pack_prescription_id"
        return join, "coalesce(t.pack_encounter_id, p.prescription_encounter_id)", "NULL", ""
    if scope is Scope.CLAIM:
        join = f"LEFT JOIN {prescriptions} AS p ON p.prescription_id = t.claim_prescription_id"
        return join, "coalesce(t.claim_encounter_id, p.prescription_encounter_id)", "t.claim_id", ""
    if scope is Scope.ITEM:
        join = f"LEFT JOIN {scan(lake / 'claims.parquet')} AS c ON c.claim_id = t.item_claim_id"
        return join, "coalesce(t.item_encounter_id, c.claim_encounter_id)", "nullif(t.item_claim_id, '')", ""
    return "", f"t.{scope.value}_encounter_id", "NULL", ""


def write_findings(connection: duckdb.DuckDBPyConnection, places: Places) -> int:
    """Complete the findings with place and money, as Parquet and CSV; returns their number.

    Reads the cores (``work/found/*.parquet``) and the money (``work/money.parquet``), which must be there.
    """
    by_scope = " UNION ALL BY NAME ".join(
        f"SELECT f.*, s.* EXCLUDE (subject) FROM (SELECT * FROM {scan(places.work / 'found' / '*.parquet')} "
        f"WHERE scope = {quoted(scope.value)}) AS f LEFT JOIN ({place_query(scope, places.lake)}) AS s USING (subject)"
        for scope in Scope
    )
    query = (
        "SELECT rule, version, scope, subject, title_zh, title_en, certainty, concern, event_on, patient_id, "
        "encounter_id, institution_id, institution_name, physician_id, f.claim_id, m.role, m.principal_hash, "
        "coalesce(m.in_breach_fen, 0) AS in_breach_fen, m.fund_loss_fen, m.no_loss, excess_count, excess_days, "
        "excess_fen, excess_seconds, lines, evidence, origins, hash, legal_basis_zh, legal_basis_en, sentence_zh, "
        f"sentence_en, suggestion_zh, suggestion_en FROM ({by_scope}) AS f "
        f"LEFT JOIN {scan(places.work / 'money.parquet')} AS m USING (hash)"
    )
    count = copy_parquet(connection, f"{query} ORDER BY rule, event_on, subject", places.out / "findings.parquet")
    with whole(places.out / "findings.csv") as part:
        flat = "SELECT * REPLACE (to_json(lines) AS lines)"
        connection.execute(
            f"COPY ({flat} FROM {scan(places.out / 'findings.parquet')}) TO {quoted(part)} (FORMAT csv, HEADER)"
        )
    return count
