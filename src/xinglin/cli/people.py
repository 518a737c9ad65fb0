"""`xinglin people`: the people of the demo city, what to expect of each, and the link that signs in with one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.demo.persons import DemoPerson


def people(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List the demo people with their one-click links. Exit code 1 when no demo city is loaded."""
    frame.open_hospital()
    from xinglin.hospital import demo

    rows = demo.people()
    if as_json:
        frame.write_json([_facts(row) for row in rows])
    elif rows:
        _print(rows)
    if not rows:
        frame.say("No demo city is loaded. `make demo` loads one.")
        raise typer.Exit(frame.REFUSED)


def _facts(row: DemoPerson) -> dict[str, str]:
    return {
        "key": row.key,
        "role": row.role,
        "name": row.name,
        "note": row.note,
        "note_zh": row.note_zh,
        "link": row.link,
        "account_id": str(row.account_id),
    }


def _print(rows: list[DemoPerson]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="Demo people (none of them exists)", title_justify="left")
    for heading in ("role", "name", "note", "one-click login, below the hospital's address"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(escape(row.role), escape(row.name), escape(row.note), escape(row.link))
    frame.console().print(table)
