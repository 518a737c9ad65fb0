"""The questions of oversight, limited to what the actor may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Case, Count, F, Q, Sum, When

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import engine, evidence
from xinglin.hospital.oversight.access import STORE_AUDIT
from xinglin.hospital.oversight.asked import Asked, Ruling, asked_since
from xinglin.hospital.oversight.cases import (
    CaseCard,
    StepCard,
    case_for_provider,
    case_of,
    cases_for_provider,
    decisions_by_rule,
    next_verbs,
    overdue,
    steps_of,
)
from xinglin.hospital.oversight.consequences import ANSWERABLE
from xinglin.hospital.oversight.effects import RuleEffect, rule_effects
from xinglin.hospital.oversight.errors import EngineSilent, KnowledgeDamaged
from xinglin.hospital.oversight.evidence import Shown
from xinglin.hospital.oversight.knowledge import files_in_force, knowledge_in_force, limit_in_force
from xinglin.hospital.oversight.lake_rows import judged_rows
from xinglin.hospital.oversight.limits import LimitCard, RuleLimit, limit_changes, rule_limits
from xinglin.hospital.oversight.models import Answer, Judgement
from xinglin.hospital.oversight.owed import DecidedMoney, decided_money
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
from xinglin.hospital.oversight.standing import PointLine, Standing, own_standing, standing_of, standings
from xinglin.hospital.oversight.subjects import practitioner_of
from xinglin.hospital.oversight.timeline import GivenReason, MomentAnswer, moments_of, reasons_for
from xinglin.hospital.oversight.trends import Trend, trends
from xinglin.hospital.oversight.uses import Proposal, SwitchCard, proposed, stops_by_law, switches, use_of, uses
from xinglin.hospital.oversight.words import DECISION_NAMES, DEGREE_NAMES, STATE_NAMES, USE_NAMES
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.verdicts import Moment, Outcome, Verdict
from xinglin.supervision.vocabulary.papers import Reading

__all__ = [
    "DECISION_NAMES",
    "DEGREE_NAMES",
    "PAGE",
    "STATE_NAMES",
    "UNDECIDED",
    "USE_NAMES",
    "Asked",
    "CaseCard",
    "DecidedMoney",
    "Filters",
    "FindingDetail",
    "FindingPage",
    "FindingRow",
    "GivenReason",
    "LimitCard",
    "MomentAnswer",
    "PointLine",
    "Proposal",
    "Related",
    "RuleCount",
    "RuleEffect",
    "RuleLimit",
    "Ruling",
    "Shown",
    "Standing",
    "StepCard",
    "SwitchCard",
    "Trend",
    "answered_before",
    "asked_since",
    "case_for_provider",
    "cases_for_provider",
    "decided_money",
    "demotions",
    "engine_trouble",
    "finding",
    "findings",
    "institutions_judged",
    "institutions_with_findings",
    "judged_rows",
    "knowledge_files",
    "knowledge_in_force",
    "limit_changes",
    "limit_in_force",
    "next_finding",
    "next_verbs",
    "overdue",
    "own_standing",
    "related_findings",
    "rule_counts",
    "rule_effects",
    "rule_limits",
    "standing_of",
    "standings",
    "stops_by_law",
    "switches",
    "trends",
    "use_of",
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
    since_on: date
    sources_read: bool
    reviewed_on: date | None
    steps: tuple[StepCard, ...] = ()
    practitioner_id: UUID | None = None
    case_id: UUID | None = None


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
    rejected_on_appeal: int = 0

    @property
    def precision(self) -> int | None:
        """Of a hundred findings that were decided for good, how many were right: confirmed ÷ (confirmed + rejected on
        appeal). None where none was.
        """
        whole = self.confirmed + self.rejected_on_appeal
        return self.confirmed * 100 // whole if whole else None


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


def institutions_judged(*, actor: Actor, since: datetime, until: datetime) -> list[UUID]:
    """The institutions in which something was judged at control in a time, in a fixed order."""
    require(actor, STORE_AUDIT)
    rows = Judgement.objects.filter(moment=Moment.CONTROL.value, at__gte=since, at__lt=until)
    return sorted(rows.order_by().values_list("institution_id", flat=True).distinct())


def finding(*, actor: Actor, verdict_id: UUID) -> FindingDetail:
    """One finding with its evidence and what the same rule said of the subject at every moment. Raises NotFound."""
    verdict = visible(actor).filter(id=verdict_id).first()
    if verdict is None:
        raise NotFound
    rule = find_rule(verdict.rule)
    facts, missing = evidence.shown(verdict.core, list(verdict.judgement.facts.order_by("position")))
    case = case_of(verdict)
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
        since_on=rule.since,
        sources_read=all(source.reading is Reading.READ for source in rule.source),
        reviewed_on=rule.reviewed,
        steps=steps_of(case) if case else (),
        practitioner_id=case.practitioner_id if case else practitioner_of(verdict),
        case_id=case.pk if case else None,
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
        )
        .order_by("rule")
    )
    amounts: Counter[str] = Counter()
    for rule_id, _core, fen in rows.order_by().values_list("rule", "core_hash", "excess_fen").distinct():
        amounts[rule_id] += fen or 0
    decided = decisions_by_rule(actor, from_on, until_on)
    return [
        RuleCount(
            rule=row["rule"],
            title=title_of(row["rule"]),
            findings=row["findings"],
            undecided=row["undecided"],
            amount_fen=amounts[row["rule"]],
            answered=row["went_on"],
            confirmed=decided[row["rule"]].confirmed,
            rejected=decided[row["rule"]].rejected,
            rejected_on_appeal=decided[row["rule"]].rejected_on_appeal,
            asked=row["asked"],
        )
        for row in counted
    ]


def demotions(*, actor: Actor, at: datetime) -> list[Proposal]:
    """The rules that are proposed for shadow: nobody confirms them and nearly everybody goes on in spite of them.

    Rules that are in shadow already, or stop by law, are not proposed.
    """
    counts = rule_counts(actor=actor)
    found = (
        proposed(count.rule, fires=count.asked, overrides=count.answered, confirmed=count.confirmed) for count in counts
    )
    used = uses(civil_day(at), "")
    quiet = used.shadow | used.suspended
    return [one for one in found if one and one.rule not in quiet and not stops_by_law(one.rule, civil_day(at), "")]


def engine_trouble(*, at: datetime) -> T | None:
    """What is to be said while the engine fails its own test, when nothing is prescribed or settled; None when alive.

    For everybody of the staff: no right is asked for.
    """
    try:
        failed = engine.failed_at(at)
    except KnowledgeDamaged as damaged:
        return damaged.sentence
    return EngineSilent(rules=", ".join(sorted(failed))).sentence if failed else None


def knowledge_files(*, actor: Actor) -> tuple[Path | None, Path | None]:
    """The files with which an audit of this installation judges: official records, and limits put in force here."""
    require(actor, STORE_AUDIT)
    return files_in_force()


def answered_before(verdicts: tuple[Verdict, ...]) -> frozenset[tuple[str, str]]:
    """The rules and subjects for which a reason was already given."""
    told = [verdict for verdict in verdicts if verdict.is_finding or verdict.is_undecided]
    if not told:
        return frozenset()
    found = Answer.objects.filter(
        subject__in={verdict.core.subject for verdict in told}, rule__in={verdict.rule for verdict in told}
    )
    return frozenset(found.values_list("rule", "subject"))
