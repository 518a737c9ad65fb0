"""A drawer of resident identity cards of people who do not exist, and of what a camera does to them.

    card = invented(Random(1))
    picture = front(card)            # (631, 1000, 3) uint8, red first
    photographed(picture, "glare", Random(1))

Drawn from memory of what such a card looks like, with the font that a package of the project carries; nothing here is
good for anything but holding a reader of cards against it. Places are of no real county, names are put together.
"""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

import cv2
import numpy as np
import pylopdf_fonts_zh_cn
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from stdnum.cn import ric

from xinglin.biometrics.card_fields import ETHNICITIES, LONG_TERM

Pixels = NDArray[np.uint8]
WIDTH, HEIGHT = 1000, 631
MM = WIDTH / 85.6
AREA = "370902"
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "安博晨丹恩芳高涵嘉俊凯乐敏宁培琪瑞思婷伟雪彦泽志雨桐子轩若曦明远文静建国秀英淑珍"
STREETS = ("幸福路", "和平大街", "杏林巷", "建设北路", "文化西路", "泉城东街")
BLUE, BLACK = (60, 110, 170), (25, 25, 30)


@dataclass(frozen=True)
class Card:
    """An invented person's card."""

    name: str
    sex: str
    ethnicity: str
    birth_on: date
    address: str
    number: str
    authority: str
    valid_from: date
    valid_to: date | None

    def truth(self, side: str) -> dict[str, str]:
        """What a reader should find."""
        if side == "back":
            until = self.valid_to.isoformat() if self.valid_to else LONG_TERM
            return {"authority": self.authority, "valid_from": self.valid_from.isoformat(), "valid_to": until}
        born = self.birth_on.isoformat()
        return {
            "name": self.name,
            "sex": self.sex,
            "ethnicity": self.ethnicity,
            "birth_on": born,
            "address": self.address,
            "number": self.number,
        }


def number_of(born: date, *, man: bool, serial: int) -> str:
    """A number that checks."""
    body = f"{AREA}{born:%Y%m%d}{serial % 500 * 2 + man:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def invented(random: Random, *, on: date = date(2026, 9, 1)) -> Card:
    """A card of someone who does not exist, valid on the day."""
    man = random.random() < 0.5
    born = date(1940, 1, 1) + timedelta(days=random.randrange(365 * 80))
    name = random.choice(FAMILY) + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))
    if random.random() < 0.08:
        name = "".join(random.choices(GIVEN, k=4)) + "·" + "".join(random.choices(GIVEN, k=3))
    ethnicity = "汉" if random.random() < 0.6 else random.choice(sorted(ETHNICITIES))
    house = "{}号{}号楼{}单元{}室".format(*(random.randrange(1, most) for most in (300, 30, 6, 2500)))
    address = (
        "山东省泰安市虚拟区"
        + random.choice(STREETS)
        + (house if random.random() < 0.7 else f"{random.randrange(1, 99)}号")
    )
    start = max(date(2012, 1, 1), born) + timedelta(days=random.randrange(30, 365 * 4))
    start = min(start, on - timedelta(days=30)).replace(day=min(start.day, 28))
    age = (start - born).days / 365.2425
    years = 5 if age < 16 else 10 if age < 26 else 20 if age < 46 else 0
    end = start.replace(year=start.year + years) if years else None
    number = number_of(born, man=man, serial=random.randrange(500))
    sex = "男" if man else "女"
    return Card(name, sex, ethnicity, born, address, number, "泰安市公安局虚拟分局", start, end)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), size)


def _paper(random: Random) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Pale paper with the thin waves that such cards are printed with."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    waves = np.sin((x + 30 * np.sin(y / 41)) / 5) + np.sin((y + 25 * np.sin(x / 37)) / 4)
    base = np.stack([232 - 8 * x / WIDTH, 236 - 4 * y / HEIGHT, 240 - 6 * x / WIDTH], axis=2)
    base += 2.5 * waves[:, :, None] + random.uniform(-4, 4)
    image = Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))
    return image, ImageDraw.Draw(image)


