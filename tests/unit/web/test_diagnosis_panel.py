"""Possible diagnoses in the room: what is shown, what a click changes, and that nothing happens without one."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import Message, Record, RecordDiagnosis, Visit
from xinglin.hospital.decision_support.models import Correction, DiagnosisTicket
from xinglin.hospital.web.shared import middleware

pytestmark = pytest.mark.django_db
COUGH = "咳嗽三天了，有黄痰，昨天开始发烧到38.6度，没有胸痛，嗓子也疼"
Enter = Callable[[make.Someone], Client]


@pytest.fixture
def world(db: None) -> World:
    """The world of the consultation."""
    return World()


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """A browser of somebody, two minutes after the tests' instant."""
    monkeypatch.setattr(middleware, "now", lambda: NOW + timedelta(minutes=2))

    def enter_as(someone: make.Someone) -> Client:
        client = Client()
        client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter_as


def talked(world: World, text: str = COUGH) -> Visit:
    visit = world.started()
    world.say(visit)
    world.say(visit, text, actor=world.patient.actor, now=NOW + timedelta(seconds=30))
    return visit


def page_of(client: Client, visit: Visit) -> str:
    answer = client.get(f"/clinic/visits/{visit.id}/diagnosis")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def correct(client: Client, visit: Visit, code: str, verdict: str) -> str:
    answer = client.post(f"/clinic/visits/{visit.id}/diagnosis/correct", {"code": code, "verdict": verdict})
    assert answer.status_code == 200, answer.content.decode()
    return unescape(answer.content.decode())


def test_the_panel_shows_bars_reasons_findings_and_questions(world: World, enter: Enter) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    html = page_of(client, visit)
    assert len(re.findall(r'class="dx-one"', html)) >= 5
    assert all(0 < int(width) <= 100 for width in re.findall(r'class="bar"[^>]*><i style="width: (\d+)%"', html)[:5])
    assert "其他或未覆盖" in html
    assert "支持" in html
    assert "会改变判断" in html
    assert "咳嗽" in html
    assert re.search(r"dx-chip no[^>]*>.*?胸痛", html, re.S)
    assert html.count("data-ask=") >= 1
    client.cookies["xinglin_language"] = "en"
    english = page_of(client, visit)
    assert "Other, or not covered" in english
    assert "What was understood" in english


def test_the_words_of_a_finding_are_named_by_message_and_place(world: World, enter: Enter) -> None:
    visit = talked(world, "😀咳嗽三天了")
    said = Message.objects.get(visit=visit, body__startswith="😀")
    html = page_of(enter(world.doctor), visit)
    spot = re.search(rf"\b{said.seq}:(\d+):(\d+)", html)
    assert spot is not None
    units = said.body.encode("utf-16-le")
    assert "咳嗽" in units[2 * int(spot[1]) : 2 * int(spot[2])].decode("utf-16-le")


def test_too_little_is_said_aloud(world: World, enter: Enter) -> None:
    html = page_of(enter(world.doctor), world.started())
    assert "现有信息不足以给出可靠的可能性" in html


def test_a_finding_is_flipped_added_removed_and_restored(world: World, enter: Enter) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    assert re.search(r"dx-chip no[^>]*>", correct(client, visit, "cough", "no"))
    assert "已移除" in correct(client, visit, "cough", "removed")
    html = correct(client, visit, "cough", "as_read")
    assert "已移除" not in html
    assert "咯血" in correct(client, visit, "haemoptysis", "yes")
    found = client.get(f"/clinic/visits/{visit.id}/diagnosis/findings", {"finding": "咯血"}).content.decode()
    assert "haemoptysis" in found
    english = client.get(
        f"/clinic/visits/{visit.id}/diagnosis/findings", {"finding": "coughing up bl"}
    ).content.decode()
    assert "haemoptysis" in english
    none = client.get(f"/clinic/visits/{visit.id}/diagnosis/findings", {"finding": "qqqq"}).content.decode()
    assert "没有找到" in none
    told = list(Correction.objects.filter(subject_id=visit.id).order_by("at", "id").values_list("code", "verdict"))
    assert told == [("cough", "no"), ("cough", "removed"), ("cough", "as_read"), ("haemoptysis", "yes")]


def test_corrections_change_what_is_likely(world: World, enter: Enter) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    before = re.findall(r"<b>([^<]+)", page_of(client, visit))
    after = re.findall(r"<b>([^<]+)", correct(client, visit, "infiltrate-chest-xray", "yes"))
    assert "肺炎" in after[0]
    assert before != after


