"""Active liveness: a person looks straight ahead, then turns and blinks in an order that nobody can know beforehand.

The order is drawn from the caller's random source, the time of each frame is the server's, and every limit is the
engine's. What is asked is the person's own left and right, seen in pictures that are not mirrored; whoever sends
mirrored ones is refused. A step is asked only when the one before is done and the person is back at rest, and only what
is shown after it was asked counts. Between two frames a challenge may be put away (`to_bytes`) and taken up again by
another process (`resumed`); what is put away holds likenesses, and whoever keeps it seals it.

It stops still and waved photographs, films shown in another order, and films made before the steps were asked. It does
not stop somebody who has a film of each movement and switches in time, a face drawn live over another, a mask, or
pictures fed in behind the camera; see docs/explanation/likeness.md.
"""

import base64
import json
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np

from xinglin.biometrics.faces import Eyes, Faces, Gate, Pixels, Pose, Reading
from xinglin.biometrics.manifest import Engine
from xinglin.biometrics.matching import Decision, Vector, cosine, decide, unit


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
    ONE_PERSON = "one_person"
    FURTHER = "further"
    DO_STEP = "do_step"


class Failure(StrEnum):
    """Why a challenge was refused."""

    TWO_FACES = "two_faces"
    FACE_LOST = "face_lost"
    PERSON_CHANGED = "person_changed"
    WRONG_STEP = "wrong_step"
    STEP_TIMEOUT = "step_timeout"
    TIMEOUT = "timeout"
    GAP = "gap"
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
        self._similar: list[float] = []
        self._first: Vector | None = None
        self._total: Vector | None = None
        self._lost = self._second = self._doubtful = 0
        self._armed = True

    @property
    def live(self) -> float | None:
        """The median passive score of the frames that looked straight ahead, 0 to 1."""
        return statistics.median(self._live) if self._live else None

    @property
    def similarity(self) -> float | None:
        """The median cosine of those frames to the portrait; None without a portrait."""
        return statistics.median(self._similar) if self._similar else None

    @property
    def likeness(self) -> Vector | None:
        """One vector from all frames that looked straight ahead; only what passed should be enrolled."""
        return unit(self._total) if self._total is not None and self.state is State.PASSED else None

    @property
    def asked(self) -> Step | None:
        """The step that is asked now; None while the person is to look straight ahead, and at the end."""
        running = self.state is State.RUNNING and self.rest is not None and self._armed
        return self.steps[self.done] if running else None

    @property
    def deadline(self) -> datetime:
        """Until when what is asked now is waited for."""
        wait = self._limit("rest_seconds" if self.rest is None else "step_seconds")
        whole = self.started_at + timedelta(seconds=self._limit("challenge_seconds"))
        return min(self._step_at + timedelta(seconds=wait), whole)

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
            second = self._second >= self._limit("second_frames")
            return self._fail(Failure.TWO_FACES) if second else self._progress(reading)
        pose, eyes = reading.pose, reading.eyes
        if pose is None or eyes is None or {Gate.TOO_SMALL, Gate.CUT_OFF} & set(reading.reasons):
            self._lost += 1
            lost = self._lost > self._limit("lost_frames")
            return self._fail(Failure.FACE_LOST) if lost else self._progress(reading)
        if reading.vector is not None and self._changed(reading.vector, pose):
            return self._fail(Failure.PERSON_CHANGED)
        self._count(reading, pose)
        if self.rest is None:
            self._settle(reading, pose, eyes, at)
            return self._progress(reading)
        return self._watch(self.rest, reading, pose, eyes, at)

    def _count(self, reading: Reading, pose: Pose) -> None:
        """Remember what a frame that looks straight ahead says of the likeness and of being alive."""
        straight = reading.usable and self._ahead(pose)
        if not straight or reading.vector is None or reading.live is None:
            return
        self._live.append(reading.live)
        if self._first is None:
            self._first = reading.vector
        self._total = reading.vector if self._total is None else np.asarray(self._total + reading.vector, np.float32)
        if self.portrait is not None:
            self._similar.append(cosine(reading.vector, self.portrait))

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
            return self._progress(reading, turned)
        if (at - self._step_at).total_seconds() < self._limit("react_seconds"):
            return self._progress(reading, turned)  # Nobody can have read the prompt yet.
        step = self.steps[self.done]
        if self._wrong(step, turned):
            return self._fail(Failure.WRONG_STEP)
        if self._hit(step, turned, rest, eyes):
            self.done += 1
            self._armed = False
            self._step_at = at
        return self._end() if self.done == len(self.steps) else self._progress(reading, turned)

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
        """By either measure, each against the person's own open eyes: narrow eyes must not count as closed ones, and
        where they close no part of them may be left to see: then the odds of being open fall steeply all the same."""
        by_chance = eyes.open < self._limit("blink_open_part") * rest.open
        by_chance |= _log_odds(rest.open) - _log_odds(eyes.open) > self._limit("blink_log_odds")
        if eyes.aspect is None or rest.aspect is None:
            return by_chance
        return by_chance or eyes.aspect < self._limit("blink_aspect_part") * rest.aspect

    def _ahead(self, pose: Pose) -> bool:
        """Whether the person looks straight ahead: as at rest, once that is known, for few cameras stand in front."""
        return abs(pose.yaw - (self.rest.yaw if self.rest else 0.0)) <= self._limit("compare_yaw")

    def _changed(self, vector: Vector, pose: Pose) -> bool:
        """Whether this is somebody else than in the first frame: clearly, or doubtfully for the third time."""
        if self._first is None:
            return False
        similarity = cosine(vector, self._first)
        if similarity < self._limit("same_person"):
            return True
        if self._ahead(pose) and similarity < self._limit("match_refuse"):
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
        if at > self.deadline:
            return Failure.STEP_TIMEOUT
        if self.frames and (at - self.last_at).total_seconds() > self._limit("gap_seconds"):
            return Failure.GAP
        return None

    def _fail(self, failure: Failure) -> Progress:
        self.state, self.failure = State.FAILED, failure
        return self._progress()

    def _progress(self, reading: Reading | None = None, turned: float = 0.0) -> Progress:
        hint = self._hint(reading, turned) if self.state is State.RUNNING else None
        return Progress(self.state, self.asked, self.done, hint, self.failure)

    def _hint(self, reading: Reading | None, turned: float) -> Hint:
        reasons = reading.reasons if reading else ()
        for gate, hint in HINTS.items():
            if gate in reasons:
                return hint
        if self.asked is None:
            return Hint.LOOK_STRAIGHT
        begun = turned if self.asked is Step.LEFT else -turned if self.asked is Step.RIGHT else 0.0
        return Hint.FURTHER if begun > self._limit("turn_yaw") / 3 else Hint.DO_STEP

    def _limit(self, name: str) -> float:
        return self.engine.limit(name)

    # BETWEEN TWO FRAMES

    def to_bytes(self) -> bytes:
        """All that the next frame needs. Holds likenesses. ValueError once the challenge has ended."""
        if self.state is not State.RUNNING:
            raise ValueError("a challenge that has ended is not taken up again")
        rest = None if self.rest is None else [self.rest.yaw, self.rest.open, self.rest.aspect]
        return json.dumps(
            {
                "engine": self.engine.name,
                "steps": [step.value for step in self.steps],
                "at": [one.isoformat() for one in (self.started_at, self.last_at, self._step_at)],
                "counts": [getattr(self, name) for name in COUNTS],
                "armed": self._armed,
                "rest": rest,
                "neutral": [[yaw, eyes.open, eyes.aspect] for yaw, eyes in self._neutral],
                "live": self._live,
                "similar": self._similar,
                "vectors": [_packed(self._first), _packed(self._total)],
            }
        ).encode()

    @classmethod
    def resumed(
        cls, faces: Faces, raw: bytes, *, portrait: Vector | None = None, mirrored: bool = False
    ) -> "Challenge":
        """The challenge that `to_bytes` put away. ValueError for one of another engine."""
        kept: dict[str, Any] = json.loads(raw)
        if kept["engine"] != faces.engine.name:
            raise ValueError("a challenge belongs to the engine that began it")
        started, last, step_at = (datetime.fromisoformat(one) for one in kept["at"])
        made = cls(faces, [Step(step) for step in kept["steps"]], started, portrait=portrait, mirrored=mirrored)
        made.last_at, made._step_at = last, step_at
        for name, count in zip(COUNTS, kept["counts"], strict=True):
            setattr(made, name, count)
        made._armed = kept["armed"]
        made.rest = None if kept["rest"] is None else Rest(*kept["rest"])
        made._neutral = [(yaw, Eyes(opened, aspect)) for yaw, opened, aspect in kept["neutral"]]
        made._live, made._similar = kept["live"], kept["similar"]
        made._first, made._total = (_unpacked(one) for one in kept["vectors"])
        return made


def _log_odds(chance: float) -> float:
    kept = min(max(chance, 1e-7), 1 - 1e-7)
    return math.log(kept / (1 - kept))


COUNTS = ("done", "frames", "_lost", "_second", "_doubtful")


def _packed(vector: Vector | None) -> str | None:
    return None if vector is None else base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode()


def _unpacked(text: str | None) -> Vector | None:
    return None if text is None else np.frombuffer(base64.b64decode(text), "<f4").astype(np.float32)


HINTS = MappingProxyType(
    {
        Gate.SECOND_FACE: Hint.ONE_PERSON,
        Gate.NO_FACE: Hint.NO_FACE,
        Gate.TOO_SMALL: Hint.COME_CLOSER,
        Gate.CUT_OFF: Hint.COME_CLOSER,
        Gate.TOO_DARK: Hint.MORE_LIGHT,
        Gate.TOO_BRIGHT: Hint.LESS_LIGHT,
        Gate.BLURRED: Hint.HOLD_STILL,
    }
)
