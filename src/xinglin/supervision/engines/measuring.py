"""Measures over a world of rows: which events a subject has, which of them count, and the number that follows.

Which of them count is read in two ways: by the reference engine's values, event after event, and by loops written for
the measure. Both are kept so that the one can judge the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

from xinglin.supervision.engines.compiled import Compiled, Step
from xinglin.supervision.engines.loops import Kept, Loops, Seen, Sieve, sieved
from xinglin.supervision.engines.plain import PlainFacts, Value
from xinglin.supervision.facts.case import EVENT_DAY, READABLE
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, Event, Facts, World, column_kinds
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


Found = Sequence[tuple[Any, ...]]
"""What counts: the event, the subject's code at which it was looked at, and then the values."""
Look = Callable[[Facts, tuple[str | None, ...], Sequence[Seen], Kept], "Found | None"]
"""What counts of a subject's events; None where it is unknown of one of them. The last is kept for the next subject."""
Gate = Callable[[Facts], Any]
"""False where the subject alone says that no event counts: its events need not be looked for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A measure ready to be asked. `nothing` is the number where no event counts."""

    name: str
    measure: Declared
    gate: Gate | None
    look: Look
    own: str
    nothing: int | None


@dataclass(frozen=True, slots=True)
class Alike:
    """Measures that look at the same events in the same way; `number` tells them from others.

    `mine` are the subject's facts by which events are found, `theirs` the events'.
    """

    number: int
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    asks: tuple[Asking, ...]


def plain_look(measure: Declared, knowledge: Knowledge) -> Look:
    """Event after event, code after code, by the reference engine."""
    asked = plain_pairing(measure, knowledge)

    def look(subject: Facts, owns: tuple[str | None, ...], events: Sequence[Seen], _kept: Kept) -> Found | None:
        found: list[tuple[Any, ...]] = []
        for event, codes in events:
            whole = event.whole()
            for own in owns:
                for other in codes:
                    counts, *values = asked(subject, whole, own, other)
                    if counts is None:
                        return None
                    if counts:
                        found.append((event, own, *values))
        return found

    return look


def compiled_look(run: Step, sieve: Sieve | None, place: int) -> Look:
    """The same by loops that were written for the measure. `place` is its own among what the sieve leaves."""

    def unsieved(subject: Facts, owns: tuple[str | None, ...], events: Sequence[Seen], _kept: Kept) -> Found | None:
        made: Found | None = run(subject, owns, events)
        return made

    if sieve is None:
        return unsieved

    def look(subject: Facts, owns: tuple[str | None, ...], events: Sequence[Seen], kept: Kept) -> Found | None:
        left, unsure = sieved(sieve, subject, events, kept)[place]
        if unsure:
            # Of an event that nothing rules out it cannot be told whether it counts: then neither can the number.
            doubtful = run(subject, owns, unsure)
            if doubtful is None or doubtful:
                return None
        made: Found | None = run(subject, owns, left) if left else ()
        return made

    return look


Ready = Callable[[Sequence[Declared]], list[tuple[Gate | None, Look]]]


def _by_reference(knowledge: Knowledge) -> Ready:
    return lambda measures: [(None, plain_look(measure, knowledge)) for measure in measures]


def _by_loops(loops: Loops) -> Ready:
    """Measures that look at the same events are sieved together."""

    def ready(measures: Sequence[Declared]) -> list[tuple[Gate | None, Look]]:
        made = [loops.of(measure, event_groups(measure)) for measure in measures]
        sieves = loops.sieves(measures[0].over, made)
        return [
            (loop.gate, compiled_look(loop.run, *(sieve or (None, 0))))
            for loop, sieve in zip(made, sieves, strict=True)
        ]

    return ready


class Asked:
    """Every measure by scope, ready to be asked; without `history`, those that stay within the case."""

    def __init__(self, engine: Compiled | Knowledge, *, history: bool) -> None:
        self._ready = _by_reference(engine) if isinstance(engine, Knowledge) else _by_loops(Loops(engine))
        self._alike: dict[tuple[Scope, int, tuple[str, ...], tuple[str, ...]], list[Declared]] = defaultdict(list)
        numbers: dict[tuple[Any, ...], int] = {}
        for measure in MEASURES:
            if history or not measure.history:
                theirs, mine = event_paths(measure), tuple(path for path, _ in measure.match)
                number = numbers.setdefault((measure.over, theirs, measure.other), len(numbers))
                self._alike[measure.scope, number, mine, theirs].append(measure)
        self._narrowed: dict[tuple[Scope, frozenset[str] | None], tuple[Alike, ...]] = {}

    def of(self, scope: Scope, only: frozenset[str] | None) -> tuple[Alike, ...]:
        """The measures of a scope; `only` narrows them."""
        found = self._narrowed.get((scope, only))
        if found is None:
            if len(self._narrowed) >= KEPT:
                self._narrowed.clear()
            found = self._narrowed[scope, only] = tuple(self._narrow(scope, only))
        return found

    def _narrow(self, scope: Scope, only: frozenset[str] | None) -> Iterator[Alike]:
        for (of_scope, number, mine, theirs), measures in self._alike.items():
            asked = [one for one in measures if of_scope is scope and (only is None or one.name in only)]
            if asked:
                ready = zip(asked, self._ready(asked), strict=True)
                asks = tuple(Asking(one.name, one, *found, one.own, _nothing(one)) for one, found in ready)
                yield Alike(number, mine, theirs, asks)


def _nothing(measure: Declared) -> int | None:
    return measure.empty if isinstance(measure, Counted) else 0


_ASKED: Final[WeakKeyDictionary[Compiled, dict[bool, Asked]]] = WeakKeyDictionary()
"""What was made ready once stays ready as long as the engine it was made of."""


