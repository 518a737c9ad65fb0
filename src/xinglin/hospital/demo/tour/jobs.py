"""The background worker of the tour: delivers what waits, then stops."""

import asyncio

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob


def deliver_events() -> int:
    """Deliver every event that waits, as the worker process does; returns how many. Periodic jobs do not run."""
    waiting = ProcrastinateJob.objects.filter(queue_name="events", status="todo").count()
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("procrastinate must use Django's connection, so that jobs commit with the change")
    with app.replace_connector(connector.get_worker_connector()) as worker:
        asyncio.run(_deliver(worker))
    return waiting


async def _deliver(worker: object) -> None:
    async with app.open_async():
        await app.run_worker_async(queues=["events"], wait=False, install_signal_handlers=False, concurrency=1)
