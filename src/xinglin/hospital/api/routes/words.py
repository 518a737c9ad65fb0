"""Terminology: medicines, diagnoses and the short lists. Public."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from ninja import Path, Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.shapes import Code, In, Out, Text, WholeInQuery, Words
from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.terminology import selectors

router = Router(tags=["terminology"])


class Search(In):
    """Chinese, pinyin, initials, English, or the code."""

    q: Text = Field(min_length=1, max_length=100, examples=["gaoxueya", "amlodipine"])
    limit: WholeInQuery = Field(20, ge=1, le=50)


class Part(Out):
    """One ingredient of a product: so many units in one counted unit of it."""

    code: str
    name_zh: str
    name_en: str
    strength_units: int
    unit: str
    atc: str


class Product(Out):
    """A medicine. Doses are whole `dose_unit`s; prices fen a pack. Class, share, limit and price are invented."""

    code: str
    name_zh: str
    name_en: str
    ingredients: list[Part]
    atc: str
    form_zh: str
    form_en: str
    strength_zh: str
    strength_en: str
    dose_unit: str
    write_unit_zh: str
    write_unit_en: str
    dose_units_per_write_unit: int
    unit_content: int
    units_per_pack: int
    pack_zh: str
    pack_en: str
    routes: list[str]
    default_dose: int
    default_frequency: str
    default_days: int
    no_days: bool
    special_class: str
    antimicrobial_grade: str
    catalogue_class: str
    selfpay_share_permille: int
    price_limit_fen: int | None
    price_fen: int


class Diagnosis(Out):
    """A diagnosis: an ICD-10 code with its dot."""

    code: str
    name_zh: str
    name_en: str
    chronic_group: str
    acute_danger: bool
    edition: str


@operation(router, "get", "/products", EVERYONE, list[Product])
def search_products(request: Request, query: Query[Search]) -> Any:
    """查找药品｜Search medicines"""
    return selectors.search_products(query.q, query.limit)


@operation(router, "get", "/products/{code}", EVERYONE, Product)
def product(request: Request, code: Annotated[Code, Path()]) -> Any:
    """一种药品｜One medicine"""
    return selectors.product(code)


@operation(router, "get", "/diagnoses", EVERYONE, list[Diagnosis])
def search_diagnoses(request: Request, query: Query[Search]) -> Any:
    """查找诊断｜Search diagnoses"""
    return selectors.search_diagnoses(query.q, query.limit)


@operation(router, "get", "/diagnoses/{code}", EVERYONE, Diagnosis)
def diagnosis(request: Request, code: Annotated[Code, Path()]) -> Any:
    """一个诊断｜One diagnosis"""
    return selectors.diagnosis(code)


class ListEntry(Out):
    """An entry of a short list."""

    code: str
    name: Words


class Frequency(ListEntry):
    """How often: `times` doses in every `period_days` days."""

    times: int
    period_days: int
    gives_days_supply: bool


@operation(router, "get", "/frequencies", EVERYONE, list[Frequency])
def frequencies(request: Request) -> Any:
    """用药频次｜How often a medicine can be taken"""
    return list(selectors.frequencies())


List = Literal[
    "departments", "routes", "override-reasons", "review-codes", "titles", "cancel-reasons", "return-reasons"
]


@operation(router, "get", "/lists/{name}", EVERYONE, list[ListEntry])
def short_list(request: Request, name: Annotated[List, Path()]) -> Any:
    """短目录：科室、途径、理由、点评代码、职称｜A short list: departments, routes, reasons, review codes, titles"""
    if name in {"cancel-reasons", "return-reasons"}:
        reasons = pharmacy.cancel_reasons() if name == "cancel-reasons" else pharmacy.return_reasons()
        return [ListEntry(code=r.code, name=Words.model_validate(r.label)) for r in reasons]
    ask: dict[str, Callable[[], Sequence[Any]]] = {
        "departments": selectors.departments,
        "routes": selectors.routes,
        "override-reasons": selectors.override_reasons,
        "review-codes": selectors.review_codes,
        "titles": selectors.titles,
    }
    return list(ask[name]())
