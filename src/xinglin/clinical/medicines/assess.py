"""A case against all tables: what was found, and what could not be checked and why. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.knowledge.rows import Lab
from xinglin.clinical.medicines.case import Case, Unknown
from xinglin.clinical.medicines.checks_dose import doses
from xinglin.clinical.medicines.checks_law import antimicrobials, burdens, control, mixtures, quantity
from xinglin.clinical.medicines.checks_organs import hepatic, laboratory, renal
from xinglin.clinical.medicines.checks_pairs import allergies, duplicates, herbs, interactions, same_substance
from xinglin.clinical.medicines.checks_patient import (
    Unchecked,
    children,
    contraindications,
    elderly,
    indications,
    lactation,
    pregnancy,
    sex,
    start,
)
from xinglin.clinical.medicines.finding import Finding
from xinglin.clinical.medicines.index import Index, build_index
from xinglin.clinical.medicines.truth import RANK

WHY: Final[dict[str, tuple[str, str]]] = {
    "patient.age_years": ("缺少年龄", "the age is missing"),
    "patient.sex": ("缺少性别", "the sex is missing"),
    "patient.weight_kg": ("缺少体重", "the weight is missing"),
    "patient.pregnant": ("未记录是否妊娠", "it is not recorded whether she is pregnant"),
    "patient.pregnancy_weeks": ("缺少孕周", "the week of pregnancy is missing"),
    "patient.lactating": ("未记录是否哺乳", "it is not recorded whether she breastfeeds"),
    "patient.egfr": ("缺少肾功能（eGFR）", "the kidney function (eGFR) is missing"),
    "patient.crcl": ("缺少肌酐清除率", "the creatinine clearance is missing"),
    "patient.child_pugh": ("缺少肝功能分级", "the Child-Pugh class is missing"),
    "patient.diagnoses": ("缺少诊断", "no diagnosis is given"),
    "patient.allergies": ("未询问过敏史", "nobody asked about allergies"),
    "dose_limit": ("知识表中没有该用法的剂量上限", "the tables have no dose limit for this use"),
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the tables say of a case. `findings` are ordered from the gravest; `unknown` is never empty silence."""

    case: Case
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]
    digest: str


def assess(case: Case, knowledge: Knowledge) -> Assessment:
    """Judge a case by the tables. Deterministic: the same case and tables give the same answer, in the same order."""
    index = build_index(knowledge)
    unchecked = Unchecked()
    found: list[Finding] = [
        *interactions(case, index),
        *duplicates(case, index),
        *same_substance(case, index),
        *allergies(case, index),
        *herbs(case, index),
        *contraindications(case, index),
        *pregnancy(case, index, unchecked),
        *lactation(case, index),
        *children(case, index, unchecked),
        *sex(case, index),
        *elderly(case, index, unchecked),
        *start(case, index),
        *indications(case, index, unchecked),
        *renal(case, index, unchecked),
        *hepatic(case, index, unchecked),
        *laboratory(case, index, unchecked),
        *doses(case, index, unchecked),
        *control(case, index),
        *antimicrobials(case, index),
        *quantity(case, index),
        *mixtures(case, index),
        *burdens(case, index),
    ]
    if case.patient.allergies is None and case.orders:
        for line in case.orders:
            for code in line.codes:
                unchecked.add("patient.allergies", code)
    ordered = tuple(sorted(_once(found), key=_order))
    return Assessment(case, ordered, case.unknown + _unknown(case, unchecked, index), knowledge.digest)


def _order(found: Finding) -> tuple[int, str, str, tuple[str, ...], tuple[str, ...]]:
    return (-RANK[found.tier], found.kind, found.row, found.places, found.codes)


def _once(found: list[Finding]) -> list[Finding]:
    """A row is told once for the same lines, however many substances of them it names; the gravest stays.

    A row of doses may speak of one dose and of a day: these are two things to be told.
    """
    best: dict[tuple[str, str, tuple[str, ...], str], Finding] = {}
    for one in found:
        key = (one.table, one.row, one.places, one.text_en if one.kind == "dose" else "")
        if key not in best or RANK[one.tier] > RANK[best[key].tier]:
            best[key] = one
    return list(best.values())


def _unknown(case: Case, unchecked: Unchecked, index: Index) -> tuple[Unknown, ...]:
    """One entry for each fact that is missing, with what would have needed it."""
    found = []
    labs = {row.code: (row.name_zh, row.name_en) for row in index.knowledge.rows(Lab)} if unchecked.facts else {}
    for fact in sorted(unchecked.facts):
        codes = sorted(unchecked.facts[fact])
        names = [index.knowledge.names.ingredients[code] for code in codes]
        why_zh, why_en = _why(fact, case, labs)
        found.append(
            Unknown(
                place=fact,
                fact=fact,
                why_zh=f"{why_zh}，无法核查：{'、'.join(name.name_zh for name in names)}",
                why_en=f"{why_en}; cannot check: {', '.join(name.name_en for name in names)}",
                suggestions=tuple(codes),
            )
        )
    return tuple(found)


def _why(fact: str, case: Case, labs: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    if fact in WHY:
        return WHY[fact]
    if fact.startswith("patient.labs."):
        code = fact.removeprefix("patient.labs.").removesuffix(".on")
        zh, en = labs.get(code, (code, code))
        if code in case.patient.stale_labs:
            return f"{zh}（{code}）的结果已过时", f"{en} ({code}): the result is too old"
        return f"缺少{zh}（{code}）", f"{en} ({code}) is missing"
    return f"缺少或无法读懂{fact}", f"{fact} is missing or cannot be read"
