"""Upheld findings cost the provider the fund's loss: held, booked, undone; never more than the fund paid."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from tests.unit.oversight.people import an_actor
from tests.unit.pharmacy.world import AMLODIPINE, ATORVASTATIN, NOW
from tests.unit.settlement.world import CASHIER

from xinglin.hospital.interop.models import InsurerEntry
from xinglin.hospital.kernel.access import Actor, Role
from xinglin.hospital.kernel.errors import NotAllowed
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.ledger.readdition import add_again
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.models import FindingCase, GivenVerdict
from xinglin.hospital.oversight.services import Audited
from xinglin.hospital.settlement import selectors, services
from xinglin.hospital.settlement.models import ClaimLine, Settlement
from xinglin.hospital.settlement.ports import InsurerDown
from xinglin.hospital.settlement.recovered import Recovery, RecoveryEntry

if TYPE_CHECKING:
    from tests.unit.settlement.world import World

SYSTEM = CASHIER
REGULATOR = Actor(id=new_id(), label="test regulator", roles=frozenset({Role.REGULATOR}))
LATER = NOW + timedelta(days=90)


class Desk:
    """Findings on lines of settled claims, and the steps that decide them."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.auditor = an_actor(Role.AUDITOR, world.house)
        self.affairs = an_actor(Role.MEDICAL_AFFAIRS, world.house)

    def finding(self, paid: Settlement, fen: int, rule: str = "B03") -> UUID:
        """A definite finding of an audit on the first line of a claim."""
        line = ClaimLine.objects.filter(part__claim=paid.claim).order_by("position").first()
        assert line is not None
        name = str(line.source_id)
        core = {
            "rule": rule, "version": 1, "scope": "line", "subject": name, "outcome": "finding",
            "certainty": "definite", "lines": [[name, 1, fen]], "excess": {"fen": fen}, "missing": [],
            "evidence": [], "origins": [],
        }  # fmt: skip
        row = Audited(
            institution_id=self.world.house,
            encounter_id=str(paid.claim.visit_id),
            subject_type="claim",
            subject_id=paid.claim_id,
            core=core,
            core_hash=f"{rule}{fen}{name}"[:64],
            sentence=T(zh="发现。", en="Found."),
            hint=T(zh="", en=""),
            happened_at=NOW,
        )
        oversight.store_audit(
            actor=self.auditor, key=str(new_id()), view="then", knowledge="k", manifest={}, rows=[row], now=NOW
        )
        return GivenVerdict.objects.latest("id").pk

    def decide(self, verdict: UUID, decision: str = "upheld", fen: int | None = None, at: datetime = LATER) -> UUID:
        """Decide, and do what the worker does."""
        given: dict[str, Any] = {"verdict_id": verdict, "words": "test", "now": at}
        oversight.notify_provider(actor=self.auditor, **given)
        oversight.decide_finding(actor=self.auditor, decision=decision, upheld_fen=fen, **given)
        return self.recover(verdict, at)

    def recover(self, verdict: UUID, at: datetime) -> UUID:
        """What the handlers of a decision do."""
        found = GivenVerdict.objects.get(pk=verdict)
        case = FindingCase.objects.get(rule=found.rule, subject=found.subject, core_hash=found.core_hash)
        services.recover(actor=SYSTEM, case_id=case.pk, now=at)
        return case.pk

    def appeal(self, verdict: UUID, decision: str, fen: int | None = None) -> None:
        """Appeal, and close the appeal."""
        at = LATER + timedelta(days=1)
        oversight.appeal_decision(actor=self.affairs, verdict_id=verdict, words="test", now=at)
        self.recover(verdict, at)
        oversight.close_appeal(
            actor=REGULATOR, verdict_id=verdict, decision=decision, upheld_fen=fen, words="test", now=at
        )
        self.recover(verdict, at)

    def end_appeals(self) -> None:
        """The time to appeal passes."""
        at = LATER + timedelta(days=200)
        oversight.chase_overdue(actor=SYSTEM, now=at)
        for case in FindingCase.objects.all():
            services.recover(actor=SYSTEM, case_id=case.pk, now=at)

    def fund(self) -> tuple[int, int]:
        """What the fund and the house hold: posted fen."""
        return self.world.holds("fund:379900:basic")[0], self.world.holds(f"hospital:{self.world.house}:borne")[0]


