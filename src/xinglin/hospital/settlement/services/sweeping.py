"""After a crash or a silent insurer: finish what can be finished, let go of the rest. Nothing stays half-paid."""

from datetime import datetime, timedelta
from uuid import UUID

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.settlement.access import KEEP_BOOKS
from xinglin.hospital.settlement.errors import LaterSettlementsStand
from xinglin.hospital.settlement.models import Claim, InsurerCall, ReversalWish, Settlement
from xinglin.hospital.settlement.services.calling import Called, Fate, resolve
from xinglin.hospital.settlement.services.fees import unfinished_fees
from xinglin.hospital.settlement.services.reserving import HELD_FOR, give_up
from xinglin.hospital.settlement.services.reversing import conclude, reverse
from xinglin.hospital.settlement.services.settling import finish
from xinglin.hospital.settlement.words import ClaimState

BATCH = 200


def sweep_pending(*, actor: Actor, now: datetime, after: timedelta = HELD_FOR) -> dict[str, int]:
    """Decide every claim that has been open for longer than `after`; returns how many ended which way.

    A claim without an insurer's word is let go; one that the insurer has is finished; one about which the insurer says
    nothing stays for the next run. Reversals that wait for later settlements are tried again.
    """
    require(actor, KEEP_BOOKS)
    ended = {"settled": 0, "given_up": 0, "reversed": 0, "still_open": 0, "fees": 0}
    due = Claim.objects.filter(reserved_at__lte=now - after, state=ClaimState.RESERVED).order_by("reserved_at")
    for claim_id in due.values_list("id", flat=True)[:BATCH]:
        ended[_reserved(actor, claim_id, now)] += 1
    asked_lately = InsurerCall.objects.filter(kind="revoke", sent_at__gt=now - after).values("claim_id")
    reversing = Claim.objects.filter(state=ClaimState.REVERSING).exclude(id__in=asked_lately)
    for claim_id in reversing.values_list("id", flat=True)[:BATCH]:
        ended[_reversing(actor, claim_id, now)] += 1
    for wish in ReversalWish.objects.filter(done_at=None).select_related("claim")[:BATCH]:
        ended["reversed"] += try_wish(actor=actor, wish=wish, now=now)
    ended["fees"] = unfinished_fees(actor=actor, now=now)
    return ended


def _reserved(actor: Actor, claim_id: UUID, now: datetime) -> str:
    claim = Claim.objects.get(id=claim_id)
    called = Called(Fate.NOT_DONE) if claim.self_pay else resolve(claim_id=claim_id, kind="settle", now=now)
    if called.fate is Fate.UNKNOWN:
        return "still_open"
    if called.fate is not Fate.ADOPTED:
        give_up(actor=actor, claim_id=claim_id, because=called.fate.value, now=now)
        return "given_up"
    try:
        finish(actor=actor, claim_id=claim_id, called=called, now=now)
    except DomainError:  # The medicine cannot be released any more: finish has taken the settlement back.
        return "given_up"
    return "settled"


def _reversing(actor: Actor, claim_id: UUID, now: datetime) -> str:
    """A reversal that was interrupted: by what the insurer knows it is finished, or the settlement stands again."""
    row = Settlement.objects.get(claim_id=claim_id, reverses=None)
    claim = row.claim
    called = Called(Fate.ADOPTED) if claim.self_pay else resolve(claim_id=claim_id, kind="revoke", now=now)
    try:
        conclude(actor=actor, settlement=row, called=called, reason="interrupted", now=now)
    except DomainError:
        return "still_open"
    return "reversed"


def try_wish(*, actor: Actor, wish: ReversalWish, now: datetime) -> int:
    """Try a reversal that had to wait; 1 when it came about."""
    row = Settlement.objects.get(claim_id=wish.claim_id, reverses=None)
    try:
        reverse(actor=actor, settlement_id=row.id, reason=wish.reason, now=now)
    except DomainError:
        return 0
    wish.done_at = now
    wish.save(update_fields=["done_at"])
    return 1


def wish_reversal(*, actor: Actor, settlement_id: UUID, reason: str, now: datetime) -> bool:
    """Take a settlement back because of what happened; when later ones rest on it, it waits on the affairs' desk.

    True when it came about at once. Raises what may pass by itself (insurer unreachable), so that it is tried again.
    """
    require(actor, KEEP_BOOKS)
    row = Settlement.objects.filter(id=settlement_id, reverses=None).first()
    if row is None:
        return False
    try:
        reverse(actor=actor, settlement_id=settlement_id, reason=reason, now=now)
    except LaterSettlementsStand as refusal:
        ReversalWish.objects.update_or_create(
            claim_id=row.claim_id,
            defaults={"reason": reason[:60], "blocked_by": refusal.fields["claims"], "asked_at": now},
        )
        return False
    ReversalWish.objects.filter(claim_id=row.claim_id, done_at=None).update(done_at=now)
    return True
