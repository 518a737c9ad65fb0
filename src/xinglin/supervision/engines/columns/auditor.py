"""The audit: every rule over every subject of a lake, scope by scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import chain
from typing import Any

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.columns.counting import SUBJECT, Counting, Sharing, shared, told_apart_by
from xinglin.supervision.engines.columns.expressions import Translator
from xinglin.supervision.engines.columns.hashing import Hashed, Written, hashed
from xinglin.supervision.engines.columns.levels import COUNTED, TOP, Levels, replaced
from xinglin.supervision.engines.columns.lists import Lists
from xinglin.supervision.engines.columns.prepared import NUMBER, brought, prepare
from xinglin.supervision.engines.columns.staging import Staged
from xinglin.supervision.engines.columns.stretches import WHEN, WHERE, stretches
from xinglin.supervision.engines.columns.wide import Lake, Step, Steps, as_it_is
from xinglin.supervision.engines.columns.words import RULES_A_WORD, Word, outcome, words
from xinglin.supervision.engines.compiled import missing_when
from xinglin.supervision.engines.plain import core_of
from xinglin.supervision.engines.tree import Node, RuleTree, reads, rule_tree
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
"""Outcomes as they are written into a column. A finding is one more than clear."""
OUTCOMES: Mapping[int, Outcome] = {code: outcome for outcome, code in CODES.items()}
NOT_ASKED = 4
"""In place of an outcome where a rule was not in force and so was not asked."""
ROWS_IN_PYTHON = 1_000
"""So many rows stand as Python's objects at once: a hundred facts of fifty thousand rows would take half a gigabyte."""
Columns = dict[str, ir.Value]
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
        made = self.ready(scope)
        made.ask()
        return made

    def ready(self, scope: Scope) -> ScopeAudit:
        """The subjects of a scope made ready to be judged."""
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
        self._law = stretches(knowledge, trees, lists.span)
        self._size = lake.rows(OF_SCOPE[self.scope].name)
        for sharing in self._measures:
            lake.has(sharing.over)
        lists.learn(at for tree in trees for at in (*tree.nodes, *(one for _, one in tree.looked_up)))
        asked = {path for tree in trees for at in (tree.applies, tree.violates) for path in reads(at)}
        self._ready = prepare(lake, self.scope, _facts_of(asked) | self._measured_by(), self._law)

    def ask(self) -> None:
        """Judge, unless that is done: what was made ready is then read no more than once for all rules."""
        assert self._outcomes is not None

    def forget(self) -> None:
        """Let go of all that was kept for this scope; nothing can be asked of it any more."""
        made = [f"{what}_{self.scope.value}" for what in ("judged", "combinations")]
        numbers = [f"numbers_{self.scope.value}_{number}" for number in range(len(self._measures))]
        for name in (*self._ready.kept, *made, *numbers):
            self._lake.engine.drop(name)
        self._steps.drop()

    @cached_property
    def _outcomes(self) -> ir.Table:
        """The outcomes of each subject, by the number of its row."""
        return self._lake.engine.keep(f"judged_{self.scope.value}", self._judged())

    def _read(self) -> frozenset[str]:
        """Every fact that a verdict, its origins and its amounts need."""
        read = _facts_of(path for tree in self.trees for path in tree.read)
        origins = {
            path for group in {path.partition(".")[0] for path in read} for path in ORIGIN.get(group, ()) if path
        }
        amounts = {path for path in AMOUNT.get(self.scope, ()) if path}
        own = {OF_SCOPE[self.scope].key, EVENT_DAY[self.scope], TERRITORY}
        lines = {"pack.line_id", "pack.item_id"} if self.scope is Scope.PACK else set()
        return frozenset(read | origins | amounts | own | lines | self._kept())

    def _kept(self) -> set[str]:
        """What a report groups by, where a row of the scope carries it."""
        table = OF_SCOPE[self.scope]
        return set(ALWAYS_KEPT) if table.parents or table.name == "encounters" else {"institution.id"}

    @cached_property
    def _measures(self) -> Mapping[Sharing, list[Declared]]:
        """The measures that the rules read, by the pass in which they are counted."""
        names = {path for tree in self.trees for path in tree.read}
        return shared(one for one in MEASURES if one.scope is self.scope and f"measure.{one.name}" in names)

    def _measured_by(self) -> set[str]:
        """The facts by which subjects are told apart where there is nothing to count."""
        return {path for sharing in self._measures for path in told_apart_by(sharing)}

    @cached_property
    def _counted(self) -> list[tuple[Sharing, Sequence[Declared], ir.Table]]:
        """The measures, counted and kept, each pass under names of its own."""
        found: list[tuple[Sharing, Sequence[Declared], ir.Table]] = []
        for number, (sharing, measures) in enumerate(self._measures.items()):
            numbers = self._counting.numbers(sharing, measures)
            held = self._lake.engine.keep(f"numbers_{self.scope.value}_{number}", numbers)
            found.append((sharing, measures, held.rename({f"counted_{number}": SUBJECT})))
        return found

    def with_measures(self, table: ir.Table) -> ir.Table:
        """The subjects, beside whom stands what was counted, with a column for every measure that the rules read."""
        names = {path for tree in self.trees for path in tree.read if path.startswith("measure.")}
        made: dict[str, ir.Value] = {column_name(path): ibis.null("int64") for path in names}
        for number, (sharing, measures, _) in enumerate(self._counted):
            made |= _numbers(table, f"counted_{number}", sharing, measures)
        return table.mutate(**made) if made else table

    def _judged(self) -> ir.Table:
        counted = {
            f"measure.{one.name}": f"{COUNTED}{n}" for n, many in enumerate(self._measures.values()) for one in many
        }
        levels = Levels({**self._ready.levels, **counted}, self._ready.lawful)
        every = [at for tree in self.trees for root in (tree.applies, tree.violates) for at in root.walk()]
        told = self._lists.told(at for at in every if at.op == "listed" and levels.of(at) == TOP)
        plainer = {tree.rule.id: (replaced(tree.applies, told), replaced(tree.violates, told)) for tree in self.trees}
        made = words(levels, plainer)
        roots = [at for word in made for violates in (False, True) for _, _, at in word.open(violates=violates)]
        levels.ask(roots)
        levels.ask_facts(self._measured_by())
        asked = {
            tree.rule.id: in_force
            for tree in self.trees
            if (in_force := self._law.in_force(tree.rule, self._lists.span)) is not None
        }
        table = brought(self._ready, levels, self._law, self._lists, made, asked)
        table = self._with_counted(table, levels, made)
        above = [at for root in roots for at in root.walk() if at.op == "listed" and levels.of(at) == TOP]
        table = self._lists.joined(table, above, WHEN, WHERE, column_name)
        return self._weighed(table, levels, made)

    def _weighed(self, table: ir.Table, levels: Levels, made: Sequence[Word]) -> ir.Table:
        """The outcomes from what all levels say: first what rules apply to, then, where they do, what violates them."""
        below = (*self._ready.below, *(f"{COUNTED}{number}" for number in range(len(self._measures))))
        table = table.mutate(**{name: one for word in made for name, one in word.at_rows(table, below).items()})
        for violates in (False, True):
            guards = [
                (at, word.guard(table, slot, place))
                for word in made
                for slot, place, at in word.open(violates=violates)
            ]
            roots = [at for at, _ in guards]
            law, placed = (WHEN, WHERE), levels.names
            staged = Staged(table, roots, column_name, self._lists, law=law, placed=placed, once=roots, guards=guards)
            table = staged.table
            weighed = {
                word.truths(violates=violates): word.weighed(table, staged.value, violates=violates) for word in made
            }
            table = table.mutate(**weighed)
            if not violates:
                table = table.mutate(**{name: one for word in made for name, one in word.where_applied(table).items()})
        return table.select(NUMBER, **{f"v{word.number}": word.outcomes(table) for word in made})

    def _with_counted(self, table: ir.Table, levels: Levels, made: Sequence[Word]) -> ir.Table:
        """The rows with what is asked of measures: worked out once for each subject that has events, and once for all
        that have none."""
        for number, (sharing, measures, held) in enumerate(self._counted):
            level, key = f"{COUNTED}{number}", f"counted_{number}"
            brings = list(levels.brought.get(level, {}).values())
            nodes = [*brings, *(at for word in made for at in word.nodes(level))]
            if not nodes:
                continue

            def columns(value: Callable[[Node], ir.Value], level: str = level, brings: list[Node] = brings) -> Columns:
                found = {levels.names[id(at)]: value(at) for at in brings}
                for word in made:
                    found |= word.at_level(level, value, {})
                return found

            known = held.mutate(**_known(held, measures))
            staged = Staged(known, nodes, column_name, self._lists, once=nodes)
            there = staged.table.select(key, **columns(staged.value))
            nothing, unknown = (columns(self._without(of).value) for of in (_nothing(measures), {}))
            chain = table.left_join(there, table[SUBJECT] == there[key])
            keyless = _keyless(chain, sharing)
            found = {
                name: ibis.cases((keyless, unknown[name]), (chain[key].isnull(), nothing[name]), else_=chain[name])
                for name in nothing
            }
            table = chain.select(*table.columns, **found)
        return table

    def _without(self, numbers: Mapping[str, int | None]) -> Translator:
        """What is asked of measures where the numbers are the same for all; unknown where none is given."""
        no_list = self._lists.answer(self._ready.rows, column_name)  # Neither limits nor lists are asked here.
        return Translator(lambda path: _whole(numbers.get(path)), no_list, self._lake.engine.months_after)

    @cached_property
    def _packed(self) -> Mapping[str, tuple[str, int]]:
        """Where the outcome of each rule stands: the column, and its place there."""
        return {
            tree.rule.id: (f"v{number // RULES_A_WORD}", number % RULES_A_WORD)
            for number, tree in enumerate(self.trees)
        }

    def _outcome(self, table: ir.Table, rule: str) -> ir.Value:
        """The code of a rule's outcome; NOT_ASKED where it was not asked."""
        column, place = self._packed[rule]
        return outcome(table[column], place)

    @property
    def judged(self) -> ir.Table:
        """The subjects with the code of each rule's outcome in `o_<rule>`; unknown where the rule was not asked."""
        subjects = self._ready.rows.select(SUBJECT, number=self._ready.rows[NUMBER])
        table = self._outcomes.inner_join(subjects, self._outcomes[NUMBER] == subjects.number)
        return table.select(
            SUBJECT, **{f"o_{rule}": self._outcome(table, rule).nullif(NOT_ASKED).cast("int8") for rule in self._packed}
        )

    @cached_property
    def _combinations(self) -> ir.Table:
        """How many subjects have the same outcomes of all rules: far fewer rows than subjects."""
        columns = list(dict.fromkeys(column for column, _ in self._packed.values()))
        found = self._outcomes.group_by(columns).aggregate(subjects=self._outcomes.count())
        return self._lake.engine.keep(f"combinations_{self.scope.value}", found)

    def counts(self) -> Mapping[str, Counter[Outcome]]:
        """How many subjects got which outcome, by rule."""
        return self._tallied

    @cached_property
    def _tallied(self) -> Mapping[str, Counter[Outcome]]:
        table = self._combinations
        wanted = {
            f"{rule}_{code}": ibis.cases((self._outcome(table, rule) == code, table.subjects), else_=0).sum()
            for rule in self._packed
            for code in OUTCOMES
        }
        row = self._lake.engine.one(table.aggregate(**wanted))
        return {
            rule: Counter({outcome: int(row[f"{rule}_{code}"] or 0) for code, outcome in OUTCOMES.items()})
            for rule in self._packed
        }

    def subjects(self) -> int:
        """How many subjects there are."""
        table = self._combinations
        return int(self._lake.engine.one(table.aggregate(n=table.subjects.sum()))["n"] or 0)

    def reasons(self) -> dict[str, Counter[str]]:
        """For each rule, how often a fact was missing when it could not tell."""
        counts = self.counts()
        undecided = [tree for tree in self.trees if counts[tree.rule.id][Outcome.CANNOT_TELL]]
        if not undecided:
            return {}
        steps = Steps(self._lake.engine, f"reasons_{self.scope.value}", self._size)
        table = self._rows(undecided, {Outcome.CANNOT_TELL}, steps, bare=True)
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
        steps.drop()
        found: dict[str, Counter[str]] = {tree.rule.id: Counter() for tree in undecided}
        for name, (rule, path) in names.items():
            if row[name]:
                found[rule][path] = row[name]
        return found

    def evidence(self) -> ir.Table:
        """The facts, limits, lists and amounts of every subject with a finding."""
        return self._rows(self.trees, {Outcome.FINDING}, self._steps)

    @cached_property
    def _steps(self) -> Steps:
        return Steps(self._lake.engine, f"found_{self.scope.value}", self._size)

    def _rows(
        self,
        trees: Sequence[RuleTree],
        outcomes: Collection[Outcome],
        steps: Steps | None = None,
        *,
        bare: bool = False,
    ) -> ir.Table:
        """The facts, limits, excesses and outcomes of the subjects for which one of the rules has such an outcome.

        `bare` leaves out the facts that the rules do not read. With `steps` all but the last is computed at once.
        """
        codes = [CODES[outcome] for outcome in outcomes]
        chosen = self.judged.select(
            chosen_subject=SUBJECT, **{f"o_{tree.rule.id}": f"o_{tree.rule.id}" for tree in trees}
        )
        needed = self._needed(trees, bare=bare)
        chosen = chosen.filter(ibis.or_(*(chosen[f"o_{tree.rule.id}"].isin(codes) for tree in trees)))
        facts = self._facts(chosen, needed, steps or as_it_is)
        if steps:
            facts = steps.kept(facts)
        nodes = [one for tree in trees for _, one in (*tree.looked_up, *tree.excess)]
        day, place = column_name(EVENT_DAY[self.scope]), column_name(TERRITORY)
        facts = self._lists.joined(facts, nodes, day, place, column_name)
        staged = Staged(facts, nodes, column_name, self._lists)
        facts = staged.table
        looked_up = {_place(path): staged.value(one) for tree in trees for path, one in tree.looked_up}
        excess = {
            f"x_{tree.rule.id}_{unit}": staged.value(one).cast("int64") for tree in trees for unit, one in tree.excess
        }
        columns = [SUBJECT, *sorted(column_name(path) for path in needed), *(f"o_{tree.rule.id}" for tree in trees)]
        return facts.select(*columns, **looked_up, **excess)

    def _facts(self, chosen: ir.Table, needed: Collection[str], step: Step) -> ir.Table:
        """The facts and measures of some subjects, and what else is said of them."""
        table = OF_SCOPE[self.scope]
        facts = {path for path in self._measured_by().union(needed) if not path.startswith("measure.")}
        chosen = step(chosen)
        for number, (_, _, held) in enumerate(self._counted):
            chosen = step(chosen.left_join(held, chosen.chosen_subject == held[f"counted_{number}"]))
        found = self._lake.wide(table.name, facts, (table.key, chosen, "chosen_subject"), step)
        kept = [column_name(path) for path in sorted(facts)]
        beside = {name: found[name] for name in chosen.columns if name != "chosen_subject"}
        return self.with_measures(found.select(*kept, **{SUBJECT: found[column_name(table.key)]}, **beside))

    def _needed(self, trees: Sequence[RuleTree], *, bare: bool = False) -> frozenset[str]:
        read = _facts_of(path for tree in trees for path in tree.read)
        always = {EVENT_DAY[self.scope], TERRITORY, OF_SCOPE[self.scope].key}
        if bare:
            return frozenset(read | always)
        groups = {path.partition(".")[0] for path in read}
        origins = {path for group in groups for path in ORIGIN.get(group, ()) if path}
        rest = self._paths - {path for tree in self.trees for path in tree.read}
        return frozenset((read | origins | rest | always) & self._paths)

    def said(self, outcomes: Collection[Outcome] = (Outcome.FINDING,), rules: Collection[str] = ()) -> Iterator[Said]:
        """The verdicts with these outcomes, batch after batch."""
        trees = [tree for tree in self.trees if not rules or tree.rule.id in rules]
        codes = {CODES[outcome] for outcome in outcomes}
        kinds = column_kinds()
        places = [(path, kinds[path], column_name(path)) for path in sorted(self._needed(trees))]
        for batch in self._lake.engine.rows(self._rows(trees, outcomes, self._steps)):
            for row in chain.from_iterable(
                batch.slice(start, ROWS_IN_PYTHON).to_pylist() for start in range(0, batch.num_rows, ROWS_IN_PYTHON)
            ):
                facts = {path: _plain(kind, row[name]) for path, kind, name in places}
                for tree in trees:
                    if row[f"o_{tree.rule.id}"] in codes:
                        yield Said(self._core(tree, row, facts), facts)

    def hashed(self) -> Iterator[Hashed]:
        """What every rule said of every subject as far as two audits are compared, batch after batch."""
        kinds = column_kinds()
        facts = {path: (column_name(path), partial(_plain, kinds[path])) for path in sorted(self._needed(self.trees))}
        tables = {path: (_place(path), partial(_plain, str)) for tree in self.trees for path, _ in tree.looked_up}

        def slow(tree: RuleTree, row: Mapping[str, Any]) -> Core:
            return self._core(tree, row, {path: made(row[name]) for path, (name, made) in facts.items()})

        for batch in self._lake.engine.rows(self._rows(self.trees, list(Outcome))):
            subjects = [str(one) for one in batch.column(SUBJECT).to_pylist()]
            codes = {tree.rule.id: batch.column(f"o_{tree.rule.id}").to_pylist() for tree in self.trees}
            outcomes = {rule: [OUTCOMES.get(code) for code in found] for rule, found in codes.items()}
            yield hashed(batch, Written(self.scope, batch, facts, tables), self.trees, subjects, outcomes, slow)

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


