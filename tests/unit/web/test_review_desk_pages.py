"""The review desk's pages: what stands on the sheet, two people at one queue, figures and comments by part."""

from typing import Any

import pytest
from tests import builders as make
from tests.unit.pharmacy.test_comments import LATER, approved, draw, head
from tests.unit.pharmacy.test_review_desk import grave
from tests.unit.pharmacy.world import World
from tests.unit.web.test_pharmacy_pages import Clock, at

from xinglin.hospital.pharmacy.review_models import Comment, DeviceUse
from xinglin.hospital.web.shared import middleware
from xinglin.hospital.web.shared.device import COOKIE


@pytest.fixture
def world(db: None, settings: Any) -> World:
    """Medicines, people and a visit."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return World()


@pytest.fixture
def clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The instant of the pages."""
    clock = Clock(world.later(4))
    monkeypatch.setattr(middleware, "now", lambda: clock.now)
    return clock


@pytest.mark.parametrize(
    ("language", "clean", "never"), [("zh-hans", "未发现问题", "没有问过"), ("en", "nothing found", "never asked")]
)
def test_a_clean_sheet_says_so_and_says_what_nobody_asked(
    world: World, clock: Clock, language: str, clean: str, never: str
) -> None:
    world.issue()
    text = at(world.pharmacist, language).get("/pharmacy/").content.decode()
    assert clean in text
    assert never in text
    assert "key-approve" in text
    assert "签发以后有变化" not in text
    assert text.count('name="codes"') == 28
    assert 'id="keys"' in text


@pytest.mark.parametrize(
    ("language", "heading", "mark"),
    [("zh-hans", "签发以后有变化", "医师没有见过"), ("en", "Changed since the signature", "has not seen it")],
)
def test_what_became_known_since_the_signature_stands_above_the_sheet(
    world: World, clock: Clock, language: str, heading: str, mark: str
) -> None:
    grave(world)
    text = at(world.pharmacist, language).get("/pharmacy/").content.decode()
    assert heading in text
    assert mark in text


def test_danger_is_signed_by_two_through_the_pages(world: World, clock: Clock) -> None:
    row, other = grave(world), make.a_pharmacist()
    first, second = at(world.pharmacist), at(other)
    path = f"/pharmacy/prescriptions/{row.id}/review"
    page = first.get("/pharmacy/").content.decode()
    assert "X 不得使用" in page
    assert "key-approve" not in page
    assert "key-endorse" in page
    held = second.get(f"/pharmacy/?rx={row.id}").content.decode()
    assert "正在审这张处方" in held
    assert "key-return" not in held
    make.a_proof(world.pharmacist.account, at=clock.now)
    make.a_proof(other.account, at=clock.now)
    assert second.post(path, {"outcome": "return", "codes": "2-1"}).status_code == 409
    assert first.post(path, {"outcome": "approve"}).status_code == 409
    assert first.post(path, {"outcome": "endorse", "text": "已电话确认"}).status_code == 302
    assert "key-approve" not in first.get(f"/pharmacy/?rx={row.id}").content.decode()
    assert first.post(f"/pharmacy/prescriptions/{row.id}/leave").status_code == 302
    assert "已电话确认" in second.get("/pharmacy/").content.decode()
    assert second.post(path, {"outcome": "approve"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "approved"


def test_the_device_of_a_review_is_a_hash_of_the_browsers_mark(world: World, clock: Clock) -> None:
    row = world.issue()
    client = at(world.pharmacist)
    client.get("/pharmacy/")
    mark = client.cookies[COOKIE]
    assert mark["httponly"]
    make.a_proof(world.pharmacist.account, at=clock.now)
    client.post(f"/pharmacy/prescriptions/{row.id}/review", {"outcome": "approve"})
    (use,) = DeviceUse.objects.all()
    assert len(use.device) == 64
    assert mark.value not in use.device
    assert client.get("/pharmacy/").cookies.get(COOKIE) is None, "the mark stays as it is"
    patient = at(world.patient)
    patient.get("/me/")
    assert COOKIE not in patient.cookies, "nobody else is marked"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_figures_show_others_to_the_head_alone(world: World, clock: Clock, language: str) -> None:
    world.approved()
    own = at(world.pharmacist, language).get("/pharmacy/figures/?days=7").content.decode()
    assert "<table" not in own
    for who in (head(), make.a_medical_affairs_officer()):
        assert "<table" in at(who, language).get("/pharmacy/figures/").content.decode()
    assert at(world.doctor, language).get("/pharmacy/figures/").status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_month_is_drawn_commented_reported_and_exported(world: World, clock: Clock, language: str) -> None:
    approved(world)
    clock.now = world.later(LATER)
    boss = head()
    officer, pharmacist = at(make.a_medical_affairs_officer(), language), at(world.pharmacist, language)
    month = f"{make.NOW:%Y-%m}"
    assert pharmacist.get(f"/pharmacy/comments/report?month={month}").status_code == 403
    assert officer.post("/pharmacy/comments/report", {"month": "2099-01"}).status_code == 409
    assert officer.post("/pharmacy/comments/report", {"month": month}).status_code == 200
    sample = draw(world, boss)
    one = sample.prescriptions.first()
    assert one is not None
    assert str(one.id) in pharmacist.get(f"/pharmacy/comments/?month={month}").content.decode()
    values = {"month": month, "sampled_id": str(one.id)}
    assert pharmacist.post("/pharmacy/comments/", {"month": month}).status_code == 422
    assert pharmacist.post("/pharmacy/comments/", values | {"verdict": "unreasonable"}).status_code == 422
    assert not Comment.objects.exists()
    said = pharmacist.post("/pharmacy/comments/", values | {"verdict": "unreasonable", "codes": ["2-5"]})
    assert said.status_code == 302
    assert "100.0%" in officer.get(f"/pharmacy/comments/report?month={month}").content.decode()
    table = officer.get(f"/pharmacy/comments/report.csv?month={month}")
    assert table["Content-Type"].startswith("text/csv")
    assert table.content.decode("utf-8-sig").count("\n") == sample.size + 1
    assert pharmacist.get(f"/pharmacy/comments/report.csv?month={month}").status_code == 403
