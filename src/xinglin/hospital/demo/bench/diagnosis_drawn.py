"""Cases drawn from the tables themselves: what the ranking would meet if the tables were the truth.

They show whether the arithmetic is right and give calibration something to be fitted on; they say nothing of how true
the tables are. Every drawn case also has findings that its condition does not cause, and one in ten a condition that is
taken out of the tables before it is judged, so that *other or not covered* is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xinglin.clinical.diagnosis.evidence import Course, Evidence, Person
from xinglin.clinical.diagnosis.matrix import Matrix
from xinglin.clinical.diagnosis.ranking import IMPOSSIBLE, priors
from xinglin.clinical.knowledge.condition_rows import Condition

TOLD: Final = {0: 0.35, 1: 0.4, 2: 0.55, 3: 0.7}
"""How likely a finding that is there comes to be told, by how well a patient can answer."""
LEFT_OUT: Final = 0.1
_HOURS: Final = {"minutes": 0.5, "hours": 8, "days": 72, "weeks": 24 * 21, "months": 24 * 120, "years": 24 * 900}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Evidence of one drawn case, the row of its condition, and whether that is to be taken out of the tables."""

    evidence: Evidence
    row: int
    left_out: bool


def drawn(table: Matrix, count: int, seed: int) -> Iterator[Drawn]:
    """Cases in proportion to the square root of how common a condition is; the same seed gives the same cases."""
    dice = np.random.default_rng(seed)
    common = np.sqrt(np.array([one.per_100k for one in table.conditions]))
    for _ in range(count):
        row = int(dice.choice(len(common), p=common / common.sum()))
        condition = table.conditions[row]
        person = _person(condition, dice, table, row)
        present = _present(table, row, dice)
        absent = _absent(table, row, present, dice)
        codes = [table.findings[one].code for one in present]
        course = _course(condition, dice)
        evidence = Evidence(person, dict.fromkeys(codes, 1.0), frozenset(absent), course=course)
        yield Drawn(evidence, row, bool(dice.random() < LEFT_OUT))


def without(table: Matrix, row: int) -> Matrix:
    """The tables as if they did not have one condition: nothing is needed that can be there."""
    gone = replace(table.conditions[row], needs=("-",))
    conditions = (*table.conditions[:row], gone, *table.conditions[row + 1 :])
    return replace(table, conditions=conditions, gated=tuple(sorted({*table.gated, row})))


def _person(condition: Condition, dice: np.random.Generator, table: Matrix, row: int) -> Person:
    for _ in range(60):
        age = float(dice.choice([0.3, 3, 9, 16, 25, 35, 45, 55, 66, 78]))
        person = Person(age, "F" if dice.random() < 0.5 else "M")
        if condition.needs and "pregnant" in condition.needs:
            person = replace(person, age_years=28.0, sex="F", pregnant=True)
        if priors(person, table)[row] > IMPOSSIBLE:
            return person
    return Person()


def _present(table: Matrix, row: int, dice: np.random.Generator) -> list[int]:
    told = np.array([TOLD[one.ask] for one in table.findings])
    noise = np.minimum(table.base, 0.05) * 0.1
    chance = np.where(table.linked[row], table.chance[row] * told, noise)
    chosen = np.flatnonzero(dice.random(len(chance)) < chance)
    if len(chosen) < 2:
        chosen = np.argsort(-table.chance[row] * told * table.linked[row])[:3]
    if len(chosen) > 14:
        chosen = dice.choice(chosen, 14, replace=False)
    return [int(one) for one in chosen]


def _absent(table: Matrix, row: int, present: list[int], dice: np.random.Generator) -> list[str]:
    """A few denials, as a history has them: of what is common in general or in rivals, and is not there."""
    here = set(present).union(*(table.above[one] for one in present))
    worth = table.base * (1 - table.chance[row])
    worth[[*here, *(one for one in range(len(worth)) if table.findings[one].ask < 2)]] = 0
    if worth.sum() <= 0:
        return []
    number = int(dice.integers(0, 5))
    chosen = dice.choice(len(worth), number, replace=False, p=worth / worth.sum())
    return [table.findings[int(one)].code for one in chosen]


def _course(condition: Condition, dice: np.random.Generator) -> Course:
    if not condition.duration or dice.random() < 0.3:
        return Course()
    span = str(dice.choice(sorted(condition.duration)))
    onset = str(dice.choice(sorted(condition.onset))) if condition.onset and dice.random() < 0.4 else None
    return Course(onset, float(_HOURS[span]), None)
