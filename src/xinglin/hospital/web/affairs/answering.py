"""The provider answers a finding: one page for medical affairs and for the practitioner whom it concerns."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services
from xinglin.hospital.oversight.selectors import CaseCard
from xinglin.hospital.settlement import selectors as settlement
from xinglin.hospital.settlement.access import SEE_RECOVERIES
from xinglin.hospital.settlement.selectors import RecoveryCard
from xinglin.hospital.web.shared.page import Request

DEEDS = {"state_case": services.state_case, "appeal_decision": services.appeal_decision}
SAID = {
    "state_case": T(zh="说明已提交，稽核人员会核实。", en="Your statement is in; an auditor verifies it."),
    "appeal_decision": T(zh="申诉已提交，由监管人员裁定。", en="Your appeal is in; the regulator decides it."),
}


def answer_page(request: Request, verdict_id: UUID, address: str, home: str) -> HttpResponse:
    """The page of one finding for the provider, with the form of what may be said now, and saying it."""
    refusal: DomainError | None = None
    if request.method == "POST":
        verb, words = request.POST.get("do", ""), request.POST.get("words", "")
        try:
            if verb not in DEEDS:
                raise InvalidInput(field="do", reason=T(zh="请选择要做的事。", en="Choose what to do."))
            DEEDS[verb](actor=request.actor, verdict_id=verdict_id, words=words, now=request.now)
            messages.success(request, str(SAID[verb]))
            return redirect(address, verdict_id)
        except NotFound:
            raise
        except DomainError as wrong:
            refusal = wrong
    card = services.open_own_finding(actor=request.actor, verdict_id=verdict_id, now=request.now)
    context: dict[str, Any] = {
        "card": card,
        "home": home,
        "recoveries": _recoveries(request, card),
        "refusal": refusal,
        "typed": request.POST.get("words", ""),
        "late": card.due_at is not None and card.due_at <= request.now,
    }
    return render(request, "affairs/finding.html", context, status=refusal.status if refusal else 200)


def _recoveries(request: Request, card: CaseCard) -> list[RecoveryCard]:
    """What became of the money, for whoever answers for the house; a practitioner sees the decision alone."""
    if not SEE_RECOVERIES.held_by(request.actor):
        return []
    return settlement.recoveries_of(actor=request.actor, case_id=card.case_id)
