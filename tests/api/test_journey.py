"""The whole loop as a program walks it: registration to hand-over, every step through the API alone."""

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from tests import builders as make
from tests.api.world import Caller, House, picture
from tests.unit.consultation.world import SAID, calm
from tests.unit.pharmacy.world import a_code
from tests.unit.settlement.world import CASHIER, CITY

from xinglin.hospital.identity.models import Account, InstitutionAgreement
from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.kernel import journal

NUMBER = make.a_number(make.date(1966, 3, 12), serial=7)
PHONE = "13700000001"


def register(house: House) -> tuple[Caller, dict[str, Any]]:
    """A patient registers, shows the document, is checked."""
    code = house.phone_code(PHONE, "register")
    person = {"name": "测试甲", "id_type": "resident", "number": NUMBER}
    made = Caller().post("/people", id=house.id(), person=person, phone=PHONE, code=code)
    patient = Caller(made["token"])
    patient.post(f"/people/{made['person_id']}/documents", kind="identity_front", picture=picture())
    assert patient.post(f"/people/{made['person_id']}/registry-check")["result"] == "match"
    assert patient.get("/me/identity")["step"] == "done"
    return patient, made


def admit(house: House) -> Caller:
    """A physician applies and is admitted, takes up a second factor and goes on duty."""
    code = house.phone_code("13700000002", "apply")
    practice = {
        "institution_id": house.officer.institution_id,
        "kind": "physician",
        "register_no": "110000000000077",
        "title": "attending",
        "department": "03.04",
        "independent_from_on": "2012-07-01",
        "valid_from_on": "2015-01-01",
        "languages": ["zh", "en"],
    }
    applied = Caller().post(
        "/applications",
        id=house.id(),
        person={"name": "测试乙", "id_type": "resident", "number": make.a_number(make.date(1980, 5, 5), serial=8)},
        sign_in={"username": "doctor-yi", "password": make.PASSWORD, "phone": "13700000002", "code": code},
        practice=practice,
        papers=[{"kind": kind, "picture": picture()} for kind in ("practice_licence", "qualification")],
    )
    officer = house.staff(house.officer)
    waiting = officer.get("/applications")
    assert [row["id"] for row in waiting] == [applied["id"]]
    detail = officer.get(f"/applications/{applied['id']}")
    assert [h["en"] for h in detail["hindrances"]] == ["The applicant's real name is not verified."]
    officer_checks(officer, detail)
    decided = officer.post(f"/applications/{applied['id']}/decision", decision="approved")
    assert Caller().get(f"/practitioners/{decided['practitioner_id']}")["standing"] == "active"
    account = Account.objects.get(pk=applied["account_id"])
    Authenticator.objects.create(user=account, type="totp", data={"secret": encrypt("JBSWY3DPEHPK3PXP")})
    doctor = house.sign_in(account)
    doctor.put("/me/duty", on_duty=True)
    return doctor


def officer_checks(officer: Caller, detail: dict[str, Any]) -> None:
    """Medical affairs asks the register about the applicant."""
    answer = officer.post(f"/people/{detail['person']['id']}/registry-check")
    assert answer["result"] == "match"


def ask(house: House, patient: Caller, person_id: str, physician_id: str) -> dict[str, Any]:
    """The patient asks for a follow-up visit."""
    questions = patient.get("/questionnaire", person_id=person_id)["questions"]
    asked = {question["id"] for question in questions}
    visit = {
        "id": house.id(),
        "person_id": person_id,
        "physician_id": physician_id,
        "complaint": "血压药吃完了，来复查",
        "evidence": [
            {
                "kind": "outpatient_record",
                "diagnosis_code": "I10",
                "diagnosed_on": "2026-08-01",
                "institution_name": "测试社区卫生服务中心",
                "picture": picture(),
            }
        ],
        "answers": {key: value for key, value in calm().items() if key in asked},
        "consent_version": Caller().get("/consent")["version"],
    }
    made: dict[str, Any] = patient.post("/visits", visit)
    again = patient.post("/visits", visit)
    assert again == made
    return made


