"""What is known, gathered from the text, from findings that were told, and from numbers that were measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from xinglin.clinical.assessment.case import Case, Given
from xinglin.clinical.diagnosis.evidence import Course, Evidence, Person, Sex
from xinglin.clinical.knowledge.condition_rows import Band
from xinglin.clinical.knowledge.conditions import ConditionKnowledge, ancestors, load_conditions
from xinglin.clinical.language import Lexicon, Mention, Reading, Turn, build_lexicon, read, read_turns
from xinglin.clinical.language.company import in_company

V = TypeVar("V")
NAMED: Final = "known:"
_POSSIBLE: Final = 0.6
_SEASONS: Final = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring"} | {
    6: "summer",
    7: "summer",
    8: "summer",
    9: "autumn",
    10: "autumn",
    11: "autumn",
}
"""Of the northern hemisphere."""
_SEXES: Final[Mapping[str, Sex]] = {"male": "M", "female": "F"}


@dataclass(frozen=True, slots=True)
class Gathered:
    """Evidence, the mentions it comes from, the weeks of a pregnancy, and names that nobody knows."""

    evidence: Evidence
    reading: Reading
    pregnancy_weeks: float | None
    numbers: Mapping[str, float]
    unknown: tuple[str, ...]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The words of the tables that come with the package; built once."""
    return build_lexicon(load_conditions())


def gather(case: Case, knowledge: ConditionKnowledge) -> Gathered:
    """Everything a case tells. What was told in so many words wins over what the text seems to say."""
    reading = _read(case)
    codes = [one.name for one in case.findings if one.present and one.name in knowledge.findings]
    reading = replace(reading, mentions=in_company(reading.mentions, codes))
    told = reading.told
    person = Person(
        age_years=case.age_years if case.age_years is not None else told.age_years,
        sex=case.sex or (None if told.sex is None else _SEXES[told.sex]),
        pregnant=case.pregnant if case.pregnant is not None else told.pregnant,
        season=_season(case.on),
        region=case.region,
    )
    weeks = case.pregnancy_weeks if case.pregnancy_weeks is not None else told.pregnancy_weeks
    if weeks is not None and person.pregnant is None:
        person = replace(person, pregnant=True)
    collected = _Collected(knowledge)
    for mention in reading.mentions:
        collected.mention(mention)
    unknown = [one.name for one in case.findings if not collected.given(one)]
    numbers = {one.quantity: one.value for one in reading.measured if one.time == "now"}
    numbers |= {name: float(value) for name, value in case.vitals.items() if isinstance(value, float)}
    for name, value in numbers.items():
        collected.number(name, value, person)
    if person.pregnant and "pregnant" in knowledge.findings:
        collected.present.setdefault("pregnant", 1.0)
    return Gathered(collected.evidence(person, _course(reading)), reading, weeks, numbers, tuple(unknown))


def _read(case: Case) -> Reading:
    if case.turns:
        turns = [Turn(one.speaker, one.text) for one in case.turns]
        if case.text.strip():
            turns.insert(0, Turn("patient", case.text))
        return read_turns(turns, language=case.language, lexicon=lexicon())
    return read(case.text, language=case.language, lexicon=lexicon())


def _season(day: date | None) -> str | None:
    return None if day is None else _SEASONS[day.month]


