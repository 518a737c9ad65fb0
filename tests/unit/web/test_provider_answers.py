"""The provider's pages: medical affairs answers for the institution, a practitioner sees and answers only the own."""

from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.web.test_auditor_pages import over_supplied

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import services
from xinglin.hospital.oversight.models import FindingCase, GivenVerdict
from xinglin.supervision.facts import Case

pytestmark = pytest.mark.django_db(transaction=True)
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def doctor(settings: Any) -> make.Someone:
    """A physician of the hospital, whose prescription is found to be over the limit."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make.the_hospital()
    return make.a_physician()


def told(doctor: make.Someone) -> UUID:
    """A finding about the doctor of which an auditor has told the provider."""
    case: Case = over_supplied()
    case = replace(case, physician=replace(case.physician, id=str(doctor.practitioner_id)))
    now = datetime.now(tz=UTC)
    services.judge(
        actor=doctor.actor,
        moment="control",
        case=case,
        subject_type="prescription",
        subject_id=new_id(),
        institution_id=doctor.institution_id,
        now=now,
    )
    verdict = GivenVerdict.objects.get(rule="B03")
    services.notify_provider(actor=make.an_auditor().actor, verdict_id=verdict.pk, words="please explain", now=now)
    return verdict.pk


def text(client: Client, address: str, status: int = 200) -> str:
    """The page in English."""
    answer = client.get(address, **ENGLISH)
    assert answer.status_code == status, answer.content[:300]
    return unescape(answer.content.decode())


@pytest.mark.parametrize("desk", ["/affairs/findings/", "/clinic/points/"])
def test_the_provider_reads_the_facts_and_states_its_case(client: Client, doctor: make.Someone, desk: str) -> None:
    verdict = told(doctor)
    who = make.a_medical_affairs_officer() if desk.startswith("/affairs") else doctor
    client.force_login(who.account)
    assert "9 packs pass the limit" in text(client, desk)
    address = f"{desk}{verdict}/"
    page = text(client, address)
    assert "State your case" in page
    assert "please explain" in page
    assert JournalEntry.objects.filter(verb="open_own_finding", object_id=verdict).count() == 1
    empty = client.post(address, {"do": "state_case", "words": " "}, **ENGLISH)
    assert empty.status_code == 422
    assert FindingCase.objects.get().state == "notified"
    sent = client.post(address, {"do": "state_case", "words": "two weeks of travel"})
    assert (sent.status_code, sent["Location"]) == (302, address)
    assert FindingCase.objects.get().state == "stated"
    again = client.post(address, {"do": "state_case", "words": "two weeks of travel"}, **ENGLISH)
    assert again.status_code == 409
    assert "does not follow" in unescape(again.content.decode())
    assert client.post(address, {"do": "decide_finding", "words": "x"}).status_code == 422


def test_a_decision_is_appealed_on_the_same_page(client: Client, doctor: make.Someone) -> None:
    verdict = told(doctor)
    services.decide_finding(
        actor=make.an_auditor().actor,
        verdict_id=verdict,
        decision="upheld",
        severity=3,
        degree="main",
        words="no cause",
        now=datetime.now(tz=UTC),
    )
    client.force_login(doctor.account)
    points = text(client, "/clinic/points/")
    assert "payment right suspended" in points
    assert "9 payment points this year" in text(client, "/clinic/")
    address = f"/clinic/points/{verdict}/"
    assert "Why you do not agree" in text(client, address)
    assert client.post(address, {"do": "appeal_decision", "words": "the pack was faulty"}).status_code == 302
    assert FindingCase.objects.get().state == "appealed"
    client.force_login(make.a_medical_affairs_officer().account)
    assert "payment right suspended" in text(client, f"/affairs/practitioners/{doctor.practitioner_id}/")
    assert "suspended until" in text(client, "/affairs/findings/")


def test_a_colleague_sees_nothing_of_it(client: Client, doctor: make.Someone) -> None:
    verdict = told(doctor)
    for colleague in (make.a_physician(), make.a_pharmacist()):
        client.force_login(colleague.account)
        assert "9 packs" not in text(client, "/clinic/points/")
        assert client.get(f"/clinic/points/{verdict}/").status_code == 404
        assert client.post(f"/clinic/points/{verdict}/", {"do": "state_case", "words": "x"}).status_code == 404
        assert client.get("/affairs/findings/").status_code == 403
    assert FindingCase.objects.get().state == "notified"
