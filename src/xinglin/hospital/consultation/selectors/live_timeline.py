"""The course of verification of a visit: for its two sides a badge, for auditors the timeline with its gaps.

Pictures and voices are not kept for it; what was decided, when and on which numbers is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from xinglin.biometrics.watching import Level
from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import READ_LIVE_COURSE, TALK_LIVE
from xinglin.hospital.consultation.live_course import Cover, Entry, Span, Stretch, cover, matched, pauses, stretches
from xinglin.hospital.consultation.live_facts import entries_of
from xinglin.hospital.consultation.live_watch import (
    ANEW,
    FRESH,
    GOOD,
    MARKS,
    WATCHED,
    Mark,
    Response,
    pause_words,
    reason_words,
    response,
)
from xinglin.hospital.consultation.live_words import LiveEnd, LiveKind, LiveMode, LiveState
from xinglin.hospital.consultation.models import LiveSession
from xinglin.hospital.consultation.words import Side
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.texts import T

SIDES = (Side.PHYSICIAN, Side.PATIENT)
NO_PICTURE = T(zh="语音通话，没有画面可核验", en="by voice: no picture to verify")
BEGUN_ANEW = T(
    zh="核验从头开始：转发音视频的程序重新启动过，之前看到的不再用来比较",
    en="watched anew: the process of picture and sound was begun again, and what it had seen is lost",
)
NAMES = {Side.PHYSICIAN: T(zh="医师", en="Physician"), Side.PATIENT: T(zh="患者", en="Patient")}


# THE BADGE


@dataclass(frozen=True, slots=True)
class Badge:
    """How a side of a live visit stands, for both screens. `verified_at` is told as seconds that count up."""

    side: str
    name: T
    level: str
    words: T
    verified_at: datetime | None
    heard_at: datetime | None

    def stale(self, now: datetime) -> bool:
        """Nothing was heard for fifteen seconds: then nothing else is claimed."""
        return self.heard_at is None or now - self.heard_at > FRESH


@dataclass(frozen=True, slots=True)
class Badges:
    """Both badges of a visit. `pause` says why the call stands paused; `asked` which side a face check is asked of."""

    visit_id: UUID
    live: bool
    badges: tuple[Badge, ...]
    pause: T | None
    asked: str
    asked_until: datetime | None


def live_badges(*, actor: Actor, visit_id: UUID, now: datetime) -> Badges:
    """The badges of a visit's running live session. Raises NotFound for everybody but the visit's two sides."""
    require(actor, TALK_LIVE)
    visit = gate.visit_to_read(actor, visit_id)
    gate.side_of(actor, visit)
    session = LiveSession.objects.filter(visit_id=visit.id).exclude(state=LiveState.ENDED).first()
    if session is None:
        return Badges(visit.id, False, (), None, "", None)
    entries = entries_of(session.observations.filter(at__lte=now))
    asked, until = _asked(entries)
    paused = session.state == LiveState.PAUSED
    return Badges(
        visit_id=visit.id,
        live=True,
        badges=tuple(_badge(side, entries[side.value], session.kind) for side in SIDES),
        pause=pause_words(session.pause_reason) if paused else None,
        asked=asked,
        asked_until=until,
    )


def _badge(side: Side, entries: Sequence[Entry], kind: str) -> Badge:
    told = [entry for entry in entries if entry.level]
    good = [entry for entry in told if entry.name in GOOD]
    last = told[-1] if told else None
    watched = [entry for entry in entries if entry.name == WATCHED]
    words = reason_words("not_yet")
    if watched and not watched[-1].numbers.get("face"):
        words = reason_words("no_template")
    if last is not None:
        words = reason_words("" if last.name in GOOD else last.name)
    elif kind == LiveKind.VOICE.value:
        words = NO_PICTURE
    return Badge(
        side=side.value,
        name=NAMES[side],
        level=last.level if last is not None else Level.UNKNOWN.value,
        words=words,
        verified_at=good[-1].at if good else None,
        heard_at=last.at if last is not None else None,
    )


def _asked(entries: dict[str, list[Entry]]) -> tuple[str, datetime | None]:
    """The side of which a face check is asked now, and until when."""
    for side, rows in entries.items():
        marks = [entry for entry in rows if entry.name in MARKS]
        if marks and marks[-1].name == Mark.ASKED:
            return side, marks[-1].at + timedelta(seconds=marks[-1].numbers["seconds"])
        if marks and marks[-1].name == Mark.PAUSED:
            return side, None
    return "", None


# THE TIMELINE


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that was seen or done, in words, with the numbers it rests on."""

    at: datetime
    side: T
    what: T
    standing: str
    numbers: dict[str, int]
    row: Response | None


@dataclass(frozen=True, slots=True)
class SideCourse:
    """One side of a session."""

    side: str
    name: T
    stretches: list[Stretch]
    cover: Cover
    enrolled: bool | None
    matched: bool | None


