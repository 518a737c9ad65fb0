"""The fast reading of one row: a rule's tree written out as a Python function, step after step.

It does what the reference engine does and is judged by it. It exists because a physician who types should not wait: a
prescription of five medicines is asked some hundreds of questions while a key is being pressed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from xinglin.supervision.engines.calendar import completed_years, day_in_shanghai, months_later, seconds_from
from xinglin.supervision.engines.plain import breach_line, origins_of
from xinglin.supervision.engines.tree import Node, RuleTree, measure_tree, path_of, rule_tree
from xinglin.supervision.facts.case import Row
from xinglin.supervision.measures.declared import Declared
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Core, Excess, Json, Origin, Outcome, Plain, jsonable, outcome_of
from xinglin.supervision.vocabulary.papers import Rule

Step = Callable[..., Any]
BINARY: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "+", "-", "*"})
UNKNOWN_IF_ANY: Final[Mapping[str, str]] = {
    "larger": "({a} if {a} > {b} else {b})",
    "smaller": "({a} if {a} < {b} else {b})",
    "divide_down": "({a} // {b} if {a} >= 0 and {b} > 0 else None)",
    "divide_up": "(({a} + {b} - 1) // {b} if {a} >= 0 and {b} > 0 else None)",
    "days_between": "({b} - {a}).days",
    "seconds_between": "seconds_from({a}, {b})",
    "years_between": "completed_years({a}, {b})",
    "months_after": "months_later({a}, {b})",
    "day_of": "day_in_shanghai({a})",
    "isin": "({a} in {extra})",
    "starts_with": "{a}.startswith({extra})",
    "first_letters": "{a}[:{extra}]",
}
AROUND: Final = {
    "seconds_from": seconds_from,
    "completed_years": completed_years,
    "months_later": months_later,
    "day_in_shanghai": day_in_shanghai,
    "NO": (False,),
}


class Tables:
    """Limits and lists, each question answered once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._answers: dict[tuple[Any, ...], Plain] = {}

    def limit(self, name: str, day: date | None, place: str | None) -> Plain:
        """A limit on a day in a place; unknown where one of them is."""
        if day is None or place is None:
            return None
        key = (name, day, place)
        if key not in self._answers:
            self._answers[key] = self._knowledge.limit(name, day, place)
        return self._answers[key]

    def listed(self, name: str, day: date | None, place: str | None, *keys: Plain) -> Plain:
        """A listed value; unknown where day, place or a part of the key is."""
        if day is None or place is None or None in keys:
            return None
        key = (name, day, place, keys)
        if key not in self._answers:
            codes = tuple(str(jsonable(part)) for part in keys)
            self._answers[key] = self._knowledge.look_up(name, codes, day, place)
        return self._answers[key]


def source_of(nodes: Iterable[Node], arguments: str, *, gate: bool = False) -> tuple[str, dict[str, Any]]:
    """The text of a function that returns the values of the nodes, and the literals that it names.

    With `gate`, the first node decides whether anything else is wanted: as soon as one of the parts that it joins by
    `and` is false, so is all of it.
    """
    names: dict[int, str] = {}
    literals: dict[str, Any] = dict(AROUND)
    steps: list[str] = []
    wanted = list(nodes)

    def write(root: Node) -> None:
        for at in root.walk():
            if id(at) not in names:
                names[id(at)] = name = f"v{len(names)}"
                steps.append(f"    {name} = {_step(at, [names[id(arg)] for arg in at.args], literals)}")

    for part in _parts(wanted[0]) if gate else ():
        write(part)
        steps.append(f"    if {names[id(part)]} is False: return NO")
    for root in wanted:
        write(root)
    result = ", ".join(names[id(at)] for at in wanted)
    return f"def judged({arguments}):\n" + "\n".join(steps) + f"\n    return ({result},)\n", literals


def _parts(at: Node) -> Iterator[Node]:
    """What a tree joins by `and`, from left to right."""
    if at.op == "and":
        for arg in at.args:
            yield from _parts(arg)
    else:
        yield at


def _literal(value: Any, literals: dict[str, Any]) -> str:
    name = f"c{len(literals)}"
    literals[name] = value
    return name


def _step(at: Node, args: list[str], literals: dict[str, Any]) -> str:
    if at.op == "literal":
        return _literal(at.extra, literals)
    if at.op == "fact":
        return _fact(str(at.extra))
    if at.op in {"limit", "listed"}:
        return f"L.{at.op}({str(at.extra).removeprefix('other.')!r}, {', '.join(args)})"
    if at.op == "not":
        return f"None if {args[0]} is None else not {args[0]}"
    if at.op in {"and", "or"}:
        a, b = args
        decides, else_ = ("False", "True") if at.op == "and" else ("True", "False")
        unknown = f"{a} is None or {b} is None"
        return f"{decides} if {a} is {decides} or {b} is {decides} else None if {unknown} else {else_}"
    if at.op == "missing":
        return f"{args[0]} is None"
    if at.op == "otherwise":
        return f"{args[1]} if {args[0]} is None else {args[0]}"
    if at.op == "choose":
        return f"None if {args[0]} is None else {args[1]} if {args[0]} else {args[2]}"
    unknown = " or ".join(f"{arg} is None" for arg in args)
    return f"None if {unknown} else {_known(at, args, literals)}"


