"""The tables by what a check asks them for: the substance of a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge, rows
from xinglin.clinical.knowledge.expressions import Entry, Expression

ONE_SIDED: Final[dict[str, type[Any]]] = {
    "renal": rows.Renal,
    "hepatic": rows.Hepatic,
    "lab_rules": rows.LabRule,
    "contraindications": rows.Contraindication,
    "pregnancy": rows.Pregnancy,
    "lactation": rows.Lactation,
    "children": rows.Child,
    "elderly": rows.Elderly,
    "sex": rows.SexRow,
    "quantity": rows.Quantity,
}


@dataclass(frozen=True)
class Index:
    """Rows by substance."""

    knowledge: Knowledge
    by_code: dict[str, dict[str, tuple[Any, ...]]]
    """Table, then substance, then the rows that speak of it."""
    side_a: dict[str, frozenset[int]]
    side_b: dict[str, frozenset[int]]
    interactions: tuple[rows.Interaction, ...]
    doses: dict[str, tuple[rows.Dose, ...]]
    indications: dict[str, rows.Indication]
    antimicrobials: dict[str, rows.Antimicrobial]
    allergies: dict[str, tuple[rows.Allergy, ...]]
    """By the substance that is ordered."""
    local_only: frozenset[str]
    """Substances that the products hold only for local use: a local route does not take them out of a check."""
    route_aware: frozenset[int]
    """Rows (by `id()`) whose context or condition asks for the route: they judge a local medicine themselves."""

    def rows_of(self, table: str, code: str) -> tuple[Any, ...]:
        """The rows of a one-sided table that speak of a substance."""
        return self.by_code[table].get(code, ())

    def pairs(self, one: str, other: str) -> tuple[tuple[rows.Interaction, bool], ...]:
        """Interactions of two substances, each with whether it stands the other way round in the table."""
        forward = self.side_a.get(one, frozenset()) & self.side_b.get(other, frozenset())
        back = (self.side_a.get(other, frozenset()) & self.side_b.get(one, frozenset())) - forward
        found = [(number, False) for number in forward] + [(number, True) for number in back]
        return tuple((self.interactions[number], turned) for number, turned in sorted(found))

    def members(self, name: str) -> frozenset[str]:
        """The substances of a class. Raises KeyError for a class that the tables do not have."""
        return self.knowledge.names.classes[name].members


@dataclass(frozen=True)
class _Same:
    """A knowledge as a key of the cache: equal where the digest is equal."""

    knowledge: Knowledge

    def __hash__(self) -> int:
        return hash(self.knowledge.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.knowledge.digest == self.knowledge.digest


def build_index(knowledge: Knowledge) -> Index:
    """The index of a knowledge."""
    return _built(_Same(knowledge))


@lru_cache(maxsize=2)
def _built(held: _Same) -> Index:
    return _index(held.knowledge)


def _index(knowledge: Knowledge) -> Index:
    interactions = knowledge.rows(rows.Interaction)
    side_a: dict[str, set[int]] = defaultdict(set)
    side_b: dict[str, set[int]] = defaultdict(set)
    for number, row in enumerate(interactions):
        for code in row.a:
            side_a[code].add(number)
        for code in row.b:
            side_b[code].add(number)
    doses: dict[str, list[rows.Dose]] = defaultdict(list)
    for dose in knowledge.rows(rows.Dose):
        doses[dose.ingredient].append(dose)
    return Index(
        knowledge=knowledge,
        by_code={table: _by_code(knowledge.rows(kind)) for table, kind in ONE_SIDED.items()},
        side_a={code: frozenset(found) for code, found in side_a.items()},
        side_b={code: frozenset(found) for code, found in side_b.items()},
        interactions=interactions,
        doses={code: tuple(found) for code, found in doses.items()},
        indications={row.ingredient: row for row in knowledge.rows(rows.Indication)},
        antimicrobials={row.ingredient: row for row in knowledge.rows(rows.Antimicrobial)},
        allergies=_by_code(knowledge.rows(rows.Allergy), "ordered"),
        local_only=knowledge.names.local_only,
        route_aware=frozenset(_route_aware(knowledge)),
    )


def _by_code(found: Iterable[Any], side: str = "side") -> dict[str, tuple[Any, ...]]:
    by_code: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        for code in getattr(row, side):
            by_code[code].append(row)
    return {code: tuple(many) for code, many in by_code.items()}


def _route_aware(knowledge: Knowledge) -> Iterable[int]:
    for table in knowledge.tables.values():
        for row in table:
            entries: tuple[Entry, ...] = getattr(row, "context", ())
            whens: list[Expression] = [entry.when for entry in entries]
            whens.append(getattr(row, "when", ()))
            if any(atom.kind == "route" for when in whens for atom in when) or bool(getattr(row, "routes", False)):
                yield id(row)
