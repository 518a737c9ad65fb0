"""Measures over a world of rows: the reference, event after event.

The loop is the same whether the declaration is read by the reference engine's values or by its compiled tree; both are
kept so that the one can judge the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.plain import PlainFacts, Value
from xinglin.supervision.facts.case import EVENT_DAY, READABLE
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, Facts, World, column_kinds
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.measures.declared import EXPLODED, Counted, Declared, How, Ordered, Shape
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Plain, Scope

Answer = tuple[Any, ...]
Pairing = Callable[[Facts, Facts, str | None, str | None], Answer]
"""`where` and, if there is one, `value` for a subject, an event and the codes at which they are looked at."""


class PairFacts(PlainFacts):
    """The facts of a subject beside an event, by the reference engine's values."""

    __slots__ = ("groups",)

    def __init__(
        self, measure: Declared, pair: Mapping[str, Plain], groups: frozenset[str], knowledge: Knowledge, side: str
    ) -> None:
        super().__init__(measure.name, measure, measure.scope, pair, knowledge)
        self.groups = groups
        self.side = side

    def _fact(self, path: str, group: str) -> Value:
        if path in {"own.code", "other.code"}:
            return self._known(path, str)
        if group not in self.groups or path not in column_kinds():
            raise AttributeError(f"{self.name} reads {path}, which its rows do not carry")
        return self._known(f"{self.side}{path}", column_kinds()[path])


def event_groups(measure: Declared) -> frozenset[str]:
    """The groups that an event of a measure carries."""
    table = TABLES[measure.over]
    own = READABLE[table.scope] if table.scope is not None else table.groups
    return frozenset(own) - {"measure"} | {"record"}


def plain_pairing(measure: Declared, knowledge: Knowledge) -> Pairing:
    """A declaration read by the reference engine's values."""
    own, events = frozenset(READABLE[measure.scope]) | {"record"}, event_groups(measure)
    more = [one for one in (measure.value, measure.least) if one is not None] if isinstance(measure, Counted) else []

    def asked(subject: Facts, event: Facts, code: str | None, other: str | None) -> Answer:
        pair: Facts = {**subject, **{f"other.{path}": known for path, known in event.items()}}
        pair |= {"own.code": code, "other.code": other}
        s = PairFacts(measure, pair, own, knowledge, "")
        e = PairFacts(measure, pair, events, knowledge, "other.")
        terms = [measure.where(s, e), *(one(s, e) for one in more)]
        return tuple(term.value for term in terms if isinstance(term, Value))

    return asked


def compiled_pairing(measure: Declared, engine: Compiled) -> Pairing:
    """A declaration as a compiled function."""
    step, tables = engine.measure(measure, event_groups(measure)), engine.tables

    def asked(subject: Facts, event: Facts, code: str | None, other: str | None) -> Answer:
        made: Answer = step(subject, event, code, other, tables)
        return made

    return asked


def _pairing(measure: Declared, engine: Compiled | Knowledge) -> Pairing:
    if isinstance(engine, Compiled):
        return compiled_pairing(measure, engine)
    return plain_pairing(measure, engine)


KEPT: Final = 512
"""How many lists of events are kept for the next measure."""


class Measurer:
    """The measures of subjects in a world, read by the compiled engine, or by the reference where knowledge is given.

    `then` asks what was known when the subject was judged. `history` False leaves unknown what lies outside the case.
    """

    def __init__(self, world: World, engine: Compiled | Knowledge, *, then: bool = True, history: bool = True) -> None:
        self._world = world
        self._then = then
        self._seen: dict[tuple[Any, ...], list[tuple[Facts, tuple[str | None, ...]]]] = {}
        self._asked: dict[Scope, list[tuple[Declared, Pairing]]] = defaultdict(list)
        for measure in MEASURES:
            if history or not measure.history:
                self._asked[measure.scope].append((measure, _pairing(measure, engine)))

    def of(self, scope: Scope, subject: Facts, only: frozenset[str] | None = None) -> dict[str, int | None]:
        """The numbers of a subject by name; `only` narrows them."""
        return {
            measure.name: self._number(measure, pairing, subject)
            for measure, pairing in self._asked[scope]
            if only is None or measure.name in only
        }

    def _number(self, measure: Declared, pairing: Pairing, subject: Facts) -> int | None:
        if not self._then:
            subject = {**subject, "record.asked_at": None}
        keys = tuple(subject.get(path) for path, _ in measure.match)
        owns = _codes(subject, measure.own)
        if None in keys or owns is None:
            return None
        found: list[tuple[Facts, Answer]] = []
        by_code: dict[str | None, list[Facts]] = {code: [] for code in owns}
        for event, others in self._visible(measure, keys, subject):
            for code in owns:
                for other in others:
                    answer = pairing(subject, event, code, other)
                    if answer[0] is None:
                        return None
                    if answer[0]:
                        found.append((event, answer))
                        by_code[code].append(event)
        if isinstance(measure, Ordered):
            # Each code runs by itself: a supply of two substances lasts once, not twice.
            numbers = [_ordered(measure, subject, events) for events in by_code.values() if events]
            return None if None in numbers else max((n for n in numbers if n is not None), default=0)
        return _counted(measure, found)

    def _visible(
        self, measure: Declared, keys: tuple[Plain, ...], subject: Facts
    ) -> list[tuple[Facts, tuple[str | None, ...]]]:
        """The events that were known by then, each with its codes; kept for the next measure."""
        paths = tuple(path for _, path in measure.match)
        asked_at = subject.get("record.asked_at") if self._then else None
        place = (measure.over, paths, keys, measure.other, asked_at)
        found = self._seen.get(place)
        if found is None:
            if len(self._seen) >= KEPT:
                self._seen.clear()
            found = self._seen[place] = [
                (event, (None,) if (codes := _codes(event, measure.other)) is None else codes)
                for event in self._world.events(measure.over, paths, keys)
                if _known_by(event.get("record.known_at"), asked_at)
            ]
        return found


