"""The prescription panel of the consultation room, and the physician's own list of prescriptions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity.errors import ConfirmationNeeded
from xinglin.hospital.kernel.errors import DomainError, InvalidForm
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.access import WRITE_PRESCRIPTION
from xinglin.hospital.pharmacy.selectors import (
    ASK_TWICE,
    CardView,
    Sheet,
    cancel_reasons,
    days_allowed,
    directions_of,
    draft_of,
    medicine_view,
    redraft,
)
from xinglin.hospital.pharmacy.services import Draft, Previewed
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.clinician import prescription_form as forms
from xinglin.hospital.web.clinician.prescription_form import LineForm, PanelForm
from xinglin.hospital.web.clinician.views import confirm
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

RESULTS_MAX = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A reminder beside what it concerns, with the answer chosen so far."""

    ask: Any
    key: str
    tier: str
    word: T
    reason_code: str
    reason_text: str

    @property
    def wants_reason(self) -> bool:
        """Whether a coded reason is one way out."""
        return bool(self.ask.consequence == "needs_reason")

    @property
    def twice(self) -> bool:
        """Whether the reason is a second signature."""
        return self.ask.rule_id in ASK_TWICE


@dataclass(frozen=True, slots=True)
class Row:
    """A line on the screen: what was typed, what follows, what is wrong, what the rules say."""

    form: LineForm
    priced: Any
    errors: dict[str, T]
    cards: list[Card]
    medicine: list[CardView]


STOPPING = frozenset({"block", "deny", "hold"})
TIERS = {
    "block": ("D", T(zh="不可", en="Not possible")),
    "deny": ("D", T(zh="不可", en="Not possible")),
    "hold": ("D", T(zh="暂停", en="On hold")),
    "needs_reason": ("D", T(zh="改或说明", en="Change or explain")),
    "flag": ("C", T(zh="留意", en="Note")),
    "remind": ("C", T(zh="提醒", en="Reminder")),
}
STILL_THERE = T(
    zh="已办理，但这条提示仍然成立：请改处方，或注明理由接受。",
    en="It is done, but this still holds: change the prescription, or accept it with a reason.",
)
"""Shown where a remedy (a test, a medicine on hold) left the finding as it was."""


# BUILDING THE PAGE


def _card(ask: Any, panel: PanelForm) -> Card:
    key = services.ask_key(ask)
    tier, word = TIERS.get(ask.consequence, TIERS["remind"])
    code, text = panel.answers.get(key, ("", ""))
    return Card(ask, key, tier, word, code, text)


def _context(request: Request, visit_id: UUID, panel: PanelForm, **more: Any) -> dict[str, Any]:
    """Everything the panel shows. A checker that is down is shown as such, never passed over."""
    seen: Previewed | None = None
    refusal: DomainError | None = more.pop("refusal", None)
    try:
        seen = services.preview(actor=request.actor, draft=panel.draft, now=request.now)
    except DomainError as error:
        refusal = refusal or error
    medicine = medicine_view(seen.lines if seen else (), seen.advised if seen else None)
    rows = [
        Row(
            form,
            seen.lines[position - 1] if seen else None,
            forms.line_errors(form, position, seen, panel),
            [_card(ask, panel) for ask in seen.asks_of(form.id)] if seen else [],
            medicine.of_line.get(str(form.id), []),
        )
        for position, form in enumerate(panel.lines, start=1)
    ]
    general = [_card(ask, panel) for ask in seen.general] if seen else []
    cards = general + [card for row in rows for card in row.cards]
    return {
        "visit_id": visit_id,
        "panel": panel,
        "rows": rows,
        "general": general,
        "seen": seen,
        "refusal": refusal,
        "medicine": medicine,
        "open_count": medicine.loud + sum(1 for card in cards if card.wants_reason and not card.reason_code),
        "blocked": bool(medicine.stuck) or any(card.ask.consequence in STOPPING for card in cards),
        "reasons": terminology.override_reasons(),
        "medicine_reasons": terminology.override_reasons("medicine"),
        "days": days_allowed(actor=request.actor, at=request.now),
        "total_text": yuan(seen.total_fen) if seen else "–",
        "confirm": more.pop("confirm", None),
        "added": more.pop("added", None),
        "done": more.pop("done", None),
        **more,
    }


def _panel(request: Request, visit_id: UUID, panel: PanelForm, status: int = 200, **more: Any) -> HttpResponse:
    context = _context(request, visit_id, panel, **more)
    return render(request, "clinician/prescription_panel.html", context, status=status)


def _stored(request: Request, visit_id: UUID) -> PanelForm:
    draft = draft_of(actor=request.actor, visit_id=visit_id)
    return forms.of_draft(draft or Draft(id=new_id(), visit_id=visit_id))


def _keep(request: Request, panel: PanelForm) -> None:
    services.save_draft(actor=request.actor, draft=panel.draft, now=request.now)


