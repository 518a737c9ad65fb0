"""Measurements that patients make at home: quantities, their units, what a person can have at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from xinglin.clinical.warning.scores.result import BadInput, within

Quantity = Literal["pressure", "glucose", "ketones", "weight", "spo2", "peak_flow", "temperature", "pulse"]
Convert = Callable[[float], float]


def _same(value: float) -> float:
    return value


UNITS: Final[Mapping[str, Mapping[str, Convert]]] = {
    "pressure": {"mmHg": _same, "kPa": lambda value: value * 7.50062},
    "glucose": {"mmol/L": _same, "mg/dL": lambda value: value / 18.016},
    "ketones": {"mmol/L": _same},
    "weight": {"kg": _same, "斤": lambda value: value / 2, "lb": lambda value: value * 0.45359237},
    "spo2": {"%": _same},
    "peak_flow": {"L/min": _same},
    "temperature": {"°C": _same, "℃": _same, "°F": lambda value: (value - 32) / 1.8},
    "pulse": {"/min": _same, "次/分": _same, "bpm": _same},
}
"""Units by quantity, each with its way to the first one. No unit is guessed."""
PLAUSIBLE: Final[Mapping[str, tuple[float, float]]] = {
    "pressure": (30, 320),
    "glucose": (0.3, 60),
    "ketones": (0, 20),
    "weight": (1, 350),
    "spo2": (40, 100),
    "peak_flow": (20, 1000),
    "temperature": (25, 45),
    "pulse": (15, 300),
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement at home. Of a pressure `value` is systolic and `second` diastolic."""

    quantity: Quantity
    value: float
    unit: str
    at: datetime
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """What decides which limits hold. `best_peak_flow` L/min; `spo2_target` the lowest % that a physician set."""

    heart_failure: bool = False
    chemotherapy: bool = False
    pregnant: bool = False
    best_peak_flow: float | None = None
    spo2_target: float | None = None


def in_standard_unit(given: Measurement) -> Measurement:
    """The same in the first unit of its quantity. Raises BadInput: unknown unit, naive instant, impossible value."""
    units = UNITS.get(given.quantity)
    if units is None:
        raise BadInput("quantity", f"{given.quantity!r}: one of {', '.join(UNITS)}")
    if given.unit not in units:
        raise BadInput("unit", f"{given.unit!r} of {given.quantity}: one of {', '.join(units)}")
    if given.at.tzinfo is None:
        raise BadInput("at", "an instant with its time zone")
    if (given.second is None) is (given.quantity == "pressure"):
        raise BadInput("second", "a pressure has a diastolic value, nothing else has")
    value = units[given.unit](given.value)
    second = None if given.second is None else units[given.unit](given.second)
    standard = next(iter(units))
    within("value", value, *PLAUSIBLE[given.quantity], standard)
    if second is not None:
        within("second", second, 10, value, f"{standard} (not above the systolic)")
    return replace(given, value=value, second=second, unit=standard)
