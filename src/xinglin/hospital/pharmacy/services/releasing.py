"""Settlement's two calls downwards: a paid prescription may be handed over; a reversed one may not any more."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.pharmacy.access import RELEASE
from xinglin.hospital.pharmacy.errors import AlreadyReleased, WrongStage
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.services.moving import locked, move, require_state, require_valid
from xinglin.hospital.pharmacy.states import OUT_OF_THE_HOUSE, State


@transaction.atomic
def release(*, actor: Actor, prescription_id: UUID, settlement_id: UUID, now: datetime) -> Prescription:
    """Let a picked prescription be handed over, because this settlement has paid for it; in the caller's transaction.

    The same settlement again is the same deed. Raises WrongStage, AlreadyReleased, PrescriptionExpired: the caller then
    voids what it reserved.
    """
    require(actor, RELEASE)
    row = locked(actor, prescription_id)
    if row.settlement_id is not None and row.state not in {State.PICKED, State.APPROVED}:
        if row.settlement_id == settlement_id and row.state in {State.SETTLED, State.HANDED_OVER, State.DELIVERED}:
            return row
        raise AlreadyReleased
    require_state(row, State.PICKED)
    require_valid(row, now)
    move(
        row,
        State.SETTLED,
        verb="release",
        actor=actor,
        now=now,
        detail={"settlement_id": str(settlement_id)},
        settlement_id=settlement_id,
        settled_at=now,
    )
    return row


@transaction.atomic
def withdraw_release(*, actor: Actor, prescription_id: UUID, settlement_id: UUID, now: datetime) -> bool:
    """Take the release back because the settlement was reversed; in the caller's transaction.

    True when the prescription waits for payment again; False when it has ended already (cancelled, expired, taken back)
    or was released by another settlement. Raises WrongStage when the medicine has left the house: take it back first.
    """
    require(actor, RELEASE)
    row = locked(actor, prescription_id)
    if row.settlement_id != settlement_id:
        return False
    if row.state == State.SETTLED:
        move(row, State.PICKED, verb="withdraw_release", actor=actor, now=now, settlement_id=None, settled_at=None)
        return True
    if row.state in OUT_OF_THE_HOUSE:
        raise WrongStage(state=State(row.state).label)
    return False
