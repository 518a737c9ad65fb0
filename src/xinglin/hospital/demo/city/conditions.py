"""How many adults live with which chronic condition, by age and sex, after published surveys of China.

Every figure is given from memory of the named publication and has not been read again; where a survey prints only
coarse groups, the curve between them is our own smoothing. No clinician or epidemiologist has reviewed the table.
`known` is the share that has been diagnosed: only those come for follow-up. Prevalences are per thousand, by the age
groups of BANDS; the last group has no upper end.
"""

from dataclasses import dataclass
from typing import Final

BANDS: Final = (0, 18, 25, 35, 45, 55, 65, 75)
"""First year of each age group."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One chronic condition: its group in the terminology, diagnosis codes with weights, prevalence, source."""

    key: str
    codes: dict[str, float]
    men: tuple[int, ...]
    women: tuple[int, ...]
    known: float
    yearly_visits: float
    source: str

    def permille(self, sex: str, age: int) -> int:
        """Prevalence per thousand for a person of this sex and age."""
        column = self.men if sex == "M" else self.women
        return column[band(age)]


def band(age: int) -> int:
    """The index of the age group."""
    index = len(BANDS) - 1
    while BANDS[index] > age:
        index -= 1
    return index


FOR_MEN: Final = {"M81.0": "M81.8"}
"""Codes that only women can have, and what a man is given in their place."""


def code_for(sex: str, code: str) -> str:
    """A drawn code, or the one that stands for it where the person cannot have it."""
    return FOR_MEN.get(code, code) if sex == "M" else code


