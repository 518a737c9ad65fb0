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
    SigningKey,
    StaffRole,
)
from xinglin.hospital.identity.selectors.people import masked
from xinglin.hospital.identity.words import AccountKind, GuardianshipState
from xinglin.hospital.identity.working import covers_day, institution_open, practitioner_working
from xinglin.hospital.kernel.access import ANONYMOUS, Actor, Role
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound


def actor_for(*, account_id: UUID, now: datetime) -> Actor:
    """The actor that an account is at this instant: roles whose basis has ended or is suspended are not there."""
    account = Account.objects.filter(pk=account_id, is_active=True).select_related("person").first()
    if account is None:
        return ANONYMOUS
    return _patient(account, now) if account.kind == AccountKind.PATIENT else _staff(account, now)


def _patient(account: Account, now: datetime) -> Actor:
    person = getattr(account, "person", None)
    if person is None or person.status != "active":
        return Actor(id=account.pk, label=f"account:{account.pk}", roles=frozenset())
    return Actor(
        id=account.pk,
        label=masked(person.name, 1, 0),
        roles=frozenset({Role.PATIENT}),
        person_id=person.pk,
        wards=wards_of(guardian_id=person.pk, on=civil_day(now)),
    )


def wards_of(*, guardian_id: UUID, on: date) -> frozenset[UUID]:
    """The persons for whom this one is a confirmed guardian on the day."""
    return frozenset(
        Guardianship.objects.filter(
            Q(until__isnull=True) | Q(until__gte=on), guardian_id=guardian_id, state=GuardianshipState.ACCEPTED
        ).values_list("ward_id", flat=True)
    )


def _staff(account: Account, now: datetime) -> Actor:
    practitioner = (
        Practitioner.objects.filter(practitioner_working(now), account_id=account.pk).select_related("person").first()
    )
    roles: set[Role] = set()
    places: set[UUID] = set()
    label = account.first_name or account.username
    if practitioner is not None:
        roles.add(Role(practitioner.kind))
        places |= open_places(practitioner, now)
        label = practitioner.person.name
    for role, place in StaffRole.objects.filter(covers_day(civil_day(now)), account_id=account.pk).values_list(
        "role", "institution_id"
    ):
        roles.add(Role(role))
        if place is not None:
            places.add(place)
        elif role == Role.AUDITOR:
            # An auditor of the insurance agency, not of one institution: every institution, also those now closed.
            places.update(Institution.objects.values_list("pk", flat=True))
    return Actor(
        id=account.pk,
        label=label,
        roles=frozenset(roles),
        person_id=practitioner.person_id if practitioner else None,
        institution_ids=frozenset(places),
        practitioner_id=practitioner.pk if practitioner else None,
    )


def open_places(practitioner: Practitioner, now: datetime) -> set[UUID]:
    """The institutions, open now, where the practitioner is registered or filed today."""
    filed = practitioner.filings.filter(covers_day(civil_day(now))).values("institution_id")
    mine = Q(pk=practitioner.institution_id) | Q(pk__in=filed)
    return set(Institution.objects.filter(institution_open(now)).filter(mine).values_list("pk", flat=True))


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
