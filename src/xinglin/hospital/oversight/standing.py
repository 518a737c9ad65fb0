"""Where a practitioner stands with the points of a calendar year, and what follows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, Sum

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access
from xinglin.hospital.oversight.models import PaymentStop, PointEntry
from xinglin.hospital.oversight.rows import title_of
from xinglin.hospital.oversight.words import DEGREE_NAMES, POINT_REASONS, Degree, PointReason

SUSPENDS, ENDS = 9, 12
"""The levels of the notice, for drawing how far somebody has come; what follows is decided by the dated policy."""


@dataclass(frozen=True, slots=True)
class PointLine:
    """One entry of the ledger: points given (above zero) or taken back."""

    points: int
    reason: T
    rule: str
    title: T | None
    degree: T | None
    basis: T
    words: str
    at: datetime
    verdict_id: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A practitioner's points of one year.

    `stop_from_on` and `stop_until_on` are those of the stop that follows, or of one of an earlier year that still
    lasts; `stopped`: it holds on the day that is asked about.
    """

    practitioner_id: UUID
    year: int
    total: int
    lines: tuple[PointLine, ...]
    ends: bool
    stop_from_on: date | None
    stop_until_on: date | None
    stopped: bool = False

    @property
    def until_suspension(self) -> int:
        """Points that are left before the payment right is suspended."""
        return max(SUSPENDS - self.total, 0)

    @property
    def drawn(self) -> int:
        """How full the year's account is, in hundredths of a point, for a drawing of twelve points."""
        return min(max(self.total, 0), ENDS) * 100


def own_standing(*, actor: Actor, at: datetime) -> Standing | None:
    """One's own points of this year; None for who is no practitioner."""
    require(actor, access.SPEAK)
    if actor.practitioner_id is None:
        return None
    return _standing(actor.practitioner_id, civil_day(at))


def standing_of(*, actor: Actor, practitioner_id: UUID, at: datetime) -> Standing:
    """The points of a practitioner of the actor's institutions; a regulator sees all. Raises NotFound."""
    require(actor, access.SEE_POINTS)
    rows = PointEntry.objects.filter(practitioner_id=practitioner_id)
    if not actor.has(Role.REGULATOR, Role.SYSTEM):
        own = rows.filter(institution_id__in=actor.institution_ids)
        if rows.exists() and not own.exists():
            raise NotFound
    return _standing(practitioner_id, civil_day(at))


def standings(*, actor: Actor, at: datetime, limit: int = 100) -> list[Standing]:
    """Everybody with points this year in the actor's institutions, most points first."""
    require(actor, access.SEE_POINTS)
    year = civil_day(at).year
    rows = PointEntry.objects.filter(year=year)
    if not actor.has(Role.REGULATOR, Role.SYSTEM):
        rows = rows.filter(institution_id__in=actor.institution_ids)
    sums = rows.values("practitioner_id").annotate(total=Sum("points")).filter(total__gt=0)
    found = sums.order_by("-total", "practitioner_id")[:limit]
    return [_standing(row["practitioner_id"], civil_day(at)) for row in found]


def _standing(practitioner_id: UUID, on: date) -> Standing:
    year = on.year
    entries = PointEntry.objects.filter(practitioner_id=practitioner_id, year=year).select_related("case")
    lines = tuple(_line(entry) for entry in entries.order_by("-at", "-id"))
    stop = (
        PaymentStop.objects.filter(Q(year=year) | Q(until_on__gte=on), practitioner_id=practitioner_id)
        .filter(withdrawn_at__isnull=True, year__lte=year)
        .order_by("-level", "-single", "-until_on")
        .first()
    )
    return Standing(
        practitioner_id=practitioner_id,
        year=year,
        total=sum(line.points for line in lines),
        lines=lines,
        ends=stop.ends if stop else False,
        stop_from_on=stop.from_on if stop else None,
        stop_until_on=stop.until_on if stop else None,
        stopped=stop is not None and stop.from_on <= on <= stop.until_on,
    )


def _line(entry: PointEntry) -> PointLine:
    return PointLine(
        points=entry.points,
        reason=POINT_REASONS[PointReason(entry.reason)],
        rule=entry.case.rule if entry.case else "",
        title=title_of(entry.case.rule) if entry.case else None,
        degree=DEGREE_NAMES[Degree(entry.degree)] if entry.degree else None,
        basis=T(zh=entry.basis_zh, en=entry.basis_en),
        words=entry.words,
        at=entry.at,
        verdict_id=entry.case.verdict_id if entry.case else None,
    )
