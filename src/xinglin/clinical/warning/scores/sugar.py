"""Glucose emergencies: levels of hypoglycaemia, ketoacidosis, the hyperosmolar state. mmol/L throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xinglin.clinical.warning.alarms import Alarm, alarm_rows, limit, ring
from xinglin.clinical.warning.scores.result import both, either, within


@dataclass(frozen=True, slots=True)
class SugarInput:
    """Glucose, blood ketones, sodium, urea, bicarbonate in mmol/L; urine ketones in plus signs; mosm/kg."""

    glucose: float | None = None
    known_diabetes: bool | None = None
    altered_mind: bool | None = None
    blood_ketones: float | None = None
    urine_ketones_plus: int | None = None
    ph: float | None = None
    bicarbonate: float | None = None
    sodium: float | None = None
    urea: float | None = None


def sugar(given: SugarInput) -> tuple[Alarm, ...]:
    """The alarms of these values; empty when they ring none. Raises BadInput.

    What is not known is never taken for normal: raised ketones without a blood gas are *possible* ketoacidosis.
    """
    within("glucose", given.glucose, 0.1, 120, "mmol/L")
    within("ph", given.ph, 6.5, 8.0, "")
    within("blood_ketones", given.blood_ketones, 0, 40, "mmol/L")
    within("sodium", given.sodium, 80, 220, "mmol/L")
    return (*_low(given), *_ketoacidosis(given), *_hyperosmolar(given), *_high(given))


def _low(given: SugarInput) -> tuple[Alarm, ...]:
    value = given.glucose
    if value is None or value >= limit("hypoglycaemia-1", "below"):
        return ()
    if given.altered_mind:
        return (ring("hypoglycaemia-3", value=value),)
    deep = value < limit("hypoglycaemia-2", "below")
    missing = ("altered_mind",) if given.altered_mind is None else ()
    return (ring("hypoglycaemia-2" if deep else "hypoglycaemia-1", missing, value=value),)


def _ketones(given: SugarInput, limits: Mapping[str, float]) -> bool | None:
    """Blood decides where it was measured: urine lags behind it."""
    if given.blood_ketones is not None:
        return given.blood_ketones >= limits["ketones"]
    return None if given.urine_ketones_plus is None else given.urine_ketones_plus >= limits["urine_ketones"]


def _acid(given: SugarInput, limits: Mapping[str, float]) -> bool | None:
    return either(
        None if given.ph is None else given.ph < limits["ph"],
        None if given.bicarbonate is None else given.bicarbonate < limits["bicarbonate"],
    )


def _ketoacidosis(given: SugarInput) -> tuple[Alarm, ...]:
    limits = alarm_rows()["dka"].limits
    sweet = either(None if given.glucose is None else given.glucose >= limits["glucose"], given.known_diabetes)
    ketones, acid = _ketones(given, limits), _acid(given, limits)
    if both(sweet, ketones, acid) is True:
        return (ring("dka"),)
    named = {"ketones": ketones, "ph or bicarbonate": acid}
    missing = tuple(name for name, value in named.items() if value is None)
    known_two = [sweet, ketones, acid].count(True) >= 2
    if known_two and both(sweet, ketones, acid) is None:
        return (ring("dka-possible", missing or ("glucose",)),)
    return ()


def _hyperosmolar(given: SugarInput) -> tuple[Alarm, ...]:
    limits = alarm_rows()["hhs"].limits
    if given.glucose is None or given.glucose < limits["glucose"]:
        return ()
    effective = None if given.sodium is None else 2 * given.sodium + given.glucose
    whole = None if effective is None or given.urea is None else effective + given.urea
    dense = either(
        None if effective is None else effective > limits["effective_osmolality"],
        None if whole is None else whole > limits["total_osmolality"],
    )
    ketotic = None if given.blood_ketones is None else given.blood_ketones >= limits["ketones"]
    acid = _acid(given, limits)
    if both(dense, _not(ketotic), _not(acid)) is True:
        return (ring("hhs"),)
    if dense is False or ketotic or acid:
        return ()
    named = {"sodium" if effective is None else "urea": dense, "blood_ketones": ketotic, "ph or bicarbonate": acid}
    missing = tuple(name for name, value in named.items() if value is None)
    return (ring("hhs-possible", missing, value=given.glucose),)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _high(given: SugarInput) -> tuple[Alarm, ...]:
    if given.glucose is None or given.glucose < limit("glucose-high", "least"):
        return ()
    missing = ("ketones",) if given.blood_ketones is None and given.urine_ketones_plus is None else ()
    return (ring("glucose-high", missing, value=given.glucose),)
