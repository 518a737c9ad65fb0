"""Age, sex, pregnancy and breastfeeding that a text tells, and whose they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xinglin.clinical.language import Lexicon, Told, read

ROWS = list(csv.DictReader((Path(__file__).parent / "told.csv").read_text(encoding="utf-8").splitlines()))
TRUTH = {"True": True, "False": False, "": None}


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_a_text_tells(row: dict[str, str], lexicon: Lexicon) -> None:
    told = read(row["text"], lexicon=lexicon).told
    age = float(row["age_years"]) if row["age_years"] else None
    assert told.age_years == (None if age is None else pytest.approx(age, abs=0.01))
    assert (told.sex or "") == row["sex"]
    assert told.pregnant is TRUTH[row["pregnant"]]
    assert told.pregnancy_weeks == (int(row["pregnancy_weeks"]) if row["pregnancy_weeks"] else None)
    assert told.lactating is TRUTH[row["lactating"]]


def test_a_text_without_a_person_tells_nothing(lexicon: Lexicon) -> None:
    assert read("headache", lexicon=lexicon).told == Told()
