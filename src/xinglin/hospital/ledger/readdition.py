"""A second addition of the whole books that shares no code with the ledger: raw rows, a dictionary and plus and minus.

It is slow on purpose and believes nothing: no constraint, no trigger, not the pure entries. It runs nightly.
"""

from dataclasses import dataclass, field

from django.db import connection

PAGE = 5000


@dataclass(slots=True)
class Readdition:
    """What the second addition found. `problems` names at most twenty rows, in words for the operator's log."""

    accounts: int = 0
    transfers: int = 0
    sum_fen: int = 0
    open_fen: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        """Whether nothing is wrong."""
        return self.sum_fen == 0 and not self.problems


def add_again() -> Readdition:
    """Read every account and every transfer once and add."""
    found = Readdition()
    purse: dict[str, int] = {}
    floor: dict[str, int] = {}
    waiting: dict[str, tuple[str, str, int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text, floor_fen FROM ledger_account")
        for account, least in cursor.fetchall():
            purse[account] = 0
            if least is not None:
                floor[account] = least
        cursor.execute(
            "SELECT id::text, kind, debit_id::text, credit_id::text, amount_fen, group_id::text, pending_id::text "
            "FROM ledger_transfer ORDER BY pending_id IS NOT NULL"
        )
        while rows := cursor.fetchmany(PAGE):
            for row in rows:
                _one(found, purse, waiting, row)
    found.accounts = len(purse)
    found.sum_fen = sum(purse.values())
    found.open_fen = sum(amount for _, _, amount, _ in waiting.values())
    for account, least in floor.items():
        if purse[account] < least:
            found.problems.append(f"account {account} holds {purse[account]}, below its floor {least}")
    del found.problems[20:]
    return found


def _one(
    found: Readdition,
    purse: dict[str, int],
    waiting: dict[str, tuple[str, str, int, str]],
    row: tuple[str, str, str, str, int, str, str | None],
) -> None:
    name, kind, source, target, amount, deed, reserved = row
    found.transfers += 1
    if amount <= 0 or source == target:
        found.problems.append(f"transfer {name} moves nothing")
    if kind == "pending":
        waiting[name] = (source, target, amount, deed)
        return
    if reserved is not None and waiting.pop(reserved, None) != (source, target, amount, deed):
        found.problems.append(f"transfer {name} decides no open reservation like it")
    if kind in ("direct", "posted"):
        purse[source] = purse[source] - amount
        purse[target] = purse[target] + amount
