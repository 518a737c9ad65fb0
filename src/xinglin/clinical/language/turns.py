"""`read_turns`: a conversation, in which the answers belong to the questions before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from xinglin.clinical.language.answers import ALL_NO, ALL_YES, polarity_of, says_normal
from xinglin.clinical.language.lexicon import Lexicon
from xinglin.clinical.language.normal import normalise
from xinglin.clinical.language.normals import asked_findings
from xinglin.clinical.language.reader import language_of, read
from xinglin.clinical.language.reading import Asked, Mention, Polarity, Reading, Told, Turn

MOST_TURNS: Final = 400
"""Turns that are read; of a longer conversation the last ones."""
_QUESTION: Final = re.compile(
    r"[?？]|吗|么(?=\W|$)|有没有|是不是|有无|是否|会不会|痛不痛|疼不疼|哪里|多久|什么时候|怎么样|几[天次]"
    r"|呢(?=\W|$)|还是|\b(?:any|do you|have you"
    r"|did you|are you|is there|does|has|what|when|how|where|which|is it|is the|was there|can you|were you)\b"
)
_PARTS: Final = re.compile(r"[,，。;；.!！\n]+")


@dataclass(frozen=True, slots=True)
class _Question:
    """A finding that the doctor asked for."""

    mention: Mention


def read_turns(turns: Sequence[Turn], *, language: Asked = "auto", lexicon: Lexicon) -> Reading:
    """Findings of a whole conversation. Spans count in the text of their turn, whose number `turn` gives.

    A doctor's question is no finding; the patient's yes or no makes it one, at the place where it was asked. Several
    questions are answered in their order, or all at once (都没有, none of those).
    """
    mentions: list[Mention] = []
    told: list[Told] = []
    measured = []
    open_questions: list[_Question] = []
    bodily: list[Mention] = []
    first = max(0, len(turns) - MOST_TURNS)
    cut = first > 0
    for number, turn in enumerate(turns[first:], start=first):
        reading = read(turn.text, language=language, lexicon=lexicon)
        cut = cut or reading.cut
        numbered = [replace(one, turn=number) for one in reading.mentions]
        measured += [replace(one, turn=number) for one in reading.measured]
        if turn.speaker == "doctor":
            mentions += [one for one in numbered if one.quantity is not None and one.value is not None]
            bodily = _bodily(turn.text, number, lexicon) or (bodily if not turn.text.strip() else [])
            asked = _asked(turn.text, [one for one in numbered if not any(_same(one, two) for two in bodily)])
            open_questions = asked or (open_questions if not turn.text.strip() else [])
            continue
        told.append(reading.told)
        answered = _answers(turn.text, open_questions, numbered)
        answered += bodily if says_normal(turn.text) else []
        said = {one.code for one in numbered}
        mentions += [one for one in answered if one.code not in said]
        mentions += numbered
        open_questions, bodily = [], []
    text = "".join(turn.text for turn in turns[first:])
    return Reading(language_of(text, language), tuple(mentions), _together(told), tuple(measured), cut)


def _bodily(text: str, turn: int, lexicon: Lexicon) -> list[Mention]:
    """What the answer `normal` would deny: the findings that disturb the bowels, the sleep … that a doctor asks for."""
    plain, none = normalise(text), (None,) * 9
    found: dict[str, Mention] = {}
    for codes, start, end in asked_findings(plain):
        if not _QUESTION.search(normalise(_sentence(text, start))):
            continue
        for code in codes:
            if code in lexicon.kinds and code not in found:
                found[code] = Mention(
                    code, "absent", "patient", "now", "certain", *none, start, end, text[start:end], turn
                )
    return list(found.values())


def _same(one: Mention, two: Mention) -> bool:
    """Whether a mention was only made of a normal thing's name in a question (大便正常吗)."""
    return one.code == two.code and one.start < two.end and two.start < one.end


def _asked(text: str, mentions: Sequence[Mention]) -> list[_Question]:
    """The findings that stand in the questions of a doctor's turn, each once."""
    found: dict[tuple[int, int], _Question] = {}
    for one in mentions:
        if one.value is None and _QUESTION.search(normalise(_sentence(text, one.start))):
            found.setdefault((one.start, one.end), _Question(one))
    return list(found.values())


def _sentence(text: str, place: int) -> str:
    start = max((text.rfind(mark, 0, place) for mark in "。.!！\n"), default=-1) + 1
    ends = [end for mark in "。.!！\n？?" if (end := text.find(mark, place)) >= 0]
    return text[start : min(ends, default=len(text)) + 1]


def _answers(text: str, questions: Sequence[_Question], said: Sequence[Mention]) -> list[Mention]:
    """What the patient's turn answers to the questions that are open."""
    plain = normalise(text).strip()
    if not questions or not plain:
        return []
    if ALL_NO.match(plain):
        return [_answered(one, "absent") for one in questions]
    if ALL_YES.match(plain):
        return [_answered(one, "present") for one in questions]
    parts = [polarity for part in _PARTS.split(plain) if (polarity := polarity_of(part)) is not None]
    head = polarity_of(plain)
    if head is None:
        return [_answered(one, "present") for one in questions if _echoes(plain, one.mention.words)][:1]
    if len(parts) >= len(questions) > 1 and not said:
        return [_answered(one, parts[place]) for place, one in enumerate(questions)]
    if head == "present" and len(questions) > 1:
        return [] if said else [_answered(one, "present") for one in questions[:1]]
    return [_answered(one, head) for one in questions]


def _echoes(answer: str, asked: str) -> bool:
    """Whether an answer takes up the word of the question instead of saying yes (拉肚子吗？拉)."""
    return answer[0] in normalise(asked) and not answer[0].isascii()


def _answered(question: _Question, polarity: Polarity) -> Mention:
    return replace(question.mention, polarity=polarity, time="now", certainty="certain", experiencer="patient")


def _together(told: Sequence[Told]) -> Told:
    """The first thing said of each kind; a later one does not change it."""
    found = Told()
    for one in told:
        found = Told(
            found.age_years if found.age_years is not None else one.age_years,
            found.sex or one.sex,
            found.pregnant if found.pregnant is not None else one.pregnant,
            found.pregnancy_weeks if found.pregnancy_weeks is not None else one.pregnancy_weeks,
            found.lactating if found.lactating is not None else one.lactating,
        )
    return found
