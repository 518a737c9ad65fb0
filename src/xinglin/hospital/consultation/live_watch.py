"""What follows from what is seen during a live visit: a table with its reasons, and the words of the badge. Pure."""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from xinglin.biometrics import manifest
from xinglin.biometrics.manifest import Engine
from xinglin.biometrics.watching import Kind, Level, WatchPolicy
from xinglin.hospital.consultation.parameters import DATA
from xinglin.hospital.consultation.words import Named, Side
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T

FRESH = timedelta(seconds=15)
"""When nothing was heard for so long, the badge says so instead of counting on."""
LIFTED_WITHIN = timedelta(minutes=3)
"""A match within so much talk after another face was seen lifts the doubt: somewhat more than the longest time that the
policy gives for a face check.
"""
WATCHED = "watched"
"""The entry with which the watch over a side begins: what is enrolled, and the key of the face template."""

ANEW = "anew"
"""Detail of that entry when the media process lost what it had seen before: it was begun again itself."""


class Deed(Named):
    """What is done when something is seen."""

    BADGE = ("badge", "标记如实显示", "the badge tells the truth")
    CHALLENGE = ("challenge", "请本人再核验，逾时暂停", "a face check is asked for, else a pause")
    PAUSE = ("pause", "暂停通话", "the call pauses")
    END = ("end", "结束通话", "the call ends")


class Mark(Named):
    """What the hospital itself did, beside what was seen, in the same log."""

    ASKED = ("asked", "已请本人做人脸核验", "a face check was asked for")
    MET = ("met", "已核验", "the check was passed")
    PAUSED = ("paused", "通话暂停", "the call paused")
    RESUMED = ("resumed", "通话继续", "the call went on")
    CLOSED = ("closed", "通话结束", "the call ended")


@dataclass(frozen=True, slots=True)
class Response:
    """One row: what is done when this is seen on this side, and why. `words` are told to both sides."""

    id: str
    side: str
    kind: str
    from_on: date
    until_on: date | None
    deed: Deed
    seconds: int
    end_after_seconds: int
    words: T
    reason: T
    source: T
    reading: str

    def holds(self, on: date) -> bool:
        """Whether the row is in force on a day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)

    def told(self) -> T:
        """The sentence for both sides, its seconds filled in."""
        return self.words.with_(seconds=self.seconds) if "{seconds}" in self.words.zh else self.words


@cache
def responses() -> tuple[Response, ...]:
    """Every row of the table."""
    with (DATA / "watching.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Response(
                id=row["id"],
                side=Side(row["side"]).value,
                kind=Kind(row["kind"]).value,
                from_on=date.fromisoformat(row["from_on"]),
                until_on=date.fromisoformat(row["until_on"]) if row["until_on"] else None,
                deed=Deed(row["deed"]),
                seconds=int(row["seconds"]),
                end_after_seconds=int(row["end_after_seconds"]),
                words=T(zh=row["words_zh"], en=row["words_en"]),
                reason=T(zh=row["reason_zh"], en=row["reason_en"]),
                source=T(zh=row["source_zh"], en=row["source_en"]),
                reading=row["reading"],
            )
            for row in csv.DictReader(file)
        )


def response(side: str, kind: str, at: datetime) -> Response | None:
    """The row in force; None for good news, which asks for nothing."""
    found = (row for row in responses() if (row.side, row.kind) == (side, kind) and row.holds(civil_day(at)))
    return next(found, None)


def pause_words(code: str) -> T | None:
    """Why a call stands paused, in the words told to both sides, from the pause's code; None for a foreign code."""
    return next((row.told() for row in responses() if row.id == code), None)


def watch_policy(*, several_allowed: bool, faces: Engine | None = None, voices: Engine | None = None) -> WatchPolicy:
    """The watch with the thresholds of the engines in use, by default of those that come with Xinglin.

    `several_allowed`: a guardian sits beside a child. Raises BadManifest for an engine without a needed threshold.
    """
    table = list(manifest.manifest().engines.values())
    faces = faces or next(engine for engine in table if engine.task == "faces")
    voices = voices or next(engine for engine in table if engine.task == "voices")
    return WatchPolicy(
        face_accept=faces.limit("match_accept"),
        face_refuse=faces.limit("match_refuse"),
        live_refuse=faces.limit("live_accept") / 2,  # Half of what a check asks for: a call's light is no studio's.
        voice_refuse=voices.limit("match_refuse"),
        yaw_max=faces.limit("yaw_max"),
        width_min=int(faces.limit("face_px_min")),
        speech_seconds_min=voices.limit("window_speech_seconds"),
        several_allowed=several_allowed,
    )


# THE LOG


def logged(kind: str, detail: str = "") -> str:
    """How a kind and its detail stand in the log: `unsure:looks_flat`, `asked:frozen`."""
    return kind if detail in {"", kind} else f"{kind}:{detail}"


def parted(logged_kind: str) -> tuple[str, str]:
    """Kind and detail of an entry."""
    kind, _, detail = logged_kind.partition(":")
    return kind, detail


MARKS = frozenset(str(mark) for mark in Mark)

# THE BADGE

REASONS = {
    "": T(zh="身份已核验", en="identity verified"),
    "not_yet": T(zh="正在核验身份", en="verifying identity"),
    "not_lately": T(zh="暂时未能核验", en="not verified at the moment"),
    "no_template": T(zh="未登记人脸，不能比对", en="no face enrolled: cannot be compared"),
    "no_engine": T(zh="本院服务器不能比对人脸", en="this server cannot compare faces"),
    Kind.UNSURE.value: T(zh="看不清，暂时不能比对", en="cannot be compared at the moment"),
    Kind.OTHER_PERSON.value: T(zh="画面中的人与登记不一致", en="the face differs from the one enrolled"),
    Kind.SECOND_FACE.value: T(zh="画面中不止一人", en="more than one person is seen"),
    Kind.NO_FACE.value: T(zh="画面中没有人脸", en="no face is seen"),
    Kind.COVERED.value: T(zh="摄像头被遮住或太暗", en="the camera is covered, or it is too dark"),
    Kind.FROZEN.value: T(zh="画面停住不动", en="the picture stands still"),
    Kind.LOOPED.value: T(zh="画面在重复", en="the picture repeats itself"),
    Kind.VOICE_DIFFERS.value: T(zh="声音未能确认", en="the voice was not confirmed"),
    Kind.NO_FRAMES.value: T(zh="没有画面，无法核验", en="no picture: cannot be verified"),
    Kind.NO_COPY.value: T(zh="医院收不到画面副本，无法核验", en="no copy of the picture arrives: cannot be verified"),
}
GOOD = frozenset({Kind.VERIFIED.value, Kind.RESTORED.value})
LEVELS = frozenset(level.value for level in Level)
KINDS = frozenset(kind.value for kind in Kind)


def reason_words(reason: str) -> T:
    """The words of a reason; what is not known says that it cannot be told."""
    return REASONS.get(reason, REASONS["not_lately"])
