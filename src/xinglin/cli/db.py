"""`xinglin db`: start, stop and look at the embedded PostgreSQL."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.config.postgres import Cluster

app = typer.Typer(help="Start, stop and look at the embedded PostgreSQL.", no_args_is_help=True)

OfTests = Annotated[bool, typer.Option("--test", help="The throw-away cluster of the tests instead of the hospital's.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def _cluster(of_tests: bool) -> Cluster:
    from xinglin.hospital.config import postgres

    if os.environ.get("DATABASE_URL") and not of_tests:
        frame.say("DATABASE_URL names a server, so there is no embedded one to handle.")
        raise typer.Exit(frame.REFUSED)
    return postgres.test_cluster() if of_tests else postgres.live_cluster()


@app.command()
def start(of_tests: OfTests = False) -> None:
    """Start the server and let it stay until `xinglin db stop`."""
    from xinglin.hospital.config import postgres

    cluster = _cluster(of_tests)
    begun = postgres.start(cluster)
    postgres.keep(cluster)
    frame.say(f"The database {'is running' if begun else 'was already running'}: {cluster.url()}")


@app.command()
def stop(
    of_tests: OfTests = False,
    now: Annotated[bool, typer.Option("--now", help="Also when a demo or a test run is using it.")] = False,
) -> None:
    """Stop the server; nothing that was committed is lost."""
    from xinglin.hospital.config import postgres

    cluster = _cluster(of_tests)
    if postgres.is_in_use(cluster) and not now:
        frame.say("A demo or a test run is using the database. Stop that first, or say --now.")
        raise typer.Exit(frame.REFUSED)
    frame.say("The database has stopped." if postgres.stop(cluster) else "The database was not running.")


@app.command()
def status(of_tests: OfTests = False, as_json: AsJson = False) -> None:
    """Say whether the server runs, where its data lie and how to reach it. Exit code 1 when it does not run."""
    from xinglin.hospital.config import postgres

    cluster = _cluster(of_tests)
    running = postgres.is_running(cluster)
    facts = {
        "running": running,
        "in_use": postgres.is_in_use(cluster),
        "url": cluster.url(),
        "data": str(cluster.data),
        "log": str(cluster.log),
    }
    if as_json:
        frame.write_json(facts)
    else:
        from rich.table import Table

        table = Table(show_header=False, box=None)
        for name, value in facts.items():
            table.add_row(name.replace("_", " "), {True: "yes", False: "no"}.get(value, str(value)))  # type: ignore[call-overload]
        frame.console().print(table)
    raise typer.Exit(frame.DONE if running else frame.REFUSED)


@app.command()
def shell(of_tests: OfTests = False) -> None:
    """Open psql on the database."""
    from xinglin.hospital.config import postgres

    cluster = _cluster(of_tests)
    if not postgres.is_running(cluster):
        frame.say("The database is not running. Start it with `xinglin db start`.")
        raise typer.Exit(frame.NO_DATABASE)
    command = postgres.shell_command(cluster)
    os.execv(command[0], command)
