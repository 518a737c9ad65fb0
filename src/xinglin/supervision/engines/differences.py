"""The ledger of known differences between the engines.

A difference that nobody can mend at once is written down here with its reason, and the comparison of the engines then
passes over it. For verdicts the ledger is empty and a test says so: an engine that says otherwise than the reference is
wrong. What the engines beneath read differently, and how it is written so that they cannot, is told in
docs/explanation/surprises.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xinglin.supervision.verdicts import Words


@dataclass(frozen=True, slots=True)
class Difference:
    """One truce: which engine says what otherwise, and why it cannot be mended yet."""

    engine: str
    rule: str
    what: Words
    reason: Words


VERDICTS: Final[tuple[Difference, ...]] = ()
"""Verdicts on which an engine and the reference may differ: none."""
