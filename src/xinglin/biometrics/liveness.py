"""Active liveness: a person looks straight ahead, then turns and blinks in an order that nobody can know beforehand.

The order is drawn from the caller's random source, the time of each frame is the server's, and every limit is the
engine's. What is asked is the person's own left and right, seen in pictures that are not mirrored; whoever sends
mirrored ones is refused. A challenge lives in one process; its steps and its beginning are enough to make it anew.

It stops still and waved photographs and films shown in another order. It does not stop a film made to order on the
spot, a mask, or pictures fed in behind the camera; see docs/explanation/likeness.md.
"""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from xinglin.biometrics.faces import Eyes, Faces, Gate, Pixels, Pose, Reading
from xinglin.biometrics.manifest import Engine
from xinglin.biometrics.matching import Decision, Vector, averaged, cosine, decide


class Step(StrEnum):
    """What a person is asked to do. Left and right are the person's own."""

    LEFT = "left"
    RIGHT = "right"
    BLINK = "blink"


class State(StrEnum):
    """How far a challenge is."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


class Hint(StrEnum):
    """What would help now. A hint decides nothing."""

    LOOK_STRAIGHT = "look_straight"
    COME_CLOSER = "come_closer"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    HOLD_STILL = "hold_still"
    NO_FACE = "no_face"
    DO_STEP = "do_step"


class Failure(StrEnum):
    """Why a challenge was refused."""

    TWO_FACES = "two_faces"
    FACE_LOST = "face_lost"
    PERSON_CHANGED = "person_changed"
    WRONG_STEP = "wrong_step"
    STEP_TIMEOUT = "step_timeout"
    TIMEOUT = "timeout"
    TOO_MANY_FRAMES = "too_many_frames"
    TIME_BACKWARDS = "time_backwards"
    NOT_ALIVE = "not_alive"
    OTHER_PERSON = "other_person"
    UNSURE_PERSON = "unsure_person"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a frame led to. `step` is what is asked now (None while looking straight ahead and at the end)."""

    state: State
    step: Step | None
    done: int
    hint: Hint | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Rest:
    """The person at rest: the medians against which turns and blinks are measured."""

    yaw: float
    open: float
    aspect: float | None


def draw_steps(source: random.Random, engine: Engine) -> tuple[Step, ...]:
    """Steps in an order drawn from `source` (in service `secrets.SystemRandom`): turns to both sides and one blink.

    Everybody blinks, so a blink that was not asked for cannot be held against a film, and only the turns count against
    one that was made before: with five steps there are 70 orders, but a film full of blinks meets one in 14.
    """
    length = int(engine.limit("steps"))
    if length < len(Step):
        raise ValueError("a challenge needs each kind of step")
    turns: list[Step] = []
    while len(set(turns)) < 2:  # Seven of eight drawings of four turns go to both sides.
        turns = [source.choice((Step.LEFT, Step.RIGHT)) for _ in range(length - 1)]
    turns.insert(source.randrange(length), Step.BLINK)
    return tuple(turns)


