"""The conversation: messages after a number, read marks, pictures."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import READ_VISIT
from xinglin.hospital.consultation.models import Message, Picture, ReadMark, RecordAttachment, Visit
from xinglin.hospital.consultation.words import MessageKind, Side
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T

PAGE = 200


@dataclass(frozen=True, slots=True)
class Said:
    """A message as people see it."""

    id: UUID
    seq: int
    side: Side
    kind: MessageKind
    text: T
    picture_id: UUID | None
    at: datetime
    ai_assisted: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said after a number, and up to where each side has read."""

    visit: Visit
    mine: Side | None
    messages: list[Said]
    read_by_patient: int
    read_by_physician: int

    @property
    def read_by_other(self) -> int:
        """Up to where the other side has read."""
        return self.read_by_physician if self.mine == Side.PATIENT else self.read_by_patient


def messages(*, actor: Actor, visit_id: UUID, after_seq: int = 0) -> Talk:
    """The messages with a higher number than `after_seq`, in order, at most 200. Raises NotFound."""
    require(actor, READ_VISIT)
    visit = gate.visit_to_read(actor, visit_id)
    rows = Message.objects.filter(visit=visit, seq__gt=max(0, after_seq)).order_by("seq")[:PAGE]
    marks = dict(ReadMark.objects.filter(visit=visit).values_list("side", "seq"))
    return Talk(
        visit=visit,
        mine=_mine(actor, visit),
        messages=[_said(row) for row in rows],
        read_by_patient=marks.get(Side.PATIENT, 0),
        read_by_physician=marks.get(Side.PHYSICIAN, 0),
    )


def _mine(actor: Actor, visit: Visit) -> Side | None:
    if gate.is_physician_of(actor, visit):
        return Side.PHYSICIAN
    return Side.PATIENT if gate.is_patient_of(actor, visit) else None


def _said(row: Message) -> Said:
    return Said(
        id=row.id,
        seq=row.seq,
        side=Side(row.side),
        kind=MessageKind(row.kind),
        text=T(zh=row.body, en=row.body_en or row.body),
        picture_id=row.picture_id,
        at=row.at,
        ai_assisted=row.ai_assisted,
    )


def read_conversation(*, actor: Actor, visit_id: UUID, now: datetime) -> Talk:
    """The conversation from its beginning, with the reading written down, a refused one too. Raises NotFound."""
    require(actor, READ_VISIT)
    noted_visit(actor, visit_id, "read_conversation", now)
    return messages(actor=actor, visit_id=visit_id)


def noted_visit(actor: Actor, visit_id: UUID, verb: str, now: datetime) -> Visit:
    """The visit for a reading that is written down, whether it succeeds or is refused."""
    found = Visit.objects.filter(id=visit_id).first()
    if found is None:
        raise NotFound
    if not gate.may_read(actor, found) and not gate.cares_for(actor, found.patient_id):
        gate.note_reading(actor, found, verb, now, outcome="refused")
        raise NotFound
    gate.note_reading(actor, found, verb, now)
    return found


def picture(*, actor: Actor, picture_id: UUID, now: datetime) -> Picture:
    """A picture of a visit, with the reading written down, a refused one too. Raises NotFound.

    Who reads a record for care (not as a party to its visit) sees the pictures attached to it, not the conversation's.
    """
    require(actor, READ_VISIT)
    row = Picture.objects.filter(id=picture_id).select_related("visit").first()
    if row is None:
        raise NotFound
    attached = RecordAttachment.objects.filter(picture=row).exists()
    if not gate.may_read(actor, row.visit) and not (attached and gate.cares_for(actor, row.visit.patient_id)):
        gate.note_reading(actor, row.visit, "read_picture", now, outcome="refused")
        raise NotFound
    gate.note_reading(actor, row.visit, "read_picture", now)
    return row
