"""Rows and drafts of the pharmacy as facts of supervision. Pure: people, visit and evidence come in as a case already.

Facts say what would be true if the deed being asked for were done: handing over is asked with the stage DISPENSED. An
item that is charged for a line bears the line's id, so that it is one subject from the draft to the settlement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy.drafts import ASK_TWICE, Draft, PricedLine
from xinglin.hospital.pharmacy.models import Line as LineRow
from xinglin.hospital.pharmacy.models import Prescription as Row
from xinglin.hospital.pharmacy.models import Review as ReviewRow
from xinglin.hospital.pharmacy.models import TracedPack
from xinglin.hospital.pharmacy.signatures import SignatureCheck
from xinglin.hospital.pharmacy.trace import PREFIX
from xinglin.hospital.terminology.selectors import ProductInfo, daily_micrograms, dose_micrograms
from xinglin.supervision.facts import (
    AntimicrobialGrade,
    Case,
    Dispensing,
    Item,
    ItemKind,
    Line,
    Pack,
    Prescription,
    PrescriptionKind,
    PrescriptionOrigin,
    Review,
    ReviewResult,
    SpecialControl,
    Stage,
)

MILLI = 1000
WHOLE = 1000
PAID = frozenset({"A", "B"})
"""Classes of the catalogue for which the fund may be asked."""
RESULTS = {
    "approve": ReviewResult.APPROVED,
    "ask": ReviewResult.QUERIED,
    "endorse": ReviewResult.QUERIED,  # one of two signatures is no approval yet
    "return": ReviewResult.REFUSED,
    "refuse": ReviewResult.REFUSED,
}
UNREVIEWED = Review(result=ReviewResult.NONE, pharmacist_id="")


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line as it was ordered, whether typed or signed."""

    id: str
    product: ProductInfo
    packs: int | None
    dose_units: int | None
    frequency: str
    route: str
    days: int | None
    days_supply: int | None
    price_fen: int
    amount_fen: int | None


def typed(priced: PricedLine) -> Ordered:
    """A line of a draft."""
    line, product = priced.line, priced.product
    amount = None if priced.packs is None else priced.amount_fen
    return Ordered(
        str(line.id),
        product,
        priced.packs,
        line.dose_units,
        line.frequency,
        line.route,
        line.days,
        priced.days_supply,
        product.price_fen,
        amount,
    )


def signed(line: LineRow, product: ProductInfo) -> Ordered:
    """A line of a signed prescription."""
    return Ordered(
        str(line.id),
        product,
        line.packs,
        line.dose_units,
        line.frequency,
        line.route,
        line.days,
        line.days_supply,
        line.price_fen,
        line.amount_fen,
    )


def draft_case(
    base: Case, draft: Draft, priced: Sequence[PricedLine], now: datetime, valid_until_on: date, first_long: bool | None
) -> Case:
    """The case of a prescription that is being written, as if it were signed now; there is no signature yet."""
    lines = [typed(p) for p in priced]
    prescription = Prescription(
        id=str(draft.id),
        encounter_id=base.encounter.id,
        on=civil_day(now),
        kind=PrescriptionKind.of(draft.kind),
        stage=Stage.DRAFT,
        ended=False,
        reason_recorded=bool(draft.kind_reason.strip()),
        long_assessed=draft.assessed,
        long_patient_signed=draft.patient_agreed,
        signed_at=now,
        signature_present=False,
        first_long=first_long,
        valid_until_on=valid_until_on,
        second_signed=False,
        external=False,
        ordered_before=False,
        origin=PrescriptionOrigin.TYPED,
    )
    return replace(
        base,
        prescription=prescription,
        review=UNREVIEWED,
        lines=tuple(_line(line, str(draft.id)) for line in lines),
        items=tuple(_item(line, base, str(draft.id), now) for line in lines if line.packs),
    )


def row_case(
    base: Case,
    row: Row,
    *,
    lines: Sequence[LineRow],
    products: Mapping[str, ProductInfo],
    stage: Stage,
    signature: SignatureCheck,
    review: Review,
    second_signed: bool = False,
    left_at: datetime | None = None,
    packs: tuple[Pack, ...] = (),
    charged_at: datetime | None = None,
) -> Case:
    """A signed prescription at a stage, `on` the day of signing; without `charged_at` no items are asked about."""
    orders = [signed(line, products[line.product_code]) for line in lines]
    prescription = Prescription(
        id=str(row.id),
        encounter_id=str(row.visit_id),
        on=civil_day(row.issued_at),
        kind=PrescriptionKind.of(row.kind),
        stage=stage,
        ended=stage is Stage.ENDED,
        reason_recorded=bool(row.kind_reason),
        long_assessed=row.assessed,
        long_patient_signed=row.patient_agreed,
        signed_at=row.issued_at,
        settled_at=row.settled_at,
        signature_present=signature.present,
        signature_holds=signature.holds,
        signature_by_prescriber=signature.by_prescriber,
        signature_content_same=signature.content_same,
        signature_key_valid=signature.key_valid,
        valid_until_on=civil_day(row.valid_until_at),
        second_signed=second_signed,
        external=False,
        ordered_before=False,
        origin=PrescriptionOrigin.TYPED,
    )
    return replace(
        base,
        prescription=prescription,
        review=review,
        dispensing=Dispensing(left_at=left_at),
        lines=tuple(_line(order, str(row.id)) for order in orders),
        items=tuple(_item(order, base, str(row.id), charged_at) for order in orders) if charged_at else (),
        packs=packs,
    )


