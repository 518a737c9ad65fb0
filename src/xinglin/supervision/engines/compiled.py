"""The fast reading of one row: a rule's tree written out as a Python function, step after step.

It does what the reference engine does and is judged by it. It exists because a physician who types should not wait: a
prescription of five medicines is asked some hundreds of questions while a key is being pressed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from xinglin.supervision.engines.calendar import DAY_SECONDS, completed_years, day_in_shanghai, months_later
from xinglin.supervision.engines.said import OF_FACT, Deferred, Said
from xinglin.supervision.engines.tree import Node, RuleTree, path_of, rule_tree
from xinglin.supervision.facts.case import Row
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.rows import Table
from xinglin.supervision.verdicts import (
    Core,
    Plain,
    jsonable,
    outcome_of,
)
from xinglin.supervision.vocabulary.papers import Rule

Step = Callable[..., Any]
BINARY: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "+", "-", "*"})
UNKNOWN_IF_ANY: Final[Mapping[str, str]] = {
    "larger": "({a} if {a} > {b} else {b})",
    "smaller": "({a} if {a} < {b} else {b})",
    "divide_down": "({a} // {b} if {a} >= 0 and {b} > 0 else None)",
    "divide_up": "(({a} + {b} - 1) // {b} if {a} >= 0 and {b} > 0 else None)",
    "days_between": "({b} - {a}).days",
    "seconds_between": "(gap := {b} - {a}).days * DAY_SECONDS + gap.seconds",
    "years_between": "completed_years({a}, {b})",
    "months_after": "months_later({a}, {b})",
    "day_of": "day_in_shanghai({a})",
    "isin": "({a} in {extra})",
    "starts_with": "{a}.startswith({extra})",
    "first_letters": "{a}[:{extra}]",
}
UNKNOWABLE: Final = frozenset({"fact", "limit", "listed", "divide_down", "divide_up"})
"""What may be unknown of itself; anything else is where an operand is."""
AROUND: Final = {
    "DAY_SECONDS": DAY_SECONDS,
    "completed_years": completed_years,
    "months_later": months_later,
    "day_in_shanghai": day_in_shanghai,
}


def changes_of(table: Table) -> list[date]:
    """The days on which a row of a table begins, or is over, in order."""
    over = {row.until + timedelta(days=1) for row in table.rows if row.until is not None and row.until < date.max}
    return sorted({row.since for row in table.rows} | over)


class Answers(dict[Any, Plain]):
    """What a list says on one day in one place, by its key: a code, or several as a tuple."""

    __slots__ = ("_day", "_knowledge", "_name", "_place")

    def __init__(self, knowledge: Knowledge, name: str, day: date, place: str) -> None:
        super().__init__()
        self._knowledge, self._name, self._day, self._place = knowledge, name, day, place

    def __missing__(self, key: Any) -> Plain:
        codes = tuple(str(jsonable(part)) for part in (key if isinstance(key, tuple) else (key,)))
        value = self[key] = self._knowledge.look_up(self._name, codes, self._day, self._place)
        return value


class Nothing(dict[Any, Plain]):
    """What a list says where day or place is unknown."""

    def __missing__(self, key: Any) -> Plain:
        return None


KEPT_DAYS: Final = 1024
"""Of how many days and places the limits and lists are kept at hand."""


class Tables:
    """Limits and lists, each question answered once.

    A table says the same on all days between two days on which one of its rows begins or has ended: such days share
    their answers, so that what is kept does not grow with the days that are asked about.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._limits: dict[tuple[str, int, str], Plain] = {}
        self._lists: dict[tuple[str, int, str], Answers] = {}
        self._changes = {name: changes_of(one.table) for name, one in knowledge.limits.items()}
        of_table = {name: changes_of(table) for name, table in knowledge.tables.items()}
        self._changes_of_list = {name: of_table[one.table] for name, one in knowledge.lookups.items()}
        self._nothing = Nothing()
        self._on: dict[tuple[date | None, str | None], OnDay] = {}

    def limit(self, name: str, day: date | None, place: str | None) -> Plain:
        """A limit on a day in a place; unknown where one of them is."""
        if day is None or place is None:
            return None
        key = (name, bisect_right(self._changes[name], day), place)
        if key not in self._limits:
            self._limits[key] = self._knowledge.limit(name, day, place)
        return self._limits[key]

    def at(self, name: str, day: date | None, place: str | None) -> Mapping[Any, Plain]:
        """A list on a day in a place, to be read by a key of which nothing is unknown."""
        if day is None or place is None:
            return self._nothing
        key = (name, bisect_right(self._changes_of_list[name], day), place)
        found = self._lists.get(key)
        if found is None:
            found = self._lists[key] = Answers(self._knowledge, name, day, place)
        return found

    def given(self) -> Iterator[tuple[str, Plain]]:
        """Every answer that was given, with the name of the limit or list."""
        yield from ((name, value) for (name, _, _), value in self._limits.items())
        yield from ((name, value) for (name, _, _), of_key in self._lists.items() for value in of_key.values())

    def on(self, day: date | None, place: str | None) -> OnDay:
        """All limits and lists on a day in a place; kept for the next row of that day."""
        found = self._on.get((day, place))
        if found is None:
            if len(self._on) >= KEPT_DAYS:
                self._on.clear()
            found = self._on[day, place] = OnDay(self, day, place)
        return found


