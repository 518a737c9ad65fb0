"""What the two sides and the desks may know of live visits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import KEEP_LIVE, PLAY_RECORDING, TALK_LIVE
from xinglin.hospital.consultation.live_policy import policy_named
from xinglin.hospital.consultation.live_words import LiveEnd, LiveKind, LiveMode, LiveState
from xinglin.hospital.consultation.models import LiveSession, Recording
from xinglin.hospital.consultation.words import VisitState
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class LiveView:
    """The live part of a visit as one of its sides sees it."""

    visit_id: UUID
    side: str
    here: bool  # this installation has a media process
    possible: bool  # the visit is in consultation
    session_id: UUID | None
    kind: str
    state: LiveState | None
    reason: T | None  # why it is relayed and recorded, or not
    recorded: bool
    paused_for: str
    last_end: T | None
    seconds: int


def live_view(*, actor: Actor, visit_id: UUID, now: datetime) -> LiveView:
    """Where the live part of a visit stands. Raises NotFound for everybody but its two sides."""
    require(actor, TALK_LIVE)
    visit = gate.visit_to_read(actor, visit_id)
    side = gate.side_of(actor, visit)
    last = LiveSession.objects.filter(visit_id=visit.id).order_by("-opened_at").first()
    running = last if last is not None and last.state != LiveState.ENDED else None
    return LiveView(
        visit_id=visit.id,
        side=side.value,
        here=bool(settings.XINGLIN_VIDEO),
        possible=visit.state == VisitState.IN_PROGRESS,
        session_id=running.id if running else None,
        kind=running.kind if running else LiveKind.VIDEO.value,
        state=LiveState(running.state) if running else None,
        reason=policy_named(running.policy_id).reason if running else None,
        recorded=running.recorded if running else False,
        paused_for=running.pause_reason if running else "",
        last_end=LiveEnd(last.end_reason).label if last is not None and running is None else None,
        seconds=live_seconds(visit_id=visit.id, at=now),
    )


def live_seconds(*, visit_id: UUID, at: datetime) -> int:
    """How long both sides of a visit were live together up to an instant, pauses not counted."""
    total = 0
    for row in LiveSession.objects.filter(visit_id=visit_id, opened_at__lte=at):
        total += row.seconds
        if row.live_since_at is not None:
            total += max(0, round((at - row.live_since_at).total_seconds()))
    return total


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """What the media process knows of a session."""

    session_id: UUID
    visit_id: UUID
    physician_id: UUID
    patient_id: UUID
    mode: LiveMode
    kind: LiveKind
    state: LiveState
    recorded: bool


def live_room(*, actor: Actor, session_id: UUID) -> LiveRoom:
    """A session for the media process. Raises NotFound."""
    require(actor, KEEP_LIVE)
    row = LiveSession.objects.filter(id=session_id).first()
    if row is None:
        raise NotFound
    return LiveRoom(
        session_id=row.id,
        visit_id=row.visit_id,
        physician_id=row.physician_id,
        patient_id=row.patient_id,
        mode=LiveMode(row.mode),
        kind=LiveKind(row.kind),
        state=LiveState(row.state),
        recorded=row.recorded,
    )


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """A recording as the desk sees it."""

    id: UUID
    from_at: datetime
    to_at: datetime | None
    size_bytes: int
    sha256: str
    complete: bool
    keep_until: datetime
    deleted_at: datetime | None
    playable: bool


@dataclass(frozen=True, slots=True)
class LiveLine:
    """A live session of a visit as the desk sees it."""

    id: UUID
    kind: T
    mode: T
    state: T
    reason: T
    source: T
    opened_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: T | None
    seconds: int
    recorded: bool
    recordings: list[RecordingLine]


def live_sessions(*, actor: Actor, visit_id: UUID) -> list[LiveLine]:
    """The live sessions of a visit with their recordings, for medical affairs and auditors of its institution.

    Raises NotFound.
    """
    require(actor, PLAY_RECORDING)
    visit = gate.visit_to_read(actor, visit_id)
    rows = LiveSession.objects.filter(visit_id=visit.id).prefetch_related("recordings").order_by("opened_at")
    return [_line(row) for row in rows]


def _line(row: LiveSession) -> LiveLine:
    policy = policy_named(row.policy_id)
    return LiveLine(
        id=row.id,
        kind=LiveKind(row.kind).label,
        mode=LiveMode(row.mode).label,
        state=LiveState(row.state).label,
        reason=policy.reason,
        source=policy.source,
        opened_at=row.opened_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        end_reason=LiveEnd(row.end_reason).label if row.end_reason else None,
        seconds=row.seconds,
        recorded=row.recorded,
        recordings=[_recording(one) for one in row.recordings.all()],
    )


def _recording(row: Recording) -> RecordingLine:
    return RecordingLine(
        id=row.id,
        from_at=row.from_at,
        to_at=row.to_at,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        complete=row.complete,
        keep_until=row.keep_until,
        deleted_at=row.deleted_at,
        playable=row.to_at is not None and row.deleted_at is None and bool(row.sha256),
    )
