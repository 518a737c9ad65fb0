"""The physician's pages: the queue, the room, the record, and what a refusal looks like there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, SAID, World, a_picture

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.models import Message, Record, RecordAttachment, Visit
from xinglin.hospital.kernel.ids import new_id

pytestmark = pytest.mark.django_db
DRAFT = {
    "version": "0",
    "chief_complaint": "高血压复诊",
    "subjective": "规律服药，家测血压 138/86。",
    "objective": "",
    "assessment": "血压基本达标。",
    "plan": "续药 28 天。",
    "systolic_mmhg": "138",
    "temperature_decic": "36.5",
    "diagnoses": ["I10"],
}


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


def test_home_shows_the_next_patient_first(world: World, enter: Callable[[make.Someone], Client]) -> None:
    client = enter(world.doctor)
    assert "现在没有人在等" in client.get("/clinic/").content.decode()
    visit = world.request()
    page = client.get("/clinic/").content.decode()
    assert "看复诊依据并接诊" in page
    assert f"/clinic/visits/{visit.id}/" in page
    assert "data-stream-token" in page
    client.cookies["xinglin_language"] = "en"
    assert "See the papers and begin" in client.get("/clinic/queue").content.decode()


def test_going_off_duty_and_on(world: World, enter: Callable[[make.Someone], Client]) -> None:
    client = enter(world.doctor)
    assert client.post("/clinic/duty", {"on": "0"}).status_code == 302
    assert "您未上线" in client.get("/clinic/").content.decode()
    client.post("/clinic/duty", {"on": "1"})
    assert "停止接新患者" in client.get("/clinic/").content.decode()


def test_from_the_paper_to_the_end_through_the_screens(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.request()
    client, room = enter(world.doctor), f"/clinic/visits/{visit.id}/"
    assert "认可，可以复诊" in client.get(room).content.decode()
    client.post(f"{room}evidence/{visit.evidence.get().id}", {"judgement": "accepted"})
    assert client.post(f"{room}start").status_code == 302
    visit.refresh_from_db()
    assert visit.state == "in_progress"
    sent = client.post(f"{room}messages", {"id": str(new_id()), "text": SAID, "after": "0"})
    assert SAID in sent.content.decode()
    saved = client.post(f"{room}record", DRAFT, headers={"HX-Request": "true"})
    assert "草稿已保存" in saved.content.decode()
    assert 'name="version" value="1"' in saved.content.decode()
    signed = client.post(f"{room}record/sign", DRAFT | {"version": "1"}, headers={"HX-Request": "true"})
    assert signed.headers["HX-Redirect"] == room
    assert Record.objects.get(visit=visit).state == "signed"
    page = client.get(room).content.decode()
    assert "已签名锁定" in page
    assert "签名有效" in page
    assert client.post(f"{room}end").headers["Location"] == "/clinic/"
    visit.refresh_from_db()
    assert visit.state == "ended"
    assert "已结束" in client.get("/clinic/visits/").content.decode()


def test_an_old_proof_asks_for_a_code_in_the_room(world: World, enter: Callable[[make.Someone], Client]) -> None:
    world.doctor = make.a_physician(proof_at=NOW - timedelta(minutes=16))
    visit = world.waiting()
    client = enter(world.doctor)
    answer = client.post(f"/clinic/visits/{visit.id}/start")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'name="code"' in page
    assert "确认身份并开始接诊" in page
    visit.refresh_from_db()
    assert visit.state == "waiting"
    wrong = client.post(f"/clinic/visits/{visit.id}/start", {"code": "000000"})
    assert wrong.status_code == 422
    assert 'name="code"' in wrong.content.decode()


def test_wrong_vitals_are_said_at_their_fields(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.started()
    client = enter(world.doctor)
    answer = client.post(f"/clinic/visits/{visit.id}/record", DRAFT | {"systolic_mmhg": "1380", "spo2_percent": "x"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "收缩压应在 40 到 300" in page
    assert "血氧饱和度请填数字" in page
    assert Record.objects.get(visit=visit).version == 0


def test_diagnoses_are_added_made_main_and_removed(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.started()
    client, address = enter(world.doctor), f"/clinic/visits/{visit.id}/record"
    client.post(address, DRAFT | {"add": "E11.9"})
    client.post(address, DRAFT | {"version": "1", "diagnoses": ["I10", "E11.9"], "first": "E11.9"})
    record = Record.objects.get(visit=visit)
    assert [d.code for d in record.diagnoses.all()] == ["E11.9", "I10"]
    client.post(address, DRAFT | {"version": "2", "diagnoses": ["E11.9", "I10"], "remove": "I10"})
    assert [d.code for d in record.diagnoses.all()] == ["E11.9"]
    stale = client.post(address, DRAFT | {"version": "1"})
    assert stale.status_code == 409
    assert "已在别处保存" in stale.content.decode()


def test_signing_an_incomplete_record_keeps_what_was_typed(
    world: World, enter: Callable[[make.Someone], Client]
) -> None:
    visit = world.started()
    client = enter(world.doctor)
    answer = client.post(f"/clinic/visits/{visit.id}/record/sign", DRAFT | {"plan": "", "diagnoses": []})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "计划（P）还没有写" in page
    assert "至少要有一个诊断" in page
    assert "血压基本达标。" in page
    record = Record.objects.get(visit=visit)
    assert (record.state, record.version) == ("draft", 1)
    again = client.post(f"/clinic/visits/{visit.id}/record/sign", DRAFT | {"version": "1"})
    assert again.status_code == 302


def test_another_disease_asks_for_a_reason_and_takes_it(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.started()
    client, address = enter(world.doctor), f"/clinic/visits/{visit.id}/record/sign"
    answer = client.post(address, DRAFT | {"diagnoses": ["J00"]})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'name="asked" value="A03"' in page
    assert 'name="reason-A03"' in page
    assert Record.objects.get(visit=visit).state == "draft"
    reason = page.split('<option value="">')[1].split('value="')[1].split('"')[0]
    more = {"version": "1", "diagnoses": ["J00"], "asked": "A03", "reason-A03": reason, "text-A03": "随诊时新发感冒"}
    assert client.post(address, DRAFT | more).status_code == 302
    assert Record.objects.get(visit=visit).state == "signed"


def test_pictures_are_attached_taken_off_and_shown(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.started()
    client, address = enter(world.doctor), f"/clinic/visits/{visit.id}/record/attachments"
    upload = SimpleUploadedFile("x.png", a_picture(), "image/png")
    assert client.post(address, {"picture": upload}).status_code == 302
    picture_id = RecordAttachment.objects.get().picture_id
    shown = client.get(f"/clinic/pictures/{picture_id}")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert client.post(address, {"remove": str(picture_id)}).status_code == 302
    assert not RecordAttachment.objects.exists()
    junk = client.post(address, {"picture": SimpleUploadedFile("x.png", b"junk", "image/png")})
    assert junk.status_code == 422


def test_referral_needs_a_letter_and_closes(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.request()
    client, address = enter(world.doctor), f"/clinic/visits/{visit.id}/refer"
    short = client.post(address, {"letter": "去医院"})
    assert short.status_code == 422
    assert "请用 10 到 3000 个字" in short.content.decode()
    assert client.post(address, {"letter": "血压过高，请今天到心内科门诊就诊。"}).status_code == 302
    visit.refresh_from_db()
    assert visit.state == "referred"


def test_refusing_a_paper_needs_a_reason(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.request()
    address = f"/clinic/visits/{visit.id}/evidence/{visit.evidence.get().id}"
    client = enter(world.doctor)
    assert client.post(address, {"judgement": "refused", "reason": ""}).status_code == 422
    assert client.post(address, {"judgement": "refused", "reason": "照片看不清"}).status_code == 302
    assert visit.evidence.get().judgement == "refused"


def test_advice_names_the_rules_and_later_clears(world: World, enter: Callable[[make.Someone], Client]) -> None:
    visit = world.request()
    client = enter(world.doctor)
    assert "A02" in client.get(f"/clinic/visits/{visit.id}/advice").content.decode()
    services.accept_evidence(actor=world.doctor.actor, evidence_id=visit.evidence.get().id, now=NOW)
    assert "规则都通过" in client.get(f"/clinic/visits/{visit.id}/advice").content.decode()


def test_state_fragment_asks_the_room_to_reload_when_the_visit_moved(
    world: World, enter: Callable[[make.Someone], Client]
) -> None:
    visit = world.waiting()
    client = enter(world.doctor)
    address = f"/clinic/visits/{visit.id}/state"
    assert "HX-Refresh" not in client.get(f"{address}?state=waiting").headers
    assert client.get(f"{address}?state=requested").headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("", "get"),
        ("state", "get"),
        ("advice", "get"),
        ("start", "post"),
        ("refer", "post"),
        ("end", "post"),
        ("messages", "get"),
        ("messages", "post"),
        ("typing", "post"),
        ("read", "post"),
        ("record", "post"),
        ("record/sign", "post"),
        ("record/addenda", "post"),
        ("record/read", "get"),
        ("record/attachments", "post"),
    ],
)
def test_foreign_visits_answer_like_absent_ones(
    world: World, enter: Callable[[make.Someone], Client], path: str, method: str
) -> None:
    visit = world.started()
    client = enter(make.a_physician())
    body = {"text": "你好，请问今天怎么样", "letter": "请到线下医院就诊，谢谢配合", "picture_id": str(new_id())}
    foreign = getattr(client, method)(f"/clinic/visits/{visit.id}/{path}", body)
    absent = getattr(client, method)(f"/clinic/visits/{new_id()}/{path}", body)
    assert foreign.status_code == absent.status_code == 404
    assert Message.objects.filter(visit=visit, body=body["text"]).count() == 0
    assert Visit.objects.get(id=visit.id).state == "in_progress"
