"""Trying a rule on the lake of this installation; asked on a page, done by the worker, kept with its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.selectors import knowledge_in_force
from xinglin.hospital.regulator import lake
from xinglin.hospital.regulator.access import TRY_RULE
from xinglin.hospital.regulator.errors import NoLake
from xinglin.hospital.regulator.models import RuleTrial
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.reports.trial import BadTrial, tried
from xinglin.supervision.verdicts import Words

MEMORY = "1GB"
"""What a trial in the worker may hold at once; the rest goes to the disk."""
RECENT = 8


@dataclass(frozen=True, slots=True)
class TrialCard:
    """A trial as a page shows it: `result` is the comparison as one document, None while it waits."""

    id: UUID
    rule: str
    given: dict[str, str]
    territory: str
    from_on: date | None
    until_on: date | None
    who: str
    at: datetime
    state: str
    done_at: datetime | None
    result: dict[str, Any] | None
    refusal: T | None


@transaction.atomic
def ask_trial(
    *,
    actor: Actor,
    rule: str,
    given: Mapping[str, str],
    now: datetime,
    territory: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> UUID:
    """Ask for a trial; the worker does it. `given` are limits by name as typed.

    Raises NotFound for a rule that is none, InvalidInput naming the limit that is wrong, NoLake.
    """
    require(actor, TRY_RULE)
    _check(rule, given, territory, from_on, until_on)
    row = RuleTrial(
        id=new_id(),
        rule=rule,
        given=dict(given),
        territory=territory,
        from_on=from_on,
        until_on=until_on,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
    )
    row.save(force_insert=True)
    for institution_id in sorted(actor.institution_ids) or [SYSTEM_ID]:
        journal.write(
            actor=actor,
            institution_id=institution_id,
            verb="try_rule",
            object_type="rule_trial",
            object_id=row.pk,
            now=now,
            detail={"rule": rule, "given": dict(given)},
        )
    from xinglin.hospital.regulator.tasks import try_rule  # the job imports the verbs

    try_rule.defer(trial_id=str(row.pk))
    return row.pk


def _check(rule: str, given: Mapping[str, str], territory: str, from_on: date | None, until_on: date | None) -> None:
    try:
        found = find_rule(rule)
    except KeyError:
        raise NotFound from None
    try:
        tried(found, knowledge_in_force(), given)
    except BadTrial as wrong:
        raise InvalidInput(field=wrong.field, reason=_t(wrong.brief)) from None
    if territory and not (territory.isascii() and territory.isdigit() and len(territory) <= 12):
        raise InvalidInput(field="territory", reason=T(zh="行政区划代码只含数字。", en="A code has digits only."))
    if from_on and until_on and until_on < from_on:
        raise InvalidInput(field="until_on", reason=T(zh="结束日早于开始日。", en="The last day is before the first."))
    if lake.card() is None:
        raise NoLake


def run_trial(*, actor: Actor, trial_id: UUID, now: datetime) -> None:
    """Do a trial that waits, and keep what came of it; one that is done already stays as it is. Raises NotFound."""
    require(actor, TRY_RULE)
    row = RuleTrial.objects.filter(pk=trial_id).first()
    if row is None:
        raise NotFound
    if row.state != RuleTrial.State.WAITING:
        return
    # The engine is loaded where it runs: the web processes only show what it found.
    from xinglin.supervision.reports.backtest import Asked, backtest
    from xinglin.supervision.reports.backtest_told import as_json

    there = lake.card()
    try:
        if there is None:
            raise BadTrial(Words(NoLake.text.zh, NoLake.text.en))
        asked = Asked(row.given, row.territory, row.from_on, row.until_on)
        made = backtest(there.folder, find_rule(row.rule), knowledge_in_force(), asked, memory=MEMORY)
        row.result = as_json(made) | {"lake": there.folder.name, "source": there.source}
        row.state = RuleTrial.State.DONE
    except BadTrial as wrong:
        row.state, row.refusal_zh, row.refusal_en = RuleTrial.State.REFUSED, wrong.said.zh, wrong.said.en
    row.done_at = now
    row.save(update_fields=["state", "result", "refusal_zh", "refusal_en", "done_at"])


def propose_tried(
    *,
    actor: Actor,
    trial_id: UUID,
    limit: str,
    territory: str,
    from_on: date,
    basis: str,
    reason: str,
    now: datetime,
) -> UUID:
    """Propose a limit as it was tried, with the trial attached. Returns the proposal.

    Raises NotFound for another trial or a limit that it did not try, InvalidInput, LimitAlreadyProposed.
    """
    require(actor, TRY_RULE)
    row = RuleTrial.objects.filter(pk=trial_id, state=RuleTrial.State.DONE).first()
    if row is None or limit not in row.given or row.result is None:
        raise NotFound
    kept = ("from", "until", "seconds", "lake", "source", "rate_name_zh", "rate_name_en")
    figures = ("findings", "cannot_tell", "in_breach_fen", "per_hundred")
    backtest = {name: row.result.get(name) for name in kept}
    for side in ("before", "after"):
        backtest[side] = {name: row.result[side].get(name) for name in figures}
    return oversight.propose_limit(
        actor=actor,
        rule=row.rule,
        limit=limit,
        value=row.given[limit],
        territory=territory,
        from_on=from_on,
        basis=basis,
        reason=reason,
        trial_id=trial_id,
        backtest=backtest,
        now=now,
    )


def trial(*, actor: Actor, trial_id: UUID) -> TrialCard:
    """One trial. Raises NotFound."""
    require(actor, TRY_RULE)
    row = RuleTrial.objects.filter(pk=trial_id).first()
    if row is None:
        raise NotFound
    return _card(row)


def trials(*, actor: Actor, rule: str) -> list[TrialCard]:
    """The latest trials of a rule, without their results."""
    require(actor, TRY_RULE)
    return [_card(row) for row in RuleTrial.objects.filter(rule=rule).defer("result").order_by("-at")[:RECENT]]


def _card(row: RuleTrial) -> TrialCard:
    result = None if "result" in row.get_deferred_fields() else row.result
    refusal = T(zh=row.refusal_zh, en=row.refusal_en) if row.refusal_zh else None
    return TrialCard(
        row.pk,
        row.rule,
        row.given,
        row.territory,
        row.from_on,
        row.until_on,
        row.actor_label,
        row.at,
        row.state,
        row.done_at,
        result,
        refusal,
    )


def _t(words: Words) -> T:
    return T(zh=words.zh, en=words.en)
