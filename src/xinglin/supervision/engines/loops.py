"""A measure as two loops, written out as Python functions: the fast reading of what `measuring` defines.

The first loop, the *sieve*, asks of every event what does not change from one subject of a case to the next: the lines
of a prescription share it, and so do measures that ask the same. The second asks the rest of what was left over. Both
ask the cheap questions first, what the subject alone answers before all, and leave an event as soon as one answer is
no. An event of which it cannot be told whether it counts makes the number unknown, unless another question rules it
out: the sieve puts such events apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from xinglin.supervision.engines.compiled import (
    AROUND,
    Compiled,
    Step,
    Tables,
    defined,
    is_certain,
    literal,
    parts_of,
    step_of,
)
from xinglin.supervision.engines.tree import MeasureTree, Node, measure_tree
from xinglin.supervision.facts.case import EVENT_DAY
from xinglin.supervision.facts.lake import Event, Facts, own_groups
from xinglin.supervision.measures.declared import Declared
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Scope

Seen = tuple[Event, tuple[str | None, ...]]
"""An event, and the codes at which it is looked at."""
Left = tuple[Sequence[Seen], Sequence[Seen]]
"""Events that a sieve leaves: those of which all that was asked is known, and those of which something is not."""
Kept = dict[tuple[Any, ...], tuple[Left, ...]]
"""What sieves left before, by the words of the subject."""
OF_SUBJECT, OF_EVENT, OF_PAIR = range(3)
CODES: Final = frozenset({"own.code", "other.code"})
MANY: Final = frozenset({Scope.LINE, Scope.ITEM, Scope.PACK})
"""Kinds of subjects of which a case may hold several."""


@dataclass(frozen=True, slots=True, eq=False)
class Sieve:
    """What is asked of every event alike, for one measure or several: ``run(subject, events)`` gives what is left of
    the events for each of them.

    `reads` are the subject's facts in it.
    """

    reads: tuple[str, ...]
    run: Step


@dataclass(frozen=True, slots=True)
class Loop:
    """A measure ready to run: ``run(subject, codes, events)`` gives what counts, or None for unknown.

    ``gate(subject)`` is false where the subject alone already says that no event counts: then its events need not be
    looked for. Where a key is empty (no device, no face) they would be those of half a city. `shared` is for a sieve.
    """

    gate: Step | None
    shared: tuple[Node, ...]
    run: Step


@dataclass(frozen=True, slots=True)
class Asks:
    """What a tree depends on."""

    level: int
    reads: frozenset[str]
    """Facts of the subject."""
    cost: int


def asks_of(at: Node) -> Asks:
    """What a tree depends on, and about how long it takes."""
    nodes = list(at.walk())
    paths = {str(one.extra) for one in nodes if one.op == "fact"}
    events = {path for path in paths if path.startswith("other.") and path not in CODES}
    level = OF_PAIR if paths & CODES else OF_EVENT if events else OF_SUBJECT
    cost = sum(4 if one.op in {"listed", "limit"} else 1 for one in nodes)
    return Asks(level, frozenset(paths - events - CODES), cost)


def loop_of(measure: Declared, knowledge: Knowledge, events: frozenset[str], tables: Tables) -> Loop:
    """A measure as loops."""
    tree = measure_tree(measure, knowledge, events)
    parts = sorted({id(at): at for at in parts_of(tree.where)}.values(), key=lambda at: asks_of(at).cost)
    shared = tuple(at for at in parts if _is_shared(asks_of(at), measure.scope))
    rest = [at for at in parts if not _is_shared(asks_of(at), measure.scope)]
    return Loop(gate_of(rest, tables), shared, _second(tree, rest, tables))


def gate_of(parts: Sequence[Node], tables: Tables) -> Step | None:
    """What is asked of the subject alone; None where nothing is."""
    alone = [at for at in parts if asks_of(at).level == OF_SUBJECT]
    if not alone:
        return None
    text = Writing("encounters", tables, alone)
    for at in alone:
        text.lines.append(f"    if {text.value(at, 4, OF_SUBJECT)} is False: return False")
    text.lines.append("    return True")
    return text.function("S")


def _is_shared(asks: Asks, scope: Scope) -> bool:
    """Whether all subjects of a case most likely ask this of an event with the same words."""
    alike = {EVENT_DAY[scope], f"{scope.value}.done_at"}
    own = {path for path in asks.reads if path.startswith(f"{scope.value}.")} if scope in MANY else set()
    return asks.level == OF_EVENT and own <= alike


class Writing:
    """The text of a function, line by line. What is computed outside a loop is not computed in it again."""

    def __init__(self, over: str, tables: Tables, roots: Sequence[Node]) -> None:
        self.lines: list[str] = []
        self._own = own_groups(over)
        self.around: dict[str, Any] = {**AROUND, "L": tables}
        self._uses = uses_of(roots)
        self._names: dict[int, str] = {}
        self._count = 0

    def value(self, at: Node, indent: int, deepest: int) -> str:
        """Write what makes a node as far as it depends on no more than `deepest`; gives the name of its value."""
        if at.op == "literal":
            return literal(at.extra, self.around)
        if id(at) in self._names:
            return self._names[id(at)]
        level = asks_of(at).level
        if level <= deepest and level > OF_SUBJECT and at.op in {"and", "or"}:
            return self._joined(at, indent, deepest)
        args = [self.value(arg, indent, deepest) for arg in at.args]
        if level > deepest:
            return ""
        self._names[id(at)] = self._new()
        self._write(at, args, indent)
        return self._names[id(at)]

    def _new(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _together(self, at: Node, op: str) -> Iterator[Node]:
        """What is joined by one word, from left to right; a part that is used elsewhere too stays one."""
        for arg in at.args:
            if arg.op == op and self._uses[id(arg)] == 1:
                yield from self._together(arg, op)
            else:
                yield arg

    def _joined(self, at: Node, indent: int, deepest: int) -> str:
        """The cheapest part first; another only as long as none decides. Truth does not mind the order."""
        first, *others = sorted(self._together(at, at.op), key=self.cost)
        decides = "False" if at.op == "and" else "True"
        left, name, certain = self.value(first, indent, deepest), self._new(), is_certain(first)
        self.lines.append(f"{' ' * indent}{name} = {left}")
        outside = set(self._names)
        for other in others:
            self.lines.append(f"{' ' * indent}if {name} is not {decides}:")
            indent += 1
            right = self.value(other, indent, deepest)
            keeps = "" if certain else f"if {right} is {decides} or {name} is not None: "
            self.lines.append(f"{' ' * indent}{keeps}{name} = {right}")
            certain = certain and is_certain(other)
        self._names = {one: known for one, known in self._names.items() if one in outside} | {id(at): name}
        return name

    def cost(self, at: Node) -> int:
        """What is known already, and what the subject alone says, costs nothing in a loop."""
        asks = asks_of(at)
        return 0 if id(at) in self._names or asks.level == OF_SUBJECT else asks.cost

    def _write(self, at: Node, args: list[str], indent: int) -> None:
        name, pad, path = self._names[id(at)], " " * indent, str(at.extra)
        if at.op == "fact" and path.startswith("other.") and path not in CODES:
            fact = path.removeprefix("other.")
            self.lines.append(f"{pad}{name} = R({fact!r})")
            if path.split(".")[1] not in self._own:
                self.lines.append(f"{pad}if {name} is None: {name} = E.above[{fact!r}]")
            return
        if at.op != "listed":
            self.lines.append(f"{pad}{name} = {step_of(at, args, self.around)}")
            return
        keys = args[2:]
        table = f"L.at({str(at.extra).removeprefix('other.')!r}, {args[0]}, {args[1]})"
        if asks_of(at).level > OF_SUBJECT:
            table = self._outside(table, name)
        unknown = " or ".join(f"{key} is None" for key in keys)
        found = f"{table}[{', '.join(keys)}]" if keys else f"{table}[()]"
        self.lines.append(f"{pad}{name} = {f'None if {unknown} else ' if keys else ''}{found}")

    def _outside(self, table: str, name: str) -> str:
        """The table of the subject's day and place is found once, before the loop."""
        place = next(number for number, line in enumerate(self.lines) if line in {LOOP, SIEVES})
        for line in self.lines[:place]:
            if line.endswith(f" = {table}"):
                return line.split()[0]
        self.lines.insert(place, f"    t{name} = {table}")
        return f"t{name}"

    @contextmanager
    def block(self) -> Iterator[None]:
        """What is written within is not known after it."""
        outside = set(self._names)
        yield
        self._names = {one: known for one, known in self._names.items() if one in outside}

    def function(self, arguments: str) -> Step:
        """The function."""
        return defined(f"def judged({arguments}):\n" + "\n".join(self.lines) + "\n", self.around)


