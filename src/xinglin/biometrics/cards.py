"""Reading resident identity cards from pictures: the side, each field with how sure it is, where the portrait stands.

A picture that is no card, or not the one asked for, is refused (BadCard) with what to do. A card of which something
could not be read comes back with `problems`; only a reading without problems is `complete`. Reading says what is
printed: whether the card is genuine, or the person's own, nobody can tell from a picture.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics import card_fields, card_place
from xinglin.biometrics.card_fields import BACK, BACK_LABELS, FRONT, FRONT_LABELS, ONCE, OTHER_DOCUMENTS, Field
from xinglin.biometrics.card_rows import Box, Line, Upright, both_ways
from xinglin.biometrics.errors import BiometricError, NotInstalled, Sentence
from xinglin.biometrics.manifest import Engine, engine

Pixels = NDArray[np.uint8]
"""(height, width, 3), red first."""
Side = Literal["front", "back"]
ENGINE_ID: Final = "rapid-cards"
SIDE_MAX: Final = 1600
"""Longer pictures are made smaller: the letters of a card that fills them stay three times as big as needed."""
SIDE_MIN: Final = 300
PIECES_MAX: Final = 120
"""A card has about fifteen pieces of text; a page of print must not keep a processor busy for minutes."""

_REFUSED: Final[dict[str, Sentence]] = {
    "no_card": Sentence(
        "照片中没有识别到居民身份证，请将证件平放、占满画面后重新拍摄。",
        "No resident identity card was found: lay the card flat, fill the picture with it and take it again.",
    ),
    "front_wanted": Sentence(
        "这是身份证的国徽面，请拍摄有照片的一面。", "This is the side with the emblem: take the one with the portrait."
    ),
    "back_wanted": Sentence(
        "这是身份证有照片的一面，请拍摄国徽面。", "This is the side with the portrait: take the one with the emblem."
    ),
    "two_cards": Sentence(
        "照片中有不止一张证件或同时有正反两面，请每次只拍摄一张证件的一面。",
        "There is more than one card, or both sides, in the picture: take one side of one card at a time.",
    ),
    "other_document": Sentence(
        "这不是居民身份证（可能是居住证、临时身份证或其他证件），请使用居民身份证，或申请人工核验。",
        "This is another document (a residence permit, a temporary card): use the resident card, or ask for a check "
        "by a person.",
    ),
    "too_small": Sentence(
        "照片太小，看不清证件文字，请靠近后重新拍摄。", "The picture is too small to read: take it from closer."
    ),
}


class BadCard(BiometricError):
    """A picture that is not the side of the card that was asked for; `code` says what it is instead."""

    kind = "card"
    CODES = frozenset(_REFUSED)

    def __init__(self, code: str) -> None:
        super().__init__(code, _REFUSED[code])


_NAMES: Final[Mapping[str, Sentence]] = {
    "name": Sentence("姓名", "name"),
    "sex": Sentence("性别", "sex"),
    "ethnicity": Sentence("民族", "ethnicity"),
    "birth_on": Sentence("出生日期", "birth date"),
    "address": Sentence("住址", "address"),
    "number": Sentence("公民身份号码", "identity number"),
    "authority": Sentence("签发机关", "issuing authority"),
    "valid_from": Sentence("有效期起始日", "first day of validity"),
    "valid_to": Sentence("有效期截止日", "last day of validity"),
}
_PROBLEMS: Final[Mapping[str, Sentence]] = {
    "unread": Sentence(
        "没有读到“{field}”，请擦净证件、保持完整入镜后重新拍摄。",
        "The {field} could not be read: wipe the card, keep all of it in the picture and take it again.",
    ),
    "unsure": Sentence("“{field}”识别不清，请核对或重新拍摄。", "The {field} is unclear: compare, or take it again."),
    "glare": Sentence(
        "“{field}”处有反光，请避开灯光直射后重新拍摄。",
        "Light glares on the {field}: turn away from the lamp and take it again.",
    ),
    "blurred": Sentence(
        "照片模糊，看不清“{field}”，请持稳、对焦后重新拍摄。",
        "The picture is blurred at the {field}: hold still and focus.",
    ),
    "differs": Sentence(
        "“{field}”与证件上的其他内容不一致，请核对或重新拍摄。",
        "The {field} contradicts something else on the card: compare, or take the picture again.",
    ),
    "misread": Sentence(
        "“{field}”校验不通过，请重新拍摄清晰的照片。", "The {field} does not check: take a sharper picture."
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One field that cannot be relied on. `code`: unread, unsure, differs, glare, blurred, misread."""

    code: str
    field: str

    @property
    def sentence(self) -> Sentence:
        """What to do about it, in both languages."""
        zh, en = _PROBLEMS[self.code]
        name = _NAMES[self.field]
        return Sentence(zh.format(field=name.zh), en.format(field=name.en))


