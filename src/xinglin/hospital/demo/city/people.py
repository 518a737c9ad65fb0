"""The residents: age, sex, family, address, phone, number, insurance, death. No one of them exists.

Identity numbers have the real form, with a valid check digit (GB 11643-1999: weights 2^i mod 11), but carry area codes
that no place in China has (see places.py). Phones have the real form too; the demo mode never sends anything outside.
The age pyramid is that of the census of China of 2020, rounded, from memory.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp
from typing import Final

from xinglin.hospital.demo.city.dice import Choice, Dice, instant
from xinglin.hospital.demo.city.places import DISTRICTS, Map

RESIDENTS_AT_ONE: Final = 21_500
PYRAMID: Final = {
    0: 55, 5: 64, 10: 60, 15: 52, 20: 53, 25: 65, 30: 88, 35: 70, 40: 66, 45: 81, 50: 86, 55: 72, 60: 52, 65: 52,
    70: 35, 75: 22, 80: 14, 85: 11,
}  # fmt: skip
"""Residents per thousand by the first year of five-year age groups."""
EMPLOYED_SHARE: Final = 0.42
UNINSURED_SHARE: Final = 0.02
HOME_AT_ONE: Final = 2
HOME_BEDS: Final = 60


@dataclass(slots=True)
class Resident:
    """One person of the city; staff are among them. Indexes refer to the city's own lists."""

    index: int
    id: str
    name: str
    sex: str
    birth_on: date
    number: str
    village: int
    area: str
    registered_on: date
    address: str = ""
    phone: str = ""
    household: int = -1
    mother: int = -1
    father: int = -1
    insutype: str = ""
    psn_type: str = ""
    account_fen: int = 0
    died_on: date | None = None
    conditions: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    in_home: bool = False
    on_dialysis: bool = False
    own_phone: bool = False
    digital: bool = False
    children: list[int] = field(default_factory=list)

    def age_on(self, day: date) -> int:
        """Whole years on a day."""
        birth = self.birth_on
        return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def check_digit(first17: str) -> str:
    """The last character of a resident identity number."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first17))
    return "10X98765432"[total % 11]


class Registry:
    """Gives out identity numbers, each once."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, date, str], int] = {}

    def number(self, area: str, birth_on: date, sex: str) -> str:
        """The next number of this area, day and sex. At most 500 of each."""
        key = (area, birth_on, sex)
        order = self._last.get(key, -1) + 1
        if order > 499:
            raise ValueError(f"more than 500 births in {area} on {birth_on}: make the city smaller or its areas more")
        self._last[key] = order
        first17 = f"{area}{birth_on:%Y%m%d}{2 * order + (sex == 'M'):03d}"
        return first17 + check_digit(first17)


def make_residents(seed: int, scale: float, city_date: date, places: Map, registry: Registry) -> list[Resident]:
    """The residents of a city of this size, in families, in order of their numbers."""
    dice = Dice(seed, "people")
    count = max(160, round(RESIDENTS_AT_ONE * scale))
    ages, sexes = Choice(PYRAMID), Choice({"M": 512, "F": 488})
    people = []
    for index in range(count):
        days = (ages.draw(dice) + dice.random() * 5) * 365.2425
        birth_on = city_date - timedelta(days=int(days) + 1)
        sex = "F" if days > 70 * 365 and dice.happens(0.06) else sexes.draw(dice)
        village = places.villages[dice.randrange(len(places.villages))]
        registered_on = max(city_date - timedelta(days=900 + index % 700), birth_on)
        person_id = dice.id_at(instant(registered_on, 480 + index % 500))
        name = f"演示患者 {index + 1:05d}"
        people.append(Resident(index, person_id, name, sex, birth_on, "", village.index, village.area, registered_on))
    _families(people, city_date, Dice(seed, "families"))
    for person in people:
        person.number = registry.number(person.area, person.birth_on, person.sex)
    _nursing_homes(people, scale, city_date, places)
    _addresses(people, places)
    _phones(people, city_date, Dice(seed, "phones"))
    _insure(people, city_date, Dice(seed, "insurance"))
    _deaths(people, city_date, Dice(seed, "deaths"))
    return people


def _families(people: list[Resident], city_date: date, dice: Dice) -> None:
    """Couples of near age, children with a mother of 20 to 40 years more, some of the old with a grown child."""
    by_age: dict[str, list[Resident]] = {"M": [], "F": []}
    for person in people:
        by_age[person.sex].append(person)
    women = [person for person in by_age["F"] if person.age_on(city_date) >= 21]
    men = sorted((person for person in by_age["M"] if person.age_on(city_date) >= 22), key=lambda p: p.birth_on)
    women.sort(key=lambda p: p.birth_on)
    household = 0
    husbands: dict[int, int] = {}
    for wife, husband in zip(women, men, strict=False):
        if dice.happens(0.84):
            wife.household = husband.household = household
            wife.village, wife.area = husband.village, husband.area
            husbands[wife.index] = husband.index
            household += 1
    _children(people, women, husbands, city_date, dice)
    for person in people:
        if person.household < 0:
            person.household = household
            household += 1
    _elders(people, women, city_date, dice)


