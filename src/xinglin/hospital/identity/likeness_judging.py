"""What the frames of a challenge say: moved as asked, alive, one person, whose likeness. No tables here."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from xinglin.biometrics.errors import BadImage
from xinglin.biometrics.faces import Faces, Pixels
from xinglin.biometrics.liveness import Challenge, State, Step, draw_steps
from xinglin.biometrics.matching import Vector
from xinglin.biometrics.pictures import decode

FRAME_SIDE = 640
"""Frames are looked at no larger than this: more helps neither the gates nor the embedding, and costs time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the frames said. `vector` is the likeness of the frames that looked straight ahead; `still` one of them as a
    JPEG; `scores` holds numbers only.
    """

    engine_id: str
    engine_version: str
    passed: bool
    reasons: tuple[str, ...]
    live: float | None
    similarity: float | None = None
    vector: Vector | None = field(repr=False, default=None)
    still: bytes = field(repr=False, default=b"")
    scores: dict[str, int] = field(default_factory=dict)

    @property
    def engine(self) -> str:
        """Name and version as recorded."""
        return f"{self.engine_id}@{self.engine_version}"


def drawn_steps(source: random.Random, faces: Faces) -> list[str]:
    """Movements in an order nobody can know beforehand."""
    return [step.value for step in draw_steps(source, faces.engine)]


@dataclass(slots=True)
class Course:
    """A challenge between two pictures: what it has seen, and which pictures those were (their digests)."""

    challenge: Challenge
    seen: list[str] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """To be sealed: it holds likenesses."""
        return json.dumps({"seen": self.seen, "challenge": self.challenge.to_bytes().decode()}).encode()

    def show(self, raw: bytes, at: datetime) -> Pixels | None:
        """Judge a picture received at `at`; its pixels when it is the one that completed the person's rest.

        Raises BadImage.
        """
        pixels = decode(raw, longest=FRAME_SIDE)
        resting = self.challenge.rest is not None
        self.seen.append(digest_of(raw))
        self.challenge.feed(pixels, at)
        return pixels if self.challenge.rest is not None and not resting else None


def begun(faces: Faces, steps: Sequence[str], at: datetime) -> Course:
    """A challenge that has seen nothing yet."""
    return Course(Challenge(faces, [Step(step) for step in steps], at))


def resumed(faces: Faces, raw: bytes, known: Vector | None, *, mirrored: bool) -> Course:
    """What `to_bytes` put away; `known` is the likeness the person must have. ValueError after a change of engine.

    `mirrored` averages each frame with its mirror image, which is worth its time where a likeness is to be kept.
    """
    kept = json.loads(raw)
    challenge = Challenge.resumed(faces, kept["challenge"].encode(), portrait=known, mirrored=mirrored)
    return Course(challenge, kept["seen"])


def digest_of(raw: bytes) -> str:
    """By which the very same picture is known again."""
    return hashlib.blake2b(raw, digest_size=9).hexdigest()


def judged(course: Course, still: bytes) -> Judged:
    """What an ended challenge says."""
    challenge = course.challenge
    return Judged(
        engine_id=challenge.engine.id,
        engine_version=challenge.engine.version,
        passed=challenge.state is State.PASSED,
        reasons=() if challenge.failure is None else (challenge.failure.value,),
        live=challenge.live,
        similarity=challenge.similarity,
        vector=challenge.likeness,
        still=still,
        scores={"frames": challenge.frames, "steps_done": challenge.done, "steps": len(challenge.steps)},
    )


def portrait_vector(faces: Faces, raw: bytes, corners: list[list[int]] | None) -> tuple[Vector | None, str]:
    """The face of the portrait on a picture of a card, and why there is none.

    `corners` say where the portrait stands when the card was read; without them the whole picture is searched. A
    portrait is small, so the frames' gate of size does not hold for it.
    """
    try:
        pixels = decode(raw)
    except BadImage:
        return None, "no_portrait_face"
    for part in (_around(pixels, corners), pixels):
        if part is not None and (found := faces.detect(part)):
            return faces.embed(faces.align(part, faces.landmarks(part, found[0])), mirrored=True), ""
    return None, "no_portrait_face"


def _around(pixels: Pixels, corners: list[list[int]] | None) -> Pixels | None:
    """The part of the picture around the portrait, a third wider than it."""
    if not corners:
        return None
    across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    wide, high = (across[-1] - across[0]) // 3, (down[-1] - down[0]) // 3
    part = pixels[
        max(down[0] - high, 0) : max(down[-1] + high, 0), max(across[0] - wide, 0) : max(across[-1] + wide, 0)
    ]
    return part if min(part.shape[:2]) > 0 else None
