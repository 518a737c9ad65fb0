"""The verbs of alarms: raise, acknowledge, stand down with a reason, refer, escalate what nobody answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from xinglin.hospital.decision_support.access import ANSWER_ALARM, KEEP_ALARMS, READ_ALARMS
from xinglin.hospital.decision_support.alarm_models import LEVELS, OPEN_STATES, Alarm, AlarmStep
from xinglin.hospital.decision_support.errors import AlarmClosed
from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T

ESCALATES_AFTER: Final[Mapping[str, timedelta]] = {
    "emergency": timedelta(minutes=5),
    "urgent": timedelta(hours=1),
}
"""How long an alarm may stay unanswered before the desk is told: this hospital's own choice, no law sets a figure."""
REFERS_AFTER: Final = timedelta(minutes=10)
"""When nobody answers an emergency in a visit for this long, the hospital refers by itself; its own choice too."""
TEXT_MOST: Final = 500
SWEEP_MOST: Final = 500
STANDING: Final = (*OPEN_STATES, "acknowledged")
STANDS: Final = Q(state__in=OPEN_STATES) | Q(state="acknowledged", level="emergency")
GRAVER: Final = "graver"
"""Why a lesser alarm is closed when a graver one of the same danger rings."""
FAILED: Final = "monitor-failed"
"""The code of the alarm that says that the monitor itself failed. It concerns those who care, never the patient."""
STAND_DOWN_REASONS: Final[Mapping[str, T]] = {
    "misread": T(zh="系统理解有误", en="the text was misread"),
    "past_event": T(zh="说的是以前的事", en="it tells of something past"),
    "somebody_else": T(zh="说的不是患者本人", en="it is about somebody else"),
    "in_care": T(zh="已在医院处理", en="already cared for in a hospital"),
    "other": T(zh="其他（请写明）", en="other (say what)"),
}


