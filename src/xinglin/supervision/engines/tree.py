"""A rule or a measure as a tree: what it computes, without computing it. The fast engines translate the tree.

The tree is made by calling the rule once with facts that remember what is done to them. Equal expressions are one
node. The same mistakes are refused here as in the reference engine, in the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from xinglin.supervision.engines.plain import Asker, sided
from xinglin.supervision.facts.case import EVENT_DAY, READABLE, TERRITORY
from xinglin.supervision.facts.lake import column_kinds
from xinglin.supervision.measures.declared import Declared, Pair
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import EXCESS_UNITS
from xinglin.supervision.vocabulary.papers import Rule
from xinglin.supervision.vocabulary.terms import Facts, NotInTheVocabulary, Term

TRUTH: Final = frozenset({"and", "or", "not", "==", "!=", "<", "<=", ">", ">=", "isin", "missing", "starts_with"})
WHOLE: Final = frozenset(
    {"+", "-", "*", "divide_down", "divide_up", "days_between", "seconds_between", "years_between"}
)
DAYS: Final = frozenset({"day_of", "months_after"})


class Node(Term):
    """One operation and what it is done to. `extra` is a path, a literal, choices or a name, as the operation needs."""

    __slots__ = ("args", "extra", "kind", "op")

    def __init__(self, op: str, kind: type, args: tuple[Node, ...], extra: Any) -> None:
        self.op = op
        self.kind = kind
        self.args = args
        self.extra = extra

    def _both(self, other: Term) -> Node:
        return node("and", bool, _truth(self), _truth(as_node(other)))

    def _either(self, other: Term) -> Node:
        return node("or", bool, _truth(self), _truth(as_node(other)))

    def _opposite(self) -> Node:
        return node("not", bool, _truth(self))

    def _compare(self, operator: str, other: object) -> Node:
        return node(operator, bool, self, _same(self, other))

    def _calculate(self, operator: str, other: object) -> Node:
        return node(operator, int, self, _same(self, other))

    def _apply(self, word: str, *arguments: Any) -> Node:
        made: Node = APPLY.get(word, _ordinary)(word, self, *arguments)
        return made

    def walk(self) -> Iterator[Node]:
        """Every node below this one, and this one, each once, operands first."""
        seen: set[int] = set()

        def down(at: Node) -> Iterator[Node]:
            if id(at) not in seen:
                seen.add(id(at))
                for arg in at.args:
                    yield from down(arg)
                yield at

        return down(self)

    def __repr__(self) -> str:
        return (
            f"{self.op}({', '.join([*map(repr, self.args), *([repr(self.extra)] if self.extra is not None else [])])})"
        )


_NODES: Final[dict[tuple[Any, ...], Node]] = {}


def node(op: str, kind: type, *args: Node, extra: Any = None) -> Node:
    """The one node for an operation on these operands."""
    key = (op, kind, tuple(id(arg) for arg in args), type(extra), extra)
    found = _NODES.get(key)
    if found is None:
        found = _NODES[key] = Node(op, kind, args, extra)
    return found


def as_node(other: object) -> Node:
    """An operand as a node."""
    if isinstance(other, Node):
        return other
    if isinstance(other, int | str | Enum):
        return node("literal", type(other), extra=other)
    raise NotInTheVocabulary(f"{other!r} is neither a fact nor a literal that a rule may hold")


def _same(left: Node, other: object) -> Node:
    right = as_node(other)
    if left.kind is not right.kind:
        raise NotInTheVocabulary(
            f"{left} is a {left.kind.__name__} and {right} a {right.kind.__name__}: the two never compare"
        )
    return right


def _truth(at: Node) -> Node:
    if at.kind is not bool:
        raise NotInTheVocabulary(
            f"{at} is a {at.kind.__name__}, not a truth value; compare it first (comparisons next to & and | need "
            "brackets)"
        )
    return at


def _ordinary(word: str, x: Node, *others: Any) -> Node:
    kind = bool if word in TRUTH else int if word in WHOLE else date if word in DAYS else x.kind
    return node(word, kind, x, *(as_node(other) for other in others))


def _with_extra(word: str, x: Node, extra: Any) -> Node:
    return node(word, bool if word in TRUTH else x.kind, x, extra=extra)


def _choose(word: str, condition: Node, then: object, else_: object) -> Node:
    first = as_node(then)
    return node(word, first.kind, _truth(condition), first, _same(first, else_))


APPLY: Final[Mapping[str, Any]] = {
    "isin": _with_extra,
    "starts_with": _with_extra,
    "first_letters": _with_extra,
    "choose": _choose,
    "missing": lambda word, x: node(word, bool, x),
}


class TreeFacts(Facts):
    """Facts that remember. `side` is empty for a rule and for a measure's subject, ``other.`` for its events."""

    __slots__ = ("asker", "day", "groups", "knowledge", "name", "side")

    def __init__(
        self, name: str, asker: Asker, day: str, groups: frozenset[str], knowledge: Knowledge, side: str = ""
    ) -> None:
        self.name = name
        self.asker = asker
        self.day = day
        self.groups = groups
        self.knowledge = knowledge
        self.side = side

    def term(self, path: str) -> Node:
        """The node of a path. Raises AttributeError for a path that is not there, as the reference engine does."""
        group, _, name = path.partition(".")
        if group == "limits":
            if name not in self.asker.limits:
                raise AttributeError(f"{self.name} reads {path}; name it in the papers: limits=({name!r}, …)")
            keys = (self._known(self.day, date), self._known(TERRITORY, str))
            return node("limit", self.knowledge.limits[name].kind, *keys, extra=name)
        if group == "lists":
            return self._listed(path, name)
        if path in {"own.code", "other.code"}:
            return node("fact", str, extra=path)
        if group not in self.groups or path not in column_kinds():
            raise AttributeError(f"{self.name} reads {path}, which its rows do not carry")
        return self._known(f"{self.side}{path}", column_kinds()[path])

    def _known(self, path: str, kind: type) -> Node:
        return node("fact", kind, extra=path)

    def _listed(self, path: str, name: str) -> Node:
        if name not in self.asker.lists:
            raise AttributeError(f"{self.name} reads {path}; name it in the papers: lists=({name!r}, …)")
        lookup = self.knowledge.lookups[name]
        keys = (key_node(sided(key, self.side)) for key in lookup.keys)
        day, place = self._known(self.day, date), self._known(TERRITORY, str)
        return node("listed", lookup.kind, day, place, *keys, extra=f"{self.side}{name}")


