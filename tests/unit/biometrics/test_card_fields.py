"""From pieces of text to fields: rows at any angle, misreadings, what is absent stays absent."""

import math
from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from tests.biometrics_cards import invented, number_of

from xinglin.biometrics import card_fields
from xinglin.biometrics.card_checks import consistent
from xinglin.biometrics.card_fields import LONG_TERM, Field
from xinglin.biometrics.card_rows import Line, both_ways

TODAY = date(2026, 9, 1)


def line(text: str, x: float, y: float, *, sure: float = 0.99, height: float = 30, degrees: float = 0) -> Line:
    """A piece of text as a recogniser gives it, turned about the origin."""
    width = height * len(text)
    box = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], float)
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Line(text, sure, box @ np.array([[c, -s], [s, c]]).T)


def front_lines(degrees: float = 0, number: str = "") -> list[Line]:
    number = number or number_of(date(1980, 1, 1), man=False, serial=5)
    texts = [
        ("姓名", 50, 70),
        ("欧阳虚名", 160, 68),
        ("性别女", 50, 142),
        ("民族维吾尔", 260, 144),
        ("出生", 50, 215),
        ("1980年1月1日", 160, 214),
        ("住址", 50, 290),
        ("山东省泰安市虚拟区幸福路", 160, 289),
        ("12号3单元", 160, 340),
        ("公民身份号码", 50, 540),
        (number, 340, 541),
    ]
    return [line(text, x, y, degrees=degrees) for text, x, y in texts]


def front(lines: list[Line]) -> dict[str, str]:
    read = max((card_fields.front(way.rows) for way in both_ways(lines)), key=len)
    return {name: field.value for name, field in read.items()}


@pytest.mark.parametrize("degrees", [0, 5, -12, 30, 44])
def test_rows_come_together_at_any_angle(degrees: float) -> None:
    rows = both_ways(front_lines(degrees))[0].rows
    assert [row.text for row in rows][:4] == [
        "姓名欧阳虚名",
        "性别女民族维吾尔",
        "出生1980年1月1日",
        "住址山东省泰安市虚拟区幸福路",
    ]
    assert front(front_lines(degrees)) == {
        "name": "欧阳虚名",
        "sex": "女",
        "ethnicity": "维吾尔",
        "birth_on": "1980-01-01",
        "address": "山东省泰安市虚拟区幸福路12号3单元",
        "number": number_of(date(1980, 1, 1), man=False, serial=5),
    }


def test_upside_down_is_one_of_the_two_ways() -> None:
    upright, on_its_head = ([row.text for row in way.rows] for way in both_ways(front_lines(180)))
    assert upright[::-1] == ["".join(reversed_pieces(text)) for text in on_its_head]
    assert "姓名欧阳虚名" in upright + on_its_head


def reversed_pieces(text: str) -> list[str]:
    """The pieces of a row of front_lines from right to left."""
    pieces = [piece.text for piece in front_lines() if piece.text in text]
    return sorted(pieces, key=text.index, reverse=True)


def test_a_street_named_after_the_peoples_is_an_address_and_nothing_else() -> None:
    pieces = [line("性别男", 50, 70), line("民族满", 260, 70), line("住址某市民族京路民族巷1号", 50, 140)]
    pieces += [line("公民路2号楼", 160, 190), line("公民身份号码", 50, 300)]
    read = front(pieces)
    assert (read["ethnicity"], read["address"]) == ("满", "某市民族京路民族巷1号公民路2号楼")
    assert "ethnicity" not in front(pieces[2:])
    assert max(card_fields.labels(both_ways(pieces)[0].rows, card_fields.ONCE).values()) == 1


def test_an_office_with_a_long_name_goes_on_in_the_next_row() -> None:
    pieces = [
        line("签发机关某某自治区某某自治州", 50, 70),
        line("公安局某某分局", 170, 115),
        line("有效期限2015.05.06-长期", 50, 170),
    ]
    read = card_fields.back(both_ways(pieces)[0].rows)
    assert read["authority"].value == "某某自治区某某自治州公安局某某分局"


def test_the_least_sure_piece_is_how_sure_a_field_is() -> None:
    pieces = [line("姓名", 50, 70, sure=0.5), line("张三", 160, 70, sure=0.93), line("性别男", 50, 140, sure=0.6)]
    read = card_fields.front(both_ways(pieces)[0].rows)
    assert (read["name"].confidence, read["sex"].confidence) == (0.93, 0.6)


def test_a_number_that_does_not_check_is_no_number() -> None:
    good = number_of(date(1980, 1, 1), man=False, serial=5)
    wrong = good[:9] + str((int(good[9]) + 1) % 10) + good[10:]
    read = front(front_lines(number=wrong))
    assert "number" not in read
    assert read["number_misread"] == wrong
    assert "number" not in front(front_lines(number=good[:17]))
    nonsense = "37090219801301001"
    nonsense += str(ric.calc_check_digit(nonsense + "0"))
    assert "number" not in front(front_lines(number=nonsense)), "it checks, but no month is the thirteenth"
    assert "number" not in front(front_lines(number="1" + good)), "nineteen digits hold no number of eighteen"


