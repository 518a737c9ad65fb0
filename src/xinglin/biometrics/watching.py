"""Is it still the same person? One side of a live visit, watched from the sampled frames and windows of the voice.

Pure: time comes in with each sample, nothing is read, written or remembered elsewhere. A decision rests on a window of
samples, never on one. What a decision leads to is policy and stands in a table of the hospital, not here.

Limits that are kept when frames come at least every two seconds and voice windows at least every five: a change of
person, a second face, a missing face, a picture that stands or comes again within 10 s (a repetition: 10 s after it has
begun again), a voice that differs or a covered lens within 20 s.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final, Literal, NamedTuple

from xinglin.biometrics.fingerprints import Look, contrast, difference
from xinglin.biometrics.repeating import Shown

Side = Literal["physician", "patient"]


class Kind(StrEnum):
    """What was decided about a side."""

    VERIFIED = "verified"
    UNSURE = "unsure"
    OTHER_PERSON = "other_person"
    SECOND_FACE = "second_face"
    NO_FACE = "no_face"
    COVERED = "covered"
    FROZEN = "frozen"
    LOOPED = "looped"
    VOICE_DIFFERS = "voice_differs"
    NO_FRAMES = "no_frames"
    NO_COPY = "no_copy"
    RESTORED = "restored"


class Level(StrEnum):
    """How things stand with a side."""

    OK = "ok"
    UNSURE = "unsure"
    ALARM = "alarm"
    UNKNOWN = "unknown"


ALARMS: Final = frozenset({Kind.OTHER_PERSON, Kind.FROZEN, Kind.LOOPED})
"""A voice alone raises doubt, no alarm: noise and a cold lower its score too."""
ORDER: Final = (
    Kind.OTHER_PERSON, Kind.LOOPED, Kind.FROZEN, Kind.VOICE_DIFFERS, Kind.SECOND_FACE, Kind.COVERED, Kind.NO_FACE,
    Kind.NO_COPY, Kind.NO_FRAMES, Kind.UNSURE,
)  # fmt: skip
"""Which doubt is named first when there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """Thresholds of the engines in use (from their manifest) and the times of the watch.

    Similarities are cosines, angles degrees, widths pixels, brightness and contrast grey levels.
    """

    face_accept: float
    """A median from here on is the person."""
    face_refuse: float
    """A median below is another person; between the two nothing is said."""
    live_refuse: float
    """A median passive liveness score below leaves doubt."""
    voice_refuse: float
    """A clean window below differs."""
    yaw_max: float = 25.0
    width_min: int = 70
    luminance_min: int = 24
    contrast_min: float = 4.0
    still_max: float = 0.5
    """Two looks nearer than this show no movement; a repeated picture is as near to its first showing."""
    alive_min: float = 0.85
    """A face that changed less than this between two frames, against its noise, did not move of itself."""
    moving_min: float = 2.0
    """Within a repetition the picture must have moved this much: somebody who sits quietly repeats nothing."""
    speech_seconds_min: float = 4.0
    window: int = 5
    least: int = 3
    span: timedelta = timedelta(seconds=10)
    """How far back a window reaches; a side verified longer ago is no longer verified."""
    absent_after: timedelta = timedelta(seconds=7)
    copy_after: timedelta = timedelta(seconds=15)
    """A browser that should return what it receives and does not for so long leaves a gap that is acted upon."""
    covered_after: timedelta = timedelta(seconds=10)
    frozen_after: timedelta = timedelta(seconds=7)
    loop_lag_min: timedelta = timedelta(seconds=3)
    memory: timedelta = timedelta(seconds=120)
    repeat: int = 6
    """Frames in a row that must come again at the same distance."""
    lag_slack: timedelta = timedelta(milliseconds=200)
    loop_hold: timedelta = timedelta(seconds=20)
    """A repetition that was seen stands this long after it was last seen: its seams do not lift the doubt."""
    several_allowed: bool = False
    """More than one face is expected, as where a guardian sits beside a child."""
    voice_span: timedelta = timedelta(seconds=60)
    heartbeat: timedelta = timedelta(seconds=5)
    remind: timedelta = timedelta(seconds=30)
    """A doubt that stands is said again this often: what was done about it may have been undone."""


