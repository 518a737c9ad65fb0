"""What a good pharmacist would ring about, and what must stay silent, category by category."""

from collections import Counter
from functools import cache
from typing import Any

import pytest

from xinglin.clinical.knowledge import load_knowledge
from xinglin.clinical.medicines.checking import canonical, check, check_lines
from xinglin.hospital.demo.bench.medicines_scenarios import ADVANCED, Accuracy, Failed, judge, measure, scenarios

CATEGORIES = (
    "interaction",
    "duplicate",
    "dose_adult",
    "dose_child",
    "renal_hepatic",
    "laboratory",
    "pregnancy",
    "allergy",
    "age",
    "contraindication",
)
LEAST, LEAST_ADVANCED = 24, 40


@cache
def measured() -> tuple[dict[str, Accuracy], list[Failed]]:
    accuracy, failed = measure(load_knowledge())
    return {one.category: one for one in accuracy}, failed


@pytest.mark.parametrize("category", [*CATEGORIES, ADVANCED])
def test_the_goal_of_each_category_is_reached(category: str) -> None:
    accuracy, failed = measured()
    told = "\n".join(f"{one.scenario}: {one.why}" for one in failed if one.category == category)
    assert accuracy[category].reached, f"{accuracy[category].right} of {accuracy[category].of}\n{told}"


def test_categories_are_large_enough_and_half_must_stay_silent() -> None:
    of, silent, names = Counter[str](), Counter[str](), Counter[str]()
    for one in scenarios():
        of[one["category"]] += 1
        silent[one["category"]] += one["expect"]["silent"]
        names[one["id"]] += 1
    assert set(of) == {*CATEGORIES, ADVANCED}
    assert all(of[category] >= LEAST for category in CATEGORIES)
    assert of[ADVANCED] >= LEAST_ADVANCED
    assert all(0.45 <= silent[category] / of[category] <= 0.55 for category in of), silent
    assert max(names.values()) == 1


def test_each_scenario_says_why_in_both_languages_and_expects_something() -> None:
    for one in scenarios():
        assert one["why_zh"].strip(), one["id"]
        assert one["why_en"].strip(), one["id"]
        assert bool(one["expect"]["at_least"]) is not one["expect"]["silent"], one["id"]


def test_the_stream_answers_as_the_function_does() -> None:
    cases = [one["case"] for one in scenarios()]
    told = list(check_lines([canonical(case) for case in cases]))
    assert [canonical(one) for one in told] == [canonical(check(case)) for case in cases]


def _scenario(**expect: Any) -> dict[str, Any]:
    case = {"patient": {"age_years": 40, "allergies": []}, "orders": [{"drug": "没有这种药"}]}
    return {
        "id": "x",
        "category": "x",
        "case": case,
        "expect": {"at_least": [], "silent": True, "unchecked": []} | expect,
    }


def test_silence_about_a_name_that_was_not_read_is_no_silence() -> None:
    failed = judge(_scenario(), load_knowledge())
    assert failed is not None
    assert "not read: drug" in failed.why
    assert judge(_scenario(unchecked=["drug"]), load_knowledge()) is None


def test_what_is_missing_is_a_failure() -> None:
    wish = {"drugs": ["warfarin"], "tier_at_least": "D"}
    failed = judge(_scenario(at_least=[wish], silent=False, unchecked=["drug"]), load_knowledge())
    assert failed is not None
    assert "missing" in failed.why
