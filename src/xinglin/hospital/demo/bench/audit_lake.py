"""A lake for the benchmark of the audit, drawn by DuckDB from a seed.

Four lines a prescription, one prescription an encounter, a year of days, a person for six encounters, 2,000 physicians,
300 institutions, all in one city. About one line in forty breaks something; one fact in a hundred or so is unknown
wherever a rule could stumble over it, so that every outcome occurs. Day and place are always known.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

# ATC code, names, substances, control, grade, route, content of a pack, micrograms of a dose
MEDICINES: Final = (
    ("C08CA01", "氨氯地平片", "amlodipine", "amlodipine", "none", "none", "po", 7, 5000),
    ("A10BA02", "二甲双胍片", "metformin", "metformin", "none", "none", "po", 20, 500000),
    ("C10AA05", "阿托伐他汀片", "atorvastatin", "atorvastatin", "none", "none", "po", 7, 20000),
    ("M01AE01", "布洛芬片", "ibuprofen", "ibuprofen", "none", "none", "po", 20, 300000),
    ("R06AE07", "西替利嗪片", "cetirizine", "cetirizine", "none", "none", "po", 12, 10000),
    ("J01CA04", "阿莫西林胶囊", "amoxicillin", "amoxicillin", "none", "unrestricted", "po", 24, 500000),
    ("J01MA02", "环丙沙星片", "ciprofloxacin", "ciprofloxacin", "none", "restricted", "po", 12, 250000),
    ("J01DH02", "美罗培南", "meropenem", "meropenem", "none", "special", "iv", 1, 1000000),
    ("A03FA01", "甲氧氯普胺片", "metoclopramide", "metoclopramide", "none", "none", "po", 20, 10000),
    ("N05BA01", "地西泮片", "diazepam", "diazepam", "psychotropic_2", "none", "po", 20, 2500),
    ("G03CA01", "炔雌醇片", "ethinylestradiol", "ethinylestradiol", "none", "none", "po", 21, 20),
    (
        "C09DA01",
        "氯沙坦氢氯噻嗪片",
        "losartan, diuretic",
        "losartan|hydrochlorothiazide",
        "none",
        "none",
        "po",
        7,
        50000,
    ),
    ("", "小儿柴桂颗粒", "Chaigui for children", "tcm-xiaoer-chaigui", "none", "none", "po", 10, 0),
    ("", "益母草颗粒", "motherwort", "tcm-yimucao", "none", "none", "po", 10, 0),
)
WEIGHTS: Final = (220, 200, 180, 150, 100, 80, 20, 2, 15, 2, 8, 12, 6, 5)
"""How often each is drawn, of the sum."""

ENCOUNTERS: Final = """
SELECT 'E' || i AS encounter_id, $first::DATE + dice(i, 1, 365)::INTEGER AS encounter_on,
       CASE WHEN dice(i, 2, 3) = 0 THEN 'online' ELSE 'in_person' END AS encounter_channel,
       CASE WHEN dice(i, 2, 3) = 0 THEN 'online' WHEN dice(i, 3, 12) = 0 THEN 'emergency'
            ELSE 'outpatient' END AS encounter_care_mode,
       dice(i, 3, 12) = 0 AND dice(i, 2, 3) <> 0 AS encounter_emergency,
       CASE WHEN dice(i, 4, 200) = 0 THEN NULL
            ELSE ['I10', 'E11.9', 'J06.9', 'E78.5', 'Z00.0'][1 + dice(i, 5, 5)] END AS encounter_diagnosis_code,
       CASE WHEN dice(i, 6, 4) = 0 THEN 'E78.5' ELSE '' END AS encounter_diagnosis_2_code,
       '' AS encounter_diagnosis_3_code,
       'P' || dice(i, 7, $people) AS patient_id,
       CASE WHEN dice(i, 8, 250) = 0 THEN NULL
            WHEN dice(i, 9, 12) = 0 THEN DATE '2015-01-01' + dice(i, 10, 3600)::INTEGER
            ELSE DATE '1940-01-01' + dice(i, 10, 24000)::INTEGER END AS patient_birth_on,
       CASE WHEN dice(i, 11, 100) < 49 THEN 'male' WHEN dice(i, 11, 100) < 99 THEN 'female'
            ELSE 'other' END AS patient_sex,
       CASE dice(i, 12, 60) WHEN 0 THEN NULL WHEN 1 THEN TRUE ELSE FALSE END AS patient_pregnant,
       CASE dice(i, 13, 60) WHEN 0 THEN NULL WHEN 1 THEN TRUE ELSE FALSE END AS patient_lactating,
       CASE WHEN dice(i, 14, 3) = 0 THEN NULL ELSE dice(i, 15, 40) END AS patient_pregnancy_weeks,
       CASE WHEN dice(i, 16, 100) = 0 THEN NULL ELSE 15000 + dice(i, 17, 70000) END AS patient_weight_grams,
       'D' || dice(i, 18, 2000) AS physician_id,
       CASE dice(i, 19, 40) WHEN 0 THEN NULL WHEN 1 THEN 'none' WHEN 2 THEN 'unrestricted' WHEN 3 THEN 'special'
            ELSE 'restricted' END AS physician_antimicrobial_right,
       CASE WHEN dice(i, 20, 10) = 0 THEN 'resident' ELSE 'attending' END AS physician_title,
       'I' || dice(i, 21, 300) AS institution_id, '370902' AS institution_territory_code
