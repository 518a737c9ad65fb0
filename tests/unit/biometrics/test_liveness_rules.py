"""The challenge as a machine, on readings written by hand: no model is needed."""

import itertools
import math
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.biometrics.scripted import ENGINE, ScriptedFaces, reading, vector

from xinglin.biometrics.faces import Gate, Reading
from xinglin.biometrics.liveness import Challenge, Failure, Hint, Progress, State, Step, draw_steps

T0 = datetime(2026, 3, 1, 9, tzinfo=UTC)
LEFT, RIGHT, BLINK = Step.LEFT, Step.RIGHT, Step.BLINK
STEPS = (LEFT, BLINK, RIGHT, LEFT, RIGHT)
REST = [reading(), reading(1), reading(-1)]


def moved(step: Step) -> list[Reading]:
    """One movement and the way back to rest."""
    if step is BLINK:
        return [reading(eyes=0.1, aspect=0.15), reading()]
    side = 1 if step is LEFT else -1
    return [reading(side * 6), reading(side * 18), reading(side * 7), reading()]


def film(steps: Iterable[Step]) -> list[Reading]:
    return REST + [one for step in steps for one in moved(step)]


def judged(
    frames: Iterable[Reading],
    steps: tuple[Step, ...] = STEPS,
    *,
    every: float = 0.2,
    portrait: int | None = None,
) -> tuple[Challenge, Progress]:
    """Feed the readings, one each `every` seconds, through frames that name them."""
    script = list(frames)
    known = None if portrait is None else vector(portrait)
    challenge = Challenge(ScriptedFaces(script), steps, T0, portrait=known)
    progress = challenge.expire(T0)
    for number in range(len(script)):
        frame = np.full((2, 2, 3), number, np.uint8)
        progress = challenge.feed(frame, T0 + timedelta(seconds=every * (number + 1)))
    return challenge, progress


def orders() -> list[tuple[Step, ...]]:
    """Every order that can be drawn."""
    source, found = random.Random(1), set[tuple[Step, ...]]()
    for _ in range(4000):
        found.add(draw_steps(source, ENGINE))
    return sorted(found)


def test_there_are_seventy_orders_and_each_is_as_likely() -> None:
    source, counted = random.Random(7), dict.fromkeys(orders(), 0)
    assert len(counted) == 70
    for _ in range(7000):
        counted[draw_steps(source, ENGINE)] += 1
    assert min(counted.values()) > 50
    assert max(counted.values()) < 160
    for steps in counted:
        assert steps.count(BLINK) == 1
        assert {LEFT, RIGHT} <= set(steps)


def test_who_does_the_steps_passes_in_every_order() -> None:
    for steps in orders():
        challenge, progress = judged(film(steps), steps)
        assert progress == Progress(State.PASSED, None, 5, None, None)
        assert challenge.likeness is not None
        assert challenge.live == pytest.approx(0.95)


def test_a_film_of_another_order_never_passes() -> None:
    for asked, shown in itertools.permutations(orders(), 2):
        challenge, _ = judged(film(shown), asked)
        assert challenge.state is not State.PASSED, (asked, shown)
        assert challenge.failure in {None, Failure.WRONG_STEP}
        assert challenge.likeness is None


def test_a_film_full_of_blinks_shown_again_and_again_needs_the_right_turns() -> None:
    passed = 0
    turns = [LEFT, RIGHT, LEFT, RIGHT]
    blinking = [step for turn in turns for step in (BLINK, turn, BLINK)]
    for asked in orders():
        challenge, _ = judged(film(blinking * 3), asked)
        asked_turns = [step for step in asked if step is not BLINK]
        assert (challenge.state is State.PASSED) == (asked_turns == turns)
        passed += challenge.state is State.PASSED
    assert passed / len(orders()) == pytest.approx(1 / 14)


