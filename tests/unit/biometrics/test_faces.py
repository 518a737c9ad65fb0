"""The face engine with its models, on one portrait in the public domain and what is drawn from it."""

import sys
import threading
import time
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
import pytest
from tests import likeness_material as material
from tests.unit.biometrics.portraits import faces, points_of, portrait

from xinglin.biometrics import engine, weights
from xinglin.biometrics.faces import Gate, Pixels, Reading
from xinglin.biometrics.matching import cosine
from xinglin.hospital.demo.bench.likeness_drawn import tilted, turned

SHAPES = {"face-feature": (3, 112, 112), "face-landmarks": (1, 64, 64), "face-detect": (3, 240, 320)}


@cache
def enrolled() -> Reading:
    return faces().read(portrait())


def likeness(picture: Pixels) -> float:
    """The cosine to the portrait; -1 when no face may be compared."""
    found, known = faces().read(picture).vector, enrolled().vector
    assert known is not None
    return -1.0 if found is None else cosine(found, known)


def gain(picture: Pixels, by: float, over: float = 0) -> Pixels:
    return np.clip(picture.astype(np.float32) * by + over, 0, 255).astype(np.uint8)


def blurred(picture: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def scaled(picture: Pixels, side: int) -> Pixels:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def placed(picture: Pixels, width: int, height: int, at: tuple[int, int], side: int) -> Pixels:
    """The picture on a grey field of that size."""
    field, small = np.full((height, width, 3), 120, np.uint8), scaled(picture, side)
    field[at[1] : at[1] + side, at[0] : at[0] + side] = small
    return field


def test_a_portrait_is_read_whole() -> None:
    reading = enrolled()
    assert reading.usable
    assert reading.engine == "onnx-faces@1"
    assert len(reading.faces) == 1
    assert reading.vector is not None
    assert reading.vector.dtype == np.float32
    assert float(np.linalg.norm(reading.vector)) == pytest.approx(1, abs=1e-5)
    assert reading.pose is not None
    assert abs(reading.pose.yaw) < 5
    assert reading.live is not None
    assert reading.live > 0.7
    assert "vector" not in repr(reading)


def test_the_same_picture_gives_the_same_vector_and_mirroring_keeps_the_person() -> None:
    assert likeness(portrait()) == pytest.approx(1, abs=1e-5)
    both = faces().read(portrait(), mirrored=True).vector
    assert both is not None
    assert enrolled().vector is not None
    assert 0.9 < cosine(both, enrolled().vector) < 0.9999


@pytest.mark.parametrize(
    ("change", "least"),
    [
        (lambda picture: blurred(picture, 2), 0.9),
        (lambda picture: gain(picture, 0.4), 0.9),
        (lambda picture: gain(picture, 1.4), 0.8),
        (lambda picture: scaled(picture, 240), 0.9),
        (lambda picture: turned(picture, points_of(picture), 20), 0.8),
        (lambda picture: tilted(picture, 20), 0.8),
        (lambda picture: placed(picture, 480, 854, (20, 200), 420), 0.9),
        (lambda picture: placed(picture, 900, 500, (300, 40), 420), 0.9),
    ],
    ids=["blurred a little", "dark", "bright", "small", "turned", "tilted print", "upright telephone", "wide"],
)
def test_who_it_is_outlasts_the_camera(change: Callable[[Pixels], Pixels], least: float) -> None:
    assert likeness(change(portrait())) > least


def test_yaw_has_the_sign_of_the_persons_own_left() -> None:
    picture = portrait()
    points = points_of(picture)
    for degrees in (-30, -20, 20, 30):
        pose = faces().read(turned(picture, points, degrees)).pose
        assert pose is not None
        assert np.sign(pose.yaw) == np.sign(degrees)
        assert 10 < abs(pose.yaw) < 30


# GATES


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        (lambda picture: np.full_like(picture, 128), Gate.NO_FACE),
        (lambda picture: np.random.default_rng(1).integers(0, 255, picture.shape, np.uint8), Gate.NO_FACE),
        (lambda picture: picture[:64, :64], Gate.NO_FACE),
        (lambda picture: scaled(picture, 160), Gate.TOO_SMALL),
        (lambda picture: placed(picture, 640, 480, (10, 10), 150), Gate.TOO_SMALL),
        (lambda picture: blurred(picture, 6), Gate.BLURRED),
        (lambda picture: gain(picture, 0.2), Gate.TOO_DARK),
        (lambda picture: gain(picture, 0.3, 185), Gate.TOO_BRIGHT),
        (lambda picture: np.hstack([picture, picture]), Gate.SECOND_FACE),
    ],
    ids=["plain", "noise", "corner", "small", "far away", "blurred", "dark", "bright", "two faces"],
)
def test_what_may_not_be_compared(change: Callable[[Pixels], Pixels], gate: Gate) -> None:
    reading = faces().read(change(portrait()))
    assert gate in reading.reasons
    assert not reading.usable
    assert (reading.vector is None) == (gate is not Gate.SECOND_FACE)


