"""Asking for a visit: what is written when it succeeds, and that nothing is when it is refused."""

from datetime import date, timedelta

import pytest
from tests import builders as make
from tests.unit.consultation.world import NOW, World, a_paper, a_picture, calm

from xinglin.hospital.consultation import errors, services
from xinglin.hospital.consultation.models import ConsentText, Picture, Visit
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


def test_a_visit_is_asked_for_with_paper_consent_answers_and_a_promise(world: World) -> None:
    visit = world.request()
    assert visit.state == "requested"
    assert visit.institution_id == world.doctor.institution_id
    assert visit.fee_fen == 2000
    assert visit.promised_by_at == NOW + timedelta(minutes=15)
    assert visit.refund_by_at == NOW + timedelta(minutes=30)
    paper = visit.evidence.get()
    assert (paper.kind, paper.diagnosis_code, paper.judgement, paper.physical) == (
        "outpatient_record",
        "I10",
        "pending",
        None,
    )
    assert paper.picture is not None
    assert paper.picture.media_type == "image/jpeg"
    consent = visit.consents.get()
    text = ConsentText.objects.get(version="1")
    assert consent.sha256 == text.sha256
    assert len(text.sha256) == 64
    assert consent.by_id == world.patient.person_id
    assert visit.questionnaire.answers["danger_chest"] == "no"
    assert [m.body for m in visit.messages.all()] == ["血压药吃完了，来复查"]
    entry = JournalEntry.objects.get(object_id=visit.id, verb="request_visit")
    assert "血压" not in str(entry.detail), "the journal never holds a patient's words"


def test_the_same_id_asks_once(world: World) -> None:
    first = world.request()
    again = world.request(id=first.id)
    assert again.id == first.id
    assert Visit.objects.count() == 1
    with pytest.raises(NotFound):
        world.request(patient=make.a_patient(), id=first.id)


def test_one_open_visit_with_a_physician(world: World) -> None:
    world.request()
    with pytest.raises(errors.VisitAlreadyOpen):
        world.request()
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"complaint": " "}, InvalidInput, "complaint"),
        ({"complaint": "很" * 1001}, InvalidInput, "complaint"),
        ({"consent_version": "0"}, errors.ConsentOutdated, "consent_version"),
        ({"evidence": []}, errors.EvidenceNeeded, "evidence"),
        ({"evidence": [a_paper()] * 6}, InvalidInput, "evidence"),
        ({"evidence": [a_paper(kind="x_ray")]}, InvalidInput, "kind"),
        ({"evidence": [a_paper(diagnosis_code="Z99.99")]}, InvalidInput, "diagnosis_code"),
        ({"evidence": [a_paper(diagnosed_on=NOW.date() + timedelta(days=1))]}, InvalidInput, "diagnosed_on"),
        ({"evidence": [a_paper(diagnosed_on=None)]}, InvalidInput, "diagnosed_on"),
        ({"evidence": [a_paper(institution_name="")]}, InvalidInput, "institution_name"),
        ({"evidence": [a_paper(picture=b"%PDF-1.7")]}, InvalidInput, "picture"),
        ({"evidence": [a_paper(kind="in_house", record_visit_id=new_id())]}, InvalidInput, "record_visit_id"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    world: World, changes: dict[str, object], error: type[Exception], field: str
) -> None:
    with pytest.raises(error) as caught:
        world.request(**changes)
    assert caught.value.field == field  # type: ignore[attr-defined]
    assert not Visit.objects.exists()
    assert not Picture.objects.exists()
    assert not JournalEntry.objects.filter(verb="request_visit").exists()


def test_each_unanswered_question_is_named(world: World) -> None:
    answers = calm()
    del answers["danger_chest"]
    answers["course"] = "sideways"
    answers["home_systolic"] = "900"
    with pytest.raises(InvalidForm) as caught:
        world.request(answers=answers)
    assert {e.field for e in caught.value.errors} == {"danger_chest", "course", "home_systolic"}
    assert not Visit.objects.exists()


