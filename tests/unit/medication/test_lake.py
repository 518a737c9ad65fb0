"""The check made over a whole lake: every line once, with what was known then; cleanly after a run that was ended."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest
from tests.generative.worlds import write_lake

from xinglin.medication import lake as lakes
from xinglin.medication.lake import check_lake
from xinglin.supervision.facts import CareMode, ItemKind, Sex
from xinglin.supervision.facts.lake import Facts, World

DAY: Final = date(2026, 5, 20)
NOON: Final = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)


def a_world(known_at: datetime | None = NOON - timedelta(days=3), findings: int | None = None) -> World:
    """Sildenafil for a man who was supplied a nitrate; what the lake knew of that since `known_at`. And amlodipine."""
    man: Facts = {"patient.id": "p", "patient.sex": Sex.MALE, "patient.birth_on": date(1956, 1, 1)}
    world, stamp = World(), {"record.asked_at": NOON}
    world.extend("encounters", [{"encounter.id": "e", "encounter.care_mode": CareMode.OUTPATIENT, **man}])
    written = {"prescription.id": "r", "prescription.encounter_id": "e", "prescription.on": DAY}
    world.extend("prescriptions", [written | stamp])
    common: dict[str, Any] = {"line.prescription_id": "r", "line.frequency_code": "qd", "line.route_code": "po"}
    world.extend(
        "lines",
        [
            {"line.id": "l1", "line.ingredients": "sildenafil", "line.findings": findings, **common},
            {"line.id": "l2", "line.ingredients": "amlodipine", "line.dose_micrograms": 5000, **common},
        ],
    )
    nitrate = {"item.id": "i", "item.encounter_id": "e", "item.on": DAY - timedelta(days=3), "item.supply_days": 14}
    nitrate |= {"item.kind": ItemKind.MEDICINE, "item.ingredients": "isosorbide-mononitrate"}
    world.extend("items", [nitrate | {"record.known_at": known_at}])
    return world


def met(folder: Path) -> bool:
    """Whether the two medicines were found to meet."""
    asked = "detected_line_id = 'l1' AND detected_kind = 'interaction' AND detected_tier = 'X'"
    row = duckdb.sql(f"SELECT count(*) FROM '{folder}/detected.parquet' WHERE {asked}").fetchone()
    return row == (1,)


def counts(folder: Path) -> dict[str, int | None]:
    """The number of findings of each line."""
    return dict(duckdb.sql(f"SELECT line_id, line_findings FROM '{folder}/lines.parquet'").fetchall())


def test_every_line_is_checked_once(tmp_path: Path) -> None:
    write_lake(a_world(), tmp_path)
    assert check_lake(tmp_path) == 2
    assert met(tmp_path)
    first = counts(tmp_path)
    assert (first["l1"] or 0) > 0
    assert first["l2"] == 0
    before = duckdb.sql(f"SELECT * FROM '{tmp_path}/detected.parquet' ORDER BY ALL").fetchall()
    check_lake(tmp_path)
    assert duckdb.sql(f"SELECT * FROM '{tmp_path}/detected.parquet' ORDER BY ALL").fetchall() == before
    assert counts(tmp_path) == first


@pytest.mark.parametrize(("known", "meets"), [(None, True), (NOON, True), (NOON + timedelta(seconds=1), False)])
def test_it_reads_what_was_known_when_it_was_asked(tmp_path: Path, known: datetime | None, meets: bool) -> None:
    write_lake(a_world(known), tmp_path)
    check_lake(tmp_path)
    assert met(tmp_path) is meets


def test_parts_of_the_persons_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, many = tmp_path / "one", tmp_path / "many"
    for folder in (one, many):
        folder.mkdir()
        write_lake(a_world(), folder)
    check_lake(one)
    monkeypatch.setattr(lakes, "LINES_AT_ONCE", 1)
    check_lake(many)
    for table in ("detected", "lines"):
        asked = "SELECT * FROM '{}/{}.parquet' ORDER BY ALL"
        assert duckdb.sql(asked.format(one, table)).fetchall() == duckdb.sql(asked.format(many, table)).fetchall()


@pytest.mark.parametrize("falls", [1, 2, 3, 4])
def test_a_run_that_was_ended_is_done_again_or_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, falls: int
) -> None:
    write_lake(a_world(), tmp_path)
    replace, moved = lakes.os.replace, []

    def dying(source: Path, target: Path) -> None:
        moved.append(source)
        if len(moved) == falls:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(lakes.os, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        check_lake(tmp_path)
    monkeypatch.setattr(lakes.os, "replace", replace)
    check_lake(tmp_path)
    assert met(tmp_path)
    assert counts(tmp_path)["l2"] == 0
    assert list(tmp_path.glob("*.new")) == []


def test_a_line_is_checked_beside_those_that_were_checked_before(tmp_path: Path) -> None:
    world = a_world(NOON + timedelta(days=1))
    nitrate = {"line.id": "l3", "line.ingredients": "isosorbide-mononitrate", "line.prescription_id": "r"}
    world.extend("lines", [nitrate | {"line.findings": 1, "line.route_code": "po", "line.frequency_code": "qd"}])
    before = {"detected.id": "x", "detected.line_id": "l3", "detected.kind": "interaction", "detected.tier": "X"}
    world.extend("detected", [before, {"detected.id": "y"}])
    write_lake(world, tmp_path)
    assert check_lake(tmp_path) == 2
    assert met(tmp_path)
    kept = duckdb.sql(f"SELECT detected_id FROM '{tmp_path}/detected.parquet' WHERE detected_line_id = 'l3'").fetchall()
    assert kept == [("x",)]


@pytest.mark.parametrize("findings", [0, 1])
def test_numbers_without_what_was_found_are_not_believed(tmp_path: Path, findings: int) -> None:
    write_lake(a_world(findings=findings), tmp_path)
    check_lake(tmp_path)
    assert met(tmp_path)
