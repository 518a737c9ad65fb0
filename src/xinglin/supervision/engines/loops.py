"""A measure as two loops, written out as Python functions: the fast reading of what `measuring` defines.

The first loop, the *sieve*, asks of every event what does not change from one subject of a case to the next: the lines
of a prescription share it, and so do measures that ask the same. The second asks the rest of what was left over. Both
ask the cheap questions first, and leave an event as soon as one answer is no. An event of which it cannot be told
whether it counts makes the number unknown, unless another question rules it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xinglin.supervision.engines.compiled import AROUND, Compiled, Step, defined, parts_of, step_of
from xinglin.supervision.engines.tree import MeasureTree, Node, measure_tree
from xinglin.supervision.facts.case import EVENT_DAY
from xinglin.supervision.facts.lake import Event, Facts, own_groups
from xinglin.supervision.measures.declared import Declared
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Scope

Seen = tuple[Event, tuple[str | None, ...], bool]
"""An event, the codes at which it is looked at, and whether all that was asked of it so far is known."""
OF_SUBJECT, OF_EVENT, OF_PAIR = range(3)
CODES: Final = frozenset({"own.code", "other.code"})
MANY: Final = frozenset({Scope.LINE, Scope.ITEM, Scope.PACK})
"""Kinds of subjects of which a case may hold several."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is asked of every event alike. Equal sieves have one `name`; `reads` are the subject's facts in it."""

    name: tuple[int, ...]
    reads: tuple[str, ...]
    run: Step


@dataclass(frozen=True, slots=True)
class Loop:
    """A measure ready to run: ``run(subject, codes, events, tables)`` gives what counts, or None for unknown.

    ``gate(subject, tables)`` is false where the subject alone already says that no event counts: then its events need
    not be looked for. Where a key is empty (no device, no face) they would be those of half a city.
    """

    gate: Step | None
    sieve: Sieve | None
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


def loop_of(measure: Declared, knowledge: Knowledge, events: frozenset[str]) -> Loop:
    """A measure as loops."""
    tree = measure_tree(measure, knowledge, events)
    parts = sorted({id(at): at for at in parts_of(tree.where)}.values(), key=lambda at: asks_of(at).cost)
    shared = [at for at in parts if _is_shared(asks_of(at), measure.scope)]
    rest = [at for at in parts if not _is_shared(asks_of(at), measure.scope)]
    return Loop(gate_of(rest), sieve_of(shared, measure.over) if shared else None, _second(tree, rest))


def gate_of(parts: Sequence[Node]) -> Step | None:
    """What is asked of the subject alone; None where nothing is."""
    alone = [at for at in parts if asks_of(at).level == OF_SUBJECT]
    if not alone:
        return None
    text = Writing("encounters")
    for at in alone:
        text.lines.append(f"    if {text.value(at, 4, OF_SUBJECT)} is False: return False")
    text.lines.append("    return True")
    return text.function("S, L")


def _is_shared(asks: Asks, scope: Scope) -> bool:
    """Whether all subjects of a case most likely ask this of an event with the same words."""
    alike = {EVENT_DAY[scope], f"{scope.value}.done_at"}
    own = {path for path in asks.reads if path.startswith(f"{scope.value}.")} if scope in MANY else set()
    return asks.level == OF_EVENT and own <= alike


