"""Due process, pure: which step may follow which, how long each state lasts, what points follow and what they stop."""

import calendar
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.words import Degree, FindingState
from xinglin.supervision.tables import Basis, DatedRow, Table
from xinglin.supervision.verdicts import Certainty, Words

DATA = Path(__file__).parent / "data"
LEVELS_SINGLE = (True, False)

FOLLOWS: dict[str, frozenset[str]] = {
    "notify_provider": frozenset({FindingState.NEW}),
    "state_case": frozenset({FindingState.NOTIFIED}),
    "verify_finding": frozenset({FindingState.STATED, FindingState.NOTIFIED}),
    "decide_finding": frozenset({FindingState.VERIFIED}),
    "appeal_decision": frozenset({FindingState.DECIDED}),
    "close_appeal": frozenset({FindingState.APPEALED}),
}
"""The states in which a step may be taken. A definite finding may be decided in any state before the decision."""

UNDECIDED = frozenset({FindingState.NEW, FindingState.NOTIFIED, FindingState.STATED, FindingState.VERIFIED})


def may_follow(verb: str, state: str, certainty: str) -> bool:
    """Whether a step may be taken in a state, clocks aside."""
    if verb == "decide_finding" and certainty == Certainty.DEFINITE:
        return state in UNDECIDED
    return state in FOLLOWS[verb]


# WORKING DAYS


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which people work: Monday to Friday, but for holidays, and weekend days that are worked instead."""

    off: frozenset[date]
    work: frozenset[date]

    def works(self, on: date) -> bool:
        """Whether people work on this day."""
        return on in self.work or (on.weekday() < 5 and on not in self.off)

    def end_of(self, start: datetime, days: int) -> datetime:
        """The end of the last of so many working days, the first of which is the day after the start."""
        day = civil_day(start)
        while days > 0:
            day += timedelta(days=1)
            days -= self.works(day)
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=SHANGHAI)


@lru_cache(maxsize=1)
def working_days() -> WorkingDays:
    """The calendar that comes with the hospital."""
    off: set[date] = set()
    work: set[date] = set()
    for year in tomllib.loads((DATA / "holidays.toml").read_text("utf-8"))["year"]:
        for first, last in year["off"]:
            off |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
        work |= set(year["work"])
    return WorkingDays(frozenset(off), frozenset(work))


# DATED POLICY


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads((DATA / "process.toml").read_text("utf-8"))


def _rows(kind: str, key: tuple[str, ...], values: tuple[str, ...]) -> tuple[DatedRow, ...]:
    return tuple(
        DatedRow(
            key=tuple(str(entry[name]) for name in key),
            values={name: entry[name] for name in values},
            basis=Basis(
                Words(entry["law_zh"], entry["law_en"]),
                Words(entry["article_zh"], entry["article_en"]),
                read=entry["reading"] == "read",
            ),
            since=entry["since"],
            until=entry.get("until"),
            territory=entry.get("territory", ""),
        )
        for entry in _document()[kind]
    )


@lru_cache(maxsize=1)
def clocks() -> Table:
    """How many working days each state may last."""
    return Table("clock", Words("处理期限", "clocks"), _rows("clock", ("state",), ("working_days",)))


@lru_cache(maxsize=1)
def tiers() -> Table:
    """The points of each severity, by degree of responsibility."""
    return Table("points", Words("记分", "points"), _rows("points", ("severity",), tuple(Degree.values)))


@lru_cache(maxsize=1)
def stops() -> Table:
    """What follows from a number of points in a year."""
    return Table("stop", Words("停付", "stops"), _rows("stop", ("level", "single"), ("ends", "months")))


def due_at(state: str, now: datetime, territory: str) -> datetime | None:
    """When the clock of a state that begins now ends; None for a state without a clock."""
    row = clocks().row((state,), civil_day(now), territory)
    return working_days().end_of(now, int(row.values["working_days"])) if row else None


def points_for(severity: int, degree: str, on: date, territory: str) -> tuple[int, T] | None:
    """The points that follow, with their basis; None where no policy stands on that day."""
    row = tiers().row((str(severity),), on, territory)
    if row is None or degree not in row.values:
        return None
    law, article = row.basis.law, row.basis.article
    return int(row.values[degree]), T(zh=f"{law.zh}，{article.zh}", en=f"{law.en}, {article.en}")


@dataclass(frozen=True, slots=True)
class StopDue:
    """A stop of payment that follows from points: the level that was reached, and until when it lasts."""

    level: int
    single: bool
    ends: bool
    until_on: date


def stop_for(total: int, largest: int, from_on: date, territory: str) -> StopDue | None:
    """What follows from a year's points, the largest given at once among them. None below every level."""
    levels = sorted({int(row.key[0]) for row in stops().rows}, reverse=True)
    for level in levels:
        for single in LEVELS_SINGLE:
            row = stops().row((str(level), str(single)), from_on, territory)
            if row is not None and (largest if single else total) >= level:
                months = int(row.values["months"])
                return StopDue(level, single, bool(row.values["ends"]), until(from_on, months))
    return None


def until(from_on: date, months: int) -> date:
    """The last day of so many months that begin on a day."""
    index = from_on.year * 12 + from_on.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(from_on.day, last)) - timedelta(days=1)
