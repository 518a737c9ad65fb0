"""Reading the patient of a case: what was given, in the units of the tables, and what follows from it by formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge, rows
from xinglin.clinical.medicines.case import AllergyRecord, LabValue, Patient, Unknown
from xinglin.clinical.medicines.kidney import ckd_epi_2021, cockcroft_gault, stage_by_diagnosis
from xinglin.clinical.medicines.truth import has_prefix

SEXES: Final = {
    "f": "F",
    "female": "F",
    "女": "F",
    "女性": "F",
    "m": "M",
    "male": "M",
    "男": "M",
    "男性": "M",
    "": "",
    "unknown": "",
    "未知": "",
}
REACTIONS: Final = {
    "": "any",
    "any": "any",
    "immediate": "immediate",
    "anaphylaxis": "severe",
    "severe": "severe",
    "sjs": "severe",
    "intolerance": "intolerance",
    "delayed": "any",
    "rash": "any",
}
KNOWN: Final = frozenset(
    {"age_years", "birth_date", "sex", "weight_kg", "height_cm", "pregnant", "pregnancy_weeks", "lactating", "egfr"}
    | {"crcl", "dialysis", "child_pugh", "labs", "allergies", "diagnoses"}
)
DIAGNOSIS: Final = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?([xX]\d{2,4})?[+*]?")
OLDEST: Final = 130
HEAVIEST: Final = 650
DIALYSIS: Final = ("Z99.2", "Z49", "N18.6")


class BadCase(ValueError):
    """A case that cannot be read. `place` names the field; the sentences say what would be right."""

    def __init__(self, place: str, zh: str, en: str) -> None:
        self.place, self.zh, self.en = place, zh, en
        super().__init__(f"{place}: {en}")


def number(value: Any, place: str) -> Fraction | None:
    """A number given as a number or a text, exactly; None where it is not given. Raises BadCase."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise BadCase(place, "应为数字", "must be a number")
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise BadCase(place, f"“{str(value)[:40]}”不是数字", f"{str(value)[:40]!r} is no number") from None
    if not found.is_finite() or found < 0 or abs(found.as_tuple().exponent) > 12 or found > 10**12:  # type: ignore[arg-type]
        raise BadCase(place, "应为不小于0的有限数字", "must be a finite number from 0 up")
    return Fraction(found)


def flag(value: Any, place: str) -> bool | None:
    """True, false or not given. Raises BadCase."""
    if value is None or isinstance(value, bool):
        return value
    raise BadCase(place, "应为true或false", "must be true or false")


def day(value: Any, place: str) -> date | None:
    """A day such as 2026-11-22, or None where it is not given. Raises BadCase."""
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise BadCase(place, "应为日期，如2026-11-22", "must be a day such as 2026-11-22") from None


Resolve = Callable[[str], frozenset[str]]
"""Substances and classes that a text about an allergy names; empty where it is not understood."""


def read_patient(
    given: Any, on: date | None, knowledge: Knowledge, resolve: Resolve
) -> tuple[Patient, tuple[Unknown, ...]]:
    """The patient of a case, and what of it could not be understood. Raises BadCase."""
    if not isinstance(given, Mapping):
        raise BadCase("patient", "应为对象", "must be an object")
    for name in given:
        if name not in KNOWN:
            raise BadCase(f"patient.{name}", "不是已知字段", f"is no field; known are {', '.join(sorted(KNOWN))}")
    unknown: list[Unknown] = []
    years, days = _age(given, on)
    sex = _sex(given.get("sex"))
    weight = number(given.get("weight_kg"), "patient.weight_kg")
    if weight is not None and not 0 < weight <= HEAVIEST:
        raise BadCase("patient.weight_kg", "体重应在0到650千克之间", "must be above 0 and at most 650")
    diagnoses = _diagnoses(given.get("diagnoses"), unknown)
    labs, stale = _labs(given.get("labs"), on, knowledge, unknown)
    egfr, crcl = _kidney(given, years, sex, weight, labs, diagnoses)
    weeks = number(given.get("pregnancy_weeks"), "patient.pregnancy_weeks")
    if weeks is not None and weeks > 45:
        raise BadCase("patient.pregnancy_weeks", "孕周应为0到45", "must be from 0 to 45")
    pregnant = flag(given.get("pregnant"), "patient.pregnant")
    patient = Patient(
        age_days=days,
        age_years=years,
        sex=sex,
        weight_kg=weight,
        height_cm=number(given.get("height_cm"), "patient.height_cm"),
        pregnant=True if weeks is not None and pregnant is None else pregnant,
        pregnancy_weeks=None if weeks is None else int(weeks),
        lactating=flag(given.get("lactating"), "patient.lactating"),
        egfr=egfr,
        crcl=crcl,
        dialysis=bool(flag(given.get("dialysis"), "patient.dialysis")) or on_dialysis(diagnoses),
        child_pugh=_child_pugh(given.get("child_pugh")),
        labs=labs,
        stale_labs=stale,
        allergies=_allergies(given, resolve, unknown),
        diagnoses=diagnoses,
    )
    return patient, tuple(unknown)


