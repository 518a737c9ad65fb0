"""Rooms with real WebRTC on this machine: forwarding, samples, pauses, recordings, coming back, nothing left."""

import asyncio
import gc
import io
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("aiortc", reason="Picture and sound were not tried: install the optional parts with `make video`.")

import aioice.ice
import av
from aiortc import RTCPeerConnection

if TYPE_CHECKING:
    from tests.unit.interop.live_double import Browser, FakeHospital

    from xinglin.hospital.interop.video.rooms import Rooms

pytestmark = pytest.mark.asyncio
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only 127.0.0.1: nothing of these tests goes out."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


@asynccontextmanager
async def house(**options: object) -> "AsyncIterator[tuple[FakeHospital, Rooms, Browser, Browser]]":
    """A hospital with its rooms, a physician in red and a patient in blue."""
    from tests.unit.interop.live_double import PLAIN, Browser, FakeHospital, now

    from xinglin.hospital.interop.video.rooms import Rooms

    hospital = FakeHospital(**options)  # type: ignore[arg-type]
    rooms = Rooms(hospital, now, lambda who: PLAIN)
    sides = Browser(rooms, hospital, "physician", RED), Browser(rooms, hospital, "patient", BLUE)
    try:
        yield hospital, rooms, *sides
    finally:
        await asyncio.gather(*(side.close() for side in sides))
        await rooms.close()


def mostly(frame: av.VideoFrame) -> str:
    """Which colour a picture has."""
    red, _, blue = frame.to_ndarray(format="rgb24").reshape(-1, 3).mean(axis=0)
    return "red" if red > blue else "blue"


async def flowing(side: "Browser") -> None:
    """Pictures come in, and whatever was closed before has had its time."""
    from tests.unit.interop.live_double import until

    before = side.frames["video"]
    await until(lambda: side.frames["video"] > before + 5)
    await asyncio.sleep(0.5)


async def test_each_sees_and_hears_the_other() -> None:
    from tests.unit.interop.live_double import until

    async with house() as (hospital, rooms, doctor, patient):
        assert (await doctor.enter())["peer"] is False
        assert (await patient.enter())["peer"] is True
        await until(lambda: min(*doctor.frames.values(), *patient.frames.values()) > 5)
        assert mostly(doctor.last) == "blue"
        assert mostly(patient.last) == "red"
        await until(lambda: ["physician", "patient"] in hospital.said)
        await until(lambda: hospital.seen["patient"].pictures and hospital.seen["physician"].sounds)
        assert hospital.seen["patient"].pictures[-1].shape == (120, 160, 3)
        assert len(hospital.seen["physician"].sounds[-1]) >= 32000
        assert abs(hospital.seen["physician"].sounds[-1]).max() > 0.1
        letters = await rooms.letters(doctor.seat, 0, "connected", 1.0)
        assert letters[0]["kind"] == "peer"
        assert letters[0]["there"] is True


async def test_a_pause_stops_forwarding_within_a_second_and_samples_go_on() -> None:
    from tests.unit.interop.live_double import until

    async with house() as (hospital, rooms, doctor, patient):
        await doctor.enter()
        await patient.enter()
        await until(lambda: doctor.frames["video"] > 3)
        rooms.pause(hospital.session_id, True)
        await asyncio.sleep(1.0)
        before, sampled = dict(doctor.frames), len(hospital.seen["patient"].pictures)
        await asyncio.sleep(2.0)
        assert doctor.frames == before
        assert len(hospital.seen["patient"].pictures) > sampled
        rooms.pause(hospital.session_id, False)
        await until(lambda: doctor.frames["video"] > before["video"] + 3)
        kinds = [letter["kind"] for letter in await rooms.letters(patient.seat, 0, "connected", 1.0)]
        assert kinds == ["paused", "resumed"]


async def test_the_end_closes_everything() -> None:
    from tests.unit.interop.live_double import until

    from xinglin.hospital.interop.video.rooms import NoSeat

    async with house() as (hospital, rooms, doctor, patient):
        await doctor.enter()
        await patient.enter()
        await until(lambda: doctor.frames["video"] > 3)
        waiting = asyncio.ensure_future(rooms.letters(doctor.seat, 1, "connected", 5.0))
        await asyncio.sleep(0.1)
        await rooms.end(hospital.session_id)
        assert [letter["kind"] for letter in await waiting] == ["ended"]
        assert (len(rooms), rooms.connections) == (0, 0)
        with pytest.raises(NoSeat):
            await rooms.letters(doctor.seat, 0, "", 0.1)
        # The watchers hear of it in their own thread, after what they still measure.
        await until(lambda: [hospital.seen[side].closes for side in ("physician", "patient")] == [1, 1])


