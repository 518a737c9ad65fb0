"""Points that were reached stop payment here, and let it go on when they are taken back; a repeat changes nothing."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests import builders as make

from xinglin.hospital.identity import handlers, selectors
from xinglin.hospital.identity.models import PaymentStatus
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.oversight.events import PointsFellBelowStop, PointsReachedStop

NOW = make.NOW
pytestmark = pytest.mark.django_db


def reached(practitioner_id: UUID, *, ends: bool = False) -> PointsReachedStop:
    today = civil_day(NOW)
    return PointsReachedStop(new_id(), practitioner_id, 9, ends, today, today + timedelta(days=59), NOW)


def suspended(practitioner_id: UUID, days: int = 0) -> bool:
    facts = selectors.practitioner_facts(practitioner_id=practitioner_id, at=NOW + timedelta(days=days))
    last = facts["payment_suspended_until_on"]
    return bool(facts["payment_suspended"]) and last >= civil_day(NOW + timedelta(days=days))


def test_the_facts_that_rule_a12_reads_change_with_the_points() -> None:
    doctor = make.a_physician()
    event = reached(doctor.practitioner_id)
    for _ in range(2):
        handlers.stop_payment(event, now=NOW)
    assert PaymentStatus.objects.get().pk == event.stop_id
    assert suspended(doctor.practitioner_id)
    assert not suspended(doctor.practitioner_id, days=60)
    back = PointsFellBelowStop(event.stop_id, doctor.practitioner_id, 9, NOW)
    for _ in range(2):
        handlers.resume_payment(back, now=NOW)
    assert not suspended(doctor.practitioner_id)


def test_twelve_points_end_the_right() -> None:
    doctor = make.a_physician()
    handlers.stop_payment(reached(doctor.practitioner_id, ends=True), now=NOW)
    assert PaymentStatus.objects.get().status == "terminated"


def test_a_withdrawal_that_comes_before_its_stop_is_tried_again() -> None:
    with pytest.raises(NotFound):
        handlers.resume_payment(PointsFellBelowStop(new_id(), new_id(), 9, NOW), now=NOW)
