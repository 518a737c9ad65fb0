"""The pages of registering, signing in, choosing and applying, over HTTP."""

import re
from datetime import date
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import builders as make
from tests.unit.consultation import world
from tests.unit.identity.conftest import Messages, Register, messages, picture, register

from xinglin.hospital.identity.models import (
    Account,
    AuthEvent,
    CredentialApplication,
    Guardianship,
    Person,
    Practitioner,
)
from xinglin.hospital.kernel.ids import new_id

__all__ = ["messages", "picture", "register"]
pytestmark = pytest.mark.django_db
PHONE = "13900005555"


@pytest.fixture(autouse=True)
def house() -> None:
    make.the_hospital()


def text(response: Any) -> str:
    return str(response.content.decode())


def who(**changes: str) -> dict[str, str]:
    return {"name": "孙小杏", "id_type": "resident", "number": make.a_number(date(1975, 5, 6))} | changes


def walk_to_photo(client: Client, messages: Messages) -> None:
    assert client.post("/register", who()).headers["Location"] == "/register/phone"
    assert "验证码已发送" in text(client.post("/register/phone", {"do": "send", "phone": PHONE}))
    done = client.post("/register/phone", {"do": "enter", "phone": PHONE, "code": messages.code})
    assert done.headers["Location"] == "/register/photo"


def test_registration_from_first_step_to_last(
    client: Client, messages: Messages, register: Register, picture: bytes
) -> None:
    assert client.get("/register").status_code == 200
    walk_to_photo(client, messages)
    assert client.get("/register/check").headers["Location"] == "/register/photo"
    sent = client.post("/register/photo", {"photo": SimpleUploadedFile("id.png", picture)})
    assert sent.headers["Location"] == "/register/check"
    assert "最后一步" in text(client.get("/register/check"))
    client.post("/register/check")
    assert "实名核验通过" in text(client.get("/register/check"))
    person = Person.objects.get()
    assert person.account is not None
    assert person.account.phone == PHONE


@pytest.mark.parametrize(
    ("answer", "says"), [("mismatch", "不一致"), ("unknown", "没有这个号码"), ("down", "暂时连不上")]
)
def test_each_answer_has_its_page_and_a_way_on(
    client: Client, messages: Messages, register: Register, picture: bytes, answer: str, says: str
) -> None:
    walk_to_photo(client, messages)
    client.post("/register/photo", {"photo": SimpleUploadedFile("id.png", picture)})
    register.answer = answer
    client.post("/register/check")
    assert says in text(client.get("/register/check"))
    register.answer = "match"
    again = {"do": "correct", **who(name="孙晓杏")} if answer != "down" else {}
    assert client.post("/register/check", again).status_code == 302
    assert "实名核验通过" in text(client.get("/register/check"))


def test_the_draft_in_the_session_is_sealed_and_nothing_is_written_before_the_phone(client: Client) -> None:
    number = make.a_number(date(1975, 5, 6))
    client.post("/register", who(number=number))
    assert number not in str(dict(client.session))
    assert Person.objects.count() == 0
    assert Client().get("/register/phone").headers["Location"] == "/register"


def test_wrong_fields_are_marked_in_both_languages(client: Client) -> None:
    page = client.post("/register", who(name="1", number="123"))
    assert page.status_code == 422
    assert text(page).count('class="says"') == 2
    assert "18位" in text(page)
    client.cookies["xinglin_language"] = "en"
    assert "18 characters" in text(client.post("/register", who(number="123")))
    minor = client.post("/register", who(number=make.a_number(date(2020, 1, 1))))
    assert minor.status_code == 409
    assert "guardian" in text(minor)


def test_signing_in_by_phone(client: Client, messages: Messages) -> None:
    someone = make.a_patient(phone=PHONE)
    assert client.get("/me/").headers["Location"].startswith("/sign-in?next=/me/")
    client.post("/sign-in", {"do": "send", "phone": PHONE})
    wrong = client.post("/sign-in", {"do": "enter", "phone": PHONE, "code": "x"})
    assert (wrong.status_code, "_auth_user_id" in client.session) == (422, False)
    done = client.post("/sign-in", {"do": "enter", "phone": PHONE, "code": messages.code, "next": "/family"})
    assert done.headers["Location"] == "/family"
    assert client.session["_auth_user_id"] == str(someone.account.pk)
    assert client.get("/register").headers["Location"] == "/register/check"


def test_an_address_elsewhere_is_not_followed(client: Client, messages: Messages) -> None:
    make.a_patient(phone=PHONE)
    client.post("/sign-in", {"do": "send", "phone": PHONE})
    done = client.post(
        "/sign-in", {"do": "enter", "phone": PHONE, "code": messages.code, "next": "https://example.org/"}
    )
    assert done.headers["Location"] == "/"


