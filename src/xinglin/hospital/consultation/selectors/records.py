"""Records: read (and written down as read), verified, and what they say over time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation import cases, gate, people
from xinglin.hospital.consultation.access import READ_RECORD, SEE_PATIENTS
from xinglin.hospital.consultation.models import (
    ConsentGiven,
    FollowUpEvidence,
    Questionnaire,
    Record,
    RecordAddendum,
    RecordDiagnosis,
    Visit,
)
from xinglin.hospital.consultation.parameters import Vital, vitals
from xinglin.hospital.consultation.questions import YES, every_question
from xinglin.hospital.consultation.selectors.talk import noted_visit
from xinglin.hospital.consultation.words import OPEN, DangerTier, RecordState, VisitState
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.signing import digest, signature_holds
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.facts import Case

TREND_MOST = 12


@dataclass(frozen=True, slots=True)
class VitalShown:
    """A vital sign as people read it."""

    vital: Vital
    value: int

    @property
    def shown(self) -> str:
        """The value with its unit."""
        return f"{self.vital.shown(self.value)} {self.vital.unit}"

    @property
    def alarming(self) -> bool:
        """Whether it needs attention first."""
        return self.vital.alarming(self.value)


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record with everything that belongs to it."""

    visit: Visit
    record: Record
    diagnoses: list[RecordDiagnosis]
    vitals: list[VitalShown]
    attachments: list[tuple[UUID, str]]
    addenda: list[RecordAddendum]
    intact: bool | None  # None: unsigned or imported; False: content or signature does not fit


def record(*, actor: Actor, visit_id: UUID, now: datetime) -> RecordView:
    """The record of a visit, with the reading written down, a refused one too.

    The patient, and readers who are not the physician of the visit, see it once it is signed. Raises NotFound.
    """
    require(actor, READ_RECORD)
    visit = noted_visit(actor, visit_id, "read_record", now)
    row = Record.objects.filter(visit=visit).first()
    if row is None or (row.state != RecordState.SIGNED and not gate.is_physician_of(actor, visit)):
        raise NotFound
    return view_of(visit, row)


def draft(*, actor: Actor, visit_id: UUID) -> RecordView:
    """The physician's own record in the room, signed or not. Raises NotFound."""
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    row = Record.objects.filter(visit=visit).first()
    if row is None:
        raise NotFound
    return view_of(visit, row)


def view_of(visit: Visit, row: Record) -> RecordView:
    """Everything that belongs to a record, and whether its signature still holds."""
    known = vitals()
    return RecordView(
        visit=visit,
        record=row,
        diagnoses=list(row.diagnoses.all()),
        vitals=[VitalShown(known[code], row.vitals[code]) for code in known if code in row.vitals],
        attachments=[(a.picture_id, a.caption) for a in row.attachments.order_by("id")],
        addenda=list(row.addenda.all()),
        intact=is_intact(row),
    )


def is_intact(row: Record) -> bool | None:
    """Whether a signed record is what was signed: parts, hash and signature. None when we did not sign it."""
    if row.state != RecordState.SIGNED or row.imported or row.content is None:
        return None
    content = row.content
    parts = ("chief_complaint", "subjective", "objective", "assessment", "plan", "vitals")
    same = all(content.get(name) == getattr(row, name) for name in parts)
    codes = [d["code"] for d in content.get("diagnoses", [])]
    return (
        same
        and codes == [d.code for d in row.diagnoses.all()]
        and digest(content) == row.sha256
        and signature_holds(bytes.fromhex(row.public_key), bytes.fromhex(row.signature), content)
    )


def has_signed_record(visit: Visit) -> bool:
    """Whether there is a signed record to read. For somebody who holds the visit already."""
    return Record.objects.filter(visit=visit, state=RecordState.SIGNED).exists()


# WHAT THE PHYSICIAN SEES BESIDE IT


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the questionnaire in words."""

    id: str
    question: T
    answer: T
    danger: bool
    denied: bool
    ask_first: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier signed record of the patient, as a line."""

    visit_id: UUID
    at: datetime
    institution: T
    diagnoses: list[RecordDiagnosis]


@dataclass(frozen=True, slots=True)
class Background:
    """The patient as the physician of an open or own visit may know them."""

    visit: Visit
    patient: identity.PersonCard
    evidence: list[FollowUpEvidence]
    answers: list[Answered]
    earlier: list[Earlier]
    pressures: list[tuple[datetime, int]]
    consent: ConsentGiven | None
    insured: T | None
    chronic: list[T]


