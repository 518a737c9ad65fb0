"""The reader of cards on drawn cards: both sides, any rotation, poor pictures, and pictures that are something else."""

from datetime import date
from functools import cache
from random import Random

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from tests import biometrics_cards as drawn
from tests.biometrics_cards import Card

from xinglin.biometrics.card_checks import consistent
from xinglin.biometrics.cards import BadCard, CardReading, RapidCards, Side, portrait
from xinglin.biometrics.errors import NotInstalled
from xinglin.biometrics.manifest import engine

Pixels = NDArray[np.uint8]
ON = date(2026, 9, 1)


@cache
def reader() -> RapidCards:
    return RapidCards()


@cache
def card(seed: int = 4) -> Card:
    return drawn.invented(Random(seed), on=ON)


def values(reading: CardReading) -> dict[str, str]:
    return {name: field.value for name, field in reading.fields.items()}


def refused(pixels: Pixels, side: Side) -> str:
    with pytest.raises(BadCard) as found:
        reader().read(pixels, side)
    assert found.value.sentence.zh
    return found.value.code


@pytest.mark.parametrize("condition", ["turned 40°", "on its head", "mixed"])
def test_a_front_is_read_and_its_portrait_found(condition: str) -> None:
    picture = drawn.photographed(drawn.front(card()), condition, Random(3))
    reading = reader().read(picture, "front")
    assert values(reading) == card().truth("front")
    assert reading.complete, reading.problems
    assert reading.engine == engine("rapid-cards").name
    assert consistent(reading.fields, on=ON) == ()
    crop = portrait(picture, reading)
    assert crop is not None
    hair, skin = crop[crop.shape[0] // 6, crop.shape[1] // 2], crop[crop.shape[0] // 2, crop.shape[1] // 2]
    assert int(hair.max()) < 90, "the drawn head stands upright in the crop: hair above"
    assert int(skin[0]) > max(150, int(skin[2]) + 15), "and the face in its middle"


@pytest.mark.parametrize("condition", ["turned 90°", "mixed"])
def test_a_back_is_read(condition: str) -> None:
    picture = drawn.photographed(drawn.back(card()), condition, Random(3))
    reading = reader().read(picture, "back")
    assert values(reading) == card().truth("back")
    assert reading.complete
    assert reading.portrait is None
    assert portrait(picture, reading) is None


def test_a_card_valid_for_good_says_so() -> None:
    old = next(found for seed in range(99) if (found := drawn.invented(Random(seed), on=ON)).valid_to is None)
    reading = reader().read(drawn.back(old), "back")
    assert reading.fields["valid_to"].value == "长期"


def test_the_other_side_is_named() -> None:
    assert refused(drawn.back(card()), "front") == "front_wanted"
    assert refused(drawn.front(card()), "back") == "back_wanted"


def test_what_is_no_card_is_refused() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (500, 700, 3)).astype(np.uint8)
    for picture in (noise, np.zeros((400, 600, 3), np.uint8), np.full((400, 600, 3), 255, np.uint8)):
        assert refused(picture, "front") == "no_card"
        assert refused(picture, "back") == "no_card"
    assert refused(np.zeros((200, 299, 3), np.uint8), "front") == "too_small"
    assert refused(written("患者须知", "请于就诊前三十分钟到达", "姓名请与证件一致"), "front") == "no_card"


def test_a_mirrored_card_is_not_read_as_something() -> None:
    assert refused(np.ascontiguousarray(drawn.front(card())[:, ::-1]), "front") == "no_card"


def test_more_than_one_side_in_a_picture_is_refused() -> None:
    front, back = drawn.front(card()), drawn.back(card())
    assert refused(np.vstack([front, drawn.front(card(5))]), "front") == "two_cards"
    for side in ("front", "back"):
        assert refused(np.vstack([front, back]), side) == "two_cards"


def test_other_documents_are_told_apart() -> None:
    permit = drawn.front(card()).copy()
    permit[10:60] = written("港澳居民居住证", width=1000)[:50]
    assert refused(permit, "front") == "other_document"


def test_glare_over_the_number_is_named_as_such() -> None:
    reading = reader().read(drawn.glare(drawn.front(card()), (0.6, 0.87), 0.16), "front")
    assert ("glare", "number") in {(problem.code, problem.field) for problem in reading.problems}
    assert "number" not in reading.fields
    assert reading.fields["name"].value == card().name
    sentence = next(problem.sentence for problem in reading.problems if problem.field == "number")
    assert "反光" in sentence.zh
    assert "lamp" in sentence.en


def test_a_smeared_name_is_missing_and_not_invented() -> None:
    picture = drawn.front(card()).copy()
    x, y = round(12 * drawn.MM), round(4.5 * drawn.MM)
    strip = picture[y : y + 65, x : x + 400]
    picture[y : y + 65, x : x + 400] = cv2.GaussianBlur(strip, (0, 0), 14)
    reading = reader().read(picture, "front")
    assert not reading.complete
    assert "name" in {problem.field for problem in reading.problems}
    assert values(reading).get("name", card().name) == card().name
    assert reading.fields["number"].value == card().number


def test_a_forged_number_is_a_contradiction() -> None:
    forged = Card(**{**as_dict(card()), "number": drawn.number_of(date(1971, 2, 3), man=card().sex != "男", serial=9)})
    reading = reader().read(drawn.front(forged), "front")
    assert {"birth_differs", "sex_differs"} == {doubt.code for doubt in consistent(reading.fields, on=ON)}
    assert {("differs", "number"), ("differs", "birth_on"), ("differs", "sex")} == {
        (problem.code, problem.field) for problem in reading.problems
    }


def test_a_big_photograph_is_made_smaller_and_the_portrait_still_fits() -> None:
    big = np.asarray(cv2.resize(drawn.front(card()), None, fx=2.5, fy=2.5), np.uint8)
    reading = reader().read(big, "front")
    assert reading.complete
    assert reading.portrait is not None
    left, top = reading.portrait[0]
    assert left == pytest.approx(52.5 * drawn.MM * 2.5, rel=0.1)
    assert top == pytest.approx(6 * drawn.MM * 2.5, abs=80)


def test_a_library_without_its_models_is_said_aloud(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    import rapidocr

    monkeypatch.setattr(rapidocr, "__file__", f"{tmp_path}/rapidocr/__init__.py")
    with pytest.raises(NotInstalled) as absent:
        RapidCards()
    assert absent.value.model.endswith(".onnx")


def as_dict(found: Card) -> dict[str, object]:
    return {name: getattr(found, name) for name in Card.__dataclass_fields__}


def written(*rows: str, width: int = 700) -> Pixels:
    """A page of plain text."""
    page = Image.new("RGB", (width, 400), (240, 240, 240))
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(drawn.pylopdf_fonts_zh_cn.sans_path()), 40)
    for at, row in enumerate(rows):
        draw.text((60, 2 + 90 * at), row, font=font, fill=(20, 20, 20))
    return np.asarray(page)
