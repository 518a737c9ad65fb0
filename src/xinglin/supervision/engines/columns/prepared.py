"""A scope's rows made ready: what they share is numbered, and a row holds the numbers.

A row of the table becomes its subject, the number of its case (the distinct combinations of those of its facts of which
few values occur, with the stretch of days and the place as far as the law tells them apart), the number of the row
above it in each branch of parents, and those facts that are its own alone. Nothing of this is a verdict: it is the
facts once more, in another order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from xinglin.supervision.engines.columns.engine import arrow_type
from xinglin.supervision.engines.columns.levels import CASE, TOP, Levels
from xinglin.supervision.engines.columns.lists import Lists
from xinglin.supervision.engines.columns.staging import Staged
from xinglin.supervision.engines.columns.stretches import WHEN, WHERE, Stretches
from xinglin.supervision.engines.columns.wide import Branch, Lake
from xinglin.supervision.engines.columns.words import Word
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY
from xinglin.supervision.facts.lake import OF_SCOPE, column_kinds, column_name
from xinglin.supervision.verdicts import Scope

SUBJECT: Final = "subject"
NUMBER: Final = "number_"
SAMPLE: Final = 20_000
"""So many rows are looked at to see which facts are shared."""
FEW: Final = 500
"""A fact of which more values than this occur in the sample is a row's own."""
SHARE: Final = 4
"""Cases are worth a number while there is at most one for so many rows of the sample."""
SMALL: Final = 1_000
"""Where there are no more cases than this they are few, whatever the rows."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rows, their cases and the branches above them as kept tables, and the level of each fact.

    Rows find their case by the number in the column named after the level, and so the row above them in a branch.
    `lawful` are the branches that know both day and place.
    """

    rows: ir.Table
    cases: ir.Table
    branches: Mapping[str, ir.Table]
    levels: Mapping[str, str]
    lawful: frozenset[str]
    day: str
    kept: tuple[str, ...]
    """The names of the kept tables."""

    @property
    def below(self) -> tuple[str, ...]:
        """The levels below the rows themselves."""
        return (CASE, *self.branches)


def prepare(lake: Lake, scope: Scope, paths: Collection[str], law: Stretches) -> Prepared:
    """Number what the rows of a scope share. `paths` are the facts that are asked."""
    spec, day, place = OF_SCOPE[scope], EVENT_DAY[scope], TERRITORY
    wanted = {path for path in paths if not path.startswith("measure.")} | {day, place}
    levels: dict[str, str] = {}
    taken: dict[str, tuple[Branch, list[str]]] = {}
    for number, branch in enumerate(lake.branches(spec.name, wanted)):
        own = [path for path in sorted(wanted - levels.keys()) if path.partition(".")[0] in branch.groups]
        levels |= dict.fromkeys(own, f"b{number}")
        taken[f"b{number}"] = branch, own
    mine = wanted - levels.keys()
    base = lake.facts(spec.name, {*mine, spec.key, *(branch.root.by for branch, _ in taken.values())})
    base = base.mutate(**{SUBJECT: base[column_name(spec.key)]}).filter(ibis._[SUBJECT].notnull())
    shared = _shared(lake, base, sorted(mine - {day, place, spec.key}))
    levels |= {path: CASE if path in shared else TOP for path in mine}
    above = {
        name: _numbered(lake, f"{scope.value}_{name}", lake.above(branch, own), own)
        for name, (branch, own) in taken.items()
    }
    rows = base
    for name, (branch, _) in taken.items():
        also = [column_name(path) for path in (day, place) if levels[path] == name]
        rows = _beneath(rows, column_name(branch.root.by), name, above[name].select("key", NUMBER, *also))
    rows = rows.mutate(**law.of(rows[column_name(day)], rows[column_name(place)]))
    by = [*(column_name(path) for path in shared), WHEN, WHERE]
    cases = lake.engine.keep_numbered(f"cases_{scope.value}", rows.select(*by).distinct(), CASE, joined=True)
    alone = sorted(column_name(path) for path in mine if path not in shared)
    found = _with_cases(rows, cases, by).select(SUBJECT, CASE, *above, *alone)
    held = lake.engine.keep_numbered(f"rows_{scope.value}", found, NUMBER)
    kept = (f"rows_{scope.value}", f"cases_{scope.value}", *(f"above_{scope.value}_{name}" for name in above))
    lawful = {levels[day]} & {levels[place]} & above.keys()
    return Prepared(held, cases, above, levels, frozenset(lawful), day, kept)


