"""What is seen during a live visit is written down, and what policy says is done: badge, face check, pause, end.

The media process calls `note_observation` for every change its watch reports, and `keep_live_checks` every few seconds
while a session is open: a face check that was not made in time pauses the call, one that was made lets it go on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.biometrics.manifest import Engine
from xinglin.biometrics.matching import Template
from xinglin.biometrics.watching import Change, WatchPolicy
from xinglin.hospital.consultation import gate, people
from xinglin.hospital.consultation.access import KEEP_LIVE
from xinglin.hospital.consultation.events import LiveDoubtLifted, LiveDoubtRaised
from xinglin.hospital.consultation.live_watch import (
    ANEW,
    GOOD,
    KINDS,
    LEVELS,
    MARKS,
    WATCHED,
    Deed,
    Mark,
    Response,
    logged,
    parted,
    response,
    responses,
    watch_policy,
)
from xinglin.hospital.consultation.live_words import LiveEnd, LiveState
from xinglin.hospital.consultation.models import LiveObservation, LiveParty, LiveSession, Visit
from xinglin.hospital.consultation.services.live import end_live, pause_live, resume_live
from xinglin.hospital.consultation.services.storing import note, say
from xinglin.hospital.consultation.words import Side
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel import live
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import blind_index
from xinglin.hospital.kernel.texts import T

SIDES = (Side.PHYSICIAN.value, Side.PATIENT.value)
GOES_ON = T(
    zh="已确认是本人，通话继续。谢谢配合。",
    en="It is confirmed who is there, and the call goes on. Thank you.",
)
PAUSED = T(
    zh="通话先暂停：还在等{side}做一次人脸核验。做完就会继续；文字问诊不受影响。",
    en="The call pauses: a face check of the {side} is still awaited. After it the call goes on; text goes on anyway.",
)
CLOSED = T(
    zh="通话已结束，问诊可以继续用文字进行；需要时可以重新进入通话。",
    en="The call has ended; the visit goes on by text, and the call can be joined again.",
)


def note_observation(*, actor: Actor, session_id: UUID, side: str, change: Change, now: datetime) -> Deed | None:
    """Write down what the watch reports of a side and do what policy says; returns what was done, None for good news.

    `change.at` is when it was seen, by the media process's clock; `now` when it is written. After the end of a session
    nothing is written. Raises NotFound, and InvalidInput for a side, kind or level that is not known.
    """
    require(actor, KEEP_LIVE)
    if side not in SIDES or change.kind.value not in KINDS or change.level.value not in LEVELS:
        words = T(zh="未知的一方、种类或程度", en="an unknown side, kind or level")
        raise InvalidInput(field="change", reason=words)
    session = LiveSession.objects.filter(id=session_id).first()
    if session is None:
        raise NotFound
    with transaction.atomic():
        if change.kind.value in GOOD and not _open_marks(session, side):
            if session.state != LiveState.ENDED:
                _write(session, side, logged(change.kind.value, change.reason), change, now)
            return None
        visit = gate.lock(session.visit_id)  # Always the visit before its session.
        session = LiveSession.objects.select_for_update(no_key=True).get(id=session_id)
        if session.state == LiveState.ENDED:
            return None
        _write(session, side, logged(change.kind.value, change.reason), change, now)
        if change.kind.value in GOOD:
            _lift(actor, visit, session, side, now)
            return None
        return _respond(actor, visit, session, side, change, now)


def _write(session: LiveSession, side: str, kind: str, change: Change, now: datetime) -> None:
    numbers = {name: int(value) for name, value in change.numbers.items()}
    _keep(session, side, kind, change.level.value, min(change.at, now), numbers)


def _keep(session: LiveSession, side: str, kind: str, level: str, at: datetime, numbers: dict[str, int]) -> None:
    LiveObservation(id=new_id(), session=session, side=side, at=at, kind=kind, level=level, numbers=numbers).save(
        force_insert=True
    )
    live.announce(f"live:{session.visit_id}", "badge", session.id)


def _mark(session: LiveSession, side: str, mark: Mark, cause: str, now: datetime, **numbers: int) -> None:
    _keep(session, side, logged(str(mark), cause), "", now, numbers)


def _respond(actor: Actor, visit: Visit, session: LiveSession, side: str, change: Change, now: datetime) -> Deed | None:
    row = response(side, change.kind.value, now)
    deed = row.deed if row is not None else Deed.BADGE
    detail = {"live": str(session.id), "side": side, "kind": change.kind.value, "deed": str(deed), **change.numbers}
    note(actor, visit, "live_doubt", now, detail=detail)
    publish(
        LiveDoubtRaised(
            session_id=session.id,
            visit_id=session.visit_id,
            institution_id=session.institution_id,
            side=side,
            kind=change.kind.value,
            level=change.level.value,
            deed=str(deed),
            at=now,
        )
    )
    if row is None or deed == Deed.BADGE:
        return Deed.BADGE
    if deed == Deed.CHALLENGE:
        _ask(visit, session, side, row, now)
    elif deed == Deed.PAUSE:
        _pause(actor, visit, session, side, row, row.told(), now)
    else:
        _end(actor, visit, session, side, row, now)
    return deed


def _ask(visit: Visit, session: LiveSession, side: str, row: Response, now: datetime) -> None:
    """Ask for a face check; while one is asked for, another fault asks for no second one."""
    if _open_marks(session, side):
        return
    _mark(session, side, Mark.ASKED, row.kind, now, seconds=row.seconds)
    _tell_both(visit, row.told(), now)


def _pause(actor: Actor, visit: Visit, session: LiveSession, side: str, row: Response, words: T, now: datetime) -> None:
    if any(parted(mark.kind)[0] == Mark.PAUSED for mark in _open_marks(session, side)):
        return
    _mark(session, side, Mark.PAUSED, row.kind, now)
    pause_live(actor=actor, session_id=session.id, reason=row.id, now=now)
    _tell_both(visit, words, now)


def _end(actor: Actor, visit: Visit, session: LiveSession, side: str, row: Response, now: datetime) -> None:
    _mark(session, side, Mark.CLOSED, row.kind, now)
    end_live(actor=actor, session_id=session.id, reason=LiveEnd.POLICY, now=now)
    _tell_both(visit, CLOSED, now)


def _tell_both(visit: Visit, words: T, now: datetime) -> None:
    """A sentence of the system in the conversation: both sides read the same."""
    say(visit, words, now=now)
    live.announce(f"visit:{visit.id}", "message", visit.id)


def _lift(actor: Actor, visit: Visit, session: LiveSession, side: str, now: datetime) -> None:
    """What was asked for is there: the marks of the side are closed, and the call goes on unless the other side waits.

    Idempotent: without an open mark nothing happens.
    """
    marks = _open_marks(session, side)
    if not marks:
        return
    cause = parted(marks[-1].kind)[1]
    _mark(session, side, Mark.MET, cause, now)
    note(actor, visit, "live_doubt_lifted", now, detail={"live": str(session.id), "side": side})
    publish(
        LiveDoubtLifted(
            session_id=session.id, visit_id=session.visit_id, institution_id=session.institution_id, side=side, at=now
        )
    )
    other = next(one for one in SIDES if one != side)
    held = any(parted(mark.kind)[0] == Mark.PAUSED for mark in _open_marks(session, other))
    if session.state == LiveState.PAUSED and session.pause_reason in {row.id for row in responses()} and not held:
        resume_live(actor=actor, session_id=session.id, now=now)
        _mark(session, side, Mark.RESUMED, cause, now)
    _tell_both(visit, GOES_ON, now)


def _open_marks(session: LiveSession, side: str) -> list[LiveObservation]:
    """What was asked of a side, or paused for it, since it was last met; oldest first."""
    found: list[LiveObservation] = []
    for row in LiveObservation.objects.filter(session=session, side=side, level="").order_by("at", "id"):
        kind = parted(row.kind)[0]
        if kind in {Mark.ASKED, Mark.PAUSED}:
            found.append(row)
        elif kind in MARKS - {str(Mark.RESUMED)}:
            found = []
    return found


# THE WATCH BEGINS


@dataclass(frozen=True, slots=True)
class Watching:
    """What the media process needs to watch a side: policy and what is enrolled (None: nothing to compare with)."""

    policy: WatchPolicy
    face: Template | None
    voice: Template | None


def open_watch(
    *,
    actor: Actor,
    session_id: UUID,
    side: str,
    faces: Engine | None,
    voices: Engine | None,
    now: datetime,
    history: str = "",
) -> Watching:
    """Begin to watch who is there on a side: their templates are opened (and journaled), and that is written down.

    `faces`, `voices`: the engines installed, None where there are none; a template of another engine is not given.
    For a child the guardian who acts is watched, and more than one face is expected. `history`: `again` when the media
    process still holds what it saw of this side, `other` when another account came, empty when it holds nothing; where
    the side was watched before all the same, the log says that the watch began anew. Raises NotFound.
    """
    require(actor, KEEP_LIVE)
    session = LiveSession.objects.select_related("visit").filter(id=session_id).first()
    if session is None or side not in SIDES:
        raise NotFound
    several = side == Side.PATIENT and session.visit.guardian_id is not None
    party = LiveParty.objects.filter(session=session, side=side).order_by("-joined_at").first()
    found: dict[str, Template | None] = {"face": None, "voice": None}
    if party is not None and party.person_id is not None:
        found = identity.template_vectors(actor=actor, person_id=party.person_id, now=now)
    face, voice = _readable(found["face"], faces), _readable(found["voice"], voices)
    numbers = {"face": int(face is not None), "voice": int(voice is not None)}
    if face is not None and session.state != LiveState.ENDED:
        numbers["face_key"] = int(blind_index(face.to_bytes().hex(), "live:face")[:13], 16)
    if session.state != LiveState.ENDED:
        before = LiveObservation.objects.filter(
            session__visit_id=session.visit_id, side=side, kind__startswith=WATCHED
        ).exists()
        _keep(session, side, logged(WATCHED, history or (ANEW if before else "")), "", now, numbers)
    return Watching(watch_policy(several_allowed=several, faces=faces, voices=voices), face, voice)


def _readable(template: Template | None, engine: Engine | None) -> Template | None:
    """The template, where the engine that is installed made it."""
    if template is None or engine is None:
        return None
    return template if (template.engine, template.version) == (engine.id, engine.version) else None


# WHAT IS DUE


def keep_live_checks(*, actor: Actor, session_id: UUID, now: datetime) -> None:
    """Do what is due on a session: lift what a face check answered, pause where none came in time, end a pause that
    nobody lifted. Done twice it is done once. Raises NotFound.
    """
    require(actor, KEEP_LIVE)
    session = LiveSession.objects.filter(id=session_id).first()
    if session is None:
        raise NotFound
    for side in SIDES:
        marks = _open_marks(session, side)
        if session.state == LiveState.ENDED or not marks:
            continue
        with transaction.atomic():
            visit = gate.lock(session.visit_id)
            session = LiveSession.objects.select_for_update(no_key=True).get(id=session_id)
            marks = _open_marks(session, side)
            if session.state != LiveState.ENDED and marks:
                _due(actor, visit, session, side, marks, now)


def _due(
    actor: Actor, visit: Visit, session: LiveSession, side: str, marks: list[LiveObservation], now: datetime
) -> None:
    if _proved(session, side, marks[0].at, now):
        _lift(actor, visit, session, side, now)
        return
    last = marks[-1]
    mark, cause = parted(last.kind)
    row = response(side, cause, now)
    if row is None:
        return
    if mark == Mark.ASKED and now - last.at >= timedelta(seconds=last.numbers["seconds"]):
        name = T(zh="医师", en="physician") if side == Side.PHYSICIAN else T(zh="患者", en="patient")
        _pause(actor, visit, session, side, row, PAUSED.with_(side=name), now)
    elif mark == Mark.PAUSED and row.end_after_seconds and now - last.at >= timedelta(seconds=row.end_after_seconds):
        _end(actor, visit, session, side, row, now)


def _proved(session: LiveSession, side: str, since: datetime, now: datetime) -> bool:
    """Whether who is there on a side has proved since an instant who they are, in a way that is enough by policy."""
    party = LiveParty.objects.filter(session=session, side=side).order_by("-joined_at").first()
    if party is None:
        return False
    return people.proved_since(person_id=party.person_id, account_id=party.account_id, since=since, at=now)


def sweep_live_checks(*, actor: Actor, now: datetime) -> int:
    """Do what is due on every open session; returns how many there are. For the clock, beside the media process."""
    require(actor, KEEP_LIVE)
    ids = list(LiveSession.objects.exclude(state=LiveState.ENDED).values_list("id", flat=True))
    for session_id in ids:
        keep_live_checks(actor=actor, session_id=session_id, now=now)
    return len(ids)
