"""Rows of facts as a lake: staged as they come, then one file a table and month. Memory does not grow with the rows.

A row may come more than once, when it was judged more than once: the latest stays, known since the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinglin.supervision.facts.case import EVENT_DAY
from xinglin.supervision.facts.lake import TABLES, Facts, column_name, table_columns
from xinglin.supervision.intake.store import BEGINS, lake_schema, name, quoted, whole
from xinglin.supervision.verdicts import Coded

BATCH: Final = 10_000
STAGED: Final = "staged_at"
ARROW: Final[dict[type, Any]] = {
    int: pa.int64(),
    bool: pa.bool_(),
    str: pa.string(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}
Row = tuple[str, Facts, datetime]
"""A table, a row of it, and the instant at which it was so."""


class _Stage:
    """One table's rows in one file, written in batches."""

    def __init__(self, path: Path, table: str) -> None:
        self.rows = 0
        self._columns = table_columns(table)
        fields = [(column_name(one.path), ARROW.get(one.type, pa.string())) for one in self._columns]
        self._schema = pa.schema([*fields, (STAGED, pa.timestamp("us"))])
        self._held: list[tuple[Facts, datetime]] = []
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def add(self, row: Facts, at: datetime) -> None:
        """One more row."""
        self._held.append((row, at))
        if len(self._held) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        cells: list[list[Any]] = [[_cell(row.get(one.path)) for row, _ in self._held] for one in self._columns]
        cells.append([_cell(at) for _, at in self._held])
        arrays = [pa.array(values, type=field.type) for values, field in zip(cells, self._schema, strict=True)]
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += len(self._held)
        self._held.clear()

    def close(self) -> None:
        """Write what is left."""
        if self._held:
            self._flush()
        self._file.close()


def _cell(value: object) -> object:
    """Instants in UTC without a zone, enumerations as their codes."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return value.value if isinstance(value, Coded) else value


def stage(rows: Iterable[Row], folder: Path) -> None:
    """Write rows as they come, one file a table; a table without rows has none. The folder must be there."""
    held: dict[str, _Stage] = {}
    try:
        for table, row, at in rows:
            if table not in held:
                held[table] = _Stage(folder / f"{table}.parquet", table)
            held[table].add(row, at)
    finally:
        for one in held.values():
            one.close()


def by_month(staged: Path, lake: Path, label: str, *, memory: str = "1GB") -> dict[str, int]:
    """Put staged rows into a lake, ``<table>/<month>-<label>.parquet``; returns how many each table got.

    Rows whose key another file of the lake's table holds are left out, so that nothing is there twice.
    """
    counts: dict[str, int] = {}
    with duckdb.connect() as sql:
        sql.execute(f"SET memory_limit = {quoted(memory)}")
        sql.execute(f"SET temp_directory = {quoted(staged / 'spill')}")
        for table in TABLES:
            if (staged / f"{table}.parquet").exists():
                counts[table] = _put(sql, staged / f"{table}.parquet", table, lake, label)
    return counts


def _put(sql: duckdb.DuckDBPyConnection, source: Path, table: str, lake: Path, label: str) -> int:
    folder, key = lake / table, name(column_name(TABLES[table].key))
    columns = [column for column, _ in lake_schema(table)]
    latest = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {STAGED} DESC) = 1"
    first = f"min(record_known_at) OVER (PARTITION BY {key}) AS record_known_at"
    chosen = [first if column == "record_known_at" else name(column) for column in columns]
    there = folder / "*.parquet"
    anti = f"ANTI JOIN read_parquet({quoted(there)}) AS there USING ({key})" if list(folder.glob("*.parquet")) else ""
    sql.execute(
        f"CREATE OR REPLACE TEMP TABLE rows AS SELECT * FROM (SELECT {', '.join(chosen)} "
        f"FROM read_parquet({quoted(source)}) WHERE {key} IS NOT NULL {latest}) AS own {anti}"
    )
    folder.mkdir(parents=True, exist_ok=True)
    scope = TABLES[table].scope
    day = name(BEGINS.get(table) or column_name(EVENT_DAY[scope] if scope else TABLES[table].key))
    month = "''" if day.strip('"') not in columns else f"coalesce(strftime({day}, '%Y-%m'), '')"
    for (one,) in sql.execute(f"SELECT DISTINCT {month} FROM rows ORDER BY 1").fetchall():
        with whole(folder / f"{one or 'undated'}-{label}.parquet") as part:
            part_of = f"SELECT * FROM rows WHERE {month} = {quoted(one)}"
            sql.execute(f"COPY ({part_of}) TO {quoted(part)} (FORMAT parquet, COMPRESSION zstd)")
    (count,) = sql.execute("SELECT count(*) FROM rows").fetchall()[0]
    return int(count)
