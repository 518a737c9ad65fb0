"""Facts that are measured from several rows before a rule looks: a rule never walks a list."""

from __future__ import annotations

from dataclasses import dataclass

from xinglin.supervision.facts.schema import Group, fact


@dataclass(frozen=True, slots=True)
class Measure(Group):
    """Named numbers of a prescription, computed by :mod:`xinglin.supervision.measures` and never by a caller."""

    distinct_drugs: int | None = fact("不同药品种数", "different medicines, without decoction pieces and solvents", "n")
