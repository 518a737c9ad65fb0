"""What an order's dosage says: how often, how much, for how many days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xinglin.supervision.intake.fhir.medicines import Medicine
from xinglin.supervision.intake.fhir.values import Resource, day, scaled

DAYS: Final = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "mo": 30, "month": 30}
FREQUENCIES: Final = {
    (1, 1, "d"): "qd",
    (2, 1, "d"): "bid",
    (3, 1, "d"): "tid",
    (4, 1, "d"): "qid",
    (5, 1, "d"): "quingid",
    (1, 2, "d"): "qod",
    (1, 3, "d"): "q3d",
    (1, 1, "wk"): "qw",
    (2, 1, "wk"): "biw",
    (3, 1, "wk"): "tiw",
    (1, 2, "wk"): "qow",
    (1, 4, "h"): "q4h",
    (1, 6, "h"): "q6h",
    (1, 8, "h"): "q8h",
    (1, 12, "h"): "q12h",
    (1, 2, "h"): "q2h",
    (1, 1, "h"): "q1h",
}
DOSES_A_DAY: Final = {
    "qd": (1, 1),
    "bid": (2, 1),
    "tid": (3, 1),
    "qid": (4, 1),
    "quingid": (5, 1),
    "qod": (1, 2),
    "q3d": (1, 3),
    "qw": (1, 7),
    "biw": (2, 7),
    "tiw": (3, 7),
    "qow": (1, 14),
    "q4h": (6, 1),
    "q6h": (4, 1),
    "q8h": (3, 1),
    "q12h": (2, 1),
    "q2h": (12, 1),
    "q1h": (24, 1),
}


def dosage_of(request: Resource, medicine: Medicine) -> dict[str, Any]:
    """The facts of a line that follow from an order's dosage and dispensing; None where nothing follows."""
    first: Mapping[str, Any] = next(iter(request.get("dosageInstruction") or ()), {})
    frequency = _frequency(first)
    dose = _dose(first)
    quantity = _quantity(request)
    micrograms = None if dose is None or medicine.micrograms is None else dose * medicine.micrograms // 1_000
    daily = None
    if micrograms is not None and frequency in DOSES_A_DAY:
        times, days = DOSES_A_DAY[frequency]
        daily = micrograms * times // days
    return {
        "frequency_code": frequency,
        "dose": dose // 1_000 if dose is not None and dose % 1_000 == 0 else None,
        "dose_measured": True if medicine.counted and dose is not None else None,
        "dose_micrograms": micrograms,
        "daily_micrograms": daily,
        "days": _days(request, first, quantity, dose, frequency),
        "quantity_milli": quantity,
    }


def _repeat(first: Mapping[str, Any]) -> Mapping[str, Any]:
    timing = first.get("timing")
    repeat = timing.get("repeat") if isinstance(timing, Mapping) else None
    return repeat if isinstance(repeat, Mapping) else {}


def _frequency(first: Mapping[str, Any]) -> str | None:
    if first.get("asNeededBoolean") is True or "asNeededCodeableConcept" in first:
        return "prn"
    repeat = _repeat(first)
    period = repeat.get("period")
    if period is None or float(period) != int(period):
        return None
    return FREQUENCIES.get((int(repeat.get("frequency", 1)), int(period), str(repeat.get("periodUnit", ""))))


def _dose(first: Mapping[str, Any]) -> int | None:
    """One dose in thousandths of a tablet or capsule; None where it is given in another unit or not at all."""
    amounts: object = next(iter(first.get("doseAndRate") or ()), {})
    quantity = amounts.get("doseQuantity") if isinstance(amounts, Mapping) else None
    if not isinstance(quantity, Mapping) or str(quantity.get("unit", "")).lower() not in {"", "tablet", "capsule", "1"}:
        return None
    return scaled(quantity.get("value"), 1_000, "dose")


def _quantity(request: Resource) -> int | None:
    dispense = request.get("dispenseRequest")
    quantity = dispense.get("quantity") if isinstance(dispense, Mapping) else None
    return scaled(quantity.get("value"), 1_000, "quantity") if isinstance(quantity, Mapping) else None


def _days(
    request: Resource, first: Mapping[str, Any], quantity: int | None, dose: int | None, frequency: str | None
) -> int | None:
    """Days of supply: as the order says, else for as long as the timing is bounded, else as long as the doses last."""
    dispense = request.get("dispenseRequest")
    told = dispense.get("expectedSupplyDuration") if isinstance(dispense, Mapping) else None
    for duration in (told, _repeat(first).get("boundsDuration")):
        if isinstance(duration, Mapping):
            unit = str(duration.get("code") or duration.get("unit") or "").lower()
            if unit in DAYS and duration.get("value") is not None:
                return scaled(duration["value"], DAYS[unit], "duration")
    bounds = _repeat(first).get("boundsPeriod")
    if isinstance(bounds, Mapping):
        begun = day(bounds.get("start") or request.get("authoredOn"), "boundsPeriod.start")
        until = day(bounds.get("end"), "boundsPeriod.end")
        if begun is not None and until is not None and until >= begun:
            return (until - begun).days + 1
    if quantity and dose and frequency in DOSES_A_DAY:
        times, days = DOSES_A_DAY[frequency]
        return quantity * days // (dose * times)
    return None
