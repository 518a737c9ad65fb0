"""The check of medicines made of one prescription's facts, and its findings as rows of the lake."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Final

from xinglin.clinical.knowledge import Knowledge, load_knowledge
from xinglin.clinical.knowledge.units import Amount
from xinglin.clinical.medicines.allergens import resolve_allergen
from xinglin.clinical.medicines.assess import Assessment, assess
from xinglin.clinical.medicines.case import AllergyRecord, Case, Institution, Line, Part, Patient
from xinglin.clinical.medicines.finding import Finding
from xinglin.clinical.medicines.frequency import by_code
from xinglin.clinical.medicines.name_index import name_index
from xinglin.clinical.medicines.reading_patient import kidney_function, on_dialysis, read_results
from xinglin.supervision.facts import CareMode, Channel, ItemKind, Sex
from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.verdicts import Plain

SEXES: Final = {Sex.FEMALE: "F", Sex.MALE: "M"}
MODES: Final = {
    CareMode.INPATIENT: "inpatient",
    CareMode.EMERGENCY: "emergency",
    CareMode.OUTPATIENT: "outpatient",
}
DIAGNOSES: Final = ("encounter.diagnosis_code", "encounter.diagnosis_2_code", "encounter.diagnosis_3_code")
WANTED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "patient.egfr": ("renal",),
    "patient.crcl": ("renal",),
    "patient.child_pugh": ("hepatic",),
    "patient.weight_kg": ("dose",),
    "patient.pregnant": ("pregnancy",),
    "patient.pregnancy_weeks": ("pregnancy",),
    "patient.age_years": ("child", "elderly"),
    "patient.diagnoses": ("indication",),
    "patient.allergies": ("allergy",),
}
"""The kinds of findings that cannot be told where a fact is missing."""
KIN: Final = (frozenset({"renal", "hepatic", "laboratory"}), frozenset({"pregnancy", "lactation"}))
"""Kinds that the rules count together."""
GRAVE: Final = frozenset({"X", "D"})
MILD: Final = "C"
MASS: Final = "mass"
RESULT: Final = re.compile(r"([A-Z][A-Z0-9_]*)=(\d{1,9}(?:\.\d{1,6})?) ?([^|@]*)@(\d{4}-(?:0\d|1[0-2])-[0-3]\d)")
"""One entry of `patient.results`. What is written otherwise is not read, and then missed where it is needed."""
HISTORY_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the person beside the prescription: supplies (items), problems, allergies."""

    supplies: Sequence[Facts] = ()
    conditions: Sequence[Facts] = ()
    allergies: Sequence[Facts] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """How many findings each line has (0 where it was checked and nothing was found), and the rows."""

    counts: Mapping[str, int]
    rows: tuple[Facts, ...]
    assessment: Assessment


@lru_cache(maxsize=1)
def tables() -> Knowledge:
    """The tables of medicine that come with the package."""
    return load_knowledge()


def detect(visit: Mapping[str, Plain], lines: Sequence[Facts], around: Around, knowledge: Knowledge) -> Detection:
    """Check the lines of a prescription. `visit` holds the facts of encounter, patient and prescription.

    Decoction pieces and solvents are no medicines of the check and get no number; nor does a line of which a substance
    is not known: it is checked as far as it goes.
    """
    asked = [line for line in lines if line.get("line.id") and not _left_out(line)]
    if not asked:
        return Detection({}, (), assess(_case(visit, [], around, lines, knowledge), knowledge))
    case = _case(visit, asked, around, lines, knowledge)
    told = assess(case, knowledge)
    ids = {line.place: str(facts["line.id"]) for line, facts in zip(case.orders, asked, strict=True)}
    rows = [*_found(told, case, ids), *_open(told, case, ids)]
    rows += _unasked(told, around, case, ids)
    whole = [facts for facts in asked if _known_whole(facts, knowledge)]
    counts = {str(facts["line.id"]): 0 for facts in whole}
    for row in rows:
        if row["detected.tier"] is not None and row["detected.line_id"] in counts:
            counts[str(row["detected.line_id"])] += 1
    return Detection(counts, tuple(rows), told)


def _left_out(line: Facts) -> bool:
    return bool(line.get("line.decoction")) or bool(line.get("line.solvent"))


# FINDINGS AS ROWS


def _found(told: Assessment, case: Case, ids: Mapping[str, str]) -> Iterable[Facts]:
    for number, one in enumerate(told.findings):
        for place in one.places:
            if place in ids:
                tier, row = _tier(one, case), f"{one.table}/{one.row}"
                yield _row(ids[place], f"f{number}", one.kind, tier, row, one.over_permille)


def _tier(found: Finding, case: Case) -> str | None:
    """The finding's tier; None where it only supposes a pregnancy that nobody asked about: the law supposes nothing.

    A row that nobody has read a second time interrupts nobody on its own: it is not grave for the law either.
    """
    patient = case.patient
    if found.kind == "pregnancy" and patient.pregnant is None and patient.pregnancy_weeks is None:
        return None
    return found.tier if found.second or found.tier not in GRAVE else MILD


