"""Residents, practitioners and institutions of the made city as facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from math import cos, pi, sin
from typing import Final

from xinglin.hospital.demo.city.bills import LEVEL_OF
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident
from xinglin.hospital.demo.city.places import AREAS, CITY_AREA
from xinglin.hospital.demo.lake_times import Times, chance, key_of
from xinglin.supervision.facts import (
    AntimicrobialGrade,
    AuthMethod,
    IdentityBasis,
    IdentityState,
    InstitutionKind,
    Registration,
    Scheme,
    Sex,
    Title,
)
from xinglin.supervision.facts.lake import Facts

ADULT: Final = 18
KINDS: Final = {
    "hospital": InstitutionKind.HOSPITAL,
    "health_centre": InstitutionKind.PRIMARY,
    "village_clinic": InstitutionKind.PRIMARY,
    "internet_hospital": InstitutionKind.INTERNET,
    "pharmacy": InstitutionKind.PHARMACY,
}
RIGHTS: Final = {
    Title.RESIDENT: AntimicrobialGrade.UNRESTRICTED,
    Title.ATTENDING: AntimicrobialGrade.RESTRICTED,
    Title.ASSOCIATE_CHIEF: AntimicrobialGrade.SPECIAL,
    Title.CHIEF: AntimicrobialGrade.SPECIAL,
    Title.OTHER: AntimicrobialGrade.NONE,
}
"""The right to prescribe antimicrobials by title, as terminology holds it."""
SCHEMES: Final = {"310": Scheme.EMPLOYEE, "390": Scheme.RESIDENT, "": Scheme.NONE}
RING_METRES, AROUND_METRES = 16_000, 6_000
IDENTITY_DAYS: Final = 300
CARD_SHARE: Final = 0.45
"""Share of visits in person to which people bring the plain card instead of the telephone."""


class People:
    """Facts about who took part in an encounter, as of an instant."""

    def __init__(self, city: City, times: Times) -> None:
        self.city, self.times, self.seed = city, times, city.seed
        self.household = cache(lambda number: key_of(city.seed, "household", number))
        self.contact = cache(lambda phone: key_of(city.seed, "telephone", phone))
        self.device = cache(lambda phone: key_of(city.seed, "device", phone))
        self.place = cache(self._place)
        self.standing = cache(self._standing)

    # PATIENTS

    def patient(self, encounter: Encounter, at: datetime) -> Facts:
        """The person as the registers held it at an instant."""
        person, on = self.city.residents[encounter.person], encounter.on
        age, died_on = person.age_on(on), self.times.dead(person, at)
        return {
            "patient.id": person.id,
            "patient.birth_on": person.birth_on,
            "patient.identity_state": IdentityState.VERIFIED,
            "patient.identity_basis": IdentityBasis.OWN,
            "patient.identity_verified_on": self._verified_on(person, on),
            "patient.identity_changed_on": None,
            "patient.guardian_verified": age < ADULT,
            "patient.sex": Sex.MALE if person.sex == "M" else Sex.FEMALE,
            "patient.death_on": died_on,
            "patient.dead": died_on is not None,
            "patient.weight_grams": self._weight(person, on),
            "patient.pregnant": False,
            "patient.pregnancy_weeks": None,
            "patient.lactating": False,
            "patient.term_on": None,
            "patient.household_key": self.household(person.household),
            "patient.contact_key": self.contact(person.phone) if person.phone else "",
        }

    def _verified_on(self, person: Resident, on: date) -> date:
        """The last yearly check: some fixed day of everybody's own, never after death or before birth."""
        verified = on - timedelta(days=(on.toordinal() + 37 * person.index) % IDENTITY_DAYS)
        if person.died_on is not None and verified > person.died_on:
            verified = person.died_on
        return max(verified, min(person.birth_on, on))

    def _weight(self, person: Resident, on: date) -> int:
        """An ordinary weight for age and sex; rules of thumb for children, never a measurement."""
        spread = chance(self.seed, "weight", person.id)
        years = (on - person.birth_on).days / 365.25
        if years < 1:
            return int(3400 + 6000 * years + 900 * spread)
        if years < 13:
            return int(1000 * (7 + 2.3 * years + 3 * spread))
        return int(1000 * ((52 if person.sex == "F" else 58) + 26 * spread))

    # PHYSICIANS

    def _standing(self, index: int, place: int) -> Facts:
        """What does not change: the register, the title and the filing at a place."""
        one = self.city.staff.practitioners[index]
        title = next((known for known in Title if known.value == one.title), Title.OTHER)
        here = place in (one.place, one.also_at)
        online = place == self.city.places.internet
        return {
            "physician.id": one.id,
            "physician.specialty_code": one.department,
            "physician.registration": Registration.ACTIVE,
            "physician.registered_from_on": one.independent_from,
            "physician.registered_until_on": None,
            "physician.here_from_on": one.admitted_on if here else None,
            "physician.here_until_on": None,
            "physician.independent_from_on": one.independent_from,
            "physician.authentication_method": AuthMethod.TOTP if online else AuthMethod.CERTIFICATE,
            "physician.authentication_uses": 0,
            "physician.payment_suspended": False,
            "physician.payment_suspended_from_on": None,
            "physician.payment_suspended_until_on": None,
            "physician.first_visit_pilot_listed": False,
            "physician.title": title,
            "physician.face_practitioners": 1,
            "physician.antimicrobial_right": RIGHTS[title],
            "physician.device_key": key_of(self.seed, "workplace", index, place),
        }

    def physician(self, encounter: Encounter, started: datetime) -> Facts:
        """Who saw the patient; in a pharmacy the pharmacist who sold."""
        standing: Facts = self.standing(encounter.practitioner, encounter.place)
        return standing | {"physician.authenticated_at": started - timedelta(seconds=90)}

    # INSTITUTIONS

    def _place(self, index: int) -> Facts:
        place, places = self.city.places.places[index], self.city.places
        online = index == places.internet
        since = self.city.city_date - timedelta(days=4000)
        angle = 2 * pi * AREAS.index(place.area) / len(AREAS)
        east = RING_METRES * cos(angle) + AROUND_METRES * (2 * chance(self.seed, "east", index) - 1)
        north = RING_METRES * sin(angle) + AROUND_METRES * (2 * chance(self.seed, "north", index) - 1)
        return {
            "institution.id": place.id,
            "institution.name_zh": place.name_zh,
            "institution.territory_code": place.area,
            "institution.kind": KINDS.get(place.kind, InstitutionKind.OTHER),
            "institution.level": 0 if place.kind == "pharmacy" else LEVEL_OF.get(place.level, 1),
            "institution.licence_from_on": since,
            "institution.licence_until_on": None,
            "institution.online_from_on": since if online else None,
            "institution.online_until_on": None,
            "institution.online_approved": online,
            "institution.renewal_pending": False,
            "institution.agreement_from_on": since + timedelta(days=365),
            "institution.agreement_until_on": None,
            "institution.agreement_exists": True,
            "institution.east_metres": round(east),
            "institution.north_metres": round(north),
        }

    def institution(self, encounter: Encounter) -> Facts:
        """The institution; its licence lists the departments that it has."""
        departments = self.city.places.places[encounter.place].departments
        known: Facts = self.place(encounter.place)
        approved = not encounter.department or encounter.department in departments
        return known | {"institution.department_approved": approved}

    # COVERAGE AND DEVICES

    def coverage(self, encounter: Encounter) -> Facts:
        """The insurance; benefit and chronic scheme follow from the bills."""
        person = self.city.residents[encounter.person]
        return {
            "coverage.scheme": SCHEMES[person.insutype],
            "coverage.area_code": CITY_AREA,
            "coverage.ended": False,
            "coverage.ended_on": None,
        }

    def device_of(self, encounter: Encounter) -> str:
        """The device on the patient's side: the telephone, that of whoever came instead, or none with a plain card.

        Where nobody came or wrote there is none, or the physician's own stands in for it.
        """
        online = encounter.place == self.city.places.internet
        if encounter.silent or encounter.no_trace:
            own: Facts = self.standing(encounter.practitioner, encounter.place)
            return str(own["physician.device_key"]) if online and chance(self.seed, "sham", encounter.id) < 0.5 else ""
        person = self.city.residents[encounter.agent if encounter.agent >= 0 else encounter.person]
        if not online and (not person.own_phone or chance(self.seed, "card", encounter.id) < CARD_SHARE):
            return ""
        return str(self.device(person.phone))
