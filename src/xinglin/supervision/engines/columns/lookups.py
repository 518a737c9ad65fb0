"""Limits as cases over day and place, lists as joins with a small table resolved beforehand.

A list may be keyed by beginnings of codes, dated and local. Which row answers for which code on which day is decided
by the table itself, for the codes that occur in the data; what is joined is the answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, product, takewhile

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from xinglin.supervision.engines.columns.expressions import column_type
from xinglin.supervision.tables.knowledge import Knowledge, Lookup
from xinglin.supervision.tables.rows import Cell, DatedRow, Table

LAST = date(9999, 12, 31)
ARROW = {int: pa.int64(), bool: pa.bool_(), str: pa.string()}
Codes = Callable[[str], Sequence[str]]
"""The distinct codes that occur in the data for a key."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a list answers: for key and place, from a day until a day."""

    lookup: Lookup
    table: pa.Table
    local: bool


def limit_value(knowledge: Knowledge, name: str, day: ir.Value, place: ir.Value) -> ir.Value:
    """A limit on a day in a place: the narrowest place first, unknown where day or place is."""
    limit = knowledge.limits[name]
    kind = column_type(limit.kind)
    known = day.notnull() & place.notnull()
    branches = [
        (known & _holds(row, day, place), ibis.literal(row.values["value"], type=kind))
        for row in sorted(limit.table.rows, key=lambda row: -len(row.territory))
    ]
    return ibis.cases(*branches, else_=ibis.null(kind))


def _holds(row: DatedRow, day: ir.Value, place: ir.Value) -> ir.Value:
    holds = day >= ibis.date(row.since.isoformat())
    if row.until is not None:
        holds = holds & (day <= ibis.date(row.until.isoformat()))
    return holds & place.startswith(row.territory) if row.territory else holds


def resolve(knowledge: Knowledge, name: str, codes: Codes, places: Sequence[str]) -> Resolved:
    """The answers of a list for the codes and places that occur."""
    lookup = knowledge.lookups[name]
    table = knowledge.tables[lookup.table]
    local = any(row.territory for row in table.rows)
    spans: list[tuple[tuple[str, ...], str, date, date, Cell | None]] = []
    for key in _keys(table, lookup, codes):
        for place in places if local else ("",):
            spans.extend((key, place, *span) for span in _spans(table, key, place, lookup.column))
    parts = range(len(lookup.keys))
    columns = {f"k{part}": pa.array([span[0][part] for span in spans], pa.string()) for part in parts}
    return Resolved(
        lookup,
        pa.table(
            {
                **columns,
                "place": pa.array([span[1] for span in spans], pa.string()),
                "since": pa.array([span[2] for span in spans], pa.date32()),
                "until": pa.array([span[3] for span in spans], pa.date32()),
                "value": pa.array([span[4] for span in spans], ARROW[lookup.kind]),
                "listed": pa.array([True] * len(spans), pa.bool_()),
            }
        ),
        local,
    )


def _keys(table: Table, lookup: Lookup, codes: Codes) -> Iterator[tuple[str, ...]]:
    """The keys that occur in the data and that some row of the table may answer for."""
    beginning = table.by_beginning or (False,) * len(lookup.keys)
    found: set[tuple[str, ...]] = set()
    occurring = [codes(path) for path in lookup.keys]
    under = [
        _by_beginning(values) if beginning[number] else _by_whole(values) for number, values in enumerate(occurring)
    ]
    for row in table.rows:
        parts: list[Iterable[str]] = [under[number](part) for number, part in enumerate(row.key)]
        found.update(product(*parts))
    return iter(sorted(found))


def _by_beginning(values: Sequence[str]) -> Callable[[str], Iterable[str]]:
    ordered = sorted(set(values))

    def under(beginning: str) -> Iterator[str]:
        following = islice(ordered, bisect_left(ordered, beginning), None)
        return takewhile(lambda value: value.startswith(beginning), following)

    return under


def _by_whole(values: Sequence[str]) -> Callable[[str], Iterable[str]]:
    there = set(values)
    return lambda code: (code,) if code in there else ()


def _spans(table: Table, key: tuple[str, ...], place: str, column: str) -> Iterator[tuple[date, date, Cell | None]]:
    """The days for which one row answers for a key in a place, with its answer."""
    rows = table.rows_for(key)
    turns = sorted({row.since for row in rows} | {row.until + timedelta(days=1) for row in rows if row.until})
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        answering = table.row(key, turn, place)
        if answering is not None:
            until = LAST if following is None else following - timedelta(days=1)
            yield turn, until, answering.values.get(column)


@dataclass(frozen=True, slots=True)
class Asked:
    """By which columns a list is asked, and into which its answer goes."""

    keys: tuple[str, ...]
    day: str
    place: str
    into: str


def joined_list(chain: ir.Table, held: ir.Table, resolved: Resolved, asked: Asked) -> ir.Table:
    """A chain of joins with one more: the rows of a list beside those that ask it."""
    held = held.rename({f"{asked.into}__{name}": name for name in held.columns})
    conditions = [chain[key] == held[f"{asked.into}__k{number}"] for number, key in enumerate(asked.keys)]
    if resolved.local:
        conditions.append(chain[asked.place] == held[f"{asked.into}__place"])
    day = chain[asked.day]
    conditions += [day >= held[f"{asked.into}__since"], day <= held[f"{asked.into}__until"]]
    return chain.left_join(held, conditions)


def list_answer(found: ir.Table, resolved: Resolved, asked: Asked) -> ir.Value:
    """What the list answers for a row: unknown where it cannot be asked, else the listed value, else what is unlisted."""
    kind = column_type(resolved.lookup.kind)
    unknown = found[asked.day].isnull() | found[asked.place].isnull()
    for key in asked.keys:
        unknown = unknown | found[key].isnull()
    unlisted = resolved.lookup.unlisted
    otherwise = ibis.null(kind) if unlisted is None else ibis.literal(unlisted, type=kind)
    if not resolved.table.num_rows:
        return ibis.cases((unknown, ibis.null(kind)), else_=otherwise)
    listed = found[f"{asked.into}__listed"].notnull()
    return ibis.cases((unknown, ibis.null(kind)), (listed, found[f"{asked.into}__value"]), else_=otherwise)