def _age(given: Mapping[str, Any], on: date | None) -> tuple[Fraction | None, int | None]:
    years = number(given.get("age_years"), "patient.age_years")
    born = day(given.get("birth_date"), "patient.birth_date")
    if born is not None:
        if on is None:
            if years is None:
                raise BadCase("on", "给出出生日期时须给出病例日期on", "a birth date needs the day of the case, `on`")
        elif born > on:
            raise BadCase("patient.birth_date", "晚于病例日期", "is after the day of the case")
        else:
            whole = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
            return Fraction(whole) if whole >= 1 else Fraction((on - born).days, 365), (on - born).days
    if years is not None and years > OLDEST:
        raise BadCase("patient.age_years", "年龄应为0到130岁", "must be from 0 to 130")
    # A bare age in years stands for its birthday: a year of 365.25 days, rounded up, so that 18 is never below 18.
    return years, None if years is None else -((-years * 1461) // 4)


def _sex(value: Any) -> str:
    text = "" if value is None else str(value).strip().lower()
    if text not in SEXES:
        raise BadCase("patient.sex", "应为F、M或空", "must be F, M or empty")
    return SEXES[text]


def _child_pugh(value: Any) -> str:
    text = "" if value is None else str(value).strip().upper()
    if text not in {"", "A", "B", "C"}:
        raise BadCase("patient.child_pugh", "应为A、B或C", "must be A, B or C")
    return text


def _list(value: Any, place: str) -> Sequence[Any]:
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadCase(place, "应为列表", "must be a list")
    return value


def _diagnoses(value: Any, unknown: list[Unknown]) -> tuple[str, ...]:
    found = []
    for number_, entry in enumerate(_list(value, "patient.diagnoses")):
        place = f"patient.diagnoses[{number_}]"
        code = str(entry.get("code", "") if isinstance(entry, Mapping) else entry).strip().upper()
        if DIAGNOSIS.fullmatch(code):
            found.append(_dotted(code))
        elif re.fullmatch(r"[A-Z]\d[0-9A-Z]\d{1,4}", code):
            found.append(_dotted(f"{code[:3]}.{code[3:]}"))
        else:
            unknown.append(
                Unknown(place, "diagnosis", "不是ICD-10编码，未参与核查", "is no ICD-10 code and was not used")
            )
    return tuple(dict.fromkeys(found))


def _dotted(code: str) -> str:
    return code.rstrip("+*").split("X")[0] if "X" in code[4:] else code.rstrip("+*")


def _labs(
    value: Any, on: date | None, knowledge: Knowledge, unknown: list[Unknown]
) -> tuple[dict[str, LabValue], frozenset[str]]:
    by_name = {name.lower(): lab for lab in knowledge.rows(rows.Lab) for name in (lab.code, *lab.aliases)}
    found: dict[str, LabValue] = {}
    stale: set[str] = set()
    for number_, entry in enumerate(_list(value, "patient.labs")):
        place = f"patient.labs[{number_}]"
        if not isinstance(entry, Mapping):
            raise BadCase(place, "应为对象：code、value、unit、on", "must be an object: code, value, unit, on")
        lab = by_name.get(str(entry.get("code", "")).strip().lower())
        if lab is None:
            unknown.append(Unknown(f"{place}.code", "lab", "未知的检验项目", "is no laboratory value of the tables"))
            continue
        measured = _measured(entry, lab, place, unknown)
        if measured is None:
            continue
        days = _days_old(entry, on, place)
        if days is not None and days > lab.valid_days:
            stale.add(lab.code)
            continue
        if lab.code not in found or (days is not None and days <= (found[lab.code].days_old or 0)):
            found[lab.code] = LabValue(measured, days)
    return found, frozenset(stale - set(found))


def read_results(
    given: Sequence[Mapping[str, Any]], on: date | None, knowledge: Knowledge
) -> tuple[dict[str, LabValue], frozenset[str]]:
    """Laboratory values in the units of the tables, and the codes of those that are too old; what cannot be used is
    left out, so that it is missed where it is needed. Raises BadCase."""
    return _labs(given, on, knowledge, [])


def _days_old(entry: Mapping[str, Any], on: date | None, place: str) -> int | None:
    taken = day(entry.get("on"), f"{place}.on")
    if taken is None or on is None:
        return None
    if taken > on:
        raise BadCase(f"{place}.on", "晚于病例日期", "is after the day of the case")
    return (on - taken).days


def _measured(entry: Mapping[str, Any], lab: rows.Lab, place: str, unknown: list[Unknown]) -> Fraction | None:
    value = number(entry.get("value"), f"{place}.value")
    if value is None:
        raise BadCase(f"{place}.value", "缺少数值", "a value is missing")
    unit = str(entry.get("unit") or lab.unit).strip()
    factors = {lab.unit.lower(): Fraction(1)}
    for other in lab.units:
        name, _, factor = other.rpartition("*")
        factors[name.strip().lower()] = Fraction(factor)
    if unit.lower().replace("μ", "µ") not in {one.replace("μ", "µ") for one in factors}:
        unknown.append(
            Unknown(f"{place}.unit", "unit", f"{lab.code}的单位无法识别", f"the unit of {lab.code} is not known")
        )
        return None
    times = next(f for one, f in factors.items() if one.replace("μ", "µ") == unit.lower().replace("μ", "µ"))
    converted: Fraction = value * times
    low, high = lab.plausible_low, lab.plausible_high
    if (low is not None and converted < low) or (high is not None and converted > high):
        unknown.append(
            Unknown(
                f"{place}.value",
                "value",
                f"{lab.code}的数值不合常理，未参与核查；请核对数值和单位",
                f"{lab.code} is not plausible and was not used; check value and unit",
            )
        )
        return None
    return converted


def _kidney(
    given: Mapping[str, Any],
    years: Fraction | None,
    sex: str,
    weight: Fraction | None,
    labs: Mapping[str, LabValue],
    diagnoses: tuple[str, ...],
) -> tuple[Fraction | None, Fraction | None]:
    egfr = number(given.get("egfr"), "patient.egfr")
    crcl = number(given.get("crcl"), "patient.crcl")
    creatinine = labs.get("CR")
    if egfr is None and "EGFR" in labs:
        egfr = labs["EGFR"].value
    if egfr is None and creatinine is not None and years is not None and years >= 18 and sex:
        egfr = ckd_epi_2021(creatinine.value, years, sex)
    if crcl is None and creatinine is not None and years is not None and years >= 18 and sex and weight:
        crcl = cockcroft_gault(creatinine.value, years, sex, weight)
    if egfr is None and crcl is None:
        egfr = stage_by_diagnosis(diagnoses)
    # Where only one is known it stands for the other: labels name one, laboratories report the other.
    return (egfr if egfr is not None else crcl, crcl if crcl is not None else egfr)


def kidney_function(
    years: Fraction | None, sex: str, weight: Fraction | None, labs: Mapping[str, LabValue], diagnoses: tuple[str, ...]
) -> tuple[Fraction | None, Fraction | None]:
    """Filtration and clearance from results by formula, else from a coded stage of kidney disease; None: not known."""
    return _kidney({}, years, sex, weight, labs, diagnoses)


def on_dialysis(diagnoses: tuple[str, ...]) -> bool:
    """A diagnosis says so."""
    return bool(has_prefix(diagnoses, DIALYSIS))


def _allergies(given: Mapping[str, Any], resolve: Resolve, unknown: list[Unknown]) -> tuple[AllergyRecord, ...] | None:
    if "allergies" not in given or given["allergies"] is None:
        return None
    found = []
    for number_, entry in enumerate(_list(given["allergies"], "patient.allergies")):
        place = f"patient.allergies[{number_}]"
        text = str(entry.get("substance", "") if isinstance(entry, Mapping) else entry).strip()
        reaction = str(entry.get("reaction") or "" if isinstance(entry, Mapping) else "").strip().lower()
        codes = resolve(text)
        if not codes:
            unknown.append(
                Unknown(
                    place,
                    "allergy",
                    "无法识别过敏原，未参与核查；请写成分或类别名称",
                    "the substance is not understood and was not used; name a substance or a class",
                )
            )
            continue
        found.append(AllergyRecord(text, codes, REACTIONS.get(reaction, "any")))
    return tuple(found)
