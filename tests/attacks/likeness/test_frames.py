"""Frames that must not be compared, people who are others, and what is said of groups of people."""

from itertools import combinations, product

import cv2
import numpy as np
import pytest
from tests import likeness_material as material
from tests.likeness_material import drawn

from xinglin.biometrics.errors import BadTemplate
from xinglin.biometrics.faces import Gate, Pixels
from xinglin.biometrics.manifest import engine
from xinglin.biometrics.matching import Decision, Template, Vector, cosine, decide
from xinglin.hospital.demo.bench.likeness_material import PICTURES, people

CLEAR = [name for name in PICTURES if name != "teal"]
"""Eyes all but shut and a head that leans: not a picture to be known by."""


def vector(name: str) -> Vector:
    found = material.faces().read(material.picture(name), mirrored=True).vector
    assert found is not None, name
    return found


def turned(picture: Pixels, turns: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(picture, turns))


def test_every_two_people_are_others() -> None:
    vectors = {name: vector(name) for name in CLEAR}
    limits = material.faces().engine.thresholds
    for one, other in combinations(CLEAR, 2):
        if PICTURES[one].person != PICTURES[other].person:
            similarity = cosine(vectors[one], vectors[other])
            assert decide(similarity, limits) is Decision.OTHER, (one, other, similarity)


def test_every_person_is_found_again_in_another_picture() -> None:
    limits = material.faces().engine.thresholds
    pairs = [pair for names in people().values() for pair in combinations(names, 2)]
    assert len(pairs) == 4
    for one, other in pairs:
        similarity = cosine(vector(one), vector(other))
        assert decide(similarity, limits, strict=True) is Decision.SAME, (one, other, similarity)


@pytest.mark.parametrize("face", [20, 40, 60])
def test_a_tiny_face_is_not_compared(face: int) -> None:
    reading = material.faces().read(material.picture("wren", face=face))
    assert reading.vector is None
    assert set(reading.reasons) & {Gate.TOO_SMALL, Gate.NO_FACE}


@pytest.mark.parametrize("degrees", [-45, 45])
def test_a_turned_face_is_not_compared(degrees: int) -> None:
    reading = material.faces().read(material.sitter("swift").frame(drawn.Stance(yaw=degrees)))
    assert Gate.TURNED in reading.reasons
    assert reading.vector is None


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_face_on_its_side_or_head_is_not_taken_for_somebody(turns: int) -> None:
    reading = material.faces().read(turned(material.picture("wren"), turns))
    if reading.vector is not None:
        for other in ("heron-1", "ibis", "swift"):
            assert cosine(reading.vector, vector(other)) < material.faces().engine.limit("match_accept")


def test_two_faces_are_said() -> None:
    reading = material.faces().read(drawn.beside(material.picture("wren"), material.picture("swift")))
    assert Gate.SECOND_FACE in reading.reasons
    assert not reading.usable


def test_a_face_in_a_picture_behind_is_no_second_one() -> None:
    behind = material.picture("wren").copy()
    behind[10:70, 10:70] = cv2.resize(material.picture("swift")[95:235, 250:390], (60, 60))
    assert Gate.SECOND_FACE not in material.faces().read(behind).reasons


@pytest.mark.parametrize(("light", "gate"), [(0.12, Gate.TOO_DARK), (6.0, Gate.TOO_BRIGHT)])
def test_dark_and_glaring_faces_are_not_compared(light: float, gate: Gate) -> None:
    picture = np.clip(material.picture("heron-1") * light, 0, 255).astype(np.uint8)
    reading = material.faces().read(picture)
    assert set(reading.reasons) & {gate, Gate.NO_FACE}
    assert reading.vector is None


def test_a_blurred_face_is_not_compared() -> None:
    reading = material.faces().read(cv2.GaussianBlur(material.picture("heron-1"), (0, 0), 9))
    assert set(reading.reasons) & {Gate.BLURRED, Gate.NO_FACE}


def test_noise_is_nobody() -> None:
    source = np.random.default_rng(1)
    for _ in range(10):
        noise = source.integers(0, 256, (360, 640, 3), dtype=np.uint8)
        assert material.faces().read(noise).vector is None


def test_a_recording_of_poor_quality_raises_no_similarity_to_others() -> None:
    """What a codec, a small picture or a screen do to a frame makes people less alike, never alike."""
    limit = material.faces().engine.limit("match_accept")
    spoiled = {
        "codec": cv2.imdecode(np.frombuffer(drawn.jpeg(material.picture("wren"), 12), np.uint8), cv2.IMREAD_COLOR_RGB),
        "small": cv2.resize(cv2.resize(material.picture("wren"), (320, 180)), (640, 360)),
        "screen": drawn.recaptured(material.picture("wren")),
        "print": drawn.printed(material.picture("wren")),
    }
    for (how, picture), other in product(spoiled.items(), ("heron-1", "swift", "ibis", "lark-2")):
        found = material.faces().read(np.asarray(picture, np.uint8)).vector
        assert found is None or cosine(found, vector(other)) < limit, (how, other)


def test_a_template_of_another_engine_or_version_is_refused() -> None:
    found = vector("wren")
    mine = Template("onnx-faces", "1", found)
    for other in (Template("onnx-faces", "2", found), Template("another", "1", found)):
        with pytest.raises(BadTemplate, match="another engine"):
            mine.similarity(other)


def test_error_rates_are_reported_for_a_group_of_their_own() -> None:
    """False accepts differ between groups of people: the table must say for whom each rate was measured."""
    row = engine("onnx-faces")
    rates = [one for one in row.measured if one.what.startswith("false accepts")]
    groups = {one.what.rpartition(", ")[2] for one in rates}
    assert groups == {"all people", "people with East Asian names"}
    assert all(one.n > 0 and one.limits and one.where for one in rates)
    worst = max(rates, key=lambda one: one.value)
    assert worst.what.endswith("East Asian names"), "the rate to rely on is the worst group's"
    assert {"match_strict", "match_accept", "match_refuse"} <= set(row.thresholds)
