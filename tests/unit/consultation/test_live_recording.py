"""Recordings of live visits: kept long enough, never deleted earlier, played for a purpose alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests import builders as make
from tests.unit.consultation.test_live import MEDIA, NOW, begun, live_now, with_media
from tests.unit.consultation.world import World

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.errors import NoPurpose, RecordingGone
from xinglin.hospital.consultation.models import Recording
from xinglin.hospital.kernel.errors import NotAllowed, NotFound
from xinglin.hospital.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
__all__ = ["with_media"]
PURPOSE = "核查一次投诉：是否说明了风险"
WEBM = b"picture and sound" * 9000


@pytest.fixture
def kept(world: World, settings: Any, tmp_path: Path) -> Recording:
    """A whole recording of a call."""
    settings.XINGLIN_LIVE_RECORD = "always"
    settings.XINGLIN_MEDIA_HOME = tmp_path
    session = live_now(world, begun(world))
    recording_id, writer = services.begin_recording(actor=MEDIA, session_id=session.id, now=NOW)
    writer.write(WEBM)
    writer.close()
    services.store_recording(actor=MEDIA, recording_id=recording_id, complete=True, now=NOW + timedelta(minutes=5))
    return Recording.objects.get(id=recording_id)


def officer(kept: Recording) -> make.Someone:
    """Medical affairs of the institution."""
    someone = make.a_medical_affairs_officer()
    assert kept.session.institution_id in someone.actor.institution_ids
    return someone


def play(actor: Any, kept: Recording, purpose: str = PURPOSE) -> bytes:
    """Everything that a playing gives."""
    return b"".join(services.play_recording(actor=actor, recording_id=kept.id, purpose=purpose, now=NOW))


def test_it_is_played_for_a_purpose_and_written_down(kept: Recording) -> None:
    assert play(officer(kept).actor, kept) == WEBM
    entry = JournalEntry.objects.get(verb="play_recording")
    assert (entry.detail["purpose"], entry.outcome) == (PURPOSE, "done")
    assert entry.detail["recording"] == str(kept.id)


@pytest.mark.parametrize("purpose", ["", "看看", " " * 20, "长" * 301])
def test_without_a_purpose_nothing_is_played(kept: Recording, purpose: str) -> None:
    with pytest.raises(NoPurpose):
        play(officer(kept).actor, kept, purpose)


def test_the_two_sides_and_other_houses_play_nothing(kept: Recording, world: World) -> None:
    for someone in (world.doctor, world.patient):
        with pytest.raises(NotAllowed):
            play(someone.actor, kept)
    elsewhere = make.a_medical_affairs_officer(institution=make.an_institution())
    with pytest.raises(NotFound):
        play(elsewhere.actor, kept)
    with pytest.raises(NotFound):
        selectors.live_sessions(actor=elsewhere.actor, visit_id=kept.session.visit_id)


def test_the_file_lies_sealed_and_closed_to_others(kept: Recording, tmp_path: Path) -> None:
    path = tmp_path / kept.path
    assert b"picture and sound" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_altered_file_is_not_played(kept: Recording, tmp_path: Path) -> None:
    path = tmp_path / kept.path
    raw = bytearray(path.read_bytes())
    raw[500] ^= 1
    path.write_bytes(raw)
    with pytest.raises(RecordingGone):
        play(officer(kept).actor, kept)
    assert JournalEntry.objects.get(verb="play_recording").outcome == "refused"


def test_without_its_key_it_is_not_played(kept: Recording, settings: Any) -> None:
    settings.XINGLIN_RECORDING_KEY = bytes(32)
    with pytest.raises(RecordingGone):
        play(officer(kept).actor, kept)


def test_nothing_is_deleted_earlier(kept: Recording, tmp_path: Path) -> None:
    ended_at = NOW + timedelta(minutes=5)
    assert kept.keep_until >= ended_at.replace(year=ended_at.year + 3)
    assert services.delete_recordings(actor=MEDIA, now=kept.keep_until) == 0
    assert (tmp_path / kept.path).exists()
    later = kept.keep_until + timedelta(seconds=1)
    assert services.delete_recordings(actor=MEDIA, now=later) == 1
    assert services.delete_recordings(actor=MEDIA, now=later) == 0
    assert not (tmp_path / kept.path).exists()
    with pytest.raises(RecordingGone):
        play(officer(kept).actor, kept)
    line = selectors.live_sessions(actor=officer(kept).actor, visit_id=kept.session.visit_id)[0].recordings[0]
    assert (line.deleted_at, line.playable) == (later, False)


def test_the_database_keeps_the_years_too(kept: Recording) -> None:
    kept.keep_until = kept.from_at + timedelta(days=3 * 365)
    with pytest.raises(IntegrityError, match="three_years"), transaction.atomic():
        kept.save()
    kept.refresh_from_db()
    kept.deleted_at = kept.keep_until - timedelta(days=1)
    with pytest.raises(IntegrityError, match="never_earlier"), transaction.atomic():
        kept.save()


def test_what_a_dead_process_left_open_is_closed_and_plays_to_its_end(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.XINGLIN_LIVE_RECORD = "always"
    settings.XINGLIN_MEDIA_HOME = tmp_path
    session = live_now(world, begun(world))
    recording_id, writer = services.begin_recording(actor=MEDIA, session_id=session.id, now=NOW)
    writer.write(b"the beginning")
    writer.flush()
    desk = make.a_medical_affairs_officer()
    kept = Recording.objects.get(id=recording_id)
    with pytest.raises(RecordingGone):  # It is still being written.
        play(desk.actor, kept)
    assert services.close_broken_recordings(actor=MEDIA, now=NOW) == 1
    assert play(desk.actor, kept) == b"the beginning"
    line = selectors.live_sessions(actor=desk.actor, visit_id=session.visit_id)[0].recordings[0]
    assert not line.complete
    writer.close()


def test_what_policy_does_not_record_is_not_recorded(world: World, settings: Any, tmp_path: Path) -> None:
    settings.XINGLIN_MEDIA_HOME = tmp_path
    session = live_now(world, begun(world))
    session.recorded = False
    session.save()
    with pytest.raises(NotFound):
        services.begin_recording(actor=MEDIA, session_id=session.id, now=NOW)
    assert list(tmp_path.iterdir()) == []
