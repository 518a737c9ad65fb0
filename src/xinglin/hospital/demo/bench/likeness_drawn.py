"""Moving pictures made from one portrait: what a camera of a visit would show, and what an attacker would.

Nothing here is a film of a person: a head turned by warping an ellipsoid, lids drawn over eyes, a body that sways. That
is enough to try the way from camera to alarm, and to see the drawn attacks refused; it is no measure of how real people
or real attackers fare. Pictures are RGB, (height, width, 3) of uint8.
"""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics import engine
from xinglin.hospital.demo.bench import likeness_material as material

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
RATE: Final = 16_000
NOISE: Final = 2.5
"""Grey levels of a camera's noise."""
EYES: Final = (((36, 37, 38, 39), (36, 41, 40, 39)), ((42, 43, 44, 45), (42, 47, 46, 45)))
"""Upper and lower lid of each eye among the 68 points."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How a person sits in one frame. `yaw` degrees (positive: to the own left), `closed` 0 to 1, shifts in pixels."""

    yaw: float = 0.0
    closed: float = 0.0
    across: float = 0.0
    down: float = 0.0
    zoom: float = 1.0
    roll: float = 0.0
    light: float = 1.0


class Sitter:
    """A person before a camera, drawn from one picture of the material."""

    def __init__(self, picture: str, *, width: int = 640, height: int = 360, face: int = 132, seed: int = 1) -> None:
        self.picture = picture
        self.still = material.portrait(picture, width, height, face)
        self.source = np.random.default_rng(seed)
        self.aside = material.PICTURES[picture].aside
        faces = engine.faces()
        self._points = faces.landmarks(self.still, faces.detect(self.still)[0])
        self._turned = lru_cache(maxsize=64)(self._turn)
        self._noise = (self.source.standard_normal((height + 64, width + 64, 1)) * NOISE).astype(np.int16)

    def frame(self, stance: Stance = Stance()) -> Pixels:
        """One frame, with the noise of a camera."""
        turned = self._turned(round(stance.yaw + self.aside), round(stance.closed, 1))
        height, width = turned.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height * 0.9), stance.roll, stance.zoom)
        matrix[0, 2] += stance.across
        matrix[1, 2] += stance.down
        moved = cv2.warpAffine(turned, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.int16)
        x, y = self.source.integers(0, 64, 2)
        lit = (moved * np.float32(stance.light)).astype(np.int16) + self._noise[y : y + height, x : x + width]
        return np.asarray(np.clip(lit, 0, 255), np.uint8)

    def _turn(self, yaw: int, closed: float) -> Pixels:
        picture = blinked(self.still, self._points, closed) if closed else self.still
        return turned(picture, self._points, yaw) if yaw else picture


