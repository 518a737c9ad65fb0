"""The hashes of many verdicts at once: what stands in their canonical cores is put together in columns.

A verdict in which nothing is in breach and nothing is missing holds, beside its rule, only the facts that the rule
read and where they come from. Each fact is written down by the canonical form once for all rows of a batch that share
it; the cores are then joined column by column and every one of them is hashed. Findings and what cannot be told are
rare: they are made one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from xinglin.supervision.engines.tree import RuleTree
from xinglin.supervision.facts.case import EVENT_DAY, ORIGIN
from xinglin.supervision.verdicts import Core, Json, Outcome, Plain, Scope, canonical, jsonable

PLAIN_CORES: Final = frozenset({Outcome.NOT_APPLICABLE, Outcome.CLEAR})
"""Outcomes without lines, excess and missing facts."""
Making = Callable[[Any], Plain]
"""A fact from what a column holds."""
Place = tuple[str, Making]
"""The column of a path, and how a fact is made of it."""
Slow = Callable[[RuleTree, Mapping[str, Any]], Core]
"""The core of one verdict from its row."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """What rules said of some subjects: for each rule an outcome and the 32 bytes of the hash, None where not asked."""

    scope: Scope
    subjects: list[str]
    outcomes: Mapping[str, list[Outcome | None]]
    hashes: Mapping[str, list[bytes | None]]


class Written:
    """The facts of a batch as they stand in the canonical form. `facts` are the places of those that a row carries,
    `tables` those of its limits and lists."""

    def __init__(
        self, scope: Scope, batch: pa.RecordBatch, facts: Mapping[str, Place], tables: Mapping[str, Place]
    ) -> None:
        self.scope = scope
        self._own = f"{scope.value}.id", EVENT_DAY[scope]
        self._batch, self._facts, self._tables = batch, facts, tables
        self._entries: dict[str, pa.Array] = {}
        self._origins: dict[str, pa.Array] = {}
        self._there: dict[tuple[str, ...], pa.Array | None] = {}

    def entry(self, path: str) -> pa.Array:
        """A path and its value; nothing where it is unknown."""
        if path not in self._entries:
            place = self._tables.get(path) or self._facts.get(path)
            self._entries[path] = (
                pa.nulls(self._batch.num_rows, pa.binary())
                if place is None
                else self._each(place, lambda value: _inside({path: jsonable(value)}))
            )
        return self._entries[path]

    def origin(self, group: str) -> pa.Array:
        """A group with the record and the time of which its facts speak."""
        if group not in self._origins:
            record, time = ORIGIN.get(group, self._own)
            source = self._value(record, lambda value: str(value or ""), "")
            when = self._value(time, jsonable, None)
            self._origins[group] = _joined([canonical(group) + b":[", source, b",", when, b"]"])
        return self._origins[group]

    def there(self, paths: Sequence[str]) -> pa.Array | None:
        """Where one of the paths at least is known; None for everywhere."""
        key = tuple(paths)
        if key not in self._there:
            self._there[key] = _one_of([self.entry(path) for path in paths])
        return self._there[key]

    def _value(self, path: str, made: Callable[[Plain], Json], absent: Json) -> pa.Array:
        place = self._facts.get(path)
        if place is None:
            return pa.array([canonical(absent)] * self._batch.num_rows, pa.binary())
        return pc.fill_null(self._each(place, lambda value: canonical(made(value))), canonical(absent))

    def _each(self, place: Place, text: Callable[[Plain], bytes]) -> pa.Array:
        """The texts of a column, each value that occurs put into words once."""
        name, making = place
        column = self._batch.column(name).dictionary_encode()
        texts = [text(making(value)) for value in column.dictionary.to_pylist()]
        return pa.array(texts, pa.binary()).take(column.indices)


def hashed(
    batch: pa.RecordBatch,
    written: Written,
    trees: Sequence[RuleTree],
    subjects: list[str],
    outcomes: Mapping[str, list[Outcome | None]],
    slow: Slow,
) -> Hashed:
    """The verdicts on the rows of a batch with their hashes. `slow` makes the cores that are not plain."""
    subject = pa.array([canonical(one) for one in subjects], pa.binary())
    hashes: dict[str, list[bytes | None]] = {}
    for tree in trees:
        said = outcomes[tree.rule.id]
        texts = _cores(tree, said, written, subject).to_pylist()
        made = hashes[tree.rule.id] = [None if text is None else sha256(text).digest() for text in texts]
        others = [number for number, one in enumerate(said) if one is not None and one not in PLAIN_CORES]
        for number, row in zip(others, batch.take(pa.array(others, pa.int64())).to_pylist(), strict=True):
            made[number] = bytes.fromhex(slow(tree, row).hash)
    return Hashed(written.scope, subjects, outcomes, hashes)


def _cores(tree: RuleTree, outcomes: Sequence[Outcome | None], written: Written, subject: pa.Array) -> pa.Array:
    """The canonical cores of the plain verdicts of a rule; nothing for the others."""
    rule = tree.rule
    evidence, origins = [], []
    for group, paths in _by_group(tree.read):
        evidence += [written.entry(path) for path in paths]
        origin, there = written.origin(group), written.there(paths)
        origins.append(origin if there is None else pc.if_else(there, origin, pa.scalar(None, pa.binary())))
    words = {one: canonical(one.value) for one in PLAIN_CORES}
    outcome = pa.array([None if one is None else words.get(one) for one in outcomes], pa.binary())
    head = b'{"certainty":' + canonical(rule.certainty.value) + b',"evidence":{'
    middle = b'},"excess":{},"lines":[],"missing":[],"origins":{'
    named = b',"rule":' + canonical(rule.id) + b',"scope":' + canonical(rule.scope.value) + b',"subject":'
    end = b',"version":' + canonical(rule.version) + b"}"
    parts = [head, _listed(evidence), middle, _listed(origins), b'},"outcome":', outcome, named, subject, end]
    return _joined(parts)


def _by_group(paths: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Paths in order by their groups."""
    for group, found in groupby(sorted(paths), key=lambda path: path.partition(".")[0]):
        yield group, list(found)


def _listed(columns: Sequence[pa.Array]) -> pa.Array | bytes:
    """What is known of the columns, with commas between."""
    if not columns:
        return b""
    first, there = columns[0], _one_of(columns)
    if there is not None:  # A row of which nothing at all is known would be left out.
        first = pc.if_else(there, first, pa.scalar(b""))
    return pc.binary_join_element_wise(first, *columns[1:], pa.scalar(b","), null_handling="skip")


def _one_of(columns: Sequence[pa.Array]) -> pa.Array | None:
    """Where one of the columns at least is known; None for everywhere."""
    if not all(one.null_count for one in columns):
        return None
    found = columns[0].is_valid()
    for one in columns[1:]:
        found = pc.or_(found, one.is_valid())
    return found


def _joined(parts: Sequence[pa.Array | bytes]) -> pa.Array:
    """The parts side by side; nothing where one of them is nothing."""
    scalars = [pa.scalar(part) if isinstance(part, bytes) else part for part in parts]
    return pc.binary_join_element_wise(*scalars, pa.scalar(b""), null_handling="emit_null")


def _inside(value: dict[str, Json]) -> bytes:
    """An object without its brackets."""
    return canonical(value)[1:-1]
