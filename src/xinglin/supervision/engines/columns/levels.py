"""At which table a tree is worked out: where the fewest rows carry all that it asks.

A line's rule asks about the medicine, which thousands of lines share, and about the visit, which four lines share. What
is asked of the medicine alone is worked out once for each distinct case of it, what is asked of the visit alone once
for each visit, and only what weighs one against the other once a line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import Final

from xinglin.supervision.engines.tree import Node, key_node, node
from xinglin.supervision.facts.lake import column_name

CASE: Final = "case"
"""The distinct cases of what rows share."""
TOP: Final = "top"
"""The rows themselves."""
COUNTED: Final = "m"
"""The beginning of the names of levels of measures: the subjects that have events."""
LAW: Final = "law"
"""A limit or a list: asked wherever day and place stand."""


def operands(at: Node, op: str) -> Iterator[Node]:
    """What a row of the same word is asked of."""
    if at.op == op:
        for arg in at.args:
            yield from operands(arg, op)
    else:
        yield at


def replaced(at: Node, by: Mapping[int, Node]) -> Node:
    """A tree with other nodes in place of some."""
    if id(at) in by:
        return by[id(at)]
    args = [replaced(arg, by) for arg in at.args]
    return at if all(one is other for one, other in zip(args, at.args, strict=True)) else remade(at, args)


def remade(at: Node, args: Sequence[Node]) -> Node:
    """The same word of other operands."""
    return node(at.op, at.kind, *args, extra=at.extra)


class Levels:
    """The level of every part of some trees, and which columns each level has to bring up to the rows."""

    def __init__(self, where: Mapping[str, str], lawful: Collection[str]) -> None:
        self._where = where
        self._lawful = frozenset({*lawful, CASE, TOP})
        self._leaves: dict[int, frozenset[str]] = {}
        self.brought: dict[str, dict[int, Node]] = {}
        self.names: dict[int, str] = {}
        self._seen: set[int] = set()
        self._grouped: dict[int, Node] = {}

    def grouped(self, at: Node) -> Node:
        """The same tree with the operands of each *and* and *or* put together by level: in three values, too, neither
        order nor brackets change what such a row says. What stands together is one column."""
        found = self._grouped.get(id(at))
        if found is None:
            found = self._grouped[id(at)] = self._regroup(at)
        return found

    def _regroup(self, at: Node) -> Node:
        if self.of(at) != TOP or at.op in {"fact", "listed"}:
            return at
        if at.op not in {"and", "or"}:
            return remade(at, [self.grouped(arg) for arg in at.args])
        by_level: dict[str, list[Node]] = {}
        for arg in {id(one): one for one in operands(at, at.op)}.values():
            by_level.setdefault(self.of(arg), []).append(self.grouped(arg))
        made = [reduce(partial(node, at.op, bool), by_level[level]) for level in sorted(by_level)]
        return reduce(partial(node, at.op, bool), made)

    def ask(self, roots: Iterable[Node]) -> None:
        """Note what must be brought to the rows so that these trees can be answered there."""
        for at in roots:
            self._ask(at)

    def ask_facts(self, paths: Iterable[str]) -> None:
        """Note facts that the rows themselves need."""
        self.ask(key_node(path) for path in sorted(paths))

    def _ask(self, at: Node) -> None:
        if id(at) in self._seen:
            return
        self._seen.add(id(at))
        level = self.of(at)
        if level == TOP and at.op != "fact":
            self.ask(at.args[2:] if at.op == "listed" else at.args)
        elif level:
            self.brought.setdefault(level, {})[id(at)] = at
            self.names[id(at)] = column_name(str(at.extra)) if at.op == "fact" else f"c{len(self.names)}"

    def of(self, at: Node) -> str:
        """The level of a tree; empty where it asks nothing."""
        leaves = self._below(at)
        places = leaves - {LAW}
        if TOP in places or len(places) > 1:
            return TOP
        if not places:
            return CASE if LAW in leaves else ""
        (place,) = places
        return TOP if LAW in leaves and place not in self._lawful else place

    def _below(self, at: Node) -> frozenset[str]:
        found = self._leaves.get(id(at))
        if found is None:
            if at.op == "fact":
                found = frozenset({self._where.get(str(at.extra), TOP)})
            elif at.op in {"limit", "listed"}:
                found = frozenset({LAW}).union(*(self._below(arg) for arg in at.args[2:]))
            else:
                found = frozenset[str]().union(*(self._below(arg) for arg in at.args))
            self._leaves[id(at)] = found
        return found
