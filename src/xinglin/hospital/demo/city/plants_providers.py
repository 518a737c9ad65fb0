"""Misconduct of physicians and pharmacies, and of a ring of both with card holders."""

from datetime import date

from xinglin.hospital.demo.city.encounters import NIGHT, Encounter
from xinglin.hospital.demo.city.plants import Planter
from xinglin.hospital.demo.city.prices import Medicine
from xinglin.hospital.demo.city.treatments import RESALE

TRIES, ENOUGH = 6, 20
SUPPLY_DAYS, SUPPLY_DAYS_ASSESSED = 28, 84
"""Longest supplies of the norms for long-term prescriptions (trial), 2021: as they are, and after assessment."""


def phantom_visits(planter: Planter) -> None:
    """In the evening the physician of a village swipes cards kept in a drawer, one a minute."""
    world, dice = planter.world, planter.dice
    clinics = [v.clinic for v in world.places.villages]
    for physician in planter.physicians(clinics, planter.count("phantom_visits")):
        place = world.staff.practitioners[physician].place
        village = world.places.places[place].village
        victims = planter.pick(planter.grown(), 30, village) or planter.pick(planter.grown(), 8)
        plant = planter.plant("phantom_visits", note="evening swipes a minute apart, without trace codes")
        plant.practitioners.append(physician)
        plant.places.append(place)
        plant.persons.extend(p.index for p in victims)
        drugs = ("XL-Z-033", "XL-Z-038", "XL-C08CA01-004")
        for _ in range(max(5, min(28, round(28 * planter.scale)))):
            day, minute = planter.day(margin=1), 1110 + dice.random() * 120
            for person in dice.sample(victims, min(len(victims), 4 + dice.randrange(4))):
                minute += 0.7 + dice.random() * 0.2
                if not world.alive(person, day):
                    continue
                items = [planter.fee(physician), *(planter.packs(drug, 14) for drug in drugs)]
                planter.add(
                    plant,
                    Encounter(person.index, place, physician, "outpatient", day, minute, "02", ("R53",), items,
                              minutes=0, days=14, no_trace=True),
                )  # fmt: skip


def phantom_online_visits(planter: Planter) -> None:
    """Charged online visits of a minute in which only the physician speaks."""
    world, dice = planter.world, planter.dice
    place = world.places.internet
    digital = [p for p in planter.grown() if p.digital and p.index in world.habits]
    for physician in planter.physicians([place], planter.count("phantom_online_visits")):
        plant = planter.plant("phantom_online_visits", note="no word of the patient in the conversation")
        plant.practitioners.append(physician)
        plant.places.append(place)
        department = world.staff.practitioners[physician].department
        victims = planter.pick(digital, max(4, round(40 * planter.scale)))
        plant.persons.extend(p.index for p in victims)
        for person in victims:
            habit = world.habits[person.index]
            for _ in range(1 + dice.randrange(3)):
                day = planter.day(margin=1)
                minute = world.diaries.book(physician, day, online=True)
                if minute is None or not world.at_home(person, day):
                    continue
                codes = (habit.codes[habit.main],)
                items = [planter.fee(physician, online=True)]
                planter.add(
                    plant,
                    Encounter(person.index, place, physician, "online", day, minute, department, codes, items,
                              minutes=1, silent=True),
                )  # fmt: skip


def split_prescriptions(planter: Planter) -> None:
    """The same medicine again within the hour: each supply keeps to the limit, both together do not."""
    world, dice = planter.world, planter.dice
    for _ in range(planter.count("split_prescriptions")):
        physician, own = _with_long_supplies(planter)
        plant = planter.plant("split_prescriptions", note="two prescriptions within an hour, together over the limit")
        plant.practitioners.append(physician)
        plant.places.append(world.staff.practitioners[physician].place)
        for first in dice.sample(own, min(len(own), 40)):
            if world.diaries.book(physician, first.day) is None:
                continue
            drugs = [(code, count) for code, count in first.items if code in world.prices.medicines]
            later = first.minute + 12 + dice.randrange(40)
            again = Encounter(
                first.person, first.place, physician, "outpatient", first.day, later, first.department, first.codes,
                [planter.fee(physician), *drugs], days=first.days,
            )  # fmt: skip
            if planter.add(plant, again):
                first.plant = plant.key
                plant.encounters.append(first)
                plant.persons.append(first.person)


def _with_long_supplies(planter: Planter) -> tuple[int, list[Encounter]]:
    """A physician of a health centre who renews medicine for chronic patients, and the visits at which it happens."""
    world = planter.world
    chosen: tuple[int, list[Encounter]] = (-1, [])
    for _ in range(TRIES):
        for physician in planter.physicians(world.places.centres, 1):
            own = [
                e for e in planter.found
                if e.practitioner == physician and e.kind == "outpatient" and not e.plant and e.person in world.habits
                and world.residents[e.person].insutype and e.codes == world.habits[e.person].diagnoses
                and any(_twice_is_too_much(world.prices.medicines[code], e.days, count)
                        for code, count in e.items if code in world.prices.medicines)
            ]  # fmt: skip
            chosen = max(chosen, (physician, own), key=lambda pair: len(pair[1]))
        if len(chosen[1]) >= ENOUGH:
            break
    return chosen


