"""`xinglin lake`: the records on which rules are tried and audits run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.regulator.selectors import LakeCard

app = typer.Typer(help="The records on which rules are tried and audits run.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command()
def show(as_json: AsJson = False) -> None:
    """Which lake is in use: whose records, from when, how many. Exit code 1 when there is none."""
    frame.open_hospital(database=False)
    from xinglin.hospital.regulator.lake import card

    made = card()
    if made is None:
        frame.say("There is no lake yet; make it with `xinglin lake refresh`.")
        raise typer.Exit(frame.REFUSED)
    _tell(made, as_json)


@app.command()
def refresh(as_json: AsJson = False) -> None:
    """Make the lake of this installation anew; the former one is used until it is there."""
    frame.open_hospital()
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.regulator import services

    _tell(services.refresh_lake(actor=system_actor("lake"), now=now()), as_json)


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="A folder that does not exist yet.")], as_json: AsJson = False
) -> None:
    """Write what the database holds: own deeds as they were judged, and what others reported; one file a month."""
    frame.open_hospital()
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.regulator import services

    if out.exists():
        frame.say(f"{out} is there already; name a folder that does not exist yet.")
        raise typer.Exit(frame.REFUSED)
    _tell(services.export_lake(actor=system_actor("lake"), folder=out, now=now()), as_json)


@app.command()
def audit() -> None:
    """Audit the lake by every rule and put the findings on the auditor's desk."""
    frame.open_hospital()
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.regulator import services

    run_id, findings, elsewhere = services.audit_lake(actor=system_actor("lake-audit"), now=now())
    frame.say(f"stored: run {run_id}, {findings} findings; {elsewhere} of institutions that are not here were left out")


def _tell(made: LakeCard, as_json: bool) -> None:
    if as_json:
        frame.write_json(
            {
                "folder": str(made.folder),
                "source": made.source,
                "made_at": made.made_at,
                "rows": made.rows,
                "own": made.own,
                "first_on": made.first_on,
                "last_on": made.last_on,
                "seconds": made.seconds,
            }
        )
        return
    console = frame.console()
    console.print(f"{made.folder}", markup=False, soft_wrap=True)
    console.print(f"{made.says.en}; visits from {made.first_on} to {made.last_on}", markup=False, soft_wrap=True)
    console.print(f"made {made.made_at:%Y-%m-%d %H:%M} in {made.seconds} seconds", markup=False)
    for table, count in made.rows.items():
        console.print(f"  {table:<14}{count:>12,}   of these from here {made.own.get(table, 0):,}", markup=False)
