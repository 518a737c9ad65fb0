"""Load many rows at once by COPY, for the demo city and for imports. The rows are not judged here; constraints are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any, cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.contrib.auth.hashers import make_password
from django.db import connection
from psycopg.types.json import Jsonb

from xinglin.hospital.identity.models import (
    Account,
    AuthEvent,
    Guardianship,
    Institution,
    InstitutionAgreement,
    InstitutionDepartment,
    PaymentStatus,
    Person,
    PersonVerification,
    Practitioner,
    PractitionerFiling,
    SigningKey,
    StaffRole,
)
from xinglin.hospital.identity.numbers import NUMBER_SEAL, pinyin_key
from xinglin.hospital.identity.services.signing import KEY_SEAL
from xinglin.hospital.kernel.access import SYSTEM_ID
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import blind_index, public_key_of, seal


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account. Patients have a phone and no password; staff the other way round, with a display name."""

    id: UUID
    username: str
    kind: str
    made_at: datetime
    phone: str | None = None
    password: str = ""
    display_name: str = ""
    language: str = "zh-hans"
    totp_secret: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with the plain number, which is sealed on the way in; `verified_at` writes a match of the register."""

    id: UUID
    name: str
    sex: str
    birth_on: date
    registered_at: datetime
    number: str = ""
    id_type: str = "resident"
    account_id: UUID | None = None
    phone: str = ""
    address: str = ""
    area: str = ""
    verified_at: datetime | None = None
    verification: str = "match"
    source: str = "registry"


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """An institution; departments and areas of agreements hold from the licence's first day."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    kind: str
    area: str
    licence_no: str
    licence_from_on: date
    licence_until_on: date
    level: str = "11"
    address: str = ""
    parent_id: UUID | None = None
    online_scope: Sequence[str] = ()
    departments: Sequence[str] = ()
    agreement_areas: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PractitionerRow:
    """A credential record, with filings at other institutions as (institution, from, until)."""

    id: UUID
    person_id: UUID
    institution_id: UUID
    kind: str
    register_no: str
    title: str
    valid_from_on: date
    admitted_at: datetime
    account_id: UUID | None = None
    department: str = ""
    scope: Sequence[str] = ()
    independent_from_on: date | None = None
    languages: Sequence[str] = ("zh",)
    intro_zh: str = ""
    intro_en: str = ""
    valid_until_on: date | None = None
    primary_site: str = ""
    on_duty_since_at: datetime | None = None
    filings: Sequence[tuple[UUID, date, date | None]] = field(default=())


@dataclass(frozen=True, slots=True)
class GuardianshipRow:
    """A confirmed guardianship."""

    ward_id: UUID
    guardian_id: UUID
    relation: str
    accepted_at: datetime
    until: date | None = None


@dataclass(frozen=True, slots=True)
class StaffRoleRow:
    """A role of someone who does not practise."""

    account_id: UUID
    role: str
    from_on: date
    granted_at: datetime
    institution_id: UUID | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class PaymentStatusRow:
    """A suspension or end of the right to be paid."""

    practitioner_id: UUID
    status: str
    from_on: date
    reason: str
    recorded_at: datetime
    until_on: date | None = None


def _copy(model: Any, rows: Iterable[dict[str, Any]]) -> int:
    """COPY rows, all with the same columns, into a model's table; returns how many."""
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return 0
    names = ", ".join(f'"{name}"' for name in first)
    count = 0
    with connection.cursor() as cursor:
        raw = cast(Any, cursor.cursor)
        with raw.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
            for row in chain([first], waiting):
                copy.write_row(tuple(row.values()))
                count += 1
    return count


def load_accounts(*, rows: Iterable[AccountRow]) -> int:
    """Load accounts. Staff with `totp_secret` get a second factor; one hash serves all accounts with one password."""
    kept = list(rows)
    hashed = {word: make_password(word) for word in {row.password for row in kept if row.password}}
    blank = {"last_name": "", "email": "", "is_staff": False, "is_superuser": False, "is_active": True}

    def values(r: AccountRow) -> dict[str, Any]:
        own = {"id": r.id, "username": r.username, "kind": r.kind, "phone": r.phone, "first_name": r.display_name}
        return own | {"password": hashed.get(r.password, "!"), "language": r.language, "date_joined": r.made_at} | blank

    count = _copy(Account, (values(r) for r in kept))
    Authenticator.objects.bulk_create(
        Authenticator(user_id=r.id, type=Authenticator.Type.TOTP, data={"secret": encrypt(r.totp_secret)})
        for r in kept
        if r.totp_secret
    )
    return count


def load_people(*, rows: Iterable[PersonRow]) -> int:
    """Load people and, where `verified_at` is given, the answer of the register."""
    kept = list(rows)

    def values(r: PersonRow) -> dict[str, Any]:
        return {
            "id": r.id,
            "account_id": r.account_id,
            "name": r.name,
            "name_key": pinyin_key(r.name),
            "sex": r.sex,
            "birth_on": r.birth_on,
            "id_type": r.id_type,
            "id_number_sealed": seal(r.number.encode(), NUMBER_SEAL) if r.number else None,
            "id_number_index": blind_index(r.number, NUMBER_SEAL) if r.number else None,
            "phone": r.phone,
            "address": r.address,
            "area": r.area,
            "status": "active",
            "registered_at": r.registered_at,
        }

    count = _copy(Person, (values(r) for r in kept))
    checks = (
        {
            "id": new_id(),
            "person_id": r.id,
            "method": "registry",
            "result": r.verification,
            "at": r.verified_at,
            "by": SYSTEM_ID,
            "source": r.source,
        }
        for r in kept
        if r.verified_at is not None
    )
    _copy(PersonVerification, checks)
    return count


