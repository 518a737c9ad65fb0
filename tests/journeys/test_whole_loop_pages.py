"""The whole loop through the pages, each person in a browser of their own: registration to the verified journal."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import builders as make

from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.ids import new_id

if TYPE_CHECKING:
    from tests.unit.settlement.world import World

NAME, PHONE, NUMBER = "演示患者", "13900007777", make.a_number(date(1966, 3, 12), serial=9)
HTMX = {"HTTP_HX_REQUEST": "true"}
CLERK = system_actor("test")


class Clock:
    """The instant that the pages take for the present."""

    def __init__(self) -> None:
        self.now = make.NOW

    def later(self, minutes: int = 1) -> None:
        """Move on."""
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def world(transactional_db: None, settings: Any) -> Iterator["World"]:
    """The house, its physician, pharmacist and insurer; real transactions, demo mode, so that codes are echoed."""
    from tests.unit.settlement.world import World

    from xinglin.hospital.interop.insurer.demo import DemoInsurer
    from xinglin.hospital.kernel.ports import bind
    from xinglin.hospital.settlement.ports import Insurer

    settings.XINGLIN_DEMO = True
    made = World()
    bind(Insurer, made.insurer)
    yield made
    bind(Insurer, DemoInsurer())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: made.now)
    return made


def at(someone: make.Someone) -> Client:
    """The browser of somebody of the house."""
    client = Client()
    client.force_login(someone.account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def register(picture: bytes) -> Client:
    """A stranger becomes a patient."""
    client = Client()
    who = {"name": NAME, "id_type": "resident", "number": NUMBER}
    assert client.post("/register", who).headers["Location"] == "/register/phone"
    told = text(client.post("/register/phone", {"do": "send", "phone": PHONE}))
    code = re.search(r"验证码\s*(\d{6})", told)
    assert code is not None
    entered = client.post("/register/phone", {"do": "enter", "phone": PHONE, "code": code[1]})
    assert entered.headers["Location"] == "/register/photo"
    client.post("/register/photo", {"photo": SimpleUploadedFile("id.png", picture)})
    client.post("/register/check")
    assert "实名核验通过" in text(client.get("/register/check"))
    return client


def insure(world: "World", person_id: Any) -> None:
    """What the insurance agency did long before."""
    since, now = date(2020, 1, 1), make.NOW
    insurance.enrol(
        actor=CLERK, coverage_id=new_id(), person_id=person_id, area="379900", insurance_type="310", person_type="11",
        from_on=since, now=now,
    )  # fmt: skip
    insurance.qualify(
        actor=CLERK, qualification_id=new_id(), person_id=person_id, disease="hypertension", certified_by="test",
        from_on=since, now=now,
    )  # fmt: skip


def ask(patient: Client, world: "World", picture: bytes) -> str:
    """The patient's four steps to the waiting room; the visit's page."""
    from tests.unit.consultation.world import calm

    address = f"/me/visits/new/{world.doctor.practitioner_id}"
    visit_id = re.search(r'name="visit_id" value="([0-9a-f-]+)"', text(patient.get(address)))
    assert visit_id is not None
    form = calm() | {"visit_id": visit_id[1], "complaint": "血压药快吃完了", "consent_version": "1", "agree": "yes"}
    assert "互联网诊疗知情同意书" in text(patient.post(address, form | {"step": "1"}))
    paper = {
        "earlier": "upload",
        "kind": "outpatient_record",
        "institution_name": "测试社区卫生服务中心",
        "diagnosed_on": "2026-08-01",
        "diagnosis_code": "I10 原发性高血压",
        "picture": SimpleUploadedFile("paper.png", picture, "image/png"),
    }
    done = patient.post(address, form | paper | {"step": "3"})
    assert done.headers["Location"] == f"/me/visits/{visit_id[1]}/", text(done)
    return visit_id[1]


def see(doctor: Client, patient: Client, visit: str, clock: Clock) -> None:
    """The physician's room: paper, start, talk, record."""
    room = f"/clinic/visits/{visit}/"
    evidence = re.search(rf"{room}evidence/([0-9a-f-]+)", text(doctor.get(room)))
    assert evidence is not None
    doctor.post(f"{room}evidence/{evidence[1]}", {"judgement": "accepted"})
    assert doctor.post(f"{room}start").status_code == 302
    doctor.post(f"{room}messages", {"id": str(new_id()), "text": "最近血压大概多少？", "after": "0"})
    assert "最近血压大概多少" in text(patient.get(f"/me/visits/{visit}/"))
    patient.post(f"/me/visits/{visit}/messages", {"id": str(new_id()), "text": "早上 138/86。", "after": "0"})
    assert "早上 138/86" in text(doctor.get(room))
    clock.later()
    draft = {
        "version": "0",
        "chief_complaint": "高血压复诊",
        "subjective": "规律服药，家测血压 138/86。",
        "objective": "",
        "assessment": "血压基本达标。",
        "plan": "续药 14 天。",
        "systolic_mmhg": "138",
        "diagnoses": ["I10"],
    }
    doctor.post(f"{room}record", draft, **HTMX)  # type: ignore[arg-type]
    signed = doctor.post(f"{room}record/sign", draft | {"version": "1"}, **HTMX)  # type: ignore[arg-type]
    assert signed.headers.get("HX-Redirect") == room, text(signed)
    assert "已签名锁定" in text(doctor.get(room))


