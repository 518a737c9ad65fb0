"""Cases of findings: their steps, what comes next and by when; the provider's own; how decisions went by rule."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, evidence, process
from xinglin.hospital.oversight.evidence import Shown
from xinglin.hospital.oversight.models import FindingCase, FindingStep, GivenVerdict
from xinglin.hospital.oversight.rows import FindingRow, line_of, title_of
from xinglin.hospital.oversight.words import (
    DECISION_NAMES,
    STATE_NAMES,
    VERB_NAMES,
    Decision,
    FindingState,
)
from xinglin.supervision.catalogue import find_rule

NOTHING = T(zh="", en="")
CONFIRMED = (Decision.UPHELD, Decision.PARTLY)


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step that was taken. `decision_name` and `upheld_fen` where the step decided."""

    verb: str
    name: T
    after: str
    after_name: T
    words: str
    who: str
    at: datetime
    due_at: datetime | None
    decision_name: T | None
    upheld_fen: int | None


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A finding as the provider sees it: what was found, how far it has come, until when, and what one may do."""

    case_id: UUID
    verdict_id: UUID
    institution_id: UUID
    practitioner_id: UUID | None
    rule: str
    title: T
    sentence: T
    hint: T
    state: str
    state_name: T
    decision_name: T | None
    fen: int | None
    upheld_fen: int | None
    due_at: datetime | None
    at: datetime
    steps: tuple[StepCard, ...]
    next_verb: str
    row: FindingRow
    facts: tuple[Shown, ...] = ()
    sources: tuple[T, ...] = ()
    why: T = NOTHING


@dataclass(slots=True)
class Decisions:
    """How decisions about one rule went."""

    confirmed: int = 0
    rejected: int = 0
    rejected_on_appeal: int = 0


def case_of(verdict: GivenVerdict) -> FindingCase | None:
    """The case of a verdict, or None while it is new."""
    return FindingCase.objects.filter(
        institution_id=verdict.institution_id,
        rule=verdict.rule,
        subject=verdict.subject,
        core_hash=verdict.core_hash,
    ).first()


def steps_of(case: FindingCase) -> tuple[StepCard, ...]:
    """The steps of a case in the order of time."""
    return tuple(_step(step) for step in case.steps.order_by("at", "id"))


def _step(step: FindingStep) -> StepCard:
    decided = step.verb in {"decide_finding", "close_appeal"}
    return StepCard(
        verb=step.verb,
        name=VERB_NAMES[step.verb],
        after=step.after,
        after_name=STATE_NAMES[FindingState(step.after)],
        words=step.words,
        who=step.actor_label,
        at=step.at,
        due_at=step.due_at,
        decision_name=DECISION_NAMES[Decision(step.decision)] if decided and step.decision else None,
        upheld_fen=step.upheld_fen if decided else None,
    )


def next_verbs(*, actor: Actor, state: str, certainty: str, late: bool) -> tuple[str, ...]:
    """The steps that the actor may take now, the natural one first. `late`: the state's time has passed."""
    mine = {
        access.PROSECUTE: ("notify_provider", "verify_finding", "decide_finding"),
        access.SPEAK: ("state_case", "appeal_decision"),
        access.DECIDE_APPEAL: ("close_appeal",),
    }
    allowed = [verb for permission, verbs in mine.items() if permission.held_by(actor) for verb in verbs]
    found = [verb for verb in allowed if process.may_follow(verb, state, certainty)]
    if state == FindingState.NOTIFIED and not late:
        found = [verb for verb in found if verb != "verify_finding"]
    if state == FindingState.DECIDED and late:
        found = [verb for verb in found if verb != "appeal_decision"]
    return tuple(found)


def _of_provider(actor: Actor) -> QuerySet[FindingCase]:
    require(actor, access.SPEAK)
    mine = Q(practitioner_id=actor.practitioner_id) if actor.practitioner_id else Q(pk=None)
    if actor.has(Role.MEDICAL_AFFAIRS):
        mine |= Q(institution_id__in=actor.institution_ids)
    return FindingCase.objects.filter(mine).select_related("verdict", "verdict__judgement")


