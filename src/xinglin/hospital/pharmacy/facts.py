"""Rows and drafts of the pharmacy as facts of supervision. Pure: people, visit and evidence come in as a case already.

Facts say what would be true if the deed being asked for were done: handing over is asked with the stage DISPENSED.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy.drafts import Draft, PricedLine
from xinglin.hospital.pharmacy.models import Line as LineRow
from xinglin.hospital.pharmacy.models import Prescription as Row
from xinglin.hospital.pharmacy.models import Review as ReviewRow
from xinglin.hospital.pharmacy.models import TracedPack
from xinglin.hospital.pharmacy.signatures import SignatureCheck
from xinglin.hospital.terminology.selectors import ProductInfo
from xinglin.supervision.facts import (
    Case,
    Dispensing,
    EarlierSale,
    Line,
    Measure,
    Pack,
    Prescription,
    PrescriptionKind,
    Review,
    ReviewResult,
    SpecialControl,
    Stage,
)
from xinglin.supervision.verdicts import Scope

WHOLE = 1000
RESULTS = {
    "approve": ReviewResult.APPROVED,
    "ask": ReviewResult.QUERIED,
    "return": ReviewResult.REFUSED,
    "refuse": ReviewResult.REFUSED,
}


def draft_case(base: Case, draft: Draft, priced: Sequence[PricedLine], on: date) -> Case:
    """The case of a prescription that is being written: nothing is signed yet."""
    return replace(
        base,
        prescription=Prescription(
            id=str(draft.id),
            on=on,
            kind=PrescriptionKind.of(draft.kind),
            stage=Stage.DRAFT,
            ended=False,
            reason_recorded=bool(draft.kind_reason.strip()),
            long_assessed=draft.assessed,
            long_patient_signed=draft.patient_agreed,
            signature_present=False,
        ),
        review=Review(result=ReviewResult.NONE),
        lines=tuple(_line(str(p.line.id), p.product, p.packs, p.line.dose_units, p.line.frequency) for p in priced),
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
    left_at: datetime | None = None,
    packs: tuple[Pack, ...] = (),
    measures: tuple[Measure, ...] = (),
) -> Case:
    """The case of a signed prescription at a stage; `on` stays the day of signing for ever after."""
    return replace(
        base,
        prescription=Prescription(
            id=str(row.id),
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
        ),
        review=review,
        dispensing=Dispensing(left_at=left_at),
        lines=tuple(
            _line(
                str(line.id), products[line.product_code], line.packs, line.dose_units, line.frequency, line.amount_fen
            )
            for line in lines
        ),
        packs=packs,
        measures=(*base.measures, *measures),
    )


def _line(
    id: str, product: ProductInfo, packs: int | None, dose: int | None, frequency: str, amount_fen: int | None = None
) -> Line:
    estimate = None if packs is None else packs * product.price_fen
    return Line(
        id=id,
        drug_code=product.code,
        drug_zh=product.name_zh,
        drug_en=product.name_en,
        atc_code=product.atc,
        special_control=SpecialControl.of(product.special_class),
        decoction=product.is_decoction,
        solvent=product.atc.startswith("V07AB"),
        quantity=packs,
        pack_content=product.pack_content,
        dose=dose,
        frequency_code=frequency or None,
        dose_measured=not product.no_days,
        amount_fen=amount_fen if amount_fen is not None else estimate,
    )


def review_facts(reviews: Sequence[ReviewRow]) -> Review:
    """The review as it stands: the first approval if there is one, else the latest result."""
    approvals = [review for review in reviews if review.outcome == "approve"]
    if approvals:
        return Review(result=ReviewResult.APPROVED, passed_at=min(review.at for review in approvals))
    if not reviews:
        return Review(result=ReviewResult.NONE)
    return Review(result=RESULTS[max(reviews, key=lambda review: review.at).outcome])


def pack_facts(
    packs: Sequence[TracedPack],
    earlier: Mapping[str, Sequence[TracedPack]],
    prices: Mapping[str, int],
    institutions: Mapping[str, str],
    here: str,
    on: date,
) -> tuple[Pack, ...]:
    """The boxes being handed over, each with the nearest earlier sale of its code.

    `earlier`: code → other lives of the box; `prices`: line id → fen a pack; `institutions`: prescription id →
    institution of an earlier sale; `here`: the institution that sells now.
    """
    return tuple(
        Pack(
            id=str(pack.id),
            line_id=str(pack.line_id),
            trace_code=pack.code,
            on=on,
            amount_fen=prices[str(pack.line_id)],
            split=False,
            earlier_sale=_earlier(earlier.get(pack.code, ()), institutions, here),
            earlier_split=False,
            sold_permille=WHOLE * (1 + len(earlier.get(pack.code, ()))),
            resale_allowed=False,
        )
        for pack in packs
    )


def pack_measures(
    packs: Sequence[TracedPack], earlier: Mapping[str, Sequence[TracedPack]], institutions: Mapping[str, str], here: str
) -> tuple[Measure, ...]:
    """How often each box was sold before and what came of it, counted from the house's own record of boxes.

    The pharmacy hands over whole boxes only, so no earlier sale can be a part of the same opened one.
    """
    made = []
    for pack in packs:
        sales = earlier.get(pack.code, ())
        back = [sale for sale in sales if sale.returned_at is not None]
        here_again = sum(institutions.get(str(sale.prescription_id)) == here for sale in back)
        still_out = len(sales) - len(back)
        made.append(
            Measure(
                scope=Scope.PACK.value,
                subject=str(pack.id),
                code_sales_open=still_out,
                code_open_unfit=still_out,
                code_returned_here=here_again,
                code_returned_elsewhere=len(back) - here_again,
                code_sold_permille=WHOLE * (1 + still_out),
            )
        )
    return tuple(made)


def _earlier(sales: Sequence[TracedPack], institutions: Mapping[str, str], here: str) -> EarlierSale:
    if not sales:
        return EarlierSale.NONE
    nearest = max(sales, key=lambda sale: sale.picked_at)
    if nearest.returned_at is None:
        return EarlierSale.SOLD
    same = institutions.get(str(nearest.prescription_id)) == here
    return EarlierSale.RETURNED if same else EarlierSale.RETURNED_ELSEWHERE
