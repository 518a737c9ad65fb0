"""The contract of the check: what is refused by name, what is said to be unknown, and that nothing is passed over."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinglin.clinical.medicines.checking import canonical, check, check_lines, read_case, replay_lines, shipped
from xinglin.clinical.medicines.reading_patient import BadCase

ORDER = {"drug": "metformin", "dose": 500, "unit": "mg", "frequency": "bid", "route": "po", "days": 30}


def case(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"id": "c", "on": "2026-11-22", "patient": {"age_years": 50, "sex": "M"}, "orders": [ORDER]}
    return {**usual, **changes}


def places(told: dict[str, Any]) -> set[str]:
    return {one["place"] for one in told["unchecked"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"orders": []}, "orders"),
        ({"orders": "metformin"}, "orders"),
        ({"orders": [{"dose": 5}]}, "orders[0].drug"),
        ({"orders": [{**ORDER, "dosis": 5}]}, "orders[0].dosis"),
        ({"orders": [{**ORDER, "days": 0}]}, "orders[0].days"),
        ({"orders": [{**ORDER, "dose": -1}]}, "orders[0].dose"),
        ({"orders": [{**ORDER, "prn": "yes"}]}, "orders[0].prn"),
        ({"orders": [{**ORDER, "intent": "whim"}]}, "orders[0].intent"),
        ({"orders": [5]}, "orders[0]"),
        ({"patient": {"weigth_kg": 60}}, "patient.weigth_kg"),
        ({"patient": {"age_years": 200}}, "patient.age_years"),
        ({"patient": {"age_years": "ten"}}, "patient.age_years"),
        ({"patient": {"age_years": True}}, "patient.age_years"),
        ({"patient": {"birth_date": "2027-01-01"}}, "patient.birth_date"),
        ({"patient": {"sex": "x"}}, "patient.sex"),
        ({"patient": {"weight_kg": 0}}, "patient.weight_kg"),
        ({"patient": {"pregnancy_weeks": 60}}, "patient.pregnancy_weeks"),
        ({"patient": {"child_pugh": "D"}}, "patient.child_pugh"),
        ({"patient": {"labs": [{"code": "K"}]}}, "patient.labs[0].value"),
        ({"patient": {"labs": [{"code": "K", "value": 4, "on": "2027-01-01"}]}}, "patient.labs[0].on"),
        ({"patient": {"allergies": "penicillin"}}, "patient.allergies"),
        ({"institution": {"channel": "phone"}}, "institution.channel"),
        ({"accepted": [{"ticket": "t"}]}, "accepted[0].on"),
        ({"on": "yesterday"}, "on"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadCase) as refused:
        check(case(**changes))
    assert refused.value.place == field
    assert refused.value.zh
    assert refused.value.en


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"orders": [{**ORDER, "drug": "no such medicine"}]}, "orders[0].drug"),
        ({"orders": [{**ORDER, "drug": "mеtformin"}]}, "orders[0].drug"),  # a Cyrillic letter on purpose
        ({"orders": [{**ORDER, "unit": "spoonfuls"}]}, "orders[0].dose"),
        ({"orders": [{**ORDER, "frequency": "at whim"}]}, "orders[0].frequency"),
        ({"orders": [{**ORDER, "route": "somehow"}]}, "orders[0].route"),
        ({"orders": [{"drug": "metformin", "sig": "每次0.5g 每日2次 见歌单"}]}, "orders[0].sig"),
        ({"patient": {"labs": [{"code": "K", "value": 4, "unit": "stones"}]}}, "patient.labs[0].unit"),
        ({"patient": {"labs": [{"code": "K", "value": 400}]}}, "patient.labs[0].value"),
        ({"patient": {"labs": [{"code": "NOSUCH", "value": 4}]}}, "patient.labs[0].code"),
        ({"patient": {"allergies": ["the colour blue"]}}, "patient.allergies[0]"),
        ({"patient": {"diagnoses": ["a cold"]}}, "patient.diagnoses[0]"),
        ({"patient": {"age_years": 50, "sex": "M"}}, "patient.egfr"),
        ({"patient": {"age_years": 50, "sex": "M"}}, "patient.allergies"),
    ],
)
def test_what_is_not_understood_is_said(changes: dict[str, Any], place: str) -> None:
    assert place in places(check(case(**changes)))


@pytest.mark.parametrize(
    "order",
    [
        {"drug": "metformin", "dose": 1.5, "unit": "g", "frequency": "tid", "route": "po"},
        {"drug": "A10BA02", "dose": "1500mg", "frequency": "每日三次", "route": "口服"},
        {"drug": "盐酸二甲双胍片0.5g", "sig": "每次3片 每日3次"},
        {"drug": "metformin", "strength": "0.5g", "sig": "3 tabs tid po"},
        {"sig": "二甲双胍片0.5g 每次3片 每日3次"},
        {"drug": "盐酸二甲双胍片", "dose": 3, "unit": "片", "strength": "500mg", "frequency": "tid"},
    ],
)
def test_a_dose_is_the_same_however_it_is_written(order: dict[str, Any]) -> None:
    told = check(case(orders=[order], patient={"age_years": 50, "sex": "M", "egfr": 90}))
    daily = [one for one in told["findings"] if one["kind"] == "dose" and "4.5 g" in one["text"]["en"]]
    assert [one["tier"] for one in daily] == ["D"], told["findings"]


def test_the_amounts_of_a_compound_belong_to_its_substances_whatever_the_order_of_its_name() -> None:
    case_ = read_case(
        case(orders=[{"drug": "布地格福吸入气雾剂160μg/7.2μg/4.8μg", "sig": "每次1吸 每日2次"}]), shipped()
    )
    amounts = {part.code: part.single.value for part in case_.orders[0].parts if part.single}
    assert amounts == {"budesonide": 160, "glycopyrronium-bromide": Fraction(72, 10), "formoterol": Fraction(48, 10)}


def test_creatinine_gives_the_kidney_function() -> None:
    labs = [{"code": "CR", "value": 2.5, "unit": "mg/dL", "on": "2026-11-01"}]
    told = check(case(patient={"age_years": 70, "sex": "F", "weight_kg": 60, "labs": labs}))
    (renal,) = [one for one in told["findings"] if one["kind"] == "renal"]
    assert renal["tier"] == "X"
    assert {"fact": "patient.egfr", "value": "20"} in renal["evidence"]


def test_an_old_result_is_not_used() -> None:
    labs = [{"code": "CR", "value": 221, "on": "2020-11-01"}]
    told = check(case(patient={"age_years": 70, "sex": "F", "labs": labs}))
    assert not [one for one in told["findings"] if one["kind"] == "renal"]
    assert "patient.egfr" in places(told)


def test_a_stream_answers_every_line_and_says_which_was_bad() -> None:
    lines = [json.dumps(case()), "", "{", json.dumps(case(surprise=1)), json.dumps(case(id="last"))]
    told = list(check_lines(lines))
    assert [one.get("error", {}).get("field") for one in told] == [None, "case", "surprise", None]
    assert told[-1]["id"] == "last"
    assert told[1]["line"] == 3


def test_an_answer_is_replayed_byte_by_byte() -> None:
    given_case = case(current=[{"drug": "warfarin", "dose": "3mg", "frequency": "qd"}])
    told = check(given_case)
    line = json.dumps({"case": given_case, "answer": told})
    assert [one["same"] for one in replay_lines([line])] == [True]
    altered = json.dumps({"case": given_case, "answer": {**told, "id": "other"}})
    assert [one["same"] for one in replay_lines([altered])] == [False]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["metformin", "华法林", "J01FA09", "aspirin", "阿莫西林胶囊0.25g", "感冒灵颗粒", "xyzzy", "ibuprofen"]
)
ORDERS = st.fixed_dictionaries(
    {"drug": NAMES},
    optional={
        "dose": st.integers(0, 5000) | st.text(max_size=6),
        "unit": st.sampled_from(["mg", "g", "片", "ml", "IU", "?", ""]),
        "frequency": st.sampled_from(["qd", "bid", "每日3次", "prn", "often", ""]),
        "route": st.sampled_from(["po", "top", "口服", "?", ""]),
        "days": st.integers(1, 90),
        "sig": st.sampled_from(["每次1片 每日3次", "1 tab bid prn", "随便", ""]),
    },
)
PATIENTS = st.fixed_dictionaries(
    {},
    optional={
        "age_years": st.integers(0, 110),
        "sex": st.sampled_from(["F", "M", ""]),
        "weight_kg": st.integers(1, 200),
        "egfr": st.integers(1, 120),
        "pregnant": st.booleans(),
        "allergies": st.lists(st.sampled_from(["青霉素", "sulfa", "??"]), max_size=2),
        "diagnoses": st.lists(st.sampled_from(["I10", "E11.9", "J45.9", "K25.4", "bad"]), max_size=3),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ORDERS, min_size=1, max_size=4), st.lists(ORDERS, max_size=3), PATIENTS)
def test_nothing_is_passed_over(orders: list[Any], current: list[Any], patient: dict[str, Any]) -> None:
    """Each medicine is either understood or named as unknown; the same case gives the same bytes."""
    given_case = {"id": "f", "patient": patient, "orders": orders, "current": current}
    told = check(given_case)
    assert canonical(told) == canonical(check(json.loads(json.dumps(given_case))))
    named = places(told)
    for group, lines in (("orders", orders), ("current", current)):
        for number, one in enumerate(lines):
            assert (one["drug"] == "xyzzy") == (f"{group}[{number}].drug" in named)
    if any(one in {"??"} for one in patient.get("allergies", ())):
        assert any(one.startswith("patient.allergies[") for one in named)
    assert sum(card["interrupts"] for card in told["cards"]) <= 2
    assert all(one["text"]["zh"] and one["text"]["en"] for one in told["findings"])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(["id", "on", "patient", "orders", "current", "accepted", "x"]), JUNK, max_size=5)
)
def test_junk_is_refused_by_name_and_never_breaks(given_case: dict[str, Any]) -> None:
    (told,) = check_lines([json.dumps(given_case)])
    assert told.get("findings") is not None or told["error"]["field"]
