"""The small catalogues in force, kept in the memory of each process and read again when an edition is loaded.

Another process notices a new edition within two seconds: it asks for the last edition's number at most that often.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from xinglin.hospital.terminology import shipped
from xinglin.hospital.terminology.infos import IngredientInfo, ProductInfo, ServiceInfo
from xinglin.hospital.terminology.models import Edition, Ingredient, Product, Service

LOOK_AGAIN_SECONDS = 2.0


@dataclass(slots=True)
class Snapshot:
    """Catalogues as of one edition."""

    edition: int | None = None
    looked_at: float = 0.0
    ingredients: Mapping[str, IngredientInfo] = field(default_factory=dict)
    products: Mapping[str, ProductInfo] = field(default_factory=dict)
    services: Mapping[str, ServiceInfo] = field(default_factory=dict)


_held = Snapshot()


def forget() -> None:
    """Read everything again at the next question (after a load in this process)."""
    _held.edition, _held.looked_at = None, 0.0


def snapshot() -> Snapshot:
    """The catalogues in force."""
    moment = time.monotonic()
    if _held.edition is not None and moment - _held.looked_at < LOOK_AGAIN_SECONDS:
        return _held
    edition = Edition.objects.order_by("-id").values_list("id", flat=True).first()
    if edition is None or edition != _held.edition:
        _read()
    _held.edition, _held.looked_at = edition, moment
    return _held


def _read() -> None:
    _held.ingredients = {
        row["code"]: shipped.ingredient_info(row)
        for row in Ingredient.objects.filter(valid_until_on__isnull=True).values_list("content", flat=True)
    }
    _held.products = {
        row["code"]: shipped.product_info(row, shipped.ingredient_parts(row, _held.ingredients), since)
        for row, since in Product.objects.filter(valid_until_on__isnull=True).values_list("content", "valid_from_on")
    }
    _held.services = {
        row["code"]: shipped.service_info(row, since)
        for row, since in Service.objects.filter(valid_until_on__isnull=True).values_list("content", "valid_from_on")
    }
