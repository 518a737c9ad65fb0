"""The questions of oversight, limited to what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, evidence
from xinglin.hospital.oversight.models import Answer, GivenVerdict, Judgement
from xinglin.hospital.oversight.words import FindingState
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.verdicts import Moment, Outcome, Verdict

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What an auditor narrows the list to. Empty means everything the actor may see."""

    rule: str = ""
    outcome: str = ""
    moment: str = ""
    consequence: str = ""
    state: str = ""
    institution_id: UUID | None = None
    from_on: date | None = None
    until_on: date | None = None
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line of the auditor's list."""

    id: UUID
    institution_id: UUID
    rule: str
    title: T
    outcome: T
    outcome_code: str
    certainty: T
    moment: T
    moment_code: str
    consequence: str
    sentence: T
    hint: T
    subject: str
    excess_fen: int | None
    at: datetime
    state: str
    answered: bool


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A page of the list, and how many there are in all."""

    rows: tuple[FindingRow, ...]
    total: int
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class MomentAnswer:
    """What the same rule said of the same subject at one moment. `same` compares the hashed cores."""

    at: datetime
    moment: T
    outcome: T
    core_hash: str
    same: bool
    asked_for: str


@dataclass(frozen=True, slots=True)
class GivenReason:
    """Why somebody went on."""

    at: datetime
    who: str
    reason_code: str
    text: str


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


def findings(*, actor: Actor, filters: Filters | None = None) -> FindingPage:
    """The findings that the actor may see, newest first."""
    chosen = filters or Filters()
    rows = _narrowed(_visible(actor), chosen)
    page = rows.order_by("-at", "-id")[chosen.offset : chosen.offset + min(chosen.limit, 200)]
    return FindingPage(tuple(_row(verdict) for verdict in page), rows.count(), chosen)


def finding(*, actor: Actor, verdict_id: UUID) -> FindingDetail:
    """One finding with its evidence and what the same rule said of the subject at every moment. Raises NotFound."""
    verdict = _visible(actor).filter(id=verdict_id).first()
    if verdict is None:
        raise NotFound
    rule = find_rule(verdict.rule)
    facts, missing = evidence.shown(verdict.core)
    view = getattr(verdict, "view", None)
    return FindingDetail(
        row=_row(verdict),
        core_hash=verdict.core_hash,
        rule_version=verdict.version,
        why=T(zh=rule.why.zh, en=rule.why.en),
        sources=tuple(evidence.source(source) for source in rule.source),
        facts=facts,
        missing=missing,
        moments=_moments(verdict),
        reasons=tuple(
            GivenReason(given.at, given.actor_label, given.reason_code, given.text)
            for given in Answer.objects.filter(rule=verdict.rule, subject=verdict.subject).order_by("at")
        ),
        subject_type=verdict.judgement.subject_type,
        subject_id=verdict.judgement.subject_id,
        judgement_id=verdict.judgement_id,
        note=view.note if view else "",
    )


def rule_counts(*, actor: Actor, from_on: date | None = None, until_on: date | None = None) -> Sequence[RuleCount]:
    """The effect of each rule among the findings that the actor may see."""
    rows = _narrowed(_visible(actor), Filters(from_on=from_on, until_on=until_on))
    counted = (
        rows.values("rule")
        .annotate(
            findings=Count("id", filter=Q(outcome=Outcome.FINDING.value), distinct=True),
            undecided=Count("id", filter=Q(outcome=Outcome.CANNOT_TELL.value), distinct=True),
            went_on=Count("id", filter=Q(answers__isnull=False), distinct=True),
            confirmed=Count("id", filter=Q(view__state=FindingState.CONFIRMED), distinct=True),
            rejected=Count("id", filter=Q(view__state=FindingState.REJECTED), distinct=True),
        )
        .order_by("rule")
    )
    amounts = dict(rows.order_by().values_list("rule").annotate(Sum("excess_fen")))
    return [
        RuleCount(
            rule=row["rule"],
            title=_title(row["rule"]),
            findings=row["findings"],
            undecided=row["undecided"],
            amount_fen=amounts.get(row["rule"]) or 0,
            answered=row["went_on"],
            confirmed=row["confirmed"],
            rejected=row["rejected"],
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


def _visible(actor: Actor) -> QuerySet[GivenVerdict]:
    require(actor, access.READ_FINDINGS)
    answers = Answer.objects.filter(rule=OuterRef("rule"), subject=OuterRef("subject"))
    rows = GivenVerdict.objects.select_related("judgement", "view").annotate(answered=Exists(answers))
    if actor.has(Role.REGULATOR, Role.SYSTEM):
        return rows
    return rows.filter(institution_id__in=actor.institution_ids)


def _narrowed(rows: QuerySet[GivenVerdict], filters: Filters) -> QuerySet[GivenVerdict]:
    plain = {"rule": filters.rule, "outcome": filters.outcome, "moment": filters.moment}
    plain["consequence"] = filters.consequence
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if filters.institution_id is not None:
        rows = rows.filter(institution_id=filters.institution_id)
    if filters.from_on is not None:
        rows = rows.filter(at__date__gte=filters.from_on)
    if filters.until_on is not None:
        rows = rows.filter(at__date__lte=filters.until_on)
    if filters.state == FindingState.NEW:
        return rows.filter(view__isnull=True)
    return rows.filter(view__state=filters.state) if filters.state else rows


def _title(rule_id: str) -> T:
    title = find_rule(rule_id).title
    return T(zh=title.zh, en=title.en)


def _row(verdict: GivenVerdict) -> FindingRow:
    outcome, moment = Outcome.of(verdict.outcome), Moment.of(verdict.moment)
    view = getattr(verdict, "view", None)
    certainty = find_rule(verdict.rule).certainty
    return FindingRow(
        id=verdict.id,
        institution_id=verdict.institution_id,
        rule=verdict.rule,
        title=_title(verdict.rule),
        outcome=T(zh=outcome.zh, en=outcome.en),
        outcome_code=outcome.value,
        certainty=T(zh=certainty.zh, en=certainty.en),
        moment=T(zh=moment.zh, en=moment.en),
        moment_code=moment.value,
        consequence=verdict.consequence,
        sentence=T(zh=verdict.sentence_zh, en=verdict.sentence_en),
        hint=T(zh=verdict.hint_zh, en=verdict.hint_en),
        subject=verdict.subject,
        excess_fen=verdict.excess_fen,
        at=verdict.at,
        state=view.state if view else FindingState.NEW.value,
        answered=getattr(verdict, "answered", False),
    )


def _moments(verdict: GivenVerdict) -> tuple[MomentAnswer, ...]:
    """Every judgement of the same visit or subject in which this rule answered for the same subject."""
    judged = verdict.judgement
    related = Q(subject_id=judged.subject_id)
    if judged.encounter_id:
        related |= Q(encounter_id=judged.encounter_id)
    found = []
    for judgement in Judgement.objects.filter(related).order_by("at", "id"):
        for rule, _version, subject, code, core_hash in judgement.answers:
            if (rule, subject) == (verdict.rule, verdict.subject):
                moment, outcome = Moment.of(judgement.moment), Outcome.of(code)
                found.append(
                    MomentAnswer(
                        at=judgement.at,
                        moment=T(zh=moment.zh, en=moment.en),
                        outcome=T(zh=outcome.zh, en=outcome.en),
                        core_hash=core_hash,
                        same=core_hash == verdict.core_hash,
                        asked_for=judgement.subject_type,
                    )
                )
    return tuple(found)