@dataclass(frozen=True, slots=True)
class FaceSeen:
    """One sampled frame.

    similarity: cosine to the enrolled face; of the largest face for a physician, of the face that fits best for a
    patient (a guardian may sit nearer); None where no template is enrolled or no face was measured. yaw in degrees and
    width in pixels of that face; live: passive score 0..1; luminance 0..255 of the picture; fingerprint: its look.
    changed: how much the face itself changed since the frame before (`stillness.change`); None: not measured.
    """

    count: int
    similarity: float | None = None
    yaw: float | None = None
    width_px: int | None = None
    live: float | None = None
    luminance: int | None = None
    fingerprint: Look | None = None
    changed: float | None = None


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """One window of the voice: cosine to the enrolled voice (None: not measured), seconds of speech in it, clipping."""

    similarity: float | None
    speech_seconds: float
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Something to write down: what, when, how things stand after it, and the numbers it rests on (permille, n, ms)."""

    kind: Kind
    at: datetime
    level: Level
    reason: str
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class State:
    """What a badge shows. `reason` is "" while all is well, else the first of the doubts by weight."""

    level: Level
    reason: str
    last_verified_at: datetime | None
    last_frame_at: datetime | None
    doubts: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    at: datetime
    seen: FaceSeen
    still: bool | None
    """Whether nothing lived since the frame before: the picture stands, or the face in it moves as a picture of a face
    does, all of a piece. None where neither can be told."""


class _Verdict(NamedTuple):
    """One doubt: whether it stands now, on what numbers, and in which form."""

    kind: Kind
    stands: bool
    numbers: dict[str, int]
    reason: str


@dataclass(frozen=True, slots=True)
class _Window:
    """The voice of one window."""

    at: datetime
    similarity: float


class Watch:
    """One side of one live visit. Samples that come late or twice are dropped: time never runs backwards.

    `enrolled_face` false: there is nothing to compare with, and the side stays unknown, which is said, not hidden.
    """

    def __init__(self, policy: WatchPolicy, side: Side, started_at: datetime, *, enrolled_face: bool = True) -> None:
        self.policy, self.side, self.enrolled_face = policy, side, enrolled_face
        self._started = self._now = self._last_frame = self._last_call = self._last_voice = started_at
        self._repeated_at = started_at
        self._any_frame = self._copy_due = False
        self._frames: deque[_Frame] = deque()
        self._shown = Shown(policy.memory)
        self._voices: deque[_Window] = deque(maxlen=3)
        self._doubts: dict[Kind, str] = {}
        self._said_at: dict[Kind, datetime] = {}
        self._verified_at: datetime | None = None
        self._told_at: datetime | None = None
        self._doubted = False

    # WHAT COMES IN

    def face(self, at: datetime, seen: FaceSeen) -> list[Change]:
        """A sampled frame. Returns what is new, oldest first."""
        if at <= self._last_call:
            return []
        self._last_call = self._last_frame = at
        self._any_frame, self._copy_due = True, False
        before = self._frames[-1].seen.fingerprint if self._frames else None
        if seen.fingerprint is not None:
            self._shown.add(at, seen.fingerprint)
        self._frames.append(_Frame(at, seen, self._still(before, seen)))
        return self._decide(at)

    def glance(self, at: datetime, seen: Look) -> None:
        """The look of a picture between two frames, for what comes again. Decides nothing by itself."""
        self._shown.add(at, seen)

    def resume(self, at: datetime, *, enrolled_face: bool) -> None:
        """The same person is back after a reload or a change of network: what was seen before still counts."""
        self.enrolled_face = enrolled_face
        at = max(at, self._now)
        self._now = self._last_frame = self._last_call = at
        self._copy_due = False

    def voice(self, at: datetime, heard: VoiceHeard) -> list[Change]:
        """A window of the voice that ended at `at`. Windows that are clipped or hold little speech say nothing."""
        if at <= self._last_voice:
            return []
        self._last_voice = at
        enough = heard.speech_seconds >= self.policy.speech_seconds_min and not heard.clipped
        if heard.similarity is not None and enough:
            self._voices.append(_Window(at, heard.similarity))
        return self._decide(at)

    def no_frame(self, at: datetime, *, copy: bool = False) -> list[Change]:
        """A frame was due and none came. `copy`: the other side's browser should have returned what it received."""
        if at <= self._last_call:
            return []
        self._last_call, self._copy_due = at, copy
        return self._decide(at)

    def tick(self, at: datetime) -> list[Change]:
        """Time has passed."""
        return self._decide(at)

    @property
    def state(self) -> State:
        """How things stand after the last sample."""
        doubts = tuple(kind for kind in ORDER if kind in self._doubts)
        level = self._level()
        reason = self._doubts[doubts[0]] if doubts else ("" if level is Level.OK else self._why_unknown())
        return State(level, reason, self._verified_at, self._last_frame if self._any_frame else None, doubts)

    # DECISIONS

    def _decide(self, at: datetime) -> list[Change]:
        if at < self._now:
            at = self._now  # A voice window may end before the newest frame: it is judged as things stand now.
        self._now = at
        while self._frames and at - self._frames[0].at > 2 * self.policy.span:
            self._frames.popleft()
        while self._voices and at - self._voices[0].at > self.policy.voice_span:
            self._voices.popleft()
        changes = []
        for kind, raised, numbers, reason in self._judged():
            said = self._said_at.get(kind, self._started)
            if raised and (self._doubts.get(kind) != reason or at - said >= self.policy.remind):
                self._doubts[kind], self._said_at[kind] = reason, at
                self._doubted = True
                changes.append((kind, reason, numbers))
            elif not raised:
                self._doubts.pop(kind, None)
        level = self._level()
        found = [Change(kind, at, level, reason, numbers) for kind, reason, numbers in changes]
        return [*found, *self._good_news(at, level)]

    def _judged(self) -> Iterator[_Verdict]:
        """Each doubt: whether it stands now, and on what numbers. Between two thresholds what stood stays."""
        recent = [frame for frame in self._frames if self._now - frame.at <= self.policy.span]
        yield self._no_frames()
        yield self._no_copy()
        yield self._covered(recent)
        yield self._no_face(recent)
        yield self._second_face(recent)
        yield self._frozen(recent)
        yield self._looped()
        yield self._voice_differs()
        good = [frame for frame in recent if self._good(frame.seen)]
        yield self._other_person(good)
        yield self._unsure(recent, good)

    def _no_frames(self) -> _Verdict:
        gone = self._now - self._last_frame
        return _Verdict(Kind.NO_FRAMES, gone >= self.policy.absent_after, {"gone_ms": _ms(gone)}, "no_frames")

    def _no_copy(self) -> _Verdict:
        gone = self._now - self._last_frame
        stands = self._copy_due and gone >= self.policy.copy_after
        return _Verdict(Kind.NO_COPY, stands, {"gone_ms": _ms(gone)}, "no_copy")

    def _still(self, before: Look | None, seen: FaceSeen) -> bool | None:
        stands = None if before is None or seen.fingerprint is None else self._near(before, seen.fingerprint)
        if stands or seen.changed is None:
            return stands
        return seen.changed < self.policy.alive_min

    def _near(self, one: Look, other: Look) -> bool:
        return difference(one, other) <= self.policy.still_max

    def _covered(self, recent: list[_Frame]) -> _Verdict:
        run = _run(recent, self._blind)
        long = bool(run) and self._now - run[0].at >= self.policy.covered_after - timedelta(seconds=2)
        stands = long and len(run) >= self.policy.least
        stands = stands or (Kind.COVERED in self._doubts and bool(run))
        return _Verdict(Kind.COVERED, stands, {"frames": len(run)}, "covered")

    def _no_face(self, recent: list[_Frame]) -> _Verdict:
        run = _run(recent, lambda seen: seen.count == 0)
        long = len(run) >= self.policy.least and run[-1].at - run[0].at >= self.policy.absent_after - _SECOND
        dark = bool(run) and all(self._blind(frame.seen) for frame in run)
        stands = (long and not dark) or (Kind.NO_FACE in self._doubts and bool(run))
        return _Verdict(Kind.NO_FACE, stands, {"frames": len(run)}, "no_face")

    def _second_face(self, recent: list[_Frame]) -> _Verdict:
        last = recent[-self.policy.window :]
        several = sum(frame.seen.count > 1 for frame in last)
        least = 2 if Kind.SECOND_FACE in self._doubts else self.policy.least
        stands = several >= least and not self.policy.several_allowed
        return _Verdict(Kind.SECOND_FACE, stands, {"frames": len(last), "several": several}, "second_face")

    def _frozen(self, recent: list[_Frame]) -> _Verdict:
        """Nothing lives between any two frames in a row, for long enough."""
        faces = _run(recent, lambda seen: seen.count > 0)  # An empty room stands still too: that is another matter.
        held = faces[-1:]
        for frame, later in reversed(list(pairwise(faces))):
            if not later.still:
                break
            held.append(frame)
        long = len(held) > self.policy.least and held[0].at - held[-1].at >= self.policy.frozen_after - _SECOND
        lately = [frame.still for frame in recent[-2:]]
        stands = long or (Kind.FROZEN in self._doubts and lately != [False, False] and bool(faces))
        return _Verdict(Kind.FROZEN, stands, {"frames": len(held)}, "frozen")

    def _looped(self) -> _Verdict:
        """The last seconds were all shown before, at one and the same distance in time, and moved."""
        lag = self._shown.lag(
            least=self.policy.repeat,
            moving=self.policy.moving_min,
            alike=self.policy.still_max,
            lag_min=self.policy.loop_lag_min,
            slack=self.policy.lag_slack,
        )
        if lag is not None:
            self._repeated_at = self._now
        held = Kind.LOOPED in self._doubts and self._now - self._repeated_at < self.policy.loop_hold
        return _Verdict(Kind.LOOPED, lag is not None or held, {"lag_ms": 0 if lag is None else _ms(lag)}, "looped")

    def _voice_differs(self) -> _Verdict:
        """Two of the last three clean windows lie below; doubt ends when the last two do not."""
        heard = list(self._voices)
        low = [window.similarity < self.policy.voice_refuse for window in heard]
        stands = sum(low) >= 2 if Kind.VOICE_DIFFERS not in self._doubts else any(low[-2:])
        worst = min((window.similarity for window in heard), default=0.0)
        return _Verdict(
            Kind.VOICE_DIFFERS, stands, {"windows": len(heard), "lowest_permille": round(worst * 1000)}, "voice_differs"
        )

    def _other_person(self, good: list[_Frame]) -> _Verdict:
        middle = self._middle(good)
        stands = Kind.OTHER_PERSON in self._doubts
        if middle is not None:
            stands = middle < (self.policy.face_accept if stands else self.policy.face_refuse)
        return _Verdict(Kind.OTHER_PERSON, stands, self._numbers(good), "other_person")

    def _unsure(self, recent: list[_Frame], good: list[_Frame]) -> _Verdict:
        """Too little is said: no face can be measured, it lies between the thresholds, or it looks flat."""
        numbers, middle = self._numbers(good), self._middle(good)
        live = [frame.seen.live for frame in good[-self.policy.window :] if frame.seen.live is not None]
        if len(live) >= self.policy.least and median(live) < self.policy.live_refuse:
            return _Verdict(Kind.UNSURE, True, {**numbers, "live_permille": round(median(live) * 1000)}, "looks_flat")
        if middle is not None:
            between = self.policy.face_refuse <= middle < self.policy.face_accept
            return _Verdict(Kind.UNSURE, between and Kind.OTHER_PERSON not in self._doubts, numbers, "between")
        said = bool(self._doubts.keys() & {Kind.NO_FRAMES, Kind.NO_COPY, Kind.NO_FACE, Kind.COVERED, Kind.OTHER_PERSON})
        stands = self.enrolled_face and bool(recent) and self._unverified() and not said
        faces = any(frame.seen.count for frame in recent)
        return _Verdict(Kind.UNSURE, stands, numbers, "not_measurable" if faces else "not_lately")

    # WHAT COUNTS

    def _good(self, seen: FaceSeen) -> bool:
        """Whether a frame can be measured: a face near enough, turned to the camera, compared."""
        return (
            seen.count >= 1
            and seen.similarity is not None
            and (seen.yaw is None or abs(seen.yaw) <= self.policy.yaw_max)
            and (seen.width_px is None or seen.width_px >= self.policy.width_min)
        )

    def _blind(self, seen: FaceSeen) -> bool:
        """No face, and the picture is dark or without any shape."""
        dark = seen.luminance is not None and seen.luminance < self.policy.luminance_min
        shapeless = seen.fingerprint is not None and contrast(seen.fingerprint) < self.policy.contrast_min
        return seen.count == 0 and (dark or shapeless)

    def _middle(self, good: list[_Frame]) -> float | None:
        """Median of the last good frames; None while they are too few."""
        last = [frame.seen.similarity for frame in good[-self.policy.window :] if frame.seen.similarity is not None]
        return median(last) if len(last) >= self.policy.least else None

    def _numbers(self, good: list[_Frame]) -> dict[str, int]:
        middle = self._middle(good)
        last = good[-self.policy.window :]
        return {"frames": len(last)} | ({} if middle is None else {"median_permille": round(middle * 1000)})

    def _unverified(self) -> bool:
        return self._now - (self._verified_at or self._started) >= self.policy.absent_after

    def _level(self) -> Level:
        if self._doubts.keys() & ALARMS:
            return Level.ALARM
        if self._doubts.keys() - {Kind.NO_FRAMES}:
            return Level.UNSURE
        if self._doubts or self._verified_at is None or self._now - self._verified_at > self.policy.span:
            return Level.UNKNOWN
        return Level.OK

    def _why_unknown(self) -> str:
        if not self.enrolled_face:
            return "no_template"
        return "not_yet" if self._verified_at is None else "not_lately"

    def _good_news(self, at: datetime, level: Level) -> list[Change]:
        """Verified: the median says so, no doubt stands, and the frame counts itself. Told now and then, not always."""
        good = [frame for frame in self._frames if at - frame.at <= self.policy.span and self._good(frame.seen)]
        middle = self._middle(good)
        if self._doubts or middle is None or middle < self.policy.face_accept:
            return []
        fits = [one.at for one in good if (one.seen.similarity or 0.0) >= self.policy.face_accept]
        newest = max(fits, default=None)
        if newest is None or (self._verified_at is not None and newest <= self._verified_at):
            return []
        first = level is not Level.OK
        self._verified_at = newest
        due = self._told_at is None or at - self._told_at >= self.policy.heartbeat
        if not (first or due or self._doubted):
            return []
        kind = Kind.RESTORED if self._doubted else Kind.VERIFIED
        self._doubted, self._told_at = False, at
        return [Change(kind, at, Level.OK, "", self._numbers(good))]


_SECOND: Final = timedelta(seconds=1)


def _run(frames: list[_Frame], holds: Callable[[FaceSeen], bool]) -> list[_Frame]:
    """The frames at the end, in a row, for which it holds."""
    found: list[_Frame] = []
    for frame in reversed(frames):
        if not holds(frame.seen):
            break
        found.insert(0, frame)
    return found


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
