"""What was paid, in sums: net of reversals, of one's own institutions alone."""

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests import builders as make
from tests.unit.pharmacy.world import NOW
from tests.unit.settlement.world import CASHIER

from xinglin.hospital.kernel.errors import NotAllowed
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.settlement import selectors, services
from xinglin.hospital.settlement.selectors import Spending

if TYPE_CHECKING:
    from tests.unit.settlement.world import World

YEAR = {"from_on": date(2026, 1, 1), "until_on": date(2026, 12, 31)}


def test_sums_follow_what_was_settled_and_what_was_taken_back(world: "World") -> None:
    world.insure(account=300)
    world.qualify()
    paid = world.settle(world.to_pay())
    auditor = make.an_auditor().actor
    (day,) = selectors.spending(actor=auditor, **YEAR)
    assert day == Spending(
        NOW.date(),
        paid.total_fen,
        paid.fund_fen,
        paid.hospital_fen,
        paid.account_fen + paid.family_account_fen,
        paid.cash_fen,
        claims=1,
    )
    assert day.total_fen == day.fund_fen + day.hospital_fen + day.account_fen + day.cash_fen > 0
    (month,) = selectors.spending(actor=auditor, **YEAR, step="month")
    assert (month.on, month.fund_fen) == (date(2026, 9, 1), paid.fund_fen)
    services.reverse(actor=CASHIER, settlement_id=paid.id, reason="test", now=world.later(20))
    (day,) = selectors.spending(actor=auditor, **YEAR)
    assert day == Spending(NOW.date(), claims=1, reversed=1)


def test_others_see_nothing_of_it(world: "World") -> None:
    world.insure()
    world.settle(world.to_pay())
    auditor = make.an_auditor().actor
    assert selectors.spending(actor=auditor, **YEAR, institution_id=new_id()) == []
    assert len(selectors.spending(actor=auditor, **YEAR, institution_id=world.house)) == 1
    elsewhere = make.a_medical_affairs_officer(institution=make.an_institution()).actor
    assert selectors.spending(actor=elsewhere, **YEAR) == []
    assert selectors.spending(actor=elsewhere, **YEAR, institution_id=world.house) == []
    for other in (world.patient.actor, world.doctor.actor, make.a_regulator().actor):
        with pytest.raises(NotAllowed):
            selectors.spending(actor=other, **YEAR)
