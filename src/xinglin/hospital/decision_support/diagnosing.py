"""Possible diagnoses of a visit: what was said and measured, as corrected by the physician, judged; kept and replayed.

Nothing is ordered, written into a record or signed here: the answer is for a physician to consider.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from xinglin.clinical.assessment.case import MOST_TEXT, BadCase
from xinglin.clinical.assessment.diagnosing import diagnose
from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.clinical.medicines.checking import canonical
from xinglin.hospital.decision_support.access import CORRECT_FINDING, DIAGNOSE, READ_EVIDENCE
from xinglin.hospital.decision_support.diagnosis_models import VERDICTS, Correction, DiagnosisTicket, Disagreement
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology

FIRST: Final = 5
"""A signed diagnosis among so many first conditions agrees; the same number as the tables are measured by."""
NAMED: Final = "known:"
PRESENT: Final[Mapping[str, bool | None]] = {"yes": True, "no": False, "unsure": None, "removed": None}
HISTORY: Final[Mapping[str, str]] = {
    "I10": "known-hypertension",
    "E10": "known-diabetes-type1",
    "E11": "known-diabetes",
    "E78": "known-hyperlipidaemia",
    "I20": "known-coronary-disease",
    "I25": "known-coronary-disease",
    "I48": "known-atrial-fibrillation",
    "I50": "known-heart-failure",
    "J44": "known-lung-disease",
    "J45": "known-asthma",
    "N18": "known-kidney-disease",
    "G20": "known-parkinson",
    "G40": "known-epilepsy",
    "M10": "known-gout",
    "M81": "known-osteoporosis",
    "B18": "known-liver-disease",
    "K74": "known-cirrhosis",
}
"""Lasting diseases by category of ICD-10, as findings of the tables."""
TAKING: Final[Mapping[str, str]] = {
    "A02BA": "ppi-use",
    "A02BC": "ppi-use",
    "A03FA01": "metoclopramide-use",
    "B01AA": "anticoagulant-use",
    "B01AB": "anticoagulant-use",
    "B01AE": "anticoagulant-use",
    "B01AF": "anticoagulant-use",
    "C01AA": "digoxin-use",
    "C01BD01": "amiodarone-use",
    "C03": "diuretic-use",
    "C07": "beta-blocker-use",
    "C08": "calcium-blocker-use",
    "C09A": "acei-use",
    "C09B": "acei-use",
    "C10AA": "statin-use",
    "H02": "steroid-use",
    "H03B": "antithyroid-use",
    "L04AX03": "methotrexate-use",
    "M01A": "nsaid-use",
    "M05B": "bisphosphonate-use",
    "N03": "anticonvulsant-use",
    "N05AN": "lithium-use",
    "N06A": "antidepressant-use",
    "R03BA": "inhaled-steroid",
}
"""Medicines in use by the beginning of their ATC code, as findings of the tables."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance: the number of its message (0 is the complaint), who spoke (patient or doctor), the words."""

    seq: int
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Consulted:
    """What is known of a visit, in plain values. `person` and `vitals` as in docs/reference/diagnose.md."""

    institution_id: UUID
    patient_id: UUID
    visit_id: UUID
    department: str
    spoken: tuple[Spoken, ...]
    on: date
    person: Mapping[str, Any] = field(default_factory=dict)
    vitals: Mapping[str, float] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    taking: tuple[str, ...] = ()
    """ATC codes of medicines from elsewhere."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The case as it was judged, its answer, the physician's corrections by code, the message of each turn."""

    consulted: Consulted
    given: Mapping[str, Any]
    answer: Mapping[str, Any]
    corrections: Mapping[str, str]
    messages: tuple[int, ...]


def diagnose_visit(*, actor: Actor, consulted: Consulted, now: datetime) -> Diagnosis:
    """Judge what is known of a visit now. Nothing is stored."""
    require(actor, DIAGNOSE)
    corrections = corrections_of(consulted.visit_id, now)
    spoken = _fitting(consulted.spoken)
    given = _case(consulted, spoken, corrections)
    return Diagnosis(consulted, given, diagnose(given), corrections, tuple(one.seq for one in spoken))


def corrections_of(visit_id: UUID, at: datetime) -> dict[str, str]:
    """The physician's latest word about each finding; what was taken back is left out."""
    rows = Correction.objects.filter(subject_id=visit_id, at__lte=at).order_by("at", "id")
    latest = dict(rows.values_list("code", "verdict"))
    return {code: verdict for code, verdict in latest.items() if verdict != "as_read"}


def _fitting(spoken: tuple[Spoken, ...]) -> tuple[Spoken, ...]:
    """The complaint, and as many of the latest utterances as the reader takes."""
    room = MOST_TEXT - sum(len(one.text) for one in spoken[:1])
    kept: list[Spoken] = []
    for one in reversed(spoken[1:]):
        room -= len(one.text)
        if room < 0:
            break
        kept.append(one)
    return (*spoken[:1], *reversed(kept))


def _case(consulted: Consulted, spoken: tuple[Spoken, ...], corrections: Mapping[str, str]) -> dict[str, Any]:
    known = load_conditions()
    lasting = dict.fromkeys(HISTORY[code[:3]] for code in consulted.history if code[:3] in HISTORY)
    taken = dict.fromkeys(code for atc in consulted.taking for start, code in TAKING.items() if atc.startswith(start))
    findings: dict[str, bool | None] = {code: True for code in (*lasting, *taken) if code in known.findings}
    findings |= {code: PRESENT[verdict] for code, verdict in corrections.items() if verdict in PRESENT}
    vitals = {name: value for name, value in consulted.vitals.items() if _plausible(name, value)}
    return {
        "id": str(consulted.visit_id),
        "turns": [{"speaker": one.speaker, "text": one.text} for one in spoken],
        "language": "auto",
        **{name: value for name, value in consulted.person.items() if value is not None},
        "findings": [{"code": code, "present": present} for code, present in findings.items()],
        "vitals": vitals,
        "on": consulted.on.isoformat(),
    }


