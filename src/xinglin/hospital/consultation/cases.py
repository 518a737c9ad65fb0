"""From the rows of a visit, and what identity knows, to a case of supervision."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation import facts, people
from xinglin.hospital.consultation.models import RecordDiagnosis, Visit
from xinglin.supervision.facts import Case


def case(visit: Visit, at: datetime, *, proof_id: UUID | None = None, diagnoses: Sequence[str] | None = None) -> Case:
    """The case of a visit as it stands; `proof_id` is the proof under which it was or would be started.

    People and institution are taken at the start of the visit (or at `at` before it), so that every later question
    about the same visit sees the same facts.
    """
    start = visit.started_at or at
    patient, physician, institution = people.facts(
        patient_id=visit.patient_id,
        practitioner_id=visit.physician_id,
        institution_id=visit.institution_id,
        at=start,
    )
    if diagnoses is None:
        diagnoses = diagnoses_of(visit.id)
    return facts.case_of(
        visit=visit,
        evidence=visit.evidence.all(),
        diagnoses=diagnoses,
        patient=patient,
        physician=physician,
        institution=institution,
        proof_uses=_uses(visit, visit.auth_event_id or proof_id),
        fund_asked=people.insurance_of(visit.patient_id, start) is not None,
        at=at,
    )


def _uses(visit: Visit, proof_id: UUID | None) -> int:
    """How many visits were opened under the same proof before this one."""
    if proof_id is None:
        return 0
    others = Visit.objects.filter(auth_event_id=proof_id).exclude(id=visit.id)
    if visit.started_at is not None:
        others = others.filter(started_at__lt=visit.started_at)
    return others.count()


def diagnoses_of(visit_id: UUID) -> list[str]:
    """The codes of the record's diagnoses, the main one first."""
    rows = RecordDiagnosis.objects.filter(record_id=visit_id).order_by("rank")
    return list(rows.values_list("code", flat=True))