def uses_of(roots: Sequence[Node]) -> Counter[int]:
    """How often each node of some trees is an operand."""
    nodes = {id(one): one for at in roots for one in at.walk()}
    return Counter(id(arg) for one in nodes.values() for arg in one.args)


LOOP: Final = "    for E, codes in events:"
ROW: Final = "        R = E.row.get"
"""What a row carries itself is read from it without asking its parents."""


SIEVES: Final = "    for x in events:"
ITS_ROW: Final = "        E = x[0]\n        R = E.row.get"


def sieve_of(sets: Sequence[Sequence[Node]], over: str, tables: Tables) -> Sieve:
    """The loop of what is asked of every event alike, for each set of conditions; what all of them ask comes first."""
    nodes = {id(at): at for parts in sets for at in parts}
    text = Writing(over, tables, list(nodes.values()))
    for at in nodes.values():
        text.value(at, 4, OF_SUBJECT)
    made = ", ".join(f"l{number}, u{number}" for number in range(len(sets)))
    text.lines += [f"    {made} = {', '.join(['[]'] * (2 * len(sets)))}", SIEVES, ITS_ROW]
    within = Counter(one for parts in sets for one in {id(one) for at in parts for one in at.walk()})
    everywhere = [at for at in sets[0] if all(any(at is one for one in parts) for parts in sets)]
    for at in everywhere:
        text.lines.append(f"        if {text.value(at, 8, OF_EVENT)} is False: continue")
    often = [at for at in nodes.values() if within[id(at)] > 1 and not any(at is one for one in everywhere)]
    for at in sorted(often, key=lambda at: asks_of(at).cost):
        text.value(at, 8, OF_EVENT)
    for number, parts in enumerate(sets):
        with text.block():
            _one_sieve(text, number, parts, [at for at in parts if not any(at is one for one in everywhere)])
    pairs = "".join(f"(l{number}, u{number}), " for number in range(len(sets)))
    text.lines.append(f"    return ({pairs})")
    reads = frozenset[str]().union(*(asks_of(at).reads for at in nodes.values()))
    return Sieve(tuple(sorted(reads)), text.function("S, events"))


