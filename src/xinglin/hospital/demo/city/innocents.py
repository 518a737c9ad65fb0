"""Those who look guilty and are not. A detector that accuses them is wrong, and the answer file says so."""

from collections import Counter
from datetime import date
from typing import Final

from xinglin.hospital.demo.city.care import renewal
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.plants import Planter
from xinglin.hospital.demo.city.treatments import EMERGENCY_FEE, TESTS

MEANINGS: Final = {
    "innocent_dialysis": "Three sessions a week, the same shift, the same faces: synchronised, and necessary.",
    "innocent_nursing_home": "Many people with one address and phone, seen on one day, medicine fetched by one.",
    "innocent_family_errand": "A mother fetches medicine for children, husband and grandparents in one trip.",
    "innocent_village_physician": "A family physician whose patients all come from one village.",
    "innocent_two_sites": "A physician filed at two institutions, at each on fixed days.",
    "innocent_admission_day": "An emergency visit elsewhere on the day of admission.",
    "innocent_day_of_death": "An emergency visit on the day of death.",
    "innocent_clocks": "Two clocks some seconds apart: paid, as it seems, before the signature.",
    "innocent_repeats": "Repeats and templates of the physician's own are signed within seconds.",
    "innocent_quick_reader": "A pharmacist of one place who reads quickly, and reads.",
}


def nursing_homes(planter: Planter) -> None:
    """Once in four weeks the village physician sees everybody in the home; a carer fetches everything."""
    world, dice = planter.world, planter.dice
    homes: dict[int, list[Resident]] = {}
    for person in world.residents:
        if person.in_home and person.insutype and person.index in world.habits:
            homes.setdefault(person.household, []).append(person)
    for household, people in homes.items():
        plant = planter.plant("innocent_nursing_home", note=f"household {household}")
        clinic = world.places.villages[people[0].village].clinic
        carer = next(p.index for p in world.residents if p.village == people[0].village and p.own_phone)
        physician = world.staff.by_place[clinic]["02"][0]
        plant.persons.extend(p.index for p in people)
        plant.places.append(clinic)
        plant.practitioners.append(physician)
        first = world.first_day + dice.randrange(28)
        for day in range(first, world.last_day + 1, 28):
            for number, person in enumerate(people):
                habit = world.habits[person.index]
                if world.at_home(person, day):
                    items = [planter.fee(physician), *renewal(world, habit, person, day, 28)]
                    codes = habit.diagnoses
                    made = Encounter(
                        person.index,
                        clinic,
                        physician,
                        "outpatient",
                        day,
                        480 + 8 * number,
                        "02",
                        codes,
                        items,
                        agent=carer,
                        days=28,
                    )
                    world.take_home(made)
                    planter.add(plant, made)


def family_errands(planter: Planter) -> None:
    """A mother buys for her household: several cards in a few minutes in one pharmacy."""
    world, dice = planter.world, planter.dice
    households: dict[int, list[Resident]] = {}
    for person in world.residents:
        if person.insutype and person.died_on is None:
            households.setdefault(person.household, []).append(person)
    mothers = [p for p in planter.grown() if p.sex == "F" and len(households[p.household]) >= 4 and p.children]
    for mother in planter.pick(mothers, max(1, round(15 * planter.scale))):
        plant = planter.plant("innocent_family_errand")
        plant.persons.extend(p.index for p in households[mother.household])
        shop = world.places.pharmacies[mother.village % len(world.places.pharmacies)]
        pharmacist = world.staff.pharmacists[shop][0]
        plant.places.append(shop)
        for _ in range(5 + dice.randrange(4)):
            day, minute = planter.day(), 1020 + dice.random() * 60
            for person in households[mother.household]:
                minute += 2 + dice.random()
                young = date.fromordinal(day).year - person.birth_on.year < 15
                items = [planter.packs("XL-N02BE01-003" if young else "XL-Z-002", 3)]
                if world.at_home(person, day):
                    made = Encounter(
                        person.index, shop, pharmacist, "pharmacy", day, minute, "", ("J06.9",), items,
                        minutes=2, agent=mother.index, days=3,
                    )  # fmt: skip
                    planter.add(plant, made)


def admission_days(planter: Planter) -> None:
    """A few were seen as an emergency elsewhere in the morning before they were admitted."""
    world, dice = planter.world, planter.dice
    stays = [e for e in planter.found if e.kind == "inpatient" and e.person not in planter.used]
    for stay in dice.sample(stays, min(len(stays), max(2, round(60 * planter.scale)))):
        person = world.residents[stay.person]
        place = world.places.villages[person.village].centre
        physician, department = world.physician(place, "02", stay.day)
        plant = planter.plant("innocent_admission_day")
        plant.persons.append(stay.person)
        minute = min(470, stay.minute - 20)
        items = [(EMERGENCY_FEE, 1), (TESTS["blood"], 1)]
        made = Encounter(person.index, place, physician, "emergency", stay.day, minute, department, stay.codes, items)
        planter.add(plant, made)


def days_of_death(planter: Planter) -> None:
    """An emergency visit on the last day of life."""
    world, dice = planter.world, planter.dice
    dead = [p for p in world.residents if p.died_on is not None and p.insutype and p.index not in planter.used]
    for person in dice.sample(dead, min(len(dead), max(1, round(12 * planter.scale)))):
        assert person.died_on is not None
        day, place = person.died_on.toordinal(), world.places.hospitals[0]
        physician, department = world.physician(place, "20", day)
        plant = planter.plant("innocent_day_of_death", note=f"died on {person.died_on}")
        plant.persons.append(person.index)
        items = [(EMERGENCY_FEE, 1), (TESTS["ecg"], 1), (TESTS["troponin"], 1)]
        minute = 300 + dice.random() * 600
        made = Encounter(person.index, place, physician, "emergency", day, minute, department, ("I46.9",), items)
        planter.add(plant, made)


def standing_arrangements(planter: Planter) -> None:
    """Named, not added: dialysis, the family physician with one village, the physician filed at two institutions."""
    world = planter.world
    dialysis = planter.plant("innocent_dialysis")
    for encounter in planter.found:
        if encounter.kind == "dialysis":
            dialysis.encounters.append(encounter)
            encounter.plant = dialysis.key
    dialysis.persons.extend(sorted({e.person for e in dialysis.encounters}))
    clinics = {v.clinic for v in world.places.villages}
    load = Counter(e.practitioner for e in planter.found if e.place in clinics and e.practitioner not in planter.busy)
    for physician, _ in load.most_common(max(1, round(5 * planter.scale))):
        plant = planter.plant("innocent_village_physician")
        plant.practitioners.append(physician)
        plant.places.append(world.staff.practitioners[physician].place)
    for one in world.staff.practitioners:
        if one.also_at is not None:
            plant = planter.plant("innocent_two_sites")
            plant.practitioners.append(one.index)
            plant.places.extend((one.place, one.also_at))
