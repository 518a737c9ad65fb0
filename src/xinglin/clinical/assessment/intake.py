"""Taking a history: one question at a time, a fixed poll first, until enough is known. A value that is passed along.

The poll asks what every history needs and no complaint tells: age, sex, a possible pregnancy, lasting illness and
medicines. A red flag ends the questions at once: then it is time to act, not to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from xinglin.clinical.assessment.diagnosing import diagnose
from xinglin.clinical.assessment.reply import age_of, sex_of

_FERTILE: Final = (12, 55)
FINDING: Final = "finding"
WORDS: Final = "words"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to put: `kind` says whether it is answered by yes, no, not sure (`finding`) or in words (`words`)."""

    code: str
    zh: str
    en: str
    kind: str
    why_zh: str = ""
    why_en: str = ""


POLL: Final[Mapping[str, Ask]] = {
    "age": Ask("age", "多大年纪？", "How old is the patient?", WORDS),
    "sex": Ask("sex", "是男是女？", "Male or female?", WORDS),
    "pregnant": Ask("pregnant", "现在怀孕了吗，或者可能怀孕吗？", "Is she pregnant, or might she be?", FINDING),
    "background": Ask(
        "background",
        "有没有长期的病（如高血压、糖尿病、哮喘）、长期吃的药，或者对什么过敏？没有就答“没有”。",
        "Any lasting illness (high blood pressure, diabetes, asthma …), regular medicines, allergies? If none, say no.",
        WORDS,
    ),
}


@dataclass(frozen=True, slots=True)
class Intake:
    """A history being taken: the case so far, its answer, what was asked, and what to ask next (None: enough)."""

    raw: Mapping[str, Any]
    answer: dict[str, Any] = field(repr=False)
    polled: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    question: Ask | None = None

    @classmethod
    def begin(cls, raw: Mapping[str, Any]) -> Intake:
        """Begin with what somebody tells. Raises BadCase."""
        return _advanced(cls(dict(raw), diagnose(raw)))

    def reply(self, *, present: bool | None) -> Intake:
        """Answer the question by yes, no, or not sure. Raises LookupError when nothing was asked."""
        asked = self._asked()
        if asked.code == "pregnant":
            raw = {**self.raw, "pregnant": present}
        elif asked.kind == WORDS:
            raw = dict(self.raw)
        else:
            told = [one for one in self.raw.get("findings", []) if one.get("code") != asked.code]
            raw = {**self.raw, "findings": [*told, {"code": asked.code, "present": present}]}
        return _advanced(self._having(raw, asked))

    def say(self, text: str) -> Intake:
        """Answer in words: they are read as the reply to the question. Raises LookupError, BadCase."""
        asked = self._asked()
        turns = list(self.raw.get("turns", ()))
        spoken = {"speaker": "doctor", "text": asked.zh if self.raw.get("language") == "zh" else asked.en}
        raw = {**self.raw, "turns": [*turns, spoken, {"speaker": "patient", "text": text}]}
        if asked.code in {"age", "sex"}:
            raw = {**self.raw, **_told(asked.code, text)}
        return _advanced(self._having(raw, asked))

    def _asked(self) -> Ask:
        if self.question is None:
            raise LookupError("nothing was asked")
        return self.question

    def _having(self, raw: Mapping[str, Any], asked: Ask) -> Intake:
        polled = (*self.polled, asked.code) if asked.code in POLL else self.polled
        done = (*self.asked, asked.code)
        return replace(self, raw=raw, answer=diagnose({**raw, "asked": len(done)}), polled=polled, asked=done)


def _told(code: str, text: str) -> dict[str, Any]:
    """An age or a sex out of a short reply, as the reader understands it; nothing when it does not."""
    found = age_of(text) if code == "age" else sex_of(text)
    return {} if found is None else {"age_years" if code == "age" else "sex": found}


def _advanced(state: Intake) -> Intake:
    if any(one["level"] == "emergency" for one in state.answer["red_flags"]):
        return replace(state, question=None)
    poll = _poll(state)
    if poll is not None:
        return replace(state, question=poll)
    if state.answer["stop"] is not None:
        return replace(state, question=None)
    for one in state.answer["next_questions"]:
        if one["code"] not in state.asked:
            return replace(state, question=Ask(one["code"], one["zh"], one["en"], FINDING))
    return replace(state, question=None)


def _poll(state: Intake) -> Ask | None:
    person = state.answer["person"]
    if person["age_years"] is None and "age" not in state.polled:
        return POLL["age"]
    if person["sex"] is None and "sex" not in state.polled:
        return POLL["sex"]
    age = person["age_years"]
    fertile = age is not None and _FERTILE[0] <= age <= _FERTILE[1]
    if person["sex"] == "F" and fertile and person["pregnant"] is None and "pregnant" not in state.polled:
        return POLL["pregnant"]
    return None if "background" in state.polled else POLL["background"]
