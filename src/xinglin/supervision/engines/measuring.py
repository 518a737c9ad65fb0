"""Measures over a world of rows: which events a subject has, which of them count, and the number that follows.

Which of them count is read in two ways: by the reference engine's values, event after event, and by loops written for
the measure. Both are kept so that the one can judge the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.loops import Loops, Seen, sieved
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
Kept = dict[tuple[Any, ...], list[Seen]]
Look = Callable[[Facts, tuple[str | None, ...], list[Seen], Kept], "Found | None"]
"""What counts of a subject's events; None where it is unknown of one of them. The last is kept for the next subject."""
Gate = Callable[[Facts], Any]
"""False where the subject alone says that no event counts: its events need not be looked for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A measure ready to be asked. `mine` are the subject's facts by which events are found, `theirs` the events'.

    `group` is a number for all measures that look at the same events in the same way.
    """

    measure: Declared
    gate: Gate | None
    look: Look
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    group: int
    nothing: int | None
    """The number where no event counts."""


def plain_look(measure: Declared, knowledge: Knowledge) -> Look:
    """Event after event, code after code, by the reference engine."""
    asked = plain_pairing(measure, knowledge)

    def look(subject: Facts, owns: tuple[str | None, ...], events: list[Seen], _kept: Kept) -> Found | None:
        found: list[tuple[Any, ...]] = []
        for event, codes, _ in events:
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


def compiled_look(measure: Declared, loops: Loops) -> tuple[Gate | None, Look]:
    """The same by loops that were written for the measure, and what they ask of the subject before any event."""
    loop, tables = loops.of(measure, event_groups(measure)), loops.tables
    asks, sieve, run = loop.gate, loop.sieve, loop.run

    def gate(subject: Facts) -> Any:
        assert asks is not None
        return asks(subject, tables)

    def look(subject: Facts, owns: tuple[str | None, ...], events: list[Seen], kept: Kept) -> Found | None:
        if sieve is not None:
            events = sieved(sieve, subject, events, tables, kept)
        if not events:
            return ()
        made: Found | None = run(subject, owns, events, tables)
        return made

    return None if asks is None else gate, look


def _plain_ready(knowledge: Knowledge, measure: Declared) -> tuple[None, Look]:
    return None, plain_look(measure, knowledge)


Asked = Mapping[Scope, Sequence[Asking]]


def looks(engine: Compiled | Knowledge, *, history: bool) -> Asked:
    """Every measure by scope, ready to be asked; without `history`, those that stay within the case."""
    made: dict[Scope, list[Asking]] = {scope: [] for scope in Scope}
    groups: dict[tuple[Any, ...], int] = {}
    ready: Callable[[Declared], tuple[Gate | None, Look]]
    if isinstance(engine, Knowledge):
        ready = partial(_plain_ready, engine)
    else:
        ready = partial(compiled_look, loops=Loops(engine))
    for measure in MEASURES:
        if not history and measure.history:
            continue
        theirs = event_paths(measure)
        group = groups.setdefault((measure.over, theirs, measure.other), len(groups))
        gate, look = ready(measure)
        nothing = measure.empty if isinstance(measure, Counted) else 0
        mine = tuple(path for path, _ in measure.match)
        made[measure.scope].append(Asking(measure, gate, look, mine, theirs, group, nothing))
    return made


_ASKED: Final[WeakKeyDictionary[Compiled, dict[bool, Asked]]] = WeakKeyDictionary()
"""What was made ready once stays ready as long as the engine it was made of."""


def _looks_kept(engine: Compiled | Knowledge, *, history: bool) -> Asked:
    if isinstance(engine, Knowledge):
        return looks(engine, history=history)
    made = _ASKED.setdefault(engine, {})
    if history not in made:
        made[history] = looks(engine, history=history)
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
        self._seen: dict[tuple[Any, ...], tuple[list[Seen], Kept]] = {}
        self._asked = _looks_kept(engine, history=history)

    def of(self, scope: Scope, subject: Facts, only: frozenset[str] | None = None) -> dict[str, int | None]:
        """The numbers of a subject by name; `only` narrows them."""
        if not self._then:
            subject = {**subject, "record.asked_at": None}
        return {
            ask.measure.name: self._number(ask, subject)
            for ask in self._asked[scope]
            if only is None or ask.measure.name in only
        }

    def _number(self, ask: Asking, subject: Facts) -> int | None:
        known, measure = subject.get, ask.measure
        keys = tuple([known(path) for path in ask.mine])
        owns = _codes(known(measure.own), measure.own) if measure.own else ALONE
        if None in keys or owns is None:
            return None
        if self.gated and ask.gate is not None and ask.gate(subject) is False:
            return ask.nothing
        events, kept = self._visible(ask, keys, subject)
        found = ask.look(subject, owns, events, kept) if events else ()
        if found is None:
            return None
        if not found:
            return ask.nothing
        if isinstance(measure, Counted):
            return _counted(measure, found)
        # Each code runs by itself: a supply of two substances lasts once, not twice.
        by_code: dict[str | None, list[Event]] = defaultdict(list)
        for event, code in found:
            by_code[code].append(event)
        numbers = [_ordered(measure, subject, of_code) for of_code in by_code.values()]
        return None if None in numbers else max((n for n in numbers if n is not None), default=0)

    def _visible(self, ask: Asking, keys: tuple[Plain, ...], subject: Facts) -> tuple[list[Seen], Kept]:
        """The events that were known by then, each with its codes; kept for the next measure with what sieves leave."""
        asked_at = subject.get("record.asked_at") if self._then else None
        place = (ask.group, keys, asked_at)
        found = self._seen.get(place)
        if found is None:
            if len(self._seen) >= KEPT:
                self._seen.clear()
            found = self._seen[place] = self._look_up(ask.measure, ask.theirs, keys, asked_at), {}
        return found

    def _look_up(
        self, measure: Declared, paths: tuple[str, ...], keys: tuple[Plain, ...], asked_at: Plain
    ) -> list[Seen]:
        events = self._world.events(measure.over, paths, keys)
        if asked_at is not None:
            events = [event for event in events if (at := event[KNOWN_AT]) is None or at <= asked_at]  # type: ignore[operator]
        if not measure.other:
            return [(event, ALONE, True) for event in events]
        return [seen(event, measure.other) for event in events]


KNOWN_AT: Final = "record.known_at"


@cache
def event_paths(measure: Declared) -> tuple[str, ...]:
    """The facts by which a measure's events are found."""
    return tuple(path for _, path in measure.match)


ALONE: Final = (None,)
"""The codes of a row that is looked at once."""


def seen(event: Event, other: str) -> Seen:
    """An event with the codes at which it is looked at; one empty look where they are unknown."""
    codes = _codes(event[other], other) if other else None
    return event, ALONE if codes is None else codes, True


def _codes(joined: Plain, path: str) -> tuple[str | None, ...] | None:
    """The codes at which a row is looked at: one empty look where none are asked for, None where they are unknown."""
    if not path:
        return ALONE
    if joined is None:
        return None
    return tuple([code for code in str(joined).split(EXPLODED) if code])


def _counted(measure: Counted, found: Found) -> int | None:
    if measure.how is How.NEAREST:
        near = [(one[3], one[2]) for one in found]
        return None if any(None in pair for pair in near) else min(near)[1] if near else measure.empty
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
