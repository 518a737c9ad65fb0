"""Invented worlds: small tables of facts in which people, visits, medicines and claims refer to one another.

Values are drawn from those that the specifications use, so that limits are hit exactly, and any fact may be unknown.
Every world comes from one number.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xinglin.supervision.__main__ import read_folder
from xinglin.supervision.facts.lake import TABLES, Facts, World, column_name, table_columns
from xinglin.supervision.facts.schema import Column
from xinglin.supervision.reports.specification import read_cell

SPECIFICATIONS = Path(__file__).parents[1] / "spec"
SIZES = {"encounters": 6, "prescriptions": 5, "lines": 9, "packs": 6, "claims": 5, "items": 12, "stays": 3}
DAYS = [date(2026, 5, 18) + timedelta(days=n) for n in (0, 0, 1, 2, 3, 7, 20, 31)]
ARROW = {int: pa.int64(), bool: pa.bool_(), date: pa.date32(), datetime: pa.timestamp("us", "UTC")}


@cache
def pools() -> dict[str, list[Any]]:
    """The values that specifications give to each fact."""
    found: dict[str, list[Any]] = {}
    for specification in read_folder(SPECIFICATIONS).values():
        cells = [specification.given, *(example.cells for example in specification.examples)]
        for path, cell in (pair for one in cells for pair in one.items()):
            if path != "lines" and (value := read_cell(path, cell)) is not None:
                found.setdefault(path, []).append(value)
    return found


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
        return datetime(2026, 5, 18, dice.randrange(24), dice.randrange(60), tzinfo=UTC) + timedelta(
            days=dice.choice((0, 0, 1, 7))
        )
    if issubclass(column.type, Enum):
        return dice.choice(list(column.type))
    return dice.choice(pool) if pool else dice.choice(("", "A", "B"))


def a_world(seed: int, *, unknown: float = 0.08) -> World:
    """A world from a number."""
    dice = random.Random(seed)
    made: dict[str, list[Facts]] = {}
    for name, table in TABLES.items():
        rows = made[name] = []
        for number in range(dice.randint(1, SIZES.get(name, 4))):
            row = {
                column.path: None if dice.random() < unknown else a_value(column, dice)
                for column in table_columns(name)
            }
            row[table.key] = f"{table.key[0].upper()}{name[1]}{number}"
            _link(name, row, made, dice)
            rows.append(row)
    world = World()
    for name, rows in made.items():
        world.extend(name, rows)
    return world


PEOPLE = {"patient.id": 2, "condition.person_id": 2, "allergy.person_id": 2, "physician.id": 2, "institution.id": 3}


def _link(name: str, row: Facts, made: dict[str, list[Facts]], dice: random.Random) -> None:
    """Let the row refer to rows and people that exist, mostly."""
    for parent in TABLES[name].parents:
        if parent.by in row and made.get(parent.table) and dice.random() < 0.95 and parent.table != "stays":
            row[parent.by] = dice.choice(made[parent.table])[parent.key]
    if name == "stays":
        taken = {stay["stay.encounter_id"] for stay in made["stays"]}
        free = [one["encounter.id"] for one in made["encounters"] if one["encounter.id"] not in taken]
        row["stay.encounter_id"] = free[0] if free else None
    for path, count in PEOPLE.items():
        if path in row and dice.random() < 0.97:
            row[path] = f"{path[0].upper()}{dice.randrange(count)}"


def write_lake(world: World, folder: Path) -> None:
    """The world as a lake."""
    for name, rows in world.tables.items():
        columns = table_columns(name)
        data = {
            column_name(column.path): pa.array(
                [_cell(row.get(column.path)) for row in rows], ARROW.get(column.type, pa.string())
            )
            for column in columns
        }
        pq.write_table(pa.table(data), folder / f"{name}.parquet")


def _cell(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
