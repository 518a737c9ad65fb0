"""The tables about the patient: disease, age, pregnancy, breastfeeding, allergy, sex, doubles and omissions."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from xinglin.clinical.knowledge import Knowledge, load_knowledge
from xinglin.clinical.knowledge import rows as kinds

EXAMPLES = list(
    csv.DictReader(Path(__file__).with_name("patient_examples.csv").read_text(encoding="utf-8").splitlines())
)
FEWEST = {
    kinds.Contraindication: 380,
    kinds.Pregnancy: 220,
    kinds.Lactation: 130,
    kinds.Child: 150,
    kinds.Elderly: 230,
    kinds.Start: 40,
    kinds.Allergy: 90,
    kinds.Duplicate: 60,
    kinds.Indication: 120,
    kinds.SexRow: 40,
    kinds.Mixture: 60,
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def test_tables_are_as_broad_as_promised(knowledge: Knowledge) -> None:
    short = {
        kind.__name__: len(knowledge.rows(kind)) for kind, least in FEWEST.items() if len(knowledge.rows(kind)) < least
    }
    assert short == {}


def test_every_side_names_a_medicine_and_every_prefix_a_disease(knowledge: Knowledge) -> None:
    for row in knowledge.rows(kinds.Contraindication):
        assert row.side, row.id
        assert all(re.fullmatch(r"[A-Z]\d{1,2}(\.\d{0,3})?", prefix) for prefix in row.dx | row.except_dx), row.id
        assert row.dx, row.id


def test_weeks_of_pregnancy_are_weeks_and_strong_teratogens_ask_before_pregnancy(knowledge: Knowledge) -> None:
    rows = knowledge.rows(kinds.Pregnancy)
    for row in rows:
        start, end = row.weeks_from or 0, row.weeks_until or 42
        assert 0 <= start < end <= 42, row.id
    asked = {code for row in rows if row.childbearing for code in row.side}
    assert {"isotretinoin", "valproic-acid", "methotrexate", "acitretin", "ribavirin"} <= asked
    assert not asked & {"ibuprofen", "amlodipine", "metformin", "paracetamol"}


def test_every_section_of_the_criteria_for_older_people_is_there(knowledge: Knowledge) -> None:
    criteria = {row.criterion for row in knowledge.rows(kinds.Elderly)}
    assert {f"STOPP3 {letter}" for letter in "ABCDEFGHIJKLM"} <= criteria
    assert {f"BEERS2023 T{number}" for number in (2, 3, 4, 5, 6, 7)} <= criteria
    sections = {row.criterion for row in knowledge.rows(kinds.Start)}
    assert {f"START3 {letter}" for letter in "ABCDEFGHIJK"} <= sections


def test_blocking_is_rare(knowledge: Knowledge) -> None:
    rows = knowledge.rows(kinds.Elderly)
    assert sum(row.tier == "X" for row in rows) * 20 < len(rows)
    assert all(row.tier != "X" for row in knowledge.rows(kinds.Indication))


def test_examples_are_a_hundred_and_half_are_silent() -> None:
    assert len(EXAMPLES) >= 100
    loud = sum(row["alerts"] == "yes" for row in EXAMPLES)
    assert abs(2 * loud - len(EXAMPLES)) <= 10


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: "-".join(row.values()))
def test_example(knowledge: Knowledge, row: dict[str, str]) -> None:
    kind, code, fact = row["kind"], row["medicine"], row["fact"]
    assert code in knowledge.names.side(code)
    assert _alerts(knowledge, kind, code, fact) is (row["alerts"] == "yes")


def _alerts(knowledge: Knowledge, kind: str, code: str, fact: str) -> bool:
    """Whether a row of the table covers the example, before any context lowers it; B and silence do not alert."""
    if kind == "contra":
        return any(
            code in row.side and fact.startswith(tuple(row.dx)) and row.tier in "XDC"
            for row in knowledge.rows(kinds.Contraindication)
        )
    if kind == "child":
        return any(
            code in row.side and int(fact) < row.age_below and row.tier in "XDC" for row in knowledge.rows(kinds.Child)
        )
    if kind == "preg":
        return any(
            code in row.side and (row.weeks_from or 0) <= int(fact) < (row.weeks_until or 99) and row.tier in "XDC"
            for row in knowledge.rows(kinds.Pregnancy)
        )
    if kind == "lact":
        return any(code in row.side and row.tier in "XDC" for row in knowledge.rows(kinds.Lactation))
    if kind == "sex":
        return any(code in row.side and row.sex == fact for row in knowledge.rows(kinds.SexRow))
    if kind == "dup":
        return any({code, fact} <= row.side and row.most == 1 for row in knowledge.rows(kinds.Duplicate))
    return any(
        fact in row.recorded and code in row.ordered and row.tier in "XDC" for row in knowledge.rows(kinds.Allergy)
    )
