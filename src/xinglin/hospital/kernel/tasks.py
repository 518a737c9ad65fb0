"""Jobs of the kernel (procrastinate: rows in PostgreSQL, enqueued with the change, retried with growing delay)."""

import json

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinglin.hospital.kernel.clock import now
from xinglin.hospital.kernel.events import run_handler


@app.task(name="kernel.deliver", queue="events", retry=RetryStrategy(max_attempts=12, exponential_wait=3))
def deliver(*, event: str, payload: str, handler: str) -> None:
    """Deliver an announced event to one of its listeners."""
    run_handler(event, json.loads(payload), handler, now())
