"""Possible diagnoses kept as evidence: replayed byte by byte, compared with what was signed, counted by department."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests import builders as make
from tests.unit.consultation.world import NOW, World, a_paper

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.errors import WrongState
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.services import Measured
from xinglin.hospital.decision_support import selectors as support
from xinglin.hospital.decision_support.models import Correction, DiagnosisTicket, Disagreement
from xinglin.hospital.decision_support.services import replay_diagnosis
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
COLD = "鼻塞流清鼻涕两天，打喷嚏，嗓子有点疼，不发烧，不咳嗽"
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def world(db: None) -> World:
    """The world of the consultation."""
    return World()


def signed(world: World, text: str, code: str) -> Visit:
    visit = world.started(evidence=[a_paper(diagnosis_code=code)])
    world.say(visit)
    world.say(visit, text, actor=world.patient.actor)
    _, version = world.drafted(visit, diagnoses=[code])
    services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=version, now=NOW + timedelta(minutes=2))
    return visit


def test_a_signature_keeps_what_stood_beside_it_and_replays_the_same_bytes(world: World) -> None:
    visit = signed(world, COLD, "J00")
    ticket = DiagnosisTicket.objects.get(subject_id=visit.id)
    assert ticket.moment == "signed"
    assert COLD in ticket.given
    assert len(ticket.answer_sha256) == 64
    replayed = replay_diagnosis(actor=world.doctor.actor, ticket_id=ticket.id, now=LATER)
    assert (replayed.same, replayed.same_knowledge) == (True, True)
    with pytest.raises(NotFound):
        replay_diagnosis(actor=make.a_physician().actor, ticket_id=ticket.id, now=LATER)
    with pytest.raises(NotAllowed):
        replay_diagnosis(actor=world.patient.actor, ticket_id=ticket.id, now=LATER)


def test_an_agreeing_diagnosis_notes_nothing(world: World) -> None:
    signed(world, COLD, "J00")
    assert not Disagreement.objects.exists()


def test_another_diagnosis_is_noted_without_physician_or_patient(world: World) -> None:
    signed(world, COLD, "I11.9")
    row = Disagreement.objects.get()
    assert row.code == "I11.9"
    assert row.place is None or row.place > 5
    fields = {field.name for field in Disagreement._meta.get_fields()}
    assert not {name for name in fields if "physician" in name or "patient" in name or "actor" in name}


def test_where_too_little_was_known_nobody_disagrees(world: World) -> None:
    signed(world, "好的", "E11.9")
    assert DiagnosisTicket.objects.get().insufficient
    assert not Disagreement.objects.exists()


def test_signing_twice_keeps_one_ticket(world: World) -> None:
    visit = signed(world, COLD, "J00")
    services.sign_record(actor=world.doctor.actor, visit_id=visit.id, version=1, now=LATER)
    assert DiagnosisTicket.objects.count() == 1


def test_evidence_and_corrections_never_change(world: World) -> None:
    visit = world.started()
    services.correct_finding(actor=world.doctor.actor, visit_id=visit.id, code="cough", verdict="yes", now=NOW)
    signed_ticket = Correction.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.filter(pk=signed_ticket.pk).update(verdict="no")
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.all().delete()
    assert JournalEntry.objects.filter(verb="correct_finding", object_id=visit.id).exists()


def test_corrections_are_refused_for_what_is_no_finding_and_when_the_visit_is_over(world: World) -> None:
    visit = world.signed()
    doctor = world.doctor.actor
    for code, verdict in (("no-such", "yes"), ("cough", "perhaps"), ("", "yes")):
        with pytest.raises(InvalidInput):
            services.correct_finding(actor=doctor, visit_id=visit.id, code=code, verdict=verdict, now=LATER)
    services.end_visit(actor=doctor, visit_id=visit.id, now=LATER)
    with pytest.raises(WrongState):
        services.correct_finding(actor=doctor, visit_id=visit.id, code="cough", verdict="yes", now=LATER)
    with pytest.raises(NotAllowed):
        services.correct_finding(actor=world.patient.actor, visit_id=visit.id, code="cough", verdict="yes", now=LATER)
    assert not Correction.objects.exists()


def test_not_sure_and_removed_take_a_finding_out_of_the_reckoning(world: World) -> None:
    visit = world.started()
    world.say(visit)
    world.say(visit, "咳血了，还胸痛", actor=world.patient.actor)
    doctor = world.doctor.actor

    def reasons(verdict: str) -> set[str]:
        services.correct_finding(actor=doctor, visit_id=visit.id, code="haemoptysis", verdict=verdict, now=LATER)
        answer = selectors.assess_visit(actor=doctor, visit_id=visit.id, now=LATER).answer
        return {one["code"] for line in answer["differential"][:5] for one in line["why"]["for"]}

    assert "haemoptysis" in reasons("as_read")
    assert "haemoptysis" not in reasons("unsure")
    assert "haemoptysis" not in reasons("removed")
    assert "haemoptysis" in reasons("yes")


def test_what_is_told_of_the_patient_counts(world: World) -> None:
    visit = world.started()
    services.tell_measures(
        actor=world.doctor.actor,
        patient_id=visit.patient_id,
        visit_id=visit.id,
        values=[
            Measured("SBP", "182", NOW.date()),
            Measured("DBP", "104", NOW.date()),
            Measured("K", "5.9", NOW.date()),
        ],
        now=NOW,
    )
    given = selectors.assess_visit(actor=world.doctor.actor, visit_id=visit.id, now=LATER).given
    assert given["vitals"] == {"sbp": 182.0, "dbp": 104.0, "potassium": 5.9}
    assert given["sex"] == "F"
    assert 60 < given["age_years"] < 61
    assert {"code": "known-hypertension", "present": True} in given["findings"]  # the paper says I10
    tomorrow = selectors.assess_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW + timedelta(days=3)).given
    assert "sbp" not in tomorrow["vitals"]


def test_a_long_conversation_is_read_from_the_complaint_and_the_end(world: World) -> None:
    visit = world.started()
    for minute in range(12):
        world.say(visit, "一二三四五六七八九十" * 199 + f"第{minute}条", now=NOW + timedelta(minutes=minute))
    diagnosis = selectors.assess_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW + timedelta(minutes=13))
    texts = [one["text"] for one in diagnosis.given["turns"]]
    assert texts[0] == visit.complaint
    assert texts[-1].endswith("第11条")
    assert sum(map(len, texts)) <= 20_000


def test_agreement_is_counted_by_department_and_hidden_where_it_is_few(world: World) -> None:
    signed(world, COLD, "I11.9")
    desk = make.a_medical_affairs_officer().actor
    since, until = NOW - timedelta(days=1), NOW + timedelta(days=1)
    (row,) = support.agreement(actor=desk, since=since, until=until)
    assert (row.signed, row.compared, row.apart) == (1, 1, 1)
    assert not row.shown
    assert support.agreement(actor=desk, since=until, until=until + timedelta(days=1)) == []
    for stranger in (world.doctor.actor, world.patient.actor, make.an_auditor().actor):
        with pytest.raises(NotAllowed):
            support.agreement(actor=stranger, since=since, until=until)


def test_the_desk_reads_it_by_department_without_names(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinglin.hospital.web.shared.middleware.now", lambda: LATER)
    client = Client()
    desk = make.a_medical_affairs_officer()
    client.force_login(desk.account, backend="django.contrib.auth.backends.ModelBackend")
    assert "还没有签署的病历可比较" in client.get("/affairs/agreement/").content.decode()
    signed(world, COLD, "I11.9")
    html = client.get("/affairs/agreement/").content.decode()
    assert "太少" in html
    assert world.doctor.actor.label not in html
    client.cookies["xinglin_language"] = "en"
    assert "too few" in client.get("/affairs/agreement/").content.decode()
    client.force_login(world.doctor.account, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/affairs/agreement/").status_code == 403


def test_medicines_that_are_taken_speak_and_those_that_are_held_do_not(world: World) -> None:
    visit = world.started()
    patient = {"patient_id": world.patient.person_id, "now": NOW}
    row = services.tell_medicine(actor=world.patient.actor, name="华法林片", sig="3mg qd", **patient)
    taken = {"code": "anticoagulant-use", "present": True}
    answer = selectors.assess_visit(actor=world.doctor.actor, visit_id=visit.id, now=LATER)
    assert taken in answer.given["findings"]
    services.hold_medicine(actor=world.doctor.actor, visit_id=visit.id, row_id=row.id, held=True, **patient)
    answer = selectors.assess_visit(actor=world.doctor.actor, visit_id=visit.id, now=LATER)
    assert taken not in answer.given["findings"]
