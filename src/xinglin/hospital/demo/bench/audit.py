"""The audit's part of the benchmark: one lake for all, sameness first, then seconds.

Sizes are run one after another and each run has a process of its own. When the next size would not fit into the time
that is left, it is left out, and the page says so.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xinglin.hospital.demo.bench import audit_order, audit_rivals, audit_runs, machine
from xinglin.hospital.demo.bench.audit_lake import make_lake
from xinglin.hospital.demo.bench.audit_order import Order
from xinglin.hospital.demo.bench.audit_rivals import Rival
from xinglin.hospital.demo.bench.audit_runs import Took

Say = Callable[[str], None]
SIZES: Final = (1_000_000, 3_000_000, 10_000_000)
SAMPLE: Final = 2_000
ORDERS: Final = 200
ROUNDS: Final = 2
"""How often the audit and the hand-written SQL take turns; the quickest of each counts."""


@dataclass(slots=True)
class AuditMeasured:
    """Everything that a run measured.

    `beside` are the runs of the audit and of the hand-written SQL on one lake, `growth` those of the audit by all line
    rules, each by the number of lines.
    """

    beside: dict[int, tuple[Took, Took]] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    growth: list[Took] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    rivals: list[Rival] = field(default_factory=list)
    order: Order | None = None
    spark: Took | None = None
    others_percent: float = 0.0


def measure(
    *,
    sizes: Sequence[int] = SIZES,
    seconds: float = 330.0,
    orders: int = ORDERS,
    sample: int = SAMPLE,
    rounds: int = ROUNDS,
    threads: int = 2,
    spark: bool = False,
    say: Say,
) -> AuditMeasured:
    """Compare and time. Raises NotTheSame, before anything is timed, when two ways of judging differ."""
    began, until, found = _spent(), time.perf_counter() + seconds, AuditMeasured()
    with tempfile.TemporaryDirectory(prefix="xinglin-bench-") as folder:
        root = Path(folder)
        say("Line after line: plain Python, zen-engine")
        lines = audit_rivals.sample(root / "sample", sample)
        found.rivals = [*audit_rivals.in_python(lines), *filter(None, [audit_rivals.in_zen(lines)])]
        say(f"{orders} orders of five medicines")
        found.order = audit_order.measured(orders)
        _same(root / "sample", root, threads, found)
        for size in sizes:
            if found.growth and not _fits(found.growth[-1], size, rounds, until):
                found.left_out.append(size)
                continue
            say(f"The audit of {size:,} lines, and the same by hand")
            lake = make_lake(root / str(size), lines=size)
            found.growth.append(audit_runs.run("lines", lake, root / "lines", threads=threads))
            _side_by_side(lake, root, rounds, threads, found)
            if spark and size == sizes[0]:
                say(f"Spark on {size:,} lines")
                found.spark = _on_spark(lake, root, threads, max(60.0, until - time.perf_counter()), say)
    found.others_percent = _others(began, _spent())
    return found


def _on_spark(lake: Path, root: Path, threads: int, seconds: float, say: Say) -> Took | None:
    """The same on Spark; None, and a word why, where it takes longer than there is time. Raises NotTheSame."""
    try:
        took = audit_runs.run("spark", lake, root / "spark", threads=threads, seconds=seconds)
        audit_runs.check_equal(root / "ours", root / "spark")
        return took
    except subprocess.TimeoutExpired:
        say(f"Spark was not done after {seconds:.0f} seconds and was stopped")
        return None


def _spent() -> tuple[float, float, float]:
    """The clock, the processors' seconds of the whole machine, and those of this run with its children."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), machine.total_cpu_seconds(), sum(one.ru_utime + one.ru_stime for one in own)


def _others(before: tuple[float, float, float], after: tuple[float, float, float]) -> float:
    """The share of all processors, in percent, that others took."""
    passed, whole, own = (later - earlier for earlier, later in zip(before, after, strict=True))
    return max(0.0, 100 * (whole - own) / (passed * (os.cpu_count() or 1)))


def _fits(last: Took, size: int, rounds: int, until: float) -> bool:
    """Whether a size can be made and run in the time that is left: both grow with the lines."""
    return last.whole * size / last.lines * (2.2 * rounds + 1.5) < until - time.perf_counter()


def _same(lake: Path, root: Path, threads: int, found: AuditMeasured) -> None:
    """The audit and the hand-written SQL must say the same of a small lake before anything large is made."""
    audit_runs.run("ours", lake, root / "ours", threads=threads)
    audit_runs.columns_of_evidence(root / "ours", root / "hand")
    audit_runs.run("hand", lake, root / "hand", threads=threads)
    found.findings = audit_runs.check_equal(root / "ours", root / "hand")


def _side_by_side(lake: Path, root: Path, rounds: int, threads: int, found: AuditMeasured) -> None:
    """In turns, on one lake; what they wrote is compared. The quickest of each counts."""
    runs: dict[str, list[Took]] = {"ours": [], "hand": []}
    for number in range(rounds):
        for way in ("ours", "hand") if number % 2 == 0 else ("hand", "ours"):
            runs[way].append(audit_runs.run(way, lake, root / way, threads=threads))
    found.findings = audit_runs.check_equal(root / "ours", root / "hand")
    ours, hand = (min(runs[way], key=lambda took: took.whole) for way in ("ours", "hand"))
    found.beside[ours.lines] = ours, hand
