"""Jobs of identity."""

from uuid import UUID

from procrastinate.contrib.django import app

from xinglin.hospital.identity.services.likeness_comparing import find_similar
from xinglin.hospital.identity.services.likeness_erasing import drop_abandoned, erase_expired
from xinglin.hospital.identity.services.registry import verify_with_registry
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.clock import now
from xinglin.hospital.kernel.errors import NotFound


@app.task(name="identity.verify_again", queue="outside")
def verify_again(*, person_id: str) -> None:
    """Ask the population register again about a person for whom it was out of reach."""
    verify_with_registry(actor=system_actor("registry-clock"), person_id=UUID(person_id), now=now())


@app.task(name="identity.compare_with_others", queue="outside")
def compare_with_others(*, template_id: str) -> None:
    """Look whether a new face of the staff is another colleague's too. One erased meanwhile is compared no more."""
    try:
        find_similar(actor=system_actor("likeness"), template_id=UUID(template_id), now=now())
    except NotFound:
        return


@app.periodic(cron="*/10 * * * *")
@app.task(name="identity.erase_expired", queue="clocks", queueing_lock="identity.erase_expired")
def erase_expired_pictures(timestamp: int) -> None:
    """Erase pictures whose time is over and keys that an interrupted erasure left."""
    erase_expired(actor=system_actor("likeness"), now=now())


@app.periodic(cron="* * * * *")
@app.task(name="identity.drop_abandoned", queue="clocks", queueing_lock="identity.drop_abandoned")
def drop_abandoned_challenges(timestamp: int) -> None:
    """Destroy what challenges that nobody finished have seen."""
    drop_abandoned(actor=system_actor("likeness"), now=now())
