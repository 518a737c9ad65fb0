"""Alarms that measurements ring: their table (`knowledge/warning/alarms.toml`), limits and sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from xinglin.clinical.warning.words import Words, words_of

Level = Literal["soon", "urgent", "emergency"]
LEVELS: Final[tuple[Level, ...]] = ("soon", "urgent", "emergency")
"""Rising: speak to a physician within days; be seen in person today; call the ambulance now."""


class BadAlarm(ValueError):
    """A table of alarms that cannot be used. The message names the row."""


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm of the table, its sentences with open places."""

    id: str
    level: Level
    name: Words
    sentence: Words
    do: Words
    source: str
    read: str
    limits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that rings. `missing` names what would make it certain or lift it."""

    id: str
    level: Level
    name: Words
    sentence: Words
    do: Words
    source: str
    missing: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def alarm_rows() -> Mapping[str, AlarmRow]:
    """All rows by id. Raises BadAlarm."""
    text = (files("xinglin.clinical.knowledge") / "warning" / "alarms.toml").read_text("utf-8")
    return read_alarms(text)


def read_alarms(text: str) -> Mapping[str, AlarmRow]:
    """The rows of a TOML text. Raises BadAlarm for the first fault."""
    found = {}
    for name, row in tomllib.loads(text).items():
        try:
            found[name] = _row(name, row)
        except (ValueError, KeyError) as wrong:
            raise BadAlarm(f"{name}: {wrong}") from None
    return found


def _row(name: str, row: dict[str, Any]) -> AlarmRow:
    if row["level"] not in LEVELS:
        raise ValueError(f"level is one of {', '.join(LEVELS)}")
    if row["read"] not in {"yes", "memory"} or not row["source"].strip():
        raise ValueError("an alarm names its source, and read is yes or memory")
    limits = {key: float(value) for key, value in row.get("limits", {}).items()}
    sentence, do = words_of(row, "sentence"), words_of(row, "do")
    return AlarmRow(name, row["level"], words_of(row, "name"), sentence, do, row["source"], row["read"], limits)


def limit(id: str, name: str) -> float:
    """A limit of the table. Raises KeyError for one that it does not have."""
    return alarm_rows()[id].limits[name]


def ring(id: str, missing: tuple[str, ...] = (), **values: float) -> Alarm:
    """The alarm with its numbers filled in."""
    row = alarm_rows()[id]
    sentence = row.sentence.filled(**{name: f"{value:g}" for name, value in values.items()})
    return Alarm(row.id, row.level, row.name, sentence, row.do, row.source, missing)


def graver(first: Level, second: Level) -> bool:
    """Whether the first level is graver than the second."""
    return LEVELS.index(first) > LEVELS.index(second)
