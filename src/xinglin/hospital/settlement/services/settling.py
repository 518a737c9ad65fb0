"""Settling a bill in its three steps, and the quote before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.benefits.lines import Denial
from xinglin.benefits.settle import Outcome
from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.services import Ask
from xinglin.hospital.pharmacy.selectors import State
from xinglin.hospital.settlement import facts, law
from xinglin.hospital.settlement.access import PAY, pays_for
from xinglin.hospital.settlement.bills import Bill, Cover, cover_of, prescription_bill
from xinglin.hospital.settlement.errors import (
    AlreadySettled,
    InsurerDeclined,
    InsurerUnreachable,
    KeyReused,
    NotReadyToPay,
    PaymentRunning,
    PaymentUncertain,
)
from xinglin.hospital.settlement.models import Claim, Settlement
from xinglin.hospital.settlement.services.calling import Called, Fate, settle_there, undo_there
from xinglin.hospital.settlement.services.posting import post
from xinglin.hospital.settlement.services.reserving import Reserved, Wish, give_up, reserve
from xinglin.hospital.settlement.shown import ShownPart, part_of_outcome
from xinglin.hospital.settlement.sums import Figures, add, figures_of, work_out
from xinglin.hospital.settlement.words import SELF_PAY, ClaimState
from xinglin.supervision.facts import Case

ATTEMPTS = 3
"""A denial makes a new attempt with other amounts; a third denial cannot come from the same facts."""
SETTLED_STATES = (State.SETTLED, State.HANDED_OVER, State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a bill would cost now: nothing is held. `asks` are the findings that matter for the payment."""

    bill: Bill
    cover: Cover
    outcomes: tuple[Outcome, ...]
    asks: tuple[Ask, ...]
    account_left_fen: int

    @property
    def figures(self) -> Figures:
        """The sums over the parts."""
        return add([figures_of(outcome) for outcome in self.outcomes])

    @property
    def parts(self) -> tuple[ShownPart, ...]:
        """The parts as people read them, each line with its reasons."""
        return tuple(part_of_outcome(outcome) for outcome in self.outcomes)

    @property
    def self_pay(self) -> T | None:
        """Why insurance is not used; None when it is."""
        return SELF_PAY.get(self.cover.self_pay)

    @property
    def insurance(self) -> T | None:
        """The insurance in words."""
        return limits.INSURANCE_NAMES.get(self.cover.insurance_type)


def presettle(
    *, actor: Actor, prescription_id: UUID, now: datetime, use_account: bool = True, use_insurance: bool = True
) -> Quote:
    """What the patient would pay for a prescription now (2206). Changes nothing.

    Raises NotFound, NotReadyToPay, AlreadySettled, SettlementRefused.
    """
    require(actor, PAY)
    bill = _payable(actor, prescription_id)
    cover = cover_of(bill, now=now, use_insurance=use_insurance)
    left = limits.account_fen(person_id=bill.patient_id)
    so_far = limits.accumulators(person_id=bill.patient_id, year=cover.on.year)
    case = law.case_of(actor, bill, now)

    def worked_out(denials: Mapping[str, Denial]) -> tuple[Outcome, ...]:
        return work_out(
            bill,
            cover,
            book=limits.policy_book(),
            so_far=so_far,
            account_fen=left if use_account else 0,
            denials=denials,
        )

    outcomes = worked_out({})
    asked = facts.claim_case(case, str(bill.subject_id), bill, cover, _figures(outcomes), outcomes, now)
    judged = law.preview(actor, bill, asked, now)
    law.refuse(judged)
    denials = facts.denials_from(judged.asks, case, bill)
    if denials:
        outcomes = worked_out(denials)
    return Quote(bill, cover, outcomes, judged.asks, left)


def _payable(actor: Actor, prescription_id: UUID) -> Bill:
    bill, state = prescription_bill(actor=actor, prescription_id=prescription_id)
    if not pays_for(actor, bill.patient_id):
        raise NotFound
    if state in SETTLED_STATES:
        raise AlreadySettled
    if state is not State.PICKED:
        raise NotReadyToPay(state=state.label)
    return bill


def _figures(outcomes: tuple[Outcome, ...]) -> Figures:
    return add([figures_of(outcome) for outcome in outcomes])


