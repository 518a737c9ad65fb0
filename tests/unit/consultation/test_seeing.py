"""Judging evidence, starting, referring, ending: what each needs and what a refusal leaves untouched."""

from datetime import date, timedelta

import pytest
from tests import builders as make
from tests.unit.consultation.world import NOW, World, a_paper

from xinglin.hospital.consultation import errors, selectors, services
from xinglin.hospital.consultation.models import Record, Visit
from xinglin.hospital.identity.models import PaymentStatus, PractitionerSuspension
from xinglin.hospital.kernel.access import SYSTEM_ID
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight.models import Judgement

pytestmark = pytest.mark.django_db


def test_accepting_a_paper_opens_the_waiting_room(world: World) -> None:
    visit = world.request()
    paper = services.accept_evidence(actor=world.doctor.actor, evidence_id=visit.evidence.get().id, now=NOW)
    assert (paper.judgement, paper.physical, paper.judged_by_id) == ("accepted", True, world.doctor.practitioner_id)
    visit.refresh_from_db()
    assert visit.state == "waiting"
    again = services.accept_evidence(actor=world.doctor.actor, evidence_id=paper.id, now=NOW)
    assert again.judged_at == NOW
    with pytest.raises(errors.EvidenceAlreadyJudged):
        services.refuse_evidence(actor=world.doctor.actor, evidence_id=paper.id, reason="看错了", now=NOW)


def test_papers_are_judged_by_the_visits_physician_alone(world: World) -> None:
    paper = world.request().evidence.get()
    with pytest.raises(NotFound):
        services.accept_evidence(actor=make.a_physician().actor, evidence_id=paper.id, now=NOW)
    with pytest.raises(NotFound):
        services.accept_evidence(actor=world.doctor.actor, evidence_id=new_id(), now=NOW)
    with pytest.raises(NotAllowed):
        services.accept_evidence(actor=world.patient.actor, evidence_id=paper.id, now=NOW)
    with pytest.raises(InvalidInput):
        services.refuse_evidence(actor=world.doctor.actor, evidence_id=paper.id, reason=" ", now=NOW)
    paper.refresh_from_db()
    assert paper.judgement == "pending"


def test_a_start_is_judged_written_and_done_once(world: World) -> None:
    visit = world.started()
    assert visit.state == "in_progress"
    assert visit.started_at == NOW
    assert visit.auth_event_id is not None
    assert Record.objects.get(visit=visit).state == "draft"
    judged = Judgement.objects.get(subject_id=visit.id, subject_type="visit")
    assert judged.moment == "control"
    assert services.start_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW).id == visit.id
    assert JournalEntry.objects.filter(object_id=visit.id, verb="start_visit").count() == 1


def test_without_an_accepted_paper_there_is_no_start(world: World) -> None:
    visit = world.request()
    with pytest.raises(errors.EvidenceNotAccepted):
        services.start_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    assert not Judgement.objects.filter(subject_id=visit.id).exists()


def test_a_proof_older_than_fifteen_minutes_asks_to_confirm(world: World) -> None:
    world.doctor = make.a_physician(proof_at=NOW - timedelta(minutes=15, seconds=1))
    visit = world.waiting()
    with pytest.raises(errors.ConfirmAgain) as caught:
        services.start_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    assert caught.value.fields["rules"] == ["A09"]
    visit.refresh_from_db()
    assert (visit.state, visit.started_at) == ("waiting", None)
    assert Judgement.objects.filter(subject_id=visit.id).count() == 1, "asking leaves its trace"
    make.a_proof(world.doctor.account, at=NOW)
    services.start_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)


def test_one_proof_opens_one_visit(world: World) -> None:
    world.started()
    second = world.waiting(patient=make.a_patient())
    with pytest.raises(errors.ConfirmAgain):
        services.start_visit(actor=world.doctor.actor, visit_id=second.id, now=NOW)
    make.a_proof(world.doctor.account, at=NOW + timedelta(seconds=1))
    services.start_visit(actor=world.doctor.actor, visit_id=second.id, now=NOW + timedelta(seconds=1))


def test_a_password_alone_is_not_enough(world: World) -> None:
    world.doctor = make.a_physician(proof_at=None)
    make.a_proof(world.doctor.account, at=NOW, method="password")
    visit = world.waiting()
    with pytest.raises(errors.ConfirmAgain):
        services.start_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)


