"""Alarms of danger on a physician's screen: the bar of the room, the list of the clinic, and the answers to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.access import SEE_PATIENTS
from xinglin.hospital.decision_support import selectors
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.selectors import STAND_DOWN_REASONS, Alarm, AlarmStep
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.shared.page import Request, page

LEVELS: Final = {
    "emergency": T(zh="危急：现在就处理", en="Emergency: act now"),
    "urgent": T(zh="紧急：今天当面看", en="Urgent: in person today"),
    "soon": T(zh="尽快：一两周内看", en="Soon: within one or two weeks"),
}
STATES: Final = {
    "raised": T(zh="等待回应", en="waiting for an answer"),
    "escalated": T(zh="超时，已报医务管理", en="passed its time, with medical affairs"),
    "acknowledged": T(zh="已看到，处理中", en="seen, being acted on"),
    "stood_down": T(zh="已解除", en="stood down"),
    "referred": T(zh="已转线下", en="referred"),
}
STEPS: Final = {
    "raised": T(zh="响起", en="rang"),
    "acknowledged": T(zh="看到", en="seen"),
    "escalated": T(zh="上报", en="escalated"),
    "stood_down": T(zh="解除", en="stood down"),
    "referred": T(zh="转线下", en="referred"),
}
GRAVER: Final = T(zh="同一危险升级了", en="the same danger rang graver")
OPEN: Final = frozenset({"raised", "escalated"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that an alarm rests on: its name, and the patient's words for it."""

    name: T
    words: tuple[str, ...]

    @property
    def shown_words(self) -> tuple[str, ...]:
        """Words that are not the name itself, in the language of the page."""
        return tuple(word for word in self.words if word != str(self.name))


@dataclass(frozen=True, slots=True)
class Shown:
    """An alarm as a page shows it."""

    row: Alarm
    name: T
    do: T
    level: T
    state: T
    because: tuple[Reason, ...]
    steps: tuple[tuple[T, str, T | None, str, datetime], ...] = ()
    patient: str = ""
    open: bool = False
    stops: bool = False

    @property
    def words(self) -> list[str]:
        """Every word of the patient once; the finding's name where there are none."""
        return list(dict.fromkeys(word for one in self.because for word in (one.words or (str(one.name),))))


def shown(row: Alarm, steps: Iterable[AlarmStep] = (), patient: str = "") -> Shown:
    """The alarm with its texts. Its history, where it is given: what, who, why, words, when."""
    reasons = {**STAND_DOWN_REASONS, "graver": GRAVER}
    return Shown(
        row=row,
        name=T(zh=row.name_zh, en=row.name_en),
        do=T(zh=row.do_zh, en=row.do_en),
        level=LEVELS[row.level],
        state=STATES[row.state],
        because=tuple(
            Reason(T(zh=one["name_zh"], en=one["name_en"]), tuple(one.get("words", ()))) for one in row.because
        ),
        steps=tuple(
            (STEPS[s.kind], "" if s.actor_id == SYSTEM_ID else s.actor_label, reasons.get(s.reason_code), s.text, s.at)
            for s in steps
        ),
        patient=patient,
        open=row.state in OPEN,
        stops=row.level == "emergency" and row.state in {*OPEN, "acknowledged"},
    )


def standing(actor: Actor) -> list[Alarm]:
    """Those that want something of somebody, the gravest and oldest first."""
    rows = selectors.alarms(actor=actor, standing_only=True)
    return sorted(rows, key=lambda row: (list(LEVELS).index(row.level), row.raised_at))


def names_of(actor: Actor, rows: Iterable[Alarm]) -> dict[UUID, str]:
    """The patients' names by id."""
    return {one: identity.person(actor=actor, person_id=one).name for one in {row.patient_id for row in rows}}


def bar_context(request: Request, visit_id: UUID, **more: Any) -> dict[str, Any]:
    """What the bar of a room shows: this visit's alarms whole, those of other patients as one line each."""
    rows = standing(request.actor)
    mine = [row for row in rows if row.subject_id == visit_id]
    others = [row for row in rows if row.subject_id != visit_id]
    names = names_of(request.actor, others)
    visit = consultation.visit(actor=request.actor, id=visit_id)
    stopped = any(row.level == "emergency" for row in mine)
    letter = None
    if mine and visit.state in {"requested", "waiting", "in_progress"}:
        letter = str(services.draft_referral(actor=request.actor, visit_id=visit_id, now=request.now))
    return {
        "alarms": [shown(row) for row in mine],
        "others": [shown(row, patient=names[row.patient_id]) for row in others],
        "stopped": stopped,
        "alarm_letter": letter,
        "reasons": STAND_DOWN_REASONS.items(),
        "visit_id": visit_id,
    } | more


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def bar(request: Request, visit_id: UUID) -> HttpResponse:
    """The bar alone, fetched again when an alarm rings or is answered."""
    return render(request, "clinician/alarm_bar.html", bar_context(request, visit_id))


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def waiting(request: Request) -> HttpResponse:
    """The alarms of all the physician's patients, on the clinic's first page."""
    rows = standing(request.actor)
    names = names_of(request.actor, rows)
    context = {
        "alarms": [shown(row, patient=names[row.patient_id]) for row in rows],
        "reasons": STAND_DOWN_REASONS.items(),
    }
    return render(request, "clinician/alarms.html", context)


@page(SEE_PATIENTS, methods=("POST",))
def acknowledge(request: Request, alarm_id: UUID) -> HttpResponseBase:
    """Say that one has seen it."""
    row = one_of(request, alarm_id)
    told(request, lambda: acknowledge_it(request, row))
    return _back(row)


@page(SEE_PATIENTS, methods=("POST",))
def stand_down(request: Request, alarm_id: UUID) -> HttpResponseBase:
    """Say with a reason that there is no such danger."""
    row = one_of(request, alarm_id)
    told(request, lambda: stand_down_it(request, row))
    return _back(row)


def _back(row: Alarm) -> HttpResponseBase:
    return (
        redirect("clinician:room", visit_id=row.subject_id)
        if row.subject_type == "visit"
        else redirect("clinician:home")
    )


def one_of(request: Request, alarm_id: UUID) -> Alarm:
    """An alarm that the actor may see. Raises NotFound."""
    row = selectors.alarm(actor=request.actor, alarm_id=alarm_id)
    if row is None:
        raise NotFound
    return row


def told(request: Request, deed: Any) -> None:
    """Do a deed; a refusal stands on the page that comes next."""
    try:
        deed()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, f"{refusal.sentence} {refusal.advice or ''}".strip())


def acknowledge_it(request: Request, row: Alarm) -> None:
    """Through the visit where there is one, so that the patient reads it."""
    if row.subject_type == "visit":
        services.acknowledge_alarm(actor=request.actor, visit_id=row.subject_id, alarm_id=row.id, now=request.now)
    else:
        decision_support.acknowledge(actor=request.actor, alarm_id=row.id, now=request.now)


def stand_down_it(request: Request, row: Alarm) -> None:
    """The same for standing down."""
    reason, text = request.POST.get("reason", ""), request.POST.get("text", "")
    if row.subject_type == "visit":
        services.stand_down_alarm(
            actor=request.actor,
            visit_id=row.subject_id,
            alarm_id=row.id,
            reason_code=reason,
            text=text,
            now=request.now,
        )
    else:
        decision_support.stand_down(
            actor=request.actor, alarm_id=row.id, reason_code=reason, text=text, now=request.now
        )
