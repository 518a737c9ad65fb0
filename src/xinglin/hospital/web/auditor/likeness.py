"""The verification of a visit as a drawing: both sides over time, gaps, what was seen and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors
from xinglin.hospital.consultation.access import READ_LIVE_COURSE
from xinglin.hospital.consultation.selectors import SessionCourse, SideCourse, VisitCourse
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.auditor.charts import FULL
from xinglin.hospital.web.shared.page import Request, page

TICKS = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""Seconds between two marks of the axis; the first with at most six marks is taken."""
MARKS_MOST = 6
THIN = 14
"""A stretch is never drawn thinner than this, so that a short alarm is seen."""
NUMBERS = {
    "median_permille": T(zh="相似度中位数", en="median similarity"),
    "live_permille": T(zh="活体分数", en="liveness score"),
    "lowest_permille": T(zh="声音最低相似度", en="lowest voice similarity"),
    "frames": T(zh="帧数", en="frames"),
    "several": T(zh="多人帧数", en="frames with several"),
    "windows": T(zh="声音窗口数", en="voice windows"),
    "seconds": T(zh="给出的秒数", en="seconds given"),
    "gone_ms": T(zh="无画面毫秒数", en="ms without a picture"),
    "lag_ms": T(zh="重复间隔毫秒数", en="ms between repetitions"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch as it is drawn, in hundredths of a percent of the width."""

    x: int
    width: int
    kind: str
    says: T


@dataclass(frozen=True, slots=True)
class Lane:
    """One side of a session."""

    side: SideCourse
    pieces: list[Piece]
    percent: str
    gaps: list[T]
    verdict: T
    tone: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis."""

    x: int
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, told after how long."""

    after: str
    at: datetime
    side: T
    what: T
    tone: str
    numbers: list[tuple[T, str]]
    deed: T | None
    reason: T | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A session as it is drawn."""

    course: SessionCourse
    length: str
    lanes: list[Lane]
    ticks: list[Tick]
    lines: list[Line]


def clock(span: timedelta) -> str:
    """Minutes and seconds, 4:07."""
    seconds = max(0, round(span.total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02d}"


def drawing(course: SessionCourse) -> Drawing:
    """The session with its lanes and axis."""
    whole = course.whole.to_at - course.whole.from_at
    return Drawing(
        course=course,
        length=clock(whole),
        lanes=[_lane(side, course.whole.from_at, whole) for side in course.sides],
        ticks=_ticks(whole),
        lines=[_line(one, course.whole.from_at) for one in course.happenings],
    )


def _lane(side: SideCourse, start: datetime, whole: timedelta) -> Lane:
    pieces = []
    for part in side.stretches:
        x = int((part.from_at - start) / whole * FULL)
        width = max(int((part.to_at - part.from_at) / whole * FULL), THIN)
        words = T(zh="{side}：{from} 至 {to} {what}", en="{side}: {what} from {from} to {to}")
        seen = selectors.reason_words(part.kind) if part.kind else part.standing.label
        says = words.with_(
            side=side.name, what=seen, **{"from": clock(part.from_at - start), "to": clock(part.to_at - start)}
        )
        pieces.append(Piece(x, width, part.standing.value, says))
    share = side.cover.permille
    told = [
        _gap(
            gap.from_at - start,
            gap.to_at - start,
            selectors.reason_words(gap.kind) if gap.kind else gap.standing.label,
        )
        for gap in side.cover.gaps
    ]
    verdict, tone = _verdict(side)
    return Lane(side, pieces, "–" if share is None else f"{share / 10:.0f}%", told, verdict, tone)


def _gap(begun: timedelta, ended: timedelta, why: T) -> T:
    """From when to when nobody was verified, how long, and why as far as it is known."""
    words = T(zh="{from} 至 {to}，{n} 秒：{why}", en="{from} to {to}, {n} s: {why}")
    seconds = max(1, round((ended - begun).total_seconds()))
    return words.with_(n=seconds, why=why, **{"from": clock(begun), "to": clock(ended)})


def _verdict(side: SideCourse) -> tuple[T, str]:
    if side.matched is None and side.enrolled is False:
        return T(zh="未登记人脸，没有比对", en="no face enrolled: not compared"), ""
    if side.matched is None:
        return T(zh="没有作过人脸比对", en="no face was compared"), ""
    if side.matched:
        return T(zh="人脸比对一致", en="the faces matched"), "ok"
    return T(zh="有未解除的不一致，请听取说明", en="a mismatch stands: hear what they say"), "hold"


def _ticks(whole: timedelta) -> list[Tick]:
    seconds = whole.total_seconds()
    if seconds <= 0:
        return []
    step = next((tick for tick in TICKS if seconds / tick <= MARKS_MOST), TICKS[-1])
    last = int(seconds * (1 - 1 / 24))  # A name at the very end would stand outside.
    return [Tick(int(at / seconds * FULL), clock(timedelta(seconds=at))) for at in range(0, last + 1, step)]


def _line(one: selectors.Happening, start: datetime) -> Line:
    tone = {"ok": "ok", "alarm": "hold", "unsure": "hold"}.get(one.standing, "")
    return Line(
        after=clock(one.at - start) if one.at >= start else "0:00",
        at=one.at,
        side=one.side,
        what=one.what,
        tone=tone,
        numbers=_numbers(one.numbers),
        deed=one.row.deed.label if one.row else None,
        reason=one.row.reason if one.row else None,
    )


def _numbers(numbers: dict[str, int]) -> list[tuple[T, str]]:
    return [
        (NUMBERS[name], f"{value / 1000:.2f}" if name.endswith("permille") else f"{value}")
        for name, value in numbers.items()
        if name in NUMBERS
    ]


def context_of(course: VisitCourse) -> dict[str, object]:
    """What the page shows of a visit."""
    drawings: Sequence[Drawing] = [drawing(session) for session in course.sessions]
    return {"course": course, "drawings": drawings, "standings": list(selectors.Standing)}


@page(READ_LIVE_COURSE, methods=("GET", "HEAD"))
def timeline(request: Request, visit_id: UUID) -> HttpResponse:
    """The timeline of a visit for the auditor."""
    course = selectors.live_course(actor=request.actor, visit_id=visit_id, now=request.now)
    return render(request, "auditor/likeness.html", context_of(course))
