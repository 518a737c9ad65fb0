"""Parcels on their way, parcels that come back, and medicine that is taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.access import DISPENSE
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

DELIVERED_SINCE = timedelta(days=14)


def _page(request: Request, status: int = 200, **more: Any) -> HttpResponse:
    found = selectors.out_of_the_house(actor=request.actor, since=request.now - DELIVERED_SINCE)
    back = {sheet.row.id for sheet in selectors.coming_back(actor=request.actor)}
    context = {
        "back": [sheet for sheet in found if sheet.row.id in back],
        "on_the_way": [sheet for sheet in found if sheet.state == "handed_over" and sheet.row.id not in back],
        "delivered": [sheet for sheet in found if sheet.state == "delivered"],
        "return_reasons": selectors.return_reasons(),
        "return_id": new_id(),
    }
    return render(request, "pharmacist/deliveries.html", context | more, status=status)


@page(DISPENSE, methods=("GET", "HEAD"))
def desk(request: Request) -> HttpResponse:
    """What is on its way, what comes back, what has arrived of late."""
    return _page(request)


def _do(request: Request, deed: Callable[[], object], done: T) -> HttpResponse:
    try:
        deed()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _page(request, refusal.status, refusal=refusal)
    messages.success(request, str(done))
    return redirect("pharmacist:deliveries")


@page(DISPENSE, methods=("POST",))
def recall(request: Request, prescription_id: UUID) -> HttpResponse:
    """Call a parcel back."""

    def deed() -> None:
        services.recall_parcel(actor=request.actor, prescription_id=prescription_id, now=request.now)

    return _do(request, deed, T(zh="已通知快递退回。", en="The courier has been told to bring it back."))


@page(DISPENSE, methods=("POST",))
def take_back(request: Request, prescription_id: UUID) -> HttpResponse:
    """Take medicine back, or write off what was lost."""

    def deed() -> None:
        services.return_medicine(
            actor=request.actor,
            prescription_id=prescription_id,
            return_id=uuid_or_none(request.POST.get("return_id", "")) or new_id(),
            reason_code=request.POST.get("reason", ""),
            text=request.POST.get("text", ""),
            now=request.now,
        )

    done = T(
        zh="已登记收回，不得再售；款项自动退回患者。",
        en="Taken back, never to be sold again; the patient's money goes back by itself.",
    )
    return _do(request, deed, done)
