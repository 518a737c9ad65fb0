"""Findings of supervision, their evidence, and what auditors say of them."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Done, Kept
from xinglin.hospital.api.shapes import At, Code, Day, Formed, Id, In, Out, Text, WholeInQuery, Words
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.access import ANSWER, DECIDE_APPEAL, PROSECUTE, READ_FINDINGS, SPEAK

router = Router(tags=["findings"])


class Filters(In):
    """What the list is narrowed to; days are inclusive."""

    rule: Formed = Field("", pattern=r"^([A-Z][0-9]{2})?$")
    outcome: Literal["", "finding", "cannot_tell"] = ""
    moment: Literal["", "remind", "control", "audit"] = ""
    consequence: Literal["", "remind", "needs_reason", "block", "hold", "deny", "flag", "shadow"] = ""
    state: Literal["", "open", "new", "notified", "stated", "verified", "decided", "appealed", "final"] = ""
    decision: Literal["", "upheld", "partly", "rejected"] = ""
    institution_id: Id | None = None
    from_on: Day | None = None
    until_on: Day | None = None
    offset: WholeInQuery = Field(0, ge=0, le=1_000_000)
    limit: WholeInQuery = Field(50, ge=1, le=200)


class FindingRow(Out):
    """One line of the list."""

    id: UUID
    institution_id: UUID
    rule: str
    title: Words
    outcome: Words
    outcome_code: str
    certainty: Words
    moment_code: str
    consequence: str
    sentence: Words
    hint: Words
    subject: str
    excess_fen: int | None
    at: At
    state: str
    decision: str
    due_at: At | None
    upheld_fen: int | None
    answered: bool


class FindingPage(Out):
    """A page of the list, and how many there are in all."""

    rows: list[FindingRow]
    total: int


@operation(router, "get", "/findings", READ_FINDINGS, FindingPage)
def findings(request: Request, query: Query[Filters]) -> Any:
    """疑点列表｜The findings that one may see, newest first"""
    return selectors.findings(actor=request.actor, filters=selectors.Filters(**query.model_dump()))


class FactShown(Out):
    """One fact on which a finding rests."""

    path: str
    name: Words
    value: Words


class MomentAnswer(Out):
    """What the same rule said of the same subject at one moment; equal cores have equal hashes."""

    at: At
    moment: Words
    outcome: Words
    core_hash: str
    same: bool


class GivenReason(Out):
    """Why somebody went on."""

    at: At
    who: str
    reason_code: str
    text: str


class FindingStep(Out):
    """One step of due process, in the words of whoever took it."""

    verb: str
    name: Words
    words: str
    who: str
    at: At
    due_at: At | None
    decision_name: Words | None
    upheld_fen: int | None


class FindingDetail(Out):
    """One finding, whole."""

    row: FindingRow
    core_hash: str
    rule_version: int
    why: Words
    sources: list[Words]
    facts: list[FactShown]
    missing: list[Words]
    moments: list[MomentAnswer]
    reasons: list[GivenReason]
    subject_type: str
    subject_id: UUID
    steps: list[FindingStep]


@operation(router, "get", "/findings/{uuid:verdict_id}", READ_FINDINGS, FindingDetail)
def open_finding(request: Request, verdict_id: UUID) -> Any:
    """一条疑点及证据（查看留痕）｜One finding with its evidence; the reading is journaled"""
    return services.open_finding(actor=request.actor, verdict_id=verdict_id, now=request.now)


class StepWords(In):
    """What is said with a step."""

    words: Text = Field("", max_length=1000)


class FindingDecision(StepWords):
    """What is decided; `upheld_fen` where a part is upheld; severity 1 to 4 with a degree gives points, 0 none."""

    decision: Literal["upheld", "partly", "rejected"]
    upheld_fen: int | None = Field(None, ge=0, le=10**12)
    severity: int = Field(0, ge=0, le=4)
    degree: Literal["", "general", "important", "main"] = ""


class AppealDecision(StepWords):
    """What is decided about an appeal."""

    decision: Literal["upheld", "partly", "rejected"]
    upheld_fen: int | None = Field(None, ge=0, le=10**12)


@operation(router, "post", "/findings/{uuid:verdict_id}/notice", PROSECUTE, Done)
def notify_provider(request: Request, verdict_id: UUID, body: StepWords) -> Any:
    """告知机构，说明期开始｜Tell the provider; its time to state its case begins"""
    services.notify_provider(actor=request.actor, verdict_id=verdict_id, words=body.words, now=request.now)
    return Done()


@operation(router, "post", "/findings/{uuid:verdict_id}/statement", SPEAK, Done)
def state_case(request: Request, verdict_id: UUID, body: StepWords) -> Any:
    """机构说明情况｜The provider states its case"""
    services.state_case(actor=request.actor, verdict_id=verdict_id, words=body.words, now=request.now)
    return Done()


@operation(router, "post", "/findings/{uuid:verdict_id}/verification", PROSECUTE, Done)
def verify_finding(request: Request, verdict_id: UUID, body: StepWords) -> Any:
    """核实说明｜Verify the statement against the facts"""
    services.verify_finding(actor=request.actor, verdict_id=verdict_id, words=body.words, now=request.now)
    return Done()


@operation(router, "post", "/findings/{uuid:verdict_id}/decision", PROSECUTE, Done)
def decide_finding(request: Request, verdict_id: UUID, body: FindingDecision) -> Any:
    """认定｜Decide a finding"""
    services.decide_finding(actor=request.actor, verdict_id=verdict_id, now=request.now, **body.model_dump())
    return Done()


@operation(router, "post", "/findings/{uuid:verdict_id}/appeal", SPEAK, Done)
def appeal_decision(request: Request, verdict_id: UUID, body: StepWords) -> Any:
    """申诉｜Appeal a decision"""
    services.appeal_decision(actor=request.actor, verdict_id=verdict_id, words=body.words, now=request.now)
    return Done()


@operation(router, "post", "/findings/{uuid:verdict_id}/appeal-decision", DECIDE_APPEAL, Done)
def close_appeal(request: Request, verdict_id: UUID, body: AppealDecision) -> Any:
    """裁定申诉｜Decide an appeal"""
    services.close_appeal(actor=request.actor, verdict_id=verdict_id, now=request.now, **body.model_dump())
    return Done()


class CodedAnswer(In):
    """A coded reason (lists/override-reasons), with words where the code asks for them."""

    reason_code: Code
    text: Text = Field("", max_length=500)


@operation(router, "post", "/findings/{uuid:verdict_id}/answer", ANSWER, Kept, 201)
def answer_finding(request: Request, verdict_id: UUID, body: CodedAnswer) -> Any:
    """对提醒说明理由后继续｜Go on in spite of a reminder, with a coded reason"""
    made = services.answer(
        actor=request.actor,
        verdict_id=verdict_id,
        reason_code=body.reason_code,
        text=body.text,
        now=request.now,
    )
    return Kept(id=made)


class RuleCount(Out):
    """The effect of a rule among the findings that one may see."""

    rule: str
    title: Words
    findings: int
    undecided: int
    amount_fen: int
    answered: int
    confirmed: int
    rejected: int
    rejected_on_appeal: int
    precision: int | None


class Days(In):
    """Days, inclusive."""

    from_on: Day | None = None
    until_on: Day | None = None


@operation(router, "get", "/rule-counts", READ_FINDINGS, list[RuleCount])
def rule_counts(request: Request, query: Query[Days]) -> Any:
    """各规则的效果｜The effect of each rule"""
    first: date | None = query.from_on
    return list(selectors.rule_counts(actor=request.actor, from_on=first, until_on=query.until_on))
