"""Verbs of the regulator."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.regulator.access import VERIFY_JOURNAL
from xinglin.hospital.regulator.models import JournalVerification
from xinglin.hospital.regulator.selectors import keeper


@transaction.atomic
def verify_journal(*, actor: Actor, institution_id: UUID, now: datetime) -> journal.Verification:
    """Walk an institution's chain and keep what was found. Raises NotFound for an institution that does not exist.

    The verification itself is journaled in the same institution's chain.
    """
    require(actor, VERIFY_JOURNAL)
    keeper(institution_id=institution_id, now=now)
    found = journal.verify(institution_id=institution_id, now=now)
    row = JournalVerification(
        id=new_id(),
        institution_id=institution_id,
        at=now,
        by_id=actor.id,
        links=found.links,
        checkpoints=found.checkpoints,
        problem=found.problem or "",
        problem_seq=found.seq,
        problem_entry_id=found.entry_id,
    )
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=institution_id,
        verb="verify_journal",
        object_type="journal",
        object_id=row.id,
        now=now,
        detail={"links": found.links, "problem": found.problem or ""},
    )
    if not found.intact:
        announce("desk:affairs", "journal", institution_id)
    return found
