"""Numbers, units and strengths: the table of expected readings, the dangerous pairs, and exactness."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.clinical.medicines.writing import amount

from xinglin.clinical.medicines.amounts import UNITS, Amount, fold, number, parse_amount, plain, unit_of
from xinglin.clinical.medicines.strengths import parse_strength, substance

ROWS = list(csv.DictReader((Path(__file__).parent / "strengths.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_a_strength_reads_as_the_table_says(row: dict[str, str]) -> None:
    found = parse_strength(row["text"])
    if row["parts"] == "-":
        assert found is None
        return
    assert found is not None
    assert " + ".join(f"{part.name} {amount(part.amount)}".strip() for part in found.parts) == row["parts"]
    assert amount(found.per) == row["per"]
    assert ("yes" if found.whole else "no") == row["whole"]
    assert (amount(found.pack) if found.pack else "") == row["pack"]
    assert found.doubt == (row["doubt"] == "yes")


def test_the_table_of_strengths_is_large_enough() -> None:
    assert len(ROWS) >= 60


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0mg", "1mg"),
        ("10mg", "10mg"),
        ("0.5g", "0.5g"),
        (".5mg", "0.5mg"),
        ("1,000mg", "1000mg"),
        ("十五毫克", "15mg"),
        ("两片", "2tab"),
        ("半片", "0.5tab"),
        ("一片半", "1.5tab"),
        ("1½ tab", "1.5tab"),
        ("1/2 tab", "0.5tab"),
        ("1 1/2 tablets", "1.5tab"),
        ("80万单位", "80wIU"),
        ("80万U", "80wIU"),
        ("1.2MIU", "1.2MIU"),
        ("5mIU", "5mIU"),
        ("3MU", "3MIU"),
        ("50µg", "50ug"),
        ("50μg", "50ug"),
        ("50mcg", "50ug"),
        ("50ug", "50ug"),
        ("50㎍", "50ug"),
        ("50微克", "50ug"),
        ("１０ｍｇ", "10mg"),
        ("1-2片", "1-2tab"),
        ("1～2片", "1-2tab"),
        ("一至两片", "1-2tab"),
        ("20滴", "20drop"),
        ("2揿", "2puff"),
        ("10mmol", "10mmol"),
        ("20mEq", "20mEq"),
        ("0.9%", "0.9%"),
        ("10 units", "10IU"),
        ("一点五克", "1.5g"),
        ("一百二十毫克", "120mg"),
        ("1½片", "1.5tab"),
        ("1L", "1L"),
        ("2kg", "2kg"),
    ],
)
def test_an_amount_reads(text: str, expected: str) -> None:
    assert amount(parse_amount(text)) == expected


@pytest.mark.parametrize(
    "text", ["", "片", "5 foo", "2-1片", "1..5mg", "五六片", "1mg半", "５ｍｇ/", "٣mg", "十十片", "5mg 6mg"]
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert parse_amount(text) is None


def test_case_decides_between_a_million_and_a_thousandth() -> None:
    million, thousandth = parse_amount("1MIU"), parse_amount("1mIU")
    assert million is not None
    assert thousandth is not None
    assert million.base().low == 10**6
    assert thousandth.base().low == Fraction(1, 1000)
    assert parse_amount("1miu") is None


def test_ten_thousand_units_are_ten_thousand() -> None:
    found = parse_amount("80万单位")
    assert found is not None
    assert found.into("IU") == Amount(Fraction(800_000), Fraction(800_000), "IU")


def test_mass_does_not_become_volume_nor_a_tablet_a_capsule() -> None:
    one = Amount(Fraction(1), Fraction(1), "mg")
    assert one.into("ml") is None
    assert Amount(Fraction(1), Fraction(1), "tab").into("cap") is None


@pytest.mark.parametrize(
    ("taken", "strength", "expected"),
    [
        ("2片", "0.5g", "1g"),
        ("半片", "25mg", "12.5mg"),
        ("1-2片", "0.3g", "0.3-0.6g"),
        ("10ml", "100ml:3g", "0.3g"),
        ("5ml", "160mg/5ml", "160mg"),
        ("2支", "1ml:5mg", "10mg"),
        ("1揿", "50µg/500µg/揿", "50ug + 500ug"),
        ("2片", "400mg/80mg", "800mg + 160mg"),
        ("0.5g", "0.25g", "0.5g"),
        ("1g", "10g:10mg", "1mg"),
        ("2ml", "0.5%", "10mg"),
        ("1片", "80万单位", "80wIU"),
    ],
)
def test_an_amount_of_a_product_holds_so_much(taken: str, strength: str, expected: str) -> None:
    dose, label = parse_amount(taken), parse_strength(strength)
    assert dose is not None
    assert label is not None
    found = substance(dose, label)
    assert found is not None
    assert " + ".join(amount(part.amount) for part in found) == expected


@pytest.mark.parametrize(
    ("taken", "strength"),
    [("3滴", "5ml:25mg"), ("1瓶", "160mg/5ml"), ("1勺", "100ml:3g"), ("5ml", "0.5g"), ("100mg", "400mg/80mg")],
)
def test_what_cannot_be_told_is_none(taken: str, strength: str) -> None:
    dose, label = parse_amount(taken), parse_strength(strength)
    assert dose is not None
    assert label is not None
    assert substance(dose, label) is None


@given(st.fractions(min_value=Fraction(1, 1000), max_value=10**6, max_denominator=1000), st.sampled_from(sorted(UNITS)))
def test_what_is_written_reads_back(value: Fraction, code: str) -> None:
    if 10**6 % value.denominator:
        value = Fraction(value.numerator)
    for lang in ("zh", "en"):
        written = Amount(value, value, code).text(lang)
        read = parse_amount(written)
        if read is not None:
            assert (read.base().low, read.base().unit) == (
                Amount(value, value, code).base().low,
                Amount(value, value, code).base().unit,
            )
    assert number(plain(value)) == value or value.denominator not in (1, 2, 4, 5, 10)


@given(st.text(max_size=40))
def test_no_text_raises_and_folding_keeps_the_length(text: str) -> None:
    parse_amount(text)
    parse_strength(text)
    unit_of(text)
    assert len(fold(text)) == len(text)
