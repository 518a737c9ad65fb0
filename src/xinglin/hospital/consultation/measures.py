"""What can be measured of a patient, for forms and for the check: names, units, bounds. Pure.

Weight and height are ours; all others are rows of the medicine tables.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from xinglin.clinical.knowledge import load_knowledge, rows
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T

WEIGHT, HEIGHT = "WEIGHT", "HEIGHT"
ASKED_OF_PATIENTS = (WEIGHT, HEIGHT, "SBP", "DBP")
LABORATORY = ("CR", "EGFR", "K", "INR", "QTC", "ALT", "HB", "PLT", "UA", "HBA1C", "NA", "TSH")
"""The first ones of a form: what medicines ask for most often. The physician may choose any other."""
OF_VITALS = {
    "weight_g": (WEIGHT, 1000),
    "height_mm": (HEIGHT, 10),
    "systolic_mmhg": ("SBP", 1),
    "diastolic_mmhg": ("DBP", 1),
    "pulse_bpm": ("HR", 1),
    "temperature_decic": ("TEMP", 10),
    "spo2_percent": ("SPO2", 1),
    "glucose_decimmol": ("GLU", 10),
}
"""Vital signs of a record that are measurements here: code, and by what the stored integer is divided."""
MOST_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be measured. `units` are the table's own unit first, then others that it converts."""

    code: str
    name: T
    units: tuple[str, ...]
    least: Decimal | None
    most: Decimal | None
    valid_days: int | None

    @property
    def unit(self) -> str:
        """The unit of the form."""
        return self.units[0]

    def parsed(self, text: str, field: str, unit: str = "") -> Decimal:
        """What somebody typed, exactly. Raises InvalidInput where it is no number or cannot be."""
        try:
            value = Decimal(text.strip().replace("，", ".").replace(",", "."))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or len(text.strip()) > MOST_LETTERS or value < 0 or -value.as_tuple().exponent > 4:  # type: ignore[operator]
            words = T(zh="{name}请填数字，最多四位小数。", en="{name}: a number, with at most four decimals.")
            raise InvalidInput(field=field, reason=words.with_(name=self.name))
        if unit and unit not in self.units:
            words = T(zh="{name}的单位应为 {units}。", en="The unit of {name} is {units}.")
            raise InvalidInput(field=field, reason=words.with_(name=self.name, units=self.units[0]))
        if unit in {"", self.unit}:
            self._plausible(value, field)
        return value

    def _plausible(self, value: Decimal, field: str) -> None:
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            words = T(
                zh="{name}应在 {least} 到 {most} {unit} 之间，请核对数值和单位。",
                en="{name} lies between {least} and {most} {unit}; check value and unit.",
            )
            most = "…" if self.most is None else f"{self.most:f}"
            least = "0" if self.least is None else f"{self.least:f}"
            told = words.with_(name=self.name, least=least, most=most, unit=self.unit)
            raise InvalidInput(field=field, reason=told)


@cache
def measures() -> dict[str, Measure]:
    """Every measure by code."""
    own = {
        WEIGHT: Measure(WEIGHT, T(zh="体重", en="weight"), ("kg",), Decimal("0.3"), Decimal(400), None),
        HEIGHT: Measure(HEIGHT, T(zh="身高", en="height"), ("cm",), Decimal(25), Decimal(260), None),
    }
    return own | {row.code: _of_table(row) for row in load_knowledge().rows(rows.Lab)}


def _of_table(row: rows.Lab) -> Measure:
    def exact(value: object) -> Decimal | None:
        return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)  # type: ignore[attr-defined]

    units = (row.unit, *(one.split("*")[0] for one in row.units))
    name = T(zh=row.name_zh, en=row.name_en)
    return Measure(row.code, name, units, exact(row.plausible_low), exact(row.plausible_high), row.valid_days)


def is_stale(code: str, on: date, today: date) -> bool:
    """Whether a result is too old for the check."""
    known = measures().get(code)
    return known is not None and known.valid_days is not None and (today - on).days > known.valid_days