class Challenge:
    """One try. Feed it frames in the order in which they came; then read `failure`, `live` and `similarity`.

    `likeness` is there only when it passed.
    """

    def __init__(
        self,
        faces: Faces,
        steps: Sequence[Step],
        started_at: datetime,
        *,
        portrait: Vector | None = None,
        mirrored: bool = False,
    ) -> None:
        """`portrait` is the likeness that the person must have; `mirrored` averages embeddings, for more time."""
        if not steps:
            raise ValueError("a challenge without steps proves nothing")
        self.faces, self.engine, self.steps = faces, faces.engine, tuple(steps)
        self.portrait, self.mirrored = portrait, mirrored
        self.state = State.RUNNING
        self.failure: Failure | None = None
        self.rest: Rest | None = None
        self.done = self.frames = 0
        self.started_at = self.last_at = self._step_at = started_at
        self._neutral: list[tuple[float, Eyes]] = []
        self._live: list[float] = []
        self._vectors: list[Vector] = []
        self._lost = self._second = self._doubtful = 0
        self._armed = True

    @property
    def live(self) -> float | None:
        """The median passive score of the frames that looked straight ahead, 0 to 1."""
        return statistics.median(self._live) if self._live else None

    @property
    def similarity(self) -> float | None:
        """The median cosine of those frames to the portrait; None without a portrait."""
        if self.portrait is None or not self._vectors:
            return None
        portrait = self.portrait
        return statistics.median(cosine(vector, portrait) for vector in self._vectors)

    @property
    def likeness(self) -> Vector | None:
        """One vector from all frames that looked straight ahead; only what passed should be enrolled."""
        return averaged(self._vectors) if self._vectors and self.state is State.PASSED else None

    def feed(self, frame: Pixels, at: datetime) -> Progress:
        """Judge the next frame, received at `at`. After the end nothing changes any more."""
        if self.state is not State.RUNNING:
            return self._progress()
        if failure := self._out_of_time(at):
            return self._fail(failure)
        self.frames += 1
        self.last_at = at
        if self.frames > self._limit("frames_max"):
            return self._fail(Failure.TOO_MANY_FRAMES)
        return self.judge(self.faces.read(frame, mirrored=self.mirrored, eyes=True), at)

    def expire(self, at: datetime) -> Progress:
        """Tell the challenge the time when no frame comes."""
        if self.state is State.RUNNING and (failure := self._out_of_time(at)):
            return self._fail(failure)
        return self._progress()

    def judge(self, reading: Reading, at: datetime) -> Progress:
        """Judge what a frame says; `feed` without the picture."""
        if Gate.SECOND_FACE in reading.reasons:
            self._second += 1
            return self._fail(Failure.TWO_FACES) if self._second >= self._limit("second_frames") else self._progress()
        pose, eyes = reading.pose, reading.eyes
        if pose is None or eyes is None or {Gate.TOO_SMALL, Gate.CUT_OFF} & set(reading.reasons):
            self._lost += 1
            lost = self._lost > self._limit("lost_frames")
            return self._fail(Failure.FACE_LOST) if lost else self._progress(reading)
        if reading.vector is not None and self._changed(reading.vector, pose):
            return self._fail(Failure.PERSON_CHANGED)
        straight = abs(pose.yaw) <= self._limit("compare_yaw")
        if reading.usable and straight and reading.vector is not None and reading.live is not None:
            self._vectors.append(reading.vector)
            self._live.append(reading.live)
        if self.rest is None:
            self._settle(reading, pose, eyes, at)
            return self._progress(reading)
        return self._watch(self.rest, reading, pose, eyes, at)

    def _settle(self, reading: Reading, pose: Pose, eyes: Eyes, at: datetime) -> None:
        """Learn the person's rest from the first frames that look straight ahead."""
        if not reading.usable or abs(pose.yaw) > self._limit("neutral_yaw"):
            return
        self._neutral.append((pose.yaw, eyes))
        if len(self._neutral) < self._limit("neutral_frames"):
            return
        aspects = [eyes.aspect for _, eyes in self._neutral if eyes.aspect is not None]
        self.rest = Rest(
            yaw=statistics.median(yaw for yaw, _ in self._neutral),
            open=statistics.median(eyes.open for _, eyes in self._neutral),
            aspect=statistics.median(aspects) if aspects else None,
        )
        self._step_at = at

    def _watch(self, rest: Rest, reading: Reading, pose: Pose, eyes: Eyes, at: datetime) -> Progress:
        turned = pose.yaw - rest.yaw
        if not self._armed:  # Between two steps the person comes back to rest, else one film of a turn would do twice.
            self._armed = abs(turned) < self._limit("back_yaw") and not self._closed(rest, eyes)
            if self._armed:
                self._step_at = at
            return self._progress(reading)
        step = self.steps[self.done]
        if self._wrong(step, turned):
            return self._fail(Failure.WRONG_STEP)
        if self._hit(step, turned, rest, eyes):
            self.done += 1
            self._armed = False
            self._step_at = at
        return self._end() if self.done == len(self.steps) else self._progress(reading)

    def _hit(self, step: Step, turned: float, rest: Rest, eyes: Eyes) -> bool:
        if step is Step.BLINK:
            return abs(turned) < self._limit("blink_yaw") and self._closed(rest, eyes)
        return (turned if step is Step.LEFT else -turned) > self._limit("turn_yaw")

    def _wrong(self, step: Step, turned: float) -> bool:
        """Another movement than the one asked for. A blink is never wrong: everybody blinks."""
        if step is Step.BLINK:
            return abs(turned) > self._limit("blink_wrong_yaw")
        return (-turned if step is Step.LEFT else turned) > self._limit("turn_yaw")

    def _closed(self, rest: Rest, eyes: Eyes) -> bool:
        """By either measure, each against the person's own open eyes: narrow eyes must not count as closed ones."""
        by_chance = eyes.open < self._limit("blink_open_part") * rest.open
        if eyes.aspect is None or rest.aspect is None:
            return by_chance
        return by_chance or eyes.aspect < self._limit("blink_aspect_part") * rest.aspect

    def _changed(self, vector: Vector, pose: Pose) -> bool:
        """Whether this is somebody else than in the first frame: clearly, or doubtfully for the third time."""
        if not self._vectors:
            return False
        similarity = cosine(vector, self._vectors[0])
        if similarity < self._limit("same_person"):
            return True
        if abs(pose.yaw) <= self._limit("compare_yaw") and similarity < self._limit("match_refuse"):
            self._doubtful += 1
        return self._doubtful > self._limit("doubtful_frames")

    def _end(self) -> Progress:
        """All steps are done: alive enough, and the person asked for?"""
        live, similarity = self.live, self.similarity
        if live is None or len(self._live) < self._limit("live_frames") or live < self._limit("live_accept"):
            return self._fail(Failure.NOT_ALIVE)
        if similarity is not None:
            said = decide(similarity, self.engine.thresholds)
            if said is not Decision.SAME:
                return self._fail(Failure.OTHER_PERSON if said is Decision.OTHER else Failure.UNSURE_PERSON)
        self.state = State.PASSED
        return self._progress()

    def _out_of_time(self, at: datetime) -> Failure | None:
        if at < self.last_at:
            return Failure.TIME_BACKWARDS
        if (at - self.started_at).total_seconds() > self._limit("challenge_seconds"):
            return Failure.TIMEOUT
        if (at - self._step_at).total_seconds() > self._limit("step_seconds"):
            return Failure.STEP_TIMEOUT
        return None

    def _fail(self, failure: Failure) -> Progress:
        self.state, self.failure = State.FAILED, failure
        return self._progress()

    def _progress(self, reading: Reading | None = None) -> Progress:
        running = self.state is State.RUNNING
        asked = self.steps[self.done] if running and self.rest is not None and self._armed else None
        hint = self._hint(asked, reading) if running else None
        return Progress(self.state, asked, self.done, hint, self.failure)

    def _hint(self, asked: Step | None, reading: Reading | None) -> Hint:
        reasons = reading.reasons if reading else ()
        for gate, hint in HINTS.items():
            if gate in reasons:
                return hint
        return Hint.LOOK_STRAIGHT if asked is None else Hint.DO_STEP

    def _limit(self, name: str) -> float:
        return self.engine.limit(name)


HINTS = MappingProxyType(
    {
        Gate.NO_FACE: Hint.NO_FACE,
        Gate.TOO_SMALL: Hint.COME_CLOSER,
        Gate.CUT_OFF: Hint.COME_CLOSER,
        Gate.TOO_DARK: Hint.MORE_LIGHT,
        Gate.TOO_BRIGHT: Hint.LESS_LIGHT,
        Gate.BLURRED: Hint.HOLD_STILL,
    }
)
