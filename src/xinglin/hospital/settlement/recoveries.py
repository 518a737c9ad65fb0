"""What came back to the fund, for reading: by finding, by month, and what is held while an appeal is possible."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.settlement.access import SEE_RECOVERIES
from xinglin.hospital.settlement.recovered import Recovery, RecoveryEntry
from xinglin.hospital.settlement.words import (
    RECOVERY_BASES,
    RECOVERY_CAUSES,
    RECOVERY_NAMES,
    RecoveryBasis,
    RecoveryStep,
)

NONE = T(zh="", en="")
LATEST = 8


@dataclass(frozen=True, slots=True)
class RecoveryCard:
    """One recovery as a page shows it. `amount_fen` is the fund's loss; the state's instant is `at`."""

    id: UUID
    verdict_id: UUID
    rule: str
    institution_id: UUID
    claim_id: UUID
    state: str
    state_name: T
    because: T
    basis: T
    breach_fen: int
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Recovered:
    """What came back in a time, net of what was given back, by month; what is held now; the latest."""

    months: dict[date, int]
    held_fen: int
    held: int
    latest: tuple[RecoveryCard, ...]

    @property
    def booked_fen(self) -> int:
        """The sum over the months."""
        return sum(self.months.values())


def _seen(actor: Actor) -> QuerySet[Recovery]:
    """Recoveries of the actor's institutions; a regulator's are all."""
    require(actor, SEE_RECOVERIES)
    rows = Recovery.objects.prefetch_related("entries").order_by("-at", "-id")
    return rows if actor.has(Role.REGULATOR, Role.SYSTEM) else rows.filter(institution_id__in=actor.institution_ids)


def recoveries_of(*, actor: Actor, case_id: UUID | None) -> list[RecoveryCard]:
    """What became of the money of a decided finding, the latest first; nothing where nothing was decided."""
    return [_card(row) for row in _seen(actor).filter(case_id=case_id)] if case_id else []


def recovered(*, actor: Actor, from_on: date, until_on: date) -> Recovered:
    """What came back to the fund between two days, both included."""
    rows = _seen(actor)
    months: dict[date, int] = {}
    moved = RecoveryEntry.objects.filter(recovery__in=rows.order_by(), at__date__gte=from_on, at__date__lte=until_on)
    for entry in moved.filter(step__in=[RecoveryStep.BOOKED, RecoveryStep.RETURNED]).select_related("recovery"):
        on = civil_day(entry.at).replace(day=1)
        sign = 1 if entry.step == RecoveryStep.BOOKED else -1
        months[on] = months.get(on, 0) + sign * entry.recovery.amount_fen
    held = [row for row in rows.exclude(entries__step__in=_over()) if row.step == RecoveryStep.HELD]
    latest = rows.filter(amount_fen__gt=0)[:LATEST]
    return Recovered(
        dict(sorted(months.items())),
        sum(row.amount_fen for row in held),
        len(held),
        tuple(_card(row) for row in latest),
    )


def _over() -> list[str]:
    return [step for step in RecoveryStep.values if step != RecoveryStep.HELD]


def _card(row: Recovery) -> RecoveryCard:
    last = row.last
    return RecoveryCard(
        id=row.pk,
        verdict_id=row.verdict_id,
        rule=row.rule,
        institution_id=row.institution_id,
        claim_id=row.claim_id,
        state=last.step,
        state_name=RECOVERY_NAMES[RecoveryStep(last.step)],
        because=RECOVERY_CAUSES.get(last.because, NONE),
        basis=RECOVERY_BASES[RecoveryBasis(row.basis)],
        breach_fen=row.breach_fen,
        amount_fen=row.amount_fen,
        at=last.at,
    )
