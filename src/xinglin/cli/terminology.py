"""`xinglin terminology`: bring a national edition of ICD-10 into the diagnosis search, and see what was set aside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.terminology.services import Imported

SHOWN_MAX = 50

app = typer.Typer(help="Import code systems.", no_args_is_help=True)


@app.callback()
def terminology() -> None:
    """Import code systems."""


@app.command("import-icd")
def import_icd(
    path: Annotated[Path, typer.Argument(help="A CSV file in UTF-8 with the columns code and name.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs; names every row set aside.")] = False,
) -> None:
    """Import the national insurance edition of ICD-10. Good rows are taken, bad ones set aside with line and reason.

    Importing the same file twice changes nothing. Exit code 1 when the file cannot be read or has no good row.
    """
    frame.open_hospital()
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.terminology import services

    done = services.import_national_edition(actor=system_actor("command-line"), path=path, now=now())
    if as_json:
        frame.write_json(_facts(done))
    else:
        _print(done)


def _facts(done: Imported) -> dict[str, object]:
    return {
        "rows": done.rows,
        "opened": done.opened,
        "closed": done.closed,
        "quarantined": [
            {"line": row.line, "code": row.code, "name": row.name, "reason": row.reason.as_json()}
            for row in done.quarantined
        ],
    }


def _print(done: Imported) -> None:
    from rich.markup import escape
    from rich.table import Table

    if done.quarantined:
        table = Table(title="Rows set aside (line 1 is the header)", title_justify="left")
        table.add_column("line", justify="right")
        table.add_column("code", no_wrap=True)
        table.add_column("name", overflow="fold")
        table.add_column("reason", overflow="fold")
        for row in done.quarantined[:SHOWN_MAX]:
            table.add_row(f"{row.line:,}", escape(row.code), escape(row.name), escape(row.reason.en))
        frame.console().print(table)
        if len(done.quarantined) > SHOWN_MAX:
            frame.say(f"… and {len(done.quarantined) - SHOWN_MAX:,} more; --json names them all")
    frame.say(
        f"{done.rows:,} rows taken ({done.opened:,} new or changed, {done.closed:,} closed), "
        f"{len(done.quarantined):,} set aside"
    )
