"""Reading Parquet or CSV in the documented columns: each value checked, bad rows to quarantine, good rows to the lake.

A CSV file begins with a line of names. In it, an empty cell is *unknown* and a quoted empty text is *known to be none*.
Whole numbers have no point, truth values are ``true`` or ``false``, days ``2026-04-01``, instants ISO 8601 with their
distance from UTC (without one they are read as UTC).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from os.path import commonpath
from pathlib import Path
from typing import Final

import duckdb

from xinglin.supervision.facts.lake import TABLES, column_name, table_columns
from xinglin.supervision.facts.schema import Column
from xinglin.supervision.intake.result import TableIntake, reason
from xinglin.supervision.intake.source import BadInput
from xinglin.supervision.intake.store import Places, Terms, copy_parquet, lake_schema, name, quoted, write_table
from xinglin.supervision.verdicts import Coded, Words

WHOLE: Final = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
INSTANTS: Final = {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"}
DAY_FORM: Final = r"\d{4}-\d{2}-\d{2}"
INSTANT_FORM: Final = DAY_FORM + r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?"
WANTED: Final = {
    int: Words("应为整数", "must be a whole number"),
    bool: Words("应为 true 或 false", "must be true or false"),
    date: Words("应为日期，如 2026-04-01", "must be a day such as 2026-04-01"),
    datetime: Words("应为时刻，如 2026-04-01T09:30:00+08:00", "must be an instant such as 2026-04-01T09:30:00+08:00"),
}
NO_ID: Final = reason("没有编号", "has no id")
TWICE: Final = reason("编号重复；保留第一行", "the id is there more than once; the first row was kept")
SNIFFED: Final = (
    "its lines do not agree on cells and quotation marks; look for a quotation mark that is never closed, and for "
    "commas between the cells"
)
TORN: Final = reason("这一行无法读取", "the line cannot be read")
"""A line of a CSV file whose cells do not fit its first line."""


def read_table(
    connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path], places: Places, terms: Terms
) -> TableIntake:
    """Read one table into the lake. Raises BadInput when its files cannot be opened or have no column of ours."""
    try:
        given, torn = _view(connection, table, files, places)
        ours = [column for column in table_columns(table) if column_name(column.path) in given]
        if column_name(TABLES[table].key) not in given:
            raise BadInput(
                f"the table {table} has no column {column_name(TABLES[table].key)}; a row needs an id of its own"
            )
        return _split(connection, table, ours, given, places, terms, torn)
    except duckdb.Error as trouble:
        named = ", ".join(path.name for path in files)
        why = SNIFFED if "sniffing" in str(trouble) else _first_line(trouble)
        raise BadInput(f"the table {table} cannot be read ({named}): {why}") from trouble


def readable(kind: type, text: str) -> bool:
    """Whether a text is a value of a column of this type, by the same reading."""
    column = Column("a.value", kind, "", "", "")
    parsed = _parsed(column, "VARCHAR")
    if parsed is None:
        return True
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        row = connection.execute(f"SELECT ({parsed}) IS NOT NULL FROM (SELECT ? AS a_value) AS g", [text]).fetchone()
    return row is not None and bool(row[0])


def write_empty(connection: duckdb.DuckDBPyConnection, table: str, places: Places) -> None:
    """A table without rows, so that every table of the lake is there with its columns."""
    columns = ", ".join(f"CAST(NULL AS {kind}) AS {name(column)}" for column, kind in lake_schema(table))
    copy_parquet(connection, f"SELECT {columns} WHERE false", places.lake / f"{table}.parquet")


def _first_line(trouble: Exception) -> str:
    return str(trouble).strip().splitlines()[0]


def _view(
    connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path], places: Places
) -> tuple[dict[str, str], int]:
    """Make the view `given` over the files. Returns its columns with their types, and how many lines were torn."""
    paths, torn = list(files), 0
    if files[0].suffix == ".csv":
        staged = [_staged(connection, f"{table}.{place}", path, places) for place, path in enumerate(files)]
        paths, torn = [path for path, _ in staged], sum(lines for _, lines in staged)
    listed = "[" + ", ".join(quoted(path) for path in paths) + "]"
    scan = f"read_parquet({listed}, union_by_name = true, file_row_number = true, filename = 'given_file')"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW given AS SELECT * FROM {scan}")
    connection.execute("CREATE OR REPLACE TEMP TABLE told (given_file VARCHAR, file VARCHAR)")
    root = Path(commonpath([file.parent for file in files]))
    # A CSV file was read from a copy of ours: the person is told the name of the file that was given.
    names = [[str(path), file.relative_to(root).as_posix()] for path, file in zip(paths, files, strict=True)]
    connection.executemany("INSERT INTO told VALUES (?, ?)", names)
    described = connection.execute("DESCRIBE given").fetchall()
    extra = {"file_row_number", "given_file"}
    return {column: kind for column, kind, *_ in described if column not in extra}, torn


def _staged(connection: duckdb.DuckDBPyConnection, label: str, file: Path, places: Places) -> tuple[Path, int]:
    """A CSV file as Parquet of text, and how many of its lines do not fit; those go to quarantine at once."""
    scan = (
        f"read_csv({quoted(file)}, header = true, all_varchar = true, nullstr = '', allow_quoted_nulls = false, "
        "delim = ',', quote = '\"', escape = '\"', store_rejects = true)"
    )
    staged, target = places.work / f"{label}.staged.parquet", places.quarantine / f"{label}.torn.parquet"
    connection.execute("SET preserve_insertion_order = true")  # The row's place in the file is told to the person.
    copy_parquet(connection, f"SELECT * FROM {scan}", staged)
    connection.execute("SET preserve_insertion_order = false")
    _unclosed(connection, file)
    rejects = (
        f"SELECT {quoted(TORN)} AS reason, {quoted(file.name)} AS file, line AS number, min(csv_line) AS content "
        "FROM reject_errors GROUP BY line"
    )
    torn = copy_parquet(connection, rejects, target)
    if not torn:
        target.unlink()
    for left in ("reject_errors", "reject_scans"):
        connection.execute(f"DROP TABLE IF EXISTS {left}")
    return staged, torn


def _unclosed(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Refuse a file in which a quotation mark is never closed: it swallows all that follows, in silence."""
    query = "SELECT min(line) FROM reject_errors WHERE error_type = 'UNQUOTED VALUE'"
    (line,) = connection.execute(query).fetchall()[0]
    if line is not None:
        raise BadInput(
            f"{file.name}, line {line}, opens a quotation mark that is not closed as it should be; the lines after it "
            "would be lost. Close it, or write it twice where it is meant"
        )


