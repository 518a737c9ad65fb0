"""What was paid, by day or month and by payer: sums without persons; our own settlements and those reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.settlement.access import SEE_RECONCILIATION

OWN = """
SELECT date_trunc(%s, at AT TIME ZONE 'Asia/Shanghai')::date, sum(total_fen), sum(fund_fen), sum(hospital_fen),
       sum(account_fen + family_account_fen), sum(cash_fen),
       count(*) FILTER (WHERE reverses_id IS NULL), count(*) FILTER (WHERE reverses_id IS NOT NULL)
FROM settlement_settlement
WHERE (at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %s AND %s AND (%s OR institution_id = ANY(%s))
GROUP BY 1
"""
REPORTED = """
SELECT date_trunc(%s, settled_at AT TIME ZONE 'Asia/Shanghai')::date, sum(total_fen), sum(fund_fen), sum(hospital_fen),
       sum(account_fen), sum(cash_fen), count(DISTINCT claim_id), 0
FROM settlement_reported_claim
WHERE (settled_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %s AND %s AND (%s OR institution_id = ANY(%s))
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Spending:
    """One day or month (its first day). Amounts are net of what was taken back; `account_fen` has the family's too."""

    on: date
    total_fen: int = 0
    fund_fen: int = 0
    hospital_fen: int = 0
    account_fen: int = 0
    cash_fen: int = 0
    claims: int = 0
    reversed: int = 0

    def plus(self, *figures: int) -> "Spending":
        """The same day with more figures added, in the order of the fields."""
        own = (self.total_fen, self.fund_fen, self.hospital_fen, self.account_fen, self.cash_fen)
        whole = (*own, self.claims, self.reversed)
        return Spending(self.on, *(mine + int(more) for mine, more in zip(whole, figures, strict=True)))


def spending(
    *,
    actor: Actor,
    from_on: date,
    until_on: date,
    step: Literal["day", "month"] = "day",
    institution_id: UUID | None = None,
) -> Sequence[Spending]:
    """Days or months with payments, in order, of the actor's institutions or one of them; none for a foreign one."""
    require(actor, SEE_RECONCILIATION)
    everywhere = actor.has(Role.SYSTEM) and institution_id is None
    places = [place for place in actor.institution_ids if institution_id in {None, place}]
    given: list[Any] = [step, from_on, until_on, everywhere, places]
    found: dict[date, Spending] = {}
    with connection.cursor() as cursor:
        for statement in (OWN, REPORTED):
            cursor.execute(statement, given)
            for on, *figures in cursor.fetchall():
                found[on] = found.get(on, Spending(on)).plus(*figures)
    return [found[on] for on in sorted(found)]
