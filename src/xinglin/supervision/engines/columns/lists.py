"""Which limits and lists an audit asks, resolved once for the codes and places of a lake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property, partial, reduce

import ibis.expr.types as ir

from xinglin.supervision.engines.columns.expressions import LookUp
from xinglin.supervision.engines.columns.lookups import (
    Asked,
    Resolved,
    Span,
    joined_lists,
    limit_value,
    list_answer,
    resolve,
    unlisted_answer,
)
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.tree import Node, node, path_of
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, column_name
from xinglin.supervision.tables.knowledge import Knowledge

SIDES = {"own.code": "ingredients", "other.code": "ingredients"}


class Lists:
    """The lists of a knowledge over a lake."""

    def __init__(self, lake: Lake, knowledge: Knowledge) -> None:
        self._lake = lake
        self.engine = lake.engine
        self._knowledge = knowledge
        self._resolved: dict[tuple[str, ...], tuple[Resolved, ir.Table | None]] = {}
        self._codes: dict[str, Sequence[str]] = {}
        self._nowhere: set[str] = set()
        """Lists that answer for nothing that occurs: no table is joined for them."""

    def joined(
        self, table: ir.Table, nodes: Iterable[Node], day: str, place: str, column: Callable[[str], str]
    ) -> ir.Table:
        """The table with a column for every list that the trees ask and that lists anything that occurs; lists with the
        same keys are one join."""
        together: dict[tuple[str, ...], list[Node]] = defaultdict(list)
        for at in _listed(nodes):
            together[tuple(str(arg.extra) for arg in at.args[2:])].append(at)
        chain = table
        answers: list[tuple[str, Resolved, int, Asked]] = []
        for number, (paths, asking) in enumerate(together.items()):
            resolved, held = self._held(tuple(_name(at) for at in asking))
            one = Asked(tuple(column(path) for path in paths), day, place, f"l{number}")
            if held is None:
                self._nowhere |= {at.extra for at in asking}
                continue
            chain = joined_lists(chain, held, resolved, one)
            answers.extend((list_column(at), resolved, place_, one) for place_, at in enumerate(asking))
        if not answers:
            return table
        return chain.select(*table.columns, **{into: list_answer(chain, res, n, one) for into, res, n, one in answers})

    def learn(self, nodes: Iterable[Node]) -> None:
        """Ask the lake which codes occur, for all lists that the trees ask: before it is given more to do."""
        for name in {_name(at) for at in _listed(nodes)}:
            for path in (*self._knowledge.lookups[name].keys, TERRITORY):
                self._occurring(path)

    def told(self, nodes: Iterable[Node]) -> dict[int, Node]:
        """What is asked of lists that list nothing that occurs, in plainer words: the answer is the same for all, but
        unknown where a key, the day or the place is."""
        found: dict[int, Node] = {}
        for at in _listed(nodes):
            lookup = self._knowledge.lookups[_name(at)]
            if isinstance(lookup.unlisted, bool) and self._held((_name(at),))[1] is None:
                unknown = reduce(partial(node, "or", bool), (node("!=", bool, arg, arg) for arg in at.args))
                found[id(at)] = node("not", bool, unknown) if lookup.unlisted else unknown
        return found

    def answer(self, table: ir.Table, column: Callable[[str], str], day: str = "", place: str = "") -> LookUp:
        """Where the answer of a limit or a list stands in a table; `day` and `place` in place of the facts' columns."""

        def look_up(at: Node) -> ir.Value:
            days, places = (column(str(arg.extra)) for arg in at.args[:2])
            days, places = day or days, place or places
            if at.op == "limit":
                return limit_value(self._knowledge, str(at.extra), table[days], table[places], self.span)
            if at.extra in self._nowhere:
                keys = [table[column(str(arg.extra))] for arg in at.args[2:]]
                lookup = self._knowledge.lookups[_name(at)]
                return unlisted_answer(lookup, [table[days], table[places], *keys])
            return table[list_column(at)]

        return look_up

    def _held(self, names: tuple[str, ...]) -> tuple[Resolved, ir.Table | None]:
        """The answers of lists; no table where they answer for nothing that occurs."""
        if names not in self._resolved:
            places = self._occurring(TERRITORY)
            resolved = resolve(self._knowledge, names, self._occurring, places, self.span)
            place = f"list_{len(self._resolved)}"
            held = self._lake.engine.keep(place, resolved.table) if resolved.table.num_rows else None
            self._resolved[names] = resolved, held
        return self._resolved[names]

    @cached_property
    def span(self) -> Span:
        """The first and the last day on which anything in the lake happened."""
        found: list[date] = []
        for scope, path in EVENT_DAY.items():
            if self._lake.has(OF_SCOPE[scope].name) and path.partition(".")[0] in OF_SCOPE[scope].groups:
                column = self._lake.facts(OF_SCOPE[scope].name, [path])[column_name(path)]
                ends = column.as_table().aggregate(first=column.min(), last=column.max())
                found += [day for day in self._lake.engine.one(ends).values() if day is not None]
        return Span(min(found), max(found)) if found else Span(date(1900, 1, 1), date(9999, 12, 30))

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


def _name(at: Node) -> str:
    """The name of a list, whichever side asks."""
    return str(at.extra).removeprefix("other.")


def list_column(at: Node) -> str:
    """The column of a list's answer; one asked about an event has its own."""
    return f"lists_{str(at.extra).replace('.', '_', 1)}"


def _listed(nodes: Iterable[Node]) -> list[Node]:
    """The lists that trees ask, each once."""
    return list({path_of(one): one for at in nodes for one in at.walk() if one.op == "listed"}.values())
