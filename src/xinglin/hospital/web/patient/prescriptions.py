"""The patient's prescriptions: where each stands, what to do next, how to take the medicine, proof of the signature."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import DomainError, InvalidForm
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.access import OWN_PRESCRIPTION
from xinglin.hospital.pharmacy.selectors import Sheet
from xinglin.hospital.web.patient import journey
from xinglin.hospital.web.shared.page import Request, page

PATIENT_REASONS = ("patient-request", "price", "condition-changed")
BEFORE_LEAVING = {"signed", "questioned", "approved", "picked", "settled"}


@dataclass(frozen=True, slots=True)
class Ended:
    """What is said when a prescription has come to an end."""

    title: T
    text: T


ENDS = {
    "delivered": Ended(
        T(zh="药已送到，请按说明服用", en="Your medicine has arrived: take it as described"),
        T(zh="不舒服或有疑问，先问医师或药师，不要自己停药。", en="If you feel unwell or are in doubt, ask first."),
    ),
    "returned": Ended(
        T(zh="处方退回医师修改", en="The prescription went back to the physician"),
        T(zh="您不用做什么。医师改好后会有一张新处方。", en="Nothing for you to do. A new prescription will follow."),
    ),
    "refused": Ended(
        T(zh="药师没有同意这张处方", en="The pharmacist did not agree to this prescription"),
        T(
            zh="为了用药安全，没有配药，也没有收费。请联系您的医师。",
            en="Nothing was dispensed or charged. Please ask your physician.",
        ),
    ),
    "cancelled": Ended(
        T(zh="处方已作废", en="The prescription was cancelled"),
        T(zh="没有发药；已付的款会退回原账户。", en="Nothing was handed over; what you paid goes back to you."),
    ),
    "expired": Ended(
        T(zh="处方过了有效期", en="The prescription has expired"),
        T(
            zh="没有发药；已付的款会退回。仍需用药请再联系医师。",
            en="Nothing was handed over; what you paid goes back to you.",
        ),
    ),
    "taken_back": Ended(
        T(zh="药已收回，款项退回", en="The medicine was taken back and is paid back"),
        T(zh="收回的药不会再卖给任何人。", en="It will never be sold to anyone else."),
    ),
}


def _page(request: Request, prescription_id: UUID, status: int = 200, **more: Any) -> HttpResponse:
    sheet = selectors.prescription(actor=request.actor, prescription_id=prescription_id, now=request.now)
    request.topics = [f"visit:{sheet.row.visit_id}", f"person:{sheet.row.patient_id}"]  # type: ignore[attr-defined]
    context = _standing(sheet) | {
        "sheet": sheet,
        "lines": selectors.directions_of(sheet),
        "check": selectors.verify_signature(actor=request.actor, prescription_id=prescription_id),
        "delivery": getattr(sheet.row, "delivery", None),
        "place": selectors.place(actor=request.actor, prescription_id=prescription_id),
        "reasons": [reason for reason in selectors.cancel_reasons() if reason.code in PATIENT_REASONS],
        "open": sheet.state in BEFORE_LEAVING,
        "total_text": yuan(sheet.row.total_fen),
    }
    delivery = context["delivery"]
    context["may_choose"] = context["open"] and (delivery is None or not delivery.waybill)
    context["proposed"] = more.pop("typed", None) or context["place"] or _proposal(request, sheet)
    whole = not request.htmx
    template = "patient/prescription.html" if whole else "patient/prescription_body.html"
    return render(request, template, context | more, status=status)


def _standing(sheet: Sheet) -> dict[str, Any]:
    row = sheet.row
    return {
        "standing": journey.of_prescription(row.id, row.state, sheet.content["patient"]["name"], row.review_due_at)
        if sheet.state not in ENDS
        else None,
        "ended": ENDS.get(sheet.state),
    }


def _proposal(request: Request, sheet: Sheet) -> Any:
    last = selectors.last_place(actor=request.actor, patient_id=sheet.row.patient_id)
    return last or {"name": sheet.content["patient"]["name"], "phone": "", "address": ""}


@page(OWN_PRESCRIPTION, methods=("GET", "HEAD"))
def listing(request: Request) -> HttpResponse:
    """All prescriptions of the patient and the wards, newest first."""
    actor = request.actor
    people = [who for who in (actor.person_id, *sorted(actor.wards, key=str)) if who]
    groups = [
        (identity.person(actor=actor, person_id=who), selectors.of_patient(actor=actor, patient_id=who))
        for who in people
    ]
    context = {"groups": [group for group in groups if group[1]], "several": len(people) > 1}
    return render(request, "patient/prescription_list.html", context)


@page(OWN_PRESCRIPTION, methods=("GET", "HEAD"))
def detail(request: Request, prescription_id: UUID) -> HttpResponse:
    """One prescription: the step, what to do, how to take it."""
    return _page(request, prescription_id)


def _do(request: Request, prescription_id: UUID, deed: Callable[[], object], done: T, **more: Any) -> HttpResponse:
    try:
        deed()
    except InvalidForm as refusal:
        wrong = {error.field: error.sentence for error in refusal.errors}
        return _page(request, prescription_id, refusal.status, wrong=wrong, **more)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _page(request, prescription_id, refusal.status, refusal=refusal, **more)
    messages.success(request, str(done))
    return redirect("patient:prescription", prescription_id=prescription_id)


@page(OWN_PRESCRIPTION, methods=("POST",))
def choose(request: Request, prescription_id: UUID) -> HttpResponse:
    """Delivery or collection, to whom and where."""
    typed = {name: request.POST.get(name, "") for name in ("way", "name", "phone", "address")}

    def deed() -> None:
        services.choose_delivery(actor=request.actor, prescription_id=prescription_id, now=request.now, **typed)

    return _do(request, prescription_id, deed, T(zh="收货方式已保存。", en="Your choice is saved."), typed=typed)


@page(OWN_PRESCRIPTION, methods=("POST",))
def receive(request: Request, prescription_id: UUID) -> HttpResponse:
    """The medicine has arrived."""

    def deed() -> None:
        services.confirm_receipt(actor=request.actor, prescription_id=prescription_id, now=request.now)

    return _do(request, prescription_id, deed, T(zh="已确认收到。", en="Receipt confirmed."))


@page(OWN_PRESCRIPTION, methods=("POST",))
def cancel(request: Request, prescription_id: UUID) -> HttpResponse:
    """The patient does not want it any more; possible until it has been handed over."""

    def deed() -> None:
        services.cancel_prescription(
            actor=request.actor,
            prescription_id=prescription_id,
            reason_code=request.POST.get("reason", ""),
            now=request.now,
        )

    return _do(request, prescription_id, deed, T(zh="处方已取消。", en="The prescription is cancelled."))
