"""Verbs of the terminology: load the shipped catalogues, import a national edition of ICD-10."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import shipped, snapshot
from xinglin.hospital.terminology.access import MAINTAIN_TERMINOLOGY
from xinglin.hospital.terminology.checking import check_shipped
from xinglin.hospital.terminology.errors import UnreadableEdition
from xinglin.hospital.terminology.loading import Prepared, digest_of, lock, rebuild_terms, replace
from xinglin.hospital.terminology.models import Diagnosis, Edition, Ingredient, Product, Service, Versioned
from xinglin.hospital.terminology.national import Quarantined, sift

SHIPPED = "shipped with the program"
NATIONAL_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did to one catalogue. Unchanged catalogues are not touched: opened and closed are 0."""

    catalogue: str
    rows: int
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows taken, rows opened and closed, and every row set aside with its reason."""

    rows: int
    opened: int
    closed: int
    quarantined: tuple[Quarantined, ...]


@transaction.atomic
def load_reference_data(*, actor: Actor, now: datetime) -> list[Loaded]:
    """Bring medicines, services and diagnoses in line with the files shipped in `data/`. Loading twice changes nothing.

    Raises WrongReferenceRow when a shipped file is wrong; then nothing is changed.
    """
    require(actor, MAINTAIN_TERMINOLOGY)
    lock()
    snapshot.forget()
    given: list[tuple[str, type[Versioned], list[dict[str, str]]]] = [
        ("ingredient", Ingredient, shipped.ingredient_rows()),
        ("product", Product, shipped.product_rows()),
        ("service", Service, shipped.service_rows()),
        ("diagnosis", Diagnosis, shipped.diagnosis_rows()),
    ]
    digests = {catalogue: digest_of(rows) for catalogue, _, rows in given}
    if all(_last_digest(catalogue) == digest for catalogue, digest in digests.items()):
        return [Loaded(catalogue, len(rows), 0, 0) for catalogue, _, rows in given]
    check_shipped()
    done = [_load(catalogue, model, rows, digests[catalogue], actor, now) for catalogue, model, rows in given]
    detail = {entry.catalogue: {"opened": entry.opened, "closed": entry.closed} for entry in done}
    _journal(actor, now, "load_reference_data", detail)
    transaction.on_commit(snapshot.forget)
    snapshot.forget()
    return done


@transaction.atomic
def import_national_edition(*, actor: Actor, path: Path, now: datetime) -> Imported:
    """Import the national insurance edition of ICD-10 from a CSV file with the columns code and name, in UTF-8.

    Good rows are taken, bad ones are set aside with line, code and reason; codes that the hospital ships stay as they
    are. Importing the same file twice changes nothing; a newer file closes what it no longer has. Raises
    UnreadableEdition when the file cannot be read, is larger than 64 MiB or has no good row; then nothing is changed.
    """
    require(actor, MAINTAIN_TERMINOLOGY)
    table = _read_table(path)
    taken, aside = sift(table, shipped.diagnoses())
    if not taken:
        raise UnreadableEdition(reason=T(zh="没有一行可用", en="not one row can be used"))
    lock()
    prepared = [_prepared("diagnosis", row) for row in taken]
    opened, closed = replace(Diagnosis, prepared, civil_day(now), edition="national")
    edition = Edition(
        catalogue="national",
        source=path.name[:200],
        digest=digest_of(taken),
        loaded_at=now,
        loaded_by=actor.label[:120],
        rows=len(taken),
        opened=opened,
        closed=closed,
        quarantined=len(aside),
    )
    edition.save()
    if opened or closed:
        rebuild_terms("diagnosis")
    detail = {"rows": len(taken), "opened": opened, "closed": closed, "quarantined": len(aside)}
    _journal(actor, now, "import_national_edition", detail)
    transaction.on_commit(snapshot.forget)
    return Imported(len(taken), opened, closed, tuple(aside))


def _load(
    catalogue: str, model: type[Versioned], rows: list[dict[str, str]], digest: str, actor: Actor, now: datetime
) -> Loaded:
    if _last_digest(catalogue) == digest:
        return Loaded(catalogue, len(rows), 0, 0)
    scope = {"edition": "xinglin"} if model is Diagnosis else {}
    opened, closed = replace(model, [_prepared(catalogue, row) for row in rows], civil_day(now), **scope)
    if catalogue in ("product", "diagnosis"):
        rebuild_terms(catalogue)
    Edition(
        catalogue=catalogue,
        source=SHIPPED,
        digest=digest,
        loaded_at=now,
        loaded_by=actor.label[:120],
        rows=len(rows),
        opened=opened,
        closed=closed,
    ).save()
    return Loaded(catalogue, len(rows), opened, closed)


def _prepared(catalogue: str, row: Mapping[str, str]) -> Prepared:
    own: dict[str, Any] = {}
    if catalogue in ("ingredient", "product"):
        own["atc"] = row["atc"]
    if catalogue in ("product", "service"):
        own["price_fen"] = int(row["price_fen"])
    if catalogue == "diagnosis":
        info = shipped.diagnosis_info(row)
        own = {"edition": info.edition, "chronic_group": info.chronic_group}
    return Prepared(row["code"], row["name_zh"], row["name_en"], row, own)


def _last_digest(catalogue: str) -> str | None:
    return Edition.objects.filter(catalogue=catalogue).order_by("-id").values_list("digest", flat=True).first()


def _journal(actor: Actor, now: datetime, verb: str, detail: dict[str, Any]) -> None:
    journal.write(
        actor=actor,
        institution_id=SYSTEM_ID,
        verb=verb,
        object_type="terminology",
        object_id=None,
        now=now,
        detail=detail,
    )


def _read_table(path: Path) -> Sequence[Mapping[str, str | None]]:
    try:
        if path.stat().st_size > NATIONAL_BYTES_MAX:
            raise UnreadableEdition(reason=T(zh="文件超过 64 MiB", en="the file is larger than 64 MiB"))
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableEdition(reason=T(zh="打不开文件", en=f"it cannot be opened ({error.strerror})")) from None
    except UnicodeDecodeError:
        raise UnreadableEdition(reason=T(zh="不是 UTF-8 编码", en="it is not in UTF-8")) from None
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        columns = reader.fieldnames or ()
        if not {"code", "name"} <= set(columns):
            raise UnreadableEdition(reason=T(zh="缺少 code 或 name 列", en="the column code or name is missing"))
        return list(reader)
    except csv.Error as error:
        raise UnreadableEdition(reason=T(zh=f"CSV 格式有误（{error}）", en=f"the CSV is broken ({error})")) from None
