"""Facts that stand beside a case and that measures look at: what a person has, cannot bear, and when we knew it."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact


@dataclass(frozen=True, slots=True)
class Condition(Group):
    """One entry of a person's list of problems."""

    id: str | None = fact("健康问题编号", "the entry's id")
    person_id: str | None = fact("患者编号", "whose it is")
    code: str | None = fact("诊断编码", "ICD-10 with its dot")
    from_on: date | None = fact("起始日期", "first day on which it is known to have been there")
    until_on: date | None = fact("结束日期", "last day; None while it lasts or where no end is recorded")


@dataclass(frozen=True, slots=True)
class Allergy(Group):
    """One recorded allergy or intolerance of a person."""

    id: str | None = fact("过敏记录编号", "the entry's id")
    person_id: str | None = fact("患者编号", "whose it is")
    substance_code: str | None = fact("过敏物质", "the substance or class, English INN or class name in small letters")
    intolerance: bool | None = fact("是否仅为不耐受", "an intolerance (a side effect), not an allergy")
    since_on: date | None = fact("记录日期", "day of the record; None where not known")


@dataclass(frozen=True, slots=True)
class Detected(Group):
    """What the check of medicines found of one line (FHIR: DetectedIssue), before the rules are asked.

    The check reads patient, order and tables of medicine; which of its findings are breaches, the rules say.
    """

    id: str | None = fact("用药问题编号", "the entry's id")
    line_id: str | None = fact("所属明细", "the line it concerns")
    kind: str | None = fact(
        "问题类别", "interaction, duplicate, dose, contraindication, pregnancy, lactation, child, elderly, allergy, …"
    )
    tier: str | None = fact(
        "问题级别", "X, D, C or B after its context; None where a fact was missing without which it cannot be told"
    )
    row: str | None = fact("知识条目", "table and row of the medical knowledge that says so")
    over_permille: int | None = fact(
        "超出部分", "the part of the amount above its limit; None where not told", "permille"
    )


@dataclass(frozen=True, slots=True)
class Record(Group):
    """When a row was known and when a verdict on it was asked for. A rule never sees it; measures obey it."""

    known_at: datetime | None = fact("获知时刻", "instant from which the row was known here; None: always")
    asked_at: datetime | None = fact("判断时刻", "instant at which the row was judged in the process; None: never")
