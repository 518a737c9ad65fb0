"""A case judged: red flags and scores first, then the conditions, then what to ask. No probability lowers a flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xinglin.clinical.assessment.case import Case
from xinglin.clinical.assessment.gathering import Gathered, gather
from xinglin.clinical.assessment.triage import Triage, triage
from xinglin.clinical.assessment.watching import watched
from xinglin.clinical.diagnosis.asking import Question, Stop, next_questions, stop
from xinglin.clinical.diagnosis.matrix import Matrix, matrix
from xinglin.clinical.diagnosis.ranking import Ranking, rank
from xinglin.clinical.diagnosis.routing import departments
from xinglin.clinical.knowledge.condition_rows import Urgency
from xinglin.clinical.knowledge.conditions import ConditionKnowledge, load_conditions
from xinglin.clinical.warning import RedFlag

LEAST_FINDINGS: Final = 2
LEAST_LIKELY: Final = 0.15
LOUD: Final[Mapping[str, int]] = {"symptom": 0, "sign": 2, "test": 2, "lab": 3, "vital": 3, "risk": 4}
"""How loudly a finding of a kind must demand an explanation for there to be a trouble at all.

Who wants the usual medicines and has a somewhat raised pressure is not ill of what such people are at risk of.
"""


@dataclass(frozen=True, eq=False)
class Assessment:
    """Everything that was found of one case. `insufficient`: too little is known to say what is likely."""

    case: Case
    gathered: Gathered
    ranking: Ranking
    flags: tuple[RedFlag, ...]
    scores: tuple[Mapping[str, Any], ...]
    triage: Triage
    departments: tuple[tuple[str, float], ...]
    questions: tuple[Question, ...]
    stop: Stop | None
    insufficient: bool
    digest: str


def assess(case: Case, knowledge: ConditionKnowledge | None = None, table: Matrix | None = None) -> Assessment:
    """Judge one case by the tables that come with the package, or by others."""
    knowledge = knowledge or load_conditions()
    table = table or matrix()
    gathered = gather(case, knowledge)
    rung = watched(case, gathered)
    ranking = rank(gathered.evidence, table)
    questions = next_questions(gathered.evidence, ranking, table)
    floors: tuple[tuple[Urgency, str], ...] = tuple(
        (one.level, "red_flag") for one in rung.flags if one.level != "soon"
    )
    if rung.floor is not None:
        floors = (*floors, (rung.floor, "score"))
    troubled = any(_loud(knowledge, code) for code in gathered.evidence.present)
    best = float(ranking.probability[ranking.order[0]])
    return Assessment(
        case,
        gathered,
        ranking,
        rung.flags,
        rung.scores,
        triage(ranking, table, floors, troubled=troubled),
        departments(ranking, gathered.evidence.person, table, troubled=troubled),
        questions,
        stop(questions, ranking, case.asked),
        not troubled or len(gathered.evidence.present) < LEAST_FINDINGS or best < LEAST_LIKELY,
        knowledge.digest,
    )


def _loud(knowledge: ConditionKnowledge, code: str) -> bool:
    finding = knowledge.findings.get(code)
    return finding is not None and finding.weight >= LOUD[finding.kind]
