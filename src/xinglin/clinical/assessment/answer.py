"""The answer to a case as plain values. The same case and tables give the same bytes."""

from __future__ import annotations

from typing import Any, Final

from xinglin.clinical.assessment.gathering import NAMED
from xinglin.clinical.assessment.judging import Assessment
from xinglin.clinical.diagnosis.explaining import Explanation, Reason, explain, together
from xinglin.clinical.diagnosis.matrix import Matrix
from xinglin.clinical.knowledge.condition_rows import Finding
from xinglin.clinical.knowledge.conditions import ConditionKnowledge
from xinglin.clinical.language import Mention
from xinglin.clinical.warning import RedFlag

MEASURED: Final = "measured-"
"""A number in which no band of the tables sees a finding."""
SHOWN: Final = 20
EXPLAINED: Final = 5
"""Reasons are given for this many conditions: nobody reads more."""
LEAST_SHOWN: Final = 0.0005
TRIAGE: Final = {
    "emergency": ("立即就诊：拨打 120 或去急诊", "Now: call an ambulance or go to the emergency department"),
    "urgent": ("今天或明天当面就诊", "See a physician in person today or tomorrow"),
    "routine": ("可预约门诊或网上复诊", "Book an appointment"),
    "self_care": ("可先自行观察和护理", "Watch and care for it yourself first"),
}
INSUFFICIENT: Final = {
    "zh": "现有信息不足以给出可靠的可能性，请先回答下面的问题。",
    "en": "Too little is known for reliable probabilities; please answer the next questions first.",
}
NOT_REVIEWED: Final = {
    "zh": "知识表尚未经临床医师审核；结果供医师参考，不是诊断。",
    "en": "No clinician has reviewed the tables; the result is for a physician to consider, not a diagnosis.",
}


def answer(assessed: Assessment, knowledge: ConditionKnowledge, table: Matrix) -> dict[str, Any]:
    """What was understood, the differential, triage, department, red flags, scores and next questions."""
    ranking = assessed.ranking
    pair = together(ranking, table)
    return {
        "id": assessed.case.id,
        "language": assessed.gathered.reading.language,
        "findings": [_mention(one, knowledge) for one in assessed.gathered.reading.mentions],
        "not_understood": list(assessed.gathered.unknown),
        "person": _person(assessed),
        "differential": _differential(assessed, table),
        "other": round(ranking.other, 4),
        "insufficient": INSUFFICIENT if assessed.insufficient else None,
        "together": None if pair is None else [table.conditions[one].id for one in pair],
        "triage": assessed.triage.level,
        "triage_text": dict(zip(("zh", "en"), TRIAGE[assessed.triage.level], strict=True)),
        "triage_by": assessed.triage.by,
        "department": _department(assessed.departments[0][0], knowledge),
        "departments": [
            {**_department(code, knowledge), "share": round(share, 4)} for code, share in assessed.departments[:4]
        ],
        "red_flags": [_flag(one) for one in assessed.flags],
        "scores": [dict(one) for one in assessed.scores],
        "next_questions": [
            {
                "code": one.finding.code,
                "zh": one.finding.question_zh,
                "en": one.finding.question_en,
                "gain_bits": round(one.gain, 4),
                "screens": one.screens,
            }
            for one in assessed.questions
        ],
        "stop": None if assessed.stop is None else assessed.stop.why,
        "knowledge": assessed.digest,
        "reviewed": False,
        "note": NOT_REVIEWED,
    }


def _mention(one: Mention, knowledge: ConditionKnowledge) -> dict[str, Any]:
    zh, en = _names(one.code, knowledge)
    told: dict[str, Any] = {
        "code": one.code,
        "name_en": en,
        "name_zh": zh,
        "polarity": one.polarity,
        "experiencer": one.experiencer,
        "time": one.time,
        "certainty": one.certainty,
        "span": [one.start, one.end],
        "words": one.words,
        "turn": one.turn,
    }
    for name in ("severity", "site", "side", "onset", "duration_hours", "pattern", "quantity", "value", "unit"):
        if getattr(one, name) is not None:
            told[name] = getattr(one, name)
    return told


def _names(code: str, knowledge: ConditionKnowledge) -> tuple[str, str]:
    if code.startswith(NAMED):
        condition = knowledge.conditions[code.removeprefix(NAMED)]
        return condition.name_zh, condition.name_en
    if code.startswith(MEASURED):
        quantity = knowledge.quantities[code.removeprefix(MEASURED)]
        return quantity.name_zh, quantity.name_en
    finding = knowledge.findings[code]
    return finding.name_zh, finding.name_en


def _person(assessed: Assessment) -> dict[str, Any]:
    person = assessed.gathered.evidence.person
    return {
        "age_years": person.age_years,
        "sex": person.sex,
        "pregnant": person.pregnant,
        "pregnancy_weeks": assessed.gathered.pregnancy_weeks,
    }


def _differential(assessed: Assessment, table: Matrix) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, row in enumerate(assessed.ranking.order[:SHOWN]):
        chance = float(assessed.ranking.probability[row])
        if chance < LEAST_SHOWN and number >= EXPLAINED:
            break
        condition = table.conditions[row]
        one: dict[str, Any] = {
            "id": condition.id,
            "icd10": condition.icd10,
            "name_en": condition.name_en,
            "name_zh": condition.name_zh,
            "also_en": list(condition.also_en),
            "also_zh": list(condition.also_zh),
            "probability": round(chance, 4),
            "urgency": condition.urgency,
            "must_not_miss": condition.must_not_miss,
        }
        if number < EXPLAINED:
            one["why"] = _why(explain(assessed.ranking, row, table))
        found.append(one)
    return found


def _why(one: Explanation) -> dict[str, Any]:
    return {
        "for": [_reason(reason) for reason in one.supports],
        "against": [_reason(reason) for reason in one.against],
        "unexplained": [_finding(finding) for finding in one.unexplained],
        "would_change": [_reason(reason) for reason in one.would_change],
        "parts": {name: round(part, 3) for name, part in one.parts.items()},
        "source": one.condition.source,
        "source_read": one.condition.read == "yes",
    }


def _reason(one: Reason) -> dict[str, Any]:
    return {
        **_finding(one.finding),
        "present": one.present,
        "log_odds": round(one.weight, 3),
        "frequency": round(one.frequency, 3),
    }


def _finding(one: Finding) -> dict[str, str]:
    return {"code": one.code, "name_zh": one.name_zh, "name_en": one.name_en}


def _department(code: str, knowledge: ConditionKnowledge) -> dict[str, str]:
    zh, en = knowledge.departments[code]
    return {"code": code, "name_en": en, "name_zh": zh}


def _flag(one: RedFlag) -> dict[str, Any]:
    return {
        "id": one.id,
        "level": one.level,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "do_zh": one.do_zh,
        "do_en": one.do_en,
        "because": list(one.because),
        "source": one.source,
    }
