"""Paying for a prescription: amounts, idempotence, refusals, explanations; the books add up after each."""

from typing import TYPE_CHECKING

import pytest
from tests import builders as make
from tests.unit.pharmacy.world import METFORMIN, NOW, a_line
from tests.unit.settlement.world import CASHIER

from xinglin.hospital.identity.models import PaymentStatus
from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.ledger.models import Transfer
from xinglin.hospital.ledger.readdition import add_again
from xinglin.hospital.pharmacy.states import State
from xinglin.hospital.settlement import errors, selectors, services
from xinglin.hospital.settlement.models import Claim, Settlement
from xinglin.hospital.settlement.words import ClaimState

if TYPE_CHECKING:
    from tests.unit.settlement.world import World


def whole(row: Settlement) -> None:
    """Both identities, and books that add up."""
    assert row.total_fen == row.full_selfpay_fen + row.over_limit_fen + row.selfpay_first_fen + row.in_scope_fen
    assert row.total_fen == row.fund_fen + row.hospital_fen + row.account_fen + row.family_account_fen + row.cash_fen
    found = add_again()
    assert found.adds_up, found.problems


def test_a_chronic_bill_is_paid_by_fund_account_and_cash(world: "World") -> None:
    world.insure(account=300)
    world.qualify()
    row = world.to_pay()
    paid = world.settle(row)
    row.refresh_from_db()
    assert row.state == State.SETTLED
    assert row.settlement_id == paid.id
    assert paid.total_fen == row.total_fen
    assert paid.fund_fen == (paid.in_scope_fen * 8 + 5) // 10  # 80 % for hypertension, no deductible
    assert paid.account_fen == min(300, paid.in_scope_fen - paid.fund_fen + paid.selfpay_first_fen)
    assert world.holds("fund:379900:basic")[0] == -paid.fund_fen
    assert world.income() == paid.total_fen
    assert limits.account_fen(person_id=world.patient.person_id) == 300 - paid.account_fen
    used = limits.accumulators(person_id=world.patient.person_id, year=2026)
    assert [(key.care_type, key.disease, t.basic_fund_fen) for key, t in used.schemes.items()] == [
        ("140104", "hypertension", paid.fund_fen)
    ]
    assert paid.insurer_ref.startswith("S2026")
    whole(paid)


def test_one_prescription_two_settlements(world: "World") -> None:
    world.insure()
    world.qualify()
    row = world.to_pay("XL-C08CA01-002", METFORMIN)
    paid = world.settle(row)
    parts = list(paid.claim.parts.all())
    assert [(p.care_type, p.disease) for p in parts] == [("140104", "hypertension"), ("11", "")]
    assert parts[1].fund_fen == 0  # below the yearly deductible of ordinary care
    assert parts[1].deductible_fen == parts[1].in_scope_fen
    assert sum(p.total_fen for p in parts) == paid.total_fen == row.total_fen
    whole(paid)


def test_the_quote_is_what_is_then_paid_and_leaves_nothing(world: "World") -> None:
    world.insure(account=300)
    world.qualify()
    row = world.to_pay()
    before = (Claim.objects.count(), Transfer.objects.count(), JournalEntry.objects.count())
    quote = services.presettle(actor=world.patient.actor, prescription_id=row.id, now=world.later(6))
    assert (Claim.objects.count(), Transfer.objects.count(), JournalEntry.objects.count()) == before
    paid = world.settle(row, shown_cash_fen=quote.figures.cash_fen)
    assert (paid.fund_fen, paid.account_fen, paid.cash_fen) == (
        quote.figures.fund_fen,
        quote.figures.account_fen,
        quote.figures.cash_fen,
    )


def test_the_account_is_left_alone_when_asked(world: "World") -> None:
    world.insure(account=300)
    world.qualify()
    paid = world.settle(world.to_pay(), use_account=False)
    assert paid.account_fen == 0


