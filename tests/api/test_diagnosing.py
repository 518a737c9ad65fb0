"""Possible diagnoses over the API: who may, the contract, a named field, a limit of size and of rate."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests import builders as make

from xinglin.clinical.assessment.diagnosing import diagnose
from xinglin.hospital.decision_support import services

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/diagnose"
CASE: dict[str, Any] = {
    "id": "case-1",
    "text": "烧到39度三天了，咳黄痰，右胸一吸气就疼，没有咯血",
    "age_years": 67,
    "sex": "M",
    "findings": [{"name": "寒战", "present": True}, {"code": "haemoptysis", "present": False}],
    "vitals": {
        "temperature": 39.1,
        "resp_rate": 26,
        "spo2": 92,
        "heart_rate": 112,
        "sbp": 118,
        "consciousness": "alert",
    },
    "on": "2026-11-22",
}
TALK = {"turns": [{"speaker": "doctor", "text": "胸痛吗？"}, {"speaker": "patient", "text": "痛，左胳膊也麻，出汗"}]}


@pytest.fixture
def ask() -> Iterator[Any]:
    """Ask as somebody."""

    def asked(who: make.Someone | None, case: Any) -> tuple[int, dict[str, Any]]:
        client = Client()
        if who is not None:
            client.force_login(who.account, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.post(ADDRESS, json.dumps(case, ensure_ascii=False), content_type="application/json")
        return answer.status_code, answer.json()

    return asked


@pytest.mark.parametrize("case", [CASE, TALK, {"text": "宝宝2个月，发烧38.5度"}, {"findings": [{"name": "headache"}]}])
def test_the_answer_is_that_of_the_function(ask: Any, case: dict[str, Any]) -> None:
    status, told = ask(make.a_physician(), case)
    assert status == 200
    assert told == json.loads(json.dumps(diagnose(case)))


def test_only_a_physician_may_ask(ask: Any) -> None:
    assert ask(None, CASE)[0] == 401
    for who in (make.a_patient(), make.a_pharmacist(), make.a_medical_affairs_officer()):
        assert ask(who, CASE)[0] == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": 5}, "text"),
        ({"text": "", "findings": [], "vitals": {}}, "text"),
        ({"turns": [{"speaker": "nurse", "text": "a"}]}, "turns"),
        ({"age_years": 200}, "age_years"),
        ({"sex": "X"}, "sex"),
        ({"findings": [{"present": True}]}, "findings[0]"),
        ({"vitals": {"spo2": 900}}, "vitals.spo2"),
        ({"vitals": {"mood": 1}}, "vitals.mood"),
        ({"on": "tomorrow"}, "on"),
        ({"wrong": 1}, "wrong"),
    ],
)
def test_a_wrong_field_is_named_in_both_languages(ask: Any, change: dict[str, Any], field: str) -> None:
    status, told = ask(make.a_physician(), CASE | change)
    assert status == 422
    assert told["field"] == field
    assert told["title"]["zh"]
    assert told["title"]["en"]


def test_a_case_that_is_too_large_is_refused(ask: Any) -> None:
    status, told = ask(make.a_physician(), CASE | {"id": "x" * 260_000})
    assert (status, told["code"]) == (413, "api.body_too_large")


def test_who_asks_too_often_is_told_so(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "A_MINUTE_MAX", 1)
    doctor = make.a_physician()
    codes = [ask(doctor, CASE)[0] for _ in range(3)]
    assert 429 in codes, "at least two of three fall into one minute"


def test_the_description_names_the_operation() -> None:
    schema = Client().get("/api/openapi.json").json()
    operation = schema["paths"][ADDRESS]["post"]
    assert operation["x-roles"] == ["physician"]
    assert set(operation["responses"]) >= {"200", "401", "403", "413", "422", "429"}
