"""Which prescriptions of a month are commented: how many, and which ones by a seed. Pure.

医院处方点评管理规范（试行）, 卫医管发〔2010〕28号, on sampling (from memory): at least one in a thousand outpatient and
emergency prescriptions and at least 100 a month; at least one in a hundred discharge records and at least 30 a month.
Where there are fewer, all of them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

LAW = "医院处方点评管理规范（试行），卫医管发〔2010〕28号"


@dataclass(frozen=True, slots=True)
class Rule:
    """The least share, as one in so many, and the least number."""

    one_in: int
    least: int

    def size(self, population: int) -> int:
        """How many of a population are to be commented: the larger of share and number, at most all."""
        share = -(-population // self.one_in)
        return min(population, max(share, self.least))


OUTPATIENT = Rule(one_in=1000, least=100)
DISCHARGED = Rule(one_in=100, least=30)
"""For houses with beds; an internet hospital has none, and its desk draws no such sample."""


def draw(ids: Iterable[UUID], seed: str, size: int) -> list[UUID]:
    """The sample: the `size` ids whose SHA-256 under the seed is least. Anybody with ids and seed draws the same."""
    return sorted(set(ids), key=lambda one: (_place(seed, one), one))[:size]


def _place(seed: str, one: UUID) -> str:
    return hashlib.sha256(f"{seed}:{one}".encode()).hexdigest()


def fingerprint(ids: Iterable[UUID]) -> str:
    """What the seed was applied to: SHA-256 of the ids in order, one a line."""
    return hashlib.sha256("\n".join(str(one) for one in sorted(set(ids))).encode()).hexdigest()