@dataclass(frozen=True, slots=True)
class SessionCourse:
    """One live session of a visit."""

    id: UUID
    kind: T
    whole: Span
    end: T | None
    seconds: int
    mode: T
    recorded: bool
    recordings: int
    sides: list[SideCourse]
    happenings: list[Happening]


@dataclass(frozen=True, slots=True)
class VisitCourse:
    """The verification of a visit, session by session."""

    visit_id: UUID
    institution_id: UUID
    on: datetime
    sessions: list[SessionCourse]


def live_course(*, actor: Actor, visit_id: UUID, now: datetime) -> VisitCourse:
    """The timeline of a visit with its gaps, for auditors and medical affairs of its institution. Raises NotFound."""
    require(actor, READ_LIVE_COURSE)
    visit = gate.visit_to_read(actor, visit_id)
    rows = LiveSession.objects.filter(visit_id=visit.id).order_by("opened_at")
    rows = rows.prefetch_related("observations", "recordings")
    return VisitCourse(
        visit_id=visit.id,
        institution_id=visit.institution_id,
        on=(visit.started_at or visit.requested_at).astimezone(SHANGHAI),
        sessions=[_session(row, now) for row in rows],
    )


@dataclass(frozen=True, slots=True)
class LiveVisitLine:
    """A live session in the list of a desk. `doubts`: how often something was seen that asks for a look."""

    visit_id: UUID
    physician_id: UUID
    at: datetime
    seconds: int
    physician_permille: int | None
    patient_permille: int | None
    doubts: int


def live_visits(*, actor: Actor, now: datetime, days: int = 30, limit: int = 100) -> list[LiveVisitLine]:
    """Live sessions of the actor's institutions within so many days, those with most doubts first, then the newest."""
    require(actor, READ_LIVE_COURSE)
    rows = LiveSession.objects.filter(
        institution_id__in=actor.institution_ids, opened_at__gt=now - timedelta(days=days), opened_at__lte=now
    )
    found = []
    for row in rows.prefetch_related("observations", "recordings").order_by("-opened_at")[:limit]:
        course = _session(row, now)
        physician, patient = course.sides
        doubts = sum(one.standing in {Level.ALARM.value, Level.UNSURE.value} for one in course.happenings)
        shares = (physician.cover.permille, patient.cover.permille)
        found.append(LiveVisitLine(row.visit_id, row.physician_id, course.whole.from_at, row.seconds, *shares, doubts))
    return sorted(found, key=lambda line: -line.doubts)


def _session(row: LiveSession, now: datetime) -> SessionCourse:
    entries = entries_of(row.observations.all())
    first = row.started_at or row.opened_at
    whole = Span(first, max(first, row.ended_at or now))
    both = sorted((entry for side in entries.values() for entry in side), key=lambda entry: entry.at)
    paused = pauses(both, whole.to_at)
    return SessionCourse(
        id=row.id,
        kind=LiveKind(row.kind).label,
        whole=whole,
        end=LiveEnd(row.end_reason).label if row.end_reason else None,
        seconds=row.seconds,
        mode=LiveMode(row.mode).label,
        recorded=row.recorded,
        recordings=len(row.recordings.all()),
        sides=[_side(side, entries[side.value], whole, paused) for side in SIDES],
        happenings=_happenings(entries),
    )


def _side(side: Side, entries: Sequence[Entry], whole: Span, paused: Sequence[Span]) -> SideCourse:
    parts = stretches(entries, whole, paused)
    watched = [entry for entry in entries if entry.name == WATCHED]
    return SideCourse(
        side=side.value,
        name=NAMES[side],
        stretches=parts,
        cover=cover(parts),
        enrolled=bool(watched[-1].numbers.get("face")) if watched else None,
        matched=matched(entries, paused, whole.to_at),
    )


def _happenings(entries: dict[str, list[Entry]]) -> list[Happening]:
    """What happened, without the regular word that all is well."""
    found = []
    for side, rows in entries.items():
        fresh = True
        for entry in rows:
            regular = entry.name in GOOD and not fresh and entry.name != "restored"
            fresh = fresh and entry.name not in GOOD
            if regular or (entry.name == WATCHED and entry.detail != ANEW):
                continue
            row = response(side, entry.name, entry.at) if entry.level and entry.name not in GOOD else None
            found.append(Happening(entry.at, NAMES[Side(side)], _what(entry), entry.level, entry.numbers, row))
    return sorted(found, key=lambda one: one.at)


def _what(entry: Entry) -> T:
    if entry.name in MARKS:
        return Mark(entry.name).label
    if entry.name == WATCHED:
        return BEGUN_ANEW
    if entry.name == "restored":
        return T(zh="重新核验一致", en="matched again")
    return reason_words("" if entry.name in GOOD else entry.name)
