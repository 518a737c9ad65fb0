"""How signed diagnoses and the suggestions beside them agree, by department: for the quality of the tables."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.decision_support import selectors
from xinglin.hospital.decision_support.access import READ_AGREEMENT
from xinglin.hospital.web.shared.page import Request, page

LOOK_BACK_DAYS = 90


@page(READ_AGREEMENT, methods=("GET", "HEAD"))
def agreement(request: Request) -> HttpResponse:
    """Departments of the last days, most records first."""
    since = request.now - timedelta(days=LOOK_BACK_DAYS)
    rows = selectors.agreement(actor=request.actor, since=since, until=request.now + timedelta(seconds=1))
    return render(request, "affairs/agreement.html", {"rows": rows, "look_back_days": LOOK_BACK_DAYS})