class Limits(dict[str, Plain]):
    """The limits on one day in one place, by name."""

    __slots__ = ("_ask",)

    def __init__(self, ask: Callable[[str], Plain]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, name: str) -> Plain:
        value = self[name] = self._ask(name)
        return value


class Lists(dict[str, Mapping[Any, Plain]]):
    """The lists on one day in one place, by name."""

    __slots__ = ("_ask",)

    def __init__(self, ask: Callable[[str], Mapping[Any, Plain]]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, name: str) -> Mapping[Any, Plain]:
        value = self[name] = self._ask(name)
        return value


class OnDay:
    """Limits and lists on one day in one place: those of a row, which all of its rules look up there."""

    __slots__ = ("limits", "lists", "tables")

    def __init__(self, tables: Tables, day: date | None, place: str | None) -> None:
        self.tables = tables
        self.limits = Limits(lambda name: tables.limit(name, day, place))
        self.lists = Lists(lambda name: tables.at(name, day, place))


def source_of(nodes: Iterable[Node], arguments: str) -> tuple[str, dict[str, Any]]:
    """The text of a function that returns the values of the nodes, and the literals that it names."""
    names: dict[int, str] = {}
    literals: dict[str, Any] = dict(AROUND)
    steps: list[str] = []
    wanted = list(nodes)
    for root in wanted:
        for at in root.walk():
            if id(at) in names:
                continue
            if at.op == "literal":
                names[id(at)] = literal(at.extra, literals)
                continue
            names[id(at)] = name = f"v{len(names)}"
            args = [names[id(arg)] for arg in at.args]
            step = on_day(at, args) if at.op in {"limit", "listed"} else step_of(at, args, literals)
            steps.append(f"    {name} = {step}")
    result = ", ".join(names[id(at)] for at in wanted)
    return f"def judged({arguments}):\n" + "\n".join(steps) + f"\n    return ({result},)\n", literals


def on_day(at: Node, args: list[str]) -> str:
    """The text that looks up a limit or a list of the row's own day and place."""
    if at.op == "limit":
        return f"L.limits[{at.extra!r}]"
    keys = args[2:]
    found = f"L.lists[{at.extra!r}][{', '.join(keys) or '()'}]"
    return f"None if {' or '.join(f'{key} is None' for key in keys)} else {found}" if keys else found


def parts_of(at: Node) -> Iterator[Node]:
    """What a tree joins by `and`, from left to right: as soon as one part is false, so is all of it."""
    if at.op == "and":
        for arg in at.args:
            yield from parts_of(arg)
    else:
        yield at


def literal(value: Any, literals: dict[str, Any]) -> str:
    """The text of a value that never changes: numbers and truth as they are, anything else by a name."""
    if type(value) in {int, bool}:
        return repr(value) if value >= 0 else f"({value!r})"
    name = f"c{len(literals)}"
    literals[name] = value
    return name


def is_certain(at: Node) -> bool:
    """Whether a tree is known whatever the facts are: nobody has to ask whether its value is None."""
    if at.op in {"literal", "missing"}:
        return True
    if at.op in UNKNOWABLE:
        return False
    args = at.args[1:] if at.op == "otherwise" else at.args
    return all(is_certain(arg) for arg in args)


def if_known(at: Node, args: list[str], known: str) -> str:
    """The text of a value that is unknown as soon as one operand is."""
    unknown = " or ".join(f"{name} is None" for arg, name in zip(at.args, args, strict=True) if not is_certain(arg))
    return f"None if {unknown} else {known}" if unknown else known


