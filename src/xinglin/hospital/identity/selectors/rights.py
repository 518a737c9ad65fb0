"""The right to be paid by the fund: who has lost it on which days; for those who record it and for the house."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xinglin.hospital.identity.access import AFFAIRS, SET_PAYMENT_RIGHT
from xinglin.hospital.identity.models import PaymentStatus, Practitioner
from xinglin.hospital.identity.selectors.practitioners import PractitionerProfile, profiles
from xinglin.hospital.identity.words import PaymentState, name
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T

PAYMENT_STATES = tuple((code.value, name(code)) for code in PaymentState)


@dataclass(frozen=True, slots=True)
class PaymentStopCard:
    """A time in which the fund does not pay for someone. `phase`: withdrawn, past, now or coming."""

    id: UUID
    status_name: T
    from_on: date
    until_on: date | None
    reason: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    phase: str


def _reachable(actor: Actor) -> QuerySet[Practitioner]:
    if not AFFAIRS.held_by(actor):
        require(actor, SET_PAYMENT_RIGHT)
    return Practitioner.objects.filter(institution_id__in=actor.institution_ids)


def payment_stops(*, actor: Actor, practitioner_id: UUID, at: datetime) -> list[PaymentStopCard]:
    """The payment stops of a practitioner of the actor's institutions, withdrawn ones too, latest first. Raises
    NotFound.
    """
    row = _reachable(actor).filter(pk=practitioner_id).first()
    if row is None:
        raise NotFound
    return [
        PaymentStopCard(
            id=one.pk,
            status_name=name(PaymentState(one.status)),
            from_on=one.from_on,
            until_on=one.until_on,
            reason=one.reason,
            recorded_at=one.recorded_at,
            withdrawn_at=one.withdrawn_at,
            phase=_phase(one, civil_day(at)),
        )
        for one in row.payment_statuses.order_by("-from_on", "-pk")
    ]


def _phase(row: PaymentStatus, today: date) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.from_on > today:
        return "coming"
    return "past" if row.until_on is not None and row.until_on < today else "now"


def stopped_practitioners(*, actor: Actor, at: datetime, limit: int = 200) -> list[PractitionerProfile]:
    """Practitioners of the actor's institutions for whom the fund does not pay today or from a later day."""
    today = civil_day(at)
    stops = PaymentStatus.objects.filter(Q(until_on=None) | Q(until_on__gte=today), withdrawn_at=None)
    rows = _reachable(actor).filter(pk__in=stops.values("practitioner_id"))
    return profiles(rows.order_by("person__name_key", "pk")[:limit], at)


def practitioners_named(*, actor: Actor, q: str, at: datetime, limit: int = 50) -> list[PractitionerProfile]:
    """Practitioners of the actor's institutions by name, pinyin or register number; nobody for an empty question."""
    word = q.strip()
    rows = _reachable(actor)
    if not word:
        return []
    rows = rows.filter(
        Q(person__name__icontains=word) | Q(person__name_key__icontains=word.lower()) | Q(register_no=word)
    )
    return profiles(rows.order_by("person__name_key", "pk")[:limit], at)
