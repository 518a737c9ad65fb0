"""Questions about payments, limited to what the actor may see. Absent and foreign ids answer alike."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xinglin.hospital.insurance import selectors as insurance
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.ledger.selectors import Movement, movements
from xinglin.hospital.settlement.access import SEE_PAYMENTS, SEE_RECONCILIATION
from xinglin.hospital.settlement.history import (
    charged_fees,
    reported_of_physician,
    reported_sales,
    reported_stays,
    reported_supplies,
    reported_visits,
)
from xinglin.hospital.settlement.lake_rows import reported_rows
from xinglin.hospital.settlement.models import (
    Claim,
    Reconciliation,
    ReversalWish,
    Settlement,
    VisitFee,
)
from xinglin.hospital.settlement.recoveries import Recovered as Recovered
from xinglin.hospital.settlement.recoveries import RecoveryCard as RecoveryCard
from xinglin.hospital.settlement.recoveries import recovered as recovered
from xinglin.hospital.settlement.recoveries import recoveries_of as recoveries_of
from xinglin.hospital.settlement.services.reserving import CASHIER
from xinglin.hospital.settlement.shown import ShownLine, ShownPart, Told, part_of_row, scheme_name
from xinglin.hospital.settlement.spending import Spending as Spending
from xinglin.hospital.settlement.spending import spending as spending
from xinglin.hospital.settlement.words import (
    SELF_PAY,
    STATE_NAMES,
    UNDECIDED,
    ClaimKind,
    ClaimState,
)

__all__ = [
    "ClaimKind",
    "ClaimState",
    "Payment",
    "Receipt",
    "ShownLine",
    "ShownPart",
    "Told",
    "charged_fees",
    "days_not_compared",
    "open_payments",
    "payments",
    "receipt",
    "reconciliations",
    "reported_of_physician",
    "reported_rows",
    "reported_sales",
    "reported_stays",
    "reported_supplies",
    "reported_visits",
    "reversals_waiting",
    "scheme_name",
    "settlement_of",
    "visit_fee",
]

STAFF = (Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR, Role.REGULATOR)
PAGE = 100


def _visible(actor: Actor) -> QuerySet[Settlement]:
    """Settlements (not reversals) of oneself and one's wards, or of one's institutions."""
    rows = Settlement.objects.filter(reverses=None)
    if actor.has(Role.SYSTEM):
        return rows
    seen = Q(pk__in=[])
    if actor.has(Role.PATIENT) and actor.person_id is not None:
        seen |= Q(patient_id__in={actor.person_id, *actor.wards})
    if actor.has(*STAFF):
        seen |= Q(institution_id__in=actor.institution_ids)
    return rows.filter(seen)


# THE RECEIPT


@dataclass(frozen=True, slots=True)
class Receipt:
    """A settlement that explains itself. `reversal` stands when it was taken back; `self_pay` says why uninsured."""

    settlement: Settlement
    claim: Claim
    state: T
    parts: tuple[ShownPart, ...]
    reversal: Settlement | None
    self_pay: T | None
    insurance: T | None
    movements: tuple[Movement, ...]


def receipt(*, actor: Actor, settlement_id: UUID, now: datetime) -> Receipt:
    """The receipt of a settlement, with the reading written down. Raises NotFound."""
    require(actor, SEE_PAYMENTS)
    row = (
        _visible(actor).filter(id=settlement_id).select_related("claim").prefetch_related("claim__parts__lines").first()
    )
    if row is None:
        raise NotFound
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="read_receipt",
        object_type="settlement",
        object_id=row.id,
        now=now,
    )
    claim = row.claim
    return Receipt(
        settlement=row,
        claim=claim,
        state=STATE_NAMES[ClaimState(claim.state)],
        parts=tuple(part_of_row(part) for part in claim.parts.all()),
        reversal=Settlement.objects.filter(reverses=row).first(),
        self_pay=SELF_PAY.get(claim.self_pay),
        insurance=insurance.INSURANCE_NAMES.get(claim.insurance_type),
        movements=tuple(movements(actor=CASHIER, group_id=claim.id)),
    )


# LISTS


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of a person's payments."""

    settlement: Settlement
    kind: ClaimKind
    state: T
    reversed: bool


