"""One question at signing and at review: the same tickets while nothing changed, and what changed is said."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests import builders as make
from tests.unit.decision_support.tables import read_twice
from tests.unit.pharmacy.test_review_desk import sheet_of, told
from tests.unit.pharmacy.world import METFORMIN, NOW, VALSARTAN, World, a_line

from xinglin.hospital.consultation.models import AllergyTold, LifeState, MedicineTold, Observation, Visit
from xinglin.hospital.decision_support.models import CheckTicket
from xinglin.hospital.pharmacy.medicine_check import check_row
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.since_signing import changes


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row counts as read a second time, so that the physician's acceptances are asked for."""
    monkeypatch.setattr("xinglin.hospital.decision_support.knowledge.knowledge_in_force", read_twice)


def kidneys(world: World, value: int, at: int) -> None:
    """An eGFR of the day."""
    told(world, Observation, at=at, code="EGFR", value=value, unit="mL/min/1.73m2", on=NOW.date())


def metformin(world: World) -> Prescription:
    """Two grams a day with an eGFR of 40: not clean, so that there are tickets to compare."""
    draft = world.draft(lines=[a_line(METFORMIN, dose_units=1_000_000, frequency="bid")])
    kidneys(world, 40, at=0)
    told(world, MedicineTold, at=0, name="华法林片", sig="每次3mg 每日1次")
    return world.issue(draft)


def asked_again(world: World, row: Prescription, at: int = 5) -> Any:
    """The check of the signed prescription, as the desk asks it."""
    row = Prescription.objects.select_related("signed").prefetch_related("lines").get(pk=row.pk)
    return check_row(world.pharmacist.at(world.later(at)), row, json.loads(row.signed.content), world.later(at))


def tickets(answer: Any) -> list[str]:
    return [one["ticket"] for one in answer["findings"]]


@pytest.mark.parametrize(("channel", "asked"), [("online", "online"), ("in_person", "outpatient")])
def test_question_and_tickets_are_the_same_at_signing_and_at_review(world: World, channel: str, asked: str) -> None:
    world.visit = visit = world.signed()
    Visit.objects.filter(pk=visit.pk).update(channel=channel)
    row = metformin(world)
    then = CheckTicket.objects.get(subject_id=row.id, subject_type="prescription")
    again = asked_again(world, row)
    given = json.loads(then.given)
    assert given["institution"] == {"channel": asked, "antimicrobial_right": "restricted"}
    assert again.given == given
    assert tickets(json.loads(then.answer)) == tickets(again.answer)
    assert tickets(again.answer), "a comparison of nothing proves nothing"
    sheet = sheet_of(world, row)
    assert (sheet.changed, sheet.fresh) == ([], frozenset())


def test_one_that_replaces_another_is_asked_about_alike(world: World) -> None:
    first = world.issue(world.draft(lines=[a_line(VALSARTAN, dose_units=80000)]))
    world.review(first, "return", codes=["2-5"], text="请核对剂量")
    make.a_proof(world.doctor.account, at=world.later(5))
    second = world.issue(world.draft(lines=[a_line(VALSARTAN, dose_units=80000)], replaces_id=first.id), at=5)
    again = asked_again(world, second, at=6)
    assert again.given == json.loads(CheckTicket.objects.get(subject_id=second.id, subject_type="prescription").given)
    assert again.given["current"] == []


def test_a_new_result_between_is_said_and_its_finding_is_marked(world: World) -> None:
    row = metformin(world)
    then = CheckTicket.objects.get(subject_id=row.id, subject_type="prescription")
    kidneys(world, 22, at=4)
    again = asked_again(world, row)
    assert tickets(json.loads(then.answer)) != tickets(again.answer)
    sheet = sheet_of(world, row)
    (said,) = sheet.changed
    assert "40" in said.zh
    assert "22" in said.zh
    assert "签发时" in said.zh
    assert "at the signature" in said.en
    assert sheet.fresh
    fresh = [one for one in sheet.findings if one.ticket in sheet.fresh]
    assert any(one.tier == "X" for one in fresh), "metformin is not given below 30"
    assert all(one.open for one in fresh)


def test_every_kind_of_news_is_said(world: World) -> None:
    row = metformin(world)
    held = MedicineTold.objects.get()
    told(world, LifeState, at=4, pregnant=False, lactating=True, on=NOW.date())
    told(world, AllergyTold, at=4, substance="青霉素", reaction="severe")
    told(world, MedicineTold, at=4, name="布洛芬", sig="每次0.2g 每日3次")
    told(world, MedicineTold, at=4, name=held.name, sig=held.sig, held=True, replaces_id=held.id)
    told(world, Observation, at=4, code="WEIGHT", value=61, unit="kg", on=NOW.date())
    said = "\n".join(one.zh for one in sheet_of(world, row).changed)
    for part in ("青霉素", "没有问过", "布洛芬", "华法林片", "暂停", "体重", "61", "哺乳"):
        assert part in said, f"{part} is not in: {said}"
    english = [one.en for one in sheet_of(world, row).changed]
    assert all(english)


def test_what_no_longer_stands_is_said_too() -> None:
    patient: dict[str, Any] = {
        "labs": [{"code": "K", "value": "5.6", "unit": "mmol/L", "on": "2026-08-01"}],
        "allergies": [],
        "diagnoses": ["I10", "E11.9"],
    } | dict.fromkeys(("weight_kg", "height_cm", "pregnant", "pregnancy_weeks", "lactating", "dialysis"))
    then = {"patient": patient, "current": [{"line": "told:1", "name_zh": "缬沙坦", "name_en": "Valsartan"}]}
    now = {"patient": patient | {"labs": [], "diagnoses": ["I10"]}, "current": []}
    assert changes(then, then) == []
    said = [one.en for one in changes(then, now)]
    assert len(said) == 3
    assert "5.6 mmol/L (2026-08-01)" in said[0]
    assert "not recorded" in said[0]
    assert "E11.9" in said[1]
    assert "Valsartan" in said[2]


def test_the_order_of_days_does_not_matter_for_what_is_asked(world: World) -> None:
    row = metformin(world)
    tomorrow = world.later(3) + timedelta(hours=20)
    fresh = Prescription.objects.select_related("signed").prefetch_related("lines").get(pk=row.pk)
    again = check_row(world.pharmacist.at(tomorrow), fresh, json.loads(fresh.signed.content), tomorrow)
    then = json.loads(CheckTicket.objects.get(subject_id=row.id, subject_type="prescription").given)
    assert {**again.given, "on": then["on"]} == then, "another day is the only difference"
    assert tickets(again.answer)
