"""The medical affairs desk over HTTP: what comes first, deciding with papers in view, stopping people and places."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests import builders as make
from tests.unit.identity.conftest import Register, picture, register

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.models import (
    CredentialApplication,
    CredentialPaper,
    Guardianship,
    Institution,
    Practitioner,
    PractitionerSuspension,
)
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.clock import now
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry

__all__ = ["picture", "register"]
pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def officer(client: Client) -> make.Someone:
    someone = make.a_medical_affairs_officer()
    client.force_login(someone.account)
    return someone


def an_application(picture: bytes, **changes: Any) -> UUID:
    """An application with its papers, handed in by someone whom the register knows."""
    someone = make.a_person(name="钱杏医", birth_on=date(1980, 1, 1))
    account = make.Account.objects.create(username=f"dr-{someone.pk.hex[-8:]}", kind="staff", first_name="钱杏医")
    values: dict[str, Any] = {
        "id": new_id(),
        "person": someone,
        "account": account,
        "institution": make.the_hospital(),
        "kind": "physician",
        "register_no": "110370900001234",
        "title": "chief",
        "department": "03.07",
        "independent_from_on": date(2010, 1, 1),
        "valid_from_on": date(2010, 1, 1),
        "languages": ["zh"],
        "applied_at": make.NOW,
    }
    row = CredentialApplication.objects.create(**(values | changes))
    for kind in ("practice_licence", "qualification"):
        CredentialPaper.objects.create(
            id=new_id(),
            application=row,
            kind=kind,
            content=picture,
            sha256="0" * 64,
            media_type="image/png",
            at=make.NOW,
        )
    return row.pk


def test_the_next_thing_to_decide_comes_first(client: Client, officer: make.Someone, picture: bytes) -> None:
    assert "没有等待您决定的事" in text(client.get("/affairs/"))
    asked = an_application(picture)
    page = text(client.get("/affairs/"))
    assert page.index("审核 钱杏医 的医师申请") < page.index("快到期的")
    assert f"/affairs/applications/{asked}/" in page
    client.cookies["xinglin_language"] = "en"
    assert "Decide on 钱杏医, physician" in text(client.get("/affairs/"))


def test_papers_are_in_view_and_every_look_is_written_down(
    client: Client, officer: make.Someone, picture: bytes
) -> None:
    asked = an_application(picture)
    page = text(client.get(f"/affairs/applications/{asked}/"))
    papers = set(re.findall(r'src="(/affairs/papers/[^"]+)"', page))
    assert len(papers) == 2
    for address in papers:
        shown = client.get(address)
        assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    assert JournalEntry.objects.filter(verb="look_at_picture").count() == 2
    assert client.get(f"/affairs/papers/{new_id()}").status_code == 404


def test_admitting_gives_the_role(client: Client, officer: make.Someone, picture: bytes) -> None:
    asked = an_application(picture)
    assert "没有，可以准入" in text(client.get(f"/affairs/applications/{asked}/"))
    assert client.post(f"/affairs/applications/{asked}/", {"decision": "approved"}).status_code == 302
    row = CredentialApplication.objects.get()
    assert row.state == "approved"
    assert selectors.actor_for(account_id=row.account_id, now=now()).roles == {Role.PHYSICIAN}
    again = client.post(f"/affairs/applications/{asked}/", {"decision": "refused", "reason": "x"})
    assert again.status_code == 409
    assert "已经有人处理过" in text(again)


def test_what_stands_against_it_is_said_and_holds(
    client: Client, officer: make.Someone, picture: bytes, register: Register
) -> None:
    asked = an_application(picture, independent_from_on=timezone.localdate() - timedelta(days=700))
    page = text(client.get(f"/affairs/applications/{asked}/"))
    assert "规则 A07" in page
    assert "disabled" in page
    refused = client.post(f"/affairs/applications/{asked}/", {"decision": "approved"})
    assert refused.status_code == 409
    without = client.post(f"/affairs/applications/{asked}/", {"decision": "returned", "reason": ""})
    assert without.status_code == 422
    assert CredentialApplication.objects.get().state == "applied"
    assert client.post(f"/affairs/applications/{asked}/check").status_code == 302
    assert register.asked
    assert (
        client.post(f"/affairs/applications/{asked}/", {"decision": "returned", "reason": "年限不足"}).status_code
        == 302
    )
    assert CredentialApplication.objects.get().decision_reason == "年限不足"


def test_an_officer_of_another_house_finds_nothing(client: Client, picture: bytes) -> None:
    asked = an_application(picture)
    doctor = make.a_physician()
    paper = CredentialPaper.objects.first()
    assert paper is not None
    client.force_login(make.a_medical_affairs_officer(institution=make.an_institution()).account)
    for mine, absent in (
        (f"/affairs/applications/{asked}/", f"/affairs/applications/{new_id()}/"),
        (f"/affairs/papers/{paper.pk}", f"/affairs/papers/{new_id()}"),
        (f"/affairs/practitioners/{doctor.practitioner_id}/", f"/affairs/practitioners/{new_id()}/"),
    ):
        assert client.get(mine).status_code == client.get(absent).status_code == 404
    assert "钱杏医" not in text(client.get("/affairs/"))


@pytest.mark.parametrize("path", ["", "practitioners/", "institutions/", "institutions/new"])
def test_the_desk_is_for_medical_affairs(client: Client, path: str) -> None:
    assert client.get(f"/affairs/{path}").status_code == 302
    for someone in (make.a_patient(), make.a_physician(), make.a_pharmacist(), make.an_auditor(), make.a_regulator()):
        client.force_login(someone.account)
        assert client.get(f"/affairs/{path}").status_code == 403
    client.force_login(make.a_medical_affairs_officer().account)
    assert client.get(f"/affairs/{path}").status_code == 200


def test_suspending_and_reinstating_a_practitioner(client: Client, officer: make.Someone) -> None:
    doctor = make.a_physician(name="周杏林")
    address = f"/affairs/practitioners/{doctor.practitioner_id}/"
    assert "周杏林" in text(client.get("/affairs/practitioners/?q=周"))
    part = client.get("/affairs/practitioners/?kind=pharmacist", headers={"HX-Request": "true"})
    assert "周杏林" not in text(part)
    refused = client.post(address, {"do": "suspend", "reason": ""})
    assert refused.status_code == 422
    assert not PractitionerSuspension.objects.exists()
    assert client.post(address, {"do": "suspend", "reason": "x", "until": "nonsense"}).status_code == 422
    assert client.post(address, {"do": "dance", "reason": "x"}).status_code == 422
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert client.post(address, {"do": "suspend", "reason": "投诉核查", "until": tomorrow}).status_code == 302
    assert doctor.at(now()).roles == frozenset()
    page = text(client.get(address))
    assert "投诉核查" in page
    assert "恢复执业" in page
    assert client.post(address, {"do": "reinstate", "reason": "核查完毕"}).status_code == 302
    assert doctor.at(now()).roles == {Role.PHYSICIAN}
    assert client.post(address, {"do": "end", "reason": "离职"}).status_code == 302
    assert Practitioner.objects.get(pk=doctor.practitioner_id).status == "ended"


def house_form(officer: make.Someone, **changes: Any) -> dict[str, Any]:
    values = {
        "parent": str(officer.institution_id),
        "code": "H37090299999",
        "name_zh": "新中心",
        "name_en": "New centre",
        "kind": "health_centre",
        "level": "08",
        "area": "370902",
        "licence_no": "L-9",
        "licence_from_on": "2024-01-01",
        "licence_until_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "online_scope": ["follow_up"],
        "departments": ["03", "07"],
        "agreement_areas": "370902，370911",
    }
    return values | changes


def test_institutions_are_entered_renewed_and_stopped(client: Client, officer: make.Someone) -> None:
    wrong = client.post("/affairs/institutions/new", house_form(officer, name_zh="", area="1"))
    assert wrong.status_code == 422
    assert text(wrong).count('class="says"') == 2
    assert Institution.objects.count() == 1
    made = client.post("/affairs/institutions/new", house_form(officer))
    row = Institution.objects.get(code="H37090299999")
    address = f"/affairs/institutions/{row.pk}/"
    assert made.headers["Location"] == address
    assert row.agreements.count() == row.departments.count() == 2
    assert "新中心" in text(client.get("/affairs/")), "its licence ends soon"
    assert "新中心" in text(client.get("/affairs/institutions/?q=新中心&kind=health_centre"))
    assert "还剩 30 天" in text(client.get(address))
    assert client.post(address, {"do": "renew", "licence_no": "L-10", "from_on": "", "until_on": ""}).status_code == 422
    renewed = {"do": "renew", "licence_no": "L-10", "from_on": "2026-01-01", "until_on": "2032-01-01"}
    assert client.post(address, renewed).status_code == 302
    assert "新中心" not in text(client.get("/affairs/"))
    assert client.post(address, {"do": "suspend", "reason": "校验"}).status_code == 302
    assert not selectors.institution(institution_id=row.pk, at=now()).open
    assert client.post(address, {"do": "reinstate", "reason": "通过"}).status_code == 302
    assert selectors.institution(institution_id=row.pk, at=now()).open
    foreign = make.an_institution()
    assert "换发许可证" not in text(client.get(f"/affairs/institutions/{foreign.pk}/"))
    assert client.post(f"/affairs/institutions/{foreign.pk}/", {"do": "suspend", "reason": "x"}).status_code == 404


def test_a_guardianship_and_a_permit_are_reviewed(
    client: Client, officer: make.Someone, register: Register, picture: bytes
) -> None:
    register.kin = "unknown"
    aunt = make.a_patient(name="李杏姨", birth_on=date(1980, 1, 1))
    hers = Client()
    hers.force_login(aunt.account)
    sent = hers.post(
        "/family",
        {
            "name": "李小杏",
            "id_type": "resident",
            "number": make.a_number(date(2019, 1, 1)),
            "relation": "appointed",
            "evidence": SimpleUploadedFile("e.png", picture),
        },
    )
    assert sent.status_code == 302
    row = Guardianship.objects.get()
    assert "李小杏" in text(client.get("/affairs/"))
    page = text(client.get(f"/affairs/guardians/{row.pk}/"))
    proof = re.search(r'src="(/documents/[^"]+)"', page)
    assert proof is not None
    assert client.get(proof[1]).status_code == 200
    assert hers.get(proof[1]).status_code == 404, "not the guardian's to see before it is confirmed"
    assert client.post(f"/affairs/guardians/{row.pk}/", {"decision": "refuse", "reason": ""}).status_code == 422
    assert client.post(f"/affairs/guardians/{row.pk}/", {"decision": "accept"}).status_code == 302
    assert aunt.at(now()).wards == {row.ward_id}
    assert hers.get(proof[1]).status_code == 200
    guest = make.a_patient(name="Ann Lee", id_type="passport", number="E1234567", verified=False)
    services.attach_document(
        actor=guest.actor, person_id=guest.person_id, kind="identity_front", raw=picture, now=make.NOW
    )
    assert "Ann Lee" in text(client.get(f"/affairs/documents/{guest.person_id}/"))
    assert client.post(f"/affairs/documents/{guest.person_id}/", {"decision": "accept"}).status_code == 302
    assert selectors.person_facts(person_id=guest.person_id, at=now())["identity_state"] == "verified"
    assert client.get(f"/affairs/documents/{guest.person_id}/").status_code == 404
