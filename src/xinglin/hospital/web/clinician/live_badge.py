"""The badges of a live visit: a fragment that both pages fetch whenever something was seen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from xinglin.hospital.consultation import selectors
from xinglin.hospital.consultation.access import TALK_LIVE
from xinglin.hospital.consultation.selectors import Badge
from xinglin.hospital.web.shared.page import Request, page

TONES = {"ok": "ok", "alarm": "hold", "unsure": "hold", "unknown": ""}
"""Red is danger to a patient and nothing else: another face is a doubt about identity."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One badge with its ages, in milliseconds when the page was made; empty for never."""

    badge: Badge
    tone: str
    verified_ms: str
    heard_ms: str


def _age(at: datetime | None, now: datetime) -> str:
    return "" if at is None else str(max(0, round((now - at).total_seconds() * 1000)))


@page(TALK_LIVE, methods=("GET", "HEAD"))
def badges(request: Request, visit_id: UUID) -> HttpResponse:
    """How both sides stand now, and whether a face check is asked for."""
    found = selectors.live_badges(actor=request.actor, visit_id=visit_id, now=request.now)
    patient = request.path.startswith("/me/")
    own = "patient" if patient else "physician"
    left = None if found.asked_until is None else max(0, round((found.asked_until - request.now).total_seconds()))
    context = {
        "found": found,
        "marks": [
            Mark(one, TONES[one.level], _age(one.verified_at, request.now), _age(one.heard_at, request.now))
            for one in found.badges
        ],
        "mine": found.asked == own,
        "left": left,
        "check": _check_address(request.path, visit_id),
    }
    response = render(request, "shared/live_badges.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _check_address(path: str, visit_id: UUID) -> str:
    """Where a face check is made. It opens in another window, so that the call goes on beside it."""
    back = f"/me/visits/{visit_id}/" if path.startswith("/me/") else f"/clinic/visits/{visit_id}/"
    try:
        address = reverse("identity:check", kwargs={"purpose": "live"})
    except NoReverseMatch:
        return back
    return f"{address}?{urlencode({'next': back})}"
