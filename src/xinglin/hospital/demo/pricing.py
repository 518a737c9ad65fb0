"""The price list of the city, from the catalogues that terminology ships. Needs no database."""

from functools import cache

from xinglin.hospital.demo.city import treatments
from xinglin.hospital.demo.city.prices import Medicine, PriceList, Service
from xinglin.hospital.terminology.bulk import shipped_products, shipped_services
from xinglin.hospital.terminology.selectors import ProductInfo, ServiceInfo, frequency, used_per_dose

PREFIX_FIRST = 8_000_000
"""Trace codes of the city begin with 8 and six digits that number the product."""


@cache
def trace_prefixes() -> dict[str, str]:
    """Product code → the first seven digits of its trace codes, for every product there is."""
    return {code: str(PREFIX_FIRST + number) for number, code in enumerate(sorted(shipped_products()), 1)}


@cache
def price_list() -> PriceList:
    """What the city prescribes, tests and charges. Raises KeyError naming a code that terminology does not ship."""
    drugs, services = treatments.every_code()
    products, items = shipped_products(), shipped_services()
    return PriceList(
        {code: _medicine(products[code]) for code in sorted(drugs)},
        {code: _service(items[code]) for code in sorted(services)},
    )


def _medicine(product: ProductInfo) -> Medicine:
    often = frequency(product.default_frequency)
    dose = product.default_dose or product.unit_content
    counts = bool(often and often.gives_days_supply and not product.no_days and product.default_dose)
    return Medicine(
        code=product.code,
        name_zh=product.name_zh,
        name_en=product.name_en,
        ingredient="+".join(part.code for part in product.ingredients) or product.code,
        atc=product.atc,
        price_fen=product.price_fen,
        catalogue_class=product.catalogue_class,
        selfpay_permille=product.selfpay_share_permille,
        limit_fen=product.price_limit_fen,
        unit_content=product.unit_content,
        units_per_pack=product.units_per_pack,
        strength_text=product.strength_text,
        pack_text=product.pack_text,
        dose=dose,
        used=used_per_dose(product, dose),
        dose_unit=product.dose_unit,
        frequency=product.default_frequency,
        route=product.routes[0],
        period_days=often.period_days if often else 1,
        times=often.times if often else 1,
        counts_days=counts,
        trace_prefix=trace_prefixes()[product.code],
        ingredients=tuple(sorted(part.code for part in product.ingredients)),
        antimicrobial_grade=product.antimicrobial_grade,
        special_class=product.special_class,
        decoction=product.is_decoction,
        micrograms=_micrograms(product, dose),
    )


def _micrograms(product: ProductInfo, dose: int) -> int | None:
    """One dose of the only active substance in mass."""
    if len(product.ingredients) != 1:
        return None
    if product.dose_unit == "ug":
        return dose
    part = product.ingredients[0]
    return part.strength_units * dose // 1000 if product.dose_unit == "milli" and part.unit == "ug" else None


def _service(item: ServiceInfo) -> Service:
    return Service(
        code=item.code,
        name_zh=item.name_zh,
        name_en=item.name_en,
        price_fen=item.price_fen,
        catalogue_class=item.catalogue_class,
        selfpay_permille=item.selfpay_share_permille,
        limit_fen=item.price_limit_fen,
    )
