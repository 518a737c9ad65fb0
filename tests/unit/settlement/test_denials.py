"""From what supervision denies to what is not paid. Pure."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.benefits.bills import a_line

from xinglin.benefits.lines import Bearer, Denial
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.settlement.facts import denials_from, new_denials
from xinglin.hospital.settlement.words import ClaimKind
from xinglin.supervision.verdicts import Scope


@dataclass
class AnAsk:
    """What oversight answers, as far as it matters here."""

    scope: str
    subject: str
    count: int | None = None
    fen: int | None = None
    consequence: str = "deny"
    rule_id: str = "X01"
    sentence: T = field(default_factory=lambda: T(zh="原因。", en="Reason."))

    @property
    def verdict(self) -> Any:
        excess = SimpleNamespace(count=self.count, fen=self.fen)
        core = SimpleNamespace(scope=Scope.of(self.scope), subject=self.subject, excess=excess)
        return SimpleNamespace(core=core)


BILL: Any = SimpleNamespace(
    kind=ClaimKind.PRESCRIPTION, lines=(a_line("one", 10, quantity=3), a_line("two", 20, quantity=1))
)
CASE: Any = SimpleNamespace(packs=(SimpleNamespace(id="pack", line_id="one"),))


@pytest.mark.parametrize(("ask", "line", "bearer", "units"), [
    (AnAsk("line", "one", 2), "one", Bearer.PATIENT, 2),
    (AnAsk("line", "one", 3), "one", Bearer.PATIENT, None),
    (AnAsk("line", "one", 0), "one", Bearer.PATIENT, None),
    (AnAsk("line", "two"), "two", Bearer.PATIENT, None),
    (AnAsk("item", "one"), "one", Bearer.PATIENT, None),
    (AnAsk("item", "one", fen=2 * BILL.lines[0].amount_fen // 3), "one", Bearer.PATIENT, 2),
    (AnAsk("item", "one", fen=BILL.lines[0].amount_fen), "one", Bearer.PATIENT, None),
    (AnAsk("pack", "pack"), "one", Bearer.HOSPITAL, 1),
    (AnAsk("pack", "unheard of"), "*", Bearer.HOSPITAL, None),
    (AnAsk("encounter", "visit"), "*", Bearer.HOSPITAL, None),
    (AnAsk("prescription", "rx"), "*", Bearer.HOSPITAL, None),
])  # fmt: skip
def test_what_is_denied_and_who_bears_it(ask: Any, line: str, bearer: Bearer, units: int | None) -> None:
    assert denials_from([ask], CASE, BILL) == {line: Denial("X01", "原因。", "Reason.", bearer, units)}


def test_less_than_one_unit_in_breach_refuses_nothing() -> None:
    assert denials_from([AnAsk("item", "one", fen=1)], CASE, BILL) == {}  # type: ignore[list-item]


def test_a_fee_out_of_rule_is_borne_by_the_house() -> None:
    fee: Any = SimpleNamespace(kind=ClaimKind.VISIT_FEE, lines=(a_line("visit", 20, quantity=1),))
    asks: list[Any] = [AnAsk("item", "visit")]
    assert denials_from(asks, CASE, fee)["visit"].bearer is Bearer.HOSPITAL


def test_the_whole_bill_swallows_its_lines_and_reminders_deny_nothing() -> None:
    whole, line = AnAsk("encounter", "visit"), AnAsk("line", "one", 1)
    assert set(denials_from([line, whole], CASE, BILL)) == {"*"}  # type: ignore[list-item]
    assert denials_from([AnAsk("line", "one", 1, consequence="remind")], CASE, BILL) == {}  # type: ignore[list-item]


def test_a_denial_is_taken_into_account_once() -> None:
    found = denials_from([AnAsk("line", "one", 1)], CASE, BILL)  # type: ignore[list-item]
    assert new_denials(found, {}) == found
    assert new_denials(found, found) == {}
    assert new_denials(found, {"*": found["one"]}) == {}
