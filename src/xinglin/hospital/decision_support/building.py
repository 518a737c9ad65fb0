"""From what was written down to a case of the medicine check: exact lines as they stand, words through the readers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.knowledge.units import Amount
from xinglin.clinical.medicines.allergens import resolve_allergen
from xinglin.clinical.medicines.case import CURRENT, ORDER, Case, Institution, Line, Part, Unknown
from xinglin.clinical.medicines.names import resolve
from xinglin.clinical.medicines.reading_lines import read_line
from xinglin.clinical.medicines.reading_patient import read_patient


def build_case(given: Mapping[str, Any], knowledge: Knowledge) -> Case:
    """The case. Raises clinical's BadCase where a value cannot be read at all."""
    on = date.fromisoformat(given["on"])
    patient, unknown = read_patient(given["patient"], on, knowledge, lambda text: resolve_allergen(text, knowledge))
    orders, of_orders = _lines(given["orders"], ORDER, knowledge, patient.weight_kg)
    current, of_current = _lines(given["current"], CURRENT, knowledge, patient.weight_kg)
    house = given["institution"]
    return Case(
        id=given["id"],
        on=on,
        patient=patient,
        orders=orders,
        current=current,
        institution=Institution(house["channel"], house["antimicrobial_right"]),
        accepted={entry["ticket"]: date.fromisoformat(entry["on"]) for entry in given["accepted"]},
        unknown=unknown + of_orders + of_current,
    )


def _lines(
    given: list[dict[str, Any]], role: str, knowledge: Knowledge, weight: Fraction | None
) -> tuple[tuple[Line, ...], tuple[Unknown, ...]]:
    lines: list[Line] = []
    unknown: list[Unknown] = []
    for index, one in enumerate(given):
        if "words" in one:
            line, doubts = read_line(one["words"], role, index, knowledge, weight)
        else:
            line, doubts = _exact(one, role, index, knowledge)
        lines.append(line)
        unknown += doubts
    return tuple(lines), tuple(unknown)


def _exact(given: dict[str, Any], role: str, index: int, knowledge: Knowledge) -> tuple[Line, tuple[Unknown, ...]]:
    known = knowledge.names.ingredients
    parts = [_part(part) for part in given["parts"] if part["code"] in known]
    line = Line(
        index=index,
        role=role,
        text=given["text"],
        parts=tuple(parts),
        name_zh=given["name_zh"],
        name_en=given["name_en"],
        route=given["route"],
        form=given["form"],
        days=given["days"],
        times=None if given["times"] is None else Fraction(given["times"]),
        prn=given["prn"],
        single_dose=given["single_dose"],
    )
    line = _with_herbs(line, knowledge)
    if line.parts or line.herbs:
        return line, ()
    why_zh, why_en = "成分不在知识表中，未参与核查", "its substances are not in the tables; it was not checked"
    return line, (Unknown(line.place, "drug", f"{line.name_zh}：{why_zh}", f"{line.name_en}: {why_en}"),)


def _with_herbs(line: Line, knowledge: Knowledge) -> Line:
    """The herbs of a patent medicine, and what western medicine it hides, follow from its name."""
    named = resolve(line.name_zh)
    if not named.known or not (named.herbs or named.patent):
        return line
    hidden = [code for code in named.codes if code in knowledge.names.ingredients and code not in line.codes]
    parts = line.parts + tuple(Part(code) for code in hidden)
    return replace(line, parts=parts, herbs=named.herbs, patent=named.patent)


def _part(given: dict[str, Any]) -> Part:
    return Part(given["code"], _amount(given, "single"), _amount(given, "daily"))


def _amount(given: dict[str, Any], name: str) -> Amount | None:
    return None if given[name] is None else Amount(Fraction(given[name]), given["kind"])
