"""Blood-pressure emergencies, with limits of their own in pregnancy and the six weeks after birth."""

from __future__ import annotations

from dataclasses import dataclass

from xinglin.clinical.warning.alarms import Alarm, alarm_rows, limit, ring
from xinglin.clinical.warning.scores.result import either, within


@dataclass(frozen=True, slots=True)
class PressureInput:
    """mmHg. Organ damage: chest pain, breathlessness, weakness, speech trouble, lost sight, confusion, a fit.

    Warning symptoms of pregnancy: severe headache, disturbed sight, pain under the ribs, sudden swelling of the face.
    """

    systolic: float
    diastolic: float
    organ_symptoms: bool | None = None
    pregnant: bool | None = None
    pregnancy_weeks: float | None = None
    within_six_weeks_of_birth: bool | None = None
    preeclampsia_symptoms: bool | None = None


def pressure(given: PressureInput) -> Alarm | None:
    """The gravest alarm of one pressure, or None. Symptoms not known are named in `missing`. Raises BadInput."""
    within("systolic", given.systolic, 30, 320, "mmHg")
    within("diastolic", given.diastolic, 10, 220, "mmHg")
    within("systolic", given.systolic, given.diastolic, 320, "mmHg (not below the diastolic)")
    if either(given.pregnant, given.within_six_weeks_of_birth) is True:
        return _obstetric(given)
    if given.systolic < limit("bp-low", "systolic"):
        return _ring("bp-low", given)
    # 180/110 with signs of organ damage is treated as 180/120 is: symptoms, not the last 10 mmHg, decide.
    if not _at_least(given, "bp-severe"):
        return None
    if given.organ_symptoms:
        return _ring("bp-emergency", given)
    return _ring("bp-severe", given, ("organ_symptoms",) if given.organ_symptoms is None else ())


def _at_least(given: PressureInput, row: str) -> bool:
    limits = alarm_rows()[row].limits
    return given.systolic >= limits["systolic"] or given.diastolic >= limits["diastolic"]


def _obstetric(given: PressureInput) -> Alarm | None:
    if _at_least(given, "bp-pregnancy-severe"):
        return _ring("bp-pregnancy-severe", given)
    if given.systolic < limit("bp-low", "systolic"):
        return _ring("bp-low", given)
    if not _at_least(given, "bp-pregnancy"):
        return None
    weeks = given.pregnancy_weeks
    late = given.within_six_weeks_of_birth or weeks is None or weeks >= limit("bp-preeclampsia", "weeks")
    if late and given.preeclampsia_symptoms:
        return _ring("bp-preeclampsia", given, ("pregnancy_weeks",) if weeks is None else ())
    return _ring("bp-pregnancy", given, ("preeclampsia_symptoms",) if given.preeclampsia_symptoms is None else ())


def _ring(id: str, given: PressureInput, missing: tuple[str, ...] = ()) -> Alarm:
    return ring(id, missing, systolic=given.systolic, diastolic=given.diastolic)