def turned(picture: Pixels, points: Floats, degrees: float) -> Pixels:
    """The head turned about its upright axis, as an ellipsoid with a nose; what surrounds it stays."""
    height, width = picture.shape[:2]
    centre = (points[0, 0] + points[16, 0]) / 2, points[27:31, 1].mean()
    reach = (points[16, 0] - points[0, 0]) / 2 * 1.05, (points[8, 1] - points[19:25, 1].mean()) * 0.95
    x, y = np.meshgrid(
        ((np.arange(width) - centre[0]) / reach[0]).astype(np.float32),
        ((np.arange(height) - centre[1]) / reach[1]).astype(np.float32),
    )
    depth = np.sqrt(np.clip(1 - 0.95 * x**2 - 0.6 * y**2, 0, None)).astype(np.float32)
    depth += 0.25 * np.exp(-(x**2 / 0.02 + (y - 0.28) ** 2 / 0.05))
    angle = math.radians(degrees)
    from_x = x.copy()
    for _ in range(12):  # Where did a point lie before it was turned? By iteration: x' = x cos a + depth(x) sin a.
        there = cv2.remap(depth, from_x * reach[0] + centre[0], y * reach[1] + centre[1], cv2.INTER_LINEAR)
        from_x = from_x + 0.6 * (x - (from_x * np.float32(math.cos(angle)) + there * np.float32(math.sin(angle))))
    fading = np.clip(1.6 - np.sqrt(x**2 + 0.7 * y**2), 0, 0.6) / 0.6
    from_x = x + (from_x - x) * fading
    return np.asarray(
        cv2.remap(
            picture,
            (from_x * reach[0] + centre[0]).astype(np.float32),
            (y * reach[1] + centre[1]).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def blinked(picture: Pixels, points: Floats, closed: float) -> Pixels:
    """The upper lids drawn down over the eyes by so much, 0 to 1."""
    height, width = picture.shape[:2]
    from_x = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    from_y = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
    for upper, lower in EYES:
        left, right = points[upper[0], 0], points[upper[3], 0]
        above = (right - left) * 0.42
        for column in range(max(int(left), 0), min(int(right) + 1, width)):
            lid = np.interp(column, points[list(upper), 0], points[list(upper), 1]) - 1
            rim = np.interp(column, points[list(lower), 0], points[list(lower), 1]) + 1
            goal, top = lid + (rim - lid) * closed, lid - above
            rows = np.arange(max(int(top), 0), min(int(goal) + 1, height))
            from_y[rows, column] = top + (rows - top) * (lid - top) / (goal - top)
    made = np.asarray(cv2.remap(picture, from_x, from_y, cv2.INTER_LINEAR), np.uint8)
    if closed > 0.8:  # The line of the lashes.
        skin = picture[int(points[27, 1]), int(points[27, 0])]
        for _, lower in EYES:
            line = points[list(lower)].astype(np.int32)
            cv2.polylines(made, [line], False, tuple(int(value * 0.45) for value in skin), 1, cv2.LINE_AA)
    return made


def living(sitter: Sitter, frames: int, *, rate: float = 10.0, seed: int = 1) -> Iterator[Pixels]:
    """Somebody who sits before a camera: sways, turns a little, blinks every few seconds. Never twice the same."""
    source = np.random.default_rng(seed)
    phases = source.uniform(0, 2 * math.pi, 6)
    slow = source.uniform(0.8, 1.25, 6) * (0.43, 0.31, 0.37, 0.53, 0.29, 0.11)
    blink = source.uniform(1, 4)
    for number in range(frames):
        at = number / rate
        if at > blink + 0.3:
            blink = at + source.uniform(2, 5)
        waves = np.sin(2 * math.pi * slow * at + phases)
        yield sitter.frame(
            Stance(
                yaw=5 * waves[0],
                closed=1.0 if blink <= at <= blink + 0.3 else 0.0,
                across=9 * waves[1],
                down=5 * waves[2],
                zoom=1 + 0.02 * waves[3],
                roll=2 * waves[4],
                light=1 + 0.03 * waves[5],
            )
        )


def still(picture: Pixels, frames: int) -> Iterator[Pixels]:
    """The same picture again and again: a camera that was stopped, or a photograph fed in behind it."""
    for _ in range(frames):
        yield picture


def movement(step: str, *, degrees: float = 30.0, hold: int = 3) -> list[Stance]:
    """One movement, there and back over some frames, as people move: `left`, `right` (the own ones) or `blink`."""
    if step == "blink":
        return [Stance(closed=part) for part in (0.5, *[1.0] * hold, 0.4)]
    sign = 1.0 if step == "left" else -1.0
    return [Stance(yaw=sign * degrees * part) for part in (0.3, 0.7, *[1.0] * hold, 0.7, 0.3)]


class Responding:
    """Somebody who hears each step when it is asked, takes a moment, does it, and does it once more when it was not
    seen.
    """

    def __init__(self, sitter: Sitter, *, pause: int = 2) -> None:
        self.sitter, self.pause = sitter, pause
        self._asked: str | None = None
        self._way: list[Stance] = []
        self._frames = 0

    def frame(self, asked: str | None) -> Pixels:
        """What the camera sees while a step is asked; None: look straight ahead."""
        self._frames += 1
        resting = [Stance(down=float((self._frames + n) % 2)) for n in range(self.pause)]
        if asked != self._asked:
            self._asked, self._way = asked, [*self._way[-1:], *resting]
            self._way += movement(asked) if asked else []
        elif not self._way:
            self._way = [*resting, *(movement(asked) if asked else [])]
        return self.sitter.frame(self._way.pop(0))


def answering(sitter: Sitter, steps: Iterable[str], *, degrees: float = 30.0, hold: int = 3) -> Iterator[Pixels]:
    """A film of somebody who makes these movements, with rest between; it was made before anything was asked."""
    yield from (sitter.frame(Stance(across=float(n % 2))) for n in range(5))
    for step in steps:
        yield from (sitter.frame(stance) for stance in movement(step, degrees=degrees, hold=hold))
        yield from (sitter.frame(Stance(down=float(n % 2))) for n in range(3))


def waved(picture: Pixels, frames: int, *, degrees: float = 40.0) -> Iterator[Pixels]:
    """A printed photograph turned to and fro before the camera: flat, whatever its angle."""
    for number in range(frames):
        yield tilted(picture, degrees * math.sin(2 * math.pi * number / 20))


def tilted(picture: Pixels, degrees: float) -> Pixels:
    """A printed photograph turned as a whole about its upright axis by so much."""
    height, width = picture.shape[:2]
    half = np.array([width, height]) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    angle, far = math.radians(degrees), 1.5 * width
    depth = corners[:, 0] * math.sin(angle) + far
    seen = np.stack([corners[:, 0] * math.cos(angle), corners[:, 1]], axis=1) * (far / depth)[:, None] + half
    matrix = cv2.getPerspectiveTransform((corners + half).astype(np.float32), seen.astype(np.float32))
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height), borderValue=(105, 110, 110)), np.uint8)


