"""Home values: limits from both sides, trends, hysteresis, and units that nobody guesses."""

from datetime import UTC, datetime, timedelta

import pytest

from xinglin.clinical.warning.home import Measurement, Patient, Quantity
from xinglin.clinical.warning.scores.result import BadInput
from xinglin.clinical.warning.trends import judge, latest

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
UNIT = {
    "pressure": "mmHg", "glucose": "mmol/L", "ketones": "mmol/L", "weight": "kg", "spo2": "%",
    "peak_flow": "L/min", "temperature": "°C", "pulse": "/min",
}  # fmt: skip
NOBODY = Patient()


def series(quantity: Quantity, *values: float, hours: float = 12, start: datetime = START) -> list[Measurement]:
    return [
        Measurement(quantity, value, UNIT[quantity], start + timedelta(hours=hours * place))
        for place, value in enumerate(values)
    ]


def pressures(*values: tuple[float, float], hours: float = 12) -> list[Measurement]:
    return [
        Measurement("pressure", upper, "mmHg", START + timedelta(hours=hours * place), lower)
        for place, (upper, lower) in enumerate(values)
    ]


def ids(values: list[Measurement], patient: Patient = NOBODY) -> list[str]:
    return [one.alarm.id for one in judge(values, patient)]


@pytest.mark.parametrize(
    ("quantity", "value", "expected"),
    [
        ("glucose", 3.9, []), ("glucose", 3.8, ["hypoglycaemia-1"]), ("glucose", 3.0, ["hypoglycaemia-1"]),
        ("glucose", 2.9, ["hypoglycaemia-2"]), ("glucose", 16.6, []), ("glucose", 16.7, ["glucose-high"]),
        ("glucose", 33.3, ["glucose-extreme"]),
        ("ketones", 1.4, []), ("ketones", 1.5, ["ketones-raised"]), ("ketones", 3.0, ["ketones-high"]),
        ("spo2", 93, []), ("spo2", 92, ["spo2-low"]), ("spo2", 90, ["spo2-low"]), ("spo2", 89, ["spo2-very-low"]),
        ("pulse", 120, []), ("pulse", 121, ["pulse-fast"]), ("pulse", 150, ["pulse-fast"]),
        ("pulse", 151, ["pulse-very-fast"]), ("pulse", 40, []), ("pulse", 39, ["pulse-slow"]),
        ("temperature", 39.4, []), ("temperature", 39.5, ["temperature-very-high"]), ("temperature", 35.0, []),
        ("temperature", 34.9, ["temperature-low"]),
    ],
)  # fmt: skip
def test_limits(quantity: Quantity, value: float, expected: list[str]) -> None:
    assert ids(series(quantity, value)) == expected


@pytest.mark.parametrize(
    ("upper", "lower", "pregnant", "expected"),
    [
        (179, 109, False, []), (180, 100, False, ["bp-severe"]), (150, 110, False, ["bp-severe"]),
        (89, 50, False, ["bp-low"]), (90, 50, False, []), (139, 89, True, []), (140, 80, True, ["bp-pregnancy"]),
        (130, 90, True, ["bp-pregnancy"]), (160, 90, True, ["bp-pregnancy-severe"]),
        (150, 110, True, ["bp-pregnancy-severe"]),
    ],
)  # fmt: skip
def test_single_pressures(upper: float, lower: float, pregnant: bool, expected: list[str]) -> None:
    assert ids(pressures((upper, lower)), Patient(pregnant=pregnant)) == expected


def test_a_value_that_wavers_about_a_limit_rings_once() -> None:
    assert ids(series("spo2", 92, 93, 92, 93, 92)) == ["spo2-low"]
    assert ids(series("glucose", 3.8, 4.0, 3.7, 4.2, 3.8)) == ["hypoglycaemia-1"]
    assert ids(pressures((182, 90), (178, 90), (181, 90), (174, 90), (185, 90))) == ["bp-severe"]


def test_it_rings_again_after_it_was_well() -> None:
    assert ids(series("spo2", 92, 95, 92)) == ["spo2-low", "spo2-low"]
    assert ids(series("glucose", 3.8, 6.0, 3.8)) == ["hypoglycaemia-1", "hypoglycaemia-1"]
    assert ids(pressures((182, 90), (150, 85), (184, 90))) == ["bp-severe", "bp-severe"]


def test_it_rings_again_when_it_gets_graver() -> None:
    assert ids(series("spo2", 92, 89, 92, 89)) == ["spo2-low", "spo2-very-low", "spo2-very-low"]
    assert ids(series("glucose", 3.8, 2.5)) == ["hypoglycaemia-1", "hypoglycaemia-2"]


def test_the_newest_measurement_alone() -> None:
    values = series("spo2", 92, 92, 88)
    assert [one.alarm.id for one in latest(values, NOBODY)] == ["spo2-very-low"]
    assert latest(series("spo2", 92, 92), NOBODY) == ()
    assert latest([], NOBODY) == ()


