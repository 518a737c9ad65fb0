"""The structured questions before a visit: which apply to a patient, and what the answers say. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from xinglin.hospital.consultation.parameters import DATA, vitals
from xinglin.hospital.consultation.words import DangerTier
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput
from xinglin.hospital.kernel.texts import T

YES, NO = "yes", "no"
TEXT_MAX = 500


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    code: str
    label: T


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `kind`: danger (yes or no, always required), choice, text, number."""

    id: str
    kind: str
    text: T
    tier: DangerTier | None
    required: bool
    options: tuple[Option, ...]
    ask_when: frozenset[str]
    vital: str | None
    sex: str | None
    months_from: int
    months_to: int | None

    def applies(self, sex: str, months: int) -> bool:
        """Whether it is put to a person of this sex and age in months."""
        if self.sex is not None and sex != self.sex:
            return False
        return months >= self.months_from and (self.months_to is None or months < self.months_to)


@dataclass(frozen=True, slots=True)
class Flag:
    """A danger sign, or an answer that the physician should take up first."""

    question_id: str
    tier: DangerTier

    @property
    def stops(self) -> bool:
        """Whether online care must not begin."""
        return self.tier is not DangerTier.ASK


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked answers by question id, and the flags they raise."""

    version: str
    values: dict[str, str | int]
    flags: tuple[Flag, ...]

    @property
    def stopping(self) -> list[Flag]:
        """The flags that stop online care, the most urgent first."""
        return sorted((f for f in self.flags if f.stops), key=lambda f: f.tier != DangerTier.CALL_120)


def _question(row: dict[str, Any]) -> Question:
    options = tuple(Option(code, T(zh=zh, en=en)) for code, zh, en in row.get("options", []))
    if row["kind"] == "danger":
        options = (Option(NO, T(zh="没有", en="No")), Option(YES, T(zh="有", en="Yes")))
    return Question(
        id=row["id"],
        kind=row["kind"],
        text=T(zh=row["zh"], en=row["en"]),
        tier=DangerTier(row["tier"]) if "tier" in row else None,
        required=row.get("required", True),
        options=options,
        ask_when=frozenset(row.get("ask_when", [])),
        vital=row.get("vital"),
        sex=row.get("sex"),
        months_from=row.get("months_from", 0),
        months_to=row.get("months_to"),
    )


@cache
def _table() -> tuple[str, tuple[Question, ...]]:
    raw = json.loads((DATA / "questionnaire.json").read_text(encoding="utf-8"))
    return raw["version"], tuple(_question(row) for row in raw["questions"])


def version() -> str:
    """The version of the questionnaire in use."""
    return _table()[0]


def every_question() -> dict[str, Question]:
    """All questions by id."""
    return {question.id: question for question in _table()[1]}


def age_months(birth_on: date, on: date) -> int:
    """Whole months lived on a day."""
    return (on.year - birth_on.year) * 12 + on.month - birth_on.month - (1 if on.day < birth_on.day else 0)


def questions_for(*, sex: str, months: int) -> list[Question]:
    """The questions put to a person, danger signs first."""
    return [question for question in _table()[1] if question.applies(sex, months)]


def read_answers(*, sex: str, months: int, given: Mapping[str, str]) -> Answers:
    """Check what was answered. Raises InvalidForm naming each question that lacks a right answer."""
    values: dict[str, str | int] = {}
    flags: list[Flag] = []
    wrong: list[InvalidInput] = []
    for question in questions_for(sex=sex, months=months):
        try:
            value = _checked(question, given.get(question.id, "").strip())
        except InvalidInput as error:
            wrong.append(error)
            continue
        if value == "":
            continue
        values[question.id] = value
        if flag := _flag(question, value):
            flags.append(flag)
    if wrong:
        raise InvalidForm(wrong)
    return Answers(version(), values, tuple(flags))


def _checked(question: Question, text: str) -> str | int:
    if not text:
        if question.required:
            raise InvalidInput(
                field=question.id,
                reason=T(zh="请回答这一项，为了您的安全。", en="Please answer this, for your safety."),
            )
        return ""
    if question.options:
        if text not in {option.code for option in question.options}:
            raise InvalidInput(
                field=question.id, reason=T(zh="请选择列出的一项。", en="Please choose one of the answers given.")
            )
        return text
    if question.vital:
        try:
            return vitals()[question.vital].parsed(text)
        except InvalidInput as error:
            raise InvalidInput(field=question.id, reason=error.fields["reason"]) from error
    if len(text) > TEXT_MAX:
        raise InvalidInput(
            field=question.id,
            reason=T(zh="最多 {most} 个字。", en="At most {most} characters.").with_(most=TEXT_MAX),
        )
    return text


def _flag(question: Question, value: str | int) -> Flag | None:
    if question.kind == "danger":
        return Flag(question.id, question.tier or DangerTier.CALL_120) if value == YES else None
    if isinstance(value, int) and question.vital and vitals()[question.vital].alarming(value):
        return Flag(question.id, DangerTier.ASK)
    return Flag(question.id, DangerTier.ASK) if value in question.ask_when else None
