"""A language model beside the physician: asked on a click, answered by a job, its proposals confirmed or declined.

What it says is kept as proposals and nowhere else. `diagnose_visit`, the monitor of danger and the record never read
these rows; a confirmed finding becomes a correction, which is the physician's own word.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from xinglin.clinical.assessment.masking import Leak, mask, refuse_leak
from xinglin.clinical.assessment.suggesting import (
    Suggested,
    Unreadable,
    Utterance,
    build_messages,
    read_suggestions,
)
from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.hospital.decision_support.access import CORRECT_FINDING, DIAGNOSE, KEEP_PROPOSALS
from xinglin.hospital.decision_support.diagnosing import Consulted, Diagnosis, correct_finding, diagnose_visit
from xinglin.hospital.decision_support.errors import AskedTooOften, NoLanguageModel, ProposalAnswered
from xinglin.hospital.decision_support.ports import LanguageModel, ModelCard, ModelTrouble
from xinglin.hospital.decision_support.proposal_models import ModelOutcome, ModelRequest, Proposal, ProposalAnswer
from xinglin.hospital.decision_support.understanding import name_of
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.texts import T

LOG = logging.getLogger(__name__)
ASKED_MOST: Final = 20
"""Requests a visit: this hospital's own choice."""
GIVEN_UP_AFTER: Final = timedelta(minutes=5)
"""A request without an outcome for so long is taken for lost, and may be made again."""
SENT_MOST: Final = 8_000
"""Characters of conversation that are sent: the complaint and the end of the talk."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal as it is shown: by name, with the patient's words or the model's reason, and its answer if any."""

    id: UUID
    kind: str
    code: str
    name: T
    quote: str
    seq: int | None
    read_as: str
    reason: str
    model: str
    at: datetime
    answer: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """All that the language model was asked and proposed about a visit. `model` is None: none is configured now."""

    model: ModelCard | None
    waiting: bool
    outcome: str
    asked_at: datetime | None
    answered_at: datetime | None
    asks_left: int
    open: tuple[Proposed, ...]
    answered: tuple[Proposed, ...]


def proposals_of(*, actor: Actor, visit_id: UUID, now: datetime) -> Proposals:
    """The proposals about a visit which the caller has shown to be the actor's. Nothing is sent or stored."""
    require(actor, DIAGNOSE)
    requests = list(ModelRequest.objects.filter(subject_id=visit_id).select_related("outcome").order_by("at", "id"))
    last = requests[-1] if requests else None
    outcome = _outcome(last)
    rows = Proposal.objects.filter(subject_id=visit_id).select_related("answer").order_by("at", "id")
    shown = [_proposed(row) for row in rows]
    return Proposals(
        model=outside(LanguageModel).card(),
        waiting=last is not None and not outcome and now - last.at < GIVEN_UP_AFTER,
        outcome=outcome or ("lost" if last is not None and now - last.at >= GIVEN_UP_AFTER else ""),
        asked_at=last.at if last else None,
        answered_at=last.outcome.at if last is not None and outcome else None,
        asks_left=max(0, ASKED_MOST - len(requests)),
        open=tuple(one for one in shown if not one.answer),
        answered=tuple(one for one in shown if one.answer),
    )


def _outcome(request: ModelRequest | None) -> str:
    if request is None or not hasattr(request, "outcome"):
        return ""
    return str(request.outcome.outcome)


def _proposed(row: Proposal) -> Proposed:
    answer = getattr(row, "answer", None)
    return Proposed(
        id=row.id,
        kind=row.kind,
        code=row.code,
        name=name_of(row.code if row.kind == "finding" else f"known:{row.code}"),
        quote=row.quote,
        seq=row.seq,
        read_as=row.read_as,
        reason=row.reason,
        model=row.model,
        at=row.at,
        answer=answer.answer if answer else "",
        answered_by=answer.actor_label if answer else "",
    )


# ASKING


