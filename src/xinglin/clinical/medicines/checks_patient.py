"""Checks of a medicine against the patient: diseases, age, sex, pregnancy, breastfeeding, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from xinglin.clinical.knowledge import rows
from xinglin.clinical.medicines.case import Case, Line
from xinglin.clinical.medicines.checks_pairs import takes_part
from xinglin.clinical.medicines.finding import AS_WRITTEN, Finding, Said, finding
from xinglin.clinical.medicines.index import Index
from xinglin.clinical.medicines.truth import SILENT, Reading, Sides, has_prefix, holds, plain

OLD: Final = 65
FERTILE: Final = (12, 50)


@dataclass(slots=True)
class Unchecked:
    """What could not be checked: the missing fact, and the substances that would have needed it."""

    facts: dict[str, set[str]] = field(default_factory=dict)

    def add(self, fact: str, code: str) -> None:
        """One substance more that a missing fact keeps from being checked."""
        self.facts.setdefault(fact, set()).add(code)


def asked(case: Case, index: Index, table: str) -> Iterator[tuple[Line, str, Any]]:
    """Rows of a one-sided table that speak of a substance ordered now."""
    for line in case.orders:
        for code in sorted(line.codes):
            for row in index.rows_of(table, code):
                if takes_part(line, code, row, index):
                    yield line, code, row


def contraindications(case: Case, index: Index) -> Iterator[Finding]:
    """A disease of the patient that forbids the medicine or speaks against it."""
    for line, code, row in asked(case, index, "contraindications"):
        disease = has_prefix(case.patient.diagnoses, row.dx)
        if disease and not has_prefix(case.patient.diagnoses, row.except_dx):
            yield from _one("contraindication", "contraindications", row, case, line, code, ("diagnoses", disease))


def _one(
    kind: str, table: str, row: Any, case: Case, line: Line, code: str, fact: tuple[str, str], said: Said = AS_WRITTEN
) -> Iterator[Finding]:
    reading = Reading({f"patient.{fact[0]}": fact[1]})
    found = finding(kind=kind, table=table, row=row, case=case, sides=Sides(line, code), reading=reading, said=said)
    if found is not None:
        yield found


def pregnancy(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """The weeks that a row speaks of; a state that nobody asked of a woman of childbearing age is asked."""
    patient = case.patient
    if patient.sex == "M" or patient.pregnant is False:
        return
    fertile = patient.age_years is None or FERTILE[0] <= patient.age_years <= FERTILE[1]
    for line, code, row in asked(case, index, "pregnancy"):
        if patient.pregnant is None:
            if not fertile or not patient.sex:
                continue
            unchecked.add("patient.pregnant", code)
            if row.childbearing:
                said = Said(tier=row.childbearing)
                yield from _one("pregnancy", "pregnancy", row, case, line, code, ("pregnant", "unknown"), said)
            continue
        low = 0 if row.weeks_from is None else row.weeks_from
        high = 99 if row.weeks_until is None else row.weeks_until
        weeks = patient.pregnancy_weeks
        if weeks is None and (low, high) != (0, 99):
            unchecked.add("patient.pregnancy_weeks", code)
        if weeks is None or low <= weeks <= high:
            shown = "" if weeks is None else str(weeks)
            yield from _one("pregnancy", "pregnancy", row, case, line, code, ("pregnancy_weeks", shown or "unknown"))


def lactation(case: Case, index: Index) -> Iterator[Finding]:
    """A medicine while breastfeeding."""
    if case.patient.lactating:
        for line, code, row in asked(case, index, "lactation"):
            yield from _one("lactation", "lactation", row, case, line, code, ("lactating", "true"))


def children(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """A medicine below the age of its label."""
    days = case.patient.age_days
    for line, code, row in asked(case, index, "children"):
        if row.routes and line.route and line.route not in row.routes:
            continue
        if days is None:
            unchecked.add("patient.age_years", code)
        elif days < row.age_below:
            shown = plain(case.patient.age_years if case.patient.age_years is not None else Fraction(days, 365))
            yield from _one("child", "children", row, case, line, code, ("age_years", shown))


def sex(case: Case, index: Index) -> Iterator[Finding]:
    """A medicine that is not for this sex, unless a disease explains it."""
    for line, code, row in asked(case, index, "sex"):
        if case.patient.sex == row.sex and not has_prefix(case.patient.diagnoses, row.except_dx):
            yield from _one("sex", "sex", row, case, line, code, ("sex", row.sex))


def elderly(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """From 65 years on: medicines that are often not the right ones, under the condition of the criterion.

    A medicine already taken is asked as well: criteria are for the whole list of a patient.
    """
    years = case.patient.age_years
    if years is None or years < OLD:
        return
    for line in case.lines:
        for code in sorted(line.codes):
            for row in index.rows_of("elderly", code):
                if line.held or not takes_part(line, code, row, index):
                    continue
                reading = Reading({"patient.age_years": plain(years)})
                held = holds(row.when, case, Sides(line, code), reading)
                for fact in reading.missing if held is None else ():
                    unchecked.add(fact, code)
                if held:
                    said = Said() if line.ordered else Said(tier=_softer(row.tier))
                    found = finding(
                        kind="elderly",
                        table="elderly",
                        row=row,
                        case=case,
                        sides=Sides(line, code),
                        reading=reading,
                        said=said,
                    )
                    if found is not None:
                        yield found


def _softer(tier: str) -> str:
    """What is already taken is for the pharmacist's review, not for the order that is being written."""
    return "C" if tier in {"X", "D"} else tier


def start(case: Case, index: Index) -> Iterator[Finding]:
    """From 65 years on: a medicine that is often missing. Told only where the whole list is known to hold none."""
    years = case.patient.age_years
    if years is None or years < OLD or not case.orders:
        return
    have = {code for line in case.lines for code in line.codes}
    for row in index.knowledge.rows(rows.Start):
        reading = Reading({"patient.age_years": plain(years)})
        if have & row.missing or not holds(row.when, case, Sides(case.orders[0], ""), reading):
            continue
        found = finding(
            kind="start",
            table="start",
            row=row,
            case=case,
            sides=Sides(case.orders[0], ""),
            reading=reading,
            said=Said(tier="C"),
        )
        if found is not None:
            yield found


def indications(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """None of the patient's diagnoses is among those for which the medicine is given."""
    for line in case.orders:
        for code in sorted(line.codes):
            row = index.indications.get(code)
            if row is None or line.local or row.tier == SILENT:
                continue
            if not case.patient.diagnoses:
                unchecked.add("patient.diagnoses", code)
            elif not has_prefix(case.patient.diagnoses, row.dx):
                name = index.knowledge.names.ingredients[code]
                said = Said(
                    text_zh=row.text_zh or f"诊断中没有{name.name_zh}的适应证。",
                    text_en=row.text_en or f"No diagnosis is among those for which {name.name_en} is given.",
                )
                fact = ("diagnoses", " ".join(case.patient.diagnoses))
                yield from _one("indication", "indications", row, case, line, code, fact, said)
