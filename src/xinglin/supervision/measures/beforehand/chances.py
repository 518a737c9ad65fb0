"""The arithmetic of chance that the statistics share: tails of Poisson's law, medians, spreads."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, lgamma, log, log1p

LN10 = log(10)


def poisson_surprise(count: int, expected: float) -> float:
    """−log10 of the chance of `count` or more where `expected` are expected. 0 where nothing is surprising.

    The tail is summed from its first term, which is the largest one as long as count exceeds the expectation.
    """
    if count <= 0 or count <= expected:
        return 0.0
    if expected <= 0:
        return inf
    first = count * log(expected) - expected - lgamma(count + 1)
    rest, term, k = 0.0, 1.0, count
    while term > 1e-12:
        k += 1
        term *= expected / k
        rest += term
    return -(first + log1p(rest)) / LN10


def median(values: Sequence[float]) -> float:
    """The middle value; the mean of the two middle ones of an even number. Raises ValueError for no values."""
    if not values:
        raise ValueError("no value has no median")
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def spread(values: Sequence[float], around: float) -> float:
    """1.4826 × the median distance from the middle: the standard deviation where the values are normal."""
    return 1.4826 * median([abs(value - around) for value in values])
