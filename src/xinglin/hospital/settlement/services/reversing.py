"""Taking a settlement back: a negative one is written beside it, the money returns, the limits are restored.

Which settlements may be taken back is decided by xinglin.benefits.revoke: last in, first out, where it matters.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from xinglin.benefits.revoke import LaterChange, later_changes
from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.ledger import selectors as books
from xinglin.hospital.ledger import services as ledger
from xinglin.hospital.ledger.services import TransferWanted
from xinglin.hospital.pharmacy import services as pharmacy
from xinglin.hospital.settlement.access import REVERSE
from xinglin.hospital.settlement.errors import (
    InsurerDeclined,
    InsurerUnreachable,
    LaterSettlementsStand,
    NotYetReversible,
    PaymentUncertain,
)
from xinglin.hospital.settlement.events import ClaimReversed
from xinglin.hospital.settlement.models import Claim, ReversalWish, Settlement
from xinglin.hospital.settlement.rows import standing_of
from xinglin.hospital.settlement.services.calling import Called, Fate, resolve, revoke_there
from xinglin.hospital.settlement.services.reserving import CASHIER
from xinglin.hospital.settlement.sums import Figures
from xinglin.hospital.settlement.words import STANDING, ClaimKind, ClaimState


def reverse(*, actor: Actor, settlement_id: UUID, reason: str, now: datetime) -> Settlement:
    """Take a settlement back (2208) and return the reversal. Done twice it is done once.

    Raises NotFound, LaterSettlementsStand (the later ones first), pharmacy's WrongStage while the medicine is out of
    the house, InsurerUnreachable, InsurerDeclined, PaymentUncertain. Never call it inside a transaction.
    """
    require(actor, REVERSE)
    row = _find(actor, settlement_id)
    done = Settlement.objects.filter(reverses=row).first()
    if done is not None:
        return done
    claim, again = _begin(actor, row, now)
    if claim.self_pay:
        called = Called(Fate.ADOPTED)
    elif again:  # An earlier attempt had no answer: ask what became of it instead of sending another.
        called = resolve(claim_id=claim.id, kind="revoke", now=now)
    else:
        called = revoke_there(claim_id=claim.id, now=now)
    return conclude(actor=actor, settlement=row, called=called, reason=reason, now=now)


def _find(actor: Actor, settlement_id: UUID) -> Settlement:
    row = Settlement.objects.filter(id=settlement_id, reverses=None).first()
    if row is None or not (actor.has(Role.SYSTEM) or row.institution_id in actor.institution_ids):
        raise NotFound
    return row


@transaction.atomic
def _begin(actor: Actor, row: Settlement, now: datetime) -> tuple[Claim, bool]:
    """Hold the claim and the medicine while the insurer is asked. Until then other bills may not rest on it."""
    insurance.lock_limits(actor=CASHIER, person_id=row.patient_id)
    claim = Claim.objects.select_for_update().get(id=row.claim_id)
    if claim.state not in (ClaimState.SETTLED, ClaimState.REVERSING):
        raise NotYetReversible
    later = later_than(claim)
    if later:
        raise LaterSettlementsStand(count=len(later), claims=[change.id for change in later])
    if claim.kind == ClaimKind.PRESCRIPTION:
        pharmacy.withdraw_release(actor=actor, prescription_id=claim.subject_id, settlement_id=row.id, now=now)
    again = claim.state == ClaimState.REVERSING
    claim.state = ClaimState.REVERSING
    claim.save(update_fields=["state"])
    return claim, again


def later_than(claim: Claim) -> Sequence[LaterChange]:
    """The later standing claims of the person whose figures would change without this one."""
    if claim.self_pay:
        return ()
    year = claim.on.year
    claims = Claim.objects.filter(patient_id=claim.patient_id, on__year=year, state__in=STANDING, self_pay="").order_by(
        "number"
    )
    book = limits.policy_book()
    history = [
        standing_of(one, part, book) for one in claims.prefetch_related("parts__lines") for part in one.parts.all()
    ]
    opening = limits.accumulators(
        person_id=claim.patient_id, year=year, without_claims=list(claims.values_list("id", flat=True))
    )
    return later_changes(history, str(claim.id), opening)


def conclude(*, actor: Actor, settlement: Settlement, called: Called, reason: str, now: datetime) -> Settlement:
    """Finish a reversal by what is known of the insurer's answer: write it, or let the settlement stand again."""
    if called.fate is Fate.UNKNOWN:
        raise PaymentUncertain
    if called.fate is not Fate.ADOPTED:
        stand_again(actor=actor, settlement=settlement, now=now)
        if called.fate is Fate.DECLINED:
            raise InsurerDeclined(why=called.why or "")
        raise InsurerUnreachable
    return _write(actor, settlement, reason, called.reference, now)