def _line(order: Ordered, prescription_id: str) -> Line:
    product, dose = order.product, order.dose_units
    return Line(
        id=order.id,
        prescription_id=prescription_id,
        drug_code=product.code,
        drug_zh=product.name_zh,
        drug_en=product.name_en,
        atc_code=product.atc,
        special_control=SpecialControl.of(product.special_class),
        decoction=product.is_decoction,
        solvent=product.atc.startswith("V07AB"),
        quantity=order.packs,
        pack_content=product.pack_content,
        dose=dose,
        frequency_code=order.frequency or None,
        dose_measured=not product.no_days,
        amount_fen=order.amount_fen,
        ingredients=product.substances,
        route_code=order.route or None,
        days=order.days if order.days is not None else order.days_supply,
        dose_micrograms=dose_micrograms(product, dose) if dose else None,
        daily_micrograms=daily_micrograms(product, dose, order.frequency) if dose else None,
        antimicrobial_grade=AntimicrobialGrade.of(product.antimicrobial_grade),
        western=not product.is_decoction,
        intended_combination=False,
    )


def _item(order: Ordered, base: Case, prescription_id: str, at: datetime) -> Item:
    """What is or would be charged for a line. No paper on conditions of payment is filed in this house."""
    product, packs = order.product, order.packs or 0
    return Item(
        id=order.id,
        line_id=order.id,
        encounter_id=base.encounter.id,
        claim_id="",
        prescription_id=prescription_id,
        on=civil_day(at),
        done_at=at,
        kind=ItemKind.DECOCTION if product.is_decoction else ItemKind.MEDICINE,
        code=product.code,
        name_zh=product.name_zh,
        atc_code=product.atc,
        ingredients=product.substances,
        supply_days=order.days_supply,
        quantity_milli=packs * MILLI,
        unit_price_millifen=order.price_fen * MILLI,
        full_price_fen=order.price_fen,
        discount_fen=0,
        amount_fen=order.amount_fen,
        origin_id="",
        withdrawn=False,
        department_code=base.encounter.department_code,
        session_key="",
        incision_key="",
        add_on=False,
        prescribed_milli=packs * MILLI,
        first_line_tried=False,
        evidence_filed=False,
        resulted_later=False,
        exception_reason=False,
        fund_asked=_asked(base, product),
    )


def _asked(base: Case, product: ProductInfo) -> bool | None:
    """Whether the fund is asked for a product: never for what stands outside the catalogue."""
    return base.encounter.fund_asked if product.catalogue_class in PAID else False


# THE REVIEW AND THE BOXES


def review_facts(reviews: Sequence[ReviewRow], same_device: bool | None = None) -> Review:
    """The review as it stands: the first approval if there is one, else the latest result. A person signs each.

    `same_device`: whether the reviewer sat at the device on which it was written, as far as known.
    """
    if not reviews:
        return UNREVIEWED
    approvals = [review for review in reviews if review.outcome == "approve"]
    one = min(approvals, key=lambda review: review.at) if approvals else max(reviews, key=lambda review: review.at)
    seconds = int((one.at - one.opened_at).total_seconds()) if one.opened_at is not None else None
    return Review(
        result=RESULTS[one.outcome],
        passed_at=one.at if approvals else None,
        pharmacist_id=str(one.reviewer_id),
        human_seconds=seconds,
        same_device=same_device,
        automatic=False,
    )


def signed_twice(answered: Sequence[str], reviews: Sequence[ReviewRow]) -> bool:
    """Whether a prescription was signed a second time in spite of a named risk.

    `answered` are the rules that the physician was reminded of and gave a reason against: it stands in what was signed.
    `reviews` includes the one that is being made; two pharmacists count where one endorsed and another approved, and
    the physician was not asked in between.
    """
    told = [one for one in sorted(reviews, key=lambda one: (one.at, one.id)) if one.outcome in {"endorse", "ask"}]
    first = told[-1].reviewer_id if told and told[-1].outcome == "endorse" else None
    second = {one.reviewer_id for one in reviews if one.outcome == "approve"} - {first}
    return not ASK_TWICE.isdisjoint(answered) or (first is not None and bool(second))


def pack_facts(
    packs: Sequence[TracedPack],
    lines: Mapping[str, LineRow],
    products: Mapping[str, ProductInfo],
    identified: Mapping[str, str],
    row: Row,
    now: datetime,
) -> tuple[Pack, ...]:
    """The boxes that are or would be sold now: whole ones, each under its code.

    `lines` and `products` by id and code; `identified`: first seven digits → product code, as far as registered.
    """
    return tuple(_pack(pack, lines[str(pack.line_id)], products, identified, row, now) for pack in packs)


def _pack(
    pack: TracedPack,
    line: LineRow,
    products: Mapping[str, ProductInfo],
    identified: Mapping[str, str],
    row: Row,
    now: datetime,
) -> Pack:
    return Pack(
        id=str(pack.id),
        line_id=str(line.id),
        prescription_id=str(row.id),
        encounter_id=str(row.visit_id),
        item_id=str(line.id),
        trace_code=pack.code,
        on=civil_day(now),
        sold_at=pack.sold_at or now,
        amount_fen=line.price_fen,
        split=False,
        share_permille=WHOLE,
        resale_allowed=False,
        returned_at=pack.returned_at,
        returned_here=pack.returned_at is not None,
        sold_product_code=line.product_code,
        code_product_code=identified.get(pack.code[:PREFIX], ""),
        trace_required=not products[line.product_code].is_decoction,
    )