# THE PANEL


@page(WRITE_PRESCRIPTION, methods=("GET", "HEAD"))
def panel(request: Request, visit_id: UUID) -> HttpResponse:
    """The whole prescription part of the room: what was signed in this visit, and the draft."""
    sheets = pharmacy.of_visit(actor=request.actor, visit_id=visit_id)
    context = _context(request, visit_id, _stored(request, visit_id))
    return render(request, "clinician/prescription.html", context | _status(sheets))


def _status(sheets: list[Sheet]) -> dict[str, Any]:
    """The signed prescriptions of a visit; those that another has replaced stand back."""
    replaced = {sheet.row.replaces_id for sheet in sheets}
    return {
        "sheets": [sheet for sheet in sheets if sheet.row.id not in replaced],
        "cancel_reasons": cancel_reasons(),
    }


@page(WRITE_PRESCRIPTION, methods=("GET", "HEAD"))
def status(request: Request, visit_id: UUID) -> HttpResponse:
    """The signed prescriptions of the visit, fetched again when one moves."""
    sheets = pharmacy.of_visit(actor=request.actor, visit_id=visit_id)
    return render(request, "clinician/prescription_status.html", {"visit_id": visit_id} | _status(sheets))


@page(WRITE_PRESCRIPTION, methods=("GET", "HEAD"))
def search(request: Request, visit_id: UUID) -> HttpResponse:
    """Medicines by Chinese, pinyin, English or ATC."""
    query = request.GET.get("q", "").strip()[:60]
    found = terminology.search_products(query, RESULTS_MAX) if query else []
    context = {"visit_id": visit_id, "found": found, "query": query}
    return render(request, "clinician/prescription_results.html", context)


@page(WRITE_PRESCRIPTION, methods=("POST",))
def change_lines(request: Request, visit_id: UUID) -> HttpResponse:
    """Add a medicine (`add`: its code) or take a line off (`remove`: its id)."""
    form = forms.read(request.POST, visit_id)
    if request.POST.get("add"):
        form = forms.with_product(form, request.POST["add"], days_allowed(actor=request.actor, at=request.now))
        added = form.lines[-1].id
    else:
        form = forms.without_line(form, uuid_or_none(request.POST.get("remove", "")))
        added = None
    _keep(request, form)
    return _panel(request, visit_id, form, added=added)


@page(WRITE_PRESCRIPTION, methods=("POST",))
def preview(request: Request, visit_id: UUID) -> HttpResponse:
    """Packs, amounts and reminders for what has been typed; only these parts of the page are replaced."""
    form = forms.read(request.POST, visit_id)
    _keep(request, form)
    return render(request, "clinician/prescription_preview.html", _context(request, visit_id, form))


# THE CARDS OF THE MEDICINE CHECK


