"""The other ends: cancelled before the hand-over, expired by the clock, taken back after the hand-over."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.access import DISPENSE, KEEP_CLOCK, OWN_PRESCRIPTION, WRITE_PRESCRIPTION
from xinglin.hospital.pharmacy.errors import ReturnNotAllowed, SameIdOtherContent
from xinglin.hospital.pharmacy.events import MedicineReturned, PrescriptionCancelled
from xinglin.hospital.pharmacy.models import Delivery, MedicineReturn, Prescription
from xinglin.hospital.pharmacy.reasons import reason
from xinglin.hospital.pharmacy.services.custody import add_custody
from xinglin.hospital.pharmacy.services.moving import locked, move, require_state
from xinglin.hospital.pharmacy.states import BEFORE_HAND_OVER, OUT_OF_THE_HOUSE, State

BATCH = 200
TEXT_MAX = 500


@transaction.atomic
def cancel_prescription(
    *, actor: Actor, prescription_id: UUID, reason_code: str, now: datetime, text: str = ""
) -> Prescription:
    """Cancel before the hand-over: by the prescriber, the patient or the pharmacy. Cancelled again changes nothing.

    Boxes go back on the shelf; a settlement is reversed by whoever hears PrescriptionCancelled. After the hand-over use
    `recall_parcel` or `return_medicine`. Raises InvalidInput, WrongStage.
    """
    reason("cancel", reason_code)
    if len(text) > TEXT_MAX:
        raise InvalidInput(field="text", reason=T(zh=f"最多 {TEXT_MAX} 字。", en=f"At most {TEXT_MAX} characters."))
    row = locked(actor, prescription_id)
    _may_cancel(actor, row)
    if row.state == State.CANCELLED:
        return row
    require_state(row, *BEFORE_HAND_OVER)
    _end(actor, row, State.CANCELLED, "cancel_prescription", reason_code, now)
    return row


def _may_cancel(actor: Actor, row: Prescription) -> None:
    """Prescriber, patient or guardian, pharmacist of the institution; others who may read get a plain no."""
    if actor.has(Role.SYSTEM):
        return
    if actor.has(Role.PATIENT) and actor.acts_for(row.patient_id):
        require(actor, OWN_PRESCRIPTION)
    elif actor.has(Role.PHYSICIAN) and row.prescriber_id == actor.practitioner_id:
        require(actor, WRITE_PRESCRIPTION)
    elif actor.has(Role.PHARMACIST) and row.institution_id in actor.institution_ids:
        require(actor, DISPENSE)
    else:
        raise NotAllowed(permission=WRITE_PRESCRIPTION.says)


def _end(actor: Actor, row: Prescription, after: State, verb: str, reason_code: str, now: datetime) -> None:
    stage = row.state
    settlement_id = row.settlement_id if stage == State.SETTLED else None
    move(row, after, verb=verb, actor=actor, now=now, detail={"reason": reason_code}, ended_reason=reason_code)
    publish(
        PrescriptionCancelled(
            prescription_id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            institution_id=row.institution_id,
            stage=stage,
            reason_code=reason_code,
            settlement_id=settlement_id,
            at=now,
        )
    )


def expire_prescriptions(*, actor: Actor, now: datetime) -> int:
    """End every prescription whose validity is over and that has not been handed over; returns how many.

    Each in its own transaction; one that somebody holds at the moment is left for the next run.
    """
    require(actor, KEEP_CLOCK)
    due = Prescription.objects.filter(state__in=[s.value for s in BEFORE_HAND_OVER], valid_until_at__lt=now)
    return sum(_expire(actor, pk, now) for pk in due.order_by("valid_until_at").values_list("id", flat=True)[:BATCH])


@transaction.atomic
def _expire(actor: Actor, prescription_id: UUID, now: datetime) -> bool:
    row = Prescription.objects.select_for_update(skip_locked=True).filter(id=prescription_id).first()
    if row is None or State(row.state) not in BEFORE_HAND_OVER or row.valid_until_at >= now:
        return False
    _end(actor, row, State.EXPIRED, "expire_prescriptions", "expired", now)
    return True


@transaction.atomic
def return_medicine(
    *, actor: Actor, prescription_id: UUID, return_id: UUID, reason_code: str, now: datetime, text: str = ""
) -> MedicineReturn:
    """Take medicine back that had left the house, or write off what was lost on its way: never to be sold again.

    The caller's `return_id` makes a retry the same deed. Raises ReturnNotAllowed for reasons that the law does not
    admit, InvalidInput, WrongStage. The settlement is reversed by whoever hears MedicineReturned.
    """
    require(actor, DISPENSE)
    why = reason("return", reason_code)
    if len(text) > TEXT_MAX:
        raise InvalidInput(field="text", reason=T(zh=f"最多 {TEXT_MAX} 字。", en=f"At most {TEXT_MAX} characters."))
    row = locked(actor, prescription_id)
    if row.institution_id not in actor.institution_ids:
        raise NotFound
    done = MedicineReturn.objects.filter(id=return_id).first()
    if done is not None:
        if done.prescription_id != prescription_id:
            raise SameIdOtherContent
        return done
    require_state(row, *OUT_OF_THE_HOUSE)
    if not why.allowed:
        raise ReturnNotAllowed(field="reason")
    return _take_back(actor, row, return_id, reason_code, text.strip(), now)


def _take_back(
    actor: Actor, row: Prescription, return_id: UUID, reason_code: str, text: str, now: datetime
) -> MedicineReturn:
    sold = row.packs.filter(sold_at__isnull=False, returned_at=None)
    codes = list(sold.order_by("code").values_list("code", flat=True))
    done = MedicineReturn(
        id=return_id,
        prescription=row,
        reason_code=reason_code,
        text=text,
        refund=True,
        codes=codes,
        by_id=actor.id,
        at=now,
    )
    done.save(force_insert=True)
    sold.update(returned_at=now)
    add_custody(row, "taken_back", holder=T(zh="药房", en="pharmacy"), at=now, now=now, source="house")
    Delivery.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now)
    detail = {"return_id": str(return_id), "reason": reason_code, "packs": len(codes)}
    move(row, State.TAKEN_BACK, verb="return_medicine", actor=actor, now=now, detail=detail, ended_reason=reason_code)
    assert row.settlement_id is not None  # nothing leaves the house unpaid; the database holds it
    publish(
        MedicineReturned(
            prescription_id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            institution_id=row.institution_id,
            settlement_id=row.settlement_id,
            reason_code=reason_code,
            refund=True,
            at=now,
        )
    )
    return done
