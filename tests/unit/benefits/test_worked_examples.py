"""The worked examples of settlement, to the fen. Figures are invented; what they show is the arithmetic."""

from tests.unit.benefits.bills import CHRONIC, INPATIENT, OUTPATIENT, a_line, a_policy, fen, settled, used

from xinglin.benefits.lines import Denial, classify_all, deny
from xinglin.benefits.policy import AwayTerms, Filing, Tier
from xinglin.benefits.revoke import LaterChange, Standing, later_changes, replay
from xinglin.benefits.settle import fund_loss
from xinglin.benefits.totals import State

INPATIENT_TIERS = (Tier(fen(10_000), 850), Tier(fen(30_000), 900), Tier(None, 950))


def test_example_1_employee_in_ordinary_outpatient_pooling() -> None:
    bill = [
        a_line("not listed", 30, "C"),
        a_line("dear examination", 120, "A", price_limit_fen=fen(100)),
        a_line("class B medicine", 140, "B", 200),
        a_line("class A medicine", 180, "A"),
    ]
    outcome = settled(bill, a_policy(deductible=500, permille=600), used(deductible=300, in_scope=300), account=150)
    assert outcome.amount_fen == fen(470)
    assert (outcome.full_selfpay_fen, outcome.over_limit_fen, outcome.selfpay_first_fen, outcome.in_scope_fen) == (
        fen(30),
        fen(20),
        fen(28),
        fen(392),
    )
    assert outcome.deductible_fen == fen(200)
    assert outcome.base_fen == fen(192)
    assert outcome.fund_fen == fen(115.20)
    assert outcome.personal_fen == fen(354.80)
    assert outcome.account_fen == fen(150)
    assert outcome.cash_fen == fen(204.80)


def test_example_2_chronic_outpatient_meets_its_cap() -> None:
    bill = [a_line("amlodipine", 200, "A"), a_line("class B medicine", 100, "B", 200)]
    policy = a_policy(permille=600, cap=1000)
    outcome = settled(bill, policy, used(CHRONIC, fund=900, in_scope=1500), key=CHRONIC)
    assert outcome.in_scope_fen == fen(280)
    assert outcome.uncapped_fen == fen(168)
    assert outcome.fund_fen == fen(100)
    assert outcome.personal_fen == fen(200)
    assert outcome.selfpay_first_fen == fen(20)


def test_example_3_inpatient_tiers_and_the_loss_of_a_breach() -> None:
    bill = [
        a_line("not listed", 3_000, "C"),
        a_line("above the ceiling", 1_500, "A", price_limit_fen=fen(1_000)),
        a_line("class B", 25_000, "B", 100),
        a_line("class A", 13_500, "A"),
        a_line("in breach", 5_000, "A"),
    ]
    policy = a_policy(deductible=1_000, tiers=INPATIENT_TIERS, tiers_by_stay=True)
    claimed = settled(bill, policy, key=INPATIENT)
    assert claimed.amount_fen == fen(48_000)
    assert claimed.in_scope_fen == fen(42_000)
    assert [(s.base_fen, s.permille) for s in claimed.segments] == [
        (fen(9_000), 850),
        (fen(20_000), 900),
        (fen(12_000), 950),
    ]
    assert claimed.fund_fen == fen(37_050)
    assert claimed.personal_fen == fen(10_950)
    rightful = settled(bill[:-1], policy, key=INPATIENT)
    assert rightful.fund_fen == fen(32_300)
    loss = fund_loss(claimed, rightful)
    assert (loss.in_breach_fen, loss.fund_loss_fen) == (fen(5_000), fen(4_750))


