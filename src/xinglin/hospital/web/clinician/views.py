"""The physician's home, the room, and the deeds of a visit."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import SEE_PATIENTS
from xinglin.hospital.consultation.errors import ConfirmAgain
from xinglin.hospital.decision_support import selectors as decision_support
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity import services as identity_services
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.clinician import room as rooms
from xinglin.hospital.web.clinician.standing import standing_of
from xinglin.hospital.web.shared.page import Request, page

LETTER = T(
    zh="原因：\n建议就诊科室和时间：\n到达前注意：",
    en="Reason:\nWhere to go and how soon:\nUntil then:",
)


def listen(request: Request, *topics: str) -> None:
    """Name the live topics of this page."""
    request.topics = list(topics)  # type: ignore[attr-defined]


# HOME


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def home(request: Request) -> HttpResponse:
    """The queue with the next patient first, then today's visits."""
    listen(request, f"physician:{request.actor.practitioner_id}")
    return render(request, "clinician/home.html", _queue(request) | standing_of(request))


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def queue(request: Request) -> HttpResponse:
    """The queue alone, fetched again when it changes."""
    return render(request, "clinician/queue.html", _queue(request))


def _queue(request: Request) -> dict[str, Any]:
    alarms = decision_support.alarms(actor=request.actor, standing_only=True)
    return {
        "queue": selectors.queue(actor=request.actor, now=request.now),
        "dangers": {row.subject_id for row in alarms},
        "profile": identity.own_profile(actor=request.actor, at=request.now),
    }


@page(SEE_PATIENTS, methods=("POST",))
def duty(request: Request) -> HttpResponse:
    """Go on or off duty."""
    on_duty = request.POST.get("on") == "1"
    identity_services.set_on_duty(actor=request.actor, on_duty=on_duty, now=request.now)
    return redirect("clinician:home")


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def visits(request: Request) -> HttpResponse:
    """All visits of the physician, newest first."""
    lines = selectors.visits_of_physician(actor=request.actor, now=request.now)
    return render(request, "clinician/visits.html", {"lines": lines})


# THE ROOM


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def room(request: Request, visit_id: UUID) -> HttpResponse:
    """Patient and conversation, record and prescription, advice."""
    return _room(request, visit_id)


def _room(request: Request, visit_id: UUID, status: int = 200, **more: Any) -> HttpResponse:
    context = rooms.room_context(request, visit_id) | {"letter": str(LETTER), "letter_error": None} | more
    listen(request, f"visit:{visit_id}", f"live:{visit_id}", f"physician:{request.actor.practitioner_id}")
    return render(request, "clinician/room.html", context, status=status)


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def state(request: Request, visit_id: UUID) -> HttpResponse:
    """The patient's card with papers, promise and the next deed, fetched again when the visit moves."""
    background = selectors.background(actor=request.actor, visit_id=visit_id, now=request.now)
    context = rooms.state_context(request, background)
    response = render(request, "clinician/state.html", context)
    if request.GET.get("state") not in {None, "", background.visit.state}:
        response.headers["HX-Refresh"] = "true"  # the room has other parts in another state
    return response


@page(SEE_PATIENTS, methods=("GET", "HEAD"))
def advice(request: Request, visit_id: UUID) -> HttpResponse:
    """What supervision says of the visit as it stands."""
    asks = services.preview_visit(actor=request.actor, visit_id=visit_id, now=request.now)
    return render(request, "clinician/advice.html", {"asks": asks, "visit_id": visit_id})


def _do(request: Request, visit_id: UUID, deed: Callable[[], object], **more: Any) -> HttpResponse:
    """Do a deed and come back to the room; a refusal stands in the room, with what it needs."""
    try:
        deed()
    except ConfirmAgain as refusal:
        return _room(request, visit_id, refusal.status, confirm=refusal)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        asked = "confirm" if refusal.code.startswith("identity.confirm") else "deed_refusal"
        return _room(request, visit_id, refusal.status, **{asked: refusal}, **more)
    return redirect("clinician:room", visit_id=visit_id)


@page(SEE_PATIENTS, methods=("POST",))
def start(request: Request, visit_id: UUID) -> HttpResponseBase:
    """Open the visit; with a code or password, identity is confirmed first."""

    def deed() -> None:
        selectors.visit(actor=request.actor, id=visit_id)
        confirm(request)
        services.start_visit(actor=request.actor, visit_id=visit_id, now=request.now)

    return _do(request, visit_id, deed)


def confirm(request: Request) -> None:
    """Confirm identity again when the form carries a code or a password."""
    password, code = request.POST.get("password", ""), request.POST.get("code", "").strip()
    if password or code:
        session = request.session.session_key or ""
        identity_services.confirm_again(
            actor=request.actor, now=request.now, password=password, code=code, session=session
        )


@page(SEE_PATIENTS, methods=("POST",))
def judge_evidence(request: Request, visit_id: UUID, evidence_id: UUID) -> HttpResponseBase:
    """Accept a paper, or refuse it with a reason."""

    def deed() -> None:
        if request.POST.get("judgement") == "accepted":
            services.accept_evidence(actor=request.actor, evidence_id=evidence_id, now=request.now)
        else:
            reason = request.POST.get("reason", "")
            services.refuse_evidence(actor=request.actor, evidence_id=evidence_id, reason=reason, now=request.now)

    return _do(request, visit_id, deed)


@page(SEE_PATIENTS, methods=("POST",))
def refer(request: Request, visit_id: UUID) -> HttpResponseBase:
    """Send the patient to a physical institution with a letter."""
    letter = request.POST.get("letter", "")

    def deed() -> None:
        services.refer_offline(actor=request.actor, visit_id=visit_id, letter=letter, now=request.now)

    return _do(request, visit_id, deed, letter=letter, refer_open=True)


@page(SEE_PATIENTS, methods=("POST",))
def end(request: Request, visit_id: UUID) -> HttpResponseBase:
    """End the visit; the next patient is on the home page."""

    def deed() -> None:
        services.end_visit(actor=request.actor, visit_id=visit_id, now=request.now)
        messages.success(request, str(T(zh="问诊已结束。", en="The visit is over.")))

    response = _do(request, visit_id, deed)
    return redirect("clinician:home") if response.status_code == 302 else response
