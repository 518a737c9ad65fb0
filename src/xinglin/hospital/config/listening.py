"""What the processes that push share: one connection to the database that LISTENs for ever, the life of an ASGI
application around it, and which pages may speak there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

from xinglin.hospital.config import postgres

CHANNEL = "xinglin"
"""As in kernel.live, which needs a loaded Django to be imported."""
FIRST_RETRY_SECONDS, RETRY_SECONDS_MAX = 0.2, 5.0

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Deed = Callable[[], Awaitable[None]]


class Ear:
    """Hears every notification of the channel; after a lost connection it waits a little longer each time.

    `connected` is awaited after each (re)connection, before anything is heard: what was missed is asked for there.
    """

    def __init__(self, hear: Callable[[str], Awaitable[None]], connected: Deed) -> None:
        self._hear, self._connected = hear, connected
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    @property
    def listening(self) -> bool:
        """Whether notifications arrive now."""
        return self._listening.is_set()

    def open(self) -> None:
        """Begin, unless it goes on already. Called in a running loop."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    postgres.database_url(), autocommit=True, connect_timeout=5
                )
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}".encode())
                    wait = FIRST_RETRY_SECONDS
                    self._listening.set()
                    await self._connected()
                    async for notice in connection.notifies():
                        await self._hear(notice.payload)
            except (psycopg.Error, OSError):
                self._listening.clear()
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_SECONDS_MAX)


async def live(receive: Receive, send: Send, *, begin: Deed, close: Deed) -> None:
    """The life of an application as the server tells it: `begin` before the first request, `close` after the last."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await begin()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await close()
            await send({"type": "lifespan.shutdown.complete"})
            return


def cors(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Pages of our own host, on whatever port, and of the trusted origins may speak to us; no other page."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = urlsplit("//" + headers.get(b"host", b"").decode("latin-1"))
    try:
        ours = bool(origin) and urlsplit(origin).hostname == host.hostname
    except ValueError:
        ours = False
    if ours or origin in settings.CSRF_TRUSTED_ORIGINS:
        return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")]
    return [(b"vary", b"origin")]
