"""Limits that a place has put in force itself: dated rows beside those that come with the package, kept as one file.

Each row names its limit, its value, the place and the first day. It ends what held in the same place before, the day
before it begins; a later row of the same place ends it in turn. No day before its first is touched: what happened then
is judged by what held then, at every moment and in every later audit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from xinglin.supervision.tables import in_force
from xinglin.supervision.tables.knowledge import Knowledge, Limit
from xinglin.supervision.tables.rows import BadTable, Basis, Cell, DatedRow
from xinglin.supervision.verdicts import Json, Words, canonical

FORMAT: Final = 1
NAME: Final = "limits"
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AdoptedLimit:
    """One value of a limit from a day on, in a place (the beginning of its code; empty: the whole country).

    `basis` names the document that allows it, `number` the decision that put it in force.
    """

    limit: str
    value: Cell
    territory: str
    since: date
    basis_zh: str
    basis_en: str
    number: str


def with_adopted(knowledge: Knowledge, rows: Iterable[AdoptedLimit]) -> Knowledge:
    """`knowledge` with these rows, in the order of their first days. Raises BadTable for a limit that is none."""
    limits = dict(knowledge.limits)
    for row in sorted(rows, key=lambda one: (one.since, one.number)):
        if row.limit not in limits:
            raise BadTable(f"{row.limit} is no limit of this version; the decision {row.number} cannot be kept")
        limits[row.limit] = _grown(limits[row.limit], row)
    return replace(knowledge, limits=limits)


def _grown(limit: Limit, row: AdoptedLimit) -> Limit:
    if type(row.value) is not limit.kind:
        raise BadTable(f"{row.limit}: {row.value!r} is not of the kind {limit.kind.__name__}")
    here = [old for old in limit.table.rows if old.territory == row.territory]
    later = min((old.since for old in here if old.since > row.since), default=None)
    kept = [old for old in limit.table.rows if old.territory != row.territory or old.since != row.since]
    ended = tuple(_ended(old, row) for old in kept)
    basis = Basis(Words(row.basis_zh, row.basis_en), Words(f"决定 {row.number}", f"decision {row.number}"), read=True)
    until = later - DAY if later else None
    new = DatedRow((), {"value": row.value}, basis, row.since, until, row.territory)
    return replace(limit, table=replace(limit.table, rows=(*ended, new)))


def _ended(old: DatedRow, row: AdoptedLimit) -> DatedRow:
    covers = old.territory == row.territory and old.since < row.since
    return replace(old, until=row.since - DAY) if covers and (old.until is None or old.until >= row.since) else old


# THE FILE


def write_adopted(folder: Path, rows: Sequence[AdoptedLimit]) -> Path:
    """Write the rows and make them those in force: whole or not at all. Returns the file, named by its content."""
    return in_force.put(folder, NAME, canonical(_content(rows)))[0]


def _content(rows: Sequence[AdoptedLimit]) -> Json:
    ordered = sorted(rows, key=lambda one: (one.limit, one.territory, one.since, one.number))
    return {"format": FORMAT, "name": NAME, "rows": [asdict(row) | {"since": row.since.isoformat()} for row in ordered]}


def current_adopted(folder: Path) -> Path | None:
    """The file in force in a folder; None where no limit was put in force."""
    return in_force.current(folder, NAME)


def read_adopted(path: Path) -> tuple[AdoptedLimit, ...]:
    """The rows of a file. Raises BadTable when it is not whole."""
    try:
        body = path.read_bytes()
    except OSError as trouble:
        raise BadTable(f"{path} cannot be read ({trouble.strerror})") from None
    if path.name != in_force.name_of(NAME, body):
        raise BadTable(f"{path.name} is not what was put in force: its content has changed")
    document: dict[str, Any] = json.loads(body)
    if document["format"] != FORMAT:
        raise BadTable(f"{path.name} has format {document['format']}, not {FORMAT}")
    return tuple(AdoptedLimit(**{**row, "since": date.fromisoformat(row["since"])}) for row in document["rows"])
