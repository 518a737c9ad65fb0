"""Asking for a visit, and giving it up before the start."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xinglin.hospital.consultation import gate, law, people
from xinglin.hospital.consultation.access import REQUEST_VISIT
from xinglin.hospital.consultation.errors import (
    ConsentOutdated,
    EvidenceNeeded,
    PhysicianNotReceiving,
    VisitAlreadyOpen,
)
from xinglin.hospital.consultation.events import VisitCancelled, VisitRequested
from xinglin.hospital.consultation.models import ConsentGiven, ConsentText, Message, Questionnaire, Visit
from xinglin.hospital.consultation.parameters import consent_at
from xinglin.hospital.consultation.questions import Answers, age_months, read_answers
from xinglin.hospital.consultation.services import danger
from xinglin.hospital.consultation.services.clocks import set_clock
from xinglin.hospital.consultation.services.offering import (
    EVIDENCE_MOST,
    EvidenceOffer,
    Paper,
    check_paper,
    keep_paper,
)
from xinglin.hospital.consultation.services.referring import announce_referral
from xinglin.hospital.consultation.services.storing import append, note, say, tell
from xinglin.hospital.consultation.words import BEFORE_START, OPEN, DangerTier, MessageKind, Side, VisitState
from xinglin.hospital.decision_support.selectors import Signal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T

COMPLAINT_MOST = 1000
DANGER_IN_WORDS = "danger_words"
"""Closing code of a request that an emergency in the patient's own words has stopped."""


def request_visit(
    *,
    actor: Actor,
    id: UUID,
    person_id: UUID,
    physician_id: UUID,
    complaint: str,
    evidence: Sequence[EvidenceOffer],
    answers: Mapping[str, str],
    consent_version: str,
    now: datetime,
) -> Visit:
    """Ask a physician for a follow-up visit. The same id asks once.

    Neither an answer of danger nor an emergency in the patient's own words raises: the visit is written down as
    referred, nothing is charged, and the patient is told at once where to go. Raises InvalidForm or InvalidInput (a
    wrong field), EvidenceNeeded, ConsentOutdated, PhysicianNotReceiving, VisitAlreadyOpen, NotEligibleOnline (a rule of
    supervision), NotFound (a foreign person).
    """
    patient = _asked_for(actor, person_id)
    if earlier := Visit.objects.filter(id=id).first():
        if earlier.patient_id != person_id:
            raise NotFound
        return earlier
    complaint = _complaint(complaint)
    checked = read_answers(sex=patient.sex, months=age_months(patient.birth_on, civil_day(now)), given=answers)
    practice = people.practice(physician_id, now)
    visit = _new(actor, id, person_id, practice, complaint, now)
    heard = danger.heard_in(complaint, person_id, now)
    if checked.stopping:
        return _stop_for_danger(actor, visit, checked, now)
    if any(one.level == "emergency" for one in heard):
        return _stop_for_words(actor, visit, checked, heard, now)
    _consented(consent_version, now)
    papers = _papers(evidence, person_id, now)
    if not practice.on_duty:
        raise PhysicianNotReceiving
    law.permit_request(actor=actor, visit=visit, now=now)
    if Visit.objects.filter(patient_id=person_id, physician_id=physician_id, state__in=OPEN).exists():
        raise VisitAlreadyOpen
    try:
        with transaction.atomic():
            _write_request(actor, visit, checked, papers, now)
            danger.watch_words(visit, now)
    except IntegrityError as error:  # Two requests at once: the database lets one through.
        raise VisitAlreadyOpen from error
    return visit


def _new(
    actor: Actor, visit_id: UUID, person_id: UUID, practice: people.Practice, complaint: str, now: datetime
) -> Visit:
    return Visit(
        id=visit_id,
        patient_id=person_id,
        asked_by_id=actor.person_id,
        physician_id=practice.id,
        institution_id=practice.institution_id,
        department=practice.department,
        complaint=complaint,
        fee_code=practice.fee_code,
        fee_fen=practice.fee_fen,
        guardian_id=actor.person_id if actor.person_id != person_id else None,
        requested_at=now,
    )


def _consented(version: str, now: datetime) -> None:
    current = consent_at(now).version
    if version != current:
        raise ConsentOutdated(field="consent_version", current=current)


def _papers(evidence: Sequence[EvidenceOffer], person_id: UUID, now: datetime) -> list[Paper]:
    if not evidence:
        raise EvidenceNeeded(field="evidence")
    if len(evidence) > EVIDENCE_MOST:
        reason = T(zh="最多 {n} 份材料。", en="At most {n} papers.").with_(n=EVIDENCE_MOST)
        raise InvalidInput(field="evidence", reason=reason)
    return [check_paper(offer, person_id, now) for offer in evidence]


def screen_answers(*, actor: Actor, person_id: UUID, complaint: str, answers: Mapping[str, str], now: datetime) -> bool:
    """Whether the answers or the words of the complaint forbid online care; nothing is written.

    Raises InvalidForm naming what is wrong, NotFound.
    """
    patient = _asked_for(actor, person_id)
    wrong: list[InvalidInput] = []
    stops = False
    try:
        _complaint(complaint)
    except InvalidInput as error:
        wrong.append(error)
    try:
        months = age_months(patient.birth_on, civil_day(now))
        stops = bool(read_answers(sex=patient.sex, months=months, given=answers).stopping)
    except InvalidForm as form:
        wrong += form.errors
    if wrong:
        raise InvalidForm(wrong)
    return stops or any(one.level == "emergency" for one in danger.heard_in(complaint, person_id, now))


