"""What beside the year's care is on file about the residents: problems and allergies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.conditions import BY_KEY
from xinglin.hospital.demo.lake_times import chance
from xinglin.supervision.facts.lake import Facts

ALLERGY_SHARE: Final = 0.03
ALLERGIES: Final = {
    "penicillins": ("J01C",),
    "cephalosporins": ("J01D",),
    "macrolides": ("J01F",),
    "sulfonamides": ("J01E",),
    "acetylsalicylic-acid": ("B01AC06", "N02BA", "M01A"),
    "iodinated-contrast": ("V08",),
}
"""Substance or class that somebody cannot bear, and the beginnings of ATC codes that nobody gives them then."""


def conditions(city: City) -> Iterator[Facts]:
    """The diagnosed chronic conditions of every resident, known for one to twelve years."""
    for person in city.residents:
        habit = city.habits.get(person.index)
        for key in person.known:
            years = 1 + 11 * chance(city.seed, "since", person.id, key)
            code = habit.codes.get(key) if habit is not None else None
            yield {
                "condition.id": f"{person.id}:{key}",
                "condition.person_id": person.id,
                "condition.code": code or next(iter(BY_KEY[key].codes)),
                "condition.from_on": max(person.birth_on, city.city_date - timedelta(days=int(365 * (1 + years)))),
                "condition.until_on": None,
                "record.known_at": None,
                "record.asked_at": None,
            }


def allergies(city: City) -> Iterator[Facts]:
    """Recorded allergies of a few; what one cannot bear one is not given either."""
    given: dict[int, set[str]] = defaultdict(set)
    for encounter in city.encounters:
        for code, _ in encounter.items:
            if code in city.prices.medicines:
                given[encounter.person].add(city.prices.medicines[code].atc)
    for person in city.residents:
        if chance(city.seed, "allergic", person.id) >= ALLERGY_SHARE:
            continue
        free = [
            substance
            for substance, beginnings in ALLERGIES.items()
            if not any(atc.startswith(beginnings) for atc in given[person.index])
        ]
        substance = free[int(len(free) * chance(city.seed, "allergy", person.id))]
        yield {
            "allergy.id": f"{person.id}:{substance}",
            "allergy.person_id": person.id,
            "allergy.substance_code": substance,
            "allergy.intolerance": chance(city.seed, "intolerance", person.id) < 0.25,
            "allergy.since_on": max(person.birth_on, city.city_date - timedelta(days=900)),
            "record.known_at": None,
            "record.asked_at": None,
        }
