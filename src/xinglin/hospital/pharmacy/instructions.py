"""How to take a medicine, in plain words of both languages. Pure.

The words come from the signed line and the drug table; nothing is advised here that the prescriber did not write.
"""

from decimal import Decimal

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.models import Line
from xinglin.hospital.terminology.selectors import ProductInfo, dose_text, frequency, routes


def pieces(product: ProductInfo, dose_units: int) -> T | None:
    """The dose in counted pieces ('半片', '2 tablets'), or None where people do not count pieces."""
    if product.no_days or product.write_unit_zh == product.count_unit_zh or not product.unit_content:
        return None
    amount = Decimal(dose_units) / product.unit_content
    if amount == Decimal("0.5"):
        return T(zh=f"半{product.count_unit_zh}", en=f"half a {product.count_unit_en}")
    if amount != amount.quantize(Decimal("0.01")):
        return None
    number = f"{amount.normalize():f}"
    unit_en = product.count_unit_en if amount == 1 else f"{product.count_unit_en}s"
    return T(zh=f"{number}{product.count_unit_zh}", en=f"{number} {unit_en}")


def each_time(product: ProductInfo, dose_units: int) -> T:
    """One dose: '1片（80mg）'."""
    dose = dose_text(product, dose_units)
    counted = pieces(product, dose_units)
    if counted is None:
        return dose
    return T(zh=f"{counted.zh}（{dose.zh}）", en=f"{counted.en} ({dose.en})")


def how_often(code: str) -> T:
    """The frequency in words; the code itself where it is unknown."""
    found = frequency(code)
    return found.name if found else T(zh=code, en=code)


def by_way_of(code: str) -> T:
    """The route in words; the code itself where it is unknown."""
    for route in routes():
        if route.code == code:
            return route.name
    return T(zh=code, en=code)


def directions(line: Line, product: ProductInfo) -> T:
    """The directions of a line in one sentence."""
    often, way = how_often(line.frequency), by_way_of(line.route)
    if line.dose_units is None:
        return T(zh=f"{way.zh}，{often.zh}，{line.reason}。", en=f"{_capital(way.en)}, {often.en}: {line.reason}.")
    dose = each_time(product, line.dose_units)
    return T(zh=f"{way.zh}，{often.zh}，每次{dose.zh}。", en=f"{_capital(way.en)}, {often.en}, {dose.en} each time.")


def supply(line: Line) -> T:
    """How much there is and how long it lasts."""
    if line.days_supply is None:
        return T(zh=f"共 {line.packs} 盒。", en=f"{line.packs} {_packs(line.packs)} in all.")
    return T(
        zh=f"共 {line.packs} 盒，够用 {line.days_supply} 天。",
        en=f"{line.packs} {_packs(line.packs)}, enough for {line.days_supply} days.",
    )


def caution(line: Line) -> T | None:
    """What is easily mistaken about the rhythm."""
    rhythm = frequency(line.frequency)
    if rhythm is None or rhythm.code == "prn":
        return T(zh="需要时才用，不必每天用。", en="Only when needed, not every day.") if rhythm else None
    if rhythm.period_days >= 7 and rhythm.times == 1:
        return T(
            zh=f"注意：{rhythm.name_zh}，不要每天用。",
            en=f"Note: {rhythm.name_en}, not every day.",
        )
    return None


def _packs(count: int) -> str:
    return "pack" if count == 1 else "packs"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
