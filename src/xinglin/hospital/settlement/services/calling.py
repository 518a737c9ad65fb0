"""The insurer's calls, each written down before it is sent: answered; or silent, asked after, adopted or undone.

A settlement is never sent twice. When no answer comes, the insurer is asked what became of the claim; what it has is
adopted, what it does not have is undone by the message's id, so that it cannot arrive late. Until that is known there
is no receipt.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from django.db import transaction

from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.settlement.models import Claim, InsurerCall, InsurerCallStep
from xinglin.hospital.settlement.ports import Insurer, InsurerAnswer, InsurerClaim, InsurerDown, InsurerSilent
from xinglin.hospital.settlement.rows import insurer_part
from xinglin.hospital.settlement.words import UNDECIDED, CallStep, ClaimState


class Fate(Enum):
    """What is known of a call."""

    ADOPTED = "adopted"
    DECLINED = "declined"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Called:
    """What is known of a call, with the insurer's reference or reason."""

    fate: Fate
    reference: str = ""
    why: T | None = None


def settle_there(*, claim_id: UUID, now: datetime) -> Called:
    """Send a reserved claim to the insurer. Never inside a transaction: the call must be on paper before it is sent."""
    return _called(_write_call(claim_id, "settle", ClaimState.RESERVED, now), outside(Insurer).settle, now)


def revoke_there(*, claim_id: UUID, now: datetime) -> Called:
    """Tell the insurer that a settled claim is taken back. Never inside a transaction either."""
    return _called(_write_call(claim_id, "revoke", ClaimState.REVERSING, now), outside(Insurer).revoke, now)


class _Send(Protocol):
    def __call__(self, claim: InsurerClaim, /, *, now: datetime) -> InsurerAnswer: ...


def _called(call: InsurerCall | None, send: _Send, now: datetime) -> Called:
    if call is None:
        return Called(Fate.NOT_DONE)
    try:
        answer = send(message(call), now=now)
    except InsurerDown:
        _step(call, CallStep.UNREACHED, now)
        return Called(Fate.NOT_DONE)
    except InsurerSilent:
        _step(call, CallStep.TIMED_OUT, now)
        return ask_after(call=call, now=now)
    return _answered(call, answer, now)


def _answered(call: InsurerCall, answer: InsurerAnswer, now: datetime) -> Called:
    if answer.accepted:
        _step(call, CallStep.ACCEPTED, now, reference=answer.reference)
        return Called(Fate.ADOPTED, answer.reference)
    why = answer.why or T(zh="未说明原因", en="no reason was given")
    _step(call, CallStep.DECLINED, now, detail=why.zh)
    return Called(Fate.DECLINED, why=why)


def ask_after(*, call: InsurerCall, now: datetime) -> Called:
    """Find out what became of a call without an answer: query, then adopt what is there or undo what is not.

    For a revocation it is the other way round: when the insurer has the claim no more, the revocation has happened.
    """
    insurer = outside(Insurer)
    try:
        there = insurer.query(call.claim_id, now=now)
    except (InsurerDown, InsurerSilent):
        _step(call, CallStep.QUERY_FAILED, now)
        return Called(Fate.UNKNOWN)
    _step(call, CallStep.FOUND if there else CallStep.ABSENT, now, reference=there.reference if there else "")
    if call.kind == "revoke" and there is None:
        return Called(Fate.ADOPTED)
    if call.kind == "settle" and there is not None:
        return Called(Fate.ADOPTED, there.reference)
    try:
        undone = insurer.undo(call.id, now=now)
    except (InsurerDown, InsurerSilent):
        undone = False
    _step(call, CallStep.UNDONE if undone else CallStep.UNDO_FAILED, now)
    return Called(Fate.NOT_DONE if undone else Fate.UNKNOWN)


def undo_there(*, claim_id: UUID, now: datetime) -> bool:
    """Undo at the insurer's what could not be finished here; True when nothing is left of it there."""
    call = InsurerCall.objects.filter(claim_id=claim_id, kind="settle").order_by("-sent_at", "-id").first()
    if call is None:
        return True
    try:
        undone = outside(Insurer).undo(call.id, now=now)
    except (InsurerDown, InsurerSilent):
        undone = False
    _step(call, CallStep.UNDONE if undone else CallStep.UNDO_FAILED, now)
    return undone


def last_known(call: InsurerCall) -> Called:
    """What the written steps of a call say, without asking anybody."""
    step = call.steps.order_by("-at", "-id").first()
    known = CallStep(step.step) if step is not None else CallStep.SENT
    if known in (CallStep.ACCEPTED, CallStep.FOUND) and call.kind == "settle":
        return Called(Fate.ADOPTED, step.reference if step else "")
    if known is CallStep.ACCEPTED or (known is CallStep.ABSENT and call.kind == "revoke"):
        return Called(Fate.ADOPTED)
    if known is CallStep.DECLINED:
        return Called(Fate.DECLINED)
    if known in (CallStep.UNREACHED, CallStep.UNDONE):
        return Called(Fate.NOT_DONE)
    return Called(Fate.UNKNOWN)


def resolve(*, claim_id: UUID, kind: str, now: datetime) -> Called:
    """What is known of a claim's latest call of a kind; asks the insurer when the papers do not say."""
    call = InsurerCall.objects.filter(claim_id=claim_id, kind=kind).order_by("-sent_at", "-id").first()
    if call is None:
        return Called(Fate.NOT_DONE)
    known = last_known(call)
    return ask_after(call=call, now=now) if known.fate is Fate.UNKNOWN else known


def _write_call(claim_id: UUID, kind: str, state: ClaimState, now: datetime) -> InsurerCall | None:
    """Put the call on paper while the claim is still in its state; None when somebody has decided it meanwhile."""
    with transaction.atomic():
        claim = Claim.objects.select_for_update().get(id=claim_id)
        if claim.state != state:
            return None
        call = InsurerCall(id=new_id(), claim=claim, kind=kind, sent_at=now)
        call.save(force_insert=True)
        _step(call, CallStep.SENT, now)
    return call


def _step(call: InsurerCall, step: CallStep, now: datetime, *, reference: str = "", detail: str = "") -> None:
    InsurerCallStep(id=new_id(), call=call, step=step, reference=reference[:40], detail=detail[:200], at=now).save(
        force_insert=True
    )


def message(call: InsurerCall) -> InsurerClaim:
    """The claim as the insurer receives it."""
    claim = call.claim
    parts = list(claim.parts.prefetch_related("lines"))
    return InsurerClaim(
        message_id=call.id,
        claim_id=claim.id,
        person_id=claim.patient_id,
        institution_id=claim.institution_id,
        area=claim.area,
        insurance_type=claim.insurance_type,
        person_type=claim.person_type,
        level=claim.level,
        filing=claim.filing,
        on=claim.on,
        parts=tuple(insurer_part(part) for part in parts),
        used_before=limits.accumulators(
            person_id=claim.patient_id, year=claim.on.year, without_claims=[claim.id, *_undecided(claim)]
        ),
        total_fen=sum(part.total_fen for part in parts),
        fund_fen=sum(part.fund_fen for part in parts),
        account_fen=sum(part.account_fen for part in parts),
        cash_fen=sum(part.cash_fen for part in parts),
    )


def _undecided(claim: Claim) -> list[UUID]:
    """Claims of the person whose fate is open: the insurer has not counted them, and this one does not rest on them."""
    others = Claim.objects.filter(patient_id=claim.patient_id, state__in=UNDECIDED)
    return list(others.values_list("id", flat=True))
