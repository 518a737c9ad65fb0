"""Stop and let go on: suspensions of practitioners and institutions, ends of practice, payment rights, duty."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import BE_ON_DUTY, SET_PAYMENT_RIGHT, STOP_INSTITUTION, STOP_PRACTICE
from xinglin.hospital.identity.events import (
    InstitutionReinstated,
    InstitutionSuspended,
    PractitionerReinstated,
    PractitionerSuspended,
)
from xinglin.hospital.identity.models import (
    Institution,
    InstitutionSuspension,
    PaymentStatus,
    Practitioner,
    PractitionerSuspension,
)
from xinglin.hospital.identity.words import PaymentState, PractitionerStatus
from xinglin.hospital.identity.working import covers_instant
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.texts import T

REASON_NEEDED = T(zh="请写明原因。", en="Say why.")


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidInput(field="reason", reason=REASON_NEEDED)
    return text.strip()[:300]


def _from(from_at: datetime | None, until_at: datetime | None, now: datetime) -> datetime:
    start = from_at or now
    if until_at is not None and until_at <= max(start, now):
        raise InvalidInput(field="until", reason=T(zh="结束时间应在今后。", en="The end lies in the future."))
    return start


def _in_reach(actor: Actor) -> QuerySet[Practitioner]:
    """The practitioners that the actor may stop: the own institutions' for medical affairs, all for a regulator."""
    rows = Practitioner.objects.select_for_update()
    if actor.has(Role.REGULATOR, Role.SYSTEM):
        return rows
    return rows.filter(institution_id__in=actor.institution_ids)


# PRACTITIONERS


