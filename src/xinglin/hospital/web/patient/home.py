"""The patient's home: the next thing to do first."""

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, Permission, Role
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.web.patient import journey
from xinglin.hospital.web.shared.page import Request, page

OWN_PAGES = Permission("web.patient_home", frozenset({Role.PATIENT}), T(zh="打开患者主页", en="Open a patient's home"))
PERMISSIONS = [OWN_PAGES]
RECENT = 5


def standings(actor: Actor, request: Request) -> list[journey.Standing]:
    """Every open matter of the patient and the patient's wards."""
    found: list[journey.Standing] = []
    visits = consultation.patient_visits(actor=actor, now=request.now)
    for line in visits:
        row = line.visit
        if row.state in journey.VISIT_WORDS:
            due = row.promised_by_at if row.first_reply_at is None else None
            found.append(journey.of_visit(row.id, row.state, line.patient, line.physician, line.unread, due))
    names = {line.visit.patient_id: line.patient for line in visits}
    for person_id in {who for who in (actor.person_id, *actor.wards) if who}:
        sheets = pharmacy.of_patient(actor=actor, patient_id=person_id)
        replaced = {sheet.row.replaces_id for sheet in sheets}
        for sheet in sheets:
            if sheet.row.id in replaced:
                continue
            standing = journey.of_prescription(
                sheet.row.id, sheet.row.state, names.get(person_id, ""), sheet.row.review_due_at
            )
            found.append(standing) if standing else None
    return journey.in_order(found)


@page(OWN_PAGES, methods=("GET", "HEAD"))
def home(request: Request) -> HttpResponse:
    """What waits for the patient, what was, and the way to a new visit."""
    actor = request.actor
    open_now = standings(actor, request)
    visits = consultation.patient_visits(actor=actor, now=request.now)
    done = [line for line in visits if line.visit.state not in journey.VISIT_WORDS]
    me = identity.person(actor=actor, person_id=actor.person_id) if actor.person_id else None
    context = {"me": me, "first": open_now[:1], "others": open_now[1:], "done": done[:RECENT]}
    template = "patient/home_body.html" if request.htmx else "patient/home.html"
    return render(request, template, context)
