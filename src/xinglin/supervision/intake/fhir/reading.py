"""NDJSON files line by line into staged tables. A line that cannot be read goes to quarantine with file and number."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinglin.supervision.intake.canonical import TWICE
from xinglin.supervision.intake.fhir.resources import SCHEMAS, NameCount, flatten
from xinglin.supervision.intake.fhir.values import BadResource
from xinglin.supervision.intake.store import Places, copy_parquet, quoted, whole

BATCH: Final = 5_000
TABLES_OF: Final = {
    "Claim": ("Claim", "ClaimItem"),
    "ExplanationOfBenefit": ("Claim", "ClaimItem", "ExplanationOfBenefit"),
}
"""Which staged tables a kind of resource writes; every other kind writes one of its own name."""
BAD_SCHEMA: Final = pa.schema(
    [("reason", pa.string()), ("file", pa.string()), ("number", pa.int64()), ("content", pa.string())]
)


@dataclass(frozen=True, slots=True)
class Staged:
    """What the staging of one kind came to."""

    rows: int
    quarantined: int
    reasons: dict[str, int]
    mapped: dict[str, int]
    unmapped: dict[str, dict[str, int]]


class Batches:
    """Rows gathered and written in batches, so that memory stays the same however many come."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._rows: list[dict[str, Any]] = []
        self.count = 0

    def add(self, row: dict[str, Any]) -> None:
        """Take a row."""
        self._rows.append(row)
        self.count += 1
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def stage(connection: duckdb.DuckDBPyConnection, kind: str, files: Sequence[Path], places: Places) -> Staged:
    """Read every file of a kind. The staged tables are ``work/<table>.<kind>.parquet``."""
    names, reasons = NameCount(), Counter[str]()
    tables = TABLES_OF.get(kind, (kind,))
    bad = places.quarantine / f"{kind}.parquet"
    lines = 0
    with ExitStack() as stack:
        open_ = {table: _writer(stack, staged(places, table, kind), SCHEMAS[table]) for table in tables}
        wrong = _writer(stack, bad, BAD_SCHEMA)
        for file, number, text in _lines(files):
            lines += 1
            try:
                for table, row in flatten(kind, _parsed(text), names):
                    open_[table].add({**row, "file": file, "number": number})
            except BadResource as trouble:
                reasons[str(trouble)] += 1
                wrong.add({"reason": str(trouble), "file": file, "number": number, "content": text})
    twice = sum(_without_doubles(connection, staged(places, table, kind), places, kind) for table in tables)
    if twice:
        reasons[TWICE] += twice
    if not wrong.count:
        bad.unlink()
    return Staged(lines - wrong.count, wrong.count + twice, dict(reasons), names.mapped, names.unmapped)


def staged(places: Places, table: str, kind: str) -> Path:
    """Where a kind's rows of a staged table lie."""
    return places.work / f"{table}.{kind}.parquet"


def _writer(stack: ExitStack, target: Path, schema: pa.Schema) -> Batches:
    part = stack.enter_context(whole(target))
    writer = stack.enter_context(pq.ParquetWriter(part, schema, compression="zstd"))
    batches = Batches(writer, schema)
    stack.callback(batches.flush)
    return batches


def _lines(files: Iterable[Path]) -> Iterator[tuple[str, int, str]]:
    """Every line that is not empty, with its file and number."""
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield path.name, number, line.rstrip("\n")


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise BadResource("不是 JSON", "is not JSON") from None


def _without_doubles(connection: duckdb.DuckDBPyConnection, path: Path, places: Places, kind: str) -> int:
    """Keep the first of several rows with one id; the others go to quarantine. Returns how many these are."""
    scan = f"read_parquet({quoted(path)})"
    found = connection.execute(f"SELECT 1 FROM {scan} GROUP BY id HAVING count(*) > 1 LIMIT 1").fetchone()
    if found is None:
        return 0
    ranked = f"SELECT *, row_number() OVER (PARTITION BY id ORDER BY file, number) AS place FROM {scan}"
    later = f"SELECT {quoted(TWICE)} AS reason, file, number, id AS content FROM ({ranked}) WHERE place > 1"
    target = places.quarantine / f"{path.stem}.twice.parquet"
    count = copy_parquet(connection, later, target)
    copy_parquet(connection, f"SELECT * EXCLUDE (place) FROM ({ranked}) WHERE place = 1", path)
    return count
