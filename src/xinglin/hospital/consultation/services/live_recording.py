"""Recordings of live visits: begun and closed by the media process, played for a purpose, deleted after their time."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xinglin.hospital.consultation.access import KEEP_LIVE, PLAY_RECORDING
from xinglin.hospital.consultation.errors import NoPurpose, RecordingGone
from xinglin.hospital.consultation.live_policy import policy_named
from xinglin.hospital.consultation.models import LiveSession, Recording
from xinglin.hospital.consultation.services.storing import note
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.sealed_files import CutOff, SealBroken, SealedWriter, digest_of, key_id_of, read_sealed
from xinglin.hospital.kernel.texts import T

PURPOSE_LENGTH = (6, 300)
"""Least and most characters of a purpose."""
GONE = T(zh="已到保存期限并删除", en="its time was over and it was deleted")
WRITING = T(zh="通话仍在录存", en="the call is still being recorded")
NO_KEY = T(zh="解密密钥或文件不在本机", en="its key or file is not on this machine")
ALTERED = T(zh="文件与登记的校验值不符", en="the file does not fit its registered checksum")


def file_of(recording: Recording) -> Path:
    """Where the sealed file lies."""
    return Path(settings.XINGLIN_MEDIA_HOME) / recording.path


def begin_recording(*, actor: Actor, session_id: UUID, now: datetime) -> tuple[UUID, SealedWriter]:
    """A new sealed file for a session that its policy records. Raises NotFound."""
    require(actor, KEEP_LIVE)
    session = LiveSession.objects.filter(id=session_id, recorded=True).select_related("visit").first()
    if session is None:
        raise NotFound
    recording_id = new_id()
    folder = Path(settings.XINGLIN_MEDIA_HOME) / f"{now:%Y-%m}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    master: bytes = settings.XINGLIN_RECORDING_KEY
    row = Recording(
        id=recording_id,
        session=session,
        path=f"{folder.name}/{recording_id}.sealed",
        key_id=key_id_of(master),
        from_at=now,
        keep_until=policy_named(session.policy_id).keep_until(now),
    )
    with transaction.atomic():
        row.save(force_insert=True)
        note(
            actor,
            session.visit,
            "begin_recording",
            now,
            detail={"live": str(session.id), "recording": str(recording_id)},
        )
        writer = SealedWriter(file_of(row), master, recording_id)
    return recording_id, writer


def store_recording(*, actor: Actor, recording_id: UUID, complete: bool, now: datetime) -> None:
    """Close a recording: its checksum, size and end are written down. Raises NotFound.

    `complete` is False for one whose writer broke off; what it wrote can be played all the same.
    """
    require(actor, KEEP_LIVE)
    with transaction.atomic():
        row = Recording.objects.select_for_update(no_key=True).filter(id=recording_id, to_at=None).first()
        if row is None:
            raise NotFound
        try:
            row.sha256, row.size_bytes = digest_of(file_of(row))
        except OSError:
            complete = False
        row.to_at, row.complete = now, complete
        row.keep_until = policy_named(row.session.policy_id).keep_until(now)
        row.save()
        detail = {"recording": str(row.id), "sha256": row.sha256, "bytes": row.size_bytes, "complete": complete}
        note(actor, row.session.visit, "store_recording", now, detail=detail)


def close_broken_recordings(*, actor: Actor, now: datetime) -> int:
    """Close recordings that a media process left open when it died. Called as the next one starts; returns how many."""
    require(actor, KEEP_LIVE)
    ids = list(Recording.objects.filter(to_at=None).values_list("id", flat=True))
    for recording_id in ids:
        store_recording(actor=actor, recording_id=recording_id, complete=False, now=now)
    return len(ids)


def play_recording(*, actor: Actor, recording_id: UUID, purpose: str, now: datetime) -> Iterator[bytes]:
    """The plain bytes of a recording (WebM) for a stated purpose; the playing is written into the journal.

    Raises NoPurpose, RecordingGone, NotFound (also for recordings of another institution).
    """
    require(actor, PLAY_RECORDING)
    row = Recording.objects.filter(id=recording_id).select_related("session__visit").first()
    if row is None or row.session.institution_id not in actor.institution_ids:
        raise NotFound
    purpose = purpose.strip()
    least, most = PURPOSE_LENGTH
    if not least <= len(purpose) <= most:
        raise NoPurpose(field="purpose", least=least, most=most)
    why = _why_not(row)
    outcome = "refused" if why is not None else "done"
    detail = {"recording": str(row.id), "purpose": purpose}
    note(actor, row.session.visit, "play_recording", now, outcome=outcome, detail=detail)
    if why is not None:
        raise RecordingGone(why=why)
    return _plain(row)


def _why_not(row: Recording) -> T | None:
    if row.deleted_at is not None:
        return GONE
    if row.to_at is None:
        return WRITING
    path = file_of(row)
    if row.key_id != key_id_of(settings.XINGLIN_RECORDING_KEY) or not path.exists():
        return NO_KEY
    return ALTERED if digest_of(path)[0] != row.sha256 else None


def _plain(row: Recording) -> Iterator[bytes]:
    try:
        yield from read_sealed(file_of(row), settings.XINGLIN_RECORDING_KEY, row.id)
    except CutOff:
        return  # The writer broke off; the row says so.
    except SealBroken:
        raise RecordingGone(why=ALTERED) from None


def delete_recordings(*, actor: Actor, now: datetime) -> int:
    """Delete the files of recordings whose time is over, never a day earlier; the rows stay. Returns how many."""
    require(actor, KEEP_LIVE)
    due = Recording.objects.filter(keep_until__lt=now, deleted_at=None, to_at__isnull=False)
    count = 0
    for row in due.select_related("session__visit")[:500]:
        with transaction.atomic():
            file_of(row).unlink(missing_ok=True)
            row.deleted_at = now
            row.save(update_fields=["deleted_at"])
            note(actor, row.session.visit, "delete_recording", now, detail={"recording": str(row.id)})
        count += 1
    return count
