"""Tisdale score of the risk of a long QT interval.

Tisdale JE and others, Circulation: Cardiovascular Quality and Outcomes 2013;6:479-487 (from memory): age 68 or more 1,
female 1, loop diuretic 1, potassium 3.5 or less 2, QTc 450 ms or more 2, acute myocardial infarction 2, one medicine
that prolongs QT 3, two or more 3 more, sepsis 3, heart failure 3. Low below 7, moderate 7 to 10, high from 11.
"""

from __future__ import annotations

from dataclasses import dataclass

from xinglin.clinical.medicines.case import Case
from xinglin.clinical.medicines.index import Index
from xinglin.clinical.medicines.truth import has_prefix

MODERATE = 7
HIGH = 11


@dataclass(frozen=True, slots=True)
class Tisdale:
    """The score, its level (low, moderate, high), and the parts that were not known and count as nothing."""

    points: int
    level: str
    missing: tuple[str, ...]


def tisdale(case: Case, index: Index) -> Tisdale:
    """The score of a case."""
    patient = case.patient
    lines = [line for line in case.lines if not line.local and not line.held]
    known = index.members("QT_KNOWN") if "QT_KNOWN" in index.knowledge.names.classes else frozenset()
    loops = index.members("LOOP") if "LOOP" in index.knowledge.names.classes else frozenset()
    prolonging = sum(1 for line in lines if line.codes & known)
    potassium, interval = patient.labs.get("K"), patient.labs.get("QTC")
    points = 3 * min(prolonging, 2)
    points += int(patient.age_years is not None and patient.age_years >= 68)
    points += int(patient.sex == "F")
    points += int(any(line.codes & loops for line in lines))
    points += 2 * int(potassium is not None and potassium.value * 2 <= 7)
    points += 2 * int(interval is not None and interval.value >= 450)
    points += 2 * int(bool(has_prefix(patient.diagnoses, ("I21", "I22"))))
    points += 3 * int(bool(has_prefix(patient.diagnoses, ("A40", "A41"))))
    points += 3 * int(bool(has_prefix(patient.diagnoses, ("I50",))))
    missing = tuple(name for name, value in (("K", potassium), ("QTC", interval)) if value is None)
    return Tisdale(points, "high" if points >= HIGH else "moderate" if points >= MODERATE else "low", missing)
