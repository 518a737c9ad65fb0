"""Questions about evidence and acceptances."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from xinglin.clinical.medicines.cards import SILENT_DAYS
from xinglin.hospital.decision_support.access import READ_EVIDENCE
from xinglin.hospital.decision_support.agreement import Agreement, agreement
from xinglin.hospital.decision_support.alarm_models import Alarm, AlarmStep
from xinglin.hospital.decision_support.alarming import (
    FAILED,
    STAND_DOWN_REASONS,
    Signal,
    alarm,
    alarms,
    first_emergency_at,
    standing,
    standing_emergency,
    steps_of,
    to_refer,
)
from xinglin.hospital.decision_support.diagnosing import place_of
from xinglin.hospital.decision_support.drafting import RecordDraft, draft_record, language_of
from xinglin.hospital.decision_support.models import Acceptance, CheckTicket
from xinglin.hospital.decision_support.monitoring import WINDOW, Line, read_signals
from xinglin.hospital.decision_support.proposing import Proposals, Proposed, proposals_of
from xinglin.hospital.decision_support.understanding import (
    FoundFinding,
    Understood,
    find_findings,
    name_of,
    understood,
)
from xinglin.hospital.decision_support.words import fact_name, source_names
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.clock import SHANGHAI

__all__ = [
    "FAILED",
    "STAND_DOWN_REASONS",
    "WINDOW",
    "Agreement",
    "Alarm",
    "AlarmStep",
    "FoundFinding",
    "Line",
    "Proposals",
    "Proposed",
    "RecordDraft",
    "Signal",
    "Understood",
    "accepted_of",
    "agreement",
    "alarm",
    "alarms",
    "draft_record",
    "fact_name",
    "find_findings",
    "first_emergency_at",
    "language_of",
    "name_of",
    "place_of",
    "proposals_of",
    "read_signals",
    "source_names",
    "standing",
    "standing_emergency",
    "steps_of",
    "tickets_of",
    "to_refer",
    "understood",
    "visible",
]
HOUSE = (Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR)


def accepted_of(patient_id: UUID, on: date) -> Mapping[str, Acceptance]:
    """What holds of a patient on a day, by ticket; the latest of each. For the check: not limited to an actor."""
    last = datetime.combine(on, time.max, tzinfo=SHANGHAI)
    since = last - timedelta(days=SILENT_DAYS + 1)
    rows = Acceptance.objects.filter(patient_id=patient_id, at__gt=since, at__lte=last).order_by("at")
    return {row.ticket: row for row in rows}


def visible(actor: Actor) -> QuerySet[CheckTicket]:
    """The tickets that the actor may see: a physician's own, those of the institution for its readers."""
    if actor.has(Role.SYSTEM):
        return CheckTicket.objects.all()
    seen = Q(pk__in=[])
    if actor.has(Role.PHYSICIAN):
        seen |= Q(actor_id=actor.id)
    if actor.has(*HOUSE):
        seen |= Q(institution_id__in=actor.institution_ids)
    return CheckTicket.objects.filter(seen)


def tickets_of(*, actor: Actor, subject_id: UUID) -> list[CheckTicket]:
    """The evidence kept of one prescription or visit, oldest first, as far as the actor may see it."""
    require(actor, READ_EVIDENCE)
    return list(visible(actor).filter(subject_id=subject_id).order_by("at", "id"))
