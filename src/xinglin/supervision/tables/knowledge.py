"""All that is passed to an engine beside the facts: limits by place and day, and lists that facts are looked up in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from xinglin.supervision.facts.case import all_columns
from xinglin.supervision.facts.lake import column_kinds
from xinglin.supervision.tables.rows import BadTable, Basis, Cell, DatedRow, Table
from xinglin.supervision.verdicts import Json, Words, canonical

EXPLODED: Final = ("own.code", "other.code")
"""The two sides of a pair that a measure compares, such as one ingredient of each of two medicines."""
NAMES: Final = {column.path: column.words for column in all_columns()}


@dataclass(frozen=True, slots=True)
class Limit:
    """One number (or switch) that the law or the place decides: ``f.limits.<name>``."""

    name: str
    unit: str
    meaning: Words
    table: Table

    @property
    def kind(self) -> type:
        """int or bool."""
        return type(self.table.rows[0].values["value"])


@dataclass(frozen=True, slots=True)
class Lookup:
    """A fact looked up in a table: ``f.lists.<name>`` is `column` of the row whose key equals the facts `keys`.

    `unlisted` is the answer for a key that the table does not hold; None means that it is then unknown.
    """

    name: str
    table: str
    column: str
    keys: tuple[str, ...]
    kind: type
    unlisted: Cell | None


@dataclass(frozen=True)
class Knowledge:
    """Limits, tables and lookups as one value with one digest."""

    limits: Mapping[str, Limit]
    tables: Mapping[str, Table]
    lookups: Mapping[str, Lookup]

    def __post_init__(self) -> None:
        paths = column_kinds()
        for lookup in self.lookups.values():
            if lookup.table not in self.tables:
                raise BadTable(f"lookup {lookup.name} names the table {lookup.table}, which is not there")
            for key in lookup.keys:
                if key not in EXPLODED and not issubclass(paths.get(key.removeprefix("other."), int), str):
                    raise BadTable(f"lookup {lookup.name}: the key {key} is not a fact that holds a code")

    def limit(self, name: str, on: date, territory: str) -> Cell | None:
        """The limit on a day in a place, None where no row holds."""
        row = self.limits[name].table.row((), on, territory)
        return None if row is None else row.values["value"]

    def look_up(self, name: str, key: tuple[str, ...], on: date, territory: str) -> Cell | None:
        """The listed value of a key on a day in a place."""
        lookup = self.lookups[name]
        row = self.tables[lookup.table].row(key, on, territory)
        return lookup.unlisted if row is None else row.values.get(lookup.column)

    def words_of(self, path: str) -> Words:
        """What a person calls a fact, a limit or a list: ``line.quantity``, ``limits.…`` or ``lists.…``."""
        group, _, name = path.partition(".")
        if group == "limits":
            return self.limits[name].meaning
        if group == "lists":
            return self.tables[self.lookups[name].table].meaning
        return NAMES[path]

    def with_limit(
        self, name: str, value: Cell, basis: Basis, *, since: date, territory: str = "", until: date | None = None
    ) -> Knowledge:
        """The same knowledge with one more row for a limit, for a place or a trial."""
        limit = self.limits[name]
        row = DatedRow((), {"value": value}, basis, since, until, territory)
        table = replace(limit.table, rows=(*limit.table.rows, row))
        return replace(self, limits={**self.limits, name: replace(limit, table=table)})

    def with_row(self, table: str, row: DatedRow) -> Knowledge:
        """The same knowledge with one more row in a table."""
        grown = replace(self.tables[table], rows=(*self.tables[table].rows, row))
        return replace(self, tables={**self.tables, table: grown})

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every row, so that a verdict can name the knowledge it was given with."""
        content: Json = {
            "limits": {name: _rows(limit.table) for name, limit in self.limits.items()},
            "tables": {name: _rows(table) for name, table in self.tables.items()},
        }
        return hashlib.sha256(canonical(content)).hexdigest()


def _rows(table: Table) -> Json:
    return [
        [
            list(row.key),
            dict(row.values),
            row.territory,
            row.since.isoformat(),
            row.until.isoformat() if row.until else None,
        ]
        for row in table.rows
    ]
