"""The real processes on a database of their own, with people in it: what a journey travels through."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.core import signing

from xinglin.hospital.config import postgres, processes, throwaway
from xinglin.hospital.demo.bench.loop import Line, People
from xinglin.hospital.identity.services.demo import LINK_SALT

PREPARE = """
import json, sys
import django
django.setup()
from xinglin.hospital.config.prepare import migrate
from xinglin.hospital.demo.bench.people import settle_in
from xinglin.hospital.kernel.clock import now
migrate()
town = settle_in(patients=40, physicians=4, pharmacists=2, now=now())
json.dump(town.as_json(), open(sys.argv[1], "w"), ensure_ascii=False)
"""


@dataclass
class Running:
    """A hospital that runs: its address, its processes, its database, its people."""

    plan: processes.Plan
    served: processes.Served
    database: str
    town: dict[str, Any]

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A connection of a program, closed at the end."""
        made = Line(self.plan.host, self.plan.port)
        try:
            yield made
        finally:
            made.close()

    def people(self) -> People:
        """Everybody, for the steps of the loop."""
        return People(
            patients=self.town["patients"],
            physicians=self.town["physicians"],
            pharmacist=self.town["pharmacists"][0],
            answers=self.town["answers"],
            consent_version=self.town["consent_version"],
            diagnosed_on=self.town["today"],
        )

    def entrance(self, person: dict[str, str]) -> str:
        """The one-click link of a person."""
        return f"{self.plan.url}/demo/enter/{signing.dumps(person['account_id'], salt=LINK_SALT)}"

    def wait_for(self, port: int) -> None:
        """Until a process answers again."""
        until = time.monotonic() + 120  # Other tests may keep this machine busy.
        while time.monotonic() < until:
            try:
                with urlopen(Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": "localhost"}), timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"nothing answers on port {port}")


@contextmanager
def hospital(folder: Path, migrated: str = "", *, media: bool = False) -> Iterator[Running]:
    """Start everything, stop everything, leave nothing. With `media` the process of picture and sound too.

    The database is a copy of `migrated`, so that it need not be migrated from nothing once more.
    """
    with (
        postgres.using(postgres.test_cluster()),
        throwaway.database(postgres.test_cluster().url("postgres"), "xinglin_journey", template=migrated) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        town = folder / "town.json"
        patch.setenv("XINGLIN_TEMPLATE_KEYS", str(folder / "keys"))
        patch.setattr(processes, "READY_SECONDS_MAX", 240)  # Other tests may keep this machine busy.
        environment = os.environ | {"DATABASE_URL": address, "XINGLIN_DEMO": "1"}
        subprocess.run([sys.executable, "-c", PREPARE, str(town)], env=environment, check=True, timeout=180)
        port, stream, media_port = (processes.free_port() for _ in range(3))
        plan = processes.Plan("127.0.0.1", port, stream, demo=True, media_port=media_port if media else 0)
        with processes.served(plan, address) as served:
            yield Running(plan, served, address, json.loads(town.read_text(encoding="utf-8")))
