"""The medical affairs desk beyond admission: promises, payment rights, offices and accounts, money that waits."""

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World
from tests.unit.settlement.conftest import fresh_world as settlement_world

from xinglin.hospital.consultation import services as consultation
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.models import Account, PaymentStatus, StaffRole
from xinglin.hospital.interop.models import InsurerEntry
from xinglin.hospital.kernel.access import Role, system_actor
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.settlement import services as settlement
from xinglin.hospital.settlement.selectors import days_not_compared

if TYPE_CHECKING:
    from tests.unit.settlement.world import World as Settling

__all__ = ["settlement_world"]
pytestmark = pytest.mark.django_db
CLOCK = system_actor("test-clock")
STAFF, RIGHTS, MONEY, PROMISES = "/affairs/staff/", "/affairs/payment-rights/", "/affairs/money/", "/affairs/promises/"


class Clock:
    """The instant at which the pages play."""

    at: datetime = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: found.at)
    return found


def text(response: Any) -> str:
    return str(response.content.decode())


def enter(someone: make.Someone, language: str = "zh-hans") -> Client:
    client = Client()
    client.force_login(someone.account)
    client.cookies["xinglin_language"] = language
    return client


# WHO MAY COME IN


@pytest.mark.parametrize(
    ("path", "welcome"),
    [
        (STAFF, {"officer"}),
        (PROMISES, {"officer"}),
        (MONEY, {"officer", "auditor"}),
        (RIGHTS, {"auditor"}),
    ],
)
def test_each_page_is_for_those_whose_work_it_is(path: str, welcome: set[str]) -> None:
    assert Client().get(path).status_code == 302
    people = {
        "officer": make.a_medical_affairs_officer(),
        "auditor": make.an_auditor(),
        "patient": make.a_patient(),
        "physician": make.a_physician(),
        "pharmacist": make.a_pharmacist(),
        "regulator": make.a_regulator(),
    }
    for name, someone in people.items():
        for language in ("zh-hans", "en"):
            assert enter(someone, language).get(path).status_code == (200 if name in welcome else 403), name


# PROMISES


def test_a_patient_without_a_reply_comes_before_any_paper(db: None, clock: Clock) -> None:
    world = World()
    officer = make.a_medical_affairs_officer()
    visit = world.waiting()
    client = enter(officer)
    assert "没有超时或将超时的" in text(client.get("/affairs/"))
    clock.at = NOW + timedelta(minutes=8)
    close = text(client.get(PROMISES))
    assert "将到 1" in close
    assert "超时" not in close.split("<ul")[0].split('id="promises"')[1]
    clock.at = NOW + timedelta(minutes=16)
    consultation.check_promise(actor=CLOCK, visit_id=visit.id, now=clock.at)
    page = text(client.get("/affairs/"))
    doctor = selectors.practitioner_profile(practitioner_id=world.doctor.practitioner_id, at=clock.at)
    patient = selectors.person(actor=officer.actor, person_id=world.patient.person_id).name
    assert f"请 {doctor.name} 答复 {patient}" in page
    assert "live:promise from:document" in page
    assert re.search(r"到 <time[^>]*>10:30</time> 仍无答复", page), "the refund instant"
    assert f"Ask {doctor.name} to reply to {patient}" in text(enter(officer, "en").get("/affairs/"))
    clock.at = NOW + timedelta(minutes=31)
    consultation.check_promise(actor=CLOCK, visit_id=visit.id, now=clock.at)
    after = text(client.get(PROMISES))
    assert "没有超时或将超时的" in after
    assert re.search(r"<time[^>]*>2026-09-01 10:31</time> 关闭", after)


def test_promises_of_another_house_are_not_shown(db: None, clock: Clock) -> None:
    world = World()
    world.waiting()
    clock.at = NOW + timedelta(minutes=16)
    foreign = make.a_medical_affairs_officer(institution=make.an_institution())
    assert "没有超时或将超时的" in text(enter(foreign).get(PROMISES))


# PAYMENT RIGHTS


def stop_form(**changes: str) -> dict[str, str]:
    values = {"do": "record", "status": "suspended", "from_on": "2026-08-20", "until_on": "", "reason": "记分满9分"}
    return values | changes


