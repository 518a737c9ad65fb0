"""Coverage and chronic qualifications of the made city as rows for the door of insurance."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.dice import instant
from xinglin.hospital.demo.city.places import CITY_AREA
from xinglin.hospital.insurance.bulk import CoverageRow, QualificationRow, UsageRow

COVERED_DAYS = 1500
CERTIFIED_DAYS = 800


def coverages(city: City) -> Iterator[CoverageRow]:
    """Everybody insured, since birth at the earliest, until death at the latest."""
    since = city.city_date - timedelta(days=COVERED_DAYS)
    for person in city.residents:
        if person.insutype:
            first = max(since, person.birth_on)
            yield CoverageRow(
                person_id=UUID(person.id),
                area=CITY_AREA,
                insurance_type=person.insutype,
                person_type=person.psn_type,
                from_on=first,
                recorded_at=instant(first, 600),
                until_on=person.died_on,
            )


def qualifications(city: City) -> Iterator[QualificationRow]:
    """Who has been certified for a chronic scheme, all since the same day, so that their order is that of the codes."""
    since = city.city_date - timedelta(days=CERTIFIED_DAYS)
    for index, diseases in city.qualified.items():
        person = city.residents[index]
        for disease in diseases:
            first = max(since, person.birth_on)
            yield QualificationRow(UUID(person.id), disease, first, instant(first, 610), certified_by="演示市第一医院")


def usages(city: City) -> Iterator[UsageRow]:
    """What every settled part used of its scheme."""
    for bill in city.bills:
        if bill.outcome is not None:
            person = UUID(city.residents[bill.encounter.person].id)
            yield UsageRow(person, UUID(bill.claim_id), bill.outcome.effect, bill.settled_at, part=bill.part)
