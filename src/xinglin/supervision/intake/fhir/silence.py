"""What is taken for granted where a FHIR export is silent, so that it can be judged at all.

An export of clinical records says nothing of insurance and often not how long a supply lasts. Each term here is stated
and counted in the manifest and in the report as an assumption, and `--assume none` leaves all of them out: the facts
then stay unknown. A term never stands above what a resource says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xinglin.supervision.facts.lake import column_name, table_columns
from xinglin.supervision.verdicts import Words

DAYS: Final = 30
"""How long an order lasts that says nothing of it; a usual prescription of a chronic disease is for a month."""
NATION: Final = "100000"
"""No place: only what holds in the whole country."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A fact, the value that it is given as SQL over the joined row, how that reads, and why."""

    path: str
    sql: str
    shown: str
    why: Words


TERMS: Final = (
    Silence(
        "encounter.fund_asked",
        "true",
        "true",
        Words("没有写明自费的，按向基金申请支付", "who does not say that it was at own cost asked the fund"),
    ),
    Silence(
        "item.fund_asked",
        "true",
        "true",
        Words("没有写明自费的，按向基金申请支付", "who does not say that it was at own cost asked the fund"),
    ),
    Silence(
        "coverage.ended",
        "false",
        "false",
        Words("没有停保记录", "no end of the insurance is recorded"),
    ),
    Silence(
        "line.days",
        "t.assumed_days",
        f"≤ {DAYS}",
        Words(
            f"没有写明天数的医嘱自开具日起{DAYS}天；已停止或完成的，至同一成分再次开具之日为止；住院期间的医嘱至出院为止",
            f"an order that states no duration lasts {DAYS} days from the day it was written; one that was stopped or "
            "completed no longer than until the same substances were ordered again; one of a stay until its end",
        ),
    ),
    Silence(
        "item.supply_days",
        "t.assumed_days",
        f"≤ {DAYS}",
        Words("与所供药品的医嘱相同", "as the order that it supplies"),
    ),
    Silence(
        "item.exception_reason",
        "false",
        "false",
        Words("没有记录例外理由", "no reason for an exception is recorded"),
    ),
    Silence(
        "line.intended_combination",
        "false",
        "false",
        Words("没有注明有意联用", "no doubling is marked as meant"),
    ),
)
PLACE: Final = Words(
    "没有指定行政区划：只用全国规定，并按运行当日的法律判断所有日期；指定行政区划后按各日的法律判断",
    "no place was named: only what holds in the whole country, and every day by the law of the day of the run; with a "
    "place each day is judged by its own law",
)


def fallbacks(table: str) -> dict[str, str]:
    """For a table of the lake: columns and the SQL of what they are given where the export is silent."""
    columns = {column.path for column in table_columns(table)}
    return {column_name(term.path): term.sql for term in TERMS if term.path in columns}
