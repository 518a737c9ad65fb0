"""What a machine cannot settle about who someone is: other ways asked for, doubtful faces, cards that differ."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import REVIEW_LIKENESS
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.shared.page import Request, page


@page(REVIEW_LIKENESS, methods=("GET", "HEAD"))
def directory(request: Request) -> HttpResponse:
    """Everything that waits, oldest first, then what was decided lately."""
    context = {
        "waiting": selectors.likeness_reviews(actor=request.actor, at=request.now),
        "decided": selectors.likeness_reviews_decided(actor=request.actor, limit=12),
    }
    return render(request, "affairs/likeness.html", context)


@page(REVIEW_LIKENESS)
def review(request: Request, review_id: UUID) -> HttpResponse:
    """One that waits: everything in view, and the decision."""
    context: dict[str, Any] = {"typed": request.POST, "ways": selectors.REVIEW_WAYS}
    status = 200
    if request.method == "POST":
        try:
            services.decide_alternative(
                actor=request.actor,
                review_id=review_id,
                accept=request.POST.get("decision") == "accept",
                way=request.POST.get("way", ""),
                reason=request.POST.get("reason", ""),
                now=request.now,
            )
            messages.success(
                request, str(T(zh="已记录，本人会看到理由。", en="Recorded; the person reads the reason."))
            )
            return redirect("affairs:likeness")
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = refusal
    context["one"] = selectors.likeness_review(actor=request.actor, review_id=review_id, now=request.now)
    return render(request, "affairs/likeness_review.html", context, status=status)


@page(REVIEW_LIKENESS, methods=("GET", "HEAD"))
def still(request: Request, picture_id: UUID) -> HttpResponse:
    """A still of an attempt; the look is journaled."""
    content = selectors.likeness_still(actor=request.actor, picture_id=picture_id, now=request.now)
    return HttpResponse(content, content_type="image/jpeg", headers={"Content-Disposition": "inline"})
