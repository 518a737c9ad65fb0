"""What identity does about events of the modules below. Delivered at least once; every reaction is idempotent."""

from datetime import datetime

from xinglin.hospital.identity import services
from xinglin.hospital.identity.errors import AlreadyDecided
from xinglin.hospital.identity.words import PaymentState
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.oversight.events import PointsFellBelowStop, PointsReachedStop

POINTS = system_actor("points")


def stop_payment(event: PointsReachedStop, *, now: datetime) -> None:
    """Record the stop that follows from points: rule A12 reads it at every moment from then on."""
    services.record_payment_stop(
        actor=POINTS,
        practitioner_id=event.practitioner_id,
        status=PaymentState.TERMINATED if event.ends else PaymentState.SUSPENDED,
        from_on=event.from_on,
        until_on=event.until_on,
        reason=f"医保支付资格记分满 {event.level} 分 / {event.level} points in a calendar year",
        now=now,
        stop_id=event.stop_id,
    )


def resume_payment(event: PointsFellBelowStop, *, now: datetime) -> None:
    """Withdraw a stop that followed from points which were taken back.

    Raises NotFound while the stop itself has not been delivered yet, so that the job is tried again.
    """
    reason = f"记分扣回，不满 {event.level} 分 / points taken back, below {event.level}"
    try:
        services.withdraw_payment_stop(actor=POINTS, payment_status_id=event.stop_id, reason=reason, now=now)
    except AlreadyDecided:
        return  # delivered before, or an auditor was quicker
