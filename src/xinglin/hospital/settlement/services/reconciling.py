"""The day's books compared with the insurer's own copy: totals and every settlement (3201, 3202)."""

from datetime import date, datetime
from uuid import UUID

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.settlement.access import KEEP_BOOKS
from xinglin.hospital.settlement.models import Reconciliation, Settlement
from xinglin.hospital.settlement.ports import DayLine, Insurer
from xinglin.hospital.settlement.recovered import RecoveryEntry
from xinglin.hospital.settlement.words import RecoveryStep

MOVED = {RecoveryStep.BOOKED.value: 1, RecoveryStep.RETURNED.value: -1}
"""The steps of a recovery that move money, and which way: back into the fund, or out of it again."""
AMOUNTS = ("total_fen", "fund_fen", "account_fen", "cash_fen")


def reconcile_day(*, actor: Actor, institution_id: UUID, on: date, now: datetime) -> Reconciliation:
    """Compare a day of an institution with the insurer's copy and write down what differs.

    Differences are only here, only there, or another amount. Raises InsurerDown or InsurerSilent: try again later.
    """
    require(actor, KEEP_BOOKS)
    theirs = outside(Insurer).day(institution_id, on, now=now)
    ours = _ours(institution_id, on)
    row = Reconciliation(
        id=new_id(),
        institution_id=institution_id,
        on=on,
        ours=totals(ours),
        theirs=totals(theirs),
        differences=compare(ours, theirs),
        at=now,
    )
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=institution_id,
        verb="reconcile_day",
        object_type="reconciliation",
        object_id=row.id,
        now=now,
        outcome="done" if not row.differences else "differs",
        detail={"on": str(on), "count": len(ours), "differences": len(row.differences)},
    )
    return row


def _ours(institution_id: UUID, on: date) -> list[DayLine]:
    rows = Settlement.objects.filter(institution_id=institution_id, at__date=on, claim__self_pay="").values_list(
        "claim_id", *AMOUNTS
    )
    recovered = RecoveryEntry.objects.filter(institution_id=institution_id, at__date=on, step__in=MOVED)
    back = [
        DayLine(one.recovery.claim_id, 0, -MOVED[one.step] * one.recovery.amount_fen, 0, 0)
        for one in recovered.select_related("recovery")
    ]
    return [DayLine(*row) for row in rows] + back


def totals(lines: list[DayLine]) -> dict[str, int]:
    """Count and sums of a day."""
    return {"count": len(lines), **{name: sum(getattr(line, name) for line in lines) for name in AMOUNTS}}


def compare(ours: list[DayLine], theirs: list[DayLine]) -> list[dict[str, object]]:
    """What differs, claim by claim. A settlement and its revocation on one day are summed on both sides."""
    here, there = _by_claim(ours), _by_claim(theirs)
    found: list[dict[str, object]] = []
    for claim in sorted(here.keys() | there.keys(), key=str):
        mine, yours = here.get(claim), there.get(claim)
        if mine == yours:
            continue
        kind = "only_here" if yours is None else "only_there" if mine is None else "amount_differs"
        found.append({"claim": str(claim), "kind": kind, "ours": mine, "theirs": yours})
    return found


def _by_claim(lines: list[DayLine]) -> dict[UUID, dict[str, int]]:
    found: dict[UUID, dict[str, int]] = {}
    for line in lines:
        sums = found.setdefault(line.claim_id, dict.fromkeys(("count", *AMOUNTS), 0))
        sums["count"] += 1
        for name in AMOUNTS:
            sums[name] += getattr(line, name)
    return found


def days_to_reconcile(*, actor: Actor, now: datetime) -> list[tuple[UUID, date]]:
    """Institutions with settlements of the day before that have not been compared yet."""
    require(actor, KEEP_BOOKS)
    yesterday = date.fromordinal(civil_day(now).toordinal() - 1)
    houses = Settlement.objects.filter(at__date=yesterday, claim__self_pay="").values_list("institution_id", flat=True)
    moved = RecoveryEntry.objects.filter(at__date=yesterday, step__in=MOVED).values_list("institution_id", flat=True)
    done = Reconciliation.objects.filter(on=yesterday).values_list("institution_id", flat=True)
    return [(house, yesterday) for house in sorted({*houses, *moved} - set(done))]