def _split(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    ours: Sequence[Column],
    given: dict[str, str],
    places: Places,
    terms: Terms,
    torn: int,
) -> TableIntake:
    """Good rows to the lake, the others to quarantine with all their reasons."""
    key = name(column_name(TABLES[table].key))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE twice AS SELECT * FROM (SELECT given_file, file_row_number, row_number() OVER "
        f"(PARTITION BY {key} ORDER BY given_file, file_row_number) AS place FROM given WHERE {key} IN "
        f"(SELECT {key} FROM given WHERE {key} IS NOT NULL GROUP BY {key} HAVING count(*) > 1)) WHERE place > 1"
    )
    wrong = _complaints(key, ours, given)
    checked = (
        f"SELECT g.*, list_filter([{', '.join(wrong)}, CASE WHEN t.place IS NOT NULL THEN {quoted(TWICE)} END], "
        "lambda r: r IS NOT NULL) AS reasons FROM given AS g LEFT JOIN twice AS t USING (given_file, file_row_number)"
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW checked AS {checked}")
    target = places.quarantine / f"{table}.parquet"
    bad = copy_parquet(
        connection,
        "SELECT array_to_string(reasons, '; ') AS reason, told.file, file_row_number + 1 AS number, "
        "checked.* EXCLUDE (reasons, file_row_number, given_file) FROM checked "
        "LEFT JOIN told ON told.given_file = checked.given_file WHERE len(reasons) > 0",
        target,
    )
    reasons = (
        connection.execute(
            "SELECT reason, count(*) FROM (SELECT unnest(reasons) AS reason FROM checked WHERE len(reasons) > 0) "
            "GROUP BY reason ORDER BY reason"
        ).fetchall()
        if bad
        else []
    )
    if not bad:
        target.unlink()
    rows, assumed = write_table(
        connection, table, "checked AS g WHERE len(reasons) = 0", _values(table, given), places, terms
    )
    counted = dict(reasons) | ({TORN: torn} if torn else {})
    known = {column for column, _ in lake_schema(table)}
    return TableIntake(
        rows, bad + torn, counted, tuple(sorted(given.keys() - known)), tuple(sorted(given.keys() & known)), assumed
    )


def _complaints(key: str, ours: Sequence[Column], given: dict[str, str]) -> list[str]:
    """One SQL expression a column: null where its value is right, else what is wrong with it."""
    found = [f"CASE WHEN g.{key} IS NULL OR CAST(g.{key} AS VARCHAR) = '' THEN {quoted(NO_ID)} END"]
    for column in ours:
        label = column_name(column.path)
        checked = _parsed(column, given[label])
        if checked is not None:
            codes = ", ".join(_codes(column.type))
            wanted = WANTED.get(column.type) or Words(f"应为其中之一：{codes}", f"must be one of {codes}")
            wrong = quoted(reason(f"{label}：{wanted.zh}", f"{label}: {wanted.en}"))
            found.append(f"CASE WHEN g.{name(label)} IS NOT NULL AND ({checked}) IS NULL THEN {wrong} END")
    return found


def _values(table: str, given: dict[str, str]) -> dict[str, str]:
    """The SQL of each column that the input has."""
    ours = {column_name(column.path): column for column in table_columns(table)}
    return {
        label: _parsed(column, given[label]) or f"g.{name(label)}" for label, column in ours.items() if label in given
    }


def _codes(kind: type) -> list[str]:
    return [member.value for member in kind] if issubclass(kind, Coded) else []


def _parsed(column: Column, given: str) -> str | None:
    """The SQL that reads a value of the column from what was given, null where it cannot be; None: as it is."""
    cell = f"g.{name(column_name(column.path))}"
    text = f"trim(CAST({cell} AS VARCHAR))"
    if column.type is int:
        if given in WHOLE:
            return None
        return f"CASE WHEN regexp_full_match({text}, '[+-]?\\d+') THEN TRY_CAST({text} AS BIGINT) END"
    if column.type is bool:
        if given == "BOOLEAN":
            return None
        return f"CASE WHEN lower({text}) IN ('true', '1') THEN true WHEN lower({text}) IN ('false', '0') THEN false END"
    if column.type is date:
        if given == "DATE":
            return None
        return f"CASE WHEN regexp_full_match({text}, '{DAY_FORM}') THEN TRY_CAST({text} AS DATE) END"
    if column.type is datetime:
        if given in INSTANTS:
            return None
        instant = f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        return f"CASE WHEN regexp_full_match({text}, '{INSTANT_FORM}') THEN {instant} END"
    codes = _codes(column.type)
    if codes:
        listed = ", ".join(quoted(code) for code in codes)
        return f"CASE WHEN CAST({cell} AS VARCHAR) IN ({listed}) THEN CAST({cell} AS VARCHAR) END"
    return None
