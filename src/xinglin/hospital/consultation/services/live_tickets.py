"""The short signed word with which a browser may speak to the media process."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing

from xinglin.hospital.consultation.live_words import LiveKind, LiveMode
from xinglin.hospital.consultation.models import LiveSession
from xinglin.hospital.consultation.words import Side
from xinglin.hospital.kernel.access import Actor

SALT = "xinglin.media"
SECONDS_MAX = 120
"""How long a token opens the door; once inside, the media process gives a seat of its own."""


@dataclass(frozen=True, slots=True)
class LiveTicket:
    """What a side needs in order to come in."""

    token: str
    session_id: UUID
    side: str
    mode: str
    kind: str
    recorded: bool


@dataclass(frozen=True, slots=True)
class LivePass:
    """What a token says once its signature and age hold."""

    session_id: UUID | None  # None: a test of devices
    visit_id: UUID | None
    side: Side
    mode: LiveMode
    kind: LiveKind
    account_id: UUID


def ticket_for(*, session: LiveSession, side: Side, account_id: UUID, login: str) -> LiveTicket:
    """A ticket for a side of a session. `login` is the key of the login; only its hash goes in."""
    content = {
        "v": str(session.visit_id),
        "s": str(session.id),
        "p": side.value,
        "m": session.mode,
        "k": session.kind,
        "a": str(account_id),
        "l": hashlib.sha256(login.encode()).hexdigest()[:16],
    }
    token = signing.dumps(content, salt=SALT, compress=True)
    return LiveTicket(token, session.id, side.value, session.mode, session.kind, session.recorded)


def device_ticket(*, actor: Actor) -> str:
    """A token that opens the test of devices and nothing else."""
    return signing.dumps({"t": 1, "a": str(actor.id)}, salt=SALT, compress=True)


def read_ticket(*, actor: Actor, token: str) -> LivePass | None:
    """What a token says, or None when it is missing, altered or too old. `actor` is the media process."""
    try:
        found: dict[str, Any] = signing.loads(token, salt=SALT, max_age=SECONDS_MAX)
        if found.get("t"):
            return LivePass(None, None, Side.PATIENT, LiveMode.RELAY, LiveKind.VIDEO, UUID(found["a"]))
        return LivePass(
            session_id=UUID(found["s"]),
            visit_id=UUID(found["v"]),
            side=Side(found["p"]),
            mode=LiveMode(found["m"]),
            kind=LiveKind(found["k"]),
            account_id=UUID(found["a"]),
        )
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
