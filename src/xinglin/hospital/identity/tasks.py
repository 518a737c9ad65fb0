"""Jobs of identity."""

from uuid import UUID

from procrastinate.contrib.django import app

from xinglin.hospital.identity.services.registry import verify_with_registry
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now


@app.task(name="identity.verify_again", queue="outside")
def verify_again(*, person_id: str) -> None:
    """Ask the population register again about a person for whom it was out of reach."""
    verify_with_registry(actor=system_actor("registry-clock"), person_id=UUID(person_id), now=now())
