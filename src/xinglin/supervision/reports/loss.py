"""What the fund lost by a breach: the person's year settled again without it, by the arithmetic of benefits.

The cost in breach and the fund's loss differ: deductible, tiers, caps and supplements stand between, and what is taken
out of one claim changes the later ones. A loss is told only where settling the year again *with* the breach gives what
the receipts say, to the fen: then the policy, the kind of person and the order are the right ones. Otherwise the
reason is told instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final

from xinglin.benefits.lines import FeeLine, LineClass, SplitLine, classify
from xinglin.benefits.policy import CareType, InsuranceType, NoPolicy, PersonType, PolicyBook, PolicyKey
from xinglin.benefits.revoke import Standing, replay
from xinglin.benefits.totals import Effect, SchemeKey
from xinglin.supervision.facts.words import Benefit, Scheme


class NoLoss(StrEnum):
    """Why no loss can be told."""

    NO_MONEY = "no_money"
    NO_CLAIM = "no_claim"
    UNKNOWN_COVER = "unknown_cover"
    NO_POLICY = "no_policy"
    NOT_REPRODUCED = "not_reproduced"


INSURANCE: Final = {Scheme.EMPLOYEE.value: InsuranceType.EMPLOYEE, Scheme.RESIDENT.value: InsuranceType.RESIDENT}
PERSONS: Final = {
    InsuranceType.EMPLOYEE: (PersonType.EMPLOYEE_ACTIVE, PersonType.EMPLOYEE_RETIRED),
    InsuranceType.RESIDENT: (PersonType.RESIDENT_CHILD, PersonType.RESIDENT_ADULT),
}
CARE: Final = {
    Benefit.OUTPATIENT.value: (CareType.OUTPATIENT,),
    Benefit.PHARMACY.value: (CareType.OUTPATIENT,),
    Benefit.CHRONIC.value: (CareType.CHRONIC, CareType.SPECIAL),
    Benefit.INPATIENT.value: (CareType.INPATIENT,),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One settled claim of a person as the records tell it; None and "" where they do not."""

    id: str
    year: int
    scheme: str
    benefit: str
    disease: str
    area: str
    level: int | None
    in_scope_fen: int | None
    fund_fen: int | None


@dataclass(frozen=True, slots=True)
class Year:
    """A person's settled year that could be settled again to the fen."""

    bills: tuple[Standing, ...]

    @property
    def fund_fen(self) -> int:
        """What the fund paid."""
        return sum(bill.fund_fen for bill in self.bills)

    def loss_fen(self, breach: Mapping[str, int]) -> int:
        """What the fund paid more than it would have without the breach, fen in scope by claim."""
        rest = tuple(
            Standing(
                bill.id,
                _lines(bill.id, bill.lines[0].in_scope_fen - breach.get(bill.id, 0)),
                bill.key,
                bill.policy,
                bill.fund_fen,
                bill.effect,
            )
            for bill in self.bills
        )
        return self.fund_fen - sum(outcome.fund_fen for outcome in replay(rest))


def settled_year(receipts: Sequence[Receipt], book: PolicyBook) -> Year | NoLoss:
    """A person's year, with the kind of person found by trying: the first that gives the receipts' own figures.

    `receipts` stand in the order of settling and are all of one year.
    """
    if any(receipt.in_scope_fen is None or receipt.fund_fen is None for receipt in receipts):
        return NoLoss.UNKNOWN_COVER
    if any(receipt.scheme not in INSURANCE or receipt.benefit not in CARE for receipt in receipts):
        return NoLoss.UNKNOWN_COVER
    found_policy = False
    for kinds in _guesses(receipts):
        try:
            bills = tuple(_standing(receipt, *kinds[receipt.scheme], book) for receipt in receipts)
        except NoPolicy:
            continue
        found_policy = True
        outcomes = replay(bills)
        if all(outcome.fund_fen == receipt.fund_fen for outcome, receipt in zip(outcomes, receipts, strict=True)):
            return Year(bills)
    return NoLoss.NOT_REPRODUCED if found_policy else NoLoss.NO_POLICY


def _guesses(receipts: Sequence[Receipt]) -> Iterable[Mapping[str, tuple[PersonType, CareType]]]:
    """Every kind of person by scheme, and how chronic care is called."""
    schemes = sorted({receipt.scheme for receipt in receipts})
    people = [PERSONS[INSURANCE[scheme]] for scheme in schemes]
    for chronic in CARE[Benefit.CHRONIC.value]:
        for kinds in product(*people):
            yield {scheme: (kind, chronic) for scheme, kind in zip(schemes, kinds, strict=True)}


def _standing(receipt: Receipt, person: PersonType, chronic: CareType, book: PolicyBook) -> Standing:
    care = chronic if receipt.benefit == Benefit.CHRONIC.value else CARE[receipt.benefit][0]
    disease = receipt.disease if care in {CareType.CHRONIC, CareType.SPECIAL} else ""
    key = PolicyKey(receipt.area, INSURANCE[receipt.scheme], person, care, receipt.level or 0, receipt.year, disease)
    scheme = SchemeKey(care, receipt.year, disease)
    assert receipt.in_scope_fen is not None
    assert receipt.fund_fen is not None
    lines = _lines(receipt.id, receipt.in_scope_fen)
    return Standing(receipt.id, lines, scheme, book.find(key), receipt.fund_fen, Effect(scheme))


def _lines(claim: str, in_scope_fen: int) -> tuple[SplitLine, ...]:
    """A claim's money in scope as one line: the fund looks at nothing else."""
    line = FeeLine(claim, claim, "", "", 1, max(0, in_scope_fen), LineClass.A)
    return (classify(line),)
