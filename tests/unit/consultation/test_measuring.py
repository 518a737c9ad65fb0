"""Measurements at home: written down whole or not at all, judged as a series, rung to the physician and the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.models import Observation
from xinglin.hospital.decision_support import selectors as alarms
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.alarm_models import Alarm
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import DomainError, InvalidForm, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def measure(world: World, minutes: int = 0, **values: str) -> list[Alarm]:
    at = NOW + timedelta(minutes=minutes)
    patient = world.patient
    return services.measure_at_home(actor=patient.at(at), patient_id=patient.person_id, values=values, now=at)


def test_a_calm_value_is_kept_and_drawn(world: World) -> None:
    assert measure(world, SBP="128", DBP="82") == []
    assert measure(world, 5, SBP="131", DBP="80", PEF="420", WEIGHT="62.5") == []
    series = selectors.home_of(
        actor=world.patient.actor, person_id=world.patient.person_id, now=NOW + timedelta(hours=1)
    )
    assert [(one.quantity, one.value, one.second) for one in series][:2] == [
        ("pressure", 128, 82),
        ("pressure", 131, 80),
    ]
    assert {one.quantity for one in series} == {"pressure", "peak_flow", "weight"}
    told = selectors.told_facts(person_id=world.patient.person_id, at=NOW + timedelta(hours=1))
    assert told.readings["SBP"].shown == "131"


def test_a_dangerous_value_rings_once_to_physician_and_desk(world: World) -> None:
    world.started()
    (alarm,) = measure(world, 1, SPO2="84")
    assert (alarm.subject_type, alarm.level, alarm.physician_id) == ("home", "emergency", world.doctor.practitioner_id)
    assert alarm.refer_at is None
    assert "84" in alarm.because[0]["name_en"]
    assert measure(world, 2, SPO2="84.5") == [], "it wavers about the same step"
    assert measure(world, 30, SPO2="97") == []
    assert len(measure(world, 60, SPO2="84")) == 1, "it was well again in between"
    for actor in (world.doctor.actor, make.a_medical_affairs_officer().actor, world.patient.actor):
        assert len(alarms.alarms(actor=actor, standing_only=True)) == 2
    decision_support.acknowledge(actor=world.doctor.actor, alarm_id=alarm.id, now=NOW + timedelta(minutes=3))
    late = NOW + timedelta(hours=2)
    assert len(decision_support.escalate_due(actor=system_actor("clock"), now=late)) == 1
    assert services.keep_alarms(actor=system_actor("clock"), now=late)["referred"] == 0


def test_without_a_visit_the_desk_hears(world: World) -> None:
    found = measure(world, SPO2="84")
    assert found
    assert all(one.physician_id is None for one in found)
    assert alarms.alarms(actor=make.a_medical_affairs_officer().actor)
    assert alarms.alarms(actor=world.doctor.actor) == []


def test_limits_of_pregnancy_hold_for_her(world: World) -> None:
    assert measure(world, SBP="135", DBP="85") == []
    services.tell_life_state(
        actor=world.patient.actor, patient_id=world.patient.person_id, pregnant=True, weeks=30, lactating=False, now=NOW
    )
    assert [one.code for one in measure(world, 10, SBP="145", DBP="92")] != []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "SBP"),
        ({"SBP": "150"}, "DBP"),
        ({"DBP": "90"}, "SBP"),
        ({"SBP": "80", "DBP": "120"}, "DBP"),
        ({"SBP": "1500", "DBP": "90"}, "SBP"),
        ({"GLU": "sweet"}, "GLU"),
        ({"TEMP": "101"}, "TEMP"),
        ({"NONSENSE": "1"}, "code"),
    ],
)
def test_wrong_values_name_the_field_and_leave_nothing(world: World, values: dict[str, str], field: str) -> None:
    with pytest.raises((InvalidInput, InvalidForm)) as caught:
        measure(world, **values)
    error: DomainError = caught.value
    fields = [one.field for one in error.errors] if isinstance(error, InvalidForm) else [error.field]
    assert fields == [field]
    assert not Observation.objects.exists()


def test_others_neither_write_nor_read(world: World) -> None:
    patient = world.patient.person_id
    for stranger in (make.a_patient(), make.a_physician()):
        with pytest.raises(NotFound):
            services.measure_at_home(actor=stranger.actor, patient_id=patient, values={"GLU": "5"}, now=NOW)
        with pytest.raises(NotFound):
            selectors.home_of(actor=stranger.actor, person_id=patient, now=NOW)
    with pytest.raises(NotAllowed):
        services.measure_at_home(actor=make.an_auditor().actor, patient_id=patient, values={"GLU": "5"}, now=NOW)
    world.started()
    assert selectors.home_of(actor=world.doctor.actor, person_id=patient, now=NOW) == []


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_takes_values_draws_them_and_shows_danger(
    world: World, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.force_login(world.patient.account)
    client.cookies["xinglin_language"] = language
    for minutes, values in ((0, {"SBP": "128", "DBP": "82"}), (9, {"SBP": "135", "DBP": "85"}), (20, {"SPO2": "84"})):
        monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda m=minutes: NOW + timedelta(minutes=m))
        assert client.post("/me/measurements/", values).status_code == 302
    page = text(client.get("/me/measurements/"))
    assert '<svg class="trend"' in page
    assert "135/85" in page
    assert 'href="tel:120"' in page
    wrong = client.post("/me/measurements/", {"SBP": "900", "DBP": "80"})
    assert wrong.status_code == 422
    assert 'value="900"' in text(wrong)
    doctor = Client()
    doctor.force_login(world.doctor.account)
    assert "alarm-strip" not in text(doctor.get("/clinic/alarms"))