async def test_what_is_recorded_can_be_seen_and_heard() -> None:
    from tests.unit.interop.live_double import until

    async with house(recorded=True) as (hospital, rooms, doctor, patient):
        await doctor.enter()
        await patient.enter()
        await until(lambda: min(doctor.frames["video"], patient.frames["video"]) > 3, 20)
        begun = len(hospital.file.data)
        await until(lambda: len(hospital.file.data) > begun + 4000, 20)  # Seconds in which both were seen.
        await rooms.end(hospital.session_id)
        assert hospital.stored == [True]
        assert hospital.file.closed
        with av.open(io.BytesIO(bytes(hospital.file.data))) as film:
            pictures = list(film.decode(video=0))
            assert (pictures[-1].width, pictures[-1].height) == (640, 200)
            plain = pictures[-1].to_ndarray(format="rgb24").astype(int)
            left, right, strip = plain[60:120, 60:260], plain[60:120, 380:580], plain[180:]
            assert left[..., 0].mean() > left[..., 2].mean() + 50
            assert right[..., 2].mean() > right[..., 0].mean() + 50
            assert strip.max() > 180  # the watermark's letters
        with av.open(io.BytesIO(bytes(hospital.file.data))) as film:
            loud = max(abs(frame.to_ndarray().astype(float)).max() for frame in film.decode(audio=0))
            assert loud > 0.05


async def test_a_copy_of_what_was_received_counts_for_the_one_who_sent_it() -> None:
    from tests.unit.interop.live_double import until

    from xinglin.hospital.consultation.selectors import LiveMode

    async with house(mode=LiveMode.FORWARDED) as (hospital, rooms, doctor, patient):
        for side in (doctor, patient):
            given = await rooms.enter(hospital.ticket(side.side))
            assert given is not None
            side.seat = given["seat"]
        await doctor.connect("sendonly")
        await until(lambda: hospital.seen["patient"].pictures)
        assert not hospital.seen["physician"].pictures
        rooms.signal(doctor.seat, {"type": "offer", "sdp": "x"})
        letters = await rooms.letters(patient.seat, 0, "connected", 1.0)
        assert letters[-1] == {"n": letters[-1]["n"], "kind": "signal", "data": {"type": "offer", "sdp": "x"}}
        assert patient.frames["video"] == 0


async def seated(hospital: "FakeHospital", rooms: "Rooms", *sides: "Browser") -> None:
    """In the room; nobody has connected yet."""
    for side in sides:
        given = await rooms.enter(hospital.ticket(side.side))
        assert given is not None
        side.seat = given["seat"]


async def test_a_pause_between_the_two_sides_is_held_by_the_hospital_that_forwards_from_then_on() -> None:
    from tests.unit.interop.live_double import until

    from xinglin.hospital.consultation.selectors import LiveMode

    async with house(mode=LiveMode.FORWARDED) as (hospital, rooms, doctor, patient):
        await seated(hospital, rooms, doctor, patient)
        await doctor.connect("sendonly")
        await until(lambda: hospital.seen["patient"].pictures)
        rooms.pause(hospital.session_id, True)
        rooms.signal(doctor.seat, {"type": "offer", "sdp": "x"})
        await until(lambda: hospital.relayed == ["pause"])
        await until(lambda: rooms.connections == 0)
        await rooms.letters(patient.seat, 1, "connected", 5.0)  # Written once the connections are closed.
        letters = await rooms.letters(patient.seat, 0, "connected", 1.0)
        assert [one["kind"] for one in letters] == ["paused", "mode"], "nothing was passed on that lets them meet"
        assert (letters[-1]["mode"], letters[-1]["reason"]) == ("relay", "pause")
        rooms.signal(doctor.seat, {"type": "offer", "sdp": "x"})
        for side in (doctor, patient):
            await side.connect()
        await until(lambda: hospital.seen["physician"].pictures)
        assert doctor.frames["video"] == patient.frames["video"] == 0
        rooms.pause(hospital.session_id, False)
        await until(lambda: min(doctor.frames["video"], patient.frames["video"]) > 3)
        assert mostly(doctor.last) == "blue"
        kinds = [one["kind"] for one in await rooms.letters(patient.seat, letters[-1]["n"], "connected", 1.0)]
        assert kinds == ["resumed"]


