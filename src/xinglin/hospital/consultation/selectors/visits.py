"""Visits: of a patient, of a physician, in the queue; what may be chosen and offered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch

from xinglin.hospital.consultation import gate, people
from xinglin.hospital.consultation.access import (
    FOLLOW_OWN_VISIT,
    READ_VISIT,
    REQUEST_VISIT,
    SEE_PATIENTS,
    WATCH_PROMISES,
)
from xinglin.hospital.consultation.models import FollowUpEvidence, Message, Record, RecordDiagnosis, Visit
from xinglin.hospital.consultation.parameters import nudge_at
from xinglin.hospital.consultation.selectors.waits import Wait, estimate_wait, estimate_waits
from xinglin.hospital.consultation.words import (
    BEFORE_START,
    OPEN,
    Channel,
    Judgement,
    RecordState,
    Side,
    VisitState,
)
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology

EVIDENCE_LOOK_BACK = timedelta(days=731)
PAGE = 50


def visit(*, actor: Actor, id: UUID) -> Visit:
    """A visit that the actor may see. Raises NotFound, alike for absent and foreign ones."""
    require(actor, READ_VISIT)
    return gate.visit_to_read(actor, id)


def no_emergency(*, visit_id: UUID) -> None:
    """For the modules above that act in a visit. Raises EmergencyStands while a red flag stops it."""
    gate.no_emergency(visit_id)


@dataclass(frozen=True, slots=True)
class Choice:
    """A physician to choose, with the wait and the fee."""

    profile: identity.PractitionerProfile
    wait: Wait
    department: T
    fee_fen: int


def choices(
    *, department: str = "", language: str = "", name: str = "", order: str = "wait", now: datetime
) -> list[Choice]:
    """Physicians on duty: by department, language and part of the name, sorted by wait or by name. Public."""
    found = identity.practitioners_online(at=now, department=department, language=language)
    name = name.strip()
    profiles = [p for p in found if name in p.name] if name else found
    waits = estimate_waits(physician_ids=[p.id for p in profiles], now=now)
    rows = [_choice(profile, waits[profile.id]) for profile in profiles]
    return sorted(rows, key=lambda c: c.wait.order) if order == "wait" else rows


def choice(*, physician_id: UUID, now: datetime) -> Choice:
    """One physician with the wait and the fee. Public. Raises NotFound for anybody who is no physician."""
    profile = identity.practitioner_profile(practitioner_id=physician_id, at=now)
    if profile.kind != "physician":
        raise NotFound
    return _choice(profile, estimate_wait(physician_id=physician_id, now=now))


def _choice(profile: identity.PractitionerProfile, wait: Wait) -> Choice:
    return Choice(
        profile, wait, terminology.department(profile.department).name, people.fee_of(profile.title).price_fen
    )


def papers(visit: Visit) -> list[FollowUpEvidence]:
    """What was offered as evidence, in order. For somebody who holds the visit already."""
    return list(visit.evidence.order_by("offered_at"))


# THE PATIENT'S SIDE


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit in a list, with the names that people read."""

    visit: Visit
    patient: str
    physician: str
    institution: T
    state: T
    unread: int = 0


def _unread(visits: Iterable[Visit], side: Side) -> dict[UUID, int]:
    """Messages of the other side after the side's read mark; what the system says does not count."""
    counts: dict[UUID, int] = {}
    for row in visits:
        if row.last_seq == 0:
            continue
        mark = next((m.seq for m in row.read_marks.all() if m.side == side), 0)
        if row.last_seq > mark:
            counts[row.id] = (
                Message.objects.filter(visit=row, seq__gt=mark).exclude(side__in=[side, Side.SYSTEM]).count()
            )
    return counts


def patient_visits(*, actor: Actor, now: datetime, person_id: UUID | None = None) -> list[VisitLine]:
    """The latest visits of the actor and the actor's wards (or of one of them), newest first."""
    require(actor, FOLLOW_OWN_VISIT)
    persons = {who for who in (actor.person_id, *actor.wards) if who is not None}
    if person_id is not None:
        if person_id not in persons:
            raise NotFound
        persons = {person_id}
    rows = list(
        Visit.objects.filter(patient_id__in=persons).order_by("-requested_at").prefetch_related("read_marks")[:PAGE]
    )
    unread = _unread([row for row in rows if row.state in OPEN], Side.PATIENT)
    return _lines(actor, rows, unread, now)


