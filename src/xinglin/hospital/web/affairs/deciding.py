"""What waits: promises, applications with the papers in view, guardianships, documents that no register covers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.decision_support import selectors as decision_support
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import AFFAIRS, DECIDE_APPLICATIONS, REVIEW_GUARDIANS, SEE_PAPERS
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.affairs.findings import to_answer
from xinglin.hospital.web.affairs.money import money_of
from xinglin.hospital.web.affairs.promises import promises_of
from xinglin.hospital.web.identity.physicians import department_name
from xinglin.hospital.web.shared.page import Request, page


@page(AFFAIRS, methods=("GET", "HEAD"))
def home(request: Request) -> HttpResponse:
    """The next thing to do: a patient without a reply before any paper; then all that waits, then what ends soon."""
    actor = request.actor
    applications = selectors.applications_waiting(actor=actor)
    context = {
        "applications": applications,
        "guardians": selectors.guardianships_waiting(actor=actor),
        "documents": selectors.documents_waiting(actor=actor),
        "endings": selectors.endings(actor=actor, at=request.now),
        "decided": selectors.applications_decided(actor=actor, limit=8),
        "oldest": applications[0] if applications else None,
        "money": money_of(actor, request.now),
        "to_answer": to_answer(actor, request.now),
        "likeness_waiting": len(selectors.likeness_reviews(actor=actor, at=request.now)),
        "alarms_standing": len(decision_support.alarms(actor=actor, standing_only=True)),
    }
    context |= promises_of(actor, request.now)
    return render(request, "affairs/home.html", context)


@page(DECIDE_APPLICATIONS)
def application(request: Request, application_id: UUID) -> HttpResponse:
    """One application, everything in view, and the decision."""
    context: dict[str, Any] = {"typed": request.POST.get("reason", "")}
    status = 200
    if request.method == "POST":
        try:
            services.decide_application(
                actor=request.actor,
                application_id=application_id,
                decision=request.POST.get("decision", ""),
                reason=request.POST.get("reason", ""),
                now=request.now,
            )
            messages.success(request, str(T(zh="已记录审核结论。", en="The decision is recorded.")))
            return redirect("affairs:home")
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = refusal
    found = selectors.application(actor=request.actor, application_id=application_id, at=request.now)
    context |= {"one": found, "department": department_name(found.card.department) if found.card.department else None}
    return render(request, "affairs/application.html", context, status=status)


@page(DECIDE_APPLICATIONS, methods=("POST",))
def check_applicant(request: Request, application_id: UUID) -> HttpResponse:
    """Ask the population register about the applicant."""
    found = selectors.application(actor=request.actor, application_id=application_id, at=request.now)
    services.verify_with_registry(actor=request.actor, person_id=found.person.id, now=request.now)
    return redirect("affairs:application", application_id)


@page(SEE_PAPERS, methods=("GET", "HEAD"))
def paper(request: Request, paper_id: UUID) -> HttpResponse:
    """A picture of a paper; the look is journaled."""
    content, media_type = selectors.credential_paper(actor=request.actor, paper_id=paper_id, now=request.now)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": "inline"})


@page(REVIEW_GUARDIANS)
def guardianship(request: Request, guardianship_id: UUID) -> HttpResponse:
    """One guardianship with its evidence, and the decision."""
    context: dict[str, Any] = {"typed": request.POST.get("reason", "")}
    status = 200
    if request.method == "POST":
        try:
            services.decide_guardianship(
                actor=request.actor,
                guardianship_id=guardianship_id,
                accept=request.POST.get("decision") == "accept",
                reason=request.POST.get("reason", ""),
                now=request.now,
            )
            return redirect("affairs:home")
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = refusal
    context["one"] = selectors.guardianship(actor=request.actor, guardianship_id=guardianship_id)
    return render(request, "affairs/guardianship.html", context, status=status)


@page(SEE_PAPERS)
def document(request: Request, person_id: UUID) -> HttpResponse:
    """A permit or passport with its photos, and whether it shows this person."""
    if request.method == "POST":
        services.review_document(
            actor=request.actor,
            person_id=person_id,
            matches=request.POST.get("decision") == "accept",
            reason=request.POST.get("reason", ""),
            now=request.now,
        )
        return redirect("affairs:home")
    waiting = selectors.documents_waiting(actor=request.actor)
    found = next((one for one in waiting if one.person.id == person_id), None)
    if found is None:
        raise NotFound
    return render(request, "affairs/document.html", {"one": found})
