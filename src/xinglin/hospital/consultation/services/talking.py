"""The conversation: text and pictures in order, typing, read marks."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import TALK
from xinglin.hospital.consultation.errors import MessageIdTaken, NotStartedYet, TooManyMessages, VisitClosed
from xinglin.hospital.consultation.models import Message, ReadMark, Visit
from xinglin.hospital.consultation.services.danger import watch_words
from xinglin.hospital.consultation.services.storing import append, first_reply, note, store_picture, tell
from xinglin.hospital.consultation.talking_rules import is_substantive
from xinglin.hospital.consultation.words import OPEN, MessageKind, PictureUse, Side, VisitState
from xinglin.hospital.kernel import live
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import Picture, clean_picture
from xinglin.hospital.kernel.texts import T

TEXT_MOST = 2000
A_MINUTE_MOST = 30


def send_message(
    *, actor: Actor, visit_id: UUID, id: UUID, text: str, now: datetime, ai_assisted: bool = False
) -> Message:
    """Say something. `id` is made by the sender's page: sent again, it is the same message.

    Raises InvalidInput (empty or too long), NotStartedYet (a physician before the start), VisitClosed, MessageIdTaken,
    TooManyMessages, NotFound.
    """
    require(actor, TALK)
    side = gate.side_of(actor, gate.visit_to_read(actor, visit_id))
    text = text.strip()
    if not 1 <= len(text) <= TEXT_MOST:
        words = T(zh="请写 1 到 {most} 个字。", en="Write 1 to {most} characters.").with_(most=TEXT_MOST)
        raise InvalidInput(field="text", reason=words)
    if "\x00" in text:
        raise InvalidInput(
            field="text", reason=T(zh="含有不能保存的字符。", en="It holds a character that cannot be kept.")
        )
    message = Message(
        id=id,
        side=side,
        author_id=actor.id,
        kind=MessageKind.TEXT,
        body=text,
        ai_assisted=ai_assisted,
        at=now,
    )
    return _send(actor, visit_id, message, None)


def send_picture(*, actor: Actor, visit_id: UUID, id: UUID, raw: bytes, now: datetime) -> Message:
    """Send a picture. Sent again under the same id it is the same message. Raises as `send_message` does."""
    require(actor, TALK)
    side = gate.side_of(actor, gate.visit_to_read(actor, visit_id))
    picture = clean_picture(raw, field="picture")
    message = Message(id=id, side=side, author_id=actor.id, kind=MessageKind.PICTURE, at=now)
    return _send(actor, visit_id, message, picture)


def _send(actor: Actor, visit_id: UUID, message: Message, picture: Picture | None) -> Message:
    with transaction.atomic():
        visit = gate.lock(visit_id)
        earlier = Message.objects.filter(id=message.id).first()
        if earlier is not None:
            same = earlier.visit_id == visit.id and earlier.author_id == actor.id and earlier.kind == message.kind
            if not same or earlier.body != message.body:
                raise MessageIdTaken
            return earlier
        _may_send(visit, message)
        if picture is not None:
            message.picture = store_picture(
                id=new_id(), visit=visit, use=PictureUse.MESSAGE, by=actor, picture=picture, now=message.at
            )
        append(visit, message)
        _mark(visit, Side(message.side), message.seq, message.at)
        if message.side == Side.PATIENT and message.kind == MessageKind.TEXT:
            watch_words(visit, message.at)
        if message.side == Side.PHYSICIAN and visit.first_reply_at is None and is_substantive(message.body):
            first_reply(visit, message.at)
        note(
            actor,
            visit,
            "send_message",
            message.at,
            detail={"message": str(message.id), "seq": message.seq, "kind": message.kind},
        )
        tell(visit, "message")
    return message


def _may_send(visit: Visit, message: Message) -> None:
    if visit.state not in OPEN:
        raise VisitClosed
    if message.side == Side.PHYSICIAN and visit.state != VisitState.IN_PROGRESS:
        raise NotStartedYet
    recent = Message.objects.filter(
        visit=visit, author_id=message.author_id, at__gt=message.at - timedelta(minutes=1)
    ).count()
    if recent >= A_MINUTE_MOST:
        raise TooManyMessages(limit=A_MINUTE_MOST)


def mark_read(*, actor: Actor, visit_id: UUID, seq: int, now: datetime) -> int:
    """Note up to which message the actor's side has read; never goes back. Returns the mark. Raises NotFound."""
    require(actor, TALK)
    with transaction.atomic():
        side = gate.side_of(actor, gate.visit_to_read(actor, visit_id))
        visit = gate.lock(visit_id)
        before, after = _mark(visit, side, max(0, min(seq, visit.last_seq)), now)
        if after > before:
            live.announce(f"visit:{visit.id}", "read", visit.id)
    return after


def _mark(visit: Visit, side: Side, seq: int, now: datetime) -> tuple[int, int]:
    """The mark before and after. Under the visit's lock."""
    mark = ReadMark.objects.filter(visit=visit, side=side).first()
    if mark is None:
        ReadMark(visit=visit, side=side, seq=seq, at=now).save(force_insert=True)
        return 0, seq
    before = mark.seq
    if seq > before:
        mark.seq = seq
        mark.at = now
        mark.save(update_fields=["seq", "at"])
    return before, mark.seq


def typing(*, actor: Actor, visit_id: UUID) -> None:
    """Let the other side see that one is typing. Nothing is stored. Raises NotFound; silent once the visit is over."""
    require(actor, TALK)
    visit = gate.visit_to_read(actor, visit_id)
    side = gate.side_of(actor, visit)
    if visit.state in OPEN:
        live.announce(f"visit:{visit.id}", "typing", side.value)
