"""The small language of red flags, in three values.

``a & b``, ``a | b``, ``!a`` (a is known to be absent), ``~a`` (a is not known to be present), ``2 of (a, b & c, d)``,
``#group``, ``code@severe``, ``code@sudden``, ``said:…`` (heard in the words, no finding), ``pregnant``, ``sex=F``, and
numbers compared: ``age<5``, ``weeks>=20``, ``temperature>=38``. What is not known is neither true nor false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

Value = bool | None
TOKEN: Final = re.compile(
    r"\s*(?:(?P<of>\d+)\s+of\s*\(|(?P<compare>[a-z_0-9]+)\s*(?P<sign><=|>=|<|>|=)\s*(?P<number>[A-Z]|\d+(?:\.\d+)?)"
    r"|(?P<group>#[a-z0-9-]+)|(?P<atom>(?:said:)?[a-z0-9][a-z0-9-]*(?:@[a-z]+)?)|(?P<mark>[&|!~(),]))"
)
QUALITIES: Final = frozenset({"severe", "sudden"})
NUMBERS: Final = frozenset(
    {"age", "weeks", "temperature", "heart_rate", "resp_rate", "sbp", "dbp", "spo2"}
    | {"glucose", "ketones", "potassium", "sodium"}
)


class BadRule(ValueError):
    """An expression or a row that cannot be used. The message says where and what would be right."""


class Facts(Protocol):
    """What an expression may ask."""

    def finding(self, code: str, quality: str) -> Value:
        """Whether a finding is there, with that quality when one is named."""

    def number(self, name: str) -> float | None:
        """A number, when it is known."""

    def sex(self) -> str | None:
        """F or M, when known."""

    def pregnant(self) -> Value:
        """Whether pregnant, when known."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of an expression: `kind` is atom, pregnant, sex, compare, not, unknown, and, or, of."""

    kind: str
    name: str = ""
    quality: str = ""
    sign: str = ""
    number: float = 0.0
    children: tuple[Node, ...] = ()


def parse(text: str, groups: Mapping[str, str]) -> Node:
    """The expression as a tree. Raises BadRule for what the language does not have and for groups in a circle."""
    return _Parser(text, groups, ()).whole()


class _Parser:
    def __init__(self, text: str, groups: Mapping[str, str], inside: tuple[str, ...]) -> None:
        self.text, self.groups, self.inside = text, groups, inside
        self.tokens = list(_tokens(text))
        self.place = 0

    def whole(self) -> Node:
        node = self._either()
        if self.place != len(self.tokens):
            raise BadRule(f"{self.text!r}: {self.tokens[self.place][1]!r} is one too many")
        return node

    def _mark(self, mark: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place] == ("mark", mark):
            self.place += 1
            return True
        return False

    def _need(self, mark: str) -> None:
        if not self._mark(mark):
            raise BadRule(f"{self.text!r}: {mark!r} is missing")

    def _either(self) -> Node:
        parts = [self._both()]
        while self._mark("|"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Node("or", children=tuple(parts))

    def _both(self) -> Node:
        parts = [self._one()]
        while self._mark("&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Node("and", children=tuple(parts))

    def _one(self) -> Node:
        for mark, kind in (("!", "not"), ("~", "unknown")):
            if self._mark(mark):
                return Node(kind, children=(self._one(),))
        if self._mark("("):
            node = self._either()
            self._need(")")
            return node
        if self.place == len(self.tokens):
            raise BadRule(f"{self.text!r}: ends too early")
        kind, value = self.tokens[self.place]
        self.place += 1
        if kind == "of":
            return self._of(int(value))
        if kind == "group":
            return self._group(value[1:])
        if kind == "compare":
            return self._compare(value)
        if kind == "atom":
            return self._atom(value)
        raise BadRule(f"{self.text!r}: {value!r} stands where a condition should")

    def _of(self, least: int) -> Node:
        parts = [self._either()]
        while self._mark(","):
            parts.append(self._either())
        self._need(")")
        if not 1 <= least <= len(parts):
            raise BadRule(f"{self.text!r}: {least} of {len(parts)} cannot be")
        return Node("of", number=float(least), children=tuple(parts))

    def _group(self, name: str) -> Node:
        if name in self.inside or name not in self.groups:
            raise BadRule(f"{self.text!r}: #{name} is no group, or holds itself")
        return _Parser(self.groups[name], self.groups, (*self.inside, name)).whole()

    def _compare(self, value: str) -> Node:
        name, sign, number = value.split(" ")
        if name == "sex" and sign == "=" and number in {"F", "M"}:
            return Node("sex", name=number)
        if name not in NUMBERS or sign == "=" or number.isalpha():
            raise BadRule(f"{self.text!r}: {name}{sign}{number}: sex=F, sex=M, or one of {', '.join(sorted(NUMBERS))}")
        return Node("compare", name=name, sign=sign, number=float(number))

    def _atom(self, value: str) -> Node:
        if value == "pregnant":
            return Node("pregnant")
        code, _, quality = value.partition("@")
        if quality and quality not in QUALITIES:
            raise BadRule(f"{self.text!r}: a quality is one of {', '.join(sorted(QUALITIES))}")
        return Node("atom", name=code, quality=quality)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise BadRule(f"{text!r}: {text[place:].strip()[:20]!r} is not in the language")
        place = match.end()
        if match["compare"]:
            yield "compare", f"{match['compare']} {match['sign']} {match['number']}"
        else:
            kind = next(name for name in ("of", "group", "atom", "mark") if match[name])
            yield kind, match[kind]


COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def value(node: Node, facts: Facts) -> Value:
    """True, False, or None where what is not known decides."""
    if node.kind in {"and", "or", "of"}:
        return _joined(node, [value(child, facts) for child in node.children])
    if node.kind == "not":
        inner = value(node.children[0], facts)
        return None if inner is None else not inner
    if node.kind == "unknown":
        return value(node.children[0], facts) is not True
    if node.kind == "compare":
        number = facts.number(node.name)
        return None if number is None else COMPARE[node.sign](number, node.number)
    if node.kind == "sex":
        sex = facts.sex()
        return None if sex is None else sex == node.name
    if node.kind == "pregnant":
        return facts.pregnant()
    return facts.finding(node.name, node.quality)


def _joined(node: Node, values: Sequence[Value]) -> Value:
    if node.kind == "and":
        return False if False in values else None if None in values else True
    least = 1 if node.kind == "or" else int(node.number)
    if values.count(True) >= least:
        return True
    return None if values.count(True) + values.count(None) >= least else False


def because(node: Node, facts: Facts) -> Iterator[str]:
    """The findings that made the expression true, in its order; what was only heard or measured is left out."""
    if value(node, facts) is not True or node.kind in {"not", "unknown"}:
        return
    if node.kind == "atom" and not node.name.startswith("said:"):
        yield node.name
    for child in node.children:
        yield from because(child, facts)


def atoms(node: Node) -> Iterator[str]:
    """Every finding and every `said:` that an expression names."""
    if node.kind == "atom":
        yield node.name
    for child in node.children:
        yield from atoms(child)
