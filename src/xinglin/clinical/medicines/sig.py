"""Directions for use ("每次0.5g 每日3次 饭后 连服7天", "1 tab bid prn") read into values. Pure, exact; no text raises.

What is not understood is reported in `rest`, and never guessed; what may be meant otherwise is reported in `doubts`.
"""

from functools import lru_cache

from xinglin.clinical.medicines.actions import ACTIONS
from xinglin.clinical.medicines.directions import Sig
from xinglin.clinical.medicines.frequency import Frequency, codes
from xinglin.clinical.medicines.reader import Reader

LONGEST = 2000
__all__ = ["Sig", "parse_frequency", "parse_sig"]


def parse_sig(text: str) -> Sig:
    """Read directions for use. Any text is accepted; beyond 2,000 characters nothing is read and all of it is `rest`.

    >>> str(parse_sig("每次2片 每日3次").daily_high.high)
    '6'
    """
    if len(text) > LONGEST:
        return Sig(text, rest=((0, len(text)),))
    return Reader(text).read(ACTIONS)


def parse_frequency(text: str) -> Frequency | None:
    """A frequency by code or in words (`BID`, `每日3次`, `every 8 hours`); None unless the whole text is one."""
    return _frequency(text.strip())


@lru_cache(maxsize=4096)
def _frequency(text: str) -> Frequency | None:
    found = parse_sig(text)
    if found.rest or found.doses or found.doubts or len(found.phases) > 1:
        return None
    return codes()["st"] if found.once else found.frequency
