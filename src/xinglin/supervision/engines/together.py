"""All rules that are asked of one kind of subject, written out as one Python function that gives their outcomes.

What several rules ask is asked once; a rule whose first condition is not met asks no more; and whether a rule that
applies is broken is asked only then. What a verdict shows as its evidence is not worked out here but when it is read,
by the rule's own function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from xinglin.supervision.engines.compiled import (
    AROUND,
    KEPT_DAYS,
    CompiledRule,
    Step,
    Tables,
    defined,
    is_certain,
    literal,
    on_day,
    parts_of,
    step_of,
)
from xinglin.supervision.engines.said import Said
from xinglin.supervision.engines.tree import Node, RuleTree
from xinglin.supervision.verdicts import Outcome
from xinglin.supervision.vocabulary.papers import Rule

OUTCOMES: Final = {
    "NOT_APPLICABLE": Outcome.NOT_APPLICABLE,
    "CLEAR": Outcome.CLEAR,
    "FINDING": Outcome.FINDING,
    "CANNOT_TELL": Outcome.CANNOT_TELL,
}


def in_force(rule: Rule, day: date | None, place: str | None) -> bool:
    """Whether a rule is asked. Where day or place is unknown it is, and will say what is missing."""
    if day is not None and not rule.in_force(day):
        return False
    return place is None or place.startswith(rule.territory)


class Together:
    """Rules of one scope that are asked together. Written out when they first are."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self.rules = tuple(rules)
        self._function: Step | None = None
        self._asked: dict[tuple[date | None, str | None], tuple[bool, ...] | None] = {}

    def outcomes(self, tables: Tables, said: Said) -> Sequence[Outcome | None]:
        """What each rule says of a row, in the order of the rules; None where it is not in force."""
        said.at = at = tables.on(said.day, said.place)
        if self._function is None:
            self._function = defined(*source_together([ready.tree for ready in self.rules]))
        found: tuple[Outcome, ...] = self._function(said.row.facts, at)
        asked = self._in_force(said.day, said.place)
        return found if asked is None else [one if so else None for one, so in zip(found, asked, strict=True)]

    def _in_force(self, day: date | None, place: str | None) -> tuple[bool, ...] | None:
        """Which rules are asked on a day in a place; None where all are. Kept for the next row of that day."""
        key = (day, place)
        if key not in self._asked:
            if len(self._asked) >= KEPT_DAYS:
                self._asked.clear()
            asked = tuple(in_force(ready.tree.rule, day, place) for ready in self.rules)
            self._asked[key] = None if all(asked) else asked
        return self._asked[key]


def source_together(trees: Sequence[RuleTree]) -> tuple[str, dict[str, Any]]:
    """The text of a function that returns the outcome of each rule, and what it names."""
    conditions = [distinct(parts_of(tree.applies)) for tree in trees]
    often = Counter(id(at) for parts in conditions for at in parts)
    text = Writing()
    for number, (tree, parts) in enumerate(zip(trees, conditions, strict=True)):
        shared = [at for at in parts if often[id(at)] > 1]
        own = sorted((at for at in parts if often[id(at)] == 1), key=cost_of)
        text.rule(f"o{number}", tree.violates, shared, own)
    result = "".join(f"o{number}, " for number in range(len(trees)))
    return "def judged(S, L):\n" + "\n".join(text.lines) + f"\n    return ({result})\n", text.around


def distinct(parts: Iterable[Node]) -> list[Node]:
    """Each part once."""
    return list({id(at): at for at in parts}.values())


def cost_of(at: Node) -> int:
    """About how long a tree takes."""
    return sum(4 if one.op in {"listed", "limit"} else 1 for one in at.walk())


class Writing:
    """The text of a function, line by line. What is written inside a block is not known after it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.around: dict[str, Any] = {**AROUND, **OUTCOMES}
        self._names: dict[int, str] = {}
        self._count = 0

    def rule(self, name: str, violates: Node, shared: Sequence[Node], own: Sequence[Node]) -> None:
        """Write what gives the outcome of a rule. `shared` conditions are asked for all, `own` only if need be."""
        conditions = [self.value(at, 4) for at in shared]
        self.lines.append(f"    {name} = NOT_APPLICABLE")
        outside, indent = dict(self._names), 4
        if conditions:
            indent = self._unless_false(" and ".join(f"{one} is not False" for one in conditions), indent)
        for at in own:
            conditions.append(self.value(at, indent))
            indent = self._unless_false(f"{conditions[-1]} is not False", indent)
        parts = zip((*shared, *own), conditions, strict=True)
        self._decide(name, violates, [one for at, one in parts if not is_certain(at)], indent)
        self._names = {at: one for at, one in self._names.items() if at in outside}

    def _unless_false(self, condition: str, indent: int) -> int:
        self.lines.append(f"{' ' * indent}if {condition}:")
        return indent + 1

    def _decide(self, name: str, violates: Node, unknown: Sequence[str], indent: int) -> None:
        """Every condition is met or unknown: cannot tell where one is unknown, else what the rule forbids decides."""
        pad = " " * indent
        if unknown:
            self.lines.append(f"{pad}if {' or '.join(f'{one} is None' for one in unknown)}: {name} = CANNOT_TELL")
            self.lines.append(f"{pad}else:")
            indent += 1
        broken = self.value(violates, indent)
        said = f"FINDING if {broken} else CLEAR"
        said = said if is_certain(violates) else f"CANNOT_TELL if {broken} is None else {said}"
        self.lines.append(f"{' ' * indent}{name} = {said}")

    def value(self, at: Node, indent: int) -> str:
        """Write what makes a node; gives the name of its value."""
        if at.op == "literal":
            return literal(at.extra, self.around)
        if id(at) in self._names:
            return self._names[id(at)]
        if at.op in {"and", "or"}:
            return self._joined(at, indent)
        # Limits and lists are those of the row's own day and place: they are found by it, and nobody reads both here.
        own = {"limit": len(at.args), "listed": 2}.get(at.op, 0)
        args = ["" if number < own else self.value(arg, indent) for number, arg in enumerate(at.args)]
        step = on_day(at, args) if at.op in {"limit", "listed"} else step_of(at, args, self.around)
        name = self._names[id(at)] = self._new()
        self.lines.append(f"{' ' * indent}{name} = {step}")
        return name

    def _new(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _joined(self, at: Node, indent: int) -> str:
        """The cheaper part first; the other only where the first does not decide. Truth does not mind the order."""
        first, second = sorted(at.args, key=cost_of)
        decides = "False" if at.op == "and" else "True"
        left, pad = self.value(first, indent), " " * indent
        name = self._new()
        self.lines += [f"{pad}{name} = {left}", f"{pad}if {left} is not {decides}:"]
        outside = set(self._names)
        right = self.value(second, indent + 1)
        keeps = "" if is_certain(first) else f"if {right} is {decides} or {left} is not None: "
        self.lines.append(f"{pad} {keeps}{name} = {right}")
        self._names = {one: known for one, known in self._names.items() if one in outside} | {id(at): name}
        return name
