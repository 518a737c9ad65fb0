"""Put a changed limit in force: proposed with its trial, run in shadow, approved by a second person, from a day on.

Never for a day that has begun: what was done is judged by what held then, at all three moments and in every audit.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, errors, limits
from xinglin.hospital.oversight.events import LimitPutInForce
from xinglin.hospital.oversight.knowledge import knowledge_in_force
from xinglin.hospital.oversight.models import LimitChange
from xinglin.hospital.oversight.words import LIMIT_STATES, LimitState
from xinglin.supervision.catalogue import RULES, find_rule
from xinglin.supervision.reports.trial import BadTrial, Changed, limits_of, tried

WORDS_MAX = 500
BASIS_MAX = 200


@transaction.atomic
def propose_limit(
    *,
    actor: Actor,
    rule: str,
    limit: str,
    value: str,
    territory: str,
    from_on: date,
    basis: str,
    reason: str,
    trial_id: UUID,
    backtest: dict[str, Any],
    now: datetime,
) -> UUID:
    """Propose another value for a limit of a rule, with the trial on past records attached.

    Raises NotFound for a rule that is none, InvalidInput naming the field, LimitAlreadyProposed.
    """
    require(actor, access.SWITCH_RULE)
    if rule not in {known.id for known in RULES}:
        raise NotFound
    _check_day(from_on, now)
    _check_texts(basis, reason, territory)
    one = _changed(rule, limit, value)
    before = next(
        known for known in limits_of(find_rule(rule), knowledge_in_force()) if known.name == one.limit.name
    ).now
    row = LimitChange(
        id=new_id(),
        rule=rule,
        limit=one.limit.name,
        value=one.value,
        before_zh=before.zh[:300],
        before_en=before.en[:300],
        territory=territory,
        from_on=from_on,
        basis=basis.strip(),
        reason=reason.strip(),
        trial_id=trial_id,
        backtest=backtest,
        state=LimitState.PROPOSED,
        proposed_by_id=actor.id,
        proposed_by_person_id=actor.person_id,
        proposed_by_label=actor.label[:120],
        proposed_at=now,
    )
    _insert(row)
    _note(actor, row, "propose_limit", now)
    return row.pk


def _changed(rule: str, limit: str, value: str) -> Changed:
    """The limit with the value as typed."""
    try:
        _, (one,) = tried(find_rule(rule), knowledge_in_force(), {limit: value})
    except BadTrial as wrong:
        raise InvalidInput(field="value", reason=T(zh=wrong.said.zh, en=wrong.said.en)) from None
    return one


def _insert(row: LimitChange) -> None:
    """Write a proposal unless one of the same limit and place is under way."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise errors.LimitAlreadyProposed(limit=row.limit) from None


@transaction.atomic
def shadow_limit(*, actor: Actor, change_id: UUID, now: datetime) -> None:
    """Let a proposed limit judge beside the one in force: nobody is shown anything, and its answers are counted.

    Raises NotFound, LimitOutOfOrder.
    """
    require(actor, access.SWITCH_RULE)
    row = _row(change_id, LimitState.PROPOSED)
    row.state, row.shadow_at = LimitState.SHADOW, now
    row.save(update_fields=["state", "shadow_at"])
    _note(actor, row, "shadow_limit", now)


@transaction.atomic
def approve_limit(*, actor: Actor, change_id: UUID, words: str, now: datetime, from_on: date | None = None) -> None:
    """Put a limit in force that ran in shadow: another person than who proposed it, from a day that has not begun.

    `from_on` may put the day off. Raises NotFound, LimitOutOfOrder, AnotherPersonNeeded, InvalidInput.
    """
    require(actor, access.APPROVE_LIMIT)
    row = _row(change_id, LimitState.SHADOW)
    if not limits.another(actor, row):
        raise errors.AnotherPersonNeeded
    row.from_on = from_on or row.from_on
    _check_day(row.from_on, now)
    _decide(actor, row, LimitState.APPROVED, words, now)
    _note(actor, row, "approve_limit", now)
    limits.put_in_force()
    publish(
        LimitPutInForce(
            change_id=row.pk, rule=row.rule, limit=row.limit, territory=row.territory, from_on=row.from_on, at=now
        )
    )


@transaction.atomic
def withdraw_limit(*, actor: Actor, change_id: UUID, words: str, now: datetime) -> None:
    """Give a proposal up, whoever made it. What is in force already is changed by a new proposal.

    Raises NotFound, LimitOutOfOrder, InvalidInput.
    """
    require(actor, access.APPROVE_LIMIT)
    row = _row(change_id, LimitState.PROPOSED, LimitState.SHADOW)
    _decide(actor, row, LimitState.WITHDRAWN, words, now)
    _note(actor, row, "withdraw_limit", now)


def _row(change_id: UUID, *states: LimitState) -> LimitChange:
    row = LimitChange.objects.select_for_update().filter(pk=change_id).first()
    if row is None:
        raise NotFound
    if row.state not in states:
        raise errors.LimitOutOfOrder(limit=row.limit, state=LIMIT_STATES[LimitState(row.state)])
    return row


def _decide(actor: Actor, row: LimitChange, state: LimitState, words: str, now: datetime) -> None:
    text = words.strip()
    if not text or len(text) > WORDS_MAX:
        raise InvalidInput(field="words", reason=T(zh="请写明依据（500 字以内）。", en="Say why, in 500 characters."))
    row.state, row.words, row.decided_at = state, text, now
    row.decided_by_id, row.decided_by_label = actor.id, actor.label[:120]
    row.save()


def _check_day(from_on: date, now: datetime) -> None:
    if from_on <= civil_day(now):
        says = T(
            zh="限值不溯及既往：请选择明天或以后的日子。",
            en="A limit never reaches back: choose tomorrow or a later day.",
        )
        raise InvalidInput(field="from_on", reason=says)


def _check_texts(basis: str, reason: str, territory: str) -> None:
    if not basis.strip() or len(basis.strip()) > BASIS_MAX:
        says = T(
            zh="请写明允许这样规定的文件（200 字以内）。", en="Name the document that allows it, in 200 characters."
        )
        raise InvalidInput(field="basis", reason=says)
    if not reason.strip() or len(reason.strip()) > WORDS_MAX:
        raise InvalidInput(field="reason", reason=T(zh="请写明原因（500 字以内）。", en="Say why, in 500 characters."))
    if not (territory == "" or (territory.isascii() and territory.isdigit() and len(territory) in {2, 4, 6})):
        says = T(zh="请填写 2、4 或 6 位行政区划代码。", en="Enter a code of 2, 4 or 6 digits.")
        raise InvalidInput(field="territory", reason=says)


def _note(actor: Actor, row: LimitChange, verb: str, now: datetime) -> None:
    for institution_id in sorted(actor.institution_ids) or [SYSTEM_ID]:
        journal.write(
            actor=actor,
            institution_id=institution_id,
            verb=verb,
            object_type="limit_change",
            object_id=row.pk,
            now=now,
            detail={
                "rule": row.rule,
                "limit": row.limit,
                "value": row.value,
                "territory": row.territory,
                "from_on": str(row.from_on),
                "trial": str(row.trial_id),
            },
        )
    live.announce("desk:audit", "finding", row.pk)