@dataclass(frozen=True, slots=True)
class Signal:
    """What rang: code, level, names, what to do, source, and the findings with the words that were understood."""

    code: str
    level: str
    name: T
    do: T
    source: str
    because: tuple[Mapping[str, Any], ...]
    knowledge: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alarm is about: a visit, a request that was stopped, or a measurement at home."""

    kind: str
    id: UUID
    institution_id: UUID
    patient_id: UUID
    physician_id: UUID | None


def raise_alarm(*, actor: Actor, signal: Signal, subject: Subject, now: datetime) -> Alarm | None:
    """Ring, and wake physician and desk. None when the same evidence rang in the same subject before.

    Somebody who stood it down has judged that evidence; new evidence of the same danger rings again.
    """
    earlier = list(Alarm.objects.filter(subject_id=subject.id, code=signal.code).order_by("raised_at"))
    same = [one for one in earlier if not _graver(signal.level, one.level)]
    if any(one.state in STANDING for one in same) or (same and not _new(signal, same)):
        return None
    after = ESCALATES_AFTER.get(signal.level)
    emergency = signal.level == "emergency" and subject.kind == "visit"
    row = Alarm(
        id=new_id(),
        institution_id=subject.institution_id,
        patient_id=subject.patient_id,
        physician_id=subject.physician_id,
        subject_type=subject.kind,
        subject_id=subject.id,
        code=signal.code,
        level=signal.level,
        name_zh=signal.name.zh,
        name_en=signal.name.en,
        do_zh=signal.do.zh,
        do_en=signal.do.en,
        source=signal.source,
        because=[dict(one) for one in signal.because],
        knowledge=signal.knowledge,
        raised_at=now,
        due_at=None if after is None else now + after,
        refer_at=now + REFERS_AFTER if emergency else None,
    )
    try:
        with transaction.atomic():
            for lesser in (one for one in earlier if one.state in OPEN_STATES):
                lesser.due_at = lesser.refer_at = None
                _closed(actor, lesser, "acknowledged", now, GRAVER)
            row.save(force_insert=True)
            _step(actor, row, "raised", now)
    except IntegrityError:  # Two readings of one message at once: the database lets one ring.
        return None
    _announce(row)
    return row


def _graver(level: str, than: str) -> bool:
    return LEVELS.index(level) < LEVELS.index(than)


def _new(signal: Signal, earlier: Sequence[Alarm]) -> bool:
    """Whether it rests on something that was not judged before: another finding, or the same one said again."""
    rows = [one for alarm in earlier for one in alarm.because]
    codes = {one["code"] for one in rows}
    said = {(one["code"], place) for one in rows for place in one.get("messages", ())}
    return any(
        one["code"] not in codes or any((one["code"], place) not in said for place in one.get("messages", ()))
        for one in signal.because
    )


@transaction.atomic
def acknowledge(*, actor: Actor, alarm_id: UUID, now: datetime) -> Alarm:
    """Say that one has seen it and acts. Done twice it is done once. Raises AlarmClosed, NotFound.

    An emergency of a visit stays a stop until the patient is referred or the alarm is stood down: being seen does not
    make it safe. Its clocks begin anew, so that what was seen and then forgotten comes to the desk all the same.
    """
    require(actor, ANSWER_ALARM)
    row = _mine(actor, alarm_id)
    if row.state == "acknowledged":
        return row
    if row.refer_at is not None:
        row.due_at, row.refer_at = now + ESCALATES_AFTER["emergency"], now + REFERS_AFTER
    else:
        row.due_at = None
    return _closed(actor, row, "acknowledged", now)


@transaction.atomic
def stand_down(*, actor: Actor, alarm_id: UUID, reason_code: str, text: str = "", now: datetime) -> Alarm:
    """Say with a coded reason that there is no such danger. Raises InvalidInput, AlarmClosed, NotFound."""
    require(actor, ANSWER_ALARM)
    row = _mine(actor, alarm_id)
    words = text.strip()
    if reason_code not in STAND_DOWN_REASONS:
        raise InvalidInput(field="reason", reason=T(zh="请从列表中选择理由。", en="Choose a reason from the list."))
    if reason_code == "other" and len(words) < 2:
        raise InvalidInput(field="text", reason=T(zh="请写明理由。", en="Say what the reason is."))
    if len(words) > TEXT_MOST:
        raise InvalidInput(field="text", reason=T(zh="最多 500 字。", en="At most 500 characters."))
    if row.state in {"stood_down", "referred"}:
        raise AlarmClosed
    return _closed(actor, row, "stood_down", now, reason_code, words)


@transaction.atomic
def refer(*, actor: Actor, subject_id: UUID, now: datetime) -> list[Alarm]:
    """Note that the patient was sent to a hospital: every alarm of the subject that stands is answered by that.

    For consultation, which has judged that the actor may refer this very visit.
    """
    require(actor, ANSWER_ALARM)
    rows = list(
        Alarm.objects.select_for_update().filter(subject_id=subject_id, state__in=STANDING).exclude(code=FAILED)
    )
    return [_closed(actor, row, "referred", now) for row in rows]


def escalate_due(*, actor: Actor, now: datetime) -> list[Alarm]:
    """Tell the desk of every alarm that nobody answered in time, or that was seen and not answered. For the clock."""
    require(actor, KEEP_ALARMS)
    due = Q(state__in=["raised", "acknowledged"], due_at__lte=now)
    found = []
    for alarm_id in Alarm.objects.filter(due).order_by("due_at").values_list("id", flat=True)[:SWEEP_MOST]:
        with transaction.atomic():
            row = Alarm.objects.select_for_update().filter(due, id=alarm_id).first()
            if row is None:
                continue
            row.state, row.due_at = "escalated", None
            row.save(update_fields=["state", "due_at"])
            _step(actor, row, "escalated", now)
            _announce(row)
            found.append(row)
    return found


# SEEING


def seen_by(actor: Actor) -> QuerySet[Alarm]:
    """The alarms that the actor may see: a physician's own patients', the institution's for its desk, one's own."""
    if actor.has(Role.SYSTEM):
        return Alarm.objects.all()
    seen = Q(pk__in=[])
    if actor.has(Role.PHYSICIAN) and actor.practitioner_id is not None:
        seen |= Q(physician_id=actor.practitioner_id)
    if actor.has(Role.MEDICAL_AFFAIRS, Role.AUDITOR):
        seen |= Q(institution_id__in=actor.institution_ids)
    if actor.has(Role.PATIENT):
        own = [one for one in (actor.person_id, *actor.wards) if one is not None]
        seen |= Q(patient_id__in=own) & ~Q(code=FAILED)
    return Alarm.objects.filter(seen)


def alarm(*, actor: Actor, alarm_id: UUID) -> Alarm | None:
    """One alarm, if the actor may see it."""
    require(actor, READ_ALARMS)
    return seen_by(actor).filter(id=alarm_id).first()


def alarms(
    *,
    actor: Actor,
    standing_only: bool = False,
    subject_id: UUID | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> list[Alarm]:
    """Alarms the actor may see, the newest first; `standing_only`: those that still want something of somebody."""
    require(actor, READ_ALARMS)
    rows = seen_by(actor)
    if standing_only:
        rows = rows.filter(STANDS)
    if since is not None:
        rows = rows.filter(raised_at__gte=since)
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return list(rows.order_by("-raised_at")[:limit])


def standing(*, subject_ids: Collection[UUID]) -> dict[UUID, list[Alarm]]:
    """What neither was stood down nor ended in a referral, by subject, the gravest first. For the modules above, which
    have judged whether the reader may see the subject. An urgent alarm that was acknowledged no longer stands.
    """
    found: dict[UUID, list[Alarm]] = {}
    for row in Alarm.objects.filter(STANDS, subject_id__in=subject_ids).order_by("raised_at"):
        found.setdefault(row.subject_id, []).append(row)
    return {subject: sorted(rows, key=lambda one: LEVELS.index(one.level)) for subject, rows in found.items()}


def standing_emergency(subject_id: UUID) -> Alarm | None:
    """The emergency that stops a subject: raised, escalated or acknowledged, neither stood down nor referred."""
    rows = Alarm.objects.filter(subject_id=subject_id, level="emergency", state__in=STANDING)
    return rows.order_by("raised_at").first()


def first_emergency_at(subject_id: UUID, at: datetime) -> datetime | None:
    """When the first emergency of a subject rang that nobody has stood down. For supervision."""
    rows = Alarm.objects.filter(subject_id=subject_id, level="emergency", raised_at__lte=at)
    return rows.exclude(state="stood_down").order_by("raised_at").values_list("raised_at", flat=True).first()


def steps_of(alarm_ids: Collection[UUID]) -> dict[UUID, list[AlarmStep]]:
    """Every step of alarms that the reader holds already, oldest first."""
    found: dict[UUID, list[AlarmStep]] = {}
    for step in AlarmStep.objects.filter(alarm_id__in=alarm_ids).order_by("at", "id"):
        found.setdefault(step.alarm_id, []).append(step)
    return found


def to_refer(now: datetime) -> list[UUID]:
    """The visits whose emergency nobody answered until the last instant. For the clock."""
    rows = Alarm.objects.filter(state__in=OPEN_STATES, subject_type="visit", refer_at__lte=now)
    return list(dict.fromkeys(rows.order_by("refer_at").values_list("subject_id", flat=True)[:SWEEP_MOST]))


@transaction.atomic
def leave_to_desk(*, actor: Actor, subject_id: UUID) -> None:
    """A visit that is over cannot be referred: its alarms stay open for the desk, and the clock lets them be."""
    require(actor, KEEP_ALARMS)
    Alarm.objects.filter(subject_id=subject_id, state__in=OPEN_STATES).update(refer_at=None)


def _mine(actor: Actor, alarm_id: UUID) -> Alarm:
    row = seen_by(actor).filter(id=alarm_id).first()
    if row is None:
        raise NotFound
    return Alarm.objects.select_for_update().get(pk=row.pk)


def _closed(actor: Actor, row: Alarm, state: str, now: datetime, reason_code: str = "", text: str = "") -> Alarm:
    if row.state in {"stood_down", "referred"}:
        raise AlarmClosed
    row.state = state
    row.save(update_fields=["state", "due_at", "refer_at"])
    _step(actor, row, state, now, reason_code, text)
    _announce(row)
    return row


def _step(actor: Actor, row: Alarm, kind: str, now: datetime, reason_code: str = "", text: str = "") -> None:
    AlarmStep(
        id=new_id(),
        alarm=row,
        kind=kind,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        reason_code=reason_code,
        text=text,
        at=now,
    ).save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb=f"alarm_{kind}",
        object_type="alarm",
        object_id=row.id,
        now=now,
        detail={"code": row.code, "level": row.level, "subject": str(row.subject_id), "reason": reason_code},
    )


def _announce(row: Alarm) -> None:
    topics = [(f"alarms:{row.institution_id}", "alarm", row.id), (f"person:{row.patient_id}", "alarm", row.id)]
    if row.subject_type == "visit":
        topics.append((f"visit:{row.subject_id}", "alarm", row.id))
    if row.physician_id is not None:
        topics.append((f"physician:{row.physician_id}", "alarm", row.id))
    live.announce_all(topics)
