"""Jobs of the consultation: one at each instant of a promise, and a sweep every minute for any that was lost."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now

CLOCK = system_actor("promise-clock")
MODEL = system_actor("language-model")


@app.task(name="consultation.look_at_promise", queue="clocks", retry=RetryStrategy(max_attempts=6, exponential_wait=3))
def look_at_promise(*, visit_id: str) -> None:
    """Do what is due on one visit's clock."""
    from xinglin.hospital.consultation.services import check_promise  # jobs are found before the verbs can load

    check_promise(actor=CLOCK, visit_id=UUID(visit_id), now=now())


@app.periodic(cron="* * * * *")
@app.task(name="consultation.sweep_promises", queue="clocks", queueing_lock="consultation.sweep_promises")
def sweep_promises(timestamp: int) -> None:
    """Do what is due on every clock."""
    from xinglin.hospital.consultation.services import expire_promises  # as above

    expire_promises(actor=CLOCK, now=now())


@app.periodic(cron="* * * * *")
@app.task(name="consultation.sweep_alarms", queue="clocks", queueing_lock="consultation.sweep_alarms")
def sweep_alarms(timestamp: int) -> None:
    """Tell the desk of alarms that nobody answered; refer the patient when nobody does."""
    from xinglin.hospital.consultation.services import keep_alarms  # as above

    keep_alarms(actor=CLOCK, now=now())


@app.periodic(cron="* * * * *")
@app.task(name="consultation.sweep_live", queue="clocks", queueing_lock="consultation.sweep_live")
def sweep_live(timestamp: int) -> None:
    """End live sessions whose media process was lost; do what is due on face checks where it does not."""
    from xinglin.hospital.consultation.services import sweep_live as sweep  # as above
    from xinglin.hospital.consultation.services import sweep_live_checks

    sweep(actor=system_actor("live-clock"), now=now())
    sweep_live_checks(actor=system_actor("live-clock"), now=now())


@app.periodic(cron="17 3 * * *")
@app.task(name="consultation.delete_recordings", queue="clocks", queueing_lock="consultation.delete_recordings")
def delete_recordings(timestamp: int) -> None:
    """Delete recordings whose time is over."""
    from xinglin.hospital.consultation.services import delete_recordings as delete  # as above

    delete(actor=system_actor("live-clock"), now=now())


@app.task(name="consultation.fetch_proposals", queue="outside", lock="consultation.language_model")
def fetch_proposals(*, visit_id: str, request_id: str) -> None:
    """Ask the language model about a visit. One at a time, so that a slow model never holds up the clocks."""
    from xinglin.hospital.consultation.services import fetch_proposals as fetch  # as above

    fetch(actor=MODEL, visit_id=UUID(visit_id), request_id=UUID(request_id), now=now())
