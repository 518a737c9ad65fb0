"""Diagnosis measured: the open cases, negation, red flags on messages of our own, calibration, time and memory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from xinglin.clinical.assessment.case import read_case
from xinglin.clinical.assessment.gathering import gather
from xinglin.clinical.assessment.judging import Assessment, assess
from xinglin.clinical.diagnosis.asking import next_questions
from xinglin.clinical.diagnosis.evidence import Evidence, weigh
from xinglin.clinical.diagnosis.matrix import Matrix, matrix
from xinglin.clinical.diagnosis.ranking import Ranking, rank
from xinglin.clinical.knowledge.conditions import ConditionKnowledge
from xinglin.hospital.demo.bench import diagnosis_cases as open_cases
from xinglin.hospital.demo.bench.diagnosis_cases import LABELS, OpenCase

DEPTHS: Final = (1, 3, 5)
QUESTIONS: Final = 10
INTERVIEWED: Final = 250
"""About how many cases of a set are interviewed."""
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Placed:
    """One case judged: at which place of the list what is right stands (0: not in it), and why not higher."""

    id: str
    label: str
    place: int
    probability: float
    """Of what stands first."""
    findings: int
    seconds: float
    first: str

    @property
    def failure(self) -> str:
        """The class of failure; empty where the first is right."""
        if self.place == 1:
            return ""
        if self.place == -1:
            return "condition absent"
        if self.findings < 2:
            return "fewer than 2 findings understood"
        if 2 <= self.place <= 5:
            return "ranked 2 to 5"
        return "ranked 6 to 20" if 6 <= self.place <= 20 else "ranked beyond 20"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A set measured: shares of cases with the right condition among the first 1, 3, 5; failures by class."""

    name: str
    cases: tuple[Placed, ...]

    def within(self, depth: int) -> float:
        """The share of all cases whose right condition is among the first `depth`."""
        return sum(1 <= one.place <= depth for one in self.cases) / max(len(self.cases), 1)

    @property
    def failures(self) -> Counter[str]:
        """How often each class of failure occurs."""
        return Counter(one.failure for one in self.cases if one.failure)


@dataclass(frozen=True, slots=True)
class Closed:
    """A Chinese set, the choice limited to its own labels: with all that was annotated, and with ten questions."""

    name: str
    labels: int
    cases: int
    accuracy: float
    accuracy_folds: float
    """With the labels' frequencies fitted on nine tenths and measured on the tenth, ten times."""
    accuracy_asked: float
    """Knowing only the first complaint, the rest by at most ten of our own questions."""
    questions: float
    confused: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far probabilities are from frequencies: by bins of the first's probability; error and Brier score."""

    bins: tuple[tuple[float, float, int], ...]
    """Mean probability, share that was right, and how many."""
    expected_error: float
    brier: float


def judge(raw: dict[str, Any], knowledge: ConditionKnowledge) -> tuple[Assessment, float]:
    """One case judged, and the seconds that took."""
    begun = time.perf_counter()
    found = assess(read_case(raw, knowledge), knowledge, matrix())
    return found, time.perf_counter() - begun


def english(path: Path, knowledge: ConditionKnowledge) -> Ranked:
    """The English cases, with the whole list open."""
    cases = open_cases.english(path, knowledge)
    return Ranked("English, examination style", tuple(_placed(one, knowledge) for one in cases))


def _placed(case: OpenCase, knowledge: ConditionKnowledge) -> Placed:
    found, seconds = judge(dict(case.raw), knowledge)
    table = matrix()
    names = [table.conditions[row].id for row in found.ranking.order[:200]]
    place = next((number for number, name in enumerate(names, 1) if _same(name, case.right, knowledge)), 0)
    return Placed(
        case.id,
        case.label,
        place if case.right else -1,
        float(found.ranking.probability[found.ranking.order[0]]),
        len(found.gathered.evidence.present),
        seconds,
        names[0],
    )


def _same(name: str, right: frozenset[str], knowledge: ConditionKnowledge) -> bool:
    """The condition itself, or a kind of it that the tables keep apart."""
    return name in right or knowledge.conditions[name].parent in right


