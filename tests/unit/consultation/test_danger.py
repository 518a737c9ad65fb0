"""A red flag in a visit: it rings once, stops online care, is told, escalates, is answered or ends in a referral."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker
from tests import builders as make
from tests.unit.consultation.world import NOW, World, a_draft

from xinglin.hospital.consultation import errors, selectors, services
from xinglin.hospital.consultation.cases import case
from xinglin.hospital.consultation.models import Message, Visit
from xinglin.hospital.decision_support import monitoring
from xinglin.hospital.decision_support import selectors as alarms
from xinglin.hospital.decision_support.alarm_models import Alarm, AlarmStep
from xinglin.hospital.decision_support.errors import AlarmClosed
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import CHANNEL
from xinglin.hospital.kernel.models import JournalEntry

HEART = "昨晚开始胸痛，压榨样，出汗，左胳膊发麻"
CLOCK = system_actor("promise-clock")


def rung(visit: Visit) -> list[Alarm]:
    return list(Alarm.objects.filter(subject_id=visit.id).order_by("raised_at", "id"))


def in_danger(world: World) -> tuple[Visit, Alarm]:
    visit = world.started()
    world.say(visit, text=HEART, actor=world.patient.actor)
    visit.refresh_from_db()
    return visit, Alarm.objects.get(subject_id=visit.id, level="emergency")


def stand_down(world: World, alarm: Alarm, **changes: Any) -> Alarm:
    values = {"actor": world.doctor.actor, "visit_id": alarm.subject_id, "alarm_id": alarm.id, "now": NOW}
    return services.stand_down_alarm(**(values | {"reason_code": "past_event"} | changes))


@pytest.mark.django_db
def test_an_emergency_rings_tells_the_patient_and_keeps_its_words(world: World) -> None:
    visit, alarm = in_danger(world)
    assert (alarm.code, alarm.state, alarm.physician_id) == ("acs", "raised", world.doctor.practitioner_id)
    assert (alarm.due_at, alarm.refer_at) == (NOW + timedelta(minutes=5), NOW + timedelta(minutes=10))
    assert any("胸痛" in one["words"] and one["messages"] for one in alarm.because)
    assert len(alarm.knowledge) == 64
    told = Message.objects.filter(visit=visit, side="system").latest("seq")
    assert alarm.name_zh in told.body
    assert "120" in told.body
    assert alarm.name_en in told.body_en
    entry = JournalEntry.objects.get(object_id=alarm.id)
    assert entry.verb == "alarm_raised"
    assert HEART[:4] not in json.dumps(entry.detail, ensure_ascii=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "没有胸痛，也不出汗",
        "三年前有过胸痛大汗，后来好了",
        "我爸去年心梗过，我没事",
        "如果胸痛大汗该怎么办",
        "No chest pain",
    ],
)
def test_denied_past_family_and_imagined_ring_nothing(world: World, text: str) -> None:
    visit = world.started()
    world.say(visit, text=text, actor=world.patient.actor)
    assert rung(visit) == []


@pytest.mark.django_db
def test_what_the_physician_says_rings_nothing(world: World) -> None:
    visit = world.started()
    world.say(visit, text="有没有胸痛、大汗、左胳膊发麻？")
    assert rung(visit) == []


@pytest.mark.django_db
def test_the_same_danger_rings_once_and_a_resend_is_silent(world: World) -> None:
    visit, _ = in_danger(world)
    message_id = new_id()
    for _ in range(3):
        services.send_message(actor=world.patient.actor, visit_id=visit.id, id=message_id, text=HEART, now=NOW)
    world.say(visit, text="还是胸痛，出冷汗", actor=world.patient.actor)
    assert [one.level for one in rung(visit) if one.code == "acs"] == ["emergency"]


@pytest.mark.django_db
def test_after_standing_down_only_new_words_ring_again(world: World) -> None:
    visit, alarm = in_danger(world)
    stand_down(world, alarm)
    world.say(visit, text="好的，谢谢", actor=world.patient.actor)
    assert len([one for one in rung(visit) if one.code == "acs"]) == 1
    world.say(visit, text="现在又胸痛了，压榨样，出冷汗", actor=world.patient.actor)
    assert [one.state for one in rung(visit) if one.code == "acs"] == ["stood_down", "raised"]


@pytest.mark.django_db
def test_a_graver_level_of_the_same_danger_rings_besides(world: World) -> None:
    visit = world.started()
    world.say(visit, text="我这几天胸口有点闷，爬楼气短", actor=world.patient.actor)
    first = rung(visit)
    assert [(one.code, one.level) for one in first] == [("acs", "urgent")]
    assert alarms.standing_emergency(visit.id) is None
    world.say(visit, text=HEART, actor=world.patient.actor)
    found = [(one.level, one.state) for one in rung(visit) if one.code == "acs"]
    assert found == [("urgent", "acknowledged"), ("emergency", "raised")]
    assert AlarmStep.objects.filter(alarm=first[0], reason_code="graver").exists()


@pytest.mark.django_db
def test_while_it_stands_nothing_is_signed_ordered_or_ended(world: World) -> None:
    visit, alarm = in_danger(world)
    _, version = world.drafted(visit)
    deeds = [
        lambda: services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=version, now=NOW),
        lambda: services.end_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW),
        lambda: services.plan_test(
            actor=world.doctor.actor, visit_id=visit.id, code="K", due_on=NOW.date() + timedelta(days=7), now=NOW
        ),
    ]
    for deed in deeds:
        with pytest.raises(errors.EmergencyStands) as caught:
            deed()
        assert alarm.name_zh in caught.value.sentence.zh
        assert alarm.name_en in caught.value.sentence.en
    services.acknowledge_alarm(actor=world.doctor.actor, visit_id=visit.id, alarm_id=alarm.id, now=NOW)
    with pytest.raises(errors.EmergencyStands):
        deeds[0]()
    world.say(visit, text="请马上拨打120，您身边有人吗？")  # talking goes on
    stand_down(world, alarm)
    for other in alarms.standing(subject_ids=[visit.id]).get(visit.id, []):
        stand_down(world, other)
    record = services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=version, now=NOW)
    assert record.state == "signed"


@pytest.mark.django_db
def test_standing_down_needs_a_reason_and_a_right(world: World) -> None:
    visit, alarm = in_danger(world)
    for reason, text in (("", ""), ("nonsense", ""), ("other", " "), ("misread", "x" * 501)):
        with pytest.raises(InvalidInput):
            stand_down(world, alarm, reason_code=reason, text=text)
    with pytest.raises(NotAllowed):
        stand_down(world, alarm, actor=world.patient.actor)
    for stranger in (make.a_physician().actor, make.a_patient().actor):
        with pytest.raises(NotFound):
            stand_down(world, alarm, actor=stranger)
    assert rung(visit)[0].state == "raised"
    stand_down(world, alarm, reason_code="other", text="患者打字时发给了家人看的例子")
    said = Message.objects.filter(visit=visit, side="system").latest("seq")
    assert "解除" in said.body
    with pytest.raises(AlarmClosed):
        stand_down(world, alarm)
    with pytest.raises(AlarmClosed):
        services.acknowledge_alarm(actor=world.doctor.actor, visit_id=visit.id, alarm_id=alarm.id, now=NOW)


@pytest.mark.django_db
def test_medical_affairs_may_answer_and_an_auditor_only_sees(world: World) -> None:
    visit, alarm = in_danger(world)
    auditor = make.an_auditor()
    assert [one.id for one in alarms.alarms(actor=auditor.actor)] == [alarm.id]
    with pytest.raises(NotAllowed):
        services.acknowledge_alarm(actor=auditor.actor, visit_id=visit.id, alarm_id=alarm.id, now=NOW)
    officer = make.a_medical_affairs_officer()
    for _ in range(2):
        services.acknowledge_alarm(actor=officer.actor, visit_id=visit.id, alarm_id=alarm.id, now=NOW)
    assert list(AlarmStep.objects.filter(alarm=alarm).order_by("at", "id").values_list("kind", flat=True)) == [
        "raised",
        "acknowledged",
    ]
    assert alarms.alarms(actor=world.patient.actor)[0].id == alarm.id
    assert alarms.alarms(actor=make.a_patient().actor) == []
    assert alarms.alarms(actor=make.a_physician().actor) == []


@pytest.mark.django_db
def test_the_letter_is_drafted_and_sending_it_answers_the_alarm(world: World) -> None:
    visit, alarm = in_danger(world)
    letter = services.draft_referral(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    for text, name in ((letter.zh, alarm.name_zh), (letter.en, alarm.name_en)):
        assert name in text
        assert "胸痛" in text  # the patient's own words, in either language
    with pytest.raises(NotFound):
        services.draft_referral(actor=make.a_physician().actor, visit_id=visit.id, now=NOW)
    later = NOW + timedelta(minutes=7)
    services.refer_offline(actor=world.doctor.actor, visit_id=visit.id, letter=letter.zh, now=later)
    visit.refresh_from_db()
    assert (visit.state, visit.closing_code, visit.closing_text) == ("referred", "red_flag", letter.zh)
    assert {one.state for one in rung(visit)} == {"referred"}
    # A record of what happened can still be signed, late as the referral was.
    _, version = world.drafted(visit)
    make.a_proof(world.doctor.account, at=later)
    services.sign_record(actor=world.doctor.at(later), visit_id=visit.id, version=version, now=later)


@pytest.mark.django_db
def test_nobody_acts_the_desk_hears_then_the_hospital_refers(world: World) -> None:
    visit, alarm = in_danger(world)
    assert services.keep_alarms(actor=CLOCK, now=NOW + timedelta(minutes=4)) == {"escalated": 0, "referred": 0}
    assert services.keep_alarms(actor=CLOCK, now=NOW + timedelta(minutes=5))["escalated"] >= 1
    alarm.refresh_from_db()
    assert alarm.state == "escalated"
    assert services.keep_alarms(actor=CLOCK, now=NOW + timedelta(minutes=6))["escalated"] == 0
    assert services.keep_alarms(actor=CLOCK, now=NOW + timedelta(minutes=10))["referred"] == 1
    visit.refresh_from_db()
    assert (visit.state, visit.closing_code) == ("referred", "red_flag")
    assert alarm.name_zh in visit.closing_text
    assert alarm.name_en in visit.closing_text
    assert services.keep_alarms(actor=CLOCK, now=NOW + timedelta(minutes=11)) == {"escalated": 0, "referred": 0}
    with pytest.raises(NotAllowed):
        services.keep_alarms(actor=world.doctor.actor, now=NOW)


@pytest.mark.django_db
def test_seen_and_forgotten_comes_to_the_desk_all_the_same(world: World) -> None:
    visit, alarm = in_danger(world)
    seen_at = NOW + timedelta(minutes=4)
    services.acknowledge_alarm(actor=world.doctor.actor, visit_id=visit.id, alarm_id=alarm.id, now=seen_at)
    services.keep_alarms(actor=CLOCK, now=seen_at + timedelta(minutes=4))
    alarm.refresh_from_db()
    assert alarm.state == "acknowledged"
    services.keep_alarms(actor=CLOCK, now=seen_at + timedelta(minutes=5))
    alarm.refresh_from_db()
    assert alarm.state == "escalated"
    services.keep_alarms(actor=CLOCK, now=seen_at + timedelta(minutes=10))
    visit.refresh_from_db()
    assert visit.state == "referred"


@pytest.mark.django_db
def test_a_visit_that_is_over_is_left_to_the_desk(world: World) -> None:
    visit = world.waiting()
    world.say(visit, text=HEART, actor=world.patient.actor)
    services.cancel_visit(actor=world.patient.actor, visit_id=visit.id, reason="", now=NOW)
    for minute in (6, 10, 11):
        assert services.keep_alarms(actor=CLOCK, now=NOW + timedelta(minutes=minute))["referred"] == 0
    assert {one.state for one in rung(visit)} == {"escalated"}


# THE MONITOR ITSELF FAILS


@pytest.mark.django_db
def test_a_failing_monitor_is_loud_and_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visit = world.started()

    def broken(given: object) -> None:
        raise ValueError(HEART)

    monkeypatch.setattr(monitoring, "dangers", broken)
    for _ in range(2):
        sent = world.say(visit, text=HEART, actor=world.patient.actor)
        assert Message.objects.filter(id=sent).exists()
    assert [(one.code, one.level) for one in rung(visit)] == [("monitor-failed", "urgent")]
    assert HEART not in caplog.text
    assert "ValueError" in caplog.text
    assert alarms.alarms(actor=make.a_medical_affairs_officer().actor)
    assert alarms.alarms(actor=world.doctor.actor)
    assert alarms.alarms(actor=world.patient.actor) == []


@pytest.mark.django_db
def test_an_alarm_that_cannot_be_written_loses_no_message(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visit = world.started()

    def broken(**_: object) -> None:
        Visit.objects.raw("SELECT nonsense")[0]

    monkeypatch.setattr(monitoring, "raise_alarm", broken)
    sent = world.say(visit, text=HEART, actor=world.patient.actor)
    assert Message.objects.filter(id=sent).exists()
    assert "could not be written" in caplog.text


# AT THE REQUEST


@pytest.mark.django_db
def test_an_emergency_in_the_complaint_stops_the_request(world: World) -> None:
    visit = world.request(complaint=HEART, evidence=[], consent_version="")
    assert (visit.state, visit.closing_code) == ("referred", "danger_words")
    assert visit.promised_by_at is None
    (alarm,) = [one for one in rung(visit) if one.level == "emergency"]
    assert (alarm.subject_type, alarm.physician_id, alarm.refer_at) == ("request", None, None)
    assert alarms.alarms(actor=make.a_medical_affairs_officer().actor)
    assert alarms.alarms(actor=world.patient.actor)
    answers = selectors.VisitState(visit.state)
    assert answers.value == "referred"
    again = world.request(id=visit.id, complaint=HEART)
    assert again.id == visit.id
    assert len(rung(visit)) == 1


@pytest.mark.django_db
def test_an_urgent_complaint_goes_through_and_rings(world: World) -> None:
    visit = world.request(complaint="我这几天胸口有点闷，爬楼气短")
    assert visit.state == "requested"
    assert [(one.code, one.level, one.subject_type) for one in rung(visit)] == [("acs", "urgent", "visit")]


# THE LAW


@pytest.mark.django_db
def test_rule_a13_sees_when_it_rang(world: World) -> None:
    visit, alarm = in_danger(world)
    seen = case(visit, NOW + timedelta(minutes=6)).encounter
    assert (seen.red_flag, seen.red_flag_at) == (True, NOW)
    stand_down(world, alarm)
    calm = case(visit, NOW + timedelta(minutes=6)).encounter
    assert (calm.red_flag, calm.red_flag_at) == (False, None)


# REAL TRANSACTIONS AND REAL TIME


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A world whose rows are really committed."""
    with django_db_blocker.unblock():
        yield World()
        connection.close()


