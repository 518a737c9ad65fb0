"""The reference reading of a rule: one row, plain values, and true, false or unknown.

This engine defines what is right. It is small and slow on purpose, and nothing in it may be there for speed. Truth
follows three tables (T true, F false, N unknown)::

    and | T F N      or | T F N      not |
    ----+------      ---+------      ----+--
     T  | T F N       T | T T T       T  | F
     F  | F F F       F | T F N       F  | T
     N  | N F N       N | T N N       N  | N

Everything else is unknown as soon as one operand is, except the two words that ask about unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, Protocol

from xinglin.supervision.engines.calendar import completed_years, day_in_shanghai, months_later, seconds_from
from xinglin.supervision.facts.case import AMOUNT, EVENT_DAY, ORIGIN, READABLE, TERRITORY, Row, all_columns
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import (
    BreachLine,
    Core,
    Excess,
    Origin,
    Outcome,
    Plain,
    Scope,
    jsonable,
    outcome_of,
)
from xinglin.supervision.vocabulary.papers import Rule
from xinglin.supervision.vocabulary.terms import Facts, NotInTheVocabulary, Term
from xinglin.supervision.vocabulary.words import Excess as ExcessTerms

KINDS: Final = {column.path: column.type for column in all_columns()}
ORDERED: Final = (int, date, datetime)
COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
CALCULATE: Final[dict[str, Callable[[int, int], int]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


class Value(Term):
    """A value that may be unknown, its type, the facts it was made of and those of them that it needs to be known."""

    __slots__ = ("kind", "needed", "read", "value")

    def __init__(self, kind: type, value: Plain, read: frozenset[str], needed: frozenset[str]) -> None:
        self.kind = kind
        self.value = value
        self.read = read
        self.needed = needed

    def _with(self, kind: type, value: Plain, *others: Value) -> Value:
        read, needed = self.read, self.needed
        for other in others:
            read, needed = read | other.read, needed | other.needed
        return Value(kind, value, read, needed)

    def _truth(self) -> bool | None:
        if self.kind is not bool:
            raise NotInTheVocabulary(
                f"{self} is a {self.kind.__name__}, not a truth value; compare it first (comparisons next to & and | "
                "need brackets)"
            )
        assert self.value is None or isinstance(self.value, bool)
        return self.value

    def _both(self, other: Term) -> Value:
        right = _value(other)
        a, b = self._truth(), right._truth()
        if a is False or b is False:
            return self._with(bool, False, right)
        return self._with(bool, None if a is None or b is None else True, right)

    def _either(self, other: Term) -> Value:
        right = _value(other)
        a, b = self._truth(), right._truth()
        if a is True or b is True:
            return self._with(bool, True, right)
        return self._with(bool, None if a is None or b is None else False, right)

    def _opposite(self) -> Value:
        a = self._truth()
        return self._with(bool, None if a is None else not a)

    def _compare(self, operator: str, other: object) -> Value:
        right = _same_kind(self, other)
        if operator not in {"==", "!="} and self.kind not in ORDERED:
            raise NotInTheVocabulary(f"{self} is a {self.kind.__name__} and has no order: use == or isin")
        return self._with(bool, _known(COMPARE[operator], self, right), right)

    def _calculate(self, operator: str, other: object) -> Value:
        right = _same_kind(self, other)
        _demand(int, operator, self)
        return self._with(int, _known(CALCULATE[operator], self, right), right)

    def _apply(self, word: str, *arguments: Any) -> Value:
        return WORDS[word](self, *arguments)

    def __repr__(self) -> str:
        return f"<{'/'.join(sorted(self.read)) or 'literal'}: {self.value!r}>"


def _value(other: object) -> Value:
    """An operand as a value; a literal has read no facts."""
    if isinstance(other, Value):
        return other
    if isinstance(other, int | str | Enum):
        return Value(type(other), other, frozenset(), frozenset())
    raise NotInTheVocabulary(f"{other!r} is neither a fact nor a literal that a rule may hold")


def _same_kind(left: Value, other: object) -> Value:
    right = _value(other)
    if left.kind is not right.kind:
        raise NotInTheVocabulary(
            f"{left} is a {left.kind.__name__} and {right} a {right.kind.__name__}: the two never compare"
        )
    return right


def _demand(kind: type, word: str, *values: Value) -> None:
    for value in values:
        if value.kind is not kind:
            raise NotInTheVocabulary(f"{word} works on {kind.__name__}, but {value} is a {value.kind.__name__}")


def _known(function: Callable[..., Any], *values: Value) -> Any:
    """The function of the values, unknown as soon as one of them is."""
    plain = [value.value for value in values]
    return None if None in plain else function(*plain)


def _isin(x: Value, choices: tuple[Any, ...]) -> Value:
    for choice in choices:
        _same_kind(x, choice)
    return x._with(bool, _known(lambda value: value in choices, x))


def _missing(x: Value) -> Value:
    return Value(bool, x.value is None, x.read, frozenset())


def _otherwise(x: Value, default: object) -> Value:
    right = _same_kind(x, default)
    return Value(x.kind, right.value if x.value is None else x.value, x.read | right.read, right.needed)


def _choose(condition: Value, then: object, else_: object) -> Value:
    first = _value(then)
    second = _same_kind(first, else_)
    decided = condition._truth()
    value = None if decided is None else (first.value if decided else second.value)
    return condition._with(first.kind, value, first, second)


def _starts_with(x: Value, beginning: str) -> Value:
    _demand(str, "starts_with", x)
    return x._with(bool, _known(lambda code: code.startswith(beginning), x))


def _first_letters(x: Value, count: int) -> Value:
    _demand(str, "first_letters", x)
    return x._with(str, _known(lambda code: code[:count], x))


def _larger(a: Value, other: object) -> Value:
    b = _same_kind(a, other)
    return a._with(a.kind, _known(max, a, b), b)


def _smaller(a: Value, other: object) -> Value:
    b = _same_kind(a, other)
    return a._with(a.kind, _known(min, a, b), b)


def _divide_down(a: Value, other: object) -> Value:
    b = _same_kind(a, other)
    _demand(int, "divide_down", a)
    return a._with(int, _known(lambda x, y: x // y if x >= 0 and y > 0 else None, a, b), b)


def _divide_up(a: Value, other: object) -> Value:
    b = _same_kind(a, other)
    _demand(int, "divide_up", a)
    return a._with(int, _known(lambda x, y: (x + y - 1) // y if x >= 0 and y > 0 else None, a, b), b)


def _day_of(instant: Value) -> Value:
    _demand(datetime, "day_of", instant)
    return instant._with(date, _known(day_in_shanghai, instant))


def _days_between(earlier: Value, later: Value) -> Value:
    _demand(date, "days_between", earlier, later)
    return earlier._with(int, _known(lambda a, b: (b - a).days, earlier, later), later)


def _seconds_between(earlier: Value, later: Value) -> Value:
    _demand(datetime, "seconds_between", earlier, later)
    return earlier._with(int, _known(seconds_from, earlier, later), later)


def _years_between(birth: Value, on: Value) -> Value:
    _demand(date, "years_between", birth, on)
    return birth._with(int, _known(completed_years, birth, on), on)


def _months_after(on: Value, months: object) -> Value:
    count = _value(months)
    _demand(date, "months_after", on)
    _demand(int, "months_after", count)
    return on._with(date, _known(months_later, on, count), count)


WORDS: Final[dict[str, Callable[..., Value]]] = {
    "isin": _isin,
    "missing": _missing,
    "otherwise": _otherwise,
    "choose": _choose,
    "starts_with": _starts_with,
    "first_letters": _first_letters,
    "larger": _larger,
    "smaller": _smaller,
    "divide_down": _divide_down,
    "divide_up": _divide_up,
    "day_of": _day_of,
    "days_between": _days_between,
    "seconds_between": _seconds_between,
    "years_between": _years_between,
    "months_after": _months_after,
}


def sided(key: str, side: str) -> str:
    """A key of a list on the side of a measure's event: the event's own fact, unless the key says whose it is."""
    return key if key.startswith(("own.", "other.")) else f"{side}{key}"


class Asker(Protocol):
    """Who reads facts: a rule or a measure, with the limits and lists that it has named."""

    @property
    def limits(self) -> tuple[str, ...]: ...
    @property
    def lists(self) -> tuple[str, ...]: ...


class PlainFacts(Facts):
    """The facts of one row for one asker: the row itself, and the limits and lists that the asker has named."""

    __slots__ = ("asker", "facts", "knowledge", "name", "scope", "side")

    def __init__(self, name: str, asker: Asker, scope: Scope, facts: Mapping[str, Plain], knowledge: Knowledge) -> None:
        self.name = name
        self.asker = asker
        self.scope = scope
        self.facts = facts
        self.knowledge = knowledge
        self.side = ""

    def term(self, path: str) -> Value:
        """The value at a path. An unknown path is an error in the rule, not a missing fact."""
        group, _, name = path.partition(".")
        if group == "limits":
            return self._limit(path, name)
        if group == "lists":
            return self._listed(path, name)
        return self._fact(path, group)

    def _fact(self, path: str, group: str) -> Value:
        if group not in READABLE[self.scope] or path not in KINDS:
            raise AttributeError(f"{self.name} reads {path}, which a row of scope {self.scope} does not carry")
        return self._known(path, KINDS[path])

    def _known(self, path: str, kind: type) -> Value:
        only = frozenset({path})
        return Value(kind, self.facts.get(path), only, only)

    def _limit(self, path: str, name: str) -> Value:
        if name not in self.asker.limits:
            raise AttributeError(f"{self.name} reads {path}; name it in the papers: limits=({name!r}, …)")
        ask = lambda: self.knowledge.limit(name, self._day(), self._territory())  # noqa: E731
        return self._looked_up(path, self.knowledge.limits[name].kind, (), ask)

    def _listed(self, path: str, name: str) -> Value:
        if name not in self.asker.lists:
            raise AttributeError(f"{self.name} reads {path}; name it in the papers: lists=({name!r}, …)")
        lookup = self.knowledge.lookups[name]
        keys = tuple(sided(key, self.side) for key in lookup.keys)

        def ask() -> Plain:
            key = tuple(str(jsonable(self.facts[fact])) for fact in keys)
            return self.knowledge.look_up(name, key, self._day(), self._territory())

        return self._looked_up(path, lookup.kind, keys, ask)

    def _looked_up(self, path: str, kind: type, keys: tuple[str, ...], ask: Callable[[], Plain]) -> Value:
        """A value from a table: unknown, and missing what it was looked up by, when one of those facts is unknown."""
        wanted = frozenset({EVENT_DAY[self.scope], TERRITORY, *keys})
        read = wanted | {path}
        if any(self.facts.get(fact) is None for fact in wanted):
            return Value(kind, None, read, wanted)
        return Value(kind, ask(), read, read)

    def _day(self) -> date:
        day = self.facts[EVENT_DAY[self.scope]]
        assert isinstance(day, date)
        return day

    def _territory(self) -> str:
        return str(self.facts[TERRITORY])


def facts_of(rule: Rule, row: Row, knowledge: Knowledge) -> PlainFacts:
    """The facts of a row as a rule sees them."""
    return PlainFacts(rule.id, rule, row.scope, row.facts, knowledge)


def judge_row(rule: Rule, row: Row, knowledge: Knowledge) -> Core:
    """What a rule says of one row."""
    facts = facts_of(rule, row, knowledge)
    ruling = rule.body(facts)
    applies, violates = _value(ruling.applies), _value(ruling.violates)
    outcome = outcome_of(applies._truth(), violates._truth())
    terms = _excess_terms(ruling.excess)
    read = applies.read | violates.read | frozenset().union(*(term.read for term in terms.values()))
    over = Excess(**{unit: _whole(term) for unit, term in terms.items()})
    return core_of(
        rule,
        row,
        outcome,
        over,
        known={path: facts.term(path).value for path in read | frozenset(rule.shows)},
        needed=applies.needed | violates.needed,
    )


def core_of(
    rule: Rule, row: Row, outcome: Outcome, over: Excess, known: Mapping[str, Plain], needed: Iterable[str]
) -> Core:
    """The core of a verdict from what was decided, what was read and what had to be known."""
    found = outcome is Outcome.FINDING
    evidence = tuple((path, jsonable(known[path])) for path in sorted(known) if known[path] is not None)
    return Core(
        rule=rule.id,
        version=rule.version,
        scope=row.scope,
        subject=row.subject,
        outcome=outcome,
        certainty=rule.certainty,
        lines=tuple(breach_line(row, line, over) for line in row.lines) if found else (),
        excess=over if found else Excess(),
        missing=tuple(sorted(path for path in needed if known.get(path) is None))
        if outcome is Outcome.CANNOT_TELL
        else (),
        evidence=evidence,
        origins=origins_of(row, {path.partition(".")[0] for path, _ in evidence}),
    )


def breach_line(row: Row, line: str, over: Excess) -> BreachLine:
    """How much of a line is in breach: the excess where one was measured, else the whole line."""
    quantity, amount = AMOUNT.get(row.scope, ("", ""))
    return BreachLine(
        line,
        over.count if over.count is not None else _number(row, quantity),
        over.fen if over.fen is not None else _number(row, amount),
    )


def _number(row: Row, path: str) -> int | None:
    value = row.facts.get(path)
    return value if isinstance(value, int) else None


def origins_of(row: Row, groups: set[str]) -> tuple[tuple[str, Origin], ...]:
    """The record and the time of each group that gave evidence; measures and tables speak of the subject's own day."""
    own = (f"{row.scope.value}.id", EVENT_DAY[row.scope])
    places = {group: ORIGIN.get(group, own) for group in groups}
    return tuple(
        (group, Origin(str(row.facts.get(record) or ""), jsonable(row.facts.get(time))))
        for group, (record, time) in sorted(places.items())
    )


def _excess_terms(excess: ExcessTerms | None) -> Mapping[str, Value]:
    if excess is None:
        return {}
    units = {"count": excess.count, "days": excess.days, "fen": excess.fen, "seconds": excess.seconds}
    return {unit: _value(term) for unit, term in units.items() if term is not None}


def _whole(term: Value) -> int | None:
    _demand(int, "excess", term)
    assert term.value is None or isinstance(term.value, int)
    return term.value
