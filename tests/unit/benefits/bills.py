"""Plain builders of bills and policies for the tests of the arithmetic; amounts in yuan for the eye."""

from typing import Any

from xinglin.benefits.lines import FeeLine, LineClass, classify_all
from xinglin.benefits.policy import CareType, Policy, PolicyKey, Tier
from xinglin.benefits.settle import Outcome, Purse, settle
from xinglin.benefits.totals import Effect, SchemeKey, State, fold

OUTPATIENT = SchemeKey(CareType.OUTPATIENT, 2026)
CHRONIC = SchemeKey(CareType.CHRONIC, 2026, "hypertension")
INPATIENT = SchemeKey(CareType.INPATIENT, 2026)


def fen(yuan: float) -> int:
    return round(yuan * 100)


def a_line(id: str, yuan: float, line_class: str = "A", selfpay_permille: int = 0, **more: Any) -> FeeLine:
    given: dict[str, Any] = {"code": id, "name_zh": id, "name_en": id, "quantity": 1} | more
    return FeeLine(
        id=id,
        amount_fen=fen(yuan),
        line_class=LineClass(line_class),
        selfpay_first_permille=selfpay_permille,
        **given,
    )


def a_policy(
    deductible: float = 0, permille: int = 600, cap: float | None = None, tiers: tuple[Tier, ...] = (), **more: Any
) -> Policy:
    return Policy(
        id="test",
        key=PolicyKey("379900", "310", "11", CareType.OUTPATIENT, 2, 2026),
        deductible_fen=fen(deductible),
        tiers=tiers or (Tier(None, permille),),
        cap_fen=None if cap is None else fen(cap),
        **more,
    )


def used(key: SchemeKey = OUTPATIENT, deductible: float = 0, fund: float = 0, in_scope: float = 0) -> State:
    return fold([Effect(key, deductible_fen=fen(deductible), basic_fund_fen=fen(fund), in_scope_fen=fen(in_scope))])


def settled(
    lines: list[FeeLine],
    policy: Policy,
    so_far: State | None = None,
    account: float = 0,
    key: SchemeKey = OUTPATIENT,
    **more: Any,
) -> Outcome:
    outcome = settle(
        classify_all(lines),
        key=key,
        policy=policy,
        so_far=so_far or State(),
        purse=Purse(account_fen=fen(account)),
        **more,
    )
    assert outcome.holds()
    return outcome
