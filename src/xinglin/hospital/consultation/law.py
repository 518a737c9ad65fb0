"""Asking supervision about a visit: at the request, at the start, at the signature."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation.cases import case
from xinglin.hospital.consultation.errors import ConfirmAgain, NeedsAnswer, NotEligibleOnline
from xinglin.hospital.consultation.live_facts import LIVE_SECONDS
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.words import VisitState
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.oversight import services as oversight

AT_REQUEST = frozenset({"A01", "A05", "A06", "A07", "A11", "A12"})
AT_START = AT_REQUEST | {"A02", "A09", "H09", "I03"}
AT_LIVE = frozenset({"I03"})
AT_SIGNATURE = (AT_START - {"I03"}) | {"A03", "A10", "A13", "G05"}
AFTER_REFERRAL = AT_SIGNATURE - {"A13"}
"""A patient who was referred late needs a signed record all the same; the audit judges A13 of every visit."""
STOPS = frozenset({"block", "deny", "hold"})
NEEDS_REASON = "needs_reason"


def permit_request(*, actor: Actor, visit: Visit, now: datetime) -> None:
    """Raise NotEligibleOnline when a rule already forbids the visit that is asked for. Nothing is stored but counts."""
    asked = oversight.preview(actor=actor, case=case(visit, now, diagnoses=[]), now=now, only=AT_REQUEST)
    stops = [ask for ask in asked.asks if ask.consequence in STOPS]
    if stops:
        raise NotEligibleOnline(stops)


def preview_visit(*, actor: Actor, visit: Visit, now: datetime) -> list[oversight.Ask]:
    """What supervision would say of the visit as it stands; the proof of identity is asked for only at the start."""
    only = AT_SIGNATURE if visit.started_at is not None else AT_SIGNATURE - {"A09"}
    judged = oversight.preview(actor=actor, case=case(visit, now), now=now, only=only, subject_type="visit")
    return list(judged.asks)


def permit_start(*, actor: Actor, visit: Visit, proof_id: UUID | None, now: datetime) -> None:
    """Judge the start at control. Raises ConfirmAgain when only a fresh proof is wanting, else NotEligibleOnline."""
    judged = oversight.judge(
        actor=actor,
        moment="control",
        case=case(visit, now, proof_id=proof_id),
        subject_type="visit",
        subject_id=visit.id,
        institution_id=visit.institution_id,
        now=now,
        only=AT_START,
    )
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops and all(ask.rule_id == "A09" for ask in stops):
        raise ConfirmAgain(stops)
    if stops:
        raise NotEligibleOnline(stops)


def permit_live(*, actor: Actor, visit: Visit, now: datetime) -> None:
    """Judge at control that the physician is nowhere else while this visit goes live (rule I03): as if it had begun now
    and lasted a few minutes. Raises NotEligibleOnline.
    """
    seen = case(visit, now)
    held = replace(seen.encounter, started_at=now, live_from_at=now, live_seconds=LIVE_SECONDS)
    judged = oversight.judge(
        actor=actor,
        moment="control",
        case=replace(seen, encounter=held),
        subject_type="visit",
        subject_id=visit.id,
        institution_id=visit.institution_id,
        now=now,
        only=AT_LIVE,
    )
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise NotEligibleOnline(stops)


def permit_signature(
    *, actor: Actor, visit: Visit, diagnoses: Sequence[str], answers: Mapping[str, tuple[str, str]], now: datetime
) -> None:
    """Judge the signing of the record at control. `answers`: rule id → (reason code, words) for findings that ask one.

    Raises NotEligibleOnline for what stops, NeedsAnswer for what is not answered.
    """
    judged = oversight.judge(
        actor=actor,
        moment="control",
        case=case(visit, now, diagnoses=diagnoses),
        subject_type="record",
        subject_id=visit.id,
        institution_id=visit.institution_id,
        now=now,
        only=AFTER_REFERRAL if visit.state == VisitState.REFERRED else AT_SIGNATURE,
    )
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise NotEligibleOnline(stops)
    asks = [ask for ask in judged.asks if ask.consequence == NEEDS_REASON]
    open_asks = [ask for ask in asks if ask.rule_id not in answers]
    if open_asks:
        raise NeedsAnswer(open_asks)
    for ask in asks:
        if ask.verdict_id is None:
            continue
        code, text = answers[ask.rule_id]
        oversight.answer(actor=actor, verdict_id=ask.verdict_id, reason_code=code, text=text, now=now)
