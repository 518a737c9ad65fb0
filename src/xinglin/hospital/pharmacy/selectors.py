"""Questions about prescriptions, limited to what the actor may see. Absent and foreign ids answer alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import instructions
from xinglin.hospital.pharmacy.access import DISPENSE, READ_PRESCRIPTION, REVIEW_PRESCRIPTION, WRITE_PRESCRIPTION
from xinglin.hospital.pharmacy.card_views import CardView, MedicineView, StatementView, medicine_view
from xinglin.hospital.pharmacy.claiming import case_for_settlement
from xinglin.hospital.pharmacy.comments import (
    Report,
    Round,
    comment_report,
    comment_round,
    comment_rows,
    drawn_again,
    month_before,
    month_of,
)
from xinglin.hospital.pharmacy.content import age_words
from xinglin.hospital.pharmacy.days import DaysAllowed, days_allowed
from xinglin.hospital.pharmacy.drafts import ASK_TWICE, Draft, DraftLine, from_json
from xinglin.hospital.pharmacy.gate import find, practitioner_of, visible
from xinglin.hospital.pharmacy.heads import is_head, may_comment
from xinglin.hospital.pharmacy.history import prescribed, sales, supply_facts
from xinglin.hospital.pharmacy.medicine_check import DeskFinding
from xinglin.hospital.pharmacy.models import Delivery, Line, PackIdentification, Prescription, Review
from xinglin.hospital.pharmacy.models import Draft as DraftRow
from xinglin.hospital.pharmacy.places import Place, place_of
from xinglin.hospital.pharmacy.reasons import Reason, reasons
from xinglin.hospital.pharmacy.review_desk import (
    DeskSheet,
    Glance,
    Waiting,
    desk_sheet,
    glance,
    reason_codes,
    waiting,
)
from xinglin.hospital.pharmacy.review_figures import DeskFigures, Override, all_desks, overrides, own_desk
from xinglin.hospital.pharmacy.signatures import SignatureCheck, check_signature
from xinglin.hospital.pharmacy.states import ENDED, State
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.selectors import ProductInfo

__all__ = [
    "ASK_TWICE",
    "CardView",
    "DaysAllowed",
    "DeskFigures",
    "DeskFinding",
    "DeskSheet",
    "Directions",
    "Draft",
    "DraftLine",
    "Glance",
    "LineForClaim",
    "MedicineView",
    "Override",
    "Place",
    "PrescriptionForClaim",
    "Reason",
    "Remark",
    "Report",
    "Round",
    "Sheet",
    "SignatureCheck",
    "State",
    "StatementView",
    "Waiting",
    "all_desks",
    "awaiting_answer",
    "awaiting_dispensing",
    "awaiting_payment",
    "awaiting_pick",
    "awaiting_review",
    "cancel_reasons",
    "case_for_settlement",
    "coming_back",
    "comment_report",
    "comment_round",
    "comment_rows",
    "counts",
    "days_allowed",
    "desk_sheet",
    "directions_of",
    "draft_of",
    "drawn_again",
    "glance",
    "identifications",
    "is_head",
    "last_place",
    "lines_for_claim",
    "may_comment",
    "medicine_view",
    "month_before",
    "month_of",
    "of_patient",
    "of_prescriber",
    "of_visit",
    "out_of_the_house",
    "overrides",
    "own_desk",
    "place",
    "prescribed",
    "prescription",
    "prescription_for_claim",
    "reason_codes",
    "redraft",
    "return_reasons",
    "sales",
    "supply_facts",
    "verify_signature",
    "waiting",
]

# READING ONE


@dataclass(frozen=True, slots=True)
class Remark:
    """A review that asked, returned or refused, in words."""

    review: Review
    names: list[T]
    answer: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One prescription as a screen shows it. `content` is what was signed."""

    row: Prescription
    content: dict[str, Any]
    sha256: str
    lines: list[Line]
    replaced: bool = False

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.row.state)

    @property
    def age(self) -> T:
        """The patient's age on the day of signing: years, or months and days for the small."""
        birth_on = date.fromisoformat(self.content["patient"]["birth_on"])
        words = age_words(birth_on, civil_day(self.row.issued_at))
        units = {"岁": " y", "月": " months", "天": " days"}
        return T(zh=words, en=words[:-1] + units[words[-1]])

    @property
    def remarks(self) -> list["Remark"]:
        """What pharmacists said other than yes, with the names of their codes and the prescriber's answers."""
        known = {code.code: code.name for code in terminology.review_codes()}
        return [
            Remark(
                review,
                [known[code] for code in review.codes if code in known],
                review.answer.text if hasattr(review, "answer") else "",
            )
            for review in self.row.reviews.all()
            if review.outcome not in {"approve", "endorse"}
        ]


