"""Classification, schemes, policies and explanations, case by case."""

from datetime import date

import pytest
from tests.unit.benefits.bills import CHRONIC, OUTPATIENT, a_line, a_policy, fen, settled, used

from xinglin.benefits.explain import explain_bill, explain_line, percent, yuan
from xinglin.benefits.lines import Bearer, Denial, classify, classify_all
from xinglin.benefits.policy import CareType, NoPolicy, PolicyKey, Tier, demo_book, read_book
from xinglin.benefits.rounding import allocate, half_up, share
from xinglin.benefits.schemes import split_by_scheme
from xinglin.benefits.settle import Purse, settle
from xinglin.benefits.totals import Effect, State, fold


@pytest.mark.parametrize(
    ("amount", "permille", "rounded"), [(125, 100, 13), (333, 100, 33), (1, 500, 1), (999, 650, 649), (0, 999, 0)]
)
def test_the_table_of_roundings(amount: int, permille: int, rounded: int) -> None:
    assert share(amount, permille) == rounded


def test_half_up_refuses_negative_fractions() -> None:
    with pytest.raises(ValueError, match="not negative"):
        half_up(-1, 2)


def test_allocation_adds_up_and_prefers_the_largest_remainder() -> None:
    assert allocate(100, [1, 1, 1]) == (34, 33, 33)
    assert allocate(10, [0, 3, 7]) == (0, 3, 7)
    assert allocate(0, []) == ()


@pytest.mark.parametrize(
    ("line", "full", "over", "first", "scope", "hospital"),
    [
        (a_line("A", 10), 0, 0, 0, 1000, 0),
        (a_line("B", 1.25, "B", 100), 0, 0, 13, 112, 0),
        (a_line("C", 10, "C"), 1000, 0, 0, 0, 0),
        (a_line("over", 10, quantity=2, price_limit_fen=300), 0, 400, 0, 600, 0),
        (a_line("over B", 10, "B", 200, price_limit_fen=600), 0, 400, 120, 480, 0),
        (a_line("hospital", 10, price_limit_fen=600, limit_bearer=Bearer.HOSPITAL), 0, 400, 0, 600, 400),
        (a_line("denied", 10, denial=Denial("C01", "", "")), 1000, 0, 0, 0, 0),
        (a_line("own fault", 10, denial=Denial("C01", "", "", Bearer.HOSPITAL)), 1000, 0, 0, 0, 1000),
        (a_line("one of three", 10, quantity=3, denial=Denial("C09", "", "", units=1)), 333, 0, 0, 667, 0),
        (a_line("one of two over", 20, quantity=2, price_limit_fen=800, denial=Denial("C09", "", "", units=1)),
         1000, 200, 0, 800, 0),
        (a_line("nothing", 0), 0, 0, 0, 0, 0),
    ],
)  # fmt: skip
def test_lines_are_split(line, full, over, first, scope, hospital) -> None:  # type: ignore[no-untyped-def]
    split = classify(line)
    assert split.holds()
    assert (split.full_selfpay_fen, split.over_limit_fen, split.selfpay_first_fen) == (full, over, first)
    assert (split.in_scope_fen, split.hospital_fen) == (scope, hospital)
    assert sum(s.amount_fen for s in explain_line(split)) == line.amount_fen


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": 0}, {"selfpay_permille": 1001}, {"price_limit_fen": -1}, {"denial": Denial("x", "", "", units=2)}],
)
def test_impossible_lines_are_refused(wrong) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="line wrong"):
        a_line("wrong", 10, **wrong)


def test_two_lines_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        classify_all([a_line("x", 1), a_line("x", 2)])


def test_the_hospital_bears_what_it_may_not_pass_on() -> None:
    line = a_line("own fault", 100, denial=Denial("E", "", "", Bearer.HOSPITAL))
    outcome = settled([line, a_line("good", 100)], a_policy(permille=500))
    assert (outcome.hospital_fen, outcome.fund_fen, outcome.cash_fen) == (fen(100), fen(50), fen(50))


