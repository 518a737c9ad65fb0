"""The present instant and the civil day. Only edges (views, API, command line, workers) read the clock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, with zone."""
    return datetime.now(SHANGHAI)


def civil_day(at: datetime) -> date:
    """The calendar day in China on which an instant falls."""
    return at.astimezone(SHANGHAI).date()
