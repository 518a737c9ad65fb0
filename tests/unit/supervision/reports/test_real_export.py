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
    "G05": "diagnosis and body",
    "B10": "missing indication",
}
FOUND = {"H08", "D05", "B10"}
"""What the export holds cases of. Its people have no visit elsewhere within a stay, no listed interaction, and no
medicine or diagnosis of another sex or age; cases of all of them are in test_fhir_audit."""


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
    assert (rows["encounter.fund_asked"], rows["coverage.ended"], rows["item.fund_asked"]) == (1215, 1215, 3801)
    assert 0 < rows["line.days"] == rows["item.supply_days"] <= 1745


def test_the_three_visits_after_death_are_found(audited: tuple[dict[str, Any], Path]) -> None:
    found = duckdb.sql(f"SELECT subject FROM '{audited[1]}/findings.parquet' WHERE rule = 'H08'").fetchall()
    assert len(found) == 3
