"""The pharmacy's clocks: prescriptions expire, parcels are followed."""

from procrastinate.contrib.django import app

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now


@app.periodic(cron="* * * * *")
@app.task(name="pharmacy.expire", queue="clocks", queueing_lock="pharmacy.expire")
def expire(timestamp: int) -> None:
    """Every minute: end what was not handed over in time."""
    from xinglin.hospital.pharmacy.services import expire_prescriptions  # jobs are found before the verbs can load

    expire_prescriptions(actor=system_actor("prescription-clock"), now=now())


@app.periodic(cron="* * * * *")
@app.task(name="pharmacy.follow", queue="clocks", queueing_lock="pharmacy.follow")
def follow(timestamp: int) -> None:
    """Every minute: ask the courier about parcels that are due a look."""
    from xinglin.hospital.pharmacy.services import follow_deliveries  # as above

    follow_deliveries(actor=system_actor("delivery-clock"), now=now())
