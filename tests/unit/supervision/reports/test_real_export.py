"""An audit of the real bulk export: what must be judged there is judged, and everything else says why not."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xinglin.medication.lake import check_lake
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.reports.progress import Silent
from xinglin.supervision.reports.run import Exit, Wish, run_audit

DATA = os.environ.get("XINGLIN_DATA", "")
EXPORT = Path(DATA) / "fhir"
pytestmark = pytest.mark.skipif(
    not DATA or not EXPORT.is_dir(),
    reason="XINGLIN_DATA does not name a folder with fhir/: the real export is NOT audited",
)
JUDGED = {
    "H08": "care after death",
    "H09": "outpatient while inpatient",
    "D05": "duplicate and overlapping therapy",
    "H04": "the same medicine from several institutions",
    "D10": "interaction",
    "D03": "sex",
    "D01": "age",
    "E10": "sex, of procedures",
    "E09": "age, of procedures",
    "G05": "diagnosis and body",
    "B10": "missing indication",
}
FOUND = {"D05", "B10"}
"""What the export holds cases of. Nobody was treated after death: the three visits after one wrote its certificate. Its
people have no visit elsewhere within a stay, no listed interaction, and no medicine, procedure or diagnosis of another
sex or age; cases of all of them are in test_fhir_audit."""


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    wish = Wish(
        EXPORT,
        tmp_path_factory.mktemp("audit"),
    )
    done = run_audit(wish, now=datetime(2026, 6, 2, tzinfo=UTC), teller=Silent(), check=check_lake)
    assert done.exit is Exit.FINDINGS
    return done.manifest, wish.out


@pytest.mark.parametrize("rule", JUDGED)
def test_what_must_be_judged_is_judged(audited: tuple[dict[str, Any], Path], rule: str) -> None:
    row = next(row for row in audited[0]["rules"] if row["rule"] == rule)
    assert row["outcomes"]["clear"] > 0, row
    assert (row["outcomes"]["finding"] > 0) == (rule in FOUND), row


def test_every_other_rule_says_why_not(audited: tuple[dict[str, Any], Path]) -> None:
    rows = {row["rule"]: row for row in audited[0]["rules"]}
    assert len(rows) == len(RULES)
    for rule, row in rows.items():
        assert not row["outcomes"]["cannot_tell"] or row["missing"], rule
        assert row["asked"] or row["why_not"], rule
    assert (rows["G10"]["why_not"], rows["J01"]["why_not"]) == ("no_subject", "no_subject")
    assert rows["A06"]["outcomes"]["cannot_tell"] == rows["A06"]["asked"] == 1215
    assert rows["A06"]["missing"][0]["subjects"] == 1215


def test_what_was_taken_for_granted_is_counted(audited: tuple[dict[str, Any], Path]) -> None:
    rows = {one["fact"]: one["rows"] for one in audited[0]["input"]["assumed"]}
    assert (rows["encounter.fund_asked"], rows["coverage.ended"], rows["item.fund_asked"]) == (1212, 1215, 3801)
    assert 0 < rows["line.days"] == rows["item.supply_days"] <= 1745


def test_certificates_of_death_are_no_care_after_death(audited: tuple[dict[str, Any], Path]) -> None:
    row = next(row for row in audited[0]["rules"] if row["rule"] == "H08")
    assert row["outcomes"] == {"not_applicable": 3, "clear": 1212, "finding": 0, "cannot_tell": 0}
    late = duckdb.sql(
        f"SELECT encounter_fund_asked FROM '{audited[1]}/lake/encounters.parquet' WHERE encounter_on > patient_death_on"
    ).fetchall()
    assert late == [(False,)] * 3


def test_doubled_orders_are_those_of_one_visit_and_no_change_of_form(audited: tuple[dict[str, Any], Path]) -> None:
    found = duckdb.sql(
        f"SELECT encounter_id, count(*), any_value(sentence_en) FROM '{audited[1]}/findings.parquet' "
        "WHERE rule = 'D05' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [count for _, count, _ in found] == [2, 2, 2]
    assert all("found on this prescription and among what is in force: 1" in sentence for *_, sentence in found)


def test_nothing_is_left_unsaid(audited: tuple[dict[str, Any], Path]) -> None:
    """Where a rule settled nothing it names a list and its rows, a fact and what the input holds, or what it lacks."""
    for row in audited[0]["rules"]:
        outcomes = row["outcomes"]
        if row["why_not"] or outcomes["clear"] or outcomes["finding"]:
            continue
        assert bool(row["because"]) == (outcomes["not_applicable"] > 0), row["rule"]
        assert all("rows" in one or one["held"] or one["fact"] for one in row["because"]), row["rule"]
    rows = {row["rule"]: row for row in audited[0]["rules"]}
    (kind,) = (one for one in rows["C03"]["because"] if one["fact"] == "item.kind")
    assert [(value["en"], value["rows"]) for value in kind["held"]] == [("service", 2056), ("medicine", 1745)]
    assert [one["list"] for one in rows["E03"]["empty_lists"]] == ["duplicate_pair"]
    travel = next(one for one in rows["H07"]["missing"] if one["fact"] == "measure.travel_metres")
    assert {one["fact"] for one in travel["made_from"]} == {"institution.east_metres", "institution.north_metres"}
    organs = next(one for one in rows["D19"]["missing"] if one["fact"] == "measure.organ_findings")
    assert {one["fact"] for one in organs["made_from"]} == {"patient.crcl", "patient.egfr"}
    assert (rows["D06"]["checked"], rows["D10"]["checked"], rows["D01"]["checked"]) == (True, True, False)


def test_procedures_and_medicines_judged_by_sex_and_age_are_counted(audited: tuple[dict[str, Any], Path]) -> None:
    rows = {row["rule"]: row for row in audited[0]["sex_and_age"]}
    assert (rows["E10"]["all"], rows["E10"]["judged"], rows["E10"]["cannot_tell"]) == (2056, 94, 0)
    assert (rows["E09"]["all"], rows["E09"]["judged"]) == (2056, 99)
    assert (rows["D03"]["all"], rows["D03"]["judged"]) == (1745, 17)
    assert audited[0]["input"]["mapped"]["procedure"] == 2056
    assert audited[0]["input"]["unmapped"] == {}
