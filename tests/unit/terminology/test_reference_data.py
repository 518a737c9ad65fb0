"""The shipped files: shape, both languages, whole numbers, classes that exist, references that hold."""

import re
from collections import Counter

import pytest

from xinglin.hospital.terminology import checking, lists, shipped
from xinglin.hospital.terminology.errors import WrongReferenceRow

INGREDIENTS = shipped.ingredient_rows()
PRODUCTS = shipped.product_rows()
SHORT_LISTS = [
    "frequencies",
    "departments",
    "routes",
    "chronic_groups",
    "override_reasons",
    "review_codes",
    "titles",
    "services",
]


def test_shipped_catalogues_pass_the_check_that_loading_makes() -> None:
    checking.check_shipped()


def test_there_are_enough() -> None:
    assert len(INGREDIENTS) >= 250
    assert len(PRODUCTS) >= 500
    assert len(lists.frequency_list()) == 27
    assert len(lists.review_code_list()) == 28


@pytest.mark.parametrize("name", SHORT_LISTS)
def test_short_lists_have_both_languages_and_each_code_once(name: str) -> None:
    rows = lists.rows_of(f"{name}.csv")
    assert len({row["code"] for row in rows}) == len(rows)
    for row in rows:
        assert re.search(r"[\u4e00-\u9fff]", row["name_zh"]), row
        assert re.search(r"[A-Za-z]", row["name_en"]), row
        assert not re.search(r"[\u4e00-\u9fff]", row["name_en"]), row


def test_atc_codes_have_their_seven_characters_or_none() -> None:
    shape = re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}")
    coded = [row for row in INGREDIENTS if row["atc"]]
    assert all(shape.fullmatch(row["atc"]) for row in coded)
    chemical = [row for row in INGREDIENTS if not row["code"].startswith(("tcm-", "herb-"))]
    assert len(coded) / len(chemical) > 0.8, "many substances of the Chinese market have no code"
    twice = [atc for atc, n in Counter(row["atc"] for row in coded).items() if n > 1]
    assert set(twice) <= {"A12CC05"}, twice


def test_every_row_says_where_it_comes_from_and_whether_that_was_read() -> None:
    for row in INGREDIENTS + PRODUCTS:
        assert len(row["source"]) > 20, row["code"]
        assert row["source_read"] in ("yes", "no"), row["code"]
    assert all("invented" in row["money_is"] for row in PRODUCTS)
    assert all("Invented" in row["source"] and row["is_demo"] == "yes" for row in lists.rows_of("services.csv"))


@pytest.mark.parametrize(
    ("code", "special"),
    [
        ("morphine", "narcotic"),
        ("fentanyl", "narcotic"),
        ("methylphenidate", "psychotropic_1"),
        ("ketamine", "psychotropic_1"),
        ("tramadol", "psychotropic_2"),
        ("diazepam", "psychotropic_2"),
        ("zopiclone", "psychotropic_2"),
        ("dextromethorphan", "psychotropic_2"),
        ("arsenic-trioxide", "toxic"),
        ("sodium-iodide-131i", "radioactive"),
        ("ephedrine", "precursor"),
        ("mifepristone", "high_risk"),
        ("metformin", "none"),
    ],
)
def test_special_control_classes_that_everybody_knows(code: str, special: str) -> None:
    assert shipped.ingredients()[code].special_class == special


def test_additions_to_the_catalogues_carry_their_day() -> None:
    assert shipped.ingredients()["dextromethorphan"].special_since == "2024-07-01"
    assert shipped.ingredients()["etomidate"].special_since == "2023-10-01"
    for info in shipped.ingredients().values():
        if info.special_class in ("narcotic", "psychotropic_1", "psychotropic_2"):
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", info.special_since), info.code


@pytest.mark.parametrize(
    ("code", "grade"),
    [("amoxicillin", "unrestricted"), ("cefixime", "restricted"), ("meropenem", "special"), ("isoniazid", "none")],
)
def test_antimicrobial_grades(code: str, grade: str) -> None:
    assert shipped.ingredients()[code].antimicrobial_grade == grade


def test_a_product_carries_the_strictest_class_of_its_ingredients_unless_its_row_says_otherwise() -> None:
    by_name = {info.name_zh: info for info in shipped.products().values()}
    assert by_name["氨酚曲马多片"].special_class == "psychotropic_2"
    assert by_name["氨酚羟考酮片"].special_class == "psychotropic_2"
    assert by_name["酚麻美敏片"].special_class == "high_risk"
    assert by_name["复方氨酚烷胺胶囊"].special_class == "none"
    assert by_name["硫酸吗啡缓释片"].special_class == "narcotic"


def test_default_dose_frequency_and_route_can_be_ordered() -> None:
    from xinglin.hospital.terminology.supply import dose_is_deliverable

    for info in shipped.products().values():
        assert info.default_frequency in lists.frequency_list(), info.code
        assert info.routes, info.code
        assert 1 <= info.default_days <= 84, info.code
        if info.default_dose and not info.no_days:
            assert dose_is_deliverable(info, info.default_dose), (info.code, info.name_zh)


def test_patent_medicines_show_the_western_ingredients_that_they_hide() -> None:
    hidden = {
        info.name_zh: {part.code for part in info.ingredients}
        for info in shipped.products().values()
        if info.code.startswith("XL-Z-")
    }
    assert {"paracetamol", "chlorphenamine"} <= hidden["维C银翘片"]
    assert "glibenclamide" in hidden["消渴丸"]
    assert "hydrochlorothiazide" in hidden["珍菊降压片"]


def test_catalogue_classes_and_shares_fit_together() -> None:
    for info in [*shipped.products().values(), *shipped.services().values()]:
        if info.catalogue_class == "A":
            assert info.selfpay_share_permille == 0, info.code
        elif info.catalogue_class == "B":
            assert 0 < info.selfpay_share_permille < 1000, info.code
        else:
            assert info.selfpay_share_permille == 1000, info.code
        assert info.price_fen > 0, info.code


def test_departments_follow_the_national_list() -> None:
    departments = lists.department_list()
    assert departments["03.04"].name_zh == "心血管内科"
    assert departments["07"].is_paediatric
    assert departments["09"].is_paediatric
    assert not departments["03"].is_paediatric
    assert all(d.parent in departments for d in departments.values() if d.parent)


def test_the_wrong_row_is_named() -> None:
    rows = [dict(PRODUCTS[0]), dict(PRODUCTS[0])]
    with pytest.raises(WrongReferenceRow) as refused:
        shipped.check(rows, "products.csv", (), {})
    assert refused.value.fields["line"] == 3
    assert refused.value.fields["column"] == "code"
    with pytest.raises(WrongReferenceRow) as refused:
        shipped.check([dict(PRODUCTS[0], price_fen="1.5")], "products.csv", ("price_fen",), {})
    assert refused.value.fields["column"] == "price_fen"
