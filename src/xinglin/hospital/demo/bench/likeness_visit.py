"""A video visit held against the hospital's own media process by two clients of this one; its cost and its alarms.

The clients are WebRTC ends with drawn cameras and a recorded voice. They come in by tickets as pages do and watch the
log as an auditor would. What the media process costs is read from /proc while both sides are connected.

`python -m xinglin.hospital.demo.bench.likeness_visit prepare TOWN.json` fills an empty database, `… hold TOWN.json PORT
MEDIA_PORT MEDIA_PID` holds the visit in the hospital that was started on it and prints the figures as JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen
from uuid import UUID

import aioice.ice
import cv2
import django
import numpy as np
import psycopg
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame

from xinglin.hospital.demo.bench import likeness_drawn as drawn
from xinglin.hospital.demo.bench import likeness_voices as speech
from xinglin.hospital.demo.bench import machine
from xinglin.hospital.demo.bench.likeness_types import Mode, VisitMeasured
from xinglin.hospital.kernel.clock import now

RATE: Final = 10
SOUND_RATE: Final = 16_000
SETTLE_SECONDS, SECONDS, ALARM_SECONDS = 6.0, 20.0, 20.0
SWAPS: Final = 3
DOCTOR, PATIENT, OTHER = ("ibis", 150), ("lark-2", 110), ("heron-1", 140)
NOTED: Final = "SELECT min(at) FROM consultation_live_observation WHERE side = 'physician' AND kind = %s AND at > %s"
COPY_SIZE: Final = (320, 180)
"""What a browser returns of what it received, as the page's script asks for."""
FORWARDED: Final = (
    "UPDATE consultation_live_session SET mode = 'forwarded', recorded = false "
    "WHERE visit_id = %s AND ended_at IS NULL RETURNING id"
)
CHECKED: Final = "SELECT count(*) FROM consultation_live_observation WHERE at BETWEEN %s AND %s"


@dataclass(frozen=True, slots=True)
class Place:
    """A hospital that runs: its media process, its database, a visit that has begun and its two accounts."""

    media_url: str
    media_pid: int
    database: str
    visit: UUID
    physician: UUID
    patient: UUID


