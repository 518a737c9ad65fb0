"""The audit's part of the benchmark's page."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

from xinglin.hospital.demo.bench import machine
from xinglin.hospital.demo.bench.audit import AuditMeasured
from xinglin.hospital.demo.bench.audit_order import Order
from xinglin.hospital.demo.bench.audit_runs import MEASURED, Took
from xinglin.hospital.kernel.clock import SHANGHAI, now

BEGIN = "<!-- The audit's part begins. -->"
END = "<!-- The audit's part ends. -->"
STEPS = ("building queries", "preparing", "judging", "counting", "evidence")
WHAT = """\
A lake drawn from a seed: four lines a prescription, a year of days, one line in forty or so with something to find, one
fact in a hundred unknown (`hospital/demo/bench/audit_lake.py`). Ten line rules that need no history: the same outcomes
by line and rule, and the same evidence behind every finding as Parquet, are made by the audit, by SQL written by hand
(`handwritten.sql`: the year's law as constants, no dates of law, no places), and line by line. Before anything is
timed, outcomes are compared by rule and line and evidence column by column; a difference ends the run. Each run of the
audit and of the SQL is a process of its own, two threads, 2 GB at most for DuckDB; starting Python and
loading its libraries is not counted.
Again: `xinglin bench --no-loops`, with `--audit-seconds 3600` for all of 1, 3 and 10 million lines, and
`--lines 2000000` for a size of one's own."""

BESIDE = """\
The audit writes the next query while DuckDB answers the one before, so its steps come to more than *all*, which is what
the clock said from the first question until the evidence was written and outcomes were counted."""
SPARK = """\
On Spark the building of queries stands within each step, starting the session is not counted, and Java's memory is not
in the peak. Its outcomes and its evidence were compared with those of DuckDB on the same lines, column by column. On
one machine most of its seconds are planning and starting: they hardly grow with the lines."""


def as_json(found: AuditMeasured) -> dict[str, Any]:
    """The figures for programs."""
    return asdict(found) | {"machine": machine.described()}


def written(found: AuditMeasured, at: datetime | None = None) -> str:
    """The audit's part in Markdown."""
    measured = f"{(at or now()).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    parts = [
        "## The audit",
        "",
        WHAT,
        "",
        f"DuckDB {version('duckdb')}, Ibis {version('ibis-framework')}. Measured {measured} Shanghai time. The machine "
        f"is shared: {found.others_percent:.0f} % of its processors went to others meanwhile.",
        "",
        *(_beside(found) if found.beside else []),
        *_growth(found),
        *(_rivals(found) if found.rivals and found.growth else []),
        *(_order(found.order) if found.order is not None else []),
    ]
    return "\n".join(parts)


def _beside(found: AuditMeasured) -> list[str]:
    told = [f"**{ours.whole / hand.whole:.2f}** on {size:,} lines" for size, (ours, hand) in found.beside.items()]
    rows = [row for ours, hand in found.beside.values() for row in _both(ours, hand)]
    last = next(reversed(found.beside.values()))[0]
    return [
        f"Times the seconds of hand-written SQL (goal: at most 1.25): {', '.join(told)}.",
        "",
        "### Side by side",
        "",
        f"| seconds | lines | {' | '.join(STEPS)} | all | peak, MiB |",
        "| --- |" + " ---: |" * (len(STEPS) + 3),
        *rows,
        *([_row("audit on Spark", found.spark)] if found.spark else []),
        "",
        BESIDE,
        "",
        *([SPARK, ""] if found.spark else []),
        f"{last.evidence:,} lines of the last with findings: "
        + ", ".join(f"{rule} {found.findings[rule]:,}" for rule in MEASURED)
        + ".",
        "",
    ]


def _both(ours: Took, hand: Took) -> list[str]:
    return [
        _row("audit", ours),
        _row("by hand", hand),
        _of_processors("audit, processors' seconds", ours),
        _of_processors("by hand, processors' seconds", hand),
    ]


def _row(name: str, took: Took) -> str:
    cells = " | ".join(f"{took.of(step):.2f}" for step in STEPS)
    return f"| {name} | {took.lines:,} | {cells} | {took.whole:.2f} | {took.peak_mib:,.0f} |"


