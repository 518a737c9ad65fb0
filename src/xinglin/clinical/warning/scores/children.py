"""Children: the traffic light of fever under five (NICE NG143) and hypotension by age (PALS).

The national paediatric early warning score (NHS England 2023) is not here: its bands were not at hand to be read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from xinglin.clinical.warning.alarms import Alarm, alarm_rows, ring
from xinglin.clinical.warning.scores.result import BadInput, Refused, within
from xinglin.clinical.warning.words import Words, words_of

Colour = Literal["green", "amber", "red"]
COLOURS: Final[tuple[Colour, ...]] = ("green", "amber", "red")
UNTIL_MONTHS: Final = 60
SOURCE: Final = "NICE NG143 Fever in under 5s: assessment and initial management"
NUMBERS: Final = ("temperature", "respiratory_rate", "heart_rate", "spo2", "capillary_refill")


@dataclass(frozen=True, slots=True)
class ChildInput:
    """Age in months, °C, a minute, %, seconds. `signs`: names of child_fever.toml; one left out is not known."""

    age_months: float | None = None
    temperature: float | None = None
    respiratory_rate: float | None = None
    heart_rate: float | None = None
    spo2: float | None = None
    capillary_refill: float | None = None
    signs: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Light:
    """The colour found so far and the gravest that what is missing could still give; `because` are the items found."""

    colour: Colour
    could_be: Colour
    because: tuple[Words, ...]
    missing: tuple[str, ...]
    do: Words
    source: str

    @property
    def sentence(self) -> Words:
        """The light in one sentence; green is said only when nothing is missing."""
        names = light_table()["colour"]
        if self.colour == "green" and self.missing:
            return Words(
                "资料不全：尚未见红灯、黄灯项目，但不能判为绿灯。",
                "Incomplete: no red or amber item so far, not yet green.",
            )
        zh, en = names[self.colour]["name_zh"], names[self.colour]["name_en"]
        return Words(
            f"{zh}：{'、'.join(word.zh for word in self.because) or '没有危险项目'}。",
            f"{en}: {', '.join(word.en for word in self.because) or 'no item of danger'}.",
        )


@lru_cache(maxsize=1)
def light_table() -> Mapping[str, Any]:
    """The table of items, limits and colours as it stands in child_fever.toml."""
    text = (files("xinglin.clinical.knowledge") / "warning" / "child_fever.toml").read_text("utf-8")
    return tomllib.loads(text)


def traffic_light(given: ChildInput) -> Light | Refused:
    """The traffic light; Refused from five years. Without an age every limit counts as missing. Raises BadInput."""
    _check(given)
    if given.age_months is not None and given.age_months >= UNTIL_MONTHS:
        why = Words("红绿灯只用于 5 岁以下。", "The traffic light is for children under five.")
        instead = Words("由医师当面评估；16 岁以上用 NEWS2。", "A physician assesses in person; NEWS2 from 16 years.")
        return Refused("child-fever", "from-five", why, instead, SOURCE)
    found: list[tuple[Colour, Words]] = []
    missing: list[tuple[Colour, str]] = []
    for name, row in light_table()["flag"].items():
        if name not in given.signs:
            missing.append((row["colour"], name))
        elif given.signs[name]:
            found.append((row["colour"], Words(row["zh"], row["en"])))
    for row in light_table()["limit"]:
        _weigh(given, row, found, missing)
    colour = _worst(shade for shade, _ in found)
    could_be = _worst([colour, *(shade for shade, _ in missing)])
    because = tuple(words for shade, words in found if shade == colour)
    absent = tuple(dict.fromkeys(name for _, name in missing))
    do = words_of(light_table()["colour"]["amber" if colour == "green" and absent else colour], "do")
    return Light(colour, could_be, because, absent, do, SOURCE)


def _worst(shades: Iterable[Colour]) -> Colour:
    reached = set(shades)
    return next((colour for colour in reversed(COLOURS) if colour in reached), "green")


def _check(given: ChildInput) -> None:
    within("age_months", given.age_months, 0, 18 * 12, "months")
    within("temperature", given.temperature, 20, 46, "°C")
    within("spo2", given.spo2, 30, 100, "%")
    unknown = set(given.signs) - set(light_table()["flag"])
    if unknown:
        raise BadInput("signs", f"{', '.join(sorted(unknown))}: no item of the traffic light")


def _weigh(
    given: ChildInput, row: Mapping[str, Any], found: list[tuple[Colour, Words]], missing: list[tuple[Colour, str]]
) -> None:
    if given.age_months is not None and not row["from_months"] <= given.age_months < row["until_months"]:
        return
    value: float | None = getattr(given, row["sign"])
    if value is None:
        missing.append((row["colour"], row["sign"]))
        return
    reached = (
        ("least" in row and value >= row["least"])
        or ("over" in row and value > row["over"])
        or ("most" in row and value <= row["most"])
    )
    whole_age = row["from_months"] == 0 and row["until_months"] == UNTIL_MONTHS
    if reached and (given.age_months is not None or whole_age):
        found.append((row["colour"], Words(row["zh"], row["en"])))
    elif reached:
        missing.append((row["colour"], "age_months"))


def hypotension(*, age_years: float, systolic: float) -> Alarm | None:
    """Hypotension by age after PALS: 60 in the first month, 70 to one year, 70 + 2 x age to ten, then 90 mmHg."""
    within("age_years", age_years, 0, 18, "years")
    within("systolic", systolic, 10, 300, "mmHg")
    floor = hypotension_limit(age_years)
    return ring("child-hypotension", systolic=systolic, limit=floor) if systolic < floor else None


def hypotension_limit(age_years: float) -> float:
    """The lowest ordinary systolic pressure at that age, mmHg."""
    limits = alarm_rows()["child-hypotension"].limits
    if age_years < 28 / 365.25:
        return limits["neonate"]
    if age_years < 1:
        return limits["infant"]
    if age_years < 10:
        return limits["infant"] + limits["per_year"] * int(age_years)
    return limits["from_ten"]
