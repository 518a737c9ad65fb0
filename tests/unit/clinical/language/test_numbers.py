"""Numbers with their quantity and unit, and the findings of their bands."""

from __future__ import annotations

import pytest

from xinglin.clinical.language import Lexicon, read


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        ("烧到39度三天了", "temperature", 39.0),
        ("体温38.5℃", "temperature", 38.5),
        ("发烧39度5", "temperature", 39.5),
        ("三十八度五", "temperature", 38.5),
        ("temp of 39.4", "temperature", 39.4),
        ("fever of 101.3 F", "temperature", 38.5),
        ("fever up to 103", "temperature", 39.44),
        ("temperature 98.6 F", "temperature", 37.0),
        ("BP 180/110", "sbp", 180.0),
        ("BP 180/110", "dbp", 110.0),
        ("血压160到100", "sbp", 160.0),
        ("血压160到100", "dbp", 100.0),
        ("高压180低压110", "sbp", 180.0),
        ("高压180低压110", "dbp", 110.0),
        ("blood pressure was 85 over 50", "sbp", 85.0),
        ("心率110次/分", "heart_rate", 110.0),
        ("HR 120", "heart_rate", 120.0),
        ("RR 28", "resp_rate", 28.0),
        ("SpO2 91% on room air", "spo2", 91.0),
        ("血氧93%", "spo2", 93.0),
        ("glucose 250 mg/dL", "glucose", 13.875),
        ("血糖22.3mmol/L", "glucose", 22.3),
        ("blood sugar 250", "glucose", 13.875),
        ("WBC 15.2", "wbc", 15.2),
        ("WBC 15,200/µL", "wbc", 15.2),
        ("血红蛋白 78g/L", "hb", 78.0),
        ("Hb 7.8 g/dl", "hb", 78.0),
        ("CRP 120", "crp", 120.0),
        ("creatinine 1.4 mg/dL", "creatinine", 123.8),
        ("newborn, jaundiced, bilirubin 18", "bilirubin", 307.8),
        ("瘦了10斤", "weight_loss_kg", 5.0),
        ("lost 10 kg in 2 months", "weight_loss_kg", 10.0),
    ],
)
def test_a_number_is_read_in_its_quantitys_unit(text: str, quantity: str, value: float, lexicon: Lexicon) -> None:
    found = {one.quantity: one.value for one in read(text, lexicon=lexicon).measured}
    assert found[quantity] == pytest.approx(value, abs=0.1)


@pytest.mark.parametrize(
    ("text", "code", "polarity"),
    [
        ("烧到39度三天了", "fever-high", "present"),
        ("体温36.8", "fever", "absent"),
        ("normal temperature", "fever", "absent"),
        ("BP 180/110", "blood-pressure-very-high", "present"),
        ("BP 118/72", "blood-pressure-high", "absent"),
        ("SpO2 91%", "spo2-low", "present"),
        ("血常规正常", "leucocytosis", "absent"),
        ("WBC 15.2", "leucocytosis", "present"),
        ("空腹血糖9.2", "glucose-high", "present"),
        ("血红蛋白 78g/L", "anaemia-lab", "present"),
        ("听力正常", "hearing-loss", "absent"),
        ("her appetite is fine", "anorexia", "absent"),
        ("eating and drinking well", "poor-feeding", "absent"),
    ],
)
def test_a_number_or_normal_says_a_finding(text: str, code: str, polarity: str, lexicon: Lexicon) -> None:
    assert {one.code: one.polarity for one in read(text, lexicon=lexicon).mentions}.get(code) == polarity


@pytest.mark.parametrize(
    "text", ["took 500 mg paracetamol", "since 2015", "room 39", "call 911", "3 times a day", "B12"]
)
def test_other_numbers_are_no_measurement(text: str, lexicon: Lexicon) -> None:
    assert read(text, lexicon=lexicon).measured == ()


def test_a_high_pressure_is_not_denied_by_a_normal_lower_one(lexicon: Lexicon) -> None:
    found = [one.polarity for one in read("BP 185/80", lexicon=lexicon).mentions if one.code == "blood-pressure-high"]
    assert found == ["present"]


def test_a_childs_pulse_is_judged_by_its_age(lexicon: Lexicon) -> None:
    def codes(text: str) -> set[str]:
        return {one.code for one in read(text, lexicon=lexicon).mentions if one.polarity == "present"}

    assert "tachycardia" not in codes("my 2 year old, pulse 130")
    assert "tachycardia" in codes("my 40 year old husband, pulse 130")
