"""Who an account is at an instant, and what it has proved."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Q

from xinglin.hospital.identity.models import (
    Account,
    AuthEvent,
    Guardianship,
    Institution,
    Practitioner,
    PractitionerFiling,
    SigningKey,
    StaffRole,
)
from xinglin.hospital.identity.selectors.people import masked
from xinglin.hospital.identity.words import AccountKind, GuardianshipState
from xinglin.hospital.identity.working import covers_day, institution_open, practitioner_working
from xinglin.hospital.kernel.access import ANONYMOUS, Actor, Role
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.compiled import Compiled
from xinglin.hospital.kernel.errors import NotFound

_ACCOUNT = Compiled(
    lambda key: Account.objects.filter(pk=key, is_active=True).values_list(
        "kind", "first_name", "username", "person__pk", "person__name", "person__status"
    ),
    "key",
)
_WARDS = Compiled(
    lambda key, day: Guardianship.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day), guardian_id=key, state=GuardianshipState.ACCEPTED
    ).values_list("ward_id"),
    "key",
    "day",
)
_PRACTICE = Compiled(
    lambda key, at: (
        Practitioner.objects.filter(practitioner_working(at), account_id=key)
        .order_by("pk")
        .values_list("pk", "kind", "institution_id", "person_id", "person__name")[:1]
    ),
    "key",
    "at",
    "day",
)
_PLACES = Compiled(
    lambda key, other, at, day: (
        Institution.objects.filter(institution_open(at))
        .filter(
            Q(pk=other)
            | Q(pk__in=PractitionerFiling.objects.filter(covers_day(day), practitioner=key).values("institution_id"))
        )
        .values_list("pk")
    ),
    "key",
    "other",
    "at",
    "day",
)
_ROLES = Compiled(
    lambda key, day: StaffRole.objects.filter(covers_day(day), account_id=key).values_list("role", "institution_id"),
    "key",
    "day",
)


def actor_for(*, account_id: UUID, now: datetime) -> Actor:
    """The actor that an account is at this instant: roles whose basis has ended or is suspended are not there."""
    found = _ACCOUNT.rows(key=account_id)
    if not found:
        return ANONYMOUS
    kind, first_name, username, person_id, person_name, person_status = found[0]
    if kind != AccountKind.PATIENT:
        return _staff(account_id, first_name or username, now)
    if person_id is None or person_status != "active":
        return Actor(id=account_id, label=f"account:{account_id}", roles=frozenset())
    return Actor(
        id=account_id,
        label=masked(person_name, 1, 0),
        roles=frozenset({Role.PATIENT}),
        person_id=person_id,
        wards=wards_of(guardian_id=person_id, on=civil_day(now)),
    )


def wards_of(*, guardian_id: UUID, on: date) -> frozenset[UUID]:
    """The persons for whom this one is a confirmed guardian on the day."""
    return frozenset(ward for (ward,) in _WARDS.rows(key=guardian_id, day=on))


def _staff(account_id: UUID, label: str, now: datetime) -> Actor:
    day = civil_day(now)
    roles: set[Role] = set()
    places: set[UUID] = set()
    practice_id = person_id = None
    if practice := _PRACTICE.rows(key=account_id, at=now, day=day):
        practice_id, kind, institution_id, person_id, label = practice[0]
        roles.add(Role(kind))
        places |= open_places(practice_id, institution_id, now)
    for role, place in _ROLES.rows(key=account_id, day=day):
        roles.add(Role(role))
        if place is not None:
            places.add(place)
        elif role == Role.AUDITOR:
            # An auditor of the insurance agency, not of one institution: every institution, also those now closed.
            places.update(Institution.objects.values_list("pk", flat=True))
    return Actor(
        id=account_id,
        label=label,
        roles=frozenset(roles),
        person_id=person_id,
        institution_ids=frozenset(places),
        practitioner_id=practice_id,
    )


def working_practice(*, account_id: UUID, now: datetime) -> UUID | None:
    """The credential record with which the account may work at the instant, or None."""
    rows = _PRACTICE.rows(key=account_id, at=now, day=civil_day(now))
    return rows[0][0] if rows else None


def open_places(practitioner_id: UUID, institution_id: UUID, now: datetime) -> set[UUID]:
    """The institutions, open now, where the practitioner is registered or filed today."""
    rows = _PLACES.rows(key=practitioner_id, other=institution_id, at=now, day=civil_day(now))
    return {place for (place,) in rows}


@dataclass(frozen=True, slots=True)
class AuthProof:
    """A proof of identity: which, how, when."""

    id: UUID
    method: str
    at: datetime


def account_auth_event_within(*, account_id: UUID, window: timedelta, at: datetime) -> AuthProof | None:
    """The latest proof of identity of the account in [at − window, at], or None."""
    event = (
        AuthEvent.objects.filter(account_id=account_id, at__gte=at - window, at__lte=at).order_by("-at", "-pk").first()
    )
    return AuthProof(event.pk, event.method, event.at) if event else None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a signing key and the time in which it may sign."""

    id: UUID
    practitioner_id: UUID
    public_key: str
    from_at: datetime
    revoked_at: datetime | None

    def held_at(self, at: datetime) -> bool:
        """Whether the key was in force at the instant."""
        return self.from_at <= at and (self.revoked_at is None or at < self.revoked_at)


def signing_key(*, key_id: UUID) -> PublicKey:
    """A signing key's public half. Public keys are public: anyone may verify a signature."""
    key = SigningKey.objects.filter(pk=key_id).first()
    if key is None:
        raise NotFound
    return PublicKey(key.pk, key.practitioner_id, key.public_key, key.from_at, key.revoked_at)


def needs_second_factor(*, account_id: UUID) -> bool:
    """Whether a staff account has neither one-time codes nor a passkey yet."""
    enough = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    staff = Account.objects.filter(pk=account_id, kind=AccountKind.STAFF)
    return staff.exclude(authenticator__type__in=enough).exists()