def _lines(actor: Actor, rows: Iterable[Visit], unread: dict[UUID, int], now: datetime) -> list[VisitLine]:
    physicians: dict[UUID, identity.PractitionerProfile] = {}
    patients: dict[UUID, str] = {}
    lines = []
    for row in rows:
        if row.physician_id not in physicians:
            physicians[row.physician_id] = identity.practitioner_profile(practitioner_id=row.physician_id, at=now)
        if row.patient_id not in patients:
            patients[row.patient_id] = identity.person(actor=actor, person_id=row.patient_id).name
        profile = physicians[row.physician_id]
        lines.append(
            VisitLine(
                visit=row,
                patient=patients[row.patient_id],
                physician=profile.name,
                institution=profile.institution,
                state=VisitState(row.state).label,
                unread=unread.get(row.id, 0),
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class EarlierDiagnosis:
    """A diagnosis in a signed record of the house that a follow-up may rest on."""

    visit_id: UUID
    code: str
    name: T
    on: date
    institution: T


def earlier_diagnoses(*, actor: Actor, person_id: UUID, now: datetime) -> list[EarlierDiagnosis]:
    """Signed diagnoses of the last two years that can serve as evidence, newest first, each code once.

    Records of physical institutions count by themselves; an online record counts by the paper on which it rested.
    """
    require(actor, REQUEST_VISIT)
    if not actor.acts_for(person_id):
        raise NotFound
    records = (
        Record.objects.filter(patient_id=person_id, state=RecordState.SIGNED, signed_at__gte=now - EVIDENCE_LOOK_BACK)
        .select_related("visit")
        .prefetch_related("diagnoses")
        .order_by("-signed_at")[:PAGE]
    )
    found: dict[str, EarlierDiagnosis] = {}
    houses: dict[UUID, identity.InstitutionCard] = {}
    for record in records:
        house_id = record.visit.institution_id
        if house_id not in houses:
            houses[house_id] = identity.institution(institution_id=house_id, at=now)
        for diagnosis in _usable(record, houses[house_id]):
            at = record.visit.started_at or record.signed_at or now
            found.setdefault(
                diagnosis.code,
                EarlierDiagnosis(
                    visit_id=record.visit_id,
                    code=diagnosis.code,
                    name=T(zh=diagnosis.name_zh, en=diagnosis.name_en),
                    on=civil_day(at),
                    institution=houses[house_id].name,
                ),
            )
    return list(found.values())


def _usable(record: Record, house: identity.InstitutionCard) -> list[RecordDiagnosis]:
    diagnoses = list(record.diagnoses.all())
    if record.visit.channel == Channel.IN_PERSON:
        return diagnoses if house.kind in people.PHYSICAL_KINDS else []
    paper = record.visit.evidence.filter(judgement=Judgement.ACCEPTED).order_by("-diagnosed_on").first()
    return [d for d in diagnoses if paper is not None and d.code == paper.diagnosis_code]


# THE PHYSICIAN'S SIDE


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A visit in the physician's queue."""

    visit: Visit
    patient: identity.PersonCard
    age_years: int
    evidence: list[FollowUpEvidence]
    asks: int
    unread: int
    promised_by_at: datetime | None
    seconds_left: int | None
    due: str  # '' in time, 'soon' after half time, 'late' after the promise

    @property
    def evidence_pending(self) -> bool:
        """Whether a paper waits for the physician's judgement."""
        return any(row.judgement == Judgement.PENDING for row in self.evidence)


@dataclass(frozen=True, slots=True)
class Queue:
    """The physician's day: who is next, who waits, who is being seen, who was seen."""

    next: QueueLine | None
    waiting: list[QueueLine]
    in_progress: list[QueueLine]
    done: list[VisitLine]


def queue(*, actor: Actor, now: datetime) -> Queue:
    """The acting physician's queue: those whose promise runs out first come first."""
    require(actor, SEE_PATIENTS)
    me = gate.own_practice(actor)
    rows = list(
        Visit.objects.filter(physician_id=me, state__in=OPEN)
        .select_related("questionnaire")
        .prefetch_related("read_marks", Prefetch("evidence", FollowUpEvidence.objects.order_by("offered_at")))
        .order_by("requested_at")
    )
    unread = _unread(rows, Side.PHYSICIAN)
    lines = [_queue_line(actor, row, unread.get(row.id, 0), now) for row in rows]
    waiting = sorted((line for line in lines if line.visit.state in BEFORE_START), key=_urgency)
    in_progress = sorted((line for line in lines if line.visit.state == VisitState.IN_PROGRESS), key=_urgency)
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    done = (
        Visit.objects.filter(physician_id=me, ended_at__gte=midnight)
        .exclude(state__in=OPEN)
        .order_by("-ended_at")[:PAGE]
    )
    first = _first(waiting, in_progress)
    return Queue(first, [line for line in waiting if line is not first], in_progress, _lines(actor, done, {}, now))


def _urgency(line: QueueLine) -> tuple[bool, datetime]:
    return line.promised_by_at is None, line.promised_by_at or line.visit.requested_at


def _first(waiting: list[QueueLine], in_progress: list[QueueLine]) -> QueueLine | None:
    """Next is a patient in consultation who has no reply yet, else the first who waits with something to do."""
    unanswered = [line for line in in_progress if line.promised_by_at is not None]
    ready = [line for line in waiting if line.promised_by_at is not None]
    return min([*unanswered, *ready], key=_urgency, default=None)


def _queue_line(actor: Actor, row: Visit, unread: int, now: datetime) -> QueueLine:
    card = identity.person(actor=actor, person_id=row.patient_id)
    running = row.promised_by_at if row.first_reply_at is None else None
    flags = row.questionnaire.red_flags if hasattr(row, "questionnaire") else []
    return QueueLine(
        visit=row,
        patient=card,
        age_years=card.age_on(civil_day(now)),
        evidence=list(row.evidence.all()),
        asks=len(flags),
        unread=unread,
        promised_by_at=running,
        seconds_left=int((running - now).total_seconds()) if running else None,
        due=_due(row, running, now),
    )


def _due(row: Visit, running: datetime | None, now: datetime) -> str:
    if running is None or row.promise_from_at is None:
        return ""
    if now >= running:
        return "late"
    return "soon" if now >= nudge_at(row.promise_from_at, running) else ""


def visits_of_physician(*, actor: Actor, now: datetime, before: datetime | None = None) -> list[VisitLine]:
    """The acting physician's visits, newest first, a page at a time."""
    require(actor, SEE_PATIENTS)
    me = gate.own_practice(actor)
    rows = Visit.objects.filter(physician_id=me)
    if before is not None:
        rows = rows.filter(requested_at__lt=before)
    return _lines(actor, rows.order_by("-requested_at")[:PAGE], {}, now)


# THE DESK


def promises_overdue(*, actor: Actor, now: datetime) -> list[VisitLine]:
    """Open visits of the actor's institutions whose promised time has passed without a reply, the oldest first."""
    require(actor, WATCH_PROMISES)
    rows = Visit.objects.filter(
        institution_id__in=actor.institution_ids, state__in=OPEN, first_reply_at=None, promised_by_at__lte=now
    ).order_by("promised_by_at")
    return _lines(actor, rows[:PAGE], {}, now)


def promises_close(*, actor: Actor, now: datetime) -> list[VisitLine]:
    """Open visits of the actor's institutions without a reply, past half of the promised time and still within it."""
    require(actor, WATCH_PROMISES)
    rows = Visit.objects.filter(
        institution_id__in=actor.institution_ids, state__in=OPEN, first_reply_at=None, promised_by_at__gt=now
    ).order_by("promised_by_at")
    near = [
        row
        for row in rows
        if row.promise_from_at and row.promised_by_at and now >= nudge_at(row.promise_from_at, row.promised_by_at)
    ]
    return _lines(actor, near[:PAGE], {}, now)


def promises_broken(*, actor: Actor, since: datetime, now: datetime) -> list[VisitLine]:
    """Visits of the actor's institutions that closed without a reply since an instant, the latest first."""
    require(actor, WATCH_PROMISES)
    rows = Visit.objects.filter(
        institution_id__in=actor.institution_ids, closing_code="promise_broken", ended_at__gte=since
    ).order_by("-ended_at")
    return _lines(actor, rows[:PAGE], {}, now)
