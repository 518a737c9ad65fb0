"""Trees in layers: what several places need is computed once, in a column of its own, and then named.

An engine does not see that two halves of a case ask the same question; written out in one expression, a rule of a few
lines becomes thousands of comparisons a row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.columns.expressions import Translator
from xinglin.supervision.engines.columns.lists import Lists
from xinglin.supervision.engines.tree import Node

LEAVES = frozenset({"fact", "literal", "listed"})
TWICE = frozenset(
    {"larger", "smaller", "divide_down", "divide_up", "choose", "years_between", "months_after", "day_of"}
)
"""Operations whose translation names an operand more than once."""


class Staged:
    """A table with the shared parts of trees in columns, and the trees over it."""

    def __init__(
        self,
        table: ir.Table,
        nodes: Sequence[Node],
        column: Callable[[str], str],
        lists: Lists,
        *,
        law: tuple[str, str] | None = None,
        placed: Mapping[int, str] | None = None,
        once: Collection[Node] = (),
        guards: Sequence[tuple[Node, ir.Value]] = (),
    ) -> None:
        """`law` are the columns of day and place where they are not the facts' own, `placed` the columns of nodes that
        are there already, `once` the whole trees that are named once; the others are named more than once. `guards`
        tell where whole trees are asked at all: what is dear and serves them alone is not worked out elsewhere."""
        self._column = column
        self._lists = lists
        self._law = law or ("", "")
        self._places: dict[int, str] = dict(placed or {})
        self.table = table
        self._translator = self._over(table)
        for layer in _layers(nodes, self._places, {id(at) for at in once}):
            values = [_where_asked(at, self._translator.value(at), self._places, guards) for at in layer]
            made = {f"s{len(self._places) + number}": value for number, value in enumerate(values)}
            self.table = self.table.mutate(**made)
            self._places |= {id(at): name for at, name in zip(layer, made, strict=True)}
            self._translator = self._over(self.table)

    def value(self, at: Node) -> ir.Value:
        """The expression of a tree over the table."""
        return self._translator.value(at)

    def _over(self, table: ir.Table) -> Translator:
        places = {key: table[name] for key, name in self._places.items()}
        months_after = self._lists.engine.months_after
        return Translator(
            lambda path: table[self._column(path)],
            self._lists.answer(table, self._column, *self._law),
            months_after,
            places,
        )


def _where_asked(
    at: Node, value: ir.Value, placed: Collection[int], guards: Sequence[tuple[Node, ir.Value]]
) -> ir.Value:
    """A dear value only where a tree that needs it is asked; elsewhere it is unknown and nobody looks."""
    needed = [asked for root, asked in guards if any(one is at for one in root.walk())]
    if not needed or not any(one.op in TWICE for one in _below([at], placed)):
        return value
    return ibis.cases((ibis.or_(*needed), value), else_=ibis.null(value.type()))


def _below(roots: Iterable[Node], placed: Collection[int]) -> list[Node]:
    """Every node that is yet to be translated, each once, operands first."""
    found: dict[int, Node] = {}

    def down(at: Node) -> None:
        if id(at) not in found and id(at) not in placed:
            for arg in at.args:
                down(arg)
            found[id(at)] = at

    for root in roots:
        down(root)
    return list(found.values())


def _layers(nodes: Iterable[Node], placed: Collection[int], once: Collection[int]) -> list[list[Node]]:
    """The shared nodes, each in a layer above those that it needs."""
    roots = list(nodes)
    every = _below(roots, placed)
    uses: Counter[int] = Counter()
    for root in roots:
        uses[id(root)] += 1 if id(root) in once else 2
    for at in every:
        for arg in at.args:
            uses[id(arg)] += 2 if at.op in TWICE else 1
    shared = {id(at) for at in every if at.op not in LEAVES and uses[id(at)] > 1}
    level: dict[int, int] = {}
    found: dict[int, list[Node]] = defaultdict(list)
    for at in every:
        below = max((level.get(id(arg), 0) for arg in at.args), default=0)
        level[id(at)] = below + (id(at) in shared)
        if id(at) in shared:
            found[level[id(at)]].append(at)
    return [found[number] for number in sorted(found)]