def _known(at: Node, args: list[str], literals: dict[str, Any]) -> str:
    if at.op in BINARY:
        return f"{args[0]} {at.op} {args[1]}"
    filled = {"a": args[0], "b": args[-1], "extra": ""}
    if at.extra is not None:
        filled["extra"] = _literal(at.extra, literals)
    return UNKNOWN_IF_ANY[at.op].format(**filled)


def _fact(path: str) -> str:
    if path == "own.code":
        return "own"
    if path == "other.code":
        return "other"
    if path.startswith("other."):
        return f"E.get({path.removeprefix('other.')!r})"
    return f"S.get({path!r})"


def function_of(nodes: Iterable[Node], arguments: str, *, gate: bool = False) -> Step:
    """A function that returns the values of the nodes."""
    text, around = source_of(nodes, arguments, gate=gate)
    assert not re.search(r"__|import", text), "a rule's text holds nothing but steps"
    exec(compile(text, "<rule>", "exec"), around)
    made: Step = around["judged"]
    return made


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to run."""

    tree: RuleTree
    function: Step
    facts: tuple[str, ...]
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    """What must be known, and for a limit or list what it is looked up by: it is missing only where those are known."""

    @property
    def measures(self) -> frozenset[str]:
        """The names of the measures that the rule reads."""
        return frozenset(path.partition(".")[2] for path in self.facts if path.startswith("measure."))

    def judge(self, row: Row, tables: Tables, said: Said) -> Core:
        """What the rule says of a row: the same core as the reference engine's. `said` is shared by a row's rules."""
        values = self.function(row.facts, tables)
        outcome = outcome_of(values[0], values[1])
        first = 2 + len(self.tree.excess)
        looked_up = {path: values[first + number] for number, (path, _) in enumerate(self.tree.looked_up)}
        evidence: list[tuple[str, Json]] = [
            (path, value) for path in self.facts if (value := said.fact(path)) is not None
        ]
        if looked_up:
            evidence += [(path, jsonable(value)) for path, value in looked_up.items() if value is not None]
            evidence.sort(key=lambda entry: entry[0])
        found = outcome is Outcome.FINDING
        over = NO_EXCESS
        if found and self.tree.excess:
            over = Excess(**{unit: values[2 + number] for number, (unit, _) in enumerate(self.tree.excess)})
        missing: tuple[str, ...] = ()
        if outcome is Outcome.CANNOT_TELL:
            known = {**row.facts, **looked_up}
            missing = tuple(
                path
                for path, by in self.needs
                if known.get(path) is None and all(known.get(key) is not None for key in by)
            )
        return Core(
            rule=self.tree.rule.id,
            version=self.tree.rule.version,
            scope=row.scope,
            subject=row.subject,
            outcome=outcome,
            certainty=self.tree.rule.certainty,
            lines=tuple(breach_line(row, line, over) for line in row.lines) if found else (),
            excess=over,
            missing=missing,
            evidence=tuple(evidence),
            origins=said.origins({path.partition(".")[0] for path, _ in evidence}),
        )


NO_EXCESS: Final = Excess()


class Said:
    """The facts of one row as they are written down, each put into words once for all rules."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._facts: dict[str, Json] = {}
        self._origins: dict[str, tuple[str, Origin]] = {}

    def fact(self, path: str) -> Json:
        """A fact as JSON."""
        if path not in self._facts:
            self._facts[path] = jsonable(self._row.facts.get(path))
        return self._facts[path]

    def origins(self, groups: set[str]) -> tuple[tuple[str, Origin], ...]:
        """Where the facts of groups come from."""
        for group in groups:
            if group not in self._origins:
                ((_, origin),) = origins_of(self._row, {group})
                self._origins[group] = group, origin
        return tuple(self._origins[group] for group in sorted(groups))


class Compiled:
    """Every rule and measure that was asked for, compiled for one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.tables = Tables(knowledge)
        self._rules: dict[int, CompiledRule] = {}
        self._measures: dict[str, Step] = {}

    def rule(self, rule: Rule) -> CompiledRule:
        """A rule ready to run."""
        made = self._rules.get(id(rule))
        if made is None:
            made = self._rules[id(rule)] = compile_rule(rule, self.knowledge)
        return made

    def judge(self, rule: Rule, row: Row, said: Said | None = None) -> Core:
        """What a rule says of a row; `said` may be shared by all rules that are asked of it."""
        return self.rule(rule).judge(row, self.tables, said or Said(row))

    def measure(self, measure: Declared, events: frozenset[str]) -> Step:
        """`where` and `value` of a measure, ready to run."""
        key = f"{measure.scope.value}.{measure.name}"
        if key not in self._measures:
            tree = measure_tree(measure, self.knowledge, events)
            self._measures[key] = function_of(tree.nodes, "S, E, own, other, L", gate=True)
        return self._measures[key]


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
    return CompiledRule(
        tree,
        function_of((*tree.nodes, *looked_up.values()), "S, L"),
        tuple(path for path in tree.read if path not in looked_up),
        missing_when(tree),
    )