def prescription(*, actor: Actor, prescription_id: UUID, now: datetime) -> Sheet:
    """One prescription with everything around it. The reading is journaled, the refused reading too."""
    require(actor, READ_PRESCRIPTION)
    row = (
        visible(actor)
        .filter(id=prescription_id)
        .select_related("signed")
        .prefetch_related("lines", "findings", "reviews__answer", "steps", "custody", "packs")
        .first()
    )
    outcome = "done" if row else "refused"
    there = row or Prescription.objects.filter(id=prescription_id).first()
    if there is not None:
        journal.write(
            actor=actor,
            institution_id=there.institution_id,
            verb="read_prescription",
            object_type="prescription",
            object_id=there.id,
            now=now,
            outcome=outcome,
        )
    if row is None:
        raise NotFound
    return Sheet(row, json.loads(row.signed.content), row.signed.sha256, list(row.lines.all()))


def of_visit(*, actor: Actor, visit_id: UUID) -> list[Sheet]:
    """The prescriptions of a visit, newest first."""
    require(actor, READ_PRESCRIPTION)
    rows = (
        visible(actor).filter(visit_id=visit_id).select_related("signed").prefetch_related("lines", "reviews__answer")
    )
    return [_sheet(row) for row in rows.order_by("-issued_at", "-id")]


def of_patient(*, actor: Actor, patient_id: UUID, limit: int = 50) -> list[Sheet]:
    """A patient's prescriptions as far as the actor may see them, newest first."""
    require(actor, READ_PRESCRIPTION)
    rows = visible(actor).filter(patient_id=patient_id).select_related("signed").prefetch_related("lines")
    return [_sheet(row) for row in rows.order_by("-issued_at", "-id")[:limit]]


def _sheet(row: Prescription) -> Sheet:
    return Sheet(row, json.loads(row.signed.content), row.signed.sha256, list(row.lines.all()))


def of_prescriber(*, actor: Actor, limit: int = 100) -> list[Sheet]:
    """The acting physician's prescriptions, newest first; `replaced` marks those that another has replaced."""
    require(actor, WRITE_PRESCRIPTION)
    rows = (
        visible(actor)
        .filter(prescriber_id=practitioner_of(actor))
        .annotate(is_replaced=Exists(Prescription.objects.filter(replaces_id=OuterRef("id"))))
        .select_related("signed")
        .prefetch_related("lines", "reviews__answer")
        .order_by("-issued_at", "-id")
    )
    return [replace(_sheet(row), replaced=row.is_replaced) for row in rows[:limit]]


def draft_of(*, actor: Actor, visit_id: UUID) -> Draft | None:
    """What the physician has typed for a visit so far, or None."""
    require(actor, WRITE_PRESCRIPTION)
    row = DraftRow.objects.filter(visit_id=visit_id, prescriber_id=practitioner_of(actor)).first()
    return from_json(row.content) if row else None


def redraft(*, actor: Actor, prescription_id: UUID) -> Draft:
    """A new draft with the lines of an ended prescription of one's own, which it will replace. Raises NotFound."""
    require(actor, WRITE_PRESCRIPTION)
    row = find(actor, prescription_id)
    if row.prescriber_id != actor.practitioner_id:
        raise NotFound
    lines = tuple(
        DraftLine(
            id=new_id(),
            product_code=line.product_code,
            dose_units=line.dose_units,
            frequency=line.frequency,
            route=line.route,
            days=line.days,
            packs=None if line.days else line.packs,
            reason=line.reason,
        )
        for line in row.lines.all()
    )
    return Draft(
        id=new_id(),
        visit_id=row.visit_id,
        lines=lines,
        kind=row.kind,
        kind_reason=row.kind_reason,
        assessed=row.assessed,
        patient_agreed=row.patient_agreed,
        urgent=row.urgent,
        replaces_id=row.id,
    )


