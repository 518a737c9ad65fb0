"""A picture of a face told from a face: moved and noisy pictures change as one, drawn people do not."""

from itertools import pairwise

import numpy as np
import pytest
from tests import likeness_material as material
from tests.likeness_material import drawn

from xinglin.biometrics.stillness import FAR, SIDE, Features, change, features

LIMIT = 0.85
"""WatchPolicy.alive_min."""
WIDTH, HEIGHT = 480, 360


def seen(pixels: drawn.Pixels) -> Features:
    """The face of a picture as the watch takes it."""
    faces = material.faces()
    return features(faces.align(pixels, faces.landmarks(pixels, faces.detect(pixels)[0])))


def most(frames: list[drawn.Pixels]) -> float:
    """The most that the face changed between two frames in a row."""
    found = [seen(frame) for frame in frames]
    changes = [told for one, other in pairwise(found) if (told := change(one, other)) is not None]
    assert len(changes) >= len(found) / 2, "so little noise hides nothing"
    return max(changes)


def noisy(pixels: drawn.Pixels, grey: float, seed: int) -> drawn.Pixels:
    noise = np.random.default_rng(seed).standard_normal((*pixels.shape[:2], 1)) * grey
    return np.asarray(np.clip(pixels + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("grey", [2.5, 4.0, 5.0])
def test_a_still_with_a_cameras_noise_does_not_live(grey: float) -> None:
    picture = material.sitter("ibis", WIDTH, HEIGHT, 150).still
    assert most([noisy(picture, grey, seed) for seed in range(7)]) < LIMIT


def test_in_a_dim_room_with_much_noise_nothing_is_said() -> None:
    """Of a still as of the living: nobody is told to move who does."""
    sitter = material.sitter("heron-1", WIDTH, HEIGHT, 140)
    for film in ([sitter.still] * 3, list(drawn.living(sitter, 3, rate=1, seed=9))):
        dim = [seen(noisy((frame * 0.5).astype(np.uint8), 8, n)) for n, frame in enumerate(film)]
        assert [change(one, other) for one, other in pairwise(dim)] == [None, None]


@pytest.mark.parametrize("grey", [2.5, 5.0])
def test_a_still_moved_by_hand_does_not_live(grey: float) -> None:
    sitter = material.sitter("heron-1", WIDTH, HEIGHT, 140)
    ways = [drawn.Stance(across=9 * np.sin(n), down=6 * np.cos(2 * n), roll=2 * np.sin(3 * n)) for n in range(7)]
    assert most([noisy(sitter.frame(way), grey, n) for n, way in enumerate(ways)]) < LIMIT


@pytest.mark.parametrize(("name", "face"), [("ibis", 150), ("heron-1", 140)])
@pytest.mark.parametrize("seed", [2, 7])
def test_a_person_lives(name: str, face: int, seed: int) -> None:
    """In each six seconds at least one pair of frames a second apart changes more than a picture does."""
    sitter = material.sitter(name, WIDTH, HEIGHT, face)
    film = list(drawn.living(sitter, 60, rate=5, seed=seed))[::5]
    found = [seen(noisy(frame, 2.5, n)) for n, frame in enumerate(film)]
    changes = [FAR if (told := change(one, other)) is None else told for one, other in pairwise(found)]
    assert all(max(changes[start : start + 6]) > LIMIT for start in range(len(changes) - 5))


def test_what_cannot_be_laid_upon_is_far_apart() -> None:
    grey = np.full((SIDE, SIDE), 90, np.float32)
    source = np.random.default_rng(1)
    apart = change(grey, source.uniform(0, 255, (SIDE, SIDE)).astype(np.float32))
    assert apart is None or apart > LIMIT
    same = change(grey, grey)
    assert same is None or same <= FAR
    with pytest.raises(ValueError, match="112"):
        features(np.zeros((10, 10, 3), np.uint8))
