"""Days, months and years as the law counts them, for the reference engine."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, timezone
from typing import Final

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one time, eight hours ahead of UTC and without summer time, since 1991; no record here is older."""
DAY_SECONDS: Final = 86_400


def day_in_shanghai(instant: datetime) -> date:
    """The civil day in Shanghai on which an instant falls."""
    return instant.astimezone(SHANGHAI).date()


def seconds_from(earlier: datetime, later: datetime) -> int:
    """Whole seconds between two instants, rounded down."""
    gap = later - earlier
    return gap.days * DAY_SECONDS + gap.seconds


def completed_years(birth: date, on: date) -> int:
    """Years completed since a day of birth; 29 February counts on 1 March in other years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def months_later(on: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
