"""What every encounter cost and who paid it: the arithmetic of xinglin.benefits, bill after bill."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from xinglin.benefits.lines import FeeLine, LineClass, SplitLine, classify
from xinglin.benefits.policy import CareType, Policy, PolicyBook, PolicyKey
from xinglin.benefits.schemes import split_by_scheme
from xinglin.benefits.settle import Outcome, Purse, settle
from xinglin.benefits.totals import SchemeKey, State
from xinglin.hospital.demo.city.dice import Dice, instant
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.places import CITY_AREA, Place
from xinglin.hospital.demo.city.prices import Medicine, PriceList

LEVEL_OF: Final = {"02": 3, "05": 2}
"""Institution level 1 to 3 by two-digit code; whatever is not listed counts as 1."""


@dataclass(slots=True)
class Bill:
    """One part of a settled claim: what of an encounter falls under one scheme. Parts share the claim's id."""

    claim_id: str
    subject: str
    """What is claimed: a whole encounter, or online the visit's fee and the prescription apart."""
    encounter: Encounter
    part: int
    care_type: str
    disease: str
    started_at: datetime
    ended_at: datetime
    settled_at: datetime
    lines: tuple[FeeLine, ...]
    outcome: Outcome | None = None
    traces: list[tuple[str, ...]] = field(default_factory=list)
    """Trace codes of each line, one a pack; empty for services."""


class Counter:
    """Prices an encounter: fee lines are made once for each item and quantity and shared between bills."""

    def __init__(self, prices: PriceList) -> None:
        self._prices = prices
        self._lines: dict[tuple[str, int], FeeLine] = {}
        self._split: dict[FeeLine, SplitLine] = {}

    def lines(self, items: Sequence[tuple[str, int]]) -> tuple[FeeLine, ...]:
        """The lines of a bill; equal items are put together. The line's id is its item's code."""
        merged: dict[str, int] = {}
        for code, quantity in items:
            merged[code] = merged.get(code, 0) + quantity
        return tuple(self._line(code, quantity) for code, quantity in merged.items())

    def _line(self, code: str, quantity: int) -> FeeLine:
        key = (code, quantity)
        if key not in self._lines:
            item = self._prices.medicines.get(code) or self._prices.services[code]
            self._lines[key] = FeeLine(
                id=code,
                code=code,
                name_zh=item.name_zh,
                name_en=item.name_en,
                quantity=quantity,
                amount_fen=item.price_fen * quantity,
                line_class=LineClass(item.catalogue_class),
                selfpay_first_permille=item.selfpay_permille,
                price_limit_fen=item.limit_fen,
                atc=item.atc if isinstance(item, Medicine) else "",
            )
        return self._lines[key]

    def split(self, lines: Iterable[FeeLine]) -> tuple[SplitLine, ...]:
        """The lines classified."""
        found = []
        for line in lines:
            split = self._split.get(line)
            if split is None:
                split = self._split[line] = classify(line)
            found.append(split)
        return tuple(found)


def make_bills(
    encounters: Sequence[Encounter],
    prices: PriceList,
    book: PolicyBook,
    qualified: dict[int, tuple[str, ...]],
    seed: int,
) -> tuple[list[Bill], Counter]:
    """The bills of all encounters in the order of settlement, not yet settled. Gives encounters and bills their ids."""
    dice, counter = Dice(seed, "bills"), Counter(prices)
    bills = []
    for encounter in encounters:
        began = instant(encounter.on, encounter.minute)
        encounter.id = dice.id_at(began)
        ended = began + timedelta(minutes=encounter.minutes)
        if encounter.until_day:
            ended = instant(encounter.on.fromordinal(encounter.until_day), 560 + int(dice.random() * 120))
        for subject, items, settled in _charges(encounter, ended, prices, dice):
            claim_id, lines = dice.id_at(settled), counter.lines(items)
            for number, (care, disease, some) in enumerate(_parts(encounter, lines, book, qualified)):
                bills.append(Bill(claim_id, subject, encounter, number, care, disease, began, ended, settled, some))
    bills.sort(key=lambda bill: (bill.settled_at, bill.claim_id, bill.part))
    return bills, counter


def _charges(
    encounter: Encounter, ended: datetime, prices: PriceList, dice: Dice
) -> Iterable[tuple[str, list[tuple[str, int]], datetime]]:
    """What is claimed together, and when: online the fee at the end, the medicine once it is picked."""
    if encounter.kind != "online":
        return [("encounter", encounter.items, ended + timedelta(seconds=60 + int(dice.random() * 240)))]
    fee = [item for item in encounter.items if item[0] in prices.services]
    medicine = [item for item in encounter.items if item[0] in prices.medicines]
    found = [("visit", fee, ended + timedelta(seconds=2 + int(dice.random() * 20)))]
    if medicine:
        found.append(("prescription", medicine, ended + timedelta(seconds=1500 + int(dice.random() * 2400))))
    return found


def _parts(
    encounter: Encounter, lines: tuple[FeeLine, ...], book: PolicyBook, qualified: dict[int, tuple[str, ...]]
) -> Iterable[tuple[str, str, tuple[FeeLine, ...]]]:
    if encounter.kind == "inpatient":
        return [(CareType.INPATIENT.value, "", lines)]
    own = qualified.get(encounter.person, ())
    if not own:
        return [(CareType.OUTPATIENT.value, "", lines)]
    parts = split_by_scheme(lines, qualified=own, diagnoses=encounter.codes, diseases=book.diseases)
    return [(part.care_type.value, part.disease, part.lines) for part in parts]


class Cashier:
    """Settles bills one after the other; knows what everybody has used so far and what is left on the accounts."""

    def __init__(
        self, residents: Sequence[Resident], places: Sequence[Place], book: PolicyBook, counter: Counter
    ) -> None:
        self._residents, self._places, self._book, self._counter = residents, places, book, counter
        self._states: dict[int, State] = {}
        self._policies: dict[tuple[str, str, str, int, int, str], Policy] = {}
        self.account_left = {person.index: person.account_fen for person in residents}

    def settle(self, bill: Bill) -> None:
        """Fix who pays what of a bill. Raises NoPolicy when the book knows no policy for it."""
        person = self._residents[bill.encounter.person]
        year = bill.settled_at.year
        key = SchemeKey(bill.care_type, year, bill.disease)
        state = self._states.get(person.index) or State()
        outcome = settle(
            self._counter.split(bill.lines),
            key=key,
            policy=self._policy(person, bill, year),
            so_far=state,
            purse=Purse(account_fen=self.account_left[person.index]),
        )
        self._states[person.index] = state.plus(outcome.effect)
        self.account_left[person.index] -= outcome.account_fen
        bill.outcome = outcome

    def _policy(self, person: Resident, bill: Bill, year: int) -> Policy:
        level = LEVEL_OF.get(self._places[bill.encounter.place].level, 1)
        key = (person.insutype, person.psn_type, bill.care_type, level, year, bill.disease)
        if key not in self._policies:
            self._policies[key] = self._book.find(PolicyKey(CITY_AREA, *key))
        return self._policies[key]
