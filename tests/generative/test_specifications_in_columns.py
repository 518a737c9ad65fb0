"""Every row of every specification through DuckDB: the columns answer what the specification says.

A specification gives measures as facts, so here they are fed as columns instead of being counted. Rows that need
knowledge of their own are judged apart; the others share what all specifications add.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from tests.generative.pools import rich_knowledge, specifications
from tests.generative.worlds import write_lake

from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.engines.columns.auditor import ScopeAudit
from xinglin.supervision.engines.columns.counting import Sharing
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.levels import Levels
from xinglin.supervision.engines.columns.lists import Lists
from xinglin.supervision.engines.columns.prepared import SUBJECT
from xinglin.supervision.engines.columns.wide import Branch, Lake, Step, as_it_is
from xinglin.supervision.engines.columns.words import Word
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.engines.tree import rule_tree
from xinglin.supervision.facts.case import READABLE, Row
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, World, column_kinds, column_name, lines_of
from xinglin.supervision.measures.declared import Declared
from xinglin.supervision.moments import remind, rows
from xinglin.supervision.reports.specification import Example, case_of, knowledge_of
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Core, Outcome, Scope
from xinglin.supervision.vocabulary.papers import Rule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ARROW = {int: pa.int64(), bool: pa.bool_(), date: pa.date32(), datetime: pa.int64()}


@dataclass(frozen=True)
class Given:
    """One row of a specification: what is judged, and what is to be said."""

    rule: Rule
    row: Row
    example: Example


class GivenLake(Lake):
    """One table of rows that carry every fact themselves."""

    def __init__(self, lake: Lake, rows: ir.Table) -> None:
        super().__init__(lake.engine, lake.folder)
        self._rows = rows

    def branches(self, table: str, wanted: set[str]) -> list[Branch]:
        """Nothing stands above these rows."""
        return []

    def facts(self, table: str, paths: Iterable[str]) -> ir.Table:
        """Some facts of the rows."""
        return self._rows.select(*(column_name(path) for path in sorted(set(paths))))

    def wide(
        self, table: str, paths: Iterable[str], only: tuple[str, ir.Table, str] | None = None, step: Step = as_it_is
    ) -> ir.Table:
        """Some facts of some rows."""
        assert only is not None
        key, others, by = only
        found = self.facts(table, {*paths, key})
        return found.inner_join(others, found[column_name(key)] == others[by])


class Fed(ScopeAudit):
    """The columns over rows that bring their measures along."""

    def __init__(self, lake: Lake, knowledge: Knowledge, found: Sequence[Given]) -> None:
        trees = tuple(rule_tree(rule, knowledge) for rule in dict.fromkeys(one.rule for one in found))
        scope = trees[0].rule.scope
        paths = [path for path in column_kinds() if path.partition(".")[0] in READABLE[scope]]
        data = {column_name(path): pa.array([_cell(one.row, path) for one in found], _arrow(path)) for path in paths}
        self._given = lake.engine.keep(f"given_{scope.value}", pa.table(data))
        self._key = column_name(OF_SCOPE[scope].key)
        super().__init__(GivenLake(lake, self._given), knowledge, Lists(lake, knowledge), trees, then=False)

    @cached_property
    def _measures(self) -> Mapping[Sharing, list[Declared]]:
        """Nothing is counted."""
        return {}

    def _with_counted(self, table: ir.Table, levels: Levels, made: Sequence[Word]) -> ir.Table:
        """Measures stand beside the rows as any fact of theirs."""
        return self.with_measures(table)

    def with_measures(self, table: ir.Table) -> ir.Table:
        """The measures as they were given."""
        names = [name for name in self._given.columns if name.startswith("measure_")]
        found = self._given.select(given=self._given[self._key], **{name: self._given[name] for name in names})
        return table.left_join(found, table[SUBJECT] == found.given).drop("given")


def _arrow(path: str) -> pa.DataType:
    return ARROW.get(column_kinds()[path], pa.string())


def _cell(row: Row, path: str) -> Any:
    value = row.facts.get(path)
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    return getattr(value, "value", value)


def _given(rule: Rule, number: int, example: Example) -> Iterator[Given]:
    specification = specifications()[rule.id]
    knowledge = knowledge_of(specification, load_knowledge())
    case = case_of(specification, example, rule.scope)
    judged = remind(case, knowledge=knowledge, judged_at=datetime(2026, 6, 1, tzinfo=UTC), only={rule.id})
    for place, row in enumerate(rows(judged.case, rule.scope)):
        subject = f"{rule.id}-{number}-{place}"
        facts = {**row.facts, OF_SCOPE[rule.scope].key: subject}
        yield Given(rule, Row(rule.scope, subject, lines_of(rule.scope, subject, facts), facts), example)


def _answers(core: Core, example: Example) -> bool:
    said = core.outcome.value == example.outcome and core.excess.as_json() == dict(example.excess)
    return said and core.missing == example.missing


def _said(found: Sequence[Given], knowledge: Knowledge) -> dict[str, Core]:
    """What DuckDB says of each row by its own rule."""
    world, said = World(), {}
    for table in TABLES.values():
        world.extend(table.name, [dict(one.row.facts) for one in found])
    by_scope: dict[Scope, list[Given]] = defaultdict(list)
    for one in found:
        by_scope[one.rule.scope].append(one)
    with tempfile.TemporaryDirectory() as folder:
        write_lake(world, Path(folder))
        engine = Duck(threads=1)
        for group in by_scope.values():
            rule_of = {one.row.subject: one.rule.id for one in group}
            for verdict in Fed(Lake(engine, Path(folder)), knowledge, group).said(list(Outcome)):
                if rule_of[verdict.core.subject] == verdict.core.rule:
                    said[verdict.core.subject] = verdict.core
        engine.close()
    return said


def test_every_row_of_every_specification() -> None:
    everything = [
        given
        for specification in specifications().values()
        for number, example in enumerate(specification.examples)
        for given in _given(find_rule(specification.rule), number, example)
    ]
    shared = [one for one in everything if _answers(judge_row(one.rule, one.row, rich_knowledge()), one.example)]
    together = {one.row.subject for one in shared}
    apart = defaultdict(list)
    for one in everything:
        if one.row.subject not in together:
            apart[one.rule.id].append(one)
    groups = [(rich_knowledge(), shared)]
    groups += [(knowledge_of(specifications()[rule], load_knowledge()), found) for rule, found in apart.items()]
    assert len(shared) > 0.9 * len(everything), f"too many specifications clash: {sorted(apart)}"
    for knowledge, found in groups:
        said = _said(found, knowledge)
        for one in found:
            reference = judge_row(one.rule, one.row, knowledge)
            assert _answers(reference, one.example), one
            assert said[one.row.subject].as_json() == reference.as_json()
            assert said[one.row.subject].hash == reference.hash