def test_a_face_half_outside_the_picture() -> None:
    picture = portrait()
    face = faces().detect(picture)[0]
    for cut in (
        picture[:, int(face.left + face.width * 0.45) :],
        picture[int(face.top + face.height * 0.45) :],
    ):
        reading = faces().read(np.ascontiguousarray(cut))
        assert reading.vector is None or likeness(np.ascontiguousarray(cut)) < 0.9


def test_a_small_face_behind_is_no_second_face() -> None:
    picture = placed(portrait(), 700, 480, (0, 0), 480)
    picture[150:330, 500:680] = scaled(portrait(), 180)
    reading = faces().read(picture)
    assert len(reading.faces) == 2
    assert reading.usable
    assert reading.faces[0].width > 2 * reading.faces[1].width


@pytest.mark.parametrize("shape", [(64, 64), (64, 2560), (2560, 64), (65, 1000), (1, 1), (2, 900)])
def test_odd_shapes_break_nothing(shape: tuple[int, int]) -> None:
    field = np.random.default_rng(2).integers(0, 255, (*shape, 3), np.uint8)
    assert Gate.NO_FACE in faces().read(field, eyes=True).reasons


def test_a_face_that_fills_the_picture_and_more() -> None:
    picture = portrait()
    face = faces().detect(picture)[0]
    close = picture[int(face.top) : int(face.bottom), int(face.left) : int(face.right)]
    reading = faces().read(np.ascontiguousarray(close), eyes=True)
    assert reading.live is None or 0 <= reading.live <= 1
    assert reading.eyes is None or reading.eyes.open >= 0


# RUNNING


def test_near_or_far_it_is_one_person_and_others_are_others() -> None:
    far = material.picture("swift")
    assert likeness(far) > 0.9
    assert likeness(np.ascontiguousarray(far[:, ::-1])) > 0.8
    for other in ("heron-1", "wren", "ibis"):
        assert likeness(material.picture(other)) < 0.4


def test_threads_get_the_same_answer_as_one() -> None:
    picture, answers = portrait(), []

    def ask() -> None:
        answers.extend(likeness(picture) for _ in range(3))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert answers == pytest.approx([1] * 12, abs=1e-5)


def test_vanishing_weights_are_gone_and_nothing_else_has_changed() -> None:
    faces()
    from xinglin.biometrics.onnx_faces import without_vanishing  # Needs the libraries, so only behind `faces()`.

    for name, shape in SHAPES.items():
        raw = weights.path(name).read_bytes()
        kept = without_vanishing(raw)
        before, after = (onnx.load_model_from_string(one).graph.initializer for one in (raw, kept))
        for old, new in zip(before, after, strict=True):
            was, now = onnx.numpy_helper.to_array(old), onnx.numpy_helper.to_array(new)
            assert np.abs(was.astype(np.float64) - now).max(initial=0) < 1e-30
            if now.dtype == np.float32:
                assert not ((now != 0) & (np.abs(now) < np.finfo(np.float32).tiny)).any()
        fed = np.random.default_rng(3).random([1, *shape], np.float32)
        answers = [onnxruntime.InferenceSession(one).run(None, {"input": fed}) for one in (raw, kept)]
        for one, other in zip(*answers, strict=True):
            assert one == pytest.approx(other, abs=1e-6)


def test_the_engine_leaves_the_arithmetic_of_its_threads_alone() -> None:
    """A session's own flag for denormal numbers would not: half of the least normal number must not become zero."""
    least: list[float] = []

    def work() -> None:
        likeness(portrait())
        least.append(sys.float_info.min / 2)

    engine.forget()
    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert min(least) > 0


def test_a_run_is_quick_in_any_thread() -> None:
    chip = faces().align(portrait(), points_of(portrait()))
    spent: list[float] = []

    def work() -> None:
        faces().embed(chip)
        began = time.thread_time()
        for _ in range(5):
            faces().embed(chip)
        spent.append((time.thread_time() - began) / 5)

    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert max(spent) < 0.045
