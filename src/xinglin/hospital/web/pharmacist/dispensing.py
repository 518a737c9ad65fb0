"""The dispensing desk: scan every box, wait for payment, hand over once."""

from collections.abc import Callable
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
from xinglin.hospital.web.pharmacist.review import shown
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none


def _page(request: Request, current: UUID | None, status: int = 200, **more: Any) -> HttpResponse:
    waiting = selectors.awaiting_dispensing(actor=request.actor)
    if current is None and waiting and waiting[0].state != "picked":
        current = waiting[0].row.id
    context: dict[str, Any] = {"waiting": waiting, "current": current, "hand_over_id": new_id()}
    if current is not None:
        sheet = selectors.prescription(actor=request.actor, prescription_id=current, now=request.now)
        typed = more.get("typed", {})
        codes = selectors.identifications(product_codes=[line.product_code for line in sheet.lines])
        context |= shown(request, sheet)
        context["boxes"] = [
            (line, codes.get(line.product_code, ""), (typed.get(line.id, []) + [""] * line.packs)[: line.packs])
            for line in sheet.lines
        ]
        context["place"] = selectors.place(actor=request.actor, prescription_id=current)
        context["delivery"] = getattr(sheet.row, "delivery", None)
        context["cancel_reasons"] = selectors.cancel_reasons()
    return render(request, "pharmacist/dispensing.html", context | more, status=status)


@page(DISPENSE, methods=("GET", "HEAD"))
def desk(request: Request) -> HttpResponse:
    """The desk with the next thing to do open, or the prescription asked for by `rx`."""
    return _page(request, uuid_or_none(request.GET.get("rx", "")))


@page(DISPENSE, methods=("GET", "HEAD"))
def queue(request: Request) -> HttpResponse:
    """The list alone, fetched again when something moves."""
    context = {
        "waiting": selectors.awaiting_dispensing(actor=request.actor),
        "current": uuid_or_none(request.GET.get("rx", "")),
    }
    return render(request, "pharmacist/dispensing_queue.html", context)


def _do(
    request: Request, prescription_id: UUID, deed: Callable[[], object], done: T, stay: bool = False, **more: Any
) -> HttpResponse:
    """Do a deed and go on to the next; a refusal stands at the prescription with what was typed."""
    try:
        deed()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _page(request, prescription_id, refusal.status, refusal=refusal, **more)
    messages.success(request, str(done))
    target = redirect("pharmacist:dispensing")
    if stay:
        target["Location"] += f"?rx={prescription_id}"
    return target


@page(DISPENSE, methods=("POST",))
def pick(request: Request, prescription_id: UUID) -> HttpResponse:
    """Set it ready under the scanned codes."""
    typed = {
        line_id: request.POST.getlist(name)
        for name in request.POST
        if name.startswith("codes-") and (line_id := uuid_or_none(name.removeprefix("codes-")))
    }

    def deed() -> None:
        services.pick(actor=request.actor, prescription_id=prescription_id, trace_codes=typed, now=request.now)

    done = T(zh="已配好，等患者付款。", en="Picked; the patient can pay now.")
    return _do(request, prescription_id, deed, done, typed=typed)


@page(DISPENSE, methods=("POST",))
def unpick(request: Request, prescription_id: UUID) -> HttpResponse:
    """Put the boxes back on the shelf."""

    def deed() -> None:
        services.unpick(actor=request.actor, prescription_id=prescription_id, now=request.now)

    return _do(request, prescription_id, deed, T(zh="已放回货架。", en="Back on the shelf."), stay=True)


@page(DISPENSE, methods=("POST",))
def hand_over(request: Request, prescription_id: UUID) -> HttpResponse:
    """Hand it over, once."""

    def deed() -> None:
        services.hand_over(
            actor=request.actor,
            prescription_id=prescription_id,
            hand_over_id=uuid_or_none(request.POST.get("hand_over_id", "")) or new_id(),
            to=request.POST.get("to", ""),
            recipient=request.POST.get("recipient", ""),
            now=request.now,
        )

    return _do(request, prescription_id, deed, T(zh="已发药。", en="Handed over."))


@page(DISPENSE, methods=("POST",))
def cancel(request: Request, prescription_id: UUID) -> HttpResponse:
    """Cancel what cannot be dispensed."""

    def deed() -> None:
        services.cancel_prescription(
            actor=request.actor,
            prescription_id=prescription_id,
            reason_code=request.POST.get("reason", ""),
            text=request.POST.get("text", ""),
            now=request.now,
        )

    return _do(request, prescription_id, deed, T(zh="处方已作废。", en="The prescription is cancelled."))
