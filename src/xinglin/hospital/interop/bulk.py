"""Load the demonstration insurer's copy of settlements of the past by COPY, so that its days agree with ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from xinglin.hospital.interop.models import InsurerEntry
from xinglin.hospital.kernel.copying import copy_rows
from xinglin.hospital.kernel.ids import new_id

ENTRY = (
    "id", "kind", "claim_id", "person_id", "institution_id", "on", "reference", "effects", "total_fen", "fund_fen",
    "account_fen", "cash_fen", "at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastEntry:
    """A settlement as the insurer kept it. What it used counts in the opening that the insurer takes over later."""

    claim_id: UUID
    person_id: UUID
    institution_id: UUID
    on: date
    reference: str
    total_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int
    at: datetime


def load_insurer_entries(*, rows: Iterable[PastEntry]) -> int:
    """Load settlements of the past into the insurer's copy."""
    return copy_rows(
        InsurerEntry,
        ENTRY,
        (
            (
                new_id(), "settle", r.claim_id, r.person_id, r.institution_id, r.on, r.reference, Jsonb([]),
                r.total_fen, r.fund_fen, r.account_fen, r.cash_fen, r.at,
            )
            for r in rows
        ),
    )  # fmt: skip
