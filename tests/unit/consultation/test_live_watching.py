"""What is seen in a live visit: written down, answered as the table says, told to both, and lifted by a match."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from tests import builders as make
from tests.unit.consultation.test_live import BOTH, MEDIA, begun, join, live_now, seconds
from tests.unit.consultation.world import NOW, World

from xinglin.biometrics.watching import Change, Kind, Level
from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.live_facts import LIVE_SECONDS, live_talk
from xinglin.hospital.consultation.live_watch import Deed
from xinglin.hospital.consultation.models import LiveObservation, LiveSession, Message, Visit
from xinglin.hospital.consultation.selectors.history import visits_of_day
from xinglin.hospital.kernel.errors import InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalEntry
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.models import GivenVerdict

pytestmark = pytest.mark.django_db(transaction=True)
LEVELS = {Kind.OTHER_PERSON: Level.ALARM, Kind.FROZEN: Level.ALARM, Kind.VERIFIED: Level.OK, Kind.RESTORED: Level.OK}


@pytest.fixture(autouse=True)
def with_media(settings: Any) -> None:
    """As where the optional parts are installed."""
    settings.XINGLIN_VIDEO = True


@pytest.fixture
def visit(world: World) -> Visit:
    """A visit in consultation."""
    return begun(world)


@pytest.fixture
def session(world: World, visit: Visit) -> LiveSession:
    """Both sides are live."""
    return live_now(world, visit)


def seen(session: LiveSession, at: float, kind: Kind, side: str = "physician", **more: int) -> Deed | None:
    """The watch reports something."""
    change = Change(kind, seconds(at), LEVELS.get(kind, Level.UNSURE), kind.value, {"frames": 5, **more})
    return services.note_observation(actor=MEDIA, session_id=session.id, side=side, change=change, now=seconds(at))


def keep(session: LiveSession, at: float) -> None:
    services.keep_live_checks(actor=MEDIA, session_id=session.id, now=seconds(at))


def state(session: LiveSession) -> str:
    return str(LiveSession.objects.get(id=session.id).state)


def log(session: LiveSession) -> list[str]:
    return [row.kind for row in LiveObservation.objects.filter(session=session).order_by("at", "id")]


def told(session: LiveSession) -> list[str]:
    rows = Message.objects.filter(visit_id=session.visit_id, side="system").order_by("seq")
    return [row.body_en for row in rows]


def test_good_news_is_written_down_and_asks_for_nothing(session: LiveSession) -> None:
    before = len(told(session))
    assert seen(session, 3, Kind.VERIFIED, median_permille=620) is None
    assert log(session) == ["verified"]
    assert LiveObservation.objects.get().numbers == {"frames": 5, "median_permille": 620}
    assert len(told(session)) == before
    assert state(session) == "live"


def test_another_face_at_the_physician_pauses_at_once_and_a_match_goes_on(session: LiveSession) -> None:
    seen(session, 3, Kind.VERIFIED)
    assert seen(session, 20, Kind.OTHER_PERSON) is Deed.PAUSE
    assert state(session) == "paused"
    assert LiveSession.objects.get().pause_reason == "physician-other_person"
    assert "nobody did anything wrong" in told(session)[-1]
    assert seen(session, 50, Kind.OTHER_PERSON) is Deed.PAUSE
    assert log(session) == ["verified", "other_person", "paused:other_person", "other_person"], "said once, done once"
    seen(session, 55, Kind.RESTORED)
    assert state(session) == "ringing"
    services.note_present(actor=MEDIA, session_id=session.id, sides=BOTH, now=seconds(56))
    assert state(session) == "live"
    assert log(session)[-3:] == ["restored", "met:other_person", "resumed:other_person"]
    verbs = set(JournalEntry.objects.values_list("verb", flat=True))
    assert {"live_doubt", "pause_live", "live_doubt_lifted", "resume_live"} <= verbs


def test_a_face_check_is_asked_for_and_without_one_the_call_pauses_then_ends(session: LiveSession) -> None:
    assert seen(session, 20, Kind.FROZEN) is Deed.CHALLENGE
    assert state(session) == "live"
    assert "within 45 seconds" in told(session)[-1]
    seen(session, 30, Kind.NO_FACE)
    keep(session, 64)
    assert state(session) == "live"
    keep(session, 65)
    keep(session, 66)
    assert state(session) == "paused"
    assert log(session) == ["frozen", "asked:frozen", "no_face", "paused:frozen"]
    assert "face check of the physician is still awaited" in told(session)[-1]
    keep(session, 65 + 600)
    row = LiveSession.objects.get()
    assert (row.state, row.end_reason) == ("ended", "policy")
    assert log(session)[-1] == "closed:frozen"
    assert seen(session, 700, Kind.VERIFIED) is None
    assert log(session)[-1] == "closed:frozen", "after the end nothing is written"


def test_a_face_check_in_time_lets_the_call_go_on(world: World, session: LiveSession) -> None:
    seen(session, 20, Kind.FROZEN)
    make.a_proof(world.doctor.account, method="face", at=seconds(40))
    keep(session, 70)
    assert state(session) == "live"
    assert log(session) == ["frozen", "asked:frozen", "met:frozen"]
    keep(session, 200)
    assert state(session) == "live"


def test_a_proof_from_before_does_not_count(world: World, session: LiveSession) -> None:
    make.a_proof(world.doctor.account, method="face", at=seconds(10))
    seen(session, 20, Kind.FROZEN)
    keep(session, 70)
    assert state(session) == "paused"


def test_the_call_waits_while_the_other_side_is_still_asked(session: LiveSession) -> None:
    seen(session, 20, Kind.OTHER_PERSON)
    seen(session, 21, Kind.OTHER_PERSON, "patient")
    keep(session, 21 + 120)
    seen(session, 150, Kind.RESTORED)
    assert state(session) == "paused"
    seen(session, 151, Kind.RESTORED, "patient")
    assert state(session) == "ringing"


@pytest.mark.parametrize("kind", [Kind.SECOND_FACE, Kind.UNSURE, Kind.NO_FRAMES])
def test_what_happens_in_every_house_only_shows_in_the_badge(session: LiveSession, kind: Kind) -> None:
    before = len(told(session))
    assert seen(session, 20, kind) is Deed.BADGE
    assert state(session) == "live"
    assert len(told(session)) == before


def test_the_log_is_never_changed(session: LiveSession) -> None:
    seen(session, 3, Kind.VERIFIED)
    with pytest.raises(DatabaseError), transaction.atomic():
        LiveObservation.objects.update(kind="verified")
    with pytest.raises(DatabaseError), transaction.atomic():
        LiveObservation.objects.all().delete()


def test_only_the_system_writes_and_only_what_is_known(world: World, session: LiveSession) -> None:
    change = Change(Kind.VERIFIED, NOW, Level.OK, "", {})
    with pytest.raises(NotAllowed):
        services.note_observation(
            actor=world.doctor.actor, session_id=session.id, side="physician", change=change, now=NOW
        )
    with pytest.raises(InvalidInput):
        services.note_observation(actor=MEDIA, session_id=session.id, side="system", change=change, now=NOW)
    with pytest.raises(NotFound):
        services.note_observation(actor=MEDIA, session_id=new_id(), side="patient", change=change, now=NOW)
    with pytest.raises(NotFound):
        services.keep_live_checks(actor=MEDIA, session_id=new_id(), now=NOW)


def test_without_a_template_the_watch_says_that_there_is_nothing_to_compare(session: LiveSession) -> None:
    found = services.open_watch(
        actor=MEDIA, session_id=session.id, side="patient", faces=None, voices=None, now=seconds(1)
    )
    assert (found.face, found.voice) == (None, None)
    assert LiveObservation.objects.get().numbers == {"face": 0, "voice": 0}


def test_the_log_says_when_the_watch_was_lost_and_begun_anew(visit: Visit, session: LiveSession) -> None:
    for second, history in enumerate(["", "again", "", "other"], 1):
        services.open_watch(
            actor=MEDIA,
            session_id=session.id,
            side="patient",
            faces=None,
            voices=None,
            history=history,
            now=seconds(second),
        )
    assert log(session) == ["watched", "watched:again", "watched:anew", "watched:other"]


def test_a_copy_that_does_not_come_back_pauses_the_call(session: LiveSession) -> None:
    for side in ("physician", "patient"):
        assert seen(session, 20, Kind.NO_COPY, side, gone_ms=15000) is Deed.PAUSE
    assert LiveSession.objects.get().pause_reason == "physician-no_copy"
    assert "nobody did anything wrong" in told(session)[-1]
    seen(session, 30, Kind.RESTORED)
    assert state(session) == "paused", "the other side is not verified yet"
    seen(session, 31, Kind.RESTORED, "patient")
    assert state(session) == "ringing"


def test_the_hospital_forwards_once_and_for_all(session: LiveSession) -> None:
    LiveSession.objects.update(mode="forwarded")
    for _ in range(2):
        services.relay_live(actor=MEDIA, session_id=session.id, reason="unreachable", now=seconds(5))
    assert LiveSession.objects.get().mode == "relay"
    assert not LiveSession.objects.get().recorded or session.recorded
    assert JournalEntry.objects.filter(verb="relay_live").count() == 1
    with pytest.raises(NotFound):
        services.relay_live(actor=MEDIA, session_id=new_id(), reason="pause", now=seconds(5))


# THE BADGE


def test_both_sides_read_the_same_badges(world: World, visit: Visit, session: LiveSession) -> None:
    seen(session, 3, Kind.VERIFIED)
    seen(session, 4, Kind.NO_FACE, "patient")
    for who in (world.doctor, world.patient):
        shown = selectors.live_badges(actor=who.actor, visit_id=visit.id, now=seconds(6))
        physician, patient = shown.badges
        assert (physician.level, physician.verified_at, physician.words.en) == ("ok", seconds(3), "identity verified")
        assert (patient.level, patient.verified_at, patient.words.en) == ("unsure", None, "no face is seen")
        assert not physician.stale(seconds(18))
        assert physician.stale(seconds(18.5)), "no data for fifteen seconds: the badge says so"


def test_the_badge_says_of_whom_a_face_check_is_asked(world: World, visit: Visit, session: LiveSession) -> None:
    seen(session, 20, Kind.OTHER_PERSON, "patient")
    shown = selectors.live_badges(actor=world.patient.actor, visit_id=visit.id, now=seconds(21))
    assert (shown.asked, shown.asked_until, shown.pause) == ("patient", seconds(140), None)
    keep(session, 141)
    shown = selectors.live_badges(actor=world.doctor.actor, visit_id=visit.id, now=seconds(142))
    assert shown.pause is not None
    assert "Relatives are welcome" in shown.pause.en


def test_a_stranger_finds_no_badge(visit: Visit, session: LiveSession) -> None:
    with pytest.raises(NotFound):
        selectors.live_badges(actor=make.a_patient().actor, visit_id=visit.id, now=NOW)


# THE TIMELINE


def test_the_auditor_sees_the_course_with_its_gaps(visit: Visit, session: LiveSession) -> None:
    for second in range(5, 41, 5):
        seen(session, second, Kind.VERIFIED)
    seen(session, 44, Kind.NO_FACE, "patient")
    services.end_live(actor=MEDIA, session_id=session.id, reason="left", now=seconds(60))
    auditor = make.an_auditor(institution_id=visit.institution_id)
    found = selectors.live_course(actor=auditor.actor, visit_id=visit.id, now=seconds(90))
    (course,) = found.sessions
    physician, patient = course.sides
    assert [part.standing.value for part in physician.stretches] == ["silent", "verified", "silent"]
    assert physician.cover.permille == round(1000 * 47 / 60)
    assert physician.matched is True
    assert patient.matched is None
    assert patient.cover.permille == 0
    assert [one.what.en for one in course.happenings] == ["identity verified", "no face is seen"]


def test_the_course_is_for_the_houses_own_desks(world: World, visit: Visit, session: LiveSession) -> None:
    with pytest.raises(NotAllowed):
        selectors.live_course(actor=world.doctor.actor, visit_id=visit.id, now=NOW)
    elsewhere = make.an_auditor(institution_id=make.an_institution().pk)
    with pytest.raises(NotFound):
        selectors.live_course(actor=elsewhere.actor, visit_id=visit.id, now=NOW)


# FOR THE LAW


def case_at(visit: Visit, at: datetime) -> Any:
    return selectors.visit_facts(visit_id=visit.id, at=at).case.encounter


def test_a_visit_by_text_has_no_face_and_no_live_second(world: World) -> None:
    encounter = case_at(begun(world), seconds(60))
    assert (encounter.live_seconds, encounter.live_from_at) == (0, None)
    assert (encounter.face_matched, encounter.patient_face_matched, encounter.patient_face_key) == (None, None, "")


def test_the_facts_of_a_live_visit_are_those_of_its_log(visit: Visit, session: LiveSession) -> None:
    seen(session, 5, Kind.VERIFIED)
    seen(session, 6, Kind.VERIFIED, "patient")
    seen(session, 30, Kind.OTHER_PERSON, "patient")
    services.end_live(actor=MEDIA, session_id=session.id, reason="left", now=seconds(90))
    encounter = case_at(Visit.objects.get(id=visit.id), seconds(100))
    assert (encounter.live_seconds, encounter.live_from_at) == (90, NOW)
    assert (encounter.face_matched, encounter.patient_face_matched) == (True, False)
    earlier = live_talk(visit=visit, at=seconds(20))
    assert earlier.patient_face_matched is True, "what was seen later was not known then"


def test_with_a_guardian_the_face_is_not_the_patients(visit: Visit, session: LiveSession) -> None:
    seen(session, 30, Kind.OTHER_PERSON, "patient")
    visit.guardian_id = new_id()
    assert live_talk(visit=visit, at=seconds(40)).patient_face_matched is None


def test_who_is_on_a_screen_now_is_not_free(world: World, visit: Visit, session: LiveSession) -> None:
    rows = visits_of_day(physician_id=visit.physician_id, on=NOW.date(), at=seconds(30))
    (row,) = [one for one in rows if one["encounter.id"] == str(visit.id)]
    assert row["encounter.live_seconds"] == 30 + LIVE_SECONDS
    assert row["encounter.live_from_at"] == NOW
    services.end_live(actor=MEDIA, session_id=session.id, reason="left", now=seconds(40))
    (row,) = visits_of_day(physician_id=visit.physician_id, on=NOW.date(), at=seconds(50))
    assert row["encounter.live_seconds"] == 40
    assert join(world, visit, at=NOW + timedelta(seconds=60)).side == "physician"


# THE LAW ITSELF


def asked(visit: Visit, at: datetime, rules: set[str]) -> dict[str, tuple[str, str]]:
    """What the rules say of a visit at control, with everything that this house knows around it."""
    subject = new_id()
    oversight.judge(
        actor=MEDIA,
        moment="control",
        case=selectors.visit_facts(visit_id=visit.id, at=at).case,
        subject_type="claim",
        subject_id=subject,
        institution_id=visit.institution_id,
        now=at,
        only=frozenset(rules),
    )
    rows = GivenVerdict.objects.filter(judgement__subject_id=subject)
    return {row.rule: (row.outcome, row.consequence) for row in rows}


def enrolled(session: LiveSession, at: float, key: int) -> None:
    """The watch over the patient began with this face template."""
    LiveObservation(
        id=new_id(),
        session=session,
        side="patient",
        at=seconds(at),
        kind="watched",
        level="",
        numbers={"face_key": key},
    ).save()


def seen_patient(world: World, key: int) -> Visit:
    """A live visit of another patient, over by now, in which the face was compared with a template."""
    patient = make.a_patient()
    visit = world.started(patient=patient)
    make.a_proof(patient.account, method="code", at=NOW)
    ticket = join(world, visit)
    services.join_live(actor=patient.at(NOW), visit_id=visit.id, kind="video", login="b", now=NOW)
    services.note_present(actor=MEDIA, session_id=ticket.session_id, sides=BOTH, now=NOW)
    session = LiveSession.objects.get(id=ticket.session_id)
    enrolled(session, 1, key)
    seen(session, 5, Kind.VERIFIED, "patient")
    services.end_live(actor=MEDIA, session_id=session.id, reason="left", now=seconds(60))
    return visit


def test_one_face_for_three_insured_persons_is_found_among_the_houses_own_visits(world: World) -> None:
    visits = [seen_patient(world, key) for key in (7, 7, 8, 7)]
    for place, visit in enumerate(visits[:-1]):
        Visit.objects.filter(id=visit.id).update(started_at=NOW - timedelta(minutes=9 - place))
    rows = selectors.visits_by_face(visit_id=visits[-1].id, at=seconds(70), days=365)
    assert {row["encounter.id"] for row in rows} == {str(visits[place].id) for place in (0, 1, 3)}
    assert asked(visits[-1], seconds(70), {"J09"})["J09"] == ("finding", "flag")
    assert asked(visits[2], seconds(70), {"J09"}).get("J09", ("", ""))[0] != "finding", "one's own face is no finding"


def test_another_face_earlier_in_the_year_is_remembered(visit: Visit, session: LiveSession) -> None:
    seen(session, 30, Kind.OTHER_PERSON, "patient")
    (row,) = selectors.visits_with_another_face(person_id=visit.patient_id, at=seconds(40), days=365)
    assert row["encounter.patient_face_matched"] is False
    assert row["encounter.fund_asked"] in {True, False}
    assert selectors.visits_with_another_face(person_id=visit.patient_id, at=seconds(20), days=365) == []
    assert selectors.visits_with_another_face(person_id=new_id(), at=seconds(40), days=365) == []


def test_another_face_once_holds_no_payment(visit: Visit, session: LiveSession) -> None:
    seen(session, 30, Kind.OTHER_PERSON, "patient")
    assert asked(visit, seconds(40), {"H06"}).get("H06", ("", ""))[0] != "finding"


def test_an_impostor_who_stays_stops_the_signature(visit: Visit, session: LiveSession) -> None:
    seen(session, 5, Kind.VERIFIED)
    seen(session, 30, Kind.OTHER_PERSON)
    assert asked(visit, seconds(40), {"A10"})["A10"][0] == "finding"
    seen(session, 50, Kind.RESTORED)
    assert asked(visit, seconds(60), {"A10"}).get("A10", ("", ""))[0] != "finding", "a match lifts the doubt"
