"""Shared by the verbs: say something in a visit, keep a picture, wake the open pages. The visit's row is locked."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from xinglin.hospital.consultation.events import FirstReplySent
from xinglin.hospital.consultation.models import Message, Picture, Visit
from xinglin.hospital.consultation.words import MessageKind, PictureUse, Side
from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import Picture as CleanPicture
from xinglin.hospital.kernel.texts import T


def append(visit: Visit, message: Message) -> Message:
    """Give a message the next number of its visit. Only under the visit's lock, so that numbers have no gap."""
    visit.last_seq += 1
    message.visit = visit
    message.seq = visit.last_seq
    visit.save(update_fields=["last_seq"])
    message.save(force_insert=True)
    return message


def say(visit: Visit, text: T, *, now: datetime) -> Message:
    """A sentence of the system in the conversation, in both languages."""
    message = Message(
        id=new_id(),
        side=Side.SYSTEM,
        author_id=SYSTEM_ID,
        kind=MessageKind.SYSTEM,
        body=text.zh,
        body_en=text.en,
        at=now,
    )
    return append(visit, message)


def first_reply(visit: Visit, at: datetime) -> None:
    """The promise of an answer is kept: by a substantive message, or by being there live. Under the visit's lock."""
    visit.first_reply_at = at
    visit.save(update_fields=["first_reply_at"])
    publish(
        FirstReplySent(visit_id=visit.id, physician_id=visit.physician_id, promised_by_at=visit.promised_by_at, at=at)
    )


def store_picture(
    *, id: UUID, visit: Visit, use: PictureUse, by: Actor, picture: CleanPicture, now: datetime
) -> Picture:
    """Keep a clean picture."""
    row = Picture(
        id=id,
        visit=visit,
        use=use,
        by_id=by.id,
        content=picture.content,
        media_type=picture.media_type,
        sha256=hashlib.sha256(picture.content).hexdigest(),
        width=picture.width,
        height=picture.height,
        at=now,
    )
    row.save(force_insert=True)
    return row


def note(
    actor: Actor,
    visit: Visit,
    verb: str,
    now: datetime,
    *,
    on: str = "visit",
    outcome: str = "done",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write a deed on a visit or its record (one id) into the journal."""
    journal.write(
        actor=actor,
        institution_id=visit.institution_id,
        verb=verb,
        object_type=on,
        object_id=visit.id,
        now=now,
        outcome=outcome,
        detail=detail,
    )


def tell(visit: Visit, kind: str) -> None:
    """Wake the visit's own pages, the patient's home and the physician's queue after the commit.

    `kind` is 'message', 'state' or 'record'. A guardian's home hears it as well.
    """
    people = sorted({str(one) for one in (visit.patient_id, visit.guardian_id) if one is not None})
    live.announce_all(
        [
            (f"visit:{visit.id}", kind, visit.id),
            *((f"person:{one}", "visit" if kind == "message" else kind, visit.id) for one in people),
            (f"physician:{visit.physician_id}", "queue", visit.id),
            # For those who wait: nobody's id goes with it.
            *([(f"wait:{visit.physician_id}", "wait", "")] if kind == "state" else []),
        ]
    )
