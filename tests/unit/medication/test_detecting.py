"""The check of medicines made of facts of the law: what becomes a row, what stays open, what gets no number."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from xinglin.medication.detecting import Around, Detection, detect, tables
from xinglin.supervision.facts import CareMode, Channel, ItemKind, Sex
from xinglin.supervision.facts.lake import Facts

DAY: Final = date(2026, 5, 20)
VISIT: Final[Facts] = {
    "prescription.id": "r", "prescription.on": DAY, "encounter.channel": Channel.IN_PERSON,
    "encounter.care_mode": CareMode.OUTPATIENT, "encounter.diagnosis_code": "I10",
    "patient.birth_on": date(1956, 3, 1), "patient.sex": Sex.MALE, "patient.weight_grams": 70_000,
}  # fmt: skip


def a_line(name: str, substances: str | None, **changes: Any) -> Facts:
    """A line of a tablet once a day."""
    made: Facts = {"line.id": name, "line.ingredients": substances, "line.drug_zh": substances, "line.route_code": "po"}
    made |= {"line.frequency_code": "qd", "line.days": 7, "line.decoction": False, "line.solvent": False}
    return made | {f"line.{key}": value for key, value in changes.items()}


def a_supply(substances: str, days_ago: int = 3, **changes: Any) -> Facts:
    """Two weeks of a medicine."""
    made: Facts = {"item.kind": ItemKind.MEDICINE, "item.on": DAY - timedelta(days=days_ago), "item.supply_days": 14}
    made |= {"item.ingredients": substances, "item.name_zh": substances, "item.line_id": "elsewhere"}
    return made | {(key if "." in key else f"item.{key}"): value for key, value in changes.items()}


NOTHING: Final = Around()
READ: Final = ("interactions",)


def told(*lines: Facts, around: Around = NOTHING, **patient: Any) -> Detection:
    """What the check says."""
    return detect(VISIT | {f"patient.{key}": value for key, value in patient.items()}, lines, around, tables())


def of_kind(found: Detection, kind: str) -> set[tuple[Any, Any]]:
    """Line and tier of every row of a kind."""
    return {(row["detected.line_id"], row["detected.tier"]) for row in found.rows if row["detected.kind"] == kind}


def test_what_must_not_meet_is_told_of_both_lines() -> None:
    found = told(a_line("a", "sildenafil"), a_line("b", "isosorbide-mononitrate"))
    assert {("a", "X"), ("b", "X")} <= of_kind(found, "interaction")
    assert min(found.counts.values()) > 0
    assert len({row["detected.id"] for row in found.rows}) == len(found.rows)
    assert all(row["detected.row"] for row in found.rows)


def test_a_row_that_was_read_once_is_not_grave_for_the_law() -> None:
    known = tables()
    once = {
        name: tuple(replace(row, second=None) for row in rows) for name, rows in known.tables.items() if name in READ
    }
    lines = [a_line("a", "sildenafil"), a_line("b", "isosorbide-mononitrate")]
    found = detect(VISIT, lines, NOTHING, replace(known, tables=dict(known.tables) | once, digest="read once"))
    assert of_kind(found, "interaction") == {("a", "C"), ("b", "C")}


@pytest.mark.parametrize(
    ("supply", "meets"),
    [
        (a_supply("isosorbide-mononitrate"), True),
        (a_supply("isosorbide-mononitrate", 13), True),
        (a_supply("isosorbide-mononitrate", 14), False),
        (a_supply("isosorbide-mononitrate", -1), False),
        (a_supply("isosorbide-mononitrate", refunded_milli=1000), False),
        (a_supply("isosorbide-mononitrate", **{"encounter.care_mode": CareMode.INPATIENT}), False),
        (a_supply("isosorbide-mononitrate", supply_days=None), False),
        (a_supply("isosorbide-mononitrate", line_id="a"), False),
        (a_supply("isosorbide-mononitrate", kind=ItemKind.SERVICE), False),
    ],
    ids=["in force", "its last day", "used up", "later", "taken back", "in a stay", "no days", "itself", "no medicine"],
)
def test_only_what_is_in_force_meets_it(supply: Facts, meets: bool) -> None:
    found = told(a_line("a", "sildenafil"), around=Around(supplies=[supply]))
    assert (("a", "X") in of_kind(found, "interaction")) is meets


def test_a_line_that_cannot_be_checked_whole_has_no_number() -> None:
    pieces = a_line("p", "herb-gancao", decoction=True)
    found = told(a_line("a", "amlodipine"), a_line("b", "unheard"), a_line("c", None), pieces, a_line("", "aspirin"))
    assert found.counts == {"a": found.counts["a"]}
    partly = told(a_line("a", "sildenafil|unheard"), a_line("b", "isosorbide-mononitrate"))
    assert ("a", "X") in of_kind(partly, "interaction")
    assert set(partly.counts) == {"b"}


def test_the_western_substance_in_a_patent_medicine_is_seen() -> None:
    found = told(a_line("a", "tcm-xiaoke"), a_line("b", "glibenclamide", dose_micrograms=2500))
    assert {line for line, tier in of_kind(found, "duplicate") if tier in {"X", "D"}} == {"a", "b"}


def test_a_dose_above_its_limit_says_by_how_much() -> None:
    found = told(a_line("a", "amlodipine", dose_micrograms=40_000))
    rows = [row for row in found.rows if row["detected.kind"] == "dose"]
    assert {(row["detected.tier"], row["detected.over_permille"]) for row in rows} == {("X", 750)}
    assert of_kind(told(a_line("a", "amlodipine", dose_micrograms=5_000)), "dose") == set()


def test_a_missing_fact_leaves_its_kind_open() -> None:
    woman = {"sex": Sex.FEMALE, "birth_on": date(1996, 3, 1)}
    line = a_line("a", "isotretinoin", dose_micrograms=20_000)
    assert of_kind(told(line, pregnant=None, **woman), "pregnancy") == {("a", None)}
    assert ("a", "X") in of_kind(told(line, pregnant=True, lactating=False, **woman), "pregnancy")
    known = told(line, pregnant=False, lactating=False, **woman)
    assert (of_kind(known, "pregnancy") | of_kind(known, "lactation")) & {("a", "X"), ("a", None)} == set()
    assert ("b", None) in of_kind(told(a_line("b", "amlodipine")), "dose")


def test_what_is_grave_already_is_not_open_as_well() -> None:
    kidneys = Around(conditions=[{"condition.code": "N18.5", "condition.from_on": date(2024, 1, 1)}])
    found = told(a_line("a", "metformin", dose_micrograms=500_000), around=kidneys)
    assert ("a", "X") in of_kind(found, "renal")
    assert ("a", None) not in of_kind(found, "renal") | of_kind(found, "hepatic") | of_kind(found, "laboratory")
    over = [{**kidneys.conditions[0], "condition.until_on": date(2025, 1, 1)}]
    healed = told(a_line("a", "metformin", dose_micrograms=500_000), around=Around(conditions=over))
    assert ("a", "X") not in of_kind(healed, "renal")


def test_an_allergy_counts_from_the_day_of_its_record() -> None:
    record: Facts = {"allergy.substance_code": "amoxicillin", "allergy.intolerance": False}
    line = a_line("a", "amoxicillin", dose_micrograms=500_000)
    assert ("a", "X") in of_kind(told(line, around=Around(allergies=[record])), "allergy")
    later = {**record, "allergy.since_on": DAY + timedelta(days=1)}
    assert of_kind(told(line, around=Around(allergies=[later])), "allergy") & {("a", "X")} == set()
