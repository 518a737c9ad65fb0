"""The board and the verification of journals, as service and as page."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests import builders

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, system_actor
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.regulator import selectors, services
from xinglin.hospital.regulator.models import JournalVerification

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def regulator() -> tuple[Actor, builders.Someone]:
    someone = builders.a_regulator()
    return identity.actor_for(account_id=someone.account.pk, now=NOW), someone


def written(count: int = 3) -> object:
    house = builders.the_hospital()
    for n in range(count):
        journal.write(
            actor=system_actor("test"),
            institution_id=house.pk,
            verb="do",
            object_type="thing",
            object_id=None,
            now=NOW,
            detail={"n": n},
        )
    journal.seal(now=NOW)
    return house.pk


def tamper(house: object) -> None:
    entry = JournalEntry.objects.filter(institution_id=house).order_by("id")[1]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE journal_entry SET verb = 'undo' WHERE id = %s", [entry.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_verification_is_kept_and_journaled() -> None:
    house = written()
    actor, _ = regulator()
    found = services.verify_journal(actor=actor, institution_id=house, now=NOW)  # type: ignore[arg-type]
    assert found.intact
    row = JournalVerification.objects.get()
    assert (row.links, row.problem, row.by_id) == (found.links, "", actor.id)
    assert JournalEntry.objects.filter(verb="verify_journal", object_id=row.pk).count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        JournalVerification.objects.update(problem="x")


def test_tampering_reaches_the_board_first() -> None:
    house = written()
    actor, _ = regulator()
    tamper(house)
    found = services.verify_journal(actor=actor, institution_id=house, now=NOW)  # type: ignore[arg-type]
    assert (found.problem, found.seq) == ("altered", 2)
    first = selectors.board(actor=actor, now=NOW)[0]
    assert (first.card.id, first.journal.problem) == (house, "altered")
    row = next(iter(selectors.verifications(actor=actor, institution_id=house)))  # type: ignore[arg-type]
    assert "2" in selectors.problem_sentence(row).en


def test_the_platform_has_a_chain_of_its_own() -> None:
    actor, _ = regulator()
    journal.write(
        actor=actor, institution_id=SYSTEM_ID, verb="sign_in", object_type="account", object_id=actor.id, now=NOW
    )
    journal.seal(now=NOW)
    rows = {row.card.id: row for row in selectors.board(actor=actor, now=NOW)}
    assert rows[SYSTEM_ID].journal.links >= 1
    assert services.verify_journal(actor=actor, institution_id=SYSTEM_ID, now=NOW).intact


def test_others_may_not_and_nothing_is_written() -> None:
    house = written()
    patient = builders.a_patient()
    actor = identity.actor_for(account_id=patient.account.pk, now=NOW)
    with pytest.raises(NotAllowed):
        services.verify_journal(actor=actor, institution_id=house, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        selectors.board(actor=actor, now=NOW)
    assert not JournalVerification.objects.exists()


def test_an_unknown_institution_is_not_found() -> None:
    actor, _ = regulator()
    with pytest.raises(NotFound):
        services.verify_journal(actor=actor, institution_id=uuid4(), now=NOW)
    assert not JournalVerification.objects.exists()


def test_pages_show_and_verify(client: Client) -> None:
    house = written()
    _, someone = regulator()
    client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/board/").status_code == 200
    page = client.get(f"/board/institutions/{house}/")
    assert page.status_code == 200
    assert "do" in page.content.decode()
    answer = client.post(f"/board/institutions/{house}/verify", follow=True)
    assert "3" in answer.content.decode()
    assert JournalVerification.objects.get().problem == ""
    assert client.get("/board/journal/").status_code == 200
    assert client.get(f"/board/institutions/{uuid4()}/").status_code == 404