class Camera(MediaStreamTrack):
    """A drawn person, ten pictures a second; `show` changes who sits there. `copy`: as the other side returns it."""

    kind = "video"

    def __init__(self, sitter: drawn.Sitter, *, copy: bool = False) -> None:
        super().__init__()
        self._began, self._count, self._copy = time.monotonic(), 0, copy
        self.show(sitter)

    def show(self, sitter: drawn.Sitter) -> None:
        """Somebody else from the next picture on."""
        self._pictures: Iterator[Any] = drawn.living(sitter, 10**6, rate=RATE, seed=int(time.monotonic() * 1000))

    async def recv(self) -> VideoFrame:
        """The next picture, when it is time."""
        self._count += 1
        await asyncio.sleep(max(0.0, self._began + self._count / RATE - time.monotonic()))
        picture = next(self._pictures)
        if self._copy:
            picture = np.asarray(cv2.resize(picture, COPY_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = self._count * 90_000 // RATE, Fraction(1, 90_000)
        return frame


class Microphone(MediaStreamTrack):
    """A recording, again and again, in pieces of twenty milliseconds."""

    kind = "audio"

    def __init__(self, samples: speech.Samples) -> None:
        super().__init__()
        self._pieces = itertools.cycle(
            (samples * 32767).astype(np.int16)[: len(samples) // 320 * 320].reshape(-1, 1, 320)
        )
        self._began, self._count = time.monotonic(), 0

    async def recv(self) -> AudioFrame:
        """The next piece, when it is time."""
        await asyncio.sleep(max(0.0, self._began + self._count / SOUND_RATE - time.monotonic()))
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(next(self._pieces)), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, self._count, Fraction(1, SOUND_RATE)
        self._count += 320
        return frame


@dataclass
class Client:
    """One side."""

    place: Place
    account: UUID
    camera: Camera
    microphone: Microphone
    pc: RTCPeerConnection = field(default_factory=lambda: RTCPeerConnection(RTCConfiguration(iceServers=[])))
    frames: int = 0
    readers: list[asyncio.Task[None]] = field(default_factory=list)

    async def enter(self, token: str, direction: str = "sendrecv") -> None:
        """Take the seat and connect."""
        seat = (await self._post("enter", {"token": token}))["seat"]
        self.pc.on("track", self._read)
        for track in (self.microphone, self.camera):
            self.pc.addTransceiver(track, direction=direction)
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await self._post("offer", {"seat": seat, "sdp": self.pc.localDescription.sdp})
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        self.readers.append(asyncio.ensure_future(self._letters(seat)))

    async def _letters(self, seat: str) -> None:
        """Ask for letters as a page does: whoever does not is taken for gone."""
        while True:
            await self._post("letters", {"seat": seat, "after": 10**6, "state": "connected"})

    async def _post(self, door: str, content: dict[str, Any]) -> dict[str, Any]:
        def send() -> dict[str, Any]:
            headers = {"Content-Type": "application/json", "Host": "localhost"}
            request = Request(f"{self.place.media_url}/media/{door}", json.dumps(content).encode(), headers)
            with urlopen(request, timeout=30) as answer:
                return dict(json.load(answer))

        return await asyncio.to_thread(send)

    def _read(self, track: MediaStreamTrack) -> None:
        async def read() -> None:
            try:
                while True:
                    await track.recv()
                    self.frames += track.kind == "video"
            except MediaStreamError:
                return

        self.readers.append(asyncio.ensure_future(read()))

    async def close(self) -> None:
        """Hang up."""
        for reader in self.readers:
            reader.cancel()
        await self.pc.close()


def measure(place: Place) -> VisitMeasured:
    """A call that the hospital relays and records, with another face before the physician's camera at its end; then one
    between the two sides, of which each returns a copy to the hospital."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    return asyncio.run(_measure(place))


async def _measure(place: Place) -> VisitMeasured:
    voice = np.concatenate(speech.reader())
    owner, other = drawn.Sitter(DOCTOR[0], face=DOCTOR[1]), drawn.Sitter(OTHER[0], face=OTHER[1])
    cameras = Camera(owner), Camera(drawn.Sitter(PATIENT[0], face=PATIENT[1]))
    accounts = place.physician, place.patient
    sides = [Client(place, who, camera, Microphone(voice)) for who, camera in zip(accounts, cameras, strict=True)]
    try:
        for side in sides:
            await side.enter(await asyncio.to_thread(_ticket, side.account, place.visit))
        await asyncio.sleep(SETTLE_SECONDS)
        relayed = await _cost(place, sides, "relayed and recorded")
        alarms = [await _swapped(place, cameras[0], owner, other) for _ in range(SWAPS)]
    finally:
        for side in sides:
            await side.close()
    forwarded = await _forwarded(place, voice)
    return VisitMeasured(SECONDS, (relayed, forwarded), tuple(seconds for seconds in alarms if seconds is not None))


async def _forwarded(place: Place, voice: speech.Samples) -> Mode:
    """What the hospital does while the two talk to each other: each sends what it received of the other, small.

    The two clients need not talk for that. The mode is set by hand, because this visit is one that the fund pays.
    """
    await asyncio.to_thread(_end, place)
    accounts = place.physician, place.patient
    tokens = [await asyncio.to_thread(_ticket, account, place.visit) for account in accounts]
    await asyncio.to_thread(_asked, place, FORWARDED, str(place.visit))
    seen = (
        Camera(drawn.Sitter(PATIENT[0], face=PATIENT[1]), copy=True),
        Camera(drawn.Sitter(DOCTOR[0], face=DOCTOR[1]), copy=True),
    )
    sides = [Client(place, who, camera, Microphone(voice)) for who, camera in zip(accounts, seen, strict=True)]
    try:
        for side, token in zip(sides, tokens, strict=True):
            await side.enter(token, "sendonly")
        await asyncio.sleep(SETTLE_SECONDS)
        return await _cost(place, sides, "between the two sides, copies of 320×180")
    finally:
        for side in sides:
            await side.close()


def _end(place: Place) -> None:
    """End the call, as its physician does."""
    from xinglin.hospital.consultation import selectors, services
    from xinglin.hospital.identity import selectors as identity

    actor = identity.actor_for(account_id=place.physician, now=now())
    view = selectors.live_view(actor=actor, visit_id=place.visit, now=now())
    if view.session_id is not None:
        services.end_live(actor=actor, session_id=view.session_id, reason="by_physician", now=now())


def _ticket(account: UUID, visit: UUID) -> str:
    """As the page gets it."""
    from xinglin.hospital.consultation import services
    from xinglin.hospital.identity import selectors

    actor = selectors.actor_for(account_id=account, now=now())
    return services.join_live(actor=actor, visit_id=visit, kind="video", login="bench", now=now()).token


async def _cost(place: Place, sides: list[Client], name: str) -> Mode:
    before, frames, began = machine.usage(place.media_pid), sum(side.frames for side in sides), time.monotonic()
    since = now()
    await asyncio.sleep(SECONDS)
    after, seconds = machine.usage(place.media_pid), time.monotonic() - began
    noted = await asyncio.to_thread(_asked, place, CHECKED, since, now())
    return Mode(
        name=name,
        cores=(after.cpu_seconds - before.cpu_seconds) / seconds,
        memory_mib=after.rss_kib / 1024,
        frames=sum(side.frames for side in sides) - frames,
        checked=int(noted),
    )


async def _swapped(place: Place, camera: Camera, owner: drawn.Sitter, other: drawn.Sitter) -> float | None:
    """Seconds from another face to the alarm in the log; the owner comes back afterwards. None without an alarm."""
    camera.show(other)
    seconds = await _until(place, "other_person", now())
    camera.show(owner)
    await _until(place, "restored", now())
    return seconds


async def _until(place: Place, kind: str, since: datetime) -> float | None:
    until = time.monotonic() + ALARM_SECONDS
    while time.monotonic() < until:
        at = await asyncio.to_thread(_asked, place, NOTED, kind, since)
        if at is not None:
            return float((at - since).total_seconds())
        await asyncio.sleep(0.1)
    return None


def _asked(place: Place, query: str, *values: Any) -> Any:
    with psycopg.connect(place.database) as connection:
        row = connection.execute(query.encode(), values).fetchone()
        return row[0] if row else None


def prepare(town: Path) -> None:
    """Tables, two patients, a physician and a pharmacist in an empty database."""
    from django.core.management import call_command

    from xinglin.hospital.demo.bench.people import settle_in

    call_command("migrate", verbosity=0, interactive=False)
    made = settle_in(patients=2, physicians=1, pharmacists=1, now=now())
    town.write_text(json.dumps(made.as_json(), ensure_ascii=False), encoding="utf-8")


def hold(town: Path, port: int, media_port: int, media_pid: int) -> VisitMeasured:
    """Begin a visit, give both a face and a voice, and measure."""
    from xinglin.hospital.demo.bench import likeness_people, loop

    found = json.loads(town.read_text(encoding="utf-8"))
    patient, physician = found["patients"][0], found["physicians"][0]
    people = loop.People(
        patients=[patient],
        physicians=[physician],
        pharmacist=found["pharmacists"][0],
        answers=found["answers"],
        consent_version=found["consent_version"],
        diagnosed_on=found["today"],
    )
    line = loop.Line("127.0.0.1", port)
    visit = loop.begin(line, people, patient, physician)
    line.close()
    accounts = UUID(physician["account_id"]), UUID(patient["account_id"])
    for account, (name, face), card, voice in zip(
        accounts, (DOCTOR, PATIENT), ("ibis", "lark-1"), ("reader", "-"), strict=True
    ):
        likeness_people.settle(account, drawn.Sitter(name, face=face), card, voice, now())
    media = f"http://127.0.0.1:{media_port}"
    return measure(Place(media, media_pid, os.environ["DATABASE_URL"], UUID(visit), *accounts))


def main(deed: str, town: str, *numbers: str) -> None:
    """See the module."""
    django.setup()
    if deed == "prepare":
        prepare(Path(town))
    else:
        sys.stdout.write(json.dumps(asdict(hold(Path(town), *(int(one) for one in numbers)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
