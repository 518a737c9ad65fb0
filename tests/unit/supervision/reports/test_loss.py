"""The fund's loss is what settling again without the breach saves, not the cost in breach."""

import pytest

from xinglin.benefits.policy import demo_book
from xinglin.supervision.reports.loss import NoLoss, Receipt, Year, settled_year


def receipt(ident: str, in_scope_fen: int | None, fund_fen: int | None, **changed: object) -> Receipt:
    told = {
        "id": ident,
        "year": 2026,
        "scheme": "employee",
        "benefit": "outpatient",
        "disease": "",
        "area": "379900",
        "level": 2,
        "in_scope_fen": in_scope_fen,
        "fund_fen": fund_fen,
    }
    return Receipt(**(told | changed))  # type: ignore[arg-type]


def year(*receipts: Receipt) -> Year:
    found = settled_year(receipts, demo_book())
    assert isinstance(found, Year)
    return found


def test_a_breach_below_the_deductible_costs_the_fund_nothing() -> None:
    assert year(receipt("a", 40_000, 0)).loss_fen({"a": 40_000}) == 0


def test_the_deductible_moves_to_the_later_claim() -> None:
    both = year(receipt("a", 60_000, 6_000), receipt("b", 30_000, 18_000))
    assert both.fund_fen == 24_000
    assert both.loss_fen({}) == 0
    assert both.loss_fen({"a": 60_000}) == 24_000
    assert both.loss_fen({"b": 30_000}) == 18_000
    assert both.loss_fen({"a": 10_000}) == 6_000


def test_a_retired_person_is_recognised_by_the_receipts() -> None:
    found = year(receipt("a", 40_000, 6_500))
    assert found.bills[0].policy.key.person_type == "12"


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (receipt("a", 60_000, 1), NoLoss.NOT_REPRODUCED),
        (receipt("a", 60_000, 6_000, area="000000"), NoLoss.NO_POLICY),
        (receipt("a", 60_000, 6_000, level=None), NoLoss.NO_POLICY),
        (receipt("a", 60_000, 6_000, scheme=None), NoLoss.UNKNOWN_COVER),
        (receipt("a", 60_000, 6_000, benefit="none"), NoLoss.UNKNOWN_COVER),
        (receipt("a", None, 6_000), NoLoss.UNKNOWN_COVER),
    ],
)
def test_without_the_receipts_own_figures_no_loss_is_told(one: Receipt, reason: NoLoss) -> None:
    assert settled_year([one], demo_book()) is reason