@transaction.atomic
def request_proposals(*, actor: Actor, consulted: Consulted, now: datetime) -> ModelRequest | None:
    """Note that the physician asks. None: an earlier request is still under way. The caller starts the job.

    Raises NoLanguageModel, AskedTooOften.
    """
    require(actor, DIAGNOSE)
    card = outside(LanguageModel).card()
    if card is None:
        raise NoLanguageModel
    held = proposals_of(actor=actor, visit_id=consulted.visit_id, now=now)
    if held.waiting:
        return None
    if not held.asks_left:
        raise AskedTooOften(most=ASKED_MOST)
    row = ModelRequest(
        id=new_id(),
        institution_id=consulted.institution_id,
        patient_id=consulted.patient_id,
        subject_id=consulted.visit_id,
        model=card.name[:120],
        host=card.host[:255],
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
    )
    row.save(force_insert=True)
    return row


def fetch_proposals(
    *, actor: Actor, request_id: UUID, consulted: Consulted, identifiers: Sequence[str], now: datetime
) -> str:
    """Ask the model what was requested and keep what it proposes. Returns the outcome's code; asked once only.

    No transaction is open while the model is waited for. `identifiers`: names that must not leave the house. Trouble of
    the model is an outcome, not an error. Raises NotFound.
    """
    require(actor, KEEP_PROPOSALS)
    row = ModelRequest.objects.filter(id=request_id, subject_id=consulted.visit_id).first()
    if row is None:
        raise NotFound
    if _outcome(row):
        return _outcome(row)
    model = outside(LanguageModel)
    card = model.card()
    if card is None:
        return _keep(actor, row, ModelOutcome(outcome="off"), Suggested(), now)
    diagnosis = diagnose_visit(actor=actor, consulted=consulted, now=now)
    spoken, places = _masked(consulted, identifiers)
    messages = build_messages(spoken, diagnosis.answer, load_conditions())
    sent = json.dumps(messages, ensure_ascii=False)
    outcome = ModelOutcome(masked=places, knowledge=diagnosis.answer["knowledge"])
    try:
        for one in spoken:
            refuse_leak(one.text, identifiers)
        outcome.sent_sha256 = _digest(sent)
        _journal_sending(actor, row, card, {"masked": places, "characters": len(sent), "sha256": _digest(sent)}, now)
        words = model.complete(messages, now=now)
        outcome.answer_sha256 = _digest(words)
        suggested = read_suggestions(words, spoken=spoken, answer=diagnosis.answer, knowledge=load_conditions())
    except Leak:
        outcome.outcome = "leak"
        LOG.error("a known identifier was left after masking; nothing was sent for request %s", row.id)
    except ModelTrouble as trouble:
        outcome.outcome = trouble.why
        LOG.warning("the language model gave no answer to request %s: %s", row.id, trouble.why)
    except Unreadable as unreadable:
        outcome.outcome, outcome.dropped = "unreadable", {unreadable.why: 1}
        LOG.warning("the language model's answer to request %s was unreadable: %s", row.id, unreadable.why)
    else:
        outcome.outcome, outcome.dropped = "answered", dict(suggested.dropped)
        return _keep(actor, row, outcome, _new(suggested, diagnosis), now)
    return _keep(actor, row, outcome, Suggested(), now)


def _digest(text: str) -> str:
    """Of the text as it stands; half a character, which a model may write, is no reason to stop."""
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def _masked(consulted: Consulted, identifiers: Iterable[str]) -> tuple[list[Utterance], int]:
    """The complaint and the end of the talk without identifiers, and how many places were masked."""
    names = tuple(identifiers)
    kept, room, places = [], SENT_MOST, 0
    for one in (*consulted.spoken[:1], *reversed(consulted.spoken[1:])):
        room -= len(one.text)
        if room < 0:
            break
        masked = mask(one.text, names)
        places += masked.places
        kept.append(Utterance(one.seq, one.speaker, masked.text))
    return sorted(kept, key=lambda one: one.seq), places


def _new(suggested: Suggested, diagnosis: Diagnosis) -> Suggested:
    """What was not proposed before about this visit, and on what the physician has not spoken by himself.

    A quote must also stand in the message as it was written: a piece of one of our own marks does not.
    """
    texts = {one.seq: one.text for one in diagnosis.consulted.spoken}
    before = set(Proposal.objects.filter(subject_id=diagnosis.consulted.visit_id).values_list("kind", "code"))
    findings = tuple(
        one
        for one in suggested.findings
        if ("finding", one.code) not in before
        and one.code not in diagnosis.corrections
        and one.quote in texts.get(one.seq, "")
    )
    conditions = tuple(one for one in suggested.conditions if ("condition", one.condition) not in before)
    return Suggested(findings, conditions, suggested.dropped)


