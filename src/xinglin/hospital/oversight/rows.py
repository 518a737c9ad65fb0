"""One line of the auditor's list: what may be seen, how the list is narrowed, how a verdict becomes a line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access
from xinglin.hospital.oversight.models import Answer, FindingCase, GivenVerdict
from xinglin.hospital.oversight.words import (
    CONSEQUENCE_NAMES,
    DECISION_NAMES,
    SETTLED,
    STATE_NAMES,
    Consequence,
    Decision,
    FindingState,
)
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.verdicts import Certainty, Moment, Outcome

PAGE = 50
UNDECIDED = "open"
"""The pseudo-state of everything that still waits for its first decision."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What an auditor narrows the list to. Empty means everything the actor may see.

    `once` leaves out a verdict that was given again later, in the same words of the law, among what is looked at.
    `late_at` keeps what had passed its clock at that instant.
    """

    rule: str = ""
    outcome: str = ""
    moment: str = ""
    consequence: str = ""
    state: str = ""
    certainty: str = ""
    decision: str = ""
    institution_id: UUID | None = None
    late_at: datetime | None = None
    from_on: date | None = None
    until_on: date | None = None
    once: bool = False
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line of the auditor's list. The excess has a value for the units in which the rule measures."""

    id: UUID
    institution_id: UUID
    rule: str
    title: T
    outcome: T
    outcome_code: str
    certainty: T
    certainty_code: str
    moment: T
    moment_code: str
    consequence: str
    consequence_name: T
    sentence: T
    hint: T
    subject: str
    excess_fen: int | None
    excess_count: int | None
    excess_days: int | None
    excess_seconds: int | None
    at: datetime
    state: str
    state_name: T
    answered: bool
    decision: str = ""
    decision_name: T | None = None
    due_at: datetime | None = None
    upheld_fen: int | None = None

    @property
    def decided(self) -> bool:
        """Whether it was decided, be it for the first time."""
        return self.state in SETTLED


def visible(actor: Actor) -> QuerySet[GivenVerdict]:
    """The verdicts that the actor may see: a regulator all, others those of their institutions."""
    require(actor, access.READ_FINDINGS)
    answers = Answer.objects.filter(rule=OuterRef("rule"), subject=OuterRef("subject"))
    case = cases()
    rows = GivenVerdict.objects.select_related("judgement").annotate(
        answered=Exists(answers),
        case_state=Subquery(case.values("state")),
        case_decision=Subquery(case.values("decision")),
        case_due_at=Subquery(case.values("due_at")),
        case_upheld_fen=Subquery(case.values("upheld_fen")),
    )
    if actor.has(Role.REGULATOR, Role.SYSTEM):
        return rows
    return rows.filter(institution_id__in=actor.institution_ids)


def cases() -> QuerySet[FindingCase]:
    """The case of the verdict that is looked at: there is one or none."""
    return FindingCase.objects.filter(
        institution_id=OuterRef("institution_id"),
        rule=OuterRef("rule"),
        subject=OuterRef("subject"),
        core_hash=OuterRef("core_hash"),
    )


def narrowed(rows: QuerySet[GivenVerdict], filters: Filters) -> QuerySet[GivenVerdict]:
    """The rows that pass the filters; paging is the caller's."""
    plain = {"rule": filters.rule, "outcome": filters.outcome, "moment": filters.moment}
    plain |= {"consequence": filters.consequence, "certainty": filters.certainty}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if filters.institution_id is not None:
        rows = rows.filter(institution_id=filters.institution_id)
    if filters.from_on is not None:
        rows = rows.filter(at__date__gte=filters.from_on)
    if filters.until_on is not None:
        rows = rows.filter(at__date__lte=filters.until_on)
    if filters.once:
        rows = rows.exclude(Exists(_again(filters.moment)))
    if filters.late_at is not None:
        rows = rows.filter(Exists(cases().filter(due_at__lte=filters.late_at).exclude(state=FindingState.DECIDED)))
    if filters.decision:
        rows = rows.filter(Exists(cases().filter(decision=filters.decision)))
    if filters.state == FindingState.NEW:
        return rows.exclude(Exists(cases()))
    if filters.state == UNDECIDED:
        return rows.exclude(Exists(cases().filter(state__in=SETTLED)))
    return rows.filter(Exists(cases().filter(state=filters.state))) if filters.state else rows


def _again(moment: str) -> QuerySet[GivenVerdict]:
    """The same core of the same institution, given after the row that is looked at; at one moment if one is chosen."""
    later = GivenVerdict.objects.filter(
        rule=OuterRef("rule"),
        subject=OuterRef("subject"),
        core_hash=OuterRef("core_hash"),
        institution_id=OuterRef("institution_id"),
    ).filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id")))
    return later.filter(moment=moment) if moment else later


def title_of(rule_id: str) -> T:
    """The name of a rule."""
    title = find_rule(rule_id).title
    return T(zh=title.zh, en=title.en)


def line_of(verdict: GivenVerdict) -> FindingRow:
    """A verdict as a line."""
    outcome, moment = Outcome.of(verdict.outcome), Moment.of(verdict.moment)
    state = FindingState(getattr(verdict, "case_state", None) or FindingState.NEW)
    decision = getattr(verdict, "case_decision", None) or ""
    certainty = Certainty.of(verdict.certainty)
    excess: dict[str, Any] = verdict.core.get("excess", {})
    return FindingRow(
        id=verdict.id,
        institution_id=verdict.institution_id,
        rule=verdict.rule,
        title=title_of(verdict.rule),
        outcome=T(zh=outcome.zh, en=outcome.en),
        outcome_code=outcome.value,
        certainty=T(zh=certainty.zh, en=certainty.en),
        certainty_code=certainty.value,
        moment=T(zh=moment.zh, en=moment.en),
        moment_code=moment.value,
        consequence=verdict.consequence,
        consequence_name=CONSEQUENCE_NAMES[Consequence(verdict.consequence)],
        sentence=T(zh=verdict.sentence_zh, en=verdict.sentence_en),
        hint=T(zh=verdict.hint_zh, en=verdict.hint_en),
        subject=verdict.subject,
        excess_fen=verdict.excess_fen,
        excess_count=excess.get("count"),
        excess_days=excess.get("days"),
        excess_seconds=excess.get("seconds"),
        at=verdict.at,
        state=state.value,
        state_name=STATE_NAMES[state],
        answered=getattr(verdict, "answered", False),
        decision=decision,
        decision_name=DECISION_NAMES[Decision(decision)] if decision else None,
        due_at=getattr(verdict, "case_due_at", None),
        upheld_fen=getattr(verdict, "case_upheld_fen", None),
    )
