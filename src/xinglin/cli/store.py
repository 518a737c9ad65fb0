"""`xinglin store-audit`: put what `xinglin audit` wrote on the auditor's desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xinglin.cli import frame


def store_audit(
    folder: Annotated[Path, typer.Argument(metavar="PATH", help="Folder with findings.parquet and manifest.json.")],
) -> None:
    """Store the findings of an audit in the hospital, beside its own. The same run a second time changes nothing."""
    frame.open_hospital()
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.oversight import services

    stored = services.store_audit_folder(actor=system_actor("audit-import"), folder=folder, now=now())
    run_id, findings, elsewhere = stored
    frame.say(f"stored: run {run_id}, {findings} findings; {elsewhere} of institutions that are not here were left out")
    raise typer.Exit(frame.DONE)
