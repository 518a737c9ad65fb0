"""`xinglin bench`: whole loops a second through HTTP on the real processes, beside what the machine itself can do."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.demo.bench.running import Load

PATIENTS_A_SECOND = 40
"""More than any run here has used."""


def bench(
    seconds: Annotated[float, typer.Option(min=5, max=600, help="For the loops, all widths together.")] = 75,
    width: Annotated[
        list[int] | None, typer.Option(help="Loops at once; give it several times. [default: 4 8 16]")
    ] = None,
    write: Annotated[bool, typer.Option(help="Write docs/reference/benchmarks.md.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; writes no page.")] = False,
) -> None:
    """Measure whole loops a second and write docs/reference/benchmarks.md. Exit code 1 when a step failed."""
    widths = width or [4, 8, 16]
    with ExitStack() as stack:
        load = _open(stack, widths, seconds)
        from xinglin.hospital.demo.bench import page, running

        found = running.measure(load, widths=widths, seconds=seconds, say=frame.say)
        if as_json:
            frame.write_json(page.as_json(found))
        else:
            text = page.written(found)
            if write:
                page.PATH.write_text(page.with_notes(text), encoding="utf-8")
            frame.console().print(text, markup=False)
    if any(one.error_count for one in found.widths):
        for error in [error for one in found.widths for error in one.errors][:10]:
            frame.say(error)
        raise typer.Exit(frame.REFUSED)


def _open(stack: ExitStack, widths: list[int], seconds: float) -> Load:
    """The durable cluster, a database of our own with people in it, and the processes that `make demo` starts."""
    from xinglin.hospital.config import postgres, processes, throwaway

    server = os.environ.get("DATABASE_URL")
    cluster = postgres.live_cluster()
    if not server:
        frame.say("Starting PostgreSQL")
        server = stack.enter_context(postgres.using(cluster))
        data: Path | None = cluster.data
    else:
        data = None
    address = stack.enter_context(throwaway.database(server, "xinglin_bench", durable=True))
    os.environ |= {"DATABASE_URL": address, "XINGLIN_DEMO": "1"}
    frame.open_hospital()
    town = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "town.json"
    _settle_in(town, widths, seconds)
    port, stream_port = processes.free_port(), processes.free_port()
    plan = processes.Plan(host="127.0.0.1", port=port, stream_port=stream_port, demo=True)
    frame.say("Starting web, stream and worker")
    children = stack.enter_context(processes.served(plan, address)).children
    return _load(plan.host, port, town, address, {c.name: c.process.pid for c in children if c.process}, data)


def _load(host: str, port: int, town: Path, address: str, roots: dict[str, int], data: Path | None) -> Load:
    from xinglin.hospital.demo.bench import machine
    from xinglin.hospital.demo.bench.running import Load

    if data is not None:
        roots["postgresql"] = machine.postmaster(data)
    return Load(host, port, town, address, roots)


def _settle_in(town: Path, widths: list[int], seconds: float) -> None:
    from django.core.management import call_command
    from django.db import connections

    from xinglin.hospital.demo.bench import people
    from xinglin.hospital.kernel.clock import now

    frame.say("Making tables and people")
    call_command("migrate", verbosity=0, interactive=False)
    made = people.settle_in(
        patients=int(PATIENTS_A_SECOND * (seconds + 10)) + 200,
        physicians=max(widths) * 8,
        pharmacists=max(widths),
        now=now(),
    )
    town.write_text(json.dumps(made.as_json(), ensure_ascii=False), encoding="utf-8")
    connections.close_all()
