"""The few numbers that say how strongly the parts of the ranking count against each other.

They were chosen on cases drawn from the tables themselves, on the open training cases that
docs/reference/benchmarks.md names and on vignettes of our own (tests/scenarios/diagnosis); no other case was looked
at. The temperature lies between what the examination cases and what our own vignettes want: each alone is off.
Nothing medical stands here: that is in the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tuning:
    """Weights of the ranking. All act on natural logarithms of odds."""

    prior: float = 0.6
    """Exponent of how common a condition is: people who ask are not a sample of everybody."""
    present: float = 0.8
    absent: float = 0.6
    """What is denied counts less than what is complained of: it is asked late and answered lightly."""
    most: float = 7.0
    """No single finding counts for more than this, for or against."""
    repeated: float = 0.35
    """What the second and later findings of one group add, since they say nearly the same."""
    star: float = 0.25
    """What each star of a link adds to its weight."""
    unexplained: float = 0.12
    """Penalty for each unexplained finding, times the square of its import above 2."""
    share: float = 2.0
    """Weight of the share of the findings that a condition explains, alone."""
    named_now: float = 1.5
    """When the text names the condition itself: often what somebody was told, sometimes a fear."""
    named_past: float = 0.7
    gate_open: float = -1.5
    """A needed finding that nobody asked about."""
    onset: float = 0.8
    span: float = 0.8
    pattern: float = 0.3
    """What a misfitting onset, each step of the span of time, a misfitting pattern takes away."""
    temperature: float = 0.9
    """The scores are divided by this before they become probabilities."""
    other_offset: float = -4.0
    other_share: float = 6.0
    other_count: float = 0.0
    """The mass of *other or not covered*: logistic in the share left unexplained and the number of findings."""


TUNING: Final = Tuning()
