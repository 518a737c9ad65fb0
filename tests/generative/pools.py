"""The values from which worlds are made: those of the specifications, and the keys of the lists."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from xinglin.supervision.__main__ import read_folder
from xinglin.supervision.facts.schema import Column
from xinglin.supervision.reports.specification import Specification, knowledge_of, read_cell
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.rows import BadTable, Basis, Cell, DatedRow
from xinglin.supervision.verdicts import Words

SPECIFICATIONS = Path(__file__).parents[1] / "spec"
DAYS = [date(2026, 5, 18) + timedelta(days=n) for n in (0, 0, 1, 2, 3, 7, 20, 31)]
SIDES = {
    "own.code": ("line.ingredients", "item.ingredients"),
    "other.code": ("line.ingredients", "item.ingredients", "allergy.substance_code"),
}
"""The facts whose codes stand on the two sides of a pair."""

FOUND = {
    "detected.kind": [
        *("interaction", "mixture", "burden", "allergy", "child", "dose", "duplicate", "indication"),
        *("contraindication", "elderly", "pregnancy", "lactation", "renal", "hepatic", "laboratory", "quantity"),
    ],
    "detected.tier": ["X", "X", "D", "D", "C", "B"],
    "detected.over_permille": [0, 1, 250, 999],
}
"""What the check of medicines may say. A tier may also be unknown: a fact was missing."""
BASIS = Basis(Words("示例", "example"), Words("示例", "example"), read=False)
UNLISTED: tuple[tuple[str, tuple[str, ...], dict[str, Cell]], ...] = (
    ("duplicate_pair", ("33WHOLE", "33PART"), {"window": "day"}),
    ("child_payment_substance", ("N05ZZ01",), {"from_years": 2}),
)
"""Rows for lists that are empty until official records are imported, and that no specification fills."""


@cache
def specifications() -> dict[str, Specification]:
    """Every specification by the id of its rule."""
    return read_folder(SPECIFICATIONS)


@cache
def rich_knowledge() -> Knowledge:
    """What the project ships, and every row and local limit that a specification adds, as far as they do not clash."""
    knowledge = load_knowledge()
    for specification in specifications().values():
        for row in specification.listed:
            with suppress(BadTable):
                knowledge = knowledge_of(replace(specification, local=(), listed=(row,)), knowledge)
        for limit in specification.local:
            with suppress(BadTable):
                knowledge = knowledge_of(replace(specification, local=(limit,), listed=()), knowledge)
    for table, key, values in UNLISTED:
        knowledge = knowledge.with_row(table, DatedRow(key, values, BASIS, date(2020, 1, 1)))
    return knowledge


@cache
def pools() -> dict[str, list[Any]]:
    """The values that specifications give to each fact, and the keys by which lists are looked up."""
    found: dict[str, list[Any]] = {path: list(values) for path, values in FOUND.items()}
    for specification in specifications().values():
        cells = [specification.given, *(example.cells for example in specification.examples)]
        for path, cell in (pair for one in cells for pair in one.items()):
            if path != "lines" and (value := read_cell(path, cell)) is not None:
                found.setdefault(path, []).append(value)
    knowledge = rich_knowledge()
    for lookup in knowledge.lookups.values():
        rows = knowledge.tables[lookup.table].rows
        for number, key in enumerate(lookup.keys):
            for path in SIDES.get(key, (key.removeprefix("other."),)):
                found.setdefault(path, []).extend(row.key[number] for row in rows[:: max(1, len(rows) // 8)])
    return found


@cache
def usual() -> dict[str, Any]:
    """The value of each fact that specifications give most often to all of their rows."""
    found: dict[str, Counter[Any]] = {}
    for specification in specifications().values():
        for path, cell in specification.given.items():
            if path != "lines" and (value := read_cell(path, cell)) is not None:
                found.setdefault(path, Counter())[value] += 1
    return {path: counted.most_common(1)[0][0] for path, counted in found.items()}


def a_value(column: Column, dice: random.Random) -> Any:
    """A value for a fact: mostly one that a specification uses."""
    pool = pools().get(column.path, [])
    if pool and dice.random() < 0.7:
        return dice.choice(pool)
    if column.type is bool:
        return dice.random() < 0.5
    if column.type is int:
        return dice.choice((0, 1, 2, 3, 7, 28, 100, 1000, dice.randrange(5000)))
    if column.type is date:
        return dice.choice(DAYS)
    if column.type is datetime:
        return an_instant(dice)
    if issubclass(column.type, Enum):
        return dice.choice(list(column.type))
    return dice.choice(pool) if pool else dice.choice(("", "A", "B"))


def an_instant(dice: random.Random) -> datetime:
    """An instant of a few days in May, at any hour."""
    return datetime(2026, 5, 18, dice.randrange(24), dice.randrange(60), tzinfo=UTC) + timedelta(
        days=dice.choice((0, 0, 1, 7))
    )
