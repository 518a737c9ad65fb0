"""Limits that are changed here: the proposal on a trial's page, its steps and its history on the rule's page."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services as verbs
from xinglin.hospital.oversight.access import APPROVE_LIMIT, SWITCH_RULE
from xinglin.hospital.regulator import selectors, services
from xinglin.hospital.web.auditor.rulebook import rule_page
from xinglin.hospital.web.auditor.trying import known, trial_page
from xinglin.hospital.web.shared.page import Request, page

SAYS = {
    "proposed": T(zh="已提议。下一步：试运行，再由另一人批准。", en="Proposed. Next: shadow, then another person."),
    "shadow": T(zh="已转入试运行：只计数，不提示任何人。", en="It runs in shadow: counted, and shown to nobody."),
    "approve": T(zh="已批准，自所定日期起执行。", en="Approved: it holds from its day on."),
    "withdraw": T(zh="已不予采用。", en="Given up."),
}


@page(SWITCH_RULE, methods=("POST",))
def propose(request: Request, trial_id: UUID) -> HttpResponse:
    """Propose one limit of a trial; a refusal brings the page back with what was typed."""
    given = request.POST
    try:
        card = selectors.trial(actor=request.actor, trial_id=trial_id)
        services.propose_tried(
            actor=request.actor,
            trial_id=trial_id,
            limit=given.get("limit", ""),
            territory=given.get("limit_territory", "").strip(),
            from_on=_day(given.get("limit_from_on", "")),
            basis=given.get("basis", ""),
            reason=given.get("limit_reason", ""),
            now=request.now,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return trial_page(request, trial_id, limit_refusal=refusal)
    messages.success(request, str(SAYS["proposed"]))
    return redirect("auditor:rule", card.rule)


@page(APPROVE_LIMIT, methods=("POST",))
def step(request: Request, rule_id: str, change_id: UUID, verb: str) -> HttpResponse:
    """Run a proposal in shadow, approve it, or give it up."""
    rule, given, actor, now = known(rule_id), request.POST, request.actor, request.now
    words = given.get("words", "")
    try:
        if verb == "shadow":
            verbs.shadow_limit(actor=actor, change_id=change_id, now=now)
        elif verb == "approve":
            later = _day(given["from_on"]) if given.get("from_on") else None
            verbs.approve_limit(actor=actor, change_id=change_id, words=words, from_on=later, now=now)
        elif verb == "withdraw":
            verbs.withdraw_limit(actor=actor, change_id=change_id, words=words, now=now)
        else:
            raise NotFound
    except NotFound:
        raise
    except DomainError as refusal:
        return rule_page(request, rule.id, limit_refusal=refusal, about=change_id)
    messages.success(request, str(SAYS[verb]))
    return redirect("auditor:rule", rule.id)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        says = T(zh="请填写日期，例如 2026-04-01。", en="Write a day like 2026-04-01.")
        raise InvalidInput(field="from_on", reason=says) from None
