"""The short lists that ship with the program, read once from `data/`. Pure: no database, anyone may ask anywhere."""

import csv
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from xinglin.hospital.terminology.infos import (
    ChronicGroup,
    Department,
    Frequency,
    ListItem,
    OverrideReason,
    ReviewCode,
    Route,
    Title,
)

DATA = Path(__file__).parent / "data"
Item = TypeVar("Item", bound=ListItem)
Row = Mapping[str, str]
REASONS_OF_RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"A": ("eligibility", "record", "policy", "data"), "B": ("medicine", "quantity", "policy", "data")}
)
"""Families of reasons that fit a reminder of a rule family: who may be seen (A), what may be prescribed (B)."""


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file under `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(value: str) -> tuple[str, ...]:
    """A cell that holds several values parted by semicolons."""
    return tuple(part.strip() for part in value.split(";") if part.strip())


def _list(name: str, make: Callable[[Row], Item]) -> Mapping[str, Item]:
    return MappingProxyType({row["code"]: make(row) for row in rows_of(name)})


def _yes(row: Row, column: str) -> bool:
    return row[column] == "yes"


@cache
def frequency_list() -> Mapping[str, Frequency]:
    """Frequencies by code, in the order of the list."""
    return _list(
        "frequencies.csv",
        lambda r: Frequency(
            r["code"],
            r["name_zh"],
            r["name_en"],
            period_days=int(r["period_days"]),
            times=int(r["times"]),
            gives_days_supply=_yes(r, "gives_days_supply"),
            note=r["note"],
        ),
    )


@cache
def department_list() -> Mapping[str, Department]:
    """Clinical departments by code of the national list."""
    return _list(
        "departments.csv",
        lambda r: Department(
            r["code"],
            r["name_zh"],
            r["name_en"],
            aliases_zh=split(r["aliases_zh"]),
            parent=r["parent"],
            is_paediatric=_yes(r, "is_paediatric"),
            online=_yes(r, "online"),
        ),
    )


@cache
def route_list() -> Mapping[str, Route]:
    """Routes of administration by code."""
    return _list(
        "routes.csv",
        lambda r: Route(
            r["code"],
            r["name_zh"],
            r["name_en"],
            national_code=r["national_code"],
            is_injection=_yes(r, "is_injection"),
            is_local=_yes(r, "is_local"),
        ),
    )


@cache
def chronic_group_list() -> Mapping[str, ChronicGroup]:
    """Groups of chronic disease by code."""
    return _list(
        "chronic_groups.csv",
        lambda r: ChronicGroup(
            r["code"],
            r["name_zh"],
            r["name_en"],
            icd_categories=split(r["icd_categories"]),
            evidence_months=int(r["evidence_months"]),
        ),
    )


@cache
def override_reason_list() -> Mapping[str, OverrideReason]:
    """Coded reasons for going on in spite of a reminder."""
    return _list(
        "override_reasons.csv",
        lambda r: OverrideReason(
            r["code"], r["name_zh"], r["name_en"], needs_text=_yes(r, "needs_text"), family=r["family"]
        ),
    )


@cache
def review_code_list() -> Mapping[str, ReviewCode]:
    """Coded remarks of the pharmacist's review, 医院处方点评管理规范 (from memory, in our own words)."""
    return _list("review_codes.csv", lambda r: ReviewCode(r["code"], r["name_zh"], r["name_en"], kind=r["kind"]))


@cache
def title_list() -> Mapping[str, Title]:
    """Professional titles of physicians and pharmacists."""
    return _list(
        "titles.csv",
        lambda r: Title(
            r["code"],
            r["name_zh"],
            r["name_en"],
            kind=r["kind"],
            grade=r["grade"],
            rank=int(r["rank"]),
            antimicrobial_right=r["antimicrobial_right"],
            may_review_prescriptions=_yes(r, "may_review_prescriptions"),
        ),
    )


def frequency(code: str) -> Frequency | None:
    """A frequency by its code; the case of letters does not matter (QD is qd, 2w is 2W). None when unknown."""
    return frequency_list().get(code) or _frequencies_folded().get(code.strip().lower())


@cache
def _frequencies_folded() -> Mapping[str, Frequency]:
    return MappingProxyType({code.lower(): row for code, row in frequency_list().items()})


def chronic_group_of(icd_code: str) -> str:
    """The chronic group of an ICD-10 code by its longest listed category, or an empty string."""
    code = icd_code.upper()
    return next((group for category, group in _categories() if code.startswith(category)), "")


@cache
def _categories() -> tuple[tuple[str, str], ...]:
    pairs = [(c, group.code) for group in chronic_group_list().values() for c in group.icd_categories]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))
