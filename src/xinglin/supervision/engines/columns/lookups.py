"""Limits as cases over day and place, lists as joins with a small table resolved beforehand.

A list may be keyed by beginnings of codes, dated and local. Which row answers for which code on which day is decided
by the table itself, for the codes, places and days that occur in the data; what is joined is the answer. Lists that are
asked by the same facts are one join.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, product, takewhile
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from xinglin.supervision.engines.columns.expressions import column_type
from xinglin.supervision.tables.knowledge import Knowledge, Lookup
from xinglin.supervision.tables.rows import Cell, DatedRow, Table

ARROW = {int: pa.int64(), bool: pa.bool_(), str: pa.string()}
Codes = Callable[[str], Sequence[str]]
"""The distinct codes that occur in the data for a key."""


class Span(NamedTuple):
    """The first and the last day that occur."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Resolved:
    """What lists asked by the same facts answer, for each key that occurs, in each place, from a day until a day."""

    lookups: tuple[Lookup, ...]
    table: pa.Table
    dated: bool
    local: bool


def limit_value(knowledge: Knowledge, name: str, day: ir.Value, place: ir.Value, span: Span) -> ir.Value:
    """A limit on a day in a place: the narrowest place first, unknown where day or place is."""
    limit = knowledge.limits[name]
    kind = column_type(limit.kind)
    known = day.notnull() & place.notnull()
    branches = []
    for row in sorted(limit.table.rows, key=lambda row: -len(row.territory)):
        if row.since <= span.last and (row.until is None or row.until >= span.first):
            branches.append((known & _holds(row, day, place, span), ibis.literal(row.values["value"], type=kind)))
    return ibis.cases(*branches, else_=ibis.null(kind)) if branches else ibis.null(kind)


def _holds(row: DatedRow, day: ir.Value, place: ir.Value, span: Span) -> ir.Value:
    holds: ir.Value = ibis.literal(True)
    if row.since > span.first:
        holds = holds & (day >= ibis.date(row.since.isoformat()))
    if row.until is not None and row.until < span.last:
        holds = holds & (day <= ibis.date(row.until.isoformat()))
    return holds & place.startswith(row.territory) if row.territory else holds


def resolve(knowledge: Knowledge, names: Sequence[str], codes: Codes, places: Sequence[str], span: Span) -> Resolved:
    """The answers of lists that are asked by the same facts."""
    lookups = tuple(knowledge.lookups[name] for name in names)
    tables = [knowledge.tables[lookup.table] for lookup in lookups]
    local = any(row.territory for table in tables for row in table.rows)
    keys = sorted({key for table, lookup in zip(tables, lookups, strict=True) for key in _keys(table, lookup, codes)})
    rows: list[tuple[tuple[str, ...], str, Span, tuple[Cell | None, ...]]] = []
    for key in keys:
        for place in places if local else ("",):
            rows.extend((key, place, days, cells) for days, cells in _spans(tables, lookups, key, place, span))
    dated = len(rows) > len({(key, place) for key, place, _, _ in rows})
    return Resolved(lookups, _as_table(lookups, rows), dated, local)


def _as_table(
    lookups: tuple[Lookup, ...], rows: list[tuple[tuple[str, ...], str, Span, tuple[Cell | None, ...]]]
) -> pa.Table:
    made = {f"k{part}": pa.array([row[0][part] for row in rows], pa.string()) for part in range(len(lookups[0].keys))}
    made["place"] = pa.array([row[1] for row in rows], pa.string())
    made["since"] = pa.array([row[2].first for row in rows], pa.date32())
    made["until"] = pa.array([row[2].last for row in rows], pa.date32())
    for number, lookup in enumerate(lookups):
        made[f"v{number}"] = pa.array([row[3][number] for row in rows], ARROW[lookup.kind])
    made["listed"] = pa.array([True] * len(rows), pa.bool_())
    return pa.table(made)


def _keys(table: Table, lookup: Lookup, codes: Codes) -> Iterator[tuple[str, ...]]:
    """The keys that occur in the data and that some row of the table may answer for."""
    beginning = table.by_beginning or (False,) * len(lookup.keys)
    found: set[tuple[str, ...]] = set()
    under = [
        _by_beginning(codes(path)) if beginning[number] else _by_whole(codes(path))
        for number, path in enumerate(lookup.keys)
    ]
    for row in table.rows:
        parts: list[Iterable[str]] = [under[number](part) for number, part in enumerate(row.key)]
        found.update(product(*parts))
    return iter(found)


