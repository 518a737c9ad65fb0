"""Physicians and pharmacists of the city: who works where, since when, with which title. None of them exists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from xinglin.hospital.demo.city.dice import Choice, Dice, instant
from xinglin.hospital.demo.city.people import Registry, Resident
from xinglin.hospital.demo.city.places import HEALTH_CENTRE_DEPARTMENTS, ONLINE_DEPARTMENTS, Map, Place

TITLES: Final = Choice({"resident": 2.0, "attending": 4.0, "associate_chief": 2.5, "chief": 1.0})
PHARMACIST_TITLES: Final = Choice({"pharmacist": 4.0, "pharmacist_in_charge": 3.0, "associate_chief_pharmacist": 1.0})


@dataclass(slots=True)
class Practitioner:
    """A physician or pharmacist. `person` is the index of the natural person; `also_at` a second, filed institution."""

    index: int
    id: str
    name: str
    person: int
    kind: str
    place: int
    register_no: str
    title: str
    department: str
    scope: tuple[str, ...]
    independent_from: date
    admitted_on: date
    intro_zh: str
    intro_en: str
    also_at: int | None = None
    also_days: frozenset[int] = frozenset()
    """Weekdays (Monday is 0) on which this one works at the second institution."""
    review_seconds: tuple[int, int] = (24, 40)
    """A pharmacist's least seconds for a review, and within how many more the rest of them lie."""


@dataclass(frozen=True, slots=True)
class Staff:
    """All practitioners, and who is where by department."""

    practitioners: tuple[Practitioner, ...]
    people: tuple[Resident, ...]
    by_place: dict[int, dict[str, list[int]]]
    pharmacists: dict[int, list[int]]


class _Hiring:
    def __init__(self, seed: int, city_date: date, first_person: int, places: Map, registry: Registry) -> None:
        self.dice = Dice(seed, "staff")
        self.city_date, self.places, self.registry, self.first_person = city_date, places, registry, first_person
        self.practitioners: list[Practitioner] = []
        self.people: list[Resident] = []
        self.numbers = {"physician": 0, "pharmacist": 0}

    def hire(self, kind: str, place: Place, department: str) -> int:
        """One more practitioner at a place; returns the index."""
        dice, index = self.dice, len(self.practitioners)
        self.numbers[kind] += 1
        number = self.numbers[kind]
        title = (TITLES if kind == "physician" else PHARMACIST_TITLES).draw(dice)
        years = 4 + dice.random() * 10 + {"associate_chief": 6, "chief": 12}.get(title, 0)
        independent = self.city_date - timedelta(days=int(years * 365))
        admitted_on = max(independent + timedelta(days=200), self.city_date - timedelta(days=900 + index % 900))
        zh, en = ("医师", "physician") if kind == "physician" else ("药师", "pharmacist")
        person = self._person(f"演示{zh} {number:03d}", place, years, admitted_on)
        register_no = f"{'D' if kind == 'physician' else 'P'}{place.area}{number:05d}"
        scope = (department,) if department else ()
        self.practitioners.append(
            Practitioner(
                index,
                dice.id_at(instant(admitted_on, 500 + index)),
                person.name,
                person.index,
                kind,
                place.index,
                register_no,
                title,
                department,
                scope,
                independent,
                admitted_on,
                f"演示用的{zh}，并无其人。",
                f"A {en} made up for the demonstration; no such person exists.",
            )
        )
        return index

    def _person(self, name: str, place: Place, years: float, admitted_on: date) -> Resident:
        dice = self.dice
        birth_on = self.city_date - timedelta(days=int((25 + years + dice.random() * 3) * 365.25))
        sex = "F" if dice.happens(0.5) else "M"
        index = self.first_person + len(self.people)
        number = self.registry.number(place.area, birth_on, sex)
        person = Resident(
            index,
            dice.id_at(instant(admitted_on, 400 + index % 60)),
            name,
            sex,
            birth_on,
            number,
            -1,
            place.area,
            admitted_on,
        )
        person.phone, person.address, person.own_phone = f"198{index + 1:08d}", place.address, True
        person.insutype, person.psn_type = "310", "11"
        self.people.append(person)
        return person


def make_staff(seed: int, scale: float, city_date: date, places: Map, first_person: int, registry: Registry) -> Staff:
    """The practitioners of every institution. The internet hospital's come first, so that their numbers are small."""
    hiring = _Hiring(seed, city_date, first_person, places, registry)
    online = places.places[places.internet]
    for department, count in ONLINE_DEPARTMENTS.items():
        for _ in range(max(1, round(count * min(1.0, scale * 3)))):
            hiring.hire("physician", online, department)
    for _ in range(max(2, round(6 * min(1.0, scale * 3)))):
        hiring.hire("pharmacist", online, "")
    for place in places.places:
        _fill(hiring, place, places, scale)
    _second_sites(hiring, places)
    by_place: dict[int, dict[str, list[int]]] = {}
    pharmacists: dict[int, list[int]] = {}
    for one in hiring.practitioners:
        if one.kind == "physician":
            by_place.setdefault(one.place, {}).setdefault(one.department, []).append(one.index)
        else:
            pharmacists.setdefault(one.place, []).append(one.index)
    return Staff(tuple(hiring.practitioners), tuple(hiring.people), by_place, pharmacists)


def _fill(hiring: _Hiring, place: Place, places: Map, scale: float) -> None:
    if place.kind == "hospital":
        each = 2 if place.index == places.hospitals[0] and scale >= 0.5 else 1
        _hire_all(hiring, place, place.departments, each)
        for _ in range(2 * each):
            hiring.hire("pharmacist", place, "")
    elif place.kind == "health_centre":
        _hire_all(hiring, place, HEALTH_CENTRE_DEPARTMENTS, 1)
        hiring.hire("physician", place, "02")
        hiring.hire("pharmacist", place, "")
    elif place.kind == "village_clinic":
        hiring.hire("physician", place, "02")
    elif place.kind == "pharmacy":
        hiring.hire("pharmacist", place, "")


def _hire_all(hiring: _Hiring, place: Place, departments: Iterable[str], each: int) -> None:
    for department in departments:
        for _ in range(each):
            hiring.hire("physician", place, department)


def _second_sites(hiring: _Hiring, places: Map) -> None:
    """Some hospital physicians are filed at a health centre too and work there on one or two fixed weekdays: legal."""
    dice = hiring.dice
    for one in hiring.practitioners:
        if one.kind == "physician" and one.place in places.hospitals and dice.happens(0.12):
            one.also_at = dice.choice(places.centres)
            one.also_days = frozenset(dice.sample(range(5), 1 + dice.randrange(2)))
