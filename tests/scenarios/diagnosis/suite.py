"""Vignettes with what is acceptable of them, answered end to end, and the figures that come of it.

The vignettes were written by physicians of the project who had not looked at the tables when they wrote them. Every
third is `held`: nothing was mended by looking at it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinglin.clinical.assessment.diagnosing import diagnose
from xinglin.clinical.knowledge.condition_rows import Condition
from xinglin.clinical.knowledge.conditions import load_conditions

HERE = Path(__file__).parent
GRAVITY = ("self_care", "routine", "urgent", "emergency")
BINS = 10


@dataclass(frozen=True, slots=True)
class Vignette:
    """One case. `right` and `icd10` (beginnings of codes) name every acceptable answer; the rest likewise."""

    id: str
    language: str
    text: str
    age_years: float | None
    sex: str | None
    pregnant: bool | None
    right: tuple[str, ...]
    icd10: tuple[str, ...]
    triage: tuple[str, ...]
    department: tuple[str, ...]
    held: bool = False

    def case(self) -> dict[str, Any]:
        """What the diagnosis part gets to see."""
        shown = ("id", "text", "language", "age_years", "sex", "pregnant")
        return {name: getattr(self, name) for name in shown}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One vignette answered. `rank` counts from 1; None when no right condition is among those shown."""

    vignette: Vignette
    answer: dict[str, Any]
    rank: int | None
    covered: bool
    """Whether any condition of the tables is an acceptable answer."""

    @property
    def triage(self) -> int:
        """0 when an acceptable level; below it counts as negative, above as positive, in levels."""
        given = GRAVITY.index(self.answer["triage"])
        wanted = [GRAVITY.index(one) for one in self.vignette.triage]
        if given in wanted:
            return 0
        return given - min(wanted) if given < min(wanted) else given - max(wanted)

    @property
    def department(self) -> bool:
        """Whether the first department is acceptable (a child department counts as its parent)."""
        given = str((self.answer["department"] or {}).get("code", ""))
        return any(given == one or given.startswith(f"{one}.") for one in self.vignette.department)

    @property
    def failure(self) -> str | None:
        """The class of a miss of the first five, coarse: what a mender looks at first."""
        if self.rank is not None and self.rank <= 5:
            return None
        if not self.covered:
            return "not in the tables"
        present = [one for one in self.answer["findings"] if one["polarity"] == "present"]
        if len(present) < 2:
            return "little was read"
        return "shown below five" if self.rank else "not shown"


def vignettes(paths: Iterable[Path] | None = None) -> Iterator[Vignette]:
    """All vignettes of the files (both languages when none is named)."""
    for path in paths or sorted(HERE.glob("vignettes_*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                for name in ("right", "icd10", "triage", "department"):
                    row[name] = tuple(row[name])
                yield Vignette(**row)


def acceptable(vignette: Vignette, condition: Condition) -> bool:
    """Whether a condition of the tables is a right answer: by the beginning of its code, or by one of its names."""
    if any(condition.icd10.startswith(code) for code in vignette.icd10):
        return True
    names = {condition.name_zh, condition.name_en, *condition.also_zh, *condition.also_en}
    return bool({one.casefold() for one in names} & {one.casefold() for one in vignette.right})


def answered(vignette: Vignette) -> Outcome:
    """One vignette through the same door that users take."""
    conditions = load_conditions().conditions
    right = {key for key, one in conditions.items() if acceptable(vignette, one)}
    answer = diagnose(vignette.case())
    ranks = [place for place, one in enumerate(answer["differential"], start=1) if one["id"] in right]
    return Outcome(vignette, answer, min(ranks, default=None), bool(right))


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares over outcomes."""

    cases: int
    top1: float
    top3: float
    top5: float
    triage: float
    under_triage: float
    over_triage: float
    department: float
    calibration_error: float
    failures: Counter[str]

    def lines(self) -> list[str]:
        """The figures as text."""
        shares = ("top1", "top3", "top5", "triage", "under_triage", "over_triage", "department", "calibration_error")
        told = [f"cases {self.cases}", *(f"{name} {getattr(self, name):.3f}" for name in shares)]
        return ["  ".join(told), "misses of the first five: " + json.dumps(self.failures, ensure_ascii=False)]


def measured(outcomes: Sequence[Outcome]) -> Measured:
    """The figures of some outcomes; at least one is needed."""
    total = len(outcomes)

    def share(ones: Iterable[bool]) -> float:
        return sum(ones) / total

    return Measured(
        total,
        share(one.rank is not None and one.rank <= 1 for one in outcomes),
        share(one.rank is not None and one.rank <= 3 for one in outcomes),
        share(one.rank is not None and one.rank <= 5 for one in outcomes),
        share(one.triage == 0 for one in outcomes),
        share(one.triage < 0 for one in outcomes),
        share(one.triage > 0 for one in outcomes),
        share(one.department for one in outcomes),
        _calibration_error(outcomes),
        Counter(one.failure for one in outcomes if one.failure),
    )


def _calibration_error(outcomes: Sequence[Outcome]) -> float:
    """Expected calibration error of the first answer's probability, in ten equal bins."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for one in outcomes:
        chance = float(one.answer["differential"][0]["probability"]) if one.answer["differential"] else 0.0
        bins[min(BINS - 1, int(chance * BINS))].append((chance, one.rank == 1))
    gaps = [abs(sum(chance for chance, _ in some) - sum(right for _, right in some)) for some in bins]
    return sum(gaps) / len(outcomes)
