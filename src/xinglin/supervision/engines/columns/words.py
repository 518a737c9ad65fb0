"""Rules as bits: what many rules ask of a row is weighed in a few whole numbers instead of one after another.

A truth is two bits, certain and possible: yes is 11, unknown is 01, no is 00. Then *and* and *or* of three values are
*and* and *or* of bits, for all rules of a number at once. Every tree is written as alternatives, each a part that must
hold at every level (see `levels`); the parts of a level are one number there, made once for all rows that share it, and
a row takes the *and* of the numbers of its case, its visit and so on. What must be weighed at the row itself is asked
only where the bits leave it open.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Final

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.columns.levels import CASE, COUNTED, TOP, Levels, operands
from xinglin.supervision.engines.tree import Node, node

RULES_A_WORD: Final = 15
"""So many rules share a number of 64 bits: two truths a rule, two bits a truth."""
ALTERNATIVES: Final = 8
"""A tree with more alternatives than this is asked at the row as a whole."""
VIOLATES: Final = 2 * RULES_A_WORD
"""Where the bits of what is violated begin."""

TURNED: Final = {"and": "or", "or": "and"}
COMPARED: Final[Mapping[str, Callable[[int, int], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
APPLIES: Final = "applied"
"""In the name of the columns that tell where rules apply."""

Parts = Mapping[str, Node]
"""What must hold at each level."""
Value = Callable[[Node], ir.Value]


def alternatives(levels: Levels, at: Node) -> list[Parts]:
    """A tree as parts of which one must hold whole. In three values, too, *and* may be taken into *or*."""
    if at.op == "literal":
        return [{}] if at.extra else []
    if levels.of(at) != TOP:
        return [{levels.of(at) or TOP: at}]
    if (simpler := _simpler(at)) is not None:
        return alternatives(levels, simpler)
    found: list[Parts] = [{TOP: at}]
    if at.op == "or":
        found = _merged([part for arg in at.args for part in alternatives(levels, arg)])
    elif at.op == "and":
        found = _product(*(alternatives(levels, arg) for arg in at.args))
    return found if len(found) <= ALTERNATIVES else [{TOP: at}]


def _simpler(at: Node) -> Node | None:
    """The same tree with *and* and *or* further up: what is denied or compared is a choice, and a choice is one branch
    or the other, or unknown where its condition is."""
    if at.op == "not":
        (inner,) = at.args
        if inner.op in {"and", "or"}:
            return node(TURNED[inner.op], bool, *(node("not", bool, arg) for arg in inner.args))
        if inner.op == "choose":
            condition, *branches = inner.args
            return node("choose", bool, condition, *(node("not", bool, arg) for arg in branches))
    if at.op == "choose" and at.kind is bool:
        condition, then, other = at.args
        denied = node("not", bool, condition)
        ways = [(condition, then), (denied, other), (condition, denied)]
        return reduce(partial(node, "or", bool), (node("and", bool, *way) for way in ways))
    if at.op in COMPARED and at.args[0].op == "choose" and at.args[1].op == "literal":
        (condition, *branches), least = at.args[0].args, at.args[1]
        return node("choose", bool, condition, *(_compared(at.op, one, least) for one in branches))
    return None


def _compared(op: str, one: Node, other: Node) -> Node:
    if one.op == other.op == "literal" and one.kind is other.kind is int:
        return node("literal", bool, extra=COMPARED[op](one.extra, other.extra))
    return node(op, bool, one, other)


def _product(left: list[Parts], right: list[Parts]) -> list[Parts]:
    return _merged([_both(one, other) for one in left for other in right])


def _both(one: Parts, other: Parts) -> Parts:
    shared = {level: node("and", bool, one[level], other[level]) for level in one.keys() & other.keys()}
    return {**one, **other, **shared}


def _merged(parts: Sequence[Parts]) -> list[Parts]:
    """Fewer parts that say the same: those that differ at one level only are one."""
    found: list[Parts] = []
    for part in parts:
        for number, other in enumerate(found):
            differs = [level for level in part if part.get(level) is not other.get(level)]
            if part.keys() == other.keys() and len(differs) <= 1:
                joined = {level: node("or", bool, other[level], part[level]) for level in differs}
                found[number] = {**other, **joined}
                break
        else:
            found.append(part)
    return found


def _number(value: int) -> ir.Value:
    return ibis.literal(value, type="int64")


def truth(value: ir.Value, place: int) -> ir.Value:
    """The two bits of a truth at a place: certain there, possible beyond all certain ones."""
    possible = 1 << (place + RULES_A_WORD)
    return ibis.coalesce(value.cast("int64") * _number(possible | 1 << place), _number(possible))


def truths(value: ir.Value, places: Sequence[int], given: Sequence[int]) -> ir.Value:
    """The same truth at several places; what it does not touch is given."""
    yes, rest = _mask(places), _mask(given)
    possible = sum(1 << (place + RULES_A_WORD) for place in places)
    held = value.cast("int64") * _number(yes)
    return ibis.coalesce(held + _number(rest) if rest else held, _number(possible | rest))


def _together(values: Sequence[ir.Value], also: int) -> ir.Value:
    if not values:
        return _number(also)
    made = reduce(operator.or_, values)
    return made | _number(also) if also else made


def _mask(places: Sequence[int]) -> int:
    """The bits of truths that are certain."""
    return sum(1 << place | 1 << (place + RULES_A_WORD) for place in places)


@dataclass(slots=True)
class Word:
    """Up to fifteen rules that share numbers. `slots` hold the first, second … alternative of each tree by place."""

    number: int
    rules: Sequence[str]
    slots: list[dict[int, Parts]] = field(default_factory=list)

    def name(self, slot: int, level: str) -> str:
        """The column of a slot at a level."""
        return f"w{self.number}_{slot}_{level}"

    def nodes(self, level: str) -> Iterator[Node]:
        """What is asked at a level."""
        for number, slot in enumerate(self.slots):
            if level == CASE:
                yield from (parts[level] for parts in slot.values() if level in parts)
            else:
                alone, shared = self._split(number, level)
                yield from (*alone.values(), *(at for at, _ in shared))

    def _split(self, slot: int, level: str) -> tuple[dict[int, Node], list[tuple[Node, list[int]]]]:
        """What a level asks for a slot: what is asked for a place alone, and what must hold for several places, asked
        once for all of them."""
        parts = {place: held[level] for place, held in self.slots[slot].items() if level in held}
        asked = {place: list(operands(at, "and")) for place, at in parts.items()}
        by_node: dict[int, tuple[Node, list[int]]] = {}
        for place, many in asked.items():
            for at in {id(one): one for one in many}.values():
                by_node.setdefault(id(at), (at, []))[1].append(place)
        shared = [(at, places) for at, places in by_node.values() if len(places) > 1]
        common = {id(at) for at, _ in shared}
        alone = {place: [at for at in many if id(at) not in common] for place, many in asked.items()}
        return {place: reduce(partial(node, "and", bool), many) for place, many in alone.items() if many}, shared

    @property
    def not_asked(self) -> str:
        """The column of the rules that are not asked, one bit each above their outcomes, where some are not."""
        return f"n{self.number}"

    def at_level(self, level: str, value: Value, in_force: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
        """The numbers of a level. `in_force` says of rules where they are asked; one that is not applies nowhere."""
        asked = {place: in_force[rule] for place, rule in enumerate(self.rules) if rule in in_force}
        made: dict[str, ir.Value] = {}
        if asked:
            not_in = [
                ibis.cases((one, _number(0)), else_=_number(1 << (place + 2 * RULES_A_WORD)))
                for place, one in asked.items()
            ]
            made[self.not_asked] = _together(not_in, 0)
        for number, slot in enumerate(self.slots):
            here = {place for place, parts in slot.items() if level in parts}
            if level != CASE:
                if here:
                    made[self.name(number, level)] = self._bits(number, level, value)
                continue
            if not here and not asked.keys() & slot.keys():
                continue
            values = []
            for place in sorted(here | (asked.keys() & slot.keys())):
                bits = truth(value(slot[place][level]), place) if place in here else _number(_mask([place]))
                values.append(ibis.cases((asked[place], bits), else_=_number(0)) if place in asked else bits)
            given = [place for place in slot if place not in here and place not in asked]
            made[self.name(number, level)] = _together(values, _mask(given))
        return made

    def _bits(self, slot: int, level: str, value: Value) -> ir.Value:
        """The number of a slot at a level."""
        alone, shared = self._split(slot, level)
        given = [place for place in self.slots[slot] if place not in alone]
        made = _together([truth(value(at), place) for place, at in alone.items()], _mask(given))
        for at, places in shared:
            made = made & truths(value(at), places, [place for place in self.slots[slot] if place not in places])
        return made

    def at_rows(self, table: ir.Table, levels: Sequence[str]) -> dict[str, ir.Value]:
        """What all levels together leave open of each slot."""
        made: dict[str, ir.Value] = {}
        for number, slot in enumerate(self.slots):
            held = [table[name] for level in levels if (name := self.name(number, level)) in table.columns]
            made[self.name(number, TOP)] = reduce(operator.and_, held) if held else _number(_mask(list(slot)))
        return made

    def open(self, *, violates: bool) -> Iterator[tuple[int, int, Node]]:
        """What is to be asked at the row: slot, place and tree."""
        for number, slot in enumerate(self.slots):
            for place, parts in slot.items():
                if TOP in parts and (place >= VIOLATES) is violates:
                    yield number, place, parts[TOP]

    def guard(self, table: ir.Table, slot: int, place: int) -> ir.Value:
        """Where a tree is to be asked at the row: what else its alternative holds is possible, and the rule applies."""
        if place < VIOLATES:
            return _has(table[self.name(slot, TOP)], place + RULES_A_WORD)
        return _has(table[self.name(slot, APPLIES)], place - VIOLATES)

    def where_applied(self, table: ir.Table) -> dict[str, ir.Value]:
        """By slot, one bit a rule: it applies, and what violates it is possible as far as the levels can tell."""
        applies = table[self.truths(violates=False)]
        open_ = {slot for slot, _, _ in self.open(violates=True)}
        shift = _number(VIOLATES + RULES_A_WORD)
        return {self.name(slot, APPLIES): (table[self.name(slot, TOP)] >> shift) & applies for slot in sorted(open_)}

    def weighed(self, table: ir.Table, value: Value, *, violates: bool) -> ir.Value:
        """The truths of all rules, one alternative or another."""
        made = [self._slot(table, value, number, violates=violates) for number in range(len(self.slots))]
        return reduce(operator.or_, (one for one in made if one is not None), _number(0))

    def _slot(self, table: ir.Table, value: Value, number: int, *, violates: bool) -> ir.Value | None:
        places = [place for place in self.slots[number] if (place >= VIOLATES) is violates]
        if not places:
            return None
        here = [(place, at) for one, place, at in self.open(violates=violates) if one == number]
        held = table[self.name(number, TOP)]
        if not here:
            return held
        zero, taken = _number(0), {place for place, _ in here}
        bits_ = [
            ibis.cases((self.guard(table, number, place), truth(value(at), place)), else_=zero) for place, at in here
        ]
        return held & _together(bits_, _mask([place for place in places if place not in taken]))

    def truths(self, *, violates: bool) -> str:
        """The column of the truths of all rules."""
        return f"{'violates' if violates else 'applies'}_{self.number}"

    def outcomes(self, table: ir.Table) -> ir.Value:
        """The outcomes of all rules."""
        applies, violates = (table[self.truths(violates=which)] for which in (False, True))
        return outcomes(applies, violates, table[self.not_asked] if self.not_asked in table.columns else None)


def _rarely(parts: Parts) -> tuple[bool, bool]:
    """What few alternatives need comes first and stands in few numbers: measures, then what is asked at rows."""
    return not any(level.startswith(COUNTED) for level in parts), TOP not in parts


def words(levels: Levels, trees: Mapping[str, tuple[Node, Node]]) -> list[Word]:
    """Rules by number. `trees` are what each rule applies to and what violates it."""
    rules = list(trees)
    found: list[Word] = []
    for first in range(0, len(rules), RULES_A_WORD):
        word = Word(len(found), rules[first : first + RULES_A_WORD])
        for place, rule in enumerate(word.rules):
            for offset, at in zip((0, VIOLATES), trees[rule], strict=True):
                for slot, parts in enumerate(sorted(alternatives(levels, levels.grouped(at)), key=_rarely)):
                    while len(word.slots) <= slot:
                        word.slots.append({})
                    word.slots[slot][place + offset] = parts
        found.append(word)
    return found


def _has(column: ir.Value, bit: int) -> ir.Value:
    return (column & _number(1 << bit)) != _number(0)


def bits(column: ir.Value, first: int) -> ir.Value:
    """One bit a rule, from a bit on."""
    shifted = column >> _number(first) if first else column
    return shifted & _number((1 << RULES_A_WORD) - 1)


def outcomes(applies: ir.Value, violates: ir.Value, not_asked: ir.Value | None) -> ir.Value:
    """The one table from truths to outcomes, for all rules of a number: the low bits of the codes, then the high ones,
    then the rules that were not asked.

    Not applicable 0, clear 1, finding 2, cannot tell 3. What is not applied to is not asked whether it violates.
    """
    certain, open_ = bits(applies, 0), bits(applies, RULES_A_WORD)
    breach, doubt = bits(violates, VIOLATES), bits(violates, VIOLATES + RULES_A_WORD)
    low = open_ - (certain & breach)
    high = open_ - certain + (certain & doubt)
    made = low + high * _number(1 << RULES_A_WORD)
    # An engine takes a small literal for a short number; what is kept must be a long one, as it is shifted far.
    return (made if not_asked is None else made + not_asked) & _number((1 << 62) - 1)


def outcome(column: ir.Value, place: int) -> ir.Value:
    """The code of one rule's outcome, 4 where it was not asked."""
    low = (column >> _number(place)) & _number(1) if place else column & _number(1)
    high = (column >> _number(RULES_A_WORD + place - 1)) & _number(2)
    return low + high + ((column >> _number(2 * RULES_A_WORD + place - 2)) & _number(4))
