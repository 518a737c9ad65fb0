"""Questionnaires of mood: PHQ-9, whose ninth item speaks whatever the total, and GAD-7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xinglin.clinical.warning.scores.result import BadInput, Score, item, total
from xinglin.clinical.warning.scores.tables import score_tables
from xinglin.clinical.warning.words import Words

PHQ9_ITEMS: Final = 9
GAD7_ITEMS: Final = 7
SELF_HARM: Final = Words(
    "第 9 题（不想活或伤害自己的念头）为阳性：不论总分，都要当面评估自杀风险；如有计划或正在实施，立即拨打 120 或 110，"
    "全国统一心理援助热线 12356。",
    "Item 9 (thoughts of being better off dead or of self-harm) is positive: whatever the total, suicide risk is "
    "assessed in person; with a plan or an attempt call 120 or 110 now (UK: 999; Samaritans 116 123).",
)
SELF_HARM_UNKNOWN: Final = Words(
    "第 9 题（伤害自己的念头）没有回答：请直接询问。", "Item 9 (thoughts of self-harm) was not answered: ask directly."
)


@dataclass(frozen=True, slots=True)
class Responses:
    """Answers from 0 (not at all) to 3 (nearly every day), in the order of the form; None where left out."""

    answers: Sequence[int | None]


def phq9(given: Responses) -> Score:
    """PHQ-9, 0 to 27. `provisos` holds the sentence on item 9 whenever it is above 0, and asks for it when left out."""
    ninth = _checked(given, PHQ9_ITEMS)[-1]
    provisos = [SELF_HARM_UNKNOWN] if ninth is None else [SELF_HARM] if ninth > 0 else []
    return _sum("phq9", given, provisos)


def gad7(given: Responses) -> Score:
    """GAD-7, 0 to 21; 10 is the cut-point of further assessment."""
    _checked(given, GAD7_ITEMS)
    return _sum("gad7", given, [])


def _checked(given: Responses, count: int) -> Sequence[int | None]:
    if len(given.answers) != count:
        raise BadInput("answers", f"{count} answers, None where left out; {len(given.answers)} were given")
    for number, answer in enumerate(given.answers, 1):
        if answer is not None and answer not in {0, 1, 2, 3}:
            raise BadInput(f"answers[{number}]", "0, 1, 2 or 3")
    return given.answers


def _sum(id: str, given: Responses, provisos: Sequence[Words]) -> Score:
    table = score_tables()[id]
    items = [item(table, f"item_{number}", answer) for number, answer in enumerate(given.answers, 1)]
    return total(table, items, provisos=provisos)
