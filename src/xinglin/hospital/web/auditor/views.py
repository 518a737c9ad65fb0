"""The auditor's findings: the list with the next one first, one finding on one page, the decision."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.access import MARK_FINDING, READ_FINDINGS
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.auditor import filters, onepage, words
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none
from xinglin.supervision.catalogue import RULES


@page(READ_FINDINGS, methods=("GET", "HEAD"))
def worklist(request: Request) -> HttpResponse:
    """The next finding to decide, first and biggest; then the list, narrowed by the form."""
    actor, form = request.actor, filters.read(request.GET)
    found = selectors.findings(actor=actor, filters=form.filters)
    with_findings = selectors.institutions_with_findings(actor=actor)
    places = {card.id: card.name for card in identity.institutions(at=request.now) if card.id in with_findings}
    counts = selectors.rule_counts(actor=actor, from_on=form.filters.from_on, until_on=form.filters.until_on)
    context = {
        "form": form,
        "next": selectors.next_finding(actor=actor, filters=form.filters),
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
        "moments": words.MOMENTS,
        "outcomes": {code: words.OUTCOMES[code] for code in filters.TOLD},
        "tones": words.STATE_TONES,
    }
    return render(request, "auditor/worklist.html", context, status=422 if form.errors else 200)


@page(READ_FINDINGS, methods=("GET", "HEAD"))
def finding(request: Request, verdict_id: UUID) -> HttpResponse:
    """One finding; opening it is written into the journal."""
    return _finding_page(request, verdict_id)


@page(MARK_FINDING, methods=("POST",))
def decide(request: Request, verdict_id: UUID) -> HttpResponse:
    """Say whether it holds; a wrong field brings the page back with what was typed."""
    state, note = request.POST.get("state", ""), request.POST.get("note", "")
    try:
        services.mark_finding(actor=request.actor, verdict_id=verdict_id, state=state, note=note, now=request.now)
    except InvalidInput as wrong:
        typed = {"state": state, "note": note, "wrong": wrong.field, "says": wrong.sentence}
        return _finding_page(request, verdict_id, typed=typed, status=422)
    messages.success(request, str(T(zh="认定已记录。下面是下一条。", en="Decision recorded. Here is the next one.")))
    return redirect("auditor:worklist")


def _finding_page(
    request: Request, verdict_id: UUID, typed: dict[str, Any] | None = None, status: int = 200
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
        "may_decide": MARK_FINDING.held_by(actor),
        "typed": typed or {"state": "", "note": ""},
        "tones": words.STATE_TONES,
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
