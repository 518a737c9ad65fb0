"""The pages of the likeness: one's own, the challenge, and the desk."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import builders as make
from tests.unit.identity.answering import Sitter
from tests.unit.identity.conftest import Messages, Register, messages, register
from tests.unit.identity.test_likeness_cards import FRONT, NUMBER, a_picture, on_the_card

from xinglin.biometrics import engine
from xinglin.hospital.identity.likeness_consent import consent_text
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    AuthEvent,
    BiometricConsent,
    LikenessCheck,
    LikenessTemplate,
    Person,
)
from xinglin.hospital.kernel import clock

__all__ = ["messages", "on_the_card", "register"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_card")]
ENROL, CONFIRM = "/identity/check/register", "/identity/check/confirm"


@pytest.fixture(autouse=True)
def house(on_the_card: dict[str, Any]) -> Iterator[None]:
    make.the_hospital()
    yield
    engine.forget()


def text(response: Any) -> str:
    return str(response.content.decode())


def signed_in(client: Client, someone: make.Someone | None = None) -> make.Someone:
    found = someone or make.a_patient()
    client.force_login(found.account)
    return found


def agreed(client: Client) -> None:
    client.post("/me/likeness", {"do": "consent", "kind": "face", "text_version": consent_text("face").version})


def script(client: Client, address: str, do: str, **sent: Any) -> Any:
    """What the page's script asks."""
    return client.post(address, {"do": do, **sent})


def a_file() -> SimpleUploadedFile:
    """A picture of somebody who looks straight ahead."""
    return SimpleUploadedFile("frame.jpg", Sitter(3).picture(None), "image/jpeg")


def answered(client: Client, address: str, who: int) -> str:
    """Begin a challenge and carry it to its end as the page does; the part of the page that it ends in."""
    sitter, found = Sitter(who), script(client, address, "begin").json()
    while "html" not in found:
        time.sleep(0.1)  # the server's clock is the real one here
        file = SimpleUploadedFile("frame.jpg", sitter.picture(found["step"] and found["step"]["code"]), "image/jpeg")
        sent = {"challenge": found["challenge"], "ticket": found["ticket"], "frames": file}
        found = script(client, address, "frame", **sent).json()
    return str(found["html"])


def test_consent_is_read_given_and_withdrawn(client: Client) -> None:
    signed_in(client)
    page = text(client.get("/me/likeness"))
    assert "单独同意书" in page
    assert "不同意也可以" in page
    assert "怎样撤回" in page
    assert client.post("/me/likeness", {"do": "consent", "kind": "face", "text_version": "0"}).status_code == 409
    agreed(client)
    assert "开始登记" in text(client.get("/me/likeness"))
    client.post("/me/likeness", {"do": "withdraw", "kind": "face"})
    assert BiometricConsent.objects.get().withdrawn_at is not None
    assert "单独同意书" in text(client.get("/me/likeness"))


def test_from_the_camera_to_a_proof_by_way_of_the_desk(client: Client) -> None:
    patient = signed_in(client)
    agreed(client)
    assert "等待人工核对" in answered(client, ENROL, 3)
    officer = make.a_medical_affairs_officer()
    desk = Client()
    desk.force_login(officer.account)
    queue = text(desk.get("/affairs/likeness/"))
    review = AlternativeCheck.objects.get()
    assert str(review.pk) in queue
    detail = text(desk.get(f"/affairs/likeness/{review.pk}/"))
    still = re.search(r"/affairs/likeness/stills/[0-9a-f-]+", detail)
    assert still is not None
    assert desk.get(still.group()).headers["Content-Type"] == "image/jpeg"
    assert client.get(still.group()).status_code == 403
    bare = desk.post(f"/affairs/likeness/{review.pk}/", {"decision": "accept", "way": "talk", "reason": ""})
    assert bare.status_code == 422
    desk.post(f"/affairs/likeness/{review.pk}/", {"decision": "accept", "way": "in_person", "reason": "核对过证件"})
    assert desk.get(still.group()).status_code == 404
    assert "您的人脸可以用来确认身份" in text(client.get("/me/likeness"))
    assert 'data-go="/me/"' in answered(client, f"{CONFIRM}?next=/me/", 3)
    assert AuthEvent.objects.filter(account=patient.account, method="face").count() == 1


def test_a_failed_answer_says_why_and_offers_a_person(client: Client) -> None:
    signed_in(client)
    agreed(client)
    answered(client, ENROL, 3)
    LikenessTemplate.objects.update(accepted_at=make.NOW, accepted_by=Person.objects.get().pk)
    page = answered(client, CONFIRM, 12)
    assert "不是同一个人" in page
    assert "由人来核验" in page
    assert "data-go" not in page


def test_the_page_guides_in_both_languages_and_names_the_other_way(client: Client) -> None:
    signed_in(client)
    agreed(client)
    page = text(client.get(ENROL))
    for part in (
        'aria-live="assertive"',
        'aria-live="polite"',
        "<noscript>",
        "data-start",
        "#other-way",
        "data-figure",
    ):
        assert part in page
    client.cookies["xinglin_language"] = "en"
    page = text(client.get(ENROL))
    assert "No hurry" in page
    assert "Look at the camera" in page


def test_the_next_step_is_told_when_the_one_before_is_done(client: Client) -> None:
    signed_in(client)
    agreed(client)
    found = script(client, ENROL, "begin").json()
    assert (found["step"], found["done"], found["steps"], found["left"]) == (None, 0, 5, 2)
    assert "steps" not in str(found["hint"])


