"""The desk's alarms of danger: what stands, what nobody answered in time, what was done about the others."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.decision_support import selectors
from xinglin.hospital.decision_support.selectors import STAND_DOWN_REASONS, Alarm, AlarmStep
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity.access import AFFAIRS
from xinglin.hospital.kernel.access import SYSTEM_ID
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.clinician import alarms as views
from xinglin.hospital.web.shared.page import Request, page

LOOK_BACK_DAYS = 7
ANSWERS = frozenset({"acknowledged", "stood_down", "referred"})
SUBJECTS = {
    "visit": T(zh="问诊中", en="in a visit"),
    "request": T(zh="申请时，已拦下", en="at a request, stopped"),
    "home": T(zh="居家测量", en="measured at home"),
}


def alarms_of(request: Request) -> dict[str, Any]:
    """What stands, gravest first; what was answered in the last days; how many of each, and of the time it took."""
    standing = views.standing(request.actor)
    since = request.now - timedelta(days=LOOK_BACK_DAYS)
    latest = selectors.alarms(actor=request.actor, since=since)
    steps = selectors.steps_of([row.id for row in latest])
    held = {row.id for row in standing}
    answered = [row for row in latest if row.id not in held]
    return {
        "standing": _shown(request, standing),
        "answered": _shown(request, answered),
        "counts": Counter(kind for held in steps.values() for kind in {step.kind for step in held}),
        "minutes": _typical_minutes(latest, steps),
        "reasons": STAND_DOWN_REASONS.items(),
        "look_back_days": LOOK_BACK_DAYS,
    }


def _shown(request: Request, rows: list[Alarm]) -> list[dict[str, Any]]:
    steps = selectors.steps_of([row.id for row in rows])
    names = views.names_of(request.actor, rows)
    physicians = {
        one: identity.practitioner_profile(practitioner_id=one, at=request.now).name
        for one in {row.physician_id for row in rows if row.physician_id is not None}
    }
    return [
        {
            "alarm": views.shown(row, steps.get(row.id, ()), names[row.patient_id]),
            "subject": SUBJECTS[row.subject_type],
            "physician": physicians.get(row.physician_id) if row.physician_id else None,
        }
        for row in rows
    ]


def _typical_minutes(rows: list[Alarm], steps: dict[UUID, list[AlarmStep]]) -> int | None:
    """The middle time from the ringing to the first answer by a person, in whole minutes; None without any."""
    took = sorted(
        min(step.at for step in answers) - row.raised_at
        for row in rows
        if (answers := [step for step in steps.get(row.id, ()) if step.kind in ANSWERS and step.actor_id != SYSTEM_ID])
    )
    return int(took[len(took) // 2].total_seconds() // 60) if took else None


@page(AFFAIRS, methods=("GET", "HEAD"))
def alarms(request: Request) -> HttpResponse:
    """The list, fetched again when an alarm rings or is answered."""
    return render(request, "affairs/alarms.html", alarms_of(request))


@page(AFFAIRS, methods=("POST",))
def acknowledge(request: Request, alarm_id: UUID) -> HttpResponseBase:
    """Say that the desk has seen it and acts."""
    row = views.one_of(request, alarm_id)
    views.told(request, lambda: views.acknowledge_it(request, row))
    return redirect("affairs:alarms")


@page(AFFAIRS, methods=("POST",))
def stand_down(request: Request, alarm_id: UUID) -> HttpResponseBase:
    """Say with a reason that there is no such danger."""
    row = views.one_of(request, alarm_id)
    views.told(request, lambda: views.stand_down_it(request, row))
    return redirect("affairs:alarms")
