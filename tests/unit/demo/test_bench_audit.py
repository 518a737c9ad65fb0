"""The benchmark of the audit, small: its rivals say the same before they are timed, and a difference ends the run."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xinglin.hospital.demo.bench import audit_order, audit_page, audit_rivals, audit_runs, page
from xinglin.hospital.demo.bench.audit import AuditMeasured
from xinglin.hospital.demo.bench.audit_lake import make_lake
from xinglin.hospital.demo.bench.audit_rivals import Sample
from xinglin.hospital.demo.bench.audit_runs import MEASURED, NotTheSame, Took
from xinglin.supervision.engines.columns import wide
from xinglin.supervision.engines.columns.duck import Duck, bytes_of

LINES = 4_000


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small lake, judged by the audit and by the hand-written SQL."""
    root = tmp_path_factory.mktemp("bench")
    lake = make_lake(root / "lake", lines=LINES)
    places = {"lake": lake, "ours": root / "ours", "hand": root / "hand"}
    for place in (places["ours"], places["hand"]):
        place.mkdir()
    audit_runs.ours(lake, places["ours"], 1)
    audit_runs.columns_of_evidence(places["ours"], places["hand"])
    audit_runs.hand(lake, places["hand"], 1)
    return places


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Some lines with all that their rules read."""
    return audit_rivals.sample(tmp_path_factory.mktemp("sample"), 120)


def test_the_hand_written_sql_says_the_same_of_every_line_with_the_same_evidence(judged: dict[str, Path]) -> None:
    findings = audit_runs.check_equal(judged["ours"], judged["hand"])
    assert set(findings) == set(MEASURED)
    assert all(findings.values()), findings
    with duckdb.connect() as connection:
        codes = " UNION ".join(f"SELECT \"o_{rule}\" FROM '{judged['ours']}/judged.parquet'" for rule in MEASURED)
        assert {row[0] for row in connection.execute(codes).fetchall()} == {0, 1, 2, 3}
        (count,) = connection.execute(f"SELECT count(*) FROM '{judged['ours']}/judged.parquet'").fetchone() or (0,)
    assert count == LINES


@pytest.mark.parametrize(
    ("name", "change", "column"),
    [
        ("judged", '* REPLACE (CASE "o_B03" WHEN 2 THEN 1 ELSE "o_B03" END AS "o_B03")', "o_B03"),
        ("evidence", '* REPLACE ("x_B03_fen" + 1 AS "x_B03_fen")', "x_B03_fen"),
    ],
)
def test_a_difference_ends_the_run(
    judged: dict[str, Path], tmp_path: Path, name: str, change: str, column: str
) -> None:
    with duckdb.connect() as connection:
        for table in ("judged", "evidence"):
            chosen = change if table == name else "*"
            connection.execute(
                f"COPY (SELECT {chosen} FROM '{judged['hand']}/{table}.parquet') TO '{tmp_path}/{table}.parquet'"
            )
    with pytest.raises(NotTheSame, match=f"{name} differs in {column}"):
        audit_runs.check_equal(judged["ours"], tmp_path)


@pytest.mark.parametrize(("memory", "room"), [("2GB", 2e9), ("512 MiB", 512 * 2**20), ("", inf), ("half", inf)])
def test_the_room_of_an_engine(memory: str, room: float) -> None:
    assert bytes_of(memory) == room


def test_evidence_is_the_same_where_there_is_no_room_for_all(
    judged: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    keep = Duck.keep

    def noted(self: Duck, name: str, what: Any) -> Any:
        kept.append(name)
        return keep(self, name, what)

    monkeypatch.setattr(Duck, "keep", noted)
    monkeypatch.setattr(wide, "ROOM_A_ROW", inf)
    audit_runs.ours(judged["lake"], tmp_path, 1)
    assert len([name for name in kept if name.startswith("found_")]) > 1
    audit_runs.check_equal(tmp_path, judged["hand"])


def test_line_by_line_says_the_same(lines: Sample) -> None:
    assert [one.judged for one in audit_rivals.in_python(lines)] == [120, 120]
    wrong = Sample([one | {"o_B03": 9} for one in lines.columns], lines.rows)
    with pytest.raises(NotTheSame):
        audit_rivals.in_python(wrong)


@pytest.mark.skipif(find_spec("zen") is None, reason="zen-engine is installed for benchmarks only")
def test_zen_says_the_same(lines: Sample) -> None:
    judged = audit_rivals.in_zen(lines)
    assert judged is not None
    assert judged.judged > 100
    wrong = Sample([one | {"o_B01": 9} for one in lines.columns], lines.rows)
    with pytest.raises(NotTheSame):
        audit_rivals.in_zen(wrong)


def test_an_order_is_judged_by_every_rule_with_its_history() -> None:
    order = audit_order.measured(2)
    assert order.history > 300
    assert order.told > 0.9 * order.verdicts
    assert min(order.measures_ms, order.rules_ms, order.sentences_ms) > 0


def test_a_part_that_was_not_measured_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PATH", tmp_path / "benchmarks.md")
    page.PATH.write_text(f"# Benchmarks\n\nold loops\n\n{page.MARK}\n\nnotes\n", "utf-8")
    seconds = {"building queries": 1.0, "judging": 1.0, "counting": 0.5, "evidence": 0.5}
    took = Took(10, 3.0, seconds, {"judging": 0.4, "counting": 0.1, "all": 2.0}, 100, 3, 50.0)
    hand = replace(took, whole=2.4)
    audit = audit_page.written(
        AuditMeasured(beside={100: (took, hand)}, growth=[took], findings=dict.fromkeys(MEASURED, 1))
    )
    page.PATH.write_text(page.with_notes(audit=audit), "utf-8")
    once = page.PATH.read_text("utf-8")
    assert "old loops" in once
    assert "**1.25** on 100 lines" in once
    assert once.endswith("notes\n")
    page.PATH.write_text(page.with_notes(loops="# Benchmarks\n\nnew loops\n"), "utf-8")
    twice = page.PATH.read_text("utf-8")
    assert twice == once.replace("old loops", "new loops")
    assert page.with_notes() == twice
