"""Two at once, over real connections: one box, one hand-over, one end."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

from django.db import connection
from tests.unit.pharmacy.world import World, a_code

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.models import HandOver, Prescription, Review, TracedPack


def together(*deeds: Callable[[], object]) -> list[str]:
    """Do deeds at the same instant, each in a thread with its own connection; what became of each, sorted."""
    start, said = Barrier(len(deeds)), []

    def one(deed: Callable[[], object]) -> None:
        try:
            start.wait(timeout=10)
            deed()
            said.append("done")
        except DomainError as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=one, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(said)


def test_one_box_is_picked_for_one_of_two_prescriptions(shared_world: World) -> None:
    world = shared_world
    first, second = world.approved(), world.approved()
    code = a_code()
    actor = world.pharmacist.actor

    def picking(row: Prescription) -> Callable[[], object]:
        codes = {row.lines.get().id: [code]}
        return lambda: services.pick(actor=actor, prescription_id=row.id, trace_codes=codes, now=world.later(5))

    assert together(picking(first), picking(second)) == ["dispensing.trace_code_taken", "done"]
    assert TracedPack.objects.filter(code=code).count() == 1
    assert sorted(Prescription.objects.values_list("state", flat=True)) == ["approved", "picked"]


def handing(world: World, row: Prescription, deed: UUID) -> Callable[[], Any]:
    """A hand-over at the counter under an id."""
    return lambda: services.hand_over(
        actor=world.pharmacist.actor,
        prescription_id=row.id,
        hand_over_id=deed,
        to="patient",
        recipient="测试",
        now=world.later(7),
    )


def test_two_hand_overs_at_once_are_one(shared_world: World) -> None:
    row = shared_world.settled()
    said = together(*(handing(shared_world, row, new_id()) for _ in range(4)))
    assert said == ["dispensing.already_handed_over"] * 3 + ["done"]
    assert HandOver.objects.count() == 1
    row.refresh_from_db()
    assert [step.after for step in row.steps.all()].count("handed_over") == 1


def test_a_retry_that_overtakes_is_the_same_hand_over(shared_world: World) -> None:
    row, deed = shared_world.settled(), new_id()
    assert together(*(handing(shared_world, row, deed) for _ in range(3))) == ["done"] * 3
    assert HandOver.objects.count() == 1


def test_cancelling_and_handing_over_at_once_leave_one_truth(shared_world: World) -> None:
    world = shared_world
    row = world.settled()

    def cancelling() -> None:
        services.cancel_prescription(
            actor=world.patient.actor, prescription_id=row.id, reason_code="price", now=world.later(7)
        )

    said = together(cancelling, handing(world, row, new_id()))
    row.refresh_from_db()
    assert said.count("done") == 1
    if row.state == "cancelled":
        assert not HandOver.objects.exists()
        assert row.packs.filter(sold_at=None, shelved_at__isnull=False).count() == 1
    else:
        assert row.state == "delivered"
        assert row.packs.filter(sold_at__isnull=False, shelved_at=None).count() == 1


def test_two_reviews_at_once_are_one(shared_world: World) -> None:
    world = shared_world
    row = world.issue()

    def reviewing(outcome: str, codes: list[str]) -> Callable[[], object]:
        return lambda: services.review_prescription(
            actor=world.pharmacist.actor,
            prescription_id=row.id,
            outcome=outcome,
            codes=codes,
            text="",
            now=world.later(3),
        )

    said = together(reviewing("approve", []), reviewing("return", ["2-1"]))
    assert said == ["done", "prescription.wrong_stage"]
    assert Review.objects.count() == 1


def test_paying_and_cancelling_at_once_never_lose_the_money(shared_world: World) -> None:
    world = shared_world
    row = world.picked()

    def paying() -> None:
        services.release(actor=world.patient.actor, prescription_id=row.id, settlement_id=new_id(), now=world.later(6))

    def cancelling() -> None:
        services.cancel_prescription(
            actor=world.patient.actor, prescription_id=row.id, reason_code="price", now=world.later(6)
        )

    said = together(paying, cancelling)
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert said in (["done", "done"], ["dispensing.already_released", "done"], ["done", "prescription.wrong_stage"])
    if row.settlement_id is not None:
        assert said == ["done", "done"], "released first, then cancelled with the settlement named in the event"
