"""Rooms: one a live session. They let two sides meet, forward what each sends, take samples, record, pause and end."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from aiortc import RTCConfiguration

from xinglin.hospital.consultation.selectors import LiveMode, LiveRoom, LiveState
from xinglin.hospital.consultation.services import LivePass
from xinglin.hospital.interop.video.meeting import Meeting
from xinglin.hospital.interop.video.recording import Recorder, Writer
from xinglin.hospital.interop.video.sampling import PICTURE_SECONDS, Observer, SideSampler
from xinglin.hospital.interop.video.seats import Line, Seat
from xinglin.hospital.interop.video.tracks import Frame, Kind

SIDES = ("physician", "patient")
REPORT_SECONDS = 20.0
EMPTY_SECONDS = 120.0
"""A room in which nobody is for so long is over."""
FLUSH_SECONDS = 5.0
DIRECT_SECONDS = 15.0
"""Two browsers that have not met for so long are forwarded to each other by the hospital."""
STEP_SECONDS = 0.2
KEEP_SECONDS = 3.0
log = logging.getLogger(__name__)


class NoSeat(Exception):
    """The seat is unknown: the process began anew, or another window took it. The page comes in again."""


class Hospital(Protocol):
    """What a room asks of the hospital; each call may take a moment and runs apart from the media."""

    async def room(self, session_id: UUID) -> LiveRoom | None:
        """The session, or None when there is none."""

    async def present(self, session_id: UUID, sides: list[str], coming_back: list[str]) -> str:
        """Say who is there and who was there just now; the state of the session comes back."""

    async def ended(self, session_id: UUID, reason: str) -> None:
        """The room is over."""

    async def relay(self, session_id: UUID, reason: str) -> None:
        """From now on the hospital forwards; why is written down."""

    async def begin_recording(self, session_id: UUID) -> tuple[UUID, Writer]:
        """A sealed file to write."""

    async def store_recording(self, recording_id: UUID, complete: bool) -> None:
        """The file is closed."""

    async def keep(self, session_id: UUID) -> None:
        """Let the hospital do what is due: face checks that were asked for, pauses that nobody lifted."""

    async def observer(self, room: LiveRoom, side: str) -> Observer:
        """Who watches a side."""


@dataclass
class Room:
    """One live session in this process."""

    facts: LiveRoom
    mode: LiveMode
    paused: bool = False
    seats: dict[str, Seat] = field(default_factory=dict)
    samplers: dict[str, SideSampler] = field(default_factory=dict)
    recorder: Recorder | None = None
    recording_id: UUID | None = None
    reported: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    reported_at: float = 0.0
    kept_at: float = 0.0
    empty_since: float = field(default_factory=time.monotonic)
    meeting: Meeting = field(default_factory=lambda: Meeting(time.monotonic()))

    @property
    def direct(self) -> bool:
        """Whether the browsers talk to each other."""
        return self.mode == LiveMode.FORWARDED

    def present(self) -> tuple[str, ...]:
        """The sides that are connected."""
        return tuple(side for side in SIDES if side in self.seats and self.seats[side].connected(self.direct))

    def tell(self, kind: str, *, but: str = "", **content: Any) -> None:
        """A letter to everybody in the room, or to everybody but one side."""
        for side, seat in self.seats.items():
            if side != but:
                seat.write(kind, **content)

    def take(self, side: str, kind: Kind, frame: Frame) -> None:
        """A frame that a side's browser sent of itself (relay), or of the other side (forwarded copy)."""
        seen = other(side) if self.direct else side
        sampler = self.samplers.get(seen)
        if sampler is not None:
            sampler.feed(kind, frame)
        if self.paused:
            return
        if self.recorder is not None:
            self.recorder.feed(seen, kind, frame)
        if not self.direct:
            to = self.seats.get(other(side))
            outlet = to.line.outlets.get(kind) if to is not None and to.line is not None else None
            if outlet is not None:
                outlet.put(frame)


def other(side: str) -> str:
    """The other side."""
    return SIDES[1] if side == SIDES[0] else SIDES[0]


