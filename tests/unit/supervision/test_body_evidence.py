"""The tables of what a body can have: strong evidence only, and nothing that is often coded for others."""

from datetime import date

import pytest

from xinglin.supervision.tables import load_knowledge

ON = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("body_sex_of_diagnosis", "Z34.9", "female"),
        ("body_sex_of_diagnosis", "O21.0", "female"),
        ("body_until_of_diagnosis", "O21.0", 60),
        ("body_sex_of_diagnosis", "N40", "male"),
        ("body_sex_of_diagnosis", "C61", "male"),
        ("body_sex_of_medicine", "G04CB01", "male"),
        ("body_sex_of_medicine", "G01AF02", "female"),
        ("body_until_of_department", "07.03", 20),
        ("body_from_of_diagnosis", "F03", 30),
    ],
)
def test_bound_to_one_body(name: str, code: str, says: str | int) -> None:
    assert load_knowledge().look_up(name, (code,), ON, "370902") == says


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("body_sex_of_diagnosis", "J06.9"),
        ("body_sex_of_diagnosis", "N97.9"),
        ("body_sex_of_diagnosis", "N46"),
        ("body_sex_of_diagnosis", "M81.0"),
        ("body_sex_of_diagnosis", "N39.0"),
        ("body_sex_of_diagnosis", ""),
        ("body_sex_of_medicine", "G04CA02"),
        ("body_sex_of_medicine", "G04BE03"),
        ("body_sex_of_medicine", ""),
    ],
)
def test_what_others_have_too_binds_nobody(name: str, code: str) -> None:
    assert load_knowledge().look_up(name, (code,), ON, "370902") == ""


def test_a_newborn_on_the_mothers_card_is_no_contradiction() -> None:
    assert load_knowledge().look_up("body_until_of_diagnosis", ("P59.9",), ON, "370902") == 200


@pytest.mark.parametrize(
    ("code", "exempt"), [("Z49.1", True), ("C50.9", True), ("Z50.1", True), ("M54.5", True), ("J06.9", False)]
)
def test_courses_of_many_visits(code: str, exempt: bool) -> None:
    assert load_knowledge().look_up("frequent_exempt", (code,), ON, "370902") is exempt


@pytest.mark.parametrize(
    ("code", "ground"),
    [("Z51.1", "planned"), ("O80", "planned"), ("I21.0", "acute"), ("S72.0", "acute"), ("J18.9", "")],
)
def test_grounds_of_an_early_return(code: str, ground: str) -> None:
    assert load_knowledge().look_up("planned_readmission", (code,), ON, "370902") == ground
