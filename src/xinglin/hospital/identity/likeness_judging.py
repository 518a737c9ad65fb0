"""What the frames of an answered challenge say: moved as asked, alive, one person, whose likeness. No tables here."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from xinglin.biometrics.errors import BadImage
from xinglin.biometrics.faces import Faces, Pixels
from xinglin.biometrics.liveness import Challenge, State, Step, draw_steps
from xinglin.biometrics.matching import Vector
from xinglin.biometrics.pictures import cleaned, decode

FRAME_SIDE = 640
"""Frames are looked at no larger than this: more helps neither the gates nor the embedding, and costs time."""

FRAME_EVERY = timedelta(milliseconds=200)
"""Between two frames that came without their instants (sent as files)."""


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


def judge(
    faces: Faces,
    steps: Sequence[str],
    frames: Sequence[bytes],
    times_ms: Sequence[int],
    begun_at: datetime,
    known: Vector | None = None,
    *,
    mirrored: bool = False,
) -> Judged:
    """Feed the frames of an answer to the challenge of these steps; `known` is the likeness the person must have.

    `mirrored` averages each frame with its mirror image, which is worth its time where a likeness is to be kept.

    The instants are the sender's own, counted from the beginning: they order the movements and bound them; how old the
    whole answer may be is the caller's clock. A frame that cannot be read fails the answer.
    """
    challenge = Challenge(faces, [Step(step) for step in steps], begun_at, portrait=known, mirrored=mirrored)
    still: Pixels | None = None
    for number, raw in enumerate(frames):
        after = timedelta(milliseconds=times_ms[number]) if times_ms else FRAME_EVERY * (number + 1)
        try:
            pixels = decode(raw, longest=FRAME_SIDE)
        except BadImage as refused:
            return _judged(challenge, still, ("bad_frames", refused.dotted))
        resting = challenge.rest is not None
        challenge.feed(pixels, begun_at + after)
        if still is None or (
            challenge.rest is not None and not resting
        ):  # the frame that completes the rest is frontal
            still = pixels
        if challenge.state is not State.RUNNING:
            break
    return _judged(challenge, still, ())


def _judged(challenge: Challenge, still: Pixels | None, faults: tuple[str, ...]) -> Judged:
    reasons = faults
    if challenge.failure is not None:
        reasons += (challenge.failure.value,)
    elif challenge.state is State.RUNNING and not faults:
        reasons += ("no_straight_frame" if challenge.rest is None else "steps_missing",)
    return Judged(
        engine_id=challenge.engine.id,
        engine_version=challenge.engine.version,
        passed=challenge.state is State.PASSED and not faults,
        reasons=reasons,
        live=challenge.live,
        similarity=challenge.similarity,
        vector=challenge.likeness,
        still=cleaned(still) if still is not None else b"",
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
