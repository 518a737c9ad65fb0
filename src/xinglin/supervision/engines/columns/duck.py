"""DuckDB, embedded: as much memory as it is given, the rest on disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

ROWS_AT_ONCE: Final = 20_480
"""So many rows are read at once, and so many of a written file are one group. DuckDB holds a group for each thread,
outside of what it can spill: a hundred columns of text with its usual 122,880 rows take half a gigabyte."""
WRITTEN: Final = f"(FORMAT parquet, ROW_GROUP_SIZE {ROWS_AT_ONCE})"
"""How a file is written."""


def _named(_instant):  # type: ignore[no-untyped-def]
    """Microseconds since 1970, by the engine's own function."""


_epoch_us = ibis.udf.scalar.builtin(_named, name="epoch_us", signature=((dt.timestamp,), dt.int64))


class _Compiler(DuckDBCompiler):  # type: ignore[misc]  # Ibis has no types.
    """Where Ibis writes a query that DuckDB has a shorter and exact word for."""

    def visit_FloorDivide(self, op: Any, *, left: Any, right: Any) -> Any:  # noqa: N802  # Named by Ibis.
        """Whole numbers by whole numbers, not by way of floating point; no rounding differs where this is asked."""
        return sge.IntDiv(this=sge.paren(left), expression=sge.paren(right))


UNITS: Final = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def bytes_of(memory: str) -> float:
    """A bound such as ``4GB`` in bytes; endless where none is given or DuckDB alone can read it."""
    number = memory.strip().upper().rstrip("BIKMGT ")
    unit = UNITS.get(memory.strip().upper().removeprefix(number).strip())
    return float(number) * unit if unit and number.replace(".", "", 1).isdigit() else inf


