"""The tables of rational use: their keys are written as the hospital writes them, pairs stand once, sizes hold."""

import csv
from datetime import date
from pathlib import Path

import pytest

import xinglin
from xinglin.supervision.tables import load_knowledge

MEDICINES = Path(xinglin.__file__).parent / "clinical" / "knowledge" / "medicines"
DAY = date(2026, 5, 20)
PLACE = "370902"
LEAST = {
    "contraindication": 40,
    "interaction": 60,
    "child_forbidden": 40,
    "dose_max": 60,
    "pregnancy": 40,
    "lactation": 25,
    "drug_sex": 25,
    "allergy_cover": 25,
    "herb_incompatibility": 100,
    "duplicate_group": 20,
}
ROUTES = {"po", "sl", "buccal", "pr", "pv", "sc", "im", "iv", "ivgtt", "inh", "neb", "eye", "ear", "nas", "top", "td"}


def _substances() -> set[str]:
    with (MEDICINES / "ingredients.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


def _keys(table: str) -> list[tuple[str, ...]]:
    return [row.key for row in load_knowledge().tables[table].rows]


@pytest.mark.parametrize(("table", "rows"), LEAST.items(), ids=LEAST)
def test_a_table_holds_a_useful_set(table: str, rows: int) -> None:
    assert len(_keys(table)) >= rows


def test_substances_are_spelled_as_in_the_hospital() -> None:
    known = _substances()
    assert {code for key in _keys("interaction") for code in key} - known == set()
    assert {own for own, _ in _keys("allergy_cover")} - known == set()


def test_an_allergy_names_a_substance_or_a_class() -> None:
    classes = {other for _, other in _keys("allergy_cover")} - _substances()
    assert {"penicillins", "cephalosporins", "beta-lactams", "sulfonamides", "nsaids", "macrolides"} <= classes


@pytest.mark.parametrize("table", ["interaction", "herb_incompatibility"])
def test_a_pair_stands_once_in_the_order_of_the_alphabet(table: str) -> None:
    assert [key for key in _keys(table) if key[0] >= key[1]] == []


@pytest.mark.parametrize(
    ("one", "other", "severity"),
    [
        ("linezolid", "fluoxetine", "contraindicated"),
        ("sildenafil", "isosorbide-mononitrate", "contraindicated"),
        ("simvastatin", "clarithromycin", "contraindicated"),
        ("febuxostat", "azathioprine", "contraindicated"),
        ("warfarin", "ibuprofen", "serious"),
        ("clopidogrel", "omeprazole", "serious"),
        ("tcm-huoxiang", "metronidazole", "serious"),
        ("metformin", "amlodipine", "none"),
        ("clopidogrel", "pantoprazole", "none"),
    ],
)
def test_known_pairs_are_found_either_way(one: str, other: str, severity: str) -> None:
    look = load_knowledge().look_up
    found = {look("interaction", pair, DAY, PLACE) for pair in ((one, other), (other, one))}
    assert found - {"none"} == {severity} - {"none"}


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
    ("medicine", "allergy", "covered"),
    [
        ("amoxicillin", "penicillins", True),
        ("cefaclor", "amoxicillin", True),
        ("ceftriaxone", "penicillins", False),
        ("celecoxib", "aspirin", True),
        ("azithromycin", "erythromycin", True),
        ("hydrochlorothiazide", "sulfonamides", False),
    ],
)
def test_cross_allergies_stand_only_where_one_is_known(medicine: str, allergy: str, covered: bool) -> None:
    assert load_knowledge().look_up("allergy_cover", (medicine, allergy), DAY, PLACE) is covered


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
