"""What an engine must do beside Ibis: open a lake, keep a table, read instants as microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from xinglin.supervision.engines.columns.expressions import column_type
from xinglin.supervision.facts.lake import TABLES, column_name, table_columns


class Engine(Protocol):
    """An engine under Ibis."""

    name: str
    room: float
    """Bytes that it may hold at once; what it is not told is taken for endless."""

    def open(self, lake: Path, table: str) -> ir.Table | None:
        """A table of the lake, None where the lake has no such table."""

    def keep(self, name: str, what: ir.Table | pa.Table) -> ir.Table:
        """Compute a table once and keep it under a name until the engine is closed."""

    def keep_numbered(self, name: str, what: ir.Table, number: str, *, joined: bool = False) -> ir.Table:
        """Compute a table once and keep it, each row with a number of its own; `joined`: many rows will ask for it."""

    def drop(self, name: str) -> None:
        """Forget a kept table."""

    def micros(self, instant: ir.Value) -> ir.Value:
        """An instant as microseconds since 1970."""

    def months_after(self, on: ir.Value, months: ir.Value) -> ir.Value:
        """The same day some months later, or the last day of that month where it has no such day."""

    def rows(self, what: ir.Table) -> pa.RecordBatchReader:
        """The rows of a table, batch after batch."""

    def one(self, what: ir.Table) -> dict[str, Any]:
        """The only row of a table."""

    def write(self, what: ir.Table, path: Path) -> None:
        """Write a table as one Parquet file."""

    def close(self) -> None:
        """Let go of everything."""


def facts_table(engine: Engine, lake: Path, name: str, paths: Sequence[str]) -> ir.Table | None:
    """Some facts of a table of the lake in the forms of the expressions; a column that is not there is unknown."""
    held = engine.open(lake, name)
    if held is None:
        return None
    kinds = {column.path: column.type for column in table_columns(name)}
    return held.select(**{column_name(path): _read(engine, held, path, kinds[path]) for path in paths})


def _read(engine: Engine, held: ir.Table, path: str, kind: type) -> ir.Value:
    name, wanted = column_name(path), column_type(kind)
    if name not in held.columns:
        return ibis.null(wanted)
    column = held[name]
    if kind is datetime and not isinstance(column.type(), dt.Integer):
        return engine.micros(column)
    if kind is date and not isinstance(column.type(), dt.Date):
        return column.cast("date")
    return column if column.type() == dt.dtype(wanted) else column.cast(wanted)


def arrow_type(kind: type) -> pa.DataType:
    """The type of a column of facts of a kind, for a table that is made here."""
    return {int: pa.int64(), bool: pa.bool_(), date: pa.date32(), datetime: pa.int64()}.get(kind, pa.string())


def empty_table(engine: Engine, name: str, paths: Sequence[str]) -> ir.Table:
    """A table of the lake without rows."""
    kinds = {column.path: column.type for column in table_columns(name)}
    made = {column_name(path): pa.array([], arrow_type(kinds[path])) for path in paths}
    return engine.keep(f"empty_{name}_{len(paths)}_{abs(hash(tuple(paths))) % 10**8}", pa.table(made))


def groups_of(name: str) -> frozenset[str]:
    """The groups of facts that a table holds itself."""
    return frozenset(TABLES[name].groups)