class Rooms:
    """All rooms of this process."""

    def __init__(
        self,
        hospital: Hospital,
        clock: Callable[[], datetime],
        configure: Callable[[str], RTCConfiguration],
        *,
        watchers: int = 1,
    ) -> None:
        self._hospital, self._clock, self._configure = hospital, clock, configure
        self._rooms: dict[UUID, Room] = {}
        self._keys: dict[str, tuple[UUID, str]] = {}
        self._locks: dict[UUID, asyncio.Lock] = {}
        self._watchers = ThreadPoolExecutor(watchers, "watch")
        self._writers = ThreadPoolExecutor(1, "record")
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def connections(self) -> int:
        """Open connections of all rooms."""
        return sum(seat.line is not None for room in self._rooms.values() for seat in room.seats.values())

    # COMING AND GOING

    async def enter(self, ticket: LivePass) -> dict[str, Any] | None:
        """Take the seat of a side; who sat there before (an older window) is told. None when the session is over."""
        if ticket.session_id is None:
            return None
        async with self._locks.setdefault(ticket.session_id, asyncio.Lock()):
            room = self._rooms.get(ticket.session_id) or await self._open(ticket.session_id)
            if room is None:
                self._locks.pop(ticket.session_id, None)
                return None
            side = ticket.side.value
            before = room.seats.pop(side, None)
            if before is not None:
                before.write("replaced")
                self._keys.pop(before.key, None)
                await before.close()
            seat = room.seats[side] = Seat(side, ticket.account_id)
            room.samplers[side].came(ticket.account_id)
            self._keys[seat.key] = (ticket.session_id, side)
            room.empty_since = time.monotonic()
            room.tell("peer", but=side, there=True)
            return {
                "seat": seat.key,
                "side": side,
                "mode": room.mode.value,
                "recorded": room.facts.recorded,
                "paused": room.paused,
                "peer": other(side) in room.seats,
            }

    async def _open(self, session_id: UUID) -> Room | None:
        facts = await self._hospital.room(session_id)
        if facts is None or facts.state == LiveState.ENDED:
            return None
        room = Room(facts, facts.mode, paused=facts.state == LiveState.PAUSED)
        for side in SIDES:
            observer = await self._hospital.observer(facts, side)
            room.samplers[side] = SideSampler(observer, self._watchers, self._clock)
        self._rooms[session_id] = room
        self._keep(self._run(session_id, room))
        return room

    def _seat(self, key: str) -> tuple[Room, Seat]:
        session_id, side = self._keys.get(key, (None, ""))
        room = self._rooms.get(session_id) if session_id is not None else None
        if room is None:
            raise NoSeat
        return room, room.seats[side]

    async def offer(self, key: str, sdp: str) -> str:
        """Connect a seat, or connect it again after a change of network. Raises NoSeat, ValueError."""
        room, seat = self._seat(key)
        before, seat.line = seat.line, None
        if before is not None:
            await before.close()
        side = seat.side
        line = Line(
            self._configure(str(room.facts.session_id)),
            lambda kind, frame: room.take(side, kind, frame),
            sends=not room.direct,
        )
        seat.line = line
        try:
            return await line.answer(sdp)
        except Exception:
            seat.line = None
            await line.close()
            raise

    def signal(self, key: str, data: dict[str, Any]) -> None:
        """Pass a browser's letter (offer, answer, a wish to begin again) on to the other side. Raises NoSeat.

        During a pause, and once the hospital forwards, nothing is passed on: the browsers are not to meet.
        """
        room, seat = self._seat(key)
        to = room.seats.get(other(seat.side))
        if to is not None and room.direct and not room.paused:
            to.write("signal", data=data)

    async def letters(self, key: str, after: int, state: str, wait_seconds: float) -> list[dict[str, Any]]:
        """The seat's letters after a number; the browser says how its own connection stands. Raises NoSeat."""
        _, seat = self._seat(key)
        seat.told_state = state
        return await seat.letters(after, wait_seconds)

    async def leave(self, key: str) -> None:
        """Give up a seat. Raises NoSeat."""
        room, seat = self._seat(key)
        await self._unseat(room, seat)

    async def leave_side(self, session_id: UUID, side: str) -> None:
        """A side left by its page."""
        room = self._rooms.get(session_id)
        if room is not None and side in room.seats:
            await self._unseat(room, room.seats[side])

    async def _unseat(self, room: Room, seat: Seat) -> None:
        self._keys.pop(seat.key, None)
        if room.seats.get(seat.side) is seat:
            del room.seats[seat.side]
            room.tell("peer", there=False)
        await seat.close()

    # COMMANDS OF THE HOSPITAL

    def pause(self, session_id: UUID, paused: bool) -> None:
        """Stop forwarding at once, or go on. Samples are taken all the same."""
        room = self._rooms.get(session_id)
        if room is None or room.paused == paused:
            return
        room.paused = paused
        for seat in room.seats.values():
            for outlet in seat.line.outlets.values() if seat.line is not None else ():
                outlet.clear()
        room.tell("paused" if paused else "resumed")
        room.reported = None

    async def relay(self, session_id: UUID, reason: str) -> None:
        """From now on the hospital forwards: a pause holds only then, and browsers that cannot meet need it.

        The copies end; each browser sends to the hospital alone.
        """
        room = self._rooms.get(session_id)
        if room is None or not room.direct:
            return
        await self._hospital.relay(session_id, reason)
        room.mode, room.reported = LiveMode.RELAY, None
        for seat in list(room.seats.values()):
            line, seat.line, seat.told_state = seat.line, None, ""
            if line is not None:
                await line.close()
        room.tell("mode", mode=LiveMode.RELAY.value, reason=reason)

    async def end(self, session_id: UUID) -> None:
        """The session is over: tell the browsers, close everything, keep nothing."""
        room = self._rooms.pop(session_id, None)
        self._locks.pop(session_id, None)
        if room is None:
            return
        room.tell("ended")
        await asyncio.sleep(0.05)  # A browser that waits for letters gets this one.
        for seat in list(room.seats.values()):
            self._keys.pop(seat.key, None)
            await seat.close()
        room.seats.clear()
        for sampler in room.samplers.values():
            sampler.close()
        await self._stop_recording(room)

    async def close(self) -> None:
        """This process leaves: close rooms, keep what was recorded. Sessions go on with the next process."""
        for session_id in list(self._rooms):
            await self.end(session_id)
        for task in list(self._tasks):
            task.cancel()
        self._watchers.shutdown(wait=False, cancel_futures=True)
        self._writers.shutdown(wait=True)

    async def look_again(self) -> None:
        """After a lost connection to the database: what was missed is asked for."""
        for session_id, room in list(self._rooms.items()):
            facts = await self._hospital.room(session_id)
            if facts is None or facts.state == LiveState.ENDED:
                await self.end(session_id)
            else:
                self.pause(session_id, facts.state == LiveState.PAUSED)
                room.facts = facts

    async def change_kind(self, session_id: UUID) -> None:
        """Picture or voice: whether pictures are due."""
        room, facts = self._rooms.get(session_id), await self._hospital.room(session_id)
        if room is not None and facts is not None:
            room.facts = facts

    # THE CLOCK OF A ROOM

    def _keep(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, session_id: UUID, room: Room) -> None:
        sampled = flushed = time.monotonic()
        while self._rooms.get(session_id) is room:
            await asyncio.sleep(STEP_SECONDS)
            now = time.monotonic()
            try:
                await self._look(session_id, room, now)
                if now - sampled >= PICTURE_SECONDS:
                    sampled = max(sampled + PICTURE_SECONDS, now - PICTURE_SECONDS / 2)  # In step, or late: no rush.
                    self._sample(room)
                else:
                    for sampler in room.samplers.values():
                        self._keep(sampler.glance())
                if room.recorder is not None:
                    await asyncio.get_running_loop().run_in_executor(self._writers, room.recorder.step)
                    if now - flushed >= FLUSH_SECONDS:
                        flushed = now
                        await asyncio.get_running_loop().run_in_executor(self._writers, room.recorder.flush)
            except Exception:
                log.exception("a live room stumbled")
                await asyncio.sleep(1.0)

    def _sample(self, room: Room) -> None:
        present = room.present()
        for side, sampler in room.samplers.items():
            sending = (other(side) if room.direct else side) in present
            expected = sending and room.facts.kind.value == "video"
            self._keep(sampler.sample(expected=expected, copy=room.direct and room.meeting.together))

    async def _look(self, session_id: UUID, room: Room, now: float) -> None:
        """Who is there? Tell the hospital when it changed, and now and then all the same."""
        for seat in list(room.seats.values()):
            if seat.away:
                await self._unseat(room, seat)
        if room.direct:
            await self._meet(session_id, room, now)
        present = room.present()
        if present:
            room.empty_since = now
        standing = (present, tuple(room.seats))
        if standing != room.reported or now - room.reported_at > REPORT_SECONDS:
            room.reported, room.reported_at = standing, now
            for side in SIDES:
                if side not in present and room.recorder is not None:
                    room.recorder.gone(side)
            coming_back = [side for side in room.seats if side not in present]
            if await self._hospital.present(session_id, list(present), coming_back) == LiveState.ENDED:
                await self.end(session_id)
                return
            if len(present) == len(SIDES) and room.facts.recorded and room.recorder is None:
                await self._begin_recording(session_id, room)
        if now - room.kept_at > KEEP_SECONDS:
            room.kept_at = now
            await self._hospital.keep(session_id)
        if now - room.empty_since > EMPTY_SECONDS:
            await self._hospital.ended(session_id, "left")
            await self.end(session_id)

    async def _meet(self, session_id: UUID, room: Room, now: float) -> None:
        """Where the browsers talk to each other: a pause is held, and those who do not meet are forwarded."""
        if room.paused:
            await self.relay(session_id, "pause")
            return
        both = len(room.seats) == len(SIDES)
        # A browser returns what it does not yet receive, too, as silence: its line alone says nothing.
        met = all(
            seat.met or (seat.told_state != "failed" and room.samplers[other(seat.side)].fresh)
            for seat in room.seats.values()
        )
        if room.meeting.look(now, both=both, met=met, seconds=DIRECT_SECONDS):
            await self.relay(session_id, "unreachable")

    async def _begin_recording(self, session_id: UUID, room: Room) -> None:
        room.recording_id, writer = await self._hospital.begin_recording(session_id)
        room.recorder = Recorder(writer, room.facts.visit_id, self._clock)

    async def _stop_recording(self, room: Room) -> None:
        recorder, room.recorder = room.recorder, None
        if recorder is None or room.recording_id is None:
            return
        await asyncio.get_running_loop().run_in_executor(self._writers, recorder.close)
        await self._hospital.store_recording(room.recording_id, complete=True)