def steps() -> list[str]:
    return [row.step for row in sorted(RecoveryEntry.objects.all(), key=lambda one: (one.at, one.recovery_id.hex))]


def paid(world: "World", *products: str) -> tuple[Desk, Settlement]:
    """A claim of a patient beyond the deductible."""
    world.insure()
    world.used(deductible_fen=50_000, in_scope_fen=50_000)
    return Desk(world), world.settle(world.to_pay(*(products or (AMLODIPINE,))))


def test_held_while_an_appeal_is_possible_then_booked(world: "World") -> None:
    desk, claim = paid(world)
    assert claim.fund_fen > 0
    before = desk.fund()
    desk.decide(desk.finding(claim, claim.total_fen))
    assert (desk.fund(), steps()) == (before, ["held"]), "nothing moves before the decision is final"
    assert world.holds(f"hospital:{world.house}:borne")[1] == -claim.fund_fen, "but it is set aside"
    desk.end_appeals()
    desk.end_appeals()
    assert desk.fund() == (before[0] + claim.fund_fen, before[1] - claim.fund_fen)
    assert steps() == ["held", "booked"] or steps() == ["booked", "held"]
    row = Recovery.objects.get()
    assert (row.amount_fen, row.breach_fen, row.basis, row.step) == (
        claim.fund_fen, claim.total_fen, "resettled", "booked",
    )  # fmt: skip
    assert list(JournalEntry.objects.filter(object_id=row.id).order_by("at", "id").values_list("verb", flat=True)) == [
        "hold_recovery",
        "book_recovery",
    ]
    assert InsurerEntry.objects.filter(kind="recover").values_list("fund_fen", flat=True).get() == -claim.fund_fen
    assert add_again().adds_up


def test_the_insurers_day_has_it_too(world: "World") -> None:
    desk, claim = paid(world)
    desk.decide(desk.finding(claim, claim.total_fen))
    desk.end_appeals()
    on: date = RecoveryEntry.objects.get(step="booked").at.date()
    day = services.reconcile_day(actor=CASHIER, institution_id=world.house, on=on, now=LATER)
    assert day.differences == []
    assert (day.ours["fund_fen"], day.theirs["fund_fen"]) == (-claim.fund_fen, -claim.fund_fen)


def test_an_insurer_that_is_down_is_told_later(world: "World") -> None:
    desk, claim = paid(world)
    verdict = desk.finding(claim, claim.total_fen)
    desk.decide(verdict)
    world.insurer.moods = ["down"]
    with pytest.raises(InsurerDown):
        desk.end_appeals()
    assert Recovery.objects.get().step == "booked"
    assert not InsurerEntry.objects.filter(kind="recover").exists()
    desk.recover(verdict, LATER)
    assert InsurerEntry.objects.filter(kind="recover").count() == 1


def test_a_part_owes_the_loss_of_that_part(world: "World") -> None:
    desk, claim = paid(world)
    part = claim.total_fen // 2
    desk.decide(desk.finding(claim, claim.total_fen), "partly", part)
    desk.end_appeals()
    row = Recovery.objects.get()
    assert (row.owed_fen, row.breach_fen) == (part, part)
    assert 0 < row.amount_fen < claim.fund_fen


def test_a_decision_reversed_on_appeal_gives_it_back(world: "World") -> None:
    desk, claim = paid(world)
    before = desk.fund()
    verdict = desk.finding(claim, claim.total_fen)
    desk.decide(verdict)
    desk.appeal(verdict, "rejected")
    row = Recovery.objects.get()
    assert (row.step, row.last.because) == ("released", "rejected")
    assert desk.fund() == before
    assert world.holds(f"hospital:{world.house}:borne") == (0, 0)


