"""The medicine check in the room: cards beside lines, remedies that act, reasons that silence, signatures held."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.decision_support.tables import read_twice
from tests.unit.pharmacy import world as pharmacy_world
from tests.unit.pharmacy.world import METFORMIN, World, a_line

from xinglin.hospital.consultation import services as consultation
from xinglin.hospital.consultation.models import MedicineTold, PlannedTest
from xinglin.hospital.consultation.services import Measured
from xinglin.hospital.decision_support.models import Acceptance, CheckTicket
from xinglin.hospital.decision_support.services import replay
from xinglin.hospital.pharmacy.models import Draft, Prescription
from xinglin.hospital.web.shared import middleware

pytestmark = pytest.mark.django_db
IBUPROFEN, PARACETAMOL, OMEPRAZOLE = "XL-M01AE01-004", "XL-N02BE01-001", "XL-A02BC01-002"
ITRACONAZOLE = "XL-J02AC02-001"
HTMX = {"HTTP_HX_REQUEST": "true"}
TAP = re.compile(r"<button[^>]*prescription/remedy[^>]*hx-vals='([^']*)'")
FIELD = re.compile(r'<(?:input|select)[^>]*name="([^"]+)"[^>]*>')


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row counts as read a second time, so that it may interrupt."""
    monkeypatch.setattr("xinglin.hospital.decision_support.knowledge.knowledge_in_force", read_twice)


class Panel:
    """The prescription panel of one visit, as a browser uses it."""

    def __init__(self, world: World, visit: Any = None) -> None:
        self.world = world
        self.visit = visit or world.signed()
        self.room = f"/clinic/visits/{self.visit.id}/prescription"
        self.client = Client()
        self.client.force_login(world.doctor.account, backend="django.contrib.auth.backends.ModelBackend")
        self.html = ""
        self.status = 200

    def post(self, path: str, values: dict[str, Any]) -> str:
        answer = self.client.post(f"{self.room}/{path}", self.fields() | values, **HTMX)
        self.html, self.status = answer.content.decode(), answer.status_code
        return self.html

    def fields(self) -> dict[str, Any]:
        """What the form holds: the stored draft, as the page writes it."""
        row = Draft.objects.filter(visit_id=self.visit.id).first()
        if row is None:
            return {"draft_id": str(a_line().id)}
        draft = row.content
        found: dict[str, Any] = {"draft_id": draft["id"], "kind": draft["kind"], "valid_days": "3", "line": []}
        for line in draft["lines"]:
            found["line"].append(line["id"])
            written = str((line["dose_units"] or 0) / 1000).removesuffix(".0")
            plain = {"product": line["product_code"], "dose": written, "days": str(line["days"] or "")}
            plain |= {name: line[name] for name in ("frequency", "route", "reason")} | {"packs": ""}
            found |= {f"{name}-{line['id']}": value for name, value in plain.items()}
        return found

    def add(self, code: str, **typed: str) -> str:
        self.post("lines", {"add": code})
        line = self.lines()[-1]["id"]
        return self.post("preview", {f"{name}-{line}": value for name, value in typed.items()})

    def lines(self) -> list[dict[str, Any]]:
        row = Draft.objects.filter(visit_id=self.visit.id).first()
        return list(row.content["lines"]) if row else []

    def taps(self) -> list[dict[str, str]]:
        return [json.loads(unescape(one)) for one in TAP.findall(self.html)]

    def tap(self, remedy: str) -> str:
        values = next(one for one in self.taps() if one["remedy"] == remedy)
        return self.post("remedy", values)

    def sign(self) -> str:
        return self.post("sign", {})


