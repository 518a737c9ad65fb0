"""Step three: post what was reserved, write the settlement, release the medicine; all in one transaction."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.ledger import services as ledger
from xinglin.hospital.pharmacy import services as pharmacy
from xinglin.hospital.settlement.errors import PaymentGivenUp
from xinglin.hospital.settlement.events import ClaimSettled
from xinglin.hospital.settlement.models import Claim, Settlement
from xinglin.hospital.settlement.rows import figures_of_part
from xinglin.hospital.settlement.services.reserving import CASHIER
from xinglin.hospital.settlement.sums import add
from xinglin.hospital.settlement.words import ClaimKind, ClaimState


@transaction.atomic
def post(*, actor: Actor, claim_id: UUID, insurer_ref: str, now: datetime) -> Settlement:
    """Let the money move and write the settlement. Done twice it is done once.

    Raises PaymentGivenUp when the claim was let go meanwhile, and what pharmacy.release raises; then nothing is posted.
    """
    claim = Claim.objects.select_for_update().get(id=claim_id)
    done = Settlement.objects.filter(claim=claim, reverses=None).first()
    if done is not None:
        return done
    if claim.state != ClaimState.RESERVED:
        raise PaymentGivenUp
    figures = add([figures_of_part(part) for part in claim.parts.all()])
    row = Settlement(
        id=new_id(),
        claim=claim,
        patient_id=claim.patient_id,
        institution_id=claim.institution_id,
        insurer_ref=insurer_ref,
        at=now,
        by_id=actor.id,
        by_label=actor.label[:120],
        **figures.as_columns(),
    )
    row.save(force_insert=True)
    claim.state = ClaimState.SETTLED
    claim.decided_at = now
    claim.save(update_fields=["state", "decided_at"])
    ledger.post(actor=CASHIER, group_id=claim.id, now=now)
    prescription_id = claim.subject_id if claim.kind == ClaimKind.PRESCRIPTION else None
    if prescription_id is not None:
        pharmacy.release(actor=actor, prescription_id=prescription_id, settlement_id=row.id, now=now)
    _announce(actor, claim, row, prescription_id, now)
    return row


def _announce(actor: Actor, claim: Claim, row: Settlement, prescription_id: UUID | None, now: datetime) -> None:
    amounts = {
        "total_fen": row.total_fen,
        "fund_fen": row.fund_fen,
        "account_fen": row.account_fen,
        "cash_fen": row.cash_fen,
    }
    journal.write(
        actor=actor,
        institution_id=claim.institution_id,
        verb="settle",
        object_type="settlement",
        object_id=row.id,
        now=now,
        detail={"claim": str(claim.id), "kind": claim.kind, "subject": str(claim.subject_id), **amounts},
    )
    publish(
        ClaimSettled(
            settlement_id=row.id,
            claim_id=claim.id,
            visit_id=claim.visit_id,
            prescription_id=prescription_id,
            patient_id=claim.patient_id,
            institution_id=claim.institution_id,
            at=now,
            **amounts,
        )
    )
    announce(f"person:{claim.patient_id}", "payment", row.id)
