"""The watch over one side of a live visit: no false alarm, every fault within its limit, never on one sample."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.biometrics.fingerprints import GRID, STEPS, Look
from xinglin.biometrics.watching import (
    ALARMS,
    Change,
    FaceSeen,
    Kind,
    Level,
    VoiceHeard,
    Watch,
    WatchPolicy,
)

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
POLICY = WatchPolicy(face_accept=0.46, face_refuse=0.40, live_refuse=0.5, voice_refuse=0.60)
SCENE = np.random.default_rng(7).uniform(30, 220, (GRID, GRID))


def picture(seed: int, noise: float = 0.0) -> Look:
    """A scene in which a person moves: the same seed is the same instant of the same film."""
    rng = np.random.default_rng(seed)
    face = np.zeros((GRID, GRID))
    face[6:18, 8:16] = rng.normal(0, 12, (12, 8))
    shaken = SCENE + face + np.random.default_rng(seed + 10**6).normal(0, noise, (GRID, GRID)) * bool(noise)
    return np.rint(np.clip(shaken, 0, 255) * STEPS).astype(np.int16)


def good(number: int, similarity: float = 0.62) -> FaceSeen:
    return FaceSeen(1, similarity, 4.0, 90, 0.9, 120, picture(number))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def watch(**changes: object) -> Watch:
    return Watch(replace(POLICY, **changes), "physician", START)  # type: ignore[arg-type]


def feed(one: Watch, frames: Sequence[tuple[float, FaceSeen]]) -> list[Change]:
    return [change for seconds, seen in frames for change in one.face(at(seconds), seen)]


def first(changes: Sequence[Change], kind: Kind) -> float | None:
    """Seconds from the start to the first change of this kind."""
    return next(((change.at - START).total_seconds() for change in changes if change.kind is kind), None)


seeds = st.integers(0, 10**6)


def instants(seed: int, count: int = 45, least: float = 0.5, most: float = 1.8) -> list[float]:
    """Seconds of frames that come with jitter, in whole milliseconds."""
    steps = np.random.default_rng(seed).uniform(least, most, count).round(3)
    return [round(float(second), 3) for second in np.cumsum(steps)]


def drawn(seed: int, least: float, most: float, count: int = 45) -> list[float]:
    """Scores at random."""
    return [float(score) for score in np.random.default_rng(seed + 1).uniform(least, most, count)]


# A GOOD STREAM


@settings(max_examples=40, deadline=None)
@given(seed=seeds, data=st.data())
def test_a_good_stream_raises_nothing(seed: int, data: st.DataObject) -> None:
    """Jitter, a single bad sample now and then, a look aside: nobody is accused."""
    frames, scores = [], drawn(seed, 0.47, 0.95)
    for number, seconds in enumerate(instants(seed)):
        seen = good(number, scores[number])
        if number % 6 == 5:  # One of six is bad in any way.
            bad = data.draw(
                st.sampled_from([
                    replace(seen, similarity=0.05), replace(seen, count=2), replace(seen, count=0, similarity=None),
                    replace(seen, yaw=60.0, similarity=0.2), replace(seen, width_px=30, similarity=0.1),
                    replace(seen, live=0.0), replace(seen, count=0, similarity=None, luminance=3),
                    replace(seen, fingerprint=picture(number - 1)),
                ])
            )  # fmt: skip
            seen = bad
        frames.append((seconds, seen))
    one = watch()
    changes = feed(one, frames)
    assert {change.kind for change in changes} == {Kind.VERIFIED}
    assert one.state.level is Level.OK
    assert not one.state.doubts


def test_verified_is_told_with_a_heartbeat_and_the_badge_counts_from_a_frame_that_fits() -> None:
    one = watch()
    changes = feed(one, [(second, good(second)) for second in range(1, 31)])
    told = [change.at for change in changes]
    assert told[0] == at(3)
    assert all(later - earlier == timedelta(seconds=5) for earlier, later in pairwise(told))
    assert one.state.last_verified_at == at(30)
    one.face(at(31), good(31, 0.2))
    assert one.state.last_verified_at == at(30), "a frame that does not fit verifies nobody"


def test_nothing_is_said_before_three_frames() -> None:
    one = watch()
    assert feed(one, [(1, good(1, 0.9)), (2, good(2, 0.9))]) == []
    assert one.state.level is Level.UNKNOWN
    assert one.state.reason == "not_yet"


def test_without_a_template_the_side_stays_unknown_and_says_so() -> None:
    one = Watch(POLICY, "patient", START, enrolled_face=False)
    changes = feed(one, [(second, replace(good(second), similarity=None)) for second in range(1, 40)])
    assert changes == []
    assert (one.state.level, one.state.reason) == (Level.UNKNOWN, "no_template")


# FAULTS, EACH WITHIN ITS LIMIT

Fault = Callable[[int], FaceSeen]
FAULTS: dict[Kind, tuple[Fault, float]] = {
    Kind.OTHER_PERSON: (lambda number: good(number, 0.15), 10),
    Kind.SECOND_FACE: (lambda number: replace(good(number), count=2), 10),
    Kind.NO_FACE: (lambda number: FaceSeen(0, luminance=110, fingerprint=picture(number)), 10),
    Kind.COVERED: (lambda number: FaceSeen(0, luminance=6, fingerprint=np.full((GRID, GRID), 90, np.int16)), 20),
    Kind.FROZEN: (lambda number: replace(good(number), fingerprint=picture(10**5)), 10),
    Kind.UNSURE: (lambda number: replace(good(number), yaw=50.0), 12),
}


@pytest.mark.parametrize("kind", list(FAULTS))
@settings(max_examples=15, deadline=None)
@given(seed=seeds, whole=st.integers(8, 20))
def test_a_fault_is_raised_within_its_limit_and_never_on_one_frame(kind: Kind, seed: int, whole: int) -> None:
    make, limit = FAULTS[kind]
    times = instants(seed, least=0.6, most=1.9)
    begun = times[whole]
    frames = [(now, good(n) if n < whole else make(n)) for n, now in enumerate(times)]
    one = watch()
    changes = feed(one, frames)
    raised = first(changes, kind)
    assert raised is not None
    assert begun < raised <= begun + limit
    assert sum(begun <= now <= raised for now in times) >= 3, "a decision rests on a window"
    wrong = {change.kind for change in changes if change.at < at(begun)} - {Kind.VERIFIED}
    assert not wrong
    after = [change for change in changes if change.kind is Kind.VERIFIED and change.at > at(raised)]
    assert not after, "nobody is verified while a doubt stands"
    assert (one.state.level is Level.ALARM) == (kind in ALARMS)


@settings(max_examples=15, deadline=None)
@given(period=st.integers(9, 25), noise=st.floats(0, 0.08))
def test_a_repetition_is_raised_once_the_film_begins_again(period: int, noise: float) -> None:
    frames = [
        (second, replace(good(0), fingerprint=picture(second % period, noise))) for second in range(1, 3 * period)
    ]
    changes = feed(watch(), frames)
    raised = first(changes, Kind.LOOPED)
    assert raised is not None
    assert period < raised <= period + 10
    assert first(changes, Kind.RESTORED) is None, "the seam of the film lifts no doubt"


@pytest.mark.parametrize("seconds", [7.3, 11.6])
def test_a_repetition_out_of_step_with_the_sampling_is_found_too(seconds: float) -> None:
    """A film of 7.3 s sampled each second comes round at the same place only after some turns."""

    def shown(now: float) -> Look:
        place = (now % seconds) / seconds
        sway = 14 * np.sin(2 * np.pi * (place * 3 + np.arange(GRID) / GRID))
        nod = 14 * np.cos(2 * np.pi * (place * 2 + np.arange(GRID) / 7))
        return np.rint((SCENE * 0.6 + 50 + sway[None, :] + nod[:, None]) * STEPS).astype(np.int16)

    frames = [(second, replace(good(0), fingerprint=shown(second))) for second in range(1, 119)]
    assert first(feed(watch(), frames), Kind.LOOPED) is not None


def test_glances_find_a_film_of_any_length_within_ten_seconds_of_its_second_round() -> None:
    """Samples of a second alone meet the same instants of a film of 7.3 s only after some turns."""

    def shown(now: float) -> Look:
        place = (now % 7.3) / 7.3
        sway = 14 * np.sin(2 * np.pi * (place * 3 + np.arange(GRID) / GRID))
        nod = 14 * np.cos(2 * np.pi * (place * 2 + np.arange(GRID) / 7))
        noise = np.random.default_rng(round(now * 1000)).normal(0, 0.1, (GRID, GRID))
        return np.rint((SCENE * 0.6 + 50 + sway[None, :] + nod[:, None] + noise) * STEPS).astype(np.int16)

    one, changes = watch(), []
    steps = np.cumsum(np.random.default_rng(5).uniform(0.18, 0.23, 120)).round(3)
    for number, now in enumerate(float(step) for step in steps):
        if number % 5:
            one.glance(at(now), shown(now))
        else:
            changes += one.face(at(now), replace(good(0), fingerprint=shown(now)))
    raised = first(changes, Kind.LOOPED)
    assert raised is not None
    assert 7.3 < raised <= 17.3


def test_a_noisy_still_does_not_live_and_one_frame_that_lives_is_enough() -> None:
    """The picture differs all over from frame to frame; the face in it does not change of itself."""
    dead = [(n, replace(good(n), changed=0.6)) for n in range(1, 15)]
    raised = first(feed(watch(), dead), Kind.FROZEN)
    assert raised is not None
    assert raised <= 10
    alive = [(n, replace(good(n), changed=1.8 if n % 5 == 0 else 0.6)) for n in range(1, 60)]
    assert {change.kind for change in feed(watch(), alive)} == {Kind.VERIFIED}


def test_who_comes_back_is_watched_on() -> None:
    """A reload makes neither a film nor a still new, and lifts no doubt."""
    one = watch()
    feed(one, [(n, replace(good(0), fingerprint=picture(n % 9))) for n in range(1, 10)])
    one.resume(at(12), enrolled_face=True)
    changes = feed(one, [(n, replace(good(0), fingerprint=picture(n % 9))) for n in range(13, 22)])
    assert first(changes, Kind.LOOPED) is not None
    assert first(changes, Kind.NO_FRAMES) is None
    other = watch()
    feed(other, [(n, good(n, 0.1)) for n in range(1, 8)])
    other.resume(at(11), enrolled_face=True)
    assert other.state.doubts == (Kind.OTHER_PERSON,)


def test_a_copy_that_does_not_come_back_is_a_gap_and_then_acted_upon() -> None:
    one = watch()
    feed(one, [(n, good(n)) for n in range(1, 6)])
    changes = [change for n in range(6, 30) for change in one.no_frame(at(n), copy=True)]
    assert [(change.kind, (change.at - START).total_seconds()) for change in changes] == [
        (Kind.NO_FRAMES, 12), (Kind.NO_COPY, 20),
    ]  # fmt: skip
    assert one.state.reason == "no_copy"
    plain = watch()
    feed(plain, [(n, good(n)) for n in range(1, 6)])
    found = [change.kind for n in range(6, 30) for change in plain.no_frame(at(n))]
    assert found == [Kind.NO_FRAMES], "where the hospital forwards, no copy is due"


def test_who_sits_quietly_repeats_nothing() -> None:
    """Small movements about one place: every frame is near to many older ones, and that is no repetition."""
    rng = np.random.default_rng(3)
    frames = []
    for second in range(1, 300):
        moved = SCENE.copy()
        moved[8:14, 9:15] += rng.normal(0, 1.2, (6, 6))
        frames.append((second, replace(good(0), fingerprint=np.rint(moved * STEPS).astype(np.int16))))
    assert {change.kind for change in feed(watch(), frames)} == {Kind.VERIFIED}


def test_an_empty_room_is_a_missing_face_not_a_frozen_picture() -> None:
    frames = [(second, good(second)) for second in range(1, 10)]
    frames += [(second, FaceSeen(0, luminance=120, fingerprint=picture(999))) for second in range(10, 40)]
    kinds = {change.kind for change in feed(watch(), frames)}
    assert Kind.NO_FACE in kinds
    assert Kind.FROZEN not in kinds


def test_no_frames_are_said_by_the_clock_alone() -> None:
    one = watch()
    feed(one, [(second, good(second)) for second in range(1, 10)])
    changes = [change for second in range(10, 20) for change in one.no_frame(at(second))]
    assert [(change.kind, change.level) for change in changes] == [(Kind.NO_FRAMES, Level.UNKNOWN)]
    assert first(changes, Kind.NO_FRAMES) == 16
    assert one.state.last_verified_at == at(9)


# THE VOICE


def test_a_voice_that_differs_is_raised_within_twenty_seconds_and_never_on_one_window() -> None:
    one = watch()
    windows = {12: 0.85, 16: 0.83, 20: 0.3, 24: 0.4, 28: 0.85, 32: 0.86}
    changes: list[Change] = []
    for second in range(1, 36):
        changes += one.face(at(second), good(second))
        if second in windows:
            changes += one.voice(at(second + 0.1), VoiceHeard(windows[second], 6))
        if second in {20, 28}:
            assert (Kind.VOICE_DIFFERS in one.state.doubts) is (second == 28), "one window neither raises nor lifts"
    raised = next(change for change in changes if change.kind is Kind.VOICE_DIFFERS)
    assert (raised.at, raised.level, raised.numbers["lowest_permille"]) == (at(24.1), Level.UNSURE, 300)
    assert first(changes, Kind.RESTORED) == 32.1


@pytest.mark.parametrize(
    "heard", [VoiceHeard(0.1, 6, clipped=True), VoiceHeard(0.1, 1.5), VoiceHeard(None, 8), VoiceHeard(0.65, 8)]
)
def test_a_window_that_says_little_raises_nothing(heard: VoiceHeard) -> None:
    one = watch()
    assert [change for n in range(1, 20) for change in one.voice(at(4 * n), heard) if change.kind != "no_frames"] == []


def test_a_voice_alone_verifies_nobody() -> None:
    one = watch()
    for second in range(4, 60, 4):
        one.voice(at(second), VoiceHeard(0.97, 7))
    assert one.state.last_verified_at is None
    assert one.state.level is not Level.OK


# DOUBTS ARE LIFTED


@pytest.mark.parametrize("kind", list(FAULTS))
def test_a_match_lifts_the_doubt(kind: Kind) -> None:
    make, _ = FAULTS[kind]
    one = watch()
    frames = [(n, good(n) if n < 12 or n > 30 else make(n)) for n in range(1, 50)]
    changes = feed(one, frames)
    restored = first(changes, Kind.RESTORED)
    assert restored is not None
    assert 31 < restored <= 37
    assert one.state.level is Level.OK


def test_a_doubt_that_stands_is_said_again() -> None:
    changes = feed(watch(), [(n, good(n, 0.6 if n < 10 else 0.1)) for n in range(1, 90)])
    said = [(change.at - START).total_seconds() for change in changes if change.kind is Kind.OTHER_PERSON]
    assert said == [12, 42, 72]


def test_between_the_thresholds_an_alarm_stays() -> None:
    one = watch()
    frames = [(n, good(n, 0.6 if n < 8 else 0.2 if n < 16 else 0.43)) for n in range(1, 40)]
    feed(one, frames)
    assert one.state.doubts == (Kind.OTHER_PERSON,)


def test_a_guardian_beside_a_child_is_no_second_face_where_policy_allows_several() -> None:
    one = watch(several_allowed=True)
    changes = feed(one, [(n, replace(good(n), count=2)) for n in range(1, 30)])
    assert {change.kind for change in changes} == {Kind.VERIFIED}


def test_a_flat_face_leaves_doubt_without_accusing() -> None:
    changes = feed(watch(), [(n, replace(good(n), live=0.1)) for n in range(1, 12)])
    assert {(change.kind, change.level, change.reason) for change in changes} == {
        (Kind.UNSURE, Level.UNSURE, "looks_flat")
    }


# ORDER, REPETITION, MONOTONY

samples = st.lists(
    st.tuples(
        st.floats(-5, 80), st.floats(-0.2, 0.95), st.integers(0, 3), st.sampled_from(["face", "voice", "none", "tick"])
    ),
    min_size=5,
    max_size=60,
)


def play(one: Watch, rows: Sequence[tuple[float, float, int, str]]) -> list[Change]:
    found: list[Change] = []
    for number, (seconds, similarity, count, what) in enumerate(rows):
        if what == "face":
            seen = replace(good(number, similarity), count=count)
            found += one.face(at(seconds), seen)
        elif what == "voice":
            found += one.voice(at(seconds), VoiceHeard(similarity, 6))
        else:
            found += one.no_frame(at(seconds)) if what == "none" else one.tick(at(seconds))
    return found


@settings(max_examples=40, deadline=None)
@given(rows=samples)
def test_samples_in_any_order_never_turn_time_back_and_the_same_samples_say_the_same(
    rows: list[tuple[float, float, int, str]],
) -> None:
    one, other = watch(), watch()
    changes = play(one, rows)
    assert changes == play(other, rows)
    assert one.state == other.state
    assert all(earlier.at <= later.at for earlier, later in pairwise(changes))
    assert all(change.at >= START for change in changes)
    if one.state.level is Level.OK:
        assert one.state.last_verified_at is not None
        assert not one.state.doubts


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_late_and_repeated_frames_change_nothing(seed: int) -> None:
    scores = drawn(seed, -0.2, 0.95)
    frames = [(now, good(n, scores[n])) for n, now in enumerate(instants(seed))]
    doubled = [pair for n, frame in enumerate(frames) for pair in (frame, frame, frames[max(0, n - 2)])]
    plain, noisy = watch(), watch()
    assert feed(plain, frames) == feed(noisy, doubled)
    assert plain.state == noisy.state


@settings(max_examples=40, deadline=None)
@given(seed=seeds, best=st.floats(0.3, 0.95), much=st.floats(0, 0.6))
def test_more_evidence_of_another_person_never_lessens_the_alarm(seed: int, best: float, much: float) -> None:
    scores, lower = drawn(seed, best - 0.3, best), drawn(seed + 5, 0, much)
    one, worse = watch(), watch()
    for number, now in enumerate(instants(seed)):
        one.face(at(now), good(number, scores[number]))
        worse.face(at(now), good(number, scores[number] - lower[number]))
        if Kind.OTHER_PERSON in one.state.doubts:
            assert Kind.OTHER_PERSON in worse.state.doubts
        if worse.state.level is Level.OK:
            assert one.state.level is not Level.ALARM
