"""Misconduct of the insured: shared cards, collecting three times, care after death, care beside a stay in hospital."""

from typing import Final

from xinglin.hospital.demo.city.care import renewal
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.plants import Planter
from xinglin.hospital.demo.city.treatments import RESALE, TESTS

MALE_ONLY: Final = (("N40",), "XL-G04CA02-002", 28, "psa", "04.04")
FEMALE_ONLY: Final = (("Z34.9", "O21.0"), "XL-B03BB01-001", 31, "ultrasound", "05.02")
CHILD_ONLY: Final = (("J06.9",), "XL-M01AE01-003", 3, "blood", "07")


def shared_card(planter: Planter) -> None:
    """A man's card pays for antenatal care and a small child, a woman's for a prostate: two contradictions."""
    world, dice = planter.world, planter.dice
    for person in planter.pick(planter.grown(), planter.count("shared_card")):
        plant = planter.plant("shared_card")
        plant.persons.append(person.index)
        other = FEMALE_ONLY if person.sex == "M" else MALE_ONLY
        start = planter.day(margin=130)
        for number in range(4 + dice.randrange(4)):
            codes, drug, days, test, department = CHILD_ONLY if number % 3 == 2 else other
            place = world.places.children if department != "04.04" else world.places.hospitals[0]
            day = start + number * (12 + dice.randrange(8))
            if not world.at_home(person, day):
                continue
            physician, department = world.physician(place, department, day)
            minute = world.diaries.book(physician, day)
            if minute is None:
                continue
            items = [planter.fee(physician), planter.packs(drug, days), (TESTS[test], 1)]
            planter.add(
                plant, Encounter(person.index, place, physician, "outpatient", day, minute, department, codes, items,
                          days=days),
            )  # fmt: skip


def three_institutions(planter: Planter) -> None:
    """A month's supply of one medicine every ten days or so, each time somewhere else."""
    world, dice = planter.world, planter.dice
    chronic = [p for p in planter.grown() if p.index in world.habits]
    for person in planter.pick(chronic, planter.count("three_institutions")):
        plant = planter.plant("three_institutions")
        plant.persons.append(person.index)
        drug, village = dice.choice(RESALE), world.places.villages[person.village]
        circle = [village.centre, dice.choice(world.places.hospitals[:1] + world.places.hospitals[2:])]
        circle += dice.sample(world.places.centres, min(3, len(world.places.centres)))
        circle = list(dict.fromkeys(circle))
        codes = next(iter(world.habits[person.index].codes.values()))
        day = planter.day(margin=120)
        for number in range(9 + dice.randrange(5)):
            day += 8 + dice.randrange(5)
            _visit(planter, plant_key=len(planter.plants) - 1, person=person, place=circle[number % len(circle)],
                   day=day, codes=(codes,), drug=drug)  # fmt: skip


def _visit(
    planter: Planter, *, plant_key: int, person: Resident, place: int, day: int, codes: tuple[str, ...], drug: str
) -> None:
    world = planter.world
    if day > world.last_day or not world.at_home(person, day):
        return
    physician, department = world.physician(place, "03.04", day)
    minute = world.diaries.book(physician, day)
    if minute is not None:
        items = [planter.fee(physician), planter.packs(drug, 28)]
        made = Encounter(person.index, place, physician, "outpatient", day, minute, department, codes, items, days=28)
        planter.add(planter.plants[plant_key], made)


def after_death(planter: Planter) -> None:
    """The dead go on renewing their medicine in a pharmacy."""
    world, dice = planter.world, planter.dice
    last = world.last_day
    dead = [
        p for p in world.residents
        if p.died_on is not None and p.died_on.toordinal() < last - 20 and p.index in world.habits and p.insutype
    ]  # fmt: skip
    for person in planter.pick(dead, planter.count("after_death")):
        assert person.died_on is not None
        plant = planter.plant("after_death", note=f"died on {person.died_on}")
        plant.persons.append(person.index)
        habit, place = world.habits[person.index], dice.choice(world.places.pharmacies)
        pharmacist = world.staff.pharmacists[place][0]
        plant.places.append(place)
        day = person.died_on.toordinal() + 3 + dice.randrange(8)
        for _ in range(2 + dice.randrange(4)):
            minute = world.diaries.book(pharmacist, day) if day <= last else None
            if minute is not None:
                codes = habit.diagnoses
                items = renewal(world, habit, None, day)
                planter.add(
                    plant,
                    Encounter(
                        person.index, place, pharmacist, "pharmacy", day, minute, "", codes, items, 3, habit.days
                    ),
                )
            day += 10 + dice.randrange(20)


def while_inpatient(planter: Planter) -> None:
    """In the middle of a stay somebody else claims medicine on the card in a pharmacy or at a health centre."""
    world, dice = planter.world, planter.dice
    stays = [
        e for e in planter.found if e.kind == "inpatient" and e.until_day - e.day >= 5 and e.person not in planter.used
    ]
    for stay in dice.sample(stays, min(planter.count("while_inpatient"), len(stays))):
        if stay.person in planter.used:
            continue
        planter.used.add(stay.person)
        plant = planter.plant("while_inpatient", note="a stay in hospital and claims elsewhere in its middle")
        plant.persons.append(stay.person)
        person = world.residents[stay.person]
        place = world.places.villages[person.village].centre
        for day in dice.sample(range(stay.day + 1, stay.until_day), 1 + (stay.until_day - stay.day > 7)):
            physician, department = world.physician(place, "02", day)
            minute = world.diaries.book(physician, day)
            if minute is not None:
                items = [planter.fee(physician), planter.packs(dice.choice(RESALE), 28)]
                made = Encounter(
                    person.index, place, physician, "outpatient", day, minute, department, ("I10",), items, days=28
                )
                planter.add(plant, made)
