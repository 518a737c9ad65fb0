"""The red flags as tables (`knowledge/warning/red_flags.toml`), read and validated whole."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from xinglin.clinical.warning.grammar import BadRule, Node, atoms, parse
from xinglin.clinical.warning.words import words_of

Level = Literal["emergency", "urgent", "soon"]
LEVELS: Final[tuple[Level, ...]] = ("emergency", "urgent", "soon")
"""Falling: call the ambulance or go to an emergency department now; be seen in person today; book within one or two
weeks (which stops no visit)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One red flag: alternatives by level, and for whom it can be true at all."""

    id: str
    name_zh: str
    name_en: str
    do_zh: str
    do_en: str
    source: str
    read: str
    who: Node | None
    alternatives: tuple[tuple[Level, Node], ...]

    def atoms(self) -> frozenset[str]:
        """Every finding and `said:` that the rule names."""
        nodes = [node for _, node in self.alternatives] + ([self.who] if self.who else [])
        return frozenset(name for node in nodes for name in atoms(node))


@lru_cache(maxsize=1)
def red_flags() -> tuple[Rule, ...]:
    """All rules in the order of the file. Raises BadRule."""
    return read_rules((files("xinglin.clinical.knowledge") / "warning" / "red_flags.toml").read_text("utf-8"))


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a TOML text. Raises BadRule for the first fault, with the rule's name."""
    document = tomllib.loads(text)
    groups: Mapping[str, str] = document.get("groups", {})
    found = []
    for name, row in document.get("rule", {}).items():
        try:
            found.append(_rule(name, row, groups))
        except (ValueError, KeyError, TypeError) as wrong:
            raise BadRule(f"{name}: {wrong}") from None
    return tuple(found)


def _rule(name: str, row: Mapping[str, Any], groups: Mapping[str, str]) -> Rule:
    called, do = words_of(dict(row), "name"), words_of(dict(row), "do")
    if row["read"] not in {"yes", "memory"} or not row["source"].strip():
        raise BadRule("a rule names its source, and read is yes or memory")
    unknown = set(row) - {"name_zh", "name_en", "do_zh", "do_en", "source", "read", "who", *LEVELS}
    if unknown:
        raise BadRule(f"{', '.join(sorted(unknown))}: no field of a rule")
    alternatives = tuple((level, parse(text, groups)) for level in LEVELS for text in row.get(level, ()))
    if not alternatives:
        raise BadRule("a rule has at least one alternative under emergency, urgent or soon")
    who = parse(row["who"], groups) if "who" in row else None
    return Rule(name, called.zh, called.en, do.zh, do.en, row["source"], row["read"], who, alternatives)


def unknown_names(rules: Collection[Rule], findings: Collection[str], said: Collection[str]) -> list[str]:
    """What rules name and neither the tables of findings nor the phrases have: `rule: name`, sorted."""
    known = {*findings, *said}
    return sorted(f"{rule.id}: {name}" for rule in rules for name in rule.atoms() if name not in known)