def test_the_account_pays_only_what_the_policy_allows() -> None:
    bill = [a_line("C", 100, "C"), a_line("A", 100)]
    assert settled(bill, a_policy(permille=500), account=1000).account_fen == fen(50)
    assert settled(bill, a_policy(permille=500, account_pays_all=True), account=1000).account_fen == fen(150)


def test_the_family_account_pays_after_the_own_one() -> None:
    lines = classify_all([a_line("A", 100)])
    purse = Purse(account_fen=fen(30), family_account_fen=fen(100))
    outcome = settle(lines, key=OUTPATIENT, policy=a_policy(permille=500), so_far=State(), purse=purse)
    assert (outcome.account_fen, outcome.family_account_fen, outcome.cash_fen) == (fen(30), fen(20), 0)


def test_supplements_large_sum_serious_illness_and_aid() -> None:
    policy = a_policy(permille=800, cap=100, large_sum_permille=500, serious_from_fen=fen(50), serious_permille=600)
    lines = classify_all([a_line("A", 200)])
    outcome = settle(lines, key=OUTPATIENT, policy=policy, so_far=State(), purse=Purse(aid_permille=500))
    # 200 × 80 % = 160, cap 100; half of the 60 cut off; own burden 70, of it 20 above 50 at 60 %; half of the rest.
    funds = outcome.funds
    assert (funds.basic_fen, funds.large_sum_fen, funds.serious_fen) == (fen(100), fen(30), fen(12))
    assert funds.aid_fen == fen(29)
    assert outcome.cash_fen == fen(29)
    assert outcome.holds()


def test_a_second_stay_has_the_smaller_deductible() -> None:
    policy = a_policy(deductible=1000, later_deductibles_fen=(fen(500), fen(250)), tiers_by_stay=True)
    bill = [a_line("stay", 2000)]
    before = [fold([Effect(OUTPATIENT)] * stays) for stays in range(4)]
    assert [settled(bill, policy, state).deductible_fen for state in before] == [
        fen(1000), fen(500), fen(250), fen(250)]  # fmt: skip


def test_tiers_count_what_was_in_scope_before() -> None:
    policy = a_policy(tiers=(Tier(fen(100), 500), Tier(None, 1000)))
    outcome = settled([a_line("A", 100)], policy, used(in_scope=60))
    assert [(s.base_fen, s.permille) for s in outcome.segments] == [(fen(40), 500), (fen(60), 1000)]


# SCHEMES


def _parts(qualified: list[str], diagnoses: list[str]) -> list[tuple[str, str, list[str]]]:
    bill = [
        a_line("visit", 20),
        a_line("amlodipine", 50, atc="C08CA01"),
        a_line("metformin", 30, atc="A10BA02"),
        a_line("cetirizine", 10, atc="R06AE07"),
    ]
    parts = split_by_scheme(bill, qualified=qualified, diagnoses=diagnoses, diseases=demo_book().diseases)
    return [(p.care_type, p.disease, [line.id for line in p.lines]) for p in parts]


def test_one_visit_two_settlements() -> None:
    assert _parts(["hypertension"], ["I10"]) == [
        (CareType.CHRONIC, "hypertension", ["amlodipine"]),
        (CareType.OUTPATIENT, "", ["visit", "metformin", "cetirizine"]),
    ]


def test_one_visit_three_settlements_in_the_order_of_the_qualifications() -> None:
    assert [part[1] for part in _parts(["diabetes", "hypertension"], ["I10", "E11.9"])] == [
        "diabetes",
        "hypertension",
        "",
    ]


def test_a_qualification_without_the_diagnosis_or_a_diagnosis_without_qualification_counts_nothing() -> None:
    everything = [(CareType.OUTPATIENT, "", ["visit", "amlodipine", "metformin", "cetirizine"])]
    assert _parts(["hypertension"], ["J00"]) == everything
    assert _parts([], ["I10"]) == everything
    assert _parts(["unheard-of"], ["I10"]) == everything


