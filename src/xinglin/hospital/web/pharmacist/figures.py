"""Figures of the review desk: one's own; for the head of the pharmacy all desks, and the findings nobody heeds."""

from datetime import datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.pharmacy import selectors
from xinglin.hospital.pharmacy.access import DESK_FIGURES
from xinglin.hospital.web.shared.page import Request, page

PERIODS = (1, 7, 30, 90)
USUAL = 30


@page(DESK_FIGURES, methods=("GET", "HEAD"))
def figures(request: Request) -> HttpResponse:
    """Own figures of the last days; the house's below, for those who may see them."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdigit() and int(asked) in PERIODS else USUAL
    first = civil_day(request.now) - timedelta(days=days - 1)
    since = datetime.combine(first, time(), tzinfo=SHANGHAI)
    until = request.now + timedelta(seconds=1)
    actor = request.actor
    context = {"days": days, "periods": PERIODS, "first": first}
    if actor.has(Role.PHARMACIST):
        context["own"] = selectors.own_desk(actor=actor, since=since, until=until)
    if selectors.is_head(actor, request.now):
        context["desks"] = selectors.all_desks(actor=actor, since=since, until=until, now=request.now)
        context["overrides"] = selectors.overrides(actor=actor, since=since, until=until, now=request.now)
    return render(request, "pharmacist/figures.html", context)
