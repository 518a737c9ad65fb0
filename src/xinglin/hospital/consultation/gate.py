"""The one way to a visit: a row that the actor may see or work on, or NotFound, alike for absent and foreign ones."""

from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation.errors import EmergencyStands, WrongState
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.words import OPEN, Side, VisitState
from xinglin.hospital.decision_support import selectors as decision_support
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, Role
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T

READERS = (Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR)


def is_patient_of(actor: Actor, visit: Visit) -> bool:
    """Whether the actor is the patient of the visit or the patient's verified guardian."""
    return actor.has(Role.PATIENT) and actor.acts_for(visit.patient_id)


def is_physician_of(actor: Actor, visit: Visit) -> bool:
    """Whether the actor is the physician of the visit."""
    return actor.has(Role.PHYSICIAN) and actor.practitioner_id == visit.physician_id


def own_practice(actor: Actor) -> UUID:
    """The acting physician's credential record. Raises NotFound for anybody without one."""
    if actor.practitioner_id is None:
        raise NotFound
    return actor.practitioner_id


def cares_for(actor: Actor, patient_id: UUID) -> bool:
    """Whether the actor is a physician with an open visit of this patient: then earlier records may be read."""
    return (
        actor.has(Role.PHYSICIAN)
        and actor.practitioner_id is not None
        and Visit.objects.filter(patient_id=patient_id, physician_id=actor.practitioner_id, state__in=OPEN).exists()
    )


def may_read(actor: Actor, visit: Visit) -> bool:
    """The two sides, the institution's own readers, and the system."""
    if actor.has(Role.SYSTEM) or is_patient_of(actor, visit) or is_physician_of(actor, visit):
        return True
    return actor.has(*READERS) and visit.institution_id in actor.institution_ids


def side_of(actor: Actor, visit: Visit) -> Side:
    """On which side the actor speaks. Raises NotFound for anybody who is on neither."""
    if is_physician_of(actor, visit):
        return Side.PHYSICIAN
    if is_patient_of(actor, visit):
        return Side.PATIENT
    raise NotFound


def visit_to_read(actor: Actor, visit_id: UUID) -> Visit:
    """The visit, when the actor may read it."""
    visit = Visit.objects.filter(id=visit_id).first()
    if visit is None or not may_read(actor, visit):
        raise NotFound
    return visit


def visit_of_physician(actor: Actor, visit_id: UUID) -> Visit:
    """The visit, when the actor is its physician."""
    visit = Visit.objects.filter(id=visit_id).first()
    if visit is None or not is_physician_of(actor, visit):
        raise NotFound
    return visit


def lock(visit_id: UUID) -> Visit:
    """The visit's row, held until the transaction ends, so that states and message numbers change one after another."""
    visit = Visit.objects.select_for_update(no_key=True).filter(id=visit_id).first()
    if visit is None:
        raise NotFound
    return visit


def in_state(visit: Visit, *states: VisitState, deed: T) -> None:
    """Raise WrongState unless the visit is in one of the states."""
    if visit.state not in states:
        raise WrongState(state=VisitState(visit.state).label, deed=deed)


def no_emergency(visit_id: UUID) -> None:
    """Raise EmergencyStands while a red flag of the visit is neither answered nor ended in a referral."""
    alarm = decision_support.standing_emergency(visit_id)
    if alarm is not None:
        raise EmergencyStands(name=T(zh=alarm.name_zh, en=alarm.name_en), alarm=str(alarm.id))


def note_reading(actor: Actor, visit: Visit, verb: str, now: datetime, outcome: str = "done") -> None:
    """Write down that somebody read, or tried to."""
    journal.write(
        actor=actor,
        institution_id=visit.institution_id,
        verb=verb,
        object_type="visit",
        object_id=visit.id,
        now=now,
        outcome=outcome,
    )
