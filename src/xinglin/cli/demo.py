"""`xinglin demo`: the whole hospital with its demo city; `xinglin worker`: one more worker."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from rich.table import Table

    from xinglin.hospital.config.processes import Plan

Host = Annotated[str, typer.Option(envvar="HOST", help="Address to listen on; 0.0.0.0 lets other machines in.")]
Port = Annotated[int, typer.Option(envvar="PORT", min=1, max=65534)]
StreamPort = Annotated[
    int | None,
    typer.Option(envvar="XINGLIN_STREAM_PORT", min=1, max=65535, help="Of the event streams. [default: PORT + 1]"),
]
MediaPort = Annotated[
    int | None,
    typer.Option(
        envvar="XINGLIN_MEDIA_PORT", min=0, max=65535, help="Of picture and sound; 0 for none. [default: PORT + 2]"
    ),
]
Scale = Annotated[
    float,
    typer.Option(envvar="XINGLIN_SCALE", min=0.001, max=100, help="Size of the demo city; 1 is 20,000 residents."),
]
Seed = Annotated[int, typer.Option(envvar="XINGLIN_SEED", min=0, help="The same seed makes the same city.")]


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    stream_port: StreamPort = None,
    media_port: MediaPort = None,
    scale: Scale = 1,
    seed: Seed = 1,
) -> None:
    """Start the whole hospital with its demo city and print who can sign in. Ctrl-C stops everything it started."""
    from xinglin.hospital.config.processes import Plan

    media = port + 2 if media_port is None else media_port
    stream = stream_port or port + 1
    _run(Plan(host=host, port=port, stream_port=stream, media_port=media, demo=True, scale=scale, seed=seed))


def serve(
    host: Host = "127.0.0.1", port: Port = 8000, stream_port: StreamPort = None, media_port: MediaPort = None
) -> None:
    """Start the hospital without demo people and without one-click logins."""
    from xinglin.hospital.config.processes import Plan

    media = port + 2 if media_port is None else media_port
    _run(Plan(host=host, port=port, stream_port=stream_port or port + 1, media_port=media, demo=False))


def worker() -> None:
    """Run one more worker for background jobs, beside those that are running."""
    from xinglin.hospital.config import children, postgres

    postgres.require_running()
    os.environ.setdefault("DATABASE_URL", postgres.database_url())
    children.run_worker()


def _run(plan: Plan) -> None:
    from xinglin.hospital.config import processes

    console = frame.console()
    try:
        processes.run(
            plan,
            say=lambda sentence: console.print(sentence, markup=False),
            ready=lambda people: _welcome(plan, people),
        )
    except (processes.PortTaken, processes.PreparationFailed) as reason:
        frame.say(str(reason))
        raise typer.Exit(frame.REFUSED) from None
    console.print("Stopped.")


def _welcome(plan: Plan, people: list[dict[str, Any]]) -> None:
    console = frame.console()
    if people:
        console.print(_table_of(people, plan.url, console.width))
    console.print(f"The hospital is open: {plan.url}   (Ctrl-C stops it)", markup=False)


def _table_of(people: list[dict[str, Any]], url: str, width: int) -> Table:
    """One row a person. A link is never broken, so a narrow terminal goes without the notes."""
    from rich import box
    from rich.table import Table

    table = Table(
        title="Demo people (none of them exists); the links work only here",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.title_justify = "left"
    for heading in ("role", "name", "one-click login"):
        table.add_column(heading, no_wrap=True)
    if roomy := width >= NOTES_FROM:
        table.add_column("note", overflow="fold")
    for person in people:
        link = str(person["link"])
        row = [str(person["role"]), str(person["name"]), link if "://" in link else url + link]
        table.add_row(*row, *([str(person.get("note", ""))] if roomy else []))
    return table


NOTES_FROM = 105
