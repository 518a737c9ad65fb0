"""Danger in a visit: every word of the patient is watched; an emergency stops the visit until somebody answers it."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from xinglin.hospital.consultation import gate, letters, people
from xinglin.hospital.consultation.access import KEEP_PROMISES, READ_VISIT, SEE_PATIENTS
from xinglin.hospital.consultation.models import Message, Visit
from xinglin.hospital.consultation.selectors.told import life_of
from xinglin.hospital.consultation.services.referring import refer_now
from xinglin.hospital.consultation.services.storing import say, tell
from xinglin.hospital.consultation.words import OPEN, MessageKind, Side
from xinglin.hospital.decision_support import selectors as alarms_seen
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.selectors import Alarm, Signal
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, require, system_actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T

LOG = logging.getLogger(__name__)
MONITOR: Final = system_actor("danger-monitor")
DAYS_OF_A_YEAR: Final = 365.25
STOPPED: Final = T(
    zh="您说的情况可能有危险：{name}。{do}线上诊疗已经停下，请不要等回复。",
    en="What you describe may be dangerous: {name}. {do} Online care has stopped; do not wait for a reply.",
)
SEEN: Final = T(
    zh="接诊方已看到“{name}”的警报，正在处理。请先照上面说的做。",
    en="The alarm “{name}” has been seen and somebody is acting on it. Please do what it says meanwhile.",
)
CALMED: Final = T(
    zh="“{name}”的警报已解除（{reason}），线上诊疗继续。如果现在不舒服或在加重，请立即拨打 120。",
    en="The alarm “{name}” was stood down ({reason}); the visit goes on. If you feel unwell or worse now, call 120.",
)
BY_CLOCK: Final = T(
    zh="{minutes} 分钟内没有人回应危险信号，医院已自动把您转到线下。请立即拨打 120 或去最近的急诊。\n{letter}",
    en="Nobody answered the danger within {minutes} minutes, so the hospital refers you by itself. Call 120 or go to "
    "the nearest emergency department now.\n{letter}",
)
REFERS_MINUTES: Final = 10


def told_of(patient_id: UUID, at: datetime) -> dict[str, Any]:
    """What the monitor is told of a patient: age, sex, pregnancy."""
    who = people.patient(MONITOR, patient_id)
    told: dict[str, Any] = {"age_years": max(0.0, (civil_day(at) - who.birth_on).days / DAYS_OF_A_YEAR)}
    if who.sex in {"F", "M"}:
        told["sex"] = who.sex
    if who.sex == "F":
        life = life_of(person_id=patient_id, at=at)
        told |= {"pregnant": life.pregnant, "pregnancy_weeks": life.weeks}
    return told


def subject_of(visit: Visit) -> decision_support.Subject:
    """The visit as the subject of an alarm."""
    return decision_support.Subject("visit", visit.id, visit.institution_id, visit.patient_id, visit.physician_id)


def watch_words(visit: Visit, now: datetime) -> list[Alarm]:
    """Read the conversation's latest words and ring; an emergency is told to the patient. Under the visit's lock."""
    rows = Message.objects.filter(visit=visit, kind=MessageKind.TEXT, side__in=[Side.PATIENT, Side.PHYSICIAN])
    latest = list(rows.order_by("-seq").values_list("seq", "side", "body")[: alarms_seen.WINDOW + 1])
    lines = [
        decision_support.Line(seq, "patient" if side == Side.PATIENT else "doctor", body)
        for seq, side, body in reversed(latest)
    ]
    rung = decision_support.listen(
        actor=MONITOR, lines=lines, told=told_of(visit.patient_id, now), subject=subject_of(visit), now=now
    )
    for alarm in rung:
        if alarm.level == "emergency":
            say(visit, STOPPED.with_(name=_name(alarm), do=T(zh=alarm.do_zh, en=alarm.do_en)), now=now)
    if rung:
        tell(visit, "state")
    return rung


def heard_in(complaint: str, patient_id: UUID, now: datetime) -> list[Signal]:
    """What rings in a complaint before there is a visit. A monitor that fails rings nothing here: once the visit is
    there its first message is watched, and a failure then is loud.
    """
    line = decision_support.Line(0, "patient", complaint)
    try:
        return alarms_seen.read_signals(lines=[line], told=told_of(patient_id, now))
    except Exception as error:  # noqa: BLE001  # The request must not be lost; it is watched again as a message.
        LOG.error("the monitor failed on a complaint: %s", type(error).__name__)
        return []


def ring_for_request(visit: Visit, heard: Sequence[Signal], now: datetime) -> None:
    """The desk hears of a request that was stopped. The physician who was asked has no visit to act in."""
    subject = decision_support.Subject("request", visit.id, visit.institution_id, visit.patient_id, None)
    for signal in heard:
        decision_support.raise_alarm(actor=MONITOR, signal=signal, subject=subject, now=now)


def _name(alarm: Alarm) -> T:
    return T(zh=alarm.name_zh, en=alarm.name_en)


# ANSWERING


def acknowledge_alarm(*, actor: Actor, visit_id: UUID, alarm_id: UUID, now: datetime) -> Alarm:
    """Say that one has seen an alarm of a visit and acts; the stop stays. Done twice it is done once.

    Raises NotAllowed, NotFound, decision_support's AlarmClosed.
    """
    require(actor, READ_VISIT)
    gate.visit_to_read(actor, visit_id)
    with transaction.atomic():
        visit = gate.lock(visit_id)
        before = {one.id for one in _of(visit) if one.state == "acknowledged"}
        alarm = decision_support.acknowledge(actor=actor, alarm_id=alarm_id, now=now)
        if alarm.id not in before and visit.state in OPEN and alarm.level == "emergency":
            say(visit, SEEN.with_(name=_name(alarm)), now=now)
        tell(visit, "state")
    return alarm


def stand_down_alarm(
    *, actor: Actor, visit_id: UUID, alarm_id: UUID, reason_code: str, text: str = "", now: datetime
) -> Alarm:
    """Say with a coded reason that there is no such danger; with the last emergency gone the visit goes on.

    Raises InvalidInput, NotAllowed, NotFound, decision_support's AlarmClosed.
    """
    require(actor, READ_VISIT)
    gate.visit_to_read(actor, visit_id)
    with transaction.atomic():
        visit = gate.lock(visit_id)
        alarm = decision_support.stand_down(actor=actor, alarm_id=alarm_id, reason_code=reason_code, text=text, now=now)
        if visit.state in OPEN and alarm.level == "emergency" and alarms_seen.standing_emergency(visit.id) is None:
            reason = alarms_seen.STAND_DOWN_REASONS[reason_code]
            say(visit, CALMED.with_(name=_name(alarm), reason=reason), now=now)
        tell(visit, "state")
    return alarm


def _of(visit: Visit) -> list[Alarm]:
    return alarms_seen.standing(subject_ids=[visit.id]).get(visit.id, [])


# THE LETTER AND THE CLOCK


def draft_referral(*, actor: Actor, visit_id: UUID, now: datetime) -> T:
    """The letter for the alarms that stand, in both languages, for the physician to change and send.

    Raises NotFound.
    """
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    return _letter(visit, _of(visit), now)


def _letter(visit: Visit, alarms: Sequence[Alarm], now: datetime) -> T:
    patient = people.patient(MONITOR, visit.patient_id)
    physician = identity.practitioner_profile(practitioner_id=visit.physician_id, at=now)
    who = letters.Who(
        name=patient.name,
        sex=patient.sex,
        age=str(_years(patient.birth_on, civil_day(now))),
        physician=physician.name,
        hospital=identity.institution(institution_id=visit.institution_id, at=now).name,
    )
    flags = [
        letters.Flagged(_name(one), T(zh=one.do_zh, en=one.do_en), one.because, one.raised_at)
        for one in alarms
        if one.code != alarms_seen.FAILED
    ]
    return letters.draft(who, flags, now)


def _years(birth_on: date, on: date) -> int:
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def keep_alarms(*, actor: Actor, now: datetime) -> dict[str, int]:
    """Do what is due on every alarm: the desk after five minutes, the referral by the hospital after ten."""
    require(actor, KEEP_PROMISES)
    escalated = decision_support.escalate_due(actor=actor, now=now)
    referred = sum(_refer_by_clock(actor, visit_id, now) for visit_id in alarms_seen.to_refer(now))
    return {"escalated": len(escalated), "referred": referred}


def _refer_by_clock(actor: Actor, visit_id: UUID, now: datetime) -> bool:
    """Refer one visit by itself; one that is over is left to the desk. Looked at again under the lock."""
    with transaction.atomic():
        visit = gate.lock(visit_id)
        standing = [one for one in _of(visit) if one.refer_at is not None and one.refer_at <= now]
        if not standing:
            return False
        if visit.state not in OPEN:
            decision_support.leave_to_desk(actor=actor, subject_id=visit.id)
            return False
        letter = _letter(visit, _of(visit), now)
        words = BY_CLOCK.with_(minutes=REFERS_MINUTES, letter=letter)
        refer_now(actor, visit, letters.both(letter), words, now)
    return True
