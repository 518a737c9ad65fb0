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

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from xinglin.supervision.engines.calendar import completed_years, day_in_shanghai, months_later, seconds_from
from xinglin.supervision.facts.case import EVENT_DAY, READABLE, TERRITORY, Row, all_columns
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Core, Excess, Plain, jsonable, outcome_of
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


class PlainFacts(Facts):
    """The facts of one row for one rule: the row itself, and the limits and lists that its papers name."""

    __slots__ = ("knowledge", "row", "rule")

    def __init__(self, rule: Rule, row: Row, knowledge: Knowledge) -> None:
        self.rule = rule
        self.row = row
        self.knowledge = knowledge

    def term(self, path: str) -> Value:
        """The value at a path. An unknown path is an error in the rule, not a missing fact."""
        group, _, name = path.partition(".")
        if group == "limits":
            return self._limit(path, name)
        if group == "lists":
            return self._listed(path, name)
        if group not in READABLE[self.row.scope] or path not in KINDS:
            raise AttributeError(f"{self.rule.id} reads {path}, which a row of scope {self.row.scope} does not carry")
        return self._fact(path)

    def _fact(self, path: str) -> Value:
        only = frozenset({path})
        return Value(KINDS[path], self.row.facts.get(path), only, only)

    def _limit(self, path: str, name: str) -> Value:
        if name not in self.rule.limits:
            raise AttributeError(f"{self.rule.id} reads {path}; name it in the rule's papers: limits=({name!r}, …)")
        return self._looked_up(path, self.knowledge.limits[name].kind, (), lambda: self._ask(name))

    def _ask(self, name: str) -> Plain:
        return self.knowledge.limit(name, self._day(), self._territory())

    def _listed(self, path: str, name: str) -> Value:
        if name not in self.rule.lists:
            raise AttributeError(f"{self.rule.id} reads {path}; name it in the rule's papers: lists=({name!r}, …)")
        lookup = self.knowledge.lookups[name]

        def ask() -> Plain:
            key = tuple(str(self.row.facts[fact]) for fact in lookup.keys)
            return self.knowledge.look_up(name, key, self._day(), self._territory())

        return self._looked_up(path, lookup.kind, lookup.keys, ask)

    def _looked_up(self, path: str, kind: type, keys: tuple[str, ...], ask: Callable[[], Plain]) -> Value:
        """A value from a table: unknown, and missing what it was looked up by, when one of those facts is unknown."""
        wanted = frozenset({EVENT_DAY[self.row.scope], TERRITORY, *keys})
        if any(self.row.facts.get(fact) is None for fact in wanted):
            return Value(kind, None, wanted, wanted)
        return Value(kind, ask(), frozenset({path, *keys}), frozenset({path}))

    def _day(self) -> date:
        day = self.row.facts[EVENT_DAY[self.row.scope]]
        assert isinstance(day, date)
        return day

    def _territory(self) -> str:
        return str(self.row.facts[TERRITORY])


def judge_row(rule: Rule, row: Row, knowledge: Knowledge) -> Core:
    """What a rule says of one row."""
    facts = PlainFacts(rule, row, knowledge)
    ruling = rule.body(facts)
    applies, violates = _value(ruling.applies), _value(ruling.violates)
    outcome = outcome_of(applies._truth(), violates._truth())
    terms = _excess_terms(ruling.excess)
    read = applies.read | violates.read | frozenset().union(*(term.read for term in terms.values()))
    found = outcome.value == "finding"
    undecided = outcome.value == "cannot_tell"
    return Core(
        rule=rule.id,
        version=rule.version,
        scope=row.scope,
        subject=row.subject,
        outcome=outcome,
        certainty=rule.certainty,
        lines=row.lines if found else (),
        excess=Excess(**{unit: _whole(term) for unit, term in terms.items()}) if found else Excess(),
        missing=_unknown(facts, applies.needed | violates.needed) if undecided else (),
        evidence=_evidence(facts, read | shown(rule)),
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


def _unknown(facts: PlainFacts, paths: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if facts.term(path).value is None))


def _evidence(facts: PlainFacts, paths: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    """Every fact that was read and is known, in the order of its path."""
    known = {path: facts.term(path).value for path in paths}
    return tuple((path, jsonable(known[path])) for path in sorted(known) if known[path] is not None)


def shown(rule: Rule) -> frozenset[str]:
    """The facts that a rule's sentences name: they belong to the evidence even where the columns do not need them."""
    return frozenset(rule.shows)