def _known_by(known_at: Plain, asked_at: Plain) -> bool:
    return asked_at is None or known_at is None or _instant(known_at) <= _instant(asked_at)


def _instant(value: Plain) -> datetime:
    assert isinstance(value, datetime)
    return value


def _codes(facts: Facts, path: str) -> tuple[str | None, ...] | None:
    """The codes at which a row is looked at: one empty look where none are asked for, None where they are unknown."""
    if not path:
        return (None,)
    joined = facts.get(path)
    if joined is None:
        return None
    return tuple(code for code in str(joined).split(EXPLODED) if code)


def _counted(measure: Counted, found: list[tuple[Facts, Answer]]) -> int | None:
    if measure.how is How.NEAREST:
        near = [(answer[2], answer[1]) for _, answer in found]
        return None if any(None in pair for pair in near) else min(near)[1] if near else measure.empty
    values = [answer[1] for _, answer in found] if measure.value is not None else [1] * len(found)
    if None in values:
        return None
    if not values:
        return measure.empty
    if not measure.by:
        return _made(measure.how, values)
    groups: dict[Plain, list[Any]] = defaultdict(list)
    for (event, _), value in zip(found, values, strict=True):
        groups[event.get(measure.by)].append(value)
    if None in groups:
        return None
    return max(_made(measure.how, group) for group in groups.values())


def _made(how: How, values: list[Any]) -> int:
    if how is How.DISTINCT:
        return len(set(values))
    if how is How.LARGEST:
        return int(max(values))
    if how is How.SMALLEST:
        return int(min(values))
    return sum(values)


def _ordered(measure: Ordered, subject: Facts, events: list[Facts]) -> int | None:
    today = subject.get(EVENT_DAY[measure.scope])
    days = [event.get(measure.day) for event in events]
    if not isinstance(today, date) or None in days:
        return None
    if measure.shape is Shape.COURSE:
        return _course(sorted({day for day in days if isinstance(day, date)}), measure.gap)
    lasting = [event.get(measure.days) for event in events]
    if None in lasting:
        return None
    supplies = sorted((day, length) for day, length in zip(days, lasting, strict=True))
    return _in_hand(supplies, today)  # type: ignore[arg-type]


def _course(days: list[date], gap: int) -> int:
    length = 0
    for earlier, later in zip([None, *days], days, strict=False):
        length = 1 if earlier is None or (later - earlier).days > gap else length + 1
    return length


def _in_hand(supplies: list[tuple[date, int]], today: date) -> int:
    runs_out = today
    for number, (day, length) in enumerate(supplies):
        begins = day if number == 0 else max(day, runs_out)
        runs_out = begins + timedelta(days=length)
    return (runs_out - today).days if supplies else 0


def measured_rows(
    world: World, scopes: Iterable[Scope], measurer: Measurer, only: frozenset[str] | None = None
) -> Iterator[tuple[Scope, Facts]]:
    """Every subject of a world with its measures among its facts."""
    for scope in scopes:
        for facts in world.wide(OF_SCOPE[scope].name):
            numbers = measurer.of(scope, facts, only)
            yield scope, {**facts, **{f"measure.{name}": value for name, value in numbers.items()}}