def _by_beginning(values: Sequence[str]) -> Callable[[str], Iterable[str]]:
    ordered = sorted(set(values))

    def under(beginning: str) -> Iterator[str]:
        following = islice(ordered, bisect_left(ordered, beginning), None)
        return takewhile(lambda value: value.startswith(beginning), following)

    return under


def _by_whole(values: Sequence[str]) -> Callable[[str], Iterable[str]]:
    there = set(values)
    return lambda code: (code,) if code in there else ()


def _spans(
    tables: Sequence[Table], lookups: Sequence[Lookup], key: tuple[str, ...], place: str, span: Span
) -> Iterator[tuple[Span, tuple[Cell | None, ...]]]:
    """The stretches of days on which the lists answer the same for a key in a place; together they cover all days."""
    rows = [row for table in tables for row in table.rows_for(key)]
    turns = {row.since for row in rows} | {row.until + timedelta(days=1) for row in rows if row.until is not None}
    begins = [span.first, *sorted(turn for turn in turns if span.first < turn <= span.last)]
    answers = [
        tuple(_answer(table, lookup, key, begin, place) for table, lookup in zip(tables, lookups, strict=True))
        for begin in begins
    ]
    kept = [number for number in range(len(begins)) if number == 0 or answers[number] != answers[number - 1]]
    for number, following in zip(kept, [*kept[1:], None], strict=True):
        last = span.last if following is None else begins[following] - timedelta(days=1)
        yield Span(begins[number], last), answers[number]


def _answer(table: Table, lookup: Lookup, key: tuple[str, ...], on: date, place: str) -> Cell | None:
    row = table.row(key, on, place)
    return lookup.unlisted if row is None else row.values.get(lookup.column)


@dataclass(frozen=True, slots=True)
class Asked:
    """By which columns lists are asked, and the beginning of the names of what is joined."""

    keys: tuple[str, ...]
    day: str
    place: str
    into: str


def joined_lists(chain: ir.Table, held: ir.Table, resolved: Resolved, asked: Asked) -> ir.Table:
    """A chain of joins with one more: the answers of some lists beside those that ask them."""
    wanted = [f"k{number}" for number in range(len(asked.keys))] + ["listed"]
    wanted += [f"v{number}" for number in range(len(resolved.lookups))]
    wanted += (["place"] if resolved.local else []) + (["since", "until"] if resolved.dated else [])
    held = held.select(**{f"{asked.into}__{name}": held[name] for name in wanted})
    conditions = [chain[key] == held[f"{asked.into}__k{number}"] for number, key in enumerate(asked.keys)]
    if resolved.local:
        conditions.append(chain[asked.place] == held[f"{asked.into}__place"])
    if resolved.dated:
        day = chain[asked.day]
        conditions += [day >= held[f"{asked.into}__since"], day <= held[f"{asked.into}__until"]]
    return chain.left_join(held, conditions)


def list_answer(found: ir.Table, resolved: Resolved, number: int, asked: Asked) -> ir.Value:
    """What a list answers for a row: unknown where it cannot be asked, else the listed value, else what is unlisted."""
    lookup = resolved.lookups[number]
    unknown, otherwise = _unlisted(lookup, [found[name] for name in (asked.day, asked.place, *asked.keys)])
    listed = found[f"{asked.into}__listed"].notnull()
    return ibis.cases(unknown, (listed, found[f"{asked.into}__v{number}"]), else_=otherwise)


def unlisted_answer(lookup: Lookup, asked: Sequence[ir.Value]) -> ir.Value:
    """What a list answers that lists nothing of what occurs. `asked` are day, place and keys."""
    unknown, otherwise = _unlisted(lookup, asked)
    return ibis.cases(unknown, else_=otherwise)


def _unlisted(lookup: Lookup, asked: Sequence[ir.Value]) -> tuple[tuple[ir.Value, ir.Value], ir.Value]:
    """The branch of a list that cannot be asked, and the answer for what is not listed."""
    kind = column_type(lookup.kind)
    otherwise = ibis.null(kind) if lookup.unlisted is None else ibis.literal(lookup.unlisted, type=kind)
    return (ibis.or_(*(one.isnull() for one in asked)), ibis.null(kind)), otherwise
