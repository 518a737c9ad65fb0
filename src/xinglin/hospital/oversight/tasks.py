"""Jobs of oversight: the heartbeat every minute, the clocks of due process every hour, an audit of the day at night."""

import logging
from datetime import datetime, time, timedelta

from procrastinate.contrib.django import app

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import SHANGHAI, civil_day, now

CLOCK = system_actor("finding-clock")
AUDIT = system_actor("nightly-audit")
log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="oversight.heartbeat", queue="clocks", queueing_lock="oversight.heartbeat")
def heartbeat(timestamp: int) -> None:
    """Submit the known bad orders also when nobody works. One that passes is called out in the log and at the desks.

    Each process that judges asks for itself as well, so that what stops is not this job's message but the judging.
    """
    from xinglin.hospital.kernel import live
    from xinglin.hospital.oversight.selectors import engine_trouble  # as below

    trouble = engine_trouble(at=now())
    if trouble is not None:
        log.critical("heartbeat: %s", trouble.en)
        live.announce_all([(desk, "engine", CLOCK.id) for desk in ("desk:audit", "desk:affairs", "desk:review")])


@app.periodic(cron="7 * * * *")
@app.task(name="oversight.chase_overdue", queue="clocks", queueing_lock="oversight.chase_overdue")
def chase_overdue(timestamp: int) -> None:
    """Chase what is late; let decisions become final that nobody appealed."""
    from xinglin.hospital.oversight.services import chase_overdue as chase  # jobs are found before the verbs can load

    chase(actor=CLOCK, now=now())


@app.periodic(cron="13 * * * *")
@app.task(name="oversight.limits_in_force", queue="clocks", queueing_lock="oversight.limits_in_force")
def limits_in_force(timestamp: int) -> None:
    """See to it that what was approved is what the engine reads, also after a crash between the two."""
    from xinglin.hospital.oversight.limits import put_in_force  # as above

    put_in_force()


@app.periodic(cron="40 3 * * *")
@app.task(name="oversight.audit_yesterday", queue="clocks", queueing_lock="oversight.audit_yesterday")
def audit_yesterday(timestamp: int) -> None:
    """Judge yesterday's deeds again, as an audit; a run that is stored already changes nothing."""
    from xinglin.hospital.oversight.selectors import institutions_judged
    from xinglin.hospital.oversight.services import audit_day

    at = now()
    until = datetime.combine(civil_day(at), time.min, tzinfo=SHANGHAI)
    since = until - timedelta(days=1)
    for institution_id in institutions_judged(actor=AUDIT, since=since, until=until):
        key = f"nightly {since:%Y-%m-%d} {institution_id}"
        audit_day(actor=AUDIT, institution_id=institution_id, key=key, since=since, until=until, now=at)
