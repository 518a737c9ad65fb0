"""The conversation: order under concurrency, resending, read marks, who may speak, the first substantive reply."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker
from tests import builders as make
from tests.unit.consultation.world import NOW, World, a_picture

from xinglin.hospital.consultation import errors, selectors, services
from xinglin.hospital.consultation.models import Message, Picture, Visit
from xinglin.hospital.consultation.talking_rules import is_substantive
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id


@pytest.mark.django_db
def test_messages_are_numbered_and_come_after_a_number(world: World) -> None:
    visit = world.started()
    before = visit.last_seq
    services.send_message(actor=world.patient.actor, visit_id=visit.id, id=new_id(), text="150/95", now=NOW)
    world.say(visit)
    talk = selectors.messages(actor=world.patient.actor, visit_id=visit.id, after_seq=before)
    assert [(m.seq, m.side.value) for m in talk.messages] == [(before + 1, "patient"), (before + 2, "physician")]
    assert talk.mine is not None
    assert talk.mine.value == "patient"
    whole = selectors.messages(actor=world.doctor.actor, visit_id=visit.id)
    assert [m.seq for m in whole.messages] == list(range(1, before + 3))


@pytest.mark.django_db
def test_a_resend_is_the_same_message(world: World) -> None:
    visit = world.started()
    message_id = new_id()
    sent = [
        services.send_message(actor=world.patient.actor, visit_id=visit.id, id=message_id, text="头晕", now=NOW)
        for _ in range(3)
    ]
    assert {m.seq for m in sent} == {sent[0].seq}
    with pytest.raises(errors.MessageIdTaken):
        services.send_message(actor=world.patient.actor, visit_id=visit.id, id=message_id, text="头痛", now=NOW)
    with pytest.raises(errors.MessageIdTaken):
        services.send_message(actor=world.doctor.actor, visit_id=visit.id, id=message_id, text="头晕", now=NOW)
    assert Message.objects.filter(id=message_id).count() == 1


@pytest.mark.django_db
def test_who_may_speak_and_when(world: World) -> None:
    visit = world.waiting()
    services.send_message(actor=world.patient.actor, visit_id=visit.id, id=new_id(), text="在吗", now=NOW)
    with pytest.raises(errors.NotStartedYet):
        world.say(visit)
    strangers = [make.a_patient().actor, make.a_physician().actor]
    for stranger in strangers:
        with pytest.raises(NotFound):
            world.say(visit, actor=stranger)
        with pytest.raises(NotFound):
            services.typing(actor=stranger, visit_id=visit.id)
        with pytest.raises(NotFound):
            services.mark_read(actor=stranger, visit_id=visit.id, seq=1, now=NOW)
    with pytest.raises(NotAllowed):
        world.say(visit, actor=make.an_auditor().actor)
    services.cancel_visit(actor=world.patient.actor, visit_id=visit.id, reason="", now=NOW)
    with pytest.raises(errors.VisitClosed):
        world.say(visit, actor=world.patient.actor)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "   ", "很" * 2001, "a\x00b"])
def test_bad_texts_are_refused_and_leave_no_gap(world: World, text: str) -> None:
    visit = world.started()
    with pytest.raises(InvalidInput) as caught:
        world.say(visit, text=text, actor=world.patient.actor)
    assert caught.value.field == "text"
    world.say(visit)
    seqs = list(Message.objects.filter(visit=visit).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.django_db
def test_a_picture_that_is_none_leaves_nothing(world: World) -> None:
    visit = world.started()
    pictures = Picture.objects.count()
    with pytest.raises(InvalidInput):
        services.send_picture(actor=world.patient.actor, visit_id=visit.id, id=new_id(), raw=b"GIF89a", now=NOW)
    assert Picture.objects.count() == pictures
    message_id = new_id()
    for _ in range(2):
        services.send_picture(actor=world.patient.actor, visit_id=visit.id, id=message_id, raw=a_picture(), now=NOW)
    assert Picture.objects.count() == pictures + 1


@pytest.mark.django_db
def test_more_than_a_person_writes_in_a_minute(world: World) -> None:
    visit = world.started()
    for n in range(29):  # with the complaint, thirty
        world.say(visit, text=f"第 {n} 句", actor=world.patient.actor)
    with pytest.raises(errors.TooManyMessages):
        world.say(visit, text="再一句", actor=world.patient.actor)
    world.say(visit, text="一分钟后", actor=world.patient.actor, now=NOW + timedelta(seconds=61))


@pytest.mark.django_db
def test_read_marks_never_go_back_nor_beyond(world: World) -> None:
    visit = world.started()
    world.say(visit)
    last = Visit.objects.get(id=visit.id).last_seq
    mark = services.mark_read(actor=world.patient.actor, visit_id=visit.id, seq=last + 50, now=NOW)
    assert mark == last
    assert services.mark_read(actor=world.patient.actor, visit_id=visit.id, seq=1, now=NOW) == last
    assert selectors.messages(actor=world.doctor.actor, visit_id=visit.id).read_by_other == last


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("您好，请稍等", False),
        ("好的，收到，稍后回复！！！", False),
        ("Hello, please wait...", False),
        ("？？？？？？？？？？？？", False),
        ("您好，这几天血压最高多少，头晕吗", True),
        ("Please measure it twice a day", True),
    ],
)
def test_only_a_substantive_reply_keeps_the_promise(world: World, text: str, counts: bool) -> None:
    assert is_substantive(text) is counts
    visit = world.started()
    world.say(visit, text=text, now=NOW + timedelta(minutes=3))
    visit.refresh_from_db()
    assert visit.first_reply_at == (NOW + timedelta(minutes=3) if counts else None)


@pytest.mark.django_db
def test_the_patients_words_are_no_reply_and_a_second_reply_changes_nothing(world: World) -> None:
    visit = world.started()
    world.say(visit, text="我想问一下这个药要不要停掉呢", actor=world.patient.actor)
    visit.refresh_from_db()
    assert visit.first_reply_at is None
    world.say(visit, now=NOW + timedelta(minutes=1))
    world.say(visit, now=NOW + timedelta(minutes=2))
    visit.refresh_from_db()
    assert visit.first_reply_at == NOW + timedelta(minutes=1)


# REAL THREADS ON REAL TRANSACTIONS


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A world whose rows are really committed. What is append-only stays behind under ids that nobody else uses."""
    with django_db_blocker.unblock():
        yield World()
        connection.close()