def test_physician_patient_and_desk_hear_within_a_second(committed: World) -> None:
    visit = committed.started()
    settings = connection.get_connection_params()
    names = {name: settings[name] for name in ("host", "port", "dbname", "user", "password") if settings.get(name)}
    with psycopg.connect(**names, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        began = time.monotonic()
        committed.say(visit, text=HEART, actor=committed.patient.actor)
        heard: dict[str, float] = {}
        for notice in listener.notifies(timeout=3, stop_after=12):
            told = json.loads(notice.payload)
            if told["kind"] == "alarm":
                heard.setdefault(told["topic"].split(":")[0], time.monotonic() - began)
    assert {"alarms", "physician", "person", "visit"} <= set(heard)
    assert max(heard.values()) < 1.0


def test_two_messages_at_once_ring_once(committed: World) -> None:
    visit = committed.started()
    troubles: list[Exception] = []

    def write() -> None:
        try:
            committed.say(visit, text=HEART, actor=committed.patient.actor)
        except Exception as error:  # noqa: BLE001  # Shown by the assertion below, whatever it is.
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    assert len([one for one in rung(visit) if one.level == "emergency" and one.code == "acs"]) == 1


@pytest.mark.django_db
def test_a_draft_can_be_saved_while_it_stands(world: World) -> None:
    visit, _ = in_danger(world)
    record = services.save_record(actor=world.doctor.actor, visit_id=visit.id, draft=a_draft(), now=NOW)
    assert record.version == 1
