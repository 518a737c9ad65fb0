"""The public pages: verify by text, picture and file, in both languages; downloads; and who gets the document where."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import builders as make
from tests.unit.pharmacy.documents import handed_out, name_of
from tests.unit.pharmacy.world import World

from xinglin.hospital.pharmacy.authentic import document, keylist
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
    """Pages live six minutes after NOW."""
    clock = Clock(world.later(6))
    monkeypatch.setattr(middleware, "now", lambda: clock.now)
    return clock


def signed_in(who: make.Someone) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(who.account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def stranger(language: str = "en") -> Client:
    """A browser in which nobody has."""
    client = Client()
    client.cookies["xinglin_language"] = language
    return client


def test_a_stranger_verifies_by_text_picture_and_file(world: World, clock: Clock) -> None:
    row = world.approved()
    made = handed_out(world, row)
    picture = BytesIO()
    pypdfium2.PdfDocument(made.content)[0].render(scale=2).to_pil().save(picture, "PNG")
    ways: list[dict[str, Any]] = [
        {"code": made.code},
        {"file": SimpleUploadedFile("p.pdf", made.content)},
        {"picture": SimpleUploadedFile("p.png", picture.getvalue())},
    ]
    for given in ways:
        page = stranger().post("/verify/", given).content.decode()
        assert "Genuine, valid now, and not dispensed yet." in page, given.keys()
        assert name_of(world.patient) not in page
        assert "氨氯地平" not in page
        assert "Amlodipine" not in page
        assert "I10" not in page
    chinese = stranger("zh-hans").post("/verify/", {"code": made.code}).content.decode()
    assert "真实有效，可以调配" in chinese


def test_a_used_one_and_rubbish_are_refused_with_the_reason(world: World, clock: Clock) -> None:
    row = world.approved()
    made = handed_out(world, row)
    world.hand_over(world.release(world.pick(row)))
    clock.now = world.later(8)
    assert "a prescription is used once" in stranger().post("/verify/", {"code": made.code}).content.decode()
    assert "No prescription code was found" in stranger().post("/verify/", {"code": "hello"}).content.decode()
    empty = stranger().post("/verify/", {"code": ""})
    assert empty.status_code == 422
    assert "Paste the code" in empty.content.decode()


def test_too_many_questions(world: World, clock: Clock) -> None:
    for _ in range(30):
        assert stranger().post("/verify/", {"code": "XL1:0"}).status_code == 200
    assert stranger().post("/verify/", {"code": "XL1:0"}).status_code == 429
    assert stranger().get("/verify/").status_code == 200


def test_everything_to_verify_offline_is_there_for_the_taking(world: World, clock: Clock) -> None:
    made = handed_out(world, world.approved())
    root = stranger().get("/verify/root.cer").content
    published = stranger().get("/verify/keys.json").content
    keys = keylist.read(published, root)
    assert document.verify(made.content, keys, clock.now).genuine
    page = stranger().get("/verify/trust").content.decode()
    assert keys.root_fingerprint in page
    from cryptography import x509

    leaf = x509.load_der_x509_certificate(keys.issuing[0])
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    address = points[0].full_name[0].value  # type: ignore[index]
    assert address.startswith("http://localhost:8000/verify/lists/")
    listed = stranger().get(address.removeprefix("http://localhost:8000")).content
    assert x509.load_der_x509_crl(listed).next_update_utc is not None
    assert stranger().get("/verify/timestamp.cer").status_code == 404
    assert stranger().get("/verify/lists/00.crl").status_code == 404


def test_patient_physician_and_pharmacist_download_it(world: World, clock: Clock) -> None:
    row = world.approved()
    for who, prefix in (
        (world.patient, "/me/prescriptions/"),
        (world.doctor, "/clinic/prescriptions/"),
        (world.pharmacist, "/pharmacy/prescriptions/"),
    ):
        browser = signed_in(who)
        address = f"{prefix}{row.id}/document"
        assert address in browser.get(f"{prefix}{row.id}/").content.decode()
        answer = browser.get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    assert signed_in(make.a_patient()).get(f"/me/prescriptions/{row.id}/document").status_code == 404
    assert stranger().get(f"/me/prescriptions/{row.id}/document").status_code == 302