def _plausible(name: str, value: float) -> bool:
    """Whether the reader takes the number: one wrong entry must not hide everything else."""
    quantity = load_conditions().quantities.get(name)
    if quantity is None:
        return False
    return (quantity.low is None or value >= quantity.low) and (quantity.high is None or value <= quantity.high)


# CORRECTING


def correct_finding(*, actor: Actor, consulted: Consulted, code: str, verdict: str, now: datetime) -> Correction:
    """Say of one finding of a visit: yes, no, unsure, removed, or as_read (take it back). Raises InvalidInput."""
    require(actor, CORRECT_FINDING)
    known = load_conditions()
    if code not in known.findings and code.removeprefix(NAMED) not in known.conditions:
        words = T(zh="没有这项表现，请从搜索结果中选择。", en="There is no such finding; choose from the search.")
        raise InvalidInput(field="code", reason=words)
    if verdict not in VERDICTS:
        words = T(zh="请选择有、没有、不确定或移除。", en="Choose yes, no, not sure or remove.")
        raise InvalidInput(field="verdict", reason=words)
    row = Correction(
        id=new_id(),
        institution_id=consulted.institution_id,
        patient_id=consulted.patient_id,
        subject_id=consulted.visit_id,
        code=code,
        verdict=verdict,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        journal.write(
            actor=actor,
            institution_id=consulted.institution_id,
            verb="correct_finding",
            object_type="visit",
            object_id=consulted.visit_id,
            now=now,
            detail={"code": code, "verdict": verdict},
        )
    return row


# EVIDENCE


@transaction.atomic
def keep_diagnosis(
    *, actor: Actor, diagnosis: Diagnosis, moment: str, signed: tuple[str, ...] = (), now: datetime
) -> DiagnosisTicket:
    """Keep what was judged: when a draft is taken over (`draft`), or when the record is signed with its diagnoses.

    A main diagnosis that is not among the first five is noted for the quality of the tables, unless the answer itself
    said that too little was known.
    """
    require(actor, DIAGNOSE)
    consulted, answer = diagnosis.consulted, canonical(dict(diagnosis.answer))
    row = DiagnosisTicket(
        id=new_id(),
        institution_id=consulted.institution_id,
        patient_id=consulted.patient_id,
        subject_id=consulted.visit_id,
        department=consulted.department,
        moment=moment,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        given=canonical(dict(diagnosis.given)),
        answer=answer,
        answer_sha256=hashlib.sha256(answer.encode()).hexdigest(),
        knowledge=diagnosis.answer["knowledge"],
        insufficient=diagnosis.answer["insufficient"] is not None,
        at=now,
    )
    row.save(force_insert=True)
    if moment == "signed" and signed and not row.insufficient:
        _compare(row, diagnosis.answer, signed[0])
    return row


def _compare(ticket: DiagnosisTicket, answer: Mapping[str, Any], code: str) -> None:
    place = place_of(answer, code)
    if place is not None and place <= FIRST:
        return
    Disagreement(
        id=new_id(),
        ticket=ticket,
        institution_id=ticket.institution_id,
        department=ticket.department,
        code=code,
        place=place,
        at=ticket.at,
    ).save(force_insert=True)


def place_of(answer: Mapping[str, Any], code: str) -> int | None:
    """At which place of the differential a diagnosis of ICD-10 stands, by code, category or chronic disease."""
    for number, one in enumerate(answer["differential"], start=1):
        if terminology.equivalent_diagnoses(one["icd10"], code):
            return number
    return None


@dataclass(frozen=True, slots=True)
class DiagnosisReplayed:
    """Whether the same case gives the same bytes; other tables may answer otherwise (`same_knowledge`)."""

    same: bool
    same_knowledge: bool
    knowledge_then: str
    answer_now: Mapping[str, Any]


def replay_diagnosis(*, actor: Actor, ticket_id: UUID, now: datetime) -> DiagnosisReplayed:
    """Judge again what a ticket holds and compare byte by byte. The reading is journaled. Raises NotFound."""
    require(actor, READ_EVIDENCE)
    row = _ticket(actor, ticket_id)
    again = diagnose(json.loads(row.given))
    same = canonical(again) == row.answer
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="replay_diagnosis",
        object_type="diagnosis_ticket",
        object_id=row.id,
        now=now,
        outcome="done" if same else "differs",
    )
    return DiagnosisReplayed(same, again["knowledge"] == row.knowledge, row.knowledge, again)


def _ticket(actor: Actor, ticket_id: UUID) -> DiagnosisTicket:
    """The ticket for its physician, or for the house's readers. Raises NotFound."""
    row = DiagnosisTicket.objects.filter(id=ticket_id).first()
    if row is not None:
        own = actor.has(Role.PHYSICIAN) and row.actor_id == actor.id
        house = actor.has(Role.MEDICAL_AFFAIRS, Role.AUDITOR) and row.institution_id in actor.institution_ids
        if own or house or actor.has(Role.SYSTEM):
            return row
    raise NotFound


# FOR PROGRAMS AND FOR PATIENTS


def read_bad_case(wrong: BadCase) -> InvalidInput:
    """The refusal of a case as a field that is wrong."""
    return InvalidInput(field=wrong.field, reason=T(zh=wrong.zh, en=f"{wrong.field} {wrong.en}"))