def background(*, actor: Actor, visit_id: UUID, now: datetime) -> Background:
    """Who the patient is, what was answered and offered, what was diagnosed and measured before. Raises NotFound."""
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    earlier = _earlier(visit) if visit.state in OPEN else []
    cover = people.insurance_of(visit.patient_id, now)
    groups = {group.code: group.name for group in terminology.chronic_groups()}
    houses: dict[UUID, T] = {}
    lines = []
    for row in earlier:
        house = row.visit.institution_id
        if house not in houses:
            houses[house] = identity.institution(institution_id=house, at=now).name
        at = row.visit.started_at or row.signed_at or now
        lines.append(Earlier(row.visit_id, at, houses[house], list(row.diagnoses.all())))
    return Background(
        visit=visit,
        patient=identity.person(actor=actor, person_id=visit.patient_id),
        evidence=list(visit.evidence.order_by("offered_at")),
        answers=answers_of(visit),
        earlier=lines,
        pressures=_pressures(visit, earlier),
        consent=visit.consents.select_related("text").first(),
        insured=cover.name if cover else None,
        chronic=[groups.get(code, T(zh=code, en=code)) for code in (cover.qualified if cover else ())],
    )


def _earlier(visit: Visit) -> list[Record]:
    return list(
        Record.objects.filter(patient_id=visit.patient_id, state=RecordState.SIGNED)
        .exclude(visit=visit)
        .select_related("visit")
        .prefetch_related("diagnoses")
        .order_by("-signed_at")[:TREND_MOST]
    )


def _pressures(visit: Visit, earlier: list[Record]) -> list[tuple[datetime, int]]:
    """Systolic pressures over time, oldest first: of signed records, and what the patient measured at home now."""
    points = [
        (row.visit.started_at or row.saved_at, row.vitals["systolic_mmhg"])
        for row in reversed(earlier)
        if "systolic_mmhg" in row.vitals
    ]
    form = Questionnaire.objects.filter(visit=visit).first()
    if form is not None and isinstance(home := form.answers.get("home_systolic"), int):
        points.append((form.at, home))
    return points


def answers_of(visit: Visit) -> list[Answered]:
    """The questionnaire in words, in the order in which it was asked."""
    form = Questionnaire.objects.filter(visit=visit).first()
    if form is None:
        return []
    flags = {flag["question"]: DangerTier(flag["tier"]) for flag in form.red_flags}
    lines = []
    for question in every_question().values():
        if question.id not in form.answers:
            continue
        value = form.answers[question.id]
        label = next((option.label for option in question.options if option.code == value), None)
        if label is None:
            words = vitals()[question.vital].shown(value) if question.vital and isinstance(value, int) else str(value)
            label = T(zh=words, en=words)
        is_danger = question.kind == "danger"
        lines.append(
            Answered(
                id=question.id,
                question=question.text,
                answer=label,
                danger=is_danger and value == YES,
                denied=is_danger and value != YES,
                ask_first=flags.get(question.id) is DangerTier.ASK,
            )
        )
    return lines


# FOR OTHER MODULES


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What the modules above build on: the visit in plain values, and its case for supervision."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    department: str
    channel: str
    state: VisitState
    diagnoses: tuple[str, ...]
    record_signed: bool
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    fee_code: str
    fee_fen: int
    case: Case


def visit_facts(*, visit_id: UUID, at: datetime) -> VisitFacts:
    """The facts of a visit for pharmacy and settlement; nothing here is limited to an actor. Raises NotFound."""
    visit = Visit.objects.filter(id=visit_id).select_related("questionnaire", "record").first()
    if visit is None:
        raise NotFound
    diagnoses = cases.diagnoses_of(visit_id)
    record: Record | None = getattr(visit, "record", None)
    return VisitFacts(
        visit_id=visit.id,
        patient_id=visit.patient_id,
        physician_id=visit.physician_id,
        institution_id=visit.institution_id,
        department=visit.department,
        channel=visit.channel,
        state=VisitState(visit.state),
        diagnoses=tuple(diagnoses),
        record_signed=record is not None and record.state == RecordState.SIGNED,
        requested_at=visit.requested_at,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        fee_code=visit.fee_code,
        fee_fen=visit.fee_fen,
        case=cases.case(visit, at, diagnoses=diagnoses),
    )
