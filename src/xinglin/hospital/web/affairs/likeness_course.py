"""The verification of a visit, and the visits of late in which a doubt was left, for medical affairs."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors
from xinglin.hospital.consultation.access import READ_LIVE_COURSE
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.web.auditor.likeness import context_of
from xinglin.hospital.web.shared.page import Request, page


def _share(permille: int | None) -> str:
    return "–" if permille is None else f"{permille / 10:.0f}%"


def _name(request: Request, physician_id: UUID) -> str:
    try:
        return identity.practitioner_profile(practitioner_id=physician_id, at=request.now).name
    except NotFound:
        return "–"


@page(READ_LIVE_COURSE, methods=("GET", "HEAD"))
def visits(request: Request) -> HttpResponse:
    """Live visits of the last thirty days of the actor's house, those with a doubt first."""
    rows = [
        {
            "visit_id": line.visit_id,
            "physician": _name(request, line.physician_id),
            "at": line.at,
            "seconds": line.seconds,
            "physician_share": _share(line.physician_permille),
            "patient_share": _share(line.patient_permille),
            "doubts": line.doubts,
            # No face enrolled, nothing compared: that is no clean bill.
            "compared": bool(line.physician_permille and line.patient_permille),
        }
        for line in selectors.live_visits(actor=request.actor, now=request.now)
    ]
    return render(request, "affairs/likeness_visits.html", {"rows": rows})


@page(READ_LIVE_COURSE, methods=("GET", "HEAD"))
def timeline(request: Request, visit_id: UUID) -> HttpResponse:
    """The timeline of a visit for medical affairs."""
    course = selectors.live_course(actor=request.actor, visit_id=visit_id, now=request.now)
    return render(request, "affairs/likeness_course.html", context_of(course))
