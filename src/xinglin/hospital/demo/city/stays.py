"""Stays in hospital and sessions of dialysis."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.treatments import BED, DIALYSIS, DIALYSIS_MEDICINES, INFUSION, NURSING, TESTS

if TYPE_CHECKING:
    from xinglin.hospital.demo.city.care import World

STAYS_PER_THOUSAND: Final = (55, 70, 290)
"""Admissions a year per thousand children, adults and people of 65 and over; Chinese health statistics, from memory."""

REASONS: Final = {
    "": (("J18.9", "03.01"), ("K80.2", "04.01"), ("N20.0", "04.04"), ("S72.0", "04.03"), ("K35.8", "04.01")),
    "child": (("J18.9", "07"), ("A09.9", "07"), ("J20.9", "07")),
    "hypertension": (("I11.9", "03.04"),),
    "diabetes": (("E11.6", "03.07"), ("E11.4", "03.07")),
    "coronary": (("I20.0", "03.04"), ("I25.1", "03.04")),
    "heart-failure": (("I50.0", "03.04"),),
    "stroke": (("I63.9", "03.03"),),
    "copd": (("J44.1", "03.01"), ("J44.0", "03.01")),
    "chronic-kidney": (("N18.9", "03.06"),),
}
_WARD_TESTS: Final = (
    "blood",
    "urine",
    "liver",
    "kidney",
    "electrolytes",
    "ecg",
    "crp",
    "xray",
    "chest_ct",
    "ultrasound",
)


def stays(world: "World", person: Resident) -> Iterable[Encounter]:
    """The admissions of one resident; they are noted as absences before any other care is drawn."""
    dice = world.dice
    age = person.age_on(date.fromordinal(world.last_day))
    rate = STAYS_PER_THOUSAND[0 if age < 15 else 1 if age < 65 else 2] / 1000
    if any(key in REASONS for key in person.known):
        rate *= 1.3
    for _ in range(dice.count(rate)):
        day = world.first_day + int(dice.random() * (world.last_day - world.first_day - 16))
        length = 3 + int(dice.expovariate(1 / 4.5))
        length = min(length, 18, world.last_day - day)
        if world.alive(person, day) and world.alive(person, day + length) and world.at_home(person, day):
            world.away.setdefault(person.index, []).append((day, day + length))
            yield _stay(world, person, age, day, length)


def _stay(world: "World", person: Resident, age: int, day: int, length: int) -> Encounter:
    dice, places = world.dice, world.places
    key = "child" if age < 15 else next((k for k in person.known if k in REASONS and dice.happens(0.6)), "")
    code, department = dice.choice(REASONS[key])
    place = places.children if age < 15 else dice.choice(places.hospitals[:1] + places.hospitals[2:])
    physician, department = world.physician(place, department, day)
    items = [(BED, length), (NURSING, length), (INFUSION, 2 * length)]
    items += [(TESTS[name], 1 + (length > 9)) for name in _WARD_TESTS if dice.happens(0.6)]
    habit = world.habits.get(person.index)
    if habit is not None:
        for drug in next(iter(habit.regimens.values())):
            items.append((drug, world.prices.medicines[drug].packs_for(length)))
    minute = 500 + int(dice.random() * 500)
    return Encounter(
        person.index, place, physician, "inpatient", day, minute, department, (code,), items, until_day=day + length
    )


def dialysis(world: "World", person: Resident) -> Iterable[Encounter]:
    """Three sessions a week for life, always on the same days in the same shift: innocents who look like a gang."""
    dice, place = world.dice, world.places.hospitals[0]
    weekdays = (0, 2, 4) if dice.happens(0.5) else (1, 3, 5)
    begin = 450 if dice.happens(0.6) else 750
    session = 0
    for day in range(world.first_day, world.last_day + 1):
        if date.fromordinal(day).weekday() not in weekdays or not world.at_home(person, day) or dice.happens(0.015):
            continue
        items = [(DIALYSIS, 1)]
        if session % 6 == 0:
            items += [(code, world.prices.medicines[code].packs_for(14)) for code in DIALYSIS_MEDICINES[1:]]
        if session % 6 == 3:
            items += [(TESTS["kidney"], 1), (TESTS["electrolytes"], 1), (TESTS["blood"], 1)]
        session += 1
        minute = begin + int(dice.random() * 10)
        physician, department = world.physician(place, "03.06", day)
        yield Encounter(
            person.index, place, physician, "dialysis", day, minute, department, ("N18.9",), items,
            minutes=240, days=14,
        )  # fmt: skip
