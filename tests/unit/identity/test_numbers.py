"""Identity numbers, names and phones as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from tests import builders as make

from xinglin.hospital.identity.numbers import clean_name, clean_phone, other_number, resident_number, same_name
from xinglin.hospital.identity.words import IdType
from xinglin.hospital.kernel.errors import InvalidInput

TODAY = date(2026, 9, 1)


@pytest.mark.parametrize(("area", "born"), [("370902", date(1975, 5, 6)), ("110111", date(1950, 1, 2))])
def test_a_county_code_younger_than_the_birth_is_accepted(area: str, born: date) -> None:
    number = make.a_number(born, "M", area=area, serial=1)
    assert not ric.is_valid(number), "the library refuses it; that is the trap"
    read = resident_number(number, on=TODAY)
    assert (read.birth_on, read.sex, read.area) == (born, "M", area)


@given(born=st.dates(date(1890, 1, 1), TODAY), sex=st.sampled_from("MF"), serial=st.integers(0, 499))
def test_what_the_number_says_is_read_back(born: date, sex: str, serial: int) -> None:
    number = make.a_number(born, sex, serial=serial)
    read = resident_number(f" {number[:6]} {number[6:].lower()}", on=TODAY)
    assert (read.number, read.birth_on, read.sex) == (number, born, sex)


def test_lower_case_x_and_full_width_digits_are_the_same_number() -> None:
    number = next(n for s in range(100) if (n := make.a_number(date(1980, 1, 1), serial=s)).endswith("X"))
    assert resident_number(number.lower(), on=TODAY).number == number
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    assert resident_number(wide, on=TODAY).number == number


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3709021975050600", "18 characters"),
        ("37090219750506001A", "18 characters"),
        ("", "18 characters"),
        (make.a_number(date(1980, 1, 1), serial=3)[:-1] + "?", "18 characters"),
        (make.a_number(date(2026, 9, 2), serial=3), "cannot be right"),
        (make.a_number(date(1880, 1, 1), serial=3), "cannot be right"),
        (make.a_number(date(1980, 1, 1), area="990000", serial=3), "province"),
    ],
)
def test_a_wrong_number_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        resident_number(text, on=TODAY)
    assert refused.value.field == "number"
    assert says in refused.value.sentence.en
    assert refused.value.sentence.zh


def test_every_wrong_check_digit_is_refused() -> None:
    number = make.a_number(date(1980, 1, 1), serial=3)
    for last in set("0123456789X") - {number[-1]}:
        with pytest.raises(InvalidInput):
            resident_number(number[:-1] + last, on=TODAY)


def test_a_date_that_does_not_exist_is_refused() -> None:
    body = "37090219800230001"
    with pytest.raises(InvalidInput) as refused:
        resident_number(body + ric.calc_check_digit(body + "0"), on=TODAY)
    assert "does not exist" in refused.value.sentence.en


def test_names_keep_rare_characters_and_one_kind_of_dot() -> None:
    assert clean_name("迪丽热巴・迪力木拉提") == "迪丽热巴·迪力木拉提"
    assert clean_name(" 阿卜杜拉 • 买买提 ") == "阿卜杜拉·买买提"
    assert clean_name("王𬀩") == "王𬀩", "a character outside the basic plane is a letter of a name"
    assert clean_name("李\ue863") == "李\ue863", "private-use characters stand in old documents"
    assert clean_name("Maria  da  Silva") == "Maria da Silva"
    assert same_name("阿依古丽・艾山", "阿依古丽·艾山")
    assert same_name("MARIA DA SILVA", "maria da  silva")
    assert not same_name("王伟", "王玮")


@pytest.mark.parametrize("text", ["", "王", "王1", "王<b>", "·", "x" * 61])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        clean_name(text)


def test_phones_and_other_documents() -> None:
    assert clean_phone("+86 138-0000-0001") == "13800000001"
    for wrong in ("", "12800000001", "1380000000", "138000000011", "phone"):
        with pytest.raises(InvalidInput):
            clean_phone(wrong)
    assert other_number("h 12345678", id_type=IdType.HK_MACAO) == "H12345678"
    with pytest.raises(InvalidInput):
        other_number("??", id_type=IdType.PASSPORT)
