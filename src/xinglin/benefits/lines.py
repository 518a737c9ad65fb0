"""Classify the lines of a bill: how much of each counts for insurance, and who bears the rest.

The identity that holds for every line and every bill, in whole fen:

    amount = full self-pay + over-limit + self-pay-first + in-scope

The order is fixed: a denied part leaves first; what exceeds the price ceiling leaves next; the class splits the rest.
National names of the fields (settlement extract): amount `det_item_fee_sumamt`, full self-pay `fulamt_ownpay_amt`,
over-limit `overlmt_selfpay`, self-pay-first `preselfpay_amt`, in-scope `inscp_amt`, class `chrgitm_lv`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from xinglin.benefits.rounding import PERMILLE, half_up, share


class LineClass(StrEnum):
    """Class of an item in the catalogue (`chrgitm_lv`): A wholly in scope, B after a share of one's own, C not."""

    A = "A"
    B = "B"
    C = "C"


class Bearer(StrEnum):
    """Who bears what insurance does not count."""

    PATIENT = "patient"
    HOSPITAL = "hospital"


@dataclass(frozen=True, slots=True)
class Denial:
    """A rule refused payment for a line, or for `units` of its quantity (None: all of it).

    Without a rule insurance is simply not used, for the reason given (a part of a sentence, without a full stop).
    """

    rule_id: str
    reason_zh: str
    reason_en: str
    bearer: Bearer = Bearer.PATIENT
    units: int | None = None


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of a bill as charged.

    `selfpay_first_permille` counts only in class B. `price_limit_fen` is the ceiling a unit, `limit_bearer` who bears
    what exceeds it. `home_class` is the class in the insured person's own area when that is another (for reports only:
    the catalogue of the place of care decides). `code` is the item's code in the terminology, `atc` its ATC code.
    """

    id: str
    code: str
    name_zh: str
    name_en: str
    quantity: int
    amount_fen: int
    line_class: LineClass
    selfpay_first_permille: int = 0
    price_limit_fen: int | None = None
    limit_bearer: Bearer = Bearer.PATIENT
    atc: str = ""
    home_class: LineClass | None = None
    denial: Denial | None = None

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise ValueError(f"line {self.id}: the quantity must be positive")
        if self.amount_fen < 0:
            raise ValueError(f"line {self.id}: the amount must not be negative; a refund is a settlement of its own")
        if not 0 <= self.selfpay_first_permille <= PERMILLE:
            raise ValueError(f"line {self.id}: the self-pay-first share lies between 0 and 1000 permille")
        if self.price_limit_fen is not None and self.price_limit_fen < 0:
            raise ValueError(f"line {self.id}: the price ceiling must not be negative")
        if self.denial is not None and self.denial.units is not None and not 0 < self.denial.units <= self.quantity:
            raise ValueError(f"line {self.id}: refused units lie between 1 and the quantity")


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A line after classification.

    `denied_fen` is the part of full self-pay that a rule refused, `hospital_fen` the part of full self-pay and of
    over-limit that the hospital bears.
    """

    line: FeeLine
    denied_fen: int
    full_selfpay_fen: int
    over_limit_fen: int
    selfpay_first_fen: int
    in_scope_fen: int
    hospital_fen: int

    @property
    def amount_fen(self) -> int:
        """The charged amount."""
        return self.line.amount_fen

    def holds(self) -> bool:
        """Whether the line's identity holds; used by tests and by the claim's own check, never assumed."""
        parts = (self.full_selfpay_fen, self.over_limit_fen, self.selfpay_first_fen, self.in_scope_fen)
        outside = self.full_selfpay_fen + self.over_limit_fen
        bounded = 0 <= self.hospital_fen <= outside and 0 <= self.denied_fen <= self.full_selfpay_fen
        return min(parts) >= 0 and sum(parts) == self.amount_fen and bounded


def classify(line: FeeLine) -> SplitLine:
    """Split one line. Rounds the denied part and the self-pay-first part, each once; in-scope is the rest."""
    denied, hospital, kept = 0, 0, line.quantity
    if line.denial is not None:
        units = line.quantity if line.denial.units is None else line.denial.units
        denied = half_up(line.amount_fen * units, line.quantity)
        kept = line.quantity - units
        hospital += denied if line.denial.bearer is Bearer.HOSPITAL else 0
    rest = line.amount_fen - denied
    if line.line_class is LineClass.C:
        return SplitLine(line, denied, line.amount_fen, 0, 0, 0, hospital)
    over = 0 if line.price_limit_fen is None else max(0, rest - line.price_limit_fen * kept)
    hospital += over if line.limit_bearer is Bearer.HOSPITAL else 0
    rest -= over
    first = share(rest, line.selfpay_first_permille) if line.line_class is LineClass.B else 0
    return SplitLine(line, denied, denied, over, first, rest - first, hospital)


def classify_all(lines: Iterable[FeeLine]) -> tuple[SplitLine, ...]:
    """Split every line of a bill; line ids must be distinct."""
    split = tuple(classify(line) for line in lines)
    if len({s.line.id for s in split}) != len(split):
        raise ValueError("two lines carry the same id")
    return split


def deny(lines: Iterable[FeeLine], denials: dict[str, Denial]) -> tuple[FeeLine, ...]:
    """The lines with denials put on those named by id. The id '*' refuses the whole bill."""
    whole = denials.get("*")
    return tuple(replace(line, denial=denials.get(line.id, whole) or line.denial) for line in lines)