def _write(
    draw: ImageDraw.ImageDraw, x: float, middle: float, text: str, size: float, fill: tuple[int, int, int]
) -> None:
    """Text whose middle stands at so many millimetres."""
    draw.text((x * MM, middle * MM), text, font=_font(round(size * MM)), fill=fill, anchor="lm")


def front(card: Card, *, portrait: Pixels | None = None, seed: int = 0) -> Pixels:
    """The side with the portrait: a drawn head, or the picture given."""
    image, draw = _paper(Random(seed))
    _write(draw, 5, 7.2, "姓名", 2.9, BLUE)
    _write(draw, 14, 7.2, card.name, 3.7, BLACK)
    _write(draw, 5, 13.4, "性别", 2.9, BLUE)
    _write(draw, 14, 13.4, card.sex, 3.4, BLACK)
    _write(draw, 22, 13.4, "民族", 2.9, BLUE)
    _write(draw, 31, 13.4, card.ethnicity, 3.4, BLACK)
    _write(draw, 5, 19.6, "出生", 2.9, BLUE)
    at = 14.0
    for value, unit, room in (
        (card.birth_on.year, "年", 9.5),
        (card.birth_on.month, "月", 6),
        (card.birth_on.day, "日", 6),
    ):
        _write(draw, at, 19.6, str(value), 3.4, BLACK)
        _write(draw, at + room - 0.8, 19.6, unit, 2.9, BLUE)
        at += room + 3
    _write(draw, 5, 26.2, "住址", 2.9, BLUE)
    for k, part in enumerate(card.address[a : a + 11] for a in range(0, len(card.address), 11)):
        _write(draw, 14, 26.2 + 4.6 * k, part, 3.3, BLACK)
    _write(draw, 5, 47.4, "公民身份号码", 2.9, BLUE)
    for k, digit in enumerate(card.number):
        _write(draw, 29 + 2.6 * k, 47.4, digit, 3.9, BLACK)
    _portrait(image, portrait)
    return np.asarray(image)


def _portrait(image: Image.Image, given: Pixels | None) -> None:
    left, top, right, bottom = (round(v * MM) for v in (54, 8, 79, 39))
    if given is not None:
        image.paste(Image.fromarray(given).resize((right - left, bottom - top)), (left, top))
        return
    head = Image.new("RGB", (right - left, bottom - top), (233, 235, 238))
    pen = ImageDraw.Draw(head)
    wide, high = head.size
    pen.ellipse((10, high - 90, wide - 10, high + 90), fill=(60, 65, 80))
    pen.ellipse((wide / 2 - 75, 35, wide / 2 + 75, 240), fill=(224, 190, 165))
    pen.pieslice((wide / 2 - 80, 20, wide / 2 + 80, 190), 180, 360, fill=(30, 28, 30))
    image.paste(head, (left, top))


def back(card: Card, *, seed: int = 0) -> Pixels:
    """The side with the emblem: here a mere ring."""
    image, draw = _paper(Random(seed))
    draw.ellipse([v * MM for v in (6, 5, 21, 22)], outline=(190, 60, 60), width=12)
    draw.text((51 * MM, 9.5 * MM), "中华人民共和国", font=_font(round(4.6 * MM)), fill=BLACK, anchor="mm")
    draw.text((51 * MM, 18.5 * MM), "居民身份证", font=_font(round(7 * MM)), fill=BLACK, anchor="mm")
    until = f"{card.valid_to:%Y.%m.%d}" if card.valid_to else LONG_TERM
    _write(draw, 17, 40.7, "签发机关", 3.1, BLACK)
    _write(draw, 34, 40.7, card.authority, 3.3, BLACK)
    _write(draw, 17, 47.4, "有效期限", 3.1, BLACK)
    _write(draw, 34, 47.4, f"{card.valid_from:%Y.%m.%d}-{until}", 3.3, BLACK)
    return np.asarray(image)


def _table(random: Random, size: tuple[int, int]) -> Pixels:
    """A table top to lay a card on: (height, width)."""
    ground = np.random.default_rng(random.randrange(2**32)).normal(0, 9, (*size, 3))
    ground = cv2.GaussianBlur(ground, (0, 0), 2) * 4 + np.array([random.randrange(60, 150) for _ in range(3)])
    return np.asarray(np.clip(ground, 0, 255), np.uint8)