def step_of(at: Node, args: list[str], literals: dict[str, Any]) -> str:
    """The text of one operation on operands that have names; literals are put among `literals`."""
    if at.op == "literal":
        return literal(at.extra, literals)
    if at.op == "fact":
        return _fact(str(at.extra))
    if at.op == "limit":
        return f"L.limit({at.extra!r}, {', '.join(args)})"
    if at.op == "not":
        return if_known(at, args, f"not {args[0]}")
    if at.op in {"and", "or"}:
        a, b = args
        decides, else_ = ("False", "True") if at.op == "and" else ("True", "False")
        return f"{decides} if {a} is {decides} or {b} is {decides} else {if_known(at, args, else_)}"
    if at.op == "missing":
        return f"{args[0]} is None"
    if at.op == "otherwise":
        return f"{args[1]} if {args[0]} is None else {args[0]}"
    if at.op == "choose":
        chosen = f"{args[1]} if {args[0]} else {args[2]}"
        return chosen if is_certain(at.args[0]) else f"None if {args[0]} is None else {chosen}"
    return if_known(at, args, _known(at, args, literals))


def _known(at: Node, args: list[str], literals: dict[str, Any]) -> str:
    if at.op in BINARY:
        return f"{args[0]} {at.op} {args[1]}"
    filled = {"a": args[0], "b": args[-1], "extra": ""}
    if at.extra is not None:
        filled["extra"] = literal(at.extra, literals)
    return UNKNOWN_IF_ANY[at.op].format(**filled)


def _fact(path: str) -> str:
    if path == "own.code":
        return "own"
    if path == "other.code":
        return "other"
    if path.startswith("other."):
        return f"E[{path.removeprefix('other.')!r}]"
    return f"S.get({path!r})"


def function_of(nodes: Iterable[Node], arguments: str) -> Step:
    """A function that returns the values of the nodes."""
    return defined(*source_of(nodes, arguments))


def defined(text: str, around: dict[str, Any]) -> Step:
    """The function `judged` of a text that was made of trees."""
    assert not re.search(r"__|import", text), "a rule's text holds nothing but steps"
    exec(compile(text, "<rule>", "exec"), around)
    made: Step = around["judged"]
    return made


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to run."""

    tree: RuleTree
    function: Step
    shown: tuple[tuple[str, str, int], ...]
    """What a verdict shows in order: path, group, and for a limit or list its place among the function's values."""
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    """What must be known, and for a limit or list what it is looked up by: it is missing only where those are known."""
    measures: frozenset[str]
    """The names of the measures that the rule reads."""

    def judge(self, tables: Tables, said: Said) -> Core:
        """What the rule says of a row: the same core as the reference engine's. `said` is shared by a row's rules."""
        values = self.function(said.row.facts, tables.on(said.day, said.place))
        return Deferred(self, said, values, outcome_of(values[0], values[1]))


class Compiled:
    """Every rule that was asked for, compiled for one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.tables = Tables(knowledge)
        self._rules: dict[int, CompiledRule] = {}

    def rule(self, rule: Rule) -> CompiledRule:
        """A rule ready to run."""
        made = self._rules.get(id(rule))
        if made is None:
            made = self._rules[id(rule)] = compile_rule(rule, self.knowledge)
        return made

    def judge(self, rule: Rule, row: Row, said: Said | None = None) -> Core:
        """What a rule says of a row; `said` may be shared by all rules that are asked of it."""
        return self.rule(rule).judge(self.tables, said or Said(row))


def missing_when(tree: RuleTree) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a rule needs to know, and the keys of its limits and lists: those miss themselves where keys are known."""
    looked_up = dict(tree.looked_up)
    return tuple(
        (path, tuple(path_of(arg) for arg in looked_up[path].args) if path in looked_up else ()) for path in tree.needed
    )


def compile_rule(rule: Rule, knowledge: Knowledge) -> CompiledRule:
    """A rule as a function for one knowledge."""
    tree = rule_tree(rule, knowledge)
    looked_up = dict(tree.looked_up)
    first = 2 + len(tree.excess)
    places = {path: first + number for number, path in enumerate(looked_up)}
    return CompiledRule(
        tree,
        function_of((*tree.nodes, *looked_up.values()), "S, L"),
        tuple((path, path.partition(".")[0], places.get(path, OF_FACT)) for path in tree.read),
        missing_when(tree),
        frozenset(path.partition(".")[2] for path in tree.read if path.startswith("measure.")),
    )
