"""The population register's word on a person. Out of reach is neither yes nor no: the question is asked again."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import DECIDE_APPLICATIONS, SEE_PAPERS
from xinglin.hospital.identity.events import PersonVerified
from xinglin.hospital.identity.models import Person, PersonVerification
from xinglin.hospital.identity.numbers import NUMBER_SEAL
from xinglin.hospital.identity.ports import OutOfReach, PopulationRegistry
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.identity.services.registration import write_check
from xinglin.hospital.identity.words import CheckMethod, CheckResult, IdType
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.signing import unseal
from xinglin.hospital.kernel.texts import T

CHECKS_PER_HOUR = 6
RETRIES = 24
RETRY_MINUTES_MAX = 60


def verify_with_registry(*, actor: Actor, person_id: UUID, now: datetime) -> str:
    """Ask the population register whether name and number belong together; returns the result's code.

    Allowed for the person, a guardian, medical affairs and the system. The question goes out with no lock held. A
    register out of reach gives 'down', which never counts as verified, and a job asks again. Raises NotFound,
    NotCheckable, RegistryAskedTooOften.
    """
    row = _asked_about(actor, person_id)
    if row.id_type != IdType.RESIDENT or row.id_number_sealed is None:
        raise errors.NotCheckable(field="number")
    recent = PersonVerification.objects.filter(
        person=row, method=CheckMethod.REGISTRY, at__gt=now - timedelta(hours=1), at__lte=now
    ).count()
    if recent >= CHECKS_PER_HOUR and not actor.has(Role.SYSTEM):
        raise errors.RegistryAskedTooOften
    return record_answer(actor, row, _ask(row, now), now)


def _register() -> PopulationRegistry:
    return outside(PopulationRegistry)


def _asked_about(actor: Actor, person_id: UUID) -> Person:
    if not (actor.acts_for(person_id) or DECIDE_APPLICATIONS.held_by(actor)):
        raise NotFound
    row = Person.objects.filter(pk=person_id, status="active").first()
    if row is None:
        raise NotFound
    return row


def _ask(row: Person, now: datetime) -> CheckResult:
    number = unseal(bytes(row.id_number_sealed or b""), NUMBER_SEAL).decode()
    try:
        return CheckResult(_register().check(name=row.name, number=number, at=now))
    except OutOfReach:
        return CheckResult.DOWN


@transaction.atomic
def record_answer(actor: Actor, row: Person, result: CheckResult, now: datetime) -> str:
    """Write the register's answer down, announce it, and ask again later when there was none."""
    write_check(row.pk, CheckMethod.REGISTRY, result, actor, now, _register().source)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="verify_with_registry",
        object_type="person",
        object_id=row.pk,
        now=now,
        outcome=result.value,
    )
    if result == CheckResult.MATCH:
        publish(PersonVerified(person_id=row.pk, method=CheckMethod.REGISTRY.value, at=now))
    if result == CheckResult.DOWN:
        _ask_again_later(row)
    announce(f"person:{row.pk}", "identity", row.pk)
    return result.value


def _ask_again_later(row: Person) -> None:
    """One waiting job a person; the pause doubles with each answer that did not come, up to an hour."""
    from xinglin.hospital.identity.tasks import verify_again  # tasks import services

    misses = PersonVerification.objects.filter(person=row, method=CheckMethod.REGISTRY, result=CheckResult.DOWN).count()
    if misses > RETRIES:
        return
    minutes = min(2 ** (misses - 1), RETRY_MINUTES_MAX)
    try:
        with transaction.atomic():
            verify_again.configure(schedule_in={"minutes": minutes}, queueing_lock=f"identity.verify:{row.pk}").defer(
                person_id=str(row.pk)
            )
    except AlreadyEnqueued:
        return


@transaction.atomic
def review_document(*, actor: Actor, person_id: UUID, matches: bool, now: datetime, reason: str = "") -> None:
    """Say, with the photo in view, whether a document that no register covers shows this person. Raises NotFound,
    InvalidInput when there is no photo.
    """
    require(actor, SEE_PAPERS)
    row = Person.objects.select_for_update().filter(pk=person_id, status="active").first()
    if row is None:
        raise NotFound
    if not row.photos.exists():
        raise InvalidInput(field="photo", reason=T(zh="还没有证件照片。", en="There is no document photo yet."))
    result = CheckResult.MATCH if matches else CheckResult.MISMATCH
    write_check(row.pk, CheckMethod.DOCUMENT, result, actor, now, "medical affairs")
    journal.write(
        actor=actor,
        institution_id=next(iter(actor.institution_ids), PLATFORM_CHAIN),
        verb="review_document",
        object_type="person",
        object_id=row.pk,
        now=now,
        outcome=result.value,
        detail={"reason": reason[:200]},
    )
    if matches:
        publish(PersonVerified(person_id=row.pk, method=CheckMethod.DOCUMENT.value, at=now))
    announce(f"person:{row.pk}", "identity", row.pk)
