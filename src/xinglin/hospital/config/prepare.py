"""Bring the database up to date: tables, and in demo mode the demo city. Run by the supervisor as a process of its own.

Progress goes to standard error for the person who waits; standard output carries one JSON list of the demo people.
Two that start at once take turns, so that nothing is loaded twice.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict

PREPARE_LOCK = 0x58494E48  # Any number that no other advisory lock of ours uses; the sealer's is one less.

Progress = Callable[[str, int, int], None]
"""Told what is being loaded, how many are done and how many there are."""


def main() -> None:
    """Migrate, load, and write the people of the demo."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARE_LOCK])
    migrate()
    load_words()
    people = load_city() if settings.XINGLIN_DEMO else []
    want_lake()
    json.dump(people, sys.stdout, ensure_ascii=False, default=str)


def migrate() -> None:
    """Make and change tables; says so only when there is something to do."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        sys.stderr.write(f"  Making tables: {len(plan)} steps\n")
        call_command("migrate", verbosity=0, interactive=False)


def load_words() -> None:
    """Medicines, diagnoses, services and lists: without them nothing can be found or ordered."""
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.terminology.services import load_reference_data

    load_reference_data(actor=system_actor("prepare"), now=now())


def want_lake() -> None:
    """Have the records for trials made in the background where there are none yet: the start does not wait for them."""
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.kernel.clock import now
    from xinglin.hospital.regulator import selectors, services

    actor = system_actor("prepare")
    if selectors.lake_card(actor=actor) is None:
        services.want_lake(actor=actor, now=now())


def load_city() -> list[dict[str, object]]:
    """Load the demo city unless it is there, and give its people for the table of log-in links."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from xinglin.hospital import demo

    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, int] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        scale = float(os.environ.get("XINGLIN_SCALE", "1"))
        demo.load(scale=scale, seed=int(os.environ.get("XINGLIN_SEED", "1")), progress=tell)
    return [asdict(person) for person in demo.people()]
