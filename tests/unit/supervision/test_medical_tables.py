"""The tables of rational use: their keys are written as the hospital writes them, pairs stand once, sizes hold."""

from datetime import date

import pytest

from xinglin.supervision.tables import load_knowledge

DAY = date(2026, 5, 20)
PLACE = "370902"
LEAST = {
    "contraindication": 40,
    "child_forbidden": 40,
    "dose_max": 60,
    "pregnancy": 40,
    "lactation": 25,
    "drug_sex": 25,
    "herb_incompatibility": 100,
    "duplicate_group": 20,
}
ROUTES = {"po", "sl", "buccal", "pr", "pv", "sc", "im", "iv", "ivgtt", "inh", "neb", "eye", "ear", "nas", "top", "td"}


def _keys(table: str) -> list[tuple[str, ...]]:
    return [row.key for row in load_knowledge().tables[table].rows]


@pytest.mark.parametrize(("table", "rows"), LEAST.items(), ids=LEAST)
def test_a_table_holds_a_useful_set(table: str, rows: int) -> None:
    assert len(_keys(table)) >= rows


def test_a_pair_of_herbs_stands_once_in_the_order_of_the_alphabet() -> None:
    assert [key for key in _keys("herb_incompatibility") if key[0] >= key[1]] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("herb-gancao", "herb-haizao"),
        ("herb-fuzi", "herb-banxia"),
        ("herb-chuanwu", "herb-zhebeimu"),
        ("herb-lilu", "herb-dangshen"),
        ("herb-renshen", "herb-wulingzhi"),
        ("herb-dingxiang", "herb-yujin"),
        ("herb-rougui", "herb-chishizhi"),
        ("herb-mangxiao", "herb-sanleng"),
    ],
)
def test_antagonisms_and_fears_are_found_either_way(one: str, other: str) -> None:
    look = load_knowledge().look_up
    assert {look("herb_pair", pair, DAY, PLACE) for pair in ((one, other), (other, one))} != {"none"}


@pytest.mark.parametrize(
    ("atc", "diagnosis", "severity"),
    [
        ("C07AA05", "J45.9", "absolute"),
        ("C07AB07", "J45.9", "none"),
        ("A10BA02", "N18.5", "absolute"),
        ("A10BA02", "N18.2", "none"),
        ("C09AA02", "T78.3", "absolute"),
        ("N02CC01", "I25.1", "absolute"),
        ("C08CA01", "I10", "none"),
    ],
)
def test_contraindications_go_by_beginnings(atc: str, diagnosis: str, severity: str) -> None:
    assert load_knowledge().look_up("contraindication_1", (atc, diagnosis), DAY, PLACE) == severity


def test_a_dose_given_once_is_never_below_the_ordinary_one() -> None:
    for row in load_knowledge().tables["dose_max"].rows:
        cells = {name: int(value) for name, value in row.values.items()}
        assert row.key[1] in ROUTES
        assert min(cells["single"], cells["daily"]) > 0, row.key
        assert cells["once"] == 0 or cells["once"] >= cells["single"], row.key


def test_weeks_of_pregnancy_are_in_order() -> None:
    for row in load_knowledge().tables["pregnancy"].rows:
        assert row.values["level"] in {"contraindicated", "caution"}
        assert 0 <= int(row.values["from_week"]) <= int(row.values["until_week"]) <= 99
