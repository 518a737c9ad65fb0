"""All measures of diagnosis in one run: open cases, drawn cases, negation, messages of our own, time and memory."""

from __future__ import annotations

import json
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xinglin.clinical.assessment.case import read_case
from xinglin.clinical.assessment.gathering import gather, lexicon
from xinglin.clinical.assessment.watching import watched
from xinglin.clinical.diagnosis.matrix import matrix
from xinglin.clinical.diagnosis.ranking import rank
from xinglin.clinical.knowledge.conditions import ConditionKnowledge, load_conditions
from xinglin.clinical.language import context
from xinglin.hospital.demo.bench import diagnosis as measures
from xinglin.hospital.demo.bench import diagnosis_cases as open_cases
from xinglin.hospital.demo.bench.diagnosis import Calibration, Closed, Ranked
from xinglin.hospital.demo.bench.diagnosis_drawn import drawn, without

MESSAGES: Final = Path(__file__).parents[5] / "tests" / "scenarios" / "warning"
DRAWN: Final = 1000
SEED: Final = 20261122
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Flagged:
    """Messages of our own: dangerous ones that were flagged, harmless ones that were left in peace."""

    name: str
    dangerous: int
    flagged: int
    harmless: int
    left: int
    under: int
    """Emergencies that were called urgent only."""


@dataclass(frozen=True, slots=True)
class Negation:
    """F1 of negation and of history on the published sentences, and how many were measured."""

    sentences: int
    negated: float
    historical: float
    experiencer_wrong: int


@dataclass(frozen=True, slots=True)
class DiagnosisMeasured:
    """Everything that was measured; parts that need XINGLIN_DATA are None or empty without it."""

    digest: str
    conditions: int
    findings: int
    links: int
    english: Ranked | None
    chinese: tuple[Closed, ...]
    negation: Negation | None
    drawn_within: tuple[float, float, float]
    calibration: Calibration
    calibration_english: Calibration | None
    flagged: tuple[Flagged, ...]
    message_ms: tuple[float, float]
    case_ms: tuple[float, float] | None
    load_seconds: float
    memory_mib: float


def measure(say: Say) -> DiagnosisMeasured:
    """Run every measure; says aloud what is left out and why."""
    say("Tables and words of diagnosis")
    before, begun = _resident(), time.perf_counter()
    knowledge = load_conditions()
    matrix()
    lexicon()
    load_seconds, memory = time.perf_counter() - begun, _resident() - before
    path = open_cases.folder()
    if path is None:
        say("XINGLIN_DATA names no folder with diagnosis/: open cases and negation are NOT measured")
    say("Drawn cases")
    within, calibration = _drawn()
    say("Messages of our own")
    flagged, message_ms = _messages(knowledge)
    english = None
    chinese: list[Closed] = []
    if path is not None:
        say("English cases")
        english = measures.english(path, knowledge)
        for name in open_cases.CHINESE:
            say(f"Chinese cases: {name}")
            chinese.append(measures.closed(name, path, knowledge))
    return DiagnosisMeasured(
        knowledge.digest,
        len(knowledge.conditions),
        len(knowledge.findings),
        sum(len(one.links) for one in knowledge.conditions.values()),
        english,
        tuple(chinese),
        None if path is None else negation(path),
        within,
        calibration,
        None if english is None else measures.calibrated((one.probability, one.place == 1) for one in english.cases),
        flagged,
        message_ms,
        None if english is None else _spread([one.seconds for one in english.cases]),
        load_seconds,
        memory,
    )


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _drawn() -> tuple[tuple[float, float, float], Calibration]:
    table = matrix()
    places, pairs = [], []
    for one in drawn(table, DRAWN, SEED):
        seen = without(table, one.row) if one.left_out else table
        found = rank(one.evidence, seen)
        first = found.order[0]
        pairs.append((float(found.probability[first]), first == one.row and not one.left_out))
        if not one.left_out:
            places.append(found.order.index(one.row) + 1)
    shares = tuple(sum(place <= depth for place in places) / len(places) for depth in measures.DEPTHS)
    return (shares[0], shares[1], shares[2]), measures.calibrated(pairs)


def _messages(knowledge: ConditionKnowledge) -> tuple[tuple[Flagged, ...], tuple[float, float]]:
    counted: dict[str, Counter[str]] = {}
    seconds = []
    for file in sorted(MESSAGES.glob("messages_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            begun = time.perf_counter()
            level = _level(told, knowledge)
            seconds.append(time.perf_counter() - begun)
            part = f"{file.stem.removeprefix('messages_')}, {'held out' if told.get('held') else 'used while tuning'}"
            counted.setdefault(part, Counter()).update(_outcome(told["expect"], level))
    found = tuple(
        Flagged(name, one["dangerous"], one["flagged"], one["harmless"], one["left"], one["under"])
        for name, one in sorted(counted.items())
    )
    return found, _spread(seconds)


def _level(told: Mapping[str, Any], knowledge: ConditionKnowledge) -> str:
    """The gravest red flag of a message that stops a visit or sends to be seen today; "none" where there is none."""
    fields = {name: told[name] for name in ("id", "text", "age_years", "sex", "pregnant")}
    case = read_case(fields, knowledge)
    levels = [one.level for one in watched(case, gather(case, knowledge)).flags if one.level != "soon"]
    return levels[0] if levels else "none"


def _outcome(expected: str, level: str) -> list[str]:
    if expected == "none":
        return ["harmless", "left"] if level == "none" else ["harmless"]
    found = ["dangerous"] if level == "none" else ["dangerous", "flagged"]
    return [*found, "under"] if expected == "emergency" and level == "urgent" else found


def negation(path: Path) -> Negation:
    """Polarity, time and experiencer on the published sentences; the concept stands in capitals."""
    pairs, past, wrong = [], [], 0
    names = {"Patient": "patient", "Family member": "family", "Other": "other"}
    for line in (path / "negation_sentences.tsv").read_text(encoding="utf-8").splitlines():
        _, concept, sentence, negated, when, who = line.split("\t")
        match = re.search(r"\s+".join(map(re.escape, concept.upper().split())), sentence)
        if match is None:
            continue
        found = context(sentence, match.start(), match.end())
        pairs.append((found.polarity == "absent", negated == "Negated"))
        past.append((found.time == "past", when == "Historical"))
        wrong += names[who] != found.experiencer
    return Negation(len(pairs), _f1(pairs), _f1(past), wrong)


def _f1(pairs: Iterable[tuple[bool, bool]]) -> float:
    both = ours = gold = 0
    for one, other in pairs:
        both, ours, gold = both + (one and other), ours + one, gold + other
    return 2 * both / max(ours + gold, 1)


def _spread(seconds: list[float]) -> tuple[float, float]:
    """Milliseconds: the middle one and the 95th of a hundred."""
    ordered = sorted(seconds)
    return 1000 * ordered[len(ordered) // 2], 1000 * ordered[int(len(ordered) * 0.95)]
