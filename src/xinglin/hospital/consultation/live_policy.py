"""Which way picture and sound go, whether they are recorded and how long they are kept: a table with its reasons."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from xinglin.hospital.consultation.live_words import LiveMode
from xinglin.hospital.consultation.parameters import DATA
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight

SLACK_DAYS = 3
"""Added to what is kept, so that neither a leap day nor a time zone ever makes the law's years shorter."""


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """What is done with a live visit, and why. `fund_asked`, `demanded`: yes, no or any."""

    id: str
    fund_asked: str
    demanded: str
    mode: LiveMode
    recorded: bool
    keep_years: int
    reason: T
    source: T

    def covers(self, *, fund_asked: bool, demanded: bool) -> bool:
        """Whether the row speaks of such a visit."""
        return self.fund_asked in {"any", _word(fund_asked)} and self.demanded in {"any", _word(demanded)}

    def keep_until(self, recorded_at: datetime) -> datetime:
        """Until when a recording of an instant is kept at least."""
        return recorded_at + timedelta(days=366 * self.keep_years + SLACK_DAYS)


def _word(value: bool) -> str:
    return "yes" if value else "no"


@cache
def policies() -> tuple[LivePolicy, ...]:
    """Every row of the table, in order: the first that covers a visit decides."""
    with (DATA / "live_policy.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            LivePolicy(
                id=row["id"],
                fund_asked=row["fund_asked"],
                demanded=row["demanded"],
                mode=LiveMode(row["mode"]),
                recorded=row["recorded"] == "yes",
                keep_years=int(row["keep_years"]),
                reason=T(zh=row["reason_zh"], en=row["reason_en"]),
                source=T(zh=row["source_zh"], en=row["source_en"]),
            )
            for row in csv.DictReader(file)
        )


def policy_for(*, fund_asked: bool, demanded: bool) -> LivePolicy:
    """The row that decides. Raises LookupError when the table has a hole."""
    for policy in policies():
        if policy.covers(fund_asked=fund_asked, demanded=demanded):
            return policy
    raise LookupError(f"no live policy for fund_asked={fund_asked}, demanded={demanded}")


def policy_named(id: str) -> LivePolicy:
    """A row by its id. Raises LookupError."""
    for policy in policies():
        if policy.id == id:
            return policy
    raise LookupError(f"no live policy {id}")


def proof_window(at: datetime, territory: str) -> timedelta:
    """How old a proof of identity may be when a side comes in: the limit that rule A09 reads, of the house's place."""
    value = oversight.limit_in_force("authentication_minutes_max", on=civil_day(at), territory=territory)
    return timedelta(minutes=value or 0)


def proof_is_enough(method: str, at: datetime, territory: str) -> bool:
    """Whether a way of proving identity is enough before a visit: the list that rule A09 reads."""
    known = oversight.knowledge_in_force()
    return known.look_up("authentication_enough", (method,), civil_day(at), territory) is True
