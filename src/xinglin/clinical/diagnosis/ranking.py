"""From findings to a ranked list: naive Bayes with leak over grouped findings, gates, penalties, re-scored by what each
condition alone explains.

Form after Internist-1/QMR (Miller, Pople, Myers 1982), QMR-DT (Shwe and others 1991) and, for the re-scoring, the
expected disablement of Richens, Lee and Johri (2020). Deterministic: same evidence, same tables, same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinglin.clinical.diagnosis.evidence import Evidence, Person, Weighed, weigh
from xinglin.clinical.diagnosis.matrix import ONSET_ORDER, PATTERN_ORDER, Matrix
from xinglin.clinical.diagnosis.tuning import TUNING, Tuning
from xinglin.clinical.knowledge.condition_rows import DURATIONS, Condition

Doubles = NDArray[np.float64]
IMPOSSIBLE: Final = -1e9


@dataclass(frozen=True, eq=False)
class Ranking:
    """All conditions scored. `order` holds rows of the matrix, best first; `probability` sums to 1 - `other`."""

    weighed: Weighed
    score: Doubles
    parts: Mapping[str, Doubles]
    """What the score is the sum of: prior, findings, unexplained, course, named, needs, share."""
    prior: Doubles
    share: Doubles
    contribution: Doubles
    """Per condition and known finding (the columns `columns`) what it adds, before groups are joined."""
    columns: tuple[int, ...]
    order: tuple[int, ...]
    probability: Doubles
    other: float


def rank(evidence: Evidence, table: Matrix, tuning: Tuning = TUNING) -> Ranking:
    """Every condition's score and probability for this evidence."""
    weighed = weigh(evidence, table)
    columns = (*weighed.present, *weighed.absent)
    prior = priors(evidence.person, table)
    contribution = _contributions(weighed, table, tuning)
    share = explained_share(weighed.present, table)
    parts = {
        "prior": tuning.prior * prior,
        "findings": _grouped(contribution, columns, table, tuning),
        "unexplained": _penalties(weighed, table, tuning),
        "course": _course(evidence, table, tuning),
        "named": _named(evidence, table, tuning),
        "needs": _gates(evidence, weighed, table, tuning),
        "share": tuning.share * np.log(share + 0.05) if weighed.present else np.zeros(len(table.conditions)),
    }
    score = np.sum(list(parts.values()), axis=0)
    score = np.where(prior <= IMPOSSIBLE, IMPOSSIBLE, score)
    order = tuple(int(one) for one in np.argsort(-score, kind="stable"))
    probability, other = _probabilities(score, share, order, len(weighed.present), tuning)
    return Ranking(weighed, score, parts, prior, share, contribution, columns, order, probability, other)


@lru_cache(maxsize=512)
def priors(person: Person, table: Matrix) -> Doubles:
    """The logarithm of how often a condition is met in somebody like this; IMPOSSIBLE where age, sex or pregnancy rule
    it out. An unknown fact takes no side."""
    found = np.empty(len(table.conditions))
    for number, condition in enumerate(table.conditions):
        chance = condition.per_100k * _factor(condition, person)
        found[number] = np.log(chance) if chance > 0 else IMPOSSIBLE
    found.setflags(write=False)  # It is shared by all cases of people alike.
    return found


def _factor(condition: Condition, person: Person) -> float:
    factor = 1.0
    if person.age_years is not None:
        for span in condition.ages:
            if span.start <= person.age_years < span.until:
                factor *= span.factor
    if person.sex is not None:
        factor *= dict(condition.sexes).get(person.sex, 1.0)
    if person.season is not None:
        factor *= dict(condition.seasons).get(person.season, 1.0)
    if person.pregnant and condition.pregnant is not None:
        factor *= condition.pregnant
    return factor


def _contributions(weighed: Weighed, table: Matrix, tuning: Tuning) -> Doubles:
    """Log likelihood ratios against the base rate, one column a known finding."""
    present, absent = list(weighed.present), list(weighed.absent)
    sure = np.array([weighed.present[one] for one in present])
    yes = np.log(table.chance[:, present] / table.base[present]).astype(np.float64)
    yes = np.clip(yes, -tuning.most, tuning.most) * sure * tuning.present
    yes *= np.where(yes > 0, 1 + tuning.star * table.stars[:, present], 1.0)
    no = np.log((1 - table.chance[:, absent]) / (1 - table.base[absent])).astype(np.float64)
    no = np.clip(no, -tuning.most, tuning.most) * tuning.absent
    return np.concatenate([yes, no], axis=1)


