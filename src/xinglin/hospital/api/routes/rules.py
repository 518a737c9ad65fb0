"""Rules with their limits: try another value on past records, propose it, run it in shadow, have another approve it."""

from typing import Any
from uuid import UUID

from ninja import Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Done, Kept
from xinglin.hospital.api.shapes import At, Code, Day, Formed, Id, In, Out, Text, Words
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.oversight import services as verbs
from xinglin.hospital.oversight.access import APPROVE_LIMIT, READ_FINDINGS, SWITCH_RULE
from xinglin.hospital.regulator import selectors, services
from xinglin.hospital.regulator.access import TRY_RULE

router = Router(tags=["rules"])
PLACE = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$"
"""A code of an administrative division, whole or its beginning; empty is the whole country."""


class LimitRow(Out):
    """A value of a limit, in a place from a day on."""

    value: str
    territory: str
    since: Day
    until: Day | None


class RuleLimit(Out):
    """A limit of a rule with every value that stands on record; `now` are those values in one line."""

    limit: str
    name: Words
    unit: Words
    now: Words
    rows: list[LimitRow]


@operation(router, "get", "/rules/{rule_id}/limits", READ_FINDINGS, list[RuleLimit])
def rule_limits(request: Request, rule_id: str) -> Any:
    """规则的限值及各地各时的取值｜The limits of a rule, with their values by place and day"""
    return oversight.rule_limits(actor=request.actor, rule=rule_id)


# TRYING


class Trial(In):
    """Limits by name with the values to try, as they are typed; none tries the rule in force alone. Days inclusive."""

    given: dict[Code, Text] = Field(default_factory=dict, max_length=20, examples=[{"supply_days_ordinary": "14"}])
    territory: Formed = Field("", pattern=r"^[0-9]{0,12}$")
    from_on: Day | None = None
    until_on: Day | None = None


class TrialTold(Out):
    """A trial: `waiting` until the worker has done it, then `done` with its result, or `refused` with the reason.

    `result` holds both sides (`before` in force, `after` tried) with findings, money in breach in fen and reminders per
    hundred, then months, institutions and examples.
    """

    id: UUID
    rule: str
    given: dict[str, str]
    territory: str
    from_on: Day | None
    until_on: Day | None
    who: str
    at: At
    state: str
    done_at: At | None
    result: dict[str, Any] | None
    refusal: Words | None


@operation(router, "post", "/rules/{rule_id}/trials", TRY_RULE, Kept, 201)
def try_rule(request: Request, rule_id: str, body: Trial) -> Any:
    """用过去的数据试算规则｜Try a rule with other limits on past records

    The worker does it, in seconds for a year of a city; ask for it under its id until it is done.
    """
    made = services.ask_trial(
        actor=request.actor,
        rule=rule_id,
        given=body.given,
        territory=body.territory,
        from_on=body.from_on,
        until_on=body.until_on,
        now=request.now,
    )
    return Kept(id=made)


@operation(router, "get", "/rule-trials/{uuid:trial_id}", TRY_RULE, TrialTold)
def rule_trial(request: Request, trial_id: UUID) -> Any:
    """一次试算及其结果｜A trial with its result"""
    return selectors.trial(actor=request.actor, trial_id=trial_id)


# CHANGING A LIMIT


class Change(In):
    """A value to put in force. `limit` and its value are those that the trial tried."""

    trial_id: Id
    limit: Code
    territory: Formed = Field("", pattern=PLACE)
    from_on: Day = Field(description="首日，最早为明天。 The first day, tomorrow at the earliest.")
    basis: Text = Field(max_length=200, description="允许这样规定的文件。 The document that allows it.")
    reason: Text = Field(max_length=500)


class LimitDecision(In):
    """What whoever decides says; `from_on` may put the first day off when approving."""

    words: Text = Field(max_length=500)


class Approval(LimitDecision):
    """An approval."""

    from_on: Day | None = None


class LimitChange(Out):
    """A changed limit: proposed, in shadow, approved or given up. The counts are those of its shadow."""

    id: UUID
    rule: str
    limit: str
    name: Words
    unit: Words
    value: Words
    before: Words
    territory: str
    from_on: Day
    basis: str
    reason: str
    trial_id: UUID
    state: str
    state_name: Words
    proposed_by: str
    proposed_at: At
    shadow_at: At | None
    decided_by: str
    decided_at: At | None
    words: str
    judged: int
    findings_before: int
    findings_after: int
    in_force: bool


@operation(router, "get", "/rules/{rule_id}/limit-changes", READ_FINDINGS, list[LimitChange])
def limit_changes(request: Request, rule_id: str) -> Any:
    """规则限值的历次变更｜Every change of the limits of a rule, the latest first"""
    return oversight.limit_changes(actor=request.actor, rule=rule_id, at=request.now)


@operation(router, "post", "/limit-changes", SWITCH_RULE, Kept, 201)
def propose_limit(request: Request, body: Change) -> Any:
    """提议采用试算过的限值｜Propose a limit as it was tried

    The trial goes with it. The order is: propose, run in shadow, have another person approve.
    """
    made = services.propose_tried(
        actor=request.actor,
        trial_id=body.trial_id,
        limit=body.limit,
        territory=body.territory,
        from_on=body.from_on,
        basis=body.basis,
        reason=body.reason,
        now=request.now,
    )
    return Kept(id=made)


@operation(router, "post", "/limit-changes/{uuid:change_id}/shadow", SWITCH_RULE, Done)
def shadow_limit(request: Request, change_id: UUID) -> Any:
    """试运行：只统计，不提示任何人｜Run it in shadow: it judges and is counted, nobody is shown anything"""
    verbs.shadow_limit(actor=request.actor, change_id=change_id, now=request.now)
    return Done()


@operation(router, "post", "/limit-changes/{uuid:change_id}/approval", APPROVE_LIMIT, Done)
def approve_limit(request: Request, change_id: UUID, body: Approval) -> Any:
    """由另一人批准，自某日起采用｜Approve it, by another person than who proposed it

    It holds from its first day on, at reminder, control and audit; no day before is touched.
    """
    verbs.approve_limit(
        actor=request.actor, change_id=change_id, words=body.words, from_on=body.from_on, now=request.now
    )
    return Done()


@operation(router, "post", "/limit-changes/{uuid:change_id}/withdrawal", APPROVE_LIMIT, Done)
def withdraw_limit(request: Request, change_id: UUID, body: LimitDecision) -> Any:
    """不予采用｜Give it up"""
    verbs.withdraw_limit(actor=request.actor, change_id=change_id, words=body.words, now=request.now)
    return Done()