def _open(told: Assessment, case: Case, ids: Mapping[str, str]) -> Iterable[Facts]:
    """Kinds that a missing fact leaves open, once for each line that would have needed it.

    A kind of which something grave was found is not open: what is missing could only add to it.
    """
    grave = [one for one in told.findings if _tier(one, case) in GRAVE]
    seen = {(place, kind) for one in grave for place in one.places for kind in _kin(one.kind)}
    for one in told.unknown:
        kinds = WANTED_BY.get(one.fact, ("dose",) if one.fact.startswith("orders[") else ())
        for line in case.orders:
            touched = line.codes & set(one.suggestions) and (
                not one.fact.startswith("orders[") or line.place in one.fact
            )
            for kind in kinds if touched else ():
                if (line.place, kind) not in seen:
                    seen.add((line.place, kind))
                    yield _row(ids[line.place], f"u-{kind}", kind, None, one.fact, None)


def _unasked(told: Assessment, around: Around, case: Case, ids: Mapping[str, str]) -> Iterable[Facts]:
    """Where nobody asked for allergies, or what was said is not understood, no line is known to be borne."""
    if all(row.get("allergy.substance_code") for row in around.allergies):
        return
    allergies = [one for one in told.findings if one.kind == "allergy"]
    grave = {place for one in allergies if _tier(one, case) in GRAVE for place in one.places}
    for line in case.orders:
        if line.place not in grave:
            yield _row(ids[line.place], "u-allergy", "allergy", None, "patient.allergies", None)


def _kin(kind: str) -> frozenset[str]:
    return next((kinds for kinds in KIN if kind in kinds), frozenset({kind}))


def _row(line_id: str, name: str, kind: str, tier: str | None, row: str, over: int | None) -> Facts:
    return {
        "detected.id": f"{line_id}#{name}",
        "detected.line_id": line_id,
        "detected.kind": kind,
        "detected.tier": tier,
        "detected.row": row,
        "detected.over_permille": over,
    }


# FACTS AS A CASE


def _case(
    visit: Mapping[str, Plain], asked: Sequence[Facts], around: Around, lines: Sequence[Facts], knowledge: Knowledge
) -> Case:
    on = visit.get("prescription.on") or visit.get("encounter.on")
    day = on if isinstance(on, date) else None
    own = {line.get("line.id") for line in lines}
    orders = tuple(_line(number, facts, knowledge) for number, facts in enumerate(asked))
    held = [facts for facts in around.supplies if in_force(facts, day, own)] if day else []
    return Case(
        id=str(visit.get("prescription.id") or ""),
        on=day,
        patient=_patient(visit, day, around, knowledge),
        orders=orders,
        current=_current(held, visit, knowledge),
        institution=Institution(_channel(visit)),
    )


def in_force(item: Facts, on: date, own: set[Plain]) -> bool:
    """Another medicine that was supplied up to the day and is neither used up, taken back nor given in a stay."""
    begun, days = item.get("item.on"), item.get("item.supply_days")
    if item.get("item.kind") is not ItemKind.MEDICINE or item.get("item.line_id") in own - {None, ""}:
        return False
    if not isinstance(begun, date) or not isinstance(days, int) or begun > on:
        return False
    if item.get("item.refunded_milli") or item.get("encounter.care_mode") is CareMode.INPATIENT:
        return False
    return begun + timedelta(days=days) > on


def _current(items: Sequence[Facts], visit: Mapping[str, Plain], knowledge: Knowledge) -> tuple[Line, ...]:
    """What was supplied and lasts, and what the patient says to take from elsewhere; each combination once."""
    by_codes: dict[tuple[str, ...], Facts] = {}
    taken = filter(None, str(visit.get("patient.taken") or "").split("|"))
    told: list[Facts] = [{"item.ingredients": one.replace("+", "|"), "item.name_zh": one} for one in taken]
    for item in [*items, *told]:
        codes = _codes(item.get("item.ingredients"), knowledge)
        if codes:
            by_codes.setdefault(codes, item)
    return tuple(_held(number, codes, item) for number, (codes, item) in enumerate(sorted(by_codes.items())))


def _held(number: int, codes: tuple[str, ...], item: Facts) -> Line:
    herbs, patent = _patent(codes)
    parts = tuple(Part(code) for code in codes) + _hidden(codes)
    return Line(number, "current", str(item.get("item.name_zh") or ""), parts, herbs=herbs, patent=patent)


def _codes(value: Plain, knowledge: Knowledge) -> tuple[str, ...]:
    known = knowledge.names.ingredients
    return tuple(code for code in str(value or "").split("|") if code in known)


