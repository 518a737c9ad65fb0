"""The imported rows as one file of a folder: written whole or not at all, named by its content, found by a pointer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from xinglin.supervision.tables import in_force
from xinglin.supervision.tables.knowledge import Knowledge, Lookup
from xinglin.supervision.tables.official.files import Record
from xinglin.supervision.tables.official.importing import Imported, Row
from xinglin.supervision.tables.rows import BadTable, Basis, DatedRow
from xinglin.supervision.verdicts import Json, Words, canonical

FORMAT: Final = 1
NAME: Final = "nhsa"
LAW: Final = Words(
    "国家医疗保障局《医疗保障基金智能监管规则库、知识库（2025年版）》",
    "National Healthcare Security Administration, Rule base and knowledge base for intelligent supervision of the "
    "medical insurance fund (2025 edition)",
)


def content_of(imported: Imported) -> dict[str, Json]:
    """Everything that is stored. The same files and options give the same content and therefore the same digest."""
    bases: dict[tuple[str, str], int] = {}
    tables: dict[str, list[Json]] = {}
    for row in imported.rows:
        basis = bases.setdefault(_article(imported, row), len(bases))
        until = row.until.isoformat() if row.until else None
        cells: dict[str, Json] = dict(row.values)
        tables.setdefault(row.table, []).append([list(row.key), cells, row.since.isoformat(), until, basis])
    return {
        "format": FORMAT,
        "name": NAME,
        "files": [[name, digest] for name, digest in imported.published.files],
        "law": list(LAW),
        "bases": [list(articles) for articles in bases],
        "tables": dict(tables),
    }


def _article(imported: Imported, row: Row) -> tuple[str, str]:
    record: Record = row.source.record
    one = imported.published.class_of(record)
    batch = (f"，第{record.batch}批", f", batch {record.batch}") if record.batch else ("", "")
    if record.published_on:
        day = (f"，{record.published_on}公布", f", published {record.published_on}")
    else:
        day = ("，公布日期未载明", ", day of publication not stated")
    return f"第{one.seq}类 {one.name}{batch[0]}{day[0]}", f"class {one.seq} of the list of rules{batch[1]}{day[1]}"


def write_store(folder: Path, imported: Imported) -> tuple[Path, bool]:
    """Write the file and make it the one in force. Returns its path and whether anything changed."""
    return in_force.put(folder, NAME, canonical(content_of(imported)))


def current_store(folder: Path) -> Path | None:
    """The file in force in a folder, None where nothing was imported. That it is there and whole is seen at reading."""
    return in_force.current(folder, NAME)


def with_store(knowledge: Knowledge, path: Path) -> Knowledge:
    """`knowledge` with the rows of an imported file. Raises BadTable when the file is not whole or does not fit."""
    document = _read(path)
    law = Words(*document["law"])
    bases = [Basis(law, Words(*articles), read=True) for articles in document["bases"]]
    tables = dict(knowledge.tables)
    for name, rows in document["tables"].items():
        if name not in tables:
            raise BadTable(f"{path.name} fills the table {name}, which is not there; import the records again")
        lookups = [lookup for lookup in knowledge.lookups.values() if lookup.table == name]
        added = tuple(_row(path, name, row, bases, lookups) for row in rows)
        tables[name] = replace(tables[name], rows=(*tables[name].rows, *added))
    return replace(knowledge, tables=tables)


def _read(path: Path) -> dict[str, Any]:
    try:
        body = path.read_bytes()
    except OSError as trouble:
        raise BadTable(f"{path} cannot be read ({trouble.strerror}); import the records again") from None
    if path.name != in_force.name_of(NAME, body):
        raise BadTable(f"{path.name} is not what was imported: its content has changed; import the records again")
    document: dict[str, Any] = json.loads(body)
    if document["format"] != FORMAT:
        raise BadTable(f"{path.name} has format {document['format']}, not {FORMAT}; import the records again")
    return document


def _row(path: Path, table: str, row: list[Any], bases: list[Basis], lookups: Iterable[Lookup]) -> DatedRow:
    key, cells, since, until, basis = row
    for lookup in lookups:
        if len(key) != len(lookup.keys) or type(cells.get(lookup.column, lookup.kind())) is not lookup.kind:
            raise BadTable(
                f"{path.name}: the table {table} needs {len(lookup.keys)} parts of a key and {lookup.column} as "
                f"{lookup.kind.__name__}; import the records again"
            )
    end = date.fromisoformat(until) if until else None
    return DatedRow(tuple(key), cells, bases[basis], date.fromisoformat(since), end)
