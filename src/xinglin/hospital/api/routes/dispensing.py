"""From the pharmacist's review to the patient's hands and back."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Done
from xinglin.hospital.api.routes.prescriptions import CodedReason, Prescription, shown
from xinglin.hospital.api.shapes import At, Code, Formed, Id, In, Out, Text
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.access import (
    DISPENSE,
    OWN_PRESCRIPTION,
    REVIEW_PRESCRIPTION,
    WRITE_PRESCRIPTION,
)

router = Router(tags=["dispensing"])


# REVIEW


class Review(In):
    """A review. `id` makes a retry the same deed; codes are wanted for return and refuse (lists/review-codes).

    `endorse` is the first of two signatures: while the check finds something of tier X, one pharmacist endorses with
    reasons in `text`, and another approves.
    """

    id: Id
    outcome: Literal["approve", "endorse", "return", "ask", "refuse"]
    codes: list[Code] = Field(default_factory=list, max_length=20)
    text: Text = Field("", max_length=1000)


class Reviewed(Out):
    """The signed act."""

    id: UUID
    outcome: str
    codes: list[str]
    text: str
    at: At
    sha256: str
    public_key: str
    signature: str


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/reviews", REVIEW_PRESCRIPTION, Reviewed, 201)
def review_prescription(request: Request, prescription_id: UUID, body: Review) -> Any:
    """审方：通过、第一签名、退回、询问或拒绝｜Review: approve, endorse, return, ask or refuse

    What the check of medicines says is at `medicine-check`. An approval of something of tier X without a colleague's
    endorsement is refused with `prescription.second_signer_needed`,
    by the same person with `prescription.second_signer_is_first`.
    """
    return services.review_prescription(
        actor=request.actor,
        prescription_id=prescription_id,
        outcome=body.outcome,
        codes=body.codes,
        text=body.text,
        review_id=body.id,
        now=request.now,
    )


class AnswerText(In):
    """The prescriber's answer."""

    text: Text = Field(min_length=1, max_length=1000)


class Answered(Out):
    """The answer, as kept."""

    id: UUID
    text: str
    at: At


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/answer", WRITE_PRESCRIPTION, Answered, 201)
def answer_question(request: Request, prescription_id: UUID, body: AnswerText) -> Any:
    """回答药师的询问｜Answer the pharmacist's question"""
    return services.answer_question(
        actor=request.actor, prescription_id=prescription_id, text=body.text, now=request.now
    )


# PICKING


class PickedLine(In):
    """The trace codes of a line's boxes, one a pack, 20 digits each."""

    line_id: Id
    codes: list[Annotated[Text, Field(min_length=1, max_length=60)]] = Field(min_length=1, max_length=99)


class Pick(In):
    """Every line with its boxes. The same codes again are the same deed."""

    lines: list[PickedLine] = Field(min_length=1, max_length=30)


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/pick", DISPENSE, Prescription)
def pick(request: Request, prescription_id: UUID, body: Pick) -> Any:
    """按追溯码配药｜Pick by trace code"""
    codes = {line.line_id: line.codes for line in body.lines}
    return shown(
        services.pick(actor=request.actor, prescription_id=prescription_id, trace_codes=codes, now=request.now)
    )


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/unpick", DISPENSE, Prescription)
def unpick(request: Request, prescription_id: UUID) -> Any:
    """未付款的药放回货架｜Put the boxes of an unpaid prescription back on the shelf"""
    return shown(services.unpick(actor=request.actor, prescription_id=prescription_id, now=request.now))


class Identification(In):
    """The first seven digits of a product's trace codes."""

    product_code: Code
    prefix: Formed = Field(pattern=r"^[0-9]{7}$")


@operation(router, "post", "/pack-identifications", DISPENSE, Done)
def register_pack_identification(request: Request, body: Identification) -> Any:
    """登记药品标识码｜Say which product the boxes with these seven digits hold"""
    services.register_pack_identification(
        actor=request.actor, product_code=body.product_code, prefix=body.prefix, now=request.now
    )
    return Done()


# HANDING OVER


class Delivery(In):
    """How and where the patient wants the medicine; the counter needs no address."""

    way: Literal["courier", "counter"]
    name: Text = Field(min_length=1, max_length=60)
    phone: Text = Field(min_length=1, max_length=20)
    address: Text = Field("", max_length=200)


@operation(router, "put", "/prescriptions/{uuid:prescription_id}/delivery", OWN_PRESCRIPTION, Done)
def choose_delivery(request: Request, prescription_id: UUID, body: Delivery) -> Any:
    """选择取药方式｜Say how and where the medicine goes"""
    services.choose_delivery(actor=request.actor, prescription_id=prescription_id, now=request.now, **body.model_dump())
    return Done()


class Place(Out):
    """A recipient."""

    name: str
    phone: str
    address: str


class MaybePlace(Out):
    """A recipient, or null while nobody has said."""

    place: Place | None


@operation(router, "get", "/prescriptions/{uuid:prescription_id}/delivery", (OWN_PRESCRIPTION, DISPENSE), MaybePlace)
def place(request: Request, prescription_id: UUID) -> Any:
    """收货人和地址｜To whom and where the medicine goes"""
    return {"place": selectors.place(actor=request.actor, prescription_id=prescription_id)}


class HandOver(In):
    """To the patient at the counter, or to the courier. `id` makes a retry the same deed."""

    id: Id
    to: Literal["patient", "courier"]
    recipient: Text = Field("", max_length=60)


class HandedOver(Out):
    """The one instant at which the medicine left the house."""

    id: UUID
    to: str
    recipient: str
    at: At


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/hand-over", DISPENSE, HandedOver, 201)
def hand_over(request: Request, prescription_id: UUID, body: HandOver) -> Any:
    """发药，仅一次｜Hand the medicine over, once"""
    return services.hand_over(
        actor=request.actor,
        prescription_id=prescription_id,
        hand_over_id=body.id,
        to=body.to,
        recipient=body.recipient,
        now=request.now,
    )


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/receipt", OWN_PRESCRIPTION, Prescription)
def confirm_receipt(request: Request, prescription_id: UUID) -> Any:
    """确认收到药品｜Say that the medicine has arrived"""
    return shown(services.confirm_receipt(actor=request.actor, prescription_id=prescription_id, now=request.now))


class Waybill(Out):
    """The courier's promise to bring it back."""

    carrier: str
    number: str


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/recall", (DISPENSE, WRITE_PRESCRIPTION), Waybill)
def recall_parcel(request: Request, prescription_id: UUID) -> Any:
    """召回在途的药品｜Call a parcel back that is on its way"""
    return services.recall_parcel(actor=request.actor, prescription_id=prescription_id, now=request.now)


class ReturnMedicine(CodedReason):
    """Why medicine comes back. `id` makes a retry the same deed."""

    id: Id


class Returned(Out):
    """Medicine taken back: never to be sold again."""

    id: UUID
    reason_code: str
    refund: bool
    codes: list[str]
    at: At


@operation(router, "post", "/prescriptions/{uuid:prescription_id}/return", DISPENSE, Returned, 201)
def return_medicine(request: Request, prescription_id: UUID, body: ReturnMedicine) -> Any:
    """退药（依法允许的情形）｜Take medicine back, for the reasons that the law admits"""
    return services.return_medicine(
        actor=request.actor,
        prescription_id=prescription_id,
        return_id=body.id,
        reason_code=body.reason_code,
        text=body.text,
        now=request.now,
    )
