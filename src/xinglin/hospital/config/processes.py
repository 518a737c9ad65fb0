"""The supervisor: one process that starts the hospital, watches it, and stops what it started.

It holds the embedded PostgreSQL (unless DATABASE_URL names a server), brings the database up to date, then runs web,
stream, worker and, where its parts are installed, media as children in process groups of their own. Ctrl-C or SIGTERM
asks all of them to leave at once and makes them after two seconds. A child that dies is started again, a little later
each time. Each child watches a pipe whose other end only the supervisor holds, so that a `kill -9` of the supervisor
takes the children with it; the next start finds PostgreSQL running and goes on.
"""

from __future__ import annotations

import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import FrameType
from typing import Any

from xinglin.hospital.config import postgres, prepared
from xinglin.hospital.config.children import LEAVE_SECONDS_MAX

CHILDREN = ("web", "stream", "worker")
MEDIA = "media"
"""A fourth child, where its optional parts are installed and its port is not 0."""
READY_SECONDS_MAX = 180
MEDIA_SECONDS_MAX = 30
FIRST_WAIT_SECONDS, RESTART_SECONDS_MAX = 0.5, 30.0
STEADY_SECONDS = 60
"""A child that lived this long is healthy again: its next restart does not wait longer."""

Say = Callable[[str], None]


class PortTaken(Exception):
    """Somebody else listens on our port. Its text is one sentence for the person at the keyboard."""


class PreparationFailed(Exception):
    """Tables or demo city could not be made; the reason has been printed by the process that tried."""


class _Stop(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


@dataclass(frozen=True)
class Plan:
    """What to run and where."""

    host: str
    port: int
    stream_port: int
    demo: bool
    scale: float = 1.0
    seed: int = 1
    media_port: int = 0  # 0: no media process, text only

    @property
    def children(self) -> tuple[str, ...]:
        """The processes to run."""
        return (*CHILDREN, MEDIA) if self.media_port and media_possible() else CHILDREN

    @property
    def ports(self) -> dict[str, int]:
        """Every port that is listened on, by the variable that sets it."""
        media = {"XINGLIN_MEDIA_PORT": self.media_port} if MEDIA in self.children else {}
        return {"PORT": self.port, "XINGLIN_STREAM_PORT": self.stream_port, **media}

    @property
    def url(self) -> str:
        """The address that a person opens. A name where possible, because passkeys need one."""
        shown = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost"} else self.host
        return f"http://{shown}:{self.port}"

    def environment(self, database: str) -> dict[str, str]:
        """What the children find in their environment."""
        return {
            **os.environ,
            "DATABASE_URL": database,
            "HOST": self.host,
            "PORT": str(self.port),
            "XINGLIN_STREAM_PORT": str(self.stream_port),
            "XINGLIN_MEDIA_PORT": str(self.media_port),
            "XINGLIN_DEMO": "1" if self.demo else "0",
            "XINGLIN_SCALE": str(self.scale),
            "XINGLIN_SEED": str(self.seed),
        }


@dataclass
class Child:
    """One process of the hospital and how it has fared."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait_seconds: float = FIRST_WAIT_SECONDS
    due_at: float = field(default=0.0)

    def begin(self, environment: dict[str, str], pipe: int, stdout: int | None = None) -> subprocess.Popen[bytes]:
        """Start it in a group of its own, so that the terminal's Ctrl-C reaches only the supervisor."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "xinglin.hospital.config.children", self.name, "--pipe", str(pipe)],
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[pipe],
            stdout=stdout,
            process_group=0,
        )
        return self.process

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the child and whatever it has started."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def run(plan: Plan, *, say: Say, ready: Callable[[list[dict[str, Any]]], None]) -> None:
    """Run the hospital until told to stop; `ready` receives the demo people once it answers.

    Raises PortTaken, PreparationFailed or DatabaseTrouble before anything is served; what had started is stopped again.
    """
    for variable, port in plan.ports.items():
        require_free(plan.host, port, variable)
    with _stopping_on_signals(), suppress(_Stop), ExitStack() as stack:
        given = os.environ.get("DATABASE_URL")
        if not given:
            say("Starting PostgreSQL")
        database = given or stack.enter_context(postgres.using(postgres.live_cluster()))
        environment = plan.environment(database)
        pipe = stack.enter_context(_lifeline())
        people = prepared.recall(environment)
        if people is None:
            say("Bringing the database up to date")
            people = _prepare(environment, pipe)
            prepared.remember(environment, people)
        say(f"Starting {', '.join(plan.children)}")
        if MEDIA not in plan.children:
            say("No picture or sound in visits: their optional parts are not installed (make video). Text works.")
        children = stack.enter_context(_begun(plan, environment, pipe))
        ready(people)
        _watch(children, environment, pipe, say)


