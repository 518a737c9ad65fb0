"""The verbs of the books: open an account, transfer, reserve, post, void. Each joins the caller's transaction.

The caller makes the ids, so that a retry is the same transfer. Post and void decide a whole group (one deed) at once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.ledger.access import MOVE_MONEY
from xinglin.hospital.ledger.entries import DECIDING, Answer, Around, Balance, Entry, Kind, available, judge
from xinglin.hospital.ledger.errors import ANSWERS, AccountDiffers, ReservationUnknown
from xinglin.hospital.ledger.models import Account, Transfer
from xinglin.hospital.ledger.sums import balances_of

DECISION = {Kind.POSTED: "posted", Kind.VOIDED: "voided"}


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """An account by its code; `kind` is fund, person, hospital or outside, `floor_fen` how low it may fall."""

    code: str
    kind: str
    owner_id: UUID | None = None
    floor_fen: int | None = None


@dataclass(frozen=True, slots=True)
class TransferWanted:
    """An amount in fen from one account to another, both by code. `id` is the caller's."""

    id: UUID
    debit: str
    credit: str
    amount_fen: int
    reason: str


def open_accounts(*, actor: Actor, accounts: Collection[AccountWanted], now: datetime) -> dict[str, UUID]:
    """Open those that do not exist yet; returns the id of each by code. Raises AccountDiffers."""
    require(actor, MOVE_MONEY)
    rows = _accounts(account.code for account in accounts)
    missing = [a for a in accounts if a.code not in rows]
    if missing:
        Account.objects.bulk_create(
            [Account(id=new_id(), code=a.code, kind=a.kind, owner_id=a.owner_id, floor_fen=a.floor_fen, opened_at=now)
             for a in missing],
            ignore_conflicts=True,
        )  # fmt: skip
        rows = _accounts(account.code for account in accounts)
    for account in accounts:
        row = rows[account.code]
        if (row.kind, row.owner_id, row.floor_fen) != (account.kind, account.owner_id, account.floor_fen):
            raise AccountDiffers(account=account.code)
    return {code: row.id for code, row in rows.items()}


def _accounts(codes: Iterable[str]) -> dict[str, Account]:
    return {row.code: row for row in Account.objects.filter(code__in=set(codes))}


@transaction.atomic
def transfer(*, actor: Actor, group_id: UUID, transfers: Sequence[TransferWanted], now: datetime) -> None:
    """Move money at once. Raises the refusals of `ledger.errors`; then nothing is written."""
    _write(actor, [_entry(t, Kind.DIRECT, group_id, None, ids) for t, ids in _named(transfers)], now)


@transaction.atomic
def reserve(
    *, actor: Actor, group_id: UUID, transfers: Sequence[TransferWanted], expires_at: datetime, now: datetime
) -> None:
    """Hold money back for a deed until it is posted or voided; after `expires_at` a sweeper looks after it.

    An expired reservation still holds: only posting or voiding ends it, so that no money is promised twice.
    """
    _write(actor, [_entry(t, Kind.PENDING, group_id, expires_at, ids) for t, ids in _named(transfers)], now)


@transaction.atomic
def post(*, actor: Actor, group_id: UUID, now: datetime) -> int:
    """Let everything that the group reserved move; returns how many transfers that are. Done twice it is done once.

    Raises AlreadyVoided, ReservationUnknown.
    """
    return _decide(actor, group_id, Kind.POSTED, now)


@transaction.atomic
def void(*, actor: Actor, group_id: UUID, now: datetime) -> int:
    """Let go of everything that the group reserved. Done twice it is done once.

    Raises AlreadyPosted, ReservationUnknown.
    """
    return _decide(actor, group_id, Kind.VOIDED, now)


def _named(transfers: Sequence[TransferWanted]) -> Iterable[tuple[TransferWanted, dict[str, UUID]]]:
    """Each transfer with the ids of the accounts. An unknown code is a fault of the caller: KeyError."""
    rows = _accounts(code for t in transfers for code in (t.debit, t.credit))
    ids = {code: row.id for code, row in rows.items()}
    return [(t, ids) for t in transfers]


