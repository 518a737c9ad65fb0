"""What one row of the tables of diagnosis says: findings, bands of numbers, quantities and conditions.

Frequencies follow the five-level scale of Internist-1/QMR (Miller, Pople and Myers 1982; Shwe and others 1991 for the
probabilities), with one level more below for what practically excludes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

LEVELS: Final[dict[int, float]] = {5: 0.985, 4: 0.8, 3: 0.5, 2: 0.2, 1: 0.025, 0: 0.003}
"""P(finding | condition, at presentation) of each level that a link may have."""
KINDS: Final = frozenset({"symptom", "sign", "risk", "vital", "lab", "test"})
ONSETS: Final = frozenset({"sudden", "acute", "gradual"})
DURATIONS: Final = ("minutes", "hours", "days", "weeks", "months", "years")
PATTERNS: Final = frozenset({"episodic", "recurrent", "progressive", "constant", "relapsing"})
SEASONS: Final = frozenset({"spring", "summer", "autumn", "winter"})
Urgency = Literal["self_care", "routine", "urgent", "emergency"]
URGENCIES: Final[tuple[Urgency, ...]] = ("self_care", "routine", "urgent", "emergency")
_ITEM: Final = re.compile(r"([a-z0-9][a-z0-9-]*)(?::([0-5]))?(\*{0,2})")


class BadRow(ValueError):
    """A cell of a table of diagnosis is wrong: `column` says which, the text what would be right."""

    def __init__(self, column: str, why: str) -> None:
        self.column = column
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that can be so or not so of a person: a symptom, a sign, a risk, a value in a band, a test's result."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    parents: tuple[str, ...]
    group: str
    """Findings of one group say the same thing more than once."""
    weight: int
    """How loudly it demands an explanation, 1 to 5 (Internist-1's import)."""
    ask: int
    """How well a patient can answer: 0 not at all, 3 easily."""
    base: float
    """P(present) among people who seek care for something that does not cause it."""
    question_zh: str
    question_en: str
    words_zh: tuple[str, ...]
    words_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """How often a condition shows a finding (a level of LEVELS) and how special that is (0 to 2 stars)."""

    finding: str
    level: int
    stars: int


@dataclass(frozen=True, slots=True)
class AgeFactor:
    """How much commoner (or rarer, or impossible at 0) a condition is from one age until another, in years."""

    start: float
    until: float
    factor: float


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: how common for whom, how it comes, what it shows, what it needs, and on what that stands."""

    id: str
    icd10: str
    name_zh: str
    name_en: str
    also_zh: tuple[str, ...]
    also_en: tuple[str, ...]
    department: str
    urgency: Urgency
    must_not_miss: bool
    per_100k: float
    """New presentations a year per 100,000 people of all ages."""
    ages: tuple[AgeFactor, ...]
    sexes: tuple[tuple[str, float], ...]
    seasons: tuple[tuple[str, float], ...]
    region: str
    pregnant: float | None
    needs: tuple[str, ...]
    onset: frozenset[str]
    duration: frozenset[str]
    pattern: frozenset[str]
    source: str
    read: str
    parent: str
    links: tuple[Link, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that can be measured: its words, its unit, other units with their factor, and what is plausible."""

    quantity: str
    name_zh: str
    name_en: str
    words_zh: tuple[str, ...]
    words_en: tuple[str, ...]
    unit: str
    units: tuple[tuple[str, str], ...]
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """A span of a quantity, for an age and sex, that is a finding: `start` belongs to it, `below` no longer.

    In somebody with the finding `expected_with`, values below `expected_below` are what is aimed at: they say nothing.
    """

    id: str
    quantity: str
    unit: str
    age_from: float | None
    age_until: float | None
    sex: str
    start: float | None
    below: float | None
    finding: str
    expected_with: str = ""
    expected_below: float | None = None


def words(cell: str | None) -> tuple[str, ...]:
    """The parts of a cell that bars separate, blanks taken off, empty ones left out."""
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())


def number(column: str, cell: str | None) -> float | None:
    """A number or nothing. Raises BadRow for anything else."""
    if not (cell or "").strip():
        return None
    try:
        return float(str(cell))
    except ValueError:
        raise BadRow(column, f"{cell!r} is not a number") from None


def factors(column: str, text: str) -> tuple[tuple[str, float], ...]:
    """`name:factor` pairs that blanks separate."""
    found = []
    for part in text.split():
        name, colon, factor = part.rpartition(":")
        value = number(column, factor)
        if not colon or not name or value is None or value < 0:
            raise BadRow(column, f"{part!r} is not name:factor, for example winter:2")
        found.append((name, value))
    return tuple(found)


def ages(text: str) -> tuple[AgeFactor, ...]:
    """`from-until:factor` entries; an open end is left out (`65-:3`)."""
    found = []
    for name, factor in factors("age", text):
        start, dash, until = name.partition("-")
        low, high = number("age", start), number("age", until)
        if not dash or (low is None and high is None):
            raise BadRow("age", f"{name!r} is not from-until in years, for example 0-2 or 65-")
        found.append(AgeFactor(low or 0.0, 200.0 if high is None else high, factor))
    return tuple(found)


def links(text: str) -> tuple[Link, ...]:
    """The lines of a condition's `links`: a level and its findings, or `risk`/`test` and pairs of finding and level."""
    found: list[Link] = []
    for line in text.strip().splitlines():
        head, _, rest = line.strip().partition(" ")
        if not head or head.startswith("#"):
            continue
        head = head.rstrip(":")
        if head not in {"0", "1", "2", "3", "4", "5", "risk", "test"}:
            raise BadRow("links", f"a line begins with {head!r}; it begins with a level 0 to 5, with risk or with test")
        found += [_link(head, item) for item in rest.replace(",", " ").split()]
    return tuple(found)


def _link(head: str, item: str) -> Link:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise BadRow("links", f"{item!r} is not a finding with an optional :level and up to two stars")
    code, level, stars = match.groups()
    if head in {"risk", "test"}:
        if level is None:
            raise BadRow("links", f"{item!r} in a {head} line needs its level, for example {code}:3")
        return Link(code, int(level), len(stars))
    if level is not None and level != head:
        raise BadRow("links", f"{item!r} stands in the line of level {head} with another level")
    return Link(code, int(head), len(stars))


def among(column: str, text: str, known: frozenset[str] | tuple[str, ...]) -> frozenset[str]:
    """Words of a fixed list that blanks separate."""
    found = frozenset(text.split())
    if strange := found - set(known):
        raise BadRow(column, f"{sorted(strange)} is not known; known: {', '.join(sorted(known))}")
    return found
