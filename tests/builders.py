"""Plain functions that make real rows for tests: people of every role, an institution, what they need to act.

    doctor = a_physician()
    doctor.actor       the Actor, as the edge would build it
    client.force_login(doctor.account)

Every function takes what matters to the test as keywords and invents the rest. No one made here exists.
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt

from xinglin.hospital.identity import selectors
from xinglin.hospital.identity.models import (
    Account,
    AuthEvent,
    Guardianship,
    Institution,
    InstitutionAgreement,
    InstitutionDepartment,
    Person,
    PersonVerification,
    Practitioner,
    StaffRole,
)
from xinglin.hospital.identity.numbers import NUMBER_SEAL
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import blind_index, seal

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=SHANGHAI)
"""The instant at which tests play: a Tuesday morning."""

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "apricot-grove-2026"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"
AREA = "370902"
DEPARTMENTS = ("03", "03.01", "03.04", "03.07", "07", "07.03", "50")
_count = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of a test: account, natural person, credential record, and the actor as the edge builds it."""

    account: Account
    actor: Actor
    person_id: UUID
    practitioner_id: UUID
    institution_id: UUID

    def at(self, now: datetime) -> Actor:
        """The actor at another instant."""
        return selectors.actor_for(account_id=self.account.pk, now=now)


def a_number(birth_on: date, sex: str = "F", area: str = AREA, serial: int | None = None) -> str:
    """A resident identity number with a right check digit."""
    tail = (serial if serial is not None else next(_count)) % 500 * 2 + (1 if sex == "M" else 0)
    body = f"{area}{birth_on:%Y%m%d}{tail:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def the_hospital(**changes: Any) -> Institution:
    """The internet hospital: licensed, with departments and an agreement with the demo area. Made once a test."""
    found = Institution.objects.filter(kind="internet_hospital").first()
    if found is not None and not changes:
        return found
    return an_institution(kind="internet_hospital", name_zh="杏林测试互联网医院", name_en="Xinglin Test", **changes)


def an_institution(**changes: Any) -> Institution:
    """A licensed institution with departments and an agreement."""
    n = next(_count)
    values: dict[str, Any] = {
        "id": new_id(),
        "code": f"H{AREA}{n:05d}",
        "name_zh": f"测试机构{n}",
        "name_en": f"Test institution {n}",
        "kind": "hospital",
        "level": "02",
        "area": AREA,
        "licence_no": f"TEST-{n:06d}",
        "licence_from_on": date(2020, 1, 1),
        "licence_until_on": date(2035, 1, 1),
        "online_scope": ["follow_up", "family_doctor", "advice"],
    }
    row = Institution.objects.create(**(values | changes))
    InstitutionDepartment.objects.bulk_create(
        InstitutionDepartment(institution=row, code=code, from_on=date(2020, 1, 1)) for code in DEPARTMENTS
    )
    InstitutionAgreement.objects.create(institution=row, area=AREA, from_on=date(2020, 1, 1))
    return row


def a_person(
    *, name: str = "", sex: str = "F", birth_on: date = date(1966, 3, 12), verified: bool = True, **changes: Any
) -> Person:
    """A natural person with a sealed number, by default checked against the register."""
    n = next(_count)
    number = changes.pop("number", None) or a_number(birth_on, sex)
    values: dict[str, Any] = {
        "id": new_id(),
        "name": name or f"测试人{n}",
        "name_key": f"ceshiren{n}",
        "sex": sex,
        "birth_on": birth_on,
        "id_type": "resident",
        "id_number_sealed": seal(number.encode(), NUMBER_SEAL),
        "id_number_index": blind_index(number, NUMBER_SEAL),
        "phone": f"139{n:08d}",
        "area": AREA,
        "registered_at": LONG_AGO,
    }
    row = Person.objects.create(**(values | changes))
    if verified:
        PersonVerification.objects.create(
            id=new_id(),
            person=row,
            method="registry",
            result="match",
            at=NOW - timedelta(days=30),
            by=SYSTEM_ID,
            source="test",
        )
    return row


def a_patient(**changes: Any) -> Someone:
    """A registered, verified patient with an account."""
    n = next(_count)
    phone = changes.pop("phone", f"138{n:08d}")
    account = Account.objects.create(username=f"patient-{n}", kind="patient", phone=phone)
    row = a_person(account=account, phone=phone, **changes)
    return _someone(account, row.pk, new_id(), the_hospital().pk)


