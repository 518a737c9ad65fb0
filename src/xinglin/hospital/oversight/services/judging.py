"""Judge a case, preview it, answer a reminder, link what followed, open a finding, watch the engine."""

from collections.abc import Collection
from contextlib import nullcontext
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import connection, transaction

from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, engine, limits, records, selectors
from xinglin.hospital.oversight.asks import Ask as Ask
from xinglin.hospital.oversight.asks import Judged as Judged
from xinglin.hospital.oversight.asks import asks_of, seen
from xinglin.hospital.oversight.consequences import ANSWERABLE
from xinglin.hospital.oversight.errors import EngineSilent, NothingToAnswer
from xinglin.hospital.oversight.models import Answer, DeedLink, GivenVerdict, Judgement
from xinglin.hospital.oversight.uses import Uses, uses
from xinglin.hospital.oversight.words import Consequence
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.facts import Case
from xinglin.supervision.moments import Judged as Given


def judge(
    *,
    actor: Actor,
    moment: Literal["remind", "control", "audit"],
    case: Case,
    subject_type: str,
    subject_id: UUID,
    institution_id: UUID,
    now: datetime,
    only: Collection[str] | None = None,
    happened_at: datetime | None = None,
) -> Judged:
    """Write the facts down, judge them, write the verdicts down; commits by itself, so that asking leaves its trace.

    Never call it inside a transaction: it raises RuntimeError there. `subject_type` and `subject_id` name the deed that
    is asked for; `only` narrows the rules; `happened_at` is when the facts came about (now, unless told).
    Raises EngineSilent when the engine fails its known cases, and NotAllowed.
    """
    require(actor, access.JUDGE)
    judged, used, shadowed = _asked(case, moment, now, only, shadow=True)
    with transaction.atomic(durable=True):
        answered = selectors.answered_before(judged.verdicts)
        asks = asks_of(judged.verdicts, case, subject_type, now, answered, stored=True, shadow=used.shadow)
        judgement = Judgement(
            id=new_id(),
            institution_id=institution_id,
            moment=moment,
            subject_type=subject_type,
            subject_id=subject_id,
            encounter_id=case.encounter.id or "",
            actor_id=actor.id,
            actor_label=actor.label[:120],
            at=now,
            knowledge=judged.knowledge,
            answers=records.answers(judged.verdicts),
        )
        records.write(judgement, judged.case, asks, happened_at or now)
        limits.count(shadowed, institution_id, civil_day(now))
        journal.write(
            actor=actor,
            institution_id=institution_id,
            verb="judge",
            object_type=subject_type,
            object_id=subject_id,
            now=now,
            detail={"judgement": str(judgement.id), "moment": moment, "answers": records.seal(judgement.answers)},
        )
        if asks:
            live.announce("desk:audit", "finding", judgement.id)
    return Judged(judged.verdicts, seen(asks), judgement.id)


def _asked(
    case: Case, moment: str, now: datetime, only: Collection[str] | None, *, shadow: bool = False
) -> tuple[Given, Uses, list[tuple[UUID, str, str]]]:
    """What the rules that are in use here say, with what is known around the case, and how they are used.

    With `shadow` also what limits that are in shadow would have said.
    """
    _require_engine(now)
    used = uses(civil_day(now), case.institution.territory_code or "")
    rules = engine.less(only, used.suspended)
    case, history = engine.around(case, moment, now, rules)
    judged = engine.ask(case, moment, now, rules, history)
    return judged, used, limits.beside(case, moment, now, rules, history, judged) if shadow else []


def preview(
    *,
    actor: Actor,
    case: Case,
    now: datetime,
    only: Collection[str] | None = None,
    subject_type: str = "",
    moment: Literal["remind", "control"] = "remind",
) -> Judged:
    """Judge what somebody is typing. Nothing is stored but counts by rule, day and institution."""
    require(actor, access.JUDGE)
    judged, used, _ = _asked(case, moment, now, only)
    answered = selectors.answered_before(judged.verdicts)
    institution = case.institution.id
    if institution:
        records.count_preview(judged.verdicts, UUID(institution), civil_day(now))
    asks = asks_of(judged.verdicts, case, subject_type, now, answered, stored=False, shadow=used.shadow)
    return Judged(judged.verdicts, seen(asks))


