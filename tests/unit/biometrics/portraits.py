"""Somebody before a camera, near and looking ahead, who does as a challenge asks or holds up a photograph.

The person, the drawing and what happens where neither can be had stand with the material of the benchmark.
"""

from collections.abc import Iterable

import numpy as np
from tests import likeness_material as material

from xinglin.biometrics.faces import Pixels, Points
from xinglin.biometrics.liveness import Step
from xinglin.hospital.demo.bench.likeness_drawn import blinked, tilted, turned

faces = material.faces
SIDE, FACE = 480, 180


def portrait() -> Pixels:
    """Head and shoulders, 480×480, looking ahead."""
    return material.picture("swift", SIDE, SIDE, FACE)


def points_of(picture: Pixels) -> Points:
    """The 68 points of its face."""
    return faces().landmarks(picture, faces().detect(picture)[0])


def noisy(frames: Iterable[Pixels], seed: int = 1) -> list[Pixels]:
    """With the noise of a camera, another one in each frame."""
    source = np.random.default_rng(seed)
    return [np.clip(one + source.normal(0, 2, one.shape), 0, 255).astype(np.uint8) for one in frames]


def film(picture: Pixels, steps: Iterable[Step], *, flat: bool = False) -> list[Pixels]:
    """Somebody who does these steps; `flat` waves a photograph instead of turning the head."""
    points = points_of(picture)
    frames = [picture] * 4
    for step in steps:
        if step is Step.BLINK:
            frames += [blinked(picture, points, part) for part in (0.3, 0.7, 1.0, 0.7)]
        else:
            side = 1 if step is Step.LEFT else -1
            angles = [side * degrees for degrees in (8, 16, 24, 16, 8)]
            frames += [tilted(picture, angle) if flat else turned(picture, points, angle) for angle in angles]
        frames += [picture] * 2
    return noisy(frames)
