"""Visits of the past, loaded by COPY: readable, verifiable, locked like those of today."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from tests.unit.consultation.world import NOW, World, a_picture

from xinglin.hospital.consultation import bulk, selectors
from xinglin.hospital.consultation.models import Record, Visit
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import clean_picture
from xinglin.hospital.kernel.signing import new_private_key, public_key_of, sign

pytestmark = pytest.mark.django_db


def test_the_past_reads_verifies_and_is_locked(world: World) -> None:
    key_id, private = new_id(), new_private_key()

    def sign_as(_: UUID, content: Any) -> tuple[UUID, str, str]:
        return key_id, public_key_of(private).hex(), sign(private, content).hex()

    at = NOW - timedelta(days=90)
    past = bulk.PastVisit(
        id=new_id(),
        patient_id=world.patient.person_id,
        asked_by_id=world.patient.person_id,
        asked_by_account_id=world.patient.account.pk,
        physician_id=world.doctor.practitioner_id,
        institution_id=world.doctor.institution_id,
        department="03.07",
        complaint="续药",
        fee_code="",
        fee_fen=2000,
        requested_at=at,
        started_at=at + timedelta(minutes=4),
        first_reply_at=at + timedelta(minutes=5),
        ended_at=at + timedelta(minutes=20),
        record=bulk.PastRecord(
            parts={"chief_complaint": "续药", "subjective": "无不适", "assessment": "平稳", "plan": "续药 28 天"},
            vitals={"systolic_mmhg": 132},
            diagnoses=[("I10", "原发性高血压", "Essential hypertension")],
            signed_at=at + timedelta(minutes=18),
        ),
        evidence=bulk.PastEvidence(
            kind="outpatient_record",
            institution_id=world.doctor.institution_id,
            institution_name="测试社区卫生服务中心",
            diagnosed_on=date(2026, 5, 1),
            diagnosis_code="I10",
        ),
        messages=[("patient", world.patient.account.pk, "续药", at)],
    )
    paper = clean_picture(a_picture(), field="picture")
    assert bulk.load_visits(rows=[past], sign=sign_as, paper=paper) == 1
    view = selectors.record(actor=world.patient.actor, visit_id=past.id, now=NOW)
    assert view.intact is True
    assert [d.code for d in view.diagnoses] == ["I10"]
    today = world.signed()
    assert set(view.record.content or {}) == set(Record.objects.get(visit=today).content or {})
    assert Visit.objects.get(id=past.id).last_seq == 1
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        Record.objects.filter(visit_id=past.id).update(plan="别的")
    offered = selectors.earlier_diagnoses(actor=world.patient.actor, person_id=world.patient.person_id, now=NOW)
    assert "I10" in {e.code for e in offered}
