"""From the rows of a visit, and what identity and insurance know, to a case of supervision."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from xinglin.hospital.consultation import facts, people
from xinglin.hospital.consultation.facts import Talked, Wrote
from xinglin.hospital.consultation.live_facts import live_talk
from xinglin.hospital.consultation.models import Message, Questionnaire, Record, RecordDiagnosis, Visit
from xinglin.hospital.consultation.standing import body_of
from xinglin.hospital.consultation.words import DangerTier, MessageKind, Side
from xinglin.hospital.decision_support import selectors as alarms
from xinglin.hospital.kernel.clock import civil_day
from xinglin.supervision.facts import Case

FREE_TEXT = ("chief_complaint", "subjective", "objective", "assessment", "plan")
WEIGHT = "weight_g"
CHILD_YEARS = 18
"""Below this age doses go by weight, so that an earlier weight is looked for."""
_LETTERS = re.compile(r"\w")
_QUESTION = re.compile(r"[?？]|吗")


def case(visit: Visit, at: datetime, *, proof_id: UUID | None = None, diagnoses: Sequence[str] | None = None) -> Case:
    """The case of a visit as it stands; `proof_id` is the proof under which it was or would be started.

    People and institution are taken at the start of the visit (or at `at` before it), so that every later question
    about the same visit sees the same facts. What was said and written is taken as it stands.
    """
    start = visit.started_at or at
    if diagnoses is None:
        diagnoses = diagnoses_of(visit.id)
    known = people.known(
        patient_id=visit.patient_id,
        practitioner_id=visit.physician_id,
        institution_id=visit.institution_id,
        department=visit.department,
        diagnoses=diagnoses,
        at=start,
    )
    wrote = _wrote(visit, known.patient["birth_on"], at)
    weight, body = body_of(visit.patient_id, at)
    return facts.case_of(
        visit=visit,
        evidence=visit.evidence.all(),
        diagnoses=diagnoses,
        known=known,
        proof_uses=_uses(visit, visit.auth_event_id or proof_id),
        talked=_talked(visit),
        wrote=replace(wrote, weight_grams=wrote.weight_grams or weight),
        body=body,
        live=live_talk(visit=visit, at=at),
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


def letters(text: str) -> int:
    """Letters and characters of a text, its spaces and signs not counted."""
    return len(_LETTERS.findall(text))


def _talked(visit: Visit) -> Talked:
    """What was said in the visit. Before anything was said there is nothing to look for."""
    if not visit.last_seq:
        return Talked(messages=0, letters=0, questions=0)
    said = Message.objects.filter(visit_id=visit.id, side__in=[Side.PATIENT, Side.PHYSICIAN])
    rows = list(said.values_list("side", "kind", "body"))
    patient = [body for side, _, body in rows if side == Side.PATIENT]
    asked = [body for side, kind, body in rows if side == Side.PHYSICIAN and kind == MessageKind.TEXT]
    return Talked(
        messages=len(patient),
        letters=sum(letters(body) for body in patient),
        questions=sum(bool(_QUESTION.search(body)) for body in asked),
    )


def _wrote(visit: Visit, birth_on: date, at: datetime) -> Wrote:
    """What stands in the form before the visit and in its record; for a child the weight of an earlier record where
    this has none.

    A danger sign that stops online care is a red flag; one that the physician is told to ask about first is not yet. So
    is an emergency that the monitor heard in the patient's words, unless somebody stood it down with a reason.
    """
    form: Questionnaire | None = getattr(visit, "questionnaire", None)
    record: Record | None = getattr(visit, "record", None)
    stops = [flag for flag in form.red_flags if flag["tier"] != DangerTier.ASK] if form is not None else []
    heard_at = alarms.first_emergency_at(visit.id, at)
    since = [one for one in (form.at if form is not None and stops else None, heard_at) if one is not None]
    weight = record.vitals.get(WEIGHT) if record is not None else None
    if weight is None and years_on(birth_on, civil_day(visit.requested_at)) < CHILD_YEARS:
        weight = _earlier_weight(visit)
    return Wrote(
        form=form is not None,
        red_flag=True if since else False if form is not None else None,
        red_flag_at=min(since, default=None),
        record_letters=sum(letters(getattr(record, part)) for part in FREE_TEXT) if record is not None else None,
        weight_grams=weight if isinstance(weight, int) else None,
    )


def years_on(birth_on: date, on: date) -> int:
    """Completed years on a day."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def _earlier_weight(visit: Visit) -> int | None:
    """The weight in the patient's latest signed record that has one."""
    rows = Record.objects.filter(patient_id=visit.patient_id, signed_at__isnull=False, vitals__has_key=WEIGHT)
    latest = rows.order_by("-signed_at").values_list("vitals", flat=True).first()
    return latest[WEIGHT] if latest is not None and isinstance(latest[WEIGHT], int) else None
