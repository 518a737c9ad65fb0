"""What a prescription costs and who pays, the payment, receipts that explain themselves, and taking back."""

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.problems import AskProblem, ask_of
from xinglin.hospital.api.shapes import FEN_MAX, At, Code, Day, Flag, Id, In, Out, Whole, Words
from xinglin.hospital.settlement import selectors, services
from xinglin.hospital.settlement.access import PAY, REVERSE, SEE_PAYMENTS, SEE_RECONCILIATION
from xinglin.hospital.settlement.selectors import Receipt as ReceiptRow

router = Router(tags=["payments"])


# PAYING


class Wish(In):
    """How the patient wants to pay."""

    use_account: Flag = True
    use_insurance: Flag = True


class Quote(Out):
    """What would be paid now, in fen: nothing is held. `asks` are the findings that matter for the payment."""

    total_fen: int
    fund_fen: int
    hospital_fen: int
    account_fen: int
    cash_fen: int
    self_pay: str
    asks: list[AskProblem]


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/quote", PAY, Quote)
def presettle(request: Request, prescription_id: UUID, body: Wish) -> Any:
    """预结算：现在要付多少｜What a prescription would cost now; nothing is held"""
    found = services.presettle(
        actor=request.actor, prescription_id=prescription_id, now=request.now, **body.model_dump()
    )
    figures = found.figures
    return Quote(
        total_fen=figures.total_fen,
        fund_fen=figures.fund_fen,
        hospital_fen=figures.hospital_fen,
        account_fen=figures.account_fen,
        cash_fen=figures.cash_fen,
        self_pay=found.cover.self_pay,
        asks=[AskProblem.model_validate(ask_of(ask)) for ask in found.asks],
    )


class Pay(Wish):
    """A payment. `key` makes a retry the same payment; more cash than `shown_cash_fen`, if given, is never taken."""

    key: Id
    shown_cash_fen: Whole | None = Field(None, ge=0, le=FEN_MAX)


class Settled(Out):
    """What was paid by whom, in fen."""

    id: UUID
    total_fen: int
    fund_fen: int
    hospital_fen: int
    account_fen: int
    cash_fen: int
    insurer_ref: str
    at: At


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/settlement", PAY, Settled, 201)
def settle(request: Request, prescription_id: UUID, body: Pay) -> Any:
    """结算付款，放药｜Pay for a picked prescription; it may be handed over then

    Reserved, judged at control, told to the insurer, then posted as a whole or let go as a whole.
    """
    return services.settle(
        actor=request.actor,
        prescription_id=prescription_id,
        key=str(body.key),
        use_account=body.use_account,
        use_insurance=body.use_insurance,
        shown_cash_fen=body.shown_cash_fen,
        now=request.now,
    )


class Reverse(In):
    """Why a payment is taken back."""

    reason: Code


@operation(router, "post", "/settlements/{uuid:settlement_id}/reversal", REVERSE, Settled, 201)
def reverse_settlement(request: Request, settlement_id: UUID, body: Reverse) -> Any:
    """撤销结算（退费）｜Take a settlement back as a whole; every amount comes back negative"""
    return services.reverse(actor=request.actor, settlement_id=settlement_id, reason=body.reason, now=request.now)


# READING


class Payment(Out):
    """One line of the payments."""

    settlement: Settled
    kind: str
    state: Words
    reversed: bool


class PaymentsOf(In):
    """A person, or everybody whom one may see."""

    person_id: Id | None = None


@operation(router, "get", "/payments", SEE_PAYMENTS, list[Payment])
def payments(request: Request, query: Query[PaymentsOf]) -> Any:
    """付款记录，新的在前｜The latest payments that one may see, newest first"""
    return selectors.payments(actor=request.actor, person_id=query.person_id)


class OpenPayment(Out):
    """A payment whose result is not known yet: there is no receipt before it is."""

    id: UUID
    kind: str
    subject_id: UUID
    patient_id: UUID
    state: str
    reserved_at: At


@operation(router, "get", "/open-payments", SEE_PAYMENTS, list[OpenPayment])
def open_payments(request: Request) -> Any:
    """结果未明的付款｜Payments whose result is not known yet"""
    return selectors.open_payments(actor=request.actor)


class VisitFee(Out):
    """Where the fee of a visit stands: held, charged or released."""

    visit_id: UUID
    fee_fen: int
    state: str
    held_at: At
    decided_at: At | None
    reason: str


class MaybeFee(Out):
    """The fee, or null while none is held."""

    fee: VisitFee | None


@operation(router, "get", "/visits/{uuid:visit_id}/fee", SEE_PAYMENTS, MaybeFee)
def visit_fee(request: Request, visit_id: UUID) -> Any:
    """诊费：暂收、已收或已退｜Where the fee of a visit stands"""
    return {"fee": selectors.visit_fee(actor=request.actor, visit_id=visit_id)}


class Since(In):
    """The first day."""

    since: Day


class Difference(Out):
    """One day of an institution compared with the insurer's copy."""

    institution_id: UUID
    on: date
    ours: dict[str, int]
    theirs: dict[str, int]
    differences: list[dict[str, Any]]
    at: At


@operation(router, "get", "/reconciliations", SEE_RECONCILIATION, list[Difference])
def reconciliations(request: Request, query: Query[Since]) -> Any:
    """日对账结果｜The daily comparisons with the insurer, newest first"""
    return selectors.reconciliations(actor=request.actor, since=query.since)


class Told(Out):
    """A sentence of a receipt and the amount that it explains."""

    code: str
    says: Words
    amount_fen: int


class ReceiptLine(Out):
    """One line with its reasons; `own_fen` is what is left to the person of it."""

    name: Words
    own_fen: int
    told: list[Told]


class ReceiptPart(Out):
    """What one scheme paid, and the steps that led to it."""

    scheme: Words
    lines: list[ReceiptLine]
    told: list[Told]


class Receipt(Out):
    """A settlement that explains itself."""

    settlement: Settled
    state: Words
    self_pay: Words | None
    reversal: Settled | None
    parts: list[ReceiptPart]


@operation(router, "get", "/settlements/{uuid:settlement_id}/receipt", SEE_PAYMENTS, Receipt)
def receipt(request: Request, settlement_id: UUID) -> ReceiptRow:
    """结算单，逐项说明（留痕）｜A receipt that explains each line; the reading is journaled"""
    return selectors.receipt(actor=request.actor, settlement_id=settlement_id, now=request.now)
