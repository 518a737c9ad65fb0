"""The clock of the response promise: set at the request, stopped by the first substantive reply, kept by jobs."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import KEEP_PROMISES
from xinglin.hospital.consultation.events import VisitPromiseBroken, VisitPromiseEscalated, VisitPromiseNudged
from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.parameters import clock_from, nudge_at
from xinglin.hospital.consultation.services.live import end_live_of_visit
from xinglin.hospital.consultation.services.storing import note, say, tell
from xinglin.hospital.consultation.words import OPEN, VisitState
from xinglin.hospital.kernel import live
from xinglin.hospital.kernel.access import Actor, require, system_actor
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.texts import T

CLOCK_FIELDS = ["promise_from_at", "promised_by_at", "refund_by_at", "nudged_at", "escalated_at"]
SWEEP_MOST = 500


class Step(StrEnum):
    """What is due on a clock."""

    NUDGE = "nudge"
    ESCALATE = "escalate"
    BREAK = "break"


def set_clock(visit: Visit, now: datetime) -> None:
    """Start the clock and enqueue a job for its next instant. The caller saves the visit in the same transaction."""
    clock = clock_from(now)
    visit.promise_from_at = now
    visit.promised_by_at = clock.promised_by_at
    visit.refund_by_at = clock.refund_by_at
    visit.nudged_at = None
    visit.escalated_at = None
    _look_next(visit, now)


def _look_next(visit: Visit, now: datetime) -> None:
    """Enqueue one job at the next instant of a running clock."""
    from xinglin.hospital.consultation.tasks import look_at_promise  # the task calls this module

    if visit.state not in OPEN or visit.promise_from_at is None or visit.promised_by_at is None:
        return
    instants = (nudge_at(visit.promise_from_at, visit.promised_by_at), visit.promised_by_at, visit.refund_by_at)
    later = [instant for instant in instants if instant is not None and instant > now]
    if later:
        look_at_promise.configure(schedule_at=min(later)).defer(visit_id=str(visit.id))


def stop_clock(visit: Visit) -> None:
    """Let the clock stand (waiting for the patient); the next one begins anew."""
    visit.promise_from_at = visit.promised_by_at = visit.refund_by_at = None
    visit.nudged_at = visit.escalated_at = None
    visit.save(update_fields=CLOCK_FIELDS)


def due_step(visit: Visit, now: datetime) -> Step | None:
    """What is due now on the visit's clock. Pure; a step is due once."""
    if visit.state not in OPEN or visit.first_reply_at is not None:
        return None
    if visit.promise_from_at is None or visit.promised_by_at is None or visit.refund_by_at is None:
        return None
    if now >= visit.refund_by_at:
        return Step.BREAK
    if now >= visit.promised_by_at:
        return Step.ESCALATE if visit.escalated_at is None else None
    if now >= nudge_at(visit.promise_from_at, visit.promised_by_at):
        return Step.NUDGE if visit.nudged_at is None else None
    return None


def expire_promises(*, actor: Actor, now: datetime) -> dict[str, int]:
    """Do what is due on every running clock; returns how many of each. A sweep for jobs that were lost or late."""
    require(actor, KEEP_PROMISES)
    running = Visit.objects.filter(
        state__in=OPEN, first_reply_at=None, promised_by_at__isnull=False, promise_from_at__lt=now
    ).order_by("promised_by_at")
    done = dict.fromkeys(Step, 0)
    for visit in running[:SWEEP_MOST]:
        if due_step(visit, now) is not None:
            step = check_promise(actor=actor, visit_id=visit.id, now=now)
            if step is not None:
                done[step] += 1
    return {step.value: count for step, count in done.items()}


def check_promise(*, actor: Actor, visit_id: UUID, now: datetime) -> Step | None:
    """Do what is due on one visit's clock: a nudge at half time, the desk at the promise, the refund at the end.

    Done twice it is done once. Raises NotFound.
    """
    require(actor, KEEP_PROMISES)
    with transaction.atomic():
        visit = gate.lock(visit_id)
        step = due_step(visit, now)
        if step is Step.NUDGE:
            _nudge(visit, now)
        elif step is Step.ESCALATE:
            _escalate(visit, now)
        elif step is Step.BREAK:
            _break(visit, now)
        if step is not None:
            note(actor, visit, f"promise_{step}", now, detail={"physician": str(visit.physician_id)})
            _look_next(visit, now)
            tell(visit, "state")
    return step


def _nudge(visit: Visit, now: datetime) -> None:
    visit.nudged_at = now
    visit.save(update_fields=["nudged_at"])
    live.announce(f"physician:{visit.physician_id}", "nudge", visit.id)
    publish(
        VisitPromiseNudged(
            visit_id=visit.id,
            physician_id=visit.physician_id,
            institution_id=visit.institution_id,
            promised_by_at=visit.promised_by_at or now,
            at=now,
        )
    )


def _escalate(visit: Visit, now: datetime) -> None:
    visit.escalated_at = now
    visit.save(update_fields=["escalated_at"])
    say(
        visit,
        T(
            zh="已超过承诺的首答时间，医务部门已收到提醒。若仍无答复，费用会自动退回。",
            en="The promised time has passed and medical affairs have been told. Without a reply the fee comes back "
            "by itself.",
        ),
        now=now,
    )
    live.announce("desk:affairs", "promise", visit.id)
    publish(
        VisitPromiseEscalated(
            visit_id=visit.id,
            physician_id=visit.physician_id,
            institution_id=visit.institution_id,
            promised_by_at=visit.promised_by_at or now,
            at=now,
        )
    )


def _break(visit: Visit, now: datetime) -> None:
    visit.state = VisitState.REFUNDED
    visit.ended_at = now
    visit.closing_code = "promise_broken"
    visit.save(update_fields=["state", "ended_at", "closing_code"])
    end_live_of_visit(actor=system_actor("promise-clock"), visit=visit, now=now)
    say(
        visit,
        T(
            zh="承诺时间内没有得到答复，这次问诊已关闭，费用自动退回。对不起，让您久等了。",
            en="There was no reply within the promised time. The visit is closed and the fee comes back by itself. "
            "We are sorry that you waited.",
        ),
        now=now,
    )
    live.announce("desk:affairs", "promise", visit.id)
    publish(
        VisitPromiseBroken(
            visit_id=visit.id,
            patient_id=visit.patient_id,
            physician_id=visit.physician_id,
            institution_id=visit.institution_id,
            fee_fen=visit.fee_fen,
            at=now,
        )
    )
