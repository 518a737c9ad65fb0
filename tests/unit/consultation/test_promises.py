"""The response promise: half time, the promise, the end; each once, by passed-in times."""

from datetime import datetime, timedelta

import pytest
from tests import builders as make
from tests.unit.consultation.world import NOW, World

from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.events import FirstReplySent, VisitPromiseBroken, VisitPromiseEscalated
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.parameters import clock_from, promise_at
from xinglin.hospital.consultation.services import clocks
from xinglin.hospital.kernel import events
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
CLOCK = system_actor("test-clock")


@pytest.fixture(autouse=True)
def nobody_else_waits(db: None) -> None:
    """Tests with real threads leave visits behind whose promises these tests would find; theirs are broken first."""
    for _ in range(3):
        services.expire_promises(actor=CLOCK, now=NOW + timedelta(days=400))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[events.Event]:
    """What was announced."""
    said: list[events.Event] = []
    for module in ("clocks", "storing", "seeing", "requesting"):
        monkeypatch.setattr(f"xinglin.hospital.consultation.services.{module}.publish", said.append)
    return said


@pytest.mark.parametrize(
    ("hour", "promise", "refund"), [(8, 15, 30), (21, 15, 30), (22, 60, 120), (0, 60, 120), (7, 60, 120)]
)
def test_day_and_night_have_their_own_promise(hour: int, promise: int, refund: int) -> None:
    at = datetime(2026, 9, 1, hour, 30, tzinfo=SHANGHAI)
    row = promise_at(at)
    assert (row.promise_minutes, row.refund_minutes) == (promise, refund)
    clock = clock_from(at)
    assert clock.nudge_at == at + timedelta(minutes=promise / 2)


def test_nudge_escalation_refund_each_once(world: World, heard: list[events.Event]) -> None:
    visit = world.waiting()
    heard.clear()

    def look(minutes: float) -> str | None:
        return services.check_promise(actor=CLOCK, visit_id=visit.id, now=NOW + timedelta(minutes=minutes))

    assert look(7.4) is None
    assert look(7.5) == "nudge"
    assert look(8) is None
    assert look(15) == "escalate"
    assert look(16) is None
    assert look(30) == "break"
    assert look(31) is None
    visit.refresh_from_db()
    assert (visit.state, visit.closing_code) == ("refunded", "promise_broken")
    assert [type(e).__name__ for e in heard] == [
        "VisitPromiseNudged",
        "VisitPromiseEscalated",
        "VisitPromiseBroken",
    ]
    broken = heard[-1]
    assert isinstance(broken, VisitPromiseBroken)
    assert broken.fee_fen == 2000
    verbs = JournalEntry.objects.filter(object_id=visit.id, verb__startswith="promise_").order_by("id")
    assert [entry.verb for entry in verbs] == ["promise_nudge", "promise_escalate", "promise_break"]


def test_a_late_worker_goes_straight_to_the_end(world: World, heard: list[events.Event]) -> None:
    visit = world.started()
    heard.clear()
    assert services.expire_promises(actor=CLOCK, now=NOW + timedelta(hours=3)) == {
        "nudge": 0,
        "escalate": 0,
        "break": 1,
    }
    assert [type(e) for e in heard] == [VisitPromiseBroken]
    visit.refresh_from_db()
    assert visit.state == "refunded"
    with pytest.raises(Exception, match="visit_closed"):
        world.say(visit, now=NOW + timedelta(hours=3))


def test_a_reply_in_time_stops_the_clock(world: World, heard: list[events.Event]) -> None:
    visit = world.started()
    world.say(visit, now=NOW + timedelta(minutes=14))
    sent = [e for e in heard if isinstance(e, FirstReplySent)]
    assert len(sent) == 1
    assert sent[0].promised_by_at == NOW + timedelta(minutes=15)
    assert services.expire_promises(actor=CLOCK, now=NOW + timedelta(hours=3))["break"] == 0
    assert not [e for e in heard if isinstance(e, VisitPromiseEscalated)]


def test_a_courtesy_does_not_stop_it(world: World) -> None:
    visit = world.started()
    world.say(visit, text="您好，请稍等", now=NOW + timedelta(minutes=1))
    step = services.check_promise(actor=CLOCK, visit_id=visit.id, now=NOW + timedelta(minutes=15))
    assert step == "escalate"


def test_the_clock_stands_while_the_patient_looks_for_a_paper(world: World) -> None:
    visit = world.request()
    services.refuse_evidence(actor=world.doctor.actor, evidence_id=visit.evidence.get().id, reason="看不清", now=NOW)
    visit.refresh_from_db()
    assert visit.promised_by_at is None
    assert services.expire_promises(actor=CLOCK, now=NOW + timedelta(hours=5)) == {
        "nudge": 0,
        "escalate": 0,
        "break": 0,
    }


def test_a_later_instant_is_enqueued_with_the_request_and_with_each_step(world: World) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    visit = world.waiting()
    jobs = ProcrastinateJob.objects.filter(task_name="consultation.look_at_promise", args__visit_id=str(visit.id))
    assert [job.scheduled_at for job in jobs] == [NOW + timedelta(minutes=7.5)]
    services.check_promise(actor=CLOCK, visit_id=visit.id, now=NOW + timedelta(minutes=7.5))
    assert {job.scheduled_at for job in jobs.all()} == {NOW + timedelta(minutes=7.5), NOW + timedelta(minutes=15)}


def test_only_the_system_keeps_clocks(world: World) -> None:
    visit = world.waiting()
    for actor in (world.doctor.actor, world.patient.actor, make.a_medical_affairs_officer().actor):
        with pytest.raises(NotAllowed):
            services.check_promise(actor=actor, visit_id=visit.id, now=NOW + timedelta(hours=1))
        with pytest.raises(NotAllowed):
            services.expire_promises(actor=actor, now=NOW + timedelta(hours=1))
    with pytest.raises(NotFound):
        services.check_promise(actor=CLOCK, visit_id=new_id(), now=NOW)
    assert Visit.objects.get(id=visit.id).state == "waiting"


def test_a_visit_that_ended_owes_no_reply(world: World) -> None:
    visit = world.request()
    services.refer_offline(actor=world.doctor.actor, visit_id=visit.id, letter="请今天到医院心内科当面检查。", now=NOW)
    visit.refresh_from_db()
    assert clocks.due_step(visit, NOW + timedelta(hours=9)) is None
