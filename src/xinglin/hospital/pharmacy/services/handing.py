"""Handing over: once, after settlement, judged at control; to the patient at the counter or to the courier."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.pharmacy import law
from xinglin.hospital.pharmacy.access import DISPENSE
from xinglin.hospital.pharmacy.errors import AlreadyHandedOver, NotPaidYet, RecipientUnknown, SameIdOtherContent
from xinglin.hospital.pharmacy.events import PrescriptionDelivered, PrescriptionDispensed
from xinglin.hospital.pharmacy.facts import review_facts
from xinglin.hospital.pharmacy.gate import find
from xinglin.hospital.pharmacy.models import HandOver, Prescription
from xinglin.hospital.pharmacy.services.custody import add_custody
from xinglin.hospital.pharmacy.services.delivering import book_courier
from xinglin.hospital.pharmacy.services.moving import locked, move, require_state, require_valid
from xinglin.hospital.pharmacy.states import State
from xinglin.supervision.facts import Stage

NAME_MAX = 60


def hand_over(
    *, actor: Actor, prescription_id: UUID, hand_over_id: UUID, to: str, now: datetime, recipient: str = ""
) -> HandOver:
    """Hand the medicine over, once. `to`: 'courier' (where the patient asked for delivery) or 'patient'.

    The caller's `hand_over_id` makes a retry the same deed. Raises NotPaidYet, AlreadyHandedOver, RecipientUnknown,
    CourierUnavailable, PrescriptionExpired, DispensingRefused (rules B07 to B09, G12, J01 to J06), CheckerDown.
    """
    require(actor, DISPENSE)
    row = find(actor, prescription_id)
    if row.institution_id not in actor.institution_ids:
        raise NotFound
    done = _already(prescription_id, hand_over_id)
    if done is not None:
        return done
    _check(row, to, recipient, now)
    _control(actor, row, now)
    carrier = book_courier(actor=actor, prescription_id=prescription_id, now=now) if to == "courier" else ""
    with transaction.atomic():
        row = locked(actor, prescription_id)
        done = _already(prescription_id, hand_over_id)
        if done is not None:
            return done
        deed = _write(actor, row, hand_over_id, to, carrier or recipient.strip(), now)
        oversight.link_verdicts(actor=actor, subject_id=prescription_id, deed_id=hand_over_id, now=now)
    return deed


def _already(prescription_id: UUID, hand_over_id: UUID) -> HandOver | None:
    """The same deed done before; another deed's hand-over is refused."""
    same = HandOver.objects.filter(id=hand_over_id).first()
    if same is not None:
        if same.prescription_id != prescription_id:
            raise SameIdOtherContent
        return same
    other = HandOver.objects.filter(prescription_id=prescription_id).first()
    if other is not None:
        raise AlreadyHandedOver(at=other.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))
    return None


def _check(row: Prescription, to: str, recipient: str, now: datetime) -> None:
    if to not in {"patient", "courier"}:
        raise InvalidInput(field="to", reason=T(zh="请选择交给患者或配送员。", en="Choose the patient or the courier."))
    if row.state in {State.APPROVED, State.PICKED}:
        raise NotPaidYet
    require_state(row, State.SETTLED)
    require_valid(row, now)
    delivery = getattr(row, "delivery", None)
    if to == "courier" and (delivery is None or delivery.way != "courier"):
        raise RecipientUnknown
    if to == "patient" and not 1 <= len(recipient.strip()) <= NAME_MAX:
        reason = T(zh="请写明取药人姓名。", en="Write who collects the medicine.")
        raise InvalidInput(field="recipient", reason=reason)


def _control(actor: Actor, row: Prescription, now: datetime) -> None:
    law.require_checker(now)
    packs = list(row.packs.filter(shelved_at=None).order_by("code"))
    case = law.stage_case(
        row,
        Stage.DISPENSED,
        review=review_facts(list(row.reviews.all())),
        now=now,
        left_at=now,
        packs=packs,
    )
    law.control(actor, row, case, law.AT_HAND_OVER, now)


def _write(actor: Actor, row: Prescription, hand_over_id: UUID, to: str, holder: str, now: datetime) -> HandOver:
    require_state(row, State.SETTLED)
    deed = HandOver(id=hand_over_id, prescription=row, to=to, recipient=holder[:NAME_MAX], by_id=actor.id, at=now)
    deed.save(force_insert=True)
    row.packs.filter(shelved_at=None).update(sold_at=now)
    detail = {"hand_over_id": str(hand_over_id), "to": to}
    move(row, State.HANDED_OVER, verb="hand_over", actor=actor, now=now, detail=detail)
    assert row.settlement_id is not None  # the state SETTLED means so, and the database holds it
    publish(
        PrescriptionDispensed(
            prescription_id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            institution_id=row.institution_id,
            settlement_id=row.settlement_id,
            to=to,
            at=now,
        )
    )
    add_custody(row, "handed_over", holder=T(zh=holder, en=holder), at=now, now=now, source="house")
    if to == "patient":
        add_custody(row, "delivered", holder=T(zh=holder, en=holder), at=now, now=now, source="house")
        deliver(actor, row, verb="hand_over", now=now)
    return deed


def deliver(actor: Actor, row: Prescription, *, verb: str, now: datetime) -> None:
    """The medicine is in the patient's hands: the last state of a good course."""
    move(row, State.DELIVERED, verb=verb, actor=actor, now=now)
    delivery = getattr(row, "delivery", None)
    if delivery is not None:
        delivery.state = "delivered"
        delivery.ended_at = now
        delivery.save(update_fields=["state", "ended_at"])
    publish(
        PrescriptionDelivered(
            prescription_id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            institution_id=row.institution_id,
            at=now,
        )
    )
