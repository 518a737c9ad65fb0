"""The event stream: GET /stream?token=… answers text/event-stream with what happens on the token's topics.

A page holds one stream. Its token (kernel.live.stream_token) names the topics and is signed, so that this process needs
no session and no database but one connection that LISTENs. What is sent are ids, never content; the page fetches what
changed through its own, checked address. Works with any number of stream and web processes: PostgreSQL fans out.

After every (re)connection, of the browser or of ours to the database, `hello` tells the page to fetch what it may have
missed. A client that does not keep up is dropped and comes back by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from urllib.parse import parse_qs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")

from django.core import signing

from xinglin.hospital.config.listening import Ear, Receive, Scope, Send, cors, live

SALT = "xinglin.stream"  # As in kernel.live, which needs a loaded Django to be imported.
TOKEN_SECONDS_MAX = 12 * 3600
KEEP_ALIVE_SECONDS = 15
QUEUE_EVENTS_MAX = 200
TOPICS_MAX = 50
HELLO = b"event: hello\ndata: {}\n\n"

Queue = asyncio.Queue["bytes | None"]


class Hub:
    """Who listens to which topic in this process."""

    def __init__(self) -> None:
        self._queues: dict[str, set[Queue]] = {}
        self.count = 0

    def join(self, topics: list[str]) -> Queue:
        """A new subscriber's queue; None in it means: leave."""
        queue: Queue = asyncio.Queue(QUEUE_EVENTS_MAX)
        for topic in topics:
            self._queues.setdefault(topic, set()).add(queue)
        self.count += 1
        return queue

    def leave(self, topics: list[str], queue: Queue) -> None:
        """Forget a subscriber."""
        for topic in topics:
            left = self._queues.get(topic, set())
            left.discard(queue)
            if not left:
                self._queues.pop(topic, None)
        self.count -= 1

    def tell(self, payload: str) -> None:
        """Pass one notification on to the subscribers of its topic. What is not ours is ignored."""
        try:
            topic = str(json.loads(payload)["topic"])
        except (ValueError, KeyError, TypeError):
            return
        data = payload.replace("\n", " ").replace("\r", " ")
        for queue in list(self._queues.get(topic, ())):
            _put(queue, f"event: change\ndata: {data}\n\n".encode())

    def tell_all(self, message: bytes | None) -> None:
        """To every subscriber once."""
        for queue in {queue for queues in self._queues.values() for queue in queues}:
            _put(queue, message)


def _put(queue: Queue, message: bytes | None) -> None:
    try:
        queue.put_nowait(message)
    except asyncio.QueueFull:
        # Too slow: what waits is thrown away and the subscriber leaves; its browser reconnects and asks for the rest.
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


class Application:
    """The ASGI application: lifespan, the stream, a health answer."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.ear = Ear(self._hear, self._greet)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Entry point of ASGI."""
        if scope["type"] == "lifespan":
            await live(receive, send, begin=self._begin, close=self.close)
        elif scope["type"] == "http":
            self.ear.open()
            await self._http(scope, receive, send)

    async def _begin(self) -> None:
        self.ear.open()

    async def close(self) -> None:
        """Say good-bye to all subscribers and stop listening."""
        self.hub.tell_all(None)
        await self.ear.close()

    async def _hear(self, payload: str) -> None:
        self.hub.tell(payload)

    async def _greet(self) -> None:
        """After a lost connection every page asks anew."""
        self.hub.tell_all(HELLO)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/healthz":
            ready = self.ear.listening
            await _answer(send, 200 if ready else 503, b"ok" if ready else b"not connected to the database", [])
            return
        allowed = cors(scope)
        if scope["path"] != "/stream":
            await _answer(send, 404, b"There is only /stream here.", allowed)
        elif scope["method"] == "OPTIONS":
            await _answer(send, 204, b"", [*allowed, (b"access-control-allow-methods", b"GET")])
        elif scope["method"] != "GET":
            await _answer(send, 405, b"Only GET is possible here.", [*allowed, (b"allow", b"GET")])
        elif (topics := _topics(scope)) is None:
            await _answer(
                send, 403, b"The token is missing, wrong or older than 12 hours. Load the page again.", allowed
            )
        else:
            await self._stream(topics, allowed, receive, send)

    async def _stream(
        self, topics: list[str], allowed: list[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            *allowed,
        ]
        queue = self.hub.join(topics)
        gone = asyncio.create_task(_until_disconnect(receive, queue))
        try:
            # Hello is sent only when notifications do arrive; until then the page would believe itself up to date.
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send(_chunk(b"retry: 2000\n\n"))
            if self.ear.listening:
                await send(_chunk(HELLO))
            while (message := await _next(queue)) is not None:
                await send(_chunk(message))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, RuntimeError):
            return  # The client went away while we wrote.
        finally:
            gone.cancel()
            self.hub.leave(topics, queue)


async def _next(queue: Queue) -> bytes | None:
    try:
        return await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return b": keep-alive\n\n"


async def _until_disconnect(receive: Receive, queue: Queue) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    _put(queue, None)


def _chunk(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*plain, *headers]})
    await send({"type": "http.response.body", "body": body})


def _topics(scope: Scope) -> list[str] | None:
    """The topics that the token allows; None when it does not hold."""
    token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    try:
        topics = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS_MAX)["topics"]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    return [str(topic) for topic in topics][:TOPICS_MAX]


application = Application()
