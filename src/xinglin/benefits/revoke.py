"""Taking a settlement back without making the later ones wrong.

The trouble: with a deductible of 500.00 and 60 %, three bills of 300.00, 400.00 and 250.00 in scope are paid 0.00,
120.00 and 150.00. If the first is revoked after the third, bills two and three alone would rightly have been paid 0.00
and 90.00: the fund has paid 180.00 too much.

Our rule is *last in, first out, where it matters*: a settlement may be revoked unless that would change the figures of
a later one that still stands; the refusal names those, and revoking them first (the last one first) makes it right.

Why this one. Settling the later bills again by ourselves would reopen closed visits, void printed receipts and ask
people for money for a day on which they did nothing; it also moves money in months that the agency has cleared.
Forbidding every older revocation, as many systems do, would punish the common harmless case: once the deductible is met
and no cap is near, nothing later depends on the revoked bill. Looking whether anything changes costs one replay.
It gives the invariant that the tests hold: whatever was settled and revoked, the standing settlements have exactly the
figures that settling them alone, in their order, would give.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xinglin.benefits.lines import SplitLine
from xinglin.benefits.policy import Filing, Policy
from xinglin.benefits.settle import Outcome, Purse, settle
from xinglin.benefits.totals import Effect, SchemeKey, State

NOTHING_USED = State()


@dataclass(frozen=True, slots=True)
class Standing:
    """A settlement that stands: what it was settled from, and what came of it.

    `fund_fen` is the figure on its receipt, `effect` what it added to the accumulators.
    """

    id: str
    lines: tuple[SplitLine, ...]
    key: SchemeKey
    policy: Policy
    fund_fen: int
    effect: Effect
    filing: Filing = Filing.AT_HOME
    aid_permille: int = 0


@dataclass(frozen=True, slots=True)
class LaterChange:
    """A later settlement that a revocation would make wrong, with what the fund paid and ought to pay, in fen."""

    id: str
    paid_fen: int
    rightful_fen: int


def replay(history: Sequence[Standing], opening: State = NOTHING_USED) -> tuple[Outcome, ...]:
    """Settle the bills again, alone and in their order, on what was used before all of them."""
    state = opening
    outcomes: list[Outcome] = []
    for bill in history:
        outcome = settle(
            bill.lines,
            key=bill.key,
            policy=bill.policy,
            so_far=state,
            purse=Purse(aid_permille=bill.aid_permille),
            filing=bill.filing,
        )
        state = state.plus(outcome.effect)
        outcomes.append(outcome)
    return tuple(outcomes)


def later_changes(history: Sequence[Standing], revoked: str, opening: State = NOTHING_USED) -> tuple[LaterChange, ...]:
    """The later settlements whose figures would change if `revoked` were taken out; empty means it may be revoked.

    `history` holds the standing settlements of the person in the year, in the order of settling; `opening` is what was
    used before them. Raises ValueError when the one to revoke is not among them.
    """
    if revoked not in {bill.id for bill in history}:
        raise ValueError(f"settlement {revoked} does not stand")
    rest = [bill for bill in history if bill.id != revoked]
    return tuple(
        LaterChange(bill.id, bill.fund_fen, again.fund_fen)
        for bill, again in zip(rest, replay(rest, opening), strict=True)
        if (bill.fund_fen, bill.effect) != (again.fund_fen, again.effect)
    )