def _facts_of(paths: Iterable[str]) -> set[str]:
    """The facts among paths: no limits, no lists."""
    return {path for path in paths if not path.startswith(("limits.", "lists."))}


def _numbers(chain: ir.Table, counted: str, sharing: Sharing, measures: Sequence[Declared]) -> dict[str, ir.Value]:
    """The measures of each subject; one without an event has the number of nothing, one without the key has none."""
    keyless, nothing, known = _keyless(chain, sharing), _nothing(measures), _known(chain, measures)
    made: dict[str, ir.Value] = {}
    for one in measures:
        name = f"measure_{one.name}"
        made[name] = ibis.cases(
            (keyless, ibis.null("int64")),
            (chain[counted].isnull(), _whole(nothing[f"measure.{one.name}"])),
            else_=known[name],
        )
    return made


def _keyless(chain: ir.Table, sharing: Sharing) -> ir.Value:
    """Whether a subject lacks a fact by which its events are found."""
    unknown_key: ir.Value = ibis.literal(False)
    for path in told_apart_by(sharing):
        unknown_key = unknown_key | chain[column_name(path)].isnull()
    return unknown_key


def _nothing(measures: Sequence[Declared]) -> dict[str, int | None]:
    """The numbers of a subject without an event, by path."""
    return {f"measure.{one.name}": one.empty if isinstance(one, Counted) else 0 for one in measures}


def _known(held: ir.Table, measures: Sequence[Declared]) -> dict[str, ir.Value]:
    """The numbers of subjects with events; unknown where an event leaves them open."""
    nothing = _nothing(measures)
    return {
        f"measure_{one.name}": ibis.cases(
            (held[f"{one.name}__unknown"], ibis.null("int64")),
            (held[f"{one.name}__events"] == 0, _whole(nothing[f"measure.{one.name}"])),
            else_=held[one.name],
        )
        for one in measures
    }


def _whole(value: int | None) -> ir.Value:
    return ibis.null("int64") if value is None else ibis.literal(value, type="int64")
