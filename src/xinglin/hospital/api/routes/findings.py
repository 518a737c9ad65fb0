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
from xinglin.hospital.oversight.access import ANSWER, MARK_FINDING, READ_FINDINGS

router = Router(tags=["findings"])


class Filters(In):
    """What the list is narrowed to; days are inclusive."""

    rule: Formed = Field("", pattern=r"^([A-Z][0-9]{2})?$")
    outcome: Literal["", "finding", "cannot_tell"] = ""
    moment: Literal["", "remind", "control", "audit"] = ""
    consequence: Literal["", "remind", "needs_reason", "block", "hold", "deny", "flag"] = ""
    state: Literal["", "new", "seen", "confirmed", "rejected"] = ""
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
    note: str


@operation(router, "get", "/findings/{uuid:verdict_id}", READ_FINDINGS, FindingDetail)
def open_finding(request: Request, verdict_id: UUID) -> Any:
    """一条疑点及证据（查看留痕）｜One finding with its evidence; the reading is journaled"""
    return services.open_finding(actor=request.actor, verdict_id=verdict_id, now=request.now)


class FindingMark(In):
    """Whether it holds."""

    state: Literal["confirmed", "rejected"]
    note: Text = Field("", max_length=1000)


@operation(router, "post", "/findings/{uuid:verdict_id}/mark", MARK_FINDING, Done)
def mark_finding(request: Request, verdict_id: UUID, body: FindingMark) -> Any:
    """认定属实或不属实｜Say whether a finding holds"""
    services.mark_finding(actor=request.actor, verdict_id=verdict_id, state=body.state, note=body.note, now=request.now)
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


class Days(In):
    """Days, inclusive."""

    from_on: Day | None = None
    until_on: Day | None = None


@operation(router, "get", "/rule-counts", READ_FINDINGS, list[RuleCount])
def rule_counts(request: Request, query: Query[Days]) -> Any:
    """各规则的效果｜The effect of each rule"""
    first: date | None = query.from_on
    return list(selectors.rule_counts(actor=request.actor, from_on=first, until_on=query.until_on))
