"""Alarms on the pages: the patient's red block, the bar of the room, the clinic's list, the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World, calm

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.decision_support.alarm_models import Alarm
from xinglin.hospital.kernel.access import system_actor

pytestmark = pytest.mark.django_db
HEART = "昨晚开始胸痛，压榨样，出汗，左胳膊发麻"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: NOW)


@pytest.fixture
def world() -> World:
    return World()


def enter(someone: make.Someone, language: str = "zh-hans") -> Client:
    client = Client()
    client.force_login(someone.account)
    client.cookies["xinglin_language"] = language
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def in_danger(world: World) -> tuple[Visit, Alarm]:
    visit = world.started()
    world.say(visit, text=HEART, actor=world.patient.actor)
    return visit, Alarm.objects.get(subject_id=visit.id, level="emergency")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_patient_sees_what_to_do_and_why(world: World, language: str) -> None:
    visit, alarm = in_danger(world)
    client = enter(world.patient, language)
    for path in (f"/me/visits/{visit.id}/", f"/me/visits/{visit.id}/danger"):
        page = text(client.get(path))
        assert 'href="tel:120"' in page
        assert (alarm.name_en if language == "en" else alarm.name_zh) in page
        assert "<q>胸痛</q>" in page
    assert enter(make.a_patient()).get(f"/me/visits/{visit.id}/danger").status_code == 404


def test_a_calm_visit_shows_no_red(world: World) -> None:
    visit = world.started()
    assert "tel:120" not in text(enter(world.patient).get(f"/me/visits/{visit.id}/danger"))
    assert "alarm-strip" not in text(enter(world.doctor).get(f"/clinic/visits/{visit.id}/alarms"))
    assert "alarm-strip" not in text(enter(world.doctor).get("/clinic/alarms"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_room_shows_what_rang_with_the_letter_and_a_way_to_answer(world: World, language: str) -> None:
    visit, alarm = in_danger(world)
    client = enter(world.doctor, language)
    page = text(client.get(f"/clinic/visits/{visit.id}/"))
    assert "alarm-strip emergency" in page
    assert (alarm.name_en if language == "en" else alarm.name_zh) in page
    assert ("Letter of referral (" if language == "en" else "转诊信（") in page
    assert f"/clinic/alarms/{alarm.id}/stand-down" in page
    assert "badge danger" in text(client.get("/clinic/queue"))
    other = world.started(patient=make.a_patient())
    assert f"/clinic/visits/{visit.id}/" in text(client.get(f"/clinic/visits/{other.id}/alarms"))
    assert client.post(f"/clinic/alarms/{alarm.id}/acknowledge").status_code == 302
    alarm.refresh_from_db()
    assert alarm.state == "acknowledged"
    refused = client.post(f"/clinic/alarms/{alarm.id}/stand-down", {"reason": ""}, follow=True)
    assert "notice error" in text(refused)
    client.post(f"/clinic/alarms/{alarm.id}/stand-down", {"reason": "past_event"})
    alarm.refresh_from_db()
    assert alarm.state == "stood_down"
    stranger = enter(make.a_physician())
    assert stranger.post(f"/clinic/alarms/{alarm.id}/acknowledge").status_code == 404
    assert stranger.get(f"/clinic/visits/{visit.id}/alarms").status_code == 404


def test_signing_in_the_room_says_why_not(world: World) -> None:
    visit, alarm = in_danger(world)
    _, version = world.drafted(visit)
    refused = enter(world.doctor).post(f"/clinic/visits/{visit.id}/record/sign", {"version": version})
    assert alarm.name_zh in text(refused)


def test_referring_from_the_bar_leaves_the_patient_with_the_letter(world: World) -> None:
    visit, alarm = in_danger(world)
    letter = "请立即到最近的急诊，带上这封信。"
    assert enter(world.doctor).post(f"/clinic/visits/{visit.id}/refer", {"letter": letter}).status_code == 302
    page = text(enter(world.patient).get(f"/me/visits/{visit.id}/"))
    assert letter in page
    assert alarm.name_zh in page
    assert 'href="tel:120"' in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_desk_sees_answers_and_counts(world: World, language: str) -> None:
    visit, alarm = in_danger(world)
    services.keep_alarms(actor=system_actor("promise-clock"), now=NOW + timedelta(minutes=5))
    officer = make.a_medical_affairs_officer()
    client = enter(officer, language)
    assert "/affairs/alarms/" in text(client.get("/affairs/"))
    page = text(client.get("/affairs/alarms/"))
    assert (alarm.name_en if language == "en" else alarm.name_zh) in page
    assert f"/affairs/alarms/{alarm.id}/acknowledge" in page
    client.post(f"/affairs/alarms/{alarm.id}/acknowledge")
    client.post(f"/affairs/alarms/{alarm.id}/stand-down", {"reason": "other", "text": "已电话联系，误触"})
    assert "已电话联系，误触" in text(client.get("/affairs/alarms/"))
    assert Visit.objects.get(id=visit.id).state == "in_progress"
    elsewhere = make.a_medical_affairs_officer(institution=make.an_institution())
    assert alarm.name_zh not in text(enter(elsewhere).get("/affairs/alarms/"))
    for stranger in (world.patient, world.doctor, make.an_auditor()):
        assert enter(stranger).get("/affairs/alarms/").status_code == 403


def test_a_stopped_request_shows_the_words_and_the_way_back(world: World) -> None:
    client = enter(world.patient)
    physician = world.doctor.practitioner_id
    typed = calm() | {"step": "1", "complaint": HEART}
    response = client.post(f"/me/visits/new/{physician}", typed, follow=True)
    page = text(response)
    visit = Visit.objects.get(closing_code="danger_words")
    assert "<q>胸痛</q>" in page
    assert f"?again={visit.id}" in page
    again = text(client.get(f"/me/visits/new/{physician}?again={visit.id}"))
    assert HEART in again
    assert enter(make.a_patient()).get(f"/me/visits/new/{physician}?again={visit.id}").status_code == 404
