"""A face engine for tests: it reads a plain picture's colours, so that a test can draw who is there and what they do.

Red says who (steps of 16), green how the head is turned (128 is straight, one degree a step of 2), blue the rest:
240 eyes open, 160 eyes closed, 80 a second face, 0 no face.
"""

import io
import itertools
from types import MappingProxyType

import numpy as np
from PIL import Image

from xinglin.biometrics.errors import NotInstalled
from xinglin.biometrics.faces import Eyes, Face, Gate, Pixels, Points, Pose, Reading
from xinglin.biometrics.manifest import Engine
from xinglin.biometrics.manifest import engine as row_of
from xinglin.biometrics.matching import Vector, unit

OPEN, CLOSED, TWO, NOBODY = 240, 160, 80, 0
LEFT, RIGHT, STRAIGHT = 20, -20, 0
NUMBERS = itertools.count()


def frame(who: int, yaw: int = STRAIGHT, eyes: int = OPEN, side: int = 96) -> bytes:
    """One frame as a JPEG; no two are the same bytes, as with a camera."""
    out = io.BytesIO()
    picture = Image.new("RGB", (side, side), (who * 16, 128 + 2 * yaw, eyes))
    picture.save(out, "JPEG", quality=95, comment=f"{next(NUMBERS)}")
    return out.getvalue()


class DrawnFaces:
    """See the module. Answers with the thresholds of the real engine."""

    version = "1"

    def __init__(self) -> None:
        real = row_of("onnx-faces")
        self._engine = Engine("drawn-faces", self.version, "faces", (), MappingProxyType(dict(real.thresholds)), ())

    @property
    def engine(self) -> Engine:
        return self._engine

    def detect(self, pixels: Pixels) -> list[Face]:
        blue = float(pixels[..., 2].mean())
        if blue < 40:
            return []
        side = float(pixels.shape[0])
        return [Face(0, 0, side, side, 0.99)] * (2 if blue < 120 else 1)

    def landmarks(self, pixels: Pixels, face: Face) -> Points:
        return np.zeros((68, 2), np.float32)

    def align(self, pixels: Pixels, points: Points) -> Pixels:
        return pixels

    def embed(self, chip: Pixels, *, mirrored: bool = False) -> Vector:
        """People 2k and 2k + 1 resemble each other at 0.43: not surely the same, not surely others."""
        who = round(float(chip[..., 0].mean()) / 16)
        vector = np.zeros(24, np.float32)
        vector[who // 2] = 0.43**0.5
        vector[8 + who] = 0.57**0.5
        return unit(vector)

    def pose(self, pixels: Pixels, face: Face) -> Pose:
        return Pose((float(pixels[..., 1].mean()) - 128) / 2, 0, 0)

    def passive(self, pixels: Pixels, face: Face) -> float:
        return 0.9

    def eyes(self, pixels: Pixels, face: Face, points: Points) -> Eyes:
        return Eyes(0.95 if float(pixels[..., 2].mean()) > 200 else 0.1, None)

    def read(self, pixels: Pixels, *, mirrored: bool = False, eyes: bool = False) -> Reading:
        faces = self.detect(pixels)
        if not faces:
            return Reading(self._engine.name, reasons=(Gate.NO_FACE,))
        return Reading(
            engine=self._engine.name,
            faces=tuple(faces),
            reasons=(Gate.SECOND_FACE,) if len(faces) > 1 else (),
            vector=self.embed(pixels),
            pose=self.pose(pixels, faces[0]),
            eyes=self.eyes(pixels, faces[0], self.landmarks(pixels, faces[0])) if eyes else None,
            live=0.9,
            width_px=faces[0].width,
            sharpness=100.0,
            luminance=120.0,
        )


class NewerFaces(DrawnFaces):
    """The same engine after an update."""

    version = "2"


class NoFaces:
    """An engine whose models were never fetched."""

    def __init__(self) -> None:
        raise NotInstalled("face-detect")
