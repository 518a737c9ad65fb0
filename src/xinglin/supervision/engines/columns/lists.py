"""Which limits and lists an audit asks, resolved once for the codes and places of a lake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import ibis.expr.types as ir

from xinglin.supervision.engines.columns.expressions import LookUp
from xinglin.supervision.engines.columns.lookups import Asked, Resolved, joined_list, limit_value, list_answer, resolve
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.tree import Node, path_of
from xinglin.supervision.facts.case import TERRITORY
from xinglin.supervision.facts.lake import TABLES, column_name
from xinglin.supervision.tables.knowledge import Knowledge

SIDES = {"own.code": "ingredients", "other.code": "ingredients"}


class Lists:
    """The lists of a knowledge over a lake."""

    def __init__(self, lake: Lake, knowledge: Knowledge) -> None:
        self._lake = lake
        self._knowledge = knowledge
        self._resolved: dict[str, tuple[Resolved, ir.Table | None]] = {}
        self._codes: dict[str, Sequence[str]] = {}

    def joined(
        self, table: ir.Table, nodes: Iterable[Node], day: str, place: str, column: Callable[[str], str]
    ) -> ir.Table:
        """The table with a column for every list that the trees ask."""
        chain, asked = table, []
        for at in _listed(nodes):
            resolved, held = self._held(str(at.extra).removeprefix("other."))
            keys = tuple(column(str(arg.extra)) for arg in at.args[2:])
            one = Asked(keys, day, place, list_column(at))
            if held is not None:
                chain = joined_list(chain, held, resolved, one)
            asked.append((resolved, one))
        if not asked:
            return table
        return chain.select(*table.columns, **{one.into: list_answer(chain, resolved, one) for resolved, one in asked})

    def answer(self, table: ir.Table, day: str = "", place: str = "") -> LookUp:
        """Where the answer of a limit or a list stands in a table."""

        def look_up(at: Node) -> ir.Value:
            if at.op == "listed":
                return table[list_column(at)]
            days, places = (column_name(str(arg.extra)) for arg in at.args)
            return limit_value(self._knowledge, str(at.extra), table[days], table[places])

        return look_up

    def _held(self, name: str) -> tuple[Resolved, ir.Table | None]:
        """A list's answers; no table where it answers for nothing that occurs."""
        if name not in self._resolved:
            resolved = resolve(self._knowledge, name, self._occurring, self._occurring(TERRITORY))
            held = self._lake.engine.keep(f"list_{name}", resolved.table) if resolved.table.num_rows else None
            self._resolved[name] = resolved, held
        return self._resolved[name]

    def _occurring(self, path: str) -> Sequence[str]:
        """The distinct codes of a fact in the lake; for the sides of a pair, every code that a fact of codes holds."""
        if path not in self._codes:
            self._codes[path] = self._exploded() if path in SIDES else self._distinct(path.removeprefix("other."))
        return self._codes[path]

    def _distinct(self, path: str) -> list[str]:
        found: set[str] = set()
        for name, table in TABLES.items():
            if path.partition(".")[0] in table.groups and self._lake.has(name):
                column = column_name(path)
                rows = self._lake.engine.rows(self._lake.facts(name, [path]).distinct())
                found |= {code for batch in rows for code in batch.column(column).to_pylist() if code is not None}
        return sorted(found)

    def _exploded(self) -> list[str]:
        paths = ("line.ingredients", "item.ingredients", "allergy.substance_code", "line.drug_code", "item.code")
        return sorted({code for path in paths for joined in self._distinct(path) for code in joined.split("|") if code})


def list_column(at: Node) -> str:
    """The column of a list's answer; one asked about an event has its own."""
    return f"lists_{str(at.extra).replace('.', '_', 1)}"


def _listed(nodes: Iterable[Node]) -> list[Node]:
    """The lists that trees ask, each once."""
    return list({path_of(one): one for at in nodes for one in at.walk() if one.op == "listed"}.values())
