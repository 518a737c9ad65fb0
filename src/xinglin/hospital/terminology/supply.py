"""How long a quantity lasts and how many packs a course needs. Pure, in whole numbers only.

days = packs x units a pack x content of a unit / (dose x times / period), rounded down: a day begun is not supplied.
A dose that the form cannot be cut into uses up whole pieces (or halves, quarters): the rest of a tablet is not saved.
No days follow from as-needed or single use, nor from creams, drops and inhalers.
"""

from xinglin.hospital.terminology.infos import Frequency, ProductInfo
from xinglin.hospital.terminology.lists import frequency

PIECES = {"no": 1, "half": 2, "quarter": 4}


def used_per_dose(product: ProductInfo, dose_units: int) -> int:
    """Dose units that one dose uses up, the unsaved rest of a cut piece included."""
    pieces = PIECES.get(product.splittable)
    if pieces is None or product.unit_content % pieces:
        return dose_units
    step = product.unit_content // pieces
    return -(-dose_units // step) * step


def dose_is_deliverable(product: ProductInfo, dose_units: int) -> bool:
    """Whether the form can be cut into exactly this dose."""
    return dose_units > 0 and used_per_dose(product, dose_units) == dose_units


def days_supply(product: ProductInfo, dose_units: int, frequency_code: str, packs: int) -> int | None:
    """Whole days that `packs` last; None where no days follow (as needed, single dose, local use, no dose)."""
    rhythm = _rhythm(product, dose_units, frequency_code)
    if rhythm is None or packs <= 0:
        return None
    held = packs * product.pack_content
    return held * rhythm.period_days // (used_per_dose(product, dose_units) * rhythm.times)


def packs_needed(product: ProductInfo, dose_units: int, frequency_code: str, days: int) -> int | None:
    """The smallest number of whole packs whose days' supply reaches `days`; None where no days follow."""
    rhythm = _rhythm(product, dose_units, frequency_code)
    if rhythm is None or days <= 0:
        return None
    used = days * used_per_dose(product, dose_units) * rhythm.times
    return -(-used // (rhythm.period_days * product.pack_content))


def is_smallest_pack_over(product: ProductInfo, dose_units: int, frequency_code: str, packs: int, limit: int) -> bool:
    """Whether no fewer packs would cover `limit` days: such a quantity never breaks the limit, long as it lasts."""
    least = packs_needed(product, dose_units, frequency_code, limit)
    return least is not None and packs <= least


def daily_units(product: ProductInfo, dose_units: int, frequency_code: str) -> tuple[int, int] | None:
    """Dose units over days as a fraction (units, period_days), nothing rounded; None where no days follow."""
    rhythm = _rhythm(product, dose_units, frequency_code)
    return None if rhythm is None else (dose_units * rhythm.times, rhythm.period_days)


def dose_micrograms(product: ProductInfo, dose_units: int) -> int | None:
    """The mass of the only active substance in a dose; None for several substances or where the strength is no mass."""
    if len(product.ingredients) != 1:
        return None
    if product.dose_unit == "ug":
        return dose_units
    part = product.ingredients[0]
    return part.strength_units * dose_units // 1000 if product.dose_unit == "milli" and part.unit == "ug" else None


def daily_micrograms(product: ProductInfo, dose_units: int, frequency_code: str) -> int | None:
    """The same for a day, rounded down; None where no days follow."""
    dose, rhythm = dose_micrograms(product, dose_units), _rhythm(product, dose_units, frequency_code)
    return None if dose is None or rhythm is None else dose * rhythm.times // rhythm.period_days


def _rhythm(product: ProductInfo, dose_units: int, frequency_code: str) -> Frequency | None:
    rhythm = frequency(frequency_code)
    if rhythm is None or not rhythm.gives_days_supply or product.no_days or dose_units <= 0:
        return None
    return rhythm
