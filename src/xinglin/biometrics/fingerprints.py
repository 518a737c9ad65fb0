"""The coarse look of a picture, to tell a picture that stands still or comes again from one that lives.

A picture is reduced to a small grid of mean brightness. A codec's noise all but vanishes in such means; a person who
breathes, blinks and speaks moves edges across the cells. Pure arithmetic: no model, no threshold, no clock.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

GRID: Final = 24
"""Cells on each side."""
STEPS: Final = 16
"""Cell means are kept in sixteenths of a grey level, so that rounding adds no noise of its own."""
MOVED_SHARE: Final = 0.05
"""A change is read from the cells that changed most: a face fills part of the picture only."""
RED, GREEN, BLUE = 0.299, 0.587, 0.114
"""Weights of brightness after ITU-R BT.601."""

Look: TypeAlias = NDArray[np.int16]
"""GRID × GRID cell means in sixteenths of a grey level, 0..4080."""


def look(pixels: NDArray[np.uint8]) -> Look:
    """The look of a picture (H, W, 3; RGB; H and W at least GRID). Raises ValueError for another shape."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or min(pixels.shape[:2]) < GRID:
        raise ValueError(f"a picture of at least {GRID}×{GRID} RGB pixels is needed, not {pixels.shape}")
    high, wide = (side - side % GRID for side in pixels.shape[:2])
    grey = pixels[:high, :wide].astype(np.float32) @ np.array([RED, GREEN, BLUE], dtype=np.float32)
    cells: NDArray[np.float32] = grey.reshape(GRID, high // GRID, GRID, wide // GRID).mean(axis=(1, 3))
    found: Look = np.rint(cells * STEPS).astype(np.int16)
    return found


def luminance(seen: Look) -> int:
    """Mean brightness, 0..255."""
    return round(float(seen.mean()) / STEPS)


def contrast(seen: Look) -> float:
    """Spread of the cells (standard deviation) in grey levels; next to nothing for a covered lens."""
    return float(seen.std()) / STEPS


def difference(one: Look, other: Look) -> float:
    """How far two looks lie apart, in grey levels: the mean change of the cells that changed most.

    A change of brightness all over (a lamp, the camera's gain) is taken out before.
    """
    return float(differences(one, other[None])[0])


def differences(one: Look, others: Look) -> NDArray[np.float32]:
    """The same to each of several looks (n, GRID, GRID)."""
    change = (others.astype(np.float32) - one.astype(np.float32)).reshape(len(others), -1)
    change = np.abs(change - np.median(change, axis=1, keepdims=True))
    count = max(1, round(change.shape[1] * MOVED_SHARE))
    most: NDArray[np.float32] = np.partition(change, -count, axis=1)[:, -count:].mean(axis=1) / STEPS
    return most
