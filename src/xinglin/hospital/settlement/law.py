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

OF_VISIT_FEE = frozenset({"A01", "A02", "A06", "A12", "G10"})
OF_PRESCRIPTION = OF_VISIT_FEE | {"B01", "B03", "G12", "J01"}
STOPS = frozenset({"block", "hold"})


def case_of(actor: Actor, bill: Bill, now: datetime) -> Case:
    """The case of what is paid for, without the amounts."""
    if bill.kind is ClaimKind.PRESCRIPTION:
        return pharmacy.case_for_settlement(actor=actor, prescription_id=bill.subject_id, now=now)
    return consultation.visit_facts(visit_id=bill.visit_id, at=now).case


def rules_of(bill: Bill) -> frozenset[str]:
    """The rules that are asked about a bill."""
    return OF_PRESCRIPTION if bill.kind is ClaimKind.PRESCRIPTION else OF_VISIT_FEE


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
        only=rules_of(bill),
    )
    refuse(judged)
    return judged


def preview(actor: Actor, bill: Bill, case: Case, now: datetime) -> Judged:
    """The same question without a trace, for a quote."""
    return oversight.preview(
        actor=actor, case=case, now=now, only=rules_of(bill), subject_type="claim", moment="control"
    )


def refuse(judged: Judged) -> None:
    """Raise SettlementRefused when a rule blocks or holds."""
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise SettlementRefused(asks=stops)