@dataclass(frozen=True)
class Served:
    """The running children of `served`, and how one of them is begun again."""

    children: list[Child]
    environment: dict[str, str]
    pipe: int

    def child(self, name: str) -> Child:
        """The child of a name."""
        return next(child for child in self.children if child.name == name)

    def begin_again(self, name: str) -> None:
        """Start a child that has ended."""
        self.child(name).begin(self.environment, self.pipe)


@contextmanager
def served(plan: Plan, database: str) -> Iterator[Served]:
    """Run web, stream and worker on a database that is up to date; yields them once they answer, then stops them.

    For measurements and tests, which watch the children themselves. Raises as `run` does.
    """
    for variable, port in plan.ports.items():
        require_free(plan.host, port, variable)
    environment = plan.environment(database)
    with _lifeline() as pipe, _begun(plan, environment, pipe) as children:
        yield Served(children, environment, pipe)


@contextmanager
def _begun(plan: Plan, environment: dict[str, str], pipe: int) -> Iterator[list[Child]]:
    children = [Child(name) for name in plan.children]
    try:
        # Picture and sound come after what every page needs; without them the hospital opens all the same.
        needed = [child for child in children if child.name != MEDIA]
        for child in needed:
            child.begin(environment, pipe)
        _wait_until_ready(plan, needed)
        for child in children:
            if child not in needed:
                child.begin(environment, pipe)
                _wait_for_media(plan, child)
        yield children
    finally:
        _stop_all(children)


def media_possible() -> bool:
    """Whether the optional parts for picture and sound are installed."""
    return find_spec("aiortc") is not None


def require_free(host: str, port: int, variable: str) -> None:
    """Raise PortTaken, or a plain sentence about the host, when we cannot listen there."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        sentences = {
            errno.EADDRINUSE: f"Port {port} is in use. Choose another, for example: {variable}={port + 10} make demo",
            errno.EACCES: f"Port {port} needs rights that you do not have. Choose one above 1023 in {variable}.",
        }
        other = f"This machine cannot listen on {host}:{port} ({error.strerror}). See HOST and {variable}."
        raise PortTaken(sentences.get(error.errno or 0, other)) from None


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _prepare(environment: dict[str, str], pipe: int) -> list[dict[str, Any]]:
    child = Child("prepare")
    process = child.begin(environment, pipe, stdout=subprocess.PIPE)
    try:
        written, _ = process.communicate()
    except BaseException:
        _stop_all([child])  # What it did not finish is rolled back.
        raise
    if process.returncode:
        raise PreparationFailed("The database could not be brought up to date; the reason stands above.")
    people: list[dict[str, Any]] = json.loads(written)
    return people


@contextmanager
def _lifeline() -> Iterator[int]:
    """The pipe whose writing end we alone hold; yields the end that children watch."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _stop_all(children: list[Child]) -> None:
    for child in children:
        child.signal_group(signal.SIGTERM)
    until = time.monotonic() + LEAVE_SECONDS_MAX
    for child in children:
        if child.process is not None:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.01, until - time.monotonic()))
    for child in children:
        child.signal_group(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def _wait_until_ready(plan: Plan, children: list[Child]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(plan.host, plan.host)
    until = time.monotonic() + READY_SECONDS_MAX
    for port in (plan.port, plan.stream_port):
        while not _healthy(host, port):
            dead = [child.name for child in children if child.process is None or child.process.poll() is not None]
            if dead:
                raise PreparationFailed(f"The process {dead[0]} ended while starting; the reason stands above.")
            if time.monotonic() > until:
                raise PreparationFailed(f"Nothing answered on port {port} within {READY_SECONDS_MAX} seconds.")
            time.sleep(0.1)


def _wait_for_media(plan: Plan, child: Child) -> None:
    """A moment for the media process; when it is not ready by then, or ended, it is watched like any other."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(plan.host, plan.host)
    until = time.monotonic() + MEDIA_SECONDS_MAX
    while not _healthy(host, plan.media_port) and time.monotonic() < until:
        if child.process is None or child.process.poll() is not None:
            return
        time.sleep(0.1)


def _healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _watch(children: list[Child], environment: dict[str, str], pipe: int, say: Say) -> None:
    """Start dead children again, for ever; left by _Stop."""
    while True:
        time.sleep(0.1)
        now = time.monotonic()
        for child in children:
            if child.process is not None and child.process.poll() is not None:
                child.signal_group(signal.SIGKILL)  # Its own children, if it left any.
                if now - child.started_at > STEADY_SECONDS:
                    child.wait_seconds = 0.0  # People wait for it; only what dies again and again is held back.
                child.due_at = now + child.wait_seconds
                how = _ending(child.process.returncode)
                say(f"The process {child.name} ended ({how}); starting it again in {child.wait_seconds:g} s")
                child.wait_seconds = min(max(child.wait_seconds * 2, FIRST_WAIT_SECONDS), RESTART_SECONDS_MAX)
                child.process = None
            if child.process is None and now >= child.due_at:
                child.begin(environment, pipe)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    """Turn the first Ctrl-C, SIGTERM or SIGHUP into _Stop; ignore further ones, so that stopping finishes."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise _Stop

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