def _line(number: int, facts: Facts, knowledge: Knowledge) -> Line:
    codes = _codes(facts.get("line.ingredients"), knowledge)
    often = by_code(str(facts.get("line.frequency_code") or ""))
    single, times = facts.get("line.dose_micrograms"), often.per_day_high if often else None
    once = often is not None and often.code == "st"
    alone = len(codes) == 1 and isinstance(single, int)
    dose = Amount(Fraction(single), MASS) if alone and isinstance(single, int) else None
    daily = dose if once else (Amount(dose.value * times, MASS) if dose and times else None)
    days = facts.get("line.days")
    herbs, patent = _patent(codes)
    return Line(
        index=number,
        role="order",
        text=str(facts.get("line.drug_zh") or facts.get("line.drug_code") or ""),
        parts=tuple(Part(code, dose, daily) for code in codes) + _hidden(codes),
        name_zh=str(facts.get("line.drug_zh") or ""),
        name_en=str(facts.get("line.drug_en") or ""),
        route=str(facts.get("line.route_code") or ""),
        days=days if isinstance(days, int) else None,
        times=times,
        prn=facts.get("line.frequency_code") == "prn",
        single_dose=once,
        intents=frozenset({"switch"}) if facts.get("line.intended_combination") else frozenset(),
        herbs=herbs,
        patent=patent,
    )


def _known_whole(facts: Facts, knowledge: Knowledge) -> bool:
    codes = str(facts.get("line.ingredients") or "").split("|")
    return all(code in knowledge.names.ingredients for code in codes)


def _hidden(codes: tuple[str, ...]) -> tuple[Part, ...]:
    """The western substances that a patent medicine holds and its name does not say."""
    held = (code for one in codes for code in name_index().contains.get(one, ()))
    return tuple(Part(code) for code in dict.fromkeys(held) if code not in codes)


def _patent(codes: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The herbs of a patent medicine and its name in the tables; nothing for any other."""
    if len(codes) != 1 or codes[0] not in name_index().patents:
        return (), ""
    patent, herbs = name_index().patents[codes[0]]
    return herbs, patent


def _patient(visit: Mapping[str, Plain], on: date | None, around: Around, knowledge: Knowledge) -> Patient:
    born, weight, weeks = (
        visit.get("patient.birth_on"),
        visit.get("patient.weight_grams"),
        visit.get("patient.pregnancy_weeks"),
    )
    days = (on - born).days if isinstance(born, date) and on else None
    years = _years(born, on) if isinstance(born, date) and on else None
    diagnoses = tuple(dict.fromkeys([*_named(visit), *_problems(around, on)]))
    known = visit.get("patient.sex")
    sex = SEXES.get(known, "") if isinstance(known, Sex) else ""
    kilograms = Fraction(weight, 1000) if isinstance(weight, int) and weight > 0 else None
    labs, stale = read_results(list(_results(visit, on)), on, knowledge)
    egfr, crcl = kidney_function(years, sex, kilograms, labs, diagnoses)
    pregnant, lactating = visit.get("patient.pregnant"), visit.get("patient.lactating")
    return Patient(
        age_days=days,
        age_years=years,
        sex=sex,
        weight_kg=kilograms,
        pregnant=pregnant if isinstance(pregnant, bool) else None,
        pregnancy_weeks=weeks if isinstance(weeks, int) else None,
        lactating=lactating if isinstance(lactating, bool) else None,
        egfr=egfr,
        crcl=crcl,
        dialysis=on_dialysis(diagnoses),
        labs=labs,
        stale_labs=stale,
        allergies=tuple(_allergies(around, on, knowledge)),
        diagnoses=diagnoses,
    )


def _results(visit: Mapping[str, Plain], on: date | None) -> Iterable[dict[str, str]]:
    """Results as the check reads them. One that came after the day of writing is known now, and as fresh as can be."""
    for entry in str(visit.get("patient.results") or "").split("|"):
        if (read := RESULT.fullmatch(entry)) is not None:
            code, value, unit, day = read.groups()
            fresh = min(day, on.isoformat()) if on else ""
            yield {"code": code, "value": value, "unit": unit.strip(), "on": fresh}


def _years(born: date, on: date) -> Fraction:
    whole = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return Fraction(whole) if whole >= 1 else Fraction(max((on - born).days, 0), 365)


def _named(visit: Mapping[str, Plain]) -> Iterable[str]:
    return (str(visit[path]) for path in DIAGNOSES if visit.get(path))


def _problems(around: Around, on: date | None) -> Iterable[str]:
    for row in around.conditions:
        begun, ended = row.get("condition.from_on"), row.get("condition.until_on")
        if on and ((isinstance(begun, date) and begun > on) or (isinstance(ended, date) and ended < on)):
            continue
        if row.get("condition.code"):
            yield str(row["condition.code"])


def _allergies(around: Around, on: date | None, knowledge: Knowledge) -> Iterable[AllergyRecord]:
    for row in around.allergies:
        since, name = row.get("allergy.since_on"), str(row.get("allergy.substance_code") or "")
        codes = frozenset({name}) if name in knowledge.names.ingredients else resolve_allergen(name, knowledge)
        if codes and not (on and isinstance(since, date) and since > on):
            yield AllergyRecord(name, codes, "intolerance" if row.get("allergy.intolerance") else "any")


def _channel(visit: Mapping[str, Plain]) -> str:
    if visit.get("encounter.channel") is Channel.ONLINE:
        return "online"
    mode = visit.get("encounter.care_mode")
    return MODES.get(mode, "") if isinstance(mode, CareMode) else ""