@dataclass(frozen=True, slots=True, eq=False)
class CardReading:
    """What was read: the side, the fields, the problems, and the corners of the portrait in the picture (front only).

    `portrait` is (4, 2) in pixels: upper left, upper right, lower right, lower left as the card is held upright.
    """

    side: Side
    fields: Mapping[str, Field]
    problems: tuple[Problem, ...]
    portrait: Box | None
    engine: str

    @property
    def complete(self) -> bool:
        """Whether every field of the side was read and none is in doubt."""
        return not self.problems


class CardReader(Protocol):
    """What a hospital's own reader of cards has to offer."""

    @property
    def engine(self) -> Engine:
        """Id, version and thresholds (`field_sure`)."""
        ...

    def read(self, pixels: Pixels, side: Side) -> CardReading:
        """Read one side. Raises BadCard when the picture is not that side of one card."""
        ...


class RapidCards:
    """PP-OCR by way of RapidOCR, whose wheel carries the models; one thread. Threads take turns."""

    def __init__(self, row: Engine | None = None) -> None:
        self._engine = row or engine(ENGINE_ID)
        self._turn = threading.Lock()
        self._recognise = _recogniser(self._engine)

    @property
    def engine(self) -> Engine:
        """The row of the manifest."""
        return self._engine

    def read(self, pixels: Pixels, side: Side) -> CardReading:
        """Read one side. Raises BadCard when the picture is not that side of one card."""
        if min(pixels.shape[:2]) < SIDE_MIN:
            raise BadCard("too_small")
        shrink = min(1.0, SIDE_MAX / max(pixels.shape[:2]))
        seen = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else pixels
        reading = self._turned(np.asarray(seen, np.uint8), side)
        if reading.portrait is None or shrink == 1:
            return reading
        return replace(reading, portrait=reading.portrait / shrink)

    def _turned(self, pixels: Pixels, side: Side) -> CardReading:
        """Read once as it is, and once more upright when it lay on its side or head.

        Pieces of text are set upright one by one, and a 6 that stands on its head is a 9.
        """
        reading, degrees = understand(_Seen(pixels, self._lines(pixels)), side, self._engine)
        turns = round(degrees / 90) % 4
        if not turns:
            return reading
        upright = np.ascontiguousarray(np.rot90(pixels, -turns))
        try:
            again, _ = understand(_Seen(upright, self._lines(upright)), side, self._engine)
        except BadCard:
            return reading
        return replace(again, portrait=_turned_back(again.portrait, turns, upright.shape))

    def _lines(self, pixels: Pixels) -> list[Line]:
        with self._turn:
            found = self._recognise(np.ascontiguousarray(pixels[:, :, ::-1]))
        if found.txts is None:
            return []
        pieces = zip(found.txts, found.scores, found.boxes, strict=True)
        return [Line(str(text), float(score), np.asarray(box, np.float64)) for text, score, box in pieces]


@dataclass(frozen=True, eq=False)
class _Seen:
    """A picture and the text in it."""

    pixels: Pixels
    lines: list[Line]

    @cached_property
    def ways(self) -> tuple[Upright, Upright]:
        return both_ways(self.lines)


def _turned_back(points: Box | None, turns: int, shape: tuple[int, ...]) -> Box | None:
    """Points of a picture that was turned clockwise so many quarters, in the picture before."""
    if points is None:
        return None
    height, width = shape[:2]
    for _ in range(turns):
        points = np.stack([points[:, 1], width - points[:, 0]], axis=1)
        height, width = width, height
    return points


