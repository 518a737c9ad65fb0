"""From the physician's signature to a stranger's question: the document grows, is used once, and a key is lost."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.pharmacy.world import World

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.authentic import document, keylist
from xinglin.hospital.pharmacy.authentic.models import AuthorityKey


@pytest.fixture
def world(transactional_db: None, settings: Any) -> World:
    """Real transactions: locks, keys and journal as in the running house."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return World()


class Visitors:
    """Browsers at an instant of the day."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
        self.world, self.now = world, world.later(0)
        monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: self.now)

    def at(self, minutes: int) -> datetime:
        """Move to an instant."""
        self.now = self.world.later(minutes)
        return self.now

    def download(self, who: make.Someone, row: Any) -> bytes:
        """The patient's download."""
        browser = Client()
        browser.force_login(who.account, backend="django.contrib.auth.backends.ModelBackend")
        answer = browser.get(f"/me/prescriptions/{row.id}/document")
        assert answer.status_code == 200
        return bytes(answer.content)

    def ask(self, code: str) -> str:
        """What a stranger is told, in English."""
        browser = Client()
        browser.cookies["xinglin_language"] = "en"
        return str(browser.post("/verify/", {"code": code}).content.decode())


def code_of(row: Any) -> str:
    return str(row.documents.order_by("-version", "-revision")[0].code)


def test_from_signature_to_the_second_attempt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitors = Visitors(monkeypatch, world)
    row = world.issue()
    visitors.at(3)
    assert visitors.download(world.patient, row).startswith(b"%PDF-")
    assert "Not reviewed by a pharmacist yet" in visitors.ask(code_of(row))
    world.review(row)
    now = visitors.at(5)
    pdf = visitors.download(world.patient, row)
    root = Client().get("/verify/root.cer").content
    keys = keylist.read(Client().get("/verify/keys.json").content, root)
    assert document.verify(pdf, keys, now).genuine
    assert "Genuine, valid now" in visitors.ask(code_of(row))
    world.release(world.pick(row))
    world.hand_over(row)
    visitors.at(8)
    assert "a prescription is used once" in visitors.ask(code_of(row))
    other = world.approved()
    visitors.download(world.patient, other)
    lost = AuthorityKey.objects.get(purpose="code")
    services.revoke_certificate(
        actor=system_actor("journey"), serial=lost.serial, reason="key_compromise", now=visitors.at(9)
    )
    assert "Its key was revoked" in visitors.ask(code_of(other))
    visitors.at(10)
    visitors.download(world.patient, other)
    assert "Genuine, valid now" in visitors.ask(code_of(other))
    journal.seal(now=visitors.now)
    assert all(
        journal.verify(institution_id=one, now=visitors.now).intact for one in journal.institutions_with_journal()
    )
