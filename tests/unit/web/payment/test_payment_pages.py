"""The pages of paying, as a patient's browser sees them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import translation
from tests import builders as make

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.settlement.models import Claim, Settlement

if TYPE_CHECKING:
    from tests.unit.settlement.world import World


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator["object"]:
    # Imported here: this file is read before Django is set up.
    from tests.unit.pharmacy.world import NOW
    from tests.unit.settlement.world import World

    from xinglin.hospital.interop.insurer.demo import DemoInsurer
    from xinglin.hospital.kernel.ports import bind
    from xinglin.hospital.settlement.ports import Insurer
    from xinglin.hospital.web.shared import middleware

    monkeypatch.setattr(middleware, "now", lambda: NOW + timedelta(minutes=6))
    made = World()
    bind(Insurer, made.insurer)
    yield made
    bind(Insurer, DemoInsurer())


def browser(someone: make.Someone, language: str = "zh-hans") -> Client:
    client = Client()
    client.force_login(someone.account)
    client.cookies["xinglin_language"] = language
    return client


def form_of(html: str) -> dict[str, str]:
    """The hidden fields of the payment form."""
    form = re.search(r'<form method="post" class="stack-2">(.*?)</form>', html, re.S)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group(1)))
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def test_from_the_quote_to_the_receipt(world: "World") -> None:
    world.insure(account=300)
    world.qualify()
    row = world.to_pay()
    client = browser(world.patient)
    page = client.get(f"/payment/prescriptions/{row.id}/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "门诊慢特病（高血压）" in html
    assert "甲类" in html
    done = client.post(f"/payment/prescriptions/{row.id}/", form_of(html))
    paid = Settlement.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/payment/receipts/{paid.id}/")
    receipt = client.get(done["Location"]).content.decode()
    assert "已结算" in receipt
    assert paid.insurer_ref in receipt
    assert client.get(f"/payment/prescriptions/{row.id}/")["Location"] == f"/payment/receipts/{paid.id}/"
    listing = client.get("/payment/").content.decode()
    assert "职工基本医疗保险" in listing
    assert str(paid.id) in listing


def test_everything_is_there_in_english(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    client = browser(world.patient, "en")
    html = client.get(f"/payment/prescriptions/{row.id}/").content.decode()
    client.post(f"/payment/prescriptions/{row.id}/", form_of(html))
    receipt = client.get(f"/payment/receipts/{Settlement.objects.get().id}/").content.decode()
    listing = client.get("/payment/").content.decode()
    for page in (html, receipt, listing):
        body = re.search(r"<main.*?</main>", page, re.S)
        assert body is not None
        assert not re.search(r"[\u4e00-\u9fff]", body.group(0)), re.findall(r"[\u4e00-\u9fff]+", body.group(0))
    translation.deactivate()


def test_a_second_click_pays_once(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    client = browser(world.patient)
    fields = form_of(client.get(f"/payment/prescriptions/{row.id}/").content.decode())
    answers = [client.post(f"/payment/prescriptions/{row.id}/", fields) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert Settlement.objects.count() == 1


def test_an_uncertain_payment_shows_no_receipt(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    client = browser(world.patient)
    fields = form_of(client.get(f"/payment/prescriptions/{row.id}/").content.decode())
    world.insurer.moods = ["silent", "down"]
    answer = client.post(f"/payment/prescriptions/{row.id}/", fields)
    assert answer.status_code == 424
    assert "不要重复付款" in answer.content.decode()
    assert "正在确认" in client.get(f"/payment/prescriptions/{row.id}/").content.decode()
    assert "正在确认" in client.get("/payment/").content.decode()
    world.sweep()
    assert client.get(f"/payment/prescriptions/{row.id}/").status_code == 302


@pytest.mark.parametrize("fields", [
    {}, {"key": "k" * 36}, {"key": "k" * 36, "shown": "-1"}, {"key": "k" * 36, "shown": "１２"},
    {"key": "", "shown": "1"},
    {"key": "k" * 81, "shown": "1"}, {"key": "k" * 36, "shown": "9" * 20},
])  # fmt: skip
def test_a_bad_form_is_answered_and_takes_nothing(world: "World", fields: dict[str, str]) -> None:
    row = world.to_pay()
    answer = browser(world.patient).post(f"/payment/prescriptions/{row.id}/", fields)
    assert answer.status_code == 422
    assert "刷新" in answer.content.decode()
    assert not Claim.objects.exists()


def test_less_than_it_costs_is_asked_again(world: "World") -> None:
    row = world.to_pay()
    answer = browser(world.patient).post(
        f"/payment/prescriptions/{row.id}/", {"key": "k" * 36, "shown": "1", "chosen": "1"}
    )
    assert answer.status_code == 409
    assert "没有扣款" in answer.content.decode()
    assert form_of(answer.content.decode())["shown"] == str(row.total_fen)


def test_foreign_and_absent_answer_alike(world: "World") -> None:
    world.insure()
    row = world.to_pay()
    paid = world.settle(row)
    stranger = browser(make.a_patient())
    for some in (row.id, new_id()):
        assert stranger.get(f"/payment/prescriptions/{some}/").status_code == 404
        assert stranger.post(f"/payment/prescriptions/{some}/", {"key": "k" * 36, "shown": "1"}).status_code == 404
    for some in (paid.id, new_id()):
        assert stranger.get(f"/payment/receipts/{some}/").status_code == 404
    assert browser(world.doctor).get("/payment/").status_code == 403
    anonymous = Client().get("/payment/")
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith("/sign-in")
