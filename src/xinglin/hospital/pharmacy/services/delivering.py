"""Delivery: where the patient wants the medicine, the courier's order, its news, receipt, and calling a parcel back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.access import DISPENSE, KEEP_CLOCK, OWN_PRESCRIPTION
from xinglin.hospital.pharmacy.errors import CourierUnavailable, RecipientUnknown, WrongStage
from xinglin.hospital.pharmacy.gate import find
from xinglin.hospital.pharmacy.models import Delivery, Prescription
from xinglin.hospital.pharmacy.places import checked, place_of, sealed
from xinglin.hospital.pharmacy.ports import Courier, CourierDeclines, CourierDown, News, Parcel, Waybill
from xinglin.hospital.pharmacy.services.custody import add_custody
from xinglin.hospital.pharmacy.services.moving import locked, require_state, wake
from xinglin.hospital.pharmacy.states import BEFORE_HAND_OVER, State

LOOK_EVERY = timedelta(seconds=50)
BATCH = 200
NO_ANSWER = T(zh="没有应答", en="no answer")
ENDS = {"delivered", "lost", "returned"}


@transaction.atomic
def choose_delivery(
    *, actor: Actor, prescription_id: UUID, way: str, name: str, phone: str, address: str, now: datetime
) -> Delivery:
    """The patient says how and where: 'courier' or 'counter'. May be changed until a courier is booked.

    Raises InvalidForm for wrong fields, WrongStage when it is too late.
    """
    require(actor, OWN_PRESCRIPTION)
    place = checked(way, name, phone, address)
    row = locked(actor, prescription_id)
    if not actor.acts_for(row.patient_id):
        raise NotFound
    require_state(row, *BEFORE_HAND_OVER)
    delivery = Delivery.objects.filter(prescription=row).first() or Delivery(prescription=row)
    if delivery.waybill is not None:
        raise WrongStage(state=State(row.state).label)
    delivery.way, delivery.place_sealed, delivery.chosen_at, delivery.state = way, sealed(place), now, "chosen"
    delivery.save()
    wake(row)
    return delivery


def book_courier(*, actor: Actor, prescription_id: UUID, now: datetime) -> str:
    """Order the courier for a paid prescription; returns the carrier and waybill in words.

    The answer is stored by itself, so that a later failure never books twice. Raises RecipientUnknown, WrongStage,
    CourierUnavailable.
    """
    require(actor, DISPENSE)
    row = find(actor, prescription_id)
    require_state(row, State.SETTLED)
    delivery = Delivery.objects.filter(prescription=row, way="courier").first()
    if delivery is None:
        raise RecipientUnknown
    if delivery.waybill is not None:
        return f"{delivery.carrier} {delivery.waybill}"
    place = place_of(delivery)
    parcel = Parcel(row.id, place.name, place.phone, place.address, row.packs.filter(shelved_at=None).count())
    try:
        bill = outside(Courier).book(parcel, now=now)
    except CourierDown as error:
        raise CourierUnavailable(why=NO_ANSWER) from error
    except CourierDeclines as error:
        raise CourierUnavailable(why=error.why) from error
    changed = Delivery.objects.filter(prescription=row, waybill=None).update(
        carrier=bill.carrier, waybill=bill.number, booked_at=now, looked_at=now, state="booked"
    )
    return f"{bill.carrier} {bill.number}" if changed else book_courier(actor=actor, prescription_id=row.id, now=now)


def follow_deliveries(*, actor: Actor, now: datetime) -> int:
    """Ask the courier about every parcel on its way and write down what is new; returns how many parcels had news.

    A courier that does not answer is asked again next time.
    """
    require(actor, KEEP_CLOCK)
    due = Delivery.objects.filter(
        way="courier", ended_at=None, waybill__isnull=False, looked_at__lte=now - LOOK_EVERY
    ).order_by("looked_at")
    return sum(_follow(actor, prescription_id, now) for prescription_id in due.values_list("pk", flat=True)[:BATCH])


def _follow(actor: Actor, prescription_id: UUID, now: datetime) -> bool:
    delivery = Delivery.objects.get(pk=prescription_id)
    try:
        news = outside(Courier).track(delivery.return_waybill or delivery.waybill or "", now=now)
    except (CourierDown, CourierDeclines):
        news = []
    with transaction.atomic():
        row = locked(actor, prescription_id)
        Delivery.objects.filter(pk=prescription_id).update(looked_at=now)
        return _record(actor, row, news, now) if row.state == State.HANDED_OVER else False


def _record(actor: Actor, row: Prescription, news: list[News], now: datetime) -> bool:
    from xinglin.hospital.pharmacy.services.handing import deliver

    known = {(step.kind, step.at) for step in row.custody.filter(source="courier")}
    fresh = [item for item in news if (item.kind, item.at) not in known]
    for item in fresh:
        add_custody(row, item.kind, holder=item.holder, at=item.at, now=now, source="courier", place=item.place)
    if not fresh:
        return False
    last = fresh[-1].kind
    ended = now if last in ENDS else None
    Delivery.objects.filter(pk=row.pk).update(state=last, ended_at=ended)
    row.refresh_from_db()
    if last == "delivered":
        deliver(actor, row, verb="follow_deliveries", now=now)
    else:
        wake(row)
    return True


@transaction.atomic
def confirm_receipt(*, actor: Actor, prescription_id: UUID, now: datetime) -> Prescription:
    """The patient says that the medicine has arrived. Saying it again changes nothing. Raises WrongStage."""
    from xinglin.hospital.pharmacy.services.handing import deliver

    require(actor, OWN_PRESCRIPTION)
    row = locked(actor, prescription_id)
    if not actor.acts_for(row.patient_id):
        raise NotFound
    if row.state == State.DELIVERED:
        return row
    require_state(row, State.HANDED_OVER)
    add_custody(row, "delivered", holder=T(zh="患者", en="patient"), at=now, now=now, source="patient")
    deliver(actor, row, verb="confirm_receipt", now=now)
    return row


def recall_parcel(*, actor: Actor, prescription_id: UUID, now: datetime) -> Waybill:
    """Call a parcel back that is on its way; the desk takes the medicine back when it has come home.

    By the pharmacy, or by the prescriber when the medicine must not be taken. Raises WrongStage, CourierUnavailable.
    """
    row = find(actor, prescription_id)
    mine = actor.has(Role.PHYSICIAN) and row.prescriber_id == actor.practitioner_id
    if not mine:
        require(actor, DISPENSE)
    require_state(row, State.HANDED_OVER)
    delivery = Delivery.objects.filter(prescription=row, way="courier", waybill__isnull=False).first()
    if delivery is None:
        raise WrongStage(state=State.HANDED_OVER.label)
    if delivery.return_waybill:
        return Waybill(delivery.carrier, delivery.return_waybill)
    try:
        bill = outside(Courier).recall(delivery.waybill or "", now=now)
    except CourierDown as error:
        raise CourierUnavailable(why=NO_ANSWER) from error
    except CourierDeclines as error:
        raise CourierUnavailable(why=error.why) from error
    with transaction.atomic():
        row = locked(actor, prescription_id)
        require_state(row, State.HANDED_OVER)
        Delivery.objects.filter(pk=row.pk).update(return_waybill=bill.number, state="returning", ended_at=None)
        add_custody(row, "recalled", holder=_plain(bill.carrier), at=now, now=now, source="house")
        note_recall(row, actor, bill, now)
    return bill


def note_recall(row: Prescription, actor: Actor, bill: Waybill, now: datetime) -> None:
    """A recall changes no state; it is journaled and announced all the same."""
    from xinglin.hospital.kernel import journal

    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="recall_parcel",
        object_type="prescription",
        object_id=row.id,
        now=now,
        detail={"return_waybill": bill.number},
    )
    wake(row)


def _plain(name: str) -> T:
    """A proper name is the same in both languages."""
    return T(zh=name, en=name)