def test_the_same_key_is_the_same_payment(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    first, second = world.settle(row, "one-key"), world.settle(row, "one-key")
    assert first.id == second.id
    assert Settlement.objects.count() == 1
    with pytest.raises(errors.AlreadySettled):
        world.settle(row, "another-key")
    with pytest.raises(errors.KeyReused):
        services.settle(actor=world.patient.actor, prescription_id=new_id(), key="one-key", now=world.later(7))
    assert add_again().adds_up


@pytest.mark.parametrize("why", ["not_insured", "suspended", "no_agreement", "no_policy", "chosen"])
def test_without_insurance_the_patient_pays_and_is_told_why(world: "World", why: str) -> None:
    if why == "suspended":
        world.insure(account=500)
        insurance.suspend_online(
            actor=CASHIER, suspension_id=new_id(), person_id=world.patient.person_id, basis="test",
            from_on=NOW.date(), until_on=None, now=NOW,
        )  # fmt: skip
    elif why == "no_agreement":
        world.insure(area="330100")
    elif why == "no_policy":
        world.insure(area=make.AREA)
    elif why == "chosen":
        world.insure(account=500)
    row = world.to_pay()
    paid = world.settle(row, use_insurance=why != "chosen")
    assert paid.claim.self_pay == why
    assert (paid.fund_fen, paid.account_fen, paid.cash_fen) == (0, 0, row.total_fen)
    assert not limits.accumulators(person_id=world.patient.person_id, year=2026).schemes
    receipt = selectors.receipt(actor=world.patient.actor, settlement_id=paid.id, now=world.later(8))
    assert receipt.self_pay is not None
    assert receipt.self_pay.zh in receipt.parts[0].lines[0].told[0].says.zh
    whole(paid)


def test_more_than_was_shown_is_never_taken(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    with pytest.raises(errors.AmountChanged):
        world.settle(row, shown_cash_fen=row.total_fen - 1)
    assert not Claim.objects.exists()
    assert Transfer.objects.count() == 0
    assert world.settle(row, shown_cash_fen=row.total_fen).cash_fen == row.total_fen


def test_only_a_picked_prescription_is_paid(world: "World") -> None:
    world.insure()
    row = world.approved(world.draft(lines=[a_line()]))
    with pytest.raises(errors.NotReadyToPay):
        world.settle(row)
    with pytest.raises(errors.NotReadyToPay):
        services.presettle(actor=world.patient.actor, prescription_id=row.id, now=world.later(6))


def test_foreign_bills_do_not_exist_for_others(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    stranger = make.a_patient()
    for prescription_id in (row.id, new_id()):
        with pytest.raises(NotFound):
            services.settle(actor=stranger.actor, prescription_id=prescription_id, key="x", now=world.later(6))
        with pytest.raises(NotFound):
            services.presettle(actor=stranger.actor, prescription_id=prescription_id, now=world.later(6))
    with pytest.raises(NotAllowed):
        services.settle(actor=world.doctor.actor, prescription_id=row.id, key="x", now=world.later(6))
    paid = world.settle(row)
    for settlement_id in (paid.id, new_id()):
        with pytest.raises(NotFound):
            selectors.receipt(actor=stranger.actor, settlement_id=settlement_id, now=world.later(8))
    with pytest.raises(NotFound):
        selectors.payments(actor=stranger.actor, person_id=world.patient.person_id)
    assert selectors.payments(actor=stranger.actor) == []
    assert selectors.settlement_of(actor=stranger.actor, kind=paid.claim.kind, subject_id=row.id) is None


def test_the_receipt_explains_every_line(world: "World") -> None:
    world.insure(account=300)
    world.qualify()
    paid = world.settle(world.to_pay("XL-C08CA01-002", METFORMIN))
    receipt = selectors.receipt(actor=world.patient.actor, settlement_id=paid.id, now=world.later(8))
    assert receipt.parts[0].scheme.zh == "门诊慢特病（高血压）"
    assert receipt.parts[0].scheme.en == "Chronic outpatient (Hypertension)"
    for part in receipt.parts:
        assert {"in_scope", "fund", "cash"} <= {told.code for told in part.told}
        for line in part.lines:
            assert sum(told.amount_fen for told in line.told) == line.amount_fen
            assert all(told.says.zh and told.says.en for told in line.told)
    own = sum(line.own_fen for part in receipt.parts for line in part.lines)
    assert own == paid.account_fen + paid.cash_fen
    assert JournalEntry.objects.filter(verb="read_receipt", object_id=paid.id).count() == 1
    assert [p.settlement.id for p in selectors.payments(actor=world.patient.actor)] == [paid.id]


def test_what_the_database_holds_by_itself(world: "World") -> None:
    from django.db import DatabaseError, connection, transaction

    world.insure()
    world.settle(world.to_pay())
    for statement in (
        "UPDATE settlement_settlement SET cash_fen = 0",
        "DELETE FROM settlement_settlement",
        "UPDATE settlement_claim_line SET amount_fen = amount_fen + 1",
        "DELETE FROM settlement_claim_part",
        "DELETE FROM settlement_insurer_call_step",
        "UPDATE insurance_usage SET basic_fund_fen = 0",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_rule_that_blocks_leaves_nothing_held(world: "World", monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from xinglin.hospital.settlement import facts

    world.insure(account=300)
    row = world.to_pay()
    honest = facts.claim_case

    def bent(*args: object, **options: object) -> object:
        """One fen vanishes on the way to the judge."""
        case = honest(*args, **options)  # type: ignore[arg-type]
        return replace(case, claim=replace(case.claim, cash_fen=case.claim.cash_fen - 1))

    monkeypatch.setattr(facts, "claim_case", bent)
    with pytest.raises(errors.SettlementRefused) as refusal:
        world.settle(row)
    assert refusal.value.fields["rule"] == "G10"
    row.refresh_from_db()
    assert row.state == State.PICKED
    assert Claim.objects.get().state == ClaimState.GIVEN_UP
    assert world.holds(f"person:{world.patient.person_id}") == (300, 300)
    used = limits.accumulators(person_id=world.patient.person_id, year=2026)
    assert all(t.visits == t.in_scope_fen == 0 for t in used.schemes.values())
    monkeypatch.undo()
    whole(world.settle(row))


def test_during_a_suspension_the_fund_pays_nothing_and_the_house_bears_it(world: "World") -> None:
    """A12 at a claim is not blocked but denied: the patient is not to suffer for the physician's suspension."""
    world.insure(account=300)
    world.qualify()
    row = world.to_pay()
    PaymentStatus.objects.create(
        id=new_id(), recorded_by=new_id(), practitioner_id=world.doctor.practitioner_id, status="suspended",
        from_on=NOW.date(), reason="test", recorded_at=NOW,
    )  # fmt: skip
    quote = services.presettle(actor=world.patient.actor, prescription_id=row.id, now=world.later(6))
    assert quote.figures.fund_fen == 0
    paid = world.settle(row)
    assert (paid.fund_fen, paid.account_fen, paid.cash_fen) == (0, 0, 0)
    assert paid.hospital_fen == paid.full_selfpay_fen == row.total_fen
    assert list(Claim.objects.order_by("number").values_list("state", "ended_because")) == [
        ("given_up", "denied"),
        ("settled", ""),
    ]
    line = paid.claim.parts.get().lines.get()
    assert line.denied_rule == "A12"
    assert "规则 A12" in line.told[0]["zh"]
    assert limits.account_fen(person_id=world.patient.person_id) == 300
    whole(paid)