def _of_processors(name: str, took: Took) -> str:
    cells = " | ".join(f"{took.processor.get(step, 0.0):.2f}" for step in STEPS)
    return f"| {name} | {took.lines:,} | {cells} | {took.processor['all']:.2f} | |"


def _growth(found: AuditMeasured) -> list[str]:
    first = found.growth[0]
    rows = [
        f"| {took.lines:,} | {took.whole:.2f} | {took.whole / took.lines * 1e6:.2f} | "
        f"{(took.whole / took.lines) / (first.whole / first.lines):.2f} | "
        f"{_millions(took, took.of('judging', 'counting')):.1f} | "
        f"{_millions(took, took.of('preparing', 'judging', 'counting')):.1f} | {_millions(took, took.whole):.1f} | "
        f"{_of_processor(took):.1f} | {took.peak_mib:,.0f} |"
        for took in found.growth
    ]
    left = [f"Left out for want of time: {', '.join(f'{size:,}' for size in found.left_out)} lines.", ""]
    return [
        "### Growth, and evaluations a second",
        "",
        f"All {first.rules} line rules that need no history: they read the line, its visit, and what the check of "
        "medicines found. A rule asked of a line is one evaluation. Goal: 50 million a second on two cores. *Judging* "
        "is counted from "
        "lines that are ready until every line has an outcome for every rule and they are counted; *ready* is what "
        "`engines/columns/prepared.py` makes of the Parquet once for all rules: lines as numbers of cases and of "
        "visits, no verdict among it. A *processor's second* counts only what processors spent on it, so it hardly "
        "depends on who else uses the machine; two cores to themselves do twice as much in a second.",
        "",
        "| lines | s in all | µs a line | against the first | million a second, judging | from Parquet | with all | "
        "judging, a processor's second | peak, MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        *(left if found.left_out else []),
    ]


def _millions(took: Took, seconds: float) -> float:
    """Millions of evaluations a second."""
    return took.rules * took.lines / seconds / 1e6


def _of_processor(took: Took) -> float:
    """Millions of evaluations in a second of one processor, from ready lines to counted outcomes."""
    spent = took.processor.get("judging", 0.0) + took.processor.get("counting", 0.0)
    return _millions(took, spent) if spent else 0.0


def _rivals(found: AuditMeasured) -> list[str]:
    ours = max(took.rules * took.lines / took.whole for took in found.growth)
    rows = [
        f"| {one.name} | {one.rules} | {one.judged:,} | {one.evaluations_a_second:,.0f} | "
        f"{ours / one.evaluations_a_second:,.0f} |"
        for one in found.rivals
    ]
    return [
        "### Line by line",
        "",
        "One thread; facts, and for zen-engine the listed values too, stand ready. zen-engine gives an outcome; the "
        "others evidence, amounts and a hash. The audit is counted whole, two threads, with evidence written (goal: 50 "
        "times faster than zen-engine and the plain loop).",
        "",
        "| way | rules | lines | evaluations a second | the audit is so many times faster |",
        "| --- | ---: | ---: | ---: | ---: |",
        *rows,
        "",
    ]


def _order(order: Order) -> list[str]:
    return [
        "### One order of five medicines",
        "",
        f"All {order.rules} rules of the reminder over a year's history of {order.history} rows: {order.verdicts} "
        f"verdicts, {order.told} of them other than *cannot tell*; {order.orders} orders, in process, nothing kept "
        "between them but the compiled rules. Goal: p99 under 10 ms.",
        "",
        "| p50, ms | p99, ms | processor's time: p50, ms | p99, ms | again over the same history: p50, ms | p99, ms |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
        f"| {order.p50_ms:.1f} | {order.p99_ms:.1f} | {order.cpu_p50_ms:.1f} | {order.cpu_p99_ms:.1f} | "
        f"{order.again_p50_ms:.1f} | {order.again_p99_ms:.1f} |",
        "",
        f"Where a processor's time goes, on average: measures {order.measures_ms:.1f} ms, rules "
        f"{order.rules_ms:.1f} ms, sentences {order.sentences_ms:.1f} ms.",
        "",
    ]
