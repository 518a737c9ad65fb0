"""How a measure is declared: once, in the words of the rules, for every engine.

A counted measure compares its subject with other rows, the *events*, that share some facts with it (the same person,
the same trace code), keeps those for which `where` is true, and counts, adds or compares a value of theirs. `where` and
`value` are functions of two sets of facts, the subject's `s` and the event's `e`, written in the vocabulary. So a
measure means the same in every engine, as a rule does.

Unknown stays unknown: when it cannot be told of one event whether it counts, or what its value is, the number is not
known. Only what was known by the time the subject was judged is an event where the question is *what was known then*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary.terms import Facts, Term

Pair = Callable[[Facts, Facts], Term]
"""A function of the subject's facts and an event's facts."""


class How(Enum):
    """What is made of the events that count."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"
    LARGEST = "largest"
    SMALLEST = "smallest"
    NEAREST = "nearest"
    """The value of the event whose `least` is smallest; the smallest value where several are. 0 to 999,999,999."""


class BadMeasure(ValueError):
    """A declaration contradicts itself. The message names the measure and what would be right."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of a subject, made from events.

    `scope` is the kind of subject, `over` the table of the events. `match` pairs a fact of the subject with one of the
    event: they must be equal, and where the subject's is unknown the number is. `by` groups events first: each group is
    summed up by `how`, and the largest group is the number. `empty` is the number where no event counts: 0 for counts
    and sums. `own` and `other` name a fact that holds several codes joined by ``|``: subject or event is then looked at
    once for each, as ``s.own.code`` and ``e.other.code``. `history` says that events lie outside the case itself.
    """

    name: str
    scope: Scope
    over: str
    match: tuple[tuple[str, str], ...]
    where: Pair
    how: How
    value: Pair | None = None
    least: Pair | None = None
    by: str = ""
    empty: int | None = 0
    own: str = ""
    other: str = ""
    limits: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    history: bool = True

    def __post_init__(self) -> None:
        if (self.value is None) != (self.how is How.COUNT):
            raise BadMeasure(f"{self.name}: a count has no value, everything else needs one")
        if self.by and self.how not in {How.COUNT, How.SUM, How.DISTINCT}:
            raise BadMeasure(f"{self.name}: only counts and sums can be made by group")
        if (self.least is None) == (self.how is How.NEAREST):
            raise BadMeasure(f"{self.name}: the nearest event needs `least`, and nothing else does")
        if self.how in {How.LARGEST, How.SMALLEST, How.NEAREST} and self.empty is None:
            raise BadMeasure(f"{self.name}: say with `empty` what it is where no event counts")
        if not self.match:
            raise BadMeasure(f"{self.name}: match is empty: every subject would be compared with every event")


class Shape(Enum):
    """The two numbers that need the order of events and cannot be counted."""

    IN_HAND = "days in hand after the last supply, each beginning when the one before has run out"
    COURSE = "distinct days since the last gap of more than `gap` days"


@dataclass(frozen=True, slots=True)
class Ordered:
    """A number made from the events of a subject in the order of their days, the subject's own day being the last.

    `day` is the event's day; `days` is how long its supply lasts (for `IN_HAND`), `gap` the longest gap (for `COURSE`).
    """

    name: str
    scope: Scope
    over: str
    match: tuple[tuple[str, str], ...]
    where: Pair
    shape: Shape
    day: str
    days: str = ""
    gap: int = 0
    own: str = ""
    other: str = ""
    limits: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    history: bool = True


Declared = Counted | Ordered
EXPLODED: Final = "|"
"""What joins several codes in one fact."""
