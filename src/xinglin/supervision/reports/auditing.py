"""Judging a lake, scope by scope. Every engine is asked in the same way: counts, and a stream of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb

from xinglin.supervision.engines.columns.auditor import ColumnAuditor, ScopeAudit
from xinglin.supervision.engines.columns.engine import Engine
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.facts.case import Row
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, Facts, World, column_name, row_of, table_columns
from xinglin.supervision.intake.source import BadInput
from xinglin.supervision.intake.store import quoted
from xinglin.supervision.moments import may_be_in_force
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Coded, Core, Outcome, Plain, Scope
from xinglin.supervision.vocabulary.papers import Rule

PLAIN_ROWS_MAX: Final = 300_000
"""More rows than this the plain engine does not take: it holds them all in memory."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a rule said what, over one lake.

    `missing` counts, by fact, the subjects about which the rule could not tell because the fact was not known.
    `elsewhere` counts subjects of other days or places, of which the rule was not asked.
    """

    rule: str
    version: int
    outcomes: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    elsewhere: int = 0

    @property
    def asked(self) -> int:
        """Of how many subjects the rule was asked: every one of them has exactly one outcome."""
        return sum(self.outcomes.values())

    def as_json(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {
            "rule": self.rule,
            "version": self.version,
            "outcomes": {str(outcome): self.outcomes.get(str(outcome), 0) for outcome in Outcome},
            "missing": self.missing,
            "elsewhere": self.elsewhere,
        }


class Auditor(Protocol):
    """An engine over a lake."""

    name: str

    def judge(self, scope: Scope) -> tuple[list[Tally], Iterator[Core]]:
        """The counts of every rule of a scope and, as a stream, the cores of their findings."""

    def close(self) -> None:
        """Give back what the engine holds."""


class PlainAuditor:
    """The reference engine over a small lake, for tests and for comparison. Raises BadInput for a lake too large."""

    name = "plain"

    def __init__(self, lake: Path, knowledge: Knowledge, rules: Sequence[Rule], *, then: bool = True) -> None:
        self._rules = rules
        self._compiled = Compiled(knowledge)
        self._world = read_world(lake)
        self._measurer = Measurer(self._world, self._compiled, then=then)
        self._measured: dict[tuple[Scope, str], dict[str, int | None]] = {}

    def judge(self, scope: Scope) -> tuple[list[Tally], Iterator[Core]]:
        """The counts of every rule of a scope and the cores of their findings."""
        found: list[Core] = []
        return [self._tally(rule, found) for rule in self._rules if rule.scope is scope], iter(found)

    def close(self) -> None:
        """Nothing is held but memory."""

    def _tally(self, rule: Rule, found: list[Core]) -> Tally:
        """The counts of one rule; its findings are put with the others."""
        outcomes: Counter[str] = Counter()
        missing: Counter[str] = Counter()
        elsewhere = 0
        for row in self._rows(rule):
            if not may_be_in_force(rule, row):
                elsewhere += 1
                continue
            core = self._compiled.judge(rule, row)
            outcomes[core.outcome] += 1
            missing.update(core.missing)
            if core.outcome is Outcome.FINDING:
                found.append(core)
        return Tally(rule.id, rule.version, dict(outcomes), dict(missing), elsewhere)

    def _rows(self, rule: Rule) -> Iterator[Row]:
        """The subjects of a rule's scope with the measures that the rule reads."""
        read = self._compiled.rule(rule).tree.read
        wanted = frozenset(path.removeprefix("measure.") for path in read if path.startswith("measure."))
        for facts in self._world.wide(OF_SCOPE[rule.scope].name):
            row = row_of(rule.scope, facts)
            if row is None:
                continue
            kept = self._measured.setdefault((rule.scope, row.subject), {})
            if lacking := frozenset(wanted - kept.keys()):
                kept |= self._measurer.of(rule.scope, facts, lacking)
            numbers: Facts = {f"measure.{name}": kept.get(name) for name in wanted}
            yield Row(row.scope, row.subject, row.lines, row.facts | numbers)


class ColumnsAuditor:
    """Rules as expressions over whole columns, on DuckDB or Spark."""

    def __init__(
        self, engine: Engine, lake: Path, knowledge: Knowledge, rules: Sequence[Rule], *, then: bool = True
    ) -> None:
        self.name = engine.name
        self._engine = engine
        self._auditor = ColumnAuditor(Lake(engine, lake), knowledge, rules, then=then)

    def judge(self, scope: Scope) -> tuple[list[Tally], Iterator[Core]]:
        """The counts of every rule of a scope and, as a stream, the cores of their findings."""
        judged = self._auditor.judge(scope)
        subjects, counts, reasons = judged.subjects(), judged.counts(), judged.reasons()
        tallies = [
            Tally(
                tree.rule.id,
                tree.rule.version,
                {str(outcome): int(count) for outcome, count in counts[tree.rule.id].items()},
                {path: int(count) for path, count in reasons.get(tree.rule.id, {}).items()},
                subjects - int(sum(counts[tree.rule.id].values())),
            )
            for tree in judged.trees
        ]
        found = any(tally.outcomes.get(Outcome.FINDING.value) for tally in tallies)
        if not found:
            judged.forget()
        return tallies, _cores(judged) if found else iter(())

    def close(self) -> None:
        """Give back what the engine holds."""
        self._engine.close()


def _cores(judged: ScopeAudit) -> Iterator[Core]:
    """The cores of the findings; after the last, what was kept for the scope makes room for the next."""
    for said in judged.said():
        yield said.core
    judged.forget()


def read_world(lake: Path) -> World:
    """All tables of a lake as rows in memory."""
    world = World()
    with duckdb.connect() as connection:
        counted = {
            table: connection.execute(f"SELECT count(*) FROM {_scan(lake, table)}").fetchall()[0][0] for table in TABLES
        }
        if sum(counted.values()) > PLAIN_ROWS_MAX:
            raise BadInput(
                f"the plain engine takes up to {PLAIN_ROWS_MAX} rows and these are {sum(counted.values())}; "
                "use --engine duckdb"
            )
        for table in TABLES:
            columns = table_columns(table)
            names = ", ".join(column_name(column.path) for column in columns)
            held = connection.execute(f"SELECT {names} FROM {_scan(lake, table)}").fetchall()
            world.extend(
                table,
                (
                    {column.path: _plain(column.type, cell) for column, cell in zip(columns, cells, strict=True)}
                    for cells in held
                ),
            )
    return world


def _scan(lake: Path, table: str) -> str:
    return f"read_parquet({quoted(lake / table)} || '.parquet')"


def _plain(kind: type, cell: Any) -> Plain:
    """A cell as a fact: instants get their zone, codes become members."""
    if cell is None:
        return None
    if kind is datetime:
        instant: datetime = cell.replace(tzinfo=UTC)
        return instant
    if issubclass(kind, Coded):
        return kind.of(cell)
    plain: Plain = cell
    return plain