def answer(*, actor: Actor, verdict_id: UUID, reason_code: str, text: str, now: datetime) -> UUID:
    """Go on in spite of a reminder, with a coded reason; it stays for ever and is not asked for again.

    Raises InvalidInput for an unknown code or missing words, NothingToAnswer where a reason is not enough, NotFound
    for a verdict of another institution.
    """
    require(actor, access.ANSWER)
    with _joined():
        verdict = _own_verdict(actor, verdict_id)
        if Consequence(verdict.consequence) not in ANSWERABLE:
            raise NothingToAnswer(rule=verdict.rule)
        _check_reason(reason_code, text)
        given = Answer(
            id=new_id(),
            verdict=verdict,
            institution_id=verdict.institution_id,
            rule=verdict.rule,
            subject=verdict.subject,
            reason_code=reason_code,
            text=text.strip(),
            actor_id=actor.id,
            actor_label=actor.label[:120],
            at=now,
        )
        given.save(force_insert=True)
        journal.write(
            actor=actor,
            institution_id=verdict.institution_id,
            verb="answer",
            object_type="verdict",
            object_id=verdict.id,
            now=now,
            detail={"rule": verdict.rule, "reason": reason_code},
        )
    return given.id


def _joined() -> transaction.Atomic | nullcontext[None]:
    """A transaction of one's own, or the caller's where there is one: an answer may be part of a larger deed."""
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def _own_verdict(actor: Actor, verdict_id: UUID) -> GivenVerdict:
    verdict = GivenVerdict.objects.filter(id=verdict_id).first()
    if verdict is None or verdict.institution_id not in actor.institution_ids:
        raise NotFound
    return verdict


def _check_reason(reason_code: str, text: str) -> None:
    reasons = {reason.code: reason for reason in terminology.override_reasons()}
    reason = reasons.get(reason_code)
    if reason is None:
        raise InvalidInput(
            field="reason_code", reason=T(zh="请从列表中选择一个理由。", en="Choose a reason from the list.")
        )
    if reason.needs_text and not text.strip():
        raise InvalidInput(
            field="text", reason=T(zh="这个理由需要补充说明。", en="This reason needs a few words of explanation.")
        )
    if len(text.strip()) > 500:
        raise InvalidInput(field="text", reason=T(zh="说明最多 500 字。", en="The explanation holds 500 characters."))


def link_verdicts(*, actor: Actor, subject_id: UUID, deed_id: UUID, now: datetime) -> int:
    """Note which deed followed the latest judgement of a subject. Repeating it changes nothing. Returns 0 or 1.

    The id of the link carries the instant.
    """
    require(actor, access.JUDGE)
    latest = Judgement.objects.filter(subject_id=subject_id).order_by("-at", "-id").first()
    if latest is None:
        return 0
    link = DeedLink(id=new_id(int(now.timestamp() * 1000)), judgement=latest, deed_id=deed_id)
    return len(DeedLink.objects.bulk_create([link], ignore_conflicts=True))


def open_finding(*, actor: Actor, verdict_id: UUID, now: datetime) -> selectors.FindingDetail:
    """One finding with its evidence. Reading it is written into the journal. Raises NotFound."""
    detail = selectors.finding(actor=actor, verdict_id=verdict_id)
    with transaction.atomic():
        journal.write(
            actor=actor,
            institution_id=detail.row.institution_id,
            verb="open_finding",
            object_type="verdict",
            object_id=verdict_id,
            now=now,
            detail={"rule": detail.row.rule},
        )
    return detail


def check_engine_alive(*, actor: Actor, now: datetime) -> bool:
    """Whether the engine answers its known cases rightly, asked once a minute in every process.

    False means: prescribe, release and settle nothing.
    """
    require(actor, access.WATCH_ENGINE)
    return not engine.failed_at(now)


def _require_engine(now: datetime) -> None:
    if failed := engine.failed_at(now):
        raise EngineSilent(rules=", ".join(sorted(failed)))
