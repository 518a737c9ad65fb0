"""The small language of contexts: what must be true of a patient and two medicines, in three values.

`age>=65 & !with:@PPI` is a conjunction of atoms; ``!`` turns one round. There is no *or*: alternatives are further
entries of a context. An atom may be true, false or unknown; what is unknown is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

from xinglin.clinical.knowledge.units import Amount, BadUnit, read_amount

TIERS: Final = ("X", "D", "C", "B", "-")
"""From blocking to silent."""
NUMBERS: Final = frozenset({"age", "age_days", "weight", "weeks", "egfr", "crcl", "child_pugh"})
FLAGS: Final = frozenset({"pregnant", "lactating", "dialysis"})
SIDE_NUMBERS: Final = frozenset({"daily", "single", "days"})
SIDE_FLAGS: Final = frozenset({"prn", "single_dose", "new"})
INTENTS: Final = frozenset({"bridging", "pci", "switch", "titration", "monitored"})
CHILD_PUGH: Final = {"A": 1, "B": 2, "C": 3}
COMPARED: Final = re.compile(r"([a-z_:A-Z0-9.]+?)(<=|>=|<|>|=)(.+)")


class BadExpression(ValueError):
    """An expression that cannot be read. The message names the atom and what would be right."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One condition. `side` is a, b or empty; `codes` are what a list names, classes and groups expanded."""

    text: str
    negated: bool
    kind: str
    side: str = ""
    name: str = ""
    sign: str = ""
    number: Fraction | None = None
    amount: Amount | None = None
    codes: frozenset[str] = frozenset()


Expression = tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a context: where `when` is true, `tier` is the tier."""

    when: Expression
    tier: str
    text: str


class Words(Protocol):
    """What an expression needs to know of the tables: members of classes, prefixes of groups, codes of laboratories."""

    def side(self, text: str) -> frozenset[str]:
        """Ingredient codes of a side. Raises ValueError for a name that is not known."""

    def prefixes(self, text: str) -> frozenset[str]:
        """ICD-10 prefixes, groups expanded. Raises ValueError for a group that is not known."""

    def lab(self, code: str) -> str:
        """The code itself. Raises ValueError for a laboratory value that is not in the table."""


def read_expression(text: str, words: Words) -> Expression:
    """A conjunction. Raises BadExpression, or ValueError of `words` for a name that is not known."""
    return tuple(_atom(part.strip(), words) for part in text.split("&") if part.strip())


def read_context(text: str, words: Words) -> tuple[Entry, ...]:
    """Ordered entries ``EXPR -> TIER`` joined by ``;``. Raises BadExpression."""
    entries = []
    for part in text.split(";"):
        if not part.strip():
            continue
        when, arrow, tier = part.rpartition("->")
        if not arrow or tier.strip() not in TIERS:
            raise BadExpression(f"{part.strip()!r}: write `condition -> tier`, the tier one of {' '.join(TIERS)}")
        entries.append(Entry(read_expression(when, words), tier.strip(), part.strip()))
    return tuple(entries)


def _atom(text: str, words: Words) -> Atom:
    negated = text.startswith("!")
    bare = text.lstrip("!").strip()
    if bare in FLAGS:
        return Atom(text, negated, bare)
    if bare.startswith(("dx:", "with:", "flag:", "held:")):
        return _named(text, negated, bare, words)
    if bare[:2] in {"a.", "b."}:
        return _of_side(text, negated, bare)
    return _compared(text, negated, bare, words)


def _named(text: str, negated: bool, bare: str, words: Words) -> Atom:
    kind, _, value = bare.partition(":")
    if kind == "dx":
        return Atom(text, negated, kind, codes=words.prefixes(value))
    if kind == "with":
        return Atom(text, negated, kind, codes=words.side(value))
    if kind == "held":
        if value not in {"a", "b"}:
            raise BadExpression(f"{text!r}: held:a or held:b")
        return Atom(text, negated, kind, side=value)
    names = frozenset(value.split("|"))
    if not names <= INTENTS:
        raise BadExpression(f"{text!r}: an intent is one of {', '.join(sorted(INTENTS))}")
    return Atom(text, negated, kind, codes=names)


def _of_side(text: str, negated: bool, bare: str) -> Atom:
    side, rest = bare[0], bare[2:]
    if rest in SIDE_FLAGS:
        return Atom(text, negated, rest, side=side)
    if rest.startswith(("route:", "form:")):
        kind, _, value = rest.partition(":")
        return Atom(text, negated, kind, side=side, codes=frozenset(value.split("|")))
    match = COMPARED.fullmatch(rest)
    if match is None or match.group(1) not in SIDE_NUMBERS:
        raise BadExpression(
            f"{text!r}: of a side there are {', '.join(sorted(SIDE_NUMBERS | SIDE_FLAGS))}, route: and form:"
        )
    name, sign, value = match.groups()
    if name == "days":
        return Atom(text, negated, "days", side=side, sign=sign, number=_number(text, value))
    try:
        return Atom(text, negated, name, side=side, sign=sign, amount=read_amount(value))
    except BadUnit as wrong:
        raise BadExpression(f"{text!r}: {wrong}") from None


def _compared(text: str, negated: bool, bare: str, words: Words) -> Atom:
    match = COMPARED.fullmatch(bare)
    if match is None:
        raise BadExpression(f"{text!r} is no condition of the language")
    name, sign, value = match.groups()
    value = value.strip()
    if name == "sex":
        if sign != "=" or value not in {"F", "M"}:
            raise BadExpression(f"{text!r}: sex=F or sex=M")
        return Atom(text, negated, "sex", name=value)
    if name == "child_pugh":
        if value not in CHILD_PUGH:
            raise BadExpression(f"{text!r}: Child-Pugh classes are A, B and C")
        return Atom(text, negated, "child_pugh", sign=sign, number=Fraction(CHILD_PUGH[value]))
    if name.startswith(("lab:", "labage:")):
        kind, _, code = name.partition(":")
        return Atom(text, negated, kind, name=words.lab(code), sign=sign, number=_number(text, value))
    if name not in NUMBERS:
        raise BadExpression(f"{text!r}: {name!r} is no fact of the language; known are {', '.join(sorted(NUMBERS))}")
    return Atom(text, negated, name, sign=sign, number=_number(text, value))


def _number(text: str, value: str) -> Fraction:
    try:
        return Fraction(value.strip())
    except ValueError:
        raise BadExpression(f"{text!r}: {value!r} is no number") from None
