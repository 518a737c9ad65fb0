"""What the patient and the physicians told stands until somebody replaces it or takes it back; and what it means today.

Kept apart from the selectors, so that the case of a visit can hold it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from xinglin.hospital.consultation.facts import Body
from xinglin.hospital.consultation.measures import HEIGHT, OF_VITALS, WEIGHT, Measure, is_stale, measures
from xinglin.hospital.consultation.models import LifeState, MedicineTold, Observation, Record
from xinglin.hospital.consultation.told_models import Told
from xinglin.hospital.consultation.words import RecordState, Side
from xinglin.hospital.kernel.clock import civil_day

R = TypeVar("R", bound=Told)
NO_FOR_DAYS = 90
"""How long *not pregnant* and *not breastfeeding* are believed (the house's own choice; nothing prescribes it)."""
LONGEST_WEEKS = 43
VITAL_RECORDS = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest value of one measure, who told it, and whether it is too old for the check."""

    measure: Measure
    value: Decimal
    unit: str
    on: date
    side: Side
    stale: bool
    row_id: UUID | None = None

    @property
    def shown(self) -> str:
        """Value as people write it."""
        return f"{self.value.normalize():f}"


@dataclass(frozen=True, slots=True)
class LifeNow:
    """Pregnancy and breastfeeding as they stand today; the week has moved on since it was said."""

    pregnant: bool | None
    weeks: int | None
    lactating: bool | None
    row: LifeState | None


def standing(model: type[R], person_id: UUID, at: datetime) -> list[R]:
    """Rows that nobody has replaced or taken back, oldest first."""
    rows = list(model._default_manager.filter(patient_id=person_id, at__lte=at).order_by("at", "id"))
    replaced = {row.replaces_id for row in rows}
    return [row for row in rows if row.id not in replaced and not row.withdrawn]


def told_apart(rows: list[Any], none: str) -> list[Any]:
    """*None* counts only until something is named; something named stays when somebody says *none* later, unless it
    was taken back: an allergy is not forgotten because a form was filled in quickly."""
    named = [row for row in rows if not getattr(row, none)]
    return named or rows[-1:]


def life_at(rows: Iterable[LifeState], today: date) -> LifeNow:
    """What the latest answer means today: weeks go on, a *no* is believed for a time, a pregnancy ends."""
    row = max(rows, key=lambda one: one.at, default=None)
    if row is None:
        return LifeNow(None, None, None, None)
    days = (today - row.on).days
    fresh = days <= NO_FOR_DAYS
    pregnant, weeks = row.pregnant, row.weeks
    if weeks is not None:
        weeks += days // 7
        pregnant, weeks = (True, weeks) if weeks <= LONGEST_WEEKS else (None, None)
    elif not fresh:
        pregnant = None
    return LifeNow(pregnant, weeks, row.lactating if fresh else None, row)


def readings(person_id: UUID, at: datetime, today: date) -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    known = measures()
    rows: list[tuple[date, datetime, str, Decimal, str, Side, UUID | None]] = [
        (row.on, row.at, row.code, row.value, row.unit, Side(row.side), row.id)
        for row in standing(Observation, person_id, at)
        if row.code in known
    ]
    rows += _of_records(person_id, at)
    for on, _said_at, code, value, unit, side, row_id in sorted(rows, key=lambda one: (one[0], one[1])):
        found[code] = Reading(known[code], value, unit, on, side, is_stale(code, on, today), row_id)
    return found


def _of_records(person_id: UUID, at: datetime) -> list[tuple[date, datetime, str, Decimal, str, Side, UUID | None]]:
    """Vital signs of the latest signed records."""
    known = measures()
    records = Record.objects.filter(patient_id=person_id, state=RecordState.SIGNED, signed_at__lte=at)
    found: list[tuple[date, datetime, str, Decimal, str, Side, UUID | None]] = []
    for record in records.order_by("-signed_at")[:VITAL_RECORDS]:
        for vital, value in record.vitals.items():
            if vital in OF_VITALS:
                code, divisor = OF_VITALS[vital]
                number = Decimal(value) / divisor
                day = civil_day(record.saved_at)
                found.append((day, record.saved_at, code, number, known[code].unit, Side.PHYSICIAN, None))
    return found


def running(person_id: UUID, at: datetime) -> list[MedicineTold]:
    """Medicines from elsewhere that have not ended, or the one answer that there are none."""
    today = civil_day(at)
    rows: list[MedicineTold] = told_apart(standing(MedicineTold, person_id, at), "none_taken")
    return [row for row in rows if row.until_on is None or row.until_on >= today]


# FOR THE CASE OF A VISIT


def body_of(person_id: UUID, at: datetime) -> tuple[int | None, Body]:
    """The latest weight in grams, if one is known, and what else is known of the patient's body, as facts."""
    today = civil_day(at)
    known = readings(person_id, at, today)
    life = life_at(standing(LifeState, person_id, at), today)
    weight = known[WEIGHT].value if WEIGHT in known else None
    results = [
        f"{code}={one.shown} {one.unit}@{one.on.isoformat()}"
        for code, one in sorted(known.items())
        if code not in {WEIGHT, HEIGHT}
    ]
    taken = sorted({"+".join(row.codes) for row in running(person_id, at) if row.codes and not row.held})
    body = Body(life.pregnant, life.weeks, life.lactating, "|".join(results), "|".join(taken))
    return (None if weight is None else int(weight * 1000)), body
