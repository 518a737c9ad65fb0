"""Checks of a medicine against kidney, liver and laboratory values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from xinglin.clinical.knowledge import rows
from xinglin.clinical.knowledge.units import amount
from xinglin.clinical.medicines.case import Case, Line
from xinglin.clinical.medicines.checks_patient import Unchecked, asked
from xinglin.clinical.medicines.finding import Finding, finding
from xinglin.clinical.medicines.index import Index
from xinglin.clinical.medicines.truth import RANK, Reading, Sides, has_prefix, holds, plain

ASKED_FOR: Final = frozenset({"X", "D"})
"""Only for what would interrupt is a missing value worth naming."""
LIVER: Final = ("K70", "K71", "K72", "K73", "K74", "K76.6", "K76.7", "B18", "I85")


def renal(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """The gravest band of the kidney function in which the patient is and the dose is too much."""
    best: dict[tuple[str, str], Finding] = {}
    for line, code, row in asked(case, index, "renal"):
        if _obeyed(line, code, row.daily_max, row.single_max, row.unit):
            continue
        within, value = _band(case, row)
        if within is None and row.tier in ASKED_FOR:
            unchecked.add(f"patient.{row.metric}", code)
        if not within:
            continue
        reading = Reading({f"patient.{row.metric}": value})
        found = finding(kind="renal", table="renal", row=row, case=case, sides=Sides(line, code), reading=reading)
        if found is not None:
            _keep(best, found)
    yield from best.values()


def _keep(best: dict[tuple[str, str], Finding], found: Finding) -> None:
    key = (found.places[0], found.codes[0])
    if key not in best or RANK[found.tier] > RANK[best[key].tier]:
        best[key] = found


def _band(case: Case, row: rows.Renal) -> tuple[bool | None, str]:
    patient = case.patient
    if row.metric == "dialysis":
        return patient.dialysis, str(patient.dialysis).lower()
    value = patient.egfr if row.metric == "egfr" else patient.crcl
    if value is None:
        return None, ""
    low = Fraction(0) if row.low is None else row.low
    return low <= value and (row.below is None or value < row.below), plain(value)


def _obeyed(line: Line, code: str, daily_max: Fraction | None, single_max: Fraction | None, unit: str) -> bool:
    """The order already keeps to the lower dose that the row asks for."""
    if daily_max is None and single_max is None:
        return False
    part = line.part(code)
    for limit, given in ((daily_max, part.daily), (single_max, part.single)):
        if limit is None:
            continue
        allowed = amount(limit, unit)
        if given is None or given.kind != allowed.kind or given.value > allowed.value:
            return False
    return True


def hepatic(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """A liver disease by Child-Pugh class or by diagnosis."""
    patient = case.patient
    best: dict[tuple[str, str], Finding] = {}
    for line, code, row in asked(case, index, "hepatic"):
        disease = has_prefix(patient.diagnoses, row.dx)
        if _obeyed(line, code, row.daily_max, None, row.unit):
            continue
        if row.child_pugh and not patient.child_pugh and has_prefix(patient.diagnoses, LIVER):
            unchecked.add("patient.child_pugh", code)
        if not disease and patient.child_pugh not in row.child_pugh:
            continue
        fact = {"patient.diagnoses": disease} if disease else {"patient.child_pugh": patient.child_pugh}
        found = finding(
            kind="hepatic", table="hepatic", row=row, case=case, sides=Sides(line, code), reading=Reading(fact)
        )
        if found is not None:
            _keep(best, found)
    yield from best.values()


def laboratory(case: Case, index: Index, unchecked: Unchecked) -> Iterator[Finding]:
    """A laboratory value that does not go with the medicine. A value that nobody measured is named."""
    for line, code, row in asked(case, index, "lab_rules"):
        reading = Reading()
        held = holds(row.when, case, Sides(line, code), reading)
        if held is None:
            for fact in sorted(reading.missing) if row.tier in ASKED_FOR else ():
                unchecked.add(fact, code)
        elif held:
            found = finding(
                kind="laboratory", table="lab_rules", row=row, case=case, sides=Sides(line, code), reading=reading
            )
            if found is not None:
                yield found