def test_a_number_that_contradicts_the_card_is_pointed_at() -> None:
    good = {"number": number_of(date(1980, 1, 1), man=False, serial=5), "birth_on": "1980-01-01", "sex": "女"}
    assert not card_fields.differing(fields(**good))
    assert card_fields.differing(fields(**good | {"birth_on": "1980-01-07"})) == {"number", "birth_on"}
    assert card_fields.differing(fields(**good | {"sex": "男"})) == {"number", "sex"}
    assert not card_fields.differing(fields(number=good["number"]))


def test_a_day_that_does_not_exist_is_no_date_and_an_unknown_people_is_none() -> None:
    pieces = [line("出生1980年2月31日", 50, 70), line("民族火星", 50, 140), line("姓名王", 50, 210)]
    assert front(pieces) == {}


def test_dots_in_names_become_one_and_labels_do_not_cling() -> None:
    assert front([line("姓名古丽·阿依", 50, 70)])["name"] == "古丽·阿依"
    assert front([line("姓名古丽•阿依", 50, 70)])["name"] == "古丽·阿依"
    assert front([line("姓名", 50, 70), line("龍馬", 160, 70)])["name"] == "龍馬", "a name keeps its own characters"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("有效期限2015.05.06-2025.05.06", "2015-05-06", "2025-05-06"),
        ("有效期限2015.05.06-长期", "2015-05-06", LONG_TERM),
        ("有效期限 2015.05.06一长期", "2015-05-06", LONG_TERM),
        ("20150506-20350506", "2015-05-06", "2035-05-06"),
        ("有效期限2015.13.06-2025.13.06", None, None),
        ("有效期限2015.05.06-20", None, None),
    ],
)
def test_terms_of_the_back(text: str, start: str | None, end: str | None) -> None:
    pieces = [line("签发机关泰安市公安局", 50, 70), line(text, 50, 140)]
    read = {name: field.value for name, field in card_fields.back(both_ways(pieces)[0].rows).items()}
    assert (read.get("valid_from"), read.get("valid_to")) == (start, end)
    assert read["authority"] == "泰安市公安局"


@given(st.lists(st.tuples(st.text(max_size=30), st.floats(0, 3000), st.floats(0, 3000)), max_size=12))
def test_no_text_crashes_it(pieces: list[tuple[str, float, float]]) -> None:
    lines = [line(text or "x", x, y) for text, x, y in pieces]
    for way in both_ways(lines):
        card_fields.front(way.rows)
        card_fields.back(way.rows)


# WHAT A CARD SAYS AGAINST ITSELF, A DAY AND THE LAW


def fields(**values: str) -> dict[str, Field]:
    return {name: Field(value, 1.0, 0) for name, value in values.items()}


def codes(**values: str) -> list[str]:
    found = consistent(fields(**values), on=TODAY)
    assert all(doubt.sentence.zh and doubt.sentence.en for doubt in found)
    return [doubt.code for doubt in found]


def test_a_true_card_contradicts_nothing() -> None:
    for seed in range(200):
        card = invented(Random(seed), on=TODAY)
        every = codes(**card.truth("front"), **card.truth("back"))
        assert set(every) <= {"expired"}
        assert ("expired" in every) == (card.valid_to is not None and card.valid_to < TODAY)


def test_birth_and_sex_are_held_against_the_number() -> None:
    number = number_of(date(1980, 1, 1), man=False, serial=5)
    assert codes(number=number, birth_on="1980-01-01", sex="女") == []
    assert codes(number=number, birth_on="1980-01-07", sex="女") == ["birth_differs"]
    assert codes(number=number, birth_on="1980-01-01", sex="男") == ["sex_differs"]
    assert codes(number=number[:17] + ("1" if number[17] != "1" else "2")) == ["number_wrong"]
    assert codes(number=number_of(date(2027, 1, 1), man=False, serial=5)) == ["number_wrong"]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2020-09-01", "2030-09-01", []),
        ("2016-09-01", "2026-09-01", []),
        ("2016-08-31", "2026-08-31", ["expired"]),
        ("2026-09-02", "2046-09-02", ["not_yet_valid"]),
        ("2020-09-01", "2027-09-01", ["term_unknown"]),
        ("2020-02-29", "2030-02-28", []),
        ("2020-02-29", "2030-03-01", []),
        ("2020-02-29", "2040-02-29", []),
        ("1999-01-01", LONG_TERM, ["term_unknown"]),
        ("2020-09-01", LONG_TERM, []),
        ("2023-09-01", "2028-09-01", []),
    ],
)
def test_terms_that_the_law_knows(start: str, end: str, said: list[str]) -> None:
    assert codes(valid_from=start, valid_to=end) == said


@pytest.mark.parametrize(
    ("born", "years", "said"),
    [
        (date(2012, 1, 1), 5, []),
        (date(2012, 1, 1), 10, ["term_not_of_age"]),
        (date(2000, 1, 1), 10, []),
        (date(2000, 1, 1), 0, ["term_not_of_age"]),
        (date(1985, 1, 1), 20, []),
        (date(1970, 1, 1), 0, []),
        (date(1970, 1, 1), 20, ["term_not_of_age"]),
        (date(1977, 6, 15), 0, []),
        (date(1977, 6, 15), 20, []),
    ],
)
def test_a_term_fits_the_age_at_which_the_card_was_issued(born: date, years: int, said: list[str]) -> None:
    end = f"{2023 + years}-09-01" if years else LONG_TERM
    number = number_of(born, man=True, serial=1)
    assert codes(number=number, valid_from="2023-09-01", valid_to=end) == said
