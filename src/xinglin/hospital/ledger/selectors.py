"""Questions about the books. Callers are the system's own modules, which decide whose account may be asked about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.ledger.access import READ_BOOKS
from xinglin.hospital.ledger.entries import Balance, Kind
from xinglin.hospital.ledger.models import Account, Transfer
from xinglin.hospital.ledger.readdition import Readdition, add_again
from xinglin.hospital.ledger.sums import balances_of

__all__ = ["Balance", "Movement", "Readdition", "balances", "books_add_up", "expired_groups", "movements"]


def balances(*, actor: Actor, codes: Collection[str]) -> dict[str, Balance]:
    """The balance of each account by code; zeros for an account that was never opened."""
    require(actor, READ_BOOKS)
    ids = dict(Account.objects.filter(code__in=codes).values_list("code", "id"))
    found = balances_of(ids.values()) if ids else {}
    return {code: found[ids[code]] if code in ids else Balance() for code in codes}


@dataclass(frozen=True, slots=True)
class Movement:
    """One transfer as people read it. `decided` is posted, voided or empty."""

    id: UUID
    kind: str
    debit: str
    credit: str
    amount_fen: int
    reason: str
    at: datetime
    decided: str


def movements(*, actor: Actor, group_id: UUID) -> list[Movement]:
    """Every transfer of a deed, decisions folded into their reservations, in the order of writing."""
    require(actor, READ_BOOKS)
    rows = Transfer.objects.filter(group_id=group_id).select_related("debit", "credit").order_by("at", "id")
    decisions = {row.pending_id: row.kind for row in rows if row.pending_id is not None}
    return [
        Movement(
            id=row.id,
            kind=row.kind,
            debit=row.debit.code,
            credit=row.credit.code,
            amount_fen=row.amount_fen,
            reason=row.reason,
            at=row.at,
            decided=decisions.get(row.id, ""),
        )
        for row in rows
        if row.pending_id is None
    ]


def expired_groups(*, actor: Actor, now: datetime, limit: int = 200) -> list[UUID]:
    """Deeds whose reservation has expired and was neither posted nor voided, the oldest first."""
    require(actor, READ_BOOKS)
    rows = Transfer.objects.filter(kind=Kind.PENDING, expires_at__lte=now, decision__isnull=True)
    return list(dict.fromkeys(rows.order_by("expires_at").values_list("group_id", flat=True)[:limit]))


def books_add_up(*, actor: Actor) -> Readdition:
    """Add the whole books up again, by a way that shares no code with writing them."""
    require(actor, READ_BOOKS)
    return add_again()
