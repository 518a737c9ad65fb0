"""Pages of the verification of live visits: badges for both sides, the timeline for auditors and medical affairs."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.test_live import MEDIA, begun, live_now, seconds
from tests.unit.consultation.test_live_watching import keep, seen
from tests.unit.consultation.world import World

from xinglin.biometrics.watching import Kind
from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import LiveSession, Visit
from xinglin.hospital.kernel.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings: Any, db: None) -> World:
    """As where the optional parts are installed."""
    settings.XINGLIN_VIDEO = True
    return World()


@pytest.fixture
def visit(world: World) -> Visit:
    return begun(world)


@pytest.fixture
def session(world: World, visit: Visit) -> LiveSession:
    return live_now(world, visit)


def client_of(someone: make.Someone, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def flat(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def a_course(session: LiveSession) -> None:
    """Verified, another face, a pause, a match, the patient with a second face, a still picture, the end."""
    for second in range(3, 61, 5):
        seen(session, second, Kind.VERIFIED, median_permille=640)
        seen(session, second, Kind.VERIFIED, "patient", median_permille=580)
    seen(session, 64, Kind.OTHER_PERSON, median_permille=180)
    seen(session, 90, Kind.RESTORED, median_permille=630)
    services.note_present(actor=MEDIA, session_id=session.id, sides=["physician", "patient"], now=seconds(91))
    for second in range(95, 240, 5):
        seen(session, second, Kind.VERIFIED, median_permille=640)
    seen(session, 70, Kind.SECOND_FACE, "patient", several=3)
    seen(session, 130, Kind.FROZEN, "patient")
    keep(session, 140)
    for second in range(150, 240, 5):
        seen(session, second, Kind.RESTORED if second == 150 else Kind.VERIFIED, "patient", median_permille=570)
    services.end_live(actor=MEDIA, session_id=session.id, reason="by_physician", now=seconds(240))


def test_both_sides_fetch_their_badges(world: World, visit: Visit, session: LiveSession) -> None:
    seen(session, 4, Kind.VERIFIED)
    seen(session, 8, Kind.OTHER_PERSON, "patient")
    doctor = client_of(world.doctor).get(f"/clinic/visits/{visit.id}/live/badge")
    patient = client_of(world.patient).get(f"/me/visits/{visit.id}/live/badge")
    for response in (doctor, patient):
        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store"
        marks = re.findall(r'data-side="(\w+)" data-level="(\w+)" data-verified-ms="(\d*)"', response.content.decode())
        assert [(side, level) for side, level, _ in marks] == [("physician", "ok"), ("patient", "alarm")]
        assert marks[0][2] != ""
        assert marks[1][2] == "", "never verified: no number is made up"
    assert "Do a face check" in flat(patient)
    assert f"/identity/check/live?next=%2Fme%2Fvisits%2F{visit.id}%2F" in patient.content.decode()
    assert "Do a face check" not in flat(doctor), "only who is asked is asked"


def test_a_visit_without_a_call_has_no_badge(world: World, visit: Visit) -> None:
    response = client_of(world.patient).get(f"/me/visits/{visit.id}/live/badge")
    assert response.status_code == 200
    assert "live-mark" not in response.content.decode()


def test_a_stranger_gets_no_badge(visit: Visit, session: LiveSession) -> None:
    assert client_of(make.a_patient()).get(f"/me/visits/{visit.id}/live/badge").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_auditor_and_affairs_see_the_timeline(visit: Visit, session: LiveSession, language: str) -> None:
    a_course(session)
    auditor = make.an_auditor(institution_id=visit.institution_id)
    desk = make.a_medical_affairs_officer(institution_id=visit.institution_id)
    for someone, address in (
        (auditor, f"/audit/visits/{visit.id}/likeness"),
        (desk, f"/affairs/live-visits/{visit.id}/"),
    ):
        response = client_of(someone, language).get(address)
        assert response.status_code == 200
        html, text = response.content.decode(), flat(response)
        assert html.count('class="lane-bar"') == 2
        assert {"verified", "paused", "silent", "unsure"} <= set(re.findall(r'class="piece (\w+)"', html))
        words = "the faces matched" if language == "en" else "人脸比对一致"
        assert words in text
        assert "0.18" in text
        gaps = re.findall(r"(\d+:\d\d) (?:to|至) (\d+:\d\d)[,，] ?(\d+) (?:s|秒)", text)
        assert gaps, "every time without verification stands in words"
        assert all(int(seconds) >= 1 for _, _, seconds in gaps)
        assert ("nothing to play" if language == "en" else "没有可回放的") in text
        for wrong in ("None", "{n}", "{what}"):
            assert wrong not in text


def test_the_timeline_leads_to_the_recordings_and_says_when_the_watch_began_anew(
    visit: Visit, session: LiveSession, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: seconds(3600))
    for second in (2, 9):
        services.open_watch(
            actor=MEDIA, session_id=session.id, side="patient", faces=None, voices=None, now=seconds(second)
        )
    LiveSession.objects.update(recorded=True)
    settings.XINGLIN_MEDIA_HOME = tmp_path
    _, writer = services.begin_recording(actor=MEDIA, session_id=session.id, now=seconds(3))
    writer.close()
    auditor = make.an_auditor(institution_id=visit.institution_id)
    response = client_of(auditor).get(f"/audit/visits/{visit.id}/likeness")
    assert f'href="/audit/visits/{visit.id}/recordings"' in response.content.decode()
    assert "Recordings: 1. State what for and play" in flat(response)
    assert "watched anew" in flat(response)


def test_the_list_of_medical_affairs_puts_doubts_first(
    visit: Visit, session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: seconds(3600))
    a_course(session)
    desk = make.a_medical_affairs_officer(institution_id=visit.institution_id)
    text = flat(client_of(desk).get("/affairs/live-visits/"))
    assert "3 doubts" in text
    elsewhere = make.a_medical_affairs_officer(institution_id=make.an_institution().pk)
    assert "No live visit" in flat(client_of(elsewhere).get("/affairs/live-visits/"))


def test_the_timeline_is_not_for_everybody(world: World, visit: Visit, session: LiveSession) -> None:
    assert client_of(world.doctor).get(f"/audit/visits/{visit.id}/likeness").status_code == 403
    auditor = make.an_auditor(institution_id=make.an_institution().pk)
    assert client_of(auditor).get(f"/audit/visits/{visit.id}/likeness").status_code == 404
    assert client_of(auditor).get(f"/audit/visits/{new_id()}/likeness").status_code == 404


def test_a_visit_by_text_is_not_in_doubt(visit: Visit) -> None:
    auditor = make.an_auditor(institution_id=visit.institution_id)
    text = flat(client_of(auditor).get(f"/audit/visits/{visit.id}/likeness"))
    assert "A visit by text is not in doubt for that" in text
