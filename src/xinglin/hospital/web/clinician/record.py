"""The record in the room: autosave, diagnoses, pictures, signature, addenda, reading an earlier one."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import READ_RECORD, WRITE_RECORD
from xinglin.hospital.consultation.services import RecordDraft
from xinglin.hospital.identity.errors import ConfirmationNeeded
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.clinician import room as rooms
from xinglin.hospital.web.clinician.talk import whole_number
from xinglin.hospital.web.clinician.views import confirm
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

RESULTS_MAX = 12


def _typed(request: Request) -> dict[str, Any]:
    """The record as the page sent it, with a diagnosis added, taken off or made the main one."""
    post = request.POST
    codes = [code for code in post.getlist("diagnoses") if code]
    if added := post.get("add"):
        codes = [*codes, added]
    if removed := post.get("remove"):
        codes = [code for code in codes if code != removed]
    if first := post.get("first"):
        codes = [first, *(code for code in codes if code != first)]
    values: dict[str, Any] = {name: post.get(name, "") for name, _, _ in rooms.PARTS}
    values["vitals"] = {code: post.get(code, "") for code in selectors.vitals()}
    values["diagnoses"] = list(dict.fromkeys(codes))
    values["version"] = whole_number(post.get("version"))
    return values


def _save(request: Request, visit_id: UUID, typed: dict[str, Any]) -> None:
    services.save_record(actor=request.actor, visit_id=visit_id, draft=RecordDraft(**typed), now=request.now)


@page(WRITE_RECORD, methods=("POST",))
def save(request: Request, visit_id: UUID) -> HttpResponse:
    """Keep the draft as one types. What is wrong is said at its field; the rest of the page is left alone."""
    typed = _typed(request)
    refusal: DomainError | None = None
    try:
        _save(request, visit_id, typed)
    except DomainError as error:
        if error.status == 404:
            raise
        refusal = error
    context = rooms.record_context(request, visit_id, refusal=refusal, typed=typed if refusal else None)
    changed = any(request.POST.get(name) for name in ("add", "remove", "first"))
    status = refusal.status if refusal else 200
    return render(request, "clinician/record_saved.html", context | {"changed": changed}, status=status)


@page(WRITE_RECORD, methods=("POST",))
def sign(request: Request, visit_id: UUID) -> HttpResponse:
    """Save what stands in the form, then sign it. Refusals come back with the form as typed."""
    typed = _typed(request)
    try:
        _save(request, visit_id, typed)
        typed["version"] += 1
        confirm(request)
        services.sign_record(
            actor=request.actor,
            visit_id=visit_id,
            version=typed["version"],
            answers=_answers(request),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        context = rooms.record_context(request, visit_id, refusal=refusal, typed=typed)
        proof = isinstance(refusal, ConfirmationNeeded) or refusal.code.startswith("identity.confirm")
        context |= {"visit": selectors.visit(actor=request.actor, id=visit_id), "confirm_signature": proof}
        return render(request, "clinician/record.html", context, status=refusal.status)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = request.path.removesuffix("record/sign")
    return response if request.htmx else redirect("clinician:room", visit_id=visit_id)


def _answers(request: Request) -> dict[str, tuple[str, str]]:
    """Rule → coded reason and words, for findings that ask one."""
    post = request.POST
    return {
        rule: (post[f"reason-{rule}"], post.get(f"text-{rule}", ""))
        for rule in post.getlist("asked")
        if post.get(f"reason-{rule}")
    }


@page(WRITE_RECORD, methods=("GET", "HEAD"))
def diagnoses(request: Request, visit_id: UUID) -> HttpResponse:
    """Diagnoses by Chinese, pinyin, English or code, as one types."""
    query = request.GET.get("q", "").strip()[:60]
    found = terminology.search_diagnoses(query, RESULTS_MAX) if query else []
    return render(request, "clinician/diagnoses_found.html", {"found": found, "query": query, "visit_id": visit_id})


@page(WRITE_RECORD, methods=("POST",))
def attach(request: Request, visit_id: UUID) -> HttpResponseBase:
    """Attach a picture: a new one, or one of the conversation; or take one off (`remove`)."""
    if remove := uuid_or_none(request.POST.get("remove", "")):
        services.detach_picture(actor=request.actor, visit_id=visit_id, picture_id=remove, now=request.now)
    else:
        upload = request.FILES.get("picture")
        services.attach_picture(
            actor=request.actor,
            visit_id=visit_id,
            raw=upload.read() if upload else b"",
            picture_id=uuid_or_none(request.POST.get("picture_id", "")),
            caption=request.POST.get("caption", ""),
            now=request.now,
        )
    if request.htmx:
        return render(request, "clinician/attachments.html", rooms.record_context(request, visit_id))
    return redirect("clinician:room", visit_id=visit_id)


@page(WRITE_RECORD, methods=("POST",))
def addendum(request: Request, visit_id: UUID) -> HttpResponseBase:
    """Add to a signed record, signed too."""
    text = request.POST.get("text", "")
    try:
        selectors.visit(actor=request.actor, id=visit_id)
        confirm(request)
        services.add_addendum(
            actor=request.actor,
            visit_id=visit_id,
            id=uuid_or_none(request.POST.get("id", "")) or new_id(),
            text=text,
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        context = rooms.record_context(request, visit_id, refusal=refusal)
        proof = isinstance(refusal, ConfirmationNeeded) or refusal.code.startswith("identity.confirm")
        context |= {"visit": selectors.visit(actor=request.actor, id=visit_id)}
        context |= {"confirm_signature": proof, "addendum_text": text}
        return render(request, "clinician/record.html", context, status=refusal.status)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = request.path.removesuffix("record/addenda")
    return response if request.htmx else redirect("clinician:room", visit_id=visit_id)


@page(READ_RECORD, methods=("GET", "HEAD"))
def read(request: Request, visit_id: UUID) -> HttpResponse:
    """A signed record to read: an earlier one of the patient, or one's own. The reading is written down."""
    view = selectors.record(actor=request.actor, visit_id=visit_id, now=request.now)
    return render(request, "clinician/record_read.html", {"view": view})
