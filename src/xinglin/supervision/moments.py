"""Three doors, one judge. `remind` before, `control` during, `audit` after: the same rules, the same verdicts.

What is done with a verdict is not decided here: that is policy, and it differs by moment. The verdict does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.compiled import Compiled, CompiledRule
from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.engines.said import Said
from xinglin.supervision.engines.sentences import fill
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY, Case, Row, flat
from xinglin.supervision.facts.history import Record
from xinglin.supervision.facts.lake import OF_SCOPE, World, lines_of, world_of
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.facts.medicine import Line
from xinglin.supervision.facts.schema import values
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Moment, Outcome, Plain, Scope, Verdict
from xinglin.supervision.vocabulary.papers import Rule


@dataclass(frozen=True, slots=True)
class Judged:
    """Every verdict that was given, and the rules that found no subject to look at."""

    verdicts: tuple[Verdict, ...]
    without_subject: tuple[str, ...]
    knowledge: str
    case: Case
    """The case with the numbers that were measured: what is written down, and can be judged again."""

    @property
    def findings(self) -> tuple[Verdict, ...]:
        """The verdicts that found something."""
        return tuple(verdict for verdict in self.verdicts if verdict.is_finding)

    @property
    def undecided(self) -> tuple[Verdict, ...]:
        """The verdicts that cannot tell."""
        return tuple(verdict for verdict in self.verdicts if verdict.is_undecided)

    def counts(self) -> dict[str, int]:
        """How many verdicts there are of each outcome."""
        return {str(outcome): sum(verdict.outcome is outcome for verdict in self.verdicts) for outcome in Outcome}


def remind(
    case: Case,
    *,
    knowledge: Knowledge,
    judged_at: datetime,
    only: Collection[str] | None = None,
    history: World | None = None,
) -> Judged:
    """Judge while a person is still working on the case."""
    return judge(case, Moment.REMIND, knowledge=knowledge, judged_at=judged_at, only=only, history=history)


def control(
    case: Case,
    *,
    knowledge: Knowledge,
    judged_at: datetime,
    only: Collection[str] | None = None,
    history: World | None = None,
) -> Judged:
    """Judge when the deed is about to be done: opening, signing, review, handing over, settlement."""
    return judge(case, Moment.CONTROL, knowledge=knowledge, judged_at=judged_at, only=only, history=history)


def audit(
    case: Case,
    *,
    knowledge: Knowledge,
    judged_at: datetime,
    only: Collection[str] | None = None,
    history: World | None = None,
) -> Judged:
    """Judge one past case again, over the facts as they were recorded."""
    return judge(case, Moment.AUDIT, knowledge=knowledge, judged_at=judged_at, only=only, history=history)


def judge(
    case: Case,
    moment: Moment,
    *,
    knowledge: Knowledge,
    judged_at: datetime,
    only: Collection[str] | None = None,
    history: World | None = None,
) -> Judged:
    """Every verdict of the rules asked at a moment, in the order of the catalogue.

    `judged_at` is written into the envelope and nowhere else: law, limits and lists are those of the event's day.
    `only` narrows the question to some rule ids. `history` is what lies around the case: other visits, supplies and
    stays of the person, other visits of the physician; without it the numbers that need it are unknown. Numbers that
    the case brings along are kept. Raises ValueError when `judged_at` has no zone.
    """
    if judged_at.tzinfo is None:
        raise ValueError("judged_at needs a time zone")
    verdicts: list[Verdict] = []
    without: list[str] = []
    rules, names = RULES, None if only is None else frozenset(only)
    asking = _asking(Holding(knowledge), moment, names, id(rules))
    case = _measured(case, asking.engine, judged_at, history, asking.measures)
    facts = flat(case)
    by_scope = {scope: [Said(row) for row in rows(case, scope, facts)] for scope in asking.scopes}
    tables = asking.engine.tables
    for rule, ready in asking.rules:
        saids, title = by_scope[rule.scope], rule.title
        if not saids:
            without.append(rule.id)
        for said in saids:
            if _in_force(rule, said.day, said.place):
                core = ready.judge(tables, said)
                sentence, hint = fill(rule, core, knowledge)
                verdicts.append(Verdict(core, moment, judged_at, title, sentence, hint))
    return Judged(tuple(verdicts), tuple(without), knowledge.digest, case)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked at a moment: the rules in the order of the catalogue, each compiled, and what they measure."""

    engine: Compiled
    rules: tuple[tuple[Rule, CompiledRule], ...]
    scopes: tuple[Scope, ...]
    measures: dict[Scope, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Holding:
    """Knowledge by its digest, so that its compiled rules are found again."""

    knowledge: Knowledge

    def __hash__(self) -> int:
        return hash(self.knowledge.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holding) and self.knowledge.digest == other.knowledge.digest


@lru_cache(maxsize=8)
def compiled(holding: Holding) -> Compiled:
    """The rules and measures compiled for a knowledge."""
    return Compiled(holding.knowledge)


@lru_cache(maxsize=64)
def _asking(holding: Holding, moment: Moment, only: frozenset[str] | None, _catalogue: int) -> Asking:
    """What is asked at a moment, worked out once. `only` narrows it; `_catalogue` tells lists of rules apart."""
    asked = [rule for rule in RULES if moment in rule.moments and (only is None or rule.id in only)]
    engine = compiled(holding)
    rules = tuple((rule, engine.rule(rule)) for rule in asked)
    return Asking(engine, rules, tuple({rule.scope for rule in asked}), _wanted(engine, asked))


def with_measures(
    case: Case, knowledge: Knowledge, judged_at: datetime, history: World | None, asked: Iterable[Rule]
) -> Case:
    """The case with the numbers that its rules read; a number that it brings along stays."""
    engine = compiled(Holding(knowledge))
    return _measured(case, engine, judged_at, history, _wanted(engine, asked))


def _measured(
    case: Case, engine: Compiled, judged_at: datetime, history: World | None, wanted: Mapping[Scope, frozenset[str]]
) -> Case:
    if not wanted:
        return case
    world = world_of(case, Record(asked_at=judged_at), history)
    measurer = Measurer(world, engine, history=history is not None)
    given = {(one.scope, one.subject): one for one in case.measures}
    for scope, names in wanted.items():
        for facts in world.wide(OF_SCOPE[scope].name):
            subject = facts.get(OF_SCOPE[scope].key)
            if isinstance(subject, str):
                former = given.get((scope.value, subject))
                if former is None:
                    numbers: dict[str, Any] = {**measurer.of(scope, facts, names)}
                    given[scope.value, subject] = Measure(scope=scope.value, subject=subject, **numbers)
                else:
                    unknown = frozenset(name for name in names if getattr(former, name) is None)
                    numbers = {**measurer.of(scope, facts, unknown)}
                    given[scope.value, subject] = replace(former, **numbers)
    return replace(case, measures=tuple(given.values()))


def _wanted(engine: Compiled, asked: Iterable[Rule]) -> dict[Scope, frozenset[str]]:
    """The measures that rules read, by scope."""
    found: dict[Scope, frozenset[str]] = {}
    for rule in asked:
        names = engine.rule(rule).measures
        if names:
            found[rule.scope] = found.get(rule.scope, frozenset()) | names
    return found


def may_be_in_force(rule: Rule, row: Row) -> bool:
    """Whether a rule is asked of a row. Where day or place is unknown it is asked, and will say what is missing."""
    day, territory = row.facts.get(EVENT_DAY[row.scope]), row.facts.get(TERRITORY)
    return _in_force(rule, day if isinstance(day, date) else None, territory if isinstance(territory, str) else None)


def _in_force(rule: Rule, day: date | None, place: str | None) -> bool:
    if day is not None and not rule.in_force(day):
        return False
    return place is None or place.startswith(rule.territory)


NOT_MEASURED: Final = Measure()


def rows(case: Case, scope: Scope, facts: dict[str, Plain] | None = None) -> Iterator[Row]:
    """The rows of a scope that a case holds: none where the subject has no id. `facts` is the case flat, if at hand."""
    facts = flat(case) if facts is None else facts
    measured = {one.subject: one for one in reversed(case.measures) if one.scope == scope.value}
    for subject, lines, own in _subjects(case, scope):
        measures = measured.get(subject, NOT_MEASURED)
        yield Row(scope, subject, lines, facts | own | values("measure", measures))


def _subjects(case: Case, scope: Scope) -> Iterator[tuple[str, tuple[str, ...], dict[str, Plain]]]:
    """Each subject with its id, the lines it concerns and the facts that are its own."""
    if scope is Scope.LINE:
        yield from ((line.id, (line.id,), values("line", line)) for line in case.lines if line.id is not None)
    elif scope is Scope.ITEM:
        yield from ((item.id, (item.id,), values("item", item)) for item in case.items if item.id is not None)
    elif scope is Scope.PACK:
        by_id = {line.id: line for line in case.lines if line.id is not None}
        for pack in case.packs:
            if pack.id is not None:
                line = by_id.get(pack.line_id, Line(id=pack.line_id)) if pack.line_id else Line()
                own = values("pack", pack)
                yield pack.id, lines_of(Scope.PACK, pack.id, own), values("line", line) | own
    else:
        subject = getattr(case, scope.value).id
        if subject is not None:
            yield subject, (), {}
