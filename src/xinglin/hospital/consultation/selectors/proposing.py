"""What a language model proposed about a visit, for its physician."""

from datetime import datetime
from uuid import UUID

from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import SEE_PATIENTS
from xinglin.hospital.decision_support import selectors as decision_support
from xinglin.hospital.decision_support.selectors import Proposals
from xinglin.hospital.kernel.access import Actor, require


def proposals_of(*, actor: Actor, visit_id: UUID, now: datetime) -> Proposals:
    """The proposals about a visit, for its physician. Raises NotFound."""
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    return decision_support.proposals_of(actor=actor, visit_id=visit.id, now=now)
