"""The whole city, made in order: places, people, staff, illness, a year of care, misconduct, bills, trace codes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from xinglin.benefits.policy import PolicyBook
from xinglin.hospital.demo.city import bills as billing
from xinglin.hospital.demo.city import care
from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.conditions import BY_KEY
from xinglin.hospital.demo.city.dice import Dice
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.illness import give_conditions
from xinglin.hospital.demo.city.people import Registry, Resident, make_residents
from xinglin.hospital.demo.city.places import Map, make_map
from xinglin.hospital.demo.city.plants import Plant, plant_all
from xinglin.hospital.demo.city.prices import PriceList
from xinglin.hospital.demo.city.staff import Staff, make_staff
from xinglin.hospital.demo.city.traces import give_codes

QUALIFIED_SHARE = 0.78
Progress = Callable[[str, int, int], None]
"""Told what is being made, how much of it is done and how much there is."""


@dataclass(slots=True)
class City:
    """A made city. `residents` are all natural persons, staff last; `bills` stand in the order of settlement."""

    seed: int
    scale: float
    city_date: date
    places: Map
    residents: list[Resident]
    staff: Staff
    encounters: list[Encounter]
    bills: list[Bill]
    plants: list[Plant]
    qualified: dict[int, tuple[str, ...]]
    account_left: dict[int, int]
    habits: dict[int, care.Habit]
    prices: PriceList

    def digest(self) -> str:
        """A hash over everything that is loaded: equal cities have equal digests."""
        sha = hashlib.sha256()
        for person in self.residents:
            sha.update(f"{person.id}{person.number}{person.phone}{person.known}{person.died_on}".encode())
        for one in self.staff.practitioners:
            sha.update(f"{one.id}{one.register_no}{one.also_at}".encode())
        for bill in self.bills:
            lines = [(line.code, line.quantity) for line in bill.lines]
            paid = (bill.outcome.fund_fen, bill.outcome.cash_fen) if bill.outcome else ()
            sha.update(f"{bill.claim_id}{bill.part}{bill.encounter.id}{lines}{paid}{bill.traces}".encode())
        return sha.hexdigest()


def build(
    *, seed: int, scale: float, city_date: date, prices: PriceList, book: PolicyBook, progress: Progress | None = None
) -> City:
    """Make the city. The same arguments always give the same city.

    Raises ValueError when the scale is not between 0.001 and 100.
    """
    if not 0.001 <= scale <= 100:
        raise ValueError(f"the scale must lie between 0.001 and 100, not {scale}")
    tell = progress or (lambda what, done, total: None)
    places, registry = make_map(seed, scale, city_date), Registry()
    residents = make_residents(seed, scale, city_date, places, registry)
    staff = make_staff(seed, scale, city_date, places, len(residents), registry)
    give_conditions(seed, residents, city_date)
    tell("people", len(residents), len(residents))
    world = care.prepare(residents, places, staff, prices, city_date, Dice(seed, "care"))
    encounters = care.a_year(world)
    plants = plant_all(world, encounters, scale, seed)
    encounters.sort(key=lambda e: (e.day, e.minute, e.person, e.place))
    tell("visits", len(encounters), len(encounters))
    qualified = _qualify(residents, book, Dice(seed, "qualified"))
    everybody = [*residents, *staff.people]
    bills, counter = billing.make_bills(encounters, prices, book, qualified, seed)
    cashier = billing.Cashier(everybody, places.places, book, counter)
    for number, bill in enumerate(bills):
        cashier.settle(bill)
        if number % 5000 == 0:
            tell("bills", number, len(bills))
    tell("bills", len(bills), len(bills))
    give_codes(bills, prices)
    return City(
        seed, scale, city_date, places, everybody, staff, encounters, bills, plants, qualified, cashier.account_left,
        world.habits, prices,
    )  # fmt: skip


def _qualify(residents: list[Resident], book: PolicyBook, dice: Dice) -> dict[int, tuple[str, ...]]:
    """Who has been certified for which chronic scheme: most of those with the known condition; codes in order."""
    meant = {
        key: next((d.code for d in book.diseases.values() if d.means(condition.codes)), None)
        for key, condition in BY_KEY.items()
    }
    found = {}
    for person in residents:
        codes = [meant[key] for key in person.known if meant[key] and dice.happens(QUALIFIED_SHARE)]
        if codes and person.insutype:
            found[person.index] = tuple(sorted({code for code in codes if code}))
    return found
