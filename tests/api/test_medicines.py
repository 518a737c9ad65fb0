"""The check of medicines over the API: who may, the contract, a named field, a limit of size and of rate."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests import builders as make

from xinglin.hospital.decision_support import services

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/medicines/check"
CASE: dict[str, Any] = {
    "id": "rx-1",
    "on": "2026-11-22",
    "patient": {"age_years": 72, "sex": "F", "egfr": 38, "allergies": [], "diagnoses": ["E11.9"]},
    "current": [{"drug": "warfarin", "dose": "3mg", "frequency": "qd"}],
    "orders": [
        {"drug": "盐酸二甲双胍片0.5g", "sig": "每次1g 每日3次 连服30天"},
        {"drug": "ibuprofen", "dose": 400, "unit": "mg", "frequency": "tid"},
    ],
    "institution": {"channel": "online"},
}


@pytest.fixture
def ask() -> Iterator[Any]:
    """Ask as somebody."""

    def asked(who: make.Someone | None, case: Any) -> tuple[int, dict[str, Any]]:
        client = Client()
        if who is not None:
            client.force_login(who.account, backend="django.contrib.auth.backends.ModelBackend")
        body = case if isinstance(case, str) else json.dumps(case, ensure_ascii=False)
        answer = client.post(ADDRESS, body, content_type="application/json")
        return answer.status_code, answer.json()

    return asked


def test_the_answer_is_that_of_the_function(ask: Any) -> None:
    from xinglin.clinical.medicines.checking import canonical, check

    status, told = ask(make.a_physician(), CASE)
    assert status == 200
    assert canonical(told) == canonical(check(CASE))
    assert {one["kind"] for one in told["findings"]} >= {"interaction", "renal"}
    assert ask(make.a_pharmacist(), CASE)[0] == 200


def test_only_those_who_prescribe_or_review_may_ask(ask: Any) -> None:
    assert ask(None, CASE)[0] == 401
    assert ask(make.a_patient(), CASE)[0] == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"orders": []}, "orders"),
        ({"orders": [{"dose": "1g"}]}, "orders[0].drug"),
        ({"patient": {"weigth_kg": 50}}, "patient.weigth_kg"),
        ({"patient": {"weight_kg": "heavy"}}, "patient.weight_kg"),
        ({"institution": {"channel": "by post"}}, "institution.channel"),
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
    assert operation["x-roles"] == ["pharmacist", "physician"]
    assert set(operation["responses"]) >= {"200", "401", "403", "413", "422", "429"}
