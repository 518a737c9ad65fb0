"""The places of a run and the DuckDB connection over them: bounded memory, spilling to disk, whole files or none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb

from xinglin.supervision.facts.lake import column_name, table_columns

MEMORY: Final = "2GB"
"""What DuckDB may hold at once; the rest goes to the folder for spilling."""

SQL_TYPES: Final = {int: "BIGINT", bool: "BOOLEAN", str: "VARCHAR", date: "DATE", datetime: "TIMESTAMP"}


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
    with whole(target) as part:
        done = connection.execute(f"COPY ({query}) TO {quoted(part)} (FORMAT parquet, COMPRESSION zstd)").fetchone()
    return 0 if done is None else int(done[0])
