"""Misconduct around the prescription and at the pharmacist's desk, and the innocents who look like it.

What is planted changes how honest visits were prescribed or reviewed, never what was prescribed: the medicines, the
bills and every other misdeed stay as they were.
"""

from collections import Counter
from typing import Final

from xinglin.hospital.demo.city.encounters import Encounter, Prescribing
from xinglin.hospital.demo.city.plants import Plant, Planter

ONLINE_EACH: Final = 40
"""Prescriptions that one physician writes in this way at scale 1."""
ENOUGH_REVIEWS: Final = 150
REVIEWED: Final = frozenset({"outpatient", "emergency", "online", "dialysis"})


def _online(planter: Planter, physician: int) -> list[Encounter]:
    """Honest online visits of a physician in which medicine was prescribed."""
    medicines = planter.world.prices.medicines
    own = (e for e in planter.found if e.practitioner == physician and e.kind == "online" and not e.plant)
    return [visit for visit in own if any(code in medicines for code, _ in visit.items)]


def _some(planter: Planter, kind: str, note: str = "") -> list[tuple[Plant, Encounter]]:
    """Of as many physicians of the internet hospital as the kind has, some of their prescriptions, put into a plant."""
    found = []
    for physician in planter.physicians([planter.world.places.internet], planter.count(kind)):
        own = _online(planter, physician)
        plant = planter.plant(kind, note=note)
        plant.practitioners.append(physician)
        plant.places.append(planter.world.places.internet)
        for visit in planter.dice.sample(own, min(len(own), max(3, round(ONLINE_EACH * planter.scale)))):
            visit.plant = plant.key
            plant.encounters.append(visit)
            plant.persons.append(visit.person)
            found.append((plant, visit))
    return found


def medicine_first(planter: Planter) -> None:
    """The medicine is chosen, or paid and sent, before anybody prescribed it."""
    dice = planter.dice
    for number, (_, visit) in enumerate(_some(planter, "medicine_first", "ordered or paid before the prescription")):
        late = 180 + dice.randrange(1600)
        visit.prescribing = Prescribing(ordered_before=True) if number % 2 else Prescribing(after_payment=late)


def machine_prescriptions(planter: Planter) -> None:
    """A machine writes the prescription and the physician's key signs it, at once or some seconds later."""
    dice = planter.dice
    for number, (_, visit) in enumerate(_some(planter, "machine_prescriptions", "a machine's, signed in seconds")):
        seconds = 2 + dice.randrange(15)
        visit.prescribing = (
            Prescribing(after_start=seconds) if number % 2 else Prescribing(after_start=90 + seconds, origin="machine")
        )


def review_stamps(planter: Planter) -> None:
    """A pharmacist who passes everything that comes, faster than it can be read."""
    load = _reviews(planter)
    able = [who for who, count in load.most_common() if count >= ENOUGH_REVIEWS] or [load.most_common(1)[0][0]]
    for who in planter.dice.sample(able, min(len(able), planter.count("review_stamps"))):
        plant = planter.plant("review_stamps", note="everything passes within seconds")
        _reviewer(planter, plant, who)
        planter.world.staff.practitioners[who].review_seconds = (2, 6)


def _reviewer(planter: Planter, plant: Plant, who: int) -> None:
    plant.practitioners.append(who)
    plant.places.append(planter.world.staff.practitioners[who].place)
    planter.busy.add(who)


def _reviews(planter: Planter, *, several: bool = True) -> Counter[int]:
    """How many prescriptions come to each pharmacist who is alone at a place, those of the places below included.

    With `several` false only pharmacists count to whom no other place sends its prescriptions.
    """
    world, load, others = planter.world, Counter[int](), set[int]()
    for visit in planter.found:
        place = world.places.places[visit.place]
        if visit.kind not in REVIEWED or not any(code in world.prices.medicines for code, _ in visit.items):
            continue
        own = world.staff.pharmacists.get(place.index)
        here = own or world.staff.pharmacists.get(place.parent or -1) or []
        for who in here:
            load[who] += len(here) == 1 or not several
            if not own:
                others.add(who)
    return Counter({who: count for who, count in load.items() if count and (several or who not in others)})


# THE INNOCENT


def clocks_apart(planter: Planter) -> None:
    """The till's clock runs some seconds ahead of the physician's: paid, as it seems, before the signature."""
    for _, visit in _some(planter, "innocent_clocks"):
        visit.prescribing = Prescribing(after_payment=5 + planter.dice.randrange(45))


def repeats(planter: Planter) -> None:
    """A repeat or a template of one's own takes seconds."""
    for number, (_, visit) in enumerate(_some(planter, "innocent_repeats")):
        origin = "repeat" if number % 3 else "own_template"
        visit.prescribing = Prescribing(after_start=6 + planter.dice.randrange(12), origin=origin)


def quick_readers(planter: Planter) -> None:
    """A pharmacist of one place who reads quickly, and reads: some seconds above what its lines take."""
    load = _reviews(planter, several=False)
    able = [who for who in load if who not in planter.busy]
    for who in planter.dice.sample(able, min(len(able), planter.count("innocent_quick_reader"))):
        plant = planter.plant("innocent_quick_reader")
        _reviewer(planter, plant, who)
        planter.world.staff.practitioners[who].review_seconds = (9, 5)
