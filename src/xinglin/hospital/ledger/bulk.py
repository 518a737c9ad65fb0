"""Load accounts and transfers of the past by COPY, for the demo city and for imports. The database judges the rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.copying import copy_rows
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.ledger.entries import Kind
from xinglin.hospital.ledger.models import Account, Transfer
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted

ACCOUNT = ("id", "code", "kind", "owner_id", "floor_fen", "opened_at")
TRANSFER = (
    "id", "kind", "debit_id", "credit_id", "amount_fen", "group_id", "reason", "pending_id", "expires_at", "at",
    "by_id", "by_label",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastTransfer:
    """A transfer that took place, with the deed to which it belongs."""

    wanted: TransferWanted
    group_id: UUID
    at: datetime


def load_accounts(*, rows: Iterable[AccountWanted], at: datetime) -> dict[str, UUID]:
    """Open accounts that do not exist yet; returns the id of each by code. One code may come more than once."""
    made = {row.code: (new_id(), row) for row in rows}
    copy_rows(
        Account,
        ACCOUNT,
        ((key, row.code, row.kind, row.owner_id, row.floor_fen, at) for key, row in made.values()),
    )
    return {code: key for code, (key, _) in made.items()}


def load_transfers(*, rows: Iterable[PastTransfer], accounts: Mapping[str, UUID], actor: Actor) -> int:
    """Load direct transfers in the order of time, so that no account falls below its floor on the way."""
    return copy_rows(
        Transfer,
        TRANSFER,
        (
            (
                r.wanted.id, Kind.DIRECT.value, accounts[r.wanted.debit], accounts[r.wanted.credit],
                r.wanted.amount_fen, r.group_id, r.wanted.reason, None, None, r.at, actor.id, actor.label,
            )
            for r in rows
        ),
    )  # fmt: skip
