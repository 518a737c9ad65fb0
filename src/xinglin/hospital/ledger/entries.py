"""The arithmetic of the books, pure: what a transfer does to balances, and whether it may be written.

Money flows from `debit` to `credit`. What an account holds is credits minus debits; every transfer adds to one account
what it takes from another, so the sum over all accounts is zero.

| kind    | posted balance | reserved                      | refers to |
| ------- | -------------- | ----------------------------- | --------- |
| direct  | moves          | –                             | –         |
| pending | –              | held back at the debit side   | –         |
| posted  | moves          | the reservation ends          | a pending |
| voided  | –              | the reservation ends          | a pending |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What a transfer does."""

    DIRECT = "direct"
    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"


DECIDING = frozenset({Kind.POSTED, Kind.VOIDED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One transfer. `group` is the deed to which it belongs, `pending` the reservation that it decides."""

    id: UUID
    kind: Kind
    debit: UUID
    credit: UUID
    amount_fen: int
    group: UUID
    reason: str
    pending: UUID | None = None
    expires_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of one account in fen: what came and went, and what is reserved to come and to go."""

    credits_fen: int = 0
    debits_fen: int = 0
    credits_reserved_fen: int = 0
    debits_reserved_fen: int = 0

    @property
    def posted_fen(self) -> int:
        """What the account holds."""
        return self.credits_fen - self.debits_fen

    @property
    def available_fen(self) -> int:
        """What may still leave it: what it holds without what is reserved to go. Reserved arrivals do not count."""
        return self.posted_fen - self.debits_reserved_fen


NOTHING = Balance()


def balances(entries: Iterable[Entry]) -> dict[UUID, Balance]:
    """The balance of every account that appears in a history."""
    found: dict[UUID, Balance] = {}
    for entry in entries:
        moved = entry.amount_fen if entry.kind in {Kind.DIRECT, Kind.POSTED} else 0
        held = entry.amount_fen * {Kind.PENDING: 1, Kind.DIRECT: 0}.get(entry.kind, -1)
        out, into = found.get(entry.debit, NOTHING), found.get(entry.credit, NOTHING)
        found[entry.debit] = Balance(
            out.credits_fen, out.debits_fen + moved, out.credits_reserved_fen, out.debits_reserved_fen + held
        )
        found[entry.credit] = Balance(
            into.credits_fen + moved, into.debits_fen, into.credits_reserved_fen + held, into.debits_reserved_fen
        )
    return found


class Answer(StrEnum):
    """What is to be done with a transfer. The refusals stand in their order of precedence."""

    WRITE = "write"
    ALREADY_THERE = "already_there"
    ID_REUSED = "id_reused"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    ONE_ACCOUNT = "one_account"
    PENDING_UNKNOWN = "pending_unknown"
    NOT_A_RESERVATION = "not_a_reservation"
    DIFFERS_FROM_RESERVATION = "differs_from_reservation"
    ALREADY_POSTED = "already_posted"
    ALREADY_VOIDED = "already_voided"
    OVERDRAWN = "overdrawn"


@dataclass(frozen=True, slots=True)
class Around:
    """What has to be known to answer: the row with the same id, the reservation, its decision, what may leave.

    `available_fen` is None for an account without a floor; else what may leave before the floor is reached.
    """

    same: Entry | None = None
    pending: Entry | None = None
    decision: Entry | None = None
    available_fen: int | None = None


def judge(entry: Entry, around: Around) -> Answer:
    """Whether a transfer may be written: one condition a line, the first that holds answers."""
    if around.same is not None:
        return Answer.ALREADY_THERE if around.same == entry else Answer.ID_REUSED
    if entry.amount_fen <= 0:
        return Answer.AMOUNT_NOT_POSITIVE
    if entry.debit == entry.credit:
        return Answer.ONE_ACCOUNT
    if entry.kind in DECIDING:
        return _judge_decision(entry, around)
    if around.available_fen is not None and entry.amount_fen > around.available_fen:
        return Answer.OVERDRAWN
    return Answer.WRITE


def _judge_decision(entry: Entry, around: Around) -> Answer:
    if around.pending is None:
        return Answer.PENDING_UNKNOWN
    if around.pending.kind is not Kind.PENDING:
        return Answer.NOT_A_RESERVATION
    if _core(entry) != _core(around.pending):
        return Answer.DIFFERS_FROM_RESERVATION
    if around.decision is None:
        return Answer.WRITE
    if around.decision.kind is entry.kind:
        return Answer.ALREADY_THERE
    return Answer.ALREADY_POSTED if around.decision.kind is Kind.POSTED else Answer.ALREADY_VOIDED


def _core(entry: Entry) -> tuple[UUID, UUID, int, UUID]:
    return entry.debit, entry.credit, entry.amount_fen, entry.group


def available(held: Mapping[UUID, Balance], account: UUID, floor_fen: int | None) -> int | None:
    """What may still leave an account before its floor is reached; None when it has no floor."""
    if floor_fen is None:
        return None
    return held.get(account, NOTHING).available_fen - floor_fen
