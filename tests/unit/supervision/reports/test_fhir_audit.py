"""An audit of clinical resources without a claim: judged on usual terms, each stated, counted, and refusable."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xinglin.medication.lake import check_lake
from xinglin.supervision.reports.command import assumptions, usual
from xinglin.supervision.reports.progress import Silent
from xinglin.supervision.reports.run import Done, Wish, run_audit

RXNORM, ICD = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/icd-10"
SNOMED = "http://snomed.info/sct"
JUDGED = ("H08", "H09", "D05", "H04", "D10", "D01", "D03", "E09", "E10", "G05", "B10")


def concept(system: str, display: str, code: str = "x") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def patient(ident: str, sex: str, born: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": ident, "gender": sex, "birthDate": born, **more}


def visit(ident: str, person: str, kind: str, start: str, end: str, place: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": ident,
        "status": "finished",
        "class": {"code": kind},
        "subject": {"reference": f"Patient/{person}"},
        "period": {"start": f"{start}T09:00:00+08:00", "end": f"{end}T09:20:00+08:00"},
        "serviceProvider": {"reference": f"Organization/{place}"},
    }


def problem(ident: str, person: str, encounter: str, code: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": ident,
        "subject": {"reference": f"Patient/{person}"},
        "encounter": {"reference": f"Encounter/{encounter}"},
        "code": concept(ICD, code, code),
        "onsetDateTime": "2025-01-01",
    }


def order(ident: str, person: str, encounter: str, day: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": ident,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept(RXNORM, name, name),
        "subject": {"reference": f"Patient/{person}"},
        "encounter": {"reference": f"Encounter/{encounter}"},
        "authoredOn": f"{day}T09:10:00+08:00",
        **more,
    }


def procedure(ident: str, person: str, encounter: str, day: str, name: str) -> dict[str, Any]:
    return {
        "resourceType": "Procedure",
        "id": ident,
        "status": "completed",
        "code": concept(SNOMED, name),
        "subject": {"reference": f"Patient/{person}"},
        "encounter": {"reference": f"Encounter/{encounter}"},
        "performedDateTime": f"{day}T09:10:00+08:00",
    }


def for_days(days: int) -> dict[str, Any]:
    supply = {"quantity": {"value": days}, "expectedSupplyDuration": {"value": days, "unit": "d"}}
    return {"dispenseRequest": supply}


SIMVASTATIN = "Simvastatin 10 MG Oral Tablet"
RESOURCES = [
    patient("f", "female", "1950-02-03", deceasedDateTime="2025-06-10T08:00:00+08:00"),
    patient("m", "male", "1960-05-06"),
    patient("c", "female", "2020-01-01"),
    patient("w", "female", "1992-04-05"),
    *({"resourceType": "Organization", "id": place, "name": place} for place in ("o1", "o2", "o3")),
    visit("stay", "f", "IMP", "2025-01-01", "2025-01-10", "o1"),
    visit("meanwhile", "f", "AMB", "2025-01-05", "2025-01-05", "o2"),
    visit("two", "f", "AMB", "2025-02-01", "2025-02-01", "o1"),
    visit("late", "f", "AMB", "2025-06-12", "2025-06-12", "o1"),
    visit("m1", "m", "AMB", "2025-02-01", "2025-02-01", "o1"),
    visit("m2", "m", "AMB", "2025-02-03", "2025-02-03", "o2"),
    visit("m3", "m", "AMB", "2025-02-05", "2025-02-05", "o3"),
    visit("c1", "c", "AMB", "2025-03-01", "2025-03-01", "o1"),
    visit("w1", "w", "AMB", "2025-03-01", "2025-03-01", "o1"),
    procedure("p1", "m", "m1", "2025-02-01", "Auscultation of the fetal heart"),
    procedure("p2", "c", "c1", "2025-03-01", "Cesarean section (procedure)"),
    procedure("p3", "w", "w1", "2025-03-01", "Childbirth"),
    procedure("p4", "w", "w1", "2025-03-01", "Reading of tea leaves (procedure)"),
    procedure("p5", "m", "m1", "2025-02-01", "Throat culture (procedure)"),
    problem("k1", "f", "two", "E78.0"),
    problem("k2", "m", "m1", "O80.0"),
    problem("k3", "c", "c1", "J06.9"),
    order("s1", "f", "two", "2025-02-01", SIMVASTATIN),
    order("s2", "f", "two", "2025-02-01", "Clarithromycin 250 MG Oral Tablet"),
    order("r1", "m", "m1", "2025-02-01", SIMVASTATIN, **for_days(80)),
    order("r2", "m", "m2", "2025-02-03", SIMVASTATIN, **for_days(80)),
    order("r3", "m", "m3", "2025-02-05", SIMVASTATIN, **for_days(80)),
    order("r4", "m", "m3", "2025-02-05", "Levonorgestrel 1.5 MG Oral Tablet"),
    order("l1", "f", "two", "2025-02-01", "Levonorgestrel 1.5 MG Oral Tablet"),
    order("d2", "m", "m1", "2025-02-01", "Doxycycline 100 MG Oral Capsule"),
    order("t1", "m", "m1", "2025-02-01", "Metformin 500 MG Oral Tablet", status="stopped"),
    order("t2", "m", "m3", "2025-02-05", "Metformin 500 MG Oral Tablet"),
    order("d1", "c", "c1", "2025-03-01", "Doxycycline 100 MG Oral Capsule"),
]


def audited(folder: Path, **changed: Any) -> Done:
    source = folder / "in"
    source.mkdir(exist_ok=True)
    kinds = dict.fromkeys(str(one["resourceType"]) for one in RESOURCES)
    for kind in kinds:
        lines = [json.dumps(one) for one in RESOURCES if one["resourceType"] == kind]
        (source / f"{kind}.ndjson").write_text("\n".join(lines) + "\n", "utf-8")
    asked = Wish(source, folder / "out", engine="plain", rules=JUDGED, **changed)
    return run_audit(asked, now=datetime(2026, 6, 1, tzinfo=UTC), teller=Silent(), check=check_lake)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    folder = tmp_path_factory.mktemp("fhir")
    return audited(folder), folder / "out"


@pytest.mark.parametrize("rule", JUDGED)
def test_what_an_export_can_show_is_found_and_the_rest_is_clear(done: tuple[Done, Path], rule: str) -> None:
    row = next(row for row in done[0].manifest["rules"] if row["rule"] == rule)
    assert row["outcomes"]["finding"] > 0, row
    assert row["outcomes"]["clear"] > 0, row


def test_it_is_these_and_no_others(done: tuple[Done, Path]) -> None:
    rows = duckdb.sql(f"SELECT rule, subject FROM '{done[1]}/findings.parquet' ORDER BY ALL").fetchall()
    found: dict[str, list[str]] = {}
    for rule, subject in rows:
        found.setdefault(rule, []).append(subject.removeprefix("MedicationRequest/"))
    assert found["H08"] == ["late"]
    assert found["H09"] == ["meanwhile"]
    assert found["D10"] == ["s1", "s2"]
    assert found["D05"] == ["r2", "r3"]
    assert found["D03"] == ["r4"]
    assert found["D01"] == ["d1"]
    assert found["E10"] == ["Procedure/p1"]
    assert found["E09"] == ["Procedure/p1", "Procedure/p2"]
    assert found["G05"] == ["m1"]
    assert found["B10"] == ["m2/2025-02-03", "m3/2025-02-05"]


def test_every_term_is_stated_with_its_rows(done: tuple[Done, Path]) -> None:
    made = done[0].manifest
    assert {one["fact"]: (one["value"], one["rows"]) for one in made["input"]["assumed"]} == {
        "encounter.fund_asked": ("true", 9),
        "coverage.ended": ("false", 9),
        "item.fund_asked": ("true", 16),
        "item.exception_reason": ("false", 16),
        "line.intended_combination": ("false", 11),
        "line.days": ("≤ 30", 8),
        "item.supply_days": ("≤ 30", 8),
        "institution.territory_code": ("100000", 9),
    }
    assert made["run"]["law_of"] == "2026-06-01"
    page = (done[1] / "report.html").read_text("utf-8")
    assert all(one["why_zh"] in page for one in made["input"]["assumed"])


def test_a_stopped_order_ends_where_the_same_medicine_is_ordered_again(done: tuple[Done, Path]) -> None:
    lines = done[1] / "lake" / "lines.parquet"
    days = dict(duckdb.sql(f"SELECT line_id, line_days FROM '{lines}'").fetchall())
    assert (days["t1"], days["t2"], days["r1"]) == (4, 30, 80)


def test_the_report_says_how_much_was_judged_by_sex_and_age(done: tuple[Done, Path]) -> None:
    rows = {row["rule"]: row for row in done[0].manifest["sex_and_age"]}
    counts = ("all", "judged", "found", "no_limit", "cannot_tell")
    assert tuple(rows["E10"][name] for name in counts) == (5, 3, 1, 1, 1)
    assert tuple(rows["E09"][name] for name in counts) == (5, 3, 2, 1, 1)
    assert rows["D03"]["all"] == 11
    assert rows["D03"]["found"] == 1
    assert done[0].manifest["input"]["unmapped"] == {"procedure": {"Reading of tea leaves (procedure)": 1}}
    page = (done[1] / "report.html").read_text("utf-8")
    assert 'id="sex-and-age"' in page
    assert "Reading of tea leaves" in page
    assert "4 / 5" in page


def test_without_the_terms_facts_stay_unknown(tmp_path: Path) -> None:
    made = audited(tmp_path, usual=False, territory="100000").manifest
    assert [one["fact"] for one in made["input"]["assumed"]] == ["institution.territory_code"]
    rows = {row["rule"]: row for row in made["rules"]}
    assert rows["H08"]["outcomes"] == {"not_applicable": 0, "clear": 0, "finding": 1, "cannot_tell": 8}
    assert {one["fact"] for one in rows["H04"]["missing"]} >= {"item.fund_asked", "item.supply_days"}


def test_what_is_asked_for_stands_above_the_usual_terms(tmp_path: Path) -> None:
    made = audited(tmp_path, assume=(("line.days", "7"),)).manifest
    assert next(one for one in made["input"]["assumed"] if one["fact"] == "line.days")["value"] == "7"


def test_the_command_knows_none() -> None:
    assert assumptions(["none", "line.days=7"]) == (("line.days", "7"),)
    assert (usual(["none"]), usual(["line.days=7"]), usual([])) == (False, True, True)
