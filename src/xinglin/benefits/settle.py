"""Settle a classified bill: deductible, tiers, cap, supplements, personal account, cash.

Every amount is in fen. The order of steps is that of the national practice: deductible first, then the tiers on
cumulative in-scope cost, then the cap, large-sum and serious-illness funds, medical aid, account, cash.

Identities, checked by `Outcome.holds` and by the supervision engine once more:

    amount = full self-pay + over-limit + self-pay-first + in-scope
    amount = fund + personal + hospital
    fund   = basic + large-sum + serious-illness + medical aid + …
    personal = account + family account + cash

Worked (the first example of the tests): a visit of 470.00 with full self-pay 30.00, over-limit 20.00, self-pay-first
28.00 and in-scope 392.00; of a deductible of 500.00 a part of 300.00 is met.

| step                        |    yuan |
| --------------------------- | ------: |
| in-scope                    |  392.00 |
| deductible still due        |  200.00 |
| base                        |  192.00 |
| fund, 60 %                  |  115.20 |
| personal = 470.00 − 115.20  |  354.80 |
| of it from the account      |  150.00 |
| cash                        |  204.80 |
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xinglin.benefits.lines import SplitLine
from xinglin.benefits.policy import Filing, Policy
from xinglin.benefits.rounding import allocate, half_up, share
from xinglin.benefits.totals import Effect, SchemeKey, State


@dataclass(frozen=True, slots=True)
class Purse:
    """What a person can pay with besides cash, in fen, and the share that medical aid pays of the remaining burden."""

    account_fen: int = 0
    family_account_fen: int = 0
    aid_permille: int = 0


@dataclass(frozen=True, slots=True)
class FundSplit:
    """The funds that pay, in fen. National names: basic `hifp_pay`, civil `cvlserv_pay`, enterprise `hifes_pay`,
    serious `hifmi_pay`, large_sum `hifob_pay`, aid `maf_pay`, other `othfund_pay`."""

    basic_fen: int = 0
    large_sum_fen: int = 0
    serious_fen: int = 0
    aid_fen: int = 0
    civil_fen: int = 0
    enterprise_fen: int = 0
    other_fen: int = 0

    @property
    def total_fen(self) -> int:
        """`fund_pay_sumamt`."""
        return (
            self.basic_fen
            + self.large_sum_fen
            + self.serious_fen
            + self.aid_fen
            + self.civil_fen
            + self.enterprise_fen
            + self.other_fen
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of the base that fell into one tier, and the share paid of it."""

    base_fen: int
    permille: int


@dataclass(frozen=True, slots=True)
class LineShare:
    """How deductible and fund fall on one line (told, not computed: the claim is rounded once)."""

    deductible_fen: int
    fund_fen: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a settlement fixed, in fen, with what it was fixed by."""

    lines: tuple[SplitLine, ...]
    key: SchemeKey
    policy: Policy
    deductible_due_fen: int
    deductible_fen: int
    base_fen: int
    segments: tuple[Segment, ...]
    uncapped_fen: int
    cap_left_fen: int | None
    funds: FundSplit
    account_fen: int
    family_account_fen: int
    cash_fen: int
    shares: tuple[LineShare, ...]

    @property
    def amount_fen(self) -> int:
        """`medfee_sumamt`."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def full_selfpay_fen(self) -> int:
        """`fulamt_ownpay_amt`."""
        return sum(line.full_selfpay_fen for line in self.lines)

    @property
    def over_limit_fen(self) -> int:
        """`overlmt_selfpay`."""
        return sum(line.over_limit_fen for line in self.lines)

    @property
    def selfpay_first_fen(self) -> int:
        """`preselfpay_amt`."""
        return sum(line.selfpay_first_fen for line in self.lines)

    @property
    def in_scope_fen(self) -> int:
        """`inscp_amt`."""
        return sum(line.in_scope_fen for line in self.lines)

    @property
    def hospital_fen(self) -> int:
        """`hosp_part_amt`."""
        return sum(line.hospital_fen for line in self.lines)

    @property
    def fund_fen(self) -> int:
        """`fund_pay_sumamt`."""
        return self.funds.total_fen

    @property
    def personal_fen(self) -> int:
        """`psn_part_amt`."""
        return self.account_fen + self.family_account_fen + self.cash_fen

    @property
    def effect(self) -> Effect:
        """What this settlement adds to the person's accumulators."""
        return Effect(
            key=self.key,
            deductible_fen=self.deductible_fen,
            basic_fund_fen=self.funds.basic_fen,
            in_scope_fen=self.in_scope_fen,
            burden_fen=self.in_scope_fen - self.funds.basic_fen - self.funds.large_sum_fen,
            serious_fen=self.funds.serious_fen,
        )

    def holds(self) -> bool:
        """Whether every identity and bound holds. False would mean a fault in this package."""
        amount = self.amount_fen
        parts = self.full_selfpay_fen + self.over_limit_fen + self.selfpay_first_fen + self.in_scope_fen
        return (
            all(line.holds() for line in self.lines)
            and amount == parts
            and amount == self.fund_fen + self.personal_fen + self.hospital_fen
            and self.fund_fen <= self.in_scope_fen
            and min(self.account_fen, self.family_account_fen, self.cash_fen, self.fund_fen) >= 0
            and (self.cap_left_fen is None or self.funds.basic_fen <= self.cap_left_fen)
            and sum(s.fund_fen for s in self.shares) == self.fund_fen
            and sum(s.deductible_fen for s in self.shares) == self.deductible_fen
        )


