"""The auditor's findings: the list with the next one first, one finding on one page, the decision."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.access import READ_FINDINGS, TAKE_STEP
from xinglin.hospital.settlement import selectors as settlement
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.auditor import filters, onepage, steps, words
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none
from xinglin.supervision.catalogue import RULES


@page(READ_FINDINGS, methods=("GET", "HEAD"))
def worklist(request: Request) -> HttpResponse:
    """The next finding to decide, first and biggest; then the list, narrowed by the form."""
    actor, form = request.actor, filters.read(request.GET, request.now)
    found = selectors.findings(actor=actor, filters=form.filters)
    with_findings = selectors.institutions_with_findings(actor=actor)
    places = {card.id: card.name for card in identity.institutions(at=request.now) if card.id in with_findings}
    counts = selectors.rule_counts(actor=actor, from_on=form.filters.from_on, until_on=form.filters.until_on)
    context = {
        "form": form,
        "next": selectors.next_finding(actor=actor, filters=form.filters),
        "late": selectors.overdue(actor=actor, now=request.now),
        "now": request.now,
        "found": found,
        "lines": [(row, places.get(row.institution_id, "")) for row in found.rows],
        "places": places,
        "pages": max(1, -(-found.total // filters.PER_PAGE)),
        "previous": form.address(page=form.page - 1) if form.page > 1 else "",
        "following": form.address(page=form.page + 1) if form.page * filters.PER_PAGE < found.total else "",
        "counts": sorted(counts, key=lambda count: -count.findings - count.undecided),
        "most": max((count.findings + count.undecided for count in counts), default=1),
        "rules": [(rule.id, T(zh=rule.title.zh, en=rule.title.en)) for rule in RULES],
        "certainties": words.CERTAINTIES,
        "states": words.STATES,
        "decisions": words.DECISIONS,
        "moments": words.MOMENTS,
        "outcomes": {code: words.OUTCOMES[code] for code in filters.TOLD},
    }
    return render(request, "auditor/worklist.html", context, status=422 if form.errors else 200)


@page(READ_FINDINGS, methods=("GET", "HEAD"))
def finding(request: Request, verdict_id: UUID) -> HttpResponse:
    """One finding; opening it is written into the journal."""
    return _finding_page(request, verdict_id)


@page(TAKE_STEP, methods=("POST",))
def step(request: Request, verdict_id: UUID, verb: str) -> HttpResponse:
    """Take the next step of due process; a refusal brings the page back with what was typed."""
    try:
        said = steps.take(request, verdict_id, verb)
    except NotFound:
        raise
    except DomainError as refusal:
        return _finding_page(request, verdict_id, refusal=refusal, status=refusal.status)
    messages.success(request, str(said))
    return redirect("auditor:finding", verdict_id)


def _finding_page(
    request: Request, verdict_id: UUID, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    detail = services.open_finding(actor=actor, verdict_id=verdict_id, now=request.now)
    patient, physician = selectors.related_findings(actor=actor, verdict_id=verdict_id)
    english = (translation.get_language() or "").startswith("en")
    happened, law = onepage.readable(detail.facts, english=english)
    reasons = {reason.code: T(zh=reason.name_zh, en=reason.name_en) for reason in terminology.override_reasons()}
    context = {
        "detail": detail,
        "row": detail.row,
        "place": _place(request, detail.row.institution_id),
        "physician": _physician(request, physician.subject_id),
        "subject_name": words.subject_name(detail.subject_type),
        "certainty": words.CERTAINTIES[detail.row.certainty_code],
        "tiles": onepage.tiles(detail),
        "columns": onepage.columns(detail),
        "agreement": onepage.agreement(detail),
        "drawing": onepage.drawing(detail),
        "happened": happened,
        "law": law,
        "heard": onepage.heard(detail.reasons, reasons),
        "others": ((T(zh="同一患者", en="Same patient"), patient), (T(zh="同一医师", en="Same physician"), physician)),
        "recoveries": settlement.recoveries_of(actor=actor, case_id=detail.case_id),
        **steps.context(actor, detail, request.now),
        "typed": request.POST,
        "sent": request.resolver_match.kwargs.get("verb", "") if request.resolver_match else "",
        "refusal": refusal,
        "wrong": refusal.field if refusal else "",
        "now": request.now,
        "tone": words.STATE_TONES.get(detail.row.state, ""),
    }
    return render(request, "auditor/finding.html", context, status=status)


def _place(request: Request, institution_id: UUID) -> T | None:
    try:
        return identity.institution(institution_id=institution_id, at=request.now).name
    except NotFound:
        return None


def _physician(request: Request, practitioner_id: str) -> Any:
    """The public profile behind the physician's id; None for an id that is none of ours."""
    known = uuid_or_none(practitioner_id)
    try:
        return identity.practitioner_profile(practitioner_id=known, at=request.now) if known else None
    except NotFound:
        return None
