"""`xinglin journal`: walk the hash chains and name the first entry that does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.kernel.journal import Verification

app = typer.Typer(help="Verify the journal of one institution or of all.", no_args_is_help=True)


@app.callback()
def journal() -> None:
    """Verify the journal of one institution or of all."""


@app.command()
def verify(
    institution: Annotated[UUID | None, typer.Option(help="Only this institution's chain.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Walk the chains from their first link. Exit code 1 when an entry was altered, removed or put in."""
    frame.open_hospital()
    from xinglin.hospital.kernel import journal
    from xinglin.hospital.kernel.clock import now

    chosen = [institution] if institution else journal.institutions_with_journal()
    found = [journal.verify(institution_id=one, now=now()) for one in chosen]
    if as_json:
        frame.write_json([_facts(one) for one in found])
    else:
        _print(found)
    raise typer.Exit(frame.DONE if all(one.intact for one in found) else frame.REFUSED)


def _facts(found: Verification) -> dict[str, object]:
    return {
        "institution_id": found.institution_id,
        "intact": found.intact,
        "links": found.links,
        "checkpoints": found.checkpoints,
        "waiting": found.waiting,
        "problem": found.problem,
        "seq": found.seq,
        "entry_id": found.entry_id,
        "sentence": found.sentence.as_json(),
    }


def _print(found: list[Verification]) -> None:
    from rich.table import Table

    table = Table("institution", "entries", "checkpoints", "waiting", "result")
    for one in found:
        row = (str(one.institution_id), f"{one.links:,}", f"{one.checkpoints:,}", f"{one.waiting:,}", one.sentence.en)
        table.add_row(*row, style="" if one.intact else "bold reverse")
    frame.console().print(table)
    entries, broken = sum(one.links for one in found), sum(not one.intact for one in found)
    frame.say(f"{len(found)} chains, {entries:,} entries: {f'{broken} not intact' if broken else 'all intact'}")
