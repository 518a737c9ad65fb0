"""Who may act for whom."""

from datetime import date, timedelta

import pytest
from tests import builders as make
from tests.unit.identity.conftest import Register

from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.models import Guardianship, Person
from xinglin.hospital.kernel.access import ANONYMOUS
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id

pytestmark = pytest.mark.django_db

BORN = date(2021, 6, 1)


def a_child(name: str = "孙小苗", number: str = "") -> services.Declared:
    return services.declare(
        actor=ANONYMOUS, name=name, id_type="resident", number=number or make.a_number(BORN), now=make.NOW
    )


def test_a_mother_whom_the_register_shows_may_act_at_once(register: Register) -> None:
    mother = make.a_patient(birth_on=date(1992, 1, 1))
    state = services.add_guardian(actor=mother.actor, id=new_id(), declared=a_child(), relation="mother", now=make.NOW)
    assert state == "accepted"
    row = Guardianship.objects.get()
    assert mother.at(make.NOW).wards == {row.ward_id}
    assert row.until == date(2039, 5, 31)
    assert selectors.person_facts(person_id=row.ward_id, at=make.NOW)["guardian_verified"] is True
    assert selectors.person(actor=mother.at(make.NOW), person_id=row.ward_id).name == "孙小苗"


def test_without_the_register_the_evidence_is_reviewed(register: Register, picture: bytes) -> None:
    register.kin = "unknown"
    aunt, officer = make.a_patient(birth_on=date(1992, 1, 1)), make.a_medical_affairs_officer()
    with pytest.raises(InvalidInput) as refused:
        services.add_guardian(actor=aunt.actor, id=new_id(), declared=a_child(), relation="mother", now=make.NOW)
    assert refused.value.field == "evidence"
    assert Person.objects.count() == 1, "nothing half-written"
    state = services.add_guardian(
        actor=aunt.actor, id=new_id(), declared=a_child(), relation="appointed", now=make.NOW, evidence=picture
    )
    assert state == "asked"
    row = Guardianship.objects.get()
    assert aunt.at(make.NOW).wards == frozenset()
    with pytest.raises(NotAllowed):
        services.decide_guardianship(actor=aunt.actor, guardianship_id=row.pk, accept=True, reason="", now=make.NOW)
    with pytest.raises(InvalidInput):
        services.decide_guardianship(
            actor=officer.actor, guardianship_id=row.pk, accept=False, reason=" ", now=make.NOW
        )
    services.decide_guardianship(actor=officer.actor, guardianship_id=row.pk, accept=True, reason="", now=make.NOW)
    assert aunt.at(make.NOW).wards == {row.ward_id}
    with pytest.raises(errors.AlreadyDecided):
        services.decide_guardianship(
            actor=officer.actor, guardianship_id=row.pk, accept=False, reason="x", now=make.NOW
        )
    services.end_guardianship(actor=aunt.actor, guardianship_id=row.pk, now=make.NOW)
    assert aunt.at(make.NOW).wards == frozenset()
    assert selectors.person_facts(person_id=row.ward_id, at=make.NOW)["guardian_verified"] is False


def test_a_register_out_of_reach_confirms_nobody(register: Register, picture: bytes) -> None:
    register.answer = "down"
    mother = make.a_patient(birth_on=date(1992, 1, 1))
    state = services.add_guardian(
        actor=mother.actor, id=new_id(), declared=a_child(), relation="mother", now=make.NOW, evidence=picture
    )
    assert state == "asked"


def test_a_second_parent_finds_the_same_child_and_a_stranger_learns_nothing(register: Register) -> None:
    number = make.a_number(BORN)
    mother = make.a_patient(birth_on=date(1992, 1, 1))
    father = make.a_patient(sex="M", birth_on=date(1990, 1, 1))
    child = a_child(number=number)
    services.add_guardian(actor=mother.actor, id=new_id(), declared=child, relation="mother", now=make.NOW)
    with pytest.raises(InvalidInput) as refused:
        services.add_guardian(
            actor=father.actor, id=new_id(), declared=a_child("别名", number), relation="father", now=make.NOW
        )
    assert refused.value.field == "number"
    services.add_guardian(actor=father.actor, id=new_id(), declared=child, relation="father", now=make.NOW)
    assert mother.at(make.NOW).wards == father.at(make.NOW).wards
    with pytest.raises(errors.GuardianshipExists):
        services.add_guardian(actor=father.actor, id=new_id(), declared=child, relation="father", now=make.NOW)


def test_who_cannot_be_a_guardian(register: Register) -> None:
    unverified = make.a_patient(verified=False)
    with pytest.raises(errors.GuardianNotVerified):
        services.add_guardian(actor=unverified.actor, id=new_id(), declared=a_child(), relation="mother", now=make.NOW)
    young = make.a_patient(birth_on=date(2010, 1, 1))
    with pytest.raises(errors.GuardianTooYoung):
        services.add_guardian(actor=young.actor, id=new_id(), declared=a_child(), relation="sibling", now=make.NOW)
    with pytest.raises(NotAllowed):
        services.add_guardian(
            actor=make.an_auditor().actor, id=new_id(), declared=a_child(), relation="mother", now=make.NOW
        )
    assert not Guardianship.objects.exists()


def test_a_newborn_goes_by_the_mothers_document(register: Register) -> None:
    mother, officer = make.a_patient(birth_on=date(1995, 1, 1)), make.a_medical_affairs_officer()
    newborn = services.declare(
        actor=mother.actor,
        name="孙小芽",
        id_type="mother",
        number="",
        sex="M",
        birth_on=make.NOW.date() - timedelta(days=9),
        now=make.NOW,
    )
    with pytest.raises(InvalidInput):
        services.add_guardian(actor=mother.actor, id=new_id(), declared=newborn, relation="father", now=make.NOW)
    services.add_guardian(actor=mother.actor, id=new_id(), declared=newborn, relation="mother", now=make.NOW)
    row = Guardianship.objects.get()
    services.decide_guardianship(actor=officer.actor, guardianship_id=row.pk, accept=True, reason="", now=make.NOW)
    facts = selectors.person_facts(person_id=row.ward_id, at=make.NOW)
    assert (facts["identity_basis"], facts["identity_state"]) == ("mother", "verified")


def test_foreign_ids_answer_like_absent_ones(register: Register) -> None:
    mother, stranger = make.a_patient(), make.a_patient()
    child = make.a_child_of(mother)
    row = Guardianship.objects.get(ward=child)
    for wanted in (row.pk, new_id()):
        with pytest.raises(NotFound):
            services.end_guardianship(actor=stranger.actor, guardianship_id=wanted, now=make.NOW)
    for wanted in (child.pk, new_id()):
        with pytest.raises(NotFound):
            selectors.person(actor=stranger.actor, person_id=wanted)