def payments(*, actor: Actor, person_id: UUID | None = None) -> list[Payment]:
    """The latest settlements that the actor may see, newest first; of one person when asked. Raises NotFound."""
    require(actor, SEE_PAYMENTS)
    rows = _visible(actor)
    if person_id is not None:
        if actor.has(Role.PATIENT) and not actor.acts_for(person_id) and not actor.has(*STAFF):
            raise NotFound
        rows = rows.filter(patient_id=person_id)
    latest = rows.select_related("claim").order_by("-at", "-id")[:PAGE]
    return [
        Payment(
            settlement=row,
            kind=ClaimKind(row.claim.kind),
            state=STATE_NAMES[ClaimState(row.claim.state)],
            reversed=row.claim.state == ClaimState.REVERSED,
        )
        for row in latest
    ]


def open_payments(*, actor: Actor) -> list[Claim]:
    """Payments of the actor and wards whose result is not known yet: no receipt before it is."""
    require(actor, SEE_PAYMENTS)
    people = {who for who in (actor.person_id, *actor.wards) if who is not None}
    return list(Claim.objects.filter(patient_id__in=people, state__in=UNDECIDED).order_by("reserved_at"))


def settlement_of(*, actor: Actor, kind: ClaimKind, subject_id: UUID) -> Settlement | None:
    """The standing settlement of a prescription or of a visit's fee, if the actor may see it."""
    require(actor, SEE_PAYMENTS)
    return (
        _visible(actor).filter(claim__kind=kind, claim__subject_id=subject_id, claim__state=ClaimState.SETTLED).first()
    )


def visit_fee(*, actor: Actor, visit_id: UUID) -> VisitFee | None:
    """Where the fee of a visit stands: held, charged or back. For the visit's patient and staff of the house."""
    require(actor, SEE_PAYMENTS)
    fee = VisitFee.objects.filter(visit_id=visit_id).first()
    if fee is None:
        return None
    mine = actor.has(Role.SYSTEM) or (actor.has(Role.PATIENT) and actor.acts_for(fee.patient_id))
    return fee if mine or (actor.has(*STAFF) and fee.institution_id in actor.institution_ids) else None


# THE DESKS


def reconciliations(*, actor: Actor, since: date) -> list[Reconciliation]:
    """Daily comparisons of the actor's institutions since a day, newest first."""
    require(actor, SEE_RECONCILIATION)
    rows = Reconciliation.objects.filter(institution_id__in=actor.institution_ids, on__gte=since)
    return list(rows.order_by("-on", "-at")[:PAGE])


def days_not_compared(*, actor: Actor, since: date, before: date) -> list[tuple[UUID, date]]:
    """Own institutions and days in [since, before) with insured settlements and no comparison, latest first."""
    require(actor, SEE_RECONCILIATION)
    houses = actor.institution_ids
    settled = Settlement.objects.filter(
        institution_id__in=houses, at__date__gte=since, at__date__lt=before, claim__self_pay=""
    )
    done = Reconciliation.objects.filter(institution_id__in=houses, on__gte=since).values_list("institution_id", "on")
    open_days = set(settled.values_list("institution_id", "at__date").distinct()) - set(done)
    return sorted(open_days, key=lambda one: (one[1], str(one[0])), reverse=True)


def reversals_waiting(*, actor: Actor) -> list[ReversalWish]:
    """Reversals of the actor's institutions that wait until later settlements have been taken back."""
    require(actor, SEE_RECONCILIATION)
    rows = ReversalWish.objects.filter(done_at=None, claim__institution_id__in=actor.institution_ids)
    return list(rows.select_related("claim").order_by("asked_at"))
