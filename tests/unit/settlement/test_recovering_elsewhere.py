"""Upheld findings about claims that other institutions reported: what an audit found the fund lost comes back, once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from tests.unit.oversight.people import an_actor
from tests.unit.pharmacy.world import AMLODIPINE, NOW
from tests.unit.settlement.test_recovering import LATER, REGULATOR, SYSTEM

from xinglin.hospital.interop.models import InsurerEntry
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.ledger.readdition import add_again
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.models import FindingCase, GivenVerdict
from xinglin.hospital.oversight.services import Audited
from xinglin.hospital.settlement import selectors, services
from xinglin.hospital.settlement.history import item_id
from xinglin.hospital.settlement.recovered import Recovery
from xinglin.hospital.settlement.reported import ReportedClaim, ReportedLine

if TYPE_CHECKING:
    from tests.unit.settlement.world import World

POLICY = "employee-outpatient:11:L1:2026"


def part_of(claim: UUID, part: int, total: int, fund: int, **changed: Any) -> ReportedClaim:
    """A part of a claim that the insurer passed on: all of it in scope, the rest paid in cash."""
    none = (
        "deductible_fen", "full_selfpay_fen", "over_limit_fen", "selfpay_first_fen", "hospital_fen", "account_fen",
    )  # fmt: skip
    given: dict[str, Any] = {"policy": POLICY, "total_fen": total, "in_scope_fen": total, "fund_fen": fund}
    given |= {"basic_fen": fund, "cash_fen": total - fund, **dict.fromkeys(none, 0)}
    given |= {"started_at": NOW, "ended_at": NOW, "settled_at": NOW, "insurance_type": "310", "person_type": "11"}
    return ReportedClaim.objects.create(
        id=new_id(), claim_id=claim, part=part, kind="outpatient", practitioner_id=new_id(), diagnosis_codes=["I10"],
        care_type="11", **(given | changed),
    )  # fmt: skip


def lines_of(part: ReportedClaim, amounts: Sequence[int]) -> list[str]:
    """The lines of a part; returns the names that an audit knows them by."""
    none = ("full_selfpay_fen", "over_limit_fen", "selfpay_first_fen", "fund_share_fen")
    rows = [
        ReportedLine.objects.create(
            claim=part, position=number, code=AMLODIPINE, quantity=1, amount_fen=fen, in_scope_fen=fen,
            **dict.fromkeys(none, 0),
        )
        for number, fen in enumerate(amounts)
    ]  # fmt: skip
    return [item_id(row) for row in rows]


@dataclass
class Elsewhere:
    """An institution that settles nothing here, a person who was there, and those who decide about it."""

    house: UUID = field(default_factory=new_id)
    contact: UUID = field(default_factory=new_id)
    person: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.auditor = an_actor(Role.AUDITOR, self.house)
        self.affairs = an_actor(Role.MEDICAL_AFFAIRS, self.house)

    def claim(self, *amounts: int, fund: int, **changed: Any) -> tuple[UUID, list[str]]:
        """A claim of one part; returns its id and the names of its lines."""
        claim = new_id()
        where = {"institution_id": self.house, "contact_id": self.contact, "person_id": self.person}
        return claim, lines_of(part_of(claim, 0, sum(amounts), fund, **(where | changed)), amounts)

    def finding(
        self, subject: str, fen: int, lines: Sequence[tuple[str, int]] = (), loss: int | None = None, rule: str = "B03"
    ) -> UUID:
        """A definite finding of an audit over what was reported."""
        core = {
            "rule": rule, "version": 1, "scope": "item", "subject": subject, "outcome": "finding",
            "certainty": "definite", "lines": [[name, 1, part] for name, part in lines], "excess": {"fen": fen},
            "missing": [], "evidence": [], "origins": [],
        }  # fmt: skip
        row = Audited(
            institution_id=self.house,
            encounter_id=str(self.contact),
            subject_type="contact",
            subject_id=self.contact,
            core=core,
            core_hash=f"{rule}{fen}{subject}"[:64],
            sentence=T(zh="发现。", en="Found."),
            hint=T(zh="", en=""),
            happened_at=NOW,
            fund_loss_fen=loss,
        )
        oversight.store_audit(
            actor=self.auditor, key=str(new_id()), view="then", knowledge="k", manifest={}, rows=[row], now=NOW
        )
        return GivenVerdict.objects.latest("id").pk

    def decide(self, verdict: UUID, decision: str = "upheld", fen: int | None = None) -> None:
        """Decide, and do what the worker does."""
        given: dict[str, Any] = {"verdict_id": verdict, "words": "test", "now": LATER}
        oversight.notify_provider(actor=self.auditor, **given)
        oversight.decide_finding(actor=self.auditor, decision=decision, upheld_fen=fen, **given)
        self.recover()

    def reject_on_appeal(self, verdict: UUID) -> None:
        """The provider appeals, and is right."""
        oversight.appeal_decision(actor=self.affairs, verdict_id=verdict, words="test", now=LATER)
        oversight.close_appeal(
            actor=REGULATOR, verdict_id=verdict, decision="rejected", upheld_fen=None, words="test", now=LATER
        )
        self.recover()

    def end_appeals(self) -> None:
        """The time to appeal passes; the same news comes twice."""
        oversight.chase_overdue(actor=SYSTEM, now=LATER.replace(year=LATER.year + 1))
        for _ in range(2):
            self.recover()

    def recover(self) -> None:
        """What the handlers of a decision do."""
        for case in FindingCase.objects.order_by("pk"):
            services.recover(actor=SYSTEM, case_id=case.pk, now=LATER)

    def books(self, world: "World") -> tuple[int, int]:
        """What fund and house hold: posted fen."""
        return world.holds("fund:379900:basic")[0], world.holds(f"hospital:{self.house}:borne")[0]


@pytest.fixture
def elsewhere(world: "World") -> Elsewhere:
    """An insurer is there, and another institution."""
    return Elsewhere()


def test_what_the_audit_found_lost_comes_back_when_the_decision_is_final(world: "World", elsewhere: Elsewhere) -> None:
    claim, (first, _) = elsewhere.claim(60_000, 20_000, fund=40_000)
    elsewhere.decide(elsewhere.finding(first, 30_000, [(first, 30_000)], loss=18_000))
    row = Recovery.objects.get()
    assert (row.reported, row.claim_id, row.institution_id, row.person_id, row.area, row.step) == (
        True, claim, elsewhere.house, elsewhere.person, "379900", "held",
    )  # fmt: skip
    assert (row.breach_fen, row.amount_fen, row.basis, row.lines) == (30_000, 18_000, "audited", [[first, 30_000]])
    assert elsewhere.books(world) == (0, 0), "nothing moves while the provider may appeal"
    elsewhere.end_appeals()
    assert elsewhere.books(world) == (18_000, -18_000)
    assert Recovery.objects.get().step == "booked"
    assert list(InsurerEntry.objects.filter(kind="recover").values_list("fund_fen", flat=True)) == [-18_000]
    assert add_again().adds_up


def test_without_a_loss_of_the_audit_the_claims_own_share_stands_in(world: "World", elsewhere: Elsewhere) -> None:
    _, (first, _) = elsewhere.claim(60_000, 20_000, fund=40_000)
    elsewhere.decide(elsewhere.finding(first, 30_000, [(first, 30_000)]))
    row = Recovery.objects.get()
    assert (row.amount_fen, row.basis) == (40_000 * 30_000 // 80_000, "share")


def test_a_part_that_was_upheld_owes_its_part_of_the_loss(world: "World", elsewhere: Elsewhere) -> None:
    _, (first,) = elsewhere.claim(60_000, fund=40_000)
    elsewhere.decide(elsewhere.finding(first, 30_000, [(first, 30_000)], loss=18_000), "partly", 10_000)
    row = Recovery.objects.get()
    assert (row.owed_fen, row.breach_fen, row.amount_fen) == (10_000, 10_000, 6_000)


def test_a_finding_that_names_no_line_is_shared_over_the_claims_of_the_contact(
    world: "World", elsewhere: Elsewhere
) -> None:
    one, _ = elsewhere.claim(30_000, fund=15_000)
    other, _ = elsewhere.claim(10_000, fund=5_000)
    elsewhere.decide(elsewhere.finding(str(elsewhere.contact), 20_000, loss=10_000))
    rows = {row.claim_id: (row.breach_fen, row.amount_fen) for row in Recovery.objects.all()}
    assert rows == {one: (15_000, 7_500), other: (5_000, 2_500)}


def test_the_parts_of_one_claim_are_one_claim(world: "World", elsewhere: Elsewhere) -> None:
    claim = new_id()
    where = {"institution_id": elsewhere.house, "contact_id": elsewhere.contact, "person_id": elsewhere.person}
    names = [lines_of(part_of(claim, number, 10_000, 5_000, **where), [10_000]) for number in range(2)]
    assert names[0] != names[1]
    elsewhere.decide(elsewhere.finding(names[1][0], 10_000, [(names[1][0], 10_000)]))
    row = Recovery.objects.get()
    assert (row.claim_id, row.lines, row.amount_fen) == (claim, [[names[1][0], 10_000]], 5_000)


def test_two_findings_never_take_more_than_the_line_nor_than_the_fund_paid(
    world: "World", elsewhere: Elsewhere
) -> None:
    _, (first,) = elsewhere.claim(60_000, fund=10_000)
    elsewhere.decide(elsewhere.finding(first, 50_000, [(first, 50_000)], loss=9_000))
    elsewhere.decide(elsewhere.finding(first, 60_000, [(first, 60_000)], loss=10_000, rule="B01"))
    elsewhere.end_appeals()
    one, two = Recovery.objects.order_by("at", "id")
    assert (one.breach_fen, two.breach_fen) == (50_000, 10_000)
    assert (one.amount_fen, two.amount_fen) == (9_000, 1_000)
    assert elsewhere.books(world) == (10_000, -10_000)


def test_a_decision_that_falls_gives_back_what_was_held(world: "World", elsewhere: Elsewhere) -> None:
    _, (first,) = elsewhere.claim(60_000, fund=40_000)
    verdict = elsewhere.finding(first, 30_000, [(first, 30_000)], loss=18_000)
    elsewhere.decide(verdict)
    elsewhere.reject_on_appeal(verdict)
    row = Recovery.objects.get()
    assert (row.step, row.last.because) == ("released", "rejected")
    assert elsewhere.books(world) == (0, 0)
    assert world.holds(f"hospital:{elsewhere.house}:borne")[1] == 0


def test_what_the_fund_never_paid_is_not_recovered(world: "World", elsewhere: Elsewhere) -> None:
    _, (first,) = elsewhere.claim(60_000, fund=0)
    elsewhere.decide(elsewhere.finding(first, 30_000, [(first, 30_000)], loss=18_000))
    row = Recovery.objects.get()
    assert (row.amount_fen, row.step, row.last.because) == (0, "nothing", "fund_unpaid")


def test_a_claim_of_another_institution_is_not_touched(world: "World", elsewhere: Elsewhere) -> None:
    elsewhere.claim(60_000, fund=40_000, institution_id=new_id())
    elsewhere.decide(elsewhere.finding(str(elsewhere.contact), 30_000, loss=18_000))
    assert not Recovery.objects.exists()


def test_each_house_reads_its_own(world: "World", elsewhere: Elsewhere) -> None:
    _, (first,) = elsewhere.claim(60_000, fund=40_000)
    elsewhere.decide(elsewhere.finding(first, 30_000, [(first, 30_000)], loss=18_000))
    case = FindingCase.objects.get().pk
    assert [card.amount_fen for card in selectors.recoveries_of(actor=elsewhere.affairs, case_id=case)] == [18_000]
    at_home = an_actor(Role.AUDITOR, world.house)
    assert selectors.recoveries_of(actor=at_home, case_id=case) == []


def test_a_policy_that_nobody_knows_names_no_fund(world: "World", elsewhere: Elsewhere) -> None:
    """Money for a fund that nobody can name stays where it is, and the reason is told."""
    _, (first,) = elsewhere.claim(60_000, fund=40_000, policy="of another province")
    elsewhere.decide(elsewhere.finding(first, 30_000, [(first, 30_000)], loss=18_000))
    row = Recovery.objects.get()
    assert (row.amount_fen, row.step, row.last.because) == (0, "nothing", "fund_unknown")
