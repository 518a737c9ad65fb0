"""The tables of doses: what must be true of every row, and examples over and within the limits of labels.

The examples are our own, written from labels and from memory. `OVER` orders must be found, `WITHIN` orders must not.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache
from importlib.resources import files

import pytest

from xinglin.clinical.knowledge import rows
from xinglin.clinical.knowledge.loading import Knowledge, read_folder, read_knowledge
from xinglin.clinical.knowledge.units import UNITS, amount
from xinglin.clinical.medicines.case import Case, Line, Part, Patient
from xinglin.clinical.medicines.checks_dose import doses
from xinglin.clinical.medicines.checks_patient import Unchecked
from xinglin.clinical.medicines.finding import Finding
from xinglin.clinical.medicines.index import build_index

NEVER = Fraction(10**6)
OWN = {"doses", "renal", "hepatic", "labs", "lab_rules", "classes/doses", "sources/doses"}
WEEKLY_OR_RARER = {
    "alendronic-acid",
    "alirocumab",
    "cabergoline",
    "cofrogliptin",
    "colecalciferol",
    "denosumab",
    "dulaglutide",
    "evolocumab",
    "fluconazole",
    "ibandronic-acid",
    "insulin-icodec",
    "loxenatide",
    "mazdutide",
    "methotrexate",
    "omarigliptin",
    "penfluridol",
    "risedronic-acid",
    "semaglutide",
    "tirzepatide",
    "trelagliptin",
}
"""Given once a week or more rarely: the daily figure is the dose spread over the days between."""

# substance, years, kg, route, unit, one dose, times a day, days, diagnoses, other medicines
Order = tuple[str, str, str, str, str, str, str, int, str, str]
OVER: list[Order] = [
    ("paracetamol", "30", "60", "po", "mg", "1000", "5", 3, "R51", ""),
    ("paracetamol", "30", "60", "po", "mg", "1500", "2", 3, "R51", ""),
    ("paracetamol", "45", "44", "po", "mg", "1000", "4", 5, "M54", ""),
    ("paracetamol", "4", "16", "po", "mg", "400", "4", 3, "R50", ""),
    ("ibuprofen", "5", "18", "po", "mg", "400", "3", 3, "R50", ""),
    ("ibuprofen", "40", "70", "po", "mg", "800", "5", 5, "M54", ""),
    ("amoxicillin", "6", "20", "po", "mg", "1000", "3", 7, "J02", ""),
    ("cefixime", "3", "14", "po", "mg", "100", "3", 5, "N39.0", ""),
    ("azithromycin", "5", "18", "po", "mg", "500", "1", 3, "J15.7", ""),
    ("azithromycin", "40", "60", "po", "mg", "1000", "1", 5, "J20", ""),
    ("oseltamivir", "4", "14", "po", "mg", "75", "2", 5, "J10", ""),
    ("cetirizine", "3", "15", "po", "mg", "10", "1", 7, "J30", ""),
    ("montelukast", "4", "16", "po", "mg", "10", "1", 30, "J45", ""),
    ("ambroxol", "3", "15", "po", "mg", "30", "3", 5, "J20", ""),
    ("methotrexate", "50", "60", "po", "mg", "10", "1", 28, "M06.9", ""),
    ("methotrexate", "50", "60", "po", "mg", "40", "1/7", 28, "M06.9", ""),
    ("alendronic-acid", "70", "50", "po", "mg", "70", "1", 28, "M81", ""),
    ("semaglutide", "50", "90", "sc", "mg", "1", "1", 28, "E11", ""),
    ("citalopram", "72", "60", "po", "mg", "40", "1", 28, "F32", ""),
    ("escitalopram", "70", "60", "po", "mg", "20", "1", 28, "F32", ""),
    ("zolpidem", "75", "55", "po", "mg", "10", "1", 14, "G47.0", ""),
    ("eszopiclone", "70", "55", "po", "mg", "3", "1", 14, "G47.0", ""),
    ("digoxin", "78", "55", "po", "ug", "250", "1", 28, "I50", ""),
    ("simvastatin", "60", "70", "po", "mg", "40", "1", 28, "E78", "amlodipine"),
    ("simvastatin", "60", "70", "po", "mg", "20", "1", 28, "E78", "diltiazem"),
    ("rosuvastatin", "60", "70", "po", "mg", "40", "1", 28, "E78", ""),
    ("rosuvastatin", "60", "70", "po", "mg", "10", "1", 28, "E78", "ciclosporin"),
    ("metformin", "55", "70", "po", "mg", "1000", "4", 28, "E11", ""),
    ("glimepiride", "55", "70", "po", "mg", "4", "3", 28, "E11", ""),
    ("amlodipine", "55", "70", "po", "mg", "10", "2", 28, "I10", ""),
    ("valsartan", "55", "70", "po", "mg", "320", "2", 28, "I10", ""),
    ("bisoprolol", "60", "70", "po", "mg", "20", "1", 28, "I50", ""),
    ("spironolactone", "60", "70", "po", "mg", "100", "2", 28, "I50", ""),
    ("rivaroxaban", "70", "70", "po", "mg", "20", "2", 28, "I48", ""),
    ("rivaroxaban", "60", "70", "po", "mg", "15", "2", 60, "I82", ""),
    ("apixaban", "84", "55", "po", "mg", "5", "2", 28, "I48", ""),
    ("edoxaban", "70", "52", "po", "mg", "60", "1", 28, "I48", ""),
    ("dabigatran-etexilate", "83", "60", "po", "mg", "150", "2", 28, "I48", ""),
    ("colchicine", "50", "70", "po", "mg", "1", "6", 2, "M10", ""),
    ("domperidone", "40", "60", "po", "mg", "20", "3", 7, "K30", ""),
    ("metoclopramide", "40", "60", "po", "mg", "20", "3", 3, "R11", ""),
    ("citalopram", "40", "60", "po", "mg", "60", "1", 28, "F32", ""),
    ("fluconazole", "30", "55", "po", "mg", "150", "1", 7, "B37.3", ""),
    ("tizanidine", "45", "60", "po", "mg", "20", "3", 7, "M62", ""),
    ("tramadol", "50", "60", "po", "mg", "100", "6", 5, "R52", ""),
    ("diclofenac", "50", "60", "po", "mg", "100", "3", 7, "M17", ""),
    ("celecoxib", "60", "60", "po", "mg", "400", "2", 14, "M17", ""),
    ("etoricoxib", "60", "60", "po", "mg", "120", "1", 14, "M17", ""),
    ("lamotrigine", "30", "60", "po", "mg", "200", "2", 28, "G40", "valproic-acid"),
    ("levothyroxine-sodium", "40", "60", "po", "ug", "500", "1", 28, "E03", ""),
    ("prednisone", "6", "20", "po", "mg", "30", "2", 7, "N04", ""),
    ("levetiracetam", "4", "16", "po", "mg", "600", "2", 28, "G40", ""),
    ("risperidone", "82", "50", "po", "mg", "3", "2", 28, "F20", ""),
    ("nitrofurantoin", "30", "60", "po", "mg", "100", "4", 14, "N30.0", ""),
    ("digoxin", "60", "60", "po", "ug", "500", "1", 28, "I50", ""),
    ("exenatide", "60", "80", "sc", "ug", "20", "2", 28, "E11", ""),
    ("exenatide", "60", "80", "sc", "mg", "2", "1", 28, "E11", ""),
    ("colchicine", "50", "70", "po", "mg", "0.5", "3", 7, "M10", "clarithromycin"),
    ("repaglinide", "60", "70", "po", "mg", "4", "3", 28, "E11", "clopidogrel"),
]
WITHIN: list[Order] = [
    ("paracetamol", "30", "60", "po", "mg", "1000", "4", 3, "R51", ""),
    ("paracetamol", "4", "16", "po", "mg", "240", "4", 3, "R50", ""),
    ("ibuprofen", "5", "18", "po", "mg", "180", "4", 3, "R50", ""),
    ("ibuprofen", "40", "70", "po", "mg", "600", "3", 5, "M54", ""),
    ("amoxicillin", "6", "20", "po", "mg", "600", "3", 7, "H66", ""),
    ("amoxicillin", "40", "60", "po", "mg", "1000", "2", 14, "K29", ""),
    ("cefixime", "3", "15", "po", "mg", "60", "2", 5, "N39.0", ""),
    ("azithromycin", "5", "18", "po", "mg", "180", "1", 3, "J15.7", ""),
    ("azithromycin", "25", "60", "po", "mg", "1000", "1", 1, "A56", ""),
    ("oseltamivir", "4", "14", "po", "mg", "30", "2", 5, "J10", ""),
    ("cetirizine", "8", "25", "po", "mg", "10", "1", 7, "J30", ""),
    ("cetirizine", "30", "60", "po", "mg", "10", "2", 14, "L50.1", ""),
    ("montelukast", "8", "25", "po", "mg", "5", "1", 30, "J45", ""),
    ("ambroxol", "40", "60", "po", "mg", "30", "3", 7, "J20", ""),
    ("methotrexate", "50", "60", "po", "mg", "15", "1/7", 28, "M06.9", ""),
    ("alendronic-acid", "70", "50", "po", "mg", "70", "1/7", 28, "M81", ""),
    ("semaglutide", "50", "90", "sc", "mg", "1", "1/7", 28, "E11", ""),
    ("dulaglutide", "50", "90", "sc", "mg", "1.5", "1/7", 28, "E11", ""),
    ("citalopram", "72", "60", "po", "mg", "20", "1", 28, "F32", ""),
    ("escitalopram", "70", "60", "po", "mg", "10", "1", 28, "F32", ""),
    ("zolpidem", "75", "55", "po", "mg", "5", "1", 14, "G47.0", ""),
    ("digoxin", "78", "55", "po", "ug", "125", "1", 28, "I50", ""),
    ("simvastatin", "60", "70", "po", "mg", "20", "1", 28, "E78", "amlodipine"),
    ("simvastatin", "60", "70", "po", "mg", "40", "1", 28, "E78", ""),
    ("rosuvastatin", "60", "70", "po", "mg", "20", "1", 28, "E78", ""),
    ("atorvastatin", "60", "70", "po", "mg", "80", "1", 28, "I25", ""),
    ("metformin", "55", "70", "po", "mg", "850", "3", 28, "E11", ""),
    ("metformin", "13", "60", "po", "mg", "1000", "2", 28, "E11", ""),
    ("gliclazide", "55", "70", "po", "mg", "120", "1", 28, "E11", ""),
    ("amlodipine", "55", "70", "po", "mg", "10", "1", 28, "I10", ""),
    ("valsartan", "55", "70", "po", "mg", "160", "2", 28, "I50", ""),
    ("metoprolol", "60", "70", "po", "mg", "190", "1", 28, "I50", ""),
    ("spironolactone", "60", "70", "po", "mg", "100", "2", 28, "K74.6|R18", ""),
    ("rivaroxaban", "60", "70", "po", "mg", "15", "2", 21, "I82", ""),
    ("apixaban", "84", "75", "po", "mg", "5", "2", 28, "I48", ""),
    ("edoxaban", "70", "70", "po", "mg", "60", "1", 28, "I48", ""),
    ("dabigatran-etexilate", "70", "60", "po", "mg", "150", "2", 28, "I48", ""),
    ("aspirin", "60", "60", "po", "mg", "100", "1", 28, "I25", ""),
    ("clopidogrel", "60", "60", "po", "mg", "75", "1", 28, "I25", ""),
    ("colchicine", "50", "70", "po", "mg", "0.5", "3", 7, "M10", ""),
    ("fluconazole", "30", "55", "po", "mg", "400", "1", 14, "B37.1", ""),
    ("tramadol", "50", "60", "po", "mg", "100", "4", 5, "R52", ""),
    ("celecoxib", "60", "60", "po", "mg", "200", "2", 14, "M17", ""),
    ("lamotrigine", "30", "60", "po", "mg", "200", "2", 28, "G40", ""),
    ("pregabalin", "60", "60", "po", "mg", "150", "2", 28, "B02.2", ""),
    ("gabapentin", "60", "60", "po", "mg", "600", "3", 28, "B02.2", ""),
    ("sertraline", "40", "60", "po", "mg", "200", "1", 28, "F32", ""),
    ("quetiapine", "40", "60", "po", "mg", "400", "2", 28, "F20", ""),
    ("levothyroxine-sodium", "40", "60", "po", "ug", "125", "1", 28, "E03", ""),
    ("prednisone", "6", "20", "po", "mg", "20", "2", 7, "N04", ""),
    ("prednisone", "40", "60", "po", "mg", "60", "1", 14, "N04", ""),
    ("levetiracetam", "4", "16", "po", "mg", "480", "2", 28, "G40", ""),
    ("valproic-acid", "8", "25", "po", "mg", "500", "2", 28, "G40", ""),
    ("nitrofurantoin", "30", "60", "po", "mg", "100", "2", 5, "N30.0", ""),
    ("cefaclor", "6", "20", "po", "mg", "250", "3", 7, "J03", ""),
    ("salbutamol", "4", "16", "neb", "mg", "2.5", "3", 3, "J45", ""),
    ("enoxaparin", "60", "60", "sc", "IU", "6000", "2", 7, "I82", ""),
    ("warfarin", "60", "60", "po", "mg", "3", "1", 28, "I48", ""),
    ("insulin-glargine", "60", "80", "sc", "IU", "24", "1", 28, "E11", ""),
    ("hydrochlorothiazide", "60", "60", "po", "mg", "25", "1", 28, "I10", ""),
    ("exenatide", "60", "80", "sc", "mg", "2", "1/7", 28, "E11", ""),
    ("duloxetine", "50", "60", "po", "mg", "120", "1", 28, "F32|M54", ""),
    ("apixaban", "60", "60", "po", "mg", "10", "2", 7, "I82|I48", ""),
    ("topiramate", "40", "60", "po", "mg", "150", "2", 28, "G40|G43", ""),
    ("allopurinol", "50", "70", "po", "mg", "300", "1", 28, "M10", ""),
    ("lamotrigine", "30", "60", "po", "mg", "100", "2", 28, "G40", "valproic-acid"),
    ("acetylcysteine", "60", "60", "po", "mg", "600", "3", 28, "J84", ""),
    ("folic-acid", "8", "28", "po", "mg", "5", "3", 28, "D53", ""),
    ("cefixime", "3", "15", "po", "mg", "90", "2", 5, "N39.0", ""),
]


@cache
def tables() -> tuple[Knowledge, list[str]]:
    documents, digest = read_folder(files("xinglin.clinical.knowledge") / "medicines")
    knowledge, faults = read_knowledge(documents, digest)
    return knowledge, [str(fault) for fault in faults if fault.table in OWN]


def all_doses() -> tuple[rows.Dose, ...]:
    return tables()[0].rows(rows.Dose)


def found_in(order: Order) -> list[Finding]:
    """What the dose check says of one order."""
    code, years, kg, route, unit, single, times, days, diagnoses, others = order
    one, often = Fraction(single), Fraction(times)
    part = Part(code, amount(one, unit), amount(one * often, unit))
    line = Line(0, "order", code, (part,), route=route, days=days, times=often, single_dose=days == 1 and often <= 1)
    age = Fraction(years)
    patient = Patient(
        age_days=int(age * Fraction(1461, 4)),
        age_years=age,
        sex="F",
        weight_kg=Fraction(kg),
        diagnoses=tuple(diagnoses.split("|")),
    )
    current = tuple(
        Line(number, "current", name, (Part(name),), route="po")
        for number, name in enumerate(others.split("|"))
        if name
    )
    case = Case("example", None, patient, (line,), current)
    return list(doses(case, build_index(tables()[0]), Unchecked()))


@pytest.mark.parametrize("order", OVER, ids=lambda order: f"{order[0]} {order[5]}{order[4]} x{order[6]}")
def test_an_order_over_the_limit_is_found(order: Order) -> None:
    assert found_in(order), "a dose, a day, a course or an interval beyond the label was not seen"


@pytest.mark.parametrize("order", WITHIN, ids=lambda order: f"{order[0]} {order[5]}{order[4]} x{order[6]}")
def test_an_order_within_the_limit_is_silent(order: Order) -> None:
    assert [found.text_en for found in found_in(order)] == []


def test_tables_have_no_fault() -> None:
    assert tables()[1] == []


def test_there_is_breadth() -> None:
    adult = {row.ingredient for row in all_doses() if row.age_until is None}
    young = [row for row in all_doses() if row.age_until is not None]
    assert len(all_doses()) >= 650
    assert len(adult) >= 380
    assert len(young) >= 160


def test_every_row_states_something_with_a_known_unit() -> None:
    for row in all_doses():
        figures = (row.single_max, row.daily_max, row.single_max_kg, row.daily_max_kg, row.course_max_days)
        assert row.unit in UNITS, row.id
        assert any(figure is not None and figure > 0 for figure in figures), row.id


def test_one_dose_is_not_more_than_a_day() -> None:
    for row in all_doses():
        rare = row.ingredient in WEEKLY_OR_RARER
        if row.single_max is not None and row.daily_max is not None and not rare:
            assert row.single_max <= row.daily_max, row.id
        if row.single_max_kg is not None and row.daily_max_kg is not None:
            assert row.single_max_kg <= row.daily_max_kg, row.id
        if row.daily_min_kg is not None and row.daily_max_kg is not None:
            assert row.daily_min_kg < row.daily_max_kg, row.id


def test_a_child_is_not_given_more_than_an_adult() -> None:
    adult: dict[tuple[str, str], Fraction] = {}
    for row in all_doses():
        if row.age_until is None and not row.when and row.daily_max is not None:
            for route in row.routes:
                most = amount(row.daily_max, row.unit).value
                adult[row.ingredient, route] = max(adult.get((row.ingredient, route), Fraction(0)), most)
    for row in all_doses():
        if row.age_until is not None and row.daily_max is not None:
            for route in row.routes:
                cap = adult.get((row.ingredient, route))
                assert cap is None or amount(row.daily_max, row.unit).value <= cap, row.id


def test_bands_of_age_and_weight_do_not_contradict_each_other() -> None:
    alike: dict[object, list[rows.Dose]] = defaultdict(list)
    for row in all_doses():
        when = tuple(atom.text for atom in row.when)
        # A limit in units and one in milligrams never weigh the same order.
        activity = row.unit == "IU"
        for route in row.routes:
            for form in row.form or ("",):
                alike[row.ingredient, route, form, row.indication, when, activity].append(row)
    for group in alike.values():
        for number, row in enumerate(group):
            for other in group[:number]:
                assert not _meet(row, other), f"{row.id} and {other.id} speak of the same patient"


def _meet(one: rows.Dose, other: rows.Dose) -> bool:
    return _overlap(one.age_from, one.age_until, other.age_from, other.age_until) and _overlap(
        one.weight_from, one.weight_until, other.weight_from, other.weight_until
    )


def _overlap(low: Fraction | None, high: Fraction | None, least: Fraction | None, most: Fraction | None) -> bool:
    return (low or Fraction(0)) < (NEVER if most is None else most) and (least or Fraction(0)) < (
        NEVER if high is None else high
    )


def test_a_lowered_limit_lies_below_the_plain_one() -> None:
    widest: dict[tuple[str, str], Fraction] = {}
    for row in all_doses():
        if row.age_until is None and not row.when and row.daily_max is not None:
            for route in row.routes:
                most = amount(row.daily_max, row.unit).value
                widest[row.ingredient, route] = max(widest.get((row.ingredient, route), Fraction(0)), most)
    for row in all_doses():
        if row.age_until is None and row.when and row.daily_max is not None:
            for route in row.routes:
                cap = widest.get((row.ingredient, route))
                assert cap is None or amount(row.daily_max, row.unit).value <= cap, row.id