def test_the_code_is_shown_in_demo_mode_only(client: Client, settings: Any) -> None:
    settings.XINGLIN_DEMO = True
    shown = text(client.post("/sign-in", {"do": "send", "phone": PHONE}))
    assert re.search(r"验证码 \d{6}", shown)
    settings.XINGLIN_DEMO = False
    refused = client.post("/sign-in", {"do": "send", "phone": "13900006666"})
    assert refused.status_code >= 400
    assert not re.search(r"\d{6}，", text(refused))


def test_a_family_member_is_added_and_ended(client: Client, register: Register) -> None:
    mother = make.a_patient(birth_on=date(1992, 1, 1))
    client.force_login(mother.account)
    child = who(name="孙小苗", number=make.a_number(date(2021, 6, 1)), relation="mother")
    assert client.post("/family", child).status_code == 302
    assert "孙小苗" in text(client.get("/family"))
    row = Guardianship.objects.get()
    other = Client()
    other.force_login(make.a_patient().account)
    assert other.post(f"/family/{row.pk}/end").status_code == other.post(f"/family/{new_id()}/end").status_code == 404
    assert client.post(f"/family/{row.pk}/end").status_code == 302
    assert "孙小苗" not in text(client.get("/family"))
    assert client.get("/family?id_type=mother").status_code == 200


def test_demo_links_enter_in_demo_mode_only(client: Client, settings: Any) -> None:
    doctor = make.a_physician()
    link = f"/demo/enter/{signing.dumps(str(doctor.account.pk), salt='demo-enter')}"
    assert client.get(link).status_code == 404
    assert "_auth_user_id" not in client.session
    settings.XINGLIN_DEMO = True
    assert client.get("/demo/enter/forged").status_code == 404
    assert client.get(link).headers["Location"] == "/"
    assert AuthEvent.objects.filter(account=doctor.account, method="demo").count() == 1
    assert "370902197503120029" in text(client.get("/demo/register"))
    settings.XINGLIN_DEMO = False
    assert client.get("/demo/register").status_code == 404


# STAFF


def totp_now(secret: str = make.TOTP_SECRET) -> str:
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def test_staff_sign_in_with_password_and_one_time_code(client: Client) -> None:
    doctor = make.a_physician(proof_at=None)
    page = client.get("/staff/login/")
    assert "员工登录" in text(page)
    first = client.post("/staff/login/", {"login": doctor.account.username, "password": make.PASSWORD})
    assert first.headers["Location"] == "/staff/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    assert "第二重验证" in text(client.get("/staff/2fa/authenticate/"))
    client.post("/staff/2fa/authenticate/", {"code": totp_now()})
    assert client.session["_auth_user_id"] == str(doctor.account.pk)
    assert AuthEvent.objects.get(account=doctor.account).method == "totp"


def test_staff_without_a_second_factor_set_one_up_before_anything(client: Client) -> None:
    doctor = make.a_physician()
    doctor.account.authenticator_set.all().delete()
    client.post("/staff/login/", {"login": doctor.account.username, "password": make.PASSWORD})
    for path in ("/", "/clinic/", "/physicians"):
        assert client.get(path).headers["Location"] == "/staff/2fa/", path
    assert client.get("/api/anything").status_code == 403
    assert "先设置第二重验证" in text(client.get("/staff/2fa/"))
    page = client.get("/staff/2fa/totp/activate/")
    assert "设置动态口令" in text(page)
    secret = client.session["mfa.totp.secret"]
    client.post("/staff/2fa/totp/activate/", {"code": totp_now(secret)})
    assert client.get("/confirm").status_code == 200
    stored = doctor.account.authenticator_set.get(type="totp").data["secret"]
    assert secret not in stored, "the secret is sealed at rest"
    assert client.post("/staff/2fa/totp/deactivate/").status_code in {200, 302}
    assert doctor.account.authenticator_set.filter(type="totp").exists(), "the last factor stays"


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "signup/",
        "2fa/",
        "2fa/totp/activate/",
        "2fa/webauthn/add/",
        "reauthenticate/",
        "password/change/",
        "logout/",
    ],
)
def test_the_pages_of_sign_in_wear_our_frame_in_both_languages(client: Client, path: str) -> None:
    doctor = make.a_physician()
    if path not in {"login/", "signup/"}:
        doctor.account.authenticator_set.all().delete()
        client.post("/staff/login/", {"login": doctor.account.username, "password": make.PASSWORD})
    for language in ("zh-hans", "en"):
        client.cookies["xinglin_language"] = language
        page = client.get(f"/staff/{path}", follow=True)
        assert page.status_code == 200
        assert "xinglin.css" in text(page)


