"""The ways in which engines are broken: what is touched, and what is put in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import ibis

from xinglin.supervision.engines import compiled, measuring, plain
from xinglin.supervision.engines.calendar import completed_years, months_later
from xinglin.supervision.engines.columns import counting, expressions, levels, lookups, stretches, wide, words
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.tree import node
from xinglin.supervision.measures.declared import How
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.rows import DatedRow, Table

Patch = tuple[Any, str, Any]
Broken = dict[str, tuple[Any, ...]]
Value = plain.Value
RIGHT = {name: getattr(Value, name) for name in ("_both", "_either", "_opposite")}


def _lossy(name: str) -> Any:
    """Truth that takes unknown for false."""

    def wrong(self: Value, other: Value) -> Value:
        made: Value = RIGHT[name](self, other)
        return made if made.value is not None else Value(bool, False, made.read, made.needed)

    return wrong


def _not_lossy(self: Value) -> Value:
    made: Value = RIGHT["_opposite"](self)
    return made if made.value is not None else Value(bool, True, made.read, made.needed)


def _of_two(function: Any) -> Any:
    return lambda a, other: a._with(a.kind, plain._known(function, a, plain._value(other)), plain._value(other))


def _days_back(earlier: Value, later: Value) -> Value:
    return earlier._with(int, plain._known(lambda a, b: (a - b).days, earlier, later), later)


def _birthday_forgotten(birth: Value, on: Value) -> Value:
    return birth._with(int, plain._known(lambda a, b: b.year - a.year, birth, on), on)


def _limit_of_the_country(self: Knowledge, name: str, on: Any, territory: str) -> Any:
    row = self.limits[name].table.row((), on, "")
    return None if row is None else row.values["value"]


def _whole_codes(self: Knowledge, name: str, key: tuple[str, ...], on: Any, territory: str) -> Any:
    lookup = self.lookups[name]
    row = replace(self.tables[lookup.table], by_beginning=()).row(key, on, territory)
    return lookup.unlisted if row is None else row.values.get(lookup.column)


def _unknown_differs(self: Value, operator: str, other: Any, right: Any = Value._compare) -> Value:
    made: Value = right(self, operator, other)
    return Value(bool, True, made.read, made.needed) if operator == "!=" and made.value is None else made


def _smaller_of_the_known(a: Value, other: Any) -> Value:
    made, known = plain._smaller(a, other), [one for one in (a.value, plain._value(other).value) if one is not None]
    return Value(a.kind, min(known, default=None), made.read, made.needed)  # type: ignore[type-var]


def _nought_is_unknown(x: Value, default: object) -> Value:
    return plain._otherwise(x if x.value else Value(x.kind, None, x.read, x.needed), default)


def _next_day(instant: Any) -> Any:
    return instant.astimezone(UTC).date()


REFERENCE: Broken = {
    "and reads as or": ("and", (Value, "_both", RIGHT["_either"])),
    "or reads as and": ("or", (Value, "_either", RIGHT["_both"])),
    "and takes unknown for false": ("and", (Value, "_both", _lossy("_both"))),
    "or takes unknown for false": ("or", (Value, "_either", _lossy("_either"))),
    "not takes unknown for false": ("not", (Value, "_opposite", _not_lossy)),
    "> reads as >=": (">", (plain.COMPARE, ">", lambda a, b: a >= b)),
    "< reads as <=": ("<", (plain.COMPARE, "<", lambda a, b: a <= b)),
    ">= reads as >": (">=", (plain.COMPARE, ">=", lambda a, b: a > b)),
    "what is unknown differs": ("!=", (Value, "_compare", _unknown_differs)),
    "smaller passes over the unknown": ("smaller", (plain.WORDS, "smaller", _smaller_of_the_known)),
    "otherwise takes nought for unknown": ("otherwise", (plain.WORDS, "otherwise", _nought_is_unknown)),
    "months end on the 28th": (
        "months_after",
        (plain, "months_later", lambda on, n: months_later(on.replace(day=min(on.day, 28)), n)),
    ),
    "<= reads as <": ("<=", (plain.COMPARE, "<=", lambda a, b: a < b)),
    "minus the wrong way round": ("-", (plain.CALCULATE, "-", lambda a, b: b - a)),
    "divide_up one too many": (
        "divide_up",
        (plain.WORDS, "divide_up", _of_two(lambda a, b: (a + b) // b if b else None)),
    ),
    "divide_down rounds up": (
        "divide_down",
        (plain.WORDS, "divide_down", _of_two(lambda a, b: -(-a // b) if b else None)),
    ),
    "the day ends at midnight in UTC": ("day_of", (plain, "day_in_shanghai", _next_day)),
    "days counted backwards": ("days_between", (plain.WORDS, "days_between", _days_back)),
    "birthdays forgotten": ("years_between", (plain.WORDS, "years_between", _birthday_forgotten)),
    "a month is thirty days": ("months_after", (plain, "months_later", lambda on, n: on + timedelta(days=30 * n))),
    "seconds of the wrong sign": (
        "seconds_between",
        (plain, "seconds_from", lambda a, b: (a - b) // timedelta(seconds=1)),
    ),
    "missing is never true": ("missing", (plain.WORDS, "missing", lambda x: Value(bool, False, x.read, frozenset()))),
    "otherwise keeps unknown": ("otherwise", (plain.WORDS, "otherwise", lambda x, _: x)),
    "choose takes the other": ("choose", (plain.WORDS, "choose", lambda c, a, b: plain._choose(c, b, a))),
    "starts_with the wrong way round": (
        "starts_with",
        (plain.WORDS, "starts_with", lambda x, to: x._with(bool, plain._known(lambda code: to.startswith(code), x))),
    ),
    "isin knows the first choice only": ("isin", (plain.WORDS, "isin", lambda x, of: plain._isin(x, of[:1]))),
    "larger takes the smaller": ("larger", (plain.WORDS, "larger", plain._smaller)),
    "first_letters one too many": (
        "first_letters",
        (plain.WORDS, "first_letters", lambda x, n: plain._first_letters(x, n + 1)),
    ),
    "limits know no places": ("rule:A07", (Knowledge, "limit", _limit_of_the_country)),
    "beginnings of codes are not read": ("measure:contraindications", (Knowledge, "look_up", _whole_codes)),
}


def _no_value_lost(how: How, values: list[Any]) -> int:
    return len(values) if how is How.DISTINCT else measuring._made(how, values)


def _asked_of_today(
    self: Any, measure: Any, paths: Any, keys: Any, asked_at: Any, right: Any = measuring.Measurer._look_up
) -> Any:
    return right(self, measure, paths, keys, None)


def _known_a_moment_before(
    self: Any, measure: Any, paths: Any, keys: Any, asked_at: Any, right: Any = measuring.Measurer._look_up
) -> Any:
    return right(self, measure, paths, keys, None if asked_at is None else asked_at - timedelta(microseconds=1))


MADE = measuring._made
COMPILED: Broken = {
    "what was known later is known": ("measure:visit_days_30", (measuring.Measurer, "_look_up", _asked_of_today)),
    "what is known at the very instant is not": (
        "measure:visit_days_30",
        (measuring.Measurer, "_look_up", _known_a_moment_before),
    ),
    "divide_down to the nearest": (
        "divide_down",
        (compiled.UNKNOWN_IF_ANY, "divide_down", "((2 * {a} + {b}) // (2 * {b}) if {a} >= 0 and {b} > 0 else None)"),
    ),
    "distinct counts all": (
        "measure:supply_institutions",
        (measuring, "_made", lambda how, values: len(values) if how is How.DISTINCT else MADE(how, values)),
    ),
    "largest takes the smallest": (
        "measure:overlap_days",
        (measuring, "_made", lambda how, values: min(values) if how is How.LARGEST else MADE(how, values)),
    ),
    "sum counts": (
        "measure:left_milli",
        (measuring, "_made", lambda how, values: len(values) if how is How.SUM else MADE(how, values)),
    ),
    "supplies do not wait for one another": (
        "measure:days_in_hand",
        (measuring, "_in_hand", lambda all_, today: max((day - today).days + length for day, length in all_)),
    ),
    "a course runs through every gap": ("measure:course_days", (measuring, "_course", lambda days, gap: len(days))),
    "divide_up in whole parts": (
        "divide_up",
        (compiled.UNKNOWN_IF_ANY, "divide_up", "({a} // {b} if {b} > 0 else None)"),
    ),
    "smaller takes the larger": ("smaller", (compiled.UNKNOWN_IF_ANY, "smaller", "({a} if {a} > {b} else {b})")),
}


def _columns_lossy(applies: Any, violates: Any, not_asked: Any, right: Any = words.outcomes) -> Any:
    certain, twice = (
        words.bits(violates, words.VIOLATES),
        1 << words.VIOLATES | 1 << (words.VIOLATES + words.RULES_A_WORD),
    )
    return right(applies, certain * ibis.literal(twice, type="int64"), not_asked)


def _never_unknown(value: Any, place: int, right: Any = words.truth) -> Any:
    return right(ibis.coalesce(value, False), place)


def _nowhere_special(row: DatedRow, *rest: Any, right: Any = lookups._holds) -> Any:
    return right(replace(row, territory=""), *rest)


def _from_the_day_after(self: Any, rule: Any, span: Any, right: Any = stretches.Stretches.in_force) -> Any:
    return right(self, replace(rule, since=rule.since + timedelta(days=9000)), span)


def _any_together(self: Any, at: Any, right: Any = levels.Levels._regroup) -> Any:
    return right(self, node("and", bool, *at.args) if at.op == "or" else at)


def _then_is_now(
    self: Any, lake: Any, knowledge: Any, lists: Any, *, then: bool, right: Any = counting.Counting.__init__
) -> None:
    right(self, lake, knowledge, lists, then=False)


def _all_known(pairs: Any, measure: Any, right: Any = counting._aggregates) -> Any:
    return {**right(pairs, measure), f"{measure.name}__unknown": pairs[f"{measure.name}__where"].isnull().any() & False}


def _widest_first(rows: Any, *, key: Any) -> Any:
    return sorted(rows, key=key)[::-1]


TRANSLATION: Broken = {
    "< reads as <=": ("<", (expressions.WORDS, "<", lambda _, a, b: a <= b)),
    "smaller is the least that the database knows": (
        "smaller",
        (expressions.WORDS, "smaller", lambda _, a, b: ibis.least(a, b)),
    ),
    "divide_down to the nearest": (
        "divide_down",
        (expressions.WORDS, "divide_down", lambda at, a, b: expressions._divide_down(at, a * 2 + b, b * 2)),
    ),
    "a month is thirty days": (
        "months_after",
        (Duck, "months_after", lambda self, on, n: (on + (n * 30).cast("int32").as_interval("D")).cast("date")),
    ),
    "the whole country before the place": ("rule:A07", (lookups.__dict__, "sorted", _widest_first)),
    "and reads as or": ("and", (expressions.WORDS, "and", lambda _, a, b: a | b)),
    "unknown violates is clear": ("and", (words, "outcomes", _columns_lossy)),
    "unknown is taken for no": ("and", (words, "truth", _never_unknown)),
    "not asks for unknown": ("not", (expressions.WORDS, "not", lambda _, a: a.isnull())),
    "isin takes unknown for no": (
        "isin",
        (expressions.WORDS, "isin", lambda at, x: expressions._isin(at, x).fill_null(False)),
    ),
    "divide_up one too many": (
        "divide_up",
        (expressions.WORDS, "divide_up", lambda at, a, b: expressions._divide_down(at, a + b, b)),
    ),
    "the day ends at midnight in UTC": ("day_of", (expressions, "SHANGHAI", 0)),
    "birthdays forgotten": (
        "years_between",
        (expressions.WORDS, "years_between", lambda at, a, b: (b.year() - a.year()).cast("int64")),
    ),
    "otherwise keeps unknown": ("otherwise", (expressions.WORDS, "otherwise", lambda _, x, value: x)),
    "limits know no places": ("rule:A07", (lookups, "_holds", _nowhere_special)),
    "rules begin later": ("rule:A07", (stretches.Stretches, "in_force", _from_the_day_after)),
    "one place is as another": ("rule:A07", (stretches.Stretches, "where", lambda self, place: ibis.literal(""))),
    "what stands together is and": ("or", (levels.Levels, "_regroup", _any_together)),
    "what was known later is known": ("measure:visit_days_30", (counting.Counting, "__init__", _then_is_now)),
    "distinct counts all": (
        "measure:supply_institutions",
        (counting.MADE, How.DISTINCT, lambda value, counted: counted.cast("int64").sum()),
    ),
    "an unknown event is passed over": ("measure:visit_days_30", (counting, "_aggregates", _all_known)),
    "the first place alone is asked": (
        "measure:supply_institutions",
        (wide, "_first", lambda chain, places, path: chain[places[-1]] if places else ibis.null("string")),
    ),
}


# WHAT ALL ENGINES SHARE: no comparison can notice it, so the specifications must.


def _widest_row(self: Table, key: tuple[str, ...], on: Any, territory: str) -> DatedRow | None:
    for candidate in self._candidates(key):
        if holding := [row for row in self._by_key.get(candidate, ()) if row.holds(on, territory)]:
            return min(holding, key=lambda row: len(row.territory))
    return None


def _until_the_day_before(self: DatedRow, on: Any, territory: str, right: Any = DatedRow.holds) -> Any:
    return right(self, on, territory) and on != self.until


def _from_the_next_day(self: DatedRow, on: Any, territory: str, right: Any = DatedRow.holds) -> Any:
    return right(self, on, territory) and on != self.since


def _shortest_beginning(self: Table, key: tuple[str, ...], right: Any = Table._candidates) -> Any:
    return iter(list(right(self, key))[::-1])


def _on_the_28th(birth: Any, on: Any) -> int:
    return completed_years(birth.replace(day=28) if (birth.month, birth.day) == (2, 29) else birth, on)


SHARED: Broken = {
    "the whole country before the place": ("", (Table, "row", _widest_row)),
    "rows end a day early": ("", (DatedRow, "holds", _until_the_day_before)),
    "rows begin a day late": ("", (DatedRow, "holds", _from_the_next_day)),
    "the shortest beginning of a code wins": ("", (Table, "_candidates", _shortest_beginning)),
    "born on 29 February, a year older on the 28th": ("", (plain, "completed_years", _on_the_28th)),
    "a month later is the first of the next": (
        "",
        (plain, "months_later", lambda on, n: months_later(on, n) + timedelta(days=months_later(on, n).day < on.day)),
    ),
}
