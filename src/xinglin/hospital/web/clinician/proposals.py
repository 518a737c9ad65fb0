"""What a language model proposes, where one is configured: shown beside the possible diagnoses, answered by clicks."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.decision_support.access import CORRECT_FINDING, DIAGNOSE
from xinglin.hospital.decision_support.selectors import Proposals
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

LIVE = ("waiting", "in_progress", "referred")
READ_AS = {
    "absent": T(zh="本系统读作“没有”", en="read here as absent"),
    "unsure": T(zh="本系统读作“不确定”", en="read here as not sure"),
}
AGAIN = T(zh="可以再请它看一次。", en="It may be asked again.")
OUTCOMES = {
    "answered": T(zh="没有可显示的新建议。", en="It proposed nothing new that can be shown."),
    "off": T(zh="语言模型已停用，没有发送任何内容。", en="The language model was switched off; nothing was sent."),
    "leak": T(zh="文字里可能还有个人身份信息，没有发送。", en="The text may still name somebody; nothing was sent."),
    "down": T(zh="没有连上语言模型。", en="The language model was not reached."),
    "silent": T(zh="语言模型没有及时回答。", en="The language model did not answer in time."),
    "busy": T(zh="语言模型正忙。", en="The language model is busy."),
    "refused": T(zh="语言模型没有接受请求，请告知运维人员。", en="The language model refused; tell the operator."),
    "resting": T(
        zh="语言模型多次失败，暂停使用片刻。", en="The language model failed several times and rests for now."
    ),
    "lost": T(zh="请求没有完成。", en="The request was not completed."),
}
UNUSABLE = T(zh="语言模型的回答不合要求，已丢弃。", en="The answer was not of the agreed form and was dropped.")


@page(DIAGNOSE, methods=("GET", "HEAD", "POST"))
def proposals(request: Request, visit_id: UUID) -> HttpResponse:
    """GET: what was proposed, as it stands. POST: ask the language model; the answer comes later, by itself."""
    if request.method == "POST":
        services.ask_language_model(actor=request.actor, visit_id=visit_id, now=request.now)
    return _shown(request, visit_id)


@page(CORRECT_FINDING, methods=("POST",))
def answer(request: Request, visit_id: UUID) -> HttpResponse:
    """Confirm or decline (`answer`) one proposal (`proposal`)."""
    proposal_id = uuid_or_none(request.POST.get("proposal", ""))
    verbs = {"confirm": services.confirm_proposal, "decline": services.decline_proposal}
    verb = verbs.get(request.POST.get("answer", ""))
    selectors.visit(actor=request.actor, id=visit_id)
    if verb is None:
        raise InvalidInput(field="answer", reason=T(zh="请选择确认或不采纳。", en="Choose confirm or decline."))
    if proposal_id is None:
        raise NotFound
    verb(actor=request.actor, visit_id=visit_id, proposal_id=proposal_id, now=request.now)
    response = _shown(request, visit_id)
    response.headers["HX-Trigger"] = "facts-changed"  # the possible diagnoses are judged anew
    return response


def _shown(request: Request, visit_id: UUID) -> HttpResponse:
    visit = selectors.visit(actor=request.actor, id=visit_id)
    held = selectors.proposals_of(actor=request.actor, visit_id=visit_id, now=request.now)
    context: dict[str, Any] = {
        "visit_id": visit_id,
        "held": held,
        "editable": visit.state in LIVE,
        "findings": [(one, READ_AS.get(one.read_as)) for one in held.open if one.kind == "finding"],
        "considers": [one for one in held.open if one.kind == "condition"],
        "outcome": _outcome(held),
        "again": AGAIN if held.asks_left and held.outcome not in {"off", "refused"} else None,
    }
    return render(request, "clinician/proposals.html", context)


def _outcome(held: Proposals) -> T | None:
    """What became of the last request, unless that can be seen by what it proposed."""
    seen = held.open or any(one.at == held.answered_at for one in held.answered)
    if held.waiting or not held.outcome or (held.outcome == "answered" and seen):
        return None
    return OUTCOMES.get(held.outcome, UNUSABLE)
