"""The practitioners of the house: their standing, suspend, reinstate, end."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import AFFAIRS, SET_PAYMENT_RIGHT
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.web.identity.fields import day
from xinglin.hospital.web.identity.physicians import department_name
from xinglin.hospital.web.shared.page import Request, page


@page(AFFAIRS, methods=("GET", "HEAD"))
def directory(request: Request) -> HttpResponse:
    """Find a practitioner by name, pinyin or register number."""
    q, kind = request.GET.get("q", "")[:40], request.GET.get("kind", "")
    found = selectors.practitioner_directory(actor=request.actor, at=request.now, q=q, kind=kind)
    rows = [(one, department_name(one.department) if one.department else one.kind_name) for one in found]
    context = {"rows": rows, "q": q, "kind": kind, "kinds": selectors.PROFESSIONS}
    template = "affairs/parts/practitioner_list.html" if request.htmx else "affairs/practitioners.html"
    return render(request, template, context)


def end_of(text: str) -> datetime | None:
    """The end of a suspension: the first instant after the day typed in; None for an open end."""
    if not text:
        return None
    last = day(text)
    if last is None:
        raise InvalidInput(field="until", reason=T(zh="请填写日期。", en="Enter a day."))
    return datetime.combine(last, time.max, tzinfo=SHANGHAI)


@page(AFFAIRS)
def practitioner(request: Request, practitioner_id: UUID) -> HttpResponse:
    """One practitioner, and what may be done."""
    context: dict[str, Any] = {"typed": request.POST.get("reason", "")}
    status = 200
    past = selectors.practitioner_suspensions(actor=request.actor, practitioner_id=practitioner_id)
    if request.method == "POST":
        try:
            _deed(request, practitioner_id)
            messages.success(request, str(T(zh="已生效。", en="Done; it acts at once.")))
            return redirect("affairs:practitioner", practitioner_id)
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = refusal
    found = selectors.practitioner_profile(practitioner_id=practitioner_id, at=request.now)
    context |= {"one": found, "past": past, "stopped": any(_holds(one, request.now) for one in past)}
    context["stops"] = selectors.payment_stops(actor=request.actor, practitioner_id=practitioner_id, at=request.now)
    context["standing"] = oversight.standing_of(actor=request.actor, practitioner_id=practitioner_id, at=request.now)
    context["may_set"] = SET_PAYMENT_RIGHT.held_by(request.actor)
    context["department"] = department_name(found.department) if found.department else None
    return render(request, "affairs/practitioner.html", context, status=status)


def _holds(one: Any, now: datetime) -> bool:
    return one.until_at is None or one.until_at > now


def _deed(request: Request, practitioner_id: UUID) -> None:
    reason = request.POST.get("reason", "")
    common = {"actor": request.actor, "practitioner_id": practitioner_id, "reason": reason, "now": request.now}
    deeds: dict[str, Callable[[], object]] = {
        "suspend": lambda: services.suspend_practitioner(**common, until_at=end_of(request.POST.get("until", ""))),
        "reinstate": lambda: services.reinstate_practitioner(**common),
        "end": lambda: services.end_practice(**common),
    }
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        raise InvalidInput(field="do", reason=T(zh="请选择要做的事。", en="Choose what to do."))
    deed()
