"""The right to be paid by the fund: record and withdraw stops. Rule A12 asks for it anew at every moment it judges."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import SET_PAYMENT_RIGHT
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.identity.fields import day
from xinglin.hospital.web.identity.physicians import department_name
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

NO_DAY = T(zh="请填写日期。", en="Enter a day.")


@page(SET_PAYMENT_RIGHT, methods=("GET", "HEAD"))
def directory(request: Request) -> HttpResponse:
    """Who is stopped today or from a later day, and anybody by name."""
    q = request.GET.get("q", "").strip()[:40]
    context = {
        "q": q,
        "stopped": selectors.stopped_practitioners(actor=request.actor, at=request.now),
        "found": selectors.practitioners_named(actor=request.actor, q=q, at=request.now),
    }
    return render(request, "affairs/rights.html", context)


@page(SET_PAYMENT_RIGHT)
def practitioner(request: Request, practitioner_id: UUID) -> HttpResponse:
    """One practitioner's payment stops: record one, or withdraw one after an appeal."""
    context: dict[str, Any] = {"typed": request.POST}
    status = 200
    stops = selectors.payment_stops(actor=request.actor, practitioner_id=practitioner_id, at=request.now)
    if request.method == "POST":
        try:
            _deed(request, practitioner_id, {one.id for one in stops})
            messages.success(request, str(T(zh="已生效。", en="Done; it acts at once.")))
            return redirect("affairs:payment-right", practitioner_id)
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context |= {"refusal": refusal, "undoing": request.POST.get("stop", "")}
    found = selectors.practitioner_profile(practitioner_id=practitioner_id, at=request.now)
    context |= {
        "one": found,
        "stops": stops,
        "states": selectors.PAYMENT_STATES,
        "today": civil_day(request.now),
        "may_set": True,
        "may_withdraw": True,
        "department": department_name(found.department) if found.department else None,
    }
    return render(request, "affairs/right.html", context, status=status)


def _deed(request: Request, practitioner_id: UUID, own: set[UUID]) -> None:
    deeds: dict[str, Callable[[], None]] = {
        "record": lambda: _record(request, practitioner_id),
        "withdraw": lambda: _withdraw(request, own),
    }
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        raise InvalidInput(field="do", reason=T(zh="请选择要做的事。", en="Choose what to do."))
    deed()


def _record(request: Request, practitioner_id: UUID) -> None:
    data = request.POST
    first, last = day(data.get("from_on", "")), day(data.get("until_on", ""))
    if first is None:
        raise InvalidInput(field="from_on", reason=NO_DAY)
    if last is None and data.get("until_on", ""):
        raise InvalidInput(field="until_on", reason=NO_DAY)
    services.record_payment_stop(
        actor=request.actor,
        practitioner_id=practitioner_id,
        status=data.get("status", ""),
        from_on=first,
        until_on=last,
        reason=data.get("reason", ""),
        now=request.now,
    )


def _withdraw(request: Request, own: set[UUID]) -> None:
    stop = uuid_or_none(request.POST.get("stop", ""))
    if stop is None or stop not in own:
        raise NotFound
    services.withdraw_payment_stop(
        actor=request.actor, payment_status_id=stop, reason=request.POST.get("why", ""), now=request.now
    )
