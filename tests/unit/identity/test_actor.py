"""Who an account is: roles follow the basis, at once."""

from datetime import timedelta

import pytest
from tests import builders as make

from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.models import InstitutionSuspension, Practitioner, PractitionerSuspension
from xinglin.hospital.kernel.access import SYSTEM_ID, Role
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import signature_holds

pytestmark = pytest.mark.django_db


def test_each_role_has_its_actor() -> None:
    mother = make.a_patient()
    child = make.a_child_of(mother)
    assert mother.at(make.NOW).roles == {Role.PATIENT}
    assert mother.at(make.NOW).wards == {child.pk}
    doctor = make.a_physician()
    assert doctor.actor.roles == {Role.PHYSICIAN}
    assert doctor.actor.practitioner_id == doctor.practitioner_id
    assert doctor.actor.institution_ids == {doctor.institution_id}
    assert make.a_pharmacist().actor.roles == {Role.PHARMACIST}
    assert make.a_medical_affairs_officer().actor.roles == {Role.MEDICAL_AFFAIRS}
    assert make.an_auditor().actor.roles == {Role.AUDITOR}
    assert make.a_regulator().actor.roles == {Role.REGULATOR}


def test_suspension_takes_the_role_at_its_instant_and_gives_it_back() -> None:
    doctor = make.a_physician()
    PractitionerSuspension.objects.create(
        id=new_id(),
        practitioner_id=doctor.practitioner_id,
        from_at=make.NOW,
        until_at=make.NOW + timedelta(days=30),
        reason="test",
        by=SYSTEM_ID,
    )
    assert doctor.at(make.NOW - timedelta(seconds=1)).roles == {Role.PHYSICIAN}
    assert doctor.at(make.NOW).roles == frozenset()
    assert doctor.at(make.NOW + timedelta(days=30)).roles == {Role.PHYSICIAN}


def test_expiry_and_a_suspended_house_take_the_role() -> None:
    doctor = make.a_physician(valid_until_on=make.NOW.date())
    assert doctor.at(make.NOW).roles == {Role.PHYSICIAN}
    assert doctor.at(make.NOW + timedelta(days=1)).roles == frozenset()
    other = make.a_physician()
    officer = make.a_medical_affairs_officer()
    InstitutionSuspension.objects.create(
        id=new_id(), institution_id=other.institution_id, from_at=make.NOW, reason="test", by=SYSTEM_ID
    )
    assert other.at(make.NOW).roles == frozenset()
    assert officer.at(make.NOW).roles == {Role.MEDICAL_AFFAIRS}, "someone must be able to lift the suspension"


def test_sign_needs_a_fresh_proof_and_makes_one_key() -> None:
    doctor = make.a_physician(proof_at=None)
    content = {"what": "a record", "lines": [1, 2]}
    with pytest.raises(errors.ConfirmationNeeded):
        services.sign_as(actor=doctor.actor, content=content, now=make.NOW)
    assert not Practitioner.objects.get(pk=doctor.practitioner_id).signing_keys.exists()
    services.confirm_again(actor=doctor.actor, password=make.PASSWORD, now=make.NOW)
    first = services.sign_as(actor=doctor.actor, content=content, now=make.NOW)
    second = services.sign_as(actor=doctor.actor, content={"other": 1}, now=make.NOW + timedelta(minutes=5))
    assert first.key_id == second.key_id
    assert signature_holds(bytes.fromhex(first.public_key), bytes.fromhex(first.signature), content)
    assert not signature_holds(bytes.fromhex(first.public_key), bytes.fromhex(first.signature), {"what": "another"})
    with pytest.raises(errors.ConfirmationNeeded):
        services.sign_as(actor=doctor.actor, content=content, now=make.NOW + timedelta(minutes=5, seconds=1))
    assert selectors.signing_key(key_id=first.key_id).held_at(make.NOW)