@transaction.atomic
def suspend_practitioner(
    *,
    actor: Actor,
    practitioner_id: UUID,
    reason: str,
    now: datetime,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> UUID:
    """Suspend a practitioner from `from_at` (default now) until `until_at` (default: until lifted).

    It acts at once: the next request of the person holds no role, nothing more can be signed. Raises NotFound,
    InvalidInput, AlreadySuspended.
    """
    require(actor, STOP_PRACTICE)
    row = _in_reach(actor).filter(pk=practitioner_id).first()
    if row is None:
        raise NotFound
    why, start = _reason(reason), _from(from_at, until_at, now)
    if row.suspensions.filter(covers_instant(start)).exists() or row.suspensions.filter(until_at__isnull=True).exists():
        raise errors.AlreadySuspended
    made = PractitionerSuspension(
        id=new_id(), practitioner=row, from_at=start, until_at=until_at, reason=why, by=actor.id
    )
    made.save(force_insert=True)
    row.on_duty_since_at = None
    row.save(update_fields=["on_duty_since_at"])
    _journal(actor, row.institution_id, "suspend_practitioner", "practitioner", row.pk, now, {"reason": why})
    publish(PractitionerSuspended(practitioner_id=row.pk, from_at=start, at=now))
    _tell(row)
    return made.pk


@transaction.atomic
def reinstate_practitioner(*, actor: Actor, practitioner_id: UUID, reason: str, now: datetime) -> None:
    """Lift every suspension of a practitioner that holds now or later. Raises NotFound, InvalidInput, NotSuspended."""
    require(actor, STOP_PRACTICE)
    row = _in_reach(actor).filter(pk=practitioner_id).first()
    if row is None:
        raise NotFound
    why = _reason(reason)
    if not _lift(row.suspensions.all(), actor, now):
        raise errors.NotSuspended
    _journal(actor, row.institution_id, "reinstate_practitioner", "practitioner", row.pk, now, {"reason": why})
    publish(PractitionerReinstated(practitioner_id=row.pk, at=now))
    _tell(row)


def _lift(
    rows: "QuerySet[PractitionerSuspension] | QuerySet[InstitutionSuspension]", actor: Actor, now: datetime
) -> int:
    """End suspensions now; one that was to begin later is left with no time at all."""
    count = 0
    for row in rows.filter(lifted_at__isnull=True):
        if row.until_at is None or row.until_at > now:
            row.until_at = max(now, row.from_at)
            row.lifted_by, row.lifted_at = actor.id, now
            row.save()
            count += 1
    return count


@transaction.atomic
def end_practice(*, actor: Actor, practitioner_id: UUID, reason: str, now: datetime) -> None:
    """End a practitioner's practice here, from today on; keys are revoked. Raises NotFound, InvalidInput."""
    require(actor, STOP_PRACTICE)
    row = _in_reach(actor).filter(pk=practitioner_id, status=PractitionerStatus.ACTIVE).first()
    if row is None:
        raise NotFound
    why = _reason(reason)
    row.status = PractitionerStatus.ENDED
    row.valid_until_on = max(row.valid_from_on, civil_day(now) - timedelta(days=1))
    row.on_duty_since_at = None
    row.save()
    row.signing_keys.filter(revoked_at__isnull=True).update(revoked_at=now)
    _journal(actor, row.institution_id, "end_practice", "practitioner", row.pk, now, {"reason": why})
    publish(PractitionerSuspended(practitioner_id=row.pk, from_at=now, at=now))
    _tell(row)


@transaction.atomic
def set_on_duty(*, actor: Actor, on_duty: bool, now: datetime) -> None:
    """Go on or off duty: only those on duty are offered to patients. Raises NotFound."""
    require(actor, BE_ON_DUTY)
    row = Practitioner.objects.select_for_update().filter(pk=actor.practitioner_id or new_id()).first()
    if row is None:
        raise NotFound
    if on_duty == (row.on_duty_since_at is not None):
        return
    row.on_duty_since_at = now if on_duty else None
    row.save(update_fields=["on_duty_since_at"])
    _journal(actor, row.institution_id, "set_on_duty", "practitioner", row.pk, now, {"on_duty": on_duty})
    announce(f"physician:{row.pk}", "duty", row.pk)


def _tell(row: Practitioner) -> None:
    announce(f"physician:{row.pk}", "standing", row.pk)
    announce("desk:affairs", "practitioner", row.pk)


# PAYMENT RIGHTS


@transaction.atomic
def record_payment_stop(
    *,
    actor: Actor,
    practitioner_id: UUID,
    status: str,
    from_on: date,
    reason: str,
    now: datetime,
    until_on: date | None = None,
    stop_id: UUID | None = None,
) -> UUID:
    """Record that the fund does not pay for a practitioner on these days; back-dating is allowed and shows.

    `stop_id` names the stop from outside: recorded a second time, it changes nothing. Raises NotFound, InvalidInput.
    """
    require(actor, SET_PAYMENT_RIGHT)
    row = Practitioner.objects.filter(pk=practitioner_id).first()
    if row is None:
        raise NotFound
    if status not in PaymentState.values:
        raise InvalidInput(field="status", reason=T(zh="请选择暂停或终止。", en="Choose suspended or terminated."))
    if until_on is not None and until_on < from_on:
        raise InvalidInput(field="until_on", reason=T(zh="结束日不早于起始日。", en="The end is not before the start."))
    if stop_id is not None and PaymentStatus.objects.filter(pk=stop_id).exists():
        return stop_id
    made = PaymentStatus(
        id=stop_id or new_id(),
        practitioner=row,
        status=status,
        from_on=from_on,
        until_on=until_on,
        reason=_reason(reason),
        recorded_by=actor.id,
        recorded_at=now,
    )
    made.save(force_insert=True)
    detail: dict[str, object] = {"status": status, "from_on": str(from_on), "until_on": str(until_on or "")}
    _journal(actor, row.institution_id, "record_payment_stop", "practitioner", row.pk, now, detail)
    return made.pk


@transaction.atomic
def withdraw_payment_stop(*, actor: Actor, payment_status_id: UUID, reason: str, now: datetime) -> None:
    """Withdraw a payment stop, as after an appeal. The row stays, marked. Raises NotFound, AlreadyDecided."""
    require(actor, SET_PAYMENT_RIGHT)
    row = PaymentStatus.objects.select_for_update().filter(pk=payment_status_id).first()
    if row is None:
        raise NotFound
    if row.withdrawn_at is not None:
        raise errors.AlreadyDecided
    why = _reason(reason)
    row.withdrawn_by, row.withdrawn_at = actor.id, now
    row.save()
    owner = Practitioner.objects.get(pk=row.practitioner_id)
    _journal(actor, owner.institution_id, "withdraw_payment_stop", "practitioner", owner.pk, now, {"reason": why})


# INSTITUTIONS


@transaction.atomic
def suspend_institution(
    *,
    actor: Actor,
    institution_id: UUID,
    reason: str,
    now: datetime,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> UUID:
    """Suspend an institution: everyone who practises only there holds no role from that instant on.

    Medical affairs may stop the own institution and its members, a regulator any. Raises NotFound, InvalidInput,
    AlreadySuspended.
    """
    require(actor, STOP_INSTITUTION)
    row = _institution(actor, institution_id)
    why, start = _reason(reason), _from(from_at, until_at, now)
    if row.suspensions.filter(covers_instant(start)).exists() or row.suspensions.filter(until_at__isnull=True).exists():
        raise errors.AlreadySuspended
    made = InstitutionSuspension(
        id=new_id(), institution=row, from_at=start, until_at=until_at, reason=why, by=actor.id
    )
    made.save(force_insert=True)
    _journal(actor, row.pk, "suspend_institution", "institution", row.pk, now, {"reason": why})
    publish(InstitutionSuspended(institution_id=row.pk, from_at=start, at=now))
    announce("desk:affairs", "institution", row.pk)
    return made.pk


@transaction.atomic
def reinstate_institution(*, actor: Actor, institution_id: UUID, reason: str, now: datetime) -> None:
    """Lift an institution's suspensions. Raises NotFound, InvalidInput, NotSuspended."""
    require(actor, STOP_INSTITUTION)
    row = _institution(actor, institution_id)
    why = _reason(reason)
    if not _lift(row.suspensions.all(), actor, now):
        raise errors.NotSuspended
    _journal(actor, row.pk, "reinstate_institution", "institution", row.pk, now, {"reason": why})
    publish(InstitutionReinstated(institution_id=row.pk, at=now))
    announce("desk:affairs", "institution", row.pk)


def _institution(actor: Actor, institution_id: UUID) -> Institution:
    row = Institution.objects.select_for_update().filter(pk=institution_id).first()
    if row is None:
        raise NotFound
    own = actor.institution_ids
    if actor.has(Role.REGULATOR, Role.SYSTEM) or row.pk in own or row.parent_id in own:
        return row
    raise NotFound


def _journal(
    actor: Actor, institution_id: UUID, verb: str, kind: str, id: UUID, now: datetime, detail: dict[str, object]
) -> None:
    journal.write(
        actor=actor,
        institution_id=institution_id,
        verb=verb,
        object_type=kind,
        object_id=id,
        now=now,
        detail=detail,
    )