# WORDS FOR SCREENS


@dataclass(frozen=True, slots=True)
class Directions:
    """A line in plain words."""

    line: Line
    product: ProductInfo
    take: T
    supply: T
    caution: T | None


def directions_of(sheet: Sheet) -> list[Directions]:
    """How to take each medicine of a sheet that the actor was given."""
    found = []
    for line in sheet.lines:
        product = terminology.product(line.product_code)
        words = instructions.directions(line, product), instructions.supply(line), instructions.caution(line)
        found.append(Directions(line, product, *words))
    return found


def cancel_reasons() -> list[Reason]:
    """Why a prescription may be cancelled."""
    return list(reasons("cancel").values())


def return_reasons() -> list[Reason]:
    """Why medicine is taken back, the forbidden reason among them so that it can be explained."""
    return list(reasons("return").values())


# THE DESKS


def awaiting_review(*, actor: Actor, limit: int = 100) -> list[Sheet]:
    """What waits for a pharmacist of the actor's institutions: urgent first, then by the promised instant."""
    require(actor, REVIEW_PRESCRIPTION)
    rows = (
        visible(actor)
        .filter(state=State.SIGNED, institution_id__in=actor.institution_ids)
        .exclude(prescriber_person_id__in=[actor.person_id] if actor.person_id else [])
        .select_related("signed")
        .prefetch_related("lines", "findings")
        .order_by("-urgent", "review_due_at", "id")
    )
    return [_sheet(row) for row in rows[:limit]]


def awaiting_answer(*, actor: Actor) -> list[Sheet]:
    """Prescriptions about which a pharmacist asked: the prescriber's own, or those of the pharmacist's institution."""
    require(actor, READ_PRESCRIPTION)
    rows = visible(actor).filter(state=State.QUESTIONED).select_related("signed").prefetch_related("lines", "reviews")
    return [_sheet(row) for row in rows.order_by("issued_at", "id")]


def awaiting_dispensing(*, actor: Actor, limit: int = 100) -> list[Sheet]:
    """What the dispensing desk has to do: hand over the paid, then pick the approved; the picked wait for payment."""
    require(actor, DISPENSE)
    rows = (
        visible(actor)
        .filter(state__in=[State.SETTLED, State.APPROVED, State.PICKED], institution_id__in=actor.institution_ids)
        .select_related("signed", "delivery")
        .prefetch_related("lines", "packs")
        .order_by("-urgent", "issued_at", "id")
    )
    first = {State.SETTLED: 0, State.APPROVED: 1, State.PICKED: 2}
    return sorted((_sheet(row) for row in rows[:limit]), key=lambda sheet: first[sheet.state])


def awaiting_pick(*, actor: Actor) -> list[Sheet]:
    """Approved prescriptions that wait to be picked."""
    return [sheet for sheet in awaiting_dispensing(actor=actor) if sheet.state is State.APPROVED]


def awaiting_payment(*, actor: Actor) -> list[Sheet]:
    """Picked prescriptions that wait for the patient's payment, as far as the actor may see them."""
    require(actor, READ_PRESCRIPTION)
    rows = visible(actor).filter(state=State.PICKED).select_related("signed").prefetch_related("lines")
    return [_sheet(row) for row in rows.order_by("issued_at", "id")]


def coming_back(*, actor: Actor) -> list[Sheet]:
    """Parcels that were refused, lost or called back and wait for the desk to take them back."""
    require(actor, DISPENSE)
    rows = (
        visible(actor)
        .filter(state=State.HANDED_OVER, delivery__state__in=["refused", "lost", "returning", "returned"])
        .select_related("signed", "delivery")
        .prefetch_related("lines")
    )
    return [_sheet(row) for row in rows.order_by("issued_at", "id")]


