"""What lies around a case is looked at: supplies elsewhere, boxes sold elsewhere, and what was measured is kept."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.unit.pharmacy.world import AMLODIPINE, NOW, a_code, a_line

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight import engine, records
from xinglin.hospital.oversight.models import Judgement
from xinglin.hospital.pharmacy import services as pharmacy
from xinglin.hospital.settlement.errors import SettlementRefused
from xinglin.hospital.settlement.reported import ReportedClaim, ReportedLine

if TYPE_CHECKING:
    from tests.unit.settlement.world import World


def a_supply_elsewhere(world: "World", days_ago: int, days: int, trace_codes: tuple[str, ...] = ()) -> None:
    """Amlodipine from another institution, as the insurer passes it on."""
    at = NOW - timedelta(days=days_ago)
    money = {"total_fen": 1000, "in_scope_fen": 1000, "cash_fen": 1000}
    none = ("deductible_fen", "full_selfpay_fen", "over_limit_fen", "selfpay_first_fen", "basic_fen", "fund_fen",
            "hospital_fen", "account_fen")  # fmt: skip
    claim = ReportedClaim.objects.create(
        id=new_id(),
        claim_id=new_id(),
        part=0,
        contact_id=new_id(),
        kind="pharmacy",
        person_id=world.patient.person_id,
        institution_id=new_id(),
        practitioner_id=new_id(),
        diagnosis_codes=["I10"],
        started_at=at,
        ended_at=at,
        settled_at=at,
        insurance_type="310",
        person_type="11",
        care_type="11",
        policy="test",
        **money,
        **dict.fromkeys(none, 0),
    )
    ReportedLine.objects.create(
        claim=claim,
        position=0,
        code=AMLODIPINE,
        quantity=1,
        days_supply=days,
        amount_fen=1000,
        full_selfpay_fen=0,
        over_limit_fen=0,
        selfpay_first_fen=0,
        in_scope_fen=1000,
        fund_share_fen=0,
        trace_codes=list(trace_codes),
    )


def asked(world: "World") -> set[str]:
    """The rules that ask something of one more week of amlodipine."""
    now = world.later(3)
    draft = world.draft(lines=[a_line()])
    return {ask.rule_id for ask in pharmacy.preview(actor=world.doctor.at(now), draft=draft, now=now).asks}


def test_what_another_institution_supplied_is_in_hand(world: "World") -> None:
    world.insure()
    assert asked(world) == set()
    a_supply_elsewhere(world, days_ago=2, days=84)
    assert asked(world) == {"H04"}, "a week more of it does not pass the grace of D05"


def test_what_is_used_up_or_not_known_yet_does_not_count(world: "World") -> None:
    world.insure()
    a_supply_elsewhere(world, days_ago=60, days=28)
    a_supply_elsewhere(world, days_ago=-1, days=28)
    assert asked(world) == set()


def test_a_box_sold_elsewhere_is_not_paid_again_and_the_judgement_stands_without_history(world: "World") -> None:
    world.insure()
    code = a_code()
    row = world.approved(world.draft(lines=[a_line()]))
    world.pick(row, {line.id: [code] for line in row.lines.all()})
    a_supply_elsewhere(world, days_ago=0, days=7, trace_codes=(code,))
    with pytest.raises(SettlementRefused, match="J01"):
        world.settle(row)
    stored = Judgement.objects.filter(subject_type="claim").latest("at")
    case = records.case_of(stored)
    measured = {(one.scope, one.subject): one for one in case.measures}
    assert measured["pack", case.packs[0].id].code_sales_open == 1
    again = engine.ask(case, "control", stored.at, frozenset(answer[0] for answer in stored.answers))
    assert [list(answer) for answer in records.answers(again.verdicts)] == stored.answers
