"""Writing catalogues: compare with what is in force, close what changed, open successors by COPY, rebuild spellings."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.terminology.models import Diagnosis, Product, Term, Versioned
from xinglin.hospital.terminology.spelling import pinyin, sort_key

BEGINNING_ON = date(2018, 1, 1)
"""From when the very first load of a catalogue counts, so that older history finds names and prices."""
LOAD_LOCK = 0x5445524D


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row ready to be written: its code and names, its content as given, and the model's own columns."""

    code: str
    name_zh: str
    name_en: str
    content: Mapping[str, str]
    own: Mapping[str, Any]

    @property
    def row_hash(self) -> str:
        """SHA-256 of the content, to see whether a row changed."""
        text = json.dumps(dict(self.content), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def digest_of(rows: Iterable[Mapping[str, str]]) -> str:
    """SHA-256 over all rows in order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(dict(row), sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def lock() -> None:
    """Let only one load run at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])


def replace(model: type[Versioned], rows: Sequence[Prepared], today: date, **scope: Any) -> tuple[int, int]:
    """Bring the rows in force (within `scope`) in line with `rows`; returns how many were opened and closed.

    A row that was opened the same day is replaced instead of closed: no row is valid for an empty span.
    """
    first = not model._default_manager.exists()
    current = {
        code: (row_id, row_hash, since)
        for code, row_id, row_hash, since in model._default_manager.filter(
            valid_until_on__isnull=True, **scope
        ).values_list("code", "id", "row_hash", "valid_from_on")
    }
    wanted = {row.code: row.row_hash for row in rows}
    gone = {code: held for code, held in current.items() if wanted.get(code) != held[1]}
    same_day = [held[0] for held in gone.values() if held[2] >= today]
    model._default_manager.filter(id__in=same_day).delete()
    model._default_manager.filter(id__in=[held[0] for held in gone.values() if held[2] < today]).update(
        valid_until_on=today
    )
    opened = [row for row in rows if row.code not in current or row.code in gone]
    since = BEGINNING_ON if first else today
    copy_rows(model, (_columns(row, since) for row in opened))
    return len(opened), len(gone)


def _columns(row: Prepared, since: date) -> dict[str, Any]:
    full, initials = pinyin(row.name_zh)
    return {
        "id": new_id(),
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "pinyin": full[:400],
        "initials": initials[:200],
        "sort_key": sort_key(row.name_zh),
        "content": json.dumps(dict(row.content), ensure_ascii=False),
        "row_hash": row.row_hash,
        "valid_from_on": since,
        "valid_until_on": None,
        **row.own,
    }


def copy_rows(model: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    """Write rows by COPY; every row has the same columns."""
    first = next(rows, None)
    if first is None:
        return
    columns = ", ".join(f'"{name}"' for name in first)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        copy.write_row(list(first.values()))
        for row in rows:
            copy.write_row(list(row.values()))


# SPELLINGS


def rebuild_terms(catalogue: str) -> int:
    """Write anew under which spellings the rows in force of 'product' or 'diagnosis' are found; returns how many."""
    from xinglin.hospital.terminology.searching import spellings

    models: dict[str, Any] = {"product": Product, "diagnosis": Diagnosis}
    model = models[catalogue]
    Term.objects.filter(catalogue=catalogue).delete()
    written = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal written
        in_force = model._default_manager.filter(valid_until_on__isnull=True).values_list(
            "code", "name_zh", "name_en", "content"
        )
        for code, name_zh, name_en, content in list(in_force):
            for form, spelling in spellings(catalogue, code, name_zh, name_en, content):
                written += 1
                yield {"catalogue": catalogue, "code": code, "form": form, "spelling": spelling[:400]}

    copy_rows(Term, rows())
    with connection.cursor() as cursor:
        cursor.execute(f'ANALYZE "{Term._meta.db_table}"')
    return written