def _asked_of(engine: Compiled | Knowledge, *, history: bool) -> Asked:
    if isinstance(engine, Knowledge):
        return Asked(engine, history=history)
    made = _ASKED.setdefault(engine, {})
    if history not in made:
        made[history] = Asked(engine, history=history)
    return made[history]


KEPT: Final = 512
"""How many lists of events are kept for the next measure."""


class Measurer:
    """The measures of subjects in a world, read by the compiled engine, or by the reference where knowledge is given.

    `then` asks what was known when the subject was judged. `history` False leaves unknown what lies outside the case.
    """

    gated: ClassVar[bool] = True
    """Whether events are left alone where the subject says already that none counts."""

    def __init__(self, world: World, engine: Compiled | Knowledge, *, then: bool = True, history: bool = True) -> None:
        self._world = world
        self._then = then
        self._seen: dict[tuple[Any, ...], tuple[Sequence[Seen], Kept]] = {}
        self._asked = _asked_of(engine, history=history)

    def of(self, scope: Scope, subject: Facts, only: frozenset[str] | None = None) -> dict[str, int | None]:
        """The numbers of a subject by name; `only` narrows them."""
        if not self._then:
            subject = {**subject, "record.asked_at": None}
        known, gated, found = subject.get, self.gated, dict[str, int | None]()
        codes: dict[str, tuple[str | None, ...] | None] = {"": ALONE}
        for alike in self._asked.of(scope, only):
            keys = tuple([known(path) for path in alike.mine])
            events: Sequence[Seen] | None = None
            for ask in alike.asks:
                if ask.own not in codes:
                    codes[ask.own] = _codes(known(ask.own))
                owns = codes[ask.own]
                if owns is None or None in keys:
                    found[ask.name] = None
                    continue
                if gated and ask.gate is not None and ask.gate(subject) is False:
                    found[ask.name] = ask.nothing
                    continue
                if events is None:
                    events, kept = self._visible(alike, ask.measure, keys, subject)
                counted = ask.look(subject, owns, events, kept) if events else ()
                found[ask.name] = (
                    _number(ask, subject, counted) if counted else None if counted is None else ask.nothing
                )
        return found

    def _visible(
        self, alike: Alike, measure: Declared, keys: tuple[Plain, ...], subject: Facts
    ) -> tuple[Sequence[Seen], Kept]:
        """The events that were known by then, each with its codes; kept for the next subject with what sieves leave."""
        asked_at = subject.get("record.asked_at") if self._then else None
        place = (alike.number, keys, asked_at)
        found = self._seen.get(place)
        if found is None:
            if len(self._seen) >= KEPT:
                self._seen.clear()
            found = self._seen[place] = self._look_up(measure, alike.theirs, keys, asked_at), {}
        return found

    def _look_up(
        self, measure: Declared, paths: tuple[str, ...], keys: tuple[Plain, ...], asked_at: Plain
    ) -> list[Seen]:
        events = self._world.events(measure.over, paths, keys)
        if asked_at is not None:
            events = [event for event in events if (at := event.known_at) is None or at <= asked_at]  # type: ignore[operator]
        if not measure.other:
            return [(event, ALONE) for event in events]
        return [seen(event, measure.other) for event in events]


def _number(ask: Asking, subject: Facts, found: Found | None) -> int | None:
    """The number that follows from what counts."""
    if not found:
        return None if found is None else ask.nothing
    measure = ask.measure
    if isinstance(measure, Counted):
        return _counted(measure, found)
    # Each code runs by itself: a supply of two substances lasts once, not twice.
    by_code: dict[str | None, list[Event]] = defaultdict(list)
    for event, code in found:
        by_code[code].append(event)
    numbers = [_ordered(measure, subject, of_code) for of_code in by_code.values()]
    return None if None in numbers else max((n for n in numbers if n is not None), default=0)


@cache
def event_paths(measure: Declared) -> tuple[str, ...]:
    """The facts by which a measure's events are found."""
    return tuple(path for _, path in measure.match)


ALONE: Final = (None,)
"""The codes of a row that is looked at once."""


def seen(event: Event, other: str) -> Seen:
    """An event with the codes at which it is looked at; one empty look where they are unknown."""
    codes = _codes(event[other]) if other else None
    return event, ALONE if codes is None else codes


def _codes(joined: Plain) -> tuple[str | None, ...] | None:
    """The codes at which a row is looked at; None where they are unknown."""
    return None if joined is None else _apart(str(joined))


@lru_cache(maxsize=4096)
def _apart(joined: str) -> tuple[str | None, ...]:
    return tuple([code for code in joined.split(EXPLODED) if code])


def _counted(measure: Counted, found: Found) -> int | None:
    if measure.how is How.NEAREST:
        near = [(one[3], one[2]) for one in found]
        return None if any(None in pair for pair in near) else min(near)[1] if near else measure.empty
    if measure.value is None and not measure.by:
        return len(found) or measure.empty
    values = [one[2] for one in found] if measure.value is not None else [1] * len(found)
    if None in values:
        return None
    if not values:
        return measure.empty
    if not measure.by:
        return _made(measure.how, values)
    groups: dict[Plain, list[Any]] = defaultdict(list)
    for one, value in zip(found, values, strict=True):
        groups[one[0][measure.by]].append(value)
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


def _ordered(measure: Ordered, subject: Facts, events: list[Event]) -> int | None:
    today = subject.get(EVENT_DAY[measure.scope])
    days = [event[measure.day] for event in events]
    if not isinstance(today, date) or None in days:
        return None
    if measure.shape is Shape.COURSE:
        return _course(sorted({day for day in days if isinstance(day, date)}), measure.gap)
    lasting = [event[measure.days] for event in events]
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
