"""The row of a subject in columns: its table's facts, widened by those of its parents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.columns.engine import Engine, empty_table, facts_table
from xinglin.supervision.engines.columns.expressions import column_type
from xinglin.supervision.facts.lake import TABLES, Parent, column_kinds, column_name

KNOWN_AT = "record.known_at"
Step = Callable[[ir.Table], ir.Table]


def as_it_is(table: ir.Table) -> ir.Table:
    """Nothing is done."""
    return table


JOINS_AT_ONCE: Final = 2
ROOM_A_ROW: Final = 2_000
"""Bytes that a chain of joins may hold for each row of its table: where there is room, it is one query and takes half
the time."""


class Steps:
    """A long chain of joins, computed a few at a time: what came out is kept, and what was kept before makes room.

    An engine can put the table behind a join on disk while it works; but of every join in one query it must hold
    something at the same time, and that grows with the rows. Where the engine has room for all of them (`rows`), it is
    one query.
    """

    def __init__(self, engine: Engine, name: str, rows: int) -> None:
        self._engine = engine
        self._name = name
        self._few = rows * ROOM_A_ROW <= engine.room
        self._joins = self._number = 0
        self._kept = ""

    def __call__(self, table: ir.Table) -> ir.Table:
        """The table after one more join, computed where it is time."""
        self._joins += 1
        return table if self._few or self._joins < JOINS_AT_ONCE else self.kept(table)

    def kept(self, table: ir.Table) -> ir.Table:
        """The table, computed in any case where there is no room for all."""
        if self._few:
            return table
        self._joins, self._number = 0, self._number + 1
        name = f"{self._name}_{self._number}"
        held = self._engine.keep(name, table)
        self.drop()
        self._kept = name
        return held

    def drop(self) -> None:
        """Forget the last table."""
        if self._kept:
            self._engine.drop(self._kept)
        self._kept = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """Parents that a row finds by one fact of its own: the first by that fact, the others by what it gives."""

    root: Parent
    parents: tuple[Parent, ...]
    groups: frozenset[str]


class Lake:
    """A folder of tables under an engine. `as_of` leaves out every row that was not known by then (microseconds)."""

    def __init__(self, engine: Engine, folder: Path, as_of: int | None = None) -> None:
        self.engine = engine
        self.folder = folder
        self.as_of = as_of

    def has(self, table: str) -> bool:
        """Whether the lake holds the table at all."""
        return self.engine.open(self.folder, table) is not None

    def rows(self, table: str) -> int:
        """How many rows a table has, whenever they were known."""
        held = self.engine.open(self.folder, table)
        return 0 if held is None else int(self.engine.one(held.aggregate(n=held.count()))["n"])

    def facts(self, table: str, paths: Iterable[str]) -> ir.Table:
        """Some facts of a table, of the rows that were known."""
        wanted = sorted(set(paths))
        hidden = self.as_of is not None and "record" in TABLES[table].groups and KNOWN_AT not in wanted
        found = facts_table(self.engine, self.folder, table, [*wanted, KNOWN_AT] if hidden else wanted)
        if found is None:
            return empty_table(self.engine, table, wanted)
        if self.as_of is not None and "record" in TABLES[table].groups:
            known_at = found[column_name(KNOWN_AT)]
            found = found.filter(known_at.isnull() | (known_at <= self.as_of))
        return found.drop(column_name(KNOWN_AT)) if hidden else found

    def wide(
        self, table: str, paths: Iterable[str], only: tuple[str, ir.Table, str] | None = None, step: Step = as_it_is
    ) -> ir.Table:
        """A table with facts of its own and of its parents, each in the column of its path.

        `only` names a fact of the table, other rows, and a column of these: rows without an equal there are left out
        before parents are looked for, and the other columns there stand beside the facts. `step` is done with the table
        after every join.
        """
        spec, wanted = TABLES[table], set(paths)
        parents = _needed_parents(table, wanted)
        read = wanted | {parent.by for parent in parents}
        base = self.facts(table, {path for path in read if _group(path) in spec.groups})
        beside: list[str] = []
        if only is not None:
            path, others, by = only
            base = step(base.inner_join(others, base[column_name(path)] == others[by]))
            beside = [name for name in others.columns if name != by]
        places: dict[str, list[str]] = {}
        for path in read:
            if _group(path) in spec.groups:
                places.setdefault(path, []).append(column_name(path))
        chain, given = base, set(spec.groups)
        for number, parent in enumerate(parents):
            groups = set(TABLES[parent.table].groups)
            taken = sorted(p for p in read if _group(p) in groups and (_group(p) not in given or _group(p) == "record"))
            above = self._parent(parent, number, taken)
            chain = step(chain.left_join(above, chain[places[parent.by][0]] == above[f"p{number}__key"]))
            for path in taken:
                places.setdefault(path, []).append(f"p{number}__{column_name(path)}")
            given |= groups
        facts = {column_name(path): _first(chain, places.get(path, []), path) for path in sorted(wanted)}
        return chain.select(*beside, **facts)

    def branches(self, table: str, wanted: set[str]) -> list[Branch]:
        """The parents of a table that give something that is wanted, by the facts of its own that lead to them."""
        own = set(TABLES[table].groups)
        found: list[Branch] = []
        for parent in _needed_parents(table, wanted):
            groups = frozenset(TABLES[parent.table].groups)
            for number, branch in enumerate(found):
                if _group(parent.by) not in own and _group(parent.by) in branch.groups:
                    found[number] = Branch(branch.root, (*branch.parents, parent), branch.groups | groups)
                    break
            else:
                found.append(Branch(parent, (parent,), groups))
        return found

    def above(self, branch: Branch, wanted: Iterable[str]) -> ir.Table:
        """The facts of a branch, each in the column of its path, by `key`."""
        paths = set(wanted)
        needed = paths | {parent.by for parent in branch.parents[1:]}
        chain, given = None, set[str]()
        for number, parent in enumerate(branch.parents):
            groups = set(TABLES[parent.table].groups)
            held = self._parent(parent, number, sorted(p for p in needed if _group(p) in groups - given))
            given |= groups
            if chain is None:
                chain = held
            else:
                by = next(
                    f"p{before}__{column_name(parent.by)}"
                    for before in range(number)
                    if f"p{before}__{column_name(parent.by)}" in chain.columns
                )
                chain = chain.left_join(held, chain[by] == held[f"p{number}__key"])
        assert chain is not None, branch
        names = {name.partition("__")[2]: name for name in reversed(chain.columns)}
        return chain.select(key="p0__key", **{column_name(path): names[column_name(path)] for path in sorted(paths)})

    def _parent(self, parent: Parent, number: int, taken: list[str]) -> ir.Table:
        """A parent's facts under names of their own."""
        above = self.facts(parent.table, {*taken, parent.key})
        names = {f"p{number}__{column_name(path)}": above[column_name(path)] for path in taken}
        key = above[column_name(parent.key)]
        return above.filter(key.notnull()).select(**{f"p{number}__key": key}, **names)


def _first(chain: ir.Table, places: list[str], path: str) -> ir.Value:
    """The fact from the first place that knows it."""
    columns = [chain[name] for name in places]
    if not columns:
        return ibis.null(column_type(column_kinds()[path]))
    return columns[0] if len(columns) == 1 else ibis.coalesce(*columns)


def _group(path: str) -> str:
    return path.partition(".")[0]


def _needed_parents(table: str, wanted: set[str]) -> list[Parent]:
    """The parents that give something that is wanted, or by which a later one is found."""
    spec, found = TABLES[table], []
    needed = {_group(path) for path in wanted}
    for parent in reversed(spec.parents):
        groups = set(TABLES[parent.table].groups)
        earlier = set(spec.groups).union(
            *(set(TABLES[one.table].groups) for one in spec.parents[: spec.parents.index(parent)])
        )
        if needed & ((groups - earlier) | (groups & {"record"})):
            found.append(parent)
            needed.add(_group(parent.by))
    return found[::-1]
