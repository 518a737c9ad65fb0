"""One face under two names: found among the staff, never looked for among patients; a fact until a person decides."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests import builders as make
from tests.unit.identity.test_likeness import NOW, SYSTEM, decide, drawn, enrolled

from xinglin.hospital.identity import likeness_policy, selectors, services
from xinglin.hospital.identity.models import AlternativeCheck, LikenessTemplate
from xinglin.hospital.kernel.errors import NotFound

__all__ = ["drawn"]
pytestmark = pytest.mark.django_db
FOUND = NOW + timedelta(minutes=1)


def compared(someone: make.Someone) -> UUID | None:
    template = LikenessTemplate.objects.get(person_id=someone.person_id)
    return services.find_similar(actor=SYSTEM, template_id=template.pk, now=FOUND)


def faces_of(someone: make.Someone, at: object = FOUND) -> object:
    """The fact that rule J09 reads."""
    facts = selectors.practitioner_facts(practitioner_id=someone.practitioner_id, at=at)  # type: ignore[arg-type]
    return facts["face_practitioners"]


def test_one_face_under_two_practitioners_is_a_case_and_a_fact_for_both() -> None:
    first = enrolled(5, someone=make.a_physician())
    second = enrolled(5, someone=make.a_physician())
    assert (faces_of(first), faces_of(second)) == (1, 1)
    assert compared(second) == first.person_id
    review = AlternativeCheck.objects.get(kind="similar")
    assert (review.person_id, review.other_id, review.state) == (second.person_id, first.person_id, "asked")
    assert (faces_of(first), faces_of(second)) == (2, 2)
    assert faces_of(second, NOW) == 1  # what was not known then is no fact of then
    decide(review.pk, accept=True, now=FOUND + timedelta(hours=1))  # twins
    later = FOUND + timedelta(hours=2)
    assert (faces_of(first, later), faces_of(second, later)) == (1, 1)
    assert faces_of(first, FOUND + timedelta(minutes=30)) == 2


def test_one_person_under_two_names_loses_the_second_face_and_the_first_keeps_the_fact() -> None:
    first = enrolled(5, someone=make.a_physician())
    second = enrolled(5, someone=make.a_physician())
    compared(second)
    decide(AlternativeCheck.objects.get(kind="similar").pk, accept=False, now=FOUND)
    later = FOUND + timedelta(minutes=1)
    assert LikenessTemplate.objects.get(person_id=second.person_id).erased_at == FOUND
    assert faces_of(first, later) == 2
    assert faces_of(second, later) is None


def test_other_faces_and_merely_alike_ones_are_no_case() -> None:
    enrolled(4, someone=make.a_physician())
    alike, other = enrolled(5, someone=make.a_physician()), enrolled(9, someone=make.a_pharmacist())
    assert (compared(alike), compared(other)) == (None, None)
    assert not AlternativeCheck.objects.filter(kind="similar").exists()
    assert LikenessTemplate.objects.get(person_id=other.person_id).compared_at == FOUND


def test_patients_are_never_compared_not_even_with_the_staff() -> None:
    physician = enrolled(5, someone=make.a_physician())
    one, two = enrolled(5), enrolled(5)
    assert (compared(one), compared(two), compared(physician)) == (None, None, None)
    assert LikenessTemplate.objects.get(person_id=two.person_id).compared_at is None
    assert faces_of(physician) == 1


def test_policy_may_let_patients_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert likeness_policy.compared_sides() == {"staff"}
    monkeypatch.setattr(
        "xinglin.hospital.identity.services.likeness_comparing.compared_sides", lambda: frozenset({"patient"})
    )
    one, two = enrolled(5), enrolled(5)
    assert compared(two) == one.person_id


def test_who_has_no_face_enrolled_has_no_such_fact_and_only_the_system_compares() -> None:
    physician = make.a_physician()
    assert faces_of(physician) is None
    enrolled(5, someone=physician)
    template = LikenessTemplate.objects.get(person_id=physician.person_id)
    with pytest.raises(NotFound):
        services.find_similar(actor=physician.actor, template_id=template.pk, now=FOUND)