def laid(picture: Pixels, random: Random, *, degrees: float = 0, tilt: float = 0) -> Pixels:
    """The card on a table, turned clockwise, its far corners drawn in by `tilt` of its size."""
    height, width = picture.shape[:2]
    side = round(math.hypot(height, width) * 1.12)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    centre = corners - np.array([width, height]) / 2
    if tilt:
        centre *= 1 - np.array([[random.uniform(0, tilt), random.uniform(0, tilt)] for _ in range(4)])
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    placed = (centre @ np.array([[c, -s], [s, c]]).T + side / 2).astype(np.float32)
    turning = cv2.getPerspectiveTransform(corners, placed)
    return np.asarray(
        cv2.warpPerspective(
            picture,
            turning,
            (side, side),
            _table(random, (side, side)),
            flags=cv2.INTER_AREA,
            borderMode=cv2.BORDER_TRANSPARENT,
        ),
        np.uint8,
    )


def blurred(picture: Pixels, sigma: float) -> Pixels:
    """Out of focus, σ in pixels of a card 1000 wide."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def noisy(picture: Pixels, random: Random, sigma: float) -> Pixels:
    """As taken in the dark."""
    noise = np.random.default_rng(random.randrange(2**32)).normal(0, sigma, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def jpeg(picture: Pixels, quality: int) -> Pixels:
    """Packed and unpacked."""
    packed = io.BytesIO()
    Image.fromarray(picture).save(packed, "JPEG", quality=quality)
    return np.asarray(Image.open(packed).convert("RGB"))


def smaller(picture: Pixels, width: int) -> Pixels:
    """Made so many pixels wide."""
    height = round(picture.shape[0] * width / picture.shape[1])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def glare(picture: Pixels, at: tuple[float, float], size: float, *, strength: float = 1.0) -> Pixels:
    """A lamp's reflection, its middle at parts of width and height, `size` a part of the width."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    far = np.hypot(x / width - at[0], (y / height - at[1]) * height / width) / size
    light = strength * 255 * np.clip(1.6 - far**2, 0, 1)
    return np.asarray(np.clip(picture + light[:, :, None], 0, 255), np.uint8)


def _mixed(picture: Pixels, random: Random) -> Pixels:
    made = laid(picture, random, degrees=random.uniform(-20, 20), tilt=0.06)
    return jpeg(noisy(blurred(made, random.uniform(0.5, 1.5)), random, 8), random.randrange(40, 80))


CONDITIONS: dict[str, Callable[[Pixels, Random], Pixels]] = {
    "plain": lambda p, r: p,
    "on a table": lambda p, r: laid(p, r),
    "turned 7°": lambda p, r: laid(p, r, degrees=7),
    "turned 15°": lambda p, r: laid(p, r, degrees=-15),
    "turned 40°": lambda p, r: laid(p, r, degrees=40),
    "turned 90°": lambda p, r: laid(p, r, degrees=90),
    "on its head": lambda p, r: laid(p, r, degrees=180),
    "perspective": lambda p, r: laid(p, r, tilt=0.14),
    "blur 2": lambda p, r: blurred(p, 2),
    "blur 3": lambda p, r: blurred(p, 3),
    "noise 20": lambda p, r: noisy(p, r, 20),
    "noise 40": lambda p, r: noisy(p, r, 40),
    "500 wide": lambda p, r: smaller(p, 500),
    "JPEG 20": lambda p, r: jpeg(p, 20),
    "glare beside": lambda p, r: glare(p, (0.75, 0.3), 0.12),
    "glare soft": lambda p, r: glare(p, (r.random(), r.random()), 0.2, strength=0.3),
    "mixed": _mixed,
}
"""What a reader should stand, by name."""


def photographed(picture: Pixels, condition: str, random: Random) -> Pixels:
    """The picture under one of CONDITIONS."""
    return CONDITIONS[condition](picture, random)
