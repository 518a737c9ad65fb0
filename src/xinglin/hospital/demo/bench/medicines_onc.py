"""The two open lists of interactions: those that must ring in every system, and those that must not interrupt.

`onc_high_priority_clean.json` and `onc_noninterruptive_clean.json` in XINGLIN_DATA/medicines; they are not part of this
repository. A pair is asked on the live path: one medicine in use, the other ordered, named as in the list, for an adult
of 50 of whom nothing else is known. Percentages are over pairs whose two names resolve to substances of the tables; the
others are listed. Pairs of an ACE inhibitor with an angiotensin blocker are not counted among the silent ones, nor are
pairs that stand in the first list as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.medicines.checking import check
from xinglin.clinical.medicines.names import resolve
from xinglin.hospital.demo.bench.medicines_scenarios import LOUD

HIGH: Final = "onc_high_priority_clean.json"
SILENT: Final = "onc_noninterruptive_clean.json"
BOTH_RAS: Final = ("ACE inhibitors", "Angiotensin II receptor antagonists")
PAIRED: Final = frozenset({"interaction", "duplicate"})
Pair = frozenset[str]


@dataclass(slots=True)
class Listed:
    """One list: pairs asked, those with a finding of tier X or D, those that interrupt now, and what was left out."""

    asked: int = 0
    loud: int = 0
    interrupting: int = 0
    differing: list[str] = field(default_factory=list)
    """For the list that must ring the pairs that do not; for the other those that do."""
    unknown: set[str] = field(default_factory=set)
    left_out: int = 0

    @property
    def share(self) -> float:
        """The share with a finding of tier X or D."""
        return self.loud / max(1, self.asked)


def folder() -> Path | None:
    """Where the lists lie; None where XINGLIN_DATA names no folder that holds them."""
    named = os.environ.get("XINGLIN_DATA", "")
    found = Path(named) / "medicines" if named else None
    return found if found is not None and (found / HIGH).is_file() and (found / SILENT).is_file() else None


def measure(where: Path, knowledge: Knowledge) -> tuple[Listed, Listed]:
    """The list that must ring and the list that must not interrupt."""
    high_pairs = {frozenset((a, b)) for _group, a, b in _pairs(where / HIGH) if a != b}
    high, silent = Listed(), Listed()
    _run(high, where / HIGH, knowledge, set(), expect_loud=True)
    in_high = {_codes(a) | _codes(b) for a, b in (sorted(pair) for pair in high_pairs)}
    _run(silent, where / SILENT, knowledge, in_high, expect_loud=False)
    return high, silent


def _pairs(path: Path) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    for group in json.loads(path.read_text(encoding="utf-8")):
        for a in group["object"] or [group["object_class"]]:
            precipitants = group["precipitant"] or [group["precipitant_class"]]
            for b in precipitants:
                yield group, a.strip().lower(), str(b).strip().lower()


def _codes(name: str) -> Pair:
    return frozenset(resolve(name).codes)


def _run(listed: Listed, path: Path, knowledge: Knowledge, without: set[Pair], *, expect_loud: bool) -> None:
    seen: set[frozenset[str]] = set()
    for group, a, b in _pairs(path):
        pair = frozenset((a, b))
        if len(pair) < 2 or pair in seen:
            continue
        seen.add(pair)
        one, other = _codes(a), _codes(b)
        listed.unknown |= {name for name, codes in ((a, one), (b, other)) if not codes}
        if not one or not other or one == other:
            continue
        if not expect_loud and (_ras(group) or one | other in without):
            listed.left_out += 1
            continue
        tier, interrupts = _asked(a, b, knowledge)
        listed.asked += 1
        listed.loud += tier in LOUD
        listed.interrupting += interrupts
        if (tier in LOUD) is not expect_loud:
            listed.differing.append(f"{a} + {b} ({tier or 'nothing'})")


def _ras(group: Mapping[str, Any]) -> bool:
    return (group["object_class"], group["precipitant_class"]) == BOTH_RAS


def _asked(a: str, b: str, knowledge: Knowledge) -> tuple[str, bool]:
    """The gravest tier about this pair, and whether it interrupts now."""
    told = check(
        {"patient": {"age_years": 50, "sex": "M", "allergies": []}, "current": [{"drug": a}], "orders": [{"drug": b}]},
        knowledge,
    )
    found = [one for one in told["findings"] if one["kind"] in PAIRED and len(one["lines"]) > 1]
    tier = min((one["tier"] for one in found), key="XDCB".index, default="")
    return tier, any(one["interrupts"] for one in found)
