"""A tree as an Ibis expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.tree import Node
from xinglin.supervision.verdicts import Plain

MICRO: Final = 1_000_000
DAY: Final = 86_400 * MICRO
SHANGHAI: Final = 8 * 3600 * MICRO
"""Shanghai is eight hours ahead of UTC all year round, in microseconds."""
EPOCH: Final = date(1970, 1, 1)
TYPES: Final[Mapping[type, str]] = {int: "int64", bool: "boolean", str: "string", date: "date", datetime: "int64"}

Column = Callable[[str], ir.Value]
"""The column of a path."""
Months = Callable[[ir.Value, ir.Value], ir.Value]
"""The engine's own way to add months to a day."""
LookUp = Callable[[Node], ir.Value]
"""The column in which a limit or listed value has been looked up."""


def column_type(kind: type) -> str:
    """The type of a column that holds facts of a kind: enumerations as codes, instants as microseconds."""
    return TYPES.get(kind, "string")


def literal(value: Any, kind: type) -> ir.Value:
    """A literal of a rule."""
    plain: Plain = value.value if isinstance(value, Enum) else value
    return ibis.literal(plain, type=column_type(kind))


def floor_divided(a: ir.Value, by: int) -> ir.Value:
    """a divided by a positive number, rounded down for negative a too."""
    rest = ((a % by) + by) % by
    return exactly_divided(a - rest, ibis.literal(by, type="int64"))


def exactly_divided(a: ir.Value, b: ir.Value) -> ir.Value:
    """a divided by b where nothing is left over or neither is negative: there all engines round alike."""
    return (a // b).cast("int64")


class Translator:
    """Trees as expressions over one table. Equal nodes are translated once; `done` holds those that are columns."""

    def __init__(
        self, column: Column, looked_up: LookUp, months_after: Months, done: Mapping[int, ir.Value] | None = None
    ) -> None:
        self._column = column
        self._looked_up = looked_up
        self._months_after = months_after
        self._done: dict[int, ir.Value] = dict(done or {})

    def value(self, at: Node) -> ir.Value:
        """The expression of a node."""
        found = self._done.get(id(at))
        if found is None:
            found = self._done[id(at)] = self._translate(at)
        return found

    def _translate(self, at: Node) -> ir.Value:
        if at.op == "literal":
            return literal(at.extra, at.kind)
        if at.op == "fact":
            return self._column(str(at.extra))
        if at.op in {"limit", "listed"}:
            return self._looked_up(at)
        args = [self.value(arg) for arg in at.args]
        if at.op == "months_after":
            return self._months_after(*args)
        return WORDS[at.op](at, *args)


def _isin(at: Node, x: ir.Value) -> ir.Value:
    choices = [choice.value if isinstance(choice, Enum) else choice for choice in at.extra]
    if not choices:
        return ibis.cases((x.notnull(), ibis.literal(False)), else_=ibis.null("boolean"))
    return x.isin(choices)


def _choose(at: Node, condition: ir.Value, then: ir.Value, else_: ir.Value) -> ir.Value:
    return ibis.cases(
        (condition, then), (condition == ibis.literal(False), else_), else_=ibis.null(column_type(at.kind))
    )


def _larger(at: Node, a: ir.Value, b: ir.Value) -> ir.Value:
    return ibis.cases((a >= b, a), (a < b, b), else_=ibis.null(column_type(at.kind)))


def _smaller(at: Node, a: ir.Value, b: ir.Value) -> ir.Value:
    return ibis.cases((a <= b, a), (a > b, b), else_=ibis.null(column_type(at.kind)))


def _divide_down(at: Node, a: ir.Value, b: ir.Value) -> ir.Value:
    return ibis.cases(((a >= 0) & (b > 0), exactly_divided(a, b.nullif(0))), else_=ibis.null("int64"))


def _divide_up(at: Node, a: ir.Value, b: ir.Value) -> ir.Value:
    return ibis.cases(((a >= 0) & (b > 0), exactly_divided(a + b - 1, b.nullif(0))), else_=ibis.null("int64"))


def _day_of(at: Node, instant: ir.Value) -> ir.Value:
    return day_number_as_date(floor_divided(instant + SHANGHAI, DAY))


def day_number_as_date(number: ir.Value) -> ir.Value:
    """A day from its number since 1970."""
    return (ibis.date(EPOCH.isoformat()) + number.cast("int32").as_interval("D")).cast("date")


def days_from(earlier: ir.Value, later: ir.Value) -> ir.Value:
    """Days from one day to another."""
    return later.delta(earlier, unit="day").cast("int64")


def _years_between(at: Node, birth: ir.Value, on: ir.Value) -> ir.Value:
    before_birthday = (on.month() * 100 + on.day()) < (birth.month() * 100 + birth.day())
    return (on.year() - birth.year()).cast("int64") - before_birthday.cast("int64")


WORDS: Final[Mapping[str, Callable[..., ir.Value]]] = {
    "and": lambda _, a, b: a & b,
    "or": lambda _, a, b: a | b,
    "not": lambda _, a: a == ibis.literal(False),  # `NOT a IS NULL` would be read as `NOT (a IS NULL)`
    "==": lambda _, a, b: a == b,
    "!=": lambda _, a, b: a != b,
    "<": lambda _, a, b: a < b,
    "<=": lambda _, a, b: a <= b,
    ">": lambda _, a, b: a > b,
    ">=": lambda _, a, b: a >= b,
    "+": lambda _, a, b: a + b,
    "-": lambda _, a, b: a - b,
    "*": lambda _, a, b: a * b,
    "isin": _isin,
    "missing": lambda _, x: x.isnull(),
    "otherwise": lambda _, x, value: ibis.coalesce(x, value),
    "choose": _choose,
    "starts_with": lambda at, x: x.startswith(at.extra),
    "first_letters": lambda at, x: x.left(at.extra),
    "larger": _larger,
    "smaller": _smaller,
    "divide_down": _divide_down,
    "divide_up": _divide_up,
    "day_of": _day_of,
    "days_between": lambda _, earlier, later: days_from(earlier, later),
    "seconds_between": lambda _, earlier, later: floor_divided(later - earlier, MICRO),
    "years_between": _years_between,
}
"""Every word as an expression, but for `months_after`, which engines say in their own words."""
