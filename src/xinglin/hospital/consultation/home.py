"""What patients measure at home: the quantities of the page, their codes, and a series for the watch. Pure.

A pressure is two values of one instant. What the medicine tables do not know (peak flow) is kept all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from xinglin.clinical.warning.home import PLAUSIBLE, Measurement, Quantity
from xinglin.hospital.consultation.measures import Measure, measures
from xinglin.hospital.kernel.texts import T

PEAK_FLOW: Final = "PEF"


@dataclass(frozen=True, slots=True)
class HomeQuantity:
    """One quantity of the page: one code, or two for a pressure."""

    name: Quantity
    title: T
    unit: str
    codes: tuple[str, ...]


QUANTITIES: Final = (
    HomeQuantity("pressure", T(zh="血压", en="Blood pressure"), "mmHg", ("SBP", "DBP")),
    HomeQuantity("glucose", T(zh="血糖", en="Glucose"), "mmol/L", ("GLU",)),
    HomeQuantity("weight", T(zh="体重", en="Weight"), "kg", ("WEIGHT",)),
    HomeQuantity("spo2", T(zh="血氧", en="Oxygen saturation"), "%", ("SPO2",)),
    HomeQuantity("peak_flow", T(zh="峰流速", en="Peak flow"), "L/min", (PEAK_FLOW,)),
    HomeQuantity("temperature", T(zh="体温", en="Temperature"), "°C", ("TEMP",)),
    HomeQuantity("pulse", T(zh="脉搏", en="Pulse"), "/min", ("HR",)),
)


def home_measures() -> Mapping[str, Measure]:
    """The measures of the page by code, with what a person can have at all."""
    known = measures()
    found = {}
    for quantity in QUANTITIES:
        low, high = PLAUSIBLE[quantity.name]
        for code in quantity.codes:
            held = known.get(code)
            name = held.name if held is not None else quantity.title
            least = Decimal("10") if code == "DBP" else Decimal(str(low))
            found[code] = Measure(code, name, (quantity.unit,), least, Decimal(str(high)), None)
    return found


def series(rows: Iterable[tuple[str, Decimal, datetime]]) -> list[Measurement]:
    """Measurements for the watch from rows of code, value, instant. A pressure without its other half is left out."""
    by_instant: dict[datetime, dict[str, float]] = {}
    for code, value, at in rows:
        by_instant.setdefault(at, {})[code] = float(value)
    found = []
    for at, values in sorted(by_instant.items()):
        for quantity in QUANTITIES:
            held = [values[code] for code in quantity.codes if code in values]
            if len(held) == len(quantity.codes):
                second = held[1] if len(held) > 1 else None
                if second is None or second <= held[0]:
                    found.append(Measurement(quantity.name, held[0], quantity.unit, at, second))
    return found
