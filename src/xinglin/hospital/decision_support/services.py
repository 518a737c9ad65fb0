"""The verbs: check, keep as evidence, accept with a reason, replay byte by byte."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from xinglin.clinical.assessment.case import BadCase as BadDiagnosisCase
from xinglin.clinical.assessment.diagnosing import diagnose
from xinglin.clinical.medicines.cards import SILENT_DAYS
from xinglin.clinical.medicines.checking import canonical, check, check_built
from xinglin.clinical.medicines.reading_patient import BadCase
from xinglin.hospital.decision_support import knowledge as tables
from xinglin.hospital.decision_support.access import ACCEPT_FINDING, CHECK_MEDICINES, DIAGNOSE, READ_EVIDENCE
from xinglin.hospital.decision_support.alarming import (
    STAND_DOWN_REASONS,
    Signal,
    Subject,
    acknowledge,
    escalate_due,
    leave_to_desk,
    raise_alarm,
    refer,
    stand_down,
)
from xinglin.hospital.decision_support.asking import (
    Asked,
    KnownAllergy,
    Ordered,
    PatientFacts,
    Result,
    Taken,
    amount_of,
    plain,
)
from xinglin.hospital.decision_support.building import build_case
from xinglin.hospital.decision_support.diagnosing import (
    Consulted,
    Diagnosis,
    DiagnosisReplayed,
    Spoken,
    correct_finding,
    diagnose_visit,
    keep_diagnosis,
    read_bad_case,
    replay_diagnosis,
)
from xinglin.hospital.decision_support.errors import FindingGone, MayNotBeAccepted, TooManyChecks
from xinglin.hospital.decision_support.models import Acceptance, CheckCount, CheckTicket
from xinglin.hospital.decision_support.monitoring import Line, listen
from xinglin.hospital.decision_support.proposing import (
    confirm_proposal,
    decline_proposal,
    fetch_proposals,
    request_proposals,
)
from xinglin.hospital.decision_support.selectors import accepted_of, visible
from xinglin.hospital.decision_support.where import Where, answer_question, describe
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology

__all__ = [
    "STAND_DOWN_REASONS",
    "Acceptance",
    "Advice",
    "Asked",
    "Consulted",
    "Diagnosis",
    "DiagnosisReplayed",
    "KnownAllergy",
    "Line",
    "Ordered",
    "PatientFacts",
    "Replayed",
    "Result",
    "Signal",
    "Spoken",
    "Subject",
    "Taken",
    "Where",
    "accept",
    "acknowledge",
    "amount_of",
    "answer_question",
    "check_case",
    "check_prescription",
    "confirm_proposal",
    "correct_finding",
    "decline_proposal",
    "describe",
    "diagnose_case",
    "diagnose_visit",
    "escalate_due",
    "fetch_proposals",
    "keep_diagnosis",
    "keep_evidence",
    "leave_to_desk",
    "listen",
    "raise_alarm",
    "refer",
    "replay",
    "replay_diagnosis",
    "request_proposals",
    "stand_down",
]
A_MINUTE_MAX = 120
REASONS = "medicine"
NEVER_ONLINE = frozenset({"online", ""})
"""Channels on which no reason answers a finding of tier X."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer of the check (docs/reference/check.md), what it was asked, and what was accepted before, by ticket."""

    patient_id: UUID
    given: Mapping[str, Any]
    answer: Mapping[str, Any]
    accepted: Mapping[str, Acceptance]

    @property
    def findings(self) -> list[dict[str, Any]]:
        """From the gravest."""
        return list(self.answer["findings"])

    @property
    def cards(self) -> list[dict[str, Any]]:
        """Merged by clinical problem; at most two interrupt."""
        return list(self.answer["cards"])

    def finding(self, ticket: str) -> dict[str, Any]:
        """The finding of a ticket. Raises FindingGone."""
        for one in self.findings:
            if one["ticket"] == ticket:
                return one
        raise FindingGone

    def line_of(self, place: str) -> str:
        """The caller's name of the line at a place such as ``orders[0]``."""
        role, _, index = place.removesuffix("]").partition("[")
        return str(self.given[role][int(index)]["line"])


def check_prescription(*, actor: Actor, asked: Asked, now: datetime) -> Advice:
    """Check a prescription for a patient. Nothing is stored. What the patient's physicians accepted stays silent."""
    require(actor, CHECK_MEDICINES)
    held = accepted_of(asked.patient_id, civil_day(now))
    days = {ticket: civil_day(row.at) for ticket, row in held.items()}
    given = plain(replace(asked, accepted=days))
    known = tables.knowledge_in_force()
    return Advice(asked.patient_id, given, check_built(build_case(given, known), known), held)


# EVIDENCE


@transaction.atomic
def keep_evidence(
    *, actor: Actor, advice: Advice, institution_id: UUID, subject_type: str, subject_id: UUID, now: datetime
) -> UUID:
    """Keep what went into a check and what came out; returns the id of the ticket."""
    require(actor, CHECK_MEDICINES)
    return _keep(actor, advice, institution_id, subject_type, subject_id, now).id


def _keep(
    actor: Actor, advice: Advice, institution_id: UUID, subject_type: str, subject_id: UUID, now: datetime
) -> CheckTicket:
    answer = canonical(dict(advice.answer))
    row = CheckTicket(
        id=new_id(),
        institution_id=institution_id,
        patient_id=advice.patient_id,
        subject_type=subject_type,
        subject_id=subject_id,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        given=canonical(dict(advice.given)),
        answer=answer,
        answer_sha256=hashlib.sha256(answer.encode()).hexdigest(),
        knowledge=advice.answer["knowledge"],
        at=now,
    )
    row.save(force_insert=True)
    return row


