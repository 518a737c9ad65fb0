"""A hospital and browsers for the tests of rooms: in memory, with real WebRTC over 127.0.0.1."""

import asyncio
import time
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame

from xinglin.hospital.consultation.selectors import LiveKind, LiveMode, LiveRoom, LiveState
from xinglin.hospital.consultation.services import LivePass
from xinglin.hospital.consultation.words import Side
from xinglin.hospital.interop.video.rooms import Rooms
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.ids import new_id

PLAIN = RTCConfiguration(iceServers=[])


def now() -> datetime:
    """The instant."""
    return datetime.now(tz=SHANGHAI)


class Seen:
    """What a watcher was given."""

    def __init__(self) -> None:
        self.pictures: list[Any] = []
        self.sounds: list[Any] = []
        self.glances = self.nothings = self.closes = 0
        self.copies_missed = 0
        self.who: list[UUID] = []

    def picture(self, at: datetime, pixels: Any) -> None:
        self.pictures.append(pixels)

    def sound(self, at: datetime, samples: Any) -> None:
        self.sounds.append(samples)

    def glance(self, at: datetime, pixels: Any) -> None:
        self.glances += 1

    def nothing(self, at: datetime, copy: bool) -> None:
        self.nothings += 1
        self.copies_missed += copy

    def came(self, at: datetime, who: UUID) -> None:
        self.who.append(who)

    def close(self, at: datetime) -> None:
        self.closes += 1


class Memory:
    """A file in memory."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.flushes = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None:
        self.flushes += 1

    def close(self) -> None:
        self.closed = True


class FakeHospital:
    """Answers as the consultation would, and remembers."""

    def __init__(self, mode: LiveMode = LiveMode.RELAY, *, recorded: bool = False) -> None:
        self.session_id = new_id()
        self.visit_id = new_id()
        self.mode, self.recorded = mode, recorded
        self.state = LiveState.RINGING
        self.said: list[list[str]] = []
        self.over: list[str] = []
        self.kept = 0
        self.relayed: list[str] = []
        self.accounts = {"physician": new_id(), "patient": new_id()}
        self.seen: dict[str, Seen] = {"physician": Seen(), "patient": Seen()}
        self.file = Memory()
        self.stored: list[bool] = []

    async def room(self, session_id: UUID) -> LiveRoom | None:
        if session_id != self.session_id:
            return None
        return LiveRoom(
            session_id=session_id,
            visit_id=self.visit_id,
            physician_id=new_id(),
            patient_id=new_id(),
            mode=self.mode,
            kind=LiveKind.VIDEO,
            state=self.state,
            recorded=self.recorded,
        )

    async def present(self, session_id: UUID, sides: list[str], coming_back: list[str]) -> str:
        self.said.append(sides)
        return self.state.value

    async def ended(self, session_id: UUID, reason: str) -> None:
        self.over.append(reason)

    async def begin_recording(self, session_id: UUID) -> tuple[UUID, Memory]:
        return new_id(), self.file

    async def store_recording(self, recording_id: UUID, complete: bool) -> None:
        self.stored.append(complete)

    async def relay(self, session_id: UUID, reason: str) -> None:
        self.relayed.append(reason)
        self.mode = LiveMode.RELAY

    async def keep(self, session_id: UUID) -> None:
        self.kept += 1

    async def observer(self, room: LiveRoom, side: str) -> Seen:
        return self.seen[side]

    def ticket(self, side: str) -> LivePass:
        """A pass as a token would give it."""
        account = self.accounts[side]
        return LivePass(self.session_id, self.visit_id, Side(side), self.mode, LiveKind.VIDEO, account)


class Colour(MediaStreamTrack):
    """A picture of one colour with a moving bar, ten a second."""

    kind = "video"

    def __init__(self, red: int, green: int, blue: int) -> None:
        super().__init__()
        self._colour, self._count = (red, green, blue), 0

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(0.1)
        pixels = np.full((120, 160, 3), self._colour, np.uint8)
        pixels[:, self._count % 160] = 255
        frame = VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = self._count * 9000, Fraction(1, 90000)
        self._count += 1
        return frame


class Hum(MediaStreamTrack):
    """A tone at 48 kHz, twenty milliseconds a frame."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._count, self._began = 0, time.monotonic()

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(max(0.0, self._began + self._count / 48000 - time.monotonic()))
        at = (np.arange(960) + self._count) / 48000
        tone = (8000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16).reshape(1, -1)
        frame = AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self._count, Fraction(1, 48000)
        self._count += 960
        return frame


class Browser:
    """One side: a camera of one colour, a tone, and what it receives."""

    def __init__(self, rooms: Rooms, hospital: FakeHospital, side: str, colour: tuple[int, int, int]) -> None:
        self.rooms, self.hospital, self.side, self.colour = rooms, hospital, side, colour
        self.seat = ""
        self.pc: RTCPeerConnection | None = None
        self.frames = {"video": 0, "audio": 0}
        self.last: Any = None
        self._readers: list[asyncio.Task[None]] = []

    async def enter(self) -> dict[str, Any]:
        """Take the seat and connect."""
        given = await self.rooms.enter(self.hospital.ticket(self.side))
        assert given is not None
        self.seat = given["seat"]
        await self.connect()
        return given

    async def connect(self, direction: str = "sendrecv") -> None:
        """A connection, or another one."""
        await self.close()
        self.pc = RTCPeerConnection(PLAIN)
        self.pc.on("track", self._read)
        for track in (Hum(), Colour(*self.colour)):
            self.pc.addTransceiver(track, direction=direction)
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await self.rooms.offer(self.seat, self.pc.localDescription.sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def _read(self, track: MediaStreamTrack) -> None:
        async def read() -> None:
            try:
                while True:
                    frame = await track.recv()
                    self.frames[track.kind] += 1
                    if isinstance(frame, VideoFrame):
                        self.last = frame
            except MediaStreamError:
                return

        self._readers.append(asyncio.ensure_future(read()))

    async def close(self) -> None:
        """Hang up."""
        if self.pc is not None:
            await self.pc.close()
            self.pc = None
        for reader in self._readers:
            reader.cancel()
        self._readers.clear()


async def until(holds: Any, seconds: float = 10.0) -> None:
    """Wait for something to hold."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        await asyncio.sleep(0.05)
    assert holds()