def _one_sieve(text: Writing, number: int, parts: Sequence[Node], rest: Sequence[Node]) -> None:
    """Put an event that meets the rest of the conditions where it belongs."""
    indent = 8
    for at in sorted(rest, key=text.cost):
        text.lines.append(f"{' ' * indent}if {text.value(at, indent, OF_EVENT)} is not False:")
        indent += 1
    unknown = " or ".join(f"{text.value(at, indent, OF_EVENT)} is None" for at in parts if not is_certain(at))
    known = f"(u{number} if {unknown} else l{number})" if unknown else f"l{number}"
    text.lines.append(f"{' ' * indent}{known}.append(x)")


def _second(tree: MeasureTree, parts: Sequence[Node], tables: Tables) -> Step:
    """The loop over what the sieve left: the rest of `where`, then the values of what counts."""
    values = [at for at in (tree.value, tree.least) if at is not None]
    text = Writing(tree.measure.over, tables, (*parts, *values))
    by_level: dict[int, list[Node]] = {level: [] for level in (OF_SUBJECT, OF_EVENT, OF_PAIR)}
    for at in parts:
        by_level[asks_of(at).level].append(at)
    names = []
    for at in (*parts, *values):
        text.value(at, 4, OF_SUBJECT)
    for at in by_level[OF_SUBJECT]:
        names.append((at, text.value(at, 4, OF_SUBJECT)))
        text.lines.append(f"    if {names[-1][1]} is False: return ()")
    text.lines += ["    found = []", LOOP, ROW]
    for at in by_level[OF_EVENT]:
        names.append((at, text.value(at, 8, OF_EVENT)))
        text.lines.append(f"        if {names[-1][1]} is False: continue")
    exploded = bool(tree.measure.own or tree.measure.other)
    if exploded:
        for at in (*by_level[OF_PAIR], *values):
            text.value(at, 8, OF_EVENT)
        text.lines += ["        for own in owns:", "            for other in codes:"]
    else:
        text.lines.append("        own = other = None")
    indent = 16 if exploded else 8
    for at in by_level[OF_PAIR]:
        names.append((at, text.value(at, indent, OF_PAIR)))
        text.lines.append(f"{' ' * indent}if {names[-1][1]} is False: continue")
    unknown = " or ".join(f"{name} is None" for at, name in names if not is_certain(at))
    if unknown:
        text.lines.append(f"{' ' * indent}if {unknown}: return None")
    made = "".join(f", {text.value(at, indent, OF_PAIR)}" for at in values)
    text.lines += [f"{' ' * indent}found.append((E, own{made}))", "    return found"]
    return text.function("S, owns, events")


