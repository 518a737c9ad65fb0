"""A year of care of an honest city: chronic follow-ups, passing illnesses, stays in hospital, dialysis, purchases.

The year is the 365 days that end on the city's date. Medicine is renewed when it runs out, so that nobody stock-piles
by chance; whoever is in hospital or dead is seen nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from xinglin.hospital.demo.city.conditions import BY_KEY, code_for
from xinglin.hospital.demo.city.dice import Choice, Dice
from xinglin.hospital.demo.city.encounters import Diaries, Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.places import Map
from xinglin.hospital.demo.city.prices import PriceList
from xinglin.hospital.demo.city.staff import Staff
from xinglin.hospital.demo.city.stays import dialysis, stays
from xinglin.hospital.demo.city.treatments import (
    ACUTE,
    CHRONIC,
    EMERGENCY_FEE,
    ONLINE_FEES,
    VISIT_FEES,
    Acute,
)

DAYS: Final = 365
ACUTE_FACTOR: Final = 1.62
PHARMACY_SHARE: Final = 0.2
ONLINE_SHARE: Final = 0.55
MEDICINES_MAX: Final = 5
SPARE_DAYS: Final = 12
ILLNESS_DAYS: Final = 14
"""Nobody catches the same again sooner."""
DIAGNOSES_MAX: Final = 3
EMERGENCY_DAYS: Final = 3


@dataclass(slots=True)
class Habit:
    """How one resident with chronic conditions is looked after, the same all year."""

    main: str
    regimens: dict[str, tuple[str, ...]]
    codes: dict[str, str]
    days: int
    gap: float
    place: int

    @property
    def treated(self) -> tuple[str, ...]:
        """The conditions that a visit looks after: the main one first, three at most."""
        return tuple(sorted(self.regimens, key=lambda key: key != self.main))[:DIAGNOSES_MAX]

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """Their diagnosis codes."""
        return tuple(self.codes[key] for key in self.treated)


@dataclass(slots=True)
class World:
    """All that care needs to know of the city."""

    residents: list[Resident]
    places: Map
    staff: Staff
    prices: PriceList
    first_day: int
    last_day: int
    dice: Dice
    diaries: Diaries
    habits: dict[int, Habit]
    away: dict[int, list[tuple[int, int]]]
    """Stays in hospital by resident: first and last day."""
    visitors: dict[int, list[int]]
    """Physicians from elsewhere who are filed at a place."""
    stock: dict[tuple[int, str], int]
    """Last day for which a resident still has some medicine, by its substances."""

    def alive(self, person: Resident, day: int) -> bool:
        """Born and not yet dead on a day."""
        return person.birth_on.toordinal() < day and (person.died_on is None or day < person.died_on.toordinal())

    def at_home(self, person: Resident, day: int) -> bool:
        """Alive and in no hospital on a day."""
        return self.alive(person, day) and not any(a <= day <= b for a, b in self.away.get(person.index, ()))

    def in_stock(self, person: int, ingredient: str, day: int) -> bool:
        """There is so much left that nobody asks for more."""
        return self.stock.get((person, ingredient), day) - day > SPARE_DAYS

    def take_home(self, encounter: Encounter) -> None:
        """Note how long the medicine of a visit lasts, on top of what was left."""
        for code, packs in encounter.items:
            medicine = self.prices.medicines.get(code)
            lasting = medicine.days_of(packs) if medicine is not None else None
            if medicine is not None and lasting is not None:
                key = (encounter.person, medicine.ingredient)
                self.stock[key] = max(self.stock.get(key, 0), encounter.day) + lasting

    def physician(self, place: int, department: str, day: int) -> tuple[int, str]:
        """A physician who works there that day, of the department where there is one; and the department."""
        by_department = self.staff.by_place[place]
        if department not in by_department:
            department = "02" if "02" in by_department else next(iter(by_department))
        weekday = date.fromordinal(day).weekday()
        visitors = [i for i in self.visitors.get(place, ()) if weekday in self.staff.practitioners[i].also_days]
        if visitors and self.dice.happens(0.3):
            return visitors[0], "02"
        here = by_department[department]
        free = self._present(here, weekday)
        if not free:  # whoever works elsewhere today is not here: a colleague stands in
            free = self._present([i for some in by_department.values() for i in some], weekday) or here
        return free[int(self.dice.random() * len(free))], department

    def _present(self, physicians: list[int], weekday: int) -> list[int]:
        return [index for index in physicians if weekday not in self.staff.practitioners[index].also_days]


def prepare(
    residents: list[Resident], places: Map, staff: Staff, prices: PriceList, city_date: date, dice: Dice
) -> World:
    """The world before its year begins, with everybody's habits."""
    last = city_date.toordinal()
    visitors: dict[int, list[int]] = {}
    for one in staff.practitioners:
        if one.also_at is not None:
            visitors.setdefault(one.also_at, []).append(one.index)
    world = World(residents, places, staff, prices, last - DAYS + 1, last, dice, Diaries(dice), {}, {}, visitors, {})
    for person in residents:
        treated = [key for key in person.known if key in CHRONIC]
        if treated:
            world.habits[person.index] = _habit(world, person, treated)
    return world


