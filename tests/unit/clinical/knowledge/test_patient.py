"""The tables about the patient: disease, age, pregnancy, breastfeeding, allergy, sex, doubles and omissions."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from xinglin.clinical.knowledge import Knowledge, load_knowledge
from xinglin.clinical.knowledge import rows as kinds
from xinglin.clinical.medicines.checking import check

EXAMPLES = list(
    csv.DictReader(Path(__file__).with_name("patient_examples.csv").read_text(encoding="utf-8").splitlines())
)
GRADES = ("-", "B", "C", "D", "X")
KINDS = {
    "contra": "contraindication",
    "child": "child",
    "preg": "pregnancy",
    "lact": "lactation",
    "allergy": "allergy",
    "sex": "sex",
    "dup": "duplicate",
    "ind": "indication",
    "old": "elderly",
}
"""What an example is about, and the kind of the findings that answer it."""
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
    barred = knowledge.rows(kinds.Contraindication)
    assert sum(row.tier == "X" for row in barred) * 6 < len(barred)
    assert all(row.tier != "X" for row in knowledge.rows(kinds.SexRow))
    assert all(row.tier != "X" for row in knowledge.rows(kinds.Indication))


def test_a_code_that_also_means_too_little_calcium_does_not_bar_calcium(knowledge: Knowledge) -> None:
    patient = {"age_years": 60, "sex": "M", "diagnoses": ["E83.5"], "allergies": []}
    told = check({"patient": patient, "orders": [{"drug": "碳酸钙"}]}, knowledge)
    assert not {found["tier"] for found in told["findings"]} & {"X", "D"}


def test_what_replaces_an_ace_inhibitor_after_angio_oedema_is_none(knowledge: Knowledge) -> None:
    inhibitors = knowledge.names.classes["ACEI"].members
    for row in knowledge.rows(kinds.Contraindication):
        if row.side & (inhibitors | {"sacubitril"}) and any("T78.3".startswith(prefix) for prefix in row.dx):
            assert not {code for code in inhibitors for remedy in row.remedies if code in str(remedy)}, row.id


def test_examples_are_many_and_nearly_half_are_silent() -> None:
    assert len(EXAMPLES) >= 350
    silent = sum(row["tier"] in {"-", "B"} for row in EXAMPLES)
    assert silent * 100 >= 45 * len(EXAMPLES)
    assert {row["kind"] for row in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: "-".join(row.values()))
def test_example(knowledge: Knowledge, row: dict[str, str]) -> None:
    """The gravest tier that the whole check tells of the example, of the kind that the example is about."""
    assert row["medicine"] in knowledge.names.ingredients
    told = check(_case(knowledge, row["kind"], row["medicine"], row["fact"]), knowledge)
    found = [one for one in told["findings"] if one["kind"] == KINDS[row["kind"]]]
    gravest = max((one["tier"] for one in found), key=GRADES.index, default="-")
    assert gravest == row["tier"], [one["row"] for one in found]


def _case(knowledge: Knowledge, kind: str, code: str, fact: str) -> dict[str, Any]:
    """One medicine ordered for one patient. What `fact` holds depends on the kind: days of life, week, sex, another
    medicine, or signs joined by +: a diagnosis, @ a medicine in force, =CODE:value a result, # days, ! directions."""
    patient: dict[str, Any] = {"age_years": 45, "sex": "M", "diagnoses": [], "allergies": []}
    order: dict[str, Any] = {"drug": knowledge.names.ingredients[code].name_zh}
    current: list[dict[str, Any]] = []
    if kind in {"contra", "ind", "old"}:
        patient["age_years"] = 75 if kind == "old" else 45
        for sign in fact.split("+"):
            _read_sign(knowledge, sign, patient, order, current)
    elif kind == "child":
        patient["age_years"] = round(int(fact) / 365.25, 4)
    elif kind == "preg":
        patient |= {"sex": "F", "age_years": 30, "pregnant": True, "pregnancy_weeks": int(fact)}
    elif kind == "lact":
        patient |= {"sex": "F", "age_years": 30, "pregnant": False, "lactating": True}
    elif kind == "allergy":
        patient["allergies"] = [{"substance": knowledge.names.ingredients[fact].name_zh}]
    elif kind == "sex":
        patient |= {"sex": fact, "pregnant": False} if fact == "F" else {"sex": fact}
    else:
        current.append({"drug": knowledge.names.ingredients[fact].name_zh})
    return {"on": "2026-11-22", "patient": patient, "orders": [order], "current": current}


def _read_sign(
    knowledge: Knowledge, sign: str, patient: dict[str, Any], order: dict[str, Any], current: list[dict[str, Any]]
) -> None:
    mark, rest = sign[0], sign[1:]
    if mark == "@":
        current.append({"drug": knowledge.names.ingredients[rest].name_zh})
    elif mark == "=":
        code, _, value = rest.partition(":")
        patient.setdefault("labs", []).append({"code": code, "value": float(value), "on": "2026-11-20"})
    elif mark == "#":
        order["days"] = int(rest)
    elif mark == "!":
        order["sig"] = rest
    else:
        patient["diagnoses"].append(sign)