def prescribe(doctor: Client, visit: str) -> str:
    """Fourteen days: the rule asks, the physician gives a coded reason and signs; the prescription's id."""
    from tests.unit.pharmacy.world import AMLODIPINE

    line, prescription = str(new_id()), str(new_id())
    fields = {
        "product": AMLODIPINE, "dose": "5", "frequency": "qd", "route": "po", "days": "14", "packs": "", "reason": "",
    }  # fmt: skip
    values = {"draft_id": prescription, "line": line, "kind": "ordinary", "valid_days": "3"}
    values |= {f"{name}-{line}": value for name, value in fields.items()}
    address = f"/clinic/visits/{visit}/prescription/sign"
    asked = doctor.post(address, values, **HTMX)  # type: ignore[arg-type]
    assert asked.status_code == 409
    assert f'name="answer:B03:{line}"' in text(asked)
    done = doctor.post(address, values | {f"answer:B03:{line}": "chronic-stable"}, **HTMX)  # type: ignore[arg-type]
    assert done.status_code == 200, text(done)
    return prescription


def dispense(pharmacist: Client, world: "World", prescription: str, clock: Clock) -> None:
    """Reviewed, picked; not handed over before it is paid."""
    from tests.unit.pharmacy.world import a_code

    clock.later()
    make.a_proof(world.pharmacist.account, at=clock.now)
    assert prescription in text(pharmacist.get("/pharmacy/"))
    review = {"outcome": "approve", "review_id": str(new_id())}
    assert pharmacist.post(f"/pharmacy/prescriptions/{prescription}/review", review).status_code == 302
    desk = text(pharmacist.get(f"/pharmacy/dispensing/?rx={prescription}"))
    boxes = re.findall(r'name="(codes-[0-9a-f-]+)"', desk)
    assert len(boxes) == 2
    codes = {boxes[0]: [a_code(), a_code()]}
    picked = pharmacist.post(f"/pharmacy/dispensing/{prescription}/pick", codes)
    assert picked.status_code == 302, text(picked)
    early = {"to": "patient", "recipient": NAME}
    assert pharmacist.post(f"/pharmacy/dispensing/{prescription}/hand-over", early).status_code == 409


def pay(patient: Client, prescription: str, clock: Clock) -> str:
    """The bill, the payment, the receipt that explains itself."""
    clock.later()
    address = f"/payment/prescriptions/{prescription}/"
    form = re.search(r'<form method="post" class="stack-2">(.*?)</form>', text(patient.get(address)), re.S)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
    fields.pop("csrfmiddlewaretoken", None)
    paid = patient.post(address, fields)
    assert paid.status_code == 302, text(paid)
    receipt = text(patient.get(paid["Location"]))
    assert "B03" in receipt, "what insurance does not pay names its rule"
    assert "门诊慢特病" in receipt
    return str(paid["Location"])


def test_from_registration_to_the_verified_journal(world: "World", clock: Clock) -> None:
    from tests.unit.consultation.world import a_picture

    from xinglin.hospital.identity.models import Person

    patient, doctor, pharmacist = register(a_picture()), at(world.doctor), at(world.pharmacist)
    person = Person.objects.get(phone=PHONE)
    insure(world, person.pk)
    visit = ask(patient, world, a_picture())
    see(doctor, patient, visit, clock)
    prescription = prescribe(doctor, visit)
    dispense(pharmacist, world, prescription, clock)
    pay(patient, prescription, clock)
    clock.later()
    page = text(pharmacist.get(f"/pharmacy/dispensing/?rx={prescription}"))
    deed = re.search(r'name="hand_over_id" value="([0-9a-f-]+)"', page)
    handed = {"to": "patient", "recipient": NAME} | ({"hand_over_id": deed[1]} if deed else {})
    assert pharmacist.post(f"/pharmacy/dispensing/{prescription}/hand-over", handed).status_code == 302
    again = handed | {"hand_over_id": str(new_id())}
    assert pharmacist.post(f"/pharmacy/dispensing/{prescription}/hand-over", again).status_code == 409
    assert doctor.post(f"/clinic/visits/{visit}/end").status_code == 302
    assert "高血压复诊" in text(patient.get(f"/me/visits/{visit}/record"))
    assert "B03" in text(at(make.an_auditor()).get("/audit/"))
    while journal.seal(now=clock.now):
        clock.later()
    checked = at(make.a_regulator()).post(f"/board/institutions/{world.house}/verify", follow=True)
    assert checked.status_code == 200
    found = journal.verify(institution_id=world.house, now=clock.now)
    assert found.intact
    assert found.links > 20