def _journal_sending(
    actor: Actor, row: ModelRequest, card: ModelCard, detail: Mapping[str, Any], now: datetime
) -> None:
    """That a patient's masked words leave for the model, at whose request, to what purpose: written before they do."""
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="ask_language_model",
        object_type="visit",
        object_id=row.subject_id,
        now=now,
        detail={
            "request": str(row.id),
            "asked_by": str(row.actor_id),
            "purpose": "decision_support",
            "model": card.name,
            "host": card.host,
            "outside": card.outside,
            **detail,
        },
    )


def _keep(actor: Actor, row: ModelRequest, outcome: ModelOutcome, suggested: Suggested, now: datetime) -> str:
    outcome.request, outcome.at = row, now
    shared = {
        "request": row,
        "institution_id": row.institution_id,
        "patient_id": row.patient_id,
        "subject_id": row.subject_id,
        "model": row.model,
        "at": now,
    }
    findings = [
        Proposal(
            id=new_id(), kind="finding", code=one.code, quote=one.quote, seq=one.seq, read_as=one.read_as, **shared
        )
        for one in suggested.findings
    ]
    conditions = [
        Proposal(id=new_id(), kind="condition", code=one.condition, reason=one.reason, **shared)
        for one in suggested.conditions
    ]
    try:
        with transaction.atomic():
            outcome.save(force_insert=True)
            Proposal.objects.bulk_create([*findings, *conditions])
            _journal_outcome(actor, row, outcome, len(findings) + len(conditions), now)
    except IntegrityError:
        LOG.info("request %s was answered before", row.id)  # The job ran twice; the first answer stands.
    return outcome.outcome


def _journal_outcome(actor: Actor, row: ModelRequest, outcome: ModelOutcome, proposed: int, now: datetime) -> None:
    """What came back, by its digest: the words themselves are kept nowhere but in what may be shown of them."""
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="keep_proposals",
        object_type="visit",
        object_id=row.subject_id,
        now=now,
        detail={
            "request": str(row.id),
            "asked_by": str(row.actor_id),
            "model": row.model,
            "answer_sha256": outcome.answer_sha256,
            "result": outcome.outcome,
            "proposed": proposed,
            "dropped": sum(outcome.dropped.values()),
        },
    )


# ANSWERING


def confirm_proposal(*, actor: Actor, consulted: Consulted, proposal_id: UUID, now: datetime) -> ProposalAnswer:
    """The physician agrees. A finding then counts as the physician's own correction; a condition is noted as considered
    and changes nothing. Raises ProposalAnswered, NotFound.
    """
    return _answer(actor, consulted, proposal_id, "confirmed", now)


def decline_proposal(*, actor: Actor, consulted: Consulted, proposal_id: UUID, now: datetime) -> ProposalAnswer:
    """The physician does not agree; nothing else changes. Raises ProposalAnswered, NotFound."""
    return _answer(actor, consulted, proposal_id, "declined", now)


@transaction.atomic
def _answer(actor: Actor, consulted: Consulted, proposal_id: UUID, answer: str, now: datetime) -> ProposalAnswer:
    require(actor, CORRECT_FINDING)
    row = Proposal.objects.filter(id=proposal_id, subject_id=consulted.visit_id).first()
    if row is None:
        raise NotFound
    given = ProposalAnswer(proposal=row, answer=answer, actor_id=actor.id, actor_label=actor.label[:120], at=now)
    try:
        with transaction.atomic():
            given.save(force_insert=True)
    except IntegrityError:
        raise ProposalAnswered from None
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="confirm_proposal" if answer == "confirmed" else "decline_proposal",
        object_type="visit",
        object_id=row.subject_id,
        now=now,
        detail={"proposal": str(row.id), "kind": row.kind, "code": row.code, "model": row.model},
    )
    if answer == "confirmed" and row.kind == "finding":
        correct_finding(actor=actor, consulted=consulted, code=row.code, verdict="yes", now=now)
    return given
