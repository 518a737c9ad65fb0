"""The door of the API: who is let in, what is refused before any verb, and in which form."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests import builders as make
from tests.api.world import Caller, House, one_time_code

from xinglin.hospital.api.routes import GROUPS
from xinglin.hospital.api.shapes import In, Out
from xinglin.hospital.api.urls import api
from xinglin.hospital.identity.models import ApiToken
from xinglin.hospital.kernel.ids import new_id

NOWHERE = "01920000-0000-7000-8000-000000000009"


# TOKENS


def test_a_patient_gets_a_token_by_phone_and_code(house: House) -> None:
    someone = make.a_patient()
    assert house.patient(someone).get("/me")["person_id"] == str(someone.person_id)


def test_a_wrong_phone_code_gives_no_token(house: House) -> None:
    someone = make.a_patient()
    right = house.phone_code(str(someone.account.phone), "sign_in")
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    body = {"kind": "phone", "phone": someone.account.phone, "code": wrong}
    assert Caller().refused("POST", "/tokens", body) == (422, "identity.wrong_code")


def test_staff_need_password_and_code_together(house: House) -> None:
    account = house.doctor.account
    good = {"kind": "password", "username": account.username, "password": make.PASSWORD, "code": one_time_code(account)}
    for wrong in ({"password": "wrong-password"}, {"code": "000000"}, {"username": "nobody-here"}):
        assert Caller().refused("POST", "/tokens", good | wrong) == (401, "identity.sign_in_failed")
    assert house.staff(house.doctor).get("/me")["roles"] == ["physician"]


@pytest.mark.parametrize("known", [True, False])
def test_too_many_tries_lock_known_and_unknown_names_alike(house: House, known: bool) -> None:
    name = house.doctor.account.username if known else "nobody-here"
    body = {"kind": "password", "username": name, "password": "wrong-password", "code": "000000"}
    assert [Caller().refused("POST", "/tokens", body)[0] for _ in range(6)] == [401] * 5 + [429]
    house.clock.later(16)
    assert Caller().refused("POST", "/tokens", body)[0] == 401


def test_a_token_dies_by_age(house: House) -> None:
    caller = house.staff(house.auditor)
    house.clock.at += timedelta(hours=11, minutes=59)
    caller.get("/me")
    house.clock.later(2)
    assert caller.refused("GET", "/me") == (401, "api.sign_in_needed")


def test_a_token_dies_when_given_back(house: House) -> None:
    caller, other = house.staff(house.auditor), house.staff(house.auditor)
    assert caller.call("DELETE", "/tokens").body == {"count": 2}
    assert {one.refused("GET", "/me")[0] for one in (caller, other)} == {401}


def test_only_the_hash_of_a_token_is_kept(house: House) -> None:
    caller = house.staff(house.auditor)
    row = ApiToken.objects.get()
    assert caller.token not in {str(value) for value in vars(row).values()}


def test_a_token_follows_its_holder(house: House) -> None:
    """A suspended physician's token opens nothing at the next request."""
    doctor, officer = house.staff(house.doctor), house.staff(house.officer)
    officer.post(f"/practitioners/{house.doctor.practitioner_id}/suspension", reason="复核资格")
    assert doctor.refused("GET", "/queue")[0] == 403


@pytest.mark.parametrize("header", ["Bearer nothing", "Bearer ", "Basic YTpi", "Bearer \u00e9", "nonsense"])
def test_a_token_that_does_not_hold_is_never_ignored(house: House, header: str) -> None:
    """Not even where nobody needs to sign in."""
    for path in ("/me", "/frequencies"):
        got = Client().get(f"/api{path}", headers={"Authorization": header})
        assert got.status_code == 401
        assert got.headers["WWW-Authenticate"] == "Bearer"


# SESSIONS


def test_a_session_reads(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.doctor.account)
    assert client.get("/api/me").status_code == 200


