"""The wrong way to write a rule is impossible, and the refusal says what to write instead."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from xinglin.supervision import vocabulary as words
from xinglin.supervision.engines.calendar import completed_years, months_later
from xinglin.supervision.engines.plain import CALCULATE, COMPARE, WORDS, Value
from xinglin.supervision.facts import Channel
from xinglin.supervision.vocabulary import NotInTheVocabulary


def a(kind: type, value: Any) -> Value:
    return Value(kind, value, frozenset({"x"}), frozenset({"x"}))


ONE, TRUE, CODE = a(int, 1), a(bool, True), a(str, "I10")
DAY, INSTANT = a(date, date(2026, 5, 20)), a(datetime, datetime(2026, 5, 20, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda: bool(TRUE), "Write & for and"),
        (lambda: TRUE and TRUE, "Write & for and"),
        (lambda: not TRUE, "~ for not"),
        (lambda: 0 < ONE < 3, "chained comparison"),
        (lambda: ONE in [2, 3], r"isin\(x"),
        (lambda: list(CODE), "add a measure"),
        (lambda: ONE > 0.5, "float"),
        (lambda: ONE + 0.5, "float"),
        (lambda: ONE == None, "missing"),  # noqa: E711
        (lambda: date(2026, 1, 1) == ONE, "cannot hold a date"),
        (lambda: ONE / 2, "divide_down"),
        (lambda: ONE // 2, "divide_down"),
        (lambda: ONE % 2, "divide_down"),
        (lambda: ONE & TRUE, "compare it first"),
        (lambda: TRUE & ONE, "compare it first"),
        (lambda: TRUE | ONE, "compare it first"),
        (lambda: ~ONE, "compare it first"),
        (lambda: TRUE & None, "neither a fact"),  # type: ignore[operator]
        (lambda: CODE < "J", "has no order"),
        (lambda: ONE == "1", "never compare"),
        (lambda: ONE == True, "never compare"),  # noqa: E712
        (lambda: CODE + 1, "never compare"),
        (lambda: CODE + CODE, "works on int"),
        (lambda: words.isin(ONE, [1, "2"]), "never compare"),
        (lambda: words.isin(ONE, [None]), "Nothing equals None"),  # type: ignore[list-item]
        (lambda: words.otherwise(ONE, "x"), "never compare"),
        (lambda: words.choose(ONE, 1, 2), "compare it first"),
        (lambda: words.choose(TRUE, 1, "x"), "never compare"),
        (lambda: words.starts_with(ONE, "x"), "starts_with works on str"),
        (lambda: words.first_letters(ONE, 1), "works on str"),
        (lambda: words.larger(ONE, "x"), "never compare"),
        (lambda: words.divide_down(CODE, "x"), "works on int"),
        (lambda: words.divide_up(CODE, "x"), "works on int"),
        (lambda: words.day_of(DAY), "works on datetime"),
        (lambda: words.days_between(INSTANT, DAY), "works on date"),
        (lambda: words.seconds_between(DAY, INSTANT), "works on datetime"),
        (lambda: words.years_between(ONE, DAY), "works on date"),
        (lambda: words.months_after(INSTANT, 1), "works on date"),
        (lambda: words.months_after(DAY, CODE), "works on int"),
        (lambda: words.ruling(applies=True, violates=TRUE), "applies must be an expression"),  # type: ignore[arg-type]
    ],
)
def test_the_refusal_says_what_to_write(write: Callable[[], object], says: str) -> None:
    with pytest.raises(NotInTheVocabulary, match=says):
        write()


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (words.starts_with(CODE, "I"), True),
        (words.first_letters(CODE, 2), "I1"),
        (words.first_letters(CODE, 9), "I10"),
        (words.day_of(INSTANT), date(2026, 5, 21)),
        (words.days_between(DAY, a(date, date(2026, 5, 18))), -2),
        (words.seconds_between(INSTANT, a(datetime, datetime(2026, 5, 20, 17, 1, tzinfo=UTC))), 60),
        (words.years_between(a(date, date(2020, 2, 29)), a(date, date(2026, 2, 28))), 5),
        (words.months_after(a(date, date(2026, 1, 31)), 1), date(2026, 2, 28)),
        (words.larger(DAY, a(date, date(2026, 5, 21))), date(2026, 5, 21)),
        (words.smaller(ONE, 0), 0),
        (words.divide_up(a(int, 7), 2), 4),
        (words.divide_up(a(int, 7), 0), None),
        (words.divide_down(a(int, -1), 2), None),
        (words.isin(a(int, None), [1]), None),
        (words.missing(a(int, None)), True),
        (words.otherwise(a(int, None), 4), 4),
        (a(type(Channel.ONLINE), Channel.ONLINE) == Channel.ONLINE, True),
    ],
)
def test_words(term: Value, value: object) -> None:
    assert term.value == value


def test_a_question_about_absence_needs_nothing_and_is_still_evidence() -> None:
    unknown = a(int, None)
    for term in (words.missing(unknown), words.otherwise(unknown, 1)):
        assert isinstance(term, Value)
        assert (term.needed, term.read) == (frozenset(), frozenset({"x"}))
    both = words.missing(unknown) & (ONE == 1)
    assert isinstance(both, Value)
    assert both.needed == {"x"}


def test_a_value_shows_its_facts() -> None:
    assert repr(ONE) == "<x: 1>"
    assert repr(Value(int, 3, frozenset(), frozenset())) == "<literal: 3>"


def test_the_words_are_a_few_dozen() -> None:
    """Whoever adds one teaches it to every engine: a rule that needs something new gets a measure first."""
    operators = {"and", "or", "not", *COMPARE, *CALCULATE}
    assert {"excess", "ruling"} | WORDS.keys() <= set(words.__all__)
    assert len(WORDS) + len(operators) <= 36


def test_calendar_edges() -> None:
    assert completed_years(date(2020, 2, 29), date(2024, 2, 29)) == 4
    assert months_later(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert months_later(date(2026, 3, 31), -1) == date(2026, 2, 28)
