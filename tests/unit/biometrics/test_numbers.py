"""Resident identity numbers: genuine old ones pass, slips do not, old forms are explained."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from tests.biometrics_cards import number_of

from xinglin.biometrics import numbers

TODAY = date(2026, 9, 1)
BORN = date(1980, 1, 1)


@pytest.mark.parametrize("born", [date(1950, 1, 2), date(1975, 5, 6)])
def test_a_county_younger_than_its_people_is_no_fault(born: date) -> None:
    number = number_of(born, man=True, serial=3)
    assert not ric.is_valid(number), "the library refuses it; that is the trap"
    read = numbers.read(number, on=TODAY)
    assert (read.birth_on, read.sex, read.province, read.county_known) == (born, "M", "山东省", True)


@given(born=st.dates(numbers.EARLIEST_BIRTH, TODAY), man=st.booleans(), serial=st.integers(0, 499))
def test_what_a_number_says_is_read_back(born: date, man: bool, serial: int) -> None:
    number = number_of(born, man=man, serial=serial)
    read = numbers.read(f"{number[:6]}-{number[6:14]} {number[14:].lower()}", on=TODAY)
    assert (read.number, read.birth_on, read.sex) == (number, born, "M" if man else "F")


@given(serial=st.integers(0, 499), at=st.integers(0, 17), to=st.sampled_from("0123456789"))
def test_one_wrong_digit_never_checks(serial: int, at: int, to: str) -> None:
    number = number_of(BORN, man=False, serial=serial)
    changed = number[:at] + to + number[at + 1 :]
    assert numbers.checks(changed) == (changed == number)


@given(serial=st.integers(0, 499), at=st.integers(0, 15))
def test_exchanged_neighbours_never_check(serial: int, at: int) -> None:
    number = number_of(BORN, man=False, serial=serial)
    changed = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert numbers.checks(changed) == (changed == number)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("37090219750506001", "length"),
        ("3709021975050600１Z", "length"),
        (number_of(BORN, man=True, serial=3)[:17] + "?", "length"),
        ("3709021980010100٣٣", "length"),
        (number_of(date(2026, 9, 2), man=True, serial=3), "birth_range"),
        (number_of(date(1880, 1, 1), man=True, serial=3), "birth_range"),
        ("370902800230001", "birth_absent"),
        ("3709021980023000" + "1" + str(ric.calc_check_digit("370902198002300010")), "birth_absent"),
        ("9900001980010100" + "1" + str(ric.calc_check_digit("990000198001010010")), "province"),
    ],
)
def test_a_wrong_number_says_which_rule_it_breaks(text: str, code: str) -> None:
    with pytest.raises(numbers.WrongNumber) as refused:
        numbers.read(text, on=TODAY)
    assert refused.value.code == code
    assert refused.value.sentence.zh
    assert "{" not in refused.value.sentence.en


def test_fifteen_digits_are_explained_with_the_number_they_became() -> None:
    new = number_of(date(1962, 3, 4), man=True, serial=7)
    with pytest.raises(numbers.WrongNumber) as refused:
        numbers.read(new[:6] + new[8:17], on=TODAY)
    assert (refused.value.code, refused.value.became) == ("old_form", new)
    assert new not in refused.value.sentence.en, "sentences are written to logs; numbers are not"
    assert new not in refused.value.sentence.zh


def test_a_serial_of_centenarians_belongs_to_the_century_before() -> None:
    with pytest.raises(numbers.WrongNumber) as refused:
        numbers.read("370902950101997", on=TODAY)
    assert refused.value.became.startswith("37090218950101997")