def recaptured(picture: Pixels, *, seed: int = 1, grid: float = 2.7) -> Pixels:
    """A screen filmed by a camera: its grid beats with the camera's, blacks are grey, a window is mirrored in it."""
    source = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    tilt = float(source.uniform(-0.06, 0.06))
    beat = np.stack([np.sin(2 * math.pi * (x + tilt * y) / grid + phase) for phase in (0.0, 2.1, 4.2)], axis=2)
    lines = np.sin(2 * math.pi * (y - tilt * x) / (grid * 1.11))[..., None]
    seen = picture.astype(np.float32) / 255
    seen = np.power(seen, 0.85) * (1 + 0.10 * beat + 0.06 * lines) * (0.92, 1.0, 1.06) * 0.86 + 0.07
    glare = np.exp(-(((x - width * 0.25) / (width * 0.16)) ** 2 + ((y - height * 0.2) / (height * 0.2)) ** 2))
    seen = seen + 0.16 * glare[..., None] + source.standard_normal((height, width, 1)).astype(np.float32) * 0.012
    return np.asarray(np.clip(cv2.GaussianBlur(seen, (0, 0), 0.7) * 255, 0, 255), np.uint8)


def printed(picture: Pixels, *, seed: int = 1) -> Pixels:
    """A print on paper filmed by a camera: fewer tones, a raster, less contrast, uneven light."""
    source = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    raster = (np.sin(2 * math.pi * (x + y) / 3.1) * np.sin(2 * math.pi * (x - y) / 3.1))[..., None]
    tones = np.round(picture.astype(np.float32) / 12) * 12
    light = np.linspace(0.82, 1.08, width)[None, :, None]
    seen = (tones * 0.72 + 48 + 7 * raster) * light * (1.02, 1.0, 0.94)
    seen = cv2.GaussianBlur(seen, (0, 0), 1.0) + source.standard_normal((height, width, 1)) * 2
    return np.asarray(np.clip(seen, 0, 255), np.uint8)


def beside(one: Pixels, other: Pixels) -> Pixels:
    """Two people before one camera: the middles of two pictures of one size, side by side."""
    width = one.shape[1]
    middle = slice(width // 4, width // 4 + width // 2)
    return np.concatenate([one[:, middle], other[:, middle]], axis=1)


def jpeg(picture: Pixels, quality: int = 88) -> bytes:
    """As a browser sends a frame."""
    return cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def write_y4m(place: Path, frames: Iterable[Pixels], *, rate: int = 10) -> int:
    """A film for a browser's fake camera: raw YUV 4:2:0. Returns the number of frames."""
    count = 0
    with place.open("wb") as stream:
        for picture in frames:
            if not count:
                head = f"YUV4MPEG2 W{picture.shape[1]} H{picture.shape[0]} F{rate}:1 Ip A1:1 C420jpeg\n"
                stream.write(head.encode())
            stream.write(b"FRAME\n" + cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes())
            count += 1
    return count


def wav(samples: Floats, *, rate: int = RATE) -> bytes:
    """A sound for a browser's fake microphone, or for a service: mono, 16 bits."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as form:
        form.setnchannels(1)
        form.setsampwidth(2)
        form.setframerate(rate)
        form.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return stream.getvalue()