def test_no_lines_no_parts() -> None:
    assert split_by_scheme([], qualified=["diabetes"], diagnoses=["E11.9"], diseases=demo_book().diseases) == ()


# POLICIES


def test_the_demo_book_says_that_it_is_invented_and_covers_its_own_people() -> None:
    book = demo_book()
    assert "invented" in book.papers["what"]
    assert book.papers["reviewed_by"] == "none"
    for year in (2024, date(2026, 11, 21).year, 2027):
        for insurance, persons in (("310", ("11", "12")), ("390", ("14", "15"))):
            for person in persons:
                for level in (1, 2, 3):
                    book.find(PolicyKey("379900", insurance, person, "11", level, year))
                    book.find(PolicyKey("379900", insurance, person, "21", level, year))
                    for disease in book.diseases:
                        book.find(PolicyKey("379900", insurance, person, "140104", level, year, disease))


def test_a_policy_changes_with_the_year() -> None:
    book = demo_book()
    shares = [
        book.find(PolicyKey("379900", "390", "15", "140104", 1, year, "diabetes")).tiers[0].permille
        for year in (2025, 2026)
    ]
    assert shares == [550, 600]


def test_a_missing_policy_is_named_never_zero() -> None:
    with pytest.raises(NoPolicy, match="330100"):
        demo_book().find(PolicyKey("330100", "310", "11", "11", 1, 2026))


def test_two_rows_for_one_key_are_refused() -> None:
    row = {
        "id": "x", "insurance_type": "310", "care_type": "11", "person_types": ["11"], "levels": [1], "years": [2026],
        "deductible_fen": 0, "tiers": [{"permille": 500}],
    }  # fmt: skip
    with pytest.raises(ValueError, match="two rows"):
        read_book({"papers": {}, "area": "379900", "policies": [row, row], "diseases": []})


@pytest.mark.parametrize(
    "tiers", [(), (Tier(100, 500),), (Tier(100, 500), Tier(50, 600), Tier(None, 1)), (Tier(None, 1001),)]
)
def test_impossible_tiers_are_refused(tiers: tuple[Tier, ...]) -> None:
    from xinglin.benefits.policy import Policy

    with pytest.raises(ValueError, match="policy"):
        Policy(id="x", key=PolicyKey("379900", "310", "11", "11", 1, 2026), deductible_fen=0, tiers=tiers)


# WORDS


def test_the_receipt_says_why_in_both_languages() -> None:
    bill = [a_line("B", 140, "B", 200)]
    outcome = settled(bill, a_policy(permille=600, cap=1000), used(CHRONIC, fund=950), key=CHRONIC)
    first, scope = explain_line(outcome.lines[0])
    assert first.zh == "乙类，先由个人自付 20 %，即 28.00 元。"
    assert first.en == "Class B: a share of 20 %, that is 28.00 yuan, is paid by oneself first."
    assert scope.en == "The remaining 112.00 yuan counts for insurance."
    codes = [s.code for s in explain_bill(outcome)]
    assert codes == ["in_scope", "tier", "cap", "fund", "cash"]
    cap = next(s for s in explain_bill(outcome) if s.code == "cap")
    assert cap.en == "Only 50.00 yuan of the yearly cap is left, and the fund pays that."


def test_a_denial_names_its_rule_and_reason() -> None:
    [sentence] = explain_line(classify(a_line("x", 60, denial=Denial("B01", "线上不得开具。", "Not allowed online."))))
    assert sentence.zh == "医保不予支付（规则 B01）：线上不得开具。60.00 元由个人自费。"
    assert "rule B01" in sentence.en
    assert "Not allowed online. 60.00 yuan" in sentence.en


def test_amounts_and_shares_in_words() -> None:
    assert (yuan(123456), yuan(-5), percent(600), percent(125)) == ("1,234.56", "-0.05", "60 %", "12.5 %")