@page(WRITE_PRESCRIPTION, methods=("POST",))
def remedy(request: Request, visit_id: UUID) -> HttpResponse:
    """Take a remedy that a card offers; the draft is changed and kept, and the panel shows what became of it."""
    form, post = forms.read(request.POST, visit_id), request.POST
    try:
        after = services.take_remedy(
            actor=request.actor,
            draft=form.draft,
            ticket=post.get("ticket", ""),
            remedy=post.get("remedy", ""),
            line=post.get("on", ""),
            product_code=post.get("choose", ""),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        _keep(request, form)
        return _panel(request, visit_id, form, status=refusal.status, refusal=refusal)
    fresh = forms.with_draft(form, after)
    _keep(request, fresh)
    before = {line.id: line for line in form.draft.lines}
    changed = next((line.id for line in after.lines if before.get(line.id) != line), None)
    still = {"ticket": post.get("ticket", ""), "says": STILL_THERE} if changed is None else None
    response = _panel(request, visit_id, fresh, added=changed, done=post.get("label", "")[:120], not_accepted=still)
    response.headers["HX-Trigger"] = "facts-noted"
    return response


@page(WRITE_PRESCRIPTION, methods=("POST",))
def accept(request: Request, visit_id: UUID) -> HttpResponse:
    """Accept a finding with a coded reason; it is silent for 90 days while nothing changes."""
    form, ticket = forms.read(request.POST, visit_id), request.POST.get("ticket", "")
    _keep(request, form)
    try:
        services.accept_finding(
            actor=request.actor,
            draft=form.draft,
            ticket=ticket,
            reason_code=request.POST.get(f"accept-reason-{ticket}", ""),
            text=request.POST.get(f"accept-text-{ticket}", ""),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        wrong = {"ticket": ticket, "says": refusal.sentence}
        return _panel(request, visit_id, form, status=refusal.status, not_accepted=wrong, refusal=refusal)
    return _panel(request, visit_id, form, done=str(T(zh="已注明理由接受", en="Accepted with a reason")))


@page(WRITE_PRESCRIPTION, methods=("POST",))
def sign(request: Request, visit_id: UUID) -> HttpResponse:
    """Sign. An open reminder, a wrong field or a missing proof brings the panel back with what is needed."""
    form = forms.read(request.POST, visit_id)
    _keep(request, form)
    try:
        if form.typed_wrong:
            raise InvalidForm(form.typed_wrong)
        confirm(request)
        services.issue_prescription(actor=request.actor, draft=form.draft, answers=form.given_answers, now=request.now)
    except ConfirmationNeeded as refusal:
        return _panel(request, visit_id, form, status=refusal.status, confirm=refusal)
    except DomainError as refusal:
        asking = request.POST.get("password") or request.POST.get("code")
        wrong_proof = refusal.code.startswith("identity.confirmation")
        more = {"confirm": refusal} if asking and wrong_proof else {"refusal": refusal}
        return _panel(request, visit_id, forms.with_errors(form, refusal), status=refusal.status, **more)
    response = _panel(request, visit_id, _stored(request, visit_id))
    response.headers["HX-Trigger"] = "prescription-signed"
    return response


# AFTER SIGNING


def _act(request: Request, deed: Callable[[], object], back: str) -> HttpResponse:
    """Do a small deed from the list; a refusal stands above the list."""
    refusal = None
    try:
        deed()
    except DomainError as error:
        refusal = error
    visit_id = uuid_or_none(request.POST.get("visit", ""))
    if not request.htmx or visit_id is None:
        if refusal is not None:
            raise refusal
        return redirect(back)
    sheets = pharmacy.of_visit(actor=request.actor, visit_id=visit_id)
    context = {"visit_id": visit_id, "refusal": refusal} | _status(sheets)
    return render(request, "clinician/prescription_status.html", context, status=refusal.status if refusal else 200)


@page(WRITE_PRESCRIPTION, methods=("POST",))
def answer(request: Request, prescription_id: UUID) -> HttpResponse:
    """Answer the pharmacist's question."""
    text = request.POST.get("text", "")
    return _act(
        request,
        lambda: services.answer_question(
            actor=request.actor, prescription_id=prescription_id, text=text, now=request.now
        ),
        "/clinic/prescriptions/",
    )


@page(WRITE_PRESCRIPTION, methods=("POST",))
def cancel(request: Request, prescription_id: UUID) -> HttpResponse:
    """Cancel before the hand-over."""
    return _act(
        request,
        lambda: services.cancel_prescription(
            actor=request.actor,
            prescription_id=prescription_id,
            reason_code=request.POST.get("reason", ""),
            text=request.POST.get("text", ""),
            now=request.now,
        ),
        "/clinic/prescriptions/",
    )


@page(WRITE_PRESCRIPTION, methods=("POST",))
def rewrite(request: Request, visit_id: UUID) -> HttpResponse:
    """Open a returned, cancelled or expired prescription as a new draft that replaces it."""
    former = uuid_or_none(request.POST.get("former", "")) or visit_id
    draft = redraft(actor=request.actor, prescription_id=former)
    form = forms.of_draft(draft)
    _keep(request, form)
    return _panel(request, visit_id, form)


def _waiting(sheets: list[Sheet]) -> list[Sheet]:
    """What a pharmacist asks about or has returned, and nobody has written anew yet."""
    return [sheet for sheet in sheets if sheet.state in {"questioned", "returned"} and not sheet.replaced]


@page(WRITE_PRESCRIPTION, methods=("GET", "HEAD"))
def waiting(request: Request) -> HttpResponse:
    """One line for the physician's home: how many prescriptions a pharmacist has come back about."""
    count = len(_waiting(pharmacy.of_prescriber(actor=request.actor)))
    return render(request, "clinician/prescription_waiting.html", {"count": count})


@page(WRITE_PRESCRIPTION, methods=("GET", "HEAD"))
def mine(request: Request) -> HttpResponse:
    """The physician's prescriptions: what a pharmacist asks or has returned first."""
    request.topics = [f"physician:{request.actor.practitioner_id}"]  # type: ignore[attr-defined]
    sheets = pharmacy.of_prescriber(actor=request.actor)
    waiting = _waiting(sheets)
    others = [sheet for sheet in sheets if sheet not in waiting]
    context = {"waiting": waiting, "others": others, "cancel_reasons": cancel_reasons()}
    return render(request, "clinician/prescription_mine.html", context)


@page(WRITE_PRESCRIPTION, methods=("GET", "HEAD"))
def sheet(request: Request, prescription_id: UUID) -> HttpResponse:
    """One signed prescription with its whole history."""
    found = pharmacy.prescription(actor=request.actor, prescription_id=prescription_id, now=request.now)
    context = {
        "sheet": found,
        "lines": directions_of(found),
        "check": pharmacy.verify_signature(actor=request.actor, prescription_id=prescription_id),
    }
    return render(request, "clinician/prescription_sheet.html", context)