def _grouped(contribution: Doubles, columns: tuple[int, ...], table: Matrix, tuning: Tuning) -> Doubles:
    """Findings that say the same count once in full, by the strongest, and a part for the others."""
    total = np.zeros(contribution.shape[0])
    members: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        members.setdefault(table.findings[column].group, []).append(place)
    for places in members.values():
        part = contribution[:, places]
        if len(places) == 1:
            total += part[:, 0]
            continue
        strongest = np.take_along_axis(part, np.abs(part).argmax(axis=1)[:, None], axis=1)[:, 0]
        total += strongest + tuning.repeated * (part.sum(axis=1) - strongest)
    return total


def _penalties(weighed: Weighed, table: Matrix, tuning: Tuning) -> Doubles:
    """What a condition loses for striking findings that it leaves unexplained."""
    present = list(weighed.present)
    loud = np.maximum(table.weight[present] - 2, 0) ** 2
    silent = ~table.linked[:, present] | (table.chance[:, present] <= table.base[present])
    return np.asarray(-tuning.unexplained * (silent * loud).sum(axis=1), dtype=np.float64)


def _course(evidence: Evidence, table: Matrix, tuning: Tuning) -> Doubles:
    """What a misfitting onset, span or pattern takes away; a condition whose table says nothing loses nothing."""
    course, fits = evidence.course, table.courses
    found = np.zeros(len(table.conditions))
    if course.onset in ONSET_ORDER:
        found -= tuning.onset * fits.onset[:, ONSET_ORDER.index(course.onset)]
    if course.span:
        found -= tuning.span * fits.span[:, DURATIONS.index(course.span)]
    if course.pattern in PATTERN_ORDER:
        found -= tuning.pattern * fits.pattern[:, PATTERN_ORDER.index(course.pattern)]
    return found


def _named(evidence: Evidence, table: Matrix, tuning: Tuning) -> Doubles:
    found = np.zeros(len(table.conditions))
    for name, when in evidence.named.items():
        if name in table.row:
            found[table.row[name]] += tuning.named_now if when == "now" else tuning.named_past
    return found


def _gates(evidence: Evidence, weighed: Weighed, table: Matrix, tuning: Tuning) -> Doubles:
    """A condition that needs a finding is out when that is denied, and steps back while nobody has asked."""
    found = np.zeros(len(table.conditions))
    here = {table.findings[one].code for one in weighed.present}
    here |= {table.findings[above].code for one in weighed.present for above in table.above[one]}
    gone = {table.findings[one].code for one in weighed.absent}
    gone |= {table.findings[below].code for one in weighed.absent for below in table.below[one]}
    if evidence.person.pregnant:
        here.add("pregnant")
    elif evidence.person.pregnant is False or evidence.person.sex == "M":
        gone.add("pregnant")
    for number in table.gated:
        condition = table.conditions[number]
        if here & set(condition.needs):
            continue
        found[number] = IMPOSSIBLE if gone >= set(condition.needs) else tuning.gate_open
    return found


def explained_share(present: Iterable[int], table: Matrix) -> Doubles:
    """Of what speaks loudest, the share that each condition would explain by itself: what would be gone if it were
    cured."""
    columns = list(present)
    if not columns:
        return np.ones(len(table.conditions))
    loud = table.weight[columns].astype(np.float64) ** 1.5
    chance, base = table.chance[:, columns].astype(np.float64), table.base[columns].astype(np.float64)
    caused = np.where(table.linked[:, columns], np.maximum(chance - base, 0) / np.maximum(chance, 1e-9), 0.0)
    return np.asarray((caused * loud).sum(axis=1) / loud.sum(), dtype=np.float64)


def _probabilities(
    score: Doubles, share: Doubles, order: tuple[int, ...], count: int, tuning: Tuning
) -> tuple[Doubles, float]:
    best = score[order[0]]
    raw = np.exp(np.clip((score - best) / tuning.temperature, -700, 0))
    raw = np.where(score <= IMPOSSIBLE / 2, 0.0, raw)
    weights = raw / raw.sum()
    missing = 1.0 - float((weights * share).sum())
    other = 1 / (1 + np.exp(-(tuning.other_offset + tuning.other_share * missing + tuning.other_count * count)))
    return weights * (1 - other), float(other)
