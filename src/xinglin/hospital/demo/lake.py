"""The made city as the lake: every encounter of the year as rows of facts, in the canonical tables. Pure.

There are two books of the same year. The *final* one holds what stands at the end: deaths registered, diagnoses
corrected, refunds. The other holds what stood when each row was judged; `record.known_at` says in both when a row came
in. Nothing says who did wrong: that is in the answer file alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xinglin.hospital.demo import lake_history
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.lake_detected import Checks
from xinglin.hospital.demo.lake_medicine import Medicines
from xinglin.hospital.demo.lake_money import Money
from xinglin.hospital.demo.lake_people import People
from xinglin.hospital.demo.lake_times import Times
from xinglin.hospital.demo.lake_visits import Visits, visits
from xinglin.supervision.facts.lake import TABLES, Facts, column_name, table_columns
from xinglin.supervision.measures.beforehand.practices import Practices
from xinglin.supervision.measures.beforehand.rings import Rings
from xinglin.supervision.verdicts import Coded

if TYPE_CHECKING:
    import pyarrow

Rows = Iterator[tuple[str, Facts]]
BATCH: Final = 20_000
"""Rows that are held at once for one table while files are written."""


def lake_rows(city: City, *, final: bool = True, rings: Rings | None = None) -> Rows:
    """Every row of the lake with the name of its table; parents before children, in the order of time.

    What is computed over all of them comes last: practices and rings. Give `rings`, still empty, to ask it afterwards
    who is in which.
    """
    practices, rings = Practices(), rings if rings is not None else Rings()
    for table, row in _care_rows(city, final):
        practices.add(table, row)
        rings.add(table, row)
        yield table, row
    yield from (("practices", row) for row in practices.rows())
    yield from (("rings", row) for row in rings.rows())


def _care_rows(city: City, final: bool) -> Rows:
    times = Times(city)
    seen = Visits(city, times, People(city, times), final)
    medicines = Medicines(city, times, final)
    money = Money(city, times, medicines, final)
    for row in lake_history.conditions(city):
        yield "conditions", row
    for row in lake_history.allergies(city):
        yield "allergies", row
    checks = Checks(city, times)
    for visit in visits(city):
        yield "encounters", seen.encounter(visit)
        if visit.encounter.kind == "inpatient":
            yield "stays", seen.stay(visit)
        told = checks.of(visit)
        if told is not None:
            yield "prescriptions", medicines.prescription(visit)
            for line in medicines.lines(visit):
                yield "lines", line | {"line.findings": told.counts.get(str(line["line.id"]))}
            for row in told.rows:
                yield "detected", row | {"record.known_at": None, "record.asked_at": None}
        yield from money.rows(visit)


def write_lake(city: City, folder: Path, *, final: bool = True) -> dict[str, int]:
    """Write the lake as one Parquet file a table; returns how many rows each holds. The folder is made."""
    return write_rows(lake_rows(city, final=final), folder)


def write_rows(rows: Rows, folder: Path) -> dict[str, int]:
    """Write rows of the lake's tables as Parquet; returns how many each file holds. The folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    writers = {name: _Writer(folder / f"{name}.parquet", name) for name in TABLES}
    try:
        for table, row in rows:
            writers[table].add(row)
    finally:
        for writer in writers.values():
            writer.close()
    return {name: writer.rows for name, writer in writers.items()}


def changes(city: City) -> Iterator[dict[str, Any]]:
    """What the books say otherwise at the end than when it was judged: table, key, fact, both values, the cause.

    A row that came later as a whole (a refund) has no value then and names its key alone.
    """
    then = {(table, row[TABLES[table].key]): row for table, row in _care_rows(city, final=False)}
    for table, row in _care_rows(city, final=True):
        key = row[TABLES[table].key]
        former = then.get((table, key))
        if former is None:
            yield {"table": table, "key": key, "fact": "", "then": None, "now": None, "cause": "refund"}
            continue
        for path, value in row.items():
            if former[path] != value and path in CAUSES:
                yield {
                    "table": table, "key": key, "fact": path, "then": former[path], "now": value,
                    "cause": CAUSES[path],
                }  # fmt: skip


CAUSES: Final = {
    "patient.dead": "death_registered",
    "patient.death_on": "death_registered",
    "encounter.diagnosis_code": "diagnosis_corrected",
    "encounter.uploaded_at": "reported_later",
    "encounter.observed_at": "observed_longer",
    "claim.observed_at": "observed_longer",
    "claim.patient_refunded": "refund",
    "claim.patient_refunded_at": "refund",
    "claim.reversed_at": "refund",
    "pack.returned_at": "refund",
    "pack.returned_here": "refund",
    "pack.earlier_sale": "earlier_sale_known_later",
    "pack.sold_permille": "earlier_sale_known_later",
}
"""Why a fact may stand otherwise at the end."""


class _Writer:
    """One Parquet file, written in batches so that memory does not grow with the city."""

    def __init__(self, path: Path, table: str) -> None:
        import pyarrow.parquet

        self.rows = 0
        self._columns = table_columns(table)
        self._schema = schema_of(table)
        self._held: list[Facts] = []
        self._file = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")

    def add(self, row: Facts) -> None:
        """One more row."""
        self._held.append(row)
        if len(self._held) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        import pyarrow

        if not self._held:
            return
        arrays = [
            pyarrow.array([_plain(row.get(column.path)) for row in self._held], type=field.type)
            for column, field in zip(self._columns, self._schema, strict=True)
        ]
        self._file.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema))
        self.rows += len(self._held)
        self._held.clear()

    def close(self) -> None:
        """Write what is left and close the file."""
        self._flush()
        self._file.close()


def _plain(value: object) -> object:
    """A fact as a cell: an enumeration as the text of its code, an instant in UTC without a zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return value.value if isinstance(value, Coded) else value


def schema_of(table: str) -> pyarrow.Schema:
    """The Parquet schema of a table: days as dates, instants in UTC, enumerations as the text of their codes."""
    import pyarrow

    kinds: dict[type, pyarrow.DataType] = {
        int: pyarrow.int64(),
        bool: pyarrow.bool_(),
        str: pyarrow.string(),
        datetime: pyarrow.timestamp("us"),
    }
    fields = [
        (column_name(column.path), kinds.get(column.type) or _other(column.type)) for column in table_columns(table)
    ]
    return pyarrow.schema(fields)


def _other(kind: type) -> pyarrow.DataType:
    import pyarrow

    return pyarrow.string() if issubclass(kind, Coded) else pyarrow.date32()
