"""The door of the monitor: which red flags a conversation raises, and the words that were understood. No ranking.

It reads and watches, nothing else, so that it is quick enough to stand behind every message. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from xinglin.clinical.assessment.case import Case, read_case
from xinglin.clinical.assessment.gathering import Gathered, gather
from xinglin.clinical.assessment.watching import watched
from xinglin.clinical.knowledge.conditions import ancestors, load_conditions
from xinglin.clinical.language.normal import normalise
from xinglin.clinical.warning import RedFlag
from xinglin.clinical.warning.hearing import phrases
from xinglin.clinical.warning.rules import Rule, red_flags

TABLES: Final = ("red_flags.toml", "phrases.toml", "alarms.toml")
SAID: Final = "said:"
MEASURED: Final = "measured:"


@dataclass(frozen=True, slots=True)
class Said:
    """Where words stand: the turn of the conversation, and the words as they were written."""

    turn: int
    words: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing a flag rests on, and where the patient said it; nowhere for what came as a code or a vital sign."""

    code: str
    name_zh: str
    name_en: str
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Danger:
    """A red flag with what it rests on."""

    flag: RedFlag
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Dangers:
    """What rang, gravest first, and a digest of the tables that rang it."""

    flags: tuple[Danger, ...]
    knowledge: str


def dangers(raw: Mapping[str, Any]) -> Dangers:
    """The red flags of a case of docs/reference/diagnose.md. Raises BadCase when it cannot be read."""
    knowledge = load_conditions()
    case = read_case(raw, knowledge)
    gathered = gather(case, knowledge)
    flags = watched(case, gathered).flags
    heard = tuple(_phrases(case)) if flags else ()
    return Dangers(tuple(Danger(flag, _because(flag, case, gathered, heard)) for flag in flags), digest())


def warm_up() -> None:
    """Load the tables, build the words and read once, so that the first message of a process waits for nothing."""
    dangers({"turns": [{"speaker": "patient", "text": "头晕 and a cough since 2 days, 38.5"}]})


@lru_cache(maxsize=1)
def digest() -> str:
    """Which tables these are: those of the findings and those of the warnings together."""
    total = hashlib.sha256(load_conditions().digest.encode())
    for name in TABLES:
        total.update((files("xinglin.clinical.knowledge") / "warning" / name).read_bytes())
    return total.hexdigest()


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, Rule]:
    return {rule.id: rule for rule in red_flags()}


def _because(flag: RedFlag, case: Case, gathered: Gathered, heard: tuple[tuple[str, Said], ...]) -> tuple[Reason, ...]:
    """Findings with their words; phrases of the flag's rule where no finding has words; a number where nobody spoke."""
    found = {code: _reason(code, tuple(dict.fromkeys(_said(code, gathered)))) for code in flag.because}
    for code, reason in found.items():
        if not reason.said:
            found[code] = _reason(code, tuple(said for name, said in heard if name == code))
    if not any(one.said for one in found.values()):
        rule = _rules().get(flag.id)
        asked = rule.atoms() if rule is not None else frozenset()
        for name, said in heard:
            if name in asked and name.startswith(SAID):
                found[name] = _reason(name, (*(found[name].said if name in found else ()), said))
    return tuple(found.values()) or tuple(_numbers(case, gathered))


def _said(code: str, gathered: Gathered) -> Iterator[Said]:
    """What the patient said for a finding or one of its kinds."""
    findings = load_conditions().findings
    for one in gathered.reading.mentions:
        if one.polarity != "present" or one.time == "hypothetical" or one.experiencer == "other":
            continue
        kinds = ancestors(findings, one.code) if one.code in findings else ()
        if one.code == code or code in kinds:
            yield Said(one.turn, one.words)


def _phrases(case: Case) -> Iterator[tuple[str, Said]]:
    """Every phrase that stands in the patient's words, with the words."""
    texts = [case.text] if case.text.strip() else []
    texts += [one.text if one.speaker == "patient" else "" for one in case.turns]
    for turn, text in enumerate(texts):
        plain = normalise(text)
        for phrase in phrases():
            for pattern in (phrase.zh, phrase.en):
                match = pattern.search(plain) if pattern is not None else None
                if match is not None:
                    yield phrase.name, Said(turn, text[match.start() : match.end()])


def _reason(code: str, said: tuple[Said, ...]) -> Reason:
    finding = load_conditions().findings.get(code)
    if finding is not None:
        return Reason(code, finding.name_zh, finding.name_en, said)
    shown = said[0].words if said else code.removeprefix(SAID).replace("-", " ")
    return Reason(code, shown, shown, said)


def _numbers(case: Case, gathered: Gathered) -> Iterator[Reason]:
    """The numbers of the case: those of the words, then those that were told as measured."""
    known = load_conditions().quantities
    spoken: set[str] = set()
    for one in gathered.reading.measured:
        if one.time == "now" and one.quantity in known:
            spoken.add(one.quantity)
            names = known[one.quantity]
            said = (Said(one.turn, f"{one.value:g} {one.unit}".strip()),)
            yield Reason(MEASURED + one.quantity, names.name_zh, names.name_en, said)
    for quantity, value in case.vitals.items():
        if quantity in known and quantity not in spoken:
            names, shown = known[quantity], f"{value:g} {known[quantity].unit}"
            yield Reason(MEASURED + quantity, f"{names.name_zh} {shown}", f"{names.name_en} {shown}")
