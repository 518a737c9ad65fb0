"""The audit: every rule over every subject of a lake, scope by scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.columns.counting import SUBJECT, Counting, Sharing, shared
from xinglin.supervision.engines.columns.lists import Lists
from xinglin.supervision.engines.columns.staging import Staged
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.compiled import missing_when
from xinglin.supervision.engines.plain import core_of
from xinglin.supervision.engines.tree import RuleTree, rule_tree
from xinglin.supervision.facts.case import AMOUNT, EVENT_DAY, ORIGIN, TERRITORY, Row
from xinglin.supervision.facts.lake import OF_SCOPE, column_kinds, column_name, lines_of
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.measures.declared import Counted, Declared
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Core, Excess, Outcome, Plain, Scope
from xinglin.supervision.vocabulary.papers import Rule

CODES: Mapping[Outcome, int] = {
    Outcome.NOT_APPLICABLE: 0,
    Outcome.CLEAR: 1,
    Outcome.FINDING: 2,
    Outcome.CANNOT_TELL: 3,
}
"""Outcomes as they are written into a column; unknown where the rule was not in force and so was not asked."""
OUTCOMES: Mapping[int, Outcome] = {code: outcome for outcome, code in CODES.items()}
ALWAYS_KEPT = ("patient.id", "encounter.id", "institution.id", "physician.id")


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict of an audit, with the facts of its row."""

    core: Core
    facts: Mapping[str, Plain]