def test_an_appeal_may_lower_it(world: "World") -> None:
    desk, claim = paid(world)
    before = desk.fund()
    verdict = desk.finding(claim, claim.total_fen)
    desk.decide(verdict)
    desk.appeal(verdict, "partly", claim.total_fen // 4)
    first, second = Recovery.objects.order_by("id")
    assert (first.step, first.last.because, second.step) == ("released", "changed", "booked")
    assert 0 < second.amount_fen < first.amount_fen
    assert desk.fund()[0] - before[0] == second.amount_fen


def test_two_findings_on_one_line_never_exceed_the_claim(world: "World") -> None:
    desk, claim = paid(world)
    before = desk.fund()
    whole = claim.total_fen
    first, second = desk.finding(claim, whole - 10), desk.finding(claim, whole, rule="B01")
    desk.decide(first)
    desk.decide(second)
    desk.end_appeals()
    one, two = Recovery.objects.order_by("id")
    assert (one.breach_fen, two.breach_fen) == (whole - 10, 10)
    assert one.amount_fen + two.amount_fen == claim.fund_fen
    assert desk.fund()[0] - before[0] == claim.fund_fen


def test_what_one_finding_frees_another_takes(world: "World") -> None:
    desk, claim = paid(world)
    before = desk.fund()
    first, second = desk.finding(claim, claim.total_fen), desk.finding(claim, claim.total_fen, rule="B01")
    desk.decide(first)
    desk.decide(second)
    assert [(row.rule, row.step, row.last.because) for row in Recovery.objects.order_by("id")] == [
        ("B03", "held", ""),
        ("B01", "nothing", "covered"),
    ]
    desk.appeal(first, "rejected")
    desk.end_appeals()
    assert [(row.rule, row.step) for row in Recovery.objects.order_by("id")] == [
        ("B03", "released"),
        ("B01", "nothing"),
        ("B01", "booked"),
    ]
    assert desk.fund()[0] - before[0] == claim.fund_fen


def test_a_refunded_claim_owes_nothing(world: "World") -> None:
    desk, claim = paid(world)
    verdict = desk.finding(claim, claim.total_fen)
    services.reverse(actor=CASHIER, settlement_id=claim.id, reason="test", now=world.later(20))
    before = desk.fund()
    desk.decide(verdict)
    desk.end_appeals()
    row = Recovery.objects.get()
    assert (row.step, row.last.because, row.amount_fen) == ("nothing", "refunded", 0)
    assert desk.fund() == before == (0, 0)


def test_a_refund_afterwards_gives_it_back_once(world: "World") -> None:
    desk, claim = paid(world)
    desk.decide(desk.finding(claim, claim.total_fen))
    desk.end_appeals()
    services.reverse(actor=CASHIER, settlement_id=claim.id, reason="test", now=world.later(20))
    for _ in range(2):
        services.give_back_recoveries(actor=SYSTEM, claim_id=claim.claim_id, now=LATER + timedelta(days=300))
    rows = [(row.step, row.last.because) for row in Recovery.objects.order_by("id")]
    assert rows == [("returned", "refunded"), ("nothing", "refunded")]
    assert desk.fund() == (0, 0)
    assert add_again().adds_up


def test_nothing_came_from_the_fund_below_the_deductible(world: "World") -> None:
    world.insure()
    desk, claim = Desk(world), world.settle(world.to_pay(AMLODIPINE, ATORVASTATIN))
    assert claim.fund_fen == 0
    desk.decide(desk.finding(claim, 100))
    row = Recovery.objects.get()
    assert (row.step, row.last.because) == ("nothing", "fund_unpaid")


def test_a_rejected_finding_costs_nothing(world: "World") -> None:
    desk, claim = paid(world)
    desk.decide(desk.finding(claim, claim.total_fen), "rejected")
    assert not Recovery.objects.exists()


def test_who_reads_what_came_back(world: "World") -> None:
    desk, claim = paid(world)
    desk.decide(desk.finding(claim, claim.total_fen))
    year = {"from_on": date(2026, 1, 1), "until_on": date(2027, 12, 31)}
    held = selectors.recovered(actor=desk.auditor, **year)
    assert (held.booked_fen, held.held, held.held_fen) == (0, 1, claim.fund_fen)
    desk.end_appeals()
    back = selectors.recovered(actor=REGULATOR, **year)
    assert (back.booked_fen, back.held, [one.state for one in back.latest]) == (claim.fund_fen, 0, ["booked"])
    case = FindingCase.objects.get().pk
    (card,) = selectors.recoveries_of(actor=desk.affairs, case_id=case)
    assert (card.amount_fen, card.state_name.en) == (claim.fund_fen, "Back in the fund")
    stranger = an_actor(Role.AUDITOR, new_id())
    assert selectors.recoveries_of(actor=stranger, case_id=case) == []
    assert selectors.recovered(actor=stranger, **year).months == {}
    with pytest.raises(NotAllowed):
        selectors.recoveries_of(actor=world.patient.actor, case_id=case)