def test_a_session_changes_nothing_without_the_forgery_check(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.doctor.account)
    body = json.dumps({"on_duty": False})
    refused = client.put("/api/me/duty", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "api.forgery_check_failed")
    client.get("/")
    client.cookies["csrftoken"] = "a" * 32
    done = client.put("/api/me/duty", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert done.status_code == 200


def test_a_session_without_a_second_factor_is_told_so(house: House, settings: Any) -> None:
    settings.XINGLIN_DEMO = False
    Authenticator.objects.filter(user=house.doctor.account).delete()
    caller = Caller()
    caller.client.force_login(house.doctor.account)
    assert caller.refused("GET", "/me") == (403, "identity.second_factor_needed")


# BODIES


def post(caller: Caller, raw: bytes, kind: str = "application/json") -> tuple[int, str]:
    """Status and code of what a raw body gets."""
    got = caller.client.post(
        "/api/phone-codes",
        raw,
        content_type=kind,
        headers={"Authorization": f"Bearer {caller.token}"} if caller.token else {},
    )
    return got.status_code, got.json()["code"]


GOOD = b'{"phone": "13900000001", "purpose": "sign_in"}'


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 422, "api.invalid_request"),
        (b"null", 422, "api.invalid_request"),
        (b"[]", 422, "api.invalid_request"),
        (b"{", 400, "api.unreadable_body"),
        (b"\xff\xfe", 400, "api.unreadable_body"),
        (b'{"phone": NaN, "purpose": "sign_in"}', 400, "api.unreadable_body"),
        (b'{"phone": "13900000001", "phone": "13900000002", "purpose": "sign_in"}', 400, "api.unreadable_body"),
        (b"[" * 100_000, 400, "api.unreadable_body"),
        (b'{"phone": ' + b"[" * 60 + b"]" * 60 + b', "purpose": "sign_in"}', 400, "api.unreadable_body"),
        (b'{"phone": ' + b"9" * 5000 + b', "purpose": "sign_in"}', 400, "api.unreadable_body"),
        (b'{"phone": 13900000001, "purpose": "sign_in"}', 422, "api.invalid_request"),
        (b'{"phone": "13900000001\\u0000", "purpose": "sign_in"}', 422, "api.invalid_request"),
        (b'{"phone": "\\ud800", "purpose": "sign_in"}', 422, "api.invalid_request"),
        (b'{"phone": "13900000001", "purpose": "sign_in", "more": 1}', 422, "api.invalid_request"),
        (b'{"phone": "13900000001", "purpose": "other"}', 422, "api.invalid_request"),
    ],
)
def test_bodies_that_are_not_right(house: House, raw: bytes, status: int, code: str) -> None:
    assert post(Caller(), raw) == (status, code)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_bodies_of_another_kind(house: House, kind: str) -> None:
    assert post(Caller(), GOOD, kind) == (415, "api.not_json")


def test_a_body_that_is_too_large(house: House) -> None:
    assert post(Caller(), b'{"phone": "' + b"1" * 13_000_000 + b'"}') == (413, "api.body_too_large")


def test_what_was_sent_is_not_repeated(house: House) -> None:
    answer = Caller().call("POST", "/phone-codes", {"phone": "secret words", "purpose": "sign_in"})
    assert "secret" not in json.dumps(answer.body)
    assert answer["errors"][0]["field"] == "phone"


def test_control_characters_in_text_are_named_at_their_field(house: House) -> None:
    doctor = house.staff(house.doctor)
    for bad in ("a\x00b", "a\x1bb"):
        body = {"id": new_id(), "text": bad}
        answer = doctor.call("POST", f"/visits/{NOWHERE}/messages", body)
        assert (answer.status, answer["errors"][0]["field"]) == (422, "text")


def test_query_names_are_known_and_given_once(house: House) -> None:
    caller = Caller()
    assert caller.refused("GET", "/products", q="a", more="b") == (422, "api.invalid_request")
    assert caller.refused("GET", "/products", q=["a", "b"]) == (422, "api.invalid_request")
    assert caller.refused("GET", "/frequencies", q="a") == (422, "api.invalid_request")
    assert caller.refused("GET", "/products") == (422, "api.invalid_request")


# ADDRESSES


def test_other_addresses_answer_in_the_same_form(house: House) -> None:
    assert Caller().refused("GET", "/nothing/here") == (404, "api.no_such_address")
    assert Caller().refused("GET", "/visits/%0A/record") == (404, "api.no_such_address")
    assert Caller().refused("POST", "/visits/not-an-id/start") == (404, "api.no_such_address")


def test_foreign_ids_answer_as_absent_ones(house: House) -> None:
    stranger = house.patient(make.a_patient())
    mine = make.a_patient()
    answers = [stranger.call("GET", f"/people/{one}").body for one in (mine.person_id, NOWHERE)]
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "kernel.not_found"


# THE DESCRIPTION


def test_schemas_have_names_of_their_own() -> None:
    """Two classes of one name would overwrite each other in the description."""
    found: dict[str, type] = {}
    waiting: list[type] = [In, Out]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("xinglin.hospital.api"):
                assert found.setdefault(kind.__name__, kind) is kind, kind
    assert len(found) > 50


def test_every_operation_says_what_it_is_and_how_it_refuses() -> None:
    for path, methods in api.get_openapi_schema(path_prefix="api/")["paths"].items():
        for method, operation in methods.items():
            assert operation["x-summary"]["zh"], path
            assert operation["x-summary"]["en"], path
            assert {401, 403, 404, 422} <= set(operation["responses"]), path
            problem = operation["responses"][422]["content"]
            assert list(problem) == ["application/problem+json"], (method, path)
            public = operation["x-roles"] == ["everyone"]
            assert public is ("security" not in operation), path


def test_the_page_needs_nothing_from_outside(client: Client, db: None) -> None:
    page = client.get("/api/docs").content.decode()
    assert "/api/prescriptions/{prescription_id}/hand-over" in page
    assert "<script" not in page
    assert "//" not in page.replace("https://", "//").split("<body>")[0]
    assert len(GROUPS) > 10