class ColumnAuditor:
    """Rules over a lake. `then` asks what was known when each subject was judged; else what is known now."""

    def __init__(self, lake: Lake, knowledge: Knowledge, rules: Sequence[Rule], *, then: bool = False) -> None:
        self._lake = lake
        self._knowledge = knowledge
        self._then = then
        self._lists = Lists(lake, knowledge)
        self._trees = {rule.id: rule_tree(rule, knowledge) for rule in rules}
        self._by_scope: dict[Scope, list[RuleTree]] = {}
        for tree in self._trees.values():
            self._by_scope.setdefault(tree.rule.scope, []).append(tree)

    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that have rules and rows, in their order."""
        return tuple(s for s in Scope if s in self._by_scope and self._lake.has(OF_SCOPE[s].name))

    def without_rows(self) -> tuple[Rule, ...]:
        """The rules for which the lake has no table."""
        there = set(self.scopes())
        return tuple(tree.rule for tree in self._trees.values() if tree.rule.scope not in there)

    def judge(self, scope: Scope) -> ScopeAudit:
        """Judge every subject of a scope and keep the outcomes."""
        return ScopeAudit(self._lake, self._knowledge, self._lists, tuple(self._by_scope[scope]), then=self._then)


class ScopeAudit:
    """All verdicts on the subjects of one scope: a column of outcomes for each rule."""

    def __init__(
        self, lake: Lake, knowledge: Knowledge, lists: Lists, trees: tuple[RuleTree, ...], *, then: bool
    ) -> None:
        self.scope = trees[0].rule.scope
        self.trees = trees
        self._missing = {tree.rule.id: missing_when(tree) for tree in trees}
        self._lake = lake
        self._lists = lists
        self._counting = Counting(lake, knowledge, lists, then=then)
        self._paths = self._read()
        self.judged = lake.engine.keep(f"judged_{self.scope.value}", self._judged())

    def _read(self) -> frozenset[str]:
        """Every fact that a verdict, its origins and its amounts need."""
        read = {path for tree in self.trees for path in tree.read if not path.startswith(("limits.", "lists."))}
        origins = {
            path for group in {path.partition(".")[0] for path in read} for path in ORIGIN.get(group, ()) if path
        }
        amounts = {path for path in AMOUNT.get(self.scope, ()) if path}
        own = {OF_SCOPE[self.scope].key, EVENT_DAY[self.scope], TERRITORY}
        lines = {"pack.line_id", "pack.item_id"} if self.scope is Scope.PACK else set()
        measured = [one for one in MEASURES if one.scope is self.scope and f"measure.{one.name}" in read]
        keys = {path for one in measured for path in (*(path for path, _ in one.match), one.own) if path}
        return frozenset(read | origins | amounts | own | lines | keys | self._kept())

    def _kept(self) -> set[str]:
        """What a report groups by, where a row of the scope carries it."""
        table = OF_SCOPE[self.scope]
        return set(ALWAYS_KEPT) if table.parents or table.name == "encounters" else {"institution.id"}

    @cached_property
    def _facts(self) -> ir.Table:
        """The subjects with their facts, measures and listed values."""
        table = OF_SCOPE[self.scope]
        measured = {path.partition(".")[2] for path in self._paths if path.startswith("measure.")}
        found = self._lake.wide(table.name, {path for path in self._paths if not path.startswith("measure.")})
        found = found.mutate(**{SUBJECT: found[column_name(table.key)]}).filter(ibis._[SUBJECT].notnull())
        wanted = [one for one in MEASURES if one.scope is self.scope and one.name in measured]
        chain, made = found, {f"measure_{name}": ibis.null("int64") for name in measured - {m.name for m in wanted}}
        for number, (sharing, measures) in enumerate(shared(wanted).items()):
            numbers = self._counting.numbers(sharing, measures)
            held = self._lake.engine.keep(f"numbers_{self.scope.value}_{number}", numbers)
            held = held.rename({f"counted_{number}": SUBJECT})
            chain = chain.left_join(held, chain[SUBJECT] == held[f"counted_{number}"])
            made |= _numbers(chain, f"counted_{number}", sharing, measures)
        found = chain.select(*found.columns, **made) if made else found
        nodes = [at for tree in self.trees for at in (*tree.nodes, *(one for _, one in tree.looked_up))]
        return self._lists.joined(found, nodes, column_name(EVENT_DAY[self.scope]), column_name(TERRITORY), column_name)

    def _judged(self) -> ir.Table:
        nodes = [at for tree in self.trees for at in (tree.applies, tree.violates)]
        staged = Staged(self._facts, nodes, column_name, self._lists)
        found = staged.table
        day, place = found[column_name(EVENT_DAY[self.scope])], found[column_name(TERRITORY)]
        made: dict[str, ir.Value] = {}
        for tree in self.trees:
            outcome = _outcome(staged.value(tree.applies), staged.value(tree.violates))
            made[f"o_{tree.rule.id}"] = _if_in_force(tree.rule, day, place, outcome)
        return found.select(SUBJECT, **made)

    def counts(self) -> dict[str, Counter[Outcome]]:
        """How many subjects got which outcome, by rule."""
        table = self.judged
        wanted = {
            f"{tree.rule.id}_{code}": (table[f"o_{tree.rule.id}"] == code).cast("int64").sum()
            for tree in self.trees
            for code in OUTCOMES
        }
        row = self._lake.engine.one(table.aggregate(**wanted))
        return {
            tree.rule.id: Counter({outcome: row[f"{tree.rule.id}_{code}"] or 0 for code, outcome in OUTCOMES.items()})
            for tree in self.trees
        }

    def subjects(self) -> int:
        """How many subjects there are."""
        return int(self._lake.engine.one(self.judged.aggregate(n=self.judged.count()))["n"])

    def reasons(self) -> dict[str, Counter[str]]:
        """For each rule, how often a fact was missing when it could not tell."""
        counts = self.counts()
        undecided = [tree for tree in self.trees if counts[tree.rule.id][Outcome.CANNOT_TELL]]
        if not undecided:
            return {}
        table = self._rows(undecided, {Outcome.CANNOT_TELL})
        wanted: dict[str, ir.Value] = {}
        names: dict[str, tuple[str, str]] = {}
        for tree in undecided:
            asked = table[f"o_{tree.rule.id}"] == CODES[Outcome.CANNOT_TELL]
            for path, by in missing_when(tree):
                absent = asked & table[_place(path)].isnull()
                for key in by:
                    absent = absent & table[_place(key)].notnull()
                name = f"n{len(names)}"
                names[name] = tree.rule.id, path
                wanted[name] = absent.cast("int64").sum()
        row = self._lake.engine.one(table.aggregate(**wanted))
        found: dict[str, Counter[str]] = {tree.rule.id: Counter() for tree in undecided}
        for name, (rule, path) in names.items():
            if row[name]:
                found[rule][path] = row[name]
        return found

    def _rows(self, trees: Sequence[RuleTree], outcomes: Collection[Outcome]) -> ir.Table:
        """The facts, limits, excesses and outcomes of the subjects for which one of the rules has such an outcome."""
        codes = [CODES[outcome] for outcome in outcomes]
        judged = self.judged.select(SUBJECT, *(f"o_{tree.rule.id}" for tree in trees))
        chosen = judged.filter(ibis.or_(*(judged[f"o_{tree.rule.id}"].isin(codes) for tree in trees)))
        chosen = chosen.rename(chosen_subject=SUBJECT)
        facts = self._facts.inner_join(chosen, self._facts[SUBJECT] == chosen.chosen_subject).drop("chosen_subject")
        nodes = [one for tree in trees for _, one in (*tree.looked_up, *tree.excess)]
        staged = Staged(facts, nodes, column_name, self._lists)
        facts = staged.table
        looked_up = {_place(path): staged.value(one) for tree in trees for path, one in tree.looked_up}
        excess = {
            f"x_{tree.rule.id}_{unit}": staged.value(one).cast("int64") for tree in trees for unit, one in tree.excess
        }
        needed = self._needed(trees)
        columns = [SUBJECT, *sorted(column_name(path) for path in needed), *(f"o_{tree.rule.id}" for tree in trees)]
        return facts.select(*columns, **looked_up, **excess)

    def _needed(self, trees: Sequence[RuleTree]) -> frozenset[str]:
        read = {path for tree in trees for path in tree.read if not path.startswith(("limits.", "lists."))}
        groups = {path.partition(".")[0] for path in read}
        origins = {path for group in groups for path in ORIGIN.get(group, ()) if path}
        rest = self._paths - {path for tree in self.trees for path in tree.read}
        return frozenset(
            (read | origins | rest | {EVENT_DAY[self.scope], TERRITORY, OF_SCOPE[self.scope].key}) & self._paths
        )

    def said(self, outcomes: Collection[Outcome] = (Outcome.FINDING,), rules: Collection[str] = ()) -> Iterator[Said]:
        """The verdicts with these outcomes, batch after batch."""
        trees = [tree for tree in self.trees if not rules or tree.rule.id in rules]
        codes = {CODES[outcome] for outcome in outcomes}
        kinds = column_kinds()
        places = [(path, kinds[path], column_name(path)) for path in sorted(self._needed(trees))]
        for batch in self._lake.engine.rows(self._rows(trees, outcomes)):
            for row in batch.to_pylist():
                facts = {path: _plain(kind, row[name]) for path, kind, name in places}
                for tree in trees:
                    if row[f"o_{tree.rule.id}"] in codes:
                        yield Said(self._core(tree, row, facts), facts)

    def _core(self, tree: RuleTree, row: Mapping[str, Any], facts: Mapping[str, Plain]) -> Core:
        looked_up = {path: row[_place(path)] for path, _ in tree.looked_up}
        known: dict[str, Plain] = {
            path: looked_up[path] if path in looked_up else facts.get(path) for path in tree.read
        }
        outcome = OUTCOMES[row[f"o_{tree.rule.id}"]]
        excess = Excess(**{unit: row[f"x_{tree.rule.id}_{unit}"] for unit, _ in tree.excess})
        needed = [path for path, by in self._missing[tree.rule.id] if all(known.get(key) is not None for key in by)]
        subject = str(row[SUBJECT])
        own = Row(self.scope, subject, lines_of(self.scope, subject, facts), dict(facts))
        return core_of(tree.rule, own, outcome, excess, known, needed)


def _place(path: str) -> str:
    """The column of a fact, limit or list."""
    return f"limits_{path[7:]}" if path.startswith("limits.") else column_name(path)


def _plain(kind: type, value: Any) -> Plain:
    """A fact from a column: instants from microseconds, codes stay codes."""
    if kind is datetime and value is not None:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    plain: Plain = value
    return plain


def _outcome(applies: ir.Value, violates: ir.Value) -> ir.Value:
    """The one table from two columns to an outcome."""
    code = {name: ibis.literal(CODES[name], type="int8") for name in Outcome}
    return ibis.cases(
        (applies & violates, code[Outcome.FINDING]),
        (applies & (violates == ibis.literal(False)), code[Outcome.CLEAR]),
        (applies == ibis.literal(False), code[Outcome.NOT_APPLICABLE]),
        else_=code[Outcome.CANNOT_TELL],
    )


def _if_in_force(rule: Rule, day: ir.Value, place: ir.Value, outcome: ir.Value) -> ir.Value:
    """The outcome where the rule may be in force; asked where day or place is unknown: it says what is missing."""
    asked = day.isnull() | (day >= ibis.date(rule.since.isoformat()))
    if rule.until is not None:
        asked = asked & (day.isnull() | (day <= ibis.date(rule.until.isoformat())))
    if rule.territory:
        asked = asked & (place.isnull() | place.startswith(rule.territory))
    return ibis.cases((asked, outcome), else_=ibis.null("int8"))


def _numbers(chain: ir.Table, counted: str, sharing: Sharing, measures: Sequence[Declared]) -> dict[str, ir.Value]:
    """The measures of each subject; one without an event has the number of nothing, one without the key has none."""
    unknown_key: ir.Value = ibis.literal(False)
    for path in [*(path for path, _ in sharing.match), *([sharing.own] if sharing.own else [])]:
        unknown_key = unknown_key | chain[column_name(path)].isnull()
    made: dict[str, ir.Value] = {}
    for one in measures:
        empty = one.empty if isinstance(one, Counted) else 0
        nothing = ibis.null("int64") if empty is None else ibis.literal(empty, type="int64")
        made[f"measure_{one.name}"] = ibis.cases(
            (unknown_key, ibis.null("int64")),
            (chain[counted].isnull(), nothing),
            (chain[f"{one.name}__unknown"], ibis.null("int64")),
            (chain[f"{one.name}__events"] == 0, nothing),
            else_=chain[one.name],
        )
    return made