def test_example_4_another_province_two_rulebooks() -> None:
    policy = a_policy(
        deductible=1_200,
        permille=750,
        tiers_by_stay=True,
        away={Filing.REFERRED: AwayTerms(None, 50), Filing.NOT_FILED: AwayTerms(fen(1_500), 200)},
    )
    bill = [a_line("not listed", 500, "C"), a_line("class B there", 4_000, "B", 100), a_line("class A", 5_500, "A")]
    referred = settled(bill, policy, key=INPATIENT, filing=Filing.REFERRED)
    assert referred.amount_fen == fen(10_000)
    assert (referred.selfpay_first_fen, referred.in_scope_fen) == (fen(400), fen(9_100))
    assert referred.fund_fen == fen(5_530)
    not_filed = settled(bill, policy, key=INPATIENT, filing=Filing.NOT_FILED)
    assert not_filed.fund_fen == fen(4_180)


def _three_claims() -> tuple[list[Standing], list[int]]:
    policy = a_policy(deductible=500, permille=600)
    history: list[Standing] = []
    funds: list[int] = []
    state = State()
    for name, yuan in (("1", 300), ("2", 400), ("3", 250)):
        lines = classify_all([a_line(name, yuan)])
        outcome = settled([a_line(name, yuan)], policy, state)
        state = state.plus(outcome.effect)
        funds.append(outcome.fund_fen)
        history.append(Standing(name, lines, OUTPATIENT, policy, outcome.fund_fen, outcome.effect))
    return history, funds


def test_example_5_a_revocation_that_would_change_later_claims_is_refused() -> None:
    history, funds = _three_claims()
    assert funds == [0, fen(120), fen(150)]
    rightful = [outcome.fund_fen for outcome in replay(history[1:])]
    assert rightful == [0, fen(90)]
    assert sum(funds[1:]) - sum(rightful) == fen(180)
    assert later_changes(history, "1") == (LaterChange("2", fen(120), 0), LaterChange("3", fen(150), fen(90)))


def test_example_5_last_in_first_out_is_right() -> None:
    history, _ = _three_claims()
    assert later_changes(history, "3") == ()
    assert later_changes(history[:2], "2") == ()
    assert later_changes(history[:1], "1") == ()


def test_example_5_an_older_claim_on_which_nothing_depends_may_go() -> None:
    history, _ = _three_claims()
    again = a_line("4", 80)
    state = State()
    for outcome in replay(history):
        state = state.plus(outcome.effect)
    fourth = settled([again], history[0].policy, state)
    standing = Standing("4", classify_all([again]), OUTPATIENT, history[0].policy, fourth.fund_fen, fourth.effect)
    # The deductible was met by claims 1 and 2: without claim 3 the fourth is paid the same.
    assert later_changes([*history, standing], "3") == ()
    assert later_changes([*history, standing], "2") != ()


def test_example_6_a_denial_at_control_can_cost_the_fund_nothing() -> None:
    bill = [a_line("amlodipine", 200, "A"), a_line("second line", 100, "B", 200)]
    policy, before = a_policy(permille=600, cap=1000), used(CHRONIC, fund=900)
    claimed = settled(bill, policy, before, key=CHRONIC)
    refused = list(deny(bill, {"second line": Denial("C05", "无一线用药依据。", "No evidence of first-line use. ")}))
    rightful = settled(refused, policy, before, key=CHRONIC)
    assert rightful.in_scope_fen == fen(200)
    assert rightful.uncapped_fen == fen(120)
    assert rightful.fund_fen == fen(100)
    assert rightful.personal_fen == fen(200)
    loss = fund_loss(claimed, rightful)
    assert (loss.in_breach_fen, loss.fund_loss_fen) == (fen(80), 0)


def test_example_7_online_follow_up_and_its_refusal() -> None:
    bill = [a_line("visit fee", 20, "A"), a_line("class A", 90, "A"), a_line("class B", 60, "B", 100)]
    policy, before = a_policy(deductible=500, permille=500), used(deductible=500, in_scope=900)
    outcome = settled(bill, policy, before)
    assert outcome.in_scope_fen == fen(164)
    assert outcome.fund_fen == fen(82)
    assert outcome.personal_fen == fen(88)
    refused = list(deny(bill, {"*": Denial("A02", "缺少复诊凭据。", "Follow-up evidence is missing. ")}))
    without = settled(refused, policy, before)
    assert without.fund_fen == 0
    assert without.full_selfpay_fen == without.amount_fen == fen(170)