def key_node(path: str) -> Node:
    """The node of a fact by which a table is looked up."""
    kind = str if path in {"own.code", "other.code"} else column_kinds()[path.removeprefix("other.")]
    return node("fact", kind, extra=path)


@dataclass(frozen=True, slots=True)
class RuleTree:
    """A rule as trees, and the facts, limits and lists that it reads and needs."""

    rule: Rule
    applies: Node
    violates: Node
    excess: tuple[tuple[str, Node], ...]
    read: tuple[str, ...]
    needed: tuple[str, ...]
    looked_up: tuple[tuple[str, Node], ...]
    """Limits and lists by path, with the node that looks them up."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The columns: applies, violates, and each excess."""
        return (self.applies, self.violates, *(at for _, at in self.excess))


def reads(at: Node) -> frozenset[str]:
    """Every path that a tree reads, the keys of its limits and lists among them."""
    return frozenset(path for one in at.walk() if (path := path_of(one)))


def path_of(at: Node) -> str:
    """The path of a fact, limit or list; empty for anything else."""
    if at.op == "fact":
        return str(at.extra)
    if at.op == "limit":
        return f"limits.{at.extra}"
    return f"lists.{at.extra}" if at.op == "listed" else ""


def needs(at: Node) -> frozenset[str]:
    """The paths that must be known for the tree to be: `missing` asks for none, `otherwise` for its second alone."""
    if at.op == "missing":
        return frozenset()
    args = at.args[1:] if at.op == "otherwise" else at.args
    own = path_of(at)
    return frozenset({own} if own else ()).union(*(needs(arg) for arg in args))


def rule_tree(rule: Rule, knowledge: Knowledge) -> RuleTree:
    """A rule as trees."""
    facts = TreeFacts(rule.id, rule, EVENT_DAY[rule.scope], frozenset(READABLE[rule.scope]), knowledge)
    ruling = rule.body(facts)
    applies, violates = _truth(as_node(ruling.applies)), _truth(as_node(ruling.violates))
    over = ruling.excess
    units = [(unit, getattr(over, unit)) for unit in EXCESS_UNITS] if over is not None else []
    excess = tuple((unit, as_node(term)) for unit, term in units if term is not None)
    nodes = (applies, violates, *(at for _, at in excess), *(facts.term(path) for path in rule.shows))
    looked_up = {path_of(one): one for at in nodes for one in at.walk() if one.op in {"limit", "listed"}}
    return RuleTree(
        rule,
        applies,
        violates,
        excess,
        read=tuple(sorted(frozenset().union(*(reads(at) for at in nodes)))),
        needed=tuple(sorted(needs(applies) | needs(violates))),
        looked_up=tuple(sorted(looked_up.items())),
    )


@dataclass(frozen=True, slots=True)
class MeasureTree:
    """A measure as trees."""

    measure: Declared
    where: Node
    value: Node | None
    least: Node | None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """What is computed of each pair of subject and event."""
        return tuple(at for at in (self.where, self.value, self.least) if at is not None)


def measure_tree(measure: Declared, knowledge: Knowledge, events: frozenset[str]) -> MeasureTree:
    """A measure as trees; `events` are the groups that an event carries."""
    own = frozenset(READABLE[measure.scope]) - {"measure"} | {"record"}
    day = EVENT_DAY[measure.scope]
    subject = TreeFacts(measure.name, measure, day, own, knowledge)
    event = TreeFacts(measure.name, measure, day, events, knowledge, side="other.")

    def traced(function: Pair | None) -> Node | None:
        return None if function is None else as_node(function(subject, event))

    where = traced(measure.where)
    assert where is not None
    return MeasureTree(
        measure, _truth(where), traced(getattr(measure, "value", None)), traced(getattr(measure, "least", None))
    )
