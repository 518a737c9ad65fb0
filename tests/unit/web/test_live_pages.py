"""The pane of a live visit, the test of devices and the recordings, as pages answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.test_live import MEDIA, begun, live_now
from tests.unit.consultation.world import NOW, World

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import LiveSession, Visit
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]


@pytest.fixture
def world(db: None) -> World:
    """The world of the consultation."""
    return World()


@pytest.fixture(autouse=True)
def with_media(settings: Any) -> None:
    """As where the optional parts are installed."""
    settings.XINGLIN_VIDEO = True


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """A browser of somebody, at an instant."""

    def enter_as(someone: make.Someone, at: datetime = NOW) -> Client:
        monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: at)
        client = Client()
        client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter_as


def mine(visit: Visit, rest: str = "") -> str:
    """An address of the patient's."""
    return f"/me/visits/{visit.id}/{rest}"


def test_both_pages_hold_the_pane_in_both_languages(world: World, enter: Enter) -> None:
    visit = begun(world)
    for someone, address in ((world.patient, mine(visit)), (world.doctor, f"/clinic/visits/{visit.id}/")):
        client = enter(someone)
        page = client.get(address).content.decode()
        assert "data-live-pane" in page
        assert "进入视频" in page
        client.cookies["xinglin_language"] = "en"
        assert "Join by video" in client.get(address).content.decode()


def test_without_the_parts_the_pages_say_so(world: World, enter: Enter, settings: Any) -> None:
    visit = begun(world)
    settings.XINGLIN_VIDEO = False
    client = enter(world.patient)
    page = client.get(mine(visit)).content.decode()
    assert "data-live-pane" not in page
    assert "只提供图文问诊" in page
    assert "不需要试设备" in client.get("/me/device-test").content.decode()
    answer = client.post(mine(visit, "live/join"))
    assert (answer.status_code, answer.json()["code"]) == (409, "consultation.live_not_here")


def test_before_the_start_the_patient_may_try_the_devices(world: World, enter: Enter) -> None:
    visit = world.waiting()
    page = enter(world.patient).get(mine(visit)).content.decode()
    assert "/me/device-test" in page
    assert "data-live-pane" not in page


def test_joining_gives_a_token_and_the_way(world: World, enter: Enter, settings: Any) -> None:
    settings.XINGLIN_MEDIA_PORT = 8999
    visit = begun(world)
    answer = enter(world.patient).post(mine(visit, "live/join"), {"kind": "voice"})
    said = answer.json()
    assert said["media"] == "http://testserver:8999"
    assert (said["side"], said["kind"]) == ("patient", "voice")
    opened = services.read_ticket(actor=MEDIA, token=said["token"])
    assert opened is not None
    assert str(opened.session_id) == said["session"]
    settings.XINGLIN_MEDIA_URL = "https://media.example/"
    assert enter(world.patient).post(mine(visit, "live/join")).json()["media"] == "https://media.example"


def test_a_stale_proof_leads_to_the_check_and_back(world: World, enter: Enter) -> None:
    visit = begun(world)
    answer = enter(world.patient, NOW + timedelta(minutes=30)).post(mine(visit, "live/join"))
    assert answer.status_code == 409
    said = answer.json()
    assert said["code"] == "consultation.proof_for_live"
    assert said["says"]
    assert said["hint"]
    assert said["prove"].endswith(f"next=%2Fme%2Fvisits%2F{visit.id}%2F")


def test_a_stranger_with_the_link_finds_nothing(world: World, enter: Enter) -> None:
    visit = begun(world)
    client = enter(make.a_patient())
    assert client.get(mine(visit, "live")).status_code == 404
    for verb in ("join", "leave", "end"):
        assert client.post(mine(visit, f"live/{verb}")).status_code == 404
    assert LiveSession.objects.count() == 0
    anonymous = Client().post(mine(visit, "live/join"))
    assert anonymous.status_code == 302


def test_state_kind_leave_and_end(world: World, enter: Enter) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    client = enter(world.patient)
    assert client.get(mine(visit, "live")).json()["state"] == "live"
    assert client.post(mine(visit, "live/kind"), {"kind": "voice"}).status_code == 204
    assert client.post(mine(visit, "live/kind"), {"kind": "hologram"}).status_code == 422
    assert client.get(mine(visit, "live")).json()["kind"] == "voice"
    assert client.post(mine(visit, "live/leave")).status_code == 204
    assert client.get(mine(visit, "live")).json()["state"] == "ringing"
    assert enter(world.doctor).post(f"/clinic/visits/{visit.id}/live/end").status_code == 204
    session.refresh_from_db()
    assert session.end_reason == "by_physician"
    back = client.post(mine(visit, "live/join"), {"session": str(session.id)})
    assert (back.status_code, back.json()["code"]) == (409, "consultation.live_over")


def test_the_test_of_devices_brings_a_token_of_its_own(world: World, enter: Enter) -> None:
    for someone, address in ((world.patient, "/me/device-test"), (world.doctor, "/clinic/device-test")):
        page = enter(someone).get(address).content.decode()
        token = page.split('data-token="')[1].split('"')[0]
        opened = services.read_ticket(actor=MEDIA, token=token)
        assert opened is not None
        assert opened.session_id is None


def test_a_recording_is_played_for_a_purpose(world: World, enter: Enter, settings: Any, tmp_path: Any) -> None:
    settings.XINGLIN_LIVE_RECORD = "always"
    settings.XINGLIN_MEDIA_HOME = tmp_path
    visit = begun(world)
    session = live_now(world, visit)
    recording_id, writer = services.begin_recording(actor=MEDIA, session_id=session.id, now=NOW)
    writer.write(b"webm")
    writer.close()
    services.store_recording(actor=MEDIA, recording_id=recording_id, complete=True, now=NOW)
    desk = make.a_medical_affairs_officer()
    client = enter(desk)
    address = f"/audit/visits/{visit.id}/recordings"
    assert str(recording_id) in client.get(address).content.decode()
    refused = client.post(f"{address}/{recording_id}/play", {"purpose": "看"})
    assert refused.status_code == 422
    assert "<video" not in refused.content.decode()
    page = client.post(f"{address}/{recording_id}/play", {"purpose": "核查投诉中的风险告知"}).content.decode()
    source = page.split('src="/audit/recordings')[1].split('"')[0].replace("&amp;", "&")
    film = client.get("/audit/recordings" + source)
    assert b"".join(film.streaming_content) == b"webm"  # type: ignore[attr-defined]
    assert JournalEntry.objects.filter(verb="play_recording", outcome="done").count() == 1
    assert enter(make.an_auditor()).get("/audit/recordings" + source).status_code == 404
    assert client.get(f"/audit/recordings/{recording_id}/stream").status_code == 404
    assert enter(world.patient).get(address).status_code == 403
    assert client.get(f"/audit/visits/{new_id()}/recordings").status_code == 404
