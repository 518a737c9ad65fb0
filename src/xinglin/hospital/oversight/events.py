"""What happened to findings and points. Ids and plain values only."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinglin.hospital.kernel.events import Event


@dataclass(frozen=True, slots=True)
class FindingNotified(Event):
    """A provider was told of a finding and may state its case until `due_at`."""

    case_id: UUID
    verdict_id: UUID
    institution_id: UUID
    practitioner_id: UUID | None
    due_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class FindingDecided(Event):
    """A finding was decided (`decision`: upheld, partly, rejected); `owed_fen` of the fund's money are to come back.

    `on_appeal`: it replaces the decision before.
    """

    case_id: UUID
    verdict_id: UUID
    institution_id: UUID
    decision: str
    owed_fen: int
    on_appeal: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionBecameFinal(Event):
    """Nobody appealed a decision in time: it stands for good, and what it owes is owed."""

    case_id: UUID
    verdict_id: UUID
    institution_id: UUID
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FindingAppealed(Event):
    """A decision was appealed; the regulator decides until `due_at`."""

    case_id: UUID
    verdict_id: UUID
    institution_id: UUID
    due_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class FindingOverdue(Event):
    """A finding passed the time of its state; whoever is to act next is late."""

    case_id: UUID
    verdict_id: UUID
    institution_id: UUID
    state: str
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PointsReachedStop(Event):
    """A practitioner's points of a year reached a level at which the fund no longer pays for their services.

    `ends`: the payment right ends for a term; otherwise it is suspended. The days are inclusive.
    """

    stop_id: UUID
    practitioner_id: UUID
    level: int
    ends: bool
    from_on: date
    until_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class PointsFellBelowStop(Event):
    """Points were taken back, and a stop that followed from them no longer holds."""

    stop_id: UUID
    practitioner_id: UUID
    level: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleSwitched(Event):
    """From a day on, in a territory (empty: everywhere), a rule is used in another way: active, shadow, suspended."""

    rule: str
    use: str
    from_on: date
    territory: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LimitPutInForce(Event):
    """From a day on, in a territory (empty: everywhere), a limit of a rule has another value. Never for days past."""

    change_id: UUID
    rule: str
    limit: str
    territory: str
    from_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditStored(Event):
    """The verdicts of an audit were stored; `view`: with what was known then, or in hindsight."""

    run_id: UUID
    key: str
    view: str
    findings: int
    at: datetime
