"""The journal: sealed within the run, and every kind of tampering is named."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry, JournalLink

pytestmark = pytest.mark.django_db
HOUSE = UUID("00000000-0000-7000-8000-0000000000aa")
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def deeds(count: int) -> list[UUID]:
    actor = system_actor("test")
    return [
        journal.write(
            actor=actor,
            institution_id=HOUSE,
            verb="try_something",
            object_type="thing",
            object_id=new_id(),
            now=NOW + timedelta(seconds=n),
            detail={"n": n},
        )
        for n in range(count)
    ]


def force(sql: str, params: list[object]) -> None:
    """What an intruder with the keys of the database would do: switch the triggers off first."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def problem() -> tuple[str | None, int | None, UUID | None]:
    found = journal.verify(institution_id=HOUSE, now=NOW)
    return found.problem, found.seq, found.entry_id


def test_sealed_chain_is_intact_and_counts() -> None:
    deeds(5)
    assert journal.seal(now=NOW) == 5
    assert journal.seal(now=NOW) == 0
    found = journal.verify(institution_id=HOUSE, now=NOW)
    assert (found.intact, found.links, found.checkpoints, found.waiting) == (True, 5, 1, 0)


def test_sealing_goes_on_where_it_stopped() -> None:
    deeds(2)
    journal.seal(now=NOW)
    deeds(3)
    journal.seal(now=NOW)
    assert list(JournalLink.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert problem() == (None, None, None)


def test_the_database_refuses_change_and_removal() -> None:
    entry = deeds(1)[0]
    for sql in ("UPDATE journal_entry SET verb = 'x' WHERE id = %s", "DELETE FROM journal_entry WHERE id = %s"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [entry])
    assert JournalEntry.objects.get(id=entry).verb == "try_something"


def test_an_altered_entry_is_named() -> None:
    entries = deeds(4)
    journal.seal(now=NOW)
    force("UPDATE journal_entry SET detail = '{\"n\": 99}' WHERE id = %s", [entries[2]])
    assert problem() == ("altered", 3, entries[2])


def test_a_removed_entry_is_named() -> None:
    entries = deeds(4)
    journal.seal(now=NOW)
    force("DELETE FROM journal_entry WHERE id = %s", [entries[1]])
    assert problem() == ("missing", 2, entries[1])


def test_a_removed_entry_with_its_link_is_named() -> None:
    entries = deeds(4)
    journal.seal(now=NOW)
    force("DELETE FROM journal_entry WHERE id = %s", [entries[1]])
    force("DELETE FROM journal_link WHERE entry_id = %s", [entries[1]])
    assert problem()[:2] == ("missing", 2)


def test_a_tail_cut_off_shows_against_the_checkpoint() -> None:
    entries = deeds(3)
    journal.seal(now=NOW)
    force("DELETE FROM journal_entry WHERE id = %s", [entries[2]])
    force("DELETE FROM journal_link WHERE entry_id = %s", [entries[2]])
    assert problem()[:2] == ("missing", 3)


def test_an_entry_put_in_past_the_sealer_is_named() -> None:
    deeds(2)
    journal.seal(now=NOW)
    stray = deeds(1)[0]
    force("DELETE FROM journal_waiting WHERE entry_id = %s", [stray])
    assert problem() == ("inserted", None, stray)


def test_a_chain_rewritten_from_the_start_does_not_fit_the_signature() -> None:
    entries = deeds(3)
    journal.seal(now=NOW)
    force("UPDATE journal_entry SET verb = 'rewritten' WHERE id = %s", [entries[0]])
    previous = journal.GENESIS
    for seq, link in enumerate(JournalLink.objects.order_by("seq"), start=1):
        hashed = journal.entry_hash(JournalEntry.objects.get(id=link.entry_id))
        previous = journal._chain(previous, seq, hashed)
        force(
            "UPDATE journal_link SET entry_hash = %s, chain_hash = %s WHERE entry_id = %s",
            [hashed, previous, link.entry_id],
        )
    assert problem()[0] == "checkpoint"


def test_a_checkpoint_of_an_unknown_key_does_not_count() -> None:
    deeds(1)
    journal.seal(now=NOW)
    found = journal.verify(institution_id=HOUSE, now=NOW, trusted_keys=frozenset({"00" * 32}))
    assert found.problem == "checkpoint"