def _entry(
    wanted: TransferWanted, kind: Kind, group_id: UUID, expires_at: datetime | None, ids: dict[str, UUID]
) -> Entry:
    return Entry(
        id=wanted.id,
        kind=kind,
        debit=ids[wanted.debit],
        credit=ids[wanted.credit],
        amount_fen=wanted.amount_fen,
        group=group_id,
        reason=wanted.reason,
        expires_at=expires_at,
    )


def _decide(actor: Actor, group_id: UUID, kind: Kind, now: datetime) -> int:
    # The reservations are locked in the order of their ids, so that two deciders queue up instead of meeting.
    held = list(
        Transfer.objects.select_for_update(no_key=True).filter(group_id=group_id, kind=Kind.PENDING).order_by("id")
    )
    if not held:
        raise ReservationUnknown
    entries = [
        Entry(
            id=uuid5(row.id, DECISION[kind]),
            kind=kind,
            debit=row.debit_id,
            credit=row.credit_id,
            amount_fen=row.amount_fen,
            group=group_id,
            reason=row.reason,
            pending=row.id,
        )
        for row in held
    ]
    _write(actor, entries, now)
    return len(entries)


def _write(actor: Actor, entries: Sequence[Entry], now: datetime) -> None:
    """Check access, gather, judge one after the other, write what is new."""
    require(actor, MOVE_MONEY)
    floors = _lock_floors(entries)
    same = {row.id: row.entry() for row in Transfer.objects.filter(id__in=[e.id for e in entries])}
    reservations = [e.pending for e in entries if e.pending is not None]
    pending = {row.id: row.entry() for row in Transfer.objects.filter(id__in=reservations)} if reservations else {}
    decided = _decisions(reservations)
    held = balances_of(floors) if floors else {}
    new: list[Entry] = []
    for entry in entries:
        around = Around(
            same=same.get(entry.id),
            pending=pending.get(entry.pending) if entry.pending else None,
            decision=decided.get(entry.pending) if entry.pending else None,
            available_fen=available(held, entry.debit, floors.get(entry.debit)),
        )
        answer = judge(entry, around)
        if answer is Answer.ALREADY_THERE:
            continue
        if answer is not Answer.WRITE:
            missing = entry.amount_fen - (around.available_fen or 0)
            raise ANSWERS[answer](id=entry.id, missing_fen=missing)
        new.append(entry)
        same[entry.id] = entry
        held = _after(held, entry)
    Transfer.objects.bulk_create([_row(actor, entry, now) for entry in new])


def _lock_floors(entries: Sequence[Entry]) -> dict[UUID, int]:
    """The floors of the accounts that money would leave, locked in the order of their ids.

    Without the lock two transfers could each see enough money and together take too much. Accounts without a floor
    (funds, the hospital, the outside) are never locked: they would queue the whole city.
    """
    leaving = {e.debit for e in entries if e.kind not in DECIDING}
    if not leaving:
        return {}
    limited = Account.objects.filter(id__in=leaving, floor_fen__isnull=False).order_by("id")
    rows = limited.select_for_update(no_key=True).values_list("id", "floor_fen")
    return {account: floor for account, floor in rows if floor is not None}


def _decisions(reservations: Sequence[UUID]) -> dict[UUID, Entry]:
    if not reservations:
        return {}
    rows = Transfer.objects.filter(pending_id__in=reservations)
    return {row.pending_id: row.entry() for row in rows if row.pending_id is not None}


def _after(held: dict[UUID, Balance], entry: Entry) -> dict[UUID, Balance]:
    """The balances of limited accounts after one more transfer, so that a batch cannot overdraw together."""
    if entry.kind in DECIDING or entry.debit not in held:
        return held
    b = held[entry.debit]
    direct = entry.kind is Kind.DIRECT
    return held | {
        entry.debit: Balance(
            b.credits_fen,
            b.debits_fen + (entry.amount_fen if direct else 0),
            b.credits_reserved_fen,
            b.debits_reserved_fen + (0 if direct else entry.amount_fen),
        )
    }


def _row(actor: Actor, entry: Entry, now: datetime) -> Transfer:
    return Transfer(
        id=entry.id,
        kind=entry.kind,
        debit_id=entry.debit,
        credit_id=entry.credit,
        amount_fen=entry.amount_fen,
        group_id=entry.group,
        reason=entry.reason,
        pending_id=entry.pending,
        expires_at=entry.expires_at,
        at=now,
        by_id=actor.id,
        by_label=actor.label[:120],
    )
