"""Where things stand on a card, reckoned from the text that was read: the portrait, and a field that was not read.

Places are millimetres on a card of 85.6 × 54 mm (ISO/IEC 7810 ID-1), upright, from its upper left corner. They were
measured by eye (from memory) and are generous: whoever needs the face detects it inside the crop.
"""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics.card_fields import Field
from xinglin.biometrics.card_rows import Box, Upright
from xinglin.biometrics.manifest import Engine

MIDDLES: Final = {"name": 7.2, "sex": 13.4, "ethnicity": 13.4, "birth_on": 19.6, "address": 26.2, "number": 47.4}
"""How far down each row of the front has its middle."""
BACK_MIDDLES: Final = {"authority": 40.7, "valid_from": 47.4, "valid_to": 47.4}
TITLES: Final = {"中华人民共和国": 9.5, "居民身份证": 18.5}
LABEL_LEFT: Final = 5.0
"""Where the labels of the front begin."""
VALUES: Final = {
    "number": (29.0, 76.0),
    "authority": (34.0, 72.0),
    "valid_from": (34.0, 72.0),
    "valid_to": (34.0, 72.0),
}
FRONT_VALUE: Final = (14.0, 50.0)
"""From left to right, where a value stands."""
ROW_HEIGHT: Final = 5.0
PORTRAIT_LEFT, PORTRAIT_TOP, PORTRAIT_WIDTH, PORTRAIT_HEIGHT = 52.5, 6.0, 28.0, 35.0
WHITE: Final = 250


def portrait(upright: Upright, fields: Mapping[str, Field]) -> Box | None:
    """The corners of the portrait in the picture; None when fewer than two rows of the front were read."""
    card = _card(upright, fields)
    if card is None:
        return None
    right, bottom = PORTRAIT_LEFT + PORTRAIT_WIDTH, PORTRAIT_TOP + PORTRAIT_HEIGHT
    corners = [(PORTRAIT_LEFT, PORTRAIT_TOP), (right, PORTRAIT_TOP), (right, bottom), (PORTRAIT_LEFT, bottom)]
    return upright.to_picture(_pixels(card, corners))


def why_unread(
    name: str, upright: Upright, fields: Mapping[str, Field], pixels: NDArray[np.uint8], row: Engine
) -> str | None:
    """glare or blurred, when the place of a field that was not read shows it; None when it shows neither."""
    card = _card(upright, fields)
    middle = MIDDLES.get(name) or BACK_MIDDLES[name]
    if card is None:
        return None
    left, right = VALUES.get(name, FRONT_VALUE)
    top, bottom = middle - ROW_HEIGHT / 2, middle + ROW_HEIGHT / 2
    corners = upright.to_picture(_pixels(card, [(left, top), (right, top), (right, bottom), (left, bottom)]))
    size = (360, 40)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    strip = cv2.warpPerspective(pixels, cv2.getPerspectiveTransform(corners.astype(np.float32), target), size)
    grey = cv2.cvtColor(np.asarray(strip, np.uint8), cv2.COLOR_RGB2GRAY)
    if float(np.mean(grey >= WHITE)) >= row.limit("glare_part"):
        return "glare"
    sharp = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    return "blurred" if sharp < row.limit("sharpness_min") else None


def _card(upright: Upright, fields: Mapping[str, Field]) -> tuple[float, float, float] | None:
    """Pixels a millimetre, and where the card's upper left corner lies (x, y), upright; None with too little text."""
    known = MIDDLES | BACK_MIDDLES
    seen = [(known[name], upright.rows[field.row].middle) for name, field in fields.items() if name in known]
    seen += [(at, row.middle) for row in upright.rows for title, at in TITLES.items() if title in row.text]
    lefts = [float(row.parts[0].box[:, 0].min()) for row in upright.rows if row.text[:1] in "姓性出住公"]
    if len({at for at, _ in seen}) < 2:
        return None
    millimetres, pixels = np.array(seen).T
    scale, top = np.polyfit(millimetres, pixels, 1)
    if scale <= 0:
        return None
    if lefts:
        left = float(np.median(lefts)) - LABEL_LEFT * scale
    else:
        every = np.concatenate([part.box for row in upright.rows for part in row.parts])
        left = float(every[:, 0].mean()) - 43 * scale
    return float(scale), left, float(top)


def _pixels(card: tuple[float, float, float], millimetres: list[tuple[float, float]]) -> Box:
    scale, left, top = card
    return np.asarray(np.array(millimetres, np.float64) * scale + np.array([left, top]))
