"""Limits that are changed here: what they would say in shadow, how they become dated rows, and how they are read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access, engine
from xinglin.hospital.oversight.knowledge import knowledge_in_force
from xinglin.hospital.oversight.models import LimitChange, LimitShadow
from xinglin.hospital.oversight.words import LIMIT_STATES, LimitState
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.facts import Case
from xinglin.supervision.facts.lake import World
from xinglin.supervision.moments import Judged
from xinglin.supervision.reports.trial import limits_of, shown, tried
from xinglin.supervision.tables import Knowledge
from xinglin.supervision.tables.adopted import AdoptedLimit, current_adopted, write_adopted
from xinglin.supervision.verdicts import Outcome, Verdict
from xinglin.supervision.vocabulary.papers import Rule


def put_in_force() -> None:
    """Write every approved limit where the engine and the audit command read them. Done twice it is done once."""
    approved = [adopted(row) for row in LimitChange.objects.filter(state=LimitState.APPROVED)]
    if approved or current_adopted(settings.XINGLIN_KNOWLEDGE) is not None:
        write_adopted(settings.XINGLIN_KNOWLEDGE, approved)


def adopted(row: LimitChange) -> AdoptedLimit:
    """An approved change as the dated row that it is."""
    decided = f"{row.decided_at:%Y%m%d%H%M%S}-{row.id.hex[-4:]}" if row.decided_at else ""
    return AdoptedLimit(row.limit, row.value, row.territory, row.from_on, row.basis, row.basis, decided)


# SHADOW


def beside(
    case: Case, moment: str, now: datetime, only: frozenset[str] | None, history: World | None, judged: Judged
) -> list[tuple[UUID, str, str]]:
    """What the proposed limits that are in shadow would have said: change, the outcome given, the outcome with it."""
    place = case.institution.territory_code or ""
    found: list[tuple[UUID, str, str]] = []
    for row in LimitChange.objects.filter(state=LimitState.SHADOW).order_by("id"):
        if not place.startswith(row.territory) or (only is not None and row.rule not in only):
            continue
        knowledge = _with(_Asked(knowledge_in_force()), row.rule, row.limit, shown(row.value, "en"))
        other = engine.ask(case, moment, now, frozenset({row.rule}), history, knowledge)
        given = {verdict.core.subject: verdict.outcome for verdict in judged.verdicts if verdict.rule == row.rule}
        found += [(row.pk, given[one.core.subject].value, one.outcome.value) for one in _told(other, given)]
    return found


def _told(other: Judged, given: Mapping[str, Outcome]) -> list[Verdict]:
    """The verdicts on subjects to which the rule applies by either limit."""
    known = [verdict for verdict in other.verdicts if verdict.core.subject in given]
    silent = Outcome.NOT_APPLICABLE
    return [one for one in known if not (one.outcome is silent and given[one.core.subject] is silent)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Knowledge by its digest."""

    knowledge: Knowledge

    def __hash__(self) -> int:
        return hash(self.knowledge.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.knowledge.digest == self.knowledge.digest


@lru_cache(maxsize=8)
def _with(held: _Asked, rule: str, limit: str, value: str) -> Knowledge:
    knowledge, _ = tried(find_rule(rule), held.knowledge, {limit: value})
    return knowledge


def count(found: Sequence[tuple[UUID, str, str]], institution_id: UUID, on: date) -> None:
    """Add to the day's counts."""
    for (change, before, after), times in sorted(Counter(found).items(), key=str):
        row, made = LimitShadow.objects.get_or_create(
            change_id=change, on=on, institution_id=institution_id, before=before, after=after,
            defaults={"count": times},
        )  # fmt: skip
        if not made:
            LimitShadow.objects.filter(pk=row.pk).update(count=F("count") + times)


# READING


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A value of a limit as a person reads it, in a place (empty: the whole country), first and last day."""

    value: str
    territory: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """A limit of a rule with all its rows; `now` are these in one line."""

    limit: str
    name: T
    unit: T
    now: T
    rows: tuple[LimitRow, ...]


def rule_limits(*, actor: Actor, rule: str) -> list[RuleLimit]:
    """The limits of a rule as they stand on record here, those that were put in force among them. Raises NotFound."""
    require(actor, access.READ_FINDINGS)
    return [
        RuleLimit(
            one.name,
            T(zh=one.meaning.zh, en=one.meaning.en),
            T(zh=one.unit.zh, en=one.unit.en),
            T(zh=one.now.zh, en=one.now.en),
            tuple(LimitRow(shown(value, "en"), place, since, until) for value, place, since, until in one.values),
        )
        for one in limits_of(_known(rule), knowledge_in_force())
    ]


def _known(rule: str) -> Rule:
    try:
        return find_rule(rule)
    except KeyError:
        raise NotFound from None


@dataclass(frozen=True, slots=True)
class LimitCard:
    """A changed limit as a page shows it. `may_decide`: the actor is another person than who proposed it."""

    id: UUID
    rule: str
    limit: str
    name: T
    unit: T
    value: T
    before: T
    territory: str
    from_on: date
    basis: str
    reason: str
    trial_id: UUID
    backtest: dict[str, Any]
    state: str
    state_name: T
    proposed_by: str
    proposed_at: datetime
    shadow_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    words: str
    judged: int
    findings_before: int
    findings_after: int
    in_force: bool
    may_decide: bool
    may_shadow: bool


def limit_changes(*, actor: Actor, rule: str, at: datetime) -> list[LimitCard]:
    """Every change of a rule's limits, the latest first: the history of its dated values. Raises NotFound."""
    require(actor, access.READ_FINDINGS)
    rows = LimitChange.objects.filter(rule=rule).order_by("-proposed_at", "-id").prefetch_related("shadows")
    known = {limit.name: limit for limit in limits_of(_known(rule), knowledge_in_force())}
    return [_card(actor, row, known, at) for row in rows if row.limit in known]


def _card(actor: Actor, row: LimitChange, known: Mapping[str, Any], at: datetime) -> LimitCard:
    limit, state = known[row.limit], LimitState(row.state)
    counts: Counter[tuple[str, str]] = Counter()
    for one in row.shadows.all():
        counts[one.before, one.after] += one.count
    finding = Outcome.FINDING.value
    return LimitCard(
        id=row.pk,
        rule=row.rule,
        limit=row.limit,
        name=T(zh=limit.meaning.zh, en=limit.meaning.en),
        unit=T(zh=limit.unit.zh, en=limit.unit.en),
        value=T(zh=shown(row.value, "zh"), en=shown(row.value, "en")),
        before=T(zh=row.before_zh, en=row.before_en),
        territory=row.territory,
        from_on=row.from_on,
        basis=row.basis,
        reason=row.reason,
        trial_id=row.trial_id,
        backtest=row.backtest,
        state=state.value,
        state_name=LIMIT_STATES[state],
        proposed_by=row.proposed_by_label,
        proposed_at=row.proposed_at,
        shadow_at=row.shadow_at,
        decided_by=row.decided_by_label,
        decided_at=row.decided_at,
        words=row.words,
        judged=counts.total(),
        findings_before=sum(times for (before, _), times in counts.items() if before == finding),
        findings_after=sum(times for (_, after), times in counts.items() if after == finding),
        in_force=state is LimitState.APPROVED and row.from_on <= civil_day(at),
        may_decide=state is LimitState.SHADOW and access.APPROVE_LIMIT.held_by(actor) and another(actor, row),
        may_shadow=state is LimitState.PROPOSED and access.SWITCH_RULE.held_by(actor),
    )


def another(actor: Actor, row: LimitChange) -> bool:
    """Whether the actor is another person than who proposed it."""
    same = actor.person_id is not None and actor.person_id == row.proposed_by_person_id
    return not same and actor.id != row.proposed_by_id
