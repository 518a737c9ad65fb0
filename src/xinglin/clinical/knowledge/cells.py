"""Reading one cell of a table: each reader gets the text and what the tables know, and refuses what is not right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from xinglin.clinical.knowledge.expressions import TIERS, Entry, Expression, read_context, read_expression
from xinglin.clinical.knowledge.expressions import Words as Known

Reader = Callable[[str, Known], Any]
DAYS_OF: Final = {"d": Fraction(1), "w": Fraction(7), "m": Fraction(365, 12), "y": Fraction(1461, 4)}
REMEDIES: Final = ("switch", "lower", "space", "test", "protect", "end", "stop", "refer", "counsel")
PROBLEMS: Final = (
    "bleeding",
    "qt",
    "serotonin",
    "sedation",
    "potassium",
    "kidney",
    "liver",
    "glucose",
    "pressure",
    "heart_rate",
    "heart_failure",
    "muscle",
    "bone_marrow",
    "infection",
    "seizure",
    "toxicity_level",
    "loss_of_effect",
    "absorption",
    "thrombosis",
    "sodium",
    "pregnancy",
    "lung",
    "gut",
    "skin",
    "eye",
    "urinary",
    "falls",
    "anticholinergic",
    "dependence",
    "alcohol",
    "duplicate",
    "allergy",
    "dose",
    "age",
    "indication",
    "other",
)


class BadCell(ValueError):
    """A cell that cannot be read. The message says what would be right."""


def column(reader: Reader, *, needed: bool = True, unlisted: Any = None, header: str = "") -> Any:
    """A column of a row: how it is read, what an empty cell means when it may be empty, its heading if not the name."""
    return field(metadata={"reader": reader, "needed": needed, "unlisted": unlisted, "header": header})


def text(cell: str, _known: Known) -> str:
    """Any text that is not empty."""
    return cell


def word(*allowed: str) -> Reader:
    """One of a few words."""

    def read(cell: str, _known: Known) -> str:
        if cell not in allowed:
            raise BadCell(f"{cell!r} is not one of {', '.join(allowed)}")
        return cell

    return read


def words(cell: str, _known: Known) -> tuple[str, ...]:
    """Several texts joined by ``|``."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def words_of(*allowed: str) -> Reader:
    """Several words out of a few, joined by ``|``."""

    def read(cell: str, known: Known) -> frozenset[str]:
        found = frozenset(words(cell, known))
        if not found <= set(allowed):
            raise BadCell(f"{', '.join(sorted(found - set(allowed)))}: not among {', '.join(allowed)}")
        return found

    return read


def side(cell: str, known: Known) -> frozenset[str]:
    """Ingredient codes: codes and classes joined by ``|``."""
    return known.side(cell)


def prefixes(cell: str, known: Known) -> frozenset[str]:
    """ICD-10 prefixes, groups expanded."""
    return known.prefixes(cell)


def expression(cell: str, known: Known) -> Expression:
    """A conjunction of conditions."""
    return read_expression(cell, known)


def context(cell: str, known: Known) -> tuple[Entry, ...]:
    """Ordered entries of a condition and the tier it gives."""
    return read_context(cell, known)


def number(cell: str, _known: Known) -> Fraction:
    """A plain decimal number, exactly."""
    try:
        found = Decimal(cell)
    except InvalidOperation:
        raise BadCell(f"{cell!r} is no number") from None
    if not found.is_finite() or found < 0:
        raise BadCell(f"{cell!r} is no number from 0 up")
    return Fraction(found)


def whole(cell: str, _known: Known) -> int:
    """A whole number from 0 up."""
    if not cell.isascii() or not cell.isdigit():
        raise BadCell(f"{cell!r} is no whole number")
    return int(cell)


def age(cell: str, _known: Known) -> Fraction:
    """An age in days: ``28d``, ``6m``, ``18y``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([dwmy])", cell)
    if match is None:
        raise BadCell(f"{cell!r} is no age; write 28d, 6m or 18y")
    return Fraction(match.group(1)) * DAYS_OF[match.group(2)]


def day(cell: str, _known: Known) -> date:
    """A day, ``2026-11-22``."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise BadCell(f"{cell!r} is no day; write 2026-11-22") from None


def remedies(cell: str, known: Known) -> tuple[str, ...]:
    """What can be done with one tap. The codes that a remedy names must exist."""
    found = words(cell, known)
    for remedy in found:
        kind, _, value = remedy.partition(":")
        if kind not in REMEDIES:
            raise BadCell(f"{remedy!r}: a remedy is one of {', '.join(REMEDIES)}")
        if kind in {"switch", "protect"}:
            known.side(value.replace("+", "|"))
        elif kind == "test":
            known.lab(value.partition("@")[0])
        elif kind == "stop" and value not in {"a", "b"}:
            raise BadCell(f"{remedy!r}: stop:a or stop:b")
        elif kind in {"lower", "space", "end"} and not any(letter.isdigit() for letter in value):
            raise BadCell(f"{remedy!r}: a number is missing")
    return found


tier: Final = word(*TIERS)
problem: Final = word(*PROBLEMS)
yes_no: Final = word("yes", "no")
