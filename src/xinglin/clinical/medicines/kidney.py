"""Kidney function by formula, where the case gives creatinine and not the function itself."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

MICROMOL_PER_MG_DL: Final = Fraction(884, 10)
STAGES: Final = {"N18.5": Fraction(14), "N18.6": Fraction(10), "N18.4": Fraction(29), "N18.3": Fraction(59)}
"""The highest function of a stage of chronic kidney disease: what a diagnosis alone allows to say."""


def ckd_epi_2021(micromol: Fraction, years: Fraction, sex: str) -> Fraction:
    """Estimated glomerular filtration in ml/min/1.73 m² from creatinine in µmol/l.

    CKD-EPI 2021 without race (Inker LA and others, New England Journal of Medicine 2021;385:1737-1749, from memory).
    For adults; rounded to whole numbers.
    """
    mg = float(micromol / MICROMOL_PER_MG_DL)
    kappa, alpha = (0.7, -0.241) if sex == "F" else (0.9, -0.302)
    value = 142 * min(mg / kappa, 1) ** alpha * max(mg / kappa, 1) ** -1.2 * 0.9938 ** float(years)
    return Fraction(round(value * (1.012 if sex == "F" else 1)))


def cockcroft_gault(micromol: Fraction, years: Fraction, sex: str, weight: Fraction) -> Fraction:
    """Creatinine clearance in ml/min (Cockcroft and Gault, Nephron 1976;16:31-41, from memory). Whole numbers."""
    mg = micromol / MICROMOL_PER_MG_DL
    if mg == 0:
        return Fraction(0)
    value = (140 - years) * weight / (72 * mg) * (Fraction(85, 100) if sex == "F" else 1)
    return Fraction(max(math.floor(value + Fraction(1, 2)), 0))


def stage_by_diagnosis(diagnoses: tuple[str, ...]) -> Fraction | None:
    """The highest function that a coded stage of chronic kidney disease allows; None where no stage is coded."""
    found = [value for code, value in STAGES.items() for one in diagnoses if one.startswith(code)]
    return min(found) if found else None
