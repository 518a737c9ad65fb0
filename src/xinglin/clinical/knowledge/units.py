"""Amounts in the tables: a number with a unit, brought to the smallest unit of its kind without rounding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

UNITS: Final[dict[str, tuple[str, int]]] = {
    "ug": ("mass", 1),
    "mg": ("mass", 1_000),
    "g": ("mass", 1_000_000),
    "ng": ("mass", 0),
    "IU": ("activity", 1),
    "ul": ("volume", 1),
    "ml": ("volume", 1_000),
    "mmol": ("substance", 1),
}
"""Unit, what it measures, and how many of the smallest unit (µg, IU, µl, mmol) it is; ng is a thousandth of a µg."""
AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ug|mg|g|ng|IU|ul|ml|mmol)")


class BadUnit(ValueError):
    """An amount that cannot be read. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a kind: `kind` is mass (µg), activity (IU), volume (µl) or substance (mmol)."""

    value: Fraction
    kind: str


def amount(number: Fraction, unit: str) -> Amount:
    """A number of a unit in the smallest unit of its kind. Raises BadUnit for a unit that is not in the table."""
    if unit not in UNITS:
        raise BadUnit(f"{unit!r} is no unit of the tables; known are {', '.join(UNITS)}")
    kind, factor = UNITS[unit]
    return Amount(number * factor if factor else number / 1000, kind)


def read_amount(text: str) -> Amount:
    """`20mg` as an amount. Raises BadUnit."""
    match = AMOUNT.fullmatch(text.strip())
    if match is None:
        raise BadUnit(f"{text!r} is no amount; write a number and a unit such as 20mg")
    return amount(Fraction(match.group(1)), match.group(2))
