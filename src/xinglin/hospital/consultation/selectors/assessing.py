"""What a visit tells for possible diagnoses: gathered here in plain values, judged by decision support below."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from xinglin.clinical.knowledge import load_knowledge
from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.hospital.consultation import gate, people
from xinglin.hospital.consultation.access import REQUEST_VISIT, SEE_PATIENTS
from xinglin.hospital.consultation.measures import HEIGHT, OF_VITALS, WEIGHT
from xinglin.hospital.consultation.models import Message, Record, Visit
from xinglin.hospital.consultation.parameters import vitals
from xinglin.hospital.consultation.selectors.history import problems
from xinglin.hospital.consultation.selectors.told import ToldFacts, told_facts
from xinglin.hospital.consultation.standing import Reading
from xinglin.hospital.consultation.words import MessageKind, Side
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.services import Consulted, Diagnosis, Spoken
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound

DAYS_OF_A_YEAR: Final = 365.25
FRESH_DAYS: Final = 1
"""A vital sign of an earlier day says nothing of today (the house's own choice)."""
VITAL: Final[Mapping[str, str]] = {
    "TEMP": "temperature",
    "HR": "heart_rate",
    "SBP": "sbp",
    "DBP": "dbp",
    "SPO2": "spo2",
    "GLU": "glucose",
}
LABORATORY: Final[Mapping[str, str]] = {
    "K": "potassium",
    "NA": "sodium",
    "CR": "creatinine",
    "EGFR": "egfr",
    "INR": "inr",
    "ALT": "alt",
    "HB": "hb",
    "PLT": "platelets",
    "UA": "uric_acid",
    "HBA1C": "hba1c",
    "TSH": "tsh",
}
RESPIRATION: Final = "respiration_rpm"


def assess_visit(*, actor: Actor, visit_id: UUID, now: datetime) -> Diagnosis:
    """Possible diagnoses of a visit, for its physician. Raises NotFound."""
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    return decision_support.diagnose_visit(actor=actor, consulted=consulted_of(actor, visit, now), now=now)


def told_person(*, actor: Actor, person_id: UUID, now: datetime) -> dict[str, Any]:
    """Age, sex and pregnancy of oneself or one's ward, for questions before a visit. Raises NotFound."""
    require(actor, REQUEST_VISIT)
    if not actor.acts_for(person_id):
        raise NotFound
    return _person(actor, person_id, told_facts(person_id=person_id, at=now), now)


def consulted_of(actor: Actor, visit: Visit, now: datetime) -> Consulted:
    """Complaint and conversation, age, sex, pregnancy, what was measured, lasting diseases."""
    told = told_facts(person_id=visit.patient_id, at=now)
    return Consulted(
        institution_id=visit.institution_id,
        patient_id=visit.patient_id,
        visit_id=visit.id,
        department=visit.department,
        spoken=tuple(_spoken(visit)),
        on=civil_day(now),
        person=_person(actor, visit.patient_id, told, now),
        vitals=dict(_measured(told, now)) | dict(_of_record(visit)),
        history=tuple(_history(visit, now)),
        taking=tuple(_taking(told)),
    )


def _spoken(visit: Visit) -> Iterator[Spoken]:
    """The complaint and what both sides wrote; pictures and what the system says are left out."""
    sides = {Side.PATIENT.value: "patient", Side.PHYSICIAN.value: "doctor"}
    rows = Message.objects.filter(visit=visit, kind=MessageKind.TEXT, side__in=list(sides)).order_by("seq")
    said = list(rows.values_list("seq", "side", "body"))
    if not said or said[0][2] != visit.complaint:  # Usually the complaint is the first message; once is enough.
        yield Spoken(0, "patient", visit.complaint)
    for seq, side, body in said:
        yield Spoken(seq, sides[side], body)


def _person(actor: Actor, person_id: UUID, told: ToldFacts, now: datetime) -> dict[str, Any]:
    patient = people.patient(actor, person_id)
    person: dict[str, Any] = {
        "age_years": max(0.0, round((civil_day(now) - patient.birth_on).days / DAYS_OF_A_YEAR, 2))
    }
    if patient.sex in {"F", "M"}:
        person["sex"] = patient.sex
    if patient.sex == "F":
        person |= {"pregnant": told.life.pregnant, "pregnancy_weeks": told.life.weeks}
    return person


def _measured(told: ToldFacts, now: datetime) -> Iterator[tuple[str, float]]:
    today = civil_day(now)
    known = load_conditions().quantities
    for code, reading in told.readings.items():
        if code in VITAL and (today - reading.on) <= timedelta(days=FRESH_DAYS):
            yield VITAL[code], float(reading.value)
        if code in LABORATORY and not reading.stale and _same_unit(reading.unit, known[LABORATORY[code]].unit):
            yield LABORATORY[code], float(reading.value)
    if mass := _mass_index(told.readings):
        yield "bmi", mass


def _same_unit(one: str, other: str) -> bool:
    plain = [unit.lower().replace("µ", "u").replace("μ", "u") for unit in (one, other)]
    return plain[0] == plain[1] or not other


def _mass_index(readings: Mapping[str, Reading]) -> float | None:
    if WEIGHT not in readings or HEIGHT not in readings:
        return None
    metres = float(readings[HEIGHT].value) / 100
    return round(float(readings[WEIGHT].value) / metres**2, 1) if metres else None


def _of_record(visit: Visit) -> Iterator[tuple[str, float]]:
    """Vital signs of this visit's own record, as far as it is written."""
    record = Record.objects.filter(visit=visit).first()
    known = vitals()
    for code, value in (record.vitals if record else {}).items():
        if code == RESPIRATION:
            yield "resp_rate", float(value)
        elif code in OF_VITALS and OF_VITALS[code][0] in VITAL and code in known:
            yield VITAL[OF_VITALS[code][0]], value / OF_VITALS[code][1]


def _taking(told: ToldFacts) -> Iterator[str]:
    known = load_knowledge().names.ingredients
    for row in told.taken:
        for code in row.codes if not row.held else ():
            yield from known[code].atc if code in known else ()


def _history(visit: Visit, now: datetime) -> Iterator[str]:
    for row in visit.evidence.all():
        yield row.diagnosis_code
    for problem in problems(person_id=visit.patient_id, at=now):
        yield str(problem["condition.code"])
