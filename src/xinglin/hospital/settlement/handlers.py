"""What settlement does about events of the modules below. Delivered at least once; every reaction is idempotent."""

from datetime import datetime

from xinglin.hospital.consultation.events import (
    VisitCancelled,
    VisitEnded,
    VisitPromiseBroken,
    VisitReferred,
    VisitRequested,
)
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.oversight.events import DecisionBecameFinal, FindingDecided
from xinglin.hospital.pharmacy.events import MedicineReturned, PrescriptionCancelled
from xinglin.hospital.settlement import services

CASHIER = system_actor("cashier")


def hold_fee(event: VisitRequested, *, now: datetime) -> None:
    """Hold the fee of a visit that was asked for."""
    services.hold_visit_fee(
        actor=CASHIER,
        visit_id=event.visit_id,
        patient_id=event.patient_id,
        institution_id=event.institution_id,
        fee_fen=event.fee_fen,
        now=now,
    )


def charge_fee(event: VisitEnded, *, now: datetime) -> None:
    """Settle the fee of a visit that took place."""
    services.charge_visit_fee(actor=CASHIER, visit_id=event.visit_id, now=now)


def decide_fee_of_referral(event: VisitReferred, *, now: datetime) -> None:
    """A visit that had begun is charged; one that was stopped before gives the fee back."""
    if event.fee_due:
        services.charge_visit_fee(actor=CASHIER, visit_id=event.visit_id, now=now)
    else:
        services.refund_visit_fee(actor=CASHIER, visit_id=event.visit_id, reason="referred", now=now)


def refund_cancelled(event: VisitCancelled, *, now: datetime) -> None:
    """Give the fee of a cancelled visit back."""
    services.refund_visit_fee(actor=CASHIER, visit_id=event.visit_id, reason="cancelled", now=now)


def refund_broken_promise(event: VisitPromiseBroken, *, now: datetime) -> None:
    """Give the fee back because nobody answered in time."""
    services.refund_visit_fee(actor=CASHIER, visit_id=event.visit_id, reason="promise_broken", now=now)


def reverse_cancelled(event: PrescriptionCancelled, *, now: datetime) -> None:
    """Take the settlement of a cancelled or expired prescription back."""
    if event.settlement_id is not None:
        services.wish_reversal(actor=CASHIER, settlement_id=event.settlement_id, reason=event.reason_code, now=now)


def recover_decided(event: FindingDecided, *, now: datetime) -> None:
    """Hold what a decision owes the fund; after an appeal book it, or let it go."""
    services.recover(actor=CASHIER, case_id=event.case_id, now=now)


def recover_final(event: DecisionBecameFinal, *, now: datetime) -> None:
    """Book what a decision owes that nobody appealed."""
    services.recover(actor=CASHIER, case_id=event.case_id, now=now)


def reverse_returned(event: MedicineReturned, *, now: datetime) -> None:
    """Take the settlement of returned or lost medicine back."""
    if event.refund:
        services.wish_reversal(actor=CASHIER, settlement_id=event.settlement_id, reason=event.reason_code, now=now)