def _numbered(lake: Lake, name: str, table: ir.Table, paths: Sequence[str]) -> ir.Table:
    """The rows of a branch by number, and with them one without a key: the row above those that have none."""
    engine, kinds = lake.engine, column_kinds()
    columns = [column_name(path) for path in paths]
    nobody = {column: pa.nulls(1, arrow_type(kinds[path])) for column, path in zip(columns, paths, strict=True)}
    absent = engine.keep(f"nobody_{name}", pa.table({"key": pa.nulls(1, pa.string()), **nobody}))
    every = ibis.union(table.select("key", *columns), absent)
    return engine.keep_numbered(f"above_{name}", every, NUMBER, joined=True)


def _beneath(rows: ir.Table, by: str, name: str, above: ir.Table) -> ir.Table:
    """Rows with the number of the row above them in a branch, and with what else of it is brought along."""
    nobody = above.filter(above.key.isnull()).select(NUMBER).as_scalar()
    above = above.filter(above.key.notnull()).rename({f"{name}_key": "key", f"{name}_number": NUMBER})
    found = rows.left_join(above, rows[by] == above[f"{name}_key"])
    found = found.mutate(**{name: ibis.coalesce(found[f"{name}_number"], nobody)})
    return found.drop(f"{name}_key", f"{name}_number")


def _with_cases(rows: ir.Table, cases: ir.Table, by: Sequence[str]) -> ir.Table:
    """Rows with the numbers of their cases."""
    cases = cases.select(CASE, **{f"case_{name}": cases[name] for name in by})
    return rows.inner_join(cases, [rows[name].identical_to(cases[f"case_{name}"]) for name in by])


def _shared(lake: Lake, base: ir.Table, paths: Sequence[str]) -> list[str]:
    """The facts of which few combinations occur, as far as a sample tells."""
    if not paths:
        return []
    columns = {path: column_name(path) for path in paths}
    sample = lake.engine.keep("sample", base.select(*columns.values()).limit(SAMPLE))
    found = lake.engine.one(sample.aggregate(**{f"v_{name}": sample[name].nunique() for name in columns.values()}))
    chosen = sorted(
        (path for path in paths if found[f"v_{columns[path]}"] <= FEW), key=lambda p: found[f"v_{columns[p]}"]
    )
    rows = lake.engine.one(sample.aggregate(n=sample.count()))["n"]
    while chosen:
        combined = sample.select(*(columns[path] for path in chosen)).distinct()
        if lake.engine.one(combined.aggregate(n=combined.count()))["n"] <= max(SMALL, rows // SHARE):
            break
        chosen.pop()
    return sorted(chosen)


def brought(
    ready: Prepared,
    levels: Levels,
    law: Stretches,
    lists: Lists,
    words: Sequence[Word],
    asked: Mapping[str, Callable[[ir.Table], ir.Value]],
) -> ir.Table:
    """The rows with what each level brings to them: worked out there, once for all rows that share it.

    `asked` says of rules where they are asked, which asks nothing but day and place.
    """
    chain = ready.rows
    for level, number, table in _tables(ready):
        brings = list(levels.brought.get(level, {}).values())
        nodes = [*brings, *(at for word in words for at in word.nodes(level))]
        if level in ready.lawful:
            table = table.mutate(**law.of(table[column_name(ready.day)], table[column_name(TERRITORY)]))
        if level == CASE or level in ready.lawful:
            table = lists.joined(table, nodes, WHEN, WHERE, column_name)
        staged = Staged(table, nodes, column_name, lists, law=(WHEN, WHERE), once=nodes)
        made = {levels.names[id(at)]: staged.value(at) for at in brings}
        in_force = {rule: one(staged.table) for rule, one in asked.items()} if level == CASE else {}
        for word in words:
            made |= word.at_level(level, staged.value, in_force)
        if level == CASE:
            made |= {name: staged.table[name] for name in (WHEN, WHERE)}
        if made:
            held = staged.table.select(**{f"{level}_number": staged.table[number]}, **made)
            chain = chain.inner_join(held, chain[level] == held[f"{level}_number"]).drop(f"{level}_number")
    return chain


def _tables(ready: Prepared) -> Iterator[tuple[str, str, ir.Table]]:
    """Every level below the rows: its name, the column of its numbers, and its table."""
    yield CASE, CASE, ready.cases
    for name, table in ready.branches.items():
        yield name, NUMBER, table
