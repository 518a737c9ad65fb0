"""The words a rule may use beside the operators ``& | ~ == != < <= > >= + - *``. There are no others.

Every word keeps *unknown* unknown, except ``missing`` and ``otherwise``, which exist to ask about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xinglin.supervision.vocabulary.terms import Literal, NotInTheVocabulary, Term, check_literal


def isin(x: Term, choices: Sequence[Literal]) -> Term:
    """Whether x is one of the choices, which are literals and never unknown."""
    for choice in choices:
        check_literal(choice)
    return x._apply("isin", tuple(choices))


def missing(x: Term) -> Term:
    """Whether x is unknown. Never unknown itself; a fact asked about in this way is not counted as missing."""
    return x._apply("missing")


def otherwise(x: Term, value: Term | Literal) -> Term:
    """x, or the value where x is unknown: for facts whose absence has a meaning, such as an end never recorded."""
    check_literal(value)
    return x._apply("otherwise", value)


def choose(condition: Term, then: Term | Literal, else_: Term | Literal) -> Term:
    """`then` where the condition is true, `else_` where it is false, unknown where it is unknown."""
    check_literal(then)
    check_literal(else_)
    return condition._apply("choose", then, else_)


def starts_with(x: Term, beginning: str) -> Term:
    """Whether a code begins with these letters."""
    return x._apply("starts_with", beginning)


def first_letters(x: Term, count: int) -> Term:
    """The first letters of a code: its category. A shorter code stays whole."""
    return x._apply("first_letters", count)


def larger(a: Term, b: Term | Literal) -> Term:
    """The larger (or later) of two."""
    check_literal(b)
    return a._apply("larger", b)


def smaller(a: Term, b: Term | Literal) -> Term:
    """The smaller (or earlier) of two."""
    check_literal(b)
    return a._apply("smaller", b)


def divide_down(a: Term, b: Term | Literal) -> Term:
    """a divided by b, rounded down; unknown unless a is 0 or more and b more than 0."""
    check_literal(b)
    return a._apply("divide_down", b)


def divide_up(a: Term, b: Term | Literal) -> Term:
    """a divided by b, rounded up; unknown unless a is 0 or more and b more than 0."""
    check_literal(b)
    return a._apply("divide_up", b)


def day_of(instant: Term) -> Term:
    """The day in Shanghai on which an instant falls."""
    return instant._apply("day_of")


def days_between(earlier: Term, later: Term) -> Term:
    """Days from one day to another; negative where `later` is earlier."""
    return earlier._apply("days_between", later)


def seconds_between(earlier: Term, later: Term) -> Term:
    """Whole seconds from one instant to another, rounded down; negative where `later` is earlier."""
    return earlier._apply("seconds_between", later)


def years_between(birth: Term, on: Term) -> Term:
    """Completed years from one day to another. Born on 29 February: the year is complete on 1 March."""
    return birth._apply("years_between", on)


def months_after(on: Term, months: Term | int) -> Term:
    """The same day some months later, or the last day of that month where there is no such day."""
    check_literal(months)
    return on._apply("months_after", months)


@dataclass(frozen=True, slots=True)
class Excess:
    """By how much a limit is passed, as terms."""

    count: Term | None = None
    days: Term | None = None
    fen: Term | None = None
    seconds: Term | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """The three columns of a rule."""

    applies: Term
    violates: Term
    excess: Excess | None = None


def excess(
    *, count: Term | None = None, days: Term | None = None, fen: Term | None = None, seconds: Term | None = None
) -> Excess:
    """By how much, in the units that the rule can measure."""
    return Excess(count=count, days=days, fen=fen, seconds=seconds)


def ruling(*, applies: Term, violates: Term, excess: Excess | None = None) -> Ruling:
    """What a rule returns. Both columns must be terms: a plain True or False would be a rule that looks at nothing."""
    for name, column in (("applies", applies), ("violates", violates)):
        if not isinstance(column, Term):
            raise NotInTheVocabulary(f"{name} must be an expression of facts, not {column!r}")
    return Ruling(applies, violates, excess)