@transaction.atomic
def stand_again(*, actor: Actor, settlement: Settlement, now: datetime) -> None:
    """The reversal did not come about: the settlement stands and the medicine may be handed over again."""
    claim = Claim.objects.select_for_update().get(id=settlement.claim_id)
    if claim.state != ClaimState.REVERSING:
        return
    claim.state = ClaimState.SETTLED
    claim.save(update_fields=["state"])
    if claim.kind == ClaimKind.PRESCRIPTION:
        _release_again(claim, settlement, now)


def _release_again(claim: Claim, settlement: Settlement, now: datetime) -> None:
    """Give the medicine free again; when it can no longer be handed over, the reversal is wished for anew."""
    try:
        with transaction.atomic():
            pharmacy.release(actor=CASHIER, prescription_id=claim.subject_id, settlement_id=settlement.id, now=now)
    except DomainError:
        ReversalWish.objects.get_or_create(claim=claim, defaults={"reason": "not_released", "asked_at": now})


@transaction.atomic
def _write(actor: Actor, row: Settlement, reason: str, reference: str, now: datetime) -> Settlement:
    """The negative settlement, the money back, the limits restored."""
    claim = Claim.objects.select_for_update().get(id=row.claim_id)
    done = Settlement.objects.filter(reverses=row).first()
    if done is not None:
        return done
    taken_back = Figures(**{name: getattr(row, name) for name in Figures.__dataclass_fields__}).negated()
    reversal = Settlement(
        id=new_id(),
        claim=claim,
        reverses=row,
        patient_id=row.patient_id,
        institution_id=row.institution_id,
        insurer_ref=reference,
        reason=reason[:60],
        at=now,
        by_id=actor.id,
        by_label=actor.label[:120],
        **taken_back.as_columns(),
    )
    reversal.save(force_insert=True)
    claim.state = ClaimState.REVERSED
    claim.ended_because = reason[:60]
    claim.save(update_fields=["state", "ended_because"])
    _money_back(claim, now)
    if not claim.self_pay:
        insurance.give_back_usage(actor=CASHIER, claim_id=claim.id, kind="revoked", now=now)
    _announce(actor, claim, row, reversal, now)
    return reversal


def _money_back(claim: Claim, now: datetime) -> None:
    """Every posted transfer of the claim, the other way round, under ids that follow from the first ones."""
    moved = [m for m in books.movements(actor=CASHIER, group_id=claim.id) if m.decided == "posted"]
    ledger.transfer(
        actor=CASHIER,
        group_id=uuid5(claim.id, "reversal"),
        transfers=[
            TransferWanted(uuid5(m.id, "reversal"), m.credit, m.debit, m.amount_fen, f"{m.reason}_back") for m in moved
        ],
        now=now,
    )


def _announce(actor: Actor, claim: Claim, row: Settlement, reversal: Settlement, now: datetime) -> None:
    journal.write(
        actor=actor,
        institution_id=claim.institution_id,
        verb="reverse",
        object_type="settlement",
        object_id=row.id,
        now=now,
        detail={"reversal": str(reversal.id), "reason": reversal.reason, "total_fen": reversal.total_fen},
    )
    publish(
        ClaimReversed(
            settlement_id=row.id,
            reversal_id=reversal.id,
            claim_id=claim.id,
            visit_id=claim.visit_id,
            patient_id=claim.patient_id,
            institution_id=claim.institution_id,
            reason=reversal.reason,
            fund_fen=-reversal.fund_fen,
            account_fen=-reversal.account_fen,
            cash_fen=-reversal.cash_fen,
            at=now,
        )
    )
    from xinglin.hospital.settlement.tasks import give_back  # the job imports the verbs

    give_back.defer(claim_id=str(claim.id))
    announce(f"person:{claim.patient_id}", "payment", reversal.id)