def test_order_holds_when_both_sides_write_at_once(committed: World) -> None:
    visit = committed.started()
    before = visit.last_seq
    repeated = [new_id() for _ in range(3)]
    troubles: list[Exception] = []

    def write(actor_of: make.Someone, who: str) -> None:
        try:
            for n in range(8):
                committed.say(visit, text=f"{who} {n}", actor=actor_of.actor, now=NOW)
            for message_id in repeated:
                if who.startswith("patient"):
                    services.send_message(
                        actor=actor_of.actor, visit_id=visit.id, id=message_id, text="同一条", now=NOW
                    )
        except Exception as error:  # noqa: BLE001  # Shown by the assertion below, whatever it is.
            troubles.append(error)
        finally:
            connections.close_all()

    sides = [(committed.doctor, "doctor"), (committed.patient, "patient-1"), (committed.patient, "patient-2")]
    threads = [threading.Thread(target=write, args=side) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    rows = list(Message.objects.filter(visit=visit).order_by("seq").values_list("seq", "body"))
    assert [seq for seq, _ in rows] == list(range(1, before + 24 + 3 + 1)), "no gap, no duplicate"
    for who in ("doctor", "patient-1", "patient-2"):
        said = [body for _, body in rows if body.startswith(f"{who} ")]
        assert said == [f"{who} {n}" for n in range(8)], "each sender's own order is kept"


def test_two_requests_at_once_open_one_visit(committed: World) -> None:
    opened: list[object] = []

    def ask() -> None:
        try:
            opened.append(committed.request().id)
        except errors.VisitAlreadyOpen as refusal:
            opened.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(opened) == 3
    assert sum(isinstance(each, errors.VisitAlreadyOpen) for each in opened) == 2
    assert Visit.objects.filter(patient_id=committed.patient.person_id).count() == 1
