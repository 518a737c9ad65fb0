"""Why a condition stands where it stands: what speaks for it, against it, what it leaves open, what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from xinglin.clinical.diagnosis.matrix import Matrix
from xinglin.clinical.diagnosis.ranking import IMPOSSIBLE, Ranking
from xinglin.clinical.diagnosis.tuning import TUNING, Tuning
from xinglin.clinical.knowledge.condition_rows import Condition, Finding

_LEAST: Final = 0.15
_STRIKING: Final = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding and what it does: `weight` is the natural logarithm of the odds that it adds (or takes)."""

    finding: Finding
    present: bool
    weight: float
    frequency: float
    """P(finding | condition) of the tables."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """For and against one condition; `unexplained` are striking findings it does not account for; `would_change` are
    findings nobody has asked about that would move it most, with the change of log odds if they were present."""

    condition: Condition
    parts: Mapping[str, float]
    """What the score is the sum of, in natural logarithms of odds (see Ranking.parts)."""
    supports: tuple[Reason, ...]
    against: tuple[Reason, ...]
    unexplained: tuple[Finding, ...]
    would_change: tuple[Reason, ...]


def explain(ranking: Ranking, row: int, table: Matrix, tuning: Tuning = TUNING) -> Explanation:
    """The parts of one condition's score, the heaviest first."""
    reasons = []
    for place, column in enumerate(ranking.columns):
        weight = float(ranking.contribution[row, place])
        present = column in ranking.weighed.present
        reasons.append(Reason(table.findings[column], present, weight, float(table.chance[row, column])))
    reasons.sort(key=lambda one: (-abs(one.weight), one.finding.code))
    open_ones = tuple(
        table.findings[column]
        for column in ranking.weighed.present
        if table.weight[column] >= _STRIKING and table.chance[row, column] <= table.base[column]
    )
    return Explanation(
        table.conditions[row],
        {name: float(part[row]) for name, part in ranking.parts.items()},
        tuple(one for one in reasons if one.weight > _LEAST),
        tuple(one for one in reasons if one.weight < -_LEAST),
        open_ones,
        _would_change(ranking, row, table, tuning),
    )


def _would_change(ranking: Ranking, row: int, table: Matrix, tuning: Tuning) -> tuple[Reason, ...]:
    """Unknown findings by how far their answer would move this condition: heaviest swing first, at most six."""
    chance, base = table.chance[row].astype(np.float64), table.base.astype(np.float64)
    yes = np.clip(np.log(chance / base), -tuning.most, tuning.most)
    no = np.clip(np.log((1 - chance) / (1 - base)), -tuning.most, tuning.most)
    swing = chance * np.abs(yes) + (1 - chance) * np.abs(no)
    swing[~table.linked[row]] = 0.0
    swing[list(ranking.weighed.known)] = 0.0
    best = [int(one) for one in np.argsort(-swing, kind="stable")[:6] if swing[one] > _LEAST]
    return tuple(Reason(table.findings[one], True, float(yes[one]), float(chance[one])) for one in best)


def together(ranking: Ranking, table: Matrix) -> tuple[int, int] | None:
    """Two conditions that explain the striking findings only when both are there: the first of the ranking and the best
    that explains what it leaves. None when one suffices. Noisy-or: each finding is caused by either."""
    first = ranking.order[0]
    left = [
        column
        for column in ranking.weighed.present
        if table.weight[column] >= _STRIKING and table.chance[first, column] <= 2 * table.base[column]
    ]
    if not left:
        return None
    gain = np.log(table.chance[:, left] / table.base[left]).clip(0).sum(axis=1) + 0.5 * ranking.prior
    gain[ranking.score <= IMPOSSIBLE / 2] = IMPOSSIBLE
    gain[first] = IMPOSSIBLE
    covers = (table.chance[:, left] > 2 * table.base[left]).all(axis=1)
    gain[~covers] = IMPOSSIBLE
    second = int(gain.argmax())
    return None if gain[second] <= IMPOSSIBLE / 2 else (first, second)


def noisy_or(rows: tuple[int, ...], column: int, table: Matrix) -> float:
    """P(finding | these conditions together, leak included): absent only if no cause and no leak brings it about."""
    base = float(table.base[column])
    nothing = 1 - base
    for row in rows:
        chance = float(table.chance[row, column])
        nothing *= 1 - max(chance - base, 0.0) / (1 - base)
    return 1 - nothing