def out_of_the_house(*, actor: Actor, since: datetime) -> list[Sheet]:
    """What the desk has handed over and may have to take back: all on its way, and what arrived since an instant."""
    require(actor, DISPENSE)
    rows = (
        visible(actor)
        .filter(institution_id__in=actor.institution_ids)
        .filter(Q(state=State.HANDED_OVER) | Q(state=State.DELIVERED, hand_over__at__gte=since))
        .select_related("signed", "delivery", "hand_over")
        .prefetch_related("lines", "custody")
        .order_by("-hand_over__at", "id")
    )
    return [_sheet(row) for row in rows[:200]]


def counts(*, actor: Actor) -> dict[str, int]:
    """How many prescriptions of the actor's scope stand in each state."""
    require(actor, READ_PRESCRIPTION)
    rows = visible(actor).exclude(state__in=[s.value for s in ENDED]).values("state").annotate(n=Count("id"))
    return {row["state"]: row["n"] for row in rows}


# FOR THE MODULES ABOVE


@dataclass(frozen=True, slots=True)
class LineForClaim:
    """What settlement needs of a line. Amounts in fen."""

    line_id: UUID
    position: int
    product_code: str
    name_zh: str
    name_en: str
    packs: int
    price_fen: int
    amount_fen: int
    days_supply: int | None


@dataclass(frozen=True, slots=True)
class PrescriptionForClaim:
    """What settlement needs of a prescription."""

    id: UUID
    visit_id: UUID
    patient_id: UUID
    prescriber_id: UUID
    institution_id: UUID
    state: State
    kind: str
    diagnosis_codes: tuple[str, ...]
    issued_at: datetime
    valid_until_at: datetime
    total_fen: int
    settlement_id: UUID | None
    lines: tuple[LineForClaim, ...]


def prescription_for_claim(*, actor: Actor, prescription_id: UUID) -> PrescriptionForClaim:
    """One prescription as settlement reads it. Raises NotFound."""
    row = find(actor, prescription_id)
    return PrescriptionForClaim(
        id=row.id,
        visit_id=row.visit_id,
        patient_id=row.patient_id,
        prescriber_id=row.prescriber_id,
        institution_id=row.institution_id,
        state=State(row.state),
        kind=row.kind,
        diagnosis_codes=tuple(row.diagnosis_codes),
        issued_at=row.issued_at,
        valid_until_at=row.valid_until_at,
        total_fen=row.total_fen,
        settlement_id=row.settlement_id,
        lines=tuple(lines_for_claim(actor=actor, prescription_id=prescription_id)),
    )


def lines_for_claim(*, actor: Actor, prescription_id: UUID) -> list[LineForClaim]:
    """The lines of a prescription as settlement prices them. Raises NotFound."""
    row = find(actor, prescription_id)
    return [
        LineForClaim(
            line_id=line.id,
            position=line.position,
            product_code=line.product_code,
            name_zh=line.name_zh,
            name_en=line.name_en,
            packs=line.packs,
            price_fen=line.price_fen,
            amount_fen=line.amount_fen,
            days_supply=line.days_supply,
        )
        for line in row.lines.all()
    ]


# SIGNATURE


def verify_signature(*, actor: Actor, prescription_id: UUID) -> SignatureCheck:
    """Check the stored signature against the stored text, the rows and the key's life. Raises NotFound."""
    return check_signature(find(actor, prescription_id))


# PACKS AND PLACES


def identifications(*, product_codes: Sequence[str]) -> dict[str, str]:
    """Product code → one registered beginning of its trace codes (public reference data)."""
    rows = PackIdentification.objects.filter(product_code__in=product_codes).order_by("-prefix")
    return dict(rows.values_list("product_code", "prefix"))


def last_place(*, actor: Actor, patient_id: UUID) -> Place | None:
    """Where the patient's last delivery went, to be proposed again; for the patient and the guardian only."""
    if not actor.acts_for(patient_id):
        raise NotFound
    row = Delivery.objects.filter(prescription__patient_id=patient_id).order_by("-chosen_at").first()
    return place_of(row) if row else None


def place(*, actor: Actor, prescription_id: UUID) -> Place | None:
    """To whom and where the medicine goes, or None while nobody has said. Raises NotFound."""
    delivery = getattr(find(actor, prescription_id), "delivery", None)
    return place_of(delivery) if delivery else None
