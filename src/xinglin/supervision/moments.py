"""Three doors, one judge. `remind` before, `control` during, `audit` after: the same rules, the same verdicts.

What is done with a verdict is not decided here: that is policy, and it differs by moment. The verdict does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.compiled import Compiled, CompiledRule
from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.engines.said import CLEAR, NOT_APPLICABLE, Deferred, Said
from xinglin.supervision.engines.sentences import fill, quiet
from xinglin.supervision.engines.together import Together, in_force
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY, Case, Row, flat
from xinglin.supervision.facts.history import Record
from xinglin.supervision.facts.lake import OF_SCOPE, World, lines_of, world_of
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.facts.medicine import Line
from xinglin.supervision.facts.schema import values
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Moment, Outcome, Plain, Scope, Verdict, Words
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
    asking, facts = asking_of(knowledge, moment, only), flat(case)
    case = measured_case(case, asking, judged_at, history, facts)
    without, answers = answers_of(asking, case, facts)
    verdicts: list[Verdict] = []
    for (rule, ready, title, clear, not_applicable), answered in zip(asking.rules, answers, strict=True):
        for said, outcome in answered:
            core = Deferred(ready, said, None, outcome)
            if outcome is NOT_APPLICABLE:
                sentence, hint = not_applicable
            else:
                sentence, hint = clear if outcome is CLEAR else fill(rule, core, knowledge)
            verdicts.append(Verdict(core, moment, judged_at, title, sentence, hint))
    return Judged(tuple(verdicts), without, knowledge.digest, case)


Answered = list[tuple[Said, Outcome]]
"""What one rule said of each subject of which it was asked."""


def answers_of(
    asking: Asking, case: Case, facts: dict[str, Plain] | None = None
) -> tuple[tuple[str, ...], list[Answered]]:
    """The rules without a subject, and what each rule said. `facts` is the case flat, if at hand."""
    tables, facts = asking.engine.tables, flat(case) if facts is None else facts
    without: set[int] = set()
    answers: list[Answered] = [[] for _ in asking.rules]
    for scope, places, together in asking.scopes:
        saids = [Said(row) for row in rows(case, scope, facts)]
        if not saids:
            without.update(places)
            continue
        for said in saids:
            for place, outcome in zip(places, together.outcomes(tables, said), strict=True):
                if outcome is not None:
                    answers[place].append((said, outcome))
    return tuple(one.rule.id for place, one in enumerate(asking.rules) if place in without), answers


class AskedRule(NamedTuple):
    """A rule ready to run, its title, and what it says where it finds nothing."""

    rule: Rule
    ready: CompiledRule
    title: Words
    clear: tuple[Words, Words]
    not_applicable: tuple[Words, Words]


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked at a moment: the rules in the order of the catalogue, each compiled, and what they measure.

    `scopes` has the rules of each scope as one, with their places among all.
    """

    engine: Compiled
    rules: tuple[AskedRule, ...]
    scopes: tuple[tuple[Scope, tuple[int, ...], Together], ...]
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


def asking_of(knowledge: Knowledge, moment: Moment, only: Collection[str] | None = None) -> Asking:
    """What is asked at a moment, ready to be; `only` narrows it to some rule ids."""
    rules, names = RULES, None if only is None else frozenset(only)
    return _asking(Holding(knowledge), moment, names, id(rules))


@lru_cache(maxsize=256)
def _asking(holding: Holding, moment: Moment, only: frozenset[str] | None, _catalogue: int) -> Asking:
    """What is asked at a moment, worked out once. `only` narrows it; `_catalogue` tells lists of rules apart."""
    asked = [rule for rule in RULES if moment in rule.moments and (only is None or rule.id in only)]
    engine = compiled(holding)
    rules = tuple(AskedRule(rule, engine.rule(rule), rule.title, *quiet(rule.title)) for rule in asked)
    places = {scope: tuple(n for n, one in enumerate(asked) if one.scope is scope) for scope in Scope}
    scopes = tuple(
        (scope, of_scope, Together([rules[n].ready for n in of_scope]))
        for scope, of_scope in places.items()
        if of_scope
    )
    return Asking(engine, rules, scopes, _wanted(engine, asked))


def measured_case(
    case: Case, asking: Asking, judged_at: datetime, history: World | None, facts: dict[str, Plain] | None = None
) -> Case:
    """The case with the numbers that what is asked reads. `facts` is the case flat, if at hand."""
    facts = flat(case) if facts is None else facts
    return _measured(case, facts, asking.engine, judged_at, history, asking.measures)


def with_measures(
    case: Case, knowledge: Knowledge, judged_at: datetime, history: World | None, asked: Iterable[Rule]
) -> Case:
    """The case with the numbers that its rules read; a number that it brings along stays."""
    engine = compiled(Holding(knowledge))
    return _measured(case, flat(case), engine, judged_at, history, _wanted(engine, asked))


def _measured(
    case: Case,
    flat_case: dict[str, Plain],
    engine: Compiled,
    judged_at: datetime,
    history: World | None,
    wanted: Mapping[Scope, frozenset[str]],
) -> Case:
    if not wanted:
        return case
    world = world_of(case, Record(asked_at=judged_at), history, flat_case)
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
    return in_force(rule, day if isinstance(day, date) else None, territory if isinstance(territory, str) else None)


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
