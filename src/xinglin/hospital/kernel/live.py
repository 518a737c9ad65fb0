"""Tell open pages that something changed: PostgreSQL NOTIFY, sent with the commit. It carries ids, never content."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.core import signing
from django.db import connection

CHANNEL = "xinglin"
SALT = "xinglin.stream"


def announce(topic: str, kind: str, id: UUID | str = "") -> None:
    """Wake the subscribers of a topic (e.g. 'visit:<id>', 'person:<id>', 'desk:review') after the transaction commits.

    `kind` is a short word that the page reacts to ('message', 'typing', 'state'); `id` names what changed.
    """
    announce_all([(topic, kind, id)])


def announce_all(changes: Sequence[tuple[str, str, UUID | str]]) -> None:
    """Wake the subscribers of several topics by one statement: topic, kind and id of each change."""
    payloads = [json.dumps({"topic": topic, "kind": kind, "id": str(changed)}) for topic, kind, changed in changes]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [CHANNEL, payloads])


def stream_token(*topics: str) -> str:
    """The signed word with which a page may listen to these topics (12 hours)."""
    return signing.dumps({"topics": list(topics)}, salt=SALT, compress=True)