def settle(
    *,
    actor: Actor,
    prescription_id: UUID,
    key: str,
    now: datetime,
    use_account: bool = True,
    use_insurance: bool = True,
    shown_cash_fen: int | None = None,
) -> Settlement:
    """Pay for a picked prescription and release it (2207). The same key again is the same payment.

    `shown_cash_fen` is what the patient agreed to pay: more is never taken. Raises NotFound, NotReadyToPay,
    AlreadySettled, PaymentRunning, AnotherPaymentRunning, KeyReused, AmountChanged, SettlementRefused, InsurerDeclined,
    InsurerUnreachable (nothing was taken), PaymentUncertain (nobody knows yet; the worker finds out).
    Never call it inside a transaction.
    """
    require(actor, PAY)
    done = _known(actor, key, prescription_id)
    if done is not None:
        return done
    bill = _payable(actor, prescription_id)
    cover = cover_of(bill, now=now, use_insurance=use_insurance)
    return settle_bill(actor=actor, bill=bill, cover=cover, wish=Wish(key, use_account, shown_cash_fen), now=now)


def _known(actor: Actor, key: str, subject_id: UUID) -> Settlement | None:
    """The settlement of an earlier payment with this key, if there is one."""
    claim = Claim.objects.filter(key=key).exclude(state=ClaimState.GIVEN_UP).first()
    if claim is None:
        return None
    if claim.subject_id != subject_id:
        raise KeyReused(field="key")
    if not pays_for(actor, claim.patient_id):
        raise NotFound
    if claim.state == ClaimState.RESERVED:
        raise PaymentRunning
    return Settlement.objects.get(claim=claim, reverses=None)


def settle_bill(*, actor: Actor, bill: Bill, cover: Cover, wish: Wish, now: datetime) -> Settlement:
    """The three steps for any bill; raises as `settle` does."""
    case = law.case_of(actor, bill, now)
    denials: dict[str, Denial] = {}
    for _ in range(ATTEMPTS):
        held = reserve(actor=actor, bill=bill, cover=cover, wish=wish, denials=denials, now=now)
        further = _judged(actor, bill, case, held, denials, now)
        if not further:
            return _finish(actor, held, now)
        give_up(actor=actor, claim_id=held.claim.id, because="denied", now=now)
        denials |= further
    raise AssertionError("the same facts were denied three times in three different ways")


def _judged(
    actor: Actor, bill: Bill, case: Case, held: Reserved, denials: Mapping[str, Denial], now: datetime
) -> dict[str, Denial]:
    """Step two: judge the reserved amounts. Returns denials that they do not take into account yet."""
    asked = facts.claim_case(case, str(held.claim.id), bill, held.cover, held.figures, held.outcomes, now)
    try:
        judged = law.judge(actor, held.claim.id, bill, asked, now)
    except DomainError as refusal:
        give_up(actor=actor, claim_id=held.claim.id, because=refusal.code, now=now)
        raise
    further = facts.new_denials(facts.denials_from(judged.asks, asked, bill), denials)
    return {} if held.cover.self_pay else further


def _finish(actor: Actor, held: Reserved, now: datetime) -> Settlement:
    """The insurer's word, then step three."""
    claim = held.claim
    called = Called(Fate.ADOPTED) if held.cover.self_pay else settle_there(claim_id=claim.id, now=now)
    if called.fate is Fate.UNKNOWN:
        raise PaymentUncertain
    if called.fate is not Fate.ADOPTED:
        give_up(actor=actor, claim_id=claim.id, because=called.fate.value, now=now)
        if called.fate is Fate.DECLINED:
            raise InsurerDeclined(why=called.why)
        raise InsurerUnreachable
    return finish(actor=actor, claim_id=claim.id, called=called, now=now)


def finish(*, actor: Actor, claim_id: UUID, called: Called, now: datetime) -> Settlement:
    """Post an adopted claim; when it cannot be released, take it back at the insurer's and let it go."""
    try:
        settlement = post(actor=actor, claim_id=claim_id, insurer_ref=called.reference, now=now)
    except DomainError as refusal:
        # While the insurer cannot be told, the claim stays reserved and the worker tries again.
        if undo_there(claim_id=claim_id, now=now):
            give_up(actor=actor, claim_id=claim_id, because=refusal.code, now=now)
        raise
    oversight.link_verdicts(actor=actor, subject_id=claim_id, deed_id=settlement.id, now=now)
    return settlement
