"""The page of the benchmark: figures of the last run in this checkout, then notes below a mark, kept as they are."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from xinglin.hospital.demo.bench import audit_page, diagnosis_page, likeness_page, machine, medicines_page
from xinglin.hospital.demo.bench.machine import Usage
from xinglin.hospital.demo.bench.running import Measured, Width
from xinglin.hospital.kernel.clock import SHANGHAI, now

PATH = Path(__file__).resolve().parents[5] / "docs" / "reference" / "benchmarks.md"
MARK = "<!-- Below this line nothing is generated. -->"
WHAT = """\
Written by `make bench`. One loop: a registered patient asks → the follow-up paper is accepted → the physician proves
identity and begins → physician, patient, physician say something → record signed → prescription signed (the rules
asked) → the pharmacist reviews and signs → picked by trace code → settled → handed over → the visit ends. All of it
through the JSON API with bearer tokens, on PostgreSQL that waits for the disk, in the processes that `make demo`
starts; the load generator runs on the same machine."""
EVERY_DAY, PEAK = 9.6, 48.0
"""Whole loops a second: 830,000 online visits a day over 24 hours, and five times that."""


def as_json(found: Measured) -> dict[str, Any]:
    """The figures for programs."""
    return {
        "machine": machine.described(),
        "healthz_a_second": found.healthz_a_second,
        "commits_a_second": found.commits_a_second,
        "rest": {name: asdict(usage) for name, usage in found.rest.items()},
        "after": {name: asdict(usage) for name, usage in found.after.items()},
        "widths": [asdict(width) | {"loops_a_second": width.loops_a_second} for width in found.widths],
    }


def written(found: Measured, at: datetime | None = None) -> str:
    """The generated part in Markdown."""
    best = found.best
    parts = [
        "# Benchmarks",
        "",
        WHAT,
        "",
        f"Machine: {machine.described()}, {_server()}. "
        f"Measured {(at or now()).astimezone(SHANGHAI):%Y-%m-%d %H:%M} Shanghai time.",
        "",
        f"**{best.loops_a_second:.1f} whole loops a second** ({best.concurrency} at once, {best.error_count} errors): "
        f"{best.loops_a_second / EVERY_DAY:.2f} times the 9.6 a second of 830,000 visits a day, "
        f"{best.loops_a_second / PEAK:.2f} times a peak of 48 a second.",
        "",
        "## Loops",
        "",
        "| at once | loops/s | requests/s | p50 of a loop, ms | p99, ms | errors |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_row(width) for width in found.widths),
        "",
        "## The floor of this machine, in the same run",
        "",
        "| what | a second |",
        "| --- | ---: |",
        f"| bare requests to /healthz (Django's middleware and one SELECT 1) | {found.healthz_a_second:,.0f} |",
        f"| bare commits of one row to PostgreSQL, 8 connections, disk waited for | {found.commits_a_second:,.0f} |",
        f"| requests of the loops at their best | {_requests(best):,.0f} |",
        "",
        *_details(found, best),
    ]
    return "\n".join(parts)


def _details(found: Measured, best: Width) -> list[str]:
    """Steps, shares of the machine, memory."""
    return [
        f"## Steps, {best.concurrency} loops at once",
        "",
        "| step | times | p50, ms | p99, ms |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {step.name} | {step.count:,} | {step.p50_ms:.0f} | {step.p99_ms:.0f} |" for step in best.steps),
        "",
        "## Who uses the machine",
        "",
        "Percent of all cores during the loops; *others* is everything that is not of this run.",
        "",
        "| at once | " + " | ".join(best.cpu_percent) + " |",
        "| ---: |" + " ---: |" * len(best.cpu_percent),
        *(
            f"| {width.concurrency} | " + " | ".join(f"{share:.0f}" for share in width.cpu_percent.values()) + " |"
            for width in found.widths
        ),
        "",
        "## Memory",
        "",
        "MiB. RSS counts shared pages once in every process; PSS divides them among those who share.",
        "",
        "| process | processes | at rest, RSS | at rest, PSS | after load, RSS | after load, PSS |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(_memory(name, found.rest[name], found.after[name]) for name in found.rest),
        "",
    ]


def _row(width: Width) -> str:
    return (
        f"| {width.concurrency} | {width.loops_a_second:.1f} | {_requests(width):.0f} | {width.loop.p50_ms:.0f} | "
        f"{width.loop.p99_ms:.0f} | {width.error_count} |"
    )


def _requests(width: Width) -> float:
    return sum(step.count for step in width.steps) / width.seconds


def _memory(name: str, rest: Usage, after: Usage) -> str:
    figures = (rest.rss_kib, rest.pss_kib, after.rss_kib, after.pss_kib)
    return f"| {name} | {after.processes} | " + " | ".join(f"{kib / 1024:.0f}" for kib in figures) + " |"


def _server() -> str:
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    assert isinstance(raw, psycopg.Connection)  # the one engine of this house
    version = raw.info.server_version
    return f"PostgreSQL {version // 10000}.{version % 10000}"


class _Part(Protocol):
    """A module of a part: the marks around it."""

    BEGIN: str
    END: str


BEGINS: Final = (audit_page.BEGIN, medicines_page.BEGIN, diagnosis_page.BEGIN, likeness_page.BEGIN)


def with_notes(loops: str = "", audit: str = "", medicines: str = "", diagnosis: str = "", likeness: str = "") -> str:
    """The page: each part from this run, or as it was when it was not measured; then notes, kept as they are."""
    before = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    generated, _, notes = before.partition(MARK)
    former = min((generated.partition(begin)[0] for begin in BEGINS), key=len)
    parts = [(loops or former).strip()]
    pages: list[tuple[_Part, str]] = [
        (audit_page, audit), (medicines_page, medicines), (diagnosis_page, diagnosis), (likeness_page, likeness),
    ]  # fmt: skip
    for own, mine in pages:
        text = (mine or generated.partition(own.BEGIN)[2].partition(own.END)[0]).strip()
        parts += [own.BEGIN, text, own.END] if text else []
    return "\n\n".join([*parts, MARK]) + (notes or "\n")
