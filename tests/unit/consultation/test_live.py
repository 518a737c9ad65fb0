"""The live visit: who comes in, what is counted, what pauses and ends it."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import signing
from django.db import IntegrityError, transaction
from tests import builders as make
from tests.unit.consultation.world import NOW, World

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.errors import LiveNotHere, LiveOver, NotStartedYet, OneLiveVisit, ProofForLive
from xinglin.hospital.consultation.live_policy import policies, policy_for
from xinglin.hospital.consultation.models import LiveSession, Message, Visit
from xinglin.hospital.consultation.services.live import LOST_AFTER
from xinglin.hospital.consultation.services.live_tickets import SALT
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
MEDIA = system_actor("media")
BOTH = ["physician", "patient"]


@pytest.fixture(autouse=True)
def with_media(settings: Any) -> None:
    """As where the optional parts are installed."""
    settings.XINGLIN_VIDEO = True


def seconds(count: float) -> datetime:
    """So long after the start of the tests."""
    return NOW + timedelta(seconds=count)


def begun(world: World) -> Visit:
    """A visit in consultation, its patient signed in by a code just now."""
    visit = world.started()
    make.a_proof(world.patient.account, method="code", at=NOW)
    return visit


def join(world: World, visit: Visit, who: str = "physician", at: datetime = NOW, **more: Any) -> services.LiveTicket:
    """A side comes in."""
    someone = world.doctor if who == "physician" else world.patient
    return services.join_live(actor=someone.at(at), visit_id=visit.id, kind="video", login="a-login", now=at, **more)


def live_now(world: World, visit: Visit) -> LiveSession:
    """Both sides are there."""
    ticket = join(world, visit)
    join(world, visit, "patient")
    services.note_present(actor=MEDIA, session_id=ticket.session_id, sides=BOTH, now=NOW)
    return LiveSession.objects.get(id=ticket.session_id)


# COMING IN


def test_both_sides_come_into_one_session_with_bound_tickets(world: World) -> None:
    visit = begun(world)
    doctor, patient = join(world, visit), join(world, visit, "patient")
    assert doctor.session_id == patient.session_id
    said = signing.loads(patient.token, salt=SALT)
    assert said["v"] == str(visit.id)
    assert said["p"] == "patient"
    assert said["a"] == str(world.patient.account.pk)
    assert said["l"] == hashlib.sha256(b"a-login").hexdigest()[:16]
    opened = services.read_ticket(actor=MEDIA, token=patient.token)
    assert opened is not None
    assert (opened.session_id, opened.side.value) == (patient.session_id, "patient")
    assert services.read_ticket(actor=MEDIA, token=patient.token[:-2] + "xx") is None


def test_a_ticket_runs_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = join(world, begun(world))
    monkeypatch.setattr("xinglin.hospital.consultation.services.live_tickets.SECONDS_MAX", -1)
    assert services.read_ticket(actor=MEDIA, token=ticket.token) is None


def test_a_ticket_for_the_test_of_devices_opens_no_session(world: World) -> None:
    opened = services.read_ticket(actor=MEDIA, token=services.device_ticket(actor=world.patient.actor))
    assert opened is not None
    assert opened.session_id is None


def test_a_stranger_with_the_link_finds_nothing(world: World) -> None:
    visit = begun(world)
    join(world, visit)
    strangers = [make.a_patient(), make.a_physician()]
    for stranger in strangers:
        make.a_proof(stranger.account, at=NOW)
        with pytest.raises(NotFound):
            services.join_live(actor=stranger.actor, visit_id=visit.id, kind="video", login="", now=NOW)
        with pytest.raises(NotFound):
            selectors.live_view(actor=stranger.actor, visit_id=visit.id, now=NOW)
        with pytest.raises(NotFound):
            services.leave_live(actor=stranger.actor, visit_id=visit.id, now=NOW)
        with pytest.raises(NotFound):
            services.end_live(actor=stranger.actor, session_id=LiveSession.objects.get().id, reason="left", now=NOW)
    with pytest.raises(NotFound):
        services.join_live(actor=strangers[0].actor, visit_id=new_id(), kind="video", login="", now=NOW)


def test_desks_are_no_side(world: World) -> None:
    visit = begun(world)
    desk = make.a_medical_affairs_officer()
    with pytest.raises(NotAllowed):
        services.join_live(actor=desk.actor, visit_id=visit.id, kind="video", login="", now=NOW)


def test_a_proof_of_identity_must_be_fresh(world: World) -> None:
    visit = begun(world)
    late = NOW + timedelta(minutes=16)
    for who in BOTH:
        with pytest.raises(ProofForLive):
            join(world, visit, who, late)
    make.a_proof(world.doctor.account, at=late)
    assert join(world, visit, "physician", late).side == "physician"


def test_a_password_alone_is_no_proof(world: World) -> None:
    visit = world.started()
    make.a_proof(world.patient.account, method="password", at=NOW)
    with pytest.raises(ProofForLive):
        join(world, visit, "patient")


def test_who_is_in_comes_back_without_another_proof(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    late = NOW + timedelta(minutes=40)
    again = join(world, visit, "patient", late, back_to=session.id)
    assert again.session_id == session.id
    party = session.parties.get(side="patient")
    assert (party.joins, party.left_at) == (2, None)


def test_who_left_long_ago_proves_again(world: World) -> None:
    visit = begun(world)
    live_now(world, visit)
    services.leave_live(actor=world.patient.actor, visit_id=visit.id, now=NOW)
    with pytest.raises(ProofForLive):
        join(world, visit, "patient", NOW + timedelta(minutes=40))


def test_nobody_comes_back_into_what_has_ended(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    services.end_live(actor=world.doctor.actor, session_id=session.id, reason="left", now=NOW)
    with pytest.raises(LiveOver):
        join(world, visit, "patient", back_to=session.id)
    assert LiveSession.objects.count() == 1
    assert join(world, visit, "patient").session_id != session.id


def test_not_before_the_start_and_not_after_the_end(world: World) -> None:
    visit = world.waiting()
    with pytest.raises(NotStartedYet):
        join(world, visit, "patient")
    world.doctor = make.a_physician()
    ended = world.signed()
    services.end_visit(actor=world.doctor.actor, visit_id=ended.id, now=NOW + timedelta(minutes=3))
    with pytest.raises(LiveOver):
        join(world, ended)


def test_without_a_media_process_it_is_said(world: World, settings: Any) -> None:
    visit = begun(world)
    settings.XINGLIN_VIDEO = False
    with pytest.raises(LiveNotHere):
        join(world, visit)
    assert selectors.live_view(actor=world.patient.actor, visit_id=visit.id, now=NOW).here is False


# ONE LIVE VISIT A PHYSICIAN


def test_one_live_visit_a_physician(world: World) -> None:
    first = begun(world)
    join(world, first)
    other = make.a_patient()
    second = world.started(patient=other)
    with pytest.raises(OneLiveVisit):
        join(world, second)
    make.a_proof(other.account, method="code", at=NOW)
    with pytest.raises(OneLiveVisit):
        services.join_live(actor=other.actor, visit_id=second.id, kind="video", login="", now=NOW)
    services.end_live(actor=world.doctor.actor, session_id=LiveSession.objects.get().id, reason="left", now=NOW)
    assert join(world, second).side == "physician"


def test_the_database_holds_it_too(world: World) -> None:
    first = live_now(world, begun(world))
    second = world.started(patient=make.a_patient())
    copy = LiveSession(
        id=new_id(),
        visit=second,
        physician_id=first.physician_id,
        patient_id=second.patient_id,
        institution_id=second.institution_id,
        kind="video",
        mode="relay",
        policy_id="plain",
        opened_by="physician",
        opened_at=NOW,
        seen_at=NOW,
    )
    with pytest.raises(IntegrityError, match="live_one_a_physician"), transaction.atomic():
        copy.save(force_insert=True)


def test_i03_is_judged_at_control(world: World) -> None:
    visit = begun(world)
    before = JournalEntry.objects.filter(verb="judge").count()
    join(world, visit)
    assert JournalEntry.objects.filter(verb="judge").count() == before + 1


# BEING THERE


def test_seconds_are_those_of_both_together(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    say = {"actor": MEDIA, "session_id": session.id}
    assert selectors.live_seconds(visit_id=visit.id, at=seconds(30)) == 30
    services.note_present(**say, sides=["patient"], now=seconds(60))  # type: ignore[arg-type]
    services.note_present(**say, sides=BOTH, now=seconds(100))  # type: ignore[arg-type]
    assert selectors.live_seconds(visit_id=visit.id, at=seconds(110)) == 70
    stretches = list(session.parties.filter(side="physician").values_list("joined_at", "left_at"))
    assert stretches == [(NOW, seconds(60)), (seconds(100), None)]
    services.end_live(actor=MEDIA, session_id=session.id, reason="left", now=seconds(120))
    session.refresh_from_db()
    assert (session.seconds, session.state, session.end_reason) == (80, "ended", "left")
    assert session.parties.filter(left_at=None).count() == 0


def test_a_change_of_network_goes_on_in_the_same_stretch(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    services.note_present(
        actor=MEDIA, session_id=session.id, sides=["patient"], coming_back=["physician"], now=seconds(60)
    )
    services.note_present(actor=MEDIA, session_id=session.id, sides=BOTH, now=seconds(65))
    party = session.parties.get(side="physician")
    assert (party.joined_at, party.left_at) == (NOW, None)
    assert selectors.live_seconds(visit_id=visit.id, at=seconds(70)) == 65


def test_being_there_is_the_answer_that_was_promised(world: World) -> None:
    visit = begun(world)
    live_now(world, visit)
    visit.refresh_from_db()
    assert visit.first_reply_at == NOW
    assert Message.objects.filter(visit=visit, side="system", body__contains="通话开始").count() == 1


def test_the_media_process_alone_says_who_is_there(world: World) -> None:
    session = live_now(world, begun(world))
    for deed in (
        lambda: services.note_present(actor=world.doctor.actor, session_id=session.id, sides=[], now=NOW),
        lambda: services.pause_live(actor=world.doctor.actor, session_id=session.id, reason="x", now=NOW),
        lambda: services.resume_live(actor=world.doctor.actor, session_id=session.id, now=NOW),
        lambda: services.begin_recording(actor=world.doctor.actor, session_id=session.id, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_a_pause_stands_until_it_is_lifted(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    services.pause_live(actor=MEDIA, session_id=session.id, reason="other_person", now=seconds(20))
    services.pause_live(actor=MEDIA, session_id=session.id, reason="again", now=seconds(21))
    assert services.note_present(actor=MEDIA, session_id=session.id, sides=BOTH, now=seconds(40)) == "paused"
    assert selectors.live_seconds(visit_id=visit.id, at=seconds(50)) == 20
    view = selectors.live_view(actor=world.patient.actor, visit_id=visit.id, now=seconds(50))
    assert view.paused_for == "other_person"
    services.resume_live(actor=MEDIA, session_id=session.id, now=seconds(60))
    assert services.note_present(actor=MEDIA, session_id=session.id, sides=BOTH, now=seconds(60)) == "live"
    assert selectors.live_seconds(visit_id=visit.id, at=seconds(70)) == 30


def test_leaving_keeps_the_session_and_ending_does_not(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    services.leave_live(actor=world.patient.actor, visit_id=visit.id, now=seconds(30))
    session.refresh_from_db()
    assert (session.state, session.seconds) == ("ringing", 30)
    services.end_live(actor=world.patient.actor, session_id=session.id, reason="policy", now=seconds(40))
    services.end_live(actor=MEDIA, session_id=session.id, reason="lost", now=seconds(50))
    session.refresh_from_db()
    assert (session.end_reason, session.ended_at) == ("by_patient", seconds(40))


def test_the_end_of_the_visit_is_the_end_of_the_call(world: World) -> None:
    visit = world.signed()
    make.a_proof(world.patient.account, method="code", at=NOW)
    session = live_now(world, visit)
    services.end_visit(actor=world.doctor.actor, visit_id=visit.id, now=NOW + timedelta(minutes=3))
    session.refresh_from_db()
    assert (session.state, session.end_reason, session.seconds) == ("ended", "visit_over", 180)


def test_a_referral_is_the_end_of_the_call(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    services.refer_offline(
        actor=world.doctor.actor, visit_id=visit.id, letter="请今天到县医院内科面诊，带上记录。", now=seconds(30)
    )
    session.refresh_from_db()
    assert session.end_reason == "visit_over"


def test_a_lost_media_process_holds_no_physician(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    services.note_present(actor=MEDIA, session_id=session.id, sides=BOTH, now=seconds(50))
    assert services.sweep_live(actor=MEDIA, now=seconds(50)) == 0
    assert services.sweep_live(actor=MEDIA, now=seconds(51) + LOST_AFTER) == 1
    session.refresh_from_db()
    assert (session.end_reason, session.seconds) == ("lost", 50)


def test_from_picture_to_voice_in_the_same_session(world: World) -> None:
    visit = begun(world)
    session = live_now(world, visit)
    services.change_live_kind(actor=world.patient.actor, visit_id=visit.id, kind="voice", now=NOW)
    session.refresh_from_db()
    assert (session.kind, session.state) == ("voice", "live")


# POLICY


def test_every_visit_has_a_policy_and_a_reason() -> None:
    for fund in (True, False):
        for demanded in (True, False):
            row = policy_for(fund_asked=fund, demanded=demanded)
            assert row.reason.zh
            assert row.source.en
            assert row.mode == ("relay" if fund or demanded else "forwarded")
            assert row.recorded == (fund or demanded)


def test_recordings_are_kept_for_three_years_at_least() -> None:
    leap = datetime(2027, 3, 1, 12, tzinfo=make.SHANGHAI)
    for row in policies():
        assert row.keep_until(leap) >= leap.replace(year=2030)


def test_the_session_says_by_which_row_it_goes(world: World, settings: Any) -> None:
    settings.XINGLIN_LIVE_RECORD = "always"
    visit = begun(world)
    session = LiveSession.objects.get(id=join(world, visit).session_id)
    assert session.recorded
    view = selectors.live_view(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    assert view.reason is not None
    room = selectors.live_room(actor=MEDIA, session_id=session.id)
    assert (room.visit_id, room.mode.value) == (visit.id, "relay")
    with pytest.raises(NotFound):
        selectors.live_room(actor=MEDIA, session_id=UUID(int=1))
