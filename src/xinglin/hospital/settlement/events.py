"""What happened to money. Ids and amounts in fen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ClaimSettled(Event):
    """A claim was settled and the money has moved. `prescription_id` is empty for a visit fee."""

    settlement_id: UUID
    claim_id: UUID
    visit_id: UUID
    prescription_id: UUID | None
    patient_id: UUID
    institution_id: UUID
    total_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimReversed(Event):
    """A settlement was taken back: a negative settlement stands beside it and the money went back."""

    settlement_id: UUID
    reversal_id: UUID
    claim_id: UUID
    visit_id: UUID
    patient_id: UUID
    institution_id: UUID
    reason: str
    fund_fen: int
    account_fen: int
    cash_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitFeeRefunded(Event):
    """The fee of a visit went back to the patient."""

    visit_id: UUID
    patient_id: UUID
    institution_id: UUID
    fee_fen: int
    reason: str
    at: datetime
