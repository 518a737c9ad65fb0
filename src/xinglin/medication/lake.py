"""The check of medicines made over a whole lake, person after person in parts, so that memory does not grow with it.

It reads for each prescription what was known when it was judged, and writes what it found into the table `detected`
and the number of findings into the lines. Lines that were checked before are left as they are; but numbers of findings
without any table of what they were are not believed.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinglin.medication.detecting import DIAGNOSES, Around, detect, tables
from xinglin.supervision.facts.lake import Facts, column_kinds, column_name, table_columns
from xinglin.supervision.verdicts import Coded

LINES_AT_ONCE: Final = 50_000
VISIT: Final = (
    *("prescription.id", "prescription.on", "prescription.encounter_id", "encounter.on", "encounter.channel"),
    *("encounter.care_mode", *DIAGNOSES, "patient.id", "patient.birth_on", "patient.sex", "patient.weight_grams"),
    *("patient.pregnant", "patient.pregnancy_weeks", "patient.lactating", "patient.results", "patient.taken"),
)
LINE: Final = (
    *("line.id", "line.prescription_id", "line.drug_code", "line.drug_zh", "line.drug_en", "line.ingredients"),
    *("line.frequency_code", "line.dose_micrograms", "line.route_code", "line.days", "line.decoction", "line.solvent"),
    "line.intended_combination",
)
ITEM: Final = (
    *("item.on", "item.kind", "item.line_id", "item.supply_days", "item.ingredients", "item.name_zh"),
    *("item.refunded_milli", "encounter.care_mode", "patient.id", "record.known_at"),
)
CONDITION: Final = ("condition.person_id", "condition.code", "condition.from_on", "condition.until_on")
ALLERGY: Final = (*("allergy.person_id", "allergy.substance_code", "allergy.intolerance", "allergy.since_on"),)
FOUND: Final = pa.schema(
    [
        ("detected_id", pa.string()),
        ("detected_line_id", pa.string()),
        ("detected_kind", pa.string()),
        ("detected_tier", pa.string()),
        ("detected_row", pa.string()),
        ("detected_over_permille", pa.int64()),
        ("record_known_at", pa.timestamp("us")),
        ("record_asked_at", pa.timestamp("us")),
    ]
)


def check_lake(lake: Path, *, memory: str = "2GB") -> int:
    """Check every line that was not checked; returns how many. `lake` holds one Parquet file a table."""
    _put_in_place(lake)
    with duckdb.connect() as sql:
        sql.execute(f"SET memory_limit = '{memory}'; SET TimeZone = 'UTC'")
        sql.execute(f"SET temp_directory = {_quoted(lake.with_name(lake.name + '.spill'))}")
        for name in ("encounters", "prescriptions", "lines", "items", "conditions", "allergies", "detected"):
            _view(sql, name, f"read_parquet({_quoted(lake / f'{name}.parquet')})")
        sql.execute(
            "CREATE TABLE asked AS SELECT l.line_id, p.patient_id AS person FROM lines l "
            "JOIN prescriptions r ON r.prescription_id = l.line_prescription_id "
            "JOIN encounters p ON p.encounter_id = r.prescription_encounter_id "
            "WHERE NOT EXISTS (SELECT 1 FROM detected d WHERE d.detected_line_id = l.line_id) "
            "AND (coalesce(l.line_findings, 1) > 0 OR NOT EXISTS (SELECT 1 FROM detected))"
        )
        ((count,),) = sql.execute("SELECT count(*) FROM asked").fetchall()
        if count:
            _check(sql, lake, 1 + count // LINES_AT_ONCE)
        return int(count)


def _view(sql: duckdb.DuckDBPyConnection, table: str, source: str) -> None:
    """A table of the lake; a column that a lake of an earlier version has not is there and empty."""
    there = {str(row[0]) for row in sql.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    wanted = {column_name(path) for path in (*VISIT, *LINE, *ITEM, *CONDITION, *ALLERGY)}
    mine = {column_name(column.path) for column in table_columns(table)}
    empty = "".join(f", NULL AS {name}" for name in sorted(wanted & mine - there))
    sql.execute(f"CREATE VIEW {table} AS SELECT *{empty} FROM {source}")


def _check(sql: duckdb.DuckDBPyConnection, lake: Path, parts: int) -> None:
    sql.execute("CREATE TABLE counted (id VARCHAR, n BIGINT)")
    with pq.ParquetWriter(lake / "detected.part", FOUND) as writer:
        for batch in sql.execute(f"SELECT {', '.join(FOUND.names)} FROM detected").fetch_record_batch(100_000):
            writer.write_batch(batch.cast(FOUND))
        for part in range(parts):
            rows: list[dict[str, Any]] = []
            counts: list[tuple[str, int]] = []
            for found, told in _part(sql, part, parts):
                rows += ({column_name(path): value for path, value in row.items()} for row in found)
                counts += told.items()
            writer.write_table(pa.Table.from_pylist(rows, schema=FOUND))
            if counts:
                sql.register("told", pa.table({"id": [one for one, _ in counts], "n": [n for _, n in counts]}))
                sql.execute("INSERT INTO counted SELECT id, n FROM told")
                sql.unregister("told")
    sql.execute(
        "COPY (SELECT lines.* REPLACE (coalesce(counted.n, lines.line_findings) AS line_findings) FROM lines "
        f"LEFT JOIN counted ON counted.id = lines.line_id) TO {_quoted(lake / 'lines.part')} "
        "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
    )
    os.replace(lake / "lines.part", lake / "lines.new")
    os.replace(lake / "detected.part", lake / "detected.new")
    _put_in_place(lake)


def _put_in_place(lake: Path) -> None:
    """Let the two new tables take the place of the old; finishes what an earlier run that was ended began."""
    if (lake / "detected.new").exists():
        if (lake / "lines.new").exists():
            os.replace(lake / "lines.new", lake / "lines.parquet")
        os.replace(lake / "detected.new", lake / "detected.parquet")


def _part(sql: duckdb.DuckDBPyConnection, part: int, parts: int) -> Iterator[tuple[tuple[Facts, ...], dict[str, int]]]:
    """Every prescription of a part of the persons: the rows found, and the number of findings of each line."""
    mine = f"(SELECT DISTINCT person FROM asked WHERE hash(person) % {parts} = {part})"
    visits = _rows(
        sql,
        (*VISIT, "record.asked_at"),
        "prescriptions t JOIN encounters e ON e.encounter_id = t.prescription_encounter_id "
        f"WHERE e.patient_id IN {mine} AND t.prescription_id IN (SELECT l.line_prescription_id FROM lines l "
        "JOIN asked USING (line_id)) ORDER BY t.prescription_id",
    )
    lines = _grouped(
        sql,
        LINE,
        "line.prescription_id",
        "lines t WHERE t.line_prescription_id IN (SELECT l.line_prescription_id FROM lines l "
        f"JOIN asked USING (line_id) WHERE person IN {mine}) ORDER BY t.line_id",
    )
    asked = {one for (one,) in sql.cursor().execute(f"SELECT line_id FROM asked WHERE person IN {mine}").fetchall()}
    supplies = _grouped(
        sql,
        ITEM,
        "patient.id",
        "items t JOIN encounters e ON e.encounter_id = t.item_encounter_id "
        f"WHERE e.patient_id IN {mine} ORDER BY t.item_id",
    )
    conditions = _grouped(
        sql,
        CONDITION,
        "condition.person_id",
        f"conditions t WHERE t.condition_person_id IN {mine} ORDER BY t.condition_id",
    )
    allergies = _grouped(
        sql, ALLERGY, "allergy.person_id", f"allergies t WHERE t.allergy_person_id IN {mine} ORDER BY t.allergy_id"
    )
    for visit in visits:
        person = visit["patient.id"]
        known = [row for row in supplies.get(person, ()) if _known(row, visit["record.asked_at"])]
        around = Around(known, conditions.get(person, ()), allergies.get(person, ()))
        told = detect(visit, lines.get(visit["prescription.id"], ()), around, tables())
        rows = tuple(row for row in told.rows if row["detected.line_id"] in asked)
        yield rows, {line: count for line, count in told.counts.items() if line in asked}


def _known(row: Facts, asked: object) -> bool:
    known = row["record.known_at"]
    return not isinstance(known, datetime) or not isinstance(asked, datetime) or known <= asked


def _rows(sql: duckdb.DuckDBPyConnection, paths: tuple[str, ...], source: str) -> Iterator[Facts]:
    kinds = column_kinds()
    columns = {path: f"{'e.' if path in OF_ENCOUNTER else 't.'}{column_name(path)}" for path in paths}
    # An instant may be written with or without its zone; both mean UTC.
    names = ", ".join(f"{one}::TIMESTAMP" if kinds[path] is datetime else one for path, one in columns.items())
    cursor = sql.cursor().execute(f"SELECT {names} FROM {source}")
    while batch := cursor.fetchmany(10_000):
        for cells in batch:
            yield {path: _plain(kinds[path], cell) for path, cell in zip(paths, cells, strict=True)}


OF_ENCOUNTER: Final = frozenset(path for path in (*VISIT, *ITEM) if path.startswith(("encounter.", "patient.")))


def _grouped(sql: duckdb.DuckDBPyConnection, paths: tuple[str, ...], by: str, source: str) -> dict[object, list[Facts]]:
    found: dict[object, list[Facts]] = defaultdict(list)
    for row in _rows(sql, paths, source):
        found[row[by]].append(row)
    return found


def _plain(kind: type, cell: Any) -> Any:
    if cell is None:
        return None
    if kind is datetime:
        return cell.replace(tzinfo=UTC)
    return kind.of(cell) if issubclass(kind, Coded) else cell


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
