"""An audit of the real bulk export: what must be judged there is judged, and everything else says why not."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xinglin.supervision.reports.progress import Silent
from xinglin.supervision.reports.run import Exit, Wish, run_audit

DATA = os.environ.get("XINGLIN_DATA", "")
EXPORT = Path(DATA) / "fhir"
pytestmark = pytest.mark.skipif(
    not DATA or not EXPORT.is_dir(),
    reason="XINGLIN_DATA does not name a folder with fhir/: the real export is NOT audited",
)
ASSUMED = (
    ("encounter.fund_asked", "true"),
    ("item.fund_asked", "true"),
    ("coverage.ended", "false"),
    ("encounter.transfer_note", "false"),
    ("line.days", "30"),
    ("item.supply_days", "30"),
    ("line.intended_combination", "false"),
)
"""What a person who audits an export without claims has to take for granted, aloud."""
JUDGED = {
    "H08": "care after death",
    "H09": "outpatient while inpatient",
    "D05": "duplicate and overlapping therapy",
    "D10": "interaction",
    "D03": "sex",
    "D01": "age",
    "B10": "missing indication",
}


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    wish = Wish(
        EXPORT,
        tmp_path_factory.mktemp("audit"),
        rules=(*JUDGED, "G10", "J01", "A06"),
        law_of=date(2026, 6, 1),
        territory="640100",
        assume=ASSUMED,
    )
    done = run_audit(wish, now=datetime(2026, 6, 2, tzinfo=UTC), teller=Silent())
    assert done.exit is Exit.FINDINGS
    return done.manifest, wish.out


@pytest.mark.parametrize("rule", JUDGED)
def test_what_must_be_judged_is_judged(audited: tuple[dict[str, Any], Path], rule: str) -> None:
    row = next(row for row in audited[0]["rules"] if row["rule"] == rule)
    assert row["outcomes"]["clear"] + row["outcomes"]["finding"] > 0, row


def test_every_other_rule_says_why_not(audited: tuple[dict[str, Any], Path]) -> None:
    rows = {row["rule"]: row for row in audited[0]["rules"]}
    assert (rows["G10"]["why_not"], rows["J01"]["why_not"]) == ("no_subject", "no_subject")
    assert rows["A06"]["outcomes"]["cannot_tell"] == rows["A06"]["asked"] == 1215
    assert rows["A06"]["missing"][0]["subjects"] == 1215


def test_the_three_visits_after_death_are_found(audited: tuple[dict[str, Any], Path]) -> None:
    found = duckdb.sql(f"SELECT subject FROM '{audited[1]}/findings.parquet' WHERE rule = 'H08'").fetchall()
    assert len(found) == 3
