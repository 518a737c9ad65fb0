"""How soon somebody must be seen: never lower than a red flag or a score says, else by expected loss.

Seeing somebody too late costs more than seeing them too early, and the more so the graver it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xinglin.clinical.diagnosis.matrix import Matrix
from xinglin.clinical.diagnosis.ranking import Ranking
from xinglin.clinical.knowledge.condition_rows import URGENCIES, Urgency

LOSS: Final = np.array(
    [
        # what it is: self_care, routine, urgent, emergency
        [0.0, 1.2, 4.0, 16.0],  # sent away with self-care
        [0.5, 0.0, 1.5, 8.0],  # routine
        [1.3, 1.4, 0.0, 3.0],  # urgent
        [3.0, 3.0, 1.8, 0.0],  # emergency
    ]
)
"""Loss of choosing a row where a column is right. A needless trip to hospital today is no small thing either."""
_OTHER: Final = np.array([0.15, 0.7, 0.14, 0.01])
"""How urgent what the tables do not cover is taken to be."""


@dataclass(frozen=True, slots=True)
class Triage:
    """The level, and what set it: `red_flag`, `score` or `conditions`; `share` is the probability of each urgency."""

    level: Urgency
    by: str
    share: tuple[float, float, float, float]


def triage(
    ranking: Ranking, table: Matrix, floors: tuple[tuple[Urgency, str], ...], *, troubled: bool = True
) -> Triage:
    """The level of least expected loss, lifted to the highest floor that a rule or a score sets.

    Where nobody told of a trouble, conditions are only risks, and do not count.
    """
    share = _OTHER * (ranking.other if troubled else 1.0)
    for row in ranking.order[:60] if troubled else ():
        share[URGENCIES.index(table.conditions[row].urgency)] += float(ranking.probability[row])
    share = share / share.sum()
    expected = int(np.argmin(LOSS @ share))
    level, by = URGENCIES[expected], "conditions"
    for floor, source in floors:
        if URGENCIES.index(floor) > URGENCIES.index(level):
            level, by = floor, source
        elif floor == level and by == "conditions":
            by = source
    shares = tuple(float(one) for one in share)
    return Triage(level, by, (shares[0], shares[1], shares[2], shares[3]))
