"""For the demo city and imports: the shipped catalogues as values, without a database."""

from collections.abc import Mapping

from xinglin.hospital.terminology import shipped
from xinglin.hospital.terminology.infos import DiagnosisInfo, IngredientInfo, ProductInfo, ServiceInfo


def shipped_products() -> Mapping[str, ProductInfo]:
    """Medicines by code."""
    return shipped.products()


def shipped_ingredients() -> Mapping[str, IngredientInfo]:
    """Active substances by code."""
    return shipped.ingredients()


def shipped_services() -> Mapping[str, ServiceInfo]:
    """Services by code."""
    return shipped.services()


def shipped_diagnoses() -> Mapping[str, DiagnosisInfo]:
    """Diagnoses by code."""
    return shipped.diagnoses()
