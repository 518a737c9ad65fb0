"""Jobs of oversight: every hour the clocks of due process are looked at."""

from procrastinate.contrib.django import app

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now

CLOCK = system_actor("finding-clock")


@app.periodic(cron="7 * * * *")
@app.task(name="oversight.chase_overdue", queue="clocks", queueing_lock="oversight.chase_overdue")
def chase_overdue(timestamp: int) -> None:
    """Chase what is late; let decisions become final that nobody appealed."""
    from xinglin.hospital.oversight.services import chase_overdue as chase  # jobs are found before the verbs can load

    chase(actor=CLOCK, now=now())