def test_confirming_again(client: Client) -> None:
    doctor = make.a_physician(proof_at=None)
    client.force_login(doctor.account)
    assert client.get("/confirm").status_code == 200
    wrong = client.post("/confirm", {"password": "wrong"})
    assert wrong.status_code == 422
    assert "密码" in text(wrong)
    assert not AuthEvent.objects.exists()
    done = client.post("/confirm", {"code": totp_now(), "next": "/clinic/"})
    assert done.headers["Location"] == "/clinic/"
    assert AuthEvent.objects.get().method == "totp"
    quick = client.post("/confirm", {"password": make.PASSWORD}, headers={"HX-Request": "true"})
    assert (quick.status_code, quick.headers["HX-Trigger"]) == (204, "confirmed")
    assert client.get("/confirm/passkey").status_code == 403
    client.force_login(make.a_patient().account)
    assert client.get("/confirm").status_code == 403


# PHYSICIANS


def test_choosing_and_reading_the_credential_record(client: Client) -> None:
    world.catalogues()
    doctor = make.a_physician(name="周杏林", languages=["zh", "fr"], intro_zh="心血管慢病随访")
    row = Practitioner.objects.get(pk=doctor.practitioner_id)
    assert "周杏林" in text(client.get("/physicians"))
    assert "周杏林" in text(client.get("/physicians?department=03&language=fr"))
    assert "周杏林" not in text(client.get("/physicians?department=04"))
    assert "周杏林" not in text(client.get("/physicians?language=ru&order=name"))
    part = client.get("/physicians?name=周", headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    page = text(client.get(f"/physicians/{doctor.practitioner_id}"))
    for shown in (row.register_no, "主治医师", "2012-07-01", "心血管慢病随访", "执业有效"):
        assert shown in page
    client.cookies["xinglin_language"] = "en"
    assert "attending physician" in text(client.get(f"/physicians/{doctor.practitioner_id}"))
    assert client.get(f"/physicians/{new_id()}").status_code == 404


# APPLYING


def application(messages: Messages, picture: bytes, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = who(name="钱杏医", number=make.a_number(date(1980, 1, 1)))
    values |= {
        "institution": str(make.the_hospital().pk),
        "kind": "physician",
        "register_no": "110370900001234",
        "title": "attending",
        "department": "03.07",
        "independent_from_on": "2015-01-01",
        "valid_from_on": "2015-01-01",
        "languages": ["zh", "en"],
        "practice_licence": SimpleUploadedFile("a.png", picture),
        "qualification": SimpleUploadedFile("b.png", picture),
        "username": "dr-qian",
        "password": make.PASSWORD,
        "phone": PHONE,
        "code": messages.code if messages.sent else "",
    }
    return values | changes


def test_an_application_is_handed_in_and_followed(client: Client, messages: Messages, picture: bytes) -> None:
    assert client.get("/apply").status_code == 200
    sent = client.post("/apply", {"do": "code", "phone": PHONE}, headers={"HX-Request": "true"})
    assert "验证码已发送" in text(sent)
    done = client.post("/apply", application(messages, picture))
    assert done.headers["Location"].startswith("/staff/login/")
    row = CredentialApplication.objects.get()
    assert (row.languages, row.papers.count(), row.state) == (["zh", "en"], 2, "applied")
    client.force_login(Account.objects.get(username="dr-qian"))
    assert client.get("/apply/status").headers["Location"] == "/staff/2fa/", "a second factor first"


def test_a_wrong_application_names_every_field_and_writes_nothing(
    client: Client, messages: Messages, picture: bytes
) -> None:
    client.post("/apply", {"do": "code", "phone": PHONE}, headers={"HX-Request": "true"})
    page = client.post("/apply", application(messages, picture, register_no="1", title="", valid_from_on=""))
    assert page.status_code == 422
    assert text(page).count('class="says"') == 3
    broken = application(messages, picture, practice_licence=SimpleUploadedFile("a.png", b"no picture"))
    assert client.post("/apply", broken).status_code == 422
    assert not Account.objects.exists()


def test_a_returned_application_is_corrected(client: Client, messages: Messages, picture: bytes, settings: Any) -> None:
    settings.XINGLIN_DEMO = True  # spares the second factor here
    client.post("/apply", {"do": "code", "phone": PHONE}, headers={"HX-Request": "true"})
    client.post("/apply", application(messages, picture))
    row = CredentialApplication.objects.get()
    client.force_login(Account.objects.get(username="dr-qian"))
    assert "正在审核" in text(client.get("/apply/status"))
    row.state, row.decided_by, row.decided_at, row.decision_reason = "returned", new_id(), make.NOW, "照片不清"
    row.save()
    page = text(client.get("/apply/status"))
    assert "照片不清" in page
    assert 'value="110370900001234"' in page
    again = {k: v for k, v in application(messages, picture).items() if k not in {"code", "phone"}}
    assert client.post("/apply/status", again).headers["Location"] == "/apply/status"
    assert CredentialApplication.objects.filter(state="applied").count() == 1