def see(house: House, doctor: Caller, patient: Caller, visit: dict[str, Any]) -> None:
    """The physician accepts the paper, starts, talks, writes and signs the record."""
    line = doctor.get("/queue")["next"] or doctor.get("/queue")["waiting"][0]
    assert line["visit"]["id"] == visit["id"]
    doctor.post(f"/evidence/{line['evidence'][0]['id']}/acceptance")
    assert doctor.post(f"/visits/{visit['id']}/start")["state"] == "in_progress"
    house.clock.later()
    said = {"id": house.id(), "text": SAID}
    first = doctor.post(f"/visits/{visit['id']}/messages", said)
    assert doctor.post(f"/visits/{visit['id']}/messages", said) == first
    patient.post(f"/visits/{visit['id']}/messages", id=house.id(), text="最高一百四，没有头晕。")
    doctor.post(f"/visits/{visit['id']}/pictures", id=house.id(), picture=picture("green"))
    talk = patient.get(f"/visits/{visit['id']}/messages", after=first["seq"])
    assert [m["kind"] for m in talk["messages"]] == ["text", "picture"]
    patient.put(f"/visits/{visit['id']}/read-mark", seq=talk["messages"][-1]["seq"])
    assert patient.call("GET", f"/pictures/{talk['messages'][-1]['picture_id']}").media_type == "image/jpeg"
    write(house, doctor, visit)


def write(house: House, doctor: Caller, visit: dict[str, Any]) -> None:
    """The record: saved, signed, locked."""
    draft = {
        "version": doctor.get(f"/visits/{visit['id']}/record/draft")["version"],
        "chief_complaint": "高血压复诊",
        "subjective": "规律服药，家测血压 138/86 mmHg，无不适。",
        "objective": "线上无法查体。",
        "assessment": "原发性高血压，血压基本达标。",
        "plan": "原方案续药，每周记录血压。",
        "vitals": {"systolic_mmhg": "138", "diastolic_mmhg": "86", "temperature_decic": "36.5"},
        "diagnoses": ["I10"],
    }
    saved = doctor.put(f"/visits/{visit['id']}/record", **draft)
    signed = doctor.post(f"/visits/{visit['id']}/record/signature", version=saved["version"])
    assert signed["state"] == "signed"
    locked = draft | {"version": saved["version"]}
    assert doctor.refused("PUT", f"/visits/{visit['id']}/record", locked) == (409, "consultation.record_locked")
    doctor.post(f"/visits/{visit['id']}/record/addenda", id=house.id(), text="补记：患者用的是上臂式电子血压计。")


def prescribe(house: House, doctor: Caller, visit: dict[str, Any]) -> dict[str, Any]:
    """Previewed, kept as a draft, signed, twice the same deed."""
    found = next(one for one in Caller().get("/products", q="氨氯地平") if one["units_per_pack"] == 7)
    line = {"id": house.id(), "product_code": found["code"], "dose_units": 5000, "frequency": "qd", "route": "po"}
    draft = {"id": house.id(), "visit_id": visit["id"], "lines": [line | {"days": 7}]}
    seen = doctor.post("/prescriptions/preview", draft)
    assert (seen["asks"], seen["errors"]) == ([], [])
    assert seen["lines"][0]["packs"] == 1
    doctor.put("/prescription-drafts", **draft)
    assert doctor.get(f"/visits/{visit['id']}/prescription-draft")["draft"]["lines"][0]["days"] == 7
    issued: dict[str, Any] = doctor.post("/prescriptions", draft)
    assert doctor.post("/prescriptions", draft) == issued
    assert doctor.get(f"/prescriptions/{issued['id']}/signature")["good"] is True
    return issued


def dispense(house: House, pharmacist: Caller, prescription: dict[str, Any]) -> dict[str, Any]:
    """Reviewed and picked by trace code."""
    path = f"/prescriptions/{prescription['id']}"
    assert [row["id"] for row in pharmacist.get("/desks/review")] == [prescription["id"]]
    review = {"id": house.id(), "outcome": "approve"}
    assert pharmacist.post(f"{path}/reviews", review) == pharmacist.post(f"{path}/reviews", review)
    line = prescription["lines"][0]
    picked: dict[str, Any] = pharmacist.post(
        f"{path}/pick", lines=[{"line_id": line["id"], "codes": [a_code(line["product_code"])]}]
    )
    assert picked["state"] == "picked"
    return picked


