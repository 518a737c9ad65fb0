"""A face engine that reads what a test wrote into the frame: one value a property, no model."""

from types import MappingProxyType

import numpy as np

from xinglin.biometrics.faces import Eyes, Face, Gate, Pixels, Points, Pose, Reading
from xinglin.biometrics.manifest import Engine, engine
from xinglin.biometrics.matching import Vector, unit

ENGINE = Engine("scripted", "1", "faces", (), MappingProxyType(dict(engine("onnx-faces").thresholds)), ())
BOX = Face(100, 100, 200, 220, 0.99)


def vector(person: int, likeness: float = 1.0) -> Vector:
    """A unit vector whose cosine to the person's own is `likeness`."""
    made = np.zeros(64, np.float32)
    made[person], made[63] = likeness, np.sqrt(max(1 - likeness**2, 0))
    return unit(made)


def reading(
    yaw: float = 0.0,
    *,
    person: int = 1,
    likeness: float = 1.0,
    eyes: float = 1.0,
    aspect: float | None = 0.3,
    live: float = 0.95,
    reasons: tuple[Gate, ...] = (),
) -> Reading:
    """A frame of somebody; a yaw beyond the gate is a gate failed, as the real engine does."""
    if Gate.NO_FACE in reasons:
        return Reading(ENGINE.name, reasons=reasons)
    if abs(yaw) > ENGINE.limit("yaw_max"):
        reasons = (*reasons, Gate.TURNED)
    seen = None if set(reasons) - {Gate.SECOND_FACE} else vector(person, likeness)
    return Reading(ENGINE.name, (BOX,), reasons, seen, Pose(yaw, 0, 0), Eyes(eyes, aspect), live, BOX.width)


class ScriptedFaces:
    """Frames are single numbers: pixel [0, 0, 0] is the number of the reading in `script`."""

    def __init__(self, script: list[Reading] | None = None) -> None:
        self.script = script or []

    @property
    def engine(self) -> Engine:
        return ENGINE

    def detect(self, pixels: Pixels) -> list[Face]:
        return list(self.read(pixels).faces)

    def landmarks(self, pixels: Pixels, face: Face) -> Points:
        return np.zeros((68, 2), np.float32)

    def align(self, pixels: Pixels, points: Points) -> Pixels:
        return pixels

    def embed(self, chip: Pixels, *, mirrored: bool = False) -> Vector:
        found = self.read(chip).vector
        assert found is not None
        return found

    def pose(self, pixels: Pixels, face: Face) -> Pose:
        found = self.read(pixels).pose
        assert found is not None
        return found

    def passive(self, pixels: Pixels, face: Face) -> float:
        return self.read(pixels).live or 0.0

    def eyes(self, pixels: Pixels, face: Face, points: Points) -> Eyes:
        found = self.read(pixels).eyes
        assert found is not None
        return found

    def read(self, pixels: Pixels, *, mirrored: bool = False, eyes: bool = False) -> Reading:
        return self.script[int(pixels[0, 0, 0])]


class ColouredFaces(ScriptedFaces):
    """A face engine for the command: the grey level of the picture says who it is; black holds no face."""

    def read(self, pixels: Pixels, *, mirrored: bool = False, eyes: bool = False) -> Reading:
        level = int(pixels.mean()) // 10
        return reading(person=level) if level else reading(reasons=(Gate.NO_FACE,))
