"""The desk's own moves: look at what waits, take a sheet so that nobody else opens it, leave it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.pharmacy.access import REVIEW_PRESCRIPTION
from xinglin.hospital.pharmacy.errors import SheetHeldByAnother
from xinglin.hospital.pharmacy.gate import find, practitioner_of, visible
from xinglin.hospital.pharmacy.medicine_check import check_row, desk_findings, worst
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.review_models import DeskCheck, ReviewClaim
from xinglin.hospital.pharmacy.services.moving import locked, wake
from xinglin.hospital.pharmacy.states import OPEN_FOR_REVIEW, State

HELD_FOR = timedelta(minutes=5)
CHECKED_FOR = timedelta(minutes=30)
"""How old the look of the queue may be: results that come in meanwhile change it. The sheet itself is always asked."""
AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a sheet: oneself, or somebody else by name; `since_at` is when it was opened."""

    mine: bool
    holder: str
    since_at: datetime | None


def check_waiting(*, actor: Actor, now: datetime) -> int:
    """Ask the check of medicines about what waits and was not asked of late; returns how many were asked."""
    require(actor, REVIEW_PRESCRIPTION)
    rows = (
        visible(actor)
        .filter(state=State.SIGNED, institution_id__in=actor.institution_ids)
        .filter(
            Q(desk_check__isnull=True)
            | Q(desk_check__checked_at__lt=now - CHECKED_FOR)
            | Q(desk_check__checked_at__lt=F("issued_at"))
        )
        .select_related("signed")
        .prefetch_related("lines")
        .order_by("-urgent", "review_due_at")
    )
    found = list(rows[:AT_ONCE])
    for row in found:
        look(actor, row, now)
    return len(found)


def look(actor: Actor, row: Prescription, now: datetime) -> DeskCheck:
    """Ask the check about one prescription and keep how it stands, for the order of the queue."""
    advice = check_row(actor, row, json.loads(row.signed.content), now)
    findings = desk_findings(advice, row)
    standing = [one.tier for one in findings if one.open]
    values = {
        "tier": worst(findings),
        "x": standing.count("X"),
        "d": standing.count("D"),
        "c": standing.count("C"),
        "unchecked": len(advice.answer["unchecked"]),
        "knowledge": advice.answer["knowledge"],
        "checked_at": now,
    }
    return DeskCheck.objects.update_or_create(prescription=row, defaults=values)[0]


@transaction.atomic
def open_sheet(*, actor: Actor, prescription_id: UUID, now: datetime) -> Held:
    """Take a prescription for review, for five minutes from the last move; other sheets of the actor are left.

    Where somebody else has it, it stays theirs, and the answer says whose. Raises NotFound.
    """
    require(actor, REVIEW_PRESCRIPTION)
    me = practitioner_of(actor)
    row = locked(actor, prescription_id)
    if row.institution_id not in actor.institution_ids:
        raise NotFound
    if row.state not in OPEN_FOR_REVIEW:
        return Held(False, "", None)
    claim = ReviewClaim.objects.filter(prescription=row).first()
    if claim is not None and claim.by_id != me and claim.until_at > now:
        return Held(False, claim.by_label, claim.since_at)
    mine = claim is not None and claim.by_id == me and claim.until_at > now
    since = claim.since_at if claim is not None and mine else now
    left = list(ReviewClaim.objects.filter(by_id=me).exclude(prescription=row).select_related("prescription"))
    values = {"by_id": me, "by_label": actor.label[:120], "since_at": since, "until_at": now + HELD_FOR}
    ReviewClaim.objects.update_or_create(prescription=row, defaults=values)
    _leave(left)
    look(actor, row, now)
    if not mine:
        wake(row)
    return Held(True, actor.label, since)


def keep_sheet(*, actor: Actor, prescription_id: UUID, now: datetime) -> bool:
    """Keep a sheet that one has open for another five minutes. False where it is no longer one's own."""
    require(actor, REVIEW_PRESCRIPTION)
    held = ReviewClaim.objects.filter(
        prescription_id=prescription_id, by_id=practitioner_of(actor), until_at__gt=now
    ).update(until_at=now + HELD_FOR)
    return held > 0


@transaction.atomic
def leave_sheet(*, actor: Actor, prescription_id: UUID, now: datetime) -> None:
    """Give a sheet back to the queue. Nothing happens where it is not one's own. Raises NotFound."""
    require(actor, REVIEW_PRESCRIPTION)
    row = find(actor, prescription_id)
    claims = ReviewClaim.objects.filter(prescription=row, by_id=practitioner_of(actor))
    _leave(list(claims.select_related("prescription")))


def _leave(claims: list[ReviewClaim]) -> None:
    for claim in claims:
        row = claim.prescription
        claim.delete()
        wake(row)


def require_free(actor: Actor, row: Prescription, now: datetime) -> None:
    """Raise SheetHeldByAnother while a colleague has the prescription open."""
    claim = ReviewClaim.objects.filter(prescription=row, until_at__gt=now).first()
    if claim is not None and claim.by_id != actor.practitioner_id:
        raise SheetHeldByAnother(holder=claim.by_label)