_REGIMENS: Final = {key: Choice({codes: weight for weight, codes in care.regimens}) for key, care in CHRONIC.items()}
_CODES: Final = {key: Choice(condition.codes) for key, condition in BY_KEY.items()}
_SUPPLY: Final = Choice({28: 0.72, 56: 0.18, 84: 0.10})


def _habit(world: World, person: Resident, treated: list[str]) -> Habit:
    dice, places = world.dice, world.places
    main = max(treated, key=lambda key: (BY_KEY[key].yearly_visits, key))
    village = places.villages[person.village]
    where = dice.random()
    place = (
        village.clinic
        if where < 0.5
        else village.centre
        if where < 0.78
        else dice.choice(places.hospitals[:1] + places.hospitals[2:])
    )
    days = min(_SUPPLY.draw(dice), 3 * CHRONIC[main].days)
    gap = max(1.0, DAYS / BY_KEY[main].yearly_visits - 28)
    return Habit(
        main,
        {k: _REGIMENS[k].draw(dice) for k in treated},
        {k: code_for(person.sex, _CODES[k].draw(dice)) for k in treated},
        days, gap, place,
    )  # fmt: skip


def a_year(world: World) -> list[Encounter]:
    """All honest encounters of the year, in no particular order. The uninsured are in no insurer's books."""
    found: list[Encounter] = []
    for person in world.residents:
        if not person.insutype:
            continue
        found.extend(stays(world, person))
        if person.on_dialysis:
            found.extend(dialysis(world, person))
        if person.index in world.habits and not (person.on_dialysis or person.in_home):
            found.extend(_chronic(world, person, world.habits[person.index]))
        found.extend(_passing(world, person))
    return found


# CHRONIC FOLLOW-UP


def _chronic(world: World, person: Resident, habit: Habit) -> Iterable[Encounter]:
    dice = world.dice
    day = world.first_day + int(dice.random() * (habit.days + habit.gap))
    while day <= world.last_day:
        made = None
        if world.at_home(person, day):
            made = chronic_visit(world, person, habit, day)
            if made is not None:
                world.take_home(made)
                yield made
        wait = habit.days if made is not None else 3
        day += wait + int(dice.expovariate(1 / habit.gap)) if made is not None else wait


def chronic_visit(world: World, person: Resident, habit: Habit, day: int) -> Encounter | None:
    """One renewal of the chronic medicines, where this resident usually goes, online, or (a few) in a pharmacy."""
    dice = world.dice
    department = CHRONIC[habit.main].department
    online = person.digital and dice.happens(ONLINE_SHARE)
    where = world.places.internet if online else habit.place
    if not online and dice.happens(0.08):
        wanted = renewal(world, habit, person, day)
        return _purchase(world, person, day, wanted, habit.diagnoses, habit.days) if wanted else None
    kind = "online" if online else "outpatient"
    if not online and where in world.places.hospitals and date.fromordinal(day).weekday() == 6:
        day += 1
        if day > world.last_day or not world.at_home(person, day):
            return None
    physician, department = world.physician(where, department, day)
    minute = world.diaries.book(physician, day, online)
    if minute is None:
        return None
    fees = ONLINE_FEES if online else VISIT_FEES
    items = [(fees[world.staff.practitioners[physician].title], 1), *renewal(world, habit, person, day)]
    if not online:
        items += _tests(world, habit, where)
    made = Encounter(
        person.index, where, physician, kind, day, minute, department, habit.diagnoses, items, days=habit.days
    )
    made.minutes = 6 + int(dice.random() * 18) if online else made.minutes
    return made


def renewal(
    world: World, habit: Habit, person: Resident | None, day: int, days_max: int = DAYS
) -> list[tuple[str, int]]:
    """The medicines for what is treated for the habitual number of days: at most five, none twice, none of which
    there is enough at home; nobody's home is looked into where no person is given."""
    found: list[tuple[str, int]] = []
    substances: set[str] = set()
    for key in habit.treated:
        for code in habit.regimens[key]:
            medicine = world.prices.medicines[code]
            days = min(habit.days, 3 * CHRONIC[key].days, days_max)
            enough = person is not None and world.in_stock(person.index, medicine.ingredient, day)
            if not substances.intersection(medicine.ingredients):
                substances.update(medicine.ingredients)
                if len(found) < MEDICINES_MAX and not enough:
                    found.append((code, medicine.packs_for(days)))
    return found