def _asked_for(actor: Actor, person_id: UUID) -> people.Patient:
    require(actor, REQUEST_VISIT)
    if not actor.acts_for(person_id):
        raise NotFound
    return people.patient(actor, person_id)


def _complaint(text: str) -> str:
    text = text.strip()
    if not 2 <= len(text) <= COMPLAINT_MOST:
        reason = T(
            zh="请用 2 到 {most} 个字说说这次要看什么。", en="Say in 2 to {most} characters what this visit is about."
        )
        raise InvalidInput(field="complaint", reason=reason.with_(most=COMPLAINT_MOST))
    return text


def _stop_for_danger(actor: Actor, visit: Visit, answers: Answers, now: datetime) -> Visit:
    """Write the visit down as sent to a hospital; the answers stay as evidence of what was asked and said."""
    tier: DangerTier = answers.stopping[0].tier
    detail = {"red_flags": [f.question_id for f in answers.stopping], "tier": tier.value}
    with transaction.atomic():
        _stopped(actor, visit, answers, tier.value, tier.zh, detail, now)
    return visit


def _stop_for_words(actor: Actor, visit: Visit, answers: Answers, heard: Sequence[Signal], now: datetime) -> Visit:
    """The same for an emergency in the patient's own words; the desk hears of it, and the words that were understood
    are shown, so that who was misunderstood can say it again.
    """
    name = "；".join(one.name.zh for one in heard)
    with transaction.atomic():
        _stopped(actor, visit, answers, DANGER_IN_WORDS, name, {"red_flags": [one.code for one in heard]}, now)
        danger.ring_for_request(visit, heard, now)
    return visit


def _stopped(
    actor: Actor, visit: Visit, answers: Answers, code: str, text: str, detail: dict[str, Any], now: datetime
) -> None:
    visit.state = VisitState.REFERRED
    visit.ended_at = now
    visit.closing_code = code
    visit.closing_text = text
    visit.save(force_insert=True)
    _keep_answers(visit, answers, now)
    note(actor, visit, "request_visit", now, outcome="stopped", detail=detail)
    announce_referral(visit, code, fee_due=False, now=now)


def _keep_answers(visit: Visit, answers: Answers, now: datetime) -> None:
    Questionnaire(
        visit=visit,
        version=answers.version,
        answers=answers.values,
        red_flags=[{"question": f.question_id, "tier": f.tier.value} for f in answers.flags],
        at=now,
    ).save(force_insert=True)


def _write_request(actor: Actor, visit: Visit, answers: Answers, papers: Sequence[Paper], now: datetime) -> None:
    set_clock(visit, now)
    visit.save(force_insert=True)
    _keep_answers(visit, answers, now)
    _keep_consent(actor, visit, now)
    for paper in papers:
        keep_paper(actor, visit, paper, now)
    first = Message(
        id=new_id(), side=Side.PATIENT, author_id=actor.id, kind=MessageKind.TEXT, body=visit.complaint, at=now
    )
    append(visit, first)
    note(
        actor,
        visit,
        "request_visit",
        now,
        detail={
            "physician": str(visit.physician_id),
            "evidence": [p.offer.kind for p in papers],
            "flags": [f.question_id for f in answers.flags],
            "fee_fen": visit.fee_fen,
        },
    )
    publish(
        VisitRequested(
            visit_id=visit.id,
            patient_id=visit.patient_id,
            physician_id=visit.physician_id,
            institution_id=visit.institution_id,
            fee_code=visit.fee_code,
            fee_fen=visit.fee_fen,
            at=now,
        )
    )
    tell(visit, "state")


def _keep_consent(actor: Actor, visit: Visit, now: datetime) -> None:
    consent = consent_at(now)
    text, _ = ConsentText.objects.get_or_create(
        version=consent.version,
        defaults={
            "zh": consent.text.zh,
            "en": consent.text.en,
            "sha256": consent.sha256,
            "from_on": consent.from_on,
        },
    )
    ConsentGiven(
        id=new_id(), visit=visit, text=text, sha256=text.sha256, by_id=actor.person_id or actor.id, at=now
    ).save(force_insert=True)


def cancel_visit(*, actor: Actor, visit_id: UUID, reason: str, now: datetime) -> Visit:
    """The patient gives a visit up before it begins; the fee goes back. Done twice it is done once.

    Raises WrongState after the start, NotFound.
    """
    require(actor, REQUEST_VISIT)
    visit = gate.visit_to_read(actor, visit_id)
    if not gate.is_patient_of(actor, visit):
        raise NotFound
    with transaction.atomic():
        visit = gate.lock(visit_id)
        if visit.state == VisitState.CANCELLED:
            return visit
        gate.in_state(visit, *BEFORE_START, deed=T(zh="取消", en="cancel it"))
        visit.state = VisitState.CANCELLED
        visit.ended_at = now
        visit.closing_code = "patient"
        visit.closing_text = reason.strip()[:500]
        visit.save(update_fields=["state", "ended_at", "closing_code", "closing_text"])
        say(visit, T(zh="患者取消了这次问诊。", en="The patient cancelled the visit."), now=now)
        note(actor, visit, "cancel_visit", now)
        publish(
            VisitCancelled(
                visit_id=visit.id,
                patient_id=visit.patient_id,
                physician_id=visit.physician_id,
                institution_id=visit.institution_id,
                reason="patient",
                at=now,
            )
        )
        tell(visit, "state")
    return visit
