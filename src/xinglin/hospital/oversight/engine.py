"""The engine under watch: what the known cases say of it, and judging for the services."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.oversight.asks import asks_of
from xinglin.hospital.oversight.knowledge import knowledge_in_force
from xinglin.hospital.oversight.known_cases import MUST_STOP, bad_cases, clean_case
from xinglin.hospital.oversight.ports import Around, History
from xinglin.hospital.oversight.uses import uses
from xinglin.hospital.oversight.words import Consequence
from xinglin.medication.detecting import Around as Beside
from xinglin.medication.detecting import detect, tables
from xinglin.supervision import moments
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.facts import Case, ItemKind
from xinglin.supervision.facts.case import flat
from xinglin.supervision.facts.lake import Facts, World
from xinglin.supervision.facts.schema import values
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.moments import Judged
from xinglin.supervision.tables import Knowledge
from xinglin.supervision.verdicts import Moment, Scope

TEST_AT = datetime(2026, 5, 20, 12, 0, tzinfo=SHANGHAI)


def failed_rules() -> frozenset[str]:
    """The rules that answer a known case wrongly; empty when the engine is alive.

    In the clean case no rule finds anything, and the watched rules, those of the bad cases, can tell. What must never
    pass is followed through policy to the refusal: an engine that finds and a policy that lets pass is no better.
    """
    knowledge = knowledge_in_force()
    watched = frozenset[str]().union(*(rules for _, rules in bad_cases()))
    wrong: set[str] = set()
    for moment in (Moment.REMIND, Moment.CONTROL):
        for case, rules in bad_cases():
            judged = moments.judge(case, moment, knowledge=knowledge, judged_at=TEST_AT, only=rules)
            wrong |= rules - {verdict.rule for verdict in judged.findings}
            asks = asks_of(judged.verdicts, case, "prescription", TEST_AT, frozenset(), stored=False)
            wrong |= (rules & MUST_STOP) - {ask.rule_id for ask in asks if ask.consequence == Consequence.BLOCK}
        clean = moments.judge(clean_case(), moment, knowledge=knowledge, judged_at=TEST_AT)
        wrong |= {verdict.rule for verdict in clean.findings}
        wrong |= watched & {verdict.rule for verdict in clean.undecided}
    return frozenset(wrong)


@lru_cache(maxsize=4)
def _failed_in_minute(minute: int) -> frozenset[str]:
    used = uses(civil_day(datetime.fromtimestamp(minute * 60, tz=SHANGHAI)), "")
    return failed_rules() | (MUST_STOP & (used.shadow | used.suspended))


def failed_at(now: datetime) -> frozenset[str]:
    """The rules that answer a known case wrongly, or are silenced though they must stop; asked afresh every minute."""
    return _failed_in_minute(int(now.timestamp()) // 60)


def forget() -> None:
    """Ask again at the next question, whatever the minute."""
    _failed_in_minute.cache_clear()


def ask(
    case: Case,
    moment: str,
    now: datetime,
    only: frozenset[str] | None,
    history: World | None = None,
    knowledge: Knowledge | None = None,
) -> Judged:
    """Every verdict on a case, with the knowledge in force here (unless another is given) and what lies around it."""
    return moments.judge(
        case,
        Moment.of(moment),
        knowledge=knowledge or knowledge_in_force(),
        judged_at=now,
        only=only,
        history=history,
    )


DETECTED: Final = ("detected", "detected.line_id")
FOR_THE_CHECK: Final = frozenset(
    {("items", "patient.id"), ("conditions", "condition.person_id"), ("allergies", "allergy.person_id")}
)
"""What the check of medicines reads around a prescription."""


def around(case: Case, moment: str, now: datetime, only: frozenset[str] | None) -> tuple[Case, World | None]:
    """A case with what the check of medicines says of its lines, and what lies around it.

    That is as far as the rules that are asked measure it; None where they measure nothing.
    """
    wanted = _wanted(moment, only, _scopes(case))
    if not wanted:
        return case, None
    if DETECTED in wanted:
        wanted |= FOR_THE_CHECK
    world = World()
    asked = Around(
        at=now,
        on=case.encounter.on or civil_day(now),
        person_id=_own_id(case.patient.id),
        physician_id=_own_id(case.physician.id),
        encounter_id=_own_id(case.encounter.id),
        prescription_id=_own_id(case.prescription.id),
        trace_codes=frozenset(pack.trace_code for pack in case.packs if pack.trace_code),
        codes=frozenset(item.code for item in case.items if item.code),
        fees=any(item.kind is ItemKind.VISIT_FEE for item in case.items),
        wanted=wanted,
    )
    by_table: dict[str, list[Facts]] = defaultdict(list)
    for table, row in outside(History).rows(asked):
        by_table[table].append(row)
    if DETECTED in wanted:
        case = _checked(case, by_table)
    for table, rows in by_table.items():
        world.extend(table, rows)
    return case, world


def _checked(case: Case, by_table: dict[str, list[Facts]]) -> Case:
    """The case with the number of findings on each line; the findings themselves join the rows around it."""
    beside = Beside(by_table["items"], by_table["conditions"], by_table["allergies"])
    lines = [values("line", line) for line in case.lines]
    told = detect(flat(case), lines, beside, tables())
    by_table["detected"] += told.rows
    return replace(case, lines=tuple(replace(line, findings=told.counts.get(line.id or "")) for line in case.lines))


def _scopes(case: Case) -> frozenset[Scope]:
    """The scopes of which a case holds a subject."""
    many = {Scope.LINE: case.lines, Scope.ITEM: case.items, Scope.PACK: case.packs}
    single = {scope for scope in set(Scope) - set(many) if getattr(case, scope.value).id is not None}
    return frozenset(single | {scope for scope, held in many.items() if held})


@lru_cache(maxsize=256)
def _wanted(moment: str, only: frozenset[str] | None, scopes: frozenset[Scope]) -> frozenset[tuple[str, str]]:
    """Each table that a measure of these rules looks at, with the fact by which its rows are found."""
    engine = moments.compiled(moments.Holding(knowledge_in_force()))
    names: set[tuple[Scope, str]] = set()
    for rule in RULES:
        if Moment.of(moment) in rule.moments and (only is None or rule.id in only) and rule.scope in scopes:
            names |= {(rule.scope, name) for name in engine.rule(rule).measures}
    return frozenset(
        (measure.over, measure.match[0][1])
        for measure in MEASURES
        if (measure.scope, measure.name) in names and measure.history
    )


def _own_id(value: str | None) -> UUID | None:
    """An id of this house, or None for what has another form."""
    try:
        return UUID(value) if value else None
    except ValueError:
        return None


def less(only: Collection[str] | None, without: frozenset[str]) -> frozenset[str] | None:
    """The rules to ask: those that were wanted (all when None) without some. None asks all."""
    if not without:
        return frozenset(only) if only is not None else None
    return (frozenset(only) if only is not None else frozenset(rule.id for rule in RULES)) - without
