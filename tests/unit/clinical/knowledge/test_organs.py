"""The tables of kidney, liver and laboratory values: what must be true of every row, and examples through the checks.

The examples are our own, from labels and from memory: the tier that an order must have, or silence.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import pairwise

import pytest

from xinglin.clinical.knowledge import rows
from xinglin.clinical.knowledge.loading import Knowledge, read_folder, read_knowledge
from xinglin.clinical.knowledge.units import amount
from xinglin.clinical.medicines.case import Case, LabValue, Line, Part, Patient
from xinglin.clinical.medicines.checks_organs import hepatic, laboratory, renal
from xinglin.clinical.medicines.checks_patient import Unchecked
from xinglin.clinical.medicines.finding import Finding
from xinglin.clinical.medicines.index import build_index

SILENT = "-"
NEVER = Fraction(10**6)

# substance, unit, one dose, times a day, days, kidney function, diagnoses, other medicines, the tier
Kidney = tuple[str, str, str, str, int, int, str, str, str]
KIDNEY: list[Kidney] = [
    ("metformin", "mg", "500", "2", 28, 25, "E11", "", "X"),
    ("metformin", "mg", "1000", "2", 28, 38, "E11", "", "D"),
    ("metformin", "mg", "500", "2", 28, 38, "E11", "", SILENT),
    ("metformin", "mg", "1000", "2", 28, 75, "E11", "", SILENT),
    ("dabigatran-etexilate", "mg", "110", "2", 28, 25, "I48", "", "X"),
    ("rivaroxaban", "mg", "20", "1", 28, 40, "I48", "", "D"),
    ("rivaroxaban", "mg", "15", "1", 28, 40, "I48", "", SILENT),
    ("edoxaban", "mg", "60", "1", 28, 40, "I48", "", "D"),
    ("ibuprofen", "mg", "400", "3", 5, 22, "M54", "", "X"),
    ("ibuprofen", "mg", "400", "3", 7, 42, "M54", "", "D"),
    ("ibuprofen", "mg", "400", "3", 5, 90, "M54", "", SILENT),
    ("aspirin", "mg", "100", "1", 28, 20, "I25", "", SILENT),
    ("gabapentin", "mg", "600", "3", 28, 40, "B02.2", "", "D"),
    ("gabapentin", "mg", "300", "3", 28, 40, "B02.2", "", SILENT),
    ("pregabalin", "mg", "150", "2", 28, 22, "B02.2", "", "D"),
    ("valaciclovir", "mg", "1000", "3", 7, 22, "B02", "", "D"),
    ("levofloxacin", "mg", "500", "1", 7, 35, "N39.0", "", "D"),
    ("nitrofurantoin", "mg", "100", "2", 5, 20, "N30.0", "", "X"),
    ("nitrofurantoin", "mg", "100", "2", 5, 40, "N30.0", "", "C"),
    ("spironolactone", "mg", "20", "1", 28, 22, "I50", "", "D"),
    ("eplerenone", "mg", "25", "1", 28, 22, "I50", "", "X"),
    ("colchicine", "mg", "0.5", "1", 7, 50, "M10", "clarithromycin", "X"),
    ("colchicine", "mg", "0.5", "1", 7, 50, "M10", "", SILENT),
    ("digoxin", "ug", "250", "1", 28, 20, "I50", "", "D"),
    ("digoxin", "ug", "125", "1", 28, 45, "I50", "", SILENT),
    ("sitagliptin", "mg", "100", "1", 28, 38, "E11", "", "D"),
    ("linagliptin", "mg", "5", "1", 28, 20, "E11", "", SILENT),
    ("dapagliflozin", "mg", "10", "1", 28, 35, "N18.3|E11", "", SILENT),
    ("glibenclamide", "mg", "2.5", "1", 28, 25, "E11", "", "X"),
    ("gliquidone", "mg", "30", "3", 28, 45, "E11", "", SILENT),
    ("allopurinol", "mg", "300", "1", 28, 40, "M10", "", "D"),
    ("benzbromarone", "mg", "50", "1", 28, 15, "M10", "", "X"),
    ("benzbromarone", "mg", "50", "1", 28, 25, "M10", "", "D"),
    ("rosuvastatin", "mg", "20", "1", 28, 25, "E78", "", "X"),
    ("rosuvastatin", "mg", "10", "1", 28, 45, "E78", "", SILENT),
    ("rivaroxaban", "mg", "15", "2", 21, 40, "I82", "", SILENT),
    ("colchicine", "mg", "0.5", "1", 7, 8, "M10", "", "X"),
    ("oxcarbazepine", "mg", "300", "2", 28, 25, "G40", "", SILENT),
    ("ramipril", "mg", "10", "1", 28, 55, "I10", "", "C"),
    ("febuxostat", "mg", "40", "1", 28, 25, "M10", "", SILENT),
    ("alendronic-acid", "mg", "70", "1/7", 28, 30, "M81", "", "D"),
    ("tramadol", "mg", "100", "4", 5, 25, "R52", "", "D"),
    ("famotidine", "mg", "20", "2", 14, 45, "K21", "", SILENT),
    ("duloxetine", "mg", "60", "1", 28, 25, "F32", "", "X"),
    ("atorvastatin", "mg", "40", "1", 28, 20, "E78", "", SILENT),
    ("amlodipine", "mg", "5", "1", 28, 20, "I10", "", SILENT),
    ("oseltamivir", "mg", "75", "2", 5, 45, "J10", "", "D"),
]
# substance, unit, one dose, times a day, Child-Pugh class, diagnoses, the tier
LIVER: list[tuple[str, str, str, str, str, str, str]] = [
    ("duloxetine", "mg", "60", "1", "B", "K74.6", "X"),
    ("paracetamol", "mg", "1000", "4", "C", "K74.6", "D"),
    ("paracetamol", "mg", "500", "3", "B", "K74.6", SILENT),
    ("valproic-acid", "mg", "500", "2", "C", "K74.6", "X"),
    ("rivaroxaban", "mg", "20", "1", "B", "K74.6|I48", "X"),
    ("methotrexate", "mg", "10", "1/7", "", "K70.3|M06", "X"),
    ("ibuprofen", "mg", "400", "3", "", "K74.6", "D"),
    ("simvastatin", "mg", "20", "1", "", "K72.0", "X"),
    ("atorvastatin", "mg", "20", "1", "", "K76.0", SILENT),
    ("diazepam", "mg", "5", "1", "", "K72.9", "D"),
    ("terbinafine", "mg", "250", "1", "", "K74.6", "X"),
    ("isoniazid", "mg", "300", "1", "", "K72.0", "X"),
    ("spironolactone", "mg", "100", "1", "B", "K74.6", SILENT),
    ("levetiracetam", "mg", "500", "2", "B", "K74.6", SILENT),
    ("terbinafine", "mg", "250", "1", "", "B18.1", "D"),
    ("amlodipine", "mg", "5", "1", "", "B18.1", SILENT),
    ("ibuprofen", "mg", "400", "3", "", "C56|R18", "C"),
    ("ibuprofen", "mg", "400", "3", "", "K74.6|R18", "X"),
    ("clopidogrel", "mg", "75", "1", "C", "K74.6", "X"),
]
# substance, laboratory value, its value, days old, diagnoses, the tier
LABORATORY: list[tuple[str, str, str, int, str, str]] = [
    ("spironolactone", "K", "5.8", 3, "I50", "X"),
    ("spironolactone", "K", "4.5", 3, "I50", SILENT),
    ("potassium-chloride", "K", "5.6", 1, "E87.6", "X"),
    ("enalapril", "K", "5.8", 5, "I10", "D"),
    ("enalapril", "K", "4.8", 5, "I10", SILENT),
    ("digoxin", "K", "2.8", 1, "I50", "X"),
    ("digoxin", "DIG", "2.6", 1, "I50", "X"),
    ("warfarin", "INR", "6.2", 1, "I48", "X"),
    ("warfarin", "INR", "2.4", 7, "I48", SILENT),
    ("clozapine", "ANC", "0.8", 2, "F20", "X"),
    ("thiamazole", "ANC", "0.9", 1, "E05", "X"),
    ("methotrexate", "WBC", "2.4", 3, "M06", "X"),
    ("atorvastatin", "CK", "4200", 2, "E78", "X"),
    ("atorvastatin", "ALT", "70", 10, "E78", SILENT),
    ("lithium-carbonate", "LI", "1.8", 1, "F31", "X"),
    ("lithium-carbonate", "LI", "0.8", 30, "F31", SILENT),
    ("hydrochlorothiazide", "NA", "126", 2, "I10", "D"),
    ("metoprolol", "HR", "44", 0, "I10", "D"),
    ("metoprolol", "HR", "64", 0, "I10", SILENT),
    ("ivabradine", "HR", "62", 0, "I50", "D"),
    ("rivaroxaban", "PLT", "40", 2, "I48", "D"),
    ("levothyroxine-sodium", "TSH", "0.02", 20, "E03", "D"),
    ("levothyroxine-sodium", "TSH", "0.02", 20, "C73", SILENT),
    ("glimepiride", "GLU", "3.2", 1, "E11", "D"),
    ("moxifloxacin", "QTC", "520", 3, "J18", "X"),
    ("isoniazid", "ALT", "320", 2, "A15", "X"),
    ("isosorbide-mononitrate", "SBP", "84", 0, "I25", "X"),
    ("sumatriptan", "SBP", "178", 0, "G43", "X"),
    ("zoledronic-acid", "CA", "1.85", 5, "M81", "X"),
    ("erythropoietin", "HB", "138", 5, "N18.5", "D"),
    ("compound-glycyrrhizin", "K", "2.8", 2, "K76", "X"),
    ("compound-glycyrrhizin", "K", "3.9", 2, "K76", SILENT),
    ("hetrombopag", "PLT", "450", 2, "D69.3", "X"),
    ("tolcapone", "ALT", "80", 5, "G20", "X"),
    ("abiraterone", "ALT", "90", 5, "C61", SILENT),
    ("potassium-chloride", "K", "5.2", 2, "I50", "D"),
]


@cache
def tables() -> Knowledge:
    documents, digest = read_folder(files("xinglin.clinical.knowledge") / "medicines")
    return read_knowledge(documents, digest)[0]


def line_of(code: str, unit: str = "mg", single: str = "", times: str = "", days: int | None = None) -> Line:
    part = Part(code)
    if single:
        one = Fraction(single)
        part = Part(code, amount(one, unit), amount(one * Fraction(times), unit))
    return Line(0, "order", code, (part,), route="po", days=days)


def case_of(patient: Patient, line: Line, others: str = "") -> Case:
    current = tuple(
        Line(number, "current", name, (Part(name),), route="po")
        for number, name in enumerate(others.split("|"))
        if name
    )
    return Case("example", None, patient, (line,), current)


def gravest(found: list[Finding]) -> str:
    return min((one.tier for one in found), key="XDCB-".index, default=SILENT)


@pytest.mark.parametrize("order", KIDNEY, ids=lambda order: f"{order[0]} {order[2]} at {order[5]}")
def test_the_kidney_decides(order: Kidney) -> None:
    code, unit, single, times, days, function, diagnoses, others, tier = order
    patient = Patient(
        age_years=Fraction(60), egfr=Fraction(function), crcl=Fraction(function), diagnoses=tuple(diagnoses.split("|"))
    )
    case = case_of(patient, line_of(code, unit, single, times, days), others)
    assert gravest(list(renal(case, build_index(tables()), Unchecked()))) == tier


@pytest.mark.parametrize(
    ("code", "single", "tier"),
    [("metformin", "500", "X"), ("gabapentin", "300", "D"), ("linagliptin", "5", SILENT), ("amlodipine", "5", SILENT)],
)
def test_dialysis_warns_where_no_function_is_known(code: str, single: str, tier: str) -> None:
    patient = Patient(age_years=Fraction(60), dialysis=True)
    case = case_of(patient, line_of(code, "mg", single, "2", 28))
    assert gravest(list(renal(case, build_index(tables()), Unchecked()))) == tier


@pytest.mark.parametrize("order", LIVER, ids=lambda order: f"{order[0]} in {order[4]} {order[5]}")
def test_the_liver_decides(order: tuple[str, str, str, str, str, str, str]) -> None:
    code, unit, single, times, child_pugh, diagnoses, tier = order
    patient = Patient(age_years=Fraction(60), child_pugh=child_pugh, diagnoses=tuple(diagnoses.split("|")))
    case = case_of(patient, line_of(code, unit, single, times, 14))
    assert gravest(list(hepatic(case, build_index(tables()), Unchecked()))) == tier


@pytest.mark.parametrize("order", LABORATORY, ids=lambda order: f"{order[0]} with {order[1]} {order[2]}")
def test_a_laboratory_value_decides(order: tuple[str, str, str, int, str, str]) -> None:
    code, lab, value, old, diagnoses, tier = order
    patient = Patient(
        age_years=Fraction(60), labs={lab: LabValue(Fraction(value), old)}, diagnoses=tuple(diagnoses.split("|"))
    )
    case = case_of(patient, line_of(code, days=14))
    assert gravest(list(laboratory(case, build_index(tables()), Unchecked()))) == tier


def test_there_is_breadth() -> None:
    assert len(tables().rows(rows.Renal)) >= 180
    assert len(tables().rows(rows.Hepatic)) >= 110
    assert len(tables().rows(rows.Lab)) >= 40
    assert len(tables().rows(rows.LabRule)) >= 90


def test_a_band_of_the_kidney_has_a_width_and_a_lower_dose_its_amount() -> None:
    for row in tables().rows(rows.Renal):
        assert row.metric == "dialysis" or (row.low or Fraction(0)) < (NEVER if row.below is None else row.below), (
            row.id
        )
        assert row.action != "avoid" or row.daily_max is None, row.id
        assert (row.daily_max is None and row.single_max is None) or row.unit, row.id


def test_less_kidney_never_allows_more() -> None:
    caps: dict[object, list[rows.Renal]] = defaultdict(list)
    for row in tables().rows(rows.Renal):
        if row.daily_max is not None and not any("new" in entry.text or "dx:" in entry.text for entry in row.context):
            caps[row.side, row.metric].append(row)
    for group in caps.values():
        ordered = sorted(group, key=lambda row: row.low or Fraction(0))
        for less, more in pairwise(ordered):
            low, high = less.daily_max or Fraction(0), more.daily_max or Fraction(0)
            assert amount(low, less.unit).value <= amount(high, more.unit).value, f"{less.id}, {more.id}"


def test_a_laboratory_value_has_a_plausible_range_around_the_usual_one() -> None:
    for lab in tables().rows(rows.Lab):
        low, high = lab.plausible_low, lab.plausible_high
        assert low is not None, lab.code
        assert high is not None, lab.code
        assert low < high, lab.code
        assert lab.low is None or low <= lab.low <= high, lab.code
        assert lab.high is None or low <= lab.high <= high, lab.code
        for unit in lab.units:
            name, _, factor = unit.rpartition("*")
            assert name, lab.code
            assert Fraction(factor) > 0, lab.code
