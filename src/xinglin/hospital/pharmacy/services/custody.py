"""The chain of custody: one row for every change of hands, numbered without gaps."""

from datetime import datetime

from django.db.models import Max

from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.models import CustodyStep, Prescription


def add_custody(
    row: Prescription, kind: str, *, holder: T, at: datetime, now: datetime, source: str, place: T | None = None
) -> CustodyStep:
    """Add the next step; the caller holds the prescription's lock."""
    last = CustodyStep.objects.filter(prescription=row).aggregate(n=Max("seq"))["n"] or 0
    return CustodyStep.objects.create(
        id=new_id(),
        prescription=row,
        seq=last + 1,
        kind=kind,
        holder=holder.zh[:80],
        holder_en=holder.en[:80],
        place=place.zh[:80] if place else "",
        place_en=place.en[:80] if place else "",
        at=at,
        recorded_at=now,
        source=source,
    )
