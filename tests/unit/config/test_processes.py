"""The supervisor as a person meets it: real processes, a real database, an open event stream, Ctrl-C and kill -9."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from xinglin.hospital.config import postgres, processes
from xinglin.hospital.config.paths import state_home

OPEN_SECONDS_MAX = 180


@dataclass
class Trial:
    """A hospital of its own: home, ports, output."""

    home: Path
    port: int
    output: Path

    @property
    def cluster(self) -> postgres.Cluster:
        return postgres.Cluster(home=self.home / "hospital", durable=True)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return kept | {"XINGLIN_HOME": str(self.home), "PORT": str(self.port), "HOST": "127.0.0.1"}

    def begin(self) -> subprocess.Popen[bytes]:
        """Start the supervisor and wait until it says that the hospital is open."""
        self.output.write_text("")
        with self.output.open("wb") as target:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "xinglin", "serve"], env=self.environment, stdout=target, stderr=target
            )
        self.until(lambda: "is open" in self.said() or supervisor.poll() is not None, OPEN_SECONDS_MAX)
        assert "is open" in self.said(), self.said()
        return supervisor

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def until(self, holds: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not holds() and time.monotonic() < end:
            time.sleep(0.05)
        assert holds(), self.said()

    def processes(self) -> dict[str, list[int]]:
        """Living processes of this trial by name, zombies not counted."""
        found: dict[str, list[int]] = {}
        for entry in Path("/proc").iterdir():
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
                mine = f"XINGLIN_HOME={self.home}".encode() in (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if mine and b"xinglin.hospital.config.children" in command:
                found.setdefault(command[command.index(b"xinglin.hospital.config.children") + 1].decode(), []).append(
                    int(entry.name)
                )
        return found

    def token(self, *topics: str) -> str:
        """A stream token made by this hospital's own key."""
        script = (
            "import sys, django; django.setup(); from xinglin.hospital.kernel.live import stream_token; "
            "sys.stdout.write(stream_token(*sys.argv[1:]))"
        )
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "xinglin.hospital.config.settings"}
        command = [sys.executable, "-c", script, *topics]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    def stream(self, token: str) -> socket.socket:
        """An open event stream, as a browser holds one."""
        connection = socket.create_connection(("127.0.0.1", self.port + 1), timeout=10)
        lines = (
            f"GET /stream?token={token} HTTP/1.1",
            f"Host: localhost:{self.port + 1}",
            f"Origin: http://localhost:{self.port}",
        )
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection


def _read_until(connection: socket.socket, wanted: bytes) -> bytes:
    got = b""
    while wanted not in got:
        part = connection.recv(4096)
        assert part, got
        got += part
    return got


def _free_port() -> int:
    for port in range(21000 + os.getpid() % 10000, 32000, 2):
        try:
            processes.require_free("127.0.0.1", port, "PORT")
            processes.require_free("127.0.0.1", port + 1, "PORT")
        except processes.PortTaken:
            continue
        return port
    raise AssertionError("no free port")


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(home=state_home() / f"trial-{os.getpid()}", port=_free_port(), output=tmp_path / "output")
    yield trial
    for numbers in trial.processes().values():
        for number in numbers:
            os.kill(number, signal.SIGKILL)
    postgres.stop(trial.cluster)
    shutil.rmtree(trial.home, ignore_errors=True)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_hospital_opens_recovers_and_closes(trial: Trial) -> None:
    supervisor = trial.begin()
    with trial.stream(trial.token("visit:1")) as stream:
        assert b"access-control-allow-origin: http://localhost" in _read_until(stream, b"event: hello")
        with psycopg.connect(trial.cluster.url(), autocommit=True) as connection:
            connection.execute("""SELECT pg_notify('xinglin', '{"topic": "visit:2", "kind": "state", "id": "8"}')""")
            connection.execute("""SELECT pg_notify('xinglin', '{"topic": "visit:1", "kind": "message", "id": "7"}')""")
        heard = _read_until(stream, b'"id": "7"}\n\n')
        assert b'"id": "8"' not in heard

    worker = trial.processes()["worker"][0]
    os.kill(worker, signal.SIGKILL)
    trial.until(lambda: "The process worker ended (signal SIGKILL); starting it again" in trial.said(), 5)
    trial.until(lambda: trial.processes().get("worker", [worker]) != [worker], 5)

    supervisor.kill()
    supervisor.wait()
    trial.until(lambda: not trial.processes(), 4)
    assert postgres.is_running(trial.cluster)

    supervisor = trial.begin()
    with trial.stream(trial.token("visit:1")) as stream:
        _read_until(stream, b"event: hello")
        asked_at = time.monotonic()
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(10) == 0
        assert time.monotonic() - asked_at < 5
    assert not trial.processes()
    assert not postgres.is_running(trial.cluster)


def test_a_taken_port_is_said_and_nothing_starts(trial: Trial) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", trial.port))
        other.listen()
        done = subprocess.run(
            [sys.executable, "-m", "xinglin", "serve"],
            env=trial.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {trial.port} is in use. Choose another, for example: PORT=" in done.stderr
    assert not trial.home.exists()


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
def test_a_host_that_is_not_ours_is_said(host: str) -> None:
    with pytest.raises(processes.PortTaken, match="HOST"):
        processes.require_free(host, 8000, "PORT")
