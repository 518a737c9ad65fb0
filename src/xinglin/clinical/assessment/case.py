"""A case as somebody hands it in, read strictly: what is not known is refused by its name, never passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeVar

from xinglin.clinical.diagnosis.evidence import Sex
from xinglin.clinical.knowledge.conditions import ConditionKnowledge

T = TypeVar("T")
Language = Literal["zh", "en", "auto"]
MOST_TEXT: Final = 20_000
"""Characters. A longer text is refused: nobody's complaint is a book, and reading stays quick."""
MOST_AGE: Final = 130
_SEXES: Final[Mapping[str, Sex]] = {"m": "M", "male": "M", "男": "M", "f": "F", "female": "F", "女": "F"}
_KNOWN: Final = frozenset(
    {"id", "text", "turns", "language", "age_years", "sex", "pregnant", "pregnancy_weeks"}
    | {"findings", "vitals", "on", "region", "asked"}
)


class BadCase(ValueError):
    """A case cannot be read: `field` names where, both sentences what would be right."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        self.field, self.zh, self.en = field, zh, en
        super().__init__(f"{field}: {en}")


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance of a conversation."""

    speaker: Literal["doctor", "patient"]
    text: str


@dataclass(frozen=True, slots=True)
class Given:
    """A finding told by name or code, and whether it is there; None is "not sure"."""

    name: str
    present: bool | None


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one person. None means that nobody said."""

    id: str
    text: str = ""
    turns: tuple[Turn, ...] = ()
    language: Language = "auto"
    age_years: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    pregnancy_weeks: float | None = None
    findings: tuple[Given, ...] = ()
    vitals: Mapping[str, float | str | bool] = field(default_factory=dict)
    on: date | None = None
    region: str | None = None
    asked: int = 0
    """Questions that were already put; asking ends by their number."""


def read_case(raw: object, knowledge: ConditionKnowledge) -> Case:
    """The case of one JSON object. Raises BadCase with the field that is wrong."""
    if not isinstance(raw, Mapping):
        raise BadCase("case", "应为一个 JSON 对象。", "must be a JSON object.")
    if strange := sorted(str(name) for name in raw if name not in _KNOWN):
        known = ", ".join(sorted(_KNOWN))
        raise BadCase(strange[0], f"没有这个字段；可用字段：{known}。", f"is no field; the fields are {known}.")
    case = Case(
        id=str(raw.get("id", "")),
        text=_text(raw, "text"),
        turns=_turns(raw.get("turns")),
        language=_choice(raw, "language", {"zh": "zh", "en": "en", "auto": "auto", None: "auto"}),
        age_years=_number(raw, "age_years", 0, MOST_AGE),
        sex=_sex(raw.get("sex")),
        pregnant=_choice(raw, "pregnant", {True: True, False: False, None: None}),
        pregnancy_weeks=_number(raw, "pregnancy_weeks", 0, 45),
        findings=_findings(raw.get("findings")),
        vitals=_vitals(raw.get("vitals"), knowledge),
        on=_day(raw.get("on")),
        region=_text(raw, "region") or None,
        asked=int(_number(raw, "asked", 0, 1000) or 0),
    )
    if not (case.text.strip() or case.turns or case.findings or case.vitals):
        raise BadCase(
            "text",
            "没有内容：请给出 text、turns、findings 或 vitals 之一。",
            "holds nothing: give text, turns, findings or vitals.",
        )
    return case


def _text(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadCase(field, "应为文字。", "must be text.")
    if len(value) > MOST_TEXT:
        raise BadCase(field, f"超过 {MOST_TEXT} 字，请缩短。", f"is longer than {MOST_TEXT} characters; shorten it.")
    return value


def _turns(value: object) -> tuple[Turn, ...]:
    if value is None:
        return ()
    wrong = BadCase(
        "turns",
        "应为列表，每项含 speaker（doctor 或 patient）和 text。",
        "must be a list of objects with speaker (doctor or patient) and text.",
    )
    if not isinstance(value, list):
        raise wrong
    found = []
    for one in value:
        if not isinstance(one, Mapping) or one.get("speaker") not in {"doctor", "patient"}:
            raise wrong
        found.append(Turn(one["speaker"], _text(one, "text")))
    if sum(len(one.text) for one in found) > MOST_TEXT:
        raise BadCase("turns", f"合计超过 {MOST_TEXT} 字。", f"are longer than {MOST_TEXT} characters together.")
    return tuple(found)


def _choice(raw: Mapping[str, Any], field: str, known: Mapping[Any, T]) -> T:
    value = raw.get(field)
    if isinstance(value, bool) is not any(isinstance(one, bool) for one in known) and value is not None:
        value = object()
    try:
        return known[value]
    except (KeyError, TypeError):
        names = ", ".join(str(one) for one in known if one is not None)
        raise BadCase(field, f"应为 {names} 之一，或不填。", f"must be one of {names}, or left out.") from None


def _sex(value: object) -> Sex | None:
    if value is None or value == "":
        return None
    found = _SEXES.get(str(value).strip().lower())
    if found is None:
        raise BadCase("sex", "应为 M 或 F（男、女），不清楚则不填。", "must be M or F, or left out when unknown.")
    return found


def _number(raw: Mapping[str, Any], field: str, low: float, high: float) -> float | None:
    value = raw.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadCase(field, f"应为 {low} 到 {high} 之间的数。", f"must be a number from {low} to {high}.")
    return float(value)


def _findings(value: object) -> tuple[Given, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadCase("findings", "应为列表。", "must be a list.")
    found = []
    for number, one in enumerate(value):
        place = f"findings[{number}]"
        name = one.get("code") or one.get("name") if isinstance(one, Mapping) else None
        if not isinstance(one, Mapping) or not isinstance(name, str) or not name.strip():
            raise BadCase(place, "应含 name 或 code。", "needs a name or a code.")
        present = one.get("present", True)
        if present is not None and not isinstance(present, bool):
            raise BadCase(f"{place}.present", "应为 true、false 或 null（不清楚）。", "must be true, false or null.")
        found.append(Given(name.strip(), present))
    return tuple(found)


_WORDS: Final[Mapping[str, Callable[[object], bool]]] = {
    "on_oxygen": lambda value: isinstance(value, bool),
    "consciousness": lambda value: value in {"alert", "confusion", "voice", "pain", "unresponsive"},
}


def _vitals(value: object, knowledge: ConditionKnowledge) -> dict[str, float | str | bool]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadCase("vitals", "应为对象。", "must be an object.")
    found: dict[str, float | str | bool] = {}
    for name, one in value.items():
        field = f"vitals.{name}"
        if one is None:
            continue
        if name in _WORDS:
            if not _WORDS[name](one):
                raise BadCase(field, "取值不对。", "has no known value; see the reference.")
            found[name] = one
            continue
        quantity = knowledge.quantities.get(str(name))
        if quantity is None:
            known = ", ".join((*_WORDS, *knowledge.quantities))
            raise BadCase(field, f"没有这个量；可用：{known}。", f"is no quantity; known: {known}.")
        low, high = quantity.low, quantity.high
        sound = not isinstance(one, bool) and isinstance(one, int | float)
        if not sound or (low is not None and one < low) or (high is not None and one > high):
            raise BadCase(
                field,
                f"{one} 不合理；单位 {quantity.unit}，应在 {low} 到 {high} 之间。",
                f"{one} is not plausible; the unit is {quantity.unit}, between {low} and {high}.",
            )
        found[str(name)] = float(one)
    return found


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadCase("on", "应为 YYYY-MM-DD 的日期。", "must be a day as YYYY-MM-DD.") from None
