"""The books in the database: reserve, post, void, retry, race; and what the database refuses to anybody."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.hospital.kernel.access import ANONYMOUS, Actor, Role, system_actor
from xinglin.hospital.kernel.errors import DomainError, NotAllowed
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.ledger import errors, selectors, services
from xinglin.hospital.ledger.models import Account, Transfer
from xinglin.hospital.ledger.readdition import add_again
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=2)
CASHIER = system_actor("cashier")
ACCOUNTS = [
    AccountWanted("outside", "outside"),
    AccountWanted("fund", "fund"),
    AccountWanted("hospital", "hospital"),
    AccountWanted("purse", "person", owner_id=UUID(int=9), floor_fen=0),
]


def opened() -> dict[str, UUID]:
    return services.open_accounts(actor=CASHIER, accounts=ACCOUNTS, now=NOW)


def wanted(debit: str, credit: str, amount: int, id: UUID | None = None) -> TransferWanted:
    return TransferWanted(id or new_id(), debit, credit, amount, "test")


def move(*transfers: TransferWanted, group: UUID | None = None) -> None:
    services.transfer(actor=CASHIER, group_id=group or new_id(), transfers=transfers, now=NOW)


def hold(*transfers: TransferWanted, group: UUID | None = None, until: datetime = SOON) -> UUID:
    deed = group or new_id()
    services.reserve(actor=CASHIER, group_id=deed, transfers=transfers, expires_at=until, now=NOW)
    return deed


def holds(code: str) -> tuple[int, int]:
    balance = selectors.balances(actor=CASHIER, codes=[code])[code]
    return balance.posted_fen, balance.available_fen


def test_reserve_then_post() -> None:
    opened()
    move(wanted("outside", "purse", 1000))
    deed = hold(wanted("purse", "hospital", 300), wanted("fund", "hospital", 500))
    assert holds("purse") == (1000, 700)
    assert holds("hospital") == (0, 0)
    assert services.post(actor=CASHIER, group_id=deed, now=NOW) == 2
    assert holds("purse") == (700, 700)
    assert holds("hospital") == (800, 800)
    assert [(m.reason, m.decided) for m in selectors.movements(actor=CASHIER, group_id=deed)] == [
        ("test", "posted")
    ] * 2
    assert selectors.books_add_up(actor=CASHIER).adds_up


def test_reserve_then_void() -> None:
    opened()
    move(wanted("outside", "purse", 1000))
    deed = hold(wanted("purse", "hospital", 300))
    services.void(actor=CASHIER, group_id=deed, now=NOW)
    assert holds("purse") == (1000, 1000)
    assert holds("hospital") == (0, 0)


def test_every_verb_done_twice_is_done_once() -> None:
    opened()
    top_up, part = wanted("outside", "purse", 1000), wanted("purse", "hospital", 300)
    first, deed = new_id(), new_id()
    for _ in range(2):
        opened()
        move(top_up, group=first)
        hold(part, group=deed, until=SOON + timedelta(seconds=_))
    for _ in range(2):
        services.post(actor=CASHIER, group_id=deed, now=NOW)
    assert Transfer.objects.count() == 3
    assert holds("purse") == (700, 700)


@pytest.mark.parametrize(("first", "second", "refusal"), [
    (services.post, services.void, errors.AlreadyPosted),
    (services.void, services.post, errors.AlreadyVoided),
])  # fmt: skip
def test_a_decision_is_final(first, second, refusal) -> None:  # type: ignore[no-untyped-def]
    opened()
    deed = hold(wanted("fund", "hospital", 300))
    first(actor=CASHIER, group_id=deed, now=NOW)
    with pytest.raises(refusal):
        second(actor=CASHIER, group_id=deed, now=NOW)


def test_refusals_leave_nothing_behind() -> None:
    opened()
    move(wanted("outside", "purse", 100))
    before = Transfer.objects.count()
    with pytest.raises(errors.Overdrawn) as refusal:
        hold(wanted("fund", "hospital", 10), wanted("purse", "hospital", 60), wanted("purse", "hospital", 60))
    assert refusal.value.fields["missing_fen"] == 20
    with pytest.raises(errors.ReservationUnknown):
        services.post(actor=CASHIER, group_id=new_id(), now=NOW)
    with pytest.raises(errors.OneAccount):
        move(wanted("fund", "fund", 10))
    with pytest.raises(errors.AmountNotPositive):
        move(wanted("fund", "hospital", 0))
    with pytest.raises(errors.AccountDiffers):
        services.open_accounts(actor=CASHIER, accounts=[AccountWanted("purse", "fund")], now=NOW)
    assert Transfer.objects.count() == before


def test_an_id_belongs_to_one_transfer() -> None:
    opened()
    mine = new_id()
    move(wanted("fund", "hospital", 10, mine))
    with pytest.raises(errors.TransferIdReused):
        move(wanted("fund", "hospital", 11, mine))


def test_what_is_expired_is_named_and_still_held() -> None:
    opened()
    deed = hold(wanted("fund", "hospital", 300))
    assert selectors.expired_groups(actor=CASHIER, now=NOW) == []
    assert selectors.expired_groups(actor=CASHIER, now=SOON) == [deed]
    services.void(actor=CASHIER, group_id=deed, now=SOON)
    assert selectors.expired_groups(actor=CASHIER, now=SOON) == []


@pytest.mark.parametrize("role", [None, *[role for role in Role if role is not Role.SYSTEM]])
def test_nobody_but_the_system_moves_money(role: Role | None) -> None:
    opened()
    actor = ANONYMOUS if role is None else Actor(id=new_id(), label="x", roles=frozenset({role}))
    with pytest.raises(NotAllowed):
        services.transfer(actor=actor, group_id=new_id(), transfers=[wanted("fund", "hospital", 1)], now=NOW)
    with pytest.raises(NotAllowed):
        services.open_accounts(actor=actor, accounts=[AccountWanted("mine", "fund")], now=NOW)
    if role not in (Role.AUDITOR, Role.REGULATOR):
        with pytest.raises(NotAllowed):
            selectors.balances(actor=actor, codes=["fund"])


# WHAT THE DATABASE ITSELF REFUSES


def a_row(ids: dict[str, UUID], **changes: object) -> Transfer:
    values = {
        "id": new_id(), "kind": "direct", "debit_id": ids["fund"], "credit_id": ids["hospital"], "amount_fen": 5,
        "group_id": UUID(int=1), "reason": "x", "at": NOW, "by_id": new_id(), "by_label": "x",
    }  # fmt: skip
    return Transfer(**(values | changes))


def test_rows_are_never_changed_or_removed() -> None:
    opened()
    move(wanted("fund", "hospital", 10))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (
        "UPDATE ledger_transfer SET amount_fen = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
        "UPDATE ledger_account SET floor_fen = NULL",
        "DELETE FROM ledger_account",
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_checks_what_a_careless_program_might_write() -> None:
    ids = opened()
    held = a_row(ids, kind="pending", expires_at=SOON)
    held.save(force_insert=True)
    wrong = [
        a_row(ids, amount_fen=0),
        a_row(ids, credit_id=ids["fund"]),
        a_row(ids, kind="gift"),
        a_row(ids, kind="posted"),
        a_row(ids, kind="pending"),
        a_row(ids, kind="posted", pending_id=held.id, amount_fen=6),
        a_row(ids, kind="posted", pending_id=held.id, group_id=UUID(int=2)),
        a_row(ids, kind="voided", pending_id=held.id, debit_id=ids["outside"]),
        a_row(ids, debit_id=ids["purse"]),
        a_row(ids, kind="pending", expires_at=SOON, debit_id=ids["purse"]),
    ]
    for row in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)
    a_row(ids, kind="posted", pending_id=held.id).save(force_insert=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        a_row(ids, kind="voided", pending_id=held.id).save(force_insert=True)


def test_the_second_addition_sees_what_the_first_might_not() -> None:
    ids = opened()
    hold(wanted("fund", "hospital", 10))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        a_row(ids, debit_id=ids["purse"]).save(force_insert=True)
        a_row(ids, kind="posted", pending=a_row(ids)).save(force_insert=True)
        cursor.execute("SET session_replication_role = origin")
    found = add_again()
    assert not found.adds_up
    assert any("below its floor" in problem for problem in found.problems)
    assert any("decides no open reservation" in problem for problem in found.problems)
    with connection.cursor() as cursor:  # the foreign key of the row that was slipped in must hold at the end
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_transfer WHERE pending_id IS NOT NULL")
        cursor.execute("SET session_replication_role = origin")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "hold", "post", "void", "again"]),
        st.sampled_from(["outside", "fund", "hospital", "purse"]),
        st.sampled_from(["outside", "fund", "hospital", "purse"]),
        st.integers(1, 500),
        st.integers(0, 5),
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_after_any_history_the_books_add_up(steps: list[tuple[str, str, str, int, int]]) -> None:
    with transaction.atomic():
        opened()
        deeds: list[UUID] = []
        last: tuple[TransferWanted, UUID] | None = None
        for verb, debit, credit, amount, which in steps:
            try:
                if verb == "move":
                    last = (wanted(debit, credit, amount), new_id())
                    move(last[0], group=last[1])
                elif verb == "again" and last:
                    move(last[0], group=last[1])
                elif verb == "hold":
                    deeds.append(hold(wanted(debit, credit, amount)))
                elif deeds and verb in ("post", "void"):
                    verbs = {"post": services.post, "void": services.void}
                    verbs[verb](actor=CASHIER, group_id=deeds[which % len(deeds)], now=NOW)
            except DomainError:
                continue
        found = add_again()
        assert found.adds_up, found.problems
        codes = [account.code for account in ACCOUNTS]
        held = selectors.balances(actor=CASHIER, codes=codes)
        assert sum(b.posted_fen for b in held.values()) == found.sum_fen == 0
        assert sum(b.debits_reserved_fen for b in held.values()) == found.open_fen
        assert held["purse"].available_fen >= 0
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_threads_cannot_spend_the_same_money() -> None:
    opened()
    move(wanted("outside", "purse", 100))
    barrier, results = Barrier(2), []

    def spend() -> None:
        barrier.wait()
        try:
            hold(wanted("purse", "hospital", 60))
            results.append("held")
        except errors.Overdrawn:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=spend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["held", "refused"]
    assert holds("purse") == (100, 40)


@pytest.mark.django_db(transaction=True)
def test_two_threads_cannot_decide_differently() -> None:
    opened()
    deed = hold(wanted("fund", "hospital", 60))
    barrier, results = Barrier(2), []

    def decide(verb: str) -> None:
        barrier.wait()
        try:
            {"post": services.post, "void": services.void}[verb](actor=CASHIER, group_id=deed, now=NOW)
            results.append("done")
        except (errors.AlreadyPosted, errors.AlreadyVoided):
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=decide, args=(verb,)) for verb in ("post", "void")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]
    assert add_again().adds_up
    assert Account.objects.count() == 4