FROM range($encounters) AS t(i)
"""
PRESCRIPTIONS: Final = """
SELECT 'R' || i AS prescription_id, 'E' || i AS prescription_encounter_id,
       $first::DATE + dice(i, 1, 365)::INTEGER AS prescription_on,
       CASE dice(i, 31, 20) WHEN 0 THEN 'long' WHEN 1 THEN 'emergency' WHEN 2 THEN 'reasoned'
            ELSE 'ordinary' END AS prescription_kind,
       dice(i, 32, 100) = 0 AS prescription_ended, dice(i, 33, 2) = 0 AS prescription_reason_recorded,
       CASE WHEN dice(i, 34, 50) = 0 THEN NULL ELSE dice(i, 34, 5) <> 1 END AS prescription_stable_recorded,
       dice(i, 35, 4) = 0 AS prescription_first_long, dice(i, 36, 3) = 0 AS prescription_long_assessed,
       dice(i, 37, 2) = 0 AS prescription_long_patient_signed,
       CASE WHEN dice(i, 38, 100) = 0 THEN NULL ELSE dice(i, 38, 20) = 1 END AS prescription_second_signed
FROM range($encounters) AS t(i)
"""
LINES: Final = """
SELECT 'L' || i AS line_id, 'R' || (i // 4) AS line_prescription_id, m.atc AS line_atc_code,
       CASE WHEN m.atc = '' THEN m.substances ELSE 'XL-' || m.atc || '-001' END AS line_drug_code,
       m.zh AS line_drug_zh, m.en AS line_drug_en, m.substances AS line_ingredients,
       m.control AS line_special_control, m.grade AS line_antimicrobial_grade, m.route AS line_route_code,
       CASE WHEN dice(i, 41, 300) = 0 THEN NULL ELSE m.content END AS line_pack_content,
       1::BIGINT AS line_dose, m.dose > 0 AS line_dose_measured,
       CASE WHEN dice(i, 42, 100) = 0 THEN 'unheard'
            ELSE ['qd', 'qd', 'qd', 'qd', 'qd', 'qd', 'bid', 'prn'][1 + dice(i, 43, 8)] END AS line_frequency_code,
       (1 + dice(i, 44, 40) // 39 * 3)::BIGINT AS line_quantity,
       CASE WHEN dice(i, 45, 200) = 0 THEN NULL ELSE 3 + dice(i, 46, 12) END AS line_days,
       (m.dose * CASE WHEN dice(i, 47, 60) = 0 THEN 4 ELSE 1 END)::BIGINT AS line_dose_micrograms,
       (800 + dice(i, 48, 9000))::BIGINT AS line_amount_fen,
       CASE WHEN dice(i, 55, 100) = 0 THEN NULL ELSE FALSE END AS line_decoction, FALSE AS line_solvent,
       CASE WHEN dice(i, 56, 100) = 0 THEN NULL ELSE (dice(i, 51, 8) = 0)::BIGINT END AS line_findings
FROM range($lines) AS t(i) JOIN medicines AS m ON m.number = dice(i, 49, $weights)
"""
DETECTED: Final = """
SELECT 'F' || i AS detected_id, 'L' || i AS detected_line_id,
       ['child', 'dose', 'pregnancy', 'lactation', 'interaction', 'mixture', 'burden', 'allergy', 'indication',
        'elderly', 'renal', 'hepatic', 'laboratory'][1 + dice(i, 52, 13)] AS detected_kind,
       CASE dice(i, 53, 20) WHEN 0 THEN NULL WHEN 1 THEN 'X' WHEN 2 THEN 'D' WHEN 3 THEN 'B' ELSE 'C' END
           AS detected_tier,
       CASE WHEN dice(i, 52, 13) = 1 THEN dice(i, 54, 900) END AS detected_over_permille
FROM range($lines) AS t(i) WHERE dice(i, 51, 8) = 0
"""
"""What a check of medicines might have told of one line in eight. Invented: the check itself is measured elsewhere."""


def make_lake(folder: Path, *, lines: int, seed: int = 1) -> Path:
    """Encounters, prescriptions, lines and what a check found of them as Parquet, in the documented columns.

    Equal numbers, equal lake.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encounters = -(-lines // 4)
    values = {
        "first": "2025-06-01",
        "encounters": encounters,
        "people": max(1, encounters // 6),
        "lines": lines,
        "weights": sum(WEIGHTS),
    }
    with duckdb.connect() as connection:
        # Hashed once, the dice of one row share their last bits and so depend on each other: no tier X was ever thrown.
        connection.execute(f"CREATE MACRO dice(i, what, sides) AS (hash(hash(i, what, {int(seed)})) % sides)::BIGINT")
        _medicines(connection)
        made = {"encounters": ENCOUNTERS, "prescriptions": PRESCRIPTIONS, "lines": LINES, "detected": DETECTED}
        for name, query in made.items():
            asked = {key: value for key, value in values.items() if f"${key}" in query}
            connection.execute(f"CREATE TEMP TABLE made AS {query}", asked)
            connection.execute(f"COPY made TO '{folder / name}.parquet' (FORMAT parquet)")
            connection.execute("DROP TABLE made")
    return folder


def _medicines(connection: duckdb.DuckDBPyConnection) -> None:
    """One row for every number that the die may show."""
    connection.execute(
        "CREATE TEMP TABLE medicines (number BIGINT, atc VARCHAR, zh VARCHAR, en VARCHAR, substances VARCHAR, "
        "control VARCHAR, grade VARCHAR, route VARCHAR, content BIGINT, dose BIGINT)"
    )
    numbered = [one for one, weight in zip(MEDICINES, WEIGHTS, strict=True) for _ in range(weight)]
    connection.executemany(
        "INSERT INTO medicines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, *one) for number, one in enumerate(numbered)],
    )
