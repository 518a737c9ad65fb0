"""What happened to a prescription, for the modules above. Ids, codes and instants only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PrescriptionIssued(Event):
    """A physician signed a prescription; it waits for the pharmacist."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    prescriber_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PrescriptionReviewed(Event):
    """A pharmacist approved a prescription, or asked its prescriber (`outcome`: approve, ask, refuse)."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    reviewer_id: UUID
    institution_id: UUID
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PrescriptionReturned(Event):
    """A pharmacist returned a prescription to its prescriber, who has to write another."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    prescriber_id: UUID
    reviewer_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PrescriptionPicked(Event):
    """Every box stands ready under its trace code; the patient can pay now."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    institution_id: UUID
    total_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PrescriptionDispensed(Event):
    """The medicine left the house, once: to the patient or to the courier (`to`: patient, courier)."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    institution_id: UUID
    settlement_id: UUID
    to: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PrescriptionDelivered(Event):
    """The medicine is in the patient's hands."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    institution_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PrescriptionCancelled(Event):
    """It will not be dispensed: cancelled or expired from the state `stage`. A settlement named here is reversed."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    institution_id: UUID
    stage: str
    reason_code: str
    settlement_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class MedicineReturned(Event):
    """Medicine that had left the house came back or was lost; `refund`: the settlement is to be reversed."""

    prescription_id: UUID
    visit_id: UUID
    patient_id: UUID
    institution_id: UUID
    settlement_id: UUID
    reason_code: str
    refund: bool
    at: datetime
