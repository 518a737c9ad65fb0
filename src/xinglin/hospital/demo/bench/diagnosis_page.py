"""The part of the benchmark's page that is about diagnosis, and the reliability curve as a drawing."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from xinglin.hospital.demo.bench import machine
from xinglin.hospital.demo.bench.diagnosis import Calibration, Closed, Ranked
from xinglin.hospital.demo.bench.diagnosis_run import DiagnosisMeasured, Flagged
from xinglin.hospital.kernel.clock import SHANGHAI, now

BEGIN: Final = "<!-- The part of diagnosis begins. -->"
END: Final = "<!-- The part of diagnosis ends. -->"
DRAWING: Final = Path(__file__).resolve().parents[5] / "docs" / "reference" / "diagnosis-reliability.svg"
WHAT: Final = """\
What `xinglin diagnose` makes of open cases, of cases drawn from its own tables and of messages of our own, and what it
costs. Again: `XINGLIN_DATA=… xinglin bench --no-loops --no-audit --no-medicines` (without XINGLIN_DATA the open cases
and the negation sentences are left out, and it says so). The tables were mended while looking at the open cases and at
the messages that are not held out: their figures say how well that went, not what unseen cases would give. No clinician
has reviewed the tables or the messages. The English cases are examination questions with much examination and
laboratory in them; their right answer is looked for among the names of the tables, strictly. The Chinese sets are
annotated dialogues of parents with paediatricians; the choice is limited to the set's own labels, which overlap (a cold
is an upper respiratory infection)."""


def as_json(found: DiagnosisMeasured) -> dict[str, Any]:
    """The figures for programs."""
    return asdict(found) | {"machine": machine.described()}


def written(found: DiagnosisMeasured, at: datetime | None = None) -> str:
    """The part in Markdown."""
    return "\n".join(
        [
            "## Diagnosis",
            "",
            WHAT,
            "",
            f"Machine: {machine.described()}. Measured {(at or now()).astimezone(SHANGHAI):%Y-%m-%d %H:%M} Shanghai "
            f"time. Tables {found.digest[:12]}: {found.conditions:,} conditions, {found.findings:,} findings, "
            f"{found.links:,} links.",
            "",
            *_ranked(found),
            *_chinese(found.chinese),
            *_flagged(found.flagged),
            *_negation(found),
            *_calibration(found),
            *_cost(found),
        ]
    )


def _ranked(found: DiagnosisMeasured) -> list[str]:
    rows = ["| cases | number | first | in three | in five |", "| --- | ---: | ---: | ---: | ---: |"]
    first, three, five = found.drawn_within
    drawn = f"| drawn from the tables | 1,000 | {first:.1%} | {three:.1%} | {five:.1%} |"
    if found.english is None:
        return [*rows, drawn, "", "**Open cases NOT measured: XINGLIN_DATA names no folder with diagnosis/.**", ""]
    english = found.english
    shares = " | ".join(f"{english.within(depth):.1%}" for depth in (1, 3, 5))
    return [*rows, f"| {english.name} | {len(english.cases)} | {shares} |", drawn, "", *_failures(english)]


def _failures(english: Ranked) -> list[str]:
    covered = [one for one in english.cases if one.place != -1]
    shares = ", ".join(f"{sum(1 <= one.place <= depth for one in covered) / len(covered):.1%}" for depth in (1, 3, 5))
    rows = [f"| {name} | {times} |" for name, times in english.failures.most_common()]
    return [
        f"Of the {len(covered)} English cases whose condition is in the tables: {shares}. Why the first is not right:",
        "",
        "| class of failure | cases |",
        "| --- | ---: |",
        *rows,
        "",
    ]


def _chinese(sets: tuple[Closed, ...]) -> list[str]:
    if not sets:
        return []
    rows = [
        f"| {one.name} | {one.cases:,} | {one.labels} | {one.accuracy:.1%} | {one.accuracy_folds:.1%} | "
        f"{one.accuracy_asked:.1%} | {one.questions:.1f} |"
        for one in sets
    ]
    wrong = [
        f"- {one.name}: " + "; ".join(f"{right} taken for {taken} {times}" for right, taken, times in one.confused)
        for one in sets
    ]
    return [
        "Chinese sets, right label first. *Folds*: with one number a label, fitted on nine tenths and measured on the "
        "tenth, ten times. *Asked*: knowing the first complaint only, the rest by at most ten of our own questions; "
        "what the dialogue says nothing of is answered “not sure”.",
        "",
        "| set | cases | labels | all that was annotated | folds | asked | questions |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        "Most often confused:",
        "",
        *wrong,
        "",
    ]


def _flagged(parts: tuple[Flagged, ...]) -> list[str]:
    total: Counter[str] = Counter()
    rows = []
    for one in parts:
        total.update(dangerous=one.dangerous, flagged=one.flagged, harmless=one.harmless, left=one.left)
        rows.append(
            f"| {one.name} | {one.dangerous} | {_share(one.flagged, one.dangerous)} | {one.harmless} | "
            f"{_share(one.left, one.harmless)} | {one.under} |"
        )
    whole = (
        f"| all | {total['dangerous']} | {_share(total['flagged'], total['dangerous'])} | {total['harmless']} | "
        f"{_share(total['left'], total['harmless'])} | {sum(one.under for one in parts)} |"
    )
    return [
        "Red flags on messages of our own. *Called urgent only*: an emergency that was flagged one level too low.",
        "",
        "| messages | dangerous | flagged | harmless | left in peace | called urgent only |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        whole,
        "",
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _negation(found: DiagnosisMeasured) -> list[str]:
    one = found.negation
    if one is None:
        return []
    return [
        f"Published sentences ({one.sentences:,}): negation F1 {one.negated:.3f}, history F1 {one.historical:.3f}, "
        f"experiencer wrong {one.experiencer_wrong} times.",
        "",
    ]


def _calibration(found: DiagnosisMeasured) -> list[str]:
    rows = [f"| drawn from the tables | {found.calibration.expected_error:.3f} | {found.calibration.brier:.3f} |"]
    if found.calibration_english is not None:
        one = found.calibration_english
        rows.append(f"| English, examination style | {one.expected_error:.3f} | {one.brier:.3f} |")
    return [
        "Calibration of the first condition's probability: expected error over ten bins, and Brier score.",
        "",
        "| cases | expected calibration error | Brier |",
        "| --- | ---: | ---: |",
        *rows,
        "",
        "![Reliability: how often the first was right, by its probability](diagnosis-reliability.svg)",
        "",
    ]


def _cost(found: DiagnosisMeasured) -> list[str]:
    lines = [
        f"A message of our own, reading and red flags: p50 {found.message_ms[0]:.1f} ms, "
        f"p95 {found.message_ms[1]:.1f} ms."
    ]
    if found.case_ms is not None:
        lines.append(
            f"A whole English case (about 250 words) to its answer: p50 {found.case_ms[0]:.1f} ms, "
            f"p95 {found.case_ms[1]:.1f} ms."
        )
    lines.append(
        f"Loading all tables and building all words: {found.load_seconds:.1f} s; "
        f"memory grows by {found.memory_mib:.0f} MiB."
    )
    return [*lines, ""]


def drawing(found: DiagnosisMeasured) -> str:
    """The reliability curve as SVG: the diagonal is perfect; a disc's area is its share of cases."""
    series = [("#b45309", "drawn from the tables", found.calibration)]
    if found.calibration_english is not None:
        series.append(("#0f766e", "English, examination style", found.calibration_english))
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 460 420" role="img" font-family="system-ui, sans-serif" '
        'font-size="12"><title>Reliability of the first condition</title>',
        '<rect width="460" height="420" fill="#fffdf9"/>',
        '<path d="M60 360H440M60 360V20" stroke="#78716c" fill="none"/>',
        '<path d="M60 360L440 20" stroke="#a8a29e" stroke-dasharray="4 4"/>',
    ]
    for step in range(0, 11, 2):
        x, y = 60 + 38 * step, 360 - 34 * step
        parts.append(f'<text x="{x}" y="378" text-anchor="middle" fill="#57534e">{step / 10:.1f}</text>')
        parts.append(f'<text x="52" y="{y + 4}" text-anchor="end" fill="#57534e">{step / 10:.1f}</text>')
    parts.append('<text x="250" y="402" text-anchor="middle" fill="#292524">probability of the first condition</text>')
    parts.append('<text x="18" y="190" transform="rotate(-90 18 190)" text-anchor="middle" fill="#292524">right</text>')
    for number, (colour, name, one) in enumerate(series):
        parts += _series(colour, name, one, number)
    return "\n".join([*parts, "</svg>", ""])


def _series(colour: str, name: str, found: Calibration, number: int) -> list[str]:
    total = sum(times for _, _, times in found.bins)
    points = [(60 + 380 * mean, 360 - 340 * share, times) for mean, share, times in found.bins]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y, _ in points)
    discs = [
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{3 + 18 * (times / total) ** 0.5:.1f}" '
        f'fill="{colour}" fill-opacity="0.35"/>'
        for x, y, times in points
    ]
    label = f'<text x="76" y="{36 + 18 * number}" fill="{colour}">● {name} (error {found.expected_error:.3f})</text>'
    return [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>', *discs, label]