def settle(
    lines: Sequence[SplitLine],
    *,
    key: SchemeKey,
    policy: Policy,
    so_far: State,
    purse: Purse,
    filing: Filing = Filing.AT_HOME,
) -> Outcome:
    """Fix who pays what of a classified bill under one scheme.

    `so_far` is what the person used before this bill (the number of earlier bills makes the number of the admission),
    `filing` how care in another area was announced. Never changes anything: pre-settlement and settlement are this.
    """
    used = so_far.of(key)
    in_scope = sum(line.in_scope_fen for line in lines)
    paid_before = 0 if policy.tiers_by_stay else used.deductible_fen
    need = max(0, policy.deductible(admission=used.visits + 1, filing=filing) - paid_before)
    deductible = min(in_scope, need)
    start = (0 if policy.tiers_by_stay else used.in_scope_fen) + deductible
    segments = _segments(policy, filing, start, in_scope - deductible)
    uncapped = half_up(sum(s.base_fen * s.permille for s in segments), 1000)
    cap_left = None if policy.cap_fen is None else max(0, policy.cap_fen - used.basic_fund_fen)
    basic = uncapped if cap_left is None else min(uncapped, cap_left)
    funds = _funds(policy, so_far, key, in_scope, basic, uncapped, purse)
    hospital = sum(line.hospital_fen for line in lines)
    personal = sum(line.amount_fen for line in lines) - funds.total_fen - hospital
    account, family = _accounts(policy, lines, personal, hospital, purse)
    deductibles = allocate(deductible, [line.in_scope_fen for line in lines])
    shares = allocate(funds.total_fen, [line.in_scope_fen for line in lines])
    return Outcome(
        lines=tuple(lines),
        key=key,
        policy=policy,
        deductible_due_fen=need,
        deductible_fen=deductible,
        base_fen=in_scope - deductible,
        segments=segments,
        uncapped_fen=uncapped,
        cap_left_fen=cap_left,
        funds=funds,
        account_fen=account,
        family_account_fen=family,
        cash_fen=personal - account - family,
        shares=tuple(LineShare(d, f) for d, f in zip(deductibles, shares, strict=True)),
    )


def _segments(policy: Policy, filing: Filing, start_fen: int, base_fen: int) -> tuple[Segment, ...]:
    """Cut the base, which begins at `start_fen` of cumulative in-scope cost, along the bounds of the tiers."""
    segments: list[Segment] = []
    end = start_fen + base_fen
    floor = 0
    for tier in policy.tiers:
        ceiling = end if tier.up_to_fen is None else min(end, tier.up_to_fen)
        inside = max(0, ceiling - max(start_fen, floor))
        if inside:
            segments.append(Segment(inside, policy.permille(tier, filing)))
        floor = tier.up_to_fen or floor
    return tuple(segments)


def _funds(
    policy: Policy, so_far: State, key: SchemeKey, in_scope: int, basic: int, uncapped: int, purse: Purse
) -> FundSplit:
    """The supplements on top of the basic fund, each rounded once and never more than what is left in scope."""
    large_sum = share(uncapped - basic, policy.large_sum_permille)
    own = in_scope - basic - large_sum
    serious = 0
    if policy.serious_from_fen is not None:
        before = so_far.burden(key.year)
        above = max(0, before + own - policy.serious_from_fen) - max(0, before - policy.serious_from_fen)
        serious = share(above, policy.serious_permille)
    aid = share(own - serious, purse.aid_permille)
    return FundSplit(basic_fen=basic, large_sum_fen=large_sum, serious_fen=serious, aid_fen=aid)


def _accounts(
    policy: Policy, lines: Sequence[SplitLine], personal: int, hospital: int, purse: Purse
) -> tuple[int, int]:
    """What own and family account pay: first the own one, only for what the policy lets accounts pay."""
    payable = personal
    if not policy.account_pays_all:
        outside = sum(line.full_selfpay_fen + line.over_limit_fen for line in lines) - hospital
        payable = personal - outside
    account = min(payable, purse.account_fen)
    family = min(payable - account, purse.family_account_fen)
    return account, family


@dataclass(frozen=True, slots=True)
class Loss:
    """What a breach cost: the in-scope cost in breach, and what the fund lost by it. The two differ."""

    in_breach_fen: int
    fund_loss_fen: int


def fund_loss(claimed: Outcome, rightful: Outcome) -> Loss:
    """Compare a settlement with the same bill settled again without the breach.

    The loss is not the cost in breach: deductible, tiers and cap stand between. Sanctions are measured by the loss,
    risk by the breach; both are told.
    """
    return Loss(
        in_breach_fen=claimed.in_scope_fen - rightful.in_scope_fen,
        fund_loss_fen=claimed.fund_fen - rightful.fund_fen,
    )
