"""From a bill and a cover to outcomes: pure, no database. Pre-settlement and settlement are this one function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinglin.benefits.lines import Denial, FeeLine, classify_all, deny
from xinglin.benefits.policy import Policy, PolicyBook, PolicyKey, Tier
from xinglin.benefits.schemes import split_by_scheme
from xinglin.benefits.settle import Outcome, Purse, settle
from xinglin.benefits.totals import SchemeKey, State
from xinglin.hospital.settlement.bills import Bill, Cover
from xinglin.hospital.settlement.words import SELF_PAY

SELF = "self"


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a claim over its parts, in fen."""

    total_fen: int
    full_selfpay_fen: int
    over_limit_fen: int
    selfpay_first_fen: int
    in_scope_fen: int
    fund_fen: int
    hospital_fen: int
    account_fen: int
    family_account_fen: int
    cash_fen: int

    def negated(self) -> "Figures":
        """The same sums taken back."""
        return Figures(**{name: -getattr(self, name) for name in FIELDS})

    def as_columns(self) -> dict[str, int]:
        """The sums under the names of the tables' columns."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = tuple(Figures.__dataclass_fields__)


def figures_of(outcome: Outcome) -> Figures:
    """The figures of one part."""
    return Figures(
        total_fen=outcome.amount_fen,
        **{name: getattr(outcome, name) for name in FIELDS if name != "total_fen"},
    )


def add(figures: Sequence[Figures]) -> Figures:
    """The sums of several parts."""
    return Figures(**{name: sum(getattr(f, name) for f in figures) for name in FIELDS})


def work_out(
    bill: Bill,
    cover: Cover,
    *,
    book: PolicyBook,
    so_far: State,
    account_fen: int,
    denials: Mapping[str, Denial],
) -> tuple[Outcome, ...]:
    """Who pays what: one outcome for each scheme, each settled on what the one before has left.

    `account_fen` is what the personal account may pay in all; `denials` are by line id, '*' for all lines.
    """
    lines = deny(bill.lines, dict(denials))
    if cover.self_pay:
        return (_alone(lines, cover),)
    outcomes: list[Outcome] = []
    parts = split_by_scheme(lines, qualified=cover.qualified, diagnoses=bill.diagnoses, diseases=book.diseases)
    for part in parts:
        outcome = settle(
            classify_all(part.lines),
            key=SchemeKey(part.care_type, cover.on.year, part.disease),
            policy=book.find(cover.policy_key(part.care_type, part.disease)),
            so_far=so_far,
            purse=Purse(account_fen=account_fen),
            filing=cover.filing,
        )
        so_far = so_far.plus(outcome.effect)
        account_fen -= outcome.account_fen
        outcomes.append(outcome)
    return tuple(outcomes)


def _alone(lines: Sequence[FeeLine], cover: Cover) -> Outcome:
    """Without insurance: everything is full self-pay, with the reason on each line that no rule refused already."""
    why = SELF_PAY[cover.self_pay]
    plain = Denial("", why.zh, why.en)
    refused = [line if line.denial else deny([line], {"*": plain})[0] for line in lines]
    nothing = Policy(id=SELF, key=PolicyKey("", "", "", SELF, cover.level, cover.on.year), deductible_fen=0,
                     tiers=(Tier(None, 0),))  # fmt: skip
    key = SchemeKey(SELF, cover.on.year)
    return settle(classify_all(refused), key=key, policy=nothing, so_far=State(), purse=Purse())