def cases_for_provider(*, actor: Actor, now: datetime, limit: int = 100) -> list[CaseCard]:
    """Findings of which the provider was told: what one has to answer first, the most urgent first, then the rest."""
    waiting = [FindingState.NOTIFIED, FindingState.DECIDED]
    rows = _of_provider(actor)
    first = list(rows.filter(state__in=waiting).order_by("due_at", "id")[:limit])
    rest = list(rows.exclude(state__in=waiting).order_by("-changed_at", "-id")[: limit - len(first)])
    return [_card(actor, case, now) for case in first + rest]


def case_for_provider(*, actor: Actor, verdict_id: UUID, now: datetime) -> CaseCard:
    """One finding of which the provider was told, with the facts it rests on and the law. Raises NotFound."""
    verdict = GivenVerdict.objects.filter(pk=verdict_id).first()
    case = case_of(verdict) if verdict else None
    found = _of_provider(actor).filter(pk=case.pk).first() if case else None
    if found is None:
        raise NotFound
    rule = find_rule(found.rule)
    log = list(found.verdict.judgement.facts.order_by("position"))
    facts, _missing = evidence.shown(found.verdict.core, log)
    return replace(
        _card(actor, found, now),
        facts=facts,
        sources=tuple(evidence.source(source) for source in rule.source),
        why=T(zh=rule.why.zh, en=rule.why.en),
    )


def _card(actor: Actor, case: FindingCase, now: datetime) -> CaseCard:
    verdict = case.verdict
    late = case.due_at is not None and case.due_at <= now
    verbs = next_verbs(actor=actor, state=case.state, certainty=case.certainty, late=late)
    own = [verb for verb in verbs if verb in {"state_case", "appeal_decision"}]
    return CaseCard(
        case_id=case.pk,
        verdict_id=verdict.pk,
        institution_id=case.institution_id,
        practitioner_id=case.practitioner_id,
        rule=case.rule,
        title=title_of(case.rule),
        sentence=T(zh=verdict.sentence_zh, en=verdict.sentence_en),
        hint=T(zh=verdict.hint_zh, en=verdict.hint_en),
        state=case.state,
        state_name=STATE_NAMES[FindingState(case.state)],
        decision_name=DECISION_NAMES[Decision(case.decision)] if case.decision else None,
        fen=case.fen,
        upheld_fen=case.upheld_fen,
        due_at=case.due_at,
        at=verdict.at,
        steps=steps_of(case),
        next_verb=own[0] if own else "",
        row=line_of(verdict),
    )


def overdue(*, actor: Actor, now: datetime) -> int:
    """How many cases of the actor's institutions have passed the time of their state; a regulator's are all."""
    require(actor, access.READ_FINDINGS)
    rows = FindingCase.objects.filter(due_at__lte=now).exclude(state=FindingState.DECIDED)
    if not actor.has(Role.REGULATOR, Role.SYSTEM):
        rows = rows.filter(institution_id__in=actor.institution_ids)
    return rows.count()


def decisions_by_rule(actor: Actor, from_on: date | None, until_on: date | None) -> defaultdict[str, Decisions]:
    """How the decisions went, by rule, in the institutions of the actor; days are those of the verdict."""
    rows = FindingCase.objects.exclude(decision="")
    if not actor.has(Role.REGULATOR, Role.SYSTEM):
        rows = rows.filter(institution_id__in=actor.institution_ids)
    if from_on is not None:
        rows = rows.filter(verdict__at__date__gte=from_on)
    if until_on is not None:
        rows = rows.filter(verdict__at__date__lte=until_on)
    found: defaultdict[str, Decisions] = defaultdict(Decisions)
    for rule, decision, turned in rows.values_list("rule", "decision", "turned_on_appeal"):
        counted = found[rule]
        counted.confirmed += decision in CONFIRMED
        counted.rejected += decision == Decision.REJECTED
        counted.rejected_on_appeal += decision == Decision.REJECTED and turned
    return found
