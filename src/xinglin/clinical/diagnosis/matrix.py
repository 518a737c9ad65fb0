"""The tables of diagnosis as arrays: P(finding | condition) for every pair, the findings' kinship, and base rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinglin.clinical.knowledge.condition_rows import DURATIONS, LEVELS, ONSETS, PATTERNS, Condition, Finding
from xinglin.clinical.knowledge.conditions import ConditionKnowledge, ancestors, load_conditions

Floats = NDArray[np.float32]
ONSET_ORDER: Final = tuple(sorted(ONSETS))
PATTERN_ORDER: Final = tuple(sorted(PATTERNS))
_MOST: Final = 0.985


@dataclass(frozen=True, eq=False)
class Courses:
    """How far each onset, span and pattern is from what a condition's table says: 0 fits (or nothing is said)."""

    onset: Floats
    span: Floats
    """Steps along DURATIONS."""
    pattern: Floats


@dataclass(frozen=True, eq=False)
class Matrix:
    """The tables as arrays.

    `chance[d, f]` is P(finding f | condition d), `stars[d, f]` how special the link is, `linked[d, f]` whether a table
    says anything at all (of the finding, of one of its kinds, or of what it is a kind of)."""

    findings: tuple[Finding, ...]
    conditions: tuple[Condition, ...]
    column: Mapping[str, int]
    row: Mapping[str, int]
    chance: Floats
    stars: Floats
    linked: NDArray[np.bool_]
    base: Floats
    weight: Floats
    above: tuple[tuple[int, ...], ...]
    """Of each finding all that it is a kind of."""
    below: tuple[tuple[int, ...], ...]
    courses: Courses
    gated: tuple[int, ...]
    """Conditions that need a finding."""
    digest: str


@lru_cache(maxsize=1)
def matrix() -> Matrix:
    """The arrays of the tables that come with the package; built once."""
    return build_matrix(load_conditions())


def build_matrix(knowledge: ConditionKnowledge) -> Matrix:
    """Arrays of any tables. What is said of a finding holds for what it is a kind of (at least as frequent) and, in
    proportion to the base rates, for its kinds."""
    findings, conditions = tuple(knowledge.findings.values()), tuple(knowledge.conditions.values())
    column = {one.code: number for number, one in enumerate(findings)}
    above = tuple(tuple(column[code] for code in ancestors(knowledge.findings, one.code)) for one in findings)
    below: list[list[int]] = [[] for _ in findings]
    for number, higher in enumerate(above):
        for one in higher:
            below[one].append(number)
    base = np.array([one.base for one in findings], dtype=np.float32)
    shape = (len(conditions), len(findings))
    chance, stars = np.tile(base, (shape[0], 1)), np.zeros(shape, dtype=np.float32)
    linked = np.zeros(shape, dtype=np.bool_)
    for number, condition in enumerate(conditions):
        said = {column[link.finding]: link for link in condition.links}
        told = {place: _chance(link.level, float(base[place])) for place, link in said.items()}
        _spread(told, above, below, base)
        for place, value in told.items():
            chance[number, place], linked[number, place] = min(value, _MOST), True
        for place, link in said.items():
            stars[number, place] = link.stars
    return Matrix(
        findings,
        conditions,
        column,
        {one.id: number for number, one in enumerate(conditions)},
        chance,
        stars,
        linked,
        base,
        np.array([one.weight for one in findings], dtype=np.float32),
        above,
        tuple(tuple(one) for one in below),
        _courses(conditions),
        tuple(number for number, one in enumerate(conditions) if one.needs),
        knowledge.digest,
    )


def _courses(conditions: tuple[Condition, ...]) -> Courses:
    onset = [[float(bool(one.onset) and name not in one.onset) for name in ONSET_ORDER] for one in conditions]
    pattern = [[float(bool(one.pattern) and name not in one.pattern) for name in PATTERN_ORDER] for one in conditions]
    span = [[_steps(here, one.duration) for here in range(len(DURATIONS))] for one in conditions]
    arrays = [np.array(part, dtype=np.float32).reshape(len(conditions), -1) for part in (onset, span, pattern)]
    return Courses(*arrays)


def _steps(here: int, spans: frozenset[str]) -> float:
    return float(min((abs(DURATIONS.index(one) - here) for one in spans), default=0))


def _chance(level: int, base: float) -> float:
    """The probability of a level. The lowest practically excludes: it lies below the base rate, however low."""
    return min(LEVELS[0], base / 5) if level == 0 else LEVELS[level]


def _spread(
    told: dict[int, float],
    above: tuple[tuple[int, ...], ...],
    below: list[list[int]],
    base: Floats,
) -> None:
    """What was said of some findings, carried up to what they are kinds of, then down to kinds nobody spoke of."""
    direct = dict(told)
    for place, value in direct.items():
        for higher in above[place]:
            if higher not in direct:
                told[higher] = max(told.get(higher, 0.0), value, float(base[higher]))
    for place, value in direct.items():
        for lower in below[place]:
            if lower in told:
                continue
            nearest = next(one for one in above[lower] if one in direct)
            if nearest == place:
                told[lower] = value * min(1.0, float(base[lower] / base[place]))
