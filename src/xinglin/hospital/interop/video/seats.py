"""A seat: one side's place in a room, its connection and its letters."""

import asyncio
import secrets
import time
from typing import Any
from uuid import UUID

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from xinglin.hospital.interop.video.tracks import Kind, Outlet, Sink, pump

LETTERS_MOST = 100
POLLED_SECONDS = 12.0
"""A browser asks for its letters every few seconds; one that did not for so long is away."""


class Line:
    """One WebRTC connection: what comes in goes to `sink`, what goes out is put into the outlets."""

    def __init__(self, configuration: RTCConfiguration, sink: Sink, *, sends: bool) -> None:
        self.pc = RTCPeerConnection(configuration)
        self.outlets: dict[Kind, Outlet] = {"audio": Outlet("audio"), "video": Outlet("video")} if sends else {}
        self._sink, self._pumps = sink, set[asyncio.Task[None]]()
        self.pc.add_listener("track", self._begin_pump)

    def _begin_pump(self, track: MediaStreamTrack) -> None:
        if track.kind not in {"audio", "video"}:
            return
        kind: Kind = "audio" if track.kind == "audio" else "video"
        task = asyncio.ensure_future(pump(track, kind, self._sink))
        self._pumps.add(task)
        task.add_done_callback(self._pumps.discard)

    @property
    def connected(self) -> bool:
        """Whether media flow."""
        return bool(self.pc.connectionState == "connected")

    async def answer(self, sdp: str) -> str:
        """Our answer to a browser's offer. Raises ValueError when it is none."""
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        if not self.pc.getTransceivers():
            raise ValueError("the offer holds neither picture nor sound")
        for transceiver in self.pc.getTransceivers():
            outlet = self.outlets.get("audio" if transceiver.kind == "audio" else "video")
            if outlet is None:
                transceiver.direction = "recvonly"
            else:
                transceiver.sender.replaceTrack(outlet)
                transceiver.direction = "sendrecv"
        answer = await self.pc.createAnswer()
        await self.pc.setLocalDescription(answer)
        return str(self.pc.localDescription.sdp)

    async def close(self) -> None:
        """Close the connection and everything that hangs on it."""
        self.pc.remove_all_listeners()
        for outlet in self.outlets.values():
            outlet.stop()
        await self.pc.close()
        for task in list(self._pumps):
            task.cancel()


class Seat:
    """One side's place. It outlives connections: a reload takes a new seat, a change of network keeps this one."""

    def __init__(self, side: str, account_id: UUID) -> None:
        self.key = secrets.token_urlsafe(24)
        self.side, self.account_id = side, account_id
        self.line: Line | None = None
        self.told_state = ""
        self.asked_at = time.monotonic()
        self._letters: list[dict[str, Any]] = []
        self._count = 0
        self._new = asyncio.Event()

    def connected(self, direct: bool) -> bool:
        """Whether the side is there. `direct`: the browsers talk to each other, so the browser's word counts too."""
        if self.line is not None and self.line.connected:
            return True
        return direct and self.met

    @property
    def met(self) -> bool:
        """Whether the browser says that it is connected to the other one, where they talk to each other."""
        return self.told_state == "connected" and time.monotonic() - self.asked_at < POLLED_SECONDS

    @property
    def away(self) -> bool:
        """Whether nothing is heard of the browser."""
        return time.monotonic() - self.asked_at > POLLED_SECONDS and not (self.line and self.line.connected)

    def write(self, kind: str, **content: Any) -> None:
        """Put a letter into the box."""
        self._count += 1
        self._letters.append({"n": self._count, "kind": kind, **content})
        del self._letters[:-LETTERS_MOST]
        self._new.set()

    async def letters(self, after: int, wait_seconds: float) -> list[dict[str, Any]]:
        """What came after a number; waits for the first. An empty list after the time is normal."""
        self.asked_at = time.monotonic()
        if not self._after(after):
            self._new.clear()
            try:
                await asyncio.wait_for(self._new.wait(), wait_seconds)
            except TimeoutError:
                return []
            finally:
                self.asked_at = time.monotonic()
        return self._after(after)

    def _after(self, number: int) -> list[dict[str, Any]]:
        return [letter for letter in self._letters if letter["n"] > number]

    async def close(self) -> None:
        """Give up the seat; a browser that still asks hears of it."""
        self._new.set()
        line, self.line = self.line, None
        if line is not None:
            await line.close()
