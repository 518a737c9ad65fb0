"""What the machine understood of a conversation, finding by finding, for people to see and to put right; a search."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from xinglin.clinical.knowledge.conditions import ancestors, load_conditions
from xinglin.hospital.decision_support.diagnosing import NAMED, Diagnosis
from xinglin.hospital.kernel.texts import T

STATES: Final = {"present": "yes", "absent": "no", "unsure": "unsure"}
FOUND_MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Spot:
    """Where words stand: number of the message (0 is the complaint), code points from and to, the words."""

    seq: int
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Understood:
    """One finding. `state`: yes, no, unsure or removed. `about`: patient, family, other, past or hypothetical."""

    code: str
    name: T
    state: str
    about: str
    spots: tuple[Spot, ...]
    corrected: bool
    mention: dict[str, Any]

    @property
    def counts(self) -> bool:
        """Whether it is about the patient now."""
        return self.about == "patient"


def understood(diagnosis: Diagnosis) -> list[Understood]:
    """Every finding in the order in which it came up; the latest word of the patient, then the physician's, counts."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in diagnosis.answer["findings"]:
        if one["time"] == "hypothetical" or one["experiencer"] == "other":
            continue
        rows.setdefault((one["code"], _about(one)), []).append(one)
    found = [_understood(code, about, mentions, diagnosis) for (code, about), mentions in rows.items()]
    read = {code for code, about in rows if about == "patient"}
    found = _most_exact(found)
    for code, verdict in diagnosis.corrections.items():
        if code not in read:
            found.append(Understood(code, name_of(code), verdict, "patient", (), True, {}))
    return found


def _most_exact(rows: list[Understood]) -> list[Understood]:
    """Without what a more exact finding says in the same words (fever beside high fever), unless it was put right."""
    known = load_conditions().findings
    present = [one for one in rows if one.counts and one.state == "yes"]
    finer: dict[str, list[Spot]] = {}
    for one in present:
        for above in ancestors(known, one.code):
            finer.setdefault(above, []).extend(one.spots)

    def repeats(one: Understood) -> bool:
        spots = finer.get(one.code, [])
        return all(any(_overlap(own, other) for other in spots) for own in one.spots)

    return [one for one in rows if one not in present or one.corrected or one.code not in finer or not repeats(one)]


def _overlap(one: Spot, other: Spot) -> bool:
    return one.seq == other.seq and one.start < other.end and other.start < one.end


def _about(mention: dict[str, Any]) -> str:
    if mention["experiencer"] == "family":
        return "family"
    return "past" if mention["time"] == "past" else "patient"


def _understood(code: str, about: str, mentions: list[dict[str, Any]], diagnosis: Diagnosis) -> Understood:
    told = [one for one in mentions if one["polarity"] == "present"] or mentions[-1:]
    last = told[-1]
    verdict = diagnosis.corrections.get(code) if about == "patient" else None
    spots = tuple(
        Spot(diagnosis.messages[one["turn"]], one["span"][0], one["span"][1], one["words"])
        for one in mentions
        if one["turn"] < len(diagnosis.messages)
    )
    state = verdict or STATES[last["polarity"]]
    return Understood(code, T(zh=last["name_zh"], en=last["name_en"]), state, about, spots, verdict is not None, last)


def name_of(code: str) -> T:
    """A finding or a condition (`known:…`) by its name; the code itself where tables have changed."""
    known = load_conditions()
    row = known.conditions.get(code.removeprefix(NAMED)) if code.startswith(NAMED) else known.findings.get(code)
    return T(zh=code, en=code) if row is None else T(zh=row.name_zh, en=row.name_en)


# SEARCHING


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """A finding of the tables that fits what was typed."""

    code: str
    name: T


def find_findings(query: str) -> list[FoundFinding]:
    """Findings by any name or word of either language: whole words first, then beginnings, then parts."""
    wanted = query.strip().lower()
    if not wanted:
        return []
    best: dict[str, tuple[int, int]] = {}
    for word, code in _words():
        place = word.find(wanted)
        if place < 0:
            continue
        rank = (0 if word == wanted else 1 if place == 0 else 2, len(word))
        if code not in best or rank < best[code]:
            best[code] = rank
    codes = sorted(best, key=lambda code: (best[code], code))[:FOUND_MOST]
    return [FoundFinding(code, name_of(code)) for code in codes]


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[str, str], ...]:
    return tuple(
        (word.lower(), one.code)
        for one in load_conditions().findings.values()
        for word in (one.name_zh, one.name_en, *one.words_zh, *one.words_en)
    )
