"""Choosing a physician, and the public profile, which is the credential record itself."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.consultation.access import REQUEST_VISIT
from xinglin.hospital.identity import selectors
from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.shared.page import Request, page

SHOWN = 60


def department_name(code: str) -> T:
    """A department's name; the code itself where the list does not hold it."""
    try:
        found = terminology.department(code)
    except DomainError:
        return T(zh=code, en=code)
    return T(zh=found.name_zh, en=found.name_en)


def fee_fen(title: str) -> int | None:
    """The online visit fee of a title, or None where none is set."""
    try:
        return terminology.visit_fee(title).price_fen
    except DomainError:
        return None


@page(EVERYONE, methods=("GET", "HEAD"))
def physicians(request: Request) -> HttpResponse:
    """Physicians on duty by department, language and name, sorted by wait."""
    asked = {key: request.GET.get(key, "").strip()[:40] for key in ("department", "language", "name", "order")}
    found = consultation.choices(
        department=asked["department"],
        language=asked["language"],
        name=asked["name"],
        order="name" if asked["order"] == "name" else "wait",
        now=request.now,
    )
    rows = [
        {
            "profile": one.profile,
            "wait": one.wait,
            "department": one.department,
            "years": one.profile.independent_years(civil_day(request.now)),
            "fee_fen": one.fee_fen,
        }
        for one in found[:SHOWN]
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "more": max(0, len(found) - SHOWN),
        "asked": asked,
        "departments": terminology.departments(online_only=True),
        "languages": selectors.SPOKEN,
    }
    template = "identity/parts/physician_list.html" if request.htmx else "identity/physicians.html"
    return render(request, template, context)


@page(EVERYONE, methods=("GET", "HEAD"))
def profile(request: Request, practitioner_id: UUID) -> HttpResponse:
    """The credential record as anyone may read it, and its standing at this moment."""
    found = selectors.practitioner_profile(practitioner_id=practitioner_id, at=request.now)
    place = selectors.institution(institution_id=found.institution_id, at=request.now)
    wait = consultation.estimate_wait(physician_id=found.id, now=request.now) if found.on_duty else None
    context = {
        "profile": found,
        "place": place,
        "wait": wait,
        "department": department_name(found.department) if found.department else None,
        "scope": [department_name(code) for code in found.scope],
        "years": found.independent_years(civil_day(request.now)),
        "fee_fen": fee_fen(found.title),
        "is_physician": found.kind == "physician",
        # A visitor is asked to sign in on the way; staff who are no patients are not led to a door that stays shut.
        "may_ask": not request.actor.roles or REQUEST_VISIT.held_by(request.actor),
    }
    return render(request, "identity/profile.html", context)
