"""What the consultation needs to know of people and institutions, asked of identity through its doors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from xinglin.hospital.consultation.live_policy import proof_is_enough
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.insurance import selectors as insurance
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.terminology import selectors as terminology

PHYSICAL_KINDS = frozenset({"hospital", "health_centre", "village_clinic"})
ANY_PROOF = timedelta(days=1)
CODE = "code"  # a code sent to the patient's phone


@dataclass(frozen=True, slots=True)
class Patient:
    """Who is seen."""

    id: UUID
    name: str
    sex: str
    birth_on: date


@dataclass(frozen=True, slots=True)
class Practice:
    """A physician as one may be asked for a visit."""

    id: UUID
    institution_id: UUID
    department: str
    fee_code: str
    fee_fen: int
    on_duty: bool


def patient(actor: Actor, person_id: UUID) -> Patient:
    """The patient. Raises NotFound."""
    card = identity.person(actor=actor, person_id=person_id)
    return Patient(card.id, card.name, card.sex, card.birth_on)


def practice(practitioner_id: UUID, at: datetime) -> Practice:
    """A physician with the fee of the title. Raises NotFound, for a pharmacist too."""
    profile = identity.practitioner_profile(practitioner_id=practitioner_id, at=at)
    if profile.kind != "physician":
        raise NotFound
    fee = fee_of(profile.title)
    return Practice(profile.id, profile.institution_id, profile.department, fee.code, fee.price_fen, profile.on_duty)


def fee_of(title: str) -> terminology.ServiceInfo:
    """The fee of an online visit for a professional title. Raises terminology's UnknownCode."""
    return terminology.visit_fee(title)


def insurance_of(person_id: UUID, at: datetime) -> insurance.Eligibility | None:
    """What the person is insured for on the day of an instant."""
    return insurance.coverage(person_id=person_id, on=civil_day(at))


def is_physical(institution_id: UUID, at: datetime) -> bool:
    """Whether the institution sees people in person. Raises NotFound."""
    return identity.institution(institution_id=institution_id, at=at).kind in PHYSICAL_KINDS


def place_of(institution_id: UUID, at: datetime) -> str:
    """The code of the place by whose limits an institution works. Raises NotFound."""
    return identity.institution(institution_id=institution_id, at=at).area


def latest_proof_id(actor: Actor, at: datetime) -> UUID | None:
    """The physician's latest proof of identity within a day before the instant."""
    proof = identity.account_auth_event_within(account_id=actor.id, window=ANY_PROOF, at=at)
    return proof.id if proof else None


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of identity: which, and how it was given."""

    id: UUID
    method: str


def live_proof(actor: Actor, window: timedelta, at: datetime, *, physician: bool, territory: str) -> Proof | None:
    """The actor's latest proof within a window before an instant that the policy of live visits takes for enough: by
    face where one is enrolled and can be verified here. For a physician rule A09 must take it for enough as well.
    """
    if actor.person_id is None:
        return None
    proof = identity.proof_within(person_id=actor.person_id, account_id=actor.id, at=at, window=window, purpose="live")
    if proof is None or (physician and not proof_is_enough(proof.method, at, territory)):
        return None
    return Proof(proof.id, proof.method)


def proved_since(*, person_id: UUID | None, account_id: UUID, since: datetime, at: datetime) -> bool:
    """Whether somebody proved after an instant who they are, in a way that is enough for a live visit by policy."""
    if person_id is None or at < since:
        return False
    proof = identity.proof_within(person_id=person_id, account_id=account_id, at=at, window=at - since, purpose="live")
    return proof is not None


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules may know of the people, the house and the insurance of a visit, by fields of their groups."""

    patient: dict[str, Any]
    physician: dict[str, Any]
    institution: dict[str, Any]
    coverage: dict[str, Any]
    fund_asked: bool


def known(
    *,
    patient_id: UUID,
    practitioner_id: UUID,
    institution_id: UUID,
    department: str,
    diagnoses: Sequence[str],
    at: datetime,
) -> Known:
    """What the rules may know at an instant. The fund is asked where somebody is insured in an area with which the
    house has an agreement, and is not suspended; settlement asks the same.
    """
    on = civil_day(at)
    insured = insurance_of(patient_id, at)
    house = identity.institution_facts(
        institution_id=institution_id, at=at, department=department, insured_area=insured.area if insured else ""
    )
    return Known(
        patient=identity.person_facts(person_id=patient_id, at=at),
        physician=identity.practitioner_facts(practitioner_id=practitioner_id, at=at, institution_id=institution_id),
        institution=house,
        coverage=insurance.coverage_facts(insured=insured, person_id=patient_id, on=on, diagnoses=diagnoses),
        fund_asked=insured is not None and not insured.online_suspended and _agreed(house, on),
    )


def _agreed(house: Mapping[str, Any], on: date) -> bool:
    """The agreement of the house covers the day."""
    first, last = house["agreement_from_on"], house["agreement_until_on"]
    return first is not None and first <= on and (last is None or on <= last)
