"""Similarities, decisions and the template that is kept."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from xinglin.biometrics.errors import BadTemplate
from xinglin.biometrics.manifest import engine
from xinglin.biometrics.matching import MAGIC, Decision, Template, averaged, cosine, decide, unit

LEVELS = engine("onnx-faces").thresholds
NUMBERS = st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=64).filter(
    lambda values: math.hypot(*values) > 1e-3
)


def vector(*values: float) -> NDArray[np.float32]:
    return unit(np.array(values, np.float32))


@pytest.mark.parametrize(
    ("similarity", "ordinary", "strict"),
    [
        (1.0, Decision.SAME, Decision.SAME),
        (0.50, Decision.SAME, Decision.SAME),
        (0.4999, Decision.SAME, Decision.UNSURE),
        (0.46, Decision.SAME, Decision.UNSURE),
        (0.4599, Decision.UNSURE, Decision.UNSURE),
        (0.40, Decision.UNSURE, Decision.UNSURE),
        (0.3999, Decision.OTHER, Decision.OTHER),
        (-1.0, Decision.OTHER, Decision.OTHER),
        (math.nan, Decision.OTHER, Decision.OTHER),
    ],
)
def test_decisions_at_the_thresholds(similarity: float, ordinary: Decision, strict: Decision) -> None:
    assert decide(similarity, LEVELS) is ordinary
    assert decide(similarity, LEVELS, strict=True) is strict


@given(values=NUMBERS)
def test_a_template_comes_back_as_it_went(values: list[float]) -> None:
    kept = Template("onnx-faces", "1", vector(*values))
    back = Template.from_bytes(kept.to_bytes())
    assert (back.engine, back.version) == ("onnx-faces", "1")
    assert np.array_equal(back.vector, kept.vector)
    assert back.similarity(kept) == pytest.approx(1, abs=1e-5)


@given(raw=st.binary(max_size=200))
def test_other_bytes_are_no_template(raw: bytes) -> None:
    with pytest.raises(BadTemplate):
        Template.from_bytes(raw)
    with pytest.raises(BadTemplate):
        Template.from_bytes(MAGIC + raw[:100])


@pytest.mark.parametrize("length", range(0, 40, 3))
def test_a_template_cut_short_or_lengthened_is_refused(length: int) -> None:
    raw = Template("onnx-faces", "1", vector(*range(1, 9))).to_bytes()
    with pytest.raises(BadTemplate, match="damaged"):
        Template.from_bytes(raw[:length])
    with pytest.raises(BadTemplate):
        Template.from_bytes(raw + b"\0" * (length + 1))


def test_a_vector_that_is_not_one_long_or_no_number_is_refused() -> None:
    kept = Template("e", "1", np.array([0.6, 0.8], np.float32))
    assert Template.from_bytes(kept.to_bytes()).vector.tolist() == pytest.approx([0.6, 0.8])
    for wrong in ([0.6, 0.9], [math.nan, 1], [math.inf, 0]):
        with pytest.raises(BadTemplate):
            Template.from_bytes(Template("e", "1", np.array(wrong, np.float32)).to_bytes())


@pytest.mark.parametrize("other", [("onnx-faces", "2"), ("certified", "1"), ("ge2e-voices", "1")])
def test_another_engine_or_version_is_refused(other: tuple[str, str]) -> None:
    kept = Template("onnx-faces", "1", vector(1, 2, 3))
    with pytest.raises(BadTemplate) as caught:
        kept.similarity(Template(*other, vector(1, 2, 3)))
    assert caught.value.dotted == "template.foreign"
    with pytest.raises(BadTemplate):
        kept.similarity_to(vector(1, 2, 3), engine=other[0], version=other[1])
    with pytest.raises(BadTemplate):
        kept.similarity_to(vector(1, 2), engine="onnx-faces", version="1")


def test_cosines() -> None:
    assert cosine(vector(1, 0), vector(0, 1)) == pytest.approx(0)
    assert cosine(vector(1, 1), vector(-1, -1)) == pytest.approx(-1)
    assert cosine(averaged([vector(1, 0), vector(0, 1)]), vector(1, 1)) == pytest.approx(1)
    for wrong in (
        lambda: unit(np.zeros(3, np.float32)),
        lambda: averaged([]),
        lambda: cosine(vector(1, 0), vector(1, 0, 0)),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_a_template_does_not_show_itself() -> None:
    assert "vector" not in repr(Template("onnx-faces", "1", vector(1, 2, 3)))
