"""The places of a run and the DuckDB connection over them: bounded memory, spilling to disk, whole files or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb

from xinglin.supervision.facts.case import EVENT_DAY
from xinglin.supervision.facts.lake import TABLES, column_name, table_columns

MEMORY: Final = "2GB"
"""What DuckDB may hold at once; the rest goes to the folder for spilling."""
ROWS_IN_GROUP: Final = 20_480
"""So many rows of a file are one group. One is held for each thread, and a finding with its evidence is some KiB."""

SQL_TYPES: Final = {int: "BIGINT", bool: "BOOLEAN", str: "VARCHAR", date: "DATE", datetime: "TIMESTAMP"}


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms the lake is filled. `assume` gives a fact (by column) where the input says nothing; `as_of` leaves
    out what happened or was known after that day; `usual` lets a reader add the usual terms of its form."""

    assume: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    usual: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run writes. All are made by `prepare`."""

    out: Path

    @property
    def work(self) -> Path:
        """What only this run needs; taken away at its end."""
        return self.out / "work"

    @property
    def lake(self) -> Path:
        """The tables."""
        return self.out / "lake"

    @property
    def quarantine(self) -> Path:
        """The rows that could not be read."""
        return self.out / "quarantine"

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (self.out, self.work, self.lake, self.quarantine):
            folder.mkdir(parents=True, exist_ok=True)


def sql_type(kind: type) -> str:
    """The column type of a fact: enumerations are text."""
    return SQL_TYPES.get(kind, "VARCHAR")


def quoted(text: object) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def name(identifier: str) -> str:
    """A name as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def lake_schema(table: str) -> list[tuple[str, str]]:
    """Names and SQL types of a table's columns, in the order of the reference."""
    return [(column_name(column.path), sql_type(column.type)) for column in table_columns(table)]


@contextmanager
def opened(places: Places, *, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that spills into the run's work folder and keeps time in UTC."""
    spill = places.work / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = {quoted(memory)}")
        connection.execute(f"SET temp_directory = {quoted(spill)}")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = false")  # Keeping it would hold many rows in memory.
        yield connection


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A name to write under; the file gets its own name only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    yield part
    os.replace(part, target)


def copy_parquet(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    """Write the rows of a query as a Parquet file; returns their number."""
    form = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_IN_GROUP}"
    with whole(target) as part:
        done = connection.execute(f"COPY ({query}) TO {quoted(part)} ({form})").fetchone()
    return 0 if done is None else int(done[0])


ASSUMED: Final = "assumed__"
"""Before the name of a column: whether its value was assumed. Such columns are counted and never written."""
BEGINS: Final = {"conditions": "condition_from_on", "allergies": "allergy_since_on"}
"""The day of a row that is no subject of a rule."""


def write_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    source: str,
    given: Mapping[str, str],
    places: Places,
    terms: Terms,
    usual: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, int]]:
    """Write a table of the lake from a query's rows; returns their number, and by column how many were assumed.

    `given` is the SQL of each column that the source has; the others are null, or what the terms assume: first those
    that were asked for, then the `usual` ones (SQL as well).
    """
    fill = {**(usual or {}), **{column: quoted(value) for column, value in terms.assume.items()}}
    columns, assumed = [], []
    for column, kind in lake_schema(table):
        value = f"CAST({given[column]} AS {kind})" if column in given else f"CAST(NULL AS {kind})"
        if column in fill:
            instead = f"CAST({fill[column]} AS {kind})"
            columns.append(f"{value} IS NULL AND {instead} IS NOT NULL AS {name(ASSUMED + column)}")
            assumed.append(column)
            value = f"coalesce({value}, {instead})"
        columns.append(f"{value} AS {name(column)}")
    query = f"SELECT {', '.join(columns)} FROM {source}"
    if terms.as_of is not None:
        query = f"SELECT * FROM ({query}) AS t WHERE {_by(table, terms.as_of, places)}"
    if not assumed:
        return copy_parquet(connection, query, places.lake / f"{table}.parquet"), {}
    counted = ", ".join(f"count(*) FILTER ({name(ASSUMED + column)})" for column in assumed)
    (counts,) = connection.execute(f"SELECT {counted} FROM ({query}) AS t").fetchall()
    marks = ", ".join(name(ASSUMED + column) for column in assumed)
    rows = copy_parquet(connection, f"SELECT * EXCLUDE ({marks}) FROM ({query}) AS t", places.lake / f"{table}.parquet")
    return rows, {column: count for column, count in zip(assumed, counts, strict=True) if count}


def _by(table: str, last: date, places: Places) -> str:
    """The condition that a row had happened and was known by the end of a day in Shanghai."""
    if table == "lines":
        there = quoted(places.lake / "prescriptions.parquet")
        return (
            "line_prescription_id IS NULL OR line_prescription_id IN "
            f"(SELECT prescription_id FROM read_parquet({there}))"
        )
    columns = {column for column, _ in lake_schema(table)}
    scope = TABLES[table].scope
    day = BEGINS.get(table) or (column_name(EVENT_DAY[scope]) if scope else "")
    conditions = [f"({name(day)} IS NULL OR {name(day)} <= DATE {quoted(last)})"] if day else ["true"]
    if "record_known_at" in columns:
        midnight = f"TIMESTAMP {quoted(last)} + INTERVAL 16 HOUR"
        conditions.append(f"(record_known_at IS NULL OR record_known_at < {midnight})")
    return " AND ".join(conditions)
