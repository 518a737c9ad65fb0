"""Glucose, blood pressure and children: every limit from both sides, and what is missing said aloud."""

from dataclasses import replace
from typing import Any

import pytest

from xinglin.clinical.warning.alarms import LEVELS, BadAlarm, alarm_rows, read_alarms
from xinglin.clinical.warning.scores.children import (
    ChildInput,
    Light,
    hypotension,
    hypotension_limit,
    light_table,
    traffic_light,
)
from xinglin.clinical.warning.scores.pressure import PressureInput, pressure
from xinglin.clinical.warning.scores.result import BadInput, Refused
from xinglin.clinical.warning.scores.sugar import SugarInput, sugar


def ids(given: SugarInput) -> list[str]:
    return [alarm.id for alarm in sugar(given)]


@pytest.mark.parametrize(
    ("glucose", "expected"),
    [(3.9, []), (3.89, ["hypoglycaemia-1"]), (3.0, ["hypoglycaemia-1"]), (2.99, ["hypoglycaemia-2"]), (7, []),
     (16.6, []), (16.7, ["glucose-high"]), (33.2, ["glucose-high"]), (33.3, ["hhs-possible", "glucose-high"])],
)  # fmt: skip
def test_glucose_alone(glucose: float, expected: list[str]) -> None:
    assert ids(SugarInput(glucose=glucose)) == expected


def test_low_glucose_with_a_changed_mind_is_level_3() -> None:
    (alarm,) = sugar(SugarInput(glucose=3.5, altered_mind=True))
    assert (alarm.id, alarm.level) == ("hypoglycaemia-3", "emergency")
    (unknown,) = sugar(SugarInput(glucose=3.5))
    assert unknown.missing == ("altered_mind",)


DKA = SugarInput(glucose=11.1, blood_ketones=3.0, ph=7.29)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["dka"]),
        ({"ph": 7.3}, ["dka-possible"]),
        ({"ph": 7.3, "bicarbonate": 17.9}, ["dka"]),
        ({"ph": 7.3, "bicarbonate": 18}, []),
        ({"ph": None}, ["dka-possible"]),
        ({"blood_ketones": 2.9}, []),
        ({"blood_ketones": None, "urine_ketones_plus": 2}, ["dka"]),
        ({"blood_ketones": None}, ["dka-possible"]),
        ({"glucose": 11.0, "known_diabetes": False}, []),
        ({"glucose": 8.0, "known_diabetes": True}, ["dka"]),
    ],
)
def test_ketoacidosis(changes: dict[str, Any], expected: list[str]) -> None:
    assert ids(replace(DKA, **changes)) == expected


def test_hyperosmolar_state() -> None:
    dense = SugarInput(glucose=40, sodium=135, blood_ketones=0.5, ph=7.38, bicarbonate=22)
    assert ids(dense) == ["hhs", "glucose-high"]
    assert ids(replace(dense, sodium=125)) == ["hhs-possible", "glucose-high"]
    assert ids(replace(dense, sodium=125, urea=10)) == ["glucose-high"]
    assert ids(replace(dense, sodium=125, urea=40)) == ["hhs", "glucose-high"]
    possible = sugar(replace(dense, ph=None, bicarbonate=None))[0]
    assert (possible.id, possible.missing) == ("hhs-possible", ("ph or bicarbonate",))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (PressureInput(179, 109), None),
        (PressureInput(180, 100), "bp-severe"),
        (PressureInput(150, 110), "bp-severe"),
        (PressureInput(180, 100, organ_symptoms=True), "bp-emergency"),
        (PressureInput(170, 100, organ_symptoms=True), None),
        (PressureInput(89, 50), "bp-low"),
        (PressureInput(90, 50), None),
        (PressureInput(139, 89, pregnant=True), None),
        (PressureInput(140, 80, pregnant=True, pregnancy_weeks=30), "bp-pregnancy"),
        (PressureInput(130, 90, pregnant=True, preeclampsia_symptoms=False), "bp-pregnancy"),
        (PressureInput(140, 80, pregnant=True, pregnancy_weeks=20, preeclampsia_symptoms=True), "bp-preeclampsia"),
        (PressureInput(140, 80, pregnant=True, pregnancy_weeks=19, preeclampsia_symptoms=True), "bp-pregnancy"),
        (PressureInput(140, 80, pregnant=True, preeclampsia_symptoms=True), "bp-preeclampsia"),
        (PressureInput(140, 80, within_six_weeks_of_birth=True, preeclampsia_symptoms=True), "bp-preeclampsia"),
        (PressureInput(160, 80, pregnant=True), "bp-pregnancy-severe"),
        (PressureInput(150, 110, pregnant=True), "bp-pregnancy-severe"),
        (PressureInput(160, 100), None),
    ],
)
def test_pressure(given: PressureInput, expected: str | None) -> None:
    alarm = pressure(given)
    assert (alarm.id if alarm else None) == expected