def test_two_years_of_practice_are_not_three(world: World) -> None:
    young = make.a_physician(independent_from_on=date(2024, 1, 1))
    world.doctor = young
    with pytest.raises(errors.NotEligibleOnline) as caught:
        world.request()
    assert caught.value.fields["rules"] == ["A07"]


def test_a_payment_stop_between_request_and_start_stops_the_start(world: World) -> None:
    visit = world.waiting()
    PaymentStatus.objects.create(
        id=new_id(),
        practitioner_id=world.doctor.practitioner_id,
        status="suspended",
        from_on=NOW.date(),
        reason="test",
        recorded_by=SYSTEM_ID,
        recorded_at=NOW,
    )
    with pytest.raises(errors.NotEligibleOnline) as caught:
        services.start_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    assert "A12" in caught.value.fields["rules"]
    visit.refresh_from_db()
    assert visit.state == "waiting"


def test_a_suspension_takes_the_room_at_once(world: World) -> None:
    visit = world.started()
    PractitionerSuspension.objects.create(
        id=new_id(), practitioner_id=world.doctor.practitioner_id, from_at=NOW, reason="test", by=SYSTEM_ID
    )
    with pytest.raises(NotAllowed):
        world.say(visit, actor=world.doctor.at(NOW))


def test_an_old_paper_does_not_carry_a_follow_up(world: World) -> None:
    visit = world.waiting(evidence=[a_paper(diagnosed_on=date(2020, 1, 1))])
    with pytest.raises(errors.NotEligibleOnline) as caught:
        services.start_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    assert caught.value.fields["rules"] == ["A02"]


def test_referral_from_each_open_state_and_only_from_those(world: World) -> None:
    letter = "血压过高并有头晕，请今天到心内科当面检查。"
    for visit in (world.request(), world.started(patient=make.a_patient())):
        services.refer_offline(actor=world.doctor.actor, visit_id=visit.id, letter=letter, now=NOW)
        visit.refresh_from_db()
        assert (visit.state, visit.closing_text) == ("referred", letter)
        with pytest.raises(errors.WrongState):
            services.refer_offline(actor=world.doctor.actor, visit_id=visit.id, letter=letter, now=NOW)
    with pytest.raises(InvalidInput):
        services.refer_offline(actor=world.doctor.actor, visit_id=visit.id, letter="去吧", now=NOW)


def test_an_end_needs_a_signed_record(world: World) -> None:
    visit, _ = world.drafted()
    with pytest.raises(errors.RecordNotSigned):
        services.end_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    assert Visit.objects.get(id=visit.id).state == "in_progress"


def test_an_end_is_done_once_and_closes_the_talk(world: World) -> None:
    visit = world.signed()
    for _ in range(2):
        services.end_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW + timedelta(minutes=5))
    assert JournalEntry.objects.filter(object_id=visit.id, verb="end_visit").count() == 1
    with pytest.raises(errors.VisitClosed):
        world.say(visit, actor=world.patient.actor)


def test_the_queue_puts_the_shortest_promise_first(world: World) -> None:
    late = world.waiting(patient=make.a_patient(name="后来的"), now=NOW)
    early = world.waiting(patient=make.a_patient(name="先来的"), now=NOW - timedelta(minutes=5))
    queue = selectors.queue(actor=world.doctor.actor, now=NOW)
    assert queue.next is not None
    assert queue.next.visit.id == early.id
    assert queue.next.seconds_left == 600
    assert [line.visit.id for line in queue.waiting] == [late.id]
    soon = selectors.queue(actor=world.doctor.actor, now=NOW + timedelta(minutes=3)).next
    assert soon is not None
    assert soon.due == "soon"
    overdue = selectors.promises_overdue(actor=make.a_medical_affairs_officer().actor, now=NOW + timedelta(minutes=11))
    assert [line.visit.id for line in overdue] == [early.id]


def test_the_estimate_is_honest(world: World) -> None:
    unknown = selectors.estimate_wait(physician_id=world.doctor.practitioner_id, now=NOW)
    assert (unknown.ahead, unknown.high_minutes) == (0, None)
    for n in range(5):
        world.started(patient=make.a_patient(), now=NOW - timedelta(minutes=60 - 6 * n))
    waiting = world.waiting()
    known = selectors.estimate_wait(physician_id=world.doctor.practitioner_id, now=NOW)
    assert (known.ahead, known.low_minutes, known.high_minutes, known.seen) == (1, 6, 12, 4)
    mine = selectors.wait_of(waiting, NOW)
    assert (mine.ahead, mine.high_minutes) == (0, 6)