def test_what_does_not_come_one_by_one_is_refused_in_words(client: Client) -> None:
    signed_in(client)
    agreed(client)
    found = script(client, ENROL, "begin").json()
    held = {"challenge": found["challenge"], "ticket": found["ticket"]}
    batch = script(client, ENROL, "frame", **held, frames=[a_file() for _ in range(20)])
    assert (batch.status_code, batch.json()["code"]) == (422, "identity.frames_wrong")
    assert "每次只送一张" in batch.json()["html"]
    none = script(client, ENROL, "frame", **held)
    assert none.status_code == 422
    early = script(client, ENROL, "frame", challenge=found["challenge"], ticket="guessed", frames=a_file())
    assert (early.status_code, early.json()["code"]) == (409, "identity.frame_out_of_turn")
    lost = script(client, ENROL, "now", challenge=found["challenge"]).json()
    assert lost["ticket"] == found["ticket"]
    assert script(client, ENROL, "now", challenge="nonsense").status_code == 404


def test_after_three_tries_a_person_is_offered(client: Client) -> None:
    patient = signed_in(client)
    agreed(client)
    answered(client, ENROL, 3)
    LikenessTemplate.objects.update(accepted_at=make.NOW, accepted_by=Person.objects.get().pk)
    for _ in range(3):
        LikenessCheck.objects.create(
            id=make.new_id(), person_id=patient.person_id, kind="face", purpose="confirm", at=clock.now(),
            by=patient.account.pk, decision="fail",
        )  # fmt: skip
    refused = script(client, CONFIRM, "begin")
    assert (refused.status_code, refused.json()["code"]) == (429, "identity.tries_used_up")
    assert "由人来核验" in refused.json()["html"]
    assert "data-again" not in refused.json()["html"]


def test_a_code_does_before_a_visit_for_who_has_no_face(client: Client, messages: Messages) -> None:
    signed_in(client)
    page = text(client.get("/identity/check/visit?next=/me/visits/"))
    assert "向我的手机发验证码" in page
    assert "验证码已发送" in text(client.post("/identity/check/visit?next=/me/visits/", {"do": "send"}))
    wrong = client.post("/identity/check/visit", {"do": "code", "code": "000000x"})
    assert wrong.status_code == 422
    done = client.post("/identity/check/visit", {"do": "code", "code": messages.code, "next": "/me/visits/"})
    assert done.headers["Location"] == "/me/visits/"
    assert "已经确认过" in text(client.get("/identity/check/visit"))


def test_staff_are_offered_their_second_factor(client: Client) -> None:
    signed_in(client, make.a_physician())
    page = text(client.get("/identity/check/visit?next=/clinic/"))
    assert "动态口令" in page
    assert "向我的手机发验证码" not in page
    assert client.get("/identity/check/nonsense").status_code == 404
    signed_in(client, make.an_auditor())
    assert client.get("/me/likeness").status_code == 404


def test_by_face_stands_on_the_confirm_page_only_when_enrolled(client: Client) -> None:
    physician = signed_in(client, make.a_physician())
    assert "用人脸" not in text(client.get("/confirm"))
    agreed(client)
    answered(client, ENROL, 4)
    LikenessTemplate.objects.update(accepted_at=make.NOW, accepted_by=physician.person_id)
    assert f"{CONFIRM}?next=" in text(client.get("/confirm"))


def test_without_models_the_page_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(client)
    monkeypatch.setenv("XINGLIN_FACE_ENGINE", "tests.unit.identity.likeness_double.NoFaces")
    assert "没有安装人脸核验模型" in text(client.get("/me/likeness"))
    page = text(client.get("/identity/check/visit"))
    assert "不核验人脸，也不会写成核验过" in page
    assert "向我的手机发验证码" in page
    assert client.post(CONFIRM, {"do": "begin"}).status_code == 424
    client.cookies["xinglin_language"] = "en"
    assert "no face models installed" in text(client.get("/me/likeness"))


def test_registration_shows_what_differs_and_lets_the_person_settle_it(
    client: Client, on_the_card: dict[str, Any], messages: Messages, register: Register
) -> None:
    on_the_card["front"] = FRONT | {"name": "孙晓杏"}
    client.post("/register", {"name": "孙小杏", "id_type": "resident", "number": NUMBER})
    client.post("/register/phone", {"do": "send", "phone": "13900004444"})
    client.post("/register/phone", {"do": "enter", "phone": "13900004444", "code": messages.code})
    sent = client.post("/register/photo", {"photo": SimpleUploadedFile("id.png", a_picture())})
    assert sent.headers["Location"] == "/register/card"
    page = text(client.get("/register/card"))
    assert "孙晓杏" in page
    assert "不同" in page
    assert client.post("/register/card", {"keep": "card"}).headers["Location"] == "/register/check"
    assert "证件与您填写的不一致" not in text(client.get("/register/check"))
    client.post("/register/check")
    assert register.asked == [("孙晓杏", NUMBER)]


def test_asking_for_a_person_and_taking_it_back(client: Client) -> None:
    signed_in(client)
    assert client.post("/me/likeness", {"do": "ask", "reason": "nonsense"}).status_code == 422
    client.post("/me/likeness", {"do": "ask", "reason": "impairment", "note": "右眼睁不开"})
    assert "待审核" in text(client.get("/me/likeness"))
    review = AlternativeCheck.objects.get()
    client.post("/me/likeness", {"do": "take_back", "review": str(review.pk)})
    assert AlternativeCheck.objects.get().state == "withdrawn"
    assert client.post("/me/likeness", {"do": "nothing"}).status_code == 404


def test_keys_lie_outside_the_database(client: Client, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    signed_in(client)
    agreed(client)
    with django_capture_on_commit_callbacks(execute=True):  # the challenge's own key goes with its end
        answered(client, ENROL, 3)
    assert len(list(Path(settings.XINGLIN_TEMPLATE_KEYS).iterdir())) == 2  # the template's and the still's
