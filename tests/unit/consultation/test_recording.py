"""The record: fields and bounds, versions, signature and lock (in the database too), addenda, who reads."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from tests import builders as make
from tests.unit.consultation.world import NOW, World, a_draft, a_picture

from xinglin.hospital.consultation import errors, selectors, services
from xinglin.hospital.consultation.models import (
    ConsentGiven,
    Message,
    Picture,
    Questionnaire,
    Record,
    RecordAddendum,
    RecordAttachment,
    RecordDiagnosis,
)
from xinglin.hospital.identity.errors import ConfirmationNeeded
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.kernel.signing import digest, signature_holds

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=2)


def test_a_draft_is_saved_whole_and_counted(world: World) -> None:
    visit, version = world.drafted()
    record = Record.objects.get(visit=visit)
    assert version == record.version == 1
    assert record.vitals == {"systolic_mmhg": 138, "diastolic_mmhg": 86, "temperature_decic": 365}
    assert [(d.rank, d.code) for d in record.diagnoses.all()] == [(1, "I10")]
    services.save_record(
        actor=world.doctor.actor,
        visit_id=visit.id,
        draft=a_draft(version=1, diagnoses=["E11.9", "I10", "E11.9"], vitals={"systolic_mmhg": ""}),
        now=LATER,
    )
    record.refresh_from_db()
    assert record.vitals == {}
    assert [(d.rank, d.code) for d in record.diagnoses.all()] == [(1, "E11.9"), (2, "I10")]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"vitals": {"systolic_mmhg": 1380}}, {"systolic_mmhg"}),
        ({"vitals": {"temperature_decic": "36.55"}}, {"temperature_decic"}),
        ({"vitals": {"weight_g": "六十"}}, {"weight_g"}),
        ({"vitals": {"spo2_percent": "-1", "pulse_bpm": "1e9"}}, {"spo2_percent", "pulse_bpm"}),
        ({"vitals": {"systolic_mmhg": 80, "diastolic_mmhg": 90}}, {"diastolic_mmhg"}),
        ({"vitals": {"mood": 7}}, {"vitals"}),
        ({"diagnoses": ["Q00.0x"]}, {"diagnoses"}),
        ({"plan": "很" * 5001, "vitals": {"pulse_bpm": "NaN"}}, {"plan", "pulse_bpm"}),
    ],
)
def test_wrong_values_are_named_and_nothing_is_saved(
    world: World, changes: dict[str, object], fields: set[str]
) -> None:
    visit = world.started()
    with pytest.raises(InvalidForm) as caught:
        services.save_record(actor=world.doctor.actor, visit_id=visit.id, draft=a_draft(**changes), now=LATER)
    assert {e.field for e in caught.value.errors} == fields
    assert Record.objects.get(visit=visit).version == 0


def test_two_pages_do_not_overwrite_each_other(world: World) -> None:
    visit, _ = world.drafted()
    with pytest.raises(errors.RecordMoved) as caught:
        services.save_record(actor=world.doctor.actor, visit_id=visit.id, draft=a_draft(plan="别的"), now=LATER)
    assert caught.value.fields == {"current": 1, "given": 0}
    assert Record.objects.get(visit=visit).plan.startswith("原方案")


def test_a_record_is_written_by_its_physician_during_the_visit(world: World) -> None:
    waiting = world.waiting(patient=make.a_patient())
    with pytest.raises(errors.WrongState):
        services.save_record(actor=world.doctor.actor, visit_id=waiting.id, draft=a_draft(), now=LATER)
    visit = world.started(now=NOW + timedelta(seconds=1))
    with pytest.raises(NotFound):
        services.save_record(actor=make.a_physician().actor, visit_id=visit.id, draft=a_draft(), now=LATER)
    with pytest.raises(NotAllowed):
        services.save_record(actor=world.patient.actor, visit_id=visit.id, draft=a_draft(), now=LATER)


def test_the_signature_holds_over_exactly_the_content(world: World) -> None:
    visit = world.signed()
    record = Record.objects.get(visit=visit)
    assert (record.state, record.signed_by_id) == ("signed", world.doctor.practitioner_id)
    content = record.content
    assert content is not None
    assert content["diagnoses"][0]["code"] == "I10"
    assert content["vitals"]["temperature_decic"] == 365
    assert record.sha256 == digest(content)
    key, signature = bytes.fromhex(record.public_key), bytes.fromhex(record.signature)
    assert signature_holds(key, signature, content)
    assert not signature_holds(key, signature, content | {"plan": "别的"})
    assert selectors.draft(actor=world.doctor.actor, visit_id=visit.id).intact is True
    again = services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=1, now=LATER)
    assert again.signature == record.signature


def test_signing_needs_all_parts_the_version_and_a_fresh_proof(world: World) -> None:
    visit, version = world.drafted(plan="", assessment="", diagnoses=[])
    doctor = world.doctor.actor
    with pytest.raises(InvalidForm) as caught:
        services.sign_record(actor=doctor, visit_id=visit.id, version=version, now=LATER)
    assert {e.field for e in caught.value.errors} == {"plan", "assessment", "diagnoses"}
    services.save_record(actor=doctor, visit_id=visit.id, draft=a_draft(version=version), now=LATER)
    with pytest.raises(errors.RecordMoved):
        services.sign_record(actor=doctor, visit_id=visit.id, version=version, now=LATER)
    with pytest.raises(ConfirmationNeeded):
        services.sign_record(actor=doctor, visit_id=visit.id, version=2, now=NOW + timedelta(minutes=20))
    assert Record.objects.get(visit=visit).state == "draft"
    assert not JournalEntry.objects.filter(verb="sign_record", object_id=visit.id).exists()


def test_another_disease_needs_a_reason(world: World) -> None:
    visit, version = world.drafted(diagnoses=["J00"])
    with pytest.raises(errors.NeedsAnswer) as caught:
        services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=version, now=LATER)
    assert caught.value.fields["rules"] == ["A03"]
    with pytest.raises(InvalidInput):
        services.sign_record(
            actor=world.doctor.actor,
            visit_id=visit.id,
            version=version,
            answers={"A03": ("no-such-reason", "")},
            now=LATER,
        )
    assert Record.objects.get(visit=visit).state == "draft"


def test_a_complication_of_the_same_disease_needs_none(world: World) -> None:
    visit, version = world.drafted(diagnoses=["I11.9"])
    services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=version, now=LATER)
    assert Record.objects.get(visit=visit).state == "signed"


def test_a_signed_record_is_locked_for_every_verb(world: World) -> None:
    visit = world.signed()
    doctor = world.doctor.actor
    with pytest.raises(errors.RecordLocked):
        services.save_record(actor=doctor, visit_id=visit.id, draft=a_draft(version=1), now=LATER)
    with pytest.raises(errors.RecordLocked):
        services.attach_picture(actor=doctor, visit_id=visit.id, raw=a_picture(), now=LATER)
    with pytest.raises(errors.RecordLocked):
        services.detach_picture(actor=doctor, visit_id=visit.id, picture_id=new_id(), now=LATER)
    assert Picture.objects.filter(use="attachment").count() == 0


def test_the_database_itself_refuses_to_change_what_was_signed(world: World) -> None:
    visit, version = world.drafted()
    services.attach_picture(actor=world.doctor.actor, visit_id=visit.id, raw=a_picture(), now=LATER)
    services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=version, now=LATER)
    services.add_addendum(actor=world.doctor.actor, visit_id=visit.id, id=new_id(), text="补充一句", now=LATER)
    attempts = [
        lambda: Record.objects.filter(visit=visit).update(plan="改了"),
        lambda: Record.objects.filter(visit=visit).update(state="draft", signed_at=None, signature=""),
        lambda: RecordDiagnosis.objects.filter(record_id=visit.id).update(code="J00"),
        lambda: RecordDiagnosis.objects.filter(record_id=visit.id)._raw_delete("default"),
        lambda: RecordDiagnosis.objects.create(record_id=visit.id, rank=2, code="J00", name_zh="x", name_en="x"),
        lambda: RecordAttachment.objects.filter(record_id=visit.id).update(caption="改了"),
        lambda: RecordAttachment.objects.filter(record_id=visit.id)._raw_delete("default"),
        lambda: RecordAddendum.objects.filter(record_id=visit.id).update(text="改了"),
        lambda: Message.objects.filter(visit=visit).update(body="改了"),
        lambda: Picture.objects.filter(visit=visit).update(content=b"x"),
        lambda: ConsentGiven.objects.filter(visit=visit).update(sha256="0"),
        lambda: Questionnaire.objects.filter(visit=visit).update(answers={}),
        lambda: Record.objects.filter(visit=visit)._raw_delete("default"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            attempt()


def test_addenda_are_signed_and_added_once(world: World) -> None:
    visit = world.signed()
    addendum_id = new_id()
    for _ in range(2):
        services.add_addendum(
            actor=world.doctor.actor, visit_id=visit.id, id=addendum_id, text="患者来电：头晕已缓解。", now=LATER
        )
    row = RecordAddendum.objects.get(record_id=visit.id)
    assert signature_holds(bytes.fromhex(row.public_key), bytes.fromhex(row.signature), row.content)
    assert row.content["record_sha256"] == Record.objects.get(visit=visit).sha256
    with pytest.raises(InvalidInput):
        services.add_addendum(actor=world.doctor.actor, visit_id=visit.id, id=new_id(), text=" ", now=LATER)
    with pytest.raises(NotFound):
        services.add_addendum(actor=make.a_physician().actor, visit_id=visit.id, id=new_id(), text="补充", now=LATER)


def test_an_addendum_needs_a_signed_record(world: World) -> None:
    visit, _ = world.drafted()
    with pytest.raises(errors.RecordNotSigned):
        services.add_addendum(actor=world.doctor.actor, visit_id=visit.id, id=new_id(), text="补充", now=LATER)
    assert not RecordAddendum.objects.exists()


def test_attachments_are_pictures_of_this_visit(world: World) -> None:
    visit, _ = world.drafted()
    other = world.request(patient=make.a_patient())
    foreign = other.pictures.get().id
    with pytest.raises(NotFound):
        services.attach_picture(actor=world.doctor.actor, visit_id=visit.id, picture_id=foreign, now=LATER)
    own = visit.pictures.get().id
    for _ in range(2):
        services.attach_picture(actor=world.doctor.actor, visit_id=visit.id, picture_id=own, now=LATER)
    assert RecordAttachment.objects.filter(record_id=visit.id).count() == 1
    for _ in range(8):
        services.attach_picture(actor=world.doctor.actor, visit_id=visit.id, raw=a_picture(), now=LATER)
    with pytest.raises(errors.TooManyAttachments):
        services.attach_picture(actor=world.doctor.actor, visit_id=visit.id, raw=a_picture(), now=LATER)


def test_who_reads_a_record_and_that_it_is_written_down(world: World) -> None:
    visit = world.signed()
    allowed = [world.patient, world.doctor, make.a_pharmacist(), make.a_medical_affairs_officer()]
    for someone in allowed:
        view = selectors.record(actor=someone.actor, visit_id=visit.id, now=LATER)
        assert view.intact is True
    elsewhere = make.a_pharmacist(institution=make.an_institution())
    for stranger in (make.a_patient(), make.a_physician(), elsewhere):
        with pytest.raises(NotFound):
            selectors.record(actor=stranger.actor, visit_id=visit.id, now=LATER)
    with pytest.raises(NotAllowed):
        selectors.record(actor=make.a_regulator().actor, visit_id=visit.id, now=LATER)
    with pytest.raises(NotFound):
        selectors.record(actor=world.patient.actor, visit_id=new_id(), now=LATER)
    outcomes = list(
        JournalEntry.objects.filter(object_id=visit.id, verb="read_record").values_list("outcome", flat=True)
    )
    assert (outcomes.count("done"), outcomes.count("refused")) == (4, 3)


def test_an_earlier_record_is_read_for_care_only(world: World) -> None:
    visit = world.signed()
    services.end_visit(actor=world.doctor.actor, visit_id=visit.id, now=LATER)
    first, world.doctor = world.doctor, make.a_physician()
    with pytest.raises(NotFound):
        selectors.record(actor=world.doctor.actor, visit_id=visit.id, now=LATER)
    second = world.request(now=LATER)
    assert selectors.record(actor=world.doctor.actor, visit_id=visit.id, now=LATER).record.visit_id == visit.id
    services.cancel_visit(actor=world.patient.actor, visit_id=second.id, reason="", now=LATER)
    with pytest.raises(NotFound):
        selectors.record(actor=world.doctor.actor, visit_id=visit.id, now=LATER)
    assert selectors.record(actor=first.actor, visit_id=visit.id, now=LATER).intact is True


def test_facts_for_the_modules_above(world: World) -> None:
    visit = world.signed()
    facts = selectors.visit_facts(visit_id=visit.id, at=LATER)
    assert facts.diagnoses == ("I10",)
    assert facts.record_signed is True
    assert facts.case.encounter.diagnosis_code == "I10"
    assert facts.case.encounter.diagnosis_2_code == ""
    assert facts.case.encounter.started_at == NOW
    assert facts.case.physician.authentication_uses == 0
    assert facts.case.evidence.physical is True
    with pytest.raises(NotFound):
        selectors.visit_facts(visit_id=new_id(), at=LATER)