def _children(
    people: list[Resident], women: list[Resident], husbands: dict[int, int], city_date: date, dice: Dice
) -> None:
    mothers_by_year: dict[int, list[Resident]] = {}
    for woman in women:
        if woman.index in husbands:
            mothers_by_year.setdefault(woman.birth_on.year, []).append(woman)
    for child in people:
        if child.age_on(city_date) >= 20:
            continue
        for _ in range(12):
            options = mothers_by_year.get(child.birth_on.year - 22 - min(dice.randrange(16), dice.randrange(16)))
            mother = dice.choice(options) if options else None
            if mother and len(mother.children) < 3:
                child.mother, child.father = mother.index, husbands[mother.index]
                child.household, child.village, child.area = mother.household, mother.village, mother.area
                mother.children.append(child.index)
                break


def _elders(people: list[Resident], women: list[Resident], city_date: date, dice: Dice) -> None:
    """A third of those of 70 and over live with a couple some 25 years younger."""
    hosts: dict[int, list[Resident]] = {}
    for woman in women:
        hosts.setdefault(woman.birth_on.year, []).append(woman)
    for elder in people:
        if elder.age_on(city_date) >= 70 and dice.happens(0.33):
            options = hosts.get(elder.birth_on.year + 22 + dice.randrange(10))
            if options:
                host = dice.choice(options)
                elder.household, elder.village, elder.area = host.household, host.village, host.area


def _nursing_homes(people: list[Resident], scale: float, city_date: date, places: Map) -> None:
    """Some of those of 75 and over live in a nursing home: one address and one phone for all."""
    homes = max(1, round(HOME_AT_ONE * scale))
    old = [person for person in people if person.age_on(city_date) >= 75]
    beds = min(HOME_BEDS, max(4, len(old) // (6 * homes)))
    household = max(person.household for person in people) + 1
    for home in range(homes):
        village = places.villages[home * 7 % len(places.villages)]
        for person in old[home * beds : (home + 1) * beds]:
            person.household, person.in_home = household + home, True
            person.village, person.area = village.index, village.area
            person.address = f"演示市{DISTRICTS[village.area][0]}{village.name_zh} 演示养老院 {home + 1}"


def _addresses(people: list[Resident], places: Map) -> None:
    for person in people:
        if not person.in_home:
            village = places.villages[person.village]
            person.address = f"演示市{DISTRICTS[person.area][0]}{village.name_zh} {person.household + 1} 号"


def _phones(people: list[Resident], city_date: date, dice: Dice) -> None:
    """Adults have a phone of their own; children, half of the very old and the nursing home share one."""
    first: dict[int, str] = {}
    for person in sorted(people, key=lambda p: (abs(p.age_on(city_date) - 40), p.index)):
        age = person.age_on(city_date)
        shares = age < 16 or person.in_home or (age >= 75 and dice.happens(0.5))
        number = f"199{person.index + 1:08d}"
        person.phone = first.setdefault(person.household, number) if shares else number
        person.own_phone = person.phone == number
        if person.own_phone:
            first.setdefault(person.household, number)
        person.digital = person.own_phone and 18 <= age < 72 and dice.happens(0.34)


def _insure(people: list[Resident], city_date: date, dice: Dice) -> None:
    """Types 310 (employees) and 390 (residents); kinds of person 11, 12, 14, 15 of the insurers' interface."""
    for person in people:
        age = person.age_on(city_date)
        if dice.happens(UNINSURED_SHARE):
            continue
        if age >= 20 and dice.happens(EMPLOYED_SHARE):
            retired = age >= (60 if person.sex == "M" else 55)
            person.insutype, person.psn_type = "310", "12" if retired else "11"
            person.account_fen = 100 * dice.randrange(200, 4200)
        else:
            person.insutype, person.psn_type = "390", "14" if age < 18 else "15"


def _deaths(people: list[Resident], city_date: date, dice: Dice) -> None:
    """Deaths within the year, after Gompertz's law with a rate that doubles every eight years of age."""
    for person in people:
        hazard = min(0.5, 0.00033 * exp(0.085 * max(0, person.age_on(city_date) - 25)))
        if dice.happens(hazard):
            person.died_on = city_date - timedelta(days=dice.randrange(1, 364))
