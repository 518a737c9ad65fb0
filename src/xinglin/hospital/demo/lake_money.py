"""Claims and charged items as facts. What a stay used day by day stands day by day; a refund is a negative item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Final
from uuid import UUID, uuid5

from xinglin.benefits.lines import LineClass, SplitLine
from xinglin.benefits.settle import Outcome
from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.dice import instant
from xinglin.hospital.demo.city.treatments import (
    BED,
    DIALYSIS,
    EMERGENCY_FEE,
    INFUSION,
    NURSING,
    ONLINE_FEES,
    VISIT_FEES,
)
from xinglin.hospital.demo.lake_medicine import WRITTEN, Medicines, ingredients, line_id, prescription_id
from xinglin.hospital.demo.lake_times import Times
from xinglin.hospital.demo.lake_visits import Visit
from xinglin.supervision.facts import ItemKind
from xinglin.supervision.facts.lake import Facts

FEES: Final = frozenset({*VISIT_FEES.values(), *ONLINE_FEES.values(), EMERGENCY_FEE})
DAILY: Final = frozenset({BED, NURSING, INFUSION})
"""What a stay is charged for every day."""
MILLI: Final = 1000
REVERSAL: Final = timedelta(minutes=4)


class Money:
    """Rows of claims and items, with the packs that each item handed over."""

    def __init__(self, city: City, times: Times, medicines: Medicines, final: bool) -> None:
        self.city, self.times, self.medicines, self.final = city, times, medicines, final
        self.of_item = cache(self._of_item)

    def rows(self, visit: Visit) -> Iterator[tuple[str, Facts]]:
        """The claims of a visit, each with its items and packs."""
        for claim_id, parts in groupby(visit.bills, key=lambda bill: bill.claim_id):
            bills = list(parts)
            yield "claims", self._claim(visit, claim_id, bills)
            for bill in bills:
                yield from self._of_bill(visit, bill)

    # CLAIMS

    def _claim(self, visit: Visit, claim_id: str, bills: Sequence[Bill]) -> Facts:
        """One row a claim: the parts that fall under several schemes are added up."""
        outcomes = [bill.outcome for bill in bills if bill.outcome is not None]
        one, settled = visit.encounter, bills[0].settled_at
        at = self.times.end if self.final else settled
        refunded = self._refunded(bills)
        return {
            "claim.id": claim_id,
            "claim.on": settled.date(),
            "claim.encounter_id": one.id,
            "claim.prescription_id": self._prescription(visit, bills),
            "claim.settled_at": settled,
            "claim.patient_refunded": refunded is not None,
            "claim.patient_refunded_at": refunded,
            "claim.reversed_at": refunded + REVERSAL if refunded is not None else None,
            "claim.observed_at": at,
            **_sums(outcomes),
            "record.known_at": self.times.known_at(one.place, settled, one.id),
            "record.asked_at": settled,
        }

    def _refunded(self, bills: Sequence[Bill]) -> datetime | None:
        has_medicine = any(line.code in self.medicines.medicines for bill in bills for line in bill.lines)
        return self.times.refunded_at(bills[0]) if self.final and has_medicine else None

    def _prescription(self, visit: Visit, bills: Sequence[Bill]) -> str:
        has_medicine = any(line.code in self.medicines.medicines for bill in bills for line in bill.lines)
        return prescription_id(visit.encounter) if has_medicine and visit.encounter.kind in WRITTEN else ""

    # ITEMS

    def _of_bill(self, visit: Visit, bill: Bill) -> Iterator[tuple[str, Facts]]:
        assert bill.outcome is not None
        for split, codes in zip(bill.outcome.lines, bill.traces, strict=True):
            code = split.line.code
            if visit.encounter.kind == "inpatient" and code in DAILY:
                yield from (("items", row) for row in self._daily(visit, bill, split))
                continue
            row = self._item(visit, bill, split)
            refunded = self.times.refunded_at(bill) if code in self.medicines.medicines else None
            if refunded is not None:
                row |= self._taken_back(visit, row, refunded)
            yield "items", row
            if code in self.medicines.medicines:
                item_id = str(row["item.id"])
                packs = self.medicines.packs(visit, bill, code, item_id, codes)
                yield from (("packs", pack) for pack in packs)
            if self.final and refunded is not None:
                yield "items", self._refund(visit, row, refunded)

    def _of_item(self, code: str) -> Facts:
        """What an item says of its code, whoever gets it."""
        medicine = self.medicines.medicines.get(code)
        item = medicine or self.city.prices.services[code]
        kind = ItemKind.VISIT_FEE if code in FEES else ItemKind.SERVICE
        if medicine is not None:
            kind = ItemKind.DECOCTION if medicine.decoction else ItemKind.MEDICINE
        return {
            "item.kind": kind,
            "item.code": code,
            "item.name_zh": item.name_zh,
            "item.atc_code": medicine.atc if medicine is not None else "",
            "item.ingredients": ingredients(medicine) if medicine is not None else "",
            "item.unit_price_millifen": item.price_fen * MILLI,
            "item.full_price_fen": item.price_fen,
            "item.discount_fen": 0,
            "item.origin_id": "",
            "item.refunded_milli": 0,
            "item.refunded_at": None,
            "item.withdrawn": False,
            "item.incision_key": "",
            "item.add_on": False,
            "item.first_line_tried": True,
            "item.evidence_filed": True,
            "item.resulted_later": False,
            "item.exception_reason": False,
        }

    def _item(self, visit: Visit, bill: Bill, split: SplitLine) -> Facts:
        one, line = visit.encounter, split.line
        medicine = self.medicines.medicines.get(line.code)
        # Tests and medicine of a stay are given on its first day; whoever comes and goes gets all at once.
        done = visit.started + timedelta(minutes=30) if one.kind == "inpatient" else bill.ended_at
        if medicine is not None and one.kind != "inpatient":
            done = bill.settled_at
        written = medicine is not None and one.kind in WRITTEN
        lasting = self._lasting(visit, line.code, line.quantity) if medicine is not None else None
        of_item: Facts = self.of_item(line.code)
        quantity = line.quantity * MILLI
        item_id = str(uuid5(UUID(bill.claim_id), f"{bill.part}:{line.code}"))
        return of_item | {
            "item.id": item_id,
            "item.key": item_id,
            "item.encounter_id": one.id,
            "item.claim_id": bill.claim_id,
            "item.prescription_id": prescription_id(one) if written else "",
            "item.line_id": line_id(one, line.code) if written else "",
            "item.on": done.date(),
            "item.done_at": done,
            "item.supply_days": lasting,
            "item.quantity_milli": quantity,
            "item.amount_fen": line.amount_fen,
            "item.in_scope_fen": split.in_scope_fen,
            "item.uploaded_at": bill.settled_at + timedelta(seconds=2),
            "item.department_code": one.department,
            "item.session_key": one.id if line.code == DIALYSIS else "",
            "item.recorded_milli": None if medicine is not None else quantity,
            "item.prescribed_milli": quantity if written else None,
            "item.fund_asked": line.line_class is not LineClass.C,
            "record.known_at": self.times.known_at(one.place, bill.settled_at, one.id),
            "record.asked_at": bill.settled_at,
        }

    def _lasting(self, visit: Visit, code: str, packs: int) -> int | None:
        """Days that a medicine lasts: by its packs, else as it was meant; in hospital no longer than the stay."""
        one = visit.encounter
        lasting = self.medicines.medicines[code].days_of(packs) or one.days or None
        if one.kind == "inpatient":
            stay = one.until_day - one.day
            return stay if lasting is None else min(lasting, stay)
        return lasting

    def _daily(self, visit: Visit, bill: Bill, split: SplitLine) -> Iterator[Facts]:
        """Bed, nursing and infusions of a stay, one item a day from admission to the day before discharge."""
        one, whole = visit.encounter, self._item(visit, bill, split)
        days = max(1, one.until_day - one.day)
        each, left = divmod(split.line.quantity, days)
        amounts = _shares(split.line.amount_fen, days)
        scopes = _shares(split.in_scope_fen, days)
        for number in range(days):
            on = date.fromordinal(one.day + number)
            quantity = (each + (number < left)) * MILLI
            yield whole | {
                "item.id": f"{whole['item.id']}:{number}",
                "item.key": f"{whole['item.id']}:{number}",
                "item.on": on,
                "item.done_at": max(visit.started + timedelta(minutes=30), instant(on, 540)),
                "item.quantity_milli": quantity,
                "item.recorded_milli": quantity,
                "item.amount_fen": amounts[number],
                "item.in_scope_fen": scopes[number],
            }

    def _taken_back(self, visit: Visit, row: Facts, at: datetime) -> Facts:
        """What the item itself says of its refund, in both books: who was judged before it was known looks past it."""
        known_at = self.times.known_at(visit.encounter.place, at, refund_id(row))
        return {"item.refunded_milli": row["item.quantity_milli"], "item.refunded_at": known_at}

    def _refund(self, visit: Visit, row: Facts, at: datetime) -> Facts:
        """The negative item of a medicine that came back whole."""
        item_id = refund_id(row)
        taken = {path: _minus(row[path]) for path in ("item.quantity_milli", "item.amount_fen", "item.in_scope_fen")}
        return row | taken | {
            "item.id": item_id,
            "item.key": item_id,
            "item.origin_id": row["item.id"],
            "item.refunded_milli": None,
            "item.refunded_at": None,
            "item.on": at.date(),
            "item.done_at": at,
            "item.supply_days": None,
            "item.uploaded_at": at + timedelta(seconds=2),
            "record.known_at": row["item.refunded_at"],
            "record.asked_at": at,
        }  # fmt: skip


def refund_id(row: Facts) -> str:
    """The id of the negative item that takes an item back."""
    return f"{row['item.id']}:refund"


def _minus(value: object) -> int | None:
    return -value if isinstance(value, int) else None


def _shares(total: int, count: int) -> list[int]:
    """A sum in equal whole parts; the first ones carry the rest."""
    each, left = divmod(total, count)
    return [each + (number < left) for number in range(count)]


def _sums(outcomes: Sequence[Outcome]) -> Facts:
    """The amounts of a claim: its parts added up, once by what it consists of and once by who paid."""
    return {
        "claim.total_fen": sum(o.amount_fen for o in outcomes),
        "claim.lines_fen": sum(split.line.amount_fen for o in outcomes for split in o.lines),
        "claim.outside_fen": sum(o.full_selfpay_fen for o in outcomes),
        "claim.over_limit_fen": sum(o.over_limit_fen for o in outcomes),
        "claim.first_pay_fen": sum(o.selfpay_first_fen for o in outcomes),
        "claim.in_scope_fen": sum(o.in_scope_fen for o in outcomes),
        "claim.fund_fen": sum(o.fund_fen for o in outcomes),
        "claim.funds_fen": sum(_single_funds(o) for o in outcomes),
        "claim.person_fen": sum(o.personal_fen for o in outcomes),
        "claim.account_fen": sum(o.account_fen for o in outcomes),
        "claim.family_account_fen": sum(o.family_account_fen for o in outcomes),
        "claim.cash_fen": sum(o.cash_fen for o in outcomes),
        "claim.hospital_fen": sum(o.hospital_fen for o in outcomes),
    }


def _single_funds(outcome: Outcome) -> int:
    funds = outcome.funds
    return (
        funds.basic_fen
        + funds.large_sum_fen
        + funds.serious_fen
        + funds.aid_fen
        + funds.civil_fen
        + funds.enterprise_fen
        + funds.other_fen
    )
