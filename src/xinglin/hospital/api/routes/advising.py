"""What is done about a finding of the check of medicines: a remedy, a coded reason, and the pharmacist's look."""

from typing import Any
from uuid import UUID

from ninja import Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.cards import TICKET, DeskCheck, desk_check_of
from xinglin.hospital.api.routes.prescriptions import PrescriptionDraft, SavedDraft
from xinglin.hospital.api.shapes import At, Code, Formed, In, Out, Text
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.access import REVIEW_PRESCRIPTION, WRITE_PRESCRIPTION

router = Router(tags=["prescriptions"])
TICKET_FORM = r"^[0-9a-f]{24}$"


class AcceptFinding(In):
    """A draft, which of its findings is accepted, and why (lists/override-reasons). The same again is the same deed."""

    draft: PrescriptionDraft
    ticket: Formed = Field(pattern=TICKET_FORM, description=TICKET)
    reason_code: Code
    text: Text = Field("", max_length=500)


class Accepted(Out):
    """The acceptance that holds: for 90 days the finding is silent while it stays the same."""

    id: UUID
    ticket: str
    rule: str
    tier: str
    row: str
    reason_code: str
    text: str
    at: At


@operation(router, "post", "/finding-acceptances", WRITE_PRESCRIPTION, Accepted, 201)
def accept_finding(request: Request, body: AcceptFinding) -> Any:
    """注明理由接受一条用药提示｜Accept a finding of the medicine check with a coded reason

    Unchanged, the finding stays silent for 90 days for this patient. One that no longer holds is refused with
    `decision_support.finding_gone`, one of tier X online with `decision_support.may_not_be_accepted`.
    """
    return services.accept_finding(
        actor=request.actor,
        draft=body.draft.plain(),
        ticket=body.ticket,
        reason_code=body.reason_code,
        text=body.text,
        now=request.now,
    )


class TakeRemedy(In):
    """A draft, the finding, and the remedy that its card offers, with the line and the product where it names them."""

    draft: PrescriptionDraft
    ticket: Formed = Field(pattern=TICKET_FORM, description=TICKET)
    remedy: Text = Field(min_length=1, max_length=80, examples=["switch:paracetamol"])
    line: Text = Field("", max_length=60)
    product_code: Text = Field("", max_length=40)


@operation(router, "post", "/finding-remedies", WRITE_PRESCRIPTION, SavedDraft)
def take_remedy(request: Request, body: TakeRemedy) -> Any:
    """采用卡片上的办法，得到改后的处方｜Take a remedy of a card: the draft after it, which is not kept

    A test is put on the visit's list; a medicine taken already is noted as paused. What is not offered any more is
    refused with `prescription.remedy_gone`. Keep the draft with `PUT /prescription-drafts`.
    """
    return services.take_remedy(
        actor=request.actor,
        draft=body.draft.plain(),
        ticket=body.ticket,
        remedy=body.remedy,
        line=body.line,
        product_code=body.product_code,
        now=request.now,
    )


@operation(router, "get", "/prescriptions/{uuid:prescription_id}/medicine-check", REVIEW_PRESCRIPTION, DeskCheck)
def medicine_check(request: Request, prescription_id: UUID) -> Any:
    """审方时的用药核查：提示、理由、签发后的变化｜The check of a signed prescription, as the review desk shows it

    The reading is journaled like any reading of the prescription.
    """
    actor, now = request.actor, request.now
    selectors.prescription(actor=actor, prescription_id=prescription_id, now=now)
    return desk_check_of(selectors.desk_sheet(actor=actor, prescription_id=prescription_id, now=now))
