"""Making cities for tests: all of one day."""

from datetime import date

from xinglin.benefits.policy import demo_book
from xinglin.hospital.demo.city.city import City, build
from xinglin.hospital.demo.pricing import price_list

CITY_DATE = date(2026, 11, 20)


def make(seed: int = 7, scale: float = 0.1) -> City:
    """A city of a tenth of the usual size, unless told otherwise."""
    return build(seed=seed, scale=scale, city_date=CITY_DATE, prices=price_list(), book=demo_book())
