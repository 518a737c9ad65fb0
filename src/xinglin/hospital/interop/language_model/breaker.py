"""A circuit breaker: after failures in a row the other side is left alone for a while, then tried once."""

import threading
from datetime import datetime, timedelta
from typing import Final

FAILURES: Final = 3
REST: Final = timedelta(seconds=30)
REST_MOST: Final = timedelta(minutes=15)


class Breaker:
    """Counts failures in a row. Shut is well; open rests; after the rest one call is let through to try."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._until: datetime | None = None
        self._trying = False

    def lets(self, now: datetime) -> bool:
        """Whether a call may be made now. One that is let through must be told `good` or `bad` afterwards."""
        with self._lock:
            if self._until is None:
                return True
            if now < self._until or self._trying:
                return False
            self._trying = True
            return True

    def good(self) -> None:
        """The call was answered."""
        with self._lock:
            self._failures, self._until, self._trying = 0, None, False

    def bad(self, now: datetime) -> None:
        """The call failed; each further failure doubles the rest."""
        with self._lock:
            self._failures += 1
            self._trying = False
            if self._failures >= FAILURES:
                self._until = now + min(REST * 2 ** min(self._failures - FAILURES, 10), REST_MOST)