class _Collected:
    """Findings as they come in. A later word about the same finding wins, a certain one over an uncertain one."""

    def __init__(self, knowledge: ConditionKnowledge) -> None:
        self.knowledge = knowledge
        self.present: dict[str, float] = {}
        self.absent: dict[str, None] = {}
        self.unsure: dict[str, None] = {}
        self.named: dict[str, str] = {}

    def mention(self, one: Mention) -> None:
        """One mention of a text. Other people's troubles, the past's and the imagined count only as what they are."""
        if one.time == "hypothetical" or one.experiencer == "other":
            return
        if one.experiencer == "family":
            self._family(one)
            return
        if one.code.startswith(NAMED):
            self._condition(one)
            return
        finding = self.knowledge.findings.get(one.code)
        if finding is None or (one.time == "past" and finding.kind != "risk"):
            return
        if one.polarity == "present":
            self._put(one.code, 1.0 if one.certainty == "certain" else _POSSIBLE)
        elif one.polarity == "absent":
            self._deny(one.code)
        else:
            self.unsure[one.code] = None

    def _condition(self, one: Mention) -> None:
        if one.polarity != "present":
            return
        name = one.code.removeprefix(NAMED)
        risk = f"known-{name}"
        if risk in self.knowledge.findings:
            self._put(risk, 1.0)
        self.named[name] = "past" if one.time == "past" else "now"

    def _family(self, one: Mention) -> None:
        base = one.code.removeprefix(NAMED).removeprefix("known-")
        code = f"family-{base}"
        if one.polarity == "present" and code in self.knowledge.findings:
            self._put(code, 1.0)
        elif one.code.startswith("family-") and one.polarity == "present":
            self._put(one.code, 1.0)

    def _put(self, code: str, sure: float) -> None:
        self.present[code] = max(self.present.get(code, 0.0), sure)
        self.absent.pop(code, None)
        self.unsure.pop(code, None)

    def _deny(self, code: str) -> None:
        if code not in self.present:
            self.absent[code] = None

    def given(self, one: Given) -> bool:
        """A finding told by code, or by any name that the tables know. False when nobody knows it."""
        codes = [one.name] if one.name in self.knowledge.findings else list(_codes(one.name.lower(), self.knowledge))
        if one.name.startswith(NAMED) and one.name.removeprefix(NAMED) in self.knowledge.conditions:
            codes = [one.name]
        for code in codes:
            if code.startswith(NAMED):
                self._named(code.removeprefix(NAMED), one.present)
                continue
            if one.present is None:
                self.present.pop(code, None)
                self.absent.pop(code, None)
                self.unsure[code] = None
            elif one.present:
                self._put(code, 1.0)
            else:
                self.present.pop(code, None)
                self.absent[code] = None
        return bool(codes)

    def _named(self, name: str, present: bool | None) -> None:
        """A condition told by name; told as not so, it and the risk that it had put are gone."""
        if present:
            self.named[name] = "now"
            return
        self.named.pop(name, None)
        self.present.pop(f"known-{name}", None)

    def number(self, name: str, value: float, person: Person) -> None:
        """A measured number: findings of the bands it lies in are present, the others of that quantity absent.

        A value that a treatment aims at is neither.
        """
        bands = [one for one in self.knowledge.bands if one.quantity == name and _for(one, person)]
        for band in [one for one in bands if self._aimed_at(one, value)]:
            bands.remove(band)
            self.present.pop(band.finding, None)
        inside = {one.finding for one in bands if _within(one, value)}
        above = {higher for code in inside for higher in ancestors(self.knowledge.findings, code)}
        for code in inside:
            self._put(code, 1.0)
        for band in bands:
            if band.finding not in inside | above and band.finding not in self.present:
                self.absent[band.finding] = None

    def _aimed_at(self, band: Band, value: float) -> bool:
        below = band.expected_below
        return below is not None and band.expected_with in self.present and _within(band, value) and value < below

    def evidence(self, person: Person, course: Course) -> Evidence:
        """What was collected, as the ranking takes it."""
        return Evidence(
            person,
            dict(self.present),
            frozenset(self.absent),
            frozenset(self.unsure) - set(self.present),
            dict(self.named),
            course,
        )


def _for(band: Band, person: Person) -> bool:
    """Whether a band is for this person; with an unknown age or sex only those for everybody (adults by default)."""
    age = 40.0 if person.age_years is None else person.age_years
    old_enough = band.age_from is None or age >= band.age_from
    young_enough = band.age_until is None or age < band.age_until
    return old_enough and young_enough and (not band.sex or band.sex == person.sex)


def _within(band: Band, value: float) -> bool:
    return (band.start is None or value >= band.start) and (band.below is None or value < band.below)


def _codes(name: str, knowledge: ConditionKnowledge) -> tuple[str, ...]:
    """The findings that a name stands for: by the whole name, else by what the reader finds in it."""
    whole = _whole_names().get(name) or knowledge.short_names.get(name)
    return _read_name(name) if whole is None else (whole,)


@lru_cache(maxsize=1)
def _whole_names() -> Mapping[str, str]:
    """Every name and word of every finding; one that stands for two belongs to the first."""
    found: dict[str, str] = {}
    for one in load_conditions().findings.values():
        for name in (one.name_zh, one.name_en):
            found.setdefault(name.lower(), one.code)
    for one in load_conditions().findings.values():
        for word in (*one.words_zh, *one.words_en):
            found.setdefault(word.lower(), one.code)
    return found


@lru_cache(maxsize=4096)
def _read_name(name: str) -> tuple[str, ...]:
    found = read(name, language="auto", lexicon=lexicon()).mentions
    return tuple(dict.fromkeys(one.code for one in found))


def _course(reading: Reading) -> Course:
    """How the main trouble came and how long it has lasted: of the present complaints, the first that says so."""
    now = [one for one in reading.mentions if _complaint(one)]
    return Course(
        _first(one.onset for one in now),
        _first(one.duration_hours for one in now),
        _first(one.pattern for one in now),
    )


def _complaint(one: Mention) -> bool:
    return one.polarity == "present" and one.experiencer == "patient" and one.time == "now"


def _first(values: Iterable[V | None]) -> V | None:
    return next((one for one in values if one is not None), None)
