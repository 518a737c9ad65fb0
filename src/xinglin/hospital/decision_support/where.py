"""For patients before they choose a physician: how soon, which department, and plain questions one at a time.

A red flag ends the questions. No condition and no probability is shown to a patient: that is for a physician to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from xinglin.clinical.assessment.answer import TRIAGE
from xinglin.clinical.assessment.case import BadCase
from xinglin.clinical.assessment.danger import dangers
from xinglin.clinical.assessment.intake import FINDING, Ask, Intake
from xinglin.hospital.decision_support.access import ASK_WHERE
from xinglin.hospital.decision_support.diagnosing import read_bad_case
from xinglin.hospital.decision_support.understanding import name_of
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T

LEAST, MOST = 4, 900
QUESTIONS_MOST: Final = 12
ANSWERS: Final[Mapping[str, bool | None]] = {"yes": True, "no": False, "unsure": None}
POLLED: Final = frozenset({"age", "sex", "pregnant", "background"})


@dataclass(frozen=True, slots=True)
class Danger:
    """A red flag: what it may be, what to do now, and the words that were understood."""

    name: T
    do: T
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Where one stands. `carried` is what the next answer needs; a question of kind `finding` is yes, no or not sure.

    `level`: emergency, urgent, routine or self_care. `department`: code of the national list.
    """

    carried: Mapping[str, Any]
    text: str
    question: Ask | None
    dangers: tuple[Danger, ...]
    level: str
    advice: T
    department: str
    department_name: T
    answered: tuple[tuple[T, str], ...]

    @property
    def number(self) -> int:
        """Which question this is, from 1."""
        return len(self.carried["asked"]) + 1

    @property
    def is_yes_no(self) -> bool:
        """Whether the question is answered by a button."""
        return self.question is not None and self.question.kind == FINDING


def describe(*, actor: Actor, text: str, person: Mapping[str, Any], now: datetime) -> Where:
    """Begin with the patient's own words. `person`: age_years, sex, pregnant, pregnancy_weeks. Raises InvalidInput."""
    require(actor, ASK_WHERE)
    text = text.replace("\x00", "").strip()
    if not LEAST <= len(text) <= MOST:
        words = T(
            zh="请用 {least} 到 {most} 个字说说哪里不舒服。", en="Say in {least} to {most} characters: what is wrong?"
        )
        raise InvalidInput(field="text", reason=words.with_(least=LEAST, most=MOST))
    told = {name: value for name, value in person.items() if value is not None}
    raw = {**told, "text": text, "language": "auto", "on": civil_day(now).isoformat()}
    try:
        return _where(Intake.begin(raw))
    except BadCase as wrong:
        raise read_bad_case(wrong) from wrong


def answer_question(*, actor: Actor, carried: Mapping[str, Any], answer: str, words: str, now: datetime) -> Where:
    """Answer the question that was put: `yes`, `no`, `unsure`, or in words. Raises InvalidInput."""
    require(actor, ASK_WHERE)
    question = Ask(**carried["question"])
    state = Intake(dict(carried["raw"]), {}, tuple(carried["polled"]), tuple(carried["asked"]), question)
    try:
        if question.kind == FINDING:
            if answer not in ANSWERS:
                raise InvalidInput(field="answer", reason=T(zh="请选一个回答。", en="Choose an answer."))
            return _where(state.reply(present=ANSWERS[answer]))
        words = words.replace("\x00", "").strip()[:200]
        return _where(state.say(words) if words else state.reply(present=None))
    except BadCase as wrong:
        raise read_bad_case(wrong) from wrong


def _where(state: Intake) -> Where:
    found = _dangers(state) if any(one["level"] == "emergency" for one in state.answer["red_flags"]) else ()
    enough = bool(found) or len(state.asked) >= QUESTIONS_MOST
    question = None if enough else state.question
    level = state.answer["triage"]
    zh, en = TRIAGE[level]
    department = state.answer["department"]
    return Where(
        carried={
            "raw": dict(state.raw),
            "polled": list(state.polled),
            "asked": list(state.asked),
            "question": None if question is None else _plain(question),
        },
        text=str(state.raw["text"]),
        question=question,
        dangers=found,
        level=level,
        advice=T(zh=zh, en=en),
        department=department["code"],
        department_name=T(zh=department["name_zh"], en=department["name_en"]),
        answered=_answered(state),
    )


def _plain(question: Ask) -> dict[str, str]:
    names = ("code", "zh", "en", "kind", "why_zh", "why_en")
    return {name: getattr(question, name) for name in names}


def _answered(state: Intake) -> tuple[tuple[T, str], ...]:
    """What was answered by a button, by name; what nobody was sure of is left out."""
    told = {one["code"]: one["present"] for one in state.raw.get("findings", ())}
    return tuple((name_of(code), "yes" if present else "no") for code, present in told.items() if present is not None)


def _dangers(state: Intake) -> tuple[Danger, ...]:
    """The emergencies, gravest first, with the words that rang them."""
    rung = dangers(state.raw).flags
    return tuple(
        Danger(
            T(zh=one.flag.name_zh, en=one.flag.name_en),
            T(zh=one.flag.do_zh, en=one.flag.do_en),
            tuple(dict.fromkeys(said.words for reason in one.because for said in reason.said)),
        )
        for one in rung
        if one.flag.level == "emergency"
    )
