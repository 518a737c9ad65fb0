"""What holds for any bill, any policy, any history: searched for counter-examples."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.benefits.bills import OUTPATIENT, a_policy

from xinglin.benefits.explain import explain_bill, explain_line
from xinglin.benefits.lines import Bearer, Denial, FeeLine, LineClass, classify_all
from xinglin.benefits.policy import AwayTerms, Filing, Policy, Tier
from xinglin.benefits.revoke import Standing, later_changes, replay
from xinglin.benefits.rounding import allocate
from xinglin.benefits.settle import Purse, settle
from xinglin.benefits.totals import Effect, SchemeKey, State, fold

AMOUNT = st.integers(0, 10_000_000)
PERMILLE = st.integers(0, 1000)
KEYS = st.builds(SchemeKey, st.sampled_from(["11", "140104"]), st.just(2026), st.sampled_from(["", "diabetes"]))


@st.composite
def fee_lines(draw: st.DrawFn, id: str) -> FeeLine:
    quantity = draw(st.integers(1, 9))
    denial = draw(
        st.none()
        | st.builds(
            Denial,
            st.just("C01"),
            st.just("zh"),
            st.just("en"),
            st.sampled_from(Bearer),
            st.none() | st.integers(1, quantity),
        )
    )
    return FeeLine(
        id=id,
        code=id,
        name_zh=id,
        name_en=id,
        quantity=quantity,
        amount_fen=draw(AMOUNT),
        line_class=draw(st.sampled_from(LineClass)),
        selfpay_first_permille=draw(PERMILLE),
        price_limit_fen=draw(st.none() | AMOUNT),
        limit_bearer=draw(st.sampled_from(Bearer)),
        denial=denial,
    )


@st.composite
def bills(draw: st.DrawFn, least: int = 0) -> list[FeeLine]:
    return [draw(fee_lines(str(n))) for n in range(draw(st.integers(least, 5)))]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    bounds = sorted(draw(st.sets(st.integers(1, 5_000_000), max_size=3)))
    return replace(
        a_policy(),
        deductible_fen=draw(st.integers(0, 200_000)),
        tiers=(*(Tier(bound, draw(PERMILLE)) for bound in bounds), Tier(None, draw(PERMILLE))),
        cap_fen=draw(st.none() | st.integers(0, 3_000_000)),
        large_sum_permille=draw(PERMILLE),
        serious_from_fen=draw(st.none() | st.integers(0, 3_000_000)),
        serious_permille=draw(PERMILLE),
        account_pays_all=draw(st.booleans()),
        tiers_by_stay=draw(st.booleans()),
        away={Filing.NOT_FILED: AwayTerms(draw(st.none() | st.integers(0, 300_000)), draw(PERMILLE))},
    )


@st.composite
def states(draw: st.DrawFn) -> State:
    amounts = st.integers(0, 2_000_000)
    return fold(
        Effect(draw(KEYS), draw(amounts), draw(amounts), draw(amounts), draw(amounts), draw(amounts))
        for _ in range(draw(st.integers(0, 4)))
    )


purses = st.builds(Purse, AMOUNT, AMOUNT, PERMILLE)
filings = st.sampled_from(Filing)


@given(bills(), policies(), states(), purses, filings)
@settings(max_examples=300, deadline=None)
def test_every_identity_holds(bill: list[FeeLine], policy: Policy, state: State, purse: Purse, filing: Filing) -> None:
    lines = classify_all(bill)
    outcome = settle(lines, key=OUTPATIENT, policy=policy, so_far=state, purse=purse, filing=filing)
    # Written out here once more instead of trusting Outcome.holds alone.
    total = sum(line.amount_fen for line in bill)
    outside = outcome.full_selfpay_fen + outcome.over_limit_fen + outcome.selfpay_first_fen
    assert total == outside + outcome.in_scope_fen
    assert total == outcome.fund_fen + outcome.personal_fen + outcome.hospital_fen
    assert 0 <= outcome.fund_fen <= outcome.in_scope_fen
    assert outcome.cash_fen >= 0
    assert 0 <= outcome.account_fen <= purse.account_fen
    assert 0 <= outcome.family_account_fen <= purse.family_account_fen
    if policy.cap_fen is not None:
        already = state.of(OUTPATIENT).basic_fund_fen
        assert outcome.funds.basic_fen <= max(0, policy.cap_fen - already)
    assert all(s.fund_fen <= line.in_scope_fen for s, line in zip(outcome.shares, lines, strict=True))
    assert all(s.deductible_fen <= line.in_scope_fen for s, line in zip(outcome.shares, lines, strict=True))
    assert outcome.holds()


@given(bills(), policies())
def test_every_fen_of_a_line_is_explained(bill: list[FeeLine], policy: Policy) -> None:
    lines = classify_all(bill)
    for split in lines:
        sentences = explain_line(split)
        assert sum(s.amount_fen for s in sentences) == split.amount_fen
        assert all(s.zh and s.en and "{" not in s.zh + s.en for s in sentences)
    assert explain_bill(settle(lines, key=OUTPATIENT, policy=policy, so_far=State(), purse=Purse()))


def _fund(in_scope: int, policy: Policy, state: State) -> int:
    line = FeeLine("x", "x", "x", "x", 1, in_scope, LineClass.A)
    return settle(classify_all([line]), key=OUTPATIENT, policy=policy, so_far=state, purse=Purse()).fund_fen


@given(AMOUNT, AMOUNT, policies(), states())
def test_more_in_scope_is_never_paid_less(one: int, other: int, policy: Policy, state: State) -> None:
    less, more = sorted((one, other))
    assert _fund(less, policy, state) <= _fund(more, policy, state)


@given(AMOUNT, policies(), st.integers(0, 300_000), states())
def test_a_higher_deductible_never_pays_more(amount: int, policy: Policy, extra: int, state: State) -> None:
    # With a tier of higher cost paid better, a deductible still only takes away: it fills the lowest tier first.
    plain = replace(policy, serious_from_fen=None, large_sum_permille=0)
    harder = replace(plain, deductible_fen=plain.deductible_fen + extra)
    assert _fund(amount, harder, state) <= _fund(amount, plain, state)


@given(st.integers(0, 10_000_000), st.lists(st.integers(0, 1_000_000), min_size=1, max_size=6))
def test_allocation_loses_no_fen(total: int, weights: list[int]) -> None:
    if sum(weights) == 0:
        return
    parts = allocate(total, weights)
    assert sum(parts) == total
    if total <= sum(weights):
        assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(st.lists(st.builds(Effect, KEYS, AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT), max_size=6), st.randoms())
def test_totals_do_not_depend_on_order_and_a_revocation_restores_them(effects: list[Effect], rng: object) -> None:
    shuffled = list(effects)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(effects) == fold(shuffled)
    undone = fold([*effects, *(e.negated() for e in effects)])
    assert all(totals == type(totals)() for totals in undone.schemes.values())


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100_000), KEYS), min_size=1, max_size=8), policies(), st.data())
@settings(deadline=None)
def test_standing_settlements_are_what_settling_them_alone_would_give(
    moves: list[tuple[bool, int, SchemeKey]], policy: Policy, data: st.DataObject
) -> None:
    """Settle and revoke at random; refused revocations change nothing; the standing ones always replay exactly."""
    standing: list[Standing] = []
    effects: list[Effect] = []
    by_id: dict[str, Effect] = {}
    for number, (settles, amount, key) in enumerate(moves):
        if settles or not standing:
            lines = classify_all([FeeLine("x", "x", "x", "x", 1, amount, LineClass.A)])
            outcome = settle(lines, key=key, policy=policy, so_far=fold(effects), purse=Purse())
            name = str(number)
            by_id[name] = outcome.effect
            effects.append(outcome.effect)
            standing.append(Standing(name, lines, key, policy, outcome.fund_fen, outcome.effect))
        else:
            victim = data.draw(st.sampled_from(standing)).id
            if not later_changes(standing, victim):
                effects.append(by_id[victim].negated())
                standing = [bill for bill in standing if bill.id != victim]
    again = replay(standing)
    assert [o.fund_fen for o in again] == [bill.fund_fen for bill in standing]
    kept = {k: v for k, v in fold(effects).schemes.items() if v.visits}
    assert kept == fold(o.effect for o in again).schemes
