"""The one place where a prescription changes its state: checked against the machine, written down, announced."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce_all
from xinglin.hospital.pharmacy.errors import PrescriptionExpired, WrongStage
from xinglin.hospital.pharmacy.gate import visible
from xinglin.hospital.pharmacy.models import Prescription, Step, TracedPack
from xinglin.hospital.pharmacy.states import AT_THE_DISPENSARY, ENDED, OPEN_FOR_REVIEW, State, may_move


def locked(actor: Actor, prescription_id: UUID) -> Prescription:
    """The row, locked until the transaction ends, if the actor may see it. The prescription is always locked first."""
    found = visible(actor).select_for_update(of=("self",)).filter(id=prescription_id).first()
    if found is None:
        raise NotFound
    return found


def require_state(prescription: Prescription, *states: State) -> None:
    """Raise WrongStage unless the prescription is in one of the states."""
    if State(prescription.state) not in states:
        raise WrongStage(state=State(prescription.state).label)


def require_valid(prescription: Prescription, now: datetime) -> None:
    """Raise PrescriptionExpired when its validity is over."""
    if now > prescription.valid_until_at:
        raise PrescriptionExpired(until=prescription.valid_until_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))


def move(
    prescription: Prescription,
    after: State,
    *,
    verb: str,
    actor: Actor,
    now: datetime,
    detail: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Take a locked prescription to its next state. Raises WrongStage when the machine has no such step."""
    before = State(prescription.state)
    if not may_move(before, after):
        raise WrongStage(state=before.label)
    for name, value in changes.items():
        setattr(prescription, name, value)
    prescription.state = after
    prescription.save(update_fields=["state", *changes])
    note(prescription, before, verb=verb, actor=actor, now=now, detail=detail)
    if after in ENDED and after is not State.TAKEN_BACK:
        TracedPack.objects.filter(prescription=prescription, shelved_at=None, sold_at=None).update(shelved_at=now)


def note(
    prescription: Prescription,
    before: State | None,
    *,
    verb: str,
    actor: Actor,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write a step into the prescription's history and the journal, and wake the pages that show it."""
    last = Step.objects.filter(prescription=prescription).aggregate(n=Max("seq"))["n"] if before else 0
    Step.objects.create(
        id=new_id(),
        prescription=prescription,
        seq=(last or 0) + 1,
        before=before or "",
        after=prescription.state,
        verb=verb,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        at=now,
    )
    journal.write(
        actor=actor,
        institution_id=prescription.institution_id,
        verb=verb,
        object_type="prescription",
        object_id=prescription.id,
        now=now,
        detail={"from": before or "", "to": prescription.state} | (detail or {}),
    )
    wake(prescription, before)


def wake(prescription: Prescription, before: State | None = None) -> None:
    """Wake the pages on which this prescription has changed: its people's, and the desks that it leaves or reaches."""
    seen = {State(prescription.state), before or State(prescription.state)}
    topics = [f"visit:{prescription.visit_id}", f"person:{prescription.patient_id}"]
    if seen & OPEN_FOR_REVIEW:
        topics.append("desk:review")
    if seen & AT_THE_DISPENSARY:
        topics.append("desk:dispense")
    if prescription.state in {State.QUESTIONED, State.RETURNED, State.REFUSED}:
        topics.append(f"physician:{prescription.prescriber_id}")
    announce_all([(topic, "state", prescription.id) for topic in topics])
