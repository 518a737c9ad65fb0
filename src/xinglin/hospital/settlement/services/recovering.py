"""The fund's money comes back when a finding is upheld, and goes back to the provider when the decision falls.

While an appeal is possible the amount is held in the books; a final decision books it: the house bears it, the funds
that paid receive it. A decision that is changed or rejected on appeal, and a claim that is refunded, undo that. What
is done follows from what the case and the claims say now, so that the same news a second time changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from xinglin.benefits.policy import NoPolicy
from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.ledger import services as ledger
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.oversight.selectors import DecidedMoney
from xinglin.hospital.settlement import recoverable
from xinglin.hospital.settlement.access import KEEP_BOOKS
from xinglin.hospital.settlement.payers import borne, fund
from xinglin.hospital.settlement.ports import Insurer, RecoveryNote
from xinglin.hospital.settlement.recovered import Recovery, RecoveryEntry
from xinglin.hospital.settlement.recovering_from import (
    Target,
    breaches,
    open_ones,
    recoveries,
    targets_of,
    year_of,
)
from xinglin.hospital.settlement.services.reserving import CASHIER
from xinglin.hospital.settlement.words import RecoveryBasis, RecoveryStep

HELD_AT_MOST = timedelta(days=366)
DONE = {
    RecoveryStep.HELD: "hold_recovery",
    RecoveryStep.BOOKED: "book_recovery",
    RecoveryStep.RELEASED: "release_recovery",
    RecoveryStep.RETURNED: "return_recovery",
    RecoveryStep.NOTHING: "recover_nothing",
}


def recover(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Bring the books in line with what a decided finding owes, and tell the insurer.

    Done twice it is done once. Raises InsurerDown or InsurerSilent after the books are right: try again to tell.
    """
    require(actor, KEEP_BOOKS)
    owed = oversight.decided_money(actor=actor, case_id=case_id)
    if owed is None:
        return
    fell = _in_line(actor, owed, now)
    for other in sorted(fell, key=str):
        freed = oversight.decided_money(actor=actor, case_id=other)
        if freed is not None:
            _in_line(actor, freed, now)
    for one in (case_id, *fell):
        _tell(one, now)


def give_back_recoveries(*, actor: Actor, claim_id: UUID, now: datetime) -> None:
    """A claim was refunded: the fund has its money back, and what was recovered of it goes back to the house."""
    require(actor, KEEP_BOOKS)
    for case_id in dict.fromkeys(one.case_id for one in open_ones(claim_id=claim_id)):
        recover(actor=actor, case_id=case_id, now=now)


@transaction.atomic
def _in_line(actor: Actor, owed: DecidedMoney, now: datetime) -> set[UUID]:
    """Every claim of the finding; returns other cases whose money may now be recovered instead."""
    targets = targets_of(owed)
    for person in sorted({target.person_id for target in targets}, key=str):
        insurance.lock_limits(actor=CASHIER, person_id=person)
    bills = {str(target.id): target.lines for target in targets}
    lines = recoverable.owed_by_line(bills, owed.lines, owed.breach_fen, owed.owed_fen)
    freed: set[UUID] = set()
    for target in targets:
        freed |= _one(actor, owed, target, lines[str(target.id)], now)
    mine = {target.id for target in targets}
    for left in open_ones(case_id=owed.case_id):
        if left.claim_id not in mine:
            _undo(actor, left, "refunded", now)
    return freed


def _one(actor: Actor, owed: DecidedMoney, target: Target, lines: dict[str, int], now: datetime) -> set[UUID]:
    known = open_ones(person_id=target.person_id)
    mine = next((one for one in known if one.case_id == owed.case_id and one.claim_id == target.id), None)
    others = [one for one in known if one is not mine]
    free = recoverable.still_open(target.lines, lines, breaches(others), owed.rule) if target.stands else {}
    if mine is not None and dict(mine.lines) == free:
        if owed.final and mine.step == RecoveryStep.HELD:
            _step(actor, mine, RecoveryStep.BOOKED, "", now)
        return set()
    if mine is not None:
        because = "refunded" if not target.stands else "changed" if owed.owed_fen else "rejected"
        _undo(actor, mine, because, now)
    if owed.owed_fen:
        _begin(actor, owed, target, lines, free, others, now)
    fell = mine is not None and target.stands
    beside = recoveries().filter(claim_id=target.id).exclude(case_id=owed.case_id).values_list("case_id", flat=True)
    return set(beside) if fell else set()


def _begin(
    actor: Actor,
    owed: DecidedMoney,
    target: Target,
    lines: dict[str, int],
    free: dict[str, int],
    others: list[Recovery],
    now: datetime,
) -> None:
    """A recovery that stands: held, or booked at once where the decision is final; or the reason why nothing is due."""
    of_claim = sum(one.amount_fen for one in others if one.claim_id == target.id)
    by_fund, basis = _loss(owed, target, free, others)
    funds = recoverable.capped(by_fund, target.fund_fen - of_claim)
    amount = sum(funds.values())
    because = "" if amount else _why_nothing(target, lines, free)
    last = recoveries().filter(case_id=owed.case_id, claim_id=target.id).last()
    if not amount and last is not None and last.step == RecoveryStep.NOTHING and last.owed_fen == sum(lines.values()):
        return
    row = Recovery(
        id=new_id(),
        case_id=owed.case_id,
        verdict_id=owed.verdict_id,
        rule=owed.rule,
        claim_id=target.id,
        reported=target.reported,
        institution_id=target.institution_id,
        person_id=target.person_id,
        area=target.area,
        owed_fen=sum(lines.values()),
        breach_fen=sum(free.values()),
        amount_fen=amount,
        lines=sorted(free.items()),
        funds=sorted(funds.items()),
        basis=basis,
        at=now,
    )
    row.save(force_insert=True)
    if not amount:
        _step(actor, row, RecoveryStep.NOTHING, because, now)
        return
    _step(actor, row, RecoveryStep.HELD, "", now)
    if owed.final:
        _step(actor, row, RecoveryStep.BOOKED, "", now)


