"""What the pharmacy needs of a visit and its patient, asked of consultation and identity through their doors."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.consultation.selectors import VisitState
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.pharmacy.errors import VisitNotOpen
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.facts import Case

REWRITE_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class VisitToPrescribe:
    """A visit of the acting physician in which a prescription may be written."""

    id: UUID
    institution_id: UUID
    department: str
    patient_id: UUID
    patient_name: str
    sex: str
    birth_on: date
    record_signed: bool
    diagnoses: tuple[tuple[str, str, str], ...]
    case: Case


def visit_to_prescribe(actor: Actor, visit_id: UUID, now: datetime) -> VisitToPrescribe:
    """The visit, when it is the actor's own and open, or ended within the days a prescription lives.

    What the pharmacist returned after the visit's end has to be written anew. Raises NotFound, VisitNotOpen.
    """
    visit = consultation.visit_facts(visit_id=visit_id, at=now)
    if actor.practitioner_id is None or visit.physician_id != actor.practitioner_id:
        raise NotFound
    fresh = visit.state == VisitState.ENDED and visit.ended_at is not None and now - visit.ended_at <= REWRITE_WITHIN
    if visit.state != VisitState.IN_PROGRESS and not fresh:
        raise VisitNotOpen
    patient = identity.person(actor=actor, person_id=visit.patient_id)
    names = terminology.diagnoses(visit.diagnoses)
    return VisitToPrescribe(
        id=visit.visit_id,
        institution_id=visit.institution_id,
        department=visit.department,
        patient_id=visit.patient_id,
        patient_name=patient.name,
        sex=patient.sex,
        birth_on=patient.birth_on,
        record_signed=visit.record_signed,
        diagnoses=tuple(
            (code, names[code].name_zh if code in names else code, names[code].name_en if code in names else code)
            for code in visit.diagnoses
        ),
        case=visit.case,
    )


def no_emergency(visit: VisitToPrescribe) -> None:
    """Raise consultation's EmergencyStands while a red flag stops the visit."""
    consultation.no_emergency(visit_id=visit.id)
