"""Does a picture come again? The looks of the last minutes, searched for a stretch that was shown before.

A film that is played again and again shows, for seconds on end, what it showed one round earlier. People come back to a
posture too, but not, moving, along the same way for seconds. Pure: no clock, no model.

The samples of two rounds never fall on the same instants of the film, and a busy machine leaves a quarter of a second
and more between them, in which a face moves far. So a look counts as shown before, too, when it lies between two
neighbouring looks of that time. Measured with looks 0.2 to 0.32 s apart: of three drawn people who live, at whole, two
fifths and a seventh of their movement, none of 1494 windows was taken for a film; their films of 4, 7.3 and 11.6 s were
known 4.3 to 5.5 s after the second round began. Real people before real cameras were not measured.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinglin.biometrics.fingerprints import Look, differences

WINDOW_SECONDS: Final = 5.0
"""So much of the newest must have been shown before."""
STEP_SECONDS: Final = 1.0
"""Over which movement is measured."""
FOLLOWED: Final = 0.15
"""Part of the movement of a second by which two showings may differ: the samples of two rounds do not fall on the same
instant of the film."""
BETWEEN_SECONDS: Final = 0.7
"""Looks nearer in time than this have between them what was shown between them."""
DETOUR: Final = 1.2
"""A look lies between two others when the way over it is longer than the way from one to the other by no more than this
factor: what was shown at an instant between two samples of the first round is as far from both as that, whatever the
machine's time left between the samples."""
CANDIDATES: Final = 12
MISSED: Final = 0.1
"""Part of the looks that may differ: a film's seam, a lost packet."""
SPACE_SECONDS: Final = 0.15
"""Looks nearer in time say nothing new."""


class Shown:
    """What was shown, as looks with their instants."""

    def __init__(self, memory: timedelta) -> None:
        self._memory = memory.total_seconds()
        self._times: deque[float] = deque()
        self._looks: deque[Look] = deque()

    def add(self, at: datetime, look: Look) -> None:
        """Another look; one that is late or comes too soon is left out."""
        now = at.timestamp()
        if self._times and now - self._times[-1] < SPACE_SECONDS:
            return
        self._times.append(now)
        self._looks.append(look)
        while now - self._times[0] > self._memory:
            self._times.popleft()
            self._looks.popleft()

    def lag(self, *, least: int, moving: float, alike: float, lag_min: timedelta, slack: timedelta) -> timedelta | None:
        """The distance in time at which the newest looks were all shown before; None where there is none.

        `least`: looks that must come again; `moving`: grey levels by which the picture must move in a second, because
        somebody who sits quietly repeats nothing; `alike`: grey levels by which a codec makes two showings differ.
        """
        if len(self._times) < 2 * least:
            return None
        times, looks = np.array(self._times), np.stack(self._looks)
        first = min(int(np.searchsorted(times, times[-1] - WINDOW_SECONDS)), len(times) - least)
        if times[-1] - times[first] > 4 * WINDOW_SECONDS:
            return None
        moved = _moved(times, looks, first)
        if moved is None or moved < moving:
            return None
        old = int(np.searchsorted(times, times[-1] - lag_min.total_seconds(), side="right"))
        if old == 0:
            return None
        apart = differences(looks[-1], looks[:old])
        for one in np.argsort(apart)[:CANDIDATES]:
            lag = float(times[-1] - times[one])
            if _again(times, looks, first, lag, slack.total_seconds(), alike, moved):
                return timedelta(seconds=lag)
        return None


def _moved(times: NDArray[np.float64], looks: NDArray[np.int16], first: int) -> float | None:
    """The movement of a second, in the middle of the window; None where samples lie too far apart."""
    found = []
    for now in range(first, len(times)):
        before = int(np.searchsorted(times, times[now] - STEP_SECONDS, side="right")) - 1
        if before >= 0 and times[now] - times[before] <= 2 * STEP_SECONDS:
            found.append(float(differences(looks[now], looks[before : before + 1])[0]))
    return float(np.median(found)) if found else None


def _again(
    times: NDArray[np.float64],
    looks: NDArray[np.int16],
    first: int,
    lag: float,
    slack: float,
    alike: float,
    moved: float,
) -> bool:
    """Whether nearly all looks of the window were shown before at this distance."""
    missed, most = 0, int(MISSED * (len(times) - first))
    for now in range(first, len(times)):
        if not _shown(times, looks, now, times[now] - lag, slack, alike, moved):
            missed += 1
            if missed > most:
                return False
    return True


def _shown(
    times: NDArray[np.float64],
    looks: NDArray[np.int16],
    now: int,
    then: float,
    slack: float,
    alike: float,
    moved: float,
) -> bool:
    """Whether a look was shown at about an instant: it is as one of the looks of then, or lies between two of them."""
    start, end = np.searchsorted(times, (then - slack, then + slack))
    before, after = max(int(start) - 1, 0), min(int(end) + 1, now)
    if after <= before:
        return False
    apart = differences(looks[now], looks[before:after])
    if start < end and apart[start - before : end - before].min() <= alike + FOLLOWED * moved:
        return True
    for one in range(before, after - 1):
        if times[one + 1] - times[one] <= BETWEEN_SECONDS:
            way = float(differences(looks[one], looks[one + 1 : one + 2])[0])
            if apart[one - before] + apart[one + 1 - before] <= DETOUR * way + 2 * alike:
                return True
    return False
