"""Findings of which the institution was told: what has to be answered first, and the points of its people."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity.access import AFFAIRS
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.oversight import selectors
from xinglin.hospital.oversight.selectors import CaseCard
from xinglin.hospital.web.affairs.answering import answer_page
from xinglin.hospital.web.shared.page import Request, page


def to_answer(actor: Actor, now: datetime) -> list[CaseCard]:
    """The findings that wait for the institution's statement, the most urgent first."""
    return [card for card in selectors.cases_for_provider(actor=actor, now=now) if card.state == "notified"]


@page(AFFAIRS, methods=("GET", "HEAD"))
def directory(request: Request) -> HttpResponse:
    """Every finding of which the institution was told, and everybody with points this year."""
    cards = selectors.cases_for_provider(actor=request.actor, now=request.now)
    people = []
    for one in selectors.standings(actor=request.actor, at=request.now):
        try:
            profile = identity.practitioner_profile(practitioner_id=one.practitioner_id, at=request.now)
        except NotFound:
            profile = None
        people.append((one, profile))
    waiting = [card for card in cards if card.next_verb]
    context = {
        "first": waiting[0] if waiting else None,
        "waiting": waiting,
        "rest": [card for card in cards if not card.next_verb],
        "people": people,
        "now": request.now,
    }
    return render(request, "affairs/findings.html", context)


@page(AFFAIRS)
def finding(request: Request, verdict_id: UUID) -> HttpResponse:
    """One finding: state the institution's case, or appeal."""
    return answer_page(request, verdict_id, "affairs:finding", "affairs:findings")
