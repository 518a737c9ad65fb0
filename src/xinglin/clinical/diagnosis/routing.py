"""Which department: what the likely conditions belong to, with age and pregnancy before the organ."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from xinglin.clinical.diagnosis.evidence import Person
from xinglin.clinical.diagnosis.matrix import Matrix
from xinglin.clinical.diagnosis.ranking import Ranking

CHILD_UNTIL: Final = 14.0
"""Years. Chinese hospitals see children up to 14 in paediatrics."""
NEWBORN_UNTIL: Final = 28 / 365.25
PAEDIATRICS: Final = "07"
NEONATOLOGY: Final = "07.01"
OBSTETRICS: Final = "05.02"
GENERAL: Final = "02"
_OWN_DOOR: Final = ("10", "12")
"""Eyes and teeth keep their own door at any age."""


def departments(
    ranking: Ranking, person: Person, table: Matrix, *, troubled: bool = True
) -> tuple[tuple[str, float], ...]:
    """Department codes by their share of the probability, the best first.

    General practice, for children paediatrics, when nothing is likely or nobody told of a trouble.
    """
    share: defaultdict[str, float] = defaultdict(float)
    for row in ranking.order[:20] if troubled else ():
        share[_door(table.conditions[row].department, person)] += float(ranking.probability[row])
    if not share or max(share.values()) <= 0:
        return ((_door(GENERAL, person), 1.0),)
    return tuple(sorted(share.items(), key=lambda one: (-one[1], one[0])))


def _door(department: str, person: Person) -> str:
    if person.age_years is not None and person.age_years < CHILD_UNTIL:
        if department.startswith(("07", *_OWN_DOOR)):
            return department
        return NEONATOLOGY if person.age_years < NEWBORN_UNTIL else PAEDIATRICS
    return department