def _loss(
    owed: DecidedMoney, target: Target, free: dict[str, int], others: list[Recovery]
) -> tuple[dict[str, int], RecoveryBasis]:
    """The fund's loss by fund: the year settled again where it is ours, else what an audit found, else by share."""
    if not free or not target.area:  # Money for a fund that nobody can name would never be found again.
        return {}, RecoveryBasis.RESETTLED
    if not target.reported:
        try:
            history, opening = year_of(target)
            return recoverable.loss(history, opening, breaches(others), free), RecoveryBasis.RESETTLED
        except NoPolicy:  # A policy that is no longer on file: the claim's own share stands in.
            pass
    part, whole = sum(free.values()), owed.breach_fen
    if owed.loss_fen is not None and target.reported:
        return {"basic": owed.loss_fen * min(part, whole) // whole}, RecoveryBasis.AUDITED
    return {"basic": target.fund_fen * part // max(1, target.total_fen)}, RecoveryBasis.SHARE


def _why_nothing(target: Target, lines: dict[str, int], free: dict[str, int]) -> str:
    if not target.stands:
        return "refunded"
    if free and target.fund_fen and not target.area:
        return "fund_unknown"
    return "fund_unpaid" if free or not lines else "covered"


def _undo(actor: Actor, row: Recovery, because: str, now: datetime) -> None:
    """Let go what is held, or give back what was booked."""
    held = row.step == RecoveryStep.HELD
    _step(actor, row, RecoveryStep.RELEASED if held else RecoveryStep.RETURNED, because, now)


def _step(actor: Actor, row: Recovery, step: RecoveryStep, because: str, now: datetime) -> None:
    """Move the money of one step, write the step and the journal, wake the desks."""
    _move(row, step, now)
    RecoveryEntry(
        id=uuid5(row.id, step),
        recovery=row,
        institution_id=row.institution_id,
        step=step,
        because=because,
        at=now,
        by_id=actor.id,
        by_label=actor.label[:120],
    ).save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb=DONE[step],
        object_type="recovery",
        object_id=row.id,
        now=now,
        detail={
            "rule": row.rule,
            "claim": str(row.claim_id),
            "case": str(row.case_id),
            "amount_fen": row.amount_fen,
            "because": because,
        },
    )
    announce("desk:audit", "finding", row.verdict_id)


def _move(row: Recovery, step: RecoveryStep, now: datetime) -> None:
    """What a step does in the books: from what the house bears to the funds that paid, and back."""
    if step == RecoveryStep.HELD:
        wanted = [AccountWanted(borne(row.institution_id), "hospital")]
        wanted += [AccountWanted(fund(row.area, name), "fund") for name, _ in row.funds]
        ledger.open_accounts(actor=CASHIER, accounts=wanted, now=now)
        ledger.reserve(
            actor=CASHIER, group_id=row.id, transfers=_transfers(row), expires_at=now + HELD_AT_MOST, now=now
        )
    elif step == RecoveryStep.BOOKED:
        ledger.post(actor=CASHIER, group_id=row.id, now=now)
    elif step == RecoveryStep.RELEASED:
        ledger.void(actor=CASHIER, group_id=row.id, now=now)
    elif step == RecoveryStep.RETURNED:
        back = [
            TransferWanted(uuid5(one.id, "back"), one.credit, one.debit, one.amount_fen, "recovery_back")
            for one in _transfers(row)
        ]
        ledger.transfer(actor=CASHIER, group_id=uuid5(row.id, "back"), transfers=back, now=now)


def _transfers(row: Recovery) -> list[TransferWanted]:
    return [
        TransferWanted(uuid5(row.id, name), borne(row.institution_id), fund(row.area, name), fen, "recovery")
        for name, fen in row.funds
    ]


def _tell(case_id: UUID, now: datetime) -> None:
    """The insurer keeps its own copy of what moved. Every message has its own id: told twice it is known once."""
    moved = RecoveryEntry.objects.filter(
        recovery__case_id=case_id, step__in=[RecoveryStep.BOOKED, RecoveryStep.RETURNED]
    )
    for note in _notes(moved.select_related("recovery")):
        outside(Insurer).recover(note, now=now)


def _notes(entries: Iterable[RecoveryEntry]) -> Iterable[RecoveryNote]:
    for entry in entries:
        row = entry.recovery
        sign = 1 if entry.step == RecoveryStep.BOOKED else -1
        yield RecoveryNote(entry.id, row.claim_id, row.institution_id, sign * row.amount_fen, entry.at)
