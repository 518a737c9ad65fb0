"""Reading the tables that come with the package (TOML files in ``data/``) and checking them whole."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from xinglin.supervision.tables.adopted import read_adopted, with_adopted
from xinglin.supervision.tables.knowledge import Knowledge, Limit, Lookup
from xinglin.supervision.tables.official.store import with_store
from xinglin.supervision.tables.rows import BadTable, Basis, Cell, DatedRow, Table
from xinglin.supervision.verdicts import Words

KINDS: Final[dict[str, type]] = {"int": int, "bool": bool, "str": str}
LIMITS_FILE: Final = "limits.toml"


@lru_cache(maxsize=8)
def load_knowledge(extra: Path | None = None, limits: Path | None = None) -> Knowledge:
    """The knowledge that comes with the package, with the rows of an imported file where one is named.

    Raises BadTable when a file is wrong; nothing is half-loaded. `extra` is what `xinglin knowledge import` wrote; its
    name is its digest, so that a path always means the same content. `limits` is a file of limits that a place has put
    in force itself; it is named in the same way.
    """
    if limits is not None:
        return with_adopted(load_knowledge(extra), read_adopted(limits))
    if extra is not None:
        return with_store(load_knowledge(), extra)
    folder = files("xinglin.supervision.tables") / "data"
    documents = {
        entry.name: tomllib.loads(entry.read_text("utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }
    return read_knowledge(documents)


def read_knowledge(documents: dict[str, dict[str, Any]]) -> Knowledge:
    """Knowledge from parsed TOML documents by file name."""
    limits = {entry["name"]: _limit(entry) for entry in documents[LIMITS_FILE]["limit"]}
    tables: dict[str, Table] = {}
    lookups: dict[str, Lookup] = {}
    for name, document in documents.items():
        if name == LIMITS_FILE:
            continue
        table = _table(name, document)
        tables[table.name] = table
        for entry in document["lookup"]:
            lookup = _lookup(table, entry)
            lookups[lookup.name] = lookup
    return Knowledge(limits, tables, lookups)


def _words(place: str, entry: dict[str, Any], name: str) -> Words:
    try:
        return Words(entry[f"{name}_zh"], entry[f"{name}_en"])
    except KeyError as absent:
        raise BadTable(f"{place}: {absent.args[0]} is missing; every text stands in both languages") from None


def _basis(place: str, entry: dict[str, Any]) -> Basis:
    if entry.get("reading") not in {"read", "from memory"}:
        raise BadTable(f"{place}: reading must be `read` or `from memory`")
    return Basis(_words(place, entry, "law"), _words(place, entry, "article"), entry["reading"] == "read")


def _limit(entry: dict[str, Any]) -> Limit:
    place = f"limit {entry['name']}"
    rows = tuple(_row(place, (), {"value": row["value"]}, {**entry, **row}) for row in entry["row"])
    if len({type(row.values["value"]) for row in rows}) != 1:
        raise BadTable(f"{place}: its rows must hold values of one type")
    table = Table(entry["name"], _words(place, entry, "meaning"), rows)
    return Limit(entry["name"], entry["unit"], table.meaning, table)


def _table(name: str, document: dict[str, Any]) -> Table:
    columns = document["columns"]
    defaults = {key: value for key, value in document.items() if not isinstance(value, list | dict)}
    rows = []
    for entry in document["row"]:
        key = tuple(entry["key"])
        place = f"{name} {'/'.join(key)}"
        cells = {column: _cell(place, entry, column, kind) for column, kind in columns.items() if column in entry}
        rows.append(_row(place, key, cells, {**defaults, **entry}))
    return Table(document["name"], _words(name, document, "meaning"), tuple(rows), _match(name, document))


def _match(name: str, document: dict[str, Any]) -> tuple[bool, ...]:
    """How each part of a key is compared: `match` is one word for all parts, or a list of one word a part."""
    parts = {len(entry["key"]) for entry in document["row"]} or {1}
    if len(parts) != 1:
        raise BadTable(f"{name}: all keys must have the same number of parts")
    match = document["match"]
    words = match if isinstance(match, list) else [match] * parts.pop()
    if set(words) - {"exact", "beginning"}:
        raise BadTable(f"{name}: match must be `exact` or `beginning`, for all parts or for each")
    return tuple(word == "beginning" for word in words)


def _cell(place: str, entry: dict[str, Any], column: str, kind: str) -> Cell:
    value: Cell = entry[column]
    if type(value) is not KINDS[kind]:
        raise BadTable(f"{place}: {column} must be {kind}, not {type(value).__name__}")
    return value


def _row(place: str, key: tuple[str, ...], cells: dict[str, Cell], entry: dict[str, Any]) -> DatedRow:
    since, until = entry["since"], entry.get("until")
    if type(since) is not date or not (until is None or type(until) is date):
        raise BadTable(f"{place}: since and until are days, written like 2022-02-08")
    return DatedRow(key, cells, _basis(place, entry), since, until, entry.get("territory", ""))


def _lookup(table: Table, entry: dict[str, Any]) -> Lookup:
    return Lookup(
        name=entry["name"],
        table=table.name,
        column=entry["column"],
        keys=tuple(entry["keys"]),
        kind=KINDS[entry["kind"]],
        unlisted=entry.get("unlisted"),
    )
