"""Reading what the audit command wrote: `findings.parquet` and `manifest.json` in one folder."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import duckdb

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.audited import Audited
from xinglin.hospital.oversight.words import AuditView
from xinglin.supervision.verdicts import EXCESS_UNITS, Outcome

FINDINGS = "findings.parquet"
MANIFEST = "manifest.json"
PLACES = UUID("7f8a0b5e-5f0c-5c57-9b1d-2f6d5a0c9a11")
"""Name space of deeds that the files name by something other than an id of ours."""


@dataclass(frozen=True, slots=True)
class AuditFolder:
    """A run as it lies in a folder: its key, with which knowledge it judged, its manifest and its rows.

    `elsewhere` counts findings of institutions that are none of the hospital's, which are left out.
    """

    key: str
    view: str
    knowledge: str
    manifest: dict[str, Any]
    rows: tuple[Audited, ...]
    elsewhere: int


def read(folder: Path) -> AuditFolder:
    """Read a run. Raises InvalidInput naming the file that is missing or cannot be read."""
    manifest = _manifest(folder / MANIFEST)
    run = manifest["run"]
    found = list(_findings(folder / FINDINGS))
    rows = tuple(row for row in found if row is not None)
    return AuditFolder(
        key=f"{run['started_at'][:19]} {run['fingerprint'][:16]}",
        view=AuditView.HINDSIGHT.value if run["hindsight"] else AuditView.THEN.value,
        knowledge=str(run["knowledge"]),
        manifest=manifest,
        rows=rows,
        elsewhere=len(found) - len(rows),
    )


def _manifest(path: Path) -> dict[str, Any]:
    try:
        read_back: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise _wrong(path) from None
    run = read_back.get("run")
    if not isinstance(run, dict) or not {"started_at", "fingerprint", "hindsight", "knowledge"} <= run.keys():
        raise _wrong(path)
    return read_back


def _wrong(path: Path) -> InvalidInput:
    says = T(zh="{x} 不存在，或不是审计命令写的文件。", en="{x} is absent, or was not written by the audit command.")
    return InvalidInput(field="folder", reason=says.with_(x=path.name))


def _findings(path: Path) -> Iterator[Audited | None]:
    """Each finding; None for one of an institution that has no id of ours."""
    try:
        with duckdb.connect() as connection:
            answer = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [column[0] for column in answer.description or ()]
            while batch := answer.fetchmany(5000):
                for cells in batch:
                    yield _row(dict(zip(names, cells, strict=True)))
    except (duckdb.Error, KeyError, ValueError):
        raise _wrong(path) from None


def _row(cells: dict[str, Any]) -> Audited | None:
    institution_id = _uuid(cells["institution_id"])
    if institution_id is None:
        return None
    encounter = cells["encounter_id"] or ""
    deed = cells["claim_id"] or encounter or cells["subject"]
    groups = {"patient": cells["patient_id"], "physician": cells["physician_id"], "encounter": encounter}
    day = datetime.combine(cells["event_on"], time.min, tzinfo=SHANGHAI)
    return Audited(
        institution_id=institution_id,
        encounter_id=encounter[:64],
        subject_type="claim" if cells["claim_id"] else "visit",
        subject_id=_uuid(deed) or uuid5(PLACES, deed),
        core=_core(cells),
        core_hash=cells["hash"],
        sentence=T(zh=cells["sentence_zh"], en=cells["sentence_en"]),
        hint=T(zh=cells["suggestion_zh"], en=cells["suggestion_en"]),
        happened_at=day,
        facts=tuple((group, {"id": known}) for group, known in groups.items() if known),
        fund_loss_fen=cells["fund_loss_fen"],
    )


def _core(cells: dict[str, Any]) -> dict[str, Any]:
    """The core as it was hashed."""
    return {
        "rule": cells["rule"],
        "version": cells["version"],
        "scope": cells["scope"],
        "subject": cells["subject"],
        "outcome": Outcome.FINDING.value,
        "certainty": cells["certainty"],
        "lines": [[line["line"], line["quantity"], line["fen"]] for line in cells["lines"]],
        "excess": {unit: cells[f"excess_{unit}"] for unit in EXCESS_UNITS if cells[f"excess_{unit}"] is not None},
        "missing": [],
        "evidence": json.loads(cells["evidence"]),
        "origins": json.loads(cells["origins"]),
    }


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