def test_mean_of_seven_days() -> None:
    assert ids(pressures(*[(136, 80)] * 5)) == []
    assert ids(pressures(*[(136, 80)] * 6)) == ["bp-mean-high"]
    assert ids(pressures(*[(130, 86)] * 6)) == ["bp-mean-high"]
    assert ids(pressures(*[(134, 84)] * 14)) == []
    assert ids(pressures(*[(165, 95)] * 10)) == ["bp-mean-very-high"]
    assert ids(pressures(*[(136, 80)] * 6, hours=48)) == [], "six readings, but never within seven days"
    alarm = judge(pressures(*[(136, 80)] * 6), NOBODY)[0].alarm
    assert "136/80" in alarm.sentence.en


def test_weight_gain_matters_in_heart_failure() -> None:
    heart = Patient(heart_failure=True)
    assert ids(series("weight", 70, 70.5, 71.9, hours=24), heart) == []
    assert ids(series("weight", 70, 71, 72, hours=24), heart) == ["weight-gain"]
    assert ids(series("weight", 70, 71, 72, hours=24)) == []
    assert ids(series("weight", 70, 70.6, 71.2, 71.8, 72.4, hours=24), heart) == [], "too slow"
    assert ids(series("weight", 70, 72, 72.2, 72, 72.1, hours=12), heart) == ["weight-gain"], "once"


def test_a_fall_below_ones_own_saturation() -> None:
    assert ids(series("spo2", 98, 98, 98, 98, 98, 95)) == ["spo2-drop"]
    assert ids(series("spo2", 98, 98, 98, 98, 98, 96)) == []
    assert ids(series("spo2", 98, 98, 98, 98, 95)) == [], "four readings are no baseline"
    assert ids(series("spo2", 98, 98, 98, 98, 98, 95, 95, 95.5)) == ["spo2-drop"]


def test_saturation_against_a_target() -> None:
    person = Patient(spo2_target=88)
    assert ids(series("spo2", 88), person) == []
    assert ids(series("spo2", 87), person) == ["spo2-target-low"]
    assert ids(series("spo2", 84), person) == ["spo2-target-very-low"]


def test_peak_flow_needs_a_best_value() -> None:
    person = Patient(best_peak_flow=500)
    assert ids(series("peak_flow", 400), person) == []
    assert ids(series("peak_flow", 399), person) == ["peak-flow-amber"]
    assert ids(series("peak_flow", 249), person) == ["peak-flow-red"]
    assert ids(series("peak_flow", 249)) == []


def test_glucose_with_ketones_within_six_hours() -> None:
    sugar = series("glucose", 18)
    near = series("ketones", 1.6, start=START + timedelta(hours=2))
    far = series("ketones", 1.6, start=START + timedelta(hours=7))
    assert ids(sugar + near) == ["glucose-high", "glucose-ketones", "ketones-raised"]
    assert "glucose-ketones" not in ids(sugar + far)
    assert ids(series("glucose", 18, 19, hours=1) + near).count("glucose-ketones") == 1


def test_fever_over_days_and_during_chemotherapy() -> None:
    assert ids(series("temperature", 38.1, 38.2, 38.3, hours=24)) == ["temperature-days"]
    assert ids(series("temperature", 38.1, 37.0, 38.3, 38.2, hours=24)) == []
    assert ids(series("temperature", 38.1, 38.3, 38.2, hours=72)) == []
    assert ids(series("temperature", 38.0), Patient(chemotherapy=True)) == ["temperature-chemotherapy"]


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "expected"),
    [
        ("glucose", 50, "mg/dL", ["hypoglycaemia-2"]),
        ("glucose", 100, "mg/dL", []),
        ("temperature", 104, "°F", ["temperature-very-high"]),
        ("temperature", 98.6, "°F", []),
    ],
)
def test_other_units_are_converted(quantity: Quantity, value: float, unit: str, expected: list[str]) -> None:
    assert ids([Measurement(quantity, value, unit, START)]) == expected


def test_kilopascals_and_jin() -> None:
    assert ids([Measurement("pressure", 24.0, "kPa", START, 13.0)]) == ["bp-severe"]
    weights = [Measurement("weight", value, "斤", START + timedelta(days=day)) for day, value in enumerate((140, 144))]
    assert ids(weights, Patient(heart_failure=True)) == ["weight-gain"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Measurement("glucose", 5, "mg", START), "unit"),
        (Measurement("glucose", 5, "", START), "unit"),
        (Measurement("height", 5, "cm", START), "quantity"),  # type: ignore[arg-type]
        (Measurement("spo2", 120, "%", START), "value"),
        (Measurement("pressure", 120, "mmHg", START), "second"),
        (Measurement("pulse", 70, "/min", START, 60), "second"),
        (Measurement("pressure", 80, "mmHg", START, 120), "second"),
        (Measurement("pulse", 70, "/min", START.replace(tzinfo=None)), "at"),
    ],
)
def test_what_cannot_be_used_is_refused(given: Measurement, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        judge([given], NOBODY)
    assert refused.value.field == field


def test_the_order_in_which_they_come_does_not_matter() -> None:
    values = series("spo2", 98, 98, 98, 98, 98, 95, 92, 89)
    assert judge(list(reversed(values)), NOBODY) == judge(values, NOBODY)