def _tests(world: World, habit: Habit, where: int) -> list[tuple[str, int]]:
    dice, simple = world.dice, world.places.places[where].kind == "village_clinic"
    found: dict[str, tuple[str, int]] = {}
    for key in habit.regimens:
        for code, share in CHRONIC[key].tests:
            if dice.happens(share * (0.35 if simple else 1.0)):
                found.setdefault(code, (code, 1))
    return list(found.values())


def _purchase(
    world: World, person: Resident, day: int, items: list[tuple[str, int]], codes: tuple[str, ...], days: int
) -> Encounter | None:
    """Medicine bought in the pharmacy nearest to the village."""
    pharmacies = world.places.pharmacies
    place = pharmacies[(person.village + (0 if world.dice.happens(0.8) else 1)) % len(pharmacies)]
    pharmacist = world.staff.pharmacists[place][0]
    minute = world.diaries.book(pharmacist, day)
    if minute is None:
        return None
    return Encounter(person.index, place, pharmacist, "pharmacy", day, minute, "", codes, items, 3, days)


# PASSING ILLNESS

_CHOICES: Final = {
    a.key: (Choice({c: w for w, c in a.medicines}), Choice({c: w for w, c in a.child_medicines})) for a in ACUTE
}


def _passing(world: World, person: Resident) -> Iterable[Encounter]:
    dice = world.dice
    age = person.age_on(date.fromordinal(world.last_day))
    for illness in ACUTE:
        if illness.sex and illness.sex != person.sex:
            continue
        rate = illness.child if age < 15 else illness.adult if age < 65 else illness.old
        last = -ILLNESS_DAYS
        for day in sorted(int(dice.random() * DAYS) for _ in range(dice.count(rate * ACUTE_FACTOR / 1000))):
            day += world.first_day
            if world.at_home(person, day) and day - last >= ILLNESS_DAYS:
                last = day
                yield from acute_visits(world, person, illness, age, day)


def acute_visits(world: World, person: Resident, illness: Acute, age: int, day: int) -> Iterable[Encounter]:
    """A passing illness: a purchase, or a visit and, for some, a second one a few days later."""
    dice = world.dice
    adult, child = _CHOICES[illness.key]
    codes = (child if age < 15 else adult).draw(dice)
    diagnosis = (illness.codes[int(dice.random() * len(illness.codes))],)
    medicines = _not_taken_yet(world, person, codes)
    if age >= 15 and medicines and dice.happens(PHARMACY_SHARE):
        items = [(code, world.prices.medicines[code].packs_for(illness.days)) for code in medicines]
        bought = _purchase(world, person, day, items, diagnosis, illness.days)
        if bought is not None:
            yield bought
        return
    visit = _clinic_visit(world, person, illness, age, day, diagnosis, medicines)
    if visit is None:
        return
    yield visit
    if dice.happens(0.16):
        later = day + 2 + int(dice.random() * 5)
        if later <= world.last_day and world.at_home(person, later):
            again = _clinic_visit(world, person, illness, age, later, diagnosis, medicines[:1], visit.place)
            if again is not None:
                yield again


def _not_taken_yet(world: World, person: Resident, codes: tuple[str, ...]) -> list[str]:
    """Without what this resident takes every day: who asks before prescribing does not give it twice."""
    habit = world.habits.get(person.index)
    regimens = habit.regimens.values() if habit is not None else ()
    taken = {name for some in regimens for code in some for name in world.prices.medicines[code].ingredients}
    return [code for code in codes if not taken.intersection(world.prices.medicines[code].ingredients)]


def _clinic_visit(
    world: World, person: Resident, illness: Acute, age: int, day: int, codes: tuple[str, ...], medicines: list[str],
    again_at: int | None = None,
) -> Encounter | None:  # fmt: skip
    """One visit for a passing illness; a second one for the same is where the first was."""
    dice, village = world.dice, world.places.villages[person.village]
    where = dice.random()
    department = "07" if age < 15 else illness.department
    place = village.clinic if where < 0.46 else village.centre if where < 0.76 else dice.choice(world.places.hospitals)
    if age < 15 and where >= 0.76:
        place = world.places.children
    place = place if again_at is None else again_at
    simple = world.places.places[place].kind == "village_clinic"
    emergency = not simple and where > 0.97
    physician, department = world.physician(place, "20" if emergency else department, day)
    minute = world.diaries.book(physician, day)
    if minute is None:
        return None
    fee = EMERGENCY_FEE if emergency else VISIT_FEES[world.staff.practitioners[physician].title]
    days = min(illness.days, EMERGENCY_DAYS) if emergency else illness.days
    items = [(fee, 1), *((code, world.prices.medicines[code].packs_for(days)) for code in medicines)]
    items += [(code, 1) for code, share in illness.tests if dice.happens(share * (0.25 if simple else 1.0))]
    kind = "emergency" if emergency else "outpatient"
    return Encounter(person.index, place, physician, kind, day, minute, department, codes, items, days=days)