def test_a_payment_stop_acts_at_once_and_is_withdrawn_after_an_appeal(db: None) -> None:
    world = World()
    auditor, officer = enter(make.an_auditor()), enter(make.a_medical_affairs_officer())
    address = f"{RIGHTS}{world.doctor.practitioner_id}/"
    practice = f"/affairs/practitioners/{world.doctor.practitioner_id}/"
    assert "没有停付记录" in text(officer.get(practice))
    assert auditor.post(address, stop_form()).status_code == 302
    assert "记分满9分" in text(auditor.get(address))
    seen = text(officer.get(practice))
    assert "生效中" in seen
    assert "规则 A12" in seen
    assert address not in seen, "the house sees it; the insurance auditor sets it"
    with pytest.raises(DomainError):
        world.request()
    row = PaymentStatus.objects.get()
    silent = auditor.post(address, {"do": "withdraw", "stop": str(row.pk), "why": ""})
    assert silent.status_code == 422
    assert auditor.post(address, {"do": "withdraw", "stop": str(new_id()), "why": "x"}).status_code == 404
    assert auditor.post(address, {"do": "withdraw", "stop": str(row.pk), "why": "申诉成立"}).status_code == 302
    assert "已撤回" in text(officer.get(practice))
    assert auditor.post(address, {"do": "withdraw", "stop": str(row.pk), "why": "again"}).status_code == 409
    assert world.request().state == "requested"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from_on": ""}, "from_on"),
        ({"until_on": "2026-08-01"}, "until_on"),
        ({"until_on": "soon"}, "until_on"),
        ({"reason": " "}, "reason"),
        ({"status": "fired"}, "status"),
        ({"do": "dance"}, ""),
    ],
)
def test_a_stop_that_is_not_whole_is_not_written(db: None, changes: dict[str, str], field: str) -> None:
    doctor = make.a_physician()
    answer = enter(make.an_auditor()).post(f"{RIGHTS}{doctor.practitioner_id}/", stop_form(**changes))
    assert answer.status_code == 422
    assert not field or re.search(rf'field wrong"><label for="{field}"', text(answer))
    assert not PaymentStatus.objects.exists()


def test_stops_are_found_by_list_and_by_name_within_reach(db: None) -> None:
    doctor = make.a_physician(name="周杏林")
    client = enter(make.an_auditor())
    assert "周杏林" not in text(client.get(RIGHTS))
    assert "周杏林" in text(client.get(f"{RIGHTS}?q=周"))
    client.post(f"{RIGHTS}{doctor.practitioner_id}/", stop_form(from_on="2026-10-01"))
    assert "周杏林" in text(client.get(RIGHTS))
    assert "将生效" in text(client.get(f"{RIGHTS}{doctor.practitioner_id}/"))
    local = make.an_auditor()
    StaffRole.objects.filter(account=local.account).update(institution=make.an_institution())
    address = f"{RIGHTS}{doctor.practitioner_id}/"
    for path in (address, f"{RIGHTS}{new_id()}/"):
        assert enter(local).get(path).status_code == enter(local).post(path, stop_form()).status_code == 404
    assert "周杏林" not in text(enter(local).get(f"{RIGHTS}?q=周"))
    officer = enter(make.a_medical_affairs_officer())
    assert officer.post(address, stop_form()).status_code == 403
    assert PaymentStatus.objects.count() == 1


# OFFICES AND ACCOUNTS


