"""Step one: hold the person's limits and the money for a bill, in one transaction; and letting them go again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from xinglin.benefits.lines import Denial
from xinglin.benefits.settle import Outcome
from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.ledger import services as ledger
from xinglin.hospital.settlement.bills import Bill, Cover
from xinglin.hospital.settlement.errors import (
    AlreadySettled,
    AmountChanged,
    AnotherPaymentRunning,
    PaymentRunning,
)
from xinglin.hospital.settlement.models import Claim, ClaimLine, ClaimPart
from xinglin.hospital.settlement.payers import accounts_for, transfers_for
from xinglin.hospital.settlement.rows import claim_row, part_rows
from xinglin.hospital.settlement.sums import Figures, add, figures_of, work_out
from xinglin.hospital.settlement.words import UNDECIDED, ClaimState

CASHIER = system_actor("cashier")
HELD_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the payer asked for. `shown_cash_fen` is what the payer was told to pay; None: pay whatever it is."""

    key: str
    use_account: bool
    shown_cash_fen: int | None


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reserved claim with its outcomes."""

    claim: Claim
    cover: Cover
    outcomes: tuple[Outcome, ...]

    @property
    def figures(self) -> Figures:
        """The sums of the claim."""
        return add([figures_of(outcome) for outcome in self.outcomes])


@transaction.atomic
def reserve(
    *, actor: Actor, bill: Bill, cover: Cover, wish: Wish, denials: Mapping[str, Denial], now: datetime
) -> Reserved:
    """Work the bill out on what is left today and hold it: limits, account, money.

    The person's limits are locked first, so that two bills of one person pass one after the other. The boxes were held
    when they were picked: a trace code stands in one prescription only. Raises PaymentRunning, AlreadySettled,
    AnotherPaymentRunning, AmountChanged; then nothing is held.
    """
    insurance.lock_limits(actor=CASHIER, person_id=bill.patient_id)
    _refuse_twice(bill)
    outcomes = _outcomes(bill, cover, wish, denials)
    cash = sum(outcome.cash_fen for outcome in outcomes)
    if wish.shown_cash_fen is not None and cash > wish.shown_cash_fen:
        raise AmountChanged(shown=yuan(wish.shown_cash_fen), now=yuan(cash))
    number = (Claim.objects.filter(patient_id=bill.patient_id).aggregate(n=Max("number"))["n"] or 0) + 1
    claim = claim_row(new_id(), wish.key, number, bill, cover, actor, now)
    claim.save(force_insert=True)
    parts, lines = part_rows(claim, outcomes)
    ClaimPart.objects.bulk_create(parts)
    ClaimLine.objects.bulk_create(lines)
    if not cover.self_pay:
        effects = [outcome.effect for outcome in outcomes]
        insurance.reserve_usage(actor=CASHIER, person_id=bill.patient_id, claim_id=claim.id, effects=effects, now=now)
    _hold_money(claim, outcomes, now)
    return Reserved(claim, cover, outcomes)


def _refuse_twice(bill: Bill) -> None:
    state = (
        Claim.objects.filter(kind=bill.kind, subject_id=bill.subject_id, state__in=[*UNDECIDED, ClaimState.SETTLED])
        .values_list("state", flat=True)
        .first()
    )
    if state == ClaimState.SETTLED:
        raise AlreadySettled
    if state is not None:
        raise PaymentRunning


def _outcomes(bill: Bill, cover: Cover, wish: Wish, denials: Mapping[str, Denial]) -> tuple[Outcome, ...]:
    """Work out on what is left; refuse when that depends on a bill whose fate is open.

    Nobody knows yet whether that one will stand. If it were let go after this one has been settled, this one would
    stand with figures that are wrong, and no later look could tell why.
    """
    account = limits.account_fen(person_id=bill.patient_id) if wish.use_account and not cover.self_pay else 0
    undecided = list(
        Claim.objects.filter(patient_id=bill.patient_id, state__in=UNDECIDED, self_pay="").values_list("id", flat=True)
    )

    def on(without: Sequence[UUID]) -> tuple[Outcome, ...]:
        so_far = limits.accumulators(person_id=bill.patient_id, year=cover.on.year, without_claims=without)
        return work_out(bill, cover, book=limits.policy_book(), so_far=so_far, account_fen=account, denials=denials)

    outcomes = on([])
    if undecided and not cover.self_pay:
        others = on(undecided)
        if [(o.funds, o.effect) for o in others] != [(o.funds, o.effect) for o in outcomes]:
            raise AnotherPaymentRunning
    return outcomes


def _hold_money(claim: Claim, outcomes: Sequence[Outcome], now: datetime) -> None:
    wanted = accounts_for(institution_id=claim.institution_id, area=claim.area, person_id=claim.patient_id)
    ledger.open_accounts(actor=CASHIER, accounts=wanted, now=now)
    transfers = transfers_for(
        claim_id=claim.id,
        institution_id=claim.institution_id,
        area=claim.area,
        person_id=claim.patient_id,
        outcomes=outcomes,
    )
    ledger.reserve(actor=CASHIER, group_id=claim.id, transfers=transfers, expires_at=now + HELD_FOR, now=now)


@transaction.atomic
def give_up(*, actor: Actor, claim_id: UUID, because: str, now: datetime) -> bool:
    """Let everything go that a claim holds; True when it was held until now. Never touches a settled claim."""
    claim = Claim.objects.select_for_update().get(id=claim_id)
    if claim.state != ClaimState.RESERVED:
        return False
    claim.state = ClaimState.GIVEN_UP
    claim.decided_at = now
    claim.ended_because = because[:60]
    claim.save(update_fields=["state", "decided_at", "ended_because"])
    ledger.void(actor=CASHIER, group_id=claim.id, now=now)
    if not claim.self_pay:
        insurance.give_back_usage(actor=CASHIER, claim_id=claim.id, kind="released", now=now)
    journal.write(
        actor=actor,
        institution_id=claim.institution_id,
        verb="settle",
        object_type="claim",
        object_id=claim.id,
        now=now,
        outcome="refused",
        detail={"because": because, "kind": claim.kind, "subject": str(claim.subject_id)},
    )
    return True