@pytest.mark.parametrize(
    ("frames", "failure"),
    [
        ([reading()] * 90, Failure.STEP_TIMEOUT),
        ([reading(yaw) for yaw in (0, 2, 4, 2, 0, -3)] * 15, Failure.STEP_TIMEOUT),
        ([*REST, reading(-18)], Failure.WRONG_STEP),
        ([*film([LEFT]), reading(25)], Failure.WRONG_STEP),
        ([*REST, *[reading(reasons=(Gate.SECOND_FACE,))] * 2], Failure.TWO_FACES),
        ([*REST, *[reading(reasons=(Gate.NO_FACE,))] * 11], Failure.FACE_LOST),
        ([*REST, *[reading(reasons=(Gate.TOO_SMALL,))] * 11], Failure.FACE_LOST),
        ([*film([LEFT]), reading(person=2)], Failure.PERSON_CHANGED),
        ([*film([LEFT]), *[reading(likeness=0.35)] * 3], Failure.PERSON_CHANGED),
        ([*REST, reading(18, person=2)], Failure.PERSON_CHANGED),
        ([reading(live=0.3)] * 3 + film(STEPS)[3:], None),
    ],
    ids=[
        "still photo", "waved photo", "turned the other way", "turned when asked to blink", "two faces", "face lost",
        "face too small", "face swapped", "doubtful face", "swapped in the turn", "three dull frames",
    ],
)  # fmt: skip
def test_what_is_refused_and_why(frames: list[Reading], failure: Failure | None) -> None:
    challenge, progress = judged(frames)
    assert challenge.failure is failure
    assert progress.state is (State.FAILED if failure else State.PASSED)
    assert (challenge.likeness is None) == (failure is not None)


def test_one_frame_with_a_second_face_is_forgiven() -> None:
    frames = film(STEPS)
    frames.insert(5, reading(reasons=(Gate.SECOND_FACE,)))
    assert judged(frames)[0].state is State.PASSED


def test_a_dull_picture_is_not_alive() -> None:
    frames = [Reading(**{name: getattr(one, name) for name in one.__slots__} | {"live": 0.4}) for one in film(STEPS)]
    assert judged(frames)[0].failure is Failure.NOT_ALIVE


@pytest.mark.parametrize(
    ("likeness", "failure"), [(1.0, None), (0.47, None), (0.43, Failure.UNSURE_PERSON), (0.39, Failure.OTHER_PERSON)]
)
def test_the_person_must_be_the_one_of_the_portrait(likeness: float, failure: Failure | None) -> None:
    challenge = Challenge(ScriptedFaces(), (LEFT, RIGHT, BLINK), T0, portrait=vector(1, likeness))
    for number, one in enumerate(film((LEFT, RIGHT, BLINK))):
        challenge.judge(one, T0 + timedelta(seconds=0.2 * number))
    assert challenge.failure is failure
    assert challenge.similarity == pytest.approx(likeness, abs=1e-5)


def test_a_movement_is_not_counted_twice_without_rest_between() -> None:
    steps = (LEFT, LEFT, RIGHT, BLINK)
    held = [*REST, *[reading(18)] * 10]
    challenge, progress = judged(held, steps)
    assert (progress.state, progress.done) == (State.RUNNING, 1)
    assert progress.step is None
    assert challenge.failure is None


def test_eyes_closed_at_rest_are_measured_against_the_persons_own() -> None:
    narrow = [reading(eyes=0.5, aspect=0.2)] * 3
    challenge, progress = judged([*narrow, reading(eyes=0.45, aspect=0.19)], (BLINK, LEFT, RIGHT))
    assert progress.done == 0
    assert challenge.rest is not None
    assert challenge.rest.aspect == pytest.approx(0.2)
    assert judged([*narrow, reading(eyes=0.45, aspect=0.16)], (BLINK, LEFT, RIGHT))[1].done == 1


def test_an_engine_without_a_mesh_sees_blinks_by_probability() -> None:
    frames = [reading(aspect=None)] * 3 + [reading(aspect=None, eyes=0.2)]
    assert judged(frames, (BLINK, LEFT, RIGHT))[1].done == 1