CONDITIONS: Final = (
    Condition(
        "hypertension",
        {"I10": 8, "I11.9": 2},
        (0, 50, 90, 200, 320, 450, 550, 600),
        (0, 25, 35, 105, 270, 435, 560, 610),
        0.52,
        7.0,
        "China Hypertension Survey 2012–2015 (Wang and others, Circulation 2018): 23.2 % of adults, by age and sex",
    ),
    Condition(
        "diabetes",
        {"E11.9": 7, "E11.2": 1, "E11.4": 1, "E11.5": 0.5},
        (0, 30, 70, 115, 170, 215, 260, 260),
        (0, 20, 40, 65, 120, 205, 280, 290),
        0.45,
        7.5,
        "China Chronic Disease and Risk Factor Surveillance 2018 (Wang and others, JAMA 2021): 12.4 % of adults",
    ),
    Condition(
        "hyperlipidaemia",
        {"E78.5": 5, "E78.0": 2, "E78.1": 2},
        (0, 170, 300, 370, 390, 380, 360, 330),
        (0, 90, 120, 170, 290, 420, 450, 440),
        0.16,
        4.0,
        "Chronic-disease surveillance (Pan and others, 2016): about one third of adults",
    ),
    Condition(
        "coronary",
        {"I25.1": 6, "I20.9": 2, "I25.9": 2},
        (0, 0, 1, 5, 15, 45, 90, 130),
        (0, 0, 1, 3, 12, 40, 90, 125),
        0.85,
        6.0,
        "Sixth National Health Services Survey 2018: ischaemic heart disease in about 2.7 % of those of 15 and over",
    ),
    Condition(
        "heart-failure",
        {"I50.0": 5, "I50.9": 4},
        (0, 0, 0, 4, 8, 12, 25, 45),
        (0, 0, 0, 3, 6, 11, 22, 42),
        0.7,
        7.0,
        "China Hypertension Survey 2012–2015 (Hao and others, 2019): 1.3 % of those of 35 and over",
    ),
    Condition(
        "atrial-fibrillation",
        {"I48.9": 1},
        (0, 0, 2, 4, 9, 20, 38, 55),
        (0, 0, 1, 3, 8, 18, 37, 56),
        0.6,
        6.0,
        "Shi and others, Lancet Regional Health Western Pacific 2022: 1.6 % of adults",
    ),
    Condition(
        "stroke",
        {"I69.3": 6, "I63.9": 2, "I67.9": 2},
        (0, 0, 1, 3, 14, 32, 60, 80),
        (0, 0, 1, 2, 9, 24, 48, 70),
        0.9,
        6.0,
        "China Stroke Surveillance 2020 (Tu and others, JAMA Network Open 2023): 2.6 % of those of 40 and over",
    ),
    Condition(
        "copd",
        {"J44.9": 7, "J42": 2},
        (0, 5, 15, 45, 100, 190, 270, 350),
        (0, 3, 8, 20, 40, 85, 130, 190),
        0.2,
        6.0,
        "China Pulmonary Health Study (Wang and others, Lancet 2018): 8.6 % of those of 20 and over",
    ),
    Condition(
        "asthma",
        {"J45.9": 8, "J45.0": 2},
        (30, 22, 22, 30, 45, 60, 75, 85),
        (22, 20, 22, 30, 42, 55, 70, 80),
        0.3,
        4.5,
        "China Pulmonary Health Study (Huang and others, Lancet 2019): 4.2 % of those of 20 and over",
    ),
    Condition(
        "chronic-kidney",
        {"N18.9": 8, "N18.3": 1},
        (0, 35, 40, 50, 65, 90, 150, 230),
        (0, 40, 50, 60, 75, 105, 170, 250),
        0.12,
        6.0,
        "Sixth chronic-disease surveillance (Wang and others, JAMA Intern Med 2023): 8.2 % of adults",
    ),
    Condition(
        "gout",
        {"M10.9": 1},
        (0, 8, 16, 20, 22, 24, 26, 28),
        (0, 1, 2, 3, 5, 9, 12, 14),
        0.7,
        3.5,
        "Liu and others, meta-analysis of Chinese studies, BMJ Open 2015: 1.1 %, men far more often",
    ),
    Condition(
        "hypothyroidism",
        {"E03.9": 9, "E06.3": 1},
        (0, 3, 4, 6, 8, 10, 11, 12),
        (0, 9, 13, 16, 20, 22, 21, 20),
        0.7,
        4.0,
        "TIDE study (Li and others, Thyroid 2020): overt hypothyroidism in 1.0 % of adults",
    ),
    Condition(
        "osteoporosis",
        {"M81.9": 6, "M81.0": 4, "M81.8": 0},
        (0, 0, 0, 20, 32, 50, 100, 170),
        (0, 0, 0, 45, 120, 280, 420, 540),
        0.12,
        4.0,
        "China Osteoporosis Prevalence Study (Wang and others, JAMA Network Open 2021): 40 and over, 5.0 % and 20.6 %",
    ),
    Condition(
        "osteoarthritis",
        {"M17.9": 8, "M19.9": 2},
        (0, 0, 2, 15, 45, 65, 85, 90),
        (0, 0, 3, 30, 90, 125, 155, 160),
        0.4,
        4.0,
        "CHARLS baseline (Tang and others, Arthritis Rheumatol 2016): symptomatic knee disease in 8.1 % of 45 and over",
    ),
    Condition(
        "rheumatoid",
        {"M06.9": 7, "M05.9": 3},
        (0, 1, 1, 2, 2, 3, 3, 3),
        (0, 2, 3, 5, 7, 8, 8, 7),
        0.9,
        7.0,
        "Chinese population surveys of rheumatoid arthritis, 0.28 to 0.41 % of adults",
    ),
    Condition(
        "depression",
        {"F32.9": 6, "F33.9": 4},
        (5, 30, 28, 27, 28, 30, 32, 30),
        (7, 40, 40, 42, 45, 45, 42, 38),
        0.25,
        7.0,
        "China Mental Health Survey (Huang and others, Lancet Psychiatry 2019): 3.6 % a year",
    ),
    Condition(
        "insomnia",
        {"G47.0": 1},
        (0, 60, 80, 95, 110, 120, 135, 150),
        (0, 80, 100, 120, 150, 175, 190, 200),
        0.15,
        3.5,
        "Cao and others, meta-analysis of insomnia in China, PLoS One 2017: about 15 %",
    ),
    Condition(
        "gastritis-ulcer",
        {"K29.5": 7, "K29.4": 1, "K27.9": 1},
        (2, 30, 50, 70, 85, 90, 85, 75),
        (2, 30, 50, 65, 80, 85, 80, 70),
        0.5,
        2.5,
        "Sixth National Health Services Survey 2018: gastroenteritis and ulcer among the commonest chronic diseases",
    ),
    Condition(
        "reflux",
        {"K21.9": 8, "K21.0": 2},
        (1, 30, 40, 50, 55, 60, 60, 55),
        (1, 25, 35, 45, 55, 60, 60, 55),
        0.3,
        3.0,
        "SILC study (He and others, Aliment Pharmacol Ther 2010): reflux disease in 3.1 to 5.2 % of adults",
    ),
    Condition(
        "hepatitis-b",
        {"B18.1": 1},
        (3, 30, 60, 75, 72, 65, 55, 45),
        (2, 22, 45, 55, 52, 50, 45, 40),
        0.3,
        4.5,
        "National serological survey of hepatitis B 2020: surface antigen in 5.9 % of 1 to 69 years",
    ),
    Condition(
        "prostate",
        {"N40": 1},
        (0, 0, 0, 10, 60, 160, 280, 380),
        (0, 0, 0, 0, 0, 0, 0, 0),
        0.5,
        5.0,
        "Chinese community studies of symptomatic prostatic hyperplasia, about 10 % at 50 to 40 % above 75",
    ),
    Condition(
        "allergic-rhinitis",
        {"J30.4": 6, "J30.1": 2},
        (100, 160, 150, 130, 100, 80, 60, 50),
        (80, 150, 140, 120, 100, 80, 60, 50),
        0.35,
        2.5,
        "Wang and others, self-reported allergic rhinitis in 18 cities, Allergy 2016: 17.6 % of adults",
    ),
    Condition(
        "epilepsy",
        {"G40.9": 1},
        (4, 5, 5, 5, 5, 5, 5, 5),
        (4, 4, 4, 4, 4, 4, 4, 4),
        0.8,
        5.0,
        "Chinese surveys within the WHO demonstration project: 4 to 7 per thousand",
    ),
)

DIALYSIS_PERMILLE: Final = 0.75
"""People in haemodialysis per thousand residents; Chinese National Renal Data System, 0.6 to 0.8 from memory."""

BY_KEY: Final = {condition.key: condition for condition in CONDITIONS}
