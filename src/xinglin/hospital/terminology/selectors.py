"""Questions to the terminology. Names and prices are public, so nobody is asked who they are."""

from collections.abc import Sequence
from datetime import date

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import lists, shipped
from xinglin.hospital.terminology.doses import dose_text, dose_units
from xinglin.hospital.terminology.errors import UnknownCode
from xinglin.hospital.terminology.infos import (
    ChronicGroup,
    Department,
    DiagnosisInfo,
    Frequency,
    IngredientInfo,
    IngredientPart,
    ListItem,
    OverrideReason,
    ProductInfo,
    ReviewCode,
    Route,
    ServiceInfo,
    Title,
)
from xinglin.hospital.terminology.lists import chronic_group_of, frequency
from xinglin.hospital.terminology.models import Diagnosis, Ingredient, Product, Service
from xinglin.hospital.terminology.searching import search
from xinglin.hospital.terminology.snapshot import snapshot
from xinglin.hospital.terminology.supply import (
    daily_micrograms,
    daily_units,
    days_supply,
    dose_is_deliverable,
    dose_micrograms,
    is_smallest_pack_over,
    packs_needed,
    used_per_dose,
)

__all__ = [
    "ChronicGroup",
    "Department",
    "DiagnosisInfo",
    "Frequency",
    "IngredientInfo",
    "IngredientPart",
    "ListItem",
    "OverrideReason",
    "ProductInfo",
    "ReviewCode",
    "Route",
    "ServiceInfo",
    "Title",
    "chronic_group_of",
    "chronic_groups",
    "daily_micrograms",
    "daily_units",
    "days_supply",
    "department",
    "departments",
    "diagnoses",
    "diagnosis",
    "dose_is_deliverable",
    "dose_micrograms",
    "dose_text",
    "dose_units",
    "equivalent_diagnoses",
    "frequencies",
    "frequency",
    "ingredient",
    "is_smallest_pack_over",
    "override_reasons",
    "packs_needed",
    "product",
    "products",
    "review_codes",
    "routes",
    "search_diagnoses",
    "search_products",
    "service",
    "services_in",
    "titles",
    "used_per_dose",
    "visit_fee",
]

# CATALOGUES


def product(code: str, on: date | None = None) -> ProductInfo:
    """A medicine by its code: the row in force, or the one valid on a day. Raises UnknownCode."""
    if on is None:
        found = snapshot().products.get(code)
    else:
        row = _on(Product, code, on)
        names = {**shipped.ingredients(), **snapshot().ingredients}
        found = row and shipped.product_info(row[0], shipped.ingredient_parts(row[0], names), row[1], row[2])
    if found is None:
        raise UnknownCode(field="product_code", list=T(zh="药品目录", en="medicines"), value=code[:40])
    return found


def products() -> Sequence[ProductInfo]:
    """Every medicine in force, by code."""
    return [info for _, info in sorted(snapshot().products.items())]


def ingredient(code: str) -> IngredientInfo:
    """An active substance by its code. Raises UnknownCode."""
    found = snapshot().ingredients.get(code)
    if found is None:
        raise UnknownCode(field="ingredient_code", list=T(zh="成分目录", en="ingredients"), value=code[:40])
    return found


def service(code: str, on: date | None = None) -> ServiceInfo:
    """A service by its code: the row in force, or the one valid on a day. Raises UnknownCode."""
    if on is None:
        found = snapshot().services.get(code)
    else:
        row = _on(Service, code, on)
        found = row and shipped.service_info(*row)
    if found is None:
        raise UnknownCode(field="service_code", list=T(zh="收费项目目录", en="services"), value=code[:40])
    return found


def services_in(category: str) -> Sequence[ServiceInfo]:
    """The services of a category (visit, management, laboratory, examination, treatment), by code."""
    return [info for _, info in sorted(snapshot().services.items()) if info.category == category]


def visit_fee(title: str, online: bool = True) -> ServiceInfo:
    """The visit fee for a physician's title. Raises UnknownCode for a title without one."""
    wanted = title.replace("-", "_")
    for info in services_in("visit"):
        if info.title == wanted and info.online is online:
            return info
    raise UnknownCode(field="title", list=T(zh="诊察费", en="visit fees"), value=title[:40])