def test_danger_sends_to_the_hospital_at_once_without_paper_consent_or_fee(world: World) -> None:
    visit = world.request(answers=calm(danger_stroke="yes"), evidence=[], consent_version="")
    assert (visit.state, visit.closing_code) == ("referred", "call_120")
    assert visit.promised_by_at is None
    assert visit.questionnaire.red_flags == [{"question": "danger_stroke", "tier": "call_120"}]
    entry = JournalEntry.objects.get(object_id=visit.id)
    assert entry.outcome == "stopped"
    assert entry.detail["red_flags"] == ["danger_stroke"]


def test_the_most_urgent_danger_speaks(world: World) -> None:
    visit = world.request(answers=calm(danger_belly="yes", danger_breath="yes"))
    assert visit.closing_code == "call_120"


def test_an_alarming_figure_is_for_the_physician_not_a_stop(world: World) -> None:
    visit = world.request(answers=calm(home_systolic="186", course="worse"))
    assert visit.state == "requested"
    assert {f["question"] for f in visit.questionnaire.red_flags} == {"home_systolic", "course"}
    assert visit.questionnaire.answers["home_systolic"] == 186


def test_strangers_and_staff_cannot_ask_for_somebody(world: World) -> None:
    other = make.a_patient()
    with pytest.raises(NotFound):
        world.request(actor=other.actor, person_id=world.patient.person_id)
    with pytest.raises(NotAllowed):
        world.request(actor=world.doctor.actor)
    with pytest.raises(NotFound):
        world.request(physician_id=new_id())
    assert not Visit.objects.exists()


def test_a_physician_off_duty_takes_nobody(world: World) -> None:
    world.doctor = make.a_physician(on_duty_since_at=None)
    with pytest.raises(errors.PhysicianNotReceiving):
        world.request()
    assert not Visit.objects.exists()


def test_a_young_child_needs_guardian_and_paediatrics(world: World) -> None:
    child = make.a_child_of(world.patient, birth_on=date(2023, 5, 1))
    answers = calm(birth_on=child.birth_on, sex=child.sex)
    with pytest.raises(errors.NotEligibleOnline) as caught:
        world.request(person_id=child.pk, answers=answers)
    assert caught.value.fields["rules"] == ["A05"]
    assert not Visit.objects.exists()
    world.doctor = make.a_physician(department="07.03", scope=["07"])
    visit = world.request(person_id=child.pk, answers=answers)
    assert visit.guardian_id == world.patient.person_id


def test_without_a_checked_name_there_is_no_visit(world: World) -> None:
    with pytest.raises(errors.NotEligibleOnline) as caught:
        world.request(patient=make.a_patient(verified=False))
    assert caught.value.fields["rules"] == ["A01"]
    assert not Visit.objects.exists()


def test_cancelling_before_the_start_once(world: World) -> None:
    visit = world.request()
    for _ in range(2):
        services.cancel_visit(actor=world.patient.actor, visit_id=visit.id, reason="不需要了", now=NOW)
    visit.refresh_from_db()
    assert (visit.state, visit.closing_code, visit.ended_at) == ("cancelled", "patient", NOW)
    assert JournalEntry.objects.filter(object_id=visit.id, verb="cancel_visit").count() == 1


def test_cancelling_after_the_start_or_by_others_is_refused(world: World) -> None:
    visit = world.started()
    with pytest.raises(errors.WrongState):
        services.cancel_visit(actor=world.patient.actor, visit_id=visit.id, reason="", now=NOW)
    with pytest.raises(NotFound):
        services.cancel_visit(actor=make.a_patient().actor, visit_id=visit.id, reason="", now=NOW)
    with pytest.raises(NotFound):
        services.cancel_visit(actor=world.patient.actor, visit_id=new_id(), reason="", now=NOW)
    visit.refresh_from_db()
    assert visit.state == "in_progress"


def test_pictures_are_encoded_anew(world: World) -> None:
    visit = world.request(evidence=[a_paper(picture=a_picture(size=(3000, 1000)))])
    stored = visit.pictures.get()
    assert (stored.width, stored.height) == (2000, 667)
    assert bytes(stored.content).startswith(b"\xff\xd8\xff")
