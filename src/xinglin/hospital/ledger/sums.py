"""Balances summed by the database: one pass over the transfers of the asked accounts."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from xinglin.hospital.ledger.entries import Balance

SQL = """
SELECT account, sum(came), sum(went), sum(will_come), sum(will_go) FROM (
  SELECT credit_id AS account,
         CASE WHEN kind IN ('direct', 'posted') THEN amount_fen ELSE 0 END AS came, 0 AS went,
         CASE kind WHEN 'pending' THEN amount_fen WHEN 'direct' THEN 0 ELSE -amount_fen END AS will_come, 0 AS will_go
    FROM ledger_transfer WHERE credit_id = ANY(%(ids)s)
  UNION ALL
  SELECT debit_id, 0, CASE WHEN kind IN ('direct', 'posted') THEN amount_fen ELSE 0 END, 0,
         CASE kind WHEN 'pending' THEN amount_fen WHEN 'direct' THEN 0 ELSE -amount_fen END
    FROM ledger_transfer WHERE debit_id = ANY(%(ids)s)
) AS sides GROUP BY account
"""


def balances_of(accounts: Collection[UUID]) -> dict[UUID, Balance]:
    """The balance of each account; zeros for one without transfers."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"ids": list(accounts)})
        found = {row[0]: Balance(*(int(value) for value in row[1:])) for row in cursor.fetchall()}
    return {account: found.get(account, Balance()) for account in accounts}