def test_what_is_no_finding_is_refused(world: World, enter: Enter) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    path = f"/clinic/visits/{visit.id}/diagnosis/correct"
    assert client.post(path, {"code": "no-such-thing", "verdict": "yes"}).status_code == 422
    assert client.post(path, {"code": "cough", "verdict": "maybe"}).status_code == 422
    assert not Correction.objects.exists()


def test_only_the_physician_of_the_visit_sees_and_corrects(world: World, enter: Enter) -> None:
    visit = talked(world)
    other = make.a_physician()
    base = f"/clinic/visits/{visit.id}/diagnosis"
    for path in (base, f"{base}/findings?finding=咳"):
        assert enter(other).get(path).status_code == 404
        assert enter(world.patient).get(path).status_code == 403
    assert enter(other).post(f"{base}/correct", {"code": "cough", "verdict": "no"}).status_code == 404
    assert enter(other).post(f"{base}/drafted").status_code == 404
    assert not Correction.objects.exists()


def test_nothing_is_written_ordered_or_said_by_the_machine(world: World, enter: Enter) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    messages = Message.objects.filter(visit=visit).count()
    record = Record.objects.filter(visit=visit).values().first()
    for _ in range(3):
        page_of(client, visit)
    correct(client, visit, "infiltrate-chest-xray", "yes")
    client.post(f"/clinic/visits/{visit.id}/diagnosis/drafted")
    assert Message.objects.filter(visit=visit).count() == messages
    assert Record.objects.filter(visit=visit).values().first() == record
    assert not RecordDiagnosis.objects.filter(record__visit=visit).exists()
    visit.refresh_from_db()
    assert visit.state == "in_progress"


def test_choosing_a_diagnosis_is_a_click_into_the_record(world: World, enter: Enter) -> None:
    visit = talked(world, "鼻塞流清鼻涕两天，打喷嚏，嗓子有点疼，不发烧")
    world.drafted(visit)
    client = enter(world.doctor)
    html = page_of(client, visit)
    button = re.search(r"hx-vals='\{\"add\": \"(J00)\"\}'", html)
    assert button is not None
    fields = {"version": "1", "diagnoses": ["I10"], "chief_complaint": "复诊", "add": "J00"}
    assert client.post(f"/clinic/visits/{visit.id}/record", fields).status_code == 200
    codes = RecordDiagnosis.objects.filter(record__visit=visit).values_list("code", flat=True)
    assert list(codes) == ["I10", "J00"]


def test_the_draft_says_what_was_said_and_is_marked(world: World, enter: Enter) -> None:
    visit = talked(world)
    client = enter(world.doctor)
    html = page_of(client, visit)
    draft = re.search(r'data-draft-text="subjective">([^<]+)<', html)
    assert draft is not None
    assert "咳嗽（3 天）" in draft[1]
    assert "否认：胸痛" in draft[1]
    assert "AI 按对话整理" in draft[1]
    objective = re.search(r'data-draft-text="objective">([^<]+)<', html)
    assert objective is not None
    assert "体温 38.6" in objective[1]
    assert "未做体格检查" in objective[1]
    assert client.post(f"/clinic/visits/{visit.id}/diagnosis/drafted").status_code == 204
    assert DiagnosisTicket.objects.get().moment == "draft"


def test_the_draft_speaks_the_language_of_the_record(world: World, enter: Enter) -> None:
    visit = talked(world)
    world.drafted(visit, chief_complaint="Cough", subjective="Cough for three days.")
    html = page_of(enter(world.doctor), visit)
    assert "Reports: " in html
    assert "Denies: " in html


def test_a_signed_record_is_left_alone(world: World, enter: Enter) -> None:
    visit = talked(world)
    _, version = world.drafted(visit)
    services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=version, now=NOW + timedelta(minutes=2))
    html = page_of(enter(world.doctor), visit)
    assert "diagnosis/correct" not in html
    assert "data-take" not in html


def test_the_room_holds_the_panel(world: World, enter: Enter) -> None:
    visit = talked(world)
    html = enter(world.doctor).get(f"/clinic/visits/{visit.id}/").content.decode()
    assert f'hx-get="/clinic/visits/{visit.id}/diagnosis"' in html
    assert "live:message from:document" in html
    assert 'id="finding-q"' in html