@dataclass(frozen=True, slots=True)
class Replayed:
    """Whether the same case gives the same bytes. Other tables may answer otherwise: `same_knowledge` says so."""

    same: bool
    same_knowledge: bool
    knowledge_then: str
    knowledge_now: str
    answer_now: Mapping[str, Any]


def replay(*, actor: Actor, log_id: UUID, now: datetime) -> Replayed:
    """Judge again what a ticket holds, and compare byte by byte. The reading is journaled. Raises NotFound."""
    require(actor, READ_EVIDENCE)
    row = visible(actor).filter(id=log_id).first()
    if row is None:
        raise NotFound
    known = tables.knowledge_in_force()
    again = check_built(build_case(json.loads(row.given), known), known)
    same = canonical(again) == row.answer
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="replay_check",
        object_type="check_ticket",
        object_id=row.id,
        now=now,
        outcome="done" if same else "differs",
    )
    return Replayed(same, known.digest == row.knowledge, row.knowledge, known.digest, again)


# ACCEPTING


@transaction.atomic
def accept(
    *,
    actor: Actor,
    advice: Advice,
    ticket: str,
    reason_code: str,
    text: str = "",
    remedy: str = "",
    institution_id: UUID,
    subject_id: UUID,
    now: datetime,
) -> Acceptance:
    """Accept a finding for the patient, with a coded reason: unchanged, it stays silent for 90 days. Once is enough.

    Raises FindingGone, MayNotBeAccepted (tier X online), InvalidInput (reason or text).
    """
    require(actor, ACCEPT_FINDING)
    found = advice.finding(ticket)
    if found["tier"] == "X" and advice.given["institution"]["channel"] in NEVER_ONLINE:
        raise MayNotBeAccepted(finding=T(**found["text"]))
    reason, words = _reason(reason_code, text)
    since = now - timedelta(days=SILENT_DAYS)
    held = Acceptance.objects.filter(patient_id=advice.patient_id, ticket=ticket, at__gt=since, at__lte=now).first()
    if held is not None:
        return held
    row = Acceptance(
        id=new_id(),
        institution_id=institution_id,
        patient_id=advice.patient_id,
        ticket=ticket,
        rule=found["rule"],
        tier=found["tier"],
        problem=found["problem"],
        row=found["row"],
        reason_code=reason,
        text=words,
        remedy=remedy[:80],
        evidence=_keep(actor, advice, institution_id, "acceptance", subject_id, now),
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
    )
    row.save(force_insert=True)
    _note_acceptance(actor, row, now)
    return row


def _note_acceptance(actor: Actor, row: Acceptance, now: datetime) -> None:
    told = ("ticket", "rule", "row", "tier", "reason_code", "remedy")
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="accept_finding",
        object_type="acceptance",
        object_id=row.id,
        now=now,
        detail={name: getattr(row, name) for name in told},
    )


def _reason(code: str, text: str) -> tuple[str, str]:
    known = {row.code: row for row in terminology.override_reasons(REASONS)}
    row, words = known.get(code), text.strip()
    if row is None:
        raise InvalidInput(field="reason", reason=T(zh="请从列表中选择理由。", en="Choose a reason from the list."))
    if row.needs_text and len(words) < 2:
        raise InvalidInput(field="text", reason=T(zh="这个理由需要写几个字说明。", en="This reason needs a few words."))
    if len(words) > 500:
        raise InvalidInput(field="text", reason=T(zh="最多 500 字。", en="At most 500 characters."))
    return code, words


# FOR OTHER PROGRAMS


def check_case(*, actor: Actor, given: Any, now: datetime) -> dict[str, Any]:
    """Check a case of the public contract (docs/reference/check.md). Nothing is stored but a count.

    Raises InvalidInput naming the field, TooManyChecks.
    """
    require(actor, CHECK_MEDICINES)
    _count(actor, now)
    try:
        return check(given, tables.knowledge_in_force())
    except BadCase as wrong:
        raise InvalidInput(field=wrong.place, reason=T(zh=f"{wrong.zh}。", en=f"{wrong.place} {wrong.en}.")) from wrong


def diagnose_case(*, actor: Actor, given: Any, now: datetime) -> dict[str, Any]:
    """Judge a case of the public contract (docs/reference/diagnose.md). Nothing is stored but a count.

    Raises InvalidInput naming the field, TooManyChecks.
    """
    require(actor, DIAGNOSE)
    _count(actor, now)
    try:
        return diagnose(given)
    except BadDiagnosisCase as wrong:
        raise read_bad_case(wrong) from wrong


@transaction.atomic
def _count(actor: Actor, now: datetime) -> None:
    """Count one question of an account in this minute. Raises TooManyChecks."""
    minute = now.replace(second=0, microsecond=0)
    row, new = CheckCount.objects.get_or_create(account_id=actor.id, minute_at=minute)
    if new:
        CheckCount.objects.filter(minute_at__lt=now - timedelta(hours=1)).delete()
        return
    if row.count >= A_MINUTE_MAX:
        raise TooManyChecks(most=A_MINUTE_MAX)
    CheckCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
