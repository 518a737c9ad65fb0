"""Frames for the tests of faces, drawn from one portrait in the public domain (NASA's of Eileen Collins).

It comes inside the wheel of scikit-image, is fetched once into the folder of models and checked; where it cannot be
had, the tests that need it are skipped and say so. Frames are warps of it: they try the code, they measure no people.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from xinglin.biometrics import engine, weights
from xinglin.biometrics.errors import NotInstalled
from xinglin.biometrics.faces import Faces, Pixels, Points
from xinglin.biometrics.liveness import Step

WHEEL = ("scikit-image==0.25.2", "skimage/data/astronaut.png")
PORTRAIT_SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"
CHOICE = ["--only-binary=:all:", "--python-version", "3.11", "--platform", "manylinux2014_x86_64"]
SECONDS = 120
SIDE = 480


def faces() -> Faces:
    """The face engine of this machine; without its models the test is skipped aloud."""
    try:
        return engine.faces()
    except NotInstalled as absent:
        pytest.skip(f"faces are not tried here: {absent} (make weights)")


@cache
def _fetched() -> bytes | None:
    kept = weights.folder() / "material" / "astronaut.png"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as place:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *CHOICE, WHEEL[0]]
            done = subprocess.run(command, cwd=place, capture_output=True, timeout=SECONDS, check=False)
            wheels = list(Path(place).glob("*.whl"))
            if done.returncode != 0 or not wheels:
                return None
            content = zipfile.ZipFile(wheels[0]).read(WHEEL[1])
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(f".{os.getpid()}")
        beside.write_bytes(content)
        beside.replace(kept)
    content = kept.read_bytes()
    return content if hashlib.sha256(content).hexdigest() == PORTRAIT_SHA256 else None


def photograph() -> Pixels:
    """The whole photograph, 512×512."""
    content = _fetched()
    if content is None:
        pytest.skip(f"{WHEEL[0]} cannot be fetched here: nothing to draw faces from")
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(picture[..., ::-1])


def portrait() -> Pixels:
    """Head and shoulders, 480×480, looking ahead."""
    whole = photograph()
    face = faces().detect(whole)[0]
    x, y, reach = (face.left + face.right) / 2, (face.top + face.bottom) / 2, face.height * 1.1
    part = whole[max(int(y - reach), 0) : int(y + reach), max(int(x - reach), 0) : int(x + reach)]
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)


def points_of(picture: Pixels) -> Points:
    """The 68 points of its face."""
    return faces().landmarks(picture, faces().detect(picture)[0])


def turned(picture: Pixels, points: Points, degrees: float) -> Pixels:
    """The head turned to its own left (positive) by drawing the picture on an ellipsoid with a nose."""
    height, width = picture.shape[:2]
    middle_x, middle_y = float(points[0, 0] + points[16, 0]) / 2, float(points[27:31, 1].mean())
    radius_x = float(points[16, 0] - points[0, 0]) / 2 * 1.05
    radius_y = float(points[8, 1] - points[19:25, 1].mean()) * 0.95
    x, y = np.meshgrid((np.arange(width) - middle_x) / radius_x, (np.arange(height) - middle_y) / radius_y)
    depth = np.sqrt(np.clip(1 - 0.95 * x**2 - 0.6 * y**2, 0, None)).astype(np.float32)
    depth += 0.25 * np.exp(-(x**2 / 0.02 + (y - 0.28) ** 2 / 0.05)).astype(np.float32)
    angle, source = np.radians(degrees), x.copy()
    rows = (y * radius_y + middle_y).astype(np.float32)
    for _ in range(12):  # What is seen at x came from where this settles.
        here = cv2.remap(depth, (source * radius_x + middle_x).astype(np.float32), rows, cv2.INTER_LINEAR)
        source = source + 0.6 * (x - (source * np.cos(angle) + here * np.sin(angle)))
    fading = np.clip((1.6 - np.sqrt(x**2 + 0.7 * y**2)) / 0.6, 0, 1)
    columns = ((x + (source - x) * fading) * radius_x + middle_x).astype(np.float32)
    return np.asarray(cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def closed(picture: Pixels, points: Points, part: float = 1.0) -> Pixels:
    """The upper lids drawn down over the eyes."""
    height, width = picture.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    lids = (((36, 37, 38, 39), (36, 41, 40, 39)), ((42, 43, 44, 45), (42, 47, 46, 45)))
    for upper, lower in (map(list, pair) for pair in lids):
        left, right = points[upper[0], 0], points[upper[3], 0]
        for x in range(int(left), int(right) + 1):
            over = np.interp(x, points[upper, 0], points[upper, 1]) - 1
            under = np.interp(x, points[lower, 0], points[lower, 1]) + 1
            top, down_to = over - (right - left) * 0.55, over + (under - over) * part
            reached = np.arange(max(int(top), 0), int(down_to) + 1)
            rows[reached, x] = top + (reached - top) * (over - top) / (down_to - top)
    drawn = np.asarray(cv2.remap(picture, columns, rows, cv2.INTER_LINEAR), np.uint8)
    if part > 0.8:
        lash = tuple(int(value * 0.45) for value in picture[int(points[27, 1]), int(points[27, 0])])
        for _, lower in lids:
            cv2.polylines(drawn, [points[list(lower)].astype(np.int32)], False, lash, 1, cv2.LINE_AA)
    return drawn


def waved(picture: Pixels, degrees: float) -> Pixels:
    """A print of the picture, turned as a whole about its upright axis: flat, as a photograph in the hand is."""
    height, width = picture.shape[:2]
    angle, away = np.radians(degrees), 1.5 * width
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) * [width / 2, height / 2]
    depth = corners[:, 0] * np.sin(angle) + away
    seen = np.stack([corners[:, 0] * np.cos(angle) * away / depth, corners[:, 1] * away / depth], axis=1)
    middle = np.array([width / 2, height / 2])
    matrix = cv2.getPerspectiveTransform((corners + middle).astype(np.float32), (seen + middle).astype(np.float32))
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height), borderValue=(110, 110, 105)), np.uint8)


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
            frames += [closed(picture, points, part) for part in (0.3, 0.7, 1.0, 0.7)]
        else:
            side = 1 if step is Step.LEFT else -1
            angles = [side * degrees for degrees in (8, 16, 24, 16, 8)]
            frames += [waved(picture, angle) if flat else turned(picture, points, angle) for angle in angles]
        frames += [picture] * 2
    return noisy(frames)
