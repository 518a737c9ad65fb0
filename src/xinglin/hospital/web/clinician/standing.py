"""One's own findings and points: what follows from them, stating one's case, appealing."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.oversight import selectors
from xinglin.hospital.oversight.access import SPEAK
from xinglin.hospital.web.affairs.answering import answer_page
from xinglin.hospital.web.shared.page import Request, page


def standing_of(request: Request) -> dict[str, Any]:
    """One's points of this year, and the findings that wait for one's statement."""
    mine = own_cases(request)
    return {
        "standing": selectors.own_standing(actor=request.actor, at=request.now),
        "to_answer": [card for card in mine if card.state == "notified"],
    }


def own_cases(request: Request) -> list[selectors.CaseCard]:
    """The findings that concern oneself, the most urgent first."""
    found = selectors.cases_for_provider(actor=request.actor, now=request.now)
    return [card for card in found if card.practitioner_id == request.actor.practitioner_id]


@page(SPEAK, methods=("GET", "HEAD"))
def points(request: Request) -> HttpResponse:
    """The points of this year, what follows from them, and every finding of which one was told."""
    mine = own_cases(request)
    context = {
        "standing": selectors.own_standing(actor=request.actor, at=request.now),
        "waiting": [card for card in mine if card.next_verb],
        "rest": [card for card in mine if not card.next_verb],
        "now": request.now,
    }
    return render(request, "clinician/points.html", context)


@page(SPEAK)
def finding(request: Request, verdict_id: UUID) -> HttpResponse:
    """One finding that concerns oneself: state one's case, or appeal."""
    return answer_page(request, verdict_id, "clinician:own-finding", "clinician:points")