class Duck:
    """DuckDB under Ibis. `memory` such as ``4GB`` and `spill` (a folder) bound what it takes.

    What is to be kept is worked out by a thread of its own, one table after another, while the next query is written:
    writing queries is Python's work and takes as long as answering them on a million rows. Whoever asks for rows waits;
    what went wrong in between is raised there.
    """

    name = "duckdb"

    def __init__(
        self, *, memory: str = "", spill: Path | None = None, threads: int = 0, database: Path | None = None
    ) -> None:
        self._duckdb = ibis.duckdb.connect(":memory:" if database is None else str(database))
        self._duckdb.compiler = _Compiler()
        self._opened: dict[tuple[Path, str], ir.Table | None] = {}
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="duckdb")
        self._last: Future[None] | None = None
        self.room = bytes_of(memory)
        settings = {"preserve_insertion_order": "false", "enable_progress_bar": "false"}
        if memory:
            settings["memory_limit"] = f"'{memory}'"
        if spill is not None:
            settings["temp_directory"] = f"'{spill}'"
        if threads:
            settings["threads"] = str(threads)
        for name, value in settings.items():
            self._duckdb.raw_sql(f"SET {name} = {value}")

    @property
    def connection(self) -> Any:
        """Ibis's connection, when all that was to be kept is there."""
        self.settle()
        return self._duckdb

    def settle(self) -> None:
        """Wait until all that was to be kept is there. Raises what went wrong, after which the rest was left undone."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def _later(self, do: Callable[[], Any]) -> None:
        """Have something done after all that was given before, unless any of that went wrong."""
        before = self._last

        def in_turn() -> None:
            if before is not None:
                before.result()
            do()

        self._last = self._worker.submit(in_turn)

    def _now(self, query: str) -> Any:
        """Ask DuckDB when all that was to be kept is there."""
        self.settle()
        return self.run(query)

    def run(self, query: str) -> Any:
        """Ask DuckDB."""
        return self._duckdb.raw_sql(query)

    def sql(self, what: ir.Table) -> str:
        """A table's query as Ibis writes it: step within step, as DuckDB folds them faster than Ibis does."""
        written = ibis.options.sql
        before, written.fuse_selects = written.fuse_selects, False
        try:
            return str(self._duckdb.compile(what))
        finally:
            written.fuse_selects = before

    def open(self, lake: Path, table: str) -> ir.Table | None:
        """A table of the lake: one file, or a folder of files by month."""
        if (lake, table) not in self._opened:
            self._opened[lake, table] = self._read(lake, table)
        return self._opened[lake, table]

    def _read(self, lake: Path, table: str) -> ir.Table | None:
        single, folder = lake / f"{table}.parquet", lake / table
        source = str(single) if single.exists() else str(folder / "**" / "*.parquet") if folder.is_dir() else ""
        return self.connection.read_parquet(source, table_name=f"lake_{table}") if source else None

    def keep(self, name: str, what: ir.Table | pa.Table) -> ir.Table:
        """Compute a table once: later, but before anything that is asked after it."""
        if isinstance(what, pa.Table):
            self._later(lambda: self._given(name, what))
            return self._kept(name, ibis.schema(what.schema))
        # Each column is kept as the type that Ibis takes it for: a sum is wider to DuckDB, a small literal shorter.
        types = self._duckdb.compiler.type_mapper
        columns = (f'CAST("{one}" AS {types.to_string(kind)}) AS "{one}"' for one, kind in what.schema().items())
        query = f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT {", ".join(columns)} FROM ({self.sql(what)})'
        self._later(lambda: self.run(query))
        return self._kept(name, what.schema())

    def _given(self, name: str, table: pa.Table) -> None:
        self._duckdb.con.register("given", table)
        self.run(f'CREATE OR REPLACE TEMP TABLE "{name}" AS FROM given')
        self._duckdb.con.unregister("given")

    def _kept(self, name: str, schema: ibis.Schema) -> ir.Table:
        """A kept table by its name, without asking DuckDB, which may not have it yet."""
        place = ops.Namespace(catalog="temp", database="main")
        held: ir.Table = ops.DatabaseTable(name=name, schema=schema, source=self._duckdb, namespace=place).to_expr()
        return held

    def keep_numbered(self, name: str, what: ir.Table, number: str, *, joined: bool = False) -> ir.Table:
        """DuckDB numbers the rows of a table by itself. Numbers that are stored take longer to make, but a join by them
        needs no hashing."""
        if joined:
            return self.keep(name, what.mutate(**{number: ibis.row_number()}))
        held = self.keep(name, what)
        return held.mutate(**{number: held.rowid()})

    def drop(self, name: str) -> None:
        """Forget a kept table."""
        self._later(lambda: self.run(f'DROP TABLE IF EXISTS "{name}"'))

    def micros(self, instant: ir.Value) -> ir.Value:
        """Microseconds since 1970."""
        made: ir.Value = _epoch_us(instant)
        return made

    def months_after(self, on: ir.Value, months: ir.Value) -> ir.Value:
        """DuckDB's own arithmetic of intervals ends at the last day of a month."""
        made: ir.Value = (on + months.cast("int32").as_interval("M")).cast("date")
        return made

    def rows(self, what: ir.Table) -> pa.RecordBatchReader:
        """Batches of rows."""
        found: pa.RecordBatchReader = self._now(self.sql(what)).fetch_record_batch(ROWS_AT_ONCE)
        return found.cast(what.schema().to_pyarrow())

    def one(self, what: ir.Table) -> dict[str, Any]:
        """The only row."""
        found = self._now(self.sql(what))
        return dict(zip([column[0] for column in found.description], found.fetchone(), strict=True))

    def write(self, what: ir.Table, path: Path) -> None:
        """One Parquet file."""
        target = str(path).replace("'", "''")
        self._now(f"COPY ({self.sql(what)}) TO '{target}' {WRITTEN}")

    def close(self) -> None:
        """Close the connection; what was to be kept and is asked by nobody is left undone."""
        self._worker.shutdown(cancel_futures=True)
        self._duckdb.disconnect()
