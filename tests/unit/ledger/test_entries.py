"""The pure books: a table of answers in their order of precedence, and zero after any history."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.hospital.ledger.entries import Answer, Around, Balance, Entry, Kind, available, balances, judge


def uid(n: int) -> UUID:
    return UUID(int=n)


def an_entry(n: int = 1, kind: str = "direct", debit: int = 11, credit: int = 12, amount: int = 100,
             pending: int | None = None, group: int = 50) -> Entry:  # fmt: skip
    return Entry(
        uid(n), Kind(kind), uid(debit), uid(credit), amount, uid(group), "test", uid(pending) if pending else None
    )


HELD = an_entry(7, "pending")
TABLE = [
    # entry, around, answer
    (an_entry(), Around(), "write"),
    (an_entry(), Around(same=an_entry()), "already_there"),
    (an_entry(), Around(same=an_entry(amount=99)), "id_reused"),
    (an_entry(amount=0), Around(same=an_entry()), "id_reused"),
    (an_entry(amount=0), Around(), "amount_not_positive"),
    (an_entry(amount=-1, credit=11), Around(), "amount_not_positive"),
    (an_entry(credit=11), Around(), "one_account"),
    (an_entry(credit=11), Around(available_fen=0), "one_account"),
    (an_entry(), Around(available_fen=100), "write"),
    (an_entry(), Around(available_fen=99), "overdrawn"),
    (an_entry(kind="pending"), Around(available_fen=99), "overdrawn"),
    (an_entry(kind="posted", pending=7), Around(), "pending_unknown"),
    (an_entry(kind="posted", pending=7), Around(pending=an_entry(7)), "not_a_reservation"),
    (an_entry(kind="posted", pending=7, amount=99), Around(pending=HELD), "differs_from_reservation"),
    (an_entry(kind="posted", pending=7, group=51), Around(pending=HELD), "differs_from_reservation"),
    (an_entry(kind="voided", pending=7, debit=12, credit=11), Around(pending=HELD), "differs_from_reservation"),
    (an_entry(kind="posted", pending=7), Around(pending=HELD), "write"),
    (an_entry(kind="posted", pending=7), Around(pending=HELD, available_fen=0), "write"),
    (an_entry(kind="posted", pending=7), Around(pending=HELD, decision=an_entry(8, "posted")), "already_there"),
    (an_entry(kind="posted", pending=7), Around(pending=HELD, decision=an_entry(8, "voided")), "already_voided"),
    (an_entry(kind="voided", pending=7), Around(pending=HELD, decision=an_entry(8, "posted")), "already_posted"),
]


@pytest.mark.parametrize(("entry", "around", "answer"), TABLE)
def test_the_table_of_answers(entry: Entry, around: Around, answer: str) -> None:
    assert judge(entry, around) is Answer(answer)


def test_what_a_transfer_does_to_balances() -> None:
    history = [an_entry(1), an_entry(2, "pending", amount=30), an_entry(3, "pending", amount=20)]
    assert balances(history)[uid(11)] == Balance(0, 100, 0, 50)
    assert balances(history)[uid(11)].available_fen == -150
    history += [an_entry(4, "posted", amount=30, pending=2), an_entry(5, "voided", amount=20, pending=3)]
    assert balances(history)[uid(11)] == Balance(0, 130, 0, 0)
    assert balances(history)[uid(12)] == Balance(130, 0, 0, 0)


def test_what_may_still_leave() -> None:
    held = {uid(1): Balance(500, 100, 0, 50)}
    assert available(held, uid(1), None) is None
    assert available(held, uid(1), 0) == 350
    assert available(held, uid(1), -50) == 400
    assert available(held, uid(2), 0) == 0


MOVES = st.tuples(
    st.sampled_from(["direct", "pending", "posted", "voided"]),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(-5, 200),
    st.integers(1, 30),
)


@given(st.lists(MOVES, max_size=30))
def test_after_any_history_the_sum_is_zero_and_no_floor_is_passed(moves: list[tuple[str, int, int, int, int]]) -> None:
    floors = {uid(1): 0, uid(2): -100}
    history: list[Entry] = []
    for number, (kind, debit, credit, amount, target) in enumerate(moves, start=1):
        by_id = {e.id: e for e in history}
        pending = by_id.get(uid(target)) if kind in ("posted", "voided") else None
        entry = Entry(
            uid(number), Kind(kind), *((pending.debit, pending.credit, pending.amount_fen) if pending else
                                       (uid(debit), uid(credit), amount)),
            uid(50), "test", uid(target) if kind in ("posted", "voided") else None,
        )  # fmt: skip
        decision = next((e for e in history if e.pending == entry.pending), None) if entry.pending else None
        free = available(balances(history), entry.debit, floors.get(entry.debit))
        if judge(entry, Around(None, pending, decision, free)) is Answer.WRITE:
            history.append(entry)
    held = balances(history)
    assert sum(b.posted_fen for b in held.values()) == 0
    assert sum(b.credits_reserved_fen for b in held.values()) == sum(b.debits_reserved_fen for b in held.values())
    assert all(min(b.debits_reserved_fen, b.credits_reserved_fen) >= 0 for b in held.values())
    assert all(held[a].available_fen >= floor for a, floor in floors.items() if a in held)
    decided = [e.pending for e in history if e.pending]
    assert len(decided) == len(set(decided))
