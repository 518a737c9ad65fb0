"""Reading all tables of medicines whole: a table with a fault is refused, with every fault named."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeVar

from xinglin.clinical.knowledge import rows
from xinglin.clinical.knowledge.cells import BadCell
from xinglin.clinical.knowledge.naming import Names, read_names

R = TypeVar("R")
TABLES: Final[dict[str, type[Any]]] = {
    "labs": rows.Lab,
    "interactions": rows.Interaction,
    "doses": rows.Dose,
    "renal": rows.Renal,
    "hepatic": rows.Hepatic,
    "lab_rules": rows.LabRule,
    "contraindications": rows.Contraindication,
    "pregnancy": rows.Pregnancy,
    "lactation": rows.Lactation,
    "children": rows.Child,
    "elderly": rows.Elderly,
    "start": rows.Start,
    "allergies": rows.Allergy,
    "duplicates": rows.Duplicate,
    "indications": rows.Indication,
    "sex": rows.SexRow,
    "quantity": rows.Quantity,
    "injections": rows.Mixture,
    "patent_medicines": rows.PatentMedicine,
    "herb_pairs": rows.HerbPair,
    "lookalikes": rows.LookAlike,
    "antimicrobials": rows.Antimicrobial,
    "allergens": rows.Allergen,
}
"""File name without ending, and the kind of its rows."""
Document = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that is wrong: where, and what would be right."""

    table: str
    row: str
    column: str
    why: str

    def __str__(self) -> str:
        return f"{self.table}.csv, row {self.row}, column {self.column}: {self.why}"


class BadKnowledge(ValueError):
    """The tables have faults. `faults` holds all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        shown = "\n".join(str(fault) for fault in faults[:20])
        super().__init__(f"{len(faults)} faults in the tables of medicines:\n{shown}")


@dataclass(frozen=True)
class Knowledge:
    """All tables, by name; `digest` says which content this is."""

    names: Names
    tables: Mapping[str, tuple[Any, ...]]
    digest: str

    def rows(self, kind: type[R]) -> tuple[R, ...]:
        """The rows of one kind, in the order of the file."""
        for name, known in TABLES.items():
            if known is kind:
                return self.tables[name]
        raise LookupError(f"no table holds {kind.__name__}")


@lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    """The tables that come with the package. Raises BadKnowledge when one has a fault; nothing is half-loaded."""
    documents, digest = read_folder(files("xinglin.clinical.knowledge") / "medicines")
    knowledge, faults = read_knowledge(documents, digest)
    if faults:
        raise BadKnowledge(faults)
    return knowledge


def read_folder(folder: Traversable) -> tuple[dict[str, Document], str]:
    """Every CSV file below a folder, by its path without ending, and a digest of all of them."""
    documents: dict[str, Document] = {}
    digest = hashlib.sha256()
    for path, entry in sorted(_csv_files(folder, "")):
        content = entry.read_bytes()
        digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        documents[path] = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    return documents, digest.hexdigest()


def _csv_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _csv_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".csv"):
            yield prefix + entry.name.removesuffix(".csv"), entry


def read_knowledge(documents: Mapping[str, Document], digest: str) -> tuple[Knowledge, list[Fault]]:
    """Knowledge from tables that were read, and every fault in them."""
    names, wrong = read_names(documents)
    faults = [Fault(*one) for one in wrong]
    tables: dict[str, tuple[Any, ...]] = {}
    for name, kind in TABLES.items():
        found, bad = _rows(name, documents.get(name, []), kind, names)
        tables[name] = tuple(found)
        faults += bad + _repeated(name, documents.get(name, []))
    return Knowledge(names, tables, digest), faults


def _repeated(table: str, document: Document) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for row in document:
        key = row.get("id") or row.get("code") or ""
        if key in seen:
            faults.append(Fault(table, key, "id", "stands twice; every row has a name of its own"))
        seen.add(key)
    return faults


def _rows(table: str, document: Document, kind: type[Any], names: Names) -> tuple[list[Any], list[Fault]]:
    found, faults = [], []
    for number, row in enumerate(document, start=2):
        place = row.get("id") or row.get("code") or f"line {number}"
        values, bad = _values(table, place, row, kind, names)
        faults += bad
        faults += [Fault(table, place, source, "is not among the sources") for source in names.unknown_sources(row)]
        if not bad:
            found.append(kind(**values))
    return found, faults


def _values(
    table: str, place: str, row: Mapping[str, str | None], kind: type[Any], names: Names
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults = []
    for part in fields(kind):
        heading = part.metadata["header"] or part.name
        cell = (row.get(heading) or "").strip()
        if not cell:
            if part.metadata["needed"]:
                faults.append(Fault(table, place, heading, "is empty and must not be"))
            unlisted = part.metadata["unlisted"]
            values[part.name] = frozenset() if unlisted == () and "frozenset" in str(part.type) else unlisted
            continue
        try:
            read = part.metadata["reader"](cell, names)
        except (BadCell, ValueError) as wrong:
            faults.append(Fault(table, place, heading, str(wrong)))
            continue
        values[part.name] = frozenset(read) if "frozenset" in str(part.type) else read
    assert all(part.default is MISSING for part in fields(kind))
    return values, faults
