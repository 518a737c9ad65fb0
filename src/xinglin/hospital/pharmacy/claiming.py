"""The case of a prescription that is being paid for: what settlement asks supervision about."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.pharmacy import law
from xinglin.hospital.pharmacy.facts import review_facts
from xinglin.hospital.pharmacy.gate import find
from xinglin.supervision.facts import Case, Stage


def case_for_settlement(*, actor: Actor, prescription_id: UUID, now: datetime) -> Case:
    """The facts of visit, prescription, review and picked boxes, as if it were settled now. Raises NotFound."""
    row = find(actor, prescription_id)
    packs = list(row.packs.filter(shelved_at=None).order_by("code"))
    case = law.stage_case(
        row,
        Stage.SETTLED,
        review=review_facts(list(row.reviews.all())),
        now=now,
        packs=packs,
        charged=True,
    )
    return replace(case, prescription=replace(case.prescription, settled_at=now))
