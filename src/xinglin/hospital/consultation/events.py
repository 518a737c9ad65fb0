"""What happened in the consultation. Ids and plain values only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.events import Event


@dataclass(frozen=True, slots=True)
class VisitRequested(Event):
    """A patient asked for a visit; the fee is to be taken or held."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    fee_code: str
    fee_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitStarted(Event):
    """The authenticated physician opened the visit."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class FirstReplySent(Event):
    """The physician's first substantive reply: the promise is kept when `at` is not after `promised_by_at`."""

    visit_id: UUID
    physician_id: UUID
    promised_by_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordSigned(Event):
    """The record was signed and is locked."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitEnded(Event):
    """The visit came to its regular end."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitReferred(Event):
    """Online care stopped; the patient was sent to a physical institution. `fee_due`: the visit had begun."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    reason: str
    fee_due: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitCancelled(Event):
    """The visit was given up before it began; a fee that was taken goes back."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitPromiseNudged(Event):
    """Half of the promised time has passed without a reply."""

    visit_id: UUID
    physician_id: UUID
    institution_id: UUID
    promised_by_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitPromiseEscalated(Event):
    """The promised time has passed without a reply; the desk of medical affairs knows."""

    visit_id: UUID
    physician_id: UUID
    institution_id: UUID
    promised_by_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitPromiseBroken(Event):
    """The last instant of the promise passed: the visit is closed, the fee goes back without being asked for."""

    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    fee_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LiveVisitStarted(Event):
    """Both sides were there for the first time, by picture or voice."""

    session_id: UUID
    visit_id: UUID
    physician_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class LiveVisitEnded(Event):
    """The call is over. `seconds`: both there, pauses not counted."""

    session_id: UUID
    visit_id: UUID
    physician_id: UUID
    institution_id: UUID
    reason: str
    seconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LiveDoubtRaised(Event):
    """Continuous verification saw something on a side of a live visit; `deed` is what policy did about it."""

    session_id: UUID
    visit_id: UUID
    institution_id: UUID
    side: str
    kind: str
    level: str
    deed: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LiveDoubtLifted(Event):
    """A match, or a face check that was passed, lifted the doubts about a side."""

    session_id: UUID
    visit_id: UUID
    institution_id: UUID
    side: str
    at: datetime
