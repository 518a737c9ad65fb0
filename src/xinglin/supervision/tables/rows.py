"""Dated, sourced rows: what the law or the place decides and a rule therefore must not hold itself.

A row holds from a day until a day, in a territory given by a prefix of the administrative code (empty: the whole
country). The narrowest territory wins. A row names its source and whether that source was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise, product

from xinglin.supervision.verdicts import Words

Cell = int | bool | str


class BadTable(ValueError):
    """A table cannot be used. The message names the table, the row and what would be right."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a row comes from."""

    law: Words
    article: Words
    read: bool


@dataclass(frozen=True, slots=True)
class DatedRow:
    """One row: its key, its values, when and where it holds, and its source."""

    key: tuple[str, ...]
    values: Mapping[str, Cell]
    basis: Basis
    since: date
    until: date | None = None
    territory: str = ""

    def holds(self, on: date, territory: str) -> bool:
        """Whether the row is in force on this day in this place."""
        return self.since <= on and (self.until is None or on <= self.until) and territory.startswith(self.territory)

    def overlaps(self, other: DatedRow) -> bool:
        """Whether both rows could answer the same question."""
        if (self.key, self.territory) != (other.key, other.territory):
            return False
        first, second = sorted((self, other), key=lambda row: row.since)
        return first.until is None or second.since <= first.until


@dataclass(frozen=True, slots=True)
class Table:
    """A reference table. `by_beginning` says of each part of a key whether it is the beginning of a code; the longest
    beginning wins, the first part before the second."""

    name: str
    meaning: Words
    rows: tuple[DatedRow, ...]
    by_beginning: tuple[bool, ...] = ()
    _by_key: dict[tuple[str, ...], list[DatedRow]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            if row.until is not None and row.until < row.since:
                raise BadTable(f"{self.name} {row.key}: until {row.until} is before since {row.since}")
            self._by_key.setdefault(row.key, []).append(row)
        for same_key in self._by_key.values():
            if len(same_key) > 1:
                self._refuse_overlaps(same_key)

    def _refuse_overlaps(self, same_key: list[DatedRow]) -> None:
        """In order of place and day, rows that overlap stand side by side: no need to compare each with each."""
        for earlier, later in pairwise(sorted(same_key, key=lambda row: (row.territory, row.since))):
            if earlier.overlaps(later):
                raise BadTable(
                    f"{self.name} {later.key}: two rows for {later.territory or 'the whole country'} hold on the same "
                    f"day ({earlier.since} and {later.since}); end the earlier one before the later one begins"
                )

    def row(self, key: tuple[str, ...], on: date, territory: str) -> DatedRow | None:
        """The row that answers for a key on a day in a place, or None where the key is not listed."""
        for candidate in self._candidates(key):
            holding = [row for row in self._by_key.get(candidate, ()) if row.holds(on, territory)]
            if holding:
                return max(holding, key=lambda row: len(row.territory))
        return None

    def rows_for(self, key: tuple[str, ...]) -> list[DatedRow]:
        """Every row that may answer for a key, on some day in some place."""
        return [row for candidate in self._candidates(key) for row in self._by_key.get(candidate, ())]

    def _candidates(self, key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if not any(self.by_beginning):
            return iter((key,))
        parts = [
            [code[:length] for length in range(len(code), 0, -1)] if beginning else [code]
            for code, beginning in zip(key, self.by_beginning, strict=True)
        ]
        return product(*parts)
