"""What patients and physicians tell: who may, what stands, what was taken back, what goes out of date."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests import builders as make
from tests.unit.consultation.world import NOW, World

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.models import AllergyTold, MedicineTold, Observation, PlannedTest
from xinglin.hospital.consultation.selectors.told import LifeNow
from xinglin.hospital.consultation.services import Measured
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.models import JournalEntry

TODAY = NOW.date()


def by(world: World, **more: Any) -> dict[str, Any]:
    """The patient of the world, speaking now."""
    return {"actor": world.patient.actor, "patient_id": world.patient.person_id, "now": NOW} | more


def known(world: World, later: int = 0) -> selectors.ToldFacts:
    return selectors.told_facts(person_id=world.patient.person_id, at=NOW + timedelta(days=later))


def test_never_asked_is_not_none(world: World) -> None:
    assert not known(world).allergies_asked
    services.tell_allergy(none_known=True, **by(world))
    told = known(world)
    assert told.allergies_asked
    assert told.no_allergy is not None
    assert told.known_allergies == []
    assert selectors.allergies(person_id=world.patient.person_id) == []


def test_an_allergy_is_resolved_and_is_not_forgotten_by_a_quick_none(world: World) -> None:
    services.tell_allergy(substance=" 青霉素 ", reaction="severe", **by(world))
    services.tell_allergy(substance="隔壁药店的白药片", **by(world))
    services.tell_allergy(none_known=True, **by(world))
    first, second = known(world).known_allergies
    assert "amoxicillin" in first.codes
    assert (second.substance, second.codes) == ("隔壁药店的白药片", [])
    rows = selectors.allergies(person_id=world.patient.person_id)
    assert {row["allergy.substance_code"] for row in rows} >= {"amoxicillin", None}


def test_taking_back_leaves_a_trace(world: World) -> None:
    row = services.tell_allergy(substance="青霉素", **by(world))
    services.withdraw_fact(kind="allergy", row_id=row.id, **by(world))
    assert not known(world).known_allergies
    assert AllergyTold.objects.count() == 2
    with pytest.raises(NotFound):
        services.withdraw_fact(kind="allergy", row_id=row.id, **by(world))
    with pytest.raises(NotFound):
        services.withdraw_fact(kind="weather", row_id=row.id, **by(world))


def test_rows_never_change_and_the_journal_holds_no_words(world: World) -> None:
    services.tell_medicine(name="华法林片", sig="3mg qd", **by(world))
    with pytest.raises(IntegrityError), transaction.atomic():
        MedicineTold.objects.update(name="别的药")
    entry = JournalEntry.objects.get(verb="tell_medicine")
    assert "华法林" not in str(entry.detail)


def test_a_physician_corrects_in_the_visit_and_both_stay_on_record(world: World) -> None:
    visit = world.started()
    row = services.tell_medicine(name="华法林片", sig="3mg qd", **by(world))
    doctor: dict[str, Any] = {
        "actor": world.doctor.actor,
        "patient_id": visit.patient_id,
        "visit_id": visit.id,
        "now": NOW,
    }
    held = services.hold_medicine(row_id=row.id, held=True, **doctor)
    assert (held.held, held.name, held.codes) == (True, "华法林片", ["warfarin"])
    (one,) = known(world).taken
    assert (one.said_by.value, one.held) == ("physician", True)
    assert MedicineTold.objects.count() == 2


def test_strangers_are_answered_as_if_nobody_were_there(world: World) -> None:
    visit = world.started()
    other = make.a_patient()
    with pytest.raises(NotFound):
        services.tell_allergy(none_known=True, **by(world, actor=other.actor))
    with pytest.raises(NotFound):
        services.tell_allergy(none_known=True, **by(world, actor=make.a_physician().actor, visit_id=visit.id))
    with pytest.raises(NotFound):
        services.tell_allergy(none_known=True, **by(world, actor=world.doctor.actor))
    with pytest.raises(NotAllowed):
        services.tell_allergy(none_known=True, **by(world, actor=make.a_pharmacist().actor))
    with pytest.raises(NotFound):
        selectors.medicine_facts(actor=other.actor, patient_id=world.patient.person_id, now=NOW)
    assert not AllergyTold.objects.exists()


def test_measurements_are_exact_named_when_wrong_and_grow_old(world: World) -> None:
    services.tell_measures(
        values=[Measured("WEIGHT", "55.5", TODAY), Measured("K", "5,1", TODAY), Measured("CR", "1.2", TODAY, "mg/dL")],
        **by(world),
    )
    told = known(world)
    assert {code: (one.shown, one.unit) for code, one in told.readings.items()} == {
        "WEIGHT": ("55.5", "kg"),
        "K": ("5.1", "mmol/L"),
        "CR": ("1.2", "mg/dL"),
    }
    assert not told.readings["K"].stale
    assert known(world, later=31).readings["K"].stale
    with pytest.raises(InvalidForm) as wrong:
        services.tell_measures(
            values=[
                Measured("K", "51", TODAY),
                Measured("WEIGHT", "heavy", TODAY),
                Measured("SBP", "120", TODAY + timedelta(days=1)),
            ],
            **by(world),
        )
    assert [one.field for one in wrong.value.errors] == ["K", "WEIGHT", "SBP-on"]
    assert Observation.objects.count() == 3, "nothing is half-written"


def test_vital_signs_of_a_signed_record_count_as_measured(world: World) -> None:
    world.signed()
    reading = known(world, later=1).readings["SBP"]
    assert (reading.shown, reading.side.value) == ("138", "physician")


def test_a_pregnancy_goes_on_and_a_no_is_believed_for_a_time(world: World) -> None:
    services.tell_life_state(pregnant=True, weeks=11, lactating=False, **by(world))
    assert known(world).life.weeks == 11
    assert known(world, later=22).life.weeks == 14
    assert known(world, later=250).life.pregnant is None
    services.tell_life_state(pregnant=False, lactating=False, **by(world, now=NOW + timedelta(days=250)))
    assert known(world, later=260).life.pregnant is False
    assert known(world, later=400).life.pregnant is None
    with pytest.raises(InvalidInput) as wrong:
        services.tell_life_state(pregnant=False, weeks=3, lactating=None, **by(world))
    assert wrong.value.field == "weeks"
    nothing = selectors.told_facts(person_id=make.a_patient().person_id, at=NOW).life
    assert nothing == LifeNow(None, None, None, None)


def test_what_ended_is_no_longer_taken(world: World) -> None:
    services.tell_medicine(name="阿莫西林胶囊", until_on=date(2026, 8, 20), **by(world))
    told = known(world)
    assert told.taken == []
    assert told.medicines_asked


def test_a_test_is_planned_once_and_the_patient_reads_it(world: World) -> None:
    visit = world.started()
    for _ in range(2):
        services.plan_test(actor=world.doctor.actor, visit_id=visit.id, code="INR", due_on=TODAY, why="华法林", now=NOW)
    assert PlannedTest.objects.count() == 1
    ((row, measure),) = selectors.tests_of_visit(actor=world.patient.actor, visit_id=visit.id)
    assert (row.code, measure.unit) == ("INR", "1")
    with pytest.raises(NotAllowed):
        services.plan_test(actor=world.patient.actor, visit_id=visit.id, code="INR", due_on=TODAY, now=NOW)