def understand(seen: _Seen, side: Side, row: Engine) -> tuple[CardReading, float]:
    """From recognised text to a reading, and the degrees clockwise that set it upright. Raises BadCard."""
    _one_card(seen, side)
    read, wanted = (card_fields.front, FRONT) if side == "front" else (card_fields.back, BACK)
    upright, fields = max(
        ((way, read(way.rows)) for way in seen.ways), key=lambda found: _worth(found[0], found[1], side)
    )
    problems = [problem for name in wanted if (problem := _problem(name, fields, upright, seen, row))]
    known = {name: field for name, field in fields.items() if name in wanted}
    place = card_place.portrait(upright, fields) if side == "front" else None
    return CardReading(side, known, tuple(problems), place, row.name), upright.degrees


def _one_card(seen: _Seen, side: Side) -> None:
    """BadCard unless the picture shows one card's wanted side."""
    rows = seen.ways[0].rows
    text = "".join(row.text for row in rows)
    front = card_fields.labels(rows, FRONT_LABELS)
    back = card_fields.labels(rows, BACK_LABELS)
    fronts, backs = sum(map(bool, front.values())), sum(map(bool, back.values()))
    if OTHER_DOCUMENTS.search(text):
        raise BadCard("other_document")
    once = card_fields.labels(rows, ONCE)
    if max(once.values()) > 1 or len(card_fields.digits(rows)) > 1 or (fronts > 1 and backs > 1):
        raise BadCard("two_cards")
    if side == "front" and fronts < 2:
        readable = any(card_fields.front(way.rows).get("number") for way in seen.ways)
        if backs > 1 or not (fronts and readable):
            raise BadCard("front_wanted" if backs > 1 else "no_card")
    if side == "back" and backs < 2:
        readable = any(card_fields.back(way.rows).get("valid_from") for way in seen.ways)
        if fronts > 1 or not (backs and readable):
            raise BadCard("back_wanted" if fronts > 1 else "no_card")


def _worth(way: Upright, fields: Mapping[str, Field], side: Side) -> tuple[int, int]:
    """How much sense a card makes this way up: fields that stand in the printed order, then fields at all."""
    order = [fields[name].row for name in (FRONT if side == "front" else BACK) if name in fields]
    steps = sum(1 if second >= first else -1 for first, second in pairwise(order))
    if side == "back":
        heads = [at for at, row in enumerate(way.rows) if "居民身份证" in row.text or "共和国" in row.text]
        steps += sum(1 if at < min(order, default=at) else -1 for at in heads)
    return steps, len(fields)


def _problem(name: str, fields: Mapping[str, Field], upright: Upright, seen: _Seen, row: Engine) -> Problem | None:
    field = fields.get(name)
    if field is not None:
        if name in card_fields.differing(fields):
            return Problem("differs", name)
        return Problem("unsure", name) if field.confidence < row.limit("field_sure") else None
    if name == "number" and "number_misread" in fields:
        return Problem("misread", name)
    return Problem(card_place.why_unread(name, upright, fields, seen.pixels, row) or "unread", name)


def portrait(pixels: Pixels, reading: CardReading, *, height: int = 441) -> Pixels | None:
    """The portrait cut out upright, at the card's own proportions; None when the reading does not say where it is."""
    if reading.portrait is None:
        return None
    width = round(height * card_place.PORTRAIT_WIDTH / card_place.PORTRAIT_HEIGHT)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turning = cv2.getPerspectiveTransform(reading.portrait.astype(np.float32), corners)
    return np.asarray(cv2.warpPerspective(pixels, turning, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _recogniser(row: Engine) -> Any:
    """RapidOCR on the models that its wheel carries, each held against the manifest's checksum."""
    try:
        import rapidocr
    except ImportError as absent:
        raise NotInstalled("rapidocr", "requirements/run.txt") from absent
    folder = Path(rapidocr.__file__).parent / "models"
    for file, wanted in row.installed.items():
        try:
            found = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        except OSError as absent:
            raise NotInstalled(file, "requirements/run.txt") from absent
        if found != wanted:
            raise NotInstalled(file, "requirements/run.txt", code="wrong_checksum")
    return rapidocr.RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "error",
            "Global.max_side_len": SIDE_MAX,
            "Det.max_candidates": PIECES_MAX,
        }
    )
