"""Jobs of settlement: open payments every minute, the insurer's copy every morning."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now

CASHIER = system_actor("cashier")


@app.periodic(cron="* * * * *")
@app.task(name="settlement.sweep_pending", queue="clocks", queueing_lock="settlement.sweep_pending")
def sweep_pending(timestamp: int) -> None:
    """Decide what has been open for too long."""
    from xinglin.hospital.settlement import services  # jobs are found before the verbs can load

    services.sweep_pending(actor=CASHIER, now=now())


@app.periodic(cron="20 3 * * *")
@app.task(name="settlement.reconcile", queue="outside", queueing_lock="settlement.reconcile")
def reconcile(timestamp: int) -> None:
    """Compare yesterday with the insurer's copy."""
    from xinglin.hospital.settlement import services  # as above

    at = now()
    for institution_id, on in services.days_to_reconcile(actor=CASHIER, now=at):
        services.reconcile_day(actor=CASHIER, institution_id=institution_id, on=on, now=at)


@app.task(name="settlement.give_back", queue="outside", retry=RetryStrategy(max_attempts=12, exponential_wait=3))
def give_back(*, claim_id: str) -> None:
    """A refunded claim owes the fund nothing any more: what was recovered of it goes back."""
    from xinglin.hospital.settlement import services  # as above

    services.give_back_recoveries(actor=CASHIER, claim_id=UUID(claim_id), now=now())
