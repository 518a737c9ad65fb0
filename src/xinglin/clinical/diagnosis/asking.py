"""The next question: the finding whose answer is expected to tell most, weighed by how well a patient can answer,
with a screen so that dangerous conditions cannot be left unasked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinglin.clinical.diagnosis.evidence import Evidence
from xinglin.clinical.diagnosis.matrix import Matrix
from xinglin.clinical.diagnosis.ranking import Ranking
from xinglin.clinical.knowledge.condition_rows import Finding

CONDITIONS: Final = 30
"""How many of the likeliest conditions the answer is expected to separate."""
ENOUGH: Final = 0.7
"""Asking ends when one condition is at least this likely and the dangerous ones have been asked about."""
LEAST_GAIN: Final = 0.02
"""Bits. Asking ends when no question is expected to tell more."""
MOST_QUESTIONS: Final = 20
TYPICAL_QUESTIONS: Final = 12
_ANSWERABLE: Final = (0.0, 0.45, 0.8, 1.0)
_DANGER: Final = 0.004
_SCREEN_BONUS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask next: the finding, the bits it is expected to tell, and the dangerous condition it screens for."""

    finding: Finding
    gain: float
    screens: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is asked: `decided`, `nothing_to_gain` or `enough_questions`."""

    why: str


def next_questions(evidence: Evidence, ranking: Ranking, table: Matrix, limit: int = 5) -> tuple[Question, ...]:
    """The best questions now, the best first.

    Findings that are known either way, or that the patient could not say, are not asked again, nor those that a patient
    cannot answer."""
    top = [one for one in ranking.order[:CONDITIONS] if ranking.probability[one] > 0]
    columns = _askable(evidence, ranking, table)
    if not top or not columns.size:
        return ()
    gain = _gains(ranking.probability[top], table.chance[top][:, columns].astype(np.float64))
    answerable = np.array([_ANSWERABLE[table.findings[one].ask] for one in columns])
    worth = gain * answerable
    screens = _screens(ranking, table, columns)
    worth += _SCREEN_BONUS * np.array([1.0 if int(one) in screens else 0.0 for one in columns])
    best = np.argsort(-worth, kind="stable")
    chosen: list[Question] = []
    groups: set[str] = set()
    for place in best:
        column = int(columns[place])
        finding = table.findings[column]
        if finding.group in groups or (gain[place] * answerable[place] < LEAST_GAIN and column not in screens):
            continue
        groups.add(finding.group)
        chosen.append(Question(finding, float(gain[place]), screens.get(column)))
        if len(chosen) == limit:
            break
    return tuple(chosen)


def stop(questions: tuple[Question, ...], ranking: Ranking, asked: int) -> Stop | None:
    """Whether asking ends here; a dangerous condition nobody asked about keeps it going up to the typical number."""
    if asked >= MOST_QUESTIONS:
        return Stop("enough_questions")
    if not questions:
        return Stop("nothing_to_gain")
    screening = any(one.screens for one in questions) and asked < TYPICAL_QUESTIONS
    if ranking.probability[ranking.order[0]] >= ENOUGH and not screening:
        return Stop("decided")
    if asked >= TYPICAL_QUESTIONS and questions[0].gain < 4 * LEAST_GAIN:
        return Stop("nothing_to_gain")
    return None


def _askable(evidence: Evidence, ranking: Ranking, table: Matrix) -> NDArray[np.int64]:
    unsure = {table.column[code] for code in evidence.unsure if code in table.column}
    closed = ranking.weighed.known | unsure
    sex = evidence.person.sex
    return np.array(
        [
            column
            for column, finding in enumerate(table.findings)
            if finding.ask and column not in closed and not (sex == "M" and finding.code in {"pregnant"})
        ],
        dtype=np.int64,
    )


def _gains(weights: NDArray[np.float64], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected fall of entropy, in bits, of the distribution over conditions, for every column."""
    share = weights / weights.sum()
    joint = share[:, None] * chance
    yes = joint.sum(axis=0)
    left = share[:, None] * (1 - chance)
    before = _entropy(share[:, None])
    after = yes * _entropy(joint / np.maximum(yes, 1e-12)) + (1 - yes) * _entropy(left / np.maximum(1 - yes, 1e-12))
    return np.asarray(before - after, dtype=np.float64)


def _entropy(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-(columns * np.log2(np.maximum(columns, 1e-12))).sum(axis=0), dtype=np.float64)


def _screens(ranking: Ranking, table: Matrix, columns: NDArray[np.int64]) -> dict[int, str]:
    """For each dangerous condition that is not negligible, the askable finding that speaks most for it, unless two of
    its strong findings are already known."""
    found: dict[int, str] = {}
    if not columns.size:
        return found
    for row in ranking.order[:CONDITIONS]:
        condition = table.conditions[row]
        if not condition.must_not_miss or ranking.probability[row] < _DANGER:
            continue
        telling = np.log(table.chance[row] / table.base) * table.chance[row]
        known = [one for one in ranking.weighed.known if table.linked[row, one] and telling[one] > 1.0]
        if len(known) >= 2:
            continue
        best = int(columns[int(telling[columns].argmax())])
        found.setdefault(best, condition.id)
    return found
