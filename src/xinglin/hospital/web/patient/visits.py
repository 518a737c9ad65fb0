"""A patient's visits: the list, the waiting room, the conversation, the record."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import FOLLOW_OWN_VISIT, REQUEST_VISIT
from xinglin.hospital.consultation.selectors import VisitState
from xinglin.hospital.decision_support import selectors as decision_support
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.clinician import alarms
from xinglin.hospital.web.clinician.live import live_context
from xinglin.hospital.web.patient import visits_form as forms
from xinglin.hospital.web.shared.page import Request, page

STEPS = (
    T(zh="复诊依据", en="Papers"),
    T(zh="候诊", en="Waiting"),
    T(zh="问诊", en="Talk"),
    T(zh="病历", en="Record"),
)
REACHED = {VisitState.REQUESTED: 0, VisitState.WAITING: 1, VisitState.IN_PROGRESS: 2, VisitState.ENDED: 3}
DANGER = frozenset({"call_120", "hospital_now", "danger_words"})


def listen(request: Request, *topics: str) -> None:
    """Name the live topics of this page."""
    request.topics = list(topics)  # type: ignore[attr-defined]


@page(FOLLOW_OWN_VISIT, methods=("GET", "HEAD"))
def index(request: Request) -> HttpResponse:
    """The visits of the patient and of the patient's wards, open ones first."""
    lines = selectors.patient_visits(actor=request.actor, now=request.now)
    going_on = [line for line in lines if line.visit.state in REACHED and line.visit.state != VisitState.ENDED]
    context = {"going_on": going_on, "past": [line for line in lines if line not in going_on]}
    return render(request, "patient/visits.html", context)


@page(FOLLOW_OWN_VISIT, methods=("GET", "HEAD"))
def visit(request: Request, visit_id: UUID) -> HttpResponse:
    """Where the visit stands, and the conversation."""
    return _visit(request, visit_id)


def _visit(request: Request, visit_id: UUID, status: int = 200, **more: Any) -> HttpResponse:
    row = selectors.visit(actor=request.actor, id=visit_id)
    listen(request, f"visit:{visit_id}", f"live:{visit_id}", f"wait:{row.physician_id}")
    context = status_context(request, visit_id) | danger_context(request, visit_id) | more
    if row.closing_code in DANGER:
        return render(request, "patient/visit_danger.html", context, status=status)
    talk = selectors.read_conversation(actor=request.actor, visit_id=visit_id, now=request.now)
    base = f"/me/visits/{visit_id}/"
    context |= {"talk": talk, "base": base, "pictures": "/me/visits/pictures/"} | live_context(request, visit_id, base)
    return render(request, "patient/visit.html", context, status=status)


def danger_context(request: Request, visit_id: UUID) -> dict[str, Any]:
    """Alarms of the visit that stand, or that ended it in a referral; what to do, the words that were understood."""
    rows = decision_support.alarms(actor=request.actor, subject_id=visit_id)
    kept = [row for row in rows if row.state in {"raised", "escalated", "referred"} or row.level == "emergency"]
    told = [alarms.shown(row) for row in kept if row.state != "stood_down"]
    return {
        "emergencies": [one for one in told if one.row.level == "emergency"],
        "urgent": [one for one in told if one.row.level == "urgent" and one.row.state != "referred"],
        "visit_id": visit_id,
    }


@page(FOLLOW_OWN_VISIT, methods=("GET", "HEAD"))
def danger(request: Request, visit_id: UUID) -> HttpResponse:
    """The block of danger alone, fetched again when an alarm rings or is answered."""
    row = selectors.visit(actor=request.actor, id=visit_id)
    return render(request, "patient/danger.html", danger_context(request, visit_id) | {"visit": row})


def status_context(request: Request, visit_id: UUID) -> dict[str, Any]:
    """What the card above the conversation says."""
    row = selectors.visit(actor=request.actor, id=visit_id)
    state = VisitState(row.state)
    papers = selectors.papers(row)
    names = terminology.diagnoses([paper.diagnosis_code for paper in papers])
    reached = REACHED.get(state)
    return {
        "visit": row,
        "visit_id": visit_id,
        "state": state,
        "open": state in {VisitState.REQUESTED, VisitState.WAITING, VisitState.IN_PROGRESS},
        "before_start": state in {VisitState.REQUESTED, VisitState.WAITING},
        "choice": selectors.choice(physician_id=row.physician_id, now=request.now),
        "wait": selectors.wait_of(row, request.now),
        "steps": [
            (name, "done" if reached is not None and n < reached else "now" if n == reached else "ahead")
            for n, name in enumerate(STEPS)
        ],
        "papers": [
            {
                "row": paper,
                "judgement": selectors.Judgement(paper.judgement).label,
                "kind": selectors.EvidenceKind(paper.kind).label,
                "diagnosis": names.get(paper.diagnosis_code),
            }
            for paper in papers
        ],
        "wants_paper": state == VisitState.REQUESTED and all(paper.judgement == "refused" for paper in papers),
        "record_signed": selectors.has_signed_record(row),
        "kinds": forms.KINDS,
        "errors": {},
        "typed": {},
    }


@page(FOLLOW_OWN_VISIT, methods=("GET", "HEAD"))
def status(request: Request, visit_id: UUID) -> HttpResponse:
    """The card above the conversation, fetched again when the visit moves."""
    context = status_context(request, visit_id)
    response = render(request, "patient/visit_status.html", context)
    if request.GET.get("state") not in {None, "", context["state"].value}:
        response.headers["HX-Refresh"] = "true"  # the composer below depends on the state
    return response


@page(REQUEST_VISIT, methods=("POST",))
def cancel(request: Request, visit_id: UUID) -> HttpResponseBase:
    """Give the visit up before it begins."""
    try:
        reason = request.POST.get("reason", "")
        services.cancel_visit(actor=request.actor, visit_id=visit_id, reason=reason, now=request.now)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _visit(request, visit_id, refusal.status, refusal=refusal)
    done = T(zh="已取消，费用会原路退回。", en="Cancelled. The fee goes back the way it came.")
    messages.success(request, str(done))
    return redirect("patient:visit", visit_id=visit_id)


@page(REQUEST_VISIT, methods=("POST",))
def evidence(request: Request, visit_id: UUID) -> HttpResponseBase:
    """Offer another paper."""
    try:
        for offer in forms.offers(request):
            services.offer_evidence(actor=request.actor, visit_id=visit_id, offer=offer, now=request.now)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        errors = forms.errors_of(refusal)
        more = {"refusal": None if errors else refusal, "errors": errors, "typed": request.POST}
        return _visit(request, visit_id, refusal.status, **more)
    return redirect("patient:visit", visit_id=visit_id)


@page(FOLLOW_OWN_VISIT, methods=("GET", "HEAD"))
def record(request: Request, visit_id: UUID) -> HttpResponse:
    """The patient's own record, with its signature. The reading is written down."""
    view = selectors.record(actor=request.actor, visit_id=visit_id, now=request.now)
    choice = selectors.choice(physician_id=view.visit.physician_id, now=request.now)
    return render(request, "patient/visit_record.html", {"view": view, "choice": choice})
