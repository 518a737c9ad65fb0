"""Taking settlements back, fees, and two claims that race for the same limits."""

from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from tests import builders as make
from tests.unit.pharmacy.world import AMLODIPINE, ATORVASTATIN, NOW, VALSARTAN
from tests.unit.settlement.world import CASHIER

from xinglin.hospital.consultation import services as consultation
from xinglin.hospital.consultation.events import VisitPromiseBroken, VisitRequested
from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.interop.models import InsurerEntry
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.ledger.readdition import add_again
from xinglin.hospital.pharmacy import services as pharmacy
from xinglin.hospital.pharmacy.errors import WrongStage
from xinglin.hospital.pharmacy.events import PrescriptionCancelled
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.selectors import cancel_reasons
from xinglin.hospital.pharmacy.states import State
from xinglin.hospital.settlement import errors, handlers, selectors, services
from xinglin.hospital.settlement.models import Claim, ReversalWish, Settlement, VisitFee
from xinglin.hospital.settlement.words import ClaimState

if TYPE_CHECKING:
    from tests.unit.settlement.world import World


def back(world: "World", paid: Settlement, at: int = 20) -> Settlement:
    return services.reverse(actor=CASHIER, settlement_id=paid.id, reason="test", now=world.later(at))


def test_a_reversal_restores_everything(world: "World") -> None:
    world.insure(account=300)
    world.qualify()
    row = world.to_pay()
    paid = world.settle(row)
    reversal = back(world, paid)
    assert back(world, paid).id == reversal.id
    assert reversal.total_fen == -paid.total_fen
    assert reversal.fund_fen == -paid.fund_fen
    assert world.income() == 0
    assert world.holds("fund:379900:basic") == (0, 0)
    assert world.holds(f"person:{world.patient.person_id}") == (300, 300)
    used = limits.accumulators(person_id=world.patient.person_id, year=2026)
    assert all(t == type(t)() for t in used.schemes.values())
    row.refresh_from_db()
    assert row.state == State.PICKED
    assert sorted(InsurerEntry.objects.values_list("kind", flat=True)) == ["opening", "revoke", "settle"]
    assert selectors.payments(actor=world.patient.actor)[0].reversed
    again = world.settle(row, at=30)  # with a new key it can be paid again, with the same figures
    assert (again.fund_fen, again.cash_fen) == (paid.fund_fen, paid.cash_fen)
    day = services.reconcile_day(actor=CASHIER, institution_id=world.house, on=NOW.date(), now=NOW)
    assert day.differences == []
    assert add_again().adds_up


def test_an_older_settlement_waits_for_those_that_rest_on_it(world: "World") -> None:
    """Ordinary care: 30.00 of the deductible are left; the second bill passes it, the third is paid because of both."""
    world.insure()
    world.used(deductible_fen=47_000, in_scope_fen=47_000)
    first = world.settle(world.to_pay(VALSARTAN))
    second = world.settle(world.to_pay(ATORVASTATIN))
    third = world.settle(world.to_pay(AMLODIPINE))
    assert (first.fund_fen, second.fund_fen, third.fund_fen) == (0, 710, 160)
    with pytest.raises(errors.LaterSettlementsStand) as refusal:
        back(world, first)
    assert refusal.value.fields["claims"] == [str(second.claim_id), str(third.claim_id)]
    with pytest.raises(errors.LaterSettlementsStand):
        back(world, second)
    assert not Settlement.objects.filter(reverses__isnull=False).exists()
    for paid in (third, second, first):
        back(world, paid)
    used = limits.accumulators(person_id=world.patient.person_id, year=2026)
    assert [t.deductible_fen for t in used.schemes.values()] == [47_000]
    assert add_again().adds_up


def test_an_older_settlement_on_which_nothing_rests_may_go(world: "World") -> None:
    world.insure()
    world.used(deductible_fen=50_000, in_scope_fen=90_000)
    first, second = (world.settle(world.to_pay(VALSARTAN)) for _ in range(2))
    back(world, first)
    assert Claim.objects.get(id=second.claim_id).state == ClaimState.SETTLED


def cancelled(world: "World", row: Prescription, paid: Settlement) -> PrescriptionCancelled:
    """The patient cancels a paid prescription; the event as it is announced."""
    code = next(r.code for r in cancel_reasons())
    pharmacy.cancel_prescription(
        actor=world.patient.actor, prescription_id=row.id, reason_code=code, now=world.later(8)
    )
    return PrescriptionCancelled(
        prescription_id=row.id, visit_id=row.visit_id, patient_id=row.patient_id, institution_id=row.institution_id,
        stage="settled", reason_code=code, settlement_id=paid.id, at=NOW,
    )  # fmt: skip


