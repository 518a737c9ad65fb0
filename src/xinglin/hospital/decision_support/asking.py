"""What the check is asked, in plain values: what is known of the patient, what is ordered, what is taken already.

`plain` writes it down: the contract of docs/reference/check.md for the patient, and exact lines for medicines of the
catalogue, whose amounts are known in whole units. What is written is what is judged, now and at every replay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from xinglin.hospital.terminology.selectors import IngredientPart, ProductInfo, frequency

KINDS = {"ug": ("mass", 1), "ng": ("mass", 1000), "IU": ("activity", 1)}
"""Unit of a strength: what it measures, and how many of it are one smallest unit of the tables."""


@dataclass(frozen=True, slots=True)
class Result:
    """A measurement: a code of the table of laboratory values, the value as written, its unit and day."""

    code: str
    value: str
    unit: str
    on: date


@dataclass(frozen=True, slots=True)
class KnownAllergy:
    """What the patient does not bear, in words, and how it showed (any, immediate, severe, intolerance)."""

    substance: str
    reaction: str = "any"


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What is known of the patient. None is unknown, never *no*; `allergies` None means that nobody asked."""

    birth_on: date | None = None
    sex: str = ""
    weight_kg: str | None = None
    height_cm: str | None = None
    pregnant: bool | None = None
    pregnancy_weeks: int | None = None
    lactating: bool | None = None
    dialysis: bool | None = None
    results: tuple[Result, ...] = ()
    allergies: tuple[KnownAllergy, ...] | None = None
    diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordered:
    """A medicine of the catalogue with its use. `id` is the caller's name of the line."""

    id: str
    product: ProductInfo
    dose_units: int | None = None
    frequency: str = ""
    route: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A medicine from elsewhere, in words."""

    id: str
    name: str
    sig: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One prescription to be checked, on a day, for a person."""

    id: str
    on: date
    patient_id: UUID
    patient: PatientFacts
    orders: tuple[Ordered, ...]
    current: tuple[Ordered | Taken, ...] = ()
    channel: str = ""
    antimicrobial_right: str = ""
    accepted: Mapping[str, date] = field(default_factory=dict)


def plain(asked: Asked) -> dict[str, Any]:
    """The case as values that JSON can hold; nothing in it is rounded."""
    return {
        "id": asked.id,
        "on": asked.on.isoformat(),
        "patient": _patient(asked.patient),
        "orders": [_exact(line) for line in asked.orders],
        "current": [_exact(line) if isinstance(line, Ordered) else _words(line) for line in asked.current],
        "institution": {"channel": asked.channel, "antimicrobial_right": asked.antimicrobial_right},
        "accepted": [{"ticket": name, "on": on.isoformat()} for name, on in sorted(asked.accepted.items())],
    }


def _patient(facts: PatientFacts) -> dict[str, Any]:
    told: dict[str, Any] = {
        "birth_date": facts.birth_on.isoformat() if facts.birth_on else None,
        "sex": facts.sex,
        "weight_kg": facts.weight_kg,
        "height_cm": facts.height_cm,
        "pregnant": facts.pregnant,
        "pregnancy_weeks": facts.pregnancy_weeks,
        "lactating": facts.lactating,
        "dialysis": facts.dialysis,
        "labs": [{"code": r.code, "value": r.value, "unit": r.unit, "on": r.on.isoformat()} for r in facts.results],
        "diagnoses": list(facts.diagnoses),
    }
    if facts.allergies is not None:
        told["allergies"] = [{"substance": one.substance, "reaction": one.reaction} for one in facts.allergies]
    return told


def _words(line: Taken) -> dict[str, Any]:
    return {"words": {"drug": line.name, "sig": line.sig, "held": line.held}, "line": line.id}


def _exact(line: Ordered) -> dict[str, Any]:
    product, rhythm = line.product, frequency(line.frequency)
    often = rhythm if rhythm is not None and line.frequency not in {"prn", "st"} else None
    times = Fraction(often.times, often.period_days) if often else None
    once = line.frequency == "st"
    return {
        "line": line.id,
        "product": product.code,
        "name_zh": product.name_zh,
        "name_en": product.name_en,
        "text": f"{product.name_zh} {product.strength_zh}",
        "form": product.form_code,
        "route": line.route,
        "days": line.days,
        "times": None if times is None else str(times),
        "prn": line.frequency == "prn",
        "single_dose": once,
        "parts": [_part(part, product, line.dose_units, times, once) for part in product.ingredients],
    }


def _part(
    part: IngredientPart, product: ProductInfo, dose: int | None, times: Fraction | None, once: bool
) -> dict[str, Any]:
    single = amount_of(part, product, dose)
    kind = KINDS[part.unit][0] if part.unit in KINDS else ""
    daily = single if once else single * times if single is not None and times is not None else None
    return {
        "code": part.code,
        "kind": kind,
        "single": None if single is None else str(single),
        "daily": None if daily is None else str(daily),
    }


def amount_of(part: IngredientPart, product: ProductInfo, dose_units: int | None) -> Fraction | None:
    """How much of an ingredient a dose holds, in the smallest unit of the tables; None where no amount is known."""
    if dose_units is None or part.unit not in KINDS or product.unit_content <= 0:
        return None
    return Fraction(dose_units * part.strength_units, product.unit_content * KINDS[part.unit][1])
