"""What the physician and the check of medicines must know: the patient tells it in plain words, before the visit."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.consultation.access import FOLLOW_OWN_VISIT
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.web.clinician.facts import facts_context, tell
from xinglin.hospital.web.patient.whose import person_of
from xinglin.hospital.web.shared.page import Request, page


@page(FOLLOW_OWN_VISIT)
def facts(request: Request) -> HttpResponseBase:
    """Allergies, medicines taken, pregnancy, measurements: what is known, and what nobody has asked yet."""
    person_id = person_of(request)
    if request.method != "POST":
        return _facts(request, person_id)
    try:
        tell(request, person_id, None)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _facts(request, person_id, refusal)
    back = f"/me/facts/?person={person_id}" if person_id != request.actor.person_id else "/me/facts/"
    return redirect(f"{back}#{request.POST.get('part', '')[:20]}")


def _facts(request: Request, person_id: UUID, refusal: DomainError | None = None) -> HttpResponse:
    context = facts_context(request, person_id, None, refusal)
    context["wards"] = [identity.person(actor=request.actor, person_id=ward) for ward in request.actor.wards]
    context["person_id"] = person_id
    return render(request, "patient/facts.html", context, status=refusal.status if refusal else 200)
