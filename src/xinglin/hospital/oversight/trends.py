"""Findings and their money by month and family of rules; a core counts once, in the month of its first verdict."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.oversight import access

BY_MONTH = """
SELECT date_trunc('month', first.at AT TIME ZONE 'Asia/Shanghai')::date, left(first.rule, 1), count(*),
  coalesce(sum(first.excess_fen), 0), coalesce(sum(first.fund_loss_fen), 0), count(first.fund_loss_fen),
  coalesce(sum(cases.upheld_fen), 0)
FROM (
  SELECT institution_id, rule, subject, core_hash, min(at) AS at, max(excess_fen) AS excess_fen,
    max(fund_loss_fen) AS fund_loss_fen
  FROM oversight_verdict
  WHERE outcome = 'finding' AND consequence <> 'shadow' AND (%s OR institution_id = ANY(%s))
  GROUP BY 1, 2, 3, 4
) first
LEFT JOIN oversight_finding_case cases USING (institution_id, rule, subject, core_hash)
WHERE (first.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %s AND %s
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Trend:
    """One month of one family: findings, money in breach, the fund's loss as an audit settled it again (for how many
    findings that was done), and what decisions say is to go back. In fen.
    """

    month: date
    family: str
    findings: int
    breach_fen: int
    loss_fen: int
    settled_again: int
    owed_fen: int


def trends(*, actor: Actor, from_on: date, until_on: date) -> list[Trend]:
    """The months in which something was found, by family, in the actor's institutions; a regulator's are all."""
    require(actor, access.READ_FINDINGS)
    everywhere = actor.has(Role.REGULATOR, Role.SYSTEM)
    given: list[Any] = [everywhere, list(actor.institution_ids), from_on, until_on]
    with connection.cursor() as cursor:
        cursor.execute(BY_MONTH, given)
        return [
            Trend(month, family, count, int(breach), int(loss), again, int(owed))
            for month, family, count, breach, loss, again, owed in cursor.fetchall()
        ]
