"""What happened in identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PersonRegistered(Event):
    """Someone registered; the real-name check may still be open."""

    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonVerified(Event):
    """A real-name check answered 'match'."""

    person_id: UUID
    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GuardianshipAccepted(Event):
    """Someone may now act for someone else."""

    guardianship_id: UUID
    ward_id: UUID
    guardian_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PractitionerAdmitted(Event):
    """A physician or pharmacist may now practise here."""

    practitioner_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PractitionerSuspended(Event):
    """A practitioner is stopped from `from_at` on."""

    practitioner_id: UUID
    from_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PractitionerReinstated(Event):
    """A practitioner's suspension was lifted."""

    practitioner_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class InstitutionSuspended(Event):
    """An institution is stopped from `from_at` on."""

    institution_id: UUID
    from_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class InstitutionReinstated(Event):
    """An institution's suspension was lifted."""

    institution_id: UUID
    at: datetime