def pay(house: House, patient: Caller, prescription: dict[str, Any], person_id: str) -> dict[str, Any]:
    """Insured as an employee: what it would cost, the payment, the receipt; the same key is the same payment."""
    insure(house, person_id)
    assert patient.get("/insurance", person_id=person_id)["insurance"]["insurance_type"] == "310"
    path = f"/prescriptions/{prescription['id']}"
    quote = patient.post(f"{path}/quote", {})
    assert quote["total_fen"] == prescription["total_fen"]
    paid = {"key": house.id(), "shown_cash_fen": quote["cash_fen"]}
    settled: dict[str, Any] = patient.post(f"{path}/settlement", paid)
    assert patient.post(f"{path}/settlement", paid) == settled
    assert (
        settled["fund_fen"] + settled["hospital_fen"] + settled["account_fen"] + settled["cash_fen"]
        == (settled["total_fen"])
    )
    receipt = patient.get(f"/settlements/{settled['id']}/receipt")
    assert receipt["parts"][0]["lines"]
    assert [one["settlement"]["id"] for one in patient.get("/payments")] == [settled["id"]]
    return settled


def insure(house: House, person_id: str) -> None:
    """What comes from the insurance agency, not through this API."""
    InstitutionAgreement.objects.create(institution=make.the_hospital(), area=CITY, from_on=make.date(2020, 1, 1))
    insurance.enrol(
        actor=CASHIER,
        coverage_id=house.id(),
        person_id=UUID(person_id),
        area=CITY,
        insurance_type="310",
        person_type="11",
        from_on=make.date(2020, 1, 1),
        now=make.NOW,
    )


def leave(house: House, pharmacist: Caller, patient: Caller, prescription: dict[str, Any]) -> None:
    """Handed over at the counter, once."""
    path = f"/prescriptions/{prescription['id']}"
    patient.put(f"{path}/delivery", way="counter", name="测试甲", phone=PHONE)
    deed = {"id": house.id(), "to": "patient", "recipient": "测试甲"}
    assert pharmacist.post(f"{path}/hand-over", deed) == pharmacist.post(f"{path}/hand-over", deed)
    again = deed | {"id": house.id()}
    assert pharmacist.refused("POST", f"{path}/hand-over", again) == (409, "dispensing.already_handed_over")
    sheet = patient.get(path)
    assert sheet["state"] in {"handed_over", "delivered"}
    assert sheet["directions"][0]["take"]["en"]


def look_back(house: House, visit: dict[str, Any], prescription: dict[str, Any], settled: dict[str, Any]) -> None:
    """The auditor finds nothing; the regulator finds the journal whole, with every deed in it."""
    auditor, regulator = house.staff(house.auditor), house.staff(house.regulator)
    assert auditor.get("/findings", outcome="finding")["total"] == 0
    journal.seal(now=house.clock.later())
    institution_id = visit["institution_id"]
    checked = regulator.post(f"/journals/{institution_id}/verification")
    assert (checked["intact"], checked["problem"]) == (True, None)
    entries = regulator.get(f"/journals/{institution_id}/entries")
    objects = {entry["object_id"] for entry in entries}
    assert {prescription["id"], settled["id"]} & objects


def test_the_whole_loop(real_house: House) -> None:
    house = real_house
    patient, registered = register(house)
    doctor = admit(house)
    me = doctor.get("/me")
    physicians = Caller().get("/physicians", department="03.04")
    assert [one["profile"]["id"] for one in physicians] == [me["practitioner_id"]]
    assert physicians[0]["fee_fen"] > 0
    visit = ask(house, patient, registered["person_id"], me["practitioner_id"])
    see(house, doctor, patient, visit)
    prescription = prescribe(house, doctor, visit)
    pharmacist = house.staff(house.pharmacist)
    dispense(house, pharmacist, prescription)
    assert [row["id"] for row in patient.get("/desks/payment")] == [prescription["id"]]
    settled = pay(house, patient, prescription, registered["person_id"])
    leave(house, pharmacist, patient, prescription)
    assert doctor.post(f"/visits/{visit['id']}/end")["state"] == "ended"
    assert patient.get(f"/visits/{visit['id']}/record")["intact"] is True
    look_back(house, visit, prescription, settled)
