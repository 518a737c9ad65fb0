"""What the physician says about the reading of a conversation, and what is kept of it when the record is signed."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from xinglin.clinical.assessment.case import BadCase
from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import SEE_PATIENTS, WRITE_RECORD
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.selectors.assessing import consulted_of
from xinglin.hospital.consultation.words import VisitState
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.texts import T

LOG = logging.getLogger(__name__)
CORRECTABLE: Final = (VisitState.WAITING, VisitState.IN_PROGRESS, VisitState.REFERRED)


def correct_finding(*, actor: Actor, visit_id: UUID, code: str, verdict: str, now: datetime) -> None:
    """The physician puts right what was understood: yes, no, unsure, removed, as_read.

    Raises WrongState once the visit is over, InvalidInput, NotFound.
    """
    require(actor, SEE_PATIENTS)
    visit = gate.visit_of_physician(actor, visit_id)
    gate.in_state(visit, *CORRECTABLE, deed=T(zh="更正系统的理解", en="put right what was understood"))
    decision_support.correct_finding(
        actor=actor, consulted=consulted_of(actor, visit, now), code=code, verdict=verdict, now=now
    )


def keep_draft(*, actor: Actor, visit_id: UUID, now: datetime) -> None:
    """Note that the physician took over the draft of the record, with its origin. Raises WrongState, NotFound."""
    require(actor, WRITE_RECORD)
    visit = gate.visit_of_physician(actor, visit_id)
    gate.in_state(visit, *CORRECTABLE, deed=T(zh="采用草稿", en="take over the draft"))
    diagnosis = decision_support.diagnose_visit(actor=actor, consulted=consulted_of(actor, visit, now), now=now)
    decision_support.keep_diagnosis(actor=actor, diagnosis=diagnosis, moment="draft", now=now)


def keep_signed(actor: Actor, visit: Visit, codes: Sequence[str], now: datetime) -> None:
    """Keep what stood beside the record when it was signed. What cannot be judged hinders no signature."""
    try:
        diagnosis = decision_support.diagnose_visit(actor=actor, consulted=consulted_of(actor, visit, now), now=now)
    except BadCase as wrong:
        LOG.warning("no possible diagnoses were kept of visit %s: field %s", visit.id, wrong.field)
        return
    decision_support.keep_diagnosis(actor=actor, diagnosis=diagnosis, moment="signed", signed=tuple(codes), now=now)