READINGS = st.builds(
    reading,
    st.sampled_from([0.0, 1.0, -4.0, 7.0, -9.0, 14.0, -14.0, 22.0, -22.0, 40.0, math.nan]),
    person=st.sampled_from([1, 1, 1, 2]),
    likeness=st.sampled_from([1.0, 1.0, 0.45, 0.35]),
    eyes=st.sampled_from([1.0, 1.0, 0.2, math.nan]),
    aspect=st.sampled_from([0.3, 0.2, None, math.nan]),
    live=st.sampled_from([0.95, 0.95, 0.2]),
    reasons=st.sampled_from([(), (), (), (Gate.BLURRED,), (Gate.SECOND_FACE,), (Gate.TOO_SMALL,), (Gate.NO_FACE,)]),
)


@given(frames=st.lists(st.one_of(READINGS, st.sampled_from(film(STEPS))), max_size=60), steps=st.sampled_from(orders()))
def test_whatever_is_shown_only_all_of_it_passes(frames: list[Reading], steps: tuple[Step, ...]) -> None:
    challenge, before = Challenge(ScriptedFaces(), steps, T0, portrait=vector(1)), 0
    for number, one in enumerate(frames):
        if challenge.state is State.RUNNING:
            progress = challenge.judge(one, T0 + timedelta(seconds=0.1 * number))
            assert before <= progress.done <= before + 1
            before = progress.done
    assert (challenge.failure is not None) == (challenge.state is State.FAILED)
    if challenge.state is State.PASSED:
        assert challenge.done == len(steps)
        assert challenge.live is not None
        assert challenge.live >= 0.7
        assert challenge.similarity is not None
        assert challenge.similarity >= 0.46
    else:
        assert challenge.likeness is None


# TIME


def test_time_runs_out_for_a_step_and_for_all() -> None:
    challenge = Challenge(ScriptedFaces(), STEPS, T0)
    assert challenge.expire(T0 + timedelta(seconds=20)).state is State.RUNNING
    assert challenge.deadline == T0 + timedelta(seconds=20)
    assert challenge.expire(T0 + timedelta(seconds=20.1)).failure is Failure.STEP_TIMEOUT
    challenge, _ = judged(REST)
    asked = T0 + timedelta(seconds=0.6)
    assert challenge.deadline == asked + timedelta(seconds=8)
    challenge.last_at = challenge.deadline
    assert challenge.expire(challenge.deadline).state is State.RUNNING
    assert challenge.expire(challenge.deadline + timedelta(seconds=0.1)).failure is Failure.STEP_TIMEOUT
    assert judged(film(STEPS), every=4)[0].failure is Failure.TIMEOUT


def test_frames_that_stop_coming_end_it() -> None:
    challenge, _ = judged(REST)
    assert challenge.expire(T0 + timedelta(seconds=5.5)).state is State.RUNNING
    assert challenge.expire(T0 + timedelta(seconds=5.7)).failure is Failure.GAP


def test_a_movement_before_anybody_can_have_read_the_prompt_does_not_count() -> None:
    challenge = Challenge(ScriptedFaces(), STEPS, T0)
    for number, one in enumerate(REST):
        challenge.judge(one, T0 + timedelta(seconds=number))
    assert challenge.asked is LEFT
    assert challenge.judge(reading(18), T0 + timedelta(seconds=2.1)).done == 0
    assert challenge.judge(reading(18), T0 + timedelta(seconds=2.2)).done == 1


def test_eyes_that_are_narrow_at_rest_close_by_their_odds() -> None:
    narrow = [reading(eyes=0.99999, aspect=0.16)] * 3
    assert judged([*narrow, reading(eyes=0.96, aspect=0.155)], (BLINK, LEFT, RIGHT))[1].done == 1
    assert judged([*narrow, reading(eyes=0.995, aspect=0.155)], (BLINK, LEFT, RIGHT))[1].done == 0


def test_who_sits_aside_is_compared_by_the_own_rest() -> None:
    aside = [reading(12.5, likeness=0.9)] * 3
    challenge, _ = judged([reading(8), reading(8), reading(8), *aside])
    assert len(challenge._live) == 6


# PUT AWAY AND TAKEN UP AGAIN


