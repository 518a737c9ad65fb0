"""The watch: which red flags hold of what is known. It sees findings and measurements, never a probability."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Literal

from xinglin.clinical.knowledge.conditions import ancestors, load_conditions
from xinglin.clinical.language import Reading
from xinglin.clinical.warning.grammar import Value, because, value
from xinglin.clinical.warning.hearing import Evidence, hear
from xinglin.clinical.warning.rules import LEVELS, Level, Rule, red_flags


@dataclass(frozen=True, slots=True)
class Who:
    """The person; None is not known. Age in years."""

    age_years: float | None = None
    sex: Literal["female", "male"] | None = None
    pregnant: bool | None = None
    pregnancy_weeks: float | None = None


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was measured: °C, a minute, mmHg, %, mmol/L; None is not known."""

    temperature: float | None = None
    heart_rate: float | None = None
    resp_rate: float | None = None
    sbp: float | None = None
    dbp: float | None = None
    spo2: float | None = None
    glucose: float | None = None
    ketones: float | None = None
    potassium: float | None = None
    sodium: float | None = None


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A red flag that holds: what it is, what to do now, the findings it rests on, the document behind it."""

    id: str
    name_zh: str
    name_en: str
    level: Level
    do_zh: str
    do_en: str
    because: tuple[str, ...]
    source: str


def watch(
    present: Mapping[str, Evidence], absent: Collection[str], who: Who, vitals: Vitals | None = None
) -> tuple[RedFlag, ...]:
    """The red flags that hold, gravest first, in the order of the table within a level.

    A finding that is present makes what it is a kind of present; one that is absent makes its own kinds absent. What
    nobody said is unknown, and an unknown fires no rule by itself.
    """
    facts = _Facts(present, absent, who, vitals or Vitals())
    found = [flag for rule in red_flags() if (flag := _judged(rule, facts)) is not None]
    return tuple(sorted(found, key=lambda flag: LEVELS.index(flag.level)))


def watch_words(text: str, reading: Reading | None, who: Who, vitals: Vitals | None = None) -> tuple[RedFlag, ...]:
    """The red flags of a message: what the reader understood and what the phrases hear, together."""
    heard = hear(text, reading)
    if reading is not None:
        who, vitals = _told(who, reading), _measured(vitals or Vitals(), reading)
    return watch(heard.present, heard.absent, who, vitals)


def _told(who: Who, reading: Reading) -> Who:
    """The person with what the text tells where nothing was told in so many words."""
    told = reading.told
    return Who(
        told.age_years if who.age_years is None else who.age_years,
        told.sex if who.sex is None else who.sex,
        told.pregnant if who.pregnant is None else who.pregnant,
        told.pregnancy_weeks if who.pregnancy_weeks is None else who.pregnancy_weeks,
    )


def _measured(vitals: Vitals, reading: Reading) -> Vitals:
    """The vital signs with the newest numbers that the text gives of today, where none were told."""
    known = {one.name for one in fields(vitals)}
    read = {one.quantity: one.value for one in reading.measured if one.quantity in known and one.time == "now"}
    return replace(vitals, **{name: value for name, value in read.items() if getattr(vitals, name) is None})


def _judged(rule: Rule, facts: _Facts) -> RedFlag | None:
    if rule.who is not None and value(rule.who, facts) is False:
        return None
    for level, node in rule.alternatives:
        if value(node, facts) is True:
            codes = tuple(dict.fromkeys(because(node, facts)))
            return RedFlag(rule.id, rule.name_zh, rule.name_en, level, rule.do_zh, rule.do_en, codes, rule.source)
    return None


@lru_cache(maxsize=4096)
def _above(code: str) -> tuple[str, ...]:
    findings = load_conditions().findings
    return ancestors(findings, code) if code in findings else ()


class _Facts:
    """What is known, as rules ask for it."""

    def __init__(self, present: Mapping[str, Evidence], absent: Collection[str], who: Who, vitals: Vitals) -> None:
        self.present: dict[str, list[Evidence]] = {}
        for code, evidence in present.items():
            for name in (code, *_above(code)):
                self.present.setdefault(name, []).append(evidence)
        self.absent = frozenset(absent)
        self.who, self.vitals = who, vitals

    def finding(self, code: str, quality: str) -> Value:
        """Present with that quality, absent (itself or a kind that it belongs to), or not known."""
        for evidence in self.present.get(code, ()):
            if not quality or quality in {evidence.severity, evidence.onset}:
                return True
        if code in self.absent or not self.absent.isdisjoint(_above(code)):
            return code in self.present and None
        return None

    def number(self, name: str) -> float | None:
        """Age in years, weeks of pregnancy, or a vital sign."""
        if name == "age":
            return self.who.age_years
        if name == "weeks":
            return self.who.pregnancy_weeks
        number: float | None = getattr(self.vitals, name)
        return number

    def sex(self) -> str | None:
        """F or M."""
        return {"female": "F", "male": "M", None: None}[self.who.sex]

    def pregnant(self) -> Value:
        """As it was told; a number of weeks says so too."""
        return True if self.who.pregnancy_weeks is not None and self.who.pregnant is None else self.who.pregnant
