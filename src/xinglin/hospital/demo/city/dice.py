"""Chance that can be repeated: every part of the city draws from a stream of its own, named after what it decides.

A named stream means that a change in one part (say, in how streets are numbered) does not move the dice of another.
"""

from bisect import bisect
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from math import exp
from random import Random
from typing import Generic, TypeVar

from xinglin.hospital.kernel.clock import SHANGHAI

X = TypeVar("X")
MIDNIGHT = time(0, tzinfo=SHANGHAI)


class Dice(Random):
    """A repeatable stream, seeded from its name by SHA-512 (Python's own way with text): the same on every machine."""

    def __new__(cls, *names: object) -> "Dice":
        return super().__new__(cls)

    def __init__(self, *names: object) -> None:
        super().__init__("/".join(str(name) for name in names))

    def happens(self, share: float) -> bool:
        """True with this probability."""
        return self.random() < share

    def count(self, mean: float) -> int:
        """A Poisson number (Knuth's product method; meant for means below 20)."""
        limit, product, number = exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            number += 1
        return number

    def id_at(self, at: datetime) -> str:
        """A version 7 UUID of that instant as text: sorted by time like real ones, but repeatable."""
        tail = self.getrandbits(74)
        high = int(at.timestamp() * 1000) << 16 | 0x7000 | tail >> 62
        text = f"{high:016x}{(tail & ((1 << 62) - 1)) | (0b10 << 62):016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Choice(Generic[X]):
    """Drawing from options with fixed weights: prepared once, drawn from often."""

    __slots__ = ("_bounds", "_last", "_options", "_total")

    def __init__(self, weights: Mapping[X, float]) -> None:
        self._options = list(weights)
        self._bounds = list(accumulate(weights.values()))
        self._total = self._bounds[-1]
        self._last = len(self._options) - 1

    def draw(self, dice: Random) -> X:
        """One of the options."""
        return self._options[bisect(self._bounds, dice.random() * self._total, 0, self._last)]


def instant(day: date, minute: float) -> datetime:
    """The instant that lies so many minutes after midnight of a day in China (no summer time since 1991)."""
    return datetime.combine(day, MIDNIGHT) + timedelta(minutes=minute)
