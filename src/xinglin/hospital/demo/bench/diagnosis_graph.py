"""The tables beside an open graph of conditions and symptoms learned from records: where the two disagree.

The graph (Rotmensch and others 2017, Scientific Reports 7:5994, CC BY 4.0) is read from XINGLIN_DATA/diagnosis; it is
not part of this project. A disagreement is a question to a reader of the tables, not a fault of either.
`python -m xinglin.hospital.demo.bench.diagnosis_graph` prints the report.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from xinglin.clinical.diagnosis.matrix import matrix
from xinglin.clinical.knowledge.conditions import ConditionKnowledge, load_conditions
from xinglin.clinical.language import Lexicon, build_lexicon, read
from xinglin.hospital.demo.bench import diagnosis_cases

STRONG: Final = 0.1
"""A weight of the graph from which its authors' top lists speak of a typical symptom."""
TYPICAL: Final = 0.5
"""P(finding | condition) from which the tables call a finding typical."""
_ENTRY: Final = re.compile(r"\s*(.+?) \(([0-9.]+)\)")


@dataclass(frozen=True, slots=True)
class Compared:
    """One condition in both. `missing`: strong in the graph, not in the tables; `weak`: strong there, rare here;
    `alone`: typical in the tables, not named in the graph at all (which knows no examination and no laboratory)."""

    graph_name: str
    condition: str
    shared: int
    missing: tuple[tuple[str, float], ...]
    weak: tuple[tuple[str, float, float], ...]
    alone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """All conditions that both name, those that only the graph names, and its symptoms that no finding stands for."""

    compared: tuple[Compared, ...]
    absent: tuple[str, ...]
    unread: tuple[str, ...]
    symptoms: int


def crosscheck(path: Path, knowledge: ConditionKnowledge) -> Crosscheck:
    """Compare the tables with the graph below `path`."""
    lexicon = build_lexicon(knowledge)
    compared, absent = [], []
    unread: set[str] = set()
    symptoms: set[str] = set()
    for name, entries in _graph(path / "rotmensch_health_kg.csv"):
        symptoms |= {symptom for symptom, _ in entries}
        codes = {symptom: _code(symptom, lexicon) for symptom, _ in entries}
        unread |= {symptom for symptom, code in codes.items() if code is None}
        right = sorted(diagnosis_cases.named(name, knowledge))
        if not right:
            absent.append(name)
            continue
        weights = {code: weight for symptom, weight in entries if (code := codes[symptom]) is not None}
        compared.append(_compare(name, right[0], weights))
    return Crosscheck(tuple(compared), tuple(absent), tuple(sorted(unread)), len(symptoms))


def _graph(file: Path) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found = [(match[1], float(match[2])) for match in _ENTRY.finditer(row["Symptoms"].replace("),", ")\n"))]
            yield row["Diseases"], [(name.lstrip(", "), weight) for name, weight in found]


def _code(symptom: str, lexicon: Lexicon) -> str | None:
    found = read(symptom, language="en", lexicon=lexicon).mentions
    return None if not found or found[0].code.startswith("known:") else found[0].code


def _compare(name: str, condition: str, weights: dict[str, float]) -> Compared:
    table = matrix()
    row = table.row[condition]
    missing, weak = [], []
    shared = 0
    for code, weight in weights.items():
        column = table.column[code]
        if not table.linked[row, column]:
            if weight >= STRONG:
                missing.append((code, weight))
            continue
        shared += 1
        if weight >= STRONG and table.chance[row, column] < 0.1:
            weak.append((code, weight, float(table.chance[row, column])))
    related = {other for code in weights for other in _kin(code)}
    alone = [
        link.finding
        for link in table.conditions[row].links
        if table.chance[row, table.column[link.finding]] >= TYPICAL
        and table.findings[table.column[link.finding]].kind == "symptom"
        and link.finding not in related
    ]
    return Compared(name, condition, shared, tuple(missing), tuple(weak), tuple(alone))


@lru_cache(maxsize=4096)
def _kin(code: str) -> frozenset[str]:
    table = matrix()
    column = table.column[code]
    return frozenset(table.findings[one].code for one in (column, *table.above[column], *table.below[column]))


def report(found: Crosscheck) -> list[str]:
    """The report in Markdown: figures first, then each condition with a disagreement."""
    missing, weak = sum(len(one.missing) for one in found.compared), sum(len(one.weak) for one in found.compared)
    lines = [
        f"{len(found.compared)} conditions in both, {len(found.absent)} only in the graph: {', '.join(found.absent)}.",
        f"{found.symptoms} symptoms of the graph, {len(found.unread)} that no finding stands for: "
        f"{', '.join(found.unread)}.",
        f"{sum(one.shared for one in found.compared)} links in both; {missing} strong in the graph and not in the "
        f"tables; {weak} strong there and rare here.",
        "",
    ]
    for one in sorted(found.compared, key=lambda one: (-len(one.missing) - len(one.weak), one.condition)):
        if one.missing or one.weak:
            lines.append(f"- **{one.condition}** ({one.graph_name}, {one.shared} shared)")
            if one.missing:
                told = ", ".join(f"{code} {weight:.2f}" for code, weight in one.missing)
                lines.append(f"  - not in the tables: {told}")
            if one.weak:
                lines.append("  - rare here: " + ", ".join(f"{code} {w:.2f} / {p:.3f}" for code, w, p in one.weak))
            if one.alone:
                lines.append("  - typical here, not there: " + ", ".join(one.alone[:12]))
    return lines


def main() -> int:
    """Print the report; ends with 2 when the graph is not there."""
    path = diagnosis_cases.folder()
    if path is None:
        sys.stderr.write("XINGLIN_DATA names no folder with diagnosis/: the graph is NOT compared\n")
        return 2
    sys.stdout.write("\n".join(report(crosscheck(path, load_conditions()))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
