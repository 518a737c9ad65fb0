"""Doses as people write them and as the hospital counts them. Pure; never a float."""

from decimal import Decimal, InvalidOperation

from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology.infos import ProductInfo


def dose_text(product: ProductInfo, dose_units: int) -> T:
    """A dose in the unit that people write: 500000 ug of metformin is 500mg, 1500 milli of a tablet 1.5 tablets."""
    amount = Decimal(dose_units) / product.dose_units_per_write_unit
    number = f"{amount.normalize():f}"
    unit = product.write_unit_en
    if product.dose_unit == "milli" and amount > 1:
        unit = "patches" if unit == "patch" else f"{unit}s"
    return T(zh=f"{number}{product.write_unit_zh}", en=f"{number} {unit}")


def dose_units(product: ProductInfo, written: str, field: str = "dose") -> int:
    """The whole dose units of a number typed in the product's writing unit; InvalidInput at `field` otherwise."""
    try:
        amount = Decimal(written.strip()) * product.dose_units_per_write_unit
    except InvalidOperation:
        raise InvalidInput(field=field, reason=_reason(product)) from None
    if not amount.is_finite() or amount <= 0 or amount != amount.to_integral_value() or amount > 10**12:
        raise InvalidInput(field=field, reason=_reason(product))
    return int(amount)


def _reason(product: ProductInfo) -> T:
    example = dose_text(product, product.default_dose or product.dose_units_per_write_unit)
    return T(
        zh="每次用量应为大于 0 的数，单位 {unit}，例如 {example}。",
        en="A dose is a number above 0 in {unit}, for example {example}.",
    ).with_(unit=product.write_unit, example=example)
