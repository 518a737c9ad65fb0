"""The fact log as rows of the lake: what every deed of the house was judged on at control."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.oversight.access import STORE_AUDIT
from xinglin.hospital.oversight.models import Fact
from xinglin.supervision.facts.codec import decode_case
from xinglin.supervision.facts.history import Record
from xinglin.supervision.facts.lake import Facts, world_of
from xinglin.supervision.verdicts import Moment

CHUNK = 2_000
"""Facts that are fetched at once from the database's cursor."""


def judged_rows(*, actor: Actor) -> Iterator[tuple[str, Facts, datetime]]:
    """Table, row and instant of every case that was judged at control in the actor's institutions, in order of time.

    A row comes as often as it was judged. What was only typed or shown is no deed and is left out.
    """
    require(actor, STORE_AUDIT)
    log = Fact.objects.filter(judgement__run=None, judgement__moment=Moment.CONTROL.value)
    if not actor.has(Role.SYSTEM):
        log = log.filter(institution_id__in=actor.institution_ids)
    rows = log.order_by("judgement_id", "position").values_list("judgement_id", "group", "payload", "judgement__at")
    for _, facts in groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[0]):
        held = list(facts)
        at: datetime = held[0][3]
        case = decode_case([(group, payload) for _, group, payload, _ in held])
        for table, found in world_of(case, Record(known_at=at, asked_at=at)).tables.items():
            yield from ((table, row, at) for row in found)
