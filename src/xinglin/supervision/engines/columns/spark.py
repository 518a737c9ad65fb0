"""Spark 4, for a lake that outgrows a machine. Needs Java 17 and the extra requirements of `make test-spark`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

SETTINGS: Final[Mapping[str, str]] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.constraintPropagation.enabled": "false",
}
"""The driver is spoken to from this machine alone. What overflows or is divided by nothing stops the run. What follows
from the conditions of a join is not looked for: that grows with the square of the columns, and rules have hundreds."""
SMALL: Final[Mapping[str, str]] = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
QUICK_TO_START: Final = "-XX:TieredStopAtLevel=1"
"""Java's first compiler alone: a query over some thousand rows is over before the second has paid."""


def _named(_instant):  # type: ignore[no-untyped-def]
    """Microseconds since 1970, by the engine's own function."""


INSTANT: Final = dt.Timestamp(timezone="UTC")
_unix_micros = ibis.udf.scalar.builtin(_named, name="unix_micros", signature=((INSTANT,), dt.int64))


class _Compiler(PySparkCompiler):  # type: ignore[misc]  # Ibis has no types.
    """Where Spark reads a query otherwise than DuckDB does."""

    def visit_FloorDivide(self, op: Any, *, left: Any, right: Any) -> Any:  # noqa: N802  # Named by Ibis.
        """Whole numbers by whole numbers, not by way of floating point; no rounding differs where this is asked."""
        return sge.IntDiv(this=sge.paren(left), expression=sge.paren(right))

    def visit_StringSplit(self, op: Any, *, arg: Any, delimiter: Any) -> Any:  # noqa: N802  # Named by Ibis.
        """Spark splits by a pattern, in which `|` alone would part every letter from the next."""
        character = op.delimiter.value
        assert len(character) == 1, character
        return self.f.anon.split(arg, sge.convert(f"[{character}]"))

    def to_sqlglot(self, *args: Any, **kwargs: Any) -> Any:
        """The query with brackets around every test that is itself compared: `a IN (…) = FALSE` is no sentence."""
        query = super().to_sqlglot(*args, **kwargs)
        for test in list(query.find_all(sge.In, sge.Is, sge.Between, sge.Like)):
            above = test.parent
            if isinstance(above, sge.Is) or (isinstance(above, sge.Binary) and not isinstance(above, sge.Connector)):
                test.replace(sge.paren(test.copy()))
        return query


def _months(_on, _months):  # type: ignore[no-untyped-def]
    """The same day some months later, by the engine's own function."""


_add_months = ibis.udf.scalar.builtin(_months, name="add_months", signature=((dt.date, dt.int32), dt.date))


def _any_number():  # type: ignore[no-untyped-def]
    """Numbers that differ from row to row, by the engine's own function."""


_numbers = ibis.udf.scalar.builtin(_any_number, name="monotonically_increasing_id", signature=((), dt.int64))


class Spark:
    """Spark under Ibis. `master` is where it runs: two threads of this machine unless told otherwise.

    `small` is for lakes of some thousand rows: there, compiling a query to machine code takes far longer than
    interpreting it, and one partition is enough.
    """

    name = "spark"
    room = inf

    def __init__(self, *, master: str = "local[2]", memory: str = "4g", small: bool = False) -> None:
        from pyspark.sql import SparkSession

        self._folder = tempfile.TemporaryDirectory(prefix="xinglin-spark-")
        settings = {**SETTINGS, **(SMALL if small else {})}
        settings["spark.driver.memory"] = memory
        settings["spark.sql.warehouse.dir"] = f"{self._folder.name}/warehouse"
        java = f"-Dderby.system.home={self._folder.name}"
        settings["spark.driver.extraJavaOptions"] = f"{java} {QUICK_TO_START}" if small else java
        builder = SparkSession.builder.master(master).appName("xinglin-audit")
        for name, value in settings.items():
            builder = builder.config(name, value)
        self._session = builder.getOrCreate()
        self._session.sparkContext.setLogLevel("ERROR")
        self._opened: dict[Path, ir.Table] = {}
        self.connection = ibis.pyspark.connect(self._session)
        self.connection.compiler = _Compiler()

    def open(self, lake: Path, table: str) -> ir.Table | None:
        """A table of the lake."""
        single, folder = lake / f"{table}.parquet", lake / table
        source = single if single.exists() else folder if folder.is_dir() else None
        if source is not None and source not in self._opened:
            # Each look at a file costs Spark a job; two lakes in one session must not share a name.
            name = f"lake_{len(self._opened)}_{table}"
            self._opened[source] = self.connection.read_parquet(str(source), table_name=name)
        return None if source is None else self._opened[source]

    def keep(self, name: str, what: ir.Table | pa.Table) -> ir.Table:
        """Compute a table once: as Parquet, so that a lost worker can read it again."""
        path = f"{self._folder.name}/{name}.parquet"
        if isinstance(what, pa.Table):
            import pyarrow.parquet as pq

            pq.write_table(what, path)
            from ibis.backends.pyspark.datatypes import PySparkSchema  # wants pyspark, which only Spark's users have

            schema = PySparkSchema.from_ibis(ibis.schema(what.schema))
        else:
            found = self._session.sql(self.connection.compile(what))
            found.write.mode("overwrite").parquet(path)
            schema = found.schema  # Told, it need not be looked for in the file: that would be a job of its own.
        self._session.read.schema(schema).parquet(path).createOrReplaceTempView(name)
        return self.connection.table(name)

    def keep_numbered(self, name: str, what: ir.Table, number: str, *, joined: bool = False) -> ir.Table:
        """Numbers with gaps, which need no gathering of all rows in one place."""
        return self.keep(name, what.mutate(**{number: _numbers()}))

    def drop(self, name: str) -> None:
        """Forget a kept table."""
        self._session.catalog.dropTempView(name)

    def micros(self, instant: ir.Value) -> ir.Value:
        """Microseconds since 1970."""
        # A column without a zone is another type to Spark; the session keeps time in UTC, so the instant is the same.
        made: ir.Value = _unix_micros(instant.cast(INSTANT))
        return made

    def months_after(self, on: ir.Value, months: ir.Value) -> ir.Value:
        """Spark's own function ends at the last day of a month."""
        made: ir.Value = _add_months(on, months.cast("int32"))
        return made

    def rows(self, what: ir.Table) -> pa.RecordBatchReader:
        """Batches of rows."""
        return self._gathered(what).to_reader(50_000)

    def _gathered(self, what: ir.Table) -> pa.Table:
        """All rows of a table on the driver. By way of pandas, as Ibis would have it, whole numbers beside unknown ones
        become floating point and lose their last digits."""
        found = self._session.sql(self.connection.compile(what)).toArrow()
        return found.cast(what.schema().to_pyarrow())

    def one(self, what: ir.Table) -> dict[str, Any]:
        """The only row."""
        row: dict[str, Any] = self._gathered(what).to_pylist()[0]
        return row

    def write(self, what: ir.Table, path: Path) -> None:
        """One Parquet file."""
        import pyarrow.parquet as pq

        pq.write_table(self._gathered(what), path)

    def close(self) -> None:
        """Stop the session."""
        self._session.stop()
        self._folder.cleanup()
