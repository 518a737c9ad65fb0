"""The review desk: the queue, the next prescription open and held, one key for each outcome."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.identity import services as identity_services
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.access import READ_PRESCRIPTION, REVIEW_PRESCRIPTION
from xinglin.hospital.pharmacy.selectors import DeskSheet, Directions, Sheet, Waiting
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

RECENT = timedelta(days=90)
OPEN = ("signed", "questioned")
DONE = {
    "approve": T(zh="已通过，交配药台。", en="Approved; it is at the dispensing desk."),
    "endorse": T(zh="已签第一个名，等另一位药师复核。", en="Signed first; another pharmacist reviews it now."),
    "return": T(zh="已退回医师。", en="Returned to the physician."),
    "ask": T(zh="已向医师提问。", en="The physician has been asked."),
    "refuse": T(zh="已拒绝调配。", en="Refused."),
}
TIERS = {"needs_reason": "D", "block": "D", "hold": "D", "deny": "D"}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding of the law at the time of writing, with the prescriber's reason in words."""

    finding: Any
    sentence: T
    hint: T
    tier: str
    reason: T | None


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line in plain words with what concerns it: the law's findings when it was written, the check's findings now."""

    directions: Directions
    told: list[Told]
    found: list[Any]


def confirm(request: Request) -> None:
    """Confirm identity again when the form carries a code or a password."""
    password, code = request.POST.get("password", ""), request.POST.get("code", "").strip()
    if password or code:
        identity_services.confirm_again(
            actor=request.actor,
            now=request.now,
            password=password,
            code=code,
            session=request.session.session_key or "",
        )


def shown(request: Request, sheet: Sheet, checked: DeskSheet | None = None) -> dict[str, Any]:
    """A sheet for the desk: lines with their findings, the findings of the whole, whether the signature holds."""
    reasons = {row.code: row.name for row in terminology.override_reasons()}
    told = [
        Told(
            finding,
            T(zh=finding.sentence_zh, en=finding.sentence_en),
            T(zh=finding.hint_zh, en=finding.hint_en),
            TIERS.get(finding.consequence, "C"),
            reasons.get(finding.reason_code),
        )
        for finding in sheet.row.findings.all()
    ]
    lines = [
        LineShown(
            directions,
            [t for t in told if directions.line.id in t.finding.line_ids],
            checked.of_line(directions.line.id) if checked else [],
        )
        for directions in selectors.directions_of(sheet)
    ]
    return {
        "sheet": sheet,
        "lines": lines,
        "general": [t for t in told if not t.finding.line_ids],
        "check": selectors.verify_signature(actor=request.actor, prescription_id=sheet.row.id),
        "names": {code.code: code.name for code in terminology.review_codes()},
    }


def _patient(request: Request, sheet: Sheet) -> dict[str, Any]:
    """The patient at one glance: what is known, the record of the visit, other medicines of the last three months."""
    try:
        record = consultation.record(actor=request.actor, visit_id=sheet.row.visit_id, now=request.now)
    except NotFound:
        record = None
    others = [
        other
        for other in selectors.of_patient(actor=request.actor, patient_id=sheet.row.patient_id)
        if other.row.id != sheet.row.id and request.now - other.row.issued_at <= RECENT
    ]
    seen = selectors.glance(actor=request.actor, prescription_id=sheet.row.id, now=request.now)
    return {"record": record, "others": others, "glance": seen, "woman": sheet.content["patient"]["sex"] == "F"}


def _queue(request: Request, current: UUID | None) -> dict[str, Any]:
    services.check_waiting(actor=request.actor, now=request.now)
    return {
        "waiting": selectors.waiting(actor=request.actor, now=request.now),
        "current": current,
        "now": request.now,
        "asked": selectors.awaiting_answer(actor=request.actor),
    }


def _page(request: Request, current: UUID | None, status: int = 200, **more: Any) -> HttpResponse:
    context = _queue(request, current)
    waiting: list[Waiting] = context["waiting"]
    if current is None:
        current = next((one.id for one in waiting if one.free), None)
    context |= {"current": current, "codes": selectors.reason_codes(), "review_id": new_id()}
    if current is not None:
        context |= _opened(request, current)
        waiting = context["waiting"] = selectors.waiting(actor=request.actor, now=request.now)
        context["next_id"], context["previous_id"] = _neighbours(waiting, current)
    return render(request, "pharmacist/review.html", context | more, status=status)


def _opened(request: Request, current: UUID) -> dict[str, Any]:
    """The sheet that is taken from the queue; one that somebody else holds can be read and not decided on."""
    sheet = selectors.prescription(actor=request.actor, prescription_id=current, now=request.now)
    if sheet.state not in OPEN or sheet.row.institution_id not in request.actor.institution_ids:
        return shown(request, sheet) | _patient(request, sheet)
    held = services.open_sheet(actor=request.actor, prescription_id=current, now=request.now)
    checked = selectors.desk_sheet(actor=request.actor, prescription_id=current, now=request.now)
    may_sign = held.mine and sheet.state == "signed" and not (checked.grave and checked.first_by_me)
    spent = int((request.now - held.since_at).total_seconds()) if held.mine and held.since_at else 0
    return (
        shown(request, sheet, checked)
        | _patient(request, sheet)
        | {"checked": checked, "held": held, "may_sign": may_sign, "spent": spent}
    )


def _neighbours(waiting: list[Waiting], current: UUID) -> tuple[UUID | None, UUID | None]:
    ids = [one.id for one in waiting if one.free or one.id == current]
    if current not in ids:
        return (ids[0] if ids else None), None
    at = ids.index(current)
    return (ids[at + 1] if at + 1 < len(ids) else None), (ids[at - 1] if at else None)


@page(REVIEW_PRESCRIPTION, methods=("GET", "HEAD"))
def desk(request: Request) -> HttpResponse:
    """The desk with the next prescription open, or the one asked for by `rx`."""
    return _page(request, uuid_or_none(request.GET.get("rx", "")))


@page(REVIEW_PRESCRIPTION, methods=("GET", "HEAD"))
def queue(request: Request) -> HttpResponse:
    """The queue alone, fetched again when something moves and every minute; it keeps the open sheet held."""
    current = uuid_or_none(request.GET.get("rx", ""))
    if current is not None:
        services.keep_sheet(actor=request.actor, prescription_id=current, now=request.now)
    return render(request, "pharmacist/review_queue.html", _queue(request, current))


@page(REVIEW_PRESCRIPTION, methods=("POST",))
def leave(request: Request, prescription_id: UUID) -> HttpResponse:
    """Give a sheet back to the queue."""
    services.leave_sheet(actor=request.actor, prescription_id=prescription_id, now=request.now)
    messages.success(request, str(T(zh="已放回队列。", en="Back in the queue.")))
    return redirect("pharmacist:figures")


@page(REVIEW_PRESCRIPTION, methods=("POST",))
def decide(request: Request, prescription_id: UUID) -> HttpResponse:
    """Approve, sign first, return, ask or refuse; then the next prescription is open."""
    outcome = request.POST.get("outcome", "")
    try:
        confirm(request)
        services.review_prescription(
            actor=request.actor,
            prescription_id=prescription_id,
            outcome=outcome,
            codes=request.POST.getlist("codes"),
            text=request.POST.get("text", ""),
            now=request.now,
            review_id=uuid_or_none(request.POST.get("review_id", "")),
        )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        about_proof = refusal.code.startswith("identity.confirmation")
        return _page(
            request,
            prescription_id,
            refusal.status,
            tried=outcome,
            typed=request.POST.get("text", ""),
            ticked=request.POST.getlist("codes"),
            **({"confirm": refusal} if about_proof else {"refusal": refusal}),
        )
    messages.success(request, str(DONE[outcome]))
    return redirect("pharmacist:home")


@page(READ_PRESCRIPTION, methods=("GET", "HEAD"))
def sheet(request: Request, prescription_id: UUID) -> HttpResponse:
    """One prescription with its whole history."""
    found = selectors.prescription(actor=request.actor, prescription_id=prescription_id, now=request.now)
    return render(request, "pharmacist/sheet.html", shown(request, found))
