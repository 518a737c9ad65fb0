"""Alarms and measurements over the API."""

from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World

pytestmark = pytest.mark.django_db
HEART = "昨晚开始胸痛，压榨样，出汗，左胳膊发麻"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: NOW)


@pytest.fixture
def world() -> World:
    return World()


def enter(someone: make.Someone) -> Client:
    client = Client()
    client.force_login(someone.account)
    return client


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(path, body if body is not None else {}, content_type="application/json")


def test_an_alarm_is_listed_seen_and_stood_down(world: World) -> None:
    visit = world.started()
    world.say(visit, text=HEART, actor=world.patient.actor)
    doctor = enter(world.doctor)
    (row,) = doctor.get(f"/api/alarms?standing_only=true&subject_id={visit.id}").json()
    assert (row["code"], row["level"], row["state"]) == ("acs", "emergency", "raised")
    assert any("胸痛" in one["words"] for one in row["because"])
    assert enter(world.patient).get("/api/alarms").json()[0]["id"] == row["id"]
    assert enter(make.a_physician()).get("/api/alarms").json() == []
    path = f"/api/alarms/{row['id']}"
    assert post(enter(world.patient), f"{path}/acknowledge").status_code == 403
    assert post(enter(make.a_physician()), f"{path}/acknowledge").status_code == 404
    assert post(doctor, f"{path}/acknowledge").json()["state"] == "acknowledged"
    assert post(doctor, f"{path}/stand-down", {"reason_code": "other"}).status_code == 422
    assert post(doctor, f"{path}/stand-down", {"reason_code": "nonsense"}).status_code == 422
    assert post(doctor, f"{path}/stand-down", {"reason_code": "misread"}).json()["state"] == "stood_down"
    assert post(doctor, f"{path}/stand-down", {"reason_code": "misread"}).status_code == 409


def test_a_measurement_is_kept_and_what_it_rings_comes_back(world: World) -> None:
    client, patient = enter(world.patient), str(world.patient.person_id)
    calm = post(client, "/api/measurements", {"patient_id": patient, "values": {"SBP": "130", "DBP": "80"}})
    assert calm.json() == {"alarms": []}
    (row,) = client.get(f"/api/measurements?person_id={patient}").json()
    assert (row["quantity"], row["value"], row["second"], row["unit"]) == ("pressure", 130.0, 80.0, "mmHg")
    rung = post(client, "/api/measurements", {"patient_id": patient, "values": {"SPO2": "84"}}).json()["alarms"]
    assert rung[0]["level"] == "emergency"
    wrong = post(client, "/api/measurements", {"patient_id": patient, "values": {"SPO2": "840"}})
    assert (wrong.status_code, wrong.json()["field"] or wrong.json()["errors"][0]["field"]) == (422, "SPO2")
    assert enter(make.a_patient()).get(f"/api/measurements?person_id={patient}").status_code == 404
