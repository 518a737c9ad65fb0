"""The catalogues that ship with the program: read from `data/`, checked, turned into values. Pure.

Active substances and medicines are knowledge of medicine: they lie in `xinglin.clinical.knowledge`, with more columns
than are used here.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Any

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology.errors import WrongReferenceRow
from xinglin.hospital.terminology.infos import DiagnosisInfo, IngredientInfo, IngredientPart, ProductInfo, ServiceInfo
from xinglin.hospital.terminology.lists import DATA, chronic_group_list, chronic_group_of, rows_of, split

ICD = re.compile(r"[A-Z]\d{2}(\.[0-9A-Za-z]{1,12})?")
DOSE_UNITS = ("ug", "ng", "IU", "ul", "milli")
Row = Mapping[str, str]


def ingredient_rows() -> list[dict[str, str]]:
    """Active substances."""
    return _clinical_rows("ingredients.csv")


def product_rows() -> list[dict[str, str]]:
    """Medicines."""
    return _clinical_rows("products.csv")


def service_rows() -> list[dict[str, str]]:
    """Services."""
    return rows_of("services.csv")


def diagnosis_rows() -> list[dict[str, str]]:
    """Diagnoses: every CSV file in `data/icd10/`, in the order of file names; the first row of a code counts."""
    rows: dict[str, dict[str, str]] = {}
    for path in sorted((DATA / "icd10").glob("*.csv")):
        for row in rows_of(f"icd10/{path.name}"):
            rows.setdefault(row["code"], row)
    return list(rows.values())


def ingredient_info(row: Row) -> IngredientInfo:
    """The value of one ingredient row."""
    return IngredientInfo(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        aliases_zh=split(row["aliases_zh"]),
        aliases_en=split(row["aliases_en"]),
        atc=row["atc"],
        special_class=row["special_class"],
        special_since=row["special_since"],
        antimicrobial_grade=row["antimicrobial_grade"],
        source=row["source"],
    )


def ingredient_parts(row: Row, names: Mapping[str, IngredientInfo]) -> tuple[IngredientPart, ...]:
    """The ingredients of a product row, each as code:amount:unit in one counted unit."""
    parts = []
    for text in split(row["ingredients"]):
        code, amount, unit = text.split(":")
        known = names[code]
        parts.append(IngredientPart(code, known.name_zh, known.name_en, int(amount), unit, known.atc))
    return tuple(parts)


YES_NO = (
    "is_injection",
    "online_injection_allowed",
    "is_decoction",
    "no_days",
    "needs_skin_test",
    "cold_chain",
    "high_risk",
)
NUMBERS = (
    "dose_units_per_write_unit",
    "unit_content",
    "units_per_pack",
    "default_days",
    "selfpay_share_permille",
    "price_fen",
)
WORDS = (
    "code",
    "name_zh",
    "name_en",
    "atc",
    "form_code",
    "form_zh",
    "form_en",
    "strength_zh",
    "strength_en",
    "dose_unit",
    "write_unit_zh",
    "write_unit_en",
    "count_unit_zh",
    "count_unit_en",
    "pack_zh",
    "pack_en",
    "default_frequency",
    "splittable",
    "special_class",
    "special_since",
    "antimicrobial_grade",
    "catalogue_class",
)


def product_info(
    row: Row,
    parts: tuple[IngredientPart, ...],
    valid_from_on: date | None = None,
    valid_until_on: date | None = None,
) -> ProductInfo:
    """The value of one product row."""
    fields: dict[str, Any] = {name: row[name] for name in WORDS}
    fields |= {name: int(row[name]) for name in NUMBERS}
    fields |= {name: row[name] == "yes" for name in YES_NO}
    return ProductInfo(
        **fields,
        ingredients=parts,
        routes=split(row["routes"]),
        default_dose=int(row["default_dose"] or 0),
        price_limit_fen=_maybe(row["price_limit_fen"]),
        valid_from_on=valid_from_on,
        valid_until_on=valid_until_on,
    )


def service_info(row: Row, valid_from_on: date | None = None, valid_until_on: date | None = None) -> ServiceInfo:
    """The value of one service row."""
    return ServiceInfo(
        code=row["code"],
        category=row["category"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        unit_zh=row["unit_zh"],
        unit_en=row["unit_en"],
        price_fen=int(row["price_fen"]),
        catalogue_class=row["catalogue_class"],
        selfpay_share_permille=int(row["selfpay_share_permille"]),
        price_limit_fen=_maybe(row["price_limit_fen"]),
        online=row["online"] == "yes",
        title=row["title"],
        valid_from_on=valid_from_on,
        valid_until_on=valid_until_on,
    )


def diagnosis_info(row: Row, valid_from_on: date | None = None, valid_until_on: date | None = None) -> DiagnosisInfo:
    """The value of one diagnosis row. A group that is not in our list is replaced by the one its code belongs to."""
    group = row.get("chronic_group", "")
    return DiagnosisInfo(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        chronic_group=group if group in chronic_group_list() else chronic_group_of(row["code"]),
        acute_danger=row.get("acute_danger", "") in ("yes", "true", "1"),
        chapter=row.get("chapter", ""),
        sex=row.get("sex", ""),
        age_min_days=_maybe(row.get("age_min_days", "")),
        age_max_days=_maybe(row.get("age_max_days", "")),
        edition=row.get("edition", "") or "xinglin",
        valid_from_on=valid_from_on,
        valid_until_on=valid_until_on,
    )


@cache
def ingredients() -> Mapping[str, IngredientInfo]:
    """Shipped ingredients by code."""
    return {row["code"]: ingredient_info(row) for row in ingredient_rows()}


@cache
def products() -> Mapping[str, ProductInfo]:
    """Shipped products by code."""
    return {row["code"]: product_info(row, ingredient_parts(row, ingredients())) for row in product_rows()}


@cache
def services() -> Mapping[str, ServiceInfo]:
    """Shipped services by code."""
    return {row["code"]: service_info(row) for row in service_rows()}


@cache
def diagnoses() -> Mapping[str, DiagnosisInfo]:
    """Shipped diagnoses by code."""
    return {row["code"]: diagnosis_info(row) for row in diagnosis_rows()}


def check(rows: Iterable[Row], file: str, whole: Iterable[str], patterns: Mapping[str, re.Pattern[str]]) -> None:
    """Raise WrongReferenceRow at the first row with a repeated code, an empty name, a broken number or pattern."""
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        for column, reason in _wrongs(row, seen, whole, patterns):
            raise WrongReferenceRow(file=file, line=line, column=column, reason=reason)
        seen.add(row["code"])


def _wrongs(
    row: Row, seen: set[str], whole: Iterable[str], patterns: Mapping[str, re.Pattern[str]]
) -> Iterable[tuple[str, T]]:
    if not row["code"] or row["code"] in seen:
        yield "code", T(zh="编码为空或重复", en="the code is empty or stands twice")
    for column in ("name_zh", "name_en"):
        if not row[column].strip():
            yield column, T(zh="名称为空", en="the name is empty")
    for column in whole:
        if row[column] and not row[column].isdecimal():
            yield column, T(zh="应为非负整数", en="a whole number, not negative, is needed")
    for column, pattern in patterns.items():
        if not pattern.fullmatch(row[column]):
            yield column, T(zh="格式不对", en="the shape is wrong")


def _clinical_rows(name: str) -> list[dict[str, str]]:
    text = files("xinglin.clinical").joinpath("knowledge", "medicines", name).read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(text, newline="")))


def _maybe(value: str) -> int | None:
    return int(value) if value else None