async def test_browsers_that_do_not_meet_are_forwarded(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.unit.interop.live_double import until

    from xinglin.hospital.consultation.selectors import LiveMode
    from xinglin.hospital.interop.video import rooms as module

    monkeypatch.setattr(module, "DIRECT_SECONDS", 1.0)
    async with house(mode=LiveMode.FORWARDED) as (hospital, rooms, doctor, patient):
        await seated(hospital, rooms, doctor)
        await asyncio.sleep(1.5)
        assert hospital.relayed == [], "who waits alone has nobody to meet"
        await seated(hospital, rooms, patient)
        for side in (doctor, patient):
            await rooms.letters(side.seat, 10**6, "failed", 0.1)
        await until(lambda: hospital.relayed == ["unreachable"])
        for side in (doctor, patient):
            await side.connect()
        await until(lambda: min(doctor.frames["video"], patient.frames["video"]) > 3)


async def test_no_copy_is_due_while_the_browsers_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have received nothing that they could return."""
    from tests.unit.interop.live_double import until

    from xinglin.hospital.consultation.selectors import LiveMode
    from xinglin.hospital.interop.video import rooms as module

    monkeypatch.setattr(module, "DIRECT_SECONDS", 600.0)
    async with house(mode=LiveMode.FORWARDED) as (hospital, rooms, doctor, patient):
        await seated(hospital, rooms, doctor, patient)
        await rooms.letters(doctor.seat, 10**6, "connected", 0.1)
        seen = hospital.seen["patient"]
        await until(lambda: seen.nothings > 1)
        assert seen.copies_missed == 0
        await rooms.letters(patient.seat, 10**6, "connected", 0.1)
        await until(lambda: seen.copies_missed)


async def test_a_copy_that_is_not_returned_is_a_gap() -> None:
    from tests.unit.interop.live_double import until

    from xinglin.hospital.consultation.selectors import LiveMode

    async with house(mode=LiveMode.FORWARDED) as (hospital, rooms, doctor, patient):
        await seated(hospital, rooms, doctor, patient)
        for side in (doctor, patient):
            await rooms.letters(side.seat, 10**6, "connected", 0.1)
        await until(lambda: hospital.seen["patient"].copies_missed and hospital.seen["physician"].copies_missed)
        assert hospital.relayed == []


async def test_the_watcher_hears_who_comes_and_glances_between_samples() -> None:
    from tests.unit.interop.live_double import until

    async with house() as (hospital, _rooms, doctor, patient):
        await doctor.enter()
        await patient.enter()
        seen = hospital.seen["patient"]
        await until(lambda: len(seen.pictures) > 2)
        assert seen.glances > len(seen.pictures)
        await patient.enter()
        await until(lambda: seen.who == [hospital.accounts["patient"]] * 2)
        assert seen.closes == 0, "a reload is no farewell"


async def test_another_window_takes_the_seat() -> None:
    from tests.unit.interop.live_double import Browser

    from xinglin.hospital.interop.video.rooms import NoSeat

    async with house() as (hospital, rooms, doctor, _patient):
        await doctor.enter()
        second = Browser(rooms, hospital, "physician", RED)
        await second.enter()
        with pytest.raises(NoSeat):
            await rooms.letters(doctor.seat, 0, "", 0.1)
        assert rooms.connections == 1
        await second.close()


async def test_nonsense_is_refused_and_leaves_nothing() -> None:
    from xinglin.hospital.interop.video.rooms import NoSeat

    async with house() as (hospital, rooms, doctor, _patient):
        await doctor.enter()
        await doctor.close()
        for sdp in ("", "v=0", "nonsense\r\n" * 10, "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"):
            with pytest.raises(ValueError):
                await rooms.offer(doctor.seat, sdp)
        assert rooms.connections == 0
        with pytest.raises(NoSeat):
            await rooms.offer("guessed", "v=0")
        hospital.session_id = hospital.visit_id
        assert await rooms.enter(hospital.ticket("patient")) is not None
        stranger = type(hospital)()
        assert await rooms.enter(stranger.ticket("patient")) is None


async def test_twenty_joins_leave_nothing_behind() -> None:
    from tests.unit.interop.live_double import until

    async with house() as (_hospital, rooms, doctor, patient):
        await doctor.enter()
        await patient.enter()
        await until(lambda: doctor.frames["video"] > 3)
        for _ in range(4):
            await patient.enter()
        await flowing(patient)
        gc.collect()
        tasks, memory = len(asyncio.all_tasks()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for turn in range(20):
            await (patient.enter() if turn % 2 else patient.connect())
        await flowing(patient)
        gc.collect()
        assert rooms.connections == 2
        assert len(asyncio.all_tasks()) <= tasks + 4
        assert sum(isinstance(one, RTCPeerConnection) for one in gc.get_objects()) <= 6
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        assert grown < 60_000, f"{grown} KiB more after twenty joins"


async def test_a_lost_database_is_caught_up_with() -> None:
    from xinglin.hospital.consultation.selectors import LiveState

    async with house() as (hospital, rooms, doctor, _patient):
        await doctor.enter()
        hospital.state = LiveState.PAUSED
        await rooms.look_again()
        assert [one["kind"] for one in await rooms.letters(doctor.seat, 0, "", 1.0)] == ["paused"]
        hospital.state = LiveState.ENDED
        await rooms.look_again()
        assert len(rooms) == 0