def test_a_cancelled_prescription_gives_the_money_back(world: "World") -> None:
    world.insure(account=300)
    row = world.to_pay()
    paid = world.settle(row)
    event = cancelled(world, row, paid)
    for _ in range(2):
        handlers.reverse_cancelled(event, now=world.later(9))
    assert Settlement.objects.filter(reverses=paid).count() == 1
    assert world.income() == 0
    assert not ReversalWish.objects.exists()
    row.refresh_from_db()
    assert row.state == State.CANCELLED


def test_a_cancelled_prescription_is_paid_back_when_the_insurer_is_up_again(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    paid = world.settle(row)
    event = cancelled(world, row, paid)
    world.insurer.moods = ["down"]
    with pytest.raises(errors.InsurerUnreachable):
        handlers.reverse_cancelled(event, now=world.later(9))
    world.sweep()
    assert Claim.objects.get().state == ClaimState.REVERSED
    assert world.income() == 0


def test_a_reversal_that_must_wait_is_on_the_desk_until_it_comes_about(world: "World") -> None:
    world.insure()
    world.used(deductible_fen=48_000, in_scope_fen=48_000)
    first = world.settle(world.to_pay(VALSARTAN))
    second = world.settle(world.to_pay(ATORVASTATIN))
    assert services.wish_reversal(actor=CASHIER, settlement_id=first.id, reason="returned", now=NOW) is False
    assert ReversalWish.objects.get().blocked_by == [str(second.claim_id)]
    desk = make.a_medical_affairs_officer()
    assert [w.claim_id for w in selectors.reversals_waiting(actor=desk.actor)] == [first.claim_id]
    assert world.sweep()["reversed"] == 0
    back(world, second)
    assert world.sweep()["reversed"] == 1
    assert Claim.objects.get(id=first.claim_id).state == ClaimState.REVERSED
    assert selectors.reversals_waiting(actor=desk.actor) == []


def test_medicine_out_of_the_house_comes_back_first(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    paid = world.settle(row)
    world.hand_over(row)
    with pytest.raises(WrongStage):
        back(world, paid)
    assert Claim.objects.get().state == ClaimState.SETTLED
    assert not InsurerEntry.objects.filter(kind="revoke").exists()


@pytest.mark.parametrize(("moods", "refusal", "then"), [
    (["down"], errors.InsurerUnreachable, ClaimState.SETTLED),
    (["lost", "up", "up"], errors.InsurerUnreachable, ClaimState.SETTLED),
    (["silent", "up"], None, ClaimState.REVERSED),
    (["silent", "down"], errors.PaymentUncertain, ClaimState.REVERSED),
    (["lost", "down"], errors.PaymentUncertain, ClaimState.SETTLED),
])  # fmt: skip
def test_a_reversal_may_be_uncertain_too(world: "World", moods, refusal, then) -> None:  # type: ignore[no-untyped-def]
    world.insure()
    row = world.to_pay()
    paid = world.settle(row)
    world.insurer.moods = list(moods)
    if refusal is None:
        back(world, paid)
    else:
        with pytest.raises(refusal):
            back(world, paid)
    world.sweep()
    assert Claim.objects.get().state == then
    row.refresh_from_db()
    assert row.state == (State.PICKED if then == ClaimState.REVERSED else State.SETTLED)
    there = world.insurer.query(paid.claim_id, now=NOW)
    assert (there is None) is (then == ClaimState.REVERSED)
    assert add_again().adds_up


def test_who_may_reverse(world: "World") -> None:
    world.insure()
    paid = world.settle(world.to_pay())
    with pytest.raises(NotAllowed):
        services.reverse(actor=world.patient.actor, settlement_id=paid.id, reason="x", now=NOW)
    for settlement_id in (new_id(),):
        with pytest.raises(NotFound):
            services.reverse(actor=world.pharmacist.actor, settlement_id=settlement_id, reason="x", now=NOW)
    assert services.reverse(actor=world.pharmacist.actor, settlement_id=paid.id, reason="x", now=NOW).reverses == paid


# FEES


def requested(world: "World") -> VisitRequested:
    visit = world.request()
    return VisitRequested(
        visit_id=visit.id, patient_id=visit.patient_id, physician_id=visit.physician_id,
        institution_id=visit.institution_id, fee_code=visit.fee_code, fee_fen=visit.fee_fen, at=NOW,
    )  # fmt: skip


def test_a_fee_is_held_and_goes_back_when_the_promise_is_broken(world: "World") -> None:
    event = requested(world)
    for _ in range(2):
        handlers.hold_fee(event, now=NOW)
    assert world.income() == 0
    assert add_again().open_fen == event.fee_fen > 0
    broken = VisitPromiseBroken(
        visit_id=event.visit_id, patient_id=event.patient_id, physician_id=event.physician_id,
        institution_id=event.institution_id, fee_fen=event.fee_fen, at=NOW,
    )  # fmt: skip
    for _ in range(2):
        handlers.refund_broken_promise(broken, now=world.later(60))
    fee = selectors.visit_fee(actor=world.patient.actor, visit_id=event.visit_id)
    assert fee is not None
    assert (fee.state, fee.reason) == ("released", "promise_broken")
    assert JournalEntry.objects.filter(verb="refund_visit_fee").count() == 1
    assert add_again().open_fen == 0
    assert selectors.visit_fee(actor=make.a_patient().actor, visit_id=event.visit_id) is None


def test_a_fee_is_charged_through_insurance_at_the_end(world: "World") -> None:
    world.insure(account=500)
    visit = world.signed()
    handlers.hold_fee(
        VisitRequested(visit_id=visit.id, patient_id=visit.patient_id, physician_id=visit.physician_id,
                       institution_id=visit.institution_id, fee_code=visit.fee_code, fee_fen=visit.fee_fen, at=NOW),
        now=NOW,
    )  # fmt: skip
    world.say(visit, now=world.later(3))  # no fee is paid for a physician who never answered
    consultation.end_visit(actor=world.doctor.actor, visit_id=visit.id, now=world.later(9))
    paid = services.charge_visit_fee(actor=CASHIER, visit_id=visit.id, now=world.later(10))
    assert paid is not None
    assert services.charge_visit_fee(actor=CASHIER, visit_id=visit.id, now=world.later(11)) == paid
    assert (paid.total_fen, world.income()) == (visit.fee_fen, visit.fee_fen)
    assert paid.account_fen > 0
    assert VisitFee.objects.get().state == "charged"
    assert add_again().open_fen == 0


def test_the_end_may_be_heard_before_the_request(world: "World") -> None:
    visit = world.signed()
    paid = services.charge_visit_fee(actor=CASHIER, visit_id=visit.id, now=world.later(10))
    assert paid is not None
    handlers.hold_fee(
        VisitRequested(visit_id=visit.id, patient_id=visit.patient_id, physician_id=visit.physician_id,
                       institution_id=visit.institution_id, fee_code=visit.fee_code, fee_fen=visit.fee_fen, at=NOW),
        now=world.later(11),
    )  # fmt: skip
    assert add_again().open_fen == 0
    assert VisitFee.objects.get().state == "charged"


# RACES


def test_a_bill_that_rests_on_an_open_one_waits(world: "World") -> None:
    world.insure()
    world.used(deductible_fen=48_000, in_scope_fen=48_000)
    world.insurer.moods = ["silent", "down"]
    with pytest.raises(errors.PaymentUncertain):
        world.settle(world.to_pay(VALSARTAN))
    row = world.to_pay(ATORVASTATIN)
    with pytest.raises(errors.AnotherPaymentRunning):
        world.settle(row)
    world.sweep()
    assert world.settle(row, at=31).total_fen == row.total_fen


def _race(*deeds) -> list[str]:  # type: ignore[no-untyped-def]
    barrier, results = Barrier(len(deeds)), []

    def run(deed) -> None:  # type: ignore[no-untyped-def]
        barrier.wait()
        try:
            deed()
            results.append("paid")
        except (errors.PaymentRunning, errors.AlreadySettled, errors.AnotherPaymentRunning) as refusal:
            results.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_claims_cannot_pass_one_cap(racing_world: "World") -> None:
    world = racing_world
    world.insure(account=200)
    world.qualify()
    world.used("140104", "hypertension", basic_fund_fen=499_700, in_scope_fen=700_000)
    rows = [world.to_pay(), world.to_pay()]
    results = _race(*(lambda row=row: world.settle(row) for row in rows))
    assert "paid" in results
    for row in rows:  # whoever was asked to wait pays now
        row.refresh_from_db()
        if row.state == State.PICKED:
            world.settle(row, at=15)
    funds = sorted(Settlement.objects.values_list("fund_fen", flat=True))
    assert funds == [44, 256]
    assert sum(Settlement.objects.values_list("account_fen", flat=True)) == 200
    assert limits.account_fen(person_id=world.patient.person_id) >= 0
    assert add_again().adds_up


def test_one_bill_is_paid_once(racing_world: "World") -> None:
    world = racing_world
    world.insure()
    row = world.to_pay()
    results = _race(*(lambda key=key: world.settle(row, key) for key in ("a", "b", "a")))
    assert "paid" in results
    assert Settlement.objects.count() == 1
    assert world.income() == row.total_fen
    assert InsurerEntry.objects.filter(kind="settle").count() == 1
    assert add_again().open_fen == 0