def test_a_challenge_goes_on_from_its_bytes_as_if_nothing_had_been() -> None:
    for steps in orders()[::9]:
        frames = film(steps)
        faces, one = ScriptedFaces(frames), Challenge(ScriptedFaces(frames), steps, T0, portrait=vector(1, 0.8))
        other = Challenge(faces, steps, T0)
        for number in range(len(frames)):
            at, frame = T0 + timedelta(seconds=0.2 * (number + 1)), np.full((2, 2, 3), number, np.uint8)
            if other.state is State.RUNNING:  # a film ends with the way back, after its last step
                other = Challenge.resumed(faces, other.to_bytes(), portrait=vector(1, 0.8))
            assert other.feed(frame, at) == one.feed(frame, at)
            assert other.state is not State.RUNNING or other.deadline == one.deadline
        assert (one.state, one.live, one.similarity) == (State.PASSED, other.live, other.similarity)
        assert one.likeness == pytest.approx(other.likeness)


def test_what_has_ended_or_belongs_to_another_engine_is_not_taken_up() -> None:
    with pytest.raises(ValueError):
        judged(film(STEPS))[0].to_bytes()
    raw = judged(REST)[0].to_bytes()
    with pytest.raises(ValueError):
        Challenge.resumed(ScriptedFaces(), raw.replace(b"scripted@1", b"scripted@2"))


def test_rest_that_never_comes_is_a_step_that_timed_out() -> None:
    assert judged([reading(30)] * 105)[0].failure is Failure.STEP_TIMEOUT


def test_time_does_not_run_backwards() -> None:
    challenge = Challenge(ScriptedFaces([reading()]), STEPS, T0)
    frame = np.zeros((2, 2, 3), np.uint8)
    challenge.feed(frame, T0 + timedelta(seconds=1))
    assert challenge.feed(frame, T0 + timedelta(seconds=0.5)).failure is Failure.TIME_BACKWARDS


def test_frames_are_counted() -> None:
    challenge = Challenge(ScriptedFaces([reading()]), STEPS, T0)
    frame = np.zeros((2, 2, 3), np.uint8)
    for _ in range(601):
        challenge.feed(frame, T0)
    assert challenge.failure is Failure.TOO_MANY_FRAMES


def test_after_the_end_nothing_changes() -> None:
    challenge, ended = judged(film(STEPS))
    assert challenge.feed(np.zeros((2, 2, 3), np.uint8), T0 - timedelta(days=1)) == ended
    assert challenge.expire(T0 + timedelta(days=1)) == ended


# WHAT HELPS


@pytest.mark.parametrize(
    ("gate", "hint"),
    [
        (Gate.NO_FACE, Hint.NO_FACE),
        (Gate.TOO_SMALL, Hint.COME_CLOSER),
        (Gate.CUT_OFF, Hint.COME_CLOSER),
        (Gate.TOO_DARK, Hint.MORE_LIGHT),
        (Gate.TOO_BRIGHT, Hint.LESS_LIGHT),
        (Gate.BLURRED, Hint.HOLD_STILL),
        (Gate.SECOND_FACE, Hint.ONE_PERSON),
    ],
)
def test_a_gate_says_what_would_help(gate: Gate, hint: Hint) -> None:
    assert judged([reading(reasons=(gate,))])[1].hint is hint


def test_steps_are_asked_one_after_another() -> None:
    assert judged(REST[:2])[1] == Progress(State.RUNNING, None, 0, Hint.LOOK_STRAIGHT, None)
    assert judged(REST)[1] == Progress(State.RUNNING, LEFT, 0, Hint.DO_STEP, None)
    assert judged(film([LEFT]))[1] == Progress(State.RUNNING, BLINK, 1, Hint.DO_STEP, None)


def test_a_turn_that_has_begun_is_to_go_further() -> None:
    assert judged([*REST, reading(6)])[1].hint is Hint.FURTHER
    assert judged([*REST, reading(-6)])[1].hint is Hint.DO_STEP


def test_a_challenge_needs_steps() -> None:
    with pytest.raises(ValueError):
        Challenge(ScriptedFaces(), (), T0)
