"""`xinglin bench`: whole loops a second through HTTP, the audit beside its rivals, medicines, diagnosis, likeness."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.hospital.demo.bench.audit import AuditMeasured
    from xinglin.hospital.demo.bench.diagnosis_run import DiagnosisMeasured
    from xinglin.hospital.demo.bench.likeness_types import LikenessMeasured, VisitMeasured
    from xinglin.hospital.demo.bench.medicines import MedicinesMeasured
    from xinglin.hospital.demo.bench.running import Load, Measured

PATIENTS_A_SECOND = 40
"""More than any run here has used."""


def bench(
    seconds: Annotated[float, typer.Option(min=5, max=600, help="For the loops, all widths together.")] = 75,
    width: Annotated[
        list[int] | None, typer.Option(help="Loops at once; give it several times. [default: 4 8 16]")
    ] = None,
    loops: Annotated[bool, typer.Option(help="Measure whole loops.")] = True,
    audit: Annotated[bool, typer.Option(help="Measure the audit.")] = True,
    audit_seconds: Annotated[
        float, typer.Option(min=5, max=3600, help="For the audit; sizes beyond it are left out.")
    ] = 330,
    lines: Annotated[
        list[int] | None,
        typer.Option(help="Lines of the audit; give it several times. [default: 1, 3 and 10 million]"),
    ] = None,
    spark: Annotated[bool, typer.Option(help="Run the smallest audit on Spark too; needs Java 17.")] = False,
    medicines: Annotated[bool, typer.Option(help="Measure the checks of medicines.")] = True,
    diagnosis: Annotated[bool, typer.Option(help="Measure diagnosis.")] = True,
    likeness: Annotated[bool, typer.Option(help="Measure faces, voices and the video visit.")] = True,
    stream: Annotated[
        bool, typer.Option(help="With the medicines the stream of 100,000 cases, which takes minutes.")
    ] = True,
    write: Annotated[bool, typer.Option(help="Write docs/reference/benchmarks.md.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; writes no page.")] = False,
) -> None:
    """Measure and write docs/reference/benchmarks.md. Exit code 1: a step failed, or engines differ."""
    server = os.environ.get("DATABASE_URL")  # Before any part puts its own there.
    found, text = _loops(width or [4, 8, 16], seconds) if loops else (None, "")
    judged = _audit(lines, audit_seconds, spark) if audit else None
    checked = _medicines(stream) if medicines else None
    diagnosed = _diagnosis() if diagnosis else None
    seen = _likeness(server) if likeness else None
    _tell(_Told(found, text, judged, checked, diagnosed, seen), as_json, write)
    if found and any(one.error_count for one in found.widths):
        for error in [error for one in found.widths for error in one.errors][:10]:
            frame.say(error)
        raise typer.Exit(frame.REFUSED)


@dataclass(frozen=True, slots=True)
class _Told:
    """What was measured; `text` is the part about loops."""

    loops: Measured | None
    text: str
    audit: AuditMeasured | None
    medicines: MedicinesMeasured | None
    diagnosis: DiagnosisMeasured | None
    likeness: LikenessMeasured | None


def _tell(told: _Told, as_json: bool, write: bool) -> None:
    """Print what was measured, and write the page."""
    from xinglin.hospital.demo.bench import audit_page, diagnosis_page, likeness_page, medicines_page, page

    if as_json:
        frame.write_json(
            (page.as_json(told.loops) if told.loops else {})
            | ({"audit": audit_page.as_json(told.audit)} if told.audit else {})
            | ({"medicines": medicines_page.as_json(told.medicines)} if told.medicines else {})
            | ({"diagnosis": diagnosis_page.as_json(told.diagnosis)} if told.diagnosis else {})
            | ({"likeness": likeness_page.as_json(told.likeness)} if told.likeness else {})
        )
    else:
        parts = (
            told.text,
            audit_page.written(told.audit) if told.audit else "",
            medicines_page.written(told.medicines) if told.medicines else "",
            diagnosis_page.written(told.diagnosis) if told.diagnosis else "",
            likeness_page.written(told.likeness) if told.likeness else "",
        )
        if write:
            if told.diagnosis:
                diagnosis_page.DRAWING.write_text(diagnosis_page.drawing(told.diagnosis), encoding="utf-8")
            page.PATH.write_text(page.with_notes(*parts), encoding="utf-8")
        frame.console().print("\n".join(parts), markup=False)


def _loops(widths: list[int], seconds: float) -> tuple[Measured, str]:
    """Whole loops on the processes of `make demo`, which are gone when the audit begins; and what is told of them."""
    with ExitStack() as stack:
        load = _open(stack, widths, seconds)
        from xinglin.hospital.demo.bench import page, running

        found = running.measure(load, widths=widths, seconds=seconds, say=frame.say)
        return found, page.written(found)


def _audit(lines: list[int] | None, seconds: float, spark: bool) -> AuditMeasured:
    from xinglin.hospital.demo.bench import audit
    from xinglin.hospital.demo.bench.audit_runs import NotTheSame

    try:
        return audit.measure(sizes=lines or audit.SIZES, seconds=seconds, spark=spark, say=frame.say)
    except NotTheSame as differing:
        frame.say(str(differing))
        raise typer.Exit(frame.REFUSED) from differing


def _medicines(stream: bool) -> MedicinesMeasured:
    """Needs no server: the models are loaded for the catalogue of the demo city, and no question is asked of them."""
    frame.open_hospital(database=False)
    from xinglin.hospital.demo.bench import medicines

    return medicines.measure(say=frame.say, stream=stream)


def _diagnosis() -> DiagnosisMeasured:
    """Needs no server: only the tables and the words."""
    frame.open_hospital(database=False)
    from xinglin.hospital.demo.bench import diagnosis_run

    return diagnosis_run.measure(say=frame.say)


def _likeness(server: str | None) -> LikenessMeasured:
    """The steps need no server; the visit brings one of its own."""
    from xinglin.hospital.demo.bench import likeness

    return likeness.measure(say=frame.say, visit=lambda: _video_visit(server))


def _video_visit(server: str | None) -> VisitMeasured:
    """A hospital with its media process, and a visit held in it by a program of its own."""
    from xinglin.hospital.config import postgres, processes, throwaway
    from xinglin.hospital.demo.bench import likeness_types as types

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = server or stack.enter_context(postgres.using(postgres.live_cluster()))
        address = stack.enter_context(throwaway.database(server, "xinglin_visit", durable=True))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
        os.environ |= {"DATABASE_URL": address, "XINGLIN_DEMO": "1", "XINGLIN_TEMPLATE_KEYS": str(folder / "keys")}
        holding = [sys.executable, "-m", "xinglin.hospital.demo.bench.likeness_visit"]
        town = str(folder / "town.json")
        subprocess.run([*holding, "prepare", town], check=True)
        web, stream, media = (processes.free_port() for _ in range(3))
        plan = processes.Plan("127.0.0.1", web, stream, demo=True, media_port=media)
        children = stack.enter_context(processes.served(plan, address)).children
        pid = next(child.process.pid for child in children if child.name == processes.MEDIA and child.process)
        held = subprocess.run(
            [*holding, "hold", town, str(web), str(media), str(pid)], check=True, stdout=subprocess.PIPE
        )
        found = json.loads(held.stdout)
    modes = tuple(types.Mode(**mode) for mode in found["modes"])
    return types.VisitMeasured(found["seconds"], modes, tuple(found["alarm_seconds"]))


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