class Writing:
    """The text of a function, line by line. What is computed outside a loop is not computed in it again."""

    def __init__(self, over: str) -> None:
        self.lines: list[str] = []
        self._own = own_groups(over)
        self.around: dict[str, Any] = dict(AROUND)
        self._names: dict[int, str] = {}
        self._count = 0

    def value(self, at: Node, indent: int, deepest: int) -> str:
        """Write what makes a node as far as it depends on no more than `deepest`; gives the name of its value."""
        if id(at) in self._names:
            return self._names[id(at)]
        level = asks_of(at).level
        if level <= deepest and level > OF_SUBJECT and at.op in {"and", "or"}:
            return self._joined(at, indent, deepest)
        for arg in at.args:
            self.value(arg, indent, deepest)
        if level > deepest:
            return ""
        self._names[id(at)] = self._new()
        self._write(at, indent)
        return self._names[id(at)]

    def _new(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _joined(self, at: Node, indent: int, deepest: int) -> str:
        """The cheaper part first; the other only where the first does not decide. Truth does not mind the order."""
        first, second = sorted(at.args, key=lambda arg: asks_of(arg).cost)
        decides = "False" if at.op == "and" else "True"
        left, name, pad = self.value(first, indent, deepest), self._new(), " " * indent
        self.lines += [f"{pad}{name} = {left}", f"{pad}if {left} is not {decides}:"]
        outside = dict(self._names)
        right = self.value(second, indent + 4, deepest)
        self.lines.append(f"{pad}    if {right} is {decides} or {left} is not None: {name} = {right}")
        self._names = outside | {id(at): name}
        return name

    def _write(self, at: Node, indent: int) -> None:
        name, args = self._names[id(at)], [self._names[id(arg)] for arg in at.args]
        path = str(at.extra)
        if at.op == "fact" and path.startswith("other.") and path not in CODES:
            pad, fact = " " * indent, path.removeprefix("other.")
            self.lines.append(f"{pad}{name} = R({fact!r})")
            if path.split(".")[1] not in self._own:
                self.lines.append(f"{pad}if {name} is None: {name} = E.above[{fact!r}]")
            return
        if at.op != "listed":
            self.lines.append(f"{' ' * indent}{name} = {step_of(at, args, self.around)}")
            return
        keys = args[2:]
        table = f"L.at({str(at.extra).removeprefix('other.')!r}, {args[0]}, {args[1]})"
        if asks_of(at).level > OF_SUBJECT:
            table = self._outside(table, name)
        unknown = " or ".join(f"{key} is None" for key in keys)
        found = f"{table}[{', '.join(keys)}]" if keys else f"{table}[()]"
        self.lines.append(f"{' ' * indent}{name} = {f'None if {unknown} else ' if keys else ''}{found}")

    def _outside(self, table: str, name: str) -> str:
        """The table of the subject's day and place is found once, before the loop."""
        place = next(number for number, line in enumerate(self.lines) if line == LOOP)
        self.lines.insert(place, f"    t{name} = {table}")
        return f"t{name}"

    def function(self, arguments: str) -> Step:
        """The function."""
        return defined(f"def judged({arguments}):\n" + "\n".join(self.lines) + "\n", self.around)


LOOP: Final = "    for E, codes, sure in events:"
ROW: Final = "        R = E.row.get"
"""What a row carries itself is read from it without asking its parents."""


def sieve_of(parts: Sequence[Node], over: str) -> Sieve:
    """The loop of what is asked of every event alike."""
    text = Writing(over)
    for at in parts:
        text.value(at, 4, OF_SUBJECT)
    text.lines += ["    left = []", LOOP, ROW]
    names = []
    for at in parts:
        names.append(text.value(at, 8, OF_EVENT))
        text.lines.append(f"        if {names[-1]} is False: continue")
    known = " and ".join(f"{name} is not None" for name in names)
    text.lines += [f"        left.append((E, codes, {known}))", "    return left"]
    reads = frozenset[str]().union(*(asks_of(at).reads for at in parts))
    return Sieve(tuple(sorted(id(at) for at in parts)), tuple(sorted(reads)), text.function("S, events, L"))


def _second(tree: MeasureTree, parts: Sequence[Node]) -> Step:
    """The loop over what the sieve left: the rest of `where`, then the values of what counts."""
    text, values = Writing(tree.measure.over), [at for at in (tree.value, tree.least) if at is not None]
    by_level: dict[int, list[Node]] = {level: [] for level in (OF_SUBJECT, OF_EVENT, OF_PAIR)}
    for at in parts:
        by_level[asks_of(at).level].append(at)
    names = []
    for at in (*parts, *values):
        text.value(at, 4, OF_SUBJECT)
    for at in by_level[OF_SUBJECT]:
        names.append(text.value(at, 4, OF_SUBJECT))
        text.lines.append(f"    if {names[-1]} is False: return ()")
    text.lines += ["    found = []", LOOP, ROW]
    for at in by_level[OF_EVENT]:
        names.append(text.value(at, 8, OF_EVENT))
        text.lines.append(f"        if {names[-1]} is False: continue")
    exploded = bool(tree.measure.own or tree.measure.other)
    if exploded:
        for at in (*by_level[OF_PAIR], *values):
            text.value(at, 8, OF_EVENT)
        text.lines += ["        for own in owns:", "            for other in codes:"]
    else:
        text.lines.append("        own = other = None")
    indent = 16 if exploded else 8
    for at in by_level[OF_PAIR]:
        names.append(text.value(at, indent, OF_PAIR))
        text.lines.append(f"{' ' * indent}if {names[-1]} is False: continue")
    unknown = " or ".join(["not sure", *(f"{name} is None" for name in names)])
    text.lines.append(f"{' ' * indent}if {unknown}: return None")
    made = "".join(f", {text.value(at, indent, OF_PAIR)}" for at in values)
    text.lines += [f"{' ' * indent}found.append((E, own{made}))", "    return found"]
    return text.function("S, owns, events, L")


class Loops:
    """Every measure as loops, made once for a compiled knowledge."""

    def __init__(self, engine: Compiled) -> None:
        self.tables = engine.tables
        self._knowledge = engine.knowledge
        self._made: dict[str, Loop] = {}

    def of(self, measure: Declared, events: frozenset[str]) -> Loop:
        """The loops of a measure; `events` are the groups that an event carries."""
        key = f"{measure.scope.value}.{measure.name}"
        if key not in self._made:
            self._made[key] = loop_of(measure, self._knowledge, events)
        return self._made[key]


def sieved(
    sieve: Sieve, subject: Facts, events: Iterable[Seen], tables: Any, kept: dict[tuple[Any, ...], list[Seen]]
) -> list[Seen]:
    """The events that a sieve leaves; `kept` holds what it left before for the same words of the subject."""
    key: tuple[Any, ...] = (sieve.name, tuple([subject.get(path) for path in sieve.reads]))
    found = kept.get(key)
    if found is None:
        found = kept[key] = sieve.run(subject, events, tables)
    return found
