"""The challenge on frames drawn from a portrait: what a camera would send, and what an attacker would."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import cv2
import numpy as np
import pytest
from tests.unit.biometrics.portraits import faces, film, noisy, portrait

from xinglin.biometrics.faces import Pixels
from xinglin.biometrics.liveness import Challenge, Failure, State, Step, draw_steps
from xinglin.biometrics.matching import Vector
from xinglin.hospital.demo.bench.likeness_drawn import tilted

T0 = datetime(2026, 3, 1, 9, tzinfo=UTC)
L, R, B = Step.LEFT, Step.RIGHT, Step.BLINK
ASKED = (L, R, B, R, L)
SHOWN_BY_OTHERS = [(R, L, B, L, R), (B, R, L, L, R), (L, L, B, R, R), (L, R, R, B, L)]


@cache
def own() -> Vector:
    vector = faces().read(portrait(), mirrored=True).vector
    assert vector is not None
    return vector


@cache
def shown(steps: tuple[Step, ...], flat: bool = False) -> tuple[Pixels, ...]:
    return tuple(film(portrait(), steps, flat=flat))


def judged(frames: Iterable[Pixels], steps: Sequence[Step] = ASKED, every: float = 0.2) -> Challenge:
    challenge = Challenge(faces(), steps, T0, portrait=own())
    for number, frame in enumerate(frames, 1):
        if challenge.feed(frame, T0 + timedelta(seconds=every * number)).state is not State.RUNNING:
            break
    return challenge


def another(picture: Pixels) -> Pixels:
    """Somebody else, as far as the engine can tell: features moved up and down until the likeness is gone."""
    height, width = picture.shape[:2]
    columns, y = np.meshgrid(np.arange(width, dtype=np.float32), np.linspace(-1, 1, height))
    rows = ((y + 0.16 * np.sin(2.5 * np.pi * y) + 1) / 2 * height).astype(np.float32)
    return np.asarray(cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_does_as_asked_passes_and_is_the_person(seed: int) -> None:
    steps = draw_steps(random.Random(seed), faces().engine)
    challenge = judged(shown(steps), steps)
    assert challenge.failure is None
    assert challenge.state is State.PASSED
    assert challenge.similarity is not None
    assert challenge.similarity > 0.9
    assert challenge.likeness is not None


def test_a_still_photograph() -> None:
    assert judged([portrait()] * 40, every=0.5).failure is Failure.STEP_TIMEOUT


def test_a_waved_photograph() -> None:
    angles = [30 * np.sin(number / 4) for number in range(40)]
    challenge = judged(noisy(tilted(portrait(), angle) for angle in angles), every=0.5)
    assert challenge.state is State.FAILED
    assert challenge.done == 0
    assert challenge.failure in {Failure.STEP_TIMEOUT, Failure.WRONG_STEP, Failure.TWO_FACES}


def test_a_photograph_waved_as_asked() -> None:
    frames = shown(ASKED, flat=True)
    challenge = judged([*frames, *frames[-1:] * 10], every=0.8)
    assert challenge.state is State.FAILED
    assert challenge.done < len(ASKED)


@pytest.mark.parametrize("steps", SHOWN_BY_OTHERS)
def test_a_film_made_for_another_order(steps: tuple[Step, ...]) -> None:
    challenge = judged(shown(steps) * 3)
    assert challenge.state is State.FAILED
    assert challenge.failure in {Failure.WRONG_STEP, Failure.STEP_TIMEOUT}


def test_a_mirrored_camera_is_refused_not_believed() -> None:
    challenge = judged([np.ascontiguousarray(frame[:, ::-1]) for frame in shown(ASKED)])
    assert challenge.failure is Failure.WRONG_STEP


def test_two_faces() -> None:
    two = [np.hstack([frame, portrait()]) for frame in shown(ASKED)[4:8]]
    assert judged([*shown(ASKED)[:4], *two]).failure is Failure.TWO_FACES


def test_a_face_that_goes_away() -> None:
    nobody = np.full((480, 480, 3), 120, np.uint8)
    assert judged([*shown(ASKED)[:6], *[nobody] * 11]).failure is Failure.FACE_LOST


def test_another_person_takes_over() -> None:
    stranger = another(portrait())
    reading = faces().read(stranger)
    assert reading.vector is not None
    assert float(reading.vector @ own()) < 0.40, "the drawn stranger is told apart"
    challenge = judged([*shown(ASKED)[:6], *noisy([stranger] * 12)])
    assert challenge.failure is Failure.PERSON_CHANGED


def test_another_person_from_the_beginning() -> None:
    stranger = another(portrait())
    challenge = judged(film(stranger, ASKED))
    assert challenge.state is State.FAILED
    assert challenge.likeness is None


def test_slow_frames_time_out() -> None:
    assert judged(shown(ASKED), every=2.0).failure in {Failure.STEP_TIMEOUT, Failure.TIMEOUT}
