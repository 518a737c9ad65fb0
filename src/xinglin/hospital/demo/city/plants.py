"""Planted misconduct: what the audit must find. Each kind is rare and its share stated; the truth goes to a file apart.

A plant adds encounters, or changes honest ones; it never writes a hint into what is loaded. How many there are at
scale 1 stands in COUNTS; at another scale proportionally, but always at least one of each kind.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from xinglin.hospital.demo.city.care import World
from xinglin.hospital.demo.city.dice import Dice
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.treatments import ONLINE_FEES, VISIT_FEES

COUNTS: Final = {
    "phantom_visits": 2,
    "phantom_online_visits": 1,
    "shared_card": 24,
    "three_institutions": 30,
    "split_prescriptions": 3,
    "resold_packs": 2,
    "two_places": 3,
    "ring": 1,
    "after_death": 8,
    "while_inpatient": 25,
    "medicine_first": 2,
    "machine_prescriptions": 2,
    "review_stamps": 3,
}
"""How many persons, practitioners, pharmacies or rings do it at scale 1 (who is counted follows from the kind)."""

LOOKALIKES: Final = {"innocent_clocks": 2, "innocent_repeats": 2, "innocent_quick_reader": 4}
"""The same for innocents who are made in numbers of their own."""

MEANINGS: Final = {
    "phantom_visits": "A village physician charges visits that never happened, on cards left with the clinic.",
    "phantom_online_visits": "An online physician charges visits in which the patient never wrote a word.",
    "shared_card": "One card is used by several people: what it was used for cannot belong to one body.",
    "three_institutions": "The same medicine is collected from three institutions or more within a month.",
    "split_prescriptions": "Two prescriptions within an hour that together break a limit neither breaks.",
    "resold_packs": "A pharmacy sells packs that were sold before: their trace codes come a second time.",
    "two_places": "A physician's name stands under visits in two districts within minutes.",
    "ring": "A physician, a pharmacy and many cards: the same mornings, dear medicine, sold again.",
    "after_death": "A card is used after its holder has died.",
    "while_inpatient": "Medicine is claimed elsewhere in the middle of a stay in hospital.",
    "medicine_first": "An online physician signs for medicine that was ordered or paid for before.",
    "machine_prescriptions": "A machine writes online prescriptions; the physician's key signs within seconds.",
    "review_stamps": "A pharmacist passes every prescription within seconds, for several places at once.",
}


@dataclass(slots=True)
class Plant:
    """One misdeed: its key, who took part, and in the end the ids of its claims (filled when bills exist)."""

    key: str
    kind: str
    persons: list[int] = field(default_factory=list)
    practitioners: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    encounters: list[Encounter] = field(default_factory=list)
    note: str = ""


class Planter:
    """Adds misconduct to a year of encounters. `found` grows; `plants` is what goes to the answer file."""

    def __init__(self, world: World, encounters: list[Encounter], scale: float, dice: Dice) -> None:
        self.world, self.found, self.scale, self.dice = world, encounters, scale, dice
        self.plants: list[Plant] = []
        self.used: set[int] = {p.index for p in world.residents if p.in_home or p.on_dialysis or not p.insutype}
        self.busy: set[int] = set()
        self.load = Counter(e.practitioner for e in encounters if e.kind in ("outpatient", "online"))
        self._numbered = 0

    def count(self, kind: str) -> int:
        """How many of a kind at this scale."""
        return max(1, round((COUNTS.get(kind) or LOOKALIKES[kind]) * self.scale))

    def plant(self, kind: str, note: str = "") -> Plant:
        """A new entry of the answer file."""
        made = Plant(f"{kind}:{sum(p.kind == kind for p in self.plants) + 1}", kind, note=note)
        self.plants.append(made)
        return made

    def add(self, plant: Plant, encounter: Encounter | None) -> Encounter | None:
        """Put an encounter into the year as part of a plant."""
        if encounter is not None and self.world.first_day <= encounter.day <= self.world.last_day:
            encounter.plant = plant.key
            plant.encounters.append(encounter)
            self.found.append(encounter)
            return encounter
        return None

    def number(self, encounter: Encounter) -> int:
        """The running number of an encounter, given at first use: a resale points to its source by it."""
        if encounter.order < 0:
            encounter.order = self._numbered
            self._numbered += 1
        return encounter.order

    def pick(self, options: Sequence[Resident], count: int, village: int | None = None) -> list[Resident]:
        """Residents that take part in nothing else yet; fewer when there are not enough."""
        free = [p for p in options if p.index not in self.used and (village is None or p.village == village)]
        chosen = self.dice.sample(free, min(count, len(free)))
        self.used |= {p.index for p in chosen}
        return chosen

    def grown(self) -> list[Resident]:
        """Living insured adults."""
        last = self.world.last_day
        year = self.world.residents[0].birth_on.fromordinal(last).year
        return [p for p in self.world.residents if p.died_on is None and p.insutype and year - p.birth_on.year > 25]

    def physicians(self, places: Sequence[int], count: int) -> list[int]:
        """Physicians of these places that take part in nothing else yet, work in one place only, and have work."""
        one = [
            index
            for place in places
            for here in self.world.staff.by_place.get(place, {}).values()
            for index in here
            if index not in self.busy and self.world.staff.practitioners[index].also_at is None
        ]
        seen = sorted(one, key=lambda index: -self.load[index])[: max(2 * count, len(one) // 2)]
        chosen = self.dice.sample(seen, min(count, len(seen)))
        self.busy |= set(chosen)
        return chosen

    def fee(self, physician: int, *, online: bool = False) -> tuple[str, int]:
        """The visit fee of a physician."""
        title = self.world.staff.practitioners[physician].title
        return ((ONLINE_FEES if online else VISIT_FEES)[title], 1)

    def day(self, margin: int = 20) -> int:
        """A day of the year that leaves room behind it."""
        return self.world.first_day + int(self.dice.random() * (self.world.last_day - self.world.first_day - margin))

    def packs(self, code: str, days: int) -> tuple[str, int]:
        """An item that lasts so many days."""
        return (code, self.world.prices.medicines[code].packs_for(days))


def plant_all(world: World, encounters: list[Encounter], scale: float, seed: int) -> list[Plant]:
    """Plant every kind, and the innocents that look like them; the encounters grow in place."""
    from xinglin.hospital.demo.city import innocents, plants_people, plants_prescribing, plants_providers

    planter = Planter(world, encounters, scale, Dice(seed, "plants"))
    deeds: tuple[Callable[[Planter], None], ...] = (
        plants_people.shared_card,
        plants_people.three_institutions,
        plants_people.after_death,
        plants_people.while_inpatient,
        plants_providers.ring,
        plants_providers.phantom_visits,
        plants_providers.phantom_online_visits,
        plants_providers.split_prescriptions,
        plants_providers.resold_packs,
        plants_providers.two_places,
        innocents.nursing_homes,
        innocents.family_errands,
        innocents.admission_days,
        innocents.days_of_death,
        innocents.standing_arrangements,
        plants_prescribing.medicine_first,
        plants_prescribing.machine_prescriptions,
        plants_prescribing.review_stamps,
        plants_prescribing.clocks_apart,
        plants_prescribing.repeats,
        plants_prescribing.quick_readers,
    )
    for deed in deeds:
        deed(planter)
    return planter.plants
