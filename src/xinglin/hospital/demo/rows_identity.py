"""People, institutions, staff and accounts of the made city as rows for identity's door."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from xinglin.hospital.demo.cast import OFFICE_NAMES, Cast
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.dice import instant
from xinglin.hospital.demo.city.places import CITY_AREA
from xinglin.hospital.identity.bulk import (
    AccountRow,
    GuardianshipRow,
    InstitutionRow,
    PersonRow,
    PractitionerRow,
    StaffRoleRow,
)

LICENCE_DAYS = (4000, 1500)
"""Days before and after the city's date between which every licence holds."""
ONLINE_SCOPE = ("follow_up", "family_doctor", "advice")


def institutions(city: City) -> Iterator[InstitutionRow]:
    """Every institution, parents first."""
    places = city.places.places
    for place in places:
        is_online = place.kind == "internet_hospital"
        yield InstitutionRow(
            id=UUID(place.id),
            code=place.code,
            name_zh=place.name_zh,
            name_en=place.name_en,
            kind=place.kind,
            area=place.area,
            licence_no=f"DEMO-{place.area}-{place.index + 1:05d}",
            licence_from_on=city.city_date - timedelta(days=LICENCE_DAYS[0]),
            licence_until_on=city.city_date + timedelta(days=LICENCE_DAYS[1]),
            level=place.level,
            address=place.address,
            parent_id=UUID(places[place.parent].id) if place.parent is not None else None,
            online_scope=ONLINE_SCOPE if is_online else (),
            departments=place.departments,
            agreement_areas=(CITY_AREA,),
        )


def accounts(city: City, cast: Cast, password: str) -> Iterator[AccountRow]:
    """Accounts of patients by their phone, of staff by user name and the demo password."""
    for index, account_id in cast.by_person.items():
        person = city.residents[index]
        made = instant(person.registered_on, 481)
        yield AccountRow(account_id, f"p{person.phone}", "patient", made, phone=person.phone)
    for index, account_id in cast.by_practitioner.items():
        one = city.staff.practitioners[index]
        made, name = instant(one.admitted_on, 600), f"{one.kind}{one.register_no[-3:]}"
        yield AccountRow(account_id, name, "staff", made, password=password, display_name=one.name)
    for role, account_id in cast.offices.items():
        made = instant(city.city_date - timedelta(days=700), 540)
        yield AccountRow(account_id, role, "staff", made, password=password, display_name=OFFICE_NAMES[role])


def people(city: City, cast: Cast) -> Iterator[PersonRow]:
    """Every natural person. Users of the internet hospital, their children and staff were checked in the register."""
    seen = _first_online(city)
    for person in city.residents:
        account = cast.by_person.get(person.index)
        checked: datetime | None = None
        if person.index == cast.people["patient_new"]:
            checked = None
        elif account is not None or person.index in seen or person.mother in cast.by_person or person.village < 0:
            first = seen.get(person.index, city.city_date - timedelta(days=40 + person.index % 300))
            checked = instant(max(person.registered_on, first), 425 + person.index % 50)
        yield PersonRow(
            id=UUID(person.id),
            name=person.name,
            sex=person.sex,
            birth_on=person.birth_on,
            registered_at=instant(person.registered_on, 480),
            number=person.number,
            account_id=account,
            phone=person.phone,
            address=person.address,
            area=person.area,
            verified_at=checked,
        )


def _first_online(city: City) -> dict[int, date]:
    found: dict[int, date] = {}
    for encounter in city.encounters:
        if encounter.kind == "online":
            found.setdefault(encounter.person, encounter.on)
    return found


def practitioners(city: City, cast: Cast, now: datetime) -> Iterator[PractitionerRow]:
    """Every credential record; the internet hospital's physicians are on duty from now on."""
    places = city.places.places
    for one in city.staff.practitioners:
        also = ((UUID(places[one.also_at].id), one.admitted_on, None),) if one.also_at is not None else ()
        on_duty = one.kind == "physician" and one.place == city.places.internet
        yield PractitionerRow(
            id=UUID(one.id),
            person_id=UUID(city.residents[one.person].id),
            institution_id=UUID(places[one.place].id),
            kind=one.kind,
            register_no=one.register_no,
            title=one.title,
            valid_from_on=one.independent_from,
            admitted_at=instant(one.admitted_on, 600),
            account_id=cast.by_practitioner.get(one.index),
            department=one.department,
            scope=one.scope,
            independent_from_on=one.independent_from if one.kind == "physician" else None,
            languages=("zh", "en") if one.index % 3 == 0 else ("zh",),
            intro_zh=one.intro_zh,
            intro_en=one.intro_en,
            on_duty_since_at=now if on_duty else None,
            filings=also,
        )


def guardianships(city: City) -> Iterator[GuardianshipRow]:
    """Mother and father of every child below eighteen."""
    for child in city.residents:
        if child.mother < 0 or child.age_on(city.city_date) >= 18:
            continue
        for relation, parent in (("mother", child.mother), ("father", child.father)):
            yield GuardianshipRow(
                UUID(child.id), UUID(city.residents[parent].id), relation, instant(child.registered_on, 500)
            )


def staff_roles(city: City, cast: Cast) -> Iterator[StaffRoleRow]:
    """The officers. Medical affairs belongs to the internet hospital; auditor and regulator see the city."""
    since = city.city_date - timedelta(days=700)
    house = UUID(city.places.places[city.places.internet].id)
    for role, account_id in cast.offices.items():
        own = house if role == "medical_affairs" else None
        yield StaffRoleRow(account_id, role, since, instant(since, 545), institution_id=own)
