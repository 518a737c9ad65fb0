"""What a medicine's name says, and what an order's dosage says."""

from typing import Any

import pytest

from xinglin.supervision.intake.fhir.dosage import dosage_of
from xinglin.supervision.intake.fhir.medicines import medicine


@pytest.mark.parametrize(
    ("words", "ingredients", "atc", "route"),
    [
        ("lisinopril 10 MG Oral Tablet", "lisinopril", "C09AA03", "po"),
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", "metformin", "A10BA02", "po"),
        ("1 ML Epoetin Alfa 4000 UNT/ML Injection [Epogen]", "erythropoietin", "B03XA01", "inj"),
        ("Acetaminophen 325 MG Oral Tablet [Tylenol]", "paracetamol", "N02BE01", "po"),
        ("Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet", "amoxicillin|clavulanic-acid", "J01CR02", "po"),
        ("albuterol 0.21 MG/ML Inhalation Solution", "salbutamol", "R03AC02", "inh"),
        ("Mirena 52 MG Intrauterine System", "levonorgestrel", "G02BA03", "iu"),
        ("NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector", "epinephrine", "C01CA24", "inj"),
        ("Penicillin V Potassium 250 MG Oral Tablet", "phenoxymethylpenicillin", "J01CE02", "po"),
        ("NITROFURANTOIN, MACROCRYSTALS 50 MG Oral Capsule", "nitrofurantoin", "J01XE01", "po"),
    ],
)
def test_a_name_gives_its_substances(words: str, ingredients: str, atc: str, route: str) -> None:
    read = medicine(words)
    assert (read.ingredients, read.atc, read.route) == (ingredients, atc, route)


@pytest.mark.parametrize("words", ["", "Unobtainium 5 MG Oral Tablet", "Aspirin 81 MG / Unobtainium 5 MG Oral Tablet"])
def test_half_a_combination_is_not_known(words: str) -> None:
    assert medicine(words).ingredients is None


def order(dosage: dict[str, Any], **more: Any) -> dict[str, Any]:
    return dosage_of({"dosageInstruction": [dosage], **more}, medicine("lisinopril 10 MG Oral Tablet"))


TWICE = {"timing": {"repeat": {"frequency": 2, "period": 1.0, "periodUnit": "d"}}}
ONE = {"doseAndRate": [{"doseQuantity": {"value": 1.0}}]}
HALF = {"doseAndRate": [{"doseQuantity": {"value": 0.5}}]}


def test_dose_and_frequency() -> None:
    said = order(TWICE | ONE)
    assert (said["frequency_code"], said["dose"], said["dose_measured"]) == ("bid", 1, True)
    assert (said["dose_micrograms"], said["daily_micrograms"]) == (10_000, 20_000)
    assert said["days"] is None
    assert order(TWICE | HALF)["dose"] is None
    assert order(TWICE | HALF)["daily_micrograms"] == 10_000


def test_days_of_supply() -> None:
    told = {"dispenseRequest": {"expectedSupplyDuration": {"value": 4, "code": "wk"}, "quantity": {"value": 60}}}
    assert order(TWICE | ONE, **told)["days"] == 28
    assert order(TWICE | ONE, dispenseRequest={"quantity": {"value": 60}})["days"] == 30
    bounded = {
        "timing": {
            "repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 7, "unit": "d"}}
        }
    }
    assert order(bounded | ONE)["days"] == 7
    assert order({"asNeededBoolean": True, "text": "Take as needed."})["frequency_code"] == "prn"
    assert dosage_of({}, medicine(""))["days"] is None
