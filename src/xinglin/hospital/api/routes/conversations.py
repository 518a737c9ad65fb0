"""What is said in a visit."""

from typing import Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Done
from xinglin.hospital.api.shapes import At, Flag, Id, In, Out, Picture, Text, Whole, WholeInQuery, Words
from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import READ_VISIT, TALK

router = Router(tags=["conversations"])
SEQ_MAX = 2**31 - 1


class Said(Out):
    """A message, numbered without gaps; what the system says comes in two languages."""

    id: UUID
    seq: int
    side: str
    kind: str
    text: Words
    picture_id: UUID | None
    at: At
    ai_assisted: bool


class Talk(Out):
    """What was said after a number, and up to where each side has read."""

    messages: list[Said]
    read_by_patient: int
    read_by_physician: int


class After(In):
    """The highest number that one has already."""

    after: WholeInQuery = Field(0, ge=0, le=SEQ_MAX)


@operation(router, "get", "/visits/{uuid:visit_id}/messages", READ_VISIT, Talk)
def messages(request: Request, visit_id: UUID, query: Query[After]) -> Any:
    """某号之后的消息，最多 200 条｜The messages after a number, at most 200"""
    return selectors.messages(actor=request.actor, visit_id=visit_id, after_seq=query.after)


class Say(In):
    """A message. Sent again under the same id it is the same message."""

    id: Id
    text: Text = Field(min_length=1, max_length=4000)
    ai_assisted: Flag = False


class Sent(Out):
    """Where the message stands."""

    id: UUID
    seq: int
    at: At


@operation(router, "post", "/visits/{uuid:visit_id}/messages", TALK, Sent, 201)
def send_message(request: Request, visit_id: UUID, body: Say) -> Any:
    """发消息｜Say something"""
    return services.send_message(
        actor=request.actor,
        visit_id=visit_id,
        id=body.id,
        text=body.text,
        ai_assisted=body.ai_assisted,
        now=request.now,
    )


class Show(In):
    """A picture to send."""

    id: Id
    picture: Picture


@operation(router, "post", "/visits/{uuid:visit_id}/pictures", TALK, Sent, 201)
def send_picture(request: Request, visit_id: UUID, body: Show) -> Any:
    """发图片｜Send a picture"""
    return services.send_picture(actor=request.actor, visit_id=visit_id, id=body.id, raw=body.picture, now=request.now)


class ReadMark(In):
    """Up to which message one has read."""

    seq: Whole = Field(ge=0, le=SEQ_MAX)


class Marked(Out):
    """The mark; it never goes back."""

    seq: int


@operation(router, "put", "/visits/{uuid:visit_id}/read-mark", TALK, Marked)
def mark_read(request: Request, visit_id: UUID, body: ReadMark) -> Any:
    """已读到第几条｜Note up to which message one has read"""
    seq = services.mark_read(actor=request.actor, visit_id=visit_id, seq=body.seq, now=request.now)
    return Marked(seq=seq)


@operation(router, "post", "/visits/{uuid:visit_id}/typing", TALK, Done)
def typing(request: Request, visit_id: UUID) -> Any:
    """正在输入｜Let the other side see that one is typing; nothing is stored"""
    services.typing(actor=request.actor, visit_id=visit_id)
    return Done()
