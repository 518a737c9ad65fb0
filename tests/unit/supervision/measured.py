"""Small worlds for the measures: a subject, its events, and the number that both engines must give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

import pytest

from xinglin.supervision.engines.calendar import SHANGHAI
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.facts.lake import OF_SCOPE, Facts, World
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.rows import Basis, Cell, DatedRow
from xinglin.supervision.verdicts import Plain, Scope, Words

DAY: Final = date(2026, 5, 20)
ASKED: Final = datetime(2026, 5, 20, 10, 0, tzinfo=SHANGHAI)
INVENTED: Final = Basis(Words("自拟", "invented"), Words("测试", "for a test"), False)
LISTED: Final[tuple[tuple[str, tuple[str, ...], Mapping[str, Cell]], ...]] = (
    ("duplicate_pair", ("main-day", "sub"), {"window": "day"}),
    ("duplicate_pair", ("main-encounter", "sub"), {"window": "encounter"}),
    ("duplicate_pair", ("main-hours", "sub"), {"window": "hours6"}),
    ("duplicate_pair", ("main-hour", "sub"), {"window": "hour"}),
    ("herb_not_alone", ("herb-listed",), {"listed": True}),
    ("incision_group", ("op-1",), {"group": "g"}),
    ("incision_group", ("op-2",), {"group": "g"}),
)


def days_ago(days: int) -> date:
    """A day before the subject's."""
    return DAY - timedelta(days=days)


def ago(*, days: int = 0, seconds: int = 0) -> datetime:
    """An instant before that at which the subject is judged."""
    return ASKED - timedelta(days=days, seconds=seconds)


@dataclass(frozen=True)
class Example:
    """What is asked of one measure: `shows` says what the example is there for."""

    measure: str
    shows: str
    answer: int | None
    events: tuple[Facts, ...] = ()
    subject: Facts = field(default_factory=dict)
    then: bool = True

    def __str__(self) -> str:
        return f"{self.measure}: {self.shows}"


@cache
def knowledge() -> Knowledge:
    """What is shipped, with a few invented rows."""
    made = load_knowledge()
    for table, key, values in LISTED:
        made = made.with_row(table, DatedRow(key, values, INVENTED, date(2020, 1, 1)))
    return made


@cache
def compiled() -> Compiled:
    """The compiled engine over the same knowledge."""
    return Compiled(knowledge())


def assert_measured(example: Example, scope: Scope, subject: Facts, events: Iterable[tuple[str, Facts]]) -> None:
    """Reference and compiled engine give the answer, and neither gives one where what is matched by is unknown."""
    world = World()
    world.add(OF_SCOPE[scope].name, subject)
    for table, event in events:
        world.add(table, event)
    measure = next(one for one in MEASURES if one.name == example.measure)
    for engine in (knowledge(), compiled()):
        measurer = Measurer(world, engine, then=example.then)
        only = frozenset({example.measure})
        assert measurer.of(scope, subject, only) == {example.measure: example.answer}
        for own, _ in measure.match:
            blind: dict[str, Plain] = {**subject, own: None}
            assert measurer.of(scope, blind, only) == {example.measure: None}, f"{own} is not known"


def assert_complete(examples: Iterable[Example], scope: Scope, refunds: frozenset[str]) -> None:
    """Every measure of a scope is shown with a value, nothing to count, unknown, and taken back where it can be."""
    shown: dict[str, set[str]] = {}
    for example in examples:
        shown.setdefault(example.measure, set()).add(example.shows.partition(":")[0])
    for measure in MEASURES:
        if measure.scope is scope:
            wanted = {"value", "empty", "unknown"} | ({"refund"} if measure.name in refunds else set())
            assert wanted <= shown.get(measure.name, set()), measure.name


def parametrize(examples: Iterable[Example]) -> pytest.MarkDecorator:
    """One test for each example."""
    return pytest.mark.parametrize("example", list(examples), ids=str)
