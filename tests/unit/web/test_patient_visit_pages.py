"""The patient's way through a visit: choosing, the steps, waiting, talking, reading the record."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World, a_picture, calm

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import Message, Picture, Visit
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    """The world of the consultation."""
    return World()


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Callable[[make.Someone], Client]:
    """A browser of somebody, at the instant at which tests play."""
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: NOW)

    def enter_as(someone: make.Someone) -> Client:
        client = Client()
        client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter_as


def a_form(**changes: object) -> dict[str, object]:
    """What the last step sends: everything that was answered on the way."""
    upload = SimpleUploadedFile("paper.png", a_picture(), "image/png")
    paper = {
        "earlier": "upload",
        "kind": "discharge_summary",
        "institution_name": "测试县人民医院",
        "diagnosed_on": "2026-07-15",
        "diagnosis_code": "I10 原发性高血压",
        "picture": upload,
    }
    known = {"complaint": "血压药快吃完了", "agree": "yes", "consent_version": "1", "step": "3"}
    return {**calm(), **paper, **known, **changes}


def test_physicians_on_duty_with_wait_fee_and_filters(world: World, enter: Callable[[make.Someone], Client]) -> None:
    child_doctor = make.a_physician(department="07.03", languages=["zh", "yue"], name="儿科甲")
    client = enter(world.patient)
    page = client.get("/me/visits/new").content.decode()
    assert page.count("找这位医师") == 2
    assert "20.00 元" in page
    assert "估不准" in page
    assert "承诺 15 分钟内首答" in page
    narrowed = client.get(
        "/me/visits/new", {"department": "07.03", "language": "yue", "order": "name"}
    ).content.decode()
    assert "儿科甲" in narrowed
    assert narrowed.count("找这位医师") == 1
    assert client.get("/me/visits/new", {"name": "没有这个人"}).content.decode().count("找这位医师") == 0
    assert client.get("/me/visits/new", {"physician": str(child_doctor.practitioner_id)}).status_code == 302


def test_one_step_at_a_time_to_the_waiting_room(world: World, enter: Callable[[make.Someone], Client]) -> None:
    client, address = enter(world.patient), f"/me/visits/new/{world.doctor.practitioner_id}"
    first = client.get(address).content.decode()
    visit_id = re.search(r'name="visit_id" value="([0-9a-f-]+)"', first)
    assert visit_id is not None
    known = {"visit_id": visit_id[1], "complaint": "血压药快吃完了", **calm()}
    consent = client.post(address, {**known, "step": "1"}).content.decode()
    assert "互联网诊疗知情同意书" in consent
    refused = client.post(address, {**known, "step": "2", "consent_version": "1"})
    assert refused.status_code == 422
    assert "请先阅读并勾选同意" in refused.content.decode()
    papers = client.post(address, {**known, "step": "2", "consent_version": "1", "agree": "yes"}).content.decode()
    assert "以前在哪里诊断过" in papers
    assert not Visit.objects.exists()
    done = client.post(address, a_form(visit_id=visit_id[1]))
    assert done.headers["Location"] == f"/me/visits/{visit_id[1]}/"
    again = client.post(address, a_form(visit_id=visit_id[1]))
    assert again.headers["Location"] == done.headers["Location"]
    assert Visit.objects.count() == 1
    page = client.get(done.headers["Location"]).content.decode()
    assert "data-countdown" in page
    assert "出院小结" in page
    assert "取消问诊（费用全退）" in page


def test_missing_answers_are_said_at_each_question(world: World, enter: Callable[[make.Someone], Client]) -> None:
    client, address = enter(world.patient), f"/me/visits/new/{world.doctor.practitioner_id}"
    answer = client.post(address, {"step": "1", "complaint": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count("请回答这一项") == 12, "nine signs of danger and three choices"
    assert "请用 2 到 1000 个字" in page


def test_danger_is_told_at_once_and_nothing_is_charged(world: World, enter: Callable[[make.Someone], Client]) -> None:
    client, address = enter(world.patient), f"/me/visits/new/{world.doctor.practitioner_id}"
    answer = client.post(address, {"step": "1", "complaint": "胸口疼", **calm(danger_chest="yes")}, follow=True)
    page = answer.content.decode()
    assert "请立即拨打 120" in page
    assert 'href="tel:120"' in page
    assert "这次没有收费" in page
    assert Visit.objects.get().state == "referred"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"picture": ""}, "请拍照或选择材料的图片"),
        ({"institution_name": ""}, "请填写出具材料的医疗机构名称"),
        ({"diagnosed_on": "31.12."}, "请填写材料上的日期"),
        ({"diagnosis_code": "头晕"}, "请从列表中选择诊断"),
        ({"kind": "letter"}, "请选择材料的种类"),
        ({"earlier": ""}, ""),
        ({"consent_version": "0"}, "知情同意书已更新"),
    ],
)
def test_wrong_papers_come_back_with_the_form(
    world: World, enter: Callable[[make.Someone], Client], changes: dict[str, object], sentence: str
) -> None:
    client, address = enter(world.patient), f"/me/visits/new/{world.doctor.practitioner_id}"
    answer = client.post(address, a_form(**changes))
    if sentence:
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not Visit.objects.exists()
        assert not Picture.objects.exists()
    else:
        assert answer.status_code == 302, "an upload needs no ticked choice"


def test_an_earlier_record_of_the_house_is_offered_for_the_next_visit(
    world: World, enter: Callable[[make.Someone], Client]
) -> None:
    visit = world.signed()
    services.end_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    client, address = enter(world.patient), f"/me/visits/new/{world.doctor.practitioner_id}"
    known = {"complaint": "血压药快吃完了", "agree": "yes", "consent_version": "1", **calm()}
    page = client.post(address, {**known, "step": "2"}).content.decode()
    assert f'value="{visit.id}:I10"' in page
    done = client.post(address, {**known, "step": "3", "earlier": f"{visit.id}:I10"})
    paper = Visit.objects.get(id=done.headers["Location"].split("/")[3]).evidence.get()
    assert (paper.kind, paper.source_record_id, paper.physical) == ("in_house", visit.id, True)
    assert paper.diagnosed_on == date(2026, 8, 1), "the day of the paper on which the first visit rested"


def test_a_guardian_asks_for_the_child(world: World, enter: Callable[[make.Someone], Client]) -> None:
    child = make.a_child_of(world.patient)
    world.doctor = make.a_physician(department="07.03")
    client, address = enter(world.patient), f"/me/visits/new/{world.doctor.practitioner_id}"
    page = client.get(address, {"person": str(child.pk)}).content.decode()
    assert "孩子叫不醒" in page
    answers = calm(birth_on=child.birth_on, sex=child.sex)
    done = client.post(address, a_form(person=str(child.pk), **answers))
    assert done.status_code == 302
    visit = Visit.objects.get()
    assert (visit.patient_id, visit.guardian_id) == (child.pk, world.patient.person_id)
    assert client.get(address, {"person": str(new_id())}).status_code == 404


def test_talking_reading_and_cancelling(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.started()
    world.say(visit)
    client, address = enter(world.patient), f"/me/visits/{visit.id}/"
    page = client.get(address).content.decode()
    assert "bubble me" in page
    message_id = str(new_id())
    for _ in range(2):
        sent = client.post(f"{address}messages", {"id": message_id, "text": "最高 150/95", "after": "4"})
        assert sent.status_code == 200
    assert Message.objects.filter(id=message_id).count() == 1
    picture = SimpleUploadedFile("bp.png", a_picture(), "image/png")
    shown = client.post(f"{address}messages", {"picture": picture, "after": "5"}).content.decode()
    assert "/me/visits/pictures/" in shown
    stored = Message.objects.get(kind="picture").picture_id
    assert client.get(f"/me/visits/pictures/{stored}").status_code == 200
    assert enter(make.a_patient()).get(f"/me/visits/pictures/{stored}").status_code == 404
    assert client.post(f"{address}read", {"seq": "99"}).content.decode() == str(Visit.objects.get().last_seq)
    assert client.post(f"{address}typing").status_code == 204
    refused = client.post(f"{address}cancel")
    assert refused.status_code == 409
    assert "不能取消" in refused.content.decode()


def test_a_refused_paper_asks_for_another(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.request()
    services.refuse_evidence(
        actor=world.doctor.actor, evidence_id=visit.evidence.get().id, reason="看不清日期", now=NOW
    )
    client, address = enter(world.patient), f"/me/visits/{visit.id}/"
    page = client.get(address).content.decode()
    assert "看不清日期" in page
    assert "补交材料" in page
    wrong = client.post(f"{address}evidence", {"earlier": "upload", "institution_name": "某医院"})
    assert wrong.status_code == 422
    assert "请拍照或选择材料的图片" in wrong.content.decode()
    sent = client.post(f"{address}evidence", {k: v for k, v in a_form().items() if k not in calm()})
    assert sent.status_code == 302
    visit.refresh_from_db()
    assert visit.evidence.count() == 2
    assert visit.promised_by_at is not None, "the clock runs again"


def test_reading_the_record_is_written_down_refused_readings_too(
    world: World, enter: Callable[[make.Someone], Client]
) -> None:
    visit = world.signed()
    address = f"/me/visits/{visit.id}/record"
    page = enter(world.patient).get(address).content.decode()
    assert "原发性高血压，血压基本达标" in page
    assert "138 mmHg" in page
    assert "36.5 °C" in page
    assert enter(make.a_patient()).get(address).status_code == 404
    outcomes = JournalEntry.objects.filter(object_id=visit.id, verb="read_record").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["done", "refused"]


def test_a_draft_is_not_for_the_patient(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit, _ = world.drafted()
    client = enter(world.patient)
    assert client.get(f"/me/visits/{visit.id}/record").status_code == 404
    assert "查看病历" not in client.get(f"/me/visits/{visit.id}/").content.decode()


def test_the_list_and_the_ends(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.request()
    client = enter(world.patient)
    assert "待判断复诊依据" in client.get("/me/visits/").content.decode()
    assert client.post(f"/me/visits/{visit.id}/cancel", follow=True).status_code == 200
    visit.refresh_from_db()
    assert visit.state == "cancelled"
    client.cookies["xinglin_language"] = "en"
    assert "Cancelled; the fee goes back" in client.get(f"/me/visits/{visit.id}/").content.decode()


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("", "get"),
        ("status", "get"),
        ("messages", "get"),
        ("messages", "post"),
        ("typing", "post"),
        ("read", "post"),
        ("cancel", "post"),
        ("record", "get"),
    ],
)
def test_foreign_visits_answer_like_absent_ones(
    world: World, enter: Callable[[make.Someone], Client], path: str, method: str
) -> None:
    visit = world.started(now=NOW - timedelta(minutes=1)) if path == "messages" else world.request()
    client = enter(make.a_patient())
    foreign = getattr(client, method)(f"/me/visits/{visit.id}/{path}", {"text": "x"})
    absent = getattr(client, method)(f"/me/visits/{new_id()}/{path}", {"text": "x"})
    assert foreign.status_code == absent.status_code == 404
