"""Figures of the review desk: one's own, the house's for its head, and which findings nobody heeds.

Shares are permille of what was decided, times whole seconds; nothing is ranked. A review whose opening is not known has
no time and is left out of the median, not counted as quick.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from uuid import UUID

from django.db.models import Count, QuerySet

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.access import DESK_FIGURES
from xinglin.hospital.pharmacy.gate import practitioner_of
from xinglin.hospital.pharmacy.heads import require_head
from xinglin.hospital.pharmacy.models import Line, Review
from xinglin.hospital.pharmacy.review_desk import BASE_SECONDS, LINE_SECONDS
from xinglin.hospital.pharmacy.review_models import SeenFinding
from xinglin.hospital.terminology import selectors as terminology

DECIDING = ("approve", "return", "refuse")
HEEDED_FROM = 10
"""A row is called unheeded only after so many decisions."""
UNHEEDED_PERMILLE = 950
FEW = 30
"""Below so many decisions a share says little; the page says so."""


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """What one desk, or all of them, decided in a period. `seconds` None: no opening is on record."""

    name: str
    decided: int
    approved: int
    returned: int
    refused: int
    asked: int
    endorsed: int
    checked: int
    clean: int
    quick: int
    timed: int
    seconds: int | None

    @property
    def returned_permille(self) -> int:
        """Returned and refused among what was decided."""
        return permille(self.returned + self.refused, self.decided)

    @property
    def clean_permille(self) -> int:
        """Without an open finding among those for which the check of medicines was asked."""
        return permille(self.clean, self.checked)

    @property
    def quick_permille(self) -> int:
        """Shorter than rule B12 asks for, among those whose time is known."""
        return permille(self.quick, self.timed)

    @property
    def few(self) -> bool:
        """Too few to say much."""
        return self.decided < FEW


def permille(part: int, whole: int) -> int:
    """Thousandths, rounded down; 0 of nothing."""
    return part * 1000 // whole if whole else 0


def own_desk(*, actor: Actor, since: datetime, until: datetime) -> DeskFigures:
    """The acting pharmacist's own figures."""
    require(actor, DESK_FIGURES)
    rows = _reviews(since, until).filter(reviewer_id=practitioner_of(actor))
    return _figures(actor.label, rows)


def all_desks(*, actor: Actor, since: datetime, until: datetime, now: datetime) -> list[DeskFigures]:
    """Each desk of the actor's institutions by name, the whole house first. Raises OnlyTheHead."""
    require(actor, DESK_FIGURES)
    require_head(actor, now)
    rows = _of_houses(actor, since, until)
    people = list(rows.order_by("reviewer_id").values_list("reviewer_id", flat=True).distinct())
    named = sorted((_name(person, now), person) for person in people)
    house = _figures("", rows)
    return [house, *(_figures(name, rows.filter(reviewer_id=person)) for name, person in named)]


def _name(practitioner_id: UUID, now: datetime) -> str:
    return identity.practitioner_profile(practitioner_id=practitioner_id, at=now).name


def _reviews(since: datetime, until: datetime) -> QuerySet[Review]:
    return Review.objects.filter(at__gte=since, at__lt=until)


def _of_houses(actor: Actor, since: datetime, until: datetime) -> QuerySet[Review]:
    return _reviews(since, until).filter(prescription__institution_id__in=actor.institution_ids)


def _figures(name: str, rows: QuerySet[Review]) -> DeskFigures:
    counts = Counter(dict(rows.values_list("outcome").annotate(n=Count("id")).order_by()))
    decided = rows.filter(outcome__in=DECIDING)
    checked = decided.filter(checked_tier__isnull=False)
    seconds, quick = _times(decided)
    return DeskFigures(
        name=name,
        decided=sum(counts[one] for one in DECIDING),
        approved=counts["approve"],
        returned=counts["return"],
        refused=counts["refuse"],
        asked=counts["ask"],
        endorsed=counts["endorse"],
        checked=checked.count(),
        clean=checked.filter(checked_tier="").count(),
        quick=quick,
        timed=len(seconds),
        seconds=median_low(seconds) if seconds else None,
    )


def _times(decided: QuerySet[Review]) -> tuple[list[int], int]:
    """Seconds of each review whose opening is known, and how many were shorter than rule B12 asks for."""
    timed = decided.filter(opened_at__isnull=False)
    rows = [(row.prescription_id, row.opened_at or row.at, row.at) for row in timed]
    lines = dict(
        Line.objects.filter(prescription_id__in=timed.values("prescription_id"))
        .order_by()
        .values_list("prescription_id")
        .annotate(n=Count("id"))
    )
    seconds = [int((at - opened).total_seconds()) for _, opened, at in rows]
    least = [BASE_SECONDS + LINE_SECONDS * lines.get(row_id, 0) for row_id, _, _ in rows]
    return seconds, sum(1 for spent, wanted in zip(seconds, least, strict=True) if spent < wanted)


# FINDINGS THAT WERE PASSED


@dataclass(frozen=True, slots=True)
class Override:
    """One row of the tables: how often it stood at a decision, how often it was passed, and why.

    `reasons`: the prescribers' coded reasons with their counts; `unreasoned`: passed without any.
    """

    rule: str
    row: str
    tier: str
    text: T
    shown: int
    passed: int
    returned: int
    reasons: tuple[tuple[T, int], ...]
    unreasoned: int

    @property
    def passed_permille(self) -> int:
        """Approved all the same, of all decisions at which it stood."""
        return permille(self.passed, self.shown)

    @property
    def unheeded(self) -> bool:
        """Nobody acts on it: a candidate for another tier, or for its context to be written better."""
        return self.shown >= HEEDED_FROM and self.passed_permille >= UNHEEDED_PERMILLE


def overrides(*, actor: Actor, since: datetime, until: datetime, now: datetime) -> list[Override]:
    """The findings at the decisions of the actor's institutions, those that nobody heeds first. Raises OnlyTheHead.

    They are counted by row of the tables, never by physician.
    """
    require(actor, DESK_FIGURES)
    require_head(actor, now)
    seen = (
        SeenFinding.objects.filter(
            at__gte=since,
            at__lt=until,
            review__outcome__in=DECIDING,
            review__prescription__institution_id__in=actor.institution_ids,
        )
        .select_related("review")
        .order_by("at", "id")
    )
    by_row: dict[tuple[str, str, str], list[SeenFinding]] = defaultdict(list)
    for one in seen.iterator(chunk_size=2000):
        by_row[one.rule, one.row, one.tier].append(one)
    names = {one.code: one.name for one in terminology.override_reasons()}
    found = [_override(key, many, names) for key, many in by_row.items()]
    return sorted(found, key=lambda one: (not one.unheeded, -one.shown, one.rule, one.row, one.tier))


def _override(key: tuple[str, str, str], many: Sequence[SeenFinding], names: dict[str, T]) -> Override:
    passed = [one for one in many if one.review.outcome == "approve"]
    reasons = Counter(one.reason_code for one in passed if one.reason_code)
    latest = many[-1]
    return Override(
        rule=key[0],
        row=key[1],
        tier=key[2],
        text=T(zh=latest.text_zh, en=latest.text_en),
        shown=len(many),
        passed=len(passed),
        returned=len(many) - len(passed),
        reasons=tuple((names.get(code, T(zh=code, en=code)), n) for code, n in _most(reasons)),
        unreasoned=sum(1 for one in passed if not one.reason_code),
    )


def _most(counts: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
