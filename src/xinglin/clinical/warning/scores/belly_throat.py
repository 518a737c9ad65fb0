"""Belly and throat: upper gastrointestinal bleeding, appendicitis, sore throat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from xinglin.clinical.warning.scores.result import Answer, Item, Refused, Score, item, total, within
from xinglin.clinical.warning.scores.tables import ScoreTable, score_tables
from xinglin.clinical.warning.words import Words

MCISAAC_AGE_FROM: Final = 3
BLATCHFORD_AGE_FROM: Final = 16


@dataclass(frozen=True, slots=True)
class BlatchfordInput:
    """Urea mmol/L, haemoglobin g/L (limits differ by sex), mmHg, beats a minute."""

    sex: Literal["female", "male"] | None = None
    urea_mmol_l: float | None = None
    haemoglobin_g_l: float | None = None
    systolic_bp: float | None = None
    heart_rate: float | None = None
    melaena: bool | None = None
    syncope: bool | None = None
    hepatic_disease: bool | None = None
    cardiac_failure: bool | None = None
    age_years: float | None = None


def glasgow_blatchford(given: BlatchfordInput) -> Answer:
    """Glasgow-Blatchford score of an acute upper gastrointestinal bleeding; Refused under 16."""
    table = score_tables()["glasgow_blatchford"]
    if given.age_years is not None and given.age_years < BLATCHFORD_AGE_FROM:
        why = Words("此评分不适用于 16 岁以下。", "This score is not valid under 16 years.")
        instead = Words("儿童消化道出血请立即急诊。", "A child who bleeds goes to an emergency department now.")
        return Refused("glasgow_blatchford", "under-16", why, instead, table.source)
    within("urea_mmol_l", given.urea_mmol_l, 0, 120, "mmol/L")
    within("haemoglobin_g_l", given.haemoglobin_g_l, 10, 260, "g/L")
    names = ("systolic_bp", "heart_rate", "melaena", "syncope", "hepatic_disease", "cardiac_failure")
    rest = [item(table, name, getattr(given, name)) for name in names]
    return total(table, [item(table, "urea_mmol_l", given.urea_mmol_l), _haemoglobin(given, table), *rest])


def _haemoglobin(given: BlatchfordInput, table: ScoreTable) -> Item:
    if given.sex is not None:
        return item(table, f"haemoglobin_{given.sex}", given.haemoglobin_g_l, "haemoglobin_g_l")
    rows = [item(table, f"haemoglobin_{sex}", given.haemoglobin_g_l) for sex in ("male", "female")]
    possible = tuple(sorted({points for row in rows for points in row.possible}))
    absent = ("sex",) if given.haemoglobin_g_l is not None else ("haemoglobin_g_l", "sex")
    return Item("haemoglobin", rows[0].name, possible, absent if len(possible) > 1 else ())


@dataclass(frozen=True, slots=True)
class AlvaradoInput:
    """Each None when not known; white cells above 10, a shift to the left above 75 % neutrophils."""

    migration_to_rlq: bool | None = None
    anorexia: bool | None = None
    nausea_or_vomiting: bool | None = None
    rlq_tenderness: bool | None = None
    rebound_tenderness: bool | None = None
    fever: bool | None = None
    leukocytosis: bool | None = None
    left_shift: bool | None = None


def alvarado(given: AlvaradoInput) -> Score:
    """Alvarado score; low points do not rule appendicitis out."""
    return _plain(given, score_tables()["alvarado"])


@dataclass(frozen=True, slots=True)
class McIsaacInput:
    """Years, and the four items of Centor."""

    tonsillar_exudate: bool | None = None
    tender_anterior_cervical_nodes: bool | None = None
    fever: bool | None = None
    absence_of_cough: bool | None = None
    age: float | None = None


def mcisaac(given: McIsaacInput) -> Answer:
    """Centor's four items with McIsaac's correction for age; Refused under 3 years."""
    table = score_tables()["mcisaac"]
    if given.age is not None and given.age < MCISAAC_AGE_FROM:
        why = Words("此评分不适用于 3 岁以下。", "This score is not valid under 3 years.")
        instead = Words("由医师当面评估。", "A physician assesses in person.")
        return Refused("mcisaac", "under-3", why, instead, table.source)
    return _plain(given, table)


def centor(given: McIsaacInput) -> Answer:
    """Centor's four items alone, 0 to 4, from 15 years; bands are those of McIsaac."""
    table = score_tables()["mcisaac"]
    if given.age is not None and given.age < 15:
        why = Words("Centor 评分只在 15 岁以上验证过。", "Centor was validated from 15 years.")
        instead = Words("请用 McIsaac 评分。", "Use the McIsaac score.")
        return Refused("centor", "under-15", why, instead, table.source)
    return total(table, [item(table, name, getattr(given, name)) for name in table.parts if name != "age"])


@dataclass(frozen=True, slots=True)
class FeverPainInput:
    """Each None when not known."""

    fever: bool | None = None
    purulence: bool | None = None
    attend_rapidly: bool | None = None
    inflamed_tonsils: bool | None = None
    absence_of_cough: bool | None = None


def feverpain(given: FeverPainInput) -> Score:
    """FeverPAIN of NICE NG84."""
    return _plain(given, score_tables()["feverpain"])


def _plain(given: object, table: ScoreTable) -> Score:
    return total(table, [item(table, name, getattr(given, name)) for name in table.parts])