def test_pressure_names_the_symptoms_it_does_not_know() -> None:
    alarm = pressure(PressureInput(200, 125))
    assert alarm is not None
    assert alarm.missing == ("organ_symptoms",)
    assert "200/125" in alarm.sentence.zh
    for wrong in ((100, 120), (0, 0), (400, 100)):
        with pytest.raises(BadInput):
            pressure(PressureInput(*wrong))


def child(**changes: Any) -> Light:
    answer = traffic_light(ChildInput(**changes))
    assert isinstance(answer, Light)
    return answer


ALL_WELL = dict.fromkeys(light_table()["flag"], False)
WELL: dict[str, Any] = {
    "age_months": 30, "temperature": 38.5, "respiratory_rate": 30, "heart_rate": 120, "spo2": 98,
    "capillary_refill": 2, "signs": ALL_WELL,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "colour"),
    [
        ({}, "green"),
        ({"age_months": 2.9, "temperature": 38.0}, "red"), ({"age_months": 3, "temperature": 38.0}, "green"),
        ({"age_months": 3, "temperature": 39.0}, "amber"), ({"age_months": 6, "temperature": 39.0}, "green"),
        ({"respiratory_rate": 40}, "green"), ({"respiratory_rate": 41}, "amber"), ({"respiratory_rate": 61}, "red"),
        ({"age_months": 8, "respiratory_rate": 50}, "green"), ({"age_months": 8, "respiratory_rate": 51}, "amber"),
        ({"heart_rate": 140}, "green"), ({"heart_rate": 141}, "amber"),
        ({"age_months": 13, "heart_rate": 150}, "green"), ({"age_months": 13, "heart_rate": 151}, "amber"),
        ({"age_months": 8, "heart_rate": 160}, "green"), ({"age_months": 8, "heart_rate": 161}, "amber"),
        ({"spo2": 95}, "amber"), ({"spo2": 96}, "green"), ({"capillary_refill": 3}, "amber"),
    ],
)  # fmt: skip
def test_limits_of_the_traffic_light(changes: dict[str, Any], colour: str) -> None:
    light = child(**{**WELL, **changes})
    assert light.colour == colour
    assert light.missing == ()


@pytest.mark.parametrize("name", sorted(ALL_WELL))
def test_each_sign_gives_its_colour(name: str) -> None:
    light = child(**{**WELL, "signs": {**ALL_WELL, name: True}})
    assert light.colour == light_table()["flag"][name]["colour"]


def test_green_is_not_said_of_a_child_of_whom_little_is_known() -> None:
    light = child(age_months=30, temperature=38.5)
    assert (light.colour, light.could_be) == ("green", "red")
    assert "incomplete" in light.sentence.en.lower()
    assert light.do.en == light_table()["colour"]["amber"]["do_en"]
    ageless = child(temperature=38.5, signs=ALL_WELL)
    assert "age_months" in ageless.missing
    assert ageless.could_be == "red"


def test_the_traffic_light_refuses_from_five_and_unknown_signs() -> None:
    assert isinstance(traffic_light(ChildInput(age_months=60)), Refused)
    with pytest.raises(BadInput):
        traffic_light(ChildInput(signs={"purple": True}))


@pytest.mark.parametrize(
    ("age", "floor"), [(0.01, 60), (0.1, 70), (0.99, 70), (1, 72), (5.5, 80), (9.9, 88), (10, 90), (17, 90)]
)
def test_hypotension_by_age(age: float, floor: float) -> None:
    assert hypotension_limit(age) == floor
    assert hypotension(age_years=age, systolic=floor) is None
    alarm = hypotension(age_years=age, systolic=floor - 1)
    assert alarm is not None
    assert alarm.level == "emergency"


def test_rows_of_alarms_are_whole() -> None:
    for row in alarm_rows().values():
        assert row.level in LEVELS
        assert row.source
    for wrong in ('level = "loud"', 'level = "urgent"\nread = "memory"\nsource = ""'):
        with pytest.raises(BadAlarm):
            read_alarms(f"[a]\n{wrong}\n")
