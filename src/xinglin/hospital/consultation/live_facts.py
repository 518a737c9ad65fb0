"""What became of the live part of a visit, for the judgement: nothing here is limited to an actor."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from xinglin.hospital.consultation import people
from xinglin.hospital.consultation.facts import LiveTalk
from xinglin.hospital.consultation.live_course import Entry, matched, pauses
from xinglin.hospital.consultation.models import LiveObservation, LiveSession, Visit
from xinglin.hospital.consultation.words import Side

LIVE_SECONDS = 300
"""How long a live visit that is about to begin, or goes on now, is taken to hold the physician from now on."""


def entries_of(rows: Iterable[LiveObservation]) -> dict[str, list[Entry]]:
    """The log of a session by side."""
    found: dict[str, list[Entry]] = {Side.PHYSICIAN.value: [], Side.PATIENT.value: []}
    for row in rows:
        found[row.side].append(Entry(row.at, row.kind, row.level, row.numbers))
    return found


def live_talk(*, visit: Visit, at: datetime) -> LiveTalk:
    """The live part of one visit up to an instant."""
    return live_talks(visits=[visit], at=at)[visit.id]


def live_talks(*, visits: Sequence[Visit], at: datetime) -> Mapping[UUID, LiveTalk]:
    """The same of several visits, by two questions; a visit by text has nothing to tell."""
    sessions: dict[UUID, list[LiveSession]] = {visit.id: [] for visit in visits}
    rows = LiveSession.objects.filter(visit_id__in=list(sessions), opened_at__lte=at).order_by("opened_at")
    for row in rows.prefetch_related("observations"):
        sessions[row.visit_id].append(row)
    return {visit.id: _talk(visit, sessions[visit.id], at) for visit in visits}


def _talk(visit: Visit, rows: Sequence[LiveSession], at: datetime) -> LiveTalk:
    physician: list[bool | None] = []
    patient: list[bool | None] = []
    key, seconds = "", 0
    for row in rows:
        entries = entries_of(one for one in row.observations.all() if one.at <= at)
        both = sorted((entry for side in entries.values() for entry in side), key=lambda entry: entry.at)
        paused = pauses(both, min(row.ended_at or at, at))
        until = min(row.ended_at or at, at)
        for side, answers in ((Side.PHYSICIAN, physician), (Side.PATIENT, patient)):
            proved = partial(_proved, row, side, at)
            answers.append(matched(entries[side.value], paused, until, proved))
        seconds += row.seconds
        if row.live_since_at is not None:
            seconds += max(0, round((at - row.live_since_at).total_seconds()))
        keys = [entry.numbers["face_key"] for entry in entries[Side.PATIENT.value] if "face_key" in entry.numbers]
        key = f"{keys[-1]:013x}" if keys else key
    guardian = visit.guardian_id is not None  # Then the guardian's face is the one that was compared.
    return LiveTalk(
        seconds=seconds,
        from_at=min((row.started_at for row in rows if row.started_at is not None), default=None),
        face_matched=_all(physician),
        patient_face_matched=None if guardian else _all(patient),
        patient_face_key="" if guardian else key,
        running=any(row.live_since_at is not None for row in rows),
    )


def _proved(row: LiveSession, side: Side, at: datetime, since: datetime) -> bool:
    party = row.parties.filter(side=side).order_by("-joined_at").first()
    if party is None:
        return False
    return people.proved_since(person_id=party.person_id, account_id=party.account_id, since=since, at=at)


def _all(answers: Sequence[bool | None]) -> bool | None:
    """False where one is, None where none says anything."""
    said = [answer for answer in answers if answer is not None]
    return all(said) if said else None
