"""Faces drawn from ellipses: nobody's, for tests where no picture of a person can be fetched.

The detector takes them for faces and the gates let them pass; all of them look much alike to the embedding, and the
passive score does not take them for alive. So they try the way, and never who somebody is.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics.faces import Pixels

Colour = tuple[float, float, float]
FINE = 4
"""Drawn so many times larger, then made smaller."""


@dataclass(frozen=True)
class Drawn:
    """How somebody looks. `eyes` is how far open, 1 for wide; `apart` moves the eyes; colours are red, green, blue."""

    skin: Colour = (205, 160, 135)
    hair: Colour = (45, 35, 30)
    eyes: float = 1.0
    apart: float = 0.4
    nose: float = 0.36
    mouth: float = 0.68


def shade(colour: Colour, part: float) -> Colour:
    return tuple(min(value * part, 255) for value in colour)  # type: ignore[return-value]


def face(look: Drawn | None = None, *, width: int = 640, height: int = 360, wide: int = 140, seed: int = 0) -> Pixels:
    """A picture with one drawn face in the middle, `wide` pixels wide."""
    look = look or Drawn()
    canvas = np.full((height * FINE, width * FINE, 3), (170, 165, 152), np.float32)
    unit, centre = wide * FINE / 2, np.array([width * FINE / 2, height * FINE * 0.47])

    def oval(
        at: tuple[float, float], reach: tuple[float, float], colour: Colour, arc: tuple[int, int] = (0, 360)
    ) -> None:
        middle, axes = centre + np.multiply(at, unit), np.multiply(reach, unit)
        thick = -1 if arc == (0, 360) else int(0.05 * unit)
        place, size = (int(middle[0]), int(middle[1])), (max(int(axes[0]), 1), max(int(axes[1]), 1))
        cv2.ellipse(canvas, place, size, 0, *arc, colour, thick, cv2.LINE_AA)

    oval((0, 2.1), (1.9, 1.0), (60, 75, 110))
    oval((0, 1.2), (0.5, 0.8), shade(look.skin, 0.85))
    oval((0, -0.25), (1.08, 1.28), look.hair)
    oval((0, 0.08), (0.95, 1.25), look.skin)
    for side in (-1, 1):
        x = side * look.apart
        oval((x, -0.12), (0.24, 0.16), shade(look.skin, 0.82))
        oval((x, -0.12), (0.19, 0.085 * look.eyes), (240, 238, 235))
        oval((x, -0.12), (0.085, 0.085 * look.eyes), (60, 40, 30))
        oval((x, -0.12), (0.04, 0.04 * look.eyes), (10, 10, 10))
        oval((x, -0.14), (0.2, 0.11), (50, 35, 30), (190, 350))
        oval((x, -0.32), (0.26, 0.1), shade(look.hair, 1.1), (200, 340))
        oval((side * 0.12, look.nose), (0.07, 0.045), shade(look.skin, 0.55))
        oval((side * 0.95, 0.05), (0.12, 0.26), shade(look.skin, 0.9))
    oval((0, look.nose - 0.08), (0.13, 0.12), shade(look.skin, 1.06))
    oval((0.08, 0.1), (0.06, 0.3), shade(look.skin, 0.9))
    oval((0, look.mouth), (0.33, 0.1), (165, 85, 80))
    oval((0, look.mouth - 0.01), (0.31, 0.02), (100, 45, 45))
    return _lit(canvas, unit, (width, height), np.random.default_rng(seed))


def _lit(canvas: NDArray[np.float32], unit: float, size: tuple[int, int], source: np.random.Generator) -> Pixels:
    """Round in the light, not quite sharp, with a camera's noise."""
    across = np.linspace(-1, 1, canvas.shape[1])[None, :]
    down = np.linspace(-1, 1, canvas.shape[0])[:, None]
    far = (across * canvas.shape[1] / 2 / unit) ** 2 * 0.9 + (down * canvas.shape[0] / 2 / unit / 1.3) ** 2
    lit = canvas * ((1.08 - 0.28 * far * (far < 1.3)) * (1 + 0.06 * across))[..., None].astype(np.float32)
    small = cv2.resize(cv2.GaussianBlur(lit, (0, 0), 0.018 * unit), size, interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(small + source.normal(0, 3, (size[1], size[0], 1)), 0, 255), np.uint8)
