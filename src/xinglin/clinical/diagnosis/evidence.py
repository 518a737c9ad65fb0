"""What is known of one patient, in findings: present, absent, unsure; how it came and how long it has lasted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from xinglin.clinical.diagnosis.matrix import Matrix

Sex = Literal["M", "F"]
_EDGES: Final = (("minutes", 1.0), ("hours", 24.0), ("days", 24 * 7.5), ("weeks", 24 * 45.0), ("months", 24 * 400.0))


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is, as far as anybody said. `season` and `region` in the words of the tables."""

    age_years: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    season: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How the trouble came, how long it has lasted in hours, and whether it comes in episodes, grows or stays."""

    onset: str | None = None
    hours: float | None = None
    pattern: str | None = None

    @property
    def span(self) -> str | None:
        """The span of the tables that the hours fall into."""
        if self.hours is None:
            return None
        return next((name for name, edge in _EDGES if self.hours < edge), "years")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Findings by code. `present` has a certainty (1 sure, less for "perhaps"); `named` are conditions that the text
    names as the patient's own, "now" or "past"."""

    person: Person = Person()
    present: Mapping[str, float] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    named: Mapping[str, str] = field(default_factory=dict)
    course: Course = Course()


@dataclass(frozen=True, slots=True)
class Weighed:
    """Evidence as columns of a matrix: what counts as present (only the most special of kin), and as absent (only the
    most general), and everything that is known either way."""

    present: Mapping[int, float]
    absent: tuple[int, ...]
    known: frozenset[int]


def weigh(evidence: Evidence, table: Matrix) -> Weighed:
    """A present finding makes present what it is a kind of; an absent one makes its kinds absent. Present wins over
    absent where a text says both, because the special complaint is told after the general denial. Codes that the
    tables do not know are left out: the caller says which."""
    present = {table.column[code]: sure for code, sure in evidence.present.items() if code in table.column}
    closed = set(present).union(*(table.above[one] for one in present)) if present else set()
    absent = {table.column[code] for code in evidence.absent if code in table.column} - closed
    gone = absent.union(*(table.below[one] for one in absent)) - closed if absent else set()
    leaves = {one: sure for one, sure in present.items() if not any(one in table.above[other] for other in present)}
    tops = tuple(sorted(one for one in absent if not any(other in absent for other in table.above[one])))
    return Weighed(leaves, tops, frozenset(closed | gone))