class Loops:
    """Every measure as loops, made once for a compiled knowledge."""

    def __init__(self, engine: Compiled) -> None:
        self._tables = engine.tables
        self._knowledge = engine.knowledge
        self._made: dict[str, Loop] = {}
        self._sieves: dict[tuple[Any, ...], Sieve] = {}

    def of(self, measure: Declared, events: frozenset[str]) -> Loop:
        """The loops of a measure; `events` are the groups that an event carries."""
        key = f"{measure.scope.value}.{measure.name}"
        if key not in self._made:
            self._made[key] = loop_of(measure, self._knowledge, events, self._tables)
        return self._made[key]

    def sieves(self, over: str, loops: Sequence[Loop]) -> list[tuple[Sieve, int] | None]:
        """What sieves the events of a table for each of some loops that are asked together, and its place there.

        None where a loop asks nothing of every event alike. A loop with a gate has a sieve of its own: behind a gate
        that is closed nothing is asked.
        """
        sets = {tuple(map(id, one.shared)): one.shared for one in loops if one.shared and one.gate is None}
        together, places = tuple(sets.values()), list(sets)
        found: list[tuple[Sieve, int] | None] = []
        for one in loops:
            if not one.shared:
                found.append(None)
            elif one.gate is None:
                found.append((self._sieve(over, together), places.index(tuple(map(id, one.shared)))))
            else:
                found.append((self._sieve(over, (one.shared,)), 0))
        return found

    def _sieve(self, over: str, sets: tuple[tuple[Node, ...], ...]) -> Sieve:
        key = (over, *[tuple(map(id, parts)) for parts in sets])
        if key not in self._sieves:
            self._sieves[key] = sieve_of(sets, over, self._tables)
        return self._sieves[key]


def sieved(sieve: Sieve, subject: Facts, events: Sequence[Seen], kept: Kept) -> tuple[Left, ...]:
    """The events that a sieve leaves; `kept` holds what it left before for the same words of the subject."""
    known = subject.get
    key = (sieve, *[known(path) for path in sieve.reads])
    found = kept.get(key)
    if found is None:
        found = kept[key] = sieve.run(subject, events)
    return found
