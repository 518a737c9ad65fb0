"""The part of the benchmark's page that is about medicines."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from xinglin.hospital.demo.bench import machine
from xinglin.hospital.demo.bench.medicines import MedicinesMeasured
from xinglin.hospital.demo.bench.medicines_city import Burden
from xinglin.hospital.demo.bench.medicines_onc import Listed
from xinglin.hospital.kernel.clock import SHANGHAI, now

BEGIN: Final = "<!-- The part of medicines begins. -->"
END: Final = "<!-- The part of medicines ends. -->"
WHAT: Final = """\
What `xinglin check` finds on cases of our own, on two open lists and on the prescriptions of the demo city, and what it
costs. Again: `XINGLIN_DATA=… xinglin bench --no-loops --no-audit` (without XINGLIN_DATA the open lists are left out,
and it says so). The scenarios (`tests/scenarios/medicines`, run by `make test` too) were written from clinical
knowledge before any row was looked at, all but six, which came from faults found later; after the first run (301 of
313) four were corrected that were wrong: one dose, two names, one word. No clinician has reviewed them. *Loud*
is a finding of tier X or D as if every row had been read a second time; until then such a row interrupts nobody."""
WEAKEST: Final = 15
LISTED: Final = 40


def as_json(found: MedicinesMeasured) -> dict[str, Any]:
    """The figures for programs."""
    told = asdict(found)
    # A Counter is built from pairs by `asdict` and would count them.
    told["burden"] |= {name: dict(getattr(found.burden, name)) for name in ("kinds", "rows", "quiet_rows")}
    return told | {"machine": machine.described()}


def written(found: MedicinesMeasured, at: datetime | None = None) -> str:
    """The part in Markdown."""
    parts = [
        "## Medicines",
        "",
        WHAT,
        "",
        f"Machine: {machine.described()}. Measured {(at or now()).astimezone(SHANGHAI):%Y-%m-%d %H:%M} Shanghai time. "
        f"Tables {found.digest[:12]}: {found.rows:,} rows, {found.read_again:,} read a second time, {found.faults} "
        "with a fault.",
        "",
        *_scenarios(found),
        *_onc(found.onc),
        *_burden(found.burden),
        *_cost(found),
    ]
    return "\n".join(parts)


def _scenarios(found: MedicinesMeasured) -> list[str]:
    right, of = sum(one.right for one in found.accuracy), sum(one.of for one in found.accuracy)
    rows = [
        f"| {one.category.replace('_', ' ')} | {one.right} | {one.of} | {100 * one.right / one.of:.1f} | "
        f"{100 * one.goal:.0f} | {'yes' if one.reached else 'NO'} |"
        for one in found.accuracy
    ]
    return [
        "### Scenarios",
        "",
        f"**{right} of {of} as expected ({100 * right / of:.1f} %).** About half must stay silent, and tempt.",
        "",
        "| category | right | of | % | goal, % | reached |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *rows,
        "",
        *(f"- {one.scenario}: {one.why}" for one in found.failed),
        *([""] if found.failed else []),
        f"Weakest rows, loud where a scenario must be silent: {_weakest(found)}.",
        "",
    ]


def _weakest(found: MedicinesMeasured) -> str:
    rows = Counter(row for one in found.failed if "should be silent" in one.why for row in one.rows)
    return ", ".join(f"{row} ({count})" for row, count in rows.most_common()) or "none"


def _onc(onc: tuple[Listed, Listed] | None) -> list[str]:
    head = ["### The two open lists (ONC)", ""]
    if onc is None:
        return [*head, "**Not measured: XINGLIN_DATA names no folder with the lists.**", ""]
    high, silent = onc
    return [
        *head,
        "| list | pairs asked | loud | % | goal, % | interrupting now |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        f"| must ring | {high.asked:,} | {high.loud:,} | {100 * high.share:.1f} | 100 | {high.interrupting:,} |",
        f"| must not interrupt | {silent.asked:,} | {silent.loud:,} | {100 * silent.share:.1f} | at most 2 | "
        f"{silent.interrupting:,} |",
        "",
        "One medicine in use, the other ordered, an adult of 50 of whom nothing else is known. Not counted among the "
        f"silent: {silent.left_out} pairs of an ACE inhibitor with an angiotensin blocker or standing in the first "
        "list too. Names that are in no table, so that their pairs were not asked:",
        "",
        f"- must ring: {', '.join(sorted(high.unknown)) or 'none'}",
        f"- must not interrupt: {', '.join(sorted(silent.unknown)) or 'none'}",
        *_differing("should ring and do not", high),
        *_differing("should be silent and are not", silent),
        "",
    ]


def _differing(what: str, listed: Listed) -> list[str]:
    more = f" and {len(listed.differing) - LISTED} more" if len(listed.differing) > LISTED else ""
    return [f"- {what}: {'; '.join(listed.differing[:LISTED])}{more}"] if listed.differing else []


def _burden(burden: Burden) -> list[str]:
    goals = (
        ("cards that interrupt now", burden.interrupting, "at most 5"),
        ("loud cards, all rows as if read again", burden.loud, "at most 5"),
        ("prescriptions with a loud interaction", burden.interactions, "at most 2.5"),
        ("prescriptions with tier X", burden.gravest, "at most 0.3"),
        ("cards for the pharmacist (X, D, C)", burden.pharmacist, "at most 12"),
    )
    return [
        "### Alarms in the demo city",
        "",
        f"{burden.prescriptions:,} prescriptions of a year ({burden.lines:,} medicines, {burden.not_read} of them not "
        "understood), with age, sex, known diagnoses and what is taken every day; no weight, no laboratory value, no "
        "word about pregnancy, as the city has none. Planted misconduct is left out.",
        "",
        "| per 100 prescriptions | number | goal |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {burden.per_hundred(count):.2f} | {goal} |" for name, count, goal in goals),
        "",
        f"Loud, by kind of finding: {_counted(burden.kinds, burden)}.",
        "",
        "| loud rows, most first | times | per 100 |",
        "| --- | ---: | ---: |",
        *_rows(burden.rows, burden),
        "",
        "| rows for the pharmacist alone, most first | times | per 100 |",
        "| --- | ---: | ---: |",
        *_rows(burden.quiet_rows, burden),
        "",
    ]


def _counted(found: Counter[str], burden: Burden) -> str:
    return ", ".join(f"{kind} {burden.per_hundred(count):.2f}" for kind, count in found.most_common()) or "none"


def _rows(found: Counter[str], burden: Burden) -> list[str]:
    return [
        f"| {row}: {burden.words[row][:110]} | {count} | {burden.per_hundred(count):.2f} |"
        for row, count in found.most_common(WEAKEST)
    ]


def _cost(found: MedicinesMeasured) -> list[str]:
    speed, same = found.speed, found.replayed
    streams = [
        f"| {one.cases:,} | {one.peak_mib:.0f} | {one.seconds:.0f} | {one.processor_seconds:.0f} |"
        for one in found.streams
    ]
    return [
        "### Cost",
        "",
        f"8 new beside 20 in use ({speed.findings} findings): **p95 {speed.p95_ms:.1f} ms** (p50 {speed.p50_ms:.1f}; "
        f"processor alone, p95 {speed.processor_p95_ms:.1f}; goal under 20). Prescriptions of the city: "
        f"**{found.a_second * 3600:,.0f} an hour a core**. Judged again in another process: {same[0]} of {same[1]} "
        f"answers the same byte for byte (goal: all).",
        "",
        *(
            [
                "| `xinglin check --jsonl`, cases | most memory, MiB | seconds | of the processor |",
                "| ---: | ---: | ---: | ---: |",
                *streams,
                "",
            ]
            if streams
            else ["The stream was not measured.", ""]
        ),
    ]