def a_child_of(
    guardian: Someone, *, birth_on: date = date(2023, 5, 1), relation: str = "mother", **changes: Any
) -> Person:
    """A child whose verified guardian is the patient; ask `guardian.at(NOW)` for an actor that knows the ward."""
    row = a_person(birth_on=birth_on, phone="", **changes)
    Guardianship.objects.create(
        id=new_id(),
        ward=row,
        guardian_id=guardian.person_id,
        relation=relation,
        asked_at=LONG_AGO,
        state="accepted",
        basis="registry",
        accepted_by=SYSTEM_ID,
        accepted_at=LONG_AGO,
    )
    return row


def a_physician(**changes: Any) -> Someone:
    """An admitted physician on duty, with password, second factor and a proof of identity one minute old at NOW."""
    defaults = {
        "kind": "physician",
        "title": "attending",
        "department": "03.07",
        "scope": ["03"],
        "independent_from_on": date(2012, 7, 1),
    }
    return _practitioner("医师", defaults | changes)


def a_pharmacist(**changes: Any) -> Someone:
    """An admitted pharmacist on duty."""
    return _practitioner("药师", {"kind": "pharmacist", "title": "pharmacist_in_charge"} | changes)


def a_medical_affairs_officer(**changes: Any) -> Someone:
    """A medical affairs officer of the hospital."""
    return _officer("medical_affairs", changes)


def an_auditor(**changes: Any) -> Someone:
    """An insurance auditor."""
    return _officer("auditor", changes)


def a_regulator(**changes: Any) -> Someone:
    """A regulator of the province."""
    return _officer("regulator", changes)


def a_proof(account: Account, *, at: datetime, method: str = "totp") -> AuthEvent:
    """A proof of identity of an account."""
    return AuthEvent.objects.create(id=new_id(), account=account, method=method, at=at)


def _staff_account(prefix: str) -> Account:
    account = Account(username=f"{prefix}-{next(_count)}", kind="staff")
    account.set_password(PASSWORD)
    account.save()
    Authenticator.objects.create(user=account, type="totp", data={"secret": encrypt(TOTP_SECRET)})
    return account


def _practitioner(surname: str, changes: dict[str, Any]) -> Someone:
    n = next(_count)
    proof_at = changes.pop("proof_at", NOW - timedelta(minutes=1))
    person_changes = {key: changes.pop(key) for key in ("name", "sex", "birth_on") if key in changes}
    row_person = a_person(**({"name": f"测试{surname}{n}", "birth_on": date(1980, 6, 1)} | person_changes))
    account = _staff_account(changes["kind"])
    house = changes.pop("institution", None) or the_hospital()
    values: dict[str, Any] = {
        "id": new_id(),
        "person": row_person,
        "account": account,
        "institution": house,
        "register_no": f"T{n:014d}",
        "languages": ["zh", "en"],
        "valid_from_on": date(2020, 1, 1),
        "admitted_at": LONG_AGO,
        "on_duty_since_at": NOW - timedelta(hours=1),
    }
    row = Practitioner.objects.create(**(values | changes))
    if proof_at is not None:
        a_proof(account, at=proof_at)
    return _someone(account, row_person.pk, row.pk, house.pk)


def _officer(role: str, changes: dict[str, Any]) -> Someone:
    account = _staff_account(role)
    house = changes.pop("institution", None) or the_hospital()
    values: dict[str, Any] = {
        "id": new_id(),
        "account": account,
        "role": role,
        "institution": house if role == "medical_affairs" else None,
        "from_on": date(2020, 1, 1),
        "granted_by": SYSTEM_ID,
        "granted_at": LONG_AGO,
    }
    StaffRole.objects.create(**(values | changes))
    a_proof(account, at=NOW - timedelta(minutes=1))
    return _someone(account, new_id(), new_id(), house.pk)


def _someone(account: Account, person_id: UUID, practitioner_id: UUID, institution_id: UUID) -> Someone:
    actor = selectors.actor_for(account_id=account.pk, now=NOW)
    return Someone(account, actor, person_id, practitioner_id, institution_id)