def _twice_is_too_much(medicine: Medicine, days: int, packs: int) -> bool:
    """One supply keeps to the limit of its prescription and two of them do not."""
    lasting = medicine.days_of(packs)
    limit = SUPPLY_DAYS if days <= SUPPLY_DAYS else SUPPLY_DAYS_ASSESSED
    return lasting is not None and min(days, lasting) <= limit < 2 * min(days, lasting)


def two_places(planter: Planter) -> None:
    """Visits under one physician's name in another district, minutes after a visit at home."""
    world, dice = planter.world, planter.dice
    for physician in planter.physicians(world.places.hospitals, planter.count("two_places")):
        home = world.staff.practitioners[physician].place
        far = [c for c in world.places.centres if world.places.places[c].area != world.places.places[home].area]
        second = dice.choice(far)
        plant = planter.plant("two_places", note="visits in two districts within minutes")
        plant.practitioners.append(physician)
        plant.places.extend((home, second))
        own = [e for e in planter.found if e.practitioner == physician and e.kind == "outpatient" and not e.plant]
        near = [v.index for v in world.places.villages if v.centre == second]
        patients = [p for p in planter.grown() if p.village in near and p.index not in planter.used] or planter.grown()
        for first in dice.sample(own, min(len(own), 25)):
            person = dice.choice(patients)
            if not world.at_home(person, first.day):
                continue
            items = [planter.fee(physician), planter.packs("XL-C10AA05-003", 28)]
            minute = first.minute + 2 + dice.randrange(5)
            made = planter.add(
                plant,
                Encounter(
                    person.index, second, physician, "outpatient", first.day, minute, "02", ("E78.5",), items, days=28
                ),
            )
            if made:
                first.plant = plant.key
                plant.encounters.append(first)


def resold_packs(planter: Planter) -> None:
    """A pharmacy buys packs back from people and sells them to others: the same trace codes a second time."""
    world, dice = planter.world, planter.dice
    sources = [
        e for e in planter.found
        if e.plant.startswith("three_institutions") and any(code in RESALE for code, _ in e.items)
    ]  # fmt: skip
    dice.shuffle(sources)
    count = planter.count("resold_packs")
    shops = dice.sample(world.places.pharmacies, min(count, len(world.places.pharmacies)))
    for shop_number, shop in enumerate(shops):
        plant = planter.plant("resold_packs", note="packs collected by others are sold a second time")
        plant.places.append(shop)
        plant.practitioners.append(world.staff.pharmacists[shop][0])
        for source in sources[shop_number::count][: max(3, round(70 * planter.scale))]:
            _sell_again(planter, len(planter.plants) - 1, source, shop)


def _sell_again(planter: Planter, plant_number: int, source: Encounter, shop: int) -> None:
    world, dice = planter.world, planter.dice
    plant = planter.plants[plant_number]
    item = next((code, count) for code, count in source.items if code in RESALE)
    day = source.day + 4 + dice.randrange(25)
    buyer = dice.choice(planter.grown())
    pharmacist = world.staff.pharmacists[shop][0]
    minute = world.diaries.book(pharmacist, day) if day <= world.last_day else None
    if minute is None or not world.at_home(buyer, day) or buyer.index in planter.used:
        return
    sale = Encounter(buyer.index, shop, pharmacist, "pharmacy", day, minute, "", ("E78.5",), [item], 3, 28)
    sale.supplied_by = planter.number(source)
    planter.add(plant, sale)


def ring(planter: Planter) -> None:
    """Two dozen cards, one physician, one pharmacy: synchronised mornings, dear medicine, sold again nearby."""
    world, dice = planter.world, planter.dice
    for _ in range(planter.count("ring")):
        physician = planter.physicians(world.places.centres, 1)[0]
        place, shop = world.staff.practitioners[physician].place, dice.choice(world.places.pharmacies)
        members = planter.pick(
            [p for p in planter.grown() if not p.digital], max(6, min(24, round(24 * planter.scale)))
        )
        plant = planter.plant("ring", note="synchronised mornings; one phone for all; packs sold again")
        plant.practitioners.extend((physician, world.staff.pharmacists[shop][0]))
        plant.places.extend((place, shop))
        plant.persons.extend(p.index for p in members)
        for person in members:
            person.phone, person.own_phone = members[0].phone, person is members[0]
        number = len(planter.plants) - 1
        for turn in range(12):
            day = world.first_day + 15 + turn * 28 + dice.randrange(6)
            if date.fromordinal(day).weekday() == 6:
                day += 1
            _morning(planter, number, [p.index for p in members], physician, place, shop, day)


def _morning(
    planter: Planter, plant_number: int, members: list[int], physician: int, place: int, shop: int, day: int
) -> None:
    world, dice = planter.world, planter.dice
    plant, minute = planter.plants[plant_number], 485.0
    for index in members:
        person = world.residents[index]
        minute += 3 + dice.random() * 2
        if minute >= NIGHT or not world.at_home(person, day):
            continue
        drug = RESALE[index % len(RESALE)]
        items = [planter.fee(physician), planter.packs(drug, 28)]
        visit = Encounter(index, place, physician, "outpatient", day, minute, "02", ("I25.1", "E78.5"), items, 3, 28)
        if planter.add(plant, visit) and dice.happens(0.35):
            _sell_again(planter, plant_number, visit, shop)
