"""The processes of the hospital, each started by the supervisor as `python -m xinglin.hospital.config.children NAME`.

prepare: tables and demo city, then done. web: the pages and the API. stream: the event streams. worker: events, clocks,
the journal's sealer. media: picture and sound of live visits, where its optional parts are installed. A child watches a
pipe that its supervisor holds open; when that closes, however the supervisor ended, the child leaves too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procrastinate import App

LEAVE_SECONDS_MAX = 2
"""How long a process may take over a polite request to leave; open event streams would otherwise take for ever."""

SEAL_EVERY_SECONDS = 0.4


def run_web(*, host: str, port: int) -> None:
    """Serve pages and API until told to stop. Two workers for two cores; threads, because a request mostly waits.

    Where workers are forks, what they serve is loaded once before: they open sooner and share its memory.
    """
    if multiprocessing.get_start_method() == "fork":
        import_module("xinglin.hospital.config.wsgi")
    _serve("xinglin.hospital.config.wsgi:application", "wsgi", host=host, port=port, workers=2, blocking_threads=4)


def run_stream(*, host: str, port: int) -> None:
    """Serve event streams until told to stop."""
    _serve("xinglin.hospital.config.stream:application", "asgi", host=host, port=port, workers=1)


def _serve(target: str, interface: str, *, host: str, port: int, workers: int, blocking_threads: int = 1) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces(interface),
        workers=workers,
        blocking_threads=blocking_threads,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=1,
        respawn_failed_workers=True,
    ).serve()


def run_media(*, host: str, port: int) -> None:
    """Forward, sample and record picture and sound until told to stop. One process: a room lives in its memory."""
    _serve("xinglin.hospital.config.media_asgi:application", "asgi", host=host, port=port, workers=1)


def run_worker() -> None:
    """Do the background jobs and seal the journal until told to stop; unfinished jobs are taken up again later."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
    import django

    django.setup()
    import asyncio

    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    threading.Thread(target=_seal_for_ever, name="sealer", daemon=True).start()
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("procrastinate must use Django's connection, so that jobs commit with the change")
    with app.replace_connector(connector.get_worker_connector()):
        asyncio.run(_work(app))


async def _work(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=2,
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=LEAVE_SECONDS_MAX - 0.5,
            delete_jobs="successful",
        )


def _seal_for_ever() -> None:
    """Chain what has been committed, well within a second. A lost database is waited for."""
    from django.db import Error, close_old_connections

    from xinglin.hospital.kernel import journal
    from xinglin.hospital.kernel.clock import now

    wait = SEAL_EVERY_SECONDS
    while True:
        try:
            close_old_connections()
            more = journal.seal(now=now()) >= journal.BATCH
            wait = 0.0 if more else SEAL_EVERY_SECONDS
        except Error:
            wait = min(max(wait, SEAL_EVERY_SECONDS) * 2, 10.0)
        time.sleep(wait)


def leave_with(pipe: int) -> None:
    """Watch the supervisor's end of the pipe; when it closes, ask our own group to leave, then make it."""

    def watch() -> None:
        while os.read(pipe, 1):
            continue
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LEAVE_SECONDS_MAX)
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()


def main(arguments: list[str]) -> None:
    """`NAME [--pipe N]`; HOST, PORT and XINGLIN_STREAM_PORT come from the environment."""
    name = arguments[0]
    if "--pipe" in arguments:
        leave_with(int(arguments[arguments.index("--pipe") + 1]))
    host = os.environ.get("HOST", "127.0.0.1")
    port = int(os.environ.get("PORT", "8000"))
    if name == "prepare":
        from xinglin.hospital.config import prepare

        prepare.main()
    elif name == "web":
        run_web(host=host, port=port)
    elif name == "stream":
        run_stream(host=host, port=int(os.environ.get("XINGLIN_STREAM_PORT", port + 1)))
    elif name == "media":
        run_media(host=host, port=int(os.environ.get("XINGLIN_MEDIA_PORT", port + 2)))
    elif name == "worker":
        run_worker()
    else:
        raise SystemExit(f"There is no process called {name}: prepare, web, stream, media or worker.")


if __name__ == "__main__":
    main(sys.argv[1:])
