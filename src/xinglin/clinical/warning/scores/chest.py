"""Chest and vessels: pneumonia (CURB-65, CRB-65), chest pain (HEART), thrombosis (Wells, PERC), TIA (ABCD2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xinglin.clinical.warning.scores.result import Answer, Refused, Score, either, item, total, within
from xinglin.clinical.warning.scores.tables import ScoreTable, score_tables
from xinglin.clinical.warning.words import Words


@dataclass(frozen=True, slots=True)
class Curb65Input:
    """New confusion, urea in mmol/L, breaths a minute, mmHg, years."""

    confusion: bool | None = None
    urea_mmol_l: float | None = None
    respiratory_rate: float | None = None
    systolic_bp: float | None = None
    diastolic_bp: float | None = None
    age: float | None = None


def curb65(given: Curb65Input) -> Score:
    """CURB-65 of a pneumonia; urea counts above 7 mmol/L."""
    within("urea_mmol_l", given.urea_mmol_l, 0, 120, "mmol/L")
    return _pneumonia(given, score_tables()["curb65"])


def crb65(given: Curb65Input) -> Score:
    """CRB-65: the same without urea, for where there is no laboratory."""
    return _pneumonia(given, score_tables()["crb65"])


def _pneumonia(given: Curb65Input, table: ScoreTable) -> Score:
    low = either(
        None if given.systolic_bp is None else given.systolic_bp < 90,
        None if given.diastolic_bp is None else given.diastolic_bp <= 60,
    )
    absent = [name for name in ("systolic_bp", "diastolic_bp") if getattr(given, name) is None]
    return total(
        table,
        [
            item(table, name, low, *absent) if name == "low_bp" else item(table, name, getattr(given, name))
            for name in table.parts
        ],
    )


@dataclass(frozen=True, slots=True)
class HeartInput:
    """History and ECG as the physician judges them; troponin against the upper limit of its laboratory."""

    history: Literal["slightly_suspicious", "moderately_suspicious", "highly_suspicious"] | None = None
    ecg: Literal["normal", "non_specific_repolarisation", "significant_st_deviation"] | None = None
    age: float | None = None
    risk_factors: Literal["none", "one_or_two", "three_or_more_or_atherosclerosis"] | None = None
    troponin: Literal["normal", "one_to_three_times", "over_three_times"] | None = None


def heart(given: HeartInput) -> Score:
    """HEART score of undifferentiated chest pain in an emergency department."""
    return _plain(given, score_tables()["heart"])


@dataclass(frozen=True, slots=True)
class WellsPeInput:
    """Each None when not known. Heart rate over (not at) 100 a minute."""

    clinical_signs_of_dvt: bool | None = None
    pe_most_likely_diagnosis: bool | None = None
    heart_rate_over_100: bool | None = None
    immobilisation_or_surgery: bool | None = None
    previous_dvt_or_pe: bool | None = None
    haemoptysis: bool | None = None
    malignancy: bool | None = None


def wells_pe(given: WellsPeInput) -> Score:
    """Two-level Wells score: likely above 4 points."""
    return _plain(given, score_tables()["wells_pe"])


@dataclass(frozen=True, slots=True)
class WellsDvtInput:
    """Each None when not known."""

    active_cancer: bool | None = None
    paralysis_paresis_immobilisation: bool | None = None
    bedridden_or_major_surgery: bool | None = None
    localised_tenderness: bool | None = None
    entire_leg_swollen: bool | None = None
    calf_swelling_over_3cm: bool | None = None
    pitting_oedema: bool | None = None
    collateral_superficial_veins: bool | None = None
    previously_documented_dvt: bool | None = None
    alternative_diagnosis_as_likely: bool | None = None


def wells_dvt(given: WellsDvtInput) -> Score:
    """Two-level Wells score: likely from 2 points."""
    return _plain(given, score_tables()["wells_dvt"])


@dataclass(frozen=True, slots=True)
class PercInput:
    """Years, beats a minute, % on room air; valid only where a physician holds PE for unlikely beforehand."""

    age: float | None = None
    heart_rate: float | None = None
    spo2_on_air: float | None = None
    unilateral_leg_swelling: bool | None = None
    haemoptysis: bool | None = None
    recent_surgery_or_trauma: bool | None = None
    prior_vte: bool | None = None
    oestrogen_use: bool | None = None
    low_pretest_likelihood: bool | None = None


def perc(given: PercInput) -> Answer:
    """PERC; Refused unless the physician has judged the likelihood low beforehand."""
    table = score_tables()["perc"]
    if given.low_pretest_likelihood is not True:
        why = Words(
            "只有医师已判断肺栓塞可能性低时才能用 PERC。",
            "PERC is valid only where a physician has judged PE unlikely beforehand.",
        )
        instead = Words("请用 Wells 评分。", "Use the Wells score.")
        return Refused("perc", "pretest-likelihood", why, instead, table.source)
    within("spo2_on_air", given.spo2_on_air, 30, 100, "%")
    return _plain(given, table)


@dataclass(frozen=True, slots=True)
class Abcd2Input:
    """Years, mmHg at first assessment, what was seen, how long it lasted."""

    age: float | None = None
    systolic_bp: float | None = None
    diastolic_bp: float | None = None
    clinical_features: Literal["unilateral-weakness", "speech-disturbance", "other"] | None = None
    duration: Literal["under-10min", "10-59min", "60min-or-more"] | None = None
    diabetes: bool | None = None


def abcd2(given: Abcd2Input) -> Score:
    """ABCD2; whatever it says, a suspected TIA is seen by a specialist within 24 hours."""
    table = score_tables()["abcd2"]
    high = either(
        None if given.systolic_bp is None else given.systolic_bp >= 140,
        None if given.diastolic_bp is None else given.diastolic_bp >= 90,
    )
    absent = [name for name in ("systolic_bp", "diastolic_bp") if getattr(given, name) is None]
    return total(
        table,
        [
            item(table, name, high, *absent) if name == "high_bp" else item(table, name, getattr(given, name))
            for name in table.parts
        ],
    )


def _plain(given: object, table: ScoreTable) -> Score:
    return total(table, [item(table, name, getattr(given, name)) for name in table.parts])
