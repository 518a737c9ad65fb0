"""The fee of a visit: held when the visit is asked for, charged through insurance at its end, or given back.

Holding is a reservation in the ledger: the money is the patient's until the visit has taken place. A broken promise
gives it back without being asked.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.ledger import services as ledger
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted
from xinglin.hospital.settlement.access import KEEP_BOOKS
from xinglin.hospital.settlement.bills import cover_of, visit_fee_bill
from xinglin.hospital.settlement.errors import AlreadySettled, NothingToSettle, SettlementRefused
from xinglin.hospital.settlement.events import VisitFeeRefunded
from xinglin.hospital.settlement.models import Claim, Settlement, VisitFee
from xinglin.hospital.settlement.payers import CASH, income
from xinglin.hospital.settlement.services.reserving import CASHIER, Wish
from xinglin.hospital.settlement.services.settling import settle_bill
from xinglin.hospital.settlement.words import ClaimKind, ClaimState

FEE_HELD_FOR = timedelta(days=30)


@transaction.atomic
def hold_visit_fee(
    *, actor: Actor, visit_id: UUID, patient_id: UUID, institution_id: UUID, fee_fen: int, now: datetime
) -> VisitFee:
    """Hold the fee of a visit that was asked for. Held once; a visit that is decided already is left alone."""
    require(actor, KEEP_BOOKS)
    done = VisitFee.objects.filter(visit_id=visit_id).first()
    if done is not None:
        return done
    group = new_id() if fee_fen else None
    fee = VisitFee(
        visit_id=visit_id,
        patient_id=patient_id,
        institution_id=institution_id,
        fee_fen=fee_fen,
        group_id=group,
        state="held",
        held_at=now,
    )
    fee.save(force_insert=True)
    if group is not None:
        ledger.open_accounts(
            actor=CASHIER,
            accounts=[AccountWanted(CASH, "outside"), AccountWanted(income(institution_id), "hospital")],
            now=now,
        )
        ledger.reserve(
            actor=CASHIER,
            group_id=group,
            transfers=[TransferWanted(group, CASH, income(institution_id), fee_fen, "visit_fee")],
            expires_at=now + FEE_HELD_FOR,
            now=now,
        )
    return fee


@transaction.atomic
def refund_visit_fee(*, actor: Actor, visit_id: UUID, reason: str, now: datetime) -> bool:
    """Give a held fee back; True when it went back now. A fee that is charged or back already is left alone."""
    require(actor, KEEP_BOOKS)
    fee = VisitFee.objects.select_for_update().filter(visit_id=visit_id).first()
    if fee is None or fee.state != "held":
        return False
    _decide(fee, "released", reason, now)
    journal.write(
        actor=actor,
        institution_id=fee.institution_id,
        verb="refund_visit_fee",
        object_type="visit",
        object_id=visit_id,
        now=now,
        detail={"fee_fen": fee.fee_fen, "reason": reason},
    )
    publish(
        VisitFeeRefunded(
            visit_id=visit_id,
            patient_id=fee.patient_id,
            institution_id=fee.institution_id,
            fee_fen=fee.fee_fen,
            reason=reason,
            at=now,
        )
    )
    announce(f"person:{fee.patient_id}", "payment", visit_id)
    return True


def _decide(fee: VisitFee, state: str, reason: str, now: datetime) -> None:
    """End the hold: charging voids it too, because the claim moves the rightful shares itself."""
    fee.state = state
    fee.decided_at = now
    fee.reason = reason[:40]
    fee.save(update_fields=["state", "decided_at", "reason"])
    if fee.group_id is not None:
        ledger.void(actor=CASHIER, group_id=fee.group_id, now=now)


def charge_visit_fee(*, actor: Actor, visit_id: UUID, now: datetime) -> Settlement | None:
    """Settle the fee of a visit that took place: insurance pays its share, the hold ends. Done twice it is done once.

    When a rule forbids it, the fee goes back to the patient and None is returned. Raises AnotherPaymentRunning,
    InsurerUnreachable, PaymentUncertain: the caller tries again later. Never call it inside a transaction.
    """
    require(actor, KEEP_BOOKS)
    done = Settlement.objects.filter(
        claim__kind=ClaimKind.VISIT_FEE, claim__subject_id=visit_id, reverses=None, reversal=None
    ).first()
    if done is None:
        try:
            bill = visit_fee_bill(visit_id=visit_id, at=now)
            cover = cover_of(bill, now=now, use_insurance=True)
            wish = Wish(_fee_key(visit_id), use_account=True, shown_cash_fen=None)
            done = settle_bill(actor=actor, bill=bill, cover=cover, wish=wish, now=now)
        except NothingToSettle:
            return None
        except AlreadySettled:
            return None
        except SettlementRefused:
            refund_visit_fee(actor=actor, visit_id=visit_id, reason="refused_by_rule", now=now)
            return None
    _charged(done, now)
    return done


def _fee_key(visit_id: UUID) -> str:
    return f"visit-fee:{visit_id}"


@transaction.atomic
def _charged(settlement: Settlement, now: datetime) -> None:
    claim: Claim = settlement.claim
    fee = VisitFee.objects.select_for_update().filter(visit_id=claim.subject_id).first()
    if fee is None:
        # The end of the visit was heard before its request: written down, so that the request holds nothing any more.
        VisitFee(
            visit_id=claim.subject_id,
            patient_id=claim.patient_id,
            institution_id=claim.institution_id,
            fee_fen=settlement.total_fen,
            state="charged",
            held_at=now,
            decided_at=now,
        ).save(force_insert=True)
    elif fee.state == "held":
        _decide(fee, "charged", "", now)


def unfinished_fees(*, actor: Actor, now: datetime) -> int:
    """End the hold of fees whose claim was settled by the worker after an uncertain call; returns how many."""
    require(actor, KEEP_BOOKS)
    held = VisitFee.objects.filter(state="held").values_list("visit_id", flat=True)
    settled = Settlement.objects.filter(
        claim__kind=ClaimKind.VISIT_FEE, claim__subject_id__in=held, claim__state=ClaimState.SETTLED, reverses=None
    ).select_related("claim")
    rows = list(settled[:200])
    for row in rows:
        _charged(row, now)
    return len(rows)