@pytest.fixture
def world(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """Medicines, people, and the pages at three minutes after NOW."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    more = (*pharmacy_world.PRODUCTS, IBUPROFEN, PARACETAMOL, OMEPRAZOLE, ITRACONAZOLE)
    monkeypatch.setattr(pharmacy_world, "PRODUCTS", more)
    monkeypatch.setattr(pharmacy_world, "PREFIXES", {code: f"81{n:05d}" for n, code in enumerate(more, start=1)})
    made = World()
    monkeypatch.setattr(middleware, "now", lambda: made.later(3))
    return made


def tell(world: World, egfr: str = "", warfarin: bool = False) -> None:
    """What the patient said before the visit."""
    who: dict[str, Any] = {"actor": world.patient.actor, "patient_id": world.patient.person_id, "now": world.later(0)}
    consultation.tell_allergy(none_known=True, **who)
    if warfarin:
        consultation.tell_medicine(name="华法林片", sig="每次3mg 每日1次", **who)
    if egfr:
        on = world.later(0).date() - timedelta(days=3)
        consultation.tell_measures(values=[Measured("EGFR", egfr, on), Measured("WEIGHT", "55", on)], **who)


def test_warfarin_meets_ibuprofen_and_one_tap_brings_paracetamol(world: World) -> None:
    tell(world, warfarin=True)
    panel = Panel(world)
    html = panel.add(IBUPROFEN, dose="200", frequency="tid", days="5")
    assert "出血风险" in html
    assert "华法林" in html or "维生素K拮抗剂" in html
    assert "凭记忆写成" in html
    assert html.count('class="finding med') <= 4
    panel.sign()
    assert panel.status == 409
    assert "用药核查还有" in panel.html
    assert not Prescription.objects.exists()
    html = panel.tap("switch:paracetamol")
    assert [line["product_code"] for line in panel.lines()] == [PARACETAMOL]
    assert "出血风险" not in html
    assert "已办理" in html


def test_metformin_is_lowered_to_what_the_kidneys_allow_and_signed(world: World) -> None:
    tell(world, egfr="38")
    panel = Panel(world)
    html = panel.add(METFORMIN, dose="1000", frequency="bid", days="7")
    assert "肾功能" in html
    panel.tap("lower:1000mg/d")
    line = panel.lines()[0]
    assert (line["dose_units"], line["frequency"]) == (500_000, "bid")
    assert "1000mg" not in str(panel.taps())
    kept = CheckTicket.objects.count()
    panel.sign()
    assert panel.status == 200, panel.html
    row = Prescription.objects.get()
    assert CheckTicket.objects.count() == kept + 1
    ticket = CheckTicket.objects.get(subject_id=row.id)
    assert replay(actor=world.doctor.actor, log_id=ticket.id, now=world.later(9)).same


def test_accepted_with_a_reason_it_is_silent_in_the_next_visit_and_loud_at_another_dose(world: World) -> None:
    tell(world, egfr="38")
    panel = Panel(world)
    panel.add(METFORMIN, dose="1000", frequency="bid", days="7")
    ticket = next(one["ticket"] for one in panel.taps() if one["remedy"].startswith("lower"))
    refused = panel.post("accept", {"ticket": ticket, f"accept-reason-{ticket}": ""})
    assert panel.status == 422
    assert "请从列表中选择理由" in refused
    html = panel.post("accept", {"ticket": ticket, f"accept-reason-{ticket}": "short-course"})
    assert panel.status == 200
    assert Acceptance.objects.get().reason_code == "short-course"
    assert "已注明理由、保持安静的" in html
    assert not [one for one in panel.taps() if one["remedy"].startswith("lower")]
    # The next visit of the same patient, the same order: silent. A higher dose: loud again.
    consultation.end_visit(actor=world.doctor.at(world.later(3)), visit_id=panel.visit.id, now=world.later(3))
    former, panel = panel.visit.id, Panel(world, world.signed())
    assert panel.visit.id != former
    again = panel.add(METFORMIN, dose="1000", frequency="bid", days="7")
    assert not [one for one in panel.taps() if one["remedy"].startswith("lower")]
    assert "已注明理由、保持安静的" in again
    line = panel.lines()[0]["id"]
    panel.post("preview", {f"frequency-{line}": "tid"})
    assert [one for one in panel.taps() if one["remedy"].startswith("lower")]


def test_a_test_goes_on_the_visits_list_but_does_not_answer_a_dose_above_the_limit(world: World) -> None:
    tell(world, egfr="38")
    panel = Panel(world)
    panel.add(METFORMIN, dose="1000", frequency="bid", days="7")
    html = panel.tap("test:EGFR@90")
    row = PlannedTest.objects.get()
    assert (row.code, (row.due_on - world.later(0).date()).days) == ("EGFR", 90)
    assert not Acceptance.objects.exists(), "a test that is planned makes no dose right"
    assert "这条提示仍然成立" in html
    assert [one for one in panel.taps() if one["remedy"].startswith("lower")], "it is shown again"
    panel.sign()
    assert panel.status == 409
    page = panel.client.get(f"/clinic/visits/{panel.visit.id}/facts", **HTMX).content.decode()
    assert "要复查" in page


def test_a_test_that_is_the_whole_management_is_the_reason_itself(world: World) -> None:
    tell(world, warfarin=True)
    panel = Panel(world)
    panel.add(ITRACONAZOLE, dose="200", frequency="qd", days="7")
    html = panel.tap("test:INR@5")
    held = Acceptance.objects.get(row="interactions/I149")
    assert (held.reason_code, held.remedy, held.tier) == ("monitoring-arranged", "test:INR@5", "D")
    assert "INR" in held.text
    assert "这条提示仍然成立" not in html
    assert PlannedTest.objects.get().code == "INR"


def test_what_the_patient_must_not_get_cannot_be_accepted_nor_signed(world: World) -> None:
    tell(world)
    who: dict[str, Any] = {"actor": world.patient.actor, "patient_id": world.patient.person_id, "now": world.later(0)}
    consultation.tell_allergy(substance="二甲双胍", reaction="severe", **who)
    panel = Panel(world)
    html = panel.add(METFORMIN, dose="500", frequency="bid", days="7")
    assert "不得使用" in html
    assert "线上不能以理由接受" in html
    panel.sign()
    assert panel.status == 409
    assert not Prescription.objects.exists()
    panel.tap("stop:a")
    assert panel.lines() == []


def test_a_stale_tap_is_refused_and_changes_nothing(world: World) -> None:
    tell(world, egfr="38")
    panel = Panel(world)
    panel.add(METFORMIN, dose="1000", frequency="bid", days="7")
    before = panel.lines()
    panel.post("remedy", {"ticket": "0" * 24, "remedy": "stop:a", "on": before[0]["id"], "choose": ""})
    assert panel.status == 409
    assert panel.lines() == before
    stranger = Client()
    other = make.a_physician()
    stranger.force_login(other.account, backend="django.contrib.auth.backends.ModelBackend")
    assert stranger.post(f"{panel.room}/remedy", {"ticket": "x"}, **HTMX).status_code == 404
    assert stranger.get(f"/clinic/visits/{panel.visit.id}/facts", **HTMX).status_code == 404


def test_facts_are_corrected_in_the_room_with_who_said_it(world: World) -> None:
    tell(world, warfarin=True)
    panel = Panel(world)
    where = f"/clinic/visits/{panel.visit.id}/facts"
    page = panel.client.get(where, **HTMX).content.decode()
    assert "华法林片" in page
    assert "患者" in page
    row = MedicineTold.objects.get()
    answer = panel.client.post(where, {"do": "hold", "row": str(row.id), "held": "1"}, **HTMX)
    assert answer.headers["HX-Trigger"] == "facts-changed"
    assert "已暂停" in answer.content.decode()
    assert MedicineTold.objects.count() == 2, "nothing is overwritten"
    wrong = panel.client.post(where, {"do": "measure", "INR": "250", "on": "2026-08-30"}, **HTMX)
    assert wrong.status_code == 422
    assert "应在 0.5 到 20" in wrong.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_patients_tell_it_in_plain_words(world: World, language: str) -> None:
    client = Client()
    client.force_login(world.patient.account, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["xinglin_language"] = language
    empty = client.get("/me/facts/").content.decode()
    assert ("还没有回答" if language == "zh-hans" else "Not answered yet") in empty
    assert client.post("/me/facts/", {"do": "allergy", "substance": "青霉素", "reaction": "severe"}).status_code == 302
    assert client.post("/me/facts/", {"do": "medicine", "name": "阿司匹林肠溶片", "sig": "100mg qd"}).status_code == 302
    page = client.get("/me/facts/").content.decode()
    assert "青霉素" in page
    assert "阿司匹林肠溶片" in page
    nothing = client.post("/me/facts/", {"do": "allergy", "substance": " "})
    assert nothing.status_code == 422
    assert (
        client.post("/me/facts/", {"do": "no-medicine", "person": str(make.a_patient().person_id)}).status_code == 404
    )
