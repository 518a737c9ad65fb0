"""When the insurer is silent or a process dies: asked after, adopted, undone, finished, let go; never half-paid."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.unit.pharmacy.world import NOW
from tests.unit.settlement.world import CASHIER

from xinglin.hospital.interop.models import InsurerEntry
from xinglin.hospital.ledger.readdition import add_again
from xinglin.hospital.pharmacy.states import State
from xinglin.hospital.settlement import errors, selectors, services
from xinglin.hospital.settlement.models import Claim, InsurerCallStep, Settlement
from xinglin.hospital.settlement.services import settling
from xinglin.hospital.settlement.words import ClaimState

if TYPE_CHECKING:
    from tests.unit.settlement.world import World

# Moods of the insurer call by call, what the payer sees, steps on paper, and how it stands at last.
TABLE = [
    (["up"], None, ["sent", "accepted"], "settled"),
    (["down"], errors.InsurerUnreachable, ["sent", "unreached"], "given_up"),
    (["silent", "up"], None, ["sent", "timed_out", "found"], "settled"),
    (["lost", "up", "up"], errors.InsurerUnreachable, ["sent", "timed_out", "absent", "undone"], "given_up"),
    (["silent", "down"], errors.PaymentUncertain, ["sent", "timed_out", "query_failed"], "reserved"),
    (["lost", "silent"], errors.PaymentUncertain, ["sent", "timed_out", "query_failed"], "reserved"),
    (["lost", "up", "down"], errors.PaymentUncertain, ["sent", "timed_out", "absent", "undo_failed"], "reserved"),
]


@pytest.mark.parametrize(("moods", "refusal", "steps", "state"), TABLE)
def test_every_way_a_call_can_go(world: "World", moods, refusal, steps, state) -> None:  # type: ignore[no-untyped-def]
    world.insure(account=300)
    world.qualify()
    row = world.to_pay()
    world.insurer.moods = list(moods)
    if refusal is None:
        world.settle(row)
    else:
        with pytest.raises(refusal):
            world.settle(row)
    assert list(InsurerCallStep.objects.order_by("at", "id").values_list("step", flat=True)) == steps
    assert Claim.objects.get().state == state
    row.refresh_from_db()
    assert row.state == (State.SETTLED if state == "settled" else State.PICKED)
    assert Settlement.objects.exists() is (state == "settled")
    account = world.holds(f"person:{world.patient.person_id}")
    assert (account == (300, 300)) is (state == "given_up")
    assert add_again().adds_up


@pytest.mark.parametrize(("moods", "later", "state"), [
    (["silent", "down"], ["up"], ClaimState.SETTLED),
    (["lost", "silent"], ["up", "up"], ClaimState.GIVEN_UP),
    (["lost", "up", "down"], ["up", "up"], ClaimState.GIVEN_UP),
    (["silent", "down"], ["down"], ClaimState.RESERVED),
])  # fmt: skip
def test_the_worker_decides_what_was_uncertain(world: "World", moods, later, state) -> None:  # type: ignore[no-untyped-def]
    world.insure()
    row = world.to_pay()
    world.insurer.moods = [*moods]
    with pytest.raises(errors.PaymentUncertain):
        world.settle(row, "k")
    assert selectors.open_payments(actor=world.patient.actor)[0].state == "reserved"
    with pytest.raises(errors.PaymentRunning):
        world.settle(row, "k")
    with pytest.raises(errors.PaymentRunning):
        world.settle(row, "another")
    world.sweep(at=7)  # too early: two minutes have not passed
    world.insurer.moods = list(later)
    world.sweep()
    assert Claim.objects.get().state == state
    if state == ClaimState.SETTLED:
        assert world.settle(row, "k").claim.state == state
        assert InsurerEntry.objects.filter(kind="settle").count() == 1
    elif state == ClaimState.GIVEN_UP:
        assert world.settle(row, "k", at=8).fund_fen == 0  # a new attempt, the deductible is not met
    assert add_again().adds_up


def test_a_message_that_was_undone_is_declined_when_it_arrives_late(world: "World") -> None:
    world.insure()
    world.insurer.moods = ["lost", "up", "up"]
    with pytest.raises(errors.InsurerUnreachable):
        world.settle(world.to_pay())
    from xinglin.hospital.settlement.models import InsurerCall
    from xinglin.hospital.settlement.services.calling import message

    late = world.insurer.settle(message(InsurerCall.objects.get()), now=NOW)
    assert not late.accepted
    assert not InsurerEntry.objects.filter(kind="settle").exists()


def test_the_insurer_declines_what_its_own_books_do_not_give(world: "World") -> None:
    world.insure()
    world.qualify()
    first = world.settle(world.to_pay())
    # Somebody bends the insurer's memory of what was used: the next claim differs from its own sums.
    entry = InsurerEntry.objects.get(kind="settle")
    effect = entry.effects[0] | {"sums": [0, 499_990, 0, 0, 0, 1]}
    InsurerEntry(id=world.house, kind="settle", person_id=entry.person_id, on=entry.on, effects=[effect], at=NOW).save(
        force_insert=True
    )
    row = world.to_pay()
    with pytest.raises(errors.InsurerDeclined) as refusal:
        world.settle(row)
    assert "yuan" in refusal.value.sentence.en
    assert Settlement.objects.get() == first
    assert add_again().adds_up


@pytest.mark.parametrize("step", ["judge", "settle_there", "post"])
def test_a_crash_between_the_steps_leaves_nothing_half_paid(
    world: "World", monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    world.insure(account=300)
    world.qualify()
    row = world.to_pay()

    class Died(Exception):
        pass

    def die(*args: object, **options: object) -> None:
        raise Died

    target = settling.law if step == "judge" else settling
    monkeypatch.setattr(target, step, die)
    with pytest.raises(Died):
        world.settle(row, "k")
    monkeypatch.undo()
    assert Claim.objects.get().state == ClaimState.RESERVED
    assert world.income() == 0
    ended = world.sweep()
    # The insurer had it only when the crash came after its answer: then it is finished, else let go.
    finished = step == "post"
    assert ended["settled" if finished else "given_up"] == 1
    row.refresh_from_db()
    assert row.state == (State.SETTLED if finished else State.PICKED)
    assert world.income() == (row.total_fen if finished else 0)
    assert add_again().open_fen == 0
    assert world.settle(row, "k", at=40).total_fen == row.total_fen
    assert InsurerEntry.objects.filter(kind="settle").count() == 1


@pytest.mark.parametrize(("moods", "state", "ended"), [
    ([], ClaimState.GIVEN_UP, "given_up"),
    (["up", "down"], ClaimState.RESERVED, "given_up"),
])  # fmt: skip
def test_medicine_that_cannot_be_released_is_not_paid(world: "World", moods, state, ended) -> None:  # type: ignore[no-untyped-def]
    world.insure(account=300)
    row = world.to_pay()
    expired = NOW + timedelta(days=4)
    world.insurer.moods = moods
    from xinglin.hospital.pharmacy.errors import PrescriptionExpired

    with pytest.raises(PrescriptionExpired):
        services.settle(actor=world.patient.at(expired), prescription_id=row.id, key="k", now=expired)
    assert Claim.objects.get().state == state
    services.sweep_pending(actor=CASHIER, now=expired + timedelta(minutes=5))
    assert Claim.objects.get().state == ClaimState.GIVEN_UP
    assert world.holds(f"person:{world.patient.person_id}") == (300, 300)
    assert add_again().open_fen == 0
    assert world.insurer.query(Claim.objects.get().id, now=expired) is None


def test_the_day_is_compared_with_the_insurers_copy(world: "World") -> None:
    world.insure()
    paid = world.settle(world.to_pay())
    day = NOW.date()
    compared = services.reconcile_day(actor=CASHIER, institution_id=world.house, on=day, now=NOW)
    assert compared.differences == []
    assert compared.ours == compared.theirs
    assert compared.ours["count"] == 1
    assert compared.ours["total_fen"] == paid.total_fen
    InsurerEntry(
        id=paid.id, kind="settle", claim_id=paid.id, institution_id=world.house, on=day, total_fen=5, cash_fen=5, at=NOW
    ).save(force_insert=True)
    again = services.reconcile_day(actor=CASHIER, institution_id=world.house, on=day, now=NOW)
    assert [d["kind"] for d in again.differences] == ["only_there"]
    tomorrow = NOW + timedelta(days=1)
    assert services.days_to_reconcile(actor=CASHIER, now=tomorrow) == []
    assert services.days_to_reconcile(actor=CASHIER, now=NOW) == []
