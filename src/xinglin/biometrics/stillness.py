"""Does a face live, or is it a picture of one? How much it changed between two frames that movement does not explain.

A picture may be moved, tilted a little and lit otherwise before a camera, and a camera adds noise: after one frame is
laid upon the other (an affine map found by correlation, brightness and contrast matched) what is left of a picture is
noise alone. A person blinks, speaks and turns a head that is not flat. What is left is read in means of small cells
from those that changed most, and held against the noise of the same two frames.

Measured on drawn material: seven people, 480×360, a frame a second, windows of six pairs in a row all below 0.85
(`WatchPolicy.alive_min`). The living were taken for a still in 0 of 168 windows with noise of 0 to 5 grey levels
beside the drawing's own, and in 3 of 56 at three fifths of the light with noise of 6. Of seven stills 6 were found
with noise of 2.5, 7 with 5, 3 with 8 (of the others nothing is said, for the noise); moved by hand 5 of 7 with 2.5
and with 5. Real people before real cameras were not measured; a photograph swung by 15 degrees and one with strong
noise added to it are not found.
"""

from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE: Final = 112
"""Pixels a side of an aligned face."""
CELL: Final = 8
CHANGED_SHARE: Final = 0.08
FLOOR: Final = 0.8
"""Grey levels that coding changes even where a camera has no noise."""
BLUR: Final = 1.5
ROUNDS: Final = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 25, 1e-4)
TELLING: Final = 5.0
"""A face's contrast over the noise; below, as in a dim room, noise hides what a living face does: nothing is said."""
FAR: Final = 9.0
"""Said where one frame cannot be laid upon the other: too much changed."""

Features: TypeAlias = NDArray[np.float32]
"""SIDE × SIDE grey levels of an aligned face."""


def _oval() -> NDArray[np.bool_]:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    inside: NDArray[np.bool_] = ((x - 56) / 36) ** 2 + ((y - 66) / 46) ** 2 <= 1
    return inside


FACE: Final = _oval()
"""The part of an aligned face that is a face and not its surroundings."""
_WEIGHT: Final = FACE.reshape(SIDE // CELL, CELL, SIDE // CELL, CELL).sum(axis=(1, 3))
_CELLS: Final = _WEIGHT >= CELL * CELL * 3 / 4


def features(chip: NDArray[np.uint8]) -> Features:
    """What is compared of an aligned face (SIDE, SIDE, 3; RGB). Raises ValueError for another shape."""
    if chip.shape != (SIDE, SIDE, 3):
        raise ValueError(f"an aligned face of {SIDE}×{SIDE} RGB pixels is needed, not {chip.shape}")
    return np.asarray(cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY), np.float32)


def change(one: Features, other: Features) -> float | None:
    """What movement of a flat picture does not explain between two frames of a face, in units of their noise.

    None where there is too much noise to tell.
    """
    laid = _laid_upon(one, other)
    if laid is None:
        return FAR
    seen, there = one[FACE], laid[FACE]
    gain = float(seen.std()) / max(float(there.std()), 1e-3)
    left = one - ((laid - float(there.mean())) * gain + float(seen.mean()))
    fine = (left - cv2.blur(left, (5, 5)))[FACE]
    noise = 1.4826 * float(np.median(np.abs(fine)))
    if float(seen.std()) < TELLING * noise:
        return None
    sums = (left * FACE).reshape(SIDE // CELL, CELL, SIDE // CELL, CELL).sum(axis=(1, 3))
    means = np.sort(np.abs(sums[_CELLS] / _WEIGHT[_CELLS]))
    most = float(means[-max(1, round(CHANGED_SHARE * means.size)) :].mean())
    return min(most / (FLOOR + noise), FAR)


def _laid_upon(one: Features, other: Features) -> Features | None:
    """The other frame moved so that it fits the first best; None where nothing fits."""
    matrix = np.eye(2, 3, dtype=np.float32)
    smooth = cv2.GaussianBlur(one, (0, 0), BLUR), cv2.GaussianBlur(other, (0, 0), BLUR)
    try:
        _, found = cv2.findTransformECC(*smooth, matrix, cv2.MOTION_AFFINE, ROUNDS, FACE.astype(np.uint8) * 255, 3)
    except cv2.error:  # It does not converge, or a frame is all of one grey.
        return None
    flags = cv2.INTER_LINEAR + cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(other, found, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(laid, np.float32)
