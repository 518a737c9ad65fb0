"""The case of a prescription that is being paid for: what settlement asks supervision about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.pharmacy import law
from xinglin.hospital.pharmacy.devices import reviewed_on_one_device
from xinglin.hospital.pharmacy.facts import review_facts
from xinglin.hospital.pharmacy.gate import find
from xinglin.hospital.pharmacy.models import Review
from xinglin.supervision.facts import Case, Stage


def case_for_settlement(*, actor: Actor, prescription_id: UUID, now: datetime) -> Case:
    """The facts of visit, prescription, review and picked boxes, as if it were settled now. Raises NotFound."""
    row = find(actor, prescription_id)
    reviews = list(row.reviews.all())
    packs = list(row.packs.filter(shelved_at=None).order_by("code"))
    case = law.stage_case(
        row,
        Stage.SETTLED,
        review=review_facts(reviews, _same_device(row.id, reviews)),
        now=now,
        packs=packs,
        charged=True,
    )
    return replace(case, prescription=replace(case.prescription, settled_at=now))


def _same_device(prescription_id: UUID, reviews: Sequence[Review]) -> bool | None:
    approval = next((review for review in reviews if review.outcome == "approve"), None)
    return None if approval is None else reviewed_on_one_device(prescription_id, approval.id)
