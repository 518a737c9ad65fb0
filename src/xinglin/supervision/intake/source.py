"""What lies in an input folder: which files belong to which table or kind of resource, and in which form."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from xinglin.supervision.facts.lake import TABLES

RESOURCES: Final = (
    "Patient",
    "Organization",
    "Practitioner",
    "Encounter",
    "Condition",
    "MedicationRequest",
    "Procedure",
    "AllergyIntolerance",
    "Claim",
    "ExplanationOfBenefit",
)
"""The kinds of FHIR resources that are read. Others are named in the manifest as left alone."""


class BadInput(ValueError):
    """The input cannot be audited at all. The message says what was found and what would be right."""


class Form(StrEnum):
    """How the input is written."""

    COLUMNS = "columns"
    FHIR = "fhir"


@dataclass(frozen=True, slots=True)
class Source:
    """An input folder that was looked at: files by table (or by kind of resource), and what belongs to none."""

    folder: Path
    form: Form
    files: Mapping[str, tuple[Path, ...]]
    left_alone: tuple[str, ...]
    fingerprint: str


def fingerprint_of(folder: Path, files: Iterable[Path]) -> str:
    """Changes as soon as a file is added, taken away or written again (by name, size and time of writing)."""
    digest = hashlib.sha256()
    for path in sorted(files):
        state = path.stat()
        digest.update(f"{path.relative_to(folder)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def look_at(folder: Path) -> Source:
    """The source in a folder. Raises BadInput when it is none, or holds nothing that can be read, or two forms at once.

    A table's rows may lie in ``<table>.parquet``, ``<table>.csv``, several such files with a further word in the name
    (``items.2026-01.csv``) or anywhere below a folder ``<table>/``.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder; name the folder that holds the records")
    columns: dict[str, list[Path]] = defaultdict(list)
    fhir: dict[str, list[Path]] = defaultdict(list)
    left: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        relative = path.relative_to(folder)
        name = relative.parts[0].partition(".")[0]
        if path.suffix in {".parquet", ".csv"} and name in TABLES:
            columns[name].append(path)
        elif path.suffix == ".ndjson" and name in RESOURCES:
            fhir[name].append(path)
        else:
            left.append(relative.as_posix())
    if columns and fhir:
        raise BadInput(f"{folder} holds both tables and FHIR resources; put them into two folders and audit each")
    if not columns and not fhir:
        raise BadInput(
            f"{folder} holds nothing that can be audited; expected Parquet or CSV files named after a table "
            f"({', '.join(TABLES)}) or FHIR files such as Patient.ndjson"
        )
    files = {name: tuple(paths) for name, paths in (columns or fhir).items()}
    for name, paths in columns.items():
        if len({path.suffix for path in paths}) != 1:
            raise BadInput(f"the table {name} is there as Parquet and as CSV; keep one of them")
    mark = fingerprint_of(folder, (path for paths in files.values() for path in paths))
    return Source(folder, Form.COLUMNS if columns else Form.FHIR, files, tuple(left), mark)
