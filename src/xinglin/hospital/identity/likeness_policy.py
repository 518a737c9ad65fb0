"""What is asked of whom before what: rows of data/likeness_policy.csv. Limits of similarity are the engine's own."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from xinglin.hospital.kernel.texts import T

TABLE = Path(__file__).parent / "data" / "likeness_policy.csv"
A09 = "A09"
"""In the column of minutes: as rule A09 says."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One row. The last three sets are added to `methods` for whom they fit.

    `methods` suffice for anyone; `with_alternative` for whom a person has allowed another way, `unenrolled` for who has
    no accepted face, `without_models` where this server cannot verify faces. `window` is how old a proof may be;
    None: what rule A09 says (the limit authentication_minutes_max), so that it is changed in one place.
    """

    purpose: str
    side: str
    methods: frozenset[str]
    with_alternative: frozenset[str]
    unenrolled: frozenset[str]
    without_models: frozenset[str]
    window: timedelta | None
    tries: int
    says: T
    source: T

    def enough(self, *, enrolled: bool, alternative: bool, models: bool) -> frozenset[str]:
        """The methods of proof that suffice."""
        found = self.methods
        if alternative:
            found |= self.with_alternative
        if not enrolled:
            found |= self.unenrolled
        if not models:
            found |= self.without_models
        return found


@cache
def _rows() -> dict[tuple[str, str], Policy]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["purpose"], row["side"]): _policy(row) for row in csv.DictReader(file)}


def _policy(row: dict[str, str]) -> Policy:
    return Policy(
        purpose=row["purpose"],
        side=row["side"],
        methods=frozenset(row["methods"].split()),
        with_alternative=frozenset(row["with_alternative"].split()),
        unenrolled=frozenset(row["unenrolled"].split()),
        without_models=frozenset(row["without_models"].split()),
        window=None if row["window_minutes"] == A09 else timedelta(minutes=int(row["window_minutes"])),
        tries=int(row["tries"]),
        says=T(zh=row["says_zh"], en=row["says_en"]),
        source=T(zh=row["source_zh"], en=row["source_en"]),
    )


@cache
def compared_sides() -> frozenset[str]:
    """The sides whose new faces are compared with the others of the side: the column `compared` of enrolment."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["purpose"] == "register"]
    return frozenset(row["side"] for row in rows if row["compared"] == "yes")


def policy(purpose: str, side: str) -> Policy:
    """The row for a purpose and a side, 'patient' or 'staff'. Raises KeyError for a purpose without a row."""
    return _rows()[purpose, side]