def test_an_account_is_opened_and_its_password_shown_once(db: None) -> None:
    client = enter(make.a_medical_affairs_officer())
    answer = client.post(STAFF, {"do": "open", "username": "wang.xing", "display_name": "王杏"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    shown = re.search(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", text(answer))
    assert shown is not None
    account = Account.objects.get(username="wang.xing")
    assert account.check_password(shown[0])
    again = text(client.get(STAFF))
    assert shown[0] not in again
    assert "还没有岗位" in again
    foreign = enter(make.a_medical_affairs_officer(institution=make.an_institution()))
    assert "wang.xing" not in text(foreign.get(STAFF))
    assert client.post(STAFF, {"do": "open", "username": "WANG.xing", "display_name": "王"}).status_code == 409
    for wrong in ({"username": "王杏"}, {"username": ""}, {"username": "wang2", "display_name": " "}):
        assert client.post(STAFF, {"do": "open", "display_name": "王", **wrong}).status_code == 422
    assert Account.objects.filter(username__istartswith="wang").count() == 1


def test_an_office_is_given_and_ended(db: None) -> None:
    officer = make.a_medical_affairs_officer()
    client = enter(officer)
    account = services.open_staff_account(
        actor=officer.actor, username="li.xing", display_name="李杏", password=make.PASSWORD, now=NOW
    )
    form = {"do": "assign", "account": str(account), "house": str(officer.institution_id), "from_on": "2026-08-01"}
    for wrong, status in (
        ({"from_on": ""}, 422),
        ({"until_on": "2026-07-01"}, 422),
        ({"until_on": "later"}, 422),
        ({"account": "x"}, 422),
        ({"account": str(new_id())}, 404),
        ({"house": str(make.an_institution().pk)}, 404),
        ({"do": "dance"}, 422),
    ):
        assert client.post(STAFF, form | wrong).status_code == status, wrong
    assert not StaffRole.objects.filter(account_id=account).exists()
    assert client.post(STAFF, form).status_code == 302
    assert selectors.actor_for(account_id=account, now=NOW).roles == {Role.MEDICAL_AFFAIRS}
    assert "李杏" in text(client.get(STAFF))
    role = StaffRole.objects.get(account_id=account)
    foreign = enter(make.a_medical_affairs_officer(institution=make.an_institution()))
    assert foreign.post(STAFF, {"do": "end", "role": str(role.pk)}).status_code == 404
    assert client.post(STAFF, {"do": "end", "role": str(new_id())}).status_code == 404
    assert client.post(STAFF, {"do": "end", "role": str(role.pk)}).status_code == 302
    assert selectors.actor_for(account_id=account, now=NOW).roles == frozenset()
    assert "已结束" in text(client.get(STAFF))


def test_ones_own_office_has_no_end_button(db: None) -> None:
    page = text(enter(make.a_medical_affairs_officer()).get(STAFF))
    assert "您本人" in page
    assert 'value="end"' not in page


# MONEY THAT WAITS


@pytest.fixture
def settling(settlement_world: "Settling") -> "Settling":
    return settlement_world


def test_reversals_that_wait_and_days_that_differ_are_shown(settling: "Settling", clock: Clock) -> None:
    settling.insure()
    settling.used(deductible_fen=48_000, in_scope_fen=48_000)
    from tests.unit.pharmacy.world import ATORVASTATIN, VALSARTAN

    first, _ = settling.settle(settling.to_pay(VALSARTAN)), settling.settle(settling.to_pay(ATORVASTATIN))
    settlement.wish_reversal(actor=CLOCK, settlement_id=first.id, reason="returned", now=NOW)
    clock.at = NOW + timedelta(days=1)
    officer = make.a_medical_affairs_officer()
    page = text(enter(officer).get(MONEY))
    assert "后来的 1 笔结算以它为基础" in page
    assert f"/payment/receipts/{first.id}/" in page
    assert "还没有比对的日子" in page
    InsurerEntry(
        id=new_id(), kind="settle", claim_id=new_id(), institution_id=settling.house, on=NOW.date(), at=NOW,
        total_fen=512, cash_fen=512,
    ).save(force_insert=True)  # fmt: skip
    settlement.reconcile_day(actor=CLOCK, institution_id=settling.house, on=NOW.date(), now=NOW)
    page = text(enter(officer).get(MONEY))
    assert "还没有比对的日子" not in page
    assert "1 处不符" in page
    assert "只有医保方有，本院没有" in page
    assert "医保方 ¥5.12" in page
    assert "only at the insurer; none here" in text(enter(make.an_auditor(), "en").get(MONEY))
    assert enter(officer).get(f"/payment/receipts/{first.id}/").status_code == 200
    other = text(enter(make.a_medical_affairs_officer(institution=make.an_institution())).get(MONEY))
    assert "处不符" not in other
    assert "后来的" not in other


def test_a_day_counts_until_it_was_compared(settling: "Settling") -> None:
    settling.insure()
    settling.settle(settling.to_pay())
    actor, today = make.a_medical_affairs_officer().actor, NOW.date()
    asked = {"actor": actor, "since": date(2026, 8, 1)}
    assert days_not_compared(**asked, before=today) == []
    assert days_not_compared(**asked, before=today + timedelta(days=1)) == [(settling.house, today)]
    settlement.reconcile_day(actor=CLOCK, institution_id=settling.house, on=today, now=NOW)
    assert days_not_compared(**asked, before=today + timedelta(days=1)) == []
