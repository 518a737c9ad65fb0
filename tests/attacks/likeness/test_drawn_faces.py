"""Nobody's face: what the engine makes of drawings, where no picture of a person is at hand."""

import pytest
from tests import drawn_faces, likeness_material
from tests.drawn_faces import Drawn

from xinglin.biometrics.faces import Gate
from xinglin.biometrics.matching import Decision, cosine, decide


def test_a_drawing_is_found_and_passes_the_gates_but_not_for_alive() -> None:
    faces = likeness_material.faces()
    reading = faces.read(drawn_faces.face(), eyes=True)
    assert len(reading.faces) == 1
    assert reading.faces[0].score > 0.9
    assert reading.usable
    assert reading.live is not None
    assert reading.live < faces.engine.limit("live_accept")


def test_the_same_drawing_is_the_same_nobody() -> None:
    faces = likeness_material.faces()
    one, other = (faces.read(drawn_faces.face(seed=seed)).vector for seed in (1, 2))
    assert one is not None
    assert other is not None
    assert decide(cosine(one, other), faces.engine.thresholds, strict=True) is Decision.SAME


@pytest.mark.parametrize("name", ["heron-1", "wren", "ibis"])
def test_a_drawing_is_none_of_the_people(name: str) -> None:
    faces = likeness_material.faces()
    drawing = faces.read(drawn_faces.face(Drawn(skin=(165, 115, 90)))).vector
    person = faces.read(likeness_material.picture(name)).vector
    assert drawing is not None
    assert person is not None
    assert decide(cosine(drawing, person), faces.engine.thresholds) is Decision.OTHER


def test_a_small_drawing_is_not_compared() -> None:
    reading = likeness_material.faces().read(drawn_faces.face(wide=50))
    assert set(reading.reasons) & {Gate.TOO_SMALL, Gate.NO_FACE}
