"""The audit's memory has a bound that does not grow with the lines, and what it says does not depend on the bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinglin.hospital.demo.bench import audit_runs
from xinglin.hospital.demo.bench.audit_lake import make_lake
from xinglin.hospital.demo.bench.audit_runs import Took

OUTSIDE = 300
"""MiB that Python, Ibis and what DuckDB does not count take, whatever the lines."""


def peaks(root: Path, sizes: tuple[int, int], memory: str, threads: int) -> tuple[Took, Took]:
    """A small and a large lake, each audited in a process of its own with the same memory."""
    small, large = (
        audit_runs.run("ours", make_lake(root / str(size), lines=size), root / "out", threads=threads, memory=memory)
        for size in sizes
    )
    assert (small.lines, large.lines) == sizes
    assert large.evidence > 3 * small.evidence
    return small, large


def test_four_times_the_lines_need_hardly_more_memory(tmp_path: Path) -> None:
    """A million lines hold 600 MiB when they may, and more than 220 MB of tables: they are put on disk."""
    small, large = peaks(tmp_path, (250_000, 1_000_000), "220MB", 1)
    assert large.peak_mib < 210 + OUTSIDE
    assert large.peak_mib < 1.3 * small.peak_mib


def test_a_peak_is_the_run_s_own_and_not_what_its_parent_held(tmp_path: Path) -> None:
    held = bytearray(700 << 20)
    held[:: 1 << 12] = b"1" * len(held[:: 1 << 12])  # Touched, so that it is really there.
    took = audit_runs.run("ours", make_lake(tmp_path / "lake", lines=1_000), tmp_path / "out", threads=1)
    assert 50 < took.peak_mib < 400
    assert len(held) == 700 << 20


@pytest.mark.long
def test_millions_of_lines_stay_below_the_same_bound_and_say_the_same(tmp_path: Path) -> None:
    small, large = peaks(tmp_path, (1_000_000, 4_000_000), "512MB", 2)
    assert large.peak_mib < 488 + OUTSIDE + 100
    assert large.peak_mib < 1.3 * small.peak_mib
    audit_runs.run("ours", tmp_path / "4000000", tmp_path / "free", threads=2, memory="8GB")
    assert sum(audit_runs.check_equal(tmp_path / "out", tmp_path / "free").values()) > 0
