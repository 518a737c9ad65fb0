"""Measurements at home: enter them, see how they run, read what rang and what to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.clinical.warning.home import Measurement
from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import FOLLOW_OWN_VISIT
from xinglin.hospital.consultation.selectors import QUANTITIES, HomeQuantity
from xinglin.hospital.decision_support import selectors as decision_support
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.clinician import alarms
from xinglin.hospital.web.patient.visits_form import errors_of
from xinglin.hospital.web.patient.whose import person_of
from xinglin.hospital.web.shared.page import Request, page

WIDTH, HEIGHT, EDGE = 340, 96, 12
LATEST = 5


@dataclass(frozen=True, slots=True)
class Trend:
    """One quantity drawn: the points of its line (two lines for a pressure), the limits of the picture, the latest."""

    quantity: HomeQuantity
    points: tuple[tuple[int, int], ...]
    second: tuple[tuple[int, int], ...]
    low: str
    high: str
    latest: tuple[tuple[datetime, str], ...]
    from_at: datetime
    until_at: datetime

    @property
    def path(self) -> str:
        """The first line as an SVG path."""
        return _path(self.points)

    @property
    def second_path(self) -> str:
        """The second line, empty where there is none."""
        return _path(self.second)


def _path(points: tuple[tuple[int, int], ...]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in points) if len(points) > 1 else ""


def trend(quantity: HomeQuantity, values: list[Measurement]) -> Trend:
    """The picture of one quantity: time runs to the right, as long as it took."""
    numbers = [v for one in values for v in (one.value, one.second) if v is not None]
    low, high = min(numbers), max(numbers)
    span = (high - low) or 1.0
    first, last = values[0].at, values[-1].at
    seconds = (last - first).total_seconds() or 1.0

    def point(at: datetime, value: float) -> tuple[int, int]:
        x = EDGE + (at - first).total_seconds() / seconds * (WIDTH - 2 * EDGE)
        return round(x), round(EDGE + (high - value) / span * (HEIGHT - 2 * EDGE))

    return Trend(
        quantity=quantity,
        points=tuple(point(one.at, one.value) for one in values),
        second=tuple(point(one.at, one.second) for one in values if one.second is not None),
        low=f"{low:g}",
        high=f"{high:g}",
        latest=tuple((one.at, _shown(one)) for one in reversed(values[-LATEST:])),
        from_at=first,
        until_at=last,
    )


def _shown(one: Measurement) -> str:
    return f"{one.value:g}" if one.second is None else f"{one.value:g}/{one.second:g}"


@page(FOLLOW_OWN_VISIT)
def measurements(request: Request) -> HttpResponseBase:
    """What was measured, and the form for what is measured now."""
    person_id = person_of(request)
    if request.method != "POST":
        return _page(request, person_id)
    try:
        values = {code: request.POST.get(code, "") for code in selectors.home_measures()}
        rung = services.measure_at_home(actor=request.actor, patient_id=person_id, values=values, now=request.now)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _page(request, person_id, refusal)
    if not rung:
        messages.success(request, str(T(zh="已记下。", en="Written down.")))
    mine = person_id == request.actor.person_id
    return redirect("/me/measurements/" if mine else f"/me/measurements/?person={person_id}")


def _page(request: Request, person_id: UUID, refusal: DomainError | None = None) -> HttpResponse:
    series = selectors.home_of(actor=request.actor, person_id=person_id, now=request.now)
    told = decision_support.alarms(actor=request.actor, standing_only=True)
    home = [alarms.shown(row) for row in told if row.subject_type == "home" and row.patient_id == person_id]
    errors = errors_of(refusal) if refusal else {}
    by_quantity = {q.name: [one for one in series if one.quantity == q.name] for q in QUANTITIES}
    known = selectors.home_measures()
    context: dict[str, Any] = {
        "fields": [
            (q, [(known[code], request.POST.get(code, ""), errors.get(code)) for code in q.codes]) for q in QUANTITIES
        ],
        "trends": [trend(q, by_quantity[q.name]) for q in QUANTITIES if by_quantity[q.name]],
        "emergencies": [one for one in home if one.row.level == "emergency"],
        "urgent": [one for one in home if one.row.level == "urgent"],
        "soon": [one for one in home if one.row.level == "soon"],
        "wards": [identity.person(actor=request.actor, person_id=ward) for ward in request.actor.wards],
        "person_id": person_id,
        "refusal": None if errors else refusal,
    }
    return render(request, "patient/measurements.html", context, status=refusal.status if refusal else 200)
