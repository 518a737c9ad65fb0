"""The prescription's screens: the panel in the room, the review and dispensing desks, the patient's page."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.pharmacy.world import AMLODIPINE, ZOLPIDEM, World, a_line

from xinglin.hospital.pharmacy import selectors
from xinglin.hospital.pharmacy.models import Prescription, TracedPack
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.shared import middleware


class Clock:
    """The instant that the pages take for the present."""

    def __init__(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def world(db: None, settings: Any) -> World:
    """Medicines, people and a visit."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return World()


@pytest.fixture
def clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Pages live three minutes after NOW unless told otherwise."""
    clock = Clock(world.later(3))
    monkeypatch.setattr(middleware, "now", lambda: clock.now)
    return clock


def at(who: make.Someone, language: str = "zh-hans") -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(who.account, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["xinglin_language"] = language
    return client


HTMX = {"HTTP_HX_REQUEST": "true"}


def panel_values(world: World, draft_id: str, visit_id: object, **line: str) -> dict[str, str]:
    """What the browser sends for a panel with one line of amlodipine."""
    line_id = str(a_line().id)
    values = {
        "product": AMLODIPINE,
        "dose": "5",
        "frequency": "qd",
        "route": "po",
        "days": "7",
        "packs": "",
        "reason": "",
    }
    values |= line
    return {"draft_id": draft_id, "line": line_id, "kind": "ordinary", "valid_days": "3"} | {
        f"{name}-{line_id}": value for name, value in values.items()
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_panel_finds_adds_previews_and_signs(world: World, clock: Clock, language: str) -> None:
    visit = world.signed()
    room = f"/clinic/visits/{visit.id}/prescription"
    client = at(world.doctor, language)
    empty = client.get(room, **HTMX)
    assert empty.status_code == 200
    added = client.post(f"{room}/lines", {"draft_id": str(visit.id), "add": AMLODIPINE}, **HTMX)
    assert "5" in added.content.decode()
    assert client.get(room, **HTMX).content.decode().count('name="line"') == 1, "the draft is kept"
    values = panel_values(world, str(a_line().id), visit.id)
    seen = client.post(f"{room}/preview", values, **HTMX).content.decode()
    assert ("1 盒" in seen) if language == "zh-hans" else ("1 × pack" in seen)
    assert "3.20" in seen
    signed = client.post(f"{room}/sign", values, **HTMX)
    assert signed.status_code == 200, signed.content.decode()
    assert signed.headers["HX-Trigger"] == "prescription-signed"
    row = Prescription.objects.get()
    assert str(row.id) == values["draft_id"]
    assert 'name="line"' not in client.get(room, **HTMX).content.decode(), "the draft is gone"


def test_a_reminder_stands_at_its_line_and_wants_a_reason(world: World, clock: Clock) -> None:
    visit = world.signed()
    room = f"/clinic/visits/{visit.id}/prescription"
    client = at(world.doctor)
    values = panel_values(world, str(a_line().id), visit.id, days="14")
    refused = client.post(f"{room}/sign", values, **HTMX)
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "B03" in text
    key = f"answer:B03:{values['line']}"
    assert f'name="{key}"' in text
    assert not Prescription.objects.exists()
    done = client.post(f"{room}/sign", values | {key: "chronic-stable"}, **HTMX)
    assert done.status_code == 200, done.content.decode()
    assert Prescription.objects.get().findings.get(rule_id="B03").reason_code == "chronic-stable"


def test_a_forbidden_medicine_blocks_the_button(world: World, clock: Clock) -> None:
    visit = world.signed()
    room = f"/clinic/visits/{visit.id}/prescription"
    values = panel_values(world, str(a_line().id), visit.id, product=ZOLPIDEM, dose="10", frequency="qn")
    client = at(world.doctor)
    seen = client.post(f"{room}/preview", values, **HTMX).content.decode()
    assert "B01" in seen
    assert "disabled" in seen
    refused = client.post(f"{room}/sign", values, **HTMX)
    assert refused.status_code == 409
    assert not Prescription.objects.exists()


def test_wrong_fields_are_named_and_kept(world: World, clock: Clock) -> None:
    visit = world.signed()
    client = at(world.doctor)
    values = panel_values(world, str(a_line().id), visit.id, dose="viel", days="x")
    answer = client.post(f"/clinic/visits/{visit.id}/prescription/sign", values, **HTMX)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="viel"' in text
    assert "请填整数" in text
    assert not Prescription.objects.exists()


def test_an_old_proof_asks_for_the_code_in_place(world: World, clock: Clock) -> None:
    visit = world.signed()
    clock.now = world.later(30)
    client = at(world.doctor)
    values = panel_values(world, str(a_line().id), visit.id)
    room = f"/clinic/visits/{visit.id}/prescription"
    asked = client.post(f"{room}/sign", values, **HTMX)
    assert asked.status_code == 403
    assert 'name="password"' in asked.content.decode()
    done = client.post(f"{room}/sign", values | {"password": make.PASSWORD}, **HTMX)
    assert done.status_code == 200, done.content.decode()


def test_a_foreign_room_answers_like_an_absent_one(world: World, clock: Clock) -> None:
    visit = world.signed()
    other = at(make.a_physician())
    for path in ("prescription/preview", "prescription/sign", "prescription/lines"):
        values = panel_values(world, str(a_line().id), visit.id)
        assert other.post(f"/clinic/visits/{visit.id}/{path}", values, **HTMX).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_review_desk_opens_the_next_and_approves(world: World, clock: Clock, language: str) -> None:
    row = world.issue()
    clock.now = world.later(4)
    make.a_proof(world.pharmacist.account, at=clock.now)
    client = at(world.pharmacist, language)
    page = client.get("/pharmacy/").content.decode()
    assert "key-approve" in page
    assert str(row.id) in page
    answer = client.post(f"/pharmacy/prescriptions/{row.id}/review", {"outcome": "approve"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.state == "approved"
    assert "key-approve" not in client.get("/pharmacy/").content.decode()


def test_returning_wants_a_code_and_the_room_shows_it(world: World, clock: Clock) -> None:
    row = world.issue()
    clock.now = world.later(4)
    make.a_proof(world.pharmacist.account, at=clock.now)
    client = at(world.pharmacist)
    path = f"/pharmacy/prescriptions/{row.id}/review"
    refused = client.post(path, {"outcome": "return", "text": "剂量请再核对"})
    assert refused.status_code == 422
    assert "剂量请再核对" in refused.content.decode()
    assert client.post(path, {"outcome": "return", "codes": "2-5", "text": "剂量请再核对"}).status_code == 302
    doctor = at(world.doctor)
    assert "剂量请再核对" in doctor.get(f"/clinic/visits/{row.visit_id}/prescription/status", **HTMX).content.decode()
    assert "剂量请再核对" in doctor.get("/clinic/prescriptions/").content.decode()
    assert "1 张处方" in doctor.get("/clinic/prescriptions/waiting", **HTMX).content.decode()
    rewritten = doctor.post(f"/clinic/visits/{row.visit_id}/prescription/rewrite", {"former": str(row.id)}, **HTMX)
    assert f'name="replaces" value="{row.id}"' in rewritten.content.decode()


def test_asking_and_answering(world: World, clock: Clock) -> None:
    row = world.issue()
    clock.now = world.later(4)
    make.a_proof(world.pharmacist.account, at=clock.now)
    pharmacist, doctor = at(world.pharmacist), at(world.doctor)
    path = f"/pharmacy/prescriptions/{row.id}/review"
    assert pharmacist.post(path, {"outcome": "ask", "text": "患者肾功能如何？"}).status_code == 302
    assert "患者肾功能如何" in doctor.get("/clinic/prescriptions/").content.decode()
    assert doctor.post(f"/clinic/prescriptions/{row.id}/answer", {"text": "肌酐正常。"}).status_code == 302
    assert "肌酐正常" in pharmacist.get("/pharmacy/").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_dispensing_desk_scans_waits_and_hands_over(world: World, clock: Clock, language: str) -> None:
    row = world.approved()
    clock.now = world.later(5)
    client = at(world.pharmacist, language)
    assert "data-scan" in client.get("/pharmacy/dispensing/").content.decode()
    codes = world.codes(row)
    values = {f"codes-{line_id}": given for line_id, given in codes.items()}
    wrong = client.post(f"/pharmacy/dispensing/{row.id}/pick", {name: ["12"] for name in values})
    assert wrong.status_code == 422
    assert 'value="12"' in wrong.content.decode()
    assert not TracedPack.objects.exists()
    assert client.post(f"/pharmacy/dispensing/{row.id}/pick", values).status_code == 302
    early = client.post(f"/pharmacy/dispensing/{row.id}/hand-over", {"to": "patient", "recipient": "测试"})
    assert early.status_code == 409
    world.choose(row)
    world.release(row, at=5)
    clock.now = world.later(7)
    page = client.get(f"/pharmacy/dispensing/?rx={row.id}").content.decode()
    assert "key-hand-over" in page
    assert client.post(f"/pharmacy/dispensing/{row.id}/hand-over", {"to": "courier"}).status_code == 302
    assert str(row.id) in client.get("/pharmacy/deliveries/").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_patient_follows_each_step(world: World, clock: Clock, language: str) -> None:
    client = at(world.patient, language)
    row = world.issue()
    page = f"/me/prescriptions/{row.id}/"
    assert row.signed.sha256 in client.get(page).content.decode()
    assert str(row.id) in client.get("/me/prescriptions/").content.decode()
    world.pick(world.review(row))
    clock.now = world.later(6)
    wrong = client.post(f"{page}delivery", {"way": "courier", "name": "", "phone": "12", "address": "近"})
    assert wrong.status_code == 422
    place = {"way": "courier", "name": "测试人", "phone": "13900000009", "address": "测试市测试路 8 号"}
    assert client.post(f"{page}delivery", place).status_code == 302
    assert f"/payment/prescriptions/{row.id}/" in client.get(page).content.decode()
    world.release(row)
    world.hand_over(row, to="courier")
    clock.now = world.later(9)
    assert client.post(f"{page}received").status_code == 302
    row.refresh_from_db()
    assert row.state == "delivered"
    assert selectors.verify_signature(actor=world.patient.actor, prescription_id=row.id).good


def test_a_foreign_prescription_answers_like_an_absent_one(world: World, clock: Clock) -> None:
    row = world.issue()
    stranger = at(make.a_patient())
    assert stranger.get(f"/me/prescriptions/{row.id}/").status_code == 404
    assert stranger.get(f"/me/prescriptions/{a_line().id}/").status_code == 404
    assert stranger.post(f"/me/prescriptions/{row.id}/cancel", {"reason": "price"}).status_code == 404
    assert json.dumps(row.state) == '"signed"'


def test_what_is_found_can_be_added_with_one_tap(world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = world.signed()
    room = f"/clinic/visits/{visit.id}/prescription"
    found = [terminology.product(AMLODIPINE), terminology.product(ZOLPIDEM)]
    monkeypatch.setattr(terminology, "search_products", lambda query, limit: found if query == "aldp" else [])
    client = at(world.doctor)
    page = client.get(f"{room}/search", {"q": "aldp"}, **HTMX).content.decode()
    assert f'"add": "{AMLODIPINE}"' in page
    assert "特殊管理" in page
    assert "没有找到" in client.get(f"{room}/search", {"q": "<b>"}, **HTMX).content.decode()
    assert "&lt;b&gt;" in client.get(f"{room}/search", {"q": "<b>"}, **HTMX).content.decode()
    assert client.get(f"{room}/search", {"q": " "}, **HTMX).content.decode().strip() == ""
