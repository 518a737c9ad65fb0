"""What a rule holds in its hands: a term, which is a fact or an expression of facts.

A term is not a value. In the plain engine it wraps one value that may be unknown; in a column engine it stands for a
whole column. So a term refuses to be a Python truth value, and says what to write instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import NoReturn

Literal = int | bool | str | Enum
"""What a rule may write down itself. No float: a rate may be approximate, a verdict may not."""


class NotInTheVocabulary(TypeError):
    """A rule used something that the engines cannot read alike. The message says what to write instead."""


def check_literal(value: object) -> None:
    """Refuse literals that would not mean the same in every engine."""
    if isinstance(value, float):
        raise NotInTheVocabulary(
            f"{value} is a float. Facts and limits are whole numbers of the smallest unit: "
            "write fen instead of yuan, permille instead of a share, days instead of weeks"
        )
    if value is None:
        raise NotInTheVocabulary("Nothing equals None: unknown is not a value. Write missing(x) or otherwise(x, value)")
    if not isinstance(value, int | str | Enum | Term):
        raise NotInTheVocabulary(f"a rule cannot hold a {type(value).__name__}; use a fact, a limit or a plain literal")


class Term(ABC):
    """A fact or an expression of facts, in whichever engine."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise NotInTheVocabulary(
            "a fact may be unknown, so it cannot decide `if`, `and`, `or`, `not` or `in`. "
            "Write & for and, | for or, ~ for not, isin(x, [...]) for in and choose(x, a, b) for if. "
            "(A chained comparison such as a < b < c also ends here: write (a < b) & (b < c).)"
        )

    def __iter__(self) -> NoReturn:
        raise NotInTheVocabulary("a rule never walks a list: add a measure instead")

    @abstractmethod
    def _both(self, other: Term) -> Term: ...

    @abstractmethod
    def _either(self, other: Term) -> Term: ...

    @abstractmethod
    def _opposite(self) -> Term: ...

    @abstractmethod
    def _compare(self, operator: str, other: Term | Literal) -> Term: ...

    @abstractmethod
    def _calculate(self, operator: str, other: Term | int) -> Term: ...

    @abstractmethod
    def _apply(self, word: str, *arguments: Term | Literal | tuple[Literal, ...]) -> Term: ...

    def __and__(self, other: Term) -> Term:
        return self._both(other)

    def __or__(self, other: Term) -> Term:
        return self._either(other)

    def __invert__(self) -> Term:
        return self._opposite()

    def __eq__(self, other: Term | Literal) -> Term:  # type: ignore[override]
        check_literal(other)
        return self._compare("==", other)

    def __ne__(self, other: Term | Literal) -> Term:  # type: ignore[override]
        check_literal(other)
        return self._compare("!=", other)

    def __lt__(self, other: Term | Literal) -> Term:
        check_literal(other)
        return self._compare("<", other)

    def __le__(self, other: Term | Literal) -> Term:
        check_literal(other)
        return self._compare("<=", other)

    def __gt__(self, other: Term | Literal) -> Term:
        check_literal(other)
        return self._compare(">", other)

    def __ge__(self, other: Term | Literal) -> Term:
        check_literal(other)
        return self._compare(">=", other)

    def __add__(self, other: Term | int) -> Term:
        check_literal(other)
        return self._calculate("+", other)

    def __sub__(self, other: Term | int) -> Term:
        check_literal(other)
        return self._calculate("-", other)

    def __mul__(self, other: Term | int) -> Term:
        check_literal(other)
        return self._calculate("*", other)

    def __truediv__(self, other: object) -> NoReturn:
        raise NotInTheVocabulary("engines divide differently: write divide_down(a, b) or divide_up(a, b)")

    __floordiv__ = __truediv__
    __mod__ = __truediv__


class Columns:
    """The facts of one group, as terms: ``f.line`` in ``f.line.quantity``."""

    __slots__ = ("_facts", "_group")

    def __init__(self, facts: Facts, group: str) -> None:
        self._facts = facts
        self._group = group

    def __getattr__(self, name: str) -> Term:
        return self._facts.term(f"{self._group}.{name}")


class Facts(ABC):
    """The one argument of a rule.

    ``f.patient.birth_on`` is a fact; ``f.limits.…`` and ``f.lists.…`` are looked up in tables.
    """

    __slots__ = ()

    @abstractmethod
    def term(self, path: str) -> Term:
        """The term of a path; raises AttributeError for a path that the rule's scope does not carry."""

    def __getattr__(self, group: str) -> Columns:
        return Columns(self, group)
