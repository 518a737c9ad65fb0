"""A row beside its parents, as a measure looks at it, and the numbers of rows by some of their facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from xinglin.supervision.verdicts import Plain

Facts = dict[str, Plain]
"""The facts of one row by path."""
KNOWN_AT: Final = "record.known_at"


class Above(dict[str, Plain]):
    """The parents of a row, the nearest first: a fact is looked for where it is first asked for, and then kept.

    Rows with the same parents share it. Read it by ``above[path]``, which never fails: what nobody knows is None.
    """

    __slots__ = ("_whole", "rows")

    def __init__(self, rows: tuple[Facts, ...] = ()) -> None:
        super().__init__()
        self.rows = rows
        self._whole: Facts | None = None

    def __missing__(self, path: str) -> Plain:
        value = self[path] = first_of(self.rows, path)
        return value

    def whole(self) -> Facts:
        """Every known fact of the parents; what a nearer one says is not replaced. Not to be changed."""
        found = self._whole
        if found is None:
            found = self._whole = {}
            for one in reversed(self.rows):
                found |= _known(one)
        return found


class Event:
    """A row beside its parents. Read it by ``event[path]``, which never fails: what nobody knows is None.

    `known_at` is the instant from which the row was known; None: always.
    """

    __slots__ = ("above", "known_at", "row")

    def __init__(self, row: Facts, above: Above) -> None:
        self.row = row
        self.above = above
        at = row.get(KNOWN_AT)
        self.known_at = above[KNOWN_AT] if at is None else at

    def __getitem__(self, path: str) -> Plain:
        value = self.row.get(path)
        return self.above[path] if value is None else value

    def whole(self) -> Facts:
        """Every known fact of the row and its parents; what a nearer one says is not replaced."""
        return self.above.whole() | _known(self.row)


def _known(row: Facts) -> Facts:
    return row if None not in row.values() else {path: value for path, value in row.items() if value is not None}


def first_of(rows: Iterable[Facts], path: str) -> Plain:
    """What the first of the rows that knows a fact says of it."""
    for row in rows:
        value = row.get(path)
        if value is not None:
            return value
    return None


class Index:
    """Numbers of a table's rows by some of their facts; none of a row in which one of them is unknown.

    `own` says that rows carry all of these facts themselves: then they are found without their parents. `events` holds
    what was looked up already.
    """

    __slots__ = ("_columns", "events", "numbers", "own")

    def __init__(self, columns: tuple[tuple[str, bool], ...]) -> None:
        self._columns = columns
        self.own = all(own for _, own in columns)
        self.numbers: dict[tuple[Plain, ...], list[int]] = {}
        self.events: dict[tuple[Plain, ...], list[Event]] = {}

    def fill(self, rows: Sequence[Any]) -> None:
        """Enter all rows: facts where the index is `own`, else events."""
        columns = [_column(rows, path, alone=self.own, own=own) for path, own in self._columns]
        numbers = self.numbers
        for number, key in enumerate(zip(*columns, strict=True)):
            if None not in key:
                if key in numbers:
                    numbers[key].append(number)
                else:
                    numbers[key] = [number]

    def enter(self, row: Facts | Event, number: int) -> list[Event] | None:
        """Enter one row. Gives the list of events that it joins, where somebody looked it up already."""
        key = self._key(row)
        if None in key:
            return None
        self.numbers.setdefault(key, []).append(number)
        return self.events.get(key)

    def leave(self, row: Event, number: int) -> None:
        """Take one row out."""
        key = self._key(row)
        if number in self.numbers.get(key, ()):
            self.numbers[key].remove(number)
            self.events.pop(key, None)

    def _key(self, row: Facts | Event) -> tuple[Plain, ...]:
        if isinstance(row, Event):
            return tuple([row[path] for path, _ in self._columns])
        return tuple([row.get(path) for path, _ in self._columns])


def _column(rows: Sequence[Any], path: str, *, alone: bool, own: bool) -> list[Plain]:
    """A fact of many rows; `alone`: they are facts, not events; `own`: none of their parents knows it."""
    if alone:
        return [row.get(path) for row in rows]
    if own:
        return [row.row.get(path) for row in rows]
    return [row.above[path] if (value := row.row.get(path)) is None else value for row in rows]