def diagnosis(code: str, on: date | None = None) -> DiagnosisInfo:
    """A diagnosis by its ICD-10 code: the row in force, or the one valid on a day. Raises UnknownCode."""
    row = _on(Diagnosis, code.strip(), on)
    if row is None:
        raise UnknownCode(field="diagnosis_code", list=T(zh="诊断目录", en="diagnoses"), value=code[:40])
    return shipped.diagnosis_info(*row)


def diagnoses(codes: Sequence[str]) -> dict[str, DiagnosisInfo]:
    """Diagnoses in force by code, in one question; unknown codes are left out."""
    rows = Diagnosis.objects.filter(code__in=codes, valid_until_on__isnull=True)
    return {code: shipped.diagnosis_info(content, since) for code, content, since in _values(rows)}


def _values(rows: object) -> list[tuple[str, dict[str, str], date]]:
    return list(rows.values_list("code", "content", "valid_from_on"))  # type: ignore[attr-defined]


def _on(
    model: type[Product] | type[Service] | type[Diagnosis] | type[Ingredient], code: str, on: date | None
) -> tuple[dict[str, str], date, date | None] | None:
    rows = model._default_manager.filter(code=code).order_by("-valid_from_on")
    if on is None:
        rows = rows.filter(valid_until_on__isnull=True)
    else:
        rows = rows.filter(valid_from_on__lte=on).exclude(valid_until_on__lte=on)
    return rows.values_list("content", "valid_from_on", "valid_until_on").first()


# SEARCH


def search_products(query: str, limit: int = 20) -> list[ProductInfo]:
    """Medicines in force by Chinese name or part of it, pinyin, initials, English, alias, ingredient, ATC or code."""
    held = snapshot().products
    return [held[code] for code in search("product", query, limit) if code in held]


def search_diagnoses(query: str, limit: int = 20) -> list[DiagnosisInfo]:
    """Diagnoses in force by Chinese name or part of it, pinyin, initials, English, alias or ICD-10 code."""
    codes = search("diagnosis", query, limit)
    held = diagnoses(codes)
    return [held[code] for code in codes if code in held]


def equivalent_diagnoses(one: str, other: str) -> str | None:
    """How two diagnoses count as the same disease: "code", "category" (three characters), "group", or None.

    Chronic groups join complications of one disease (E11.9 and E11.2, I10 and I11.9). Empty codes equal nothing.
    """
    a, b = one.strip().upper(), other.strip().upper()
    if not a or not b:
        return None
    if a == b:
        return "code"
    if a[:3] == b[:3]:
        return "category"
    group = _group(one.strip())
    return "group" if group and group == _group(other.strip()) else None


def _group(code: str) -> str:
    row = shipped.diagnoses().get(code)
    return row.chronic_group if row else chronic_group_of(code)


# SHORT LISTS


def frequencies() -> Sequence[Frequency]:
    """How often a medicine can be taken."""
    return list(lists.frequency_list().values())


def departments(online_only: bool = False) -> Sequence[Department]:
    """Clinical departments of the national list."""
    return [d for d in lists.department_list().values() if d.online or not online_only]


def department(code: str) -> Department:
    """A department by its code. Raises UnknownCode."""
    found = lists.department_list().get(code)
    if found is None:
        raise UnknownCode(field="department", list=T(zh="诊疗科目", en="departments"), value=code[:40])
    return found


def routes() -> Sequence[Route]:
    """Ways in which a medicine is given."""
    return list(lists.route_list().values())


def chronic_groups() -> Sequence[ChronicGroup]:
    """Groups of chronic disease, with the months for which evidence of them stays fresh."""
    return list(lists.chronic_group_list().values())


def override_reasons(family: str = "") -> Sequence[OverrideReason]:
    """Coded reasons for going on in spite of a reminder: all, or those that fit a family.

    A family is one of the list (medicine, quantity, eligibility, record, policy, data) or a rule family's letter.
    """
    fitting = {"any", *lists.REASONS_OF_RULES.get(family, (family,))}
    return [r for r in lists.override_reason_list().values() if not family or r.family in fitting]


def review_codes() -> Sequence[ReviewCode]:
    """Coded remarks of the pharmacist's review."""
    return list(lists.review_code_list().values())


def titles(kind: str = "") -> Sequence[Title]:
    """Professional titles of physicians, of pharmacists, or all."""
    return [t for t in lists.title_list().values() if not kind or t.kind == kind]
