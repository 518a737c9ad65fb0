"""The questions of oversight, limited to what the actor may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, Count, F, Q, Sum, When

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import evidence
from xinglin.hospital.oversight.asked import Asked, Ruling, asked_since
from xinglin.hospital.oversight.consequences import ANSWERABLE
from xinglin.hospital.oversight.effects import RuleEffect, rule_effects
from xinglin.hospital.oversight.evidence import Shown
from xinglin.hospital.oversight.models import Answer
from xinglin.hospital.oversight.related import Related, related_findings
from xinglin.hospital.oversight.rows import (
    PAGE,
    UNDECIDED,
    Filters,
    FindingRow,
    line_of,
    narrowed,
    title_of,
    visible,
)
from xinglin.hospital.oversight.timeline import GivenReason, MomentAnswer, moments_of, reasons_for
from xinglin.hospital.oversight.words import FindingState
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.verdicts import Moment, Outcome, Verdict
from xinglin.supervision.vocabulary.papers import Reading

__all__ = [
    "PAGE",
    "UNDECIDED",
    "Asked",
    "Filters",
    "FindingDetail",
    "FindingPage",
    "FindingRow",
    "GivenReason",
    "MomentAnswer",
    "Related",
    "RuleCount",
    "RuleEffect",
    "Ruling",
    "Shown",
    "answered_before",
    "asked_since",
    "finding",
    "findings",
    "institutions_with_findings",
    "next_finding",
    "related_findings",
    "rule_counts",
    "rule_effects",
]


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A page of the list, how many there are in all and how much money they concern (a core counts once)."""

    rows: tuple[FindingRow, ...]
    total: int
    amount_fen: int = 0
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class FindingDetail:
    """One finding, whole."""

    row: FindingRow
    core_hash: str
    rule_version: int
    why: T
    sources: tuple[T, ...]
    facts: tuple[evidence.Shown, ...]
    missing: tuple[T, ...]
    moments: tuple[MomentAnswer, ...]
    reasons: tuple[GivenReason, ...]
    subject_type: str
    subject_id: UUID
    judgement_id: UUID
    note: str
    since_on: date
    sources_read: bool
    reviewed_on: date | None
    marked_by: str = ""
    marked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule found something, what it concerned, how often somebody went on, what auditors said of it."""

    rule: str
    title: T
    findings: int
    undecided: int
    amount_fen: int
    answered: int
    confirmed: int
    rejected: int
    asked: int = 0


def findings(*, actor: Actor, filters: Filters | None = None) -> FindingPage:
    """The findings that the actor may see, newest first."""
    chosen = filters or Filters()
    rows = narrowed(visible(actor), chosen)
    sums = rows.order_by().values("core_hash", "excess_fen").distinct().aggregate(all=Sum("excess_fen"))
    page = rows.order_by("-at", "-id")[chosen.offset : chosen.offset + min(chosen.limit, 200)]
    return FindingPage(tuple(line_of(verdict) for verdict in page), rows.count(), sums["all"] or 0, chosen)


def next_finding(*, actor: Actor, filters: Filters | None = None) -> FindingRow | None:
    """The undecided finding to take first: what went through before what was only shown, then most money, then oldest.

    The filters narrow it like the list; their state is not looked at.
    """
    rows = narrowed(visible(actor), replace(filters or Filters(), state=UNDECIDED))
    shown_only = Case(When(moment=Moment.REMIND.value, then=1), default=0)
    first = (
        rows.filter(outcome=Outcome.FINDING.value)
        .order_by(shown_only, F("excess_fen").desc(nulls_last=True), "at", "id")
        .first()
    )
    return line_of(first) if first else None


def institutions_with_findings(*, actor: Actor) -> set[UUID]:
    """The institutions in which there is something that the actor may see."""
    return set(visible(actor).order_by().values_list("institution_id", flat=True).distinct())


def finding(*, actor: Actor, verdict_id: UUID) -> FindingDetail:
    """One finding with its evidence and what the same rule said of the subject at every moment. Raises NotFound."""
    verdict = visible(actor).filter(id=verdict_id).first()
    if verdict is None:
        raise NotFound
    rule = find_rule(verdict.rule)
    facts, missing = evidence.shown(verdict.core, list(verdict.judgement.facts.order_by("position")))
    view = getattr(verdict, "view", None)
    return FindingDetail(
        row=line_of(verdict),
        core_hash=verdict.core_hash,
        rule_version=verdict.version,
        why=T(zh=rule.why.zh, en=rule.why.en),
        sources=tuple(evidence.source(source) for source in rule.source),
        facts=facts,
        missing=missing,
        moments=moments_of(verdict),
        reasons=reasons_for(verdict.rule, verdict.subject),
        subject_type=verdict.judgement.subject_type,
        subject_id=verdict.judgement.subject_id,
        judgement_id=verdict.judgement_id,
        note=view.note if view else "",
        since_on=rule.since,
        sources_read=all(source.reading is Reading.READ for source in rule.source),
        reviewed_on=rule.reviewed,
        marked_by=view.changed_by_label if view else "",
        marked_at=view.changed_at if view else None,
    )


def rule_counts(*, actor: Actor, from_on: date | None = None, until_on: date | None = None) -> Sequence[RuleCount]:
    """The effect of each rule among the findings that the actor may see. The same core counts once at all moments."""
    rows = narrowed(visible(actor), Filters(from_on=from_on, until_on=until_on))
    counted = (
        rows.values("rule")
        .annotate(
            findings=Count("core_hash", filter=Q(outcome=Outcome.FINDING.value), distinct=True),
            undecided=Count("core_hash", filter=Q(outcome=Outcome.CANNOT_TELL.value), distinct=True),
            asked=Count("id", filter=Q(consequence__in=ANSWERABLE), distinct=True),
            went_on=Count("id", filter=Q(answers__isnull=False), distinct=True),
            confirmed=Count("core_hash", filter=Q(view__state=FindingState.CONFIRMED), distinct=True),
            rejected=Count("core_hash", filter=Q(view__state=FindingState.REJECTED), distinct=True),
        )
        .order_by("rule")
    )
    amounts: Counter[str] = Counter()
    for rule_id, _core, fen in rows.order_by().values_list("rule", "core_hash", "excess_fen").distinct():
        amounts[rule_id] += fen or 0
    return [
        RuleCount(
            rule=row["rule"],
            title=title_of(row["rule"]),
            findings=row["findings"],
            undecided=row["undecided"],
            amount_fen=amounts[row["rule"]],
            answered=row["went_on"],
            confirmed=row["confirmed"],
            rejected=row["rejected"],
            asked=row["asked"],
        )
        for row in counted
    ]


def answered_before(verdicts: tuple[Verdict, ...]) -> frozenset[tuple[str, str]]:
    """The rules and subjects for which a reason was already given."""
    told = [verdict for verdict in verdicts if verdict.is_finding or verdict.is_undecided]
    if not told:
        return frozenset()
    found = Answer.objects.filter(
        subject__in={verdict.core.subject for verdict in told}, rule__in={verdict.rule for verdict in told}
    )
    return frozenset(found.values_list("rule", "subject"))
