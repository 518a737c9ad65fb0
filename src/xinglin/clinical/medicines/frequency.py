"""How often a medicine is taken: the codes of prescriptions and the numbers behind them. Pure, exact.

A frequency is `times` in `period` days, as fractions: every five hours is 24 times in 5 days, not "about five". The
table is clinical/knowledge/medicines/frequencies.csv.
"""

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

WEEKDAYS_ZH = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Frequency:
    """`low` to `high` times in `period` days. `code` is that of the table, or "" when no code says the same.

    `slots` are times of the day that the text names (morning, noon, afternoon, evening, bedtime, or a clock time as
    `08:00`); `weekdays` are 0 (Monday) to 6.
    """

    low: Fraction
    high: Fraction
    period: Fraction
    code: str = ""
    slots: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()

    @property
    def per_day_low(self) -> Fraction:
        """The fewest times a day, on the average of the period."""
        return self.low / self.period

    @property
    def per_day_high(self) -> Fraction:
        """The most times a day, on the average of the period."""
        return self.high / self.period

    @property
    def on_a_day(self) -> Fraction:
        """The most times on one single day: once for "twice a week", three times for tid."""
        return max(self.high / self.period, Fraction(1))

    @property
    def interval_hours(self) -> Fraction:
        """The shortest usual distance between two doses, in hours."""
        return self.period * 24 / self.high

    def same(self, other: "Frequency") -> bool:
        """Whether both say the same number of times, whatever the hours."""
        mine = (self.per_day_low, self.per_day_high, self.period > 1)
        return mine == (other.per_day_low, other.per_day_high, other.period > 1)


def frequency(low: Fraction, high: Fraction, period: Fraction) -> Frequency:
    """A frequency from numbers, with the code of the table when one says exactly this."""
    if low == high:
        known = _by_numbers().get((low, period))
        if known:
            return known
    return Frequency(low, high, period)


def every_hours(low: Fraction, high: Fraction) -> Frequency:
    """Once every `low` to `high` hours (`every 4-6 hours` is four to six times a day)."""
    code = f"q{low}h" if low == high else ""
    if code in codes():
        return codes()[code]
    return Frequency(24 / high, 24 / low, Fraction(1), code if low == high and low.denominator == 1 else "")


@lru_cache(maxsize=1)
def codes() -> MappingProxyType[str, Frequency]:
    """Frequencies by code in lower case; `prn` is not one, as no number follows from it."""
    found = {row["code"].lower(): _frequency(row) for row in table() if row["times"]}
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def table() -> tuple[dict[str, str], ...]:
    """The rows of frequencies.csv as they stand."""
    path = files("xinglin.clinical.knowledge") / "medicines" / "frequencies.csv"
    return tuple(csv.DictReader(path.read_text("utf-8").splitlines()))


@lru_cache(maxsize=1)
def aliases() -> MappingProxyType[str, str]:
    """Codes by every spelling that the table lists, in lower case; the codes themselves too."""
    found: dict[str, str] = {}
    for row in table():
        for word in (row["code"], *filter(None, row["aliases"].split("|"))):
            found[word.lower()] = row["code"].lower()
    return MappingProxyType(found)


def by_code(code: str) -> Frequency | None:
    """The frequency of a code or alias of the table (`BID`, `tds`, `每晚`), else None."""
    word = code.strip().lower()
    return codes().get(aliases().get(word, word))


def _frequency(row: dict[str, str]) -> Frequency:
    code = row["code"].lower()
    slots = {"qm": ("morning",), "qn": ("evening",), "hs": ("bedtime",)}.get(code, ())
    times = Fraction(row["times"])
    return Frequency(times, times, Fraction(row["period_days"]), code, slots)


@lru_cache(maxsize=1)
def _by_numbers() -> dict[tuple[Fraction, Fraction], Frequency]:
    first: dict[tuple[Fraction, Fraction], Frequency] = {}
    for code in ("qd", "bid", "tid", "qid", "quingid", "qod", "q3d", "qw", "biw", "tiw", "q2w", "q3w", "q4w", "qmonth"):
        known = codes()[code]
        first[(known.low, known.period)] = known
    return first
