"""Small readings out of FHIR JSON: references, days, instants, codings, money. None where nothing is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from xinglin.supervision.engines.calendar import day_in_shanghai
from xinglin.supervision.intake.result import reason

Resource = Mapping[str, Any]
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
LESS: Final = re.compile(r"\d{4}(-\d{2})?")
"""A month or a year alone."""
KIND: Final = re.compile(
    r"\s*\((?:disorder|finding|situation|procedure|regime/therapy|substance|organism|event|environment|"
    r"physical object)\)$"
)


class BadResource(ValueError):
    """A resource cannot be used. The message says what is wrong with it, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(reason(zh, en))


def key_of(reference: object) -> str | None:
    """What a reference points to: the id, or ``system|value`` of a search by identifier."""
    if not isinstance(reference, Mapping):
        return None
    text = reference.get("reference")
    if isinstance(text, str) and text:
        if "?identifier=" in text:
            return text.partition("?identifier=")[2]
        return text.rpartition("/")[2].removeprefix("urn:uuid:")
    identifier = reference.get("identifier")
    if isinstance(identifier, Mapping) and identifier.get("value"):
        return f"{identifier.get('system', '')}|{identifier['value']}"
    return None


def keys_of(resource: Resource) -> list[str]:
    """Every key by which a resource may be referred to."""
    identifiers = resource.get("identifier") or ()
    return [
        str(resource["id"]),
        *(
            f"{one.get('system', '')}|{one['value']}"
            for one in identifiers
            if isinstance(one, Mapping) and "value" in one
        ),
    ]


def instant(text: object, name: str) -> datetime | None:
    """An instant in UTC without zone, as the lake holds it. A day alone is no instant. Raises BadResource."""
    if text is None or (isinstance(text, str) and (not text or DAY.fullmatch(text) or LESS.fullmatch(text))):
        return None
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadResource(f"{name} 不是有效的时刻", f"{name} is not an instant") from None
    if read.tzinfo is None:
        raise BadResource(f"{name} 没有时区", f"{name} has no time zone")
    return read.astimezone(UTC).replace(tzinfo=None)


def day(text: object, name: str) -> date | None:
    """A day: as written where only a day is, else the day in Shanghai. A month or year alone is unknown."""
    if text is None or (isinstance(text, str) and (not text or LESS.fullmatch(text))):
        return None
    try:
        if DAY.fullmatch(str(text)):
            return date.fromisoformat(str(text))
        return day_in_shanghai(datetime.fromisoformat(str(text)))
    except ValueError:
        raise BadResource(f"{name} 不是有效的日期", f"{name} is not a day") from None


def coding(concept: object) -> tuple[str, str, str]:
    """System, code and words of a concept; empty where it says nothing."""
    if not isinstance(concept, Mapping):
        return "", "", ""
    first = next((one for one in concept.get("coding") or () if isinstance(one, Mapping)), {})
    words = first.get("display") or concept.get("text") or ""
    return str(first.get("system", "")), str(first.get("code", "")), str(words)


def codes(concept: object) -> set[str]:
    """Every code of a concept."""
    if not isinstance(concept, Mapping):
        return set()
    return {str(one.get("code", "")) for one in concept.get("coding") or () if isinstance(one, Mapping)}


def plain_name(words: str) -> str:
    """Words in small letters without the bracket that says their kind."""
    return KIND.sub("", words.strip()).strip().lower()


def scaled(value: object, factor: int, name: str) -> int | None:
    """A decimal number as a whole one in a smaller unit, rounded half up. Raises BadResource for what is no number."""
    if value is None:
        return None
    try:
        return int((Decimal(str(value)) * factor).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        raise BadResource(f"{name} 不是数", f"{name} is not a number") from None


def fen(money: object, name: str) -> int | None:
    """An amount of money in hundredths of its currency."""
    return scaled(money.get("value"), 100, name) if isinstance(money, Mapping) else None


def needed(value: str | None, name: str) -> str:
    """What a resource must say. Raises BadResource where it does not."""
    if not value:
        raise BadResource(f"缺少 {name}", f"{name} is missing")
    return value
