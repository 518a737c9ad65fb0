"""The media process: picture and sound of live visits, on the port XINGLIN_MEDIA_PORT.

A page brings a short signed token (consultation's `join_live`) to POST /media/enter and gets a seat; with the seat it
offers its connection (/media/offer), asks for letters (/media/letters: who came, what the other browser says, pauses,
the end), passes letters on (/media/signal) and leaves. /media/test echoes picture and sound for the test of devices.
Pauses and ends reach this process over PostgreSQL LISTEN, within a moment of their commit.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from aiortc import RTCConfiguration
from django.conf import settings

from xinglin.hospital.config.listening import Ear, Receive, Scope, Send, cors, live
from xinglin.hospital.consultation import services
from xinglin.hospital.interop.video import ice
from xinglin.hospital.interop.video.house import MEDIA, House
from xinglin.hospital.interop.video.rooms import NoSeat, Rooms
from xinglin.hospital.interop.video.seats import Line
from xinglin.hospital.kernel.clock import now

TOPIC = "media"
BODY_BYTES_MAX = 256 * 1024
LETTERS_WAIT_SECONDS = 8.0
TESTS_MOST, TEST_SECONDS = 20, 30.0

Answer = tuple[int, dict[str, Any]]
GONE: Answer = (410, {"error": "seat"})
REFUSED: Answer = (403, {"error": "token"})
NO_SENSE: Answer = (400, {"error": "body"})


def _configuration(who: str) -> RTCConfiguration:
    return ice.configuration(who, now())


class Application:
    """The ASGI application."""

    def __init__(self) -> None:
        if settings.XINGLIN_ICE_LOOPBACK:
            ice.use_loopback()
        self.house = House()
        self.rooms = Rooms(self.house, now, _configuration)
        self._tests: set[Line] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.ear = Ear(self._obey, self.rooms.look_again)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Entry point of ASGI."""
        if scope["type"] == "lifespan":
            await live(receive, send, begin=self._begin, close=self.close)
        elif scope["type"] == "http":
            self.ear.open()
            await self._http(scope, receive, send)

    async def _begin(self) -> None:
        await self.house.close_broken()
        self.ear.open()

    async def close(self) -> None:
        """Close what is open; recordings get their end."""
        await self.ear.close()
        await self.rooms.close()
        for line in list(self._tests):
            await line.close()
        self.house.close()

    # COMMANDS

    async def _obey(self, payload: str) -> None:
        try:
            said = json.loads(payload)
            if said["topic"] != TOPIC:
                return
            kind, session_id = str(said["kind"]), UUID(said["id"])
        except (ValueError, KeyError, TypeError):
            return
        if kind in {"pause", "resume"}:
            self.rooms.pause(session_id, kind == "pause")
        elif kind == "kind":
            self._later(self.rooms.change_kind(session_id))
        elif kind == "end":
            self._later(self.rooms.end(session_id))
        elif kind.startswith("leave-"):
            self._later(self.rooms.leave_side(session_id, kind.removeprefix("leave-")))

    def _later(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # REQUESTS

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method, ours = scope["path"], scope["method"], cors(scope)
        if path == "/healthz":
            ready = self.ear.listening
            await _answer(send, 200 if ready else 503, {"rooms": len(self.rooms)}, ours)
        elif method == "OPTIONS":
            allowed = [(b"access-control-allow-methods", b"POST"), (b"access-control-allow-headers", b"content-type")]
            await _answer(send, 204, None, [*ours, *allowed])
        elif method != "POST" or path not in self._doors:
            await _answer(send, 404 if method == "POST" else 405, {"error": "address"}, ours)
        else:
            body = await _body(receive)
            status, content = NO_SENSE if body is None else await self._do(path, body)
            await _answer(send, status, content, ours)

    async def _do(self, path: str, body: dict[str, Any]) -> Answer:
        try:
            return await self._doors[path](self, body)
        except NoSeat:
            return GONE
        except (KeyError, TypeError, ValueError):
            return NO_SENSE

    async def _enter(self, body: dict[str, Any]) -> Answer:
        ticket = services.read_ticket(actor=MEDIA, token=str(body["token"]))
        if ticket is None or ticket.session_id is None:
            return REFUSED
        seat = await self.rooms.enter(ticket)
        if seat is None:
            return GONE
        return 200, {**seat, "ice": ice.ice_servers(str(ticket.session_id), now())}

    async def _offer(self, body: dict[str, Any]) -> Answer:
        return 200, {"sdp": await self.rooms.offer(str(body["seat"]), str(body["sdp"]))}

    async def _letters(self, body: dict[str, Any]) -> Answer:
        state = str(body.get("state", ""))
        found = await self.rooms.letters(str(body["seat"]), int(body.get("after", 0)), state, LETTERS_WAIT_SECONDS)
        return 200, {"letters": found}

    async def _signal(self, body: dict[str, Any]) -> Answer:
        self.rooms.signal(str(body["seat"]), dict(body["data"]))
        return 200, {}

    async def _leave(self, body: dict[str, Any]) -> Answer:
        await self.rooms.leave(str(body["seat"]))
        return 200, {}

    async def _test(self, body: dict[str, Any]) -> Answer:
        """Echo picture and sound for half a minute."""
        if services.read_ticket(actor=MEDIA, token=str(body["token"])) is None:
            return REFUSED
        if len(self._tests) >= TESTS_MOST:
            return 429, {"error": "busy"}
        lines: list[Line] = []
        line = Line(
            _configuration("test"),
            lambda kind, frame: lines[0].outlets[kind].put(frame),
            sends=True,
        )
        lines.append(line)
        try:
            answer = await line.answer(str(body["sdp"]))
        except Exception:
            await line.close()
            raise
        self._tests.add(line)
        self._later(self._end_test(line))
        return 200, {"sdp": answer, "ice": ice.ice_servers("test", now())}

    async def _end_test(self, line: Line) -> None:
        for _ in range(int(TEST_SECONDS)):
            await asyncio.sleep(1.0)
            if line.pc.connectionState in {"failed", "closed"}:
                break
        self._tests.discard(line)
        await line.close()

    _doors: dict[str, Callable[[Application, dict[str, Any]], Awaitable[Answer]]] = {
        "/media/enter": _enter,
        "/media/offer": _offer,
        "/media/letters": _letters,
        "/media/signal": _signal,
        "/media/leave": _leave,
        "/media/test": _test,
    }


async def _body(receive: Receive) -> dict[str, Any] | None:
    """The JSON object of a request, or None when it is none or too long."""
    read = bytearray()
    while True:
        message = await receive()
        read += message.get("body", b"")
        if len(read) > BODY_BYTES_MAX or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body"):
            break
    try:
        found = json.loads(read)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


async def _answer(send: Send, status: int, content: dict[str, Any] | None, headers: list[tuple[bytes, bytes]]) -> None:
    body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
    plain = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*plain, length, *headers]})
    await send({"type": "http.response.body", "body": body})
