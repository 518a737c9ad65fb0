"""What the check of medicines told of every prescription of the made year, when it was written.

It reads what stood and was known then, in both books: what a check said does not change when the books do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from xinglin.hospital.demo import lake_history
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.lake_medicine import Medicines
from xinglin.hospital.demo.lake_money import Money
from xinglin.hospital.demo.lake_people import People
from xinglin.hospital.demo.lake_times import Times
from xinglin.hospital.demo.lake_visits import Visit, Visits
from xinglin.medication.detecting import Around, Detection, detect, tables
from xinglin.supervision.facts.lake import Facts


class Checks:
    """The checks of a year, visit after visit in the order of time."""

    def __init__(self, city: City, times: Times) -> None:
        self.seen = Visits(city, times, People(city, times), False)
        self.medicines = Medicines(city, times, False)
        self.money = Money(city, times, self.medicines, False)
        self.conditions = _by_person(lake_history.conditions(city), "condition.person_id")
        self.allergies = _by_person(lake_history.allergies(city), "allergy.person_id")
        self.supplies: dict[str, list[Facts]] = defaultdict(list)
        self.tables = tables()

    def of(self, visit: Visit) -> Detection | None:
        """What the check told of a visit's prescription; None where none was written. Remembers what was supplied."""
        encounter = self.seen.encounter(visit)
        person, mode = str(encounter["patient.id"]), encounter["encounter.care_mode"]
        told = None
        if self.medicines.prescribed(visit):
            written = self.medicines.prescription(visit)
            asked, on = written["record.asked_at"], written["prescription.on"]
            assert isinstance(asked, datetime)
            assert isinstance(on, date)
            known = [row for row in self.supplies[person] if _known(row, asked)]
            around = Around(known, self.conditions.get(person, []), self.allergies.get(person, []))
            told = detect({**encounter, **written}, list(self.medicines.lines(visit)), around, self.tables)
        for table, row in self.money.rows(visit):
            if table == "items":
                self.supplies[person].append({**row, "encounter.care_mode": mode})
        return told


def _known(row: Facts, asked: datetime) -> bool:
    known = row.get("record.known_at")
    return not isinstance(known, datetime) or known <= asked


def _by_person(rows: Iterator[Facts], person: str) -> dict[str, list[Facts]]:
    found: dict[str, list[Facts]] = defaultdict(list)
    for row in rows:
        found[str(row[person])].append(row)
    return found