def closed(name: str, path: Path, knowledge: ConditionKnowledge) -> Closed:
    """A Chinese set: which of its labels gets the highest score. Questions are put to every n-th case only."""
    cases = open_cases.chinese(name, path)
    labels = sorted({one.label for one in cases})
    table = matrix()
    scores = np.array([_label_scores(_ranked(dict(one.raw), knowledge)[1], labels, table) for one in cases])
    truth = np.array([labels.index(one.label) for one in cases])
    guess = scores.argmax(axis=1)
    wrong = Counter((labels[t], labels[g]) for t, g in zip(truth, guess, strict=True) if t != g)
    asked = [_interviewed(one, labels, knowledge) for one in cases[:: max(1, len(cases) // INTERVIEWED)]]
    return Closed(
        name,
        len(labels),
        len(cases),
        float((guess == truth).mean()),
        _folds(scores, truth),
        sum(right for right, _ in asked) / len(asked),
        sum(count for _, count in asked) / len(asked),
        tuple((*pair, times) for pair, times in wrong.most_common(6)),
    )


def _ranked(raw: dict[str, Any], knowledge: ConditionKnowledge) -> tuple[Evidence, Ranking]:
    """Reading and ranking alone, without red flags and answer."""
    evidence = gather(read_case(raw, knowledge), knowledge).evidence
    return evidence, rank(evidence, matrix())


def _label_scores(found: Ranking, labels: Sequence[str], table: Matrix) -> list[float]:
    return [max(float(found.score[table.row[one]]) for one in LABELS[label]) for label in labels]


def _folds(scores: np.ndarray[Any, Any], truth: np.ndarray[Any, Any], folds: int = 10) -> float:
    """One number a label, added to its score: fitted on the other folds by how often each label came too rarely."""
    right = 0
    for fold in range(folds):
        held = np.arange(len(truth)) % folds == fold
        offset = np.zeros(scores.shape[1])
        for _ in range(200):
            guess = (scores[~held] + offset).argmax(axis=1)
            gap = np.bincount(truth[~held], minlength=len(offset)) - np.bincount(guess, minlength=len(offset))
            offset += 0.02 * np.sign(gap) * np.minimum(np.abs(gap) / 5, 1)
        right += int(((scores[held] + offset).argmax(axis=1) == truth[held]).sum())
    return right / len(truth)


def _interviewed(case: OpenCase, labels: Sequence[str], knowledge: ConditionKnowledge) -> tuple[bool, int]:
    """Begin with the first complaint and ask; what the dialogue says nothing of is answered "not sure"."""
    table = matrix()
    told = list(case.raw["findings"])
    whole, _ = _ranked(dict(case.raw), knowledge)
    known = weigh(whole, table)
    yes = {table.findings[one].code for column in known.present for one in (column, *table.above[column])}
    no = {table.findings[one].code for column in known.absent for one in (column, *table.below[column])}
    raw = {**case.raw, "findings": told[:1]}
    count = 0
    while True:
        evidence, found = _ranked(raw, knowledge)
        questions = next_questions(evidence, found, table, limit=1) if count < QUESTIONS else ()
        if not questions:
            return labels[int(np.argmax(_label_scores(found, labels, table)))] == case.label, count
        code = questions[0].finding.code
        answer = True if code in yes else False if code in no else None
        raw = {**raw, "findings": [*raw["findings"], {"code": code, "present": answer}]}
        count += 1


def calibrated(cases: Iterable[tuple[float, bool]]) -> Calibration:
    """Calibration of pairs of probability and whether it was right, in ten bins of equal width."""
    pairs = list(cases)
    bins = []
    error = 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [(p, right) for p, right in pairs if low <= p < high or (high == 1.0 and p == 1.0)]
        if not inside:
            continue
        mean, share = sum(p for p, _ in inside) / len(inside), sum(right for _, right in inside) / len(inside)
        bins.append((mean, share, len(inside)))
        error += abs(mean - share) * len(inside) / len(pairs)
    brier = sum((p - right) ** 2 for p, right in pairs) / max(len(pairs), 1)
    return Calibration(tuple(bins), error, brier)