def load_institutions(*, rows: Iterable[InstitutionRow]) -> int:
    """Load institutions; a parent stands before its members."""
    kept = list(rows)

    def values(r: InstitutionRow) -> dict[str, Any]:
        return {
            "id": r.id,
            "code": r.code,
            "name_zh": r.name_zh,
            "name_en": r.name_en,
            "kind": r.kind,
            "level": r.level,
            "area": r.area,
            "address": r.address,
            "parent_id": r.parent_id,
            "licence_no": r.licence_no,
            "licence_from_on": r.licence_from_on,
            "licence_until_on": r.licence_until_on,
            "online_scope": Jsonb(list(r.online_scope)),
            "status": "active",
        }

    count = _copy(Institution, (values(r) for r in kept))
    departments = [(r, code) for r in kept for code in r.departments]
    _copy(
        InstitutionDepartment,
        ({"institution_id": r.id, "code": code, "from_on": r.licence_from_on} for r, code in departments),
    )
    areas = [(r, area) for r in kept for area in r.agreement_areas]
    _copy(
        InstitutionAgreement,
        ({"institution_id": r.id, "area": area, "from_on": r.licence_from_on} for r, area in areas),
    )
    return count


def load_practitioners(*, rows: Iterable[PractitionerRow]) -> int:
    """Load credential records and filings."""
    kept = list(rows)

    def values(r: PractitionerRow) -> dict[str, Any]:
        return {
            "id": r.id,
            "person_id": r.person_id,
            "account_id": r.account_id,
            "institution_id": r.institution_id,
            "kind": r.kind,
            "register_no": r.register_no,
            "title": r.title,
            "department": r.department,
            "scope": Jsonb(list(r.scope)),
            "independent_from_on": r.independent_from_on,
            "languages": Jsonb(list(r.languages)),
            "intro_zh": r.intro_zh,
            "intro_en": r.intro_en,
            "status": "active",
            "valid_from_on": r.valid_from_on,
            "valid_until_on": r.valid_until_on,
            "admitted_at": r.admitted_at,
            "on_duty_since_at": r.on_duty_since_at,
            "primary_site": r.primary_site,
            "first_visit_pilot": False,
        }

    count = _copy(Practitioner, (values(r) for r in kept))
    filings = [(r.id, filing) for r in kept for filing in r.filings]
    _copy(
        PractitionerFiling,
        (
            {"practitioner_id": owner, "institution_id": place, "from_on": first, "until_on": last}
            for owner, (place, first, last) in filings
        ),
    )
    return count


def load_guardianships(*, rows: Iterable[GuardianshipRow]) -> int:
    """Load confirmed guardianships."""
    fixed = {"state": "accepted", "basis": "registry", "accepted_by": SYSTEM_ID, "decision_reason": ""}
    return _copy(
        Guardianship,
        (
            {"id": new_id(), "ward_id": r.ward_id, "guardian_id": r.guardian_id, "relation": r.relation, **fixed}
            | {"asked_at": r.accepted_at, "accepted_at": r.accepted_at, "until": r.until}
            for r in rows
        ),
    )


def load_staff_roles(*, rows: Iterable[StaffRoleRow]) -> int:
    """Load roles of staff who do not practise."""
    return _copy(
        StaffRole,
        (
            {"id": new_id(), "account_id": r.account_id, "role": r.role, "institution_id": r.institution_id}
            | {"from_on": r.from_on, "until_on": r.until_on, "granted_by": SYSTEM_ID, "granted_at": r.granted_at}
            for r in rows
        ),
    )


def load_payment_statuses(*, rows: Iterable[PaymentStatusRow]) -> int:
    """Load suspensions of the right to be paid."""
    return _copy(
        PaymentStatus,
        (
            {"id": new_id(), "practitioner_id": r.practitioner_id, "status": r.status, "reason": r.reason}
            | {"from_on": r.from_on, "until_on": r.until_on, "recorded_by": SYSTEM_ID, "recorded_at": r.recorded_at}
            for r in rows
        ),
    )


def load_auth_events(*, rows: Iterable[tuple[UUID, str, datetime]]) -> int:
    """Load proofs of identity as (account, method, at), so that old visits can be judged."""
    return _copy(
        AuthEvent,
        (
            {"id": new_id(), "account_id": account_id, "method": method, "at": at, "session": ""}
            for account_id, method, at in rows
        ),
    )


def load_signing_keys(*, rows: Iterable[tuple[UUID, bytes, datetime]]) -> dict[UUID, UUID]:
    """Load signing keys as (practitioner, raw private key, held from), sealed on the way in; returns the keys' ids."""
    made = {practitioner_id: (new_id(), private, at) for practitioner_id, private, at in rows}
    _copy(
        SigningKey,
        (
            {
                "id": key_id,
                "practitioner_id": practitioner_id,
                "public_key": public_key_of(private).hex(),
                "private_sealed": seal(private, KEY_SEAL),
                "from_at": at,
            }
            for practitioner_id, (key_id, private, at) in made.items()
        ),
    )
    return {practitioner_id: key_id for practitioner_id, (key_id, _, _) in made.items()}
