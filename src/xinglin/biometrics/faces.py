"""Faces: where they are, who they are like, how they are turned, whether they look alive.

`Faces` is the interface that the hospital uses; onnx_faces answers it with the models of the manifest on onnxruntime,
one thread a run. Pictures are `Pixels`: (height, width, 3) of uint8, red first. Angles are degrees, boxes are pixels.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics.manifest import Engine
from xinglin.biometrics.matching import Vector

Pixels = NDArray[np.uint8]
"""(height, width, 3), red first."""
Points = NDArray[np.float32]
"""(68, 2): x and y of the points of a face in pixels, in the order of iBUG 300-W."""


class Gate(StrEnum):
    """Why a frame must not be compared."""

    NO_FACE = "no_face"
    SECOND_FACE = "second_face"
    TOO_SMALL = "too_small"
    CUT_OFF = "cut_off"
    TURNED = "turned"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a picture: its box in pixels (it may reach over the edge) and the detector's score, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def width(self) -> float:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees. Yaw is positive when the nose points to the right side of the picture as it was taken (unmirrored):
    the person has then turned to their own left."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Eyes:
    """How open both eyes are: `open` is a probability, `aspect` height over width (None without the mesh)."""

    open: float
    aspect: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All that one frame says.

    `reasons` are the gates it failed: empty means that it may be compared. `faces` are the biggest first; the numbers
    are those of the biggest. `vector` is None when a gate other than a second face failed. `live` is the passive score,
    0 to 1; several frames decide, never one. `engine` is the name that is recorded with every result.
    """

    engine: str
    faces: tuple[Face, ...] = ()
    reasons: tuple[Gate, ...] = ()
    vector: Vector | None = field(default=None, repr=False)
    pose: Pose | None = None
    eyes: Eyes | None = None
    live: float | None = None
    width_px: float = 0.0
    sharpness: float | None = None
    luminance: float | None = None

    @property
    def usable(self) -> bool:
        """Whether the frame may be compared."""
        return not self.reasons and self.vector is not None


class Faces(Protocol):
    """What a face engine must answer. It is asked from several threads at once."""

    @property
    def engine(self) -> Engine:
        """Id, version and thresholds; results are recorded under its name."""
        ...

    def detect(self, pixels: Pixels) -> list[Face]:
        """All faces, the biggest first."""
        ...

    def landmarks(self, pixels: Pixels, face: Face) -> Points:
        """The 68 points of a face."""
        ...

    def align(self, pixels: Pixels, points: Points) -> Pixels:
        """The face upright in its standard place, as `embed` wants it."""
        ...

    def embed(self, chip: Pixels, *, mirrored: bool = False) -> Vector:
        """The unit vector of an aligned face; `mirrored` averages it with its mirror image, for twice the time."""
        ...

    def pose(self, pixels: Pixels, face: Face) -> Pose:
        """How the face is turned."""
        ...

    def passive(self, pixels: Pixels, face: Face) -> float:
        """The score of being alive in one frame, 0 to 1."""
        ...

    def eyes(self, pixels: Pixels, face: Face, points: Points) -> Eyes:
        """How open the eyes are."""
        ...

    def read(self, pixels: Pixels, *, mirrored: bool = False, eyes: bool = False) -> Reading:
        """Everything of one frame, with the gates applied; the eyes only when asked for."""
        ...
