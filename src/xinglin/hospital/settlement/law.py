"""Asking supervision about a claim: at control with the reserved amounts, and as a preview for the quote."""

from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.services import Judged
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.settlement.bills import Bill
from xinglin.hospital.settlement.errors import SettlementRefused
from xinglin.hospital.settlement.words import ClaimKind
from xinglin.supervision.facts import Case

OF_EVERY_BILL = frozenset({"A01", "A02", "A06", "A11", "A12", "G02", "G10", "H08", "H09"})
OF_VISIT_FEE = OF_EVERY_BILL | {"E17", "I01"}
OF_FACES = frozenset({"H06", "J09"})
"""Asked where the patient's face was compared during the visit: whoever was seen by text is asked nothing more."""
OF_MEDICINE = frozenset({"B01", "B03", "B06", "B12", "D13", "G12", "I04", "J01", "J02", "J03", "J06"})
OF_PAYMENT = frozenset(
    {"C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10", "C12", "C13", "C14", "H02", "H04"}
)
"""C11 is not asked: each item is settled under the benefit that covers it."""
OF_PRESCRIPTION = OF_EVERY_BILL | OF_MEDICINE | OF_PAYMENT
STOPS = frozenset({"block", "hold"})


def case_of(actor: Actor, bill: Bill, now: datetime) -> Case:
    """The case of what is paid for, without the amounts."""
    if bill.kind is ClaimKind.PRESCRIPTION:
        return pharmacy.case_for_settlement(actor=actor, prescription_id=bill.subject_id, now=now)
    return consultation.visit_facts(visit_id=bill.visit_id, at=now).case


def rules_of(bill: Bill, case: Case) -> frozenset[str]:
    """The rules that are asked about a bill."""
    if bill.kind is ClaimKind.PRESCRIPTION:
        return OF_PRESCRIPTION
    return OF_VISIT_FEE | (OF_FACES if case.encounter.patient_face_matched is not None else frozenset())


def judge(actor: Actor, claim_id: UUID, bill: Bill, case: Case, now: datetime) -> Judged:
    """Judge a reserved claim at control; committed by itself. Raises SettlementRefused for what may not be settled."""
    judged = oversight.judge(
        actor=actor,
        moment="control",
        case=case,
        subject_type="claim",
        subject_id=claim_id,
        institution_id=bill.institution_id,
        now=now,
        only=rules_of(bill, case),
    )
    refuse(judged)
    return judged


def preview(actor: Actor, bill: Bill, case: Case, now: datetime) -> Judged:
    """The same question without a trace, for a quote."""
    return oversight.preview(
        actor=actor, case=case, now=now, only=rules_of(bill, case), subject_type="claim", moment="control"
    )


def refuse(judged: Judged) -> None:
    """Raise SettlementRefused when a rule blocks or holds."""
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise SettlementRefused(asks=stops)
