"""The price list straight from terminology's files, so that the pure city can be made without a database."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from xinglin.hospital import terminology
from xinglin.hospital.demo.city import treatments
from xinglin.hospital.demo.city.prices import Medicine, PriceList, Service

DATA = Path(terminology.__file__).parent / "data"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _limit(row: dict[str, str]) -> int | None:
    return int(row["price_limit_fen"]) if row["price_limit_fen"] else None


def _ingredients(row: dict[str, str]) -> str:
    names = [part.split(":")[0] for part in row["ingredients"].split(";") if part]
    return "+".join(names) or row["code"]


@cache
def price_list() -> PriceList:
    """Medicines and services that the city uses."""
    times = {row["code"]: row for row in _rows("frequencies.csv")}
    drugs, services = treatments.every_code()
    medicines = {}
    for row in _rows("medicines/products.csv"):
        if row["code"] in drugs:
            often = times[row["default_frequency"]]
            counts = row["no_days"] != "yes" and often["gives_days_supply"] == "yes" and bool(row["default_dose"])
            medicines[row["code"]] = Medicine(
                row["code"], row["name_zh"], row["name_en"], _ingredients(row), row["atc"],
                int(row["price_fen"]),
                row["catalogue_class"], int(row["selfpay_share_permille"]), _limit(row), int(row["unit_content"]),
                int(row["units_per_pack"]), row["strength_zh"], row["pack_zh"], int(row["default_dose"] or 1000),
                row["dose_unit"], row["default_frequency"], row["routes"].split(";")[0], int(often["period_days"]),
                int(often["times"]), counts, f"8{len(medicines):06d}",
            )  # fmt: skip
    found = {
        row["code"]: Service(
            row["code"], row["name_zh"], row["name_en"], int(row["price_fen"]), row["catalogue_class"],
            int(row["selfpay_share_permille"]), _limit(row),
        )
        for row in _rows("services.csv")
        if row["code"] in services
    }  # fmt: skip
    return PriceList(medicines, found)
