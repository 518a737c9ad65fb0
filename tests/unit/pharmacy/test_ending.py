"""Delivery and the other ends: the courier's answers, cancel and return at every stage, expiry."""

from datetime import timedelta
from typing import Any

import pytest
from tests import builders as make
from tests.unit.pharmacy.world import World, a_line

from xinglin.hospital.interop.courier.mock import DemoCourier
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.ports import bind
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.errors import (
    CourierUnavailable,
    ReturnNotAllowed,
    TraceCodeTaken,
    WrongStage,
)
from xinglin.hospital.pharmacy.events import MedicineReturned, PrescriptionCancelled
from xinglin.hospital.pharmacy.models import Delivery, HandOver, MedicineReturn, Prescription
from xinglin.hospital.pharmacy.ports import Courier
from xinglin.hospital.pharmacy.services import delivering, ending

CLOCK = system_actor("test-clock")
HOUR = 60


@pytest.fixture(autouse=True)
def hours() -> None:
    """A courier for whom an hour is an hour."""
    bind(Courier, DemoCourier(timedelta(hours=1)))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events that ending publishes."""
    events: list[Any] = []
    monkeypatch.setattr(ending, "publish", events.append)
    return events


def follow(world: World, minutes: int) -> int:
    """The clock looks at every parcel at an instant."""
    return services.follow_deliveries(actor=CLOCK, now=world.later(minutes))


def cancel(world: World, row: Prescription, who: make.Someone, code: str = "patient-request") -> Prescription:
    """Cancelled eight minutes after NOW."""
    services.cancel_prescription(
        actor=who.at(world.later(8)), prescription_id=row.id, reason_code=code, now=world.later(8)
    )
    row.refresh_from_db()
    return row


def give_back(world: World, row: Prescription, code: str = "quality", at: int = 9, **changes: Any) -> MedicineReturn:
    """Taken back by the pharmacy."""
    values: dict[str, Any] = {"return_id": new_id(), "text": ""}
    return services.return_medicine(
        actor=world.pharmacist.actor,
        prescription_id=row.id,
        reason_code=code,
        now=world.later(at),
        **(values | changes),
    )


# DELIVERY


def test_a_parcel_reaches_the_door_by_a_chain_without_gaps(world: World) -> None:
    row = world.sent()
    delivery = Delivery.objects.get(prescription=row)
    assert (row.state, delivery.state) == ("handed_over", "booked")
    assert row.hand_over.recipient.endswith(delivery.waybill)
    assert follow(world, 8) == 0
    assert follow(world, 7 * HOUR) == 1
    row.refresh_from_db()
    assert row.state == "handed_over"
    assert follow(world, 24 * HOUR) == 1
    row.refresh_from_db()
    assert row.state == "delivered"
    kinds = [step.kind for step in row.custody.all()]
    assert kinds == ["handed_over", "collected", "in_transit", "at_station", "out_for_delivery", "delivered"]
    assert [step.seq for step in row.custody.all()] == [1, 2, 3, 4, 5, 6]
    assert follow(world, 48 * HOUR) == 0


def test_the_patient_confirms_and_the_courier_adds_nothing_twice(world: World) -> None:
    row = world.sent()
    for _ in range(2):
        services.confirm_receipt(actor=world.patient.actor, prescription_id=row.id, now=world.later(9))
    row.refresh_from_db()
    assert row.state == "delivered"
    assert follow(world, 30 * HOUR) == 0
    assert [step.kind for step in row.custody.all()] == ["handed_over", "delivered"]
    with pytest.raises(NotFound):
        services.confirm_receipt(actor=make.a_patient().actor, prescription_id=row.id, now=world.later(9))


@pytest.mark.parametrize("address", ["停运路 1 号，测试市", "超区路 1 号，测试市"])
def test_a_courier_that_does_not_take_it_leaves_the_medicine_at_the_desk(world: World, address: str) -> None:
    row = world.settled(address=address)
    with pytest.raises(CourierUnavailable):
        world.hand_over(row, to="courier")
    row.refresh_from_db()
    assert row.state == "settled"
    assert not HandOver.objects.exists()
    assert Delivery.objects.get().waybill is None
    assert world.hand_over(row, at=8).state == "delivered", "it can be collected instead"


def test_a_parcel_refused_at_the_door_comes_back_and_is_paid_back(world: World, told: list[Any]) -> None:
    row = world.sent("测试市拒收路 5 号")
    follow(world, 50 * HOUR)
    assert [sheet.row.id for sheet in selectors.coming_back(actor=world.pharmacist.actor)] == [row.id]
    give_back(world, row, "undeliverable", at=51 * HOUR)
    row.refresh_from_db()
    assert row.state == "taken_back"
    (event,) = told
    assert isinstance(event, MedicineReturned)
    assert (event.settlement_id, event.refund) == (row.settlement_id, True)


def test_a_parcel_is_called_back_once(world: World) -> None:
    row = world.sent()
    bill = services.recall_parcel(actor=world.doctor.actor, prescription_id=row.id, now=world.later(60))
    again = services.recall_parcel(actor=world.pharmacist.actor, prescription_id=row.id, now=world.later(61))
    assert again.number == bill.number
    follow(world, 20 * HOUR)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.return_waybill) == ("returned", bill.number)
    give_back(world, row, "safety-stop", at=21 * HOUR)
    with pytest.raises(NotAllowed):
        services.recall_parcel(actor=world.patient.actor, prescription_id=row.id, now=world.later(60))


def test_what_has_arrived_is_not_called_back(world: World) -> None:
    row = world.sent()
    with pytest.raises(CourierUnavailable):
        services.recall_parcel(actor=world.pharmacist.actor, prescription_id=row.id, now=world.later(30 * HOUR))
    at_counter = world.hand_over(world.settled())
    with pytest.raises(WrongStage):
        services.recall_parcel(actor=world.pharmacist.actor, prescription_id=at_counter.id, now=world.later(9))


def test_a_courier_that_is_silent_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = world.sent()

    def silent(*_: object, **__: object) -> None:
        raise delivering.CourierDown

    with monkeypatch.context() as patch:
        patch.setattr(DemoCourier, "track", silent)
        assert follow(world, 24 * HOUR) == 0
    assert follow(world, 25 * HOUR) == 1
    row.refresh_from_db()
    assert row.state == "delivered"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"way": "balloon"}, ["way"]),
        ({"name": " "}, ["name"]),
        ({"phone": "12"}, ["phone"]),
        ({"phone": "一三九"}, ["phone"]),
        ({"address": "近"}, ["address"]),
        ({"name": "", "phone": "", "address": ""}, ["name", "phone", "address"]),
    ],
)
def test_every_wrong_field_of_a_delivery_is_named(world: World, changes: dict[str, str], fields: list[str]) -> None:
    row = world.approved()
    values = {"way": "courier", "name": "测试", "phone": "13900000001", "address": "测试市测试路 1 号"}
    with pytest.raises(InvalidForm) as refusal:
        services.choose_delivery(
            actor=world.patient.actor, prescription_id=row.id, now=world.later(5), **(values | changes)
        )
    assert [error.field for error in refusal.value.errors] == fields
    assert not Delivery.objects.exists()


def test_the_address_is_sealed_and_shown_to_those_concerned_only(world: World) -> None:
    row = world.settled(address="测试市秘密路 7 号")
    assert "秘密".encode() not in bytes(Delivery.objects.get().place_sealed)
    place = selectors.place(actor=world.pharmacist.actor, prescription_id=row.id)
    assert place is not None
    assert place.address == "测试市秘密路 7 号"
    last = selectors.last_place(actor=world.patient.actor, patient_id=row.patient_id)
    assert last == place
    with pytest.raises(NotFound):
        selectors.last_place(actor=world.pharmacist.actor, patient_id=row.patient_id)
    with pytest.raises(NotFound):
        selectors.place(actor=make.a_patient().actor, prescription_id=row.id)


def test_it_is_too_late_to_choose_when_the_medicine_has_left(world: World) -> None:
    row = world.sent()
    with pytest.raises(WrongStage):
        world.choose(row)


# CANCELLED


@pytest.mark.parametrize("stage", ["issue", "approved", "picked", "settled"])
def test_cancelling_at_every_stage_has_its_consequence(world: World, told: list[Any], stage: str) -> None:
    row = getattr(world, stage)()
    before = row.state
    codes = [pack.code for pack in row.packs.all()]
    cancel(world, row, world.patient)
    assert (row.state, row.ended_reason) == ("cancelled", "patient-request")
    (event,) = told
    assert isinstance(event, PrescriptionCancelled)
    assert (event.stage, event.settlement_id) == (before, row.settlement_id)
    assert (event.settlement_id is not None) == (before == "settled"), "what was paid is to be paid back"
    assert all(pack.shelved_at is not None for pack in row.packs.all())
    if codes:
        again = world.approved(world.draft(lines=[a_line()]))
        assert world.pick(again, {again.lines.get().id: codes}).state == "picked", "the box is on the shelf again"
    cancel(world, row, world.patient)
    assert len(told) == 1, "cancelled again changes nothing"


def test_who_may_cancel(world: World) -> None:
    for someone in (world.doctor, world.patient, world.pharmacist):
        assert cancel(world, world.issue(world.draft()), someone).state == "cancelled"
    row = world.issue(world.draft())
    for stranger in (make.a_patient(), make.a_physician()):
        with pytest.raises(NotFound):
            cancel(world, row, stranger)
    with pytest.raises(NotAllowed):
        cancel(world, row, make.a_medical_affairs_officer())
    with pytest.raises(InvalidInput):
        cancel(world, row, world.patient, "whim")
    row.refresh_from_db()
    assert row.state == "signed"


@pytest.mark.parametrize("made", ["sent", "handed"])
def test_what_has_left_the_house_is_not_cancelled(world: World, made: str) -> None:
    row = world.sent() if made == "sent" else world.hand_over(world.settled())
    with pytest.raises(WrongStage):
        cancel(world, row, world.patient)


# TAKEN BACK


def test_taken_back_medicine_is_paid_back_and_never_sold_again(world: World, told: list[Any]) -> None:
    row = world.hand_over(world.settled())
    code = row.packs.get().code
    done = give_back(world, row, text="片剂变色")
    row.refresh_from_db()
    assert (row.state, done.codes) == ("taken_back", [code])
    assert row.packs.get().returned_at == world.later(9)
    (event,) = told
    assert (event.settlement_id, event.reason_code) == (row.settlement_id, "quality")
    again = world.approved(world.draft())
    with pytest.raises(TraceCodeTaken):
        world.pick(again, {again.lines.get().id: [code]})


def test_a_return_is_one_deed(world: World, told: list[Any]) -> None:
    row, deed = world.hand_over(world.settled()), new_id()
    give_back(world, row, return_id=deed)
    give_back(world, row, return_id=deed)
    assert MedicineReturn.objects.count() == len(told) == 1
    with pytest.raises(WrongStage):
        give_back(world, row)


def test_the_law_forbids_taking_back_what_is_only_not_wanted(world: World) -> None:
    row = world.hand_over(world.settled())
    with pytest.raises(ReturnNotAllowed):
        give_back(world, row, "not-wanted")
    with pytest.raises(InvalidInput):
        give_back(world, row, "because")
    row.refresh_from_db()
    assert row.state == "delivered"
    assert not MedicineReturn.objects.exists()


@pytest.mark.parametrize("stage", ["issue", "approved", "picked", "settled"])
def test_nothing_is_taken_back_that_has_not_left(world: World, stage: str) -> None:
    with pytest.raises(WrongStage):
        give_back(world, getattr(world, stage)())


def test_only_the_pharmacy_takes_back(world: World) -> None:
    row = world.hand_over(world.settled())
    away = make.a_pharmacist(institution=make.an_institution(kind="pharmacy"))
    values = {"prescription_id": row.id, "return_id": new_id(), "reason_code": "quality", "now": world.later(9)}
    with pytest.raises(NotFound):
        services.return_medicine(actor=away.actor, **values)
    for someone in (world.patient, world.doctor):
        with pytest.raises(NotAllowed):
            services.return_medicine(actor=someone.actor, **values)


# EXPIRED


@pytest.mark.parametrize("stage", ["issue", "approved", "picked", "settled"])
def test_what_is_not_handed_over_in_time_expires(world: World, told: list[Any], stage: str) -> None:
    row = getattr(world, stage)()
    assert services.expire_prescriptions(actor=CLOCK, now=row.valid_until_at) == 0
    assert services.expire_prescriptions(actor=CLOCK, now=row.valid_until_at + timedelta(seconds=1)) == 1
    row.refresh_from_db()
    assert (row.state, row.ended_reason) == ("expired", "expired")
    (event,) = told
    assert (event.reason_code, event.settlement_id) == ("expired", row.settlement_id)
    assert all(pack.shelved_at is not None for pack in row.packs.all())
    assert services.expire_prescriptions(actor=CLOCK, now=row.valid_until_at + timedelta(days=1)) == 0


def test_what_was_handed_over_does_not_expire(world: World) -> None:
    row = world.sent()
    assert services.expire_prescriptions(actor=CLOCK, now=row.valid_until_at + timedelta(days=9)) == 0


def test_only_the_system_keeps_the_clocks(world: World) -> None:
    for someone in (world.pharmacist, world.doctor, world.patient):
        with pytest.raises(NotAllowed):
            services.expire_prescriptions(actor=someone.actor, now=world.later(0))
        with pytest.raises(NotAllowed):
            services.follow_deliveries(actor=someone.actor, now=world.later(0))
