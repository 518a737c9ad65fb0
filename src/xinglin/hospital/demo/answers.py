"""The truth about a made city: who did what, in the ids of the database, so that detection can be scored. Pure."""

from collections import defaultdict
from typing import Any

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.innocents import MEANINGS as INNOCENT
from xinglin.hospital.demo.city.plants import COUNTS
from xinglin.hospital.demo.city.plants import MEANINGS as GUILTY

FORM = "xinglin.demo-answers/1"


def answers_of(city: City) -> dict[str, Any]:
    """The content of the answer file: prevalence by kind, then every plant with the ids of all that belongs to it."""
    claims: dict[int, list[str]] = defaultdict(list)
    codes: dict[int, list[str]] = defaultdict(list)
    for bill in city.bills:
        if bill.part == 0:
            claims[id(bill.encounter)].append(bill.claim_id)
        if bill.encounter.supplied_by >= 0:
            codes[id(bill.encounter)].extend(code for line in bill.traces for code in line)
    plants = []
    for plant in city.plants:
        plants.append(
            {
                "key": plant.key,
                "kind": plant.kind,
                "guilty": plant.kind in GUILTY,
                "note": plant.note,
                "persons": [city.residents[i].id for i in dict.fromkeys(plant.persons)],
                "practitioners": [city.staff.practitioners[i].id for i in plant.practitioners],
                "institutions": [city.places.places[i].id for i in plant.places],
                "visits": [encounter.id for encounter in plant.encounters],
                "claims": [claim for encounter in plant.encounters for claim in claims[id(encounter)]],
                "trace_codes": sorted({code for encounter in plant.encounters for code in codes[id(encounter)]}),
            }
        )
    return {
        "form": FORM,
        "says": "Nobody in this city exists. This file is not for the one who searches, only for the one who scores.",
        "seed": city.seed,
        "scale": city.scale,
        "city_date": city.city_date.isoformat(),
        "digest": city.digest(),
        "kinds": {kind: _kind(city, kind) for kind in {**GUILTY, **INNOCENT}},
        "plants": plants,
    }


def _kind(city: City, kind: str) -> dict[str, Any]:
    mine = [plant for plant in city.plants if plant.kind == kind]
    visits = sum(len(plant.encounters) for plant in mine)
    return {
        "meaning": {**GUILTY, **INNOCENT}[kind],
        "at_scale_one": COUNTS.get(kind),
        "plants": len(mine),
        "visits": visits,
        "visits_permille": round(1000 * visits / len(city.encounters), 3),
        "persons": len({person for plant in mine for person in plant.persons}),
    }
