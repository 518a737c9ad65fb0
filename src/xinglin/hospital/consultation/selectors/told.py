"""What is known of a patient for the check of medicines: what stands now, who said it, when; what nobody asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from xinglin.clinical.warning.home import Measurement
from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import TELL_FACTS
from xinglin.hospital.consultation.home import series
from xinglin.hospital.consultation.measures import OF_VITALS, Measure, is_stale, measures
from xinglin.hospital.consultation.models import (
    AllergyTold,
    LifeState,
    MedicineTold,
    Observation,
    PlannedTest,
    Record,
    Visit,
)
from xinglin.hospital.consultation.told_models import Told
from xinglin.hospital.consultation.words import RecordState, Side
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound

R = TypeVar("R", bound=Told)
NO_FOR_DAYS = 90
"""How long *not pregnant* and *not breastfeeding* are believed (the house's own choice; nothing prescribes it)."""
LONGEST_WEEKS = 43
VITAL_RECORDS = 5
HOME_DAYS = 90


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


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """Everything that stands. `allergies_asked` and `medicines_asked`: somebody answered, be it with *none*."""

    readings: dict[str, Reading]
    life: LifeNow
    allergies: list[AllergyTold]
    allergies_asked: bool
    medicines: list[MedicineTold]
    medicines_asked: bool
    tests: list[PlannedTest]

    @property
    def no_allergy(self) -> AllergyTold | None:
        """The explicit answer that none is known, where nothing else stands."""
        return next((row for row in self.allergies if row.none_known), None)

    @property
    def known_allergies(self) -> list[AllergyTold]:
        """Allergies that name something."""
        return [row for row in self.allergies if not row.none_known]

    @property
    def taken(self) -> list[MedicineTold]:
        """Medicines from elsewhere."""
        return [row for row in self.medicines if not row.none_taken]


def medicine_facts(*, actor: Actor, patient_id: UUID, visit_id: UUID | None = None, now: datetime) -> ToldFacts:
    """For a screen: the patient's own, a ward's, or of a patient whom the acting physician sees. Raises NotFound."""
    require(actor, TELL_FACTS)
    if visit_id is not None:
        visit = Visit.objects.filter(id=visit_id, patient_id=patient_id).first()
        if visit is None or not gate.may_read(actor, visit):
            raise NotFound
    elif not actor.acts_for(patient_id):
        raise NotFound
    return told_facts(person_id=patient_id, at=now)


def told_facts(*, person_id: UUID, at: datetime) -> ToldFacts:
    """The same for the modules above; nothing here is limited to an actor."""
    today = civil_day(at)
    allergies = _told_apart(_standing(AllergyTold, person_id, at), "none_known")
    medicines = _told_apart(_standing(MedicineTold, person_id, at), "none_taken")
    running = [row for row in medicines if row.until_on is None or row.until_on >= today]
    tests = PlannedTest.objects.filter(patient_id=person_id, at__lte=at).order_by("due_on", "code")
    return ToldFacts(
        readings=_readings(person_id, at, today),
        life=life_at(_standing(LifeState, person_id, at), today),
        allergies=allergies,
        allergies_asked=bool(allergies),
        medicines=running,
        medicines_asked=bool(medicines),
        tests=list(tests),
    )


def life_of(*, person_id: UUID, at: datetime) -> LifeNow:
    """Pregnancy and breastfeeding alone, for the watch over messages; not limited to an actor."""
    return life_at(_standing(LifeState, person_id, at), civil_day(at))


def home_rows(*, person_id: UUID, at: datetime) -> list[tuple[str, Decimal, datetime]]:
    """What the patient measured at home in the last days: code, value, instant, oldest first; not limited to an actor.

    Only what was written down on the day on which it was measured has an instant.
    """
    rows = _standing(Observation, person_id, at)
    since = at - timedelta(days=HOME_DAYS)
    kept = [row for row in rows if row.visit_id is None and row.side == Side.PATIENT and row.at >= since]
    return [(row.code, row.value, row.at) for row in kept if row.on == civil_day(row.at)]


def home_of(*, actor: Actor, person_id: UUID, now: datetime) -> list[Measurement]:
    """The series of the patient, a ward, or a patient whom the acting physician sees. Raises NotFound."""
    require(actor, TELL_FACTS)
    if not actor.acts_for(person_id) and not gate.cares_for(actor, person_id):
        raise NotFound
    return series(home_rows(person_id=person_id, at=now))


def _standing(model: type[R], person_id: UUID, at: datetime) -> list[R]:
    """Rows that nobody has replaced or taken back, oldest first."""
    rows = list(model._default_manager.filter(patient_id=person_id, at__lte=at).order_by("at", "id"))
    replaced = {row.replaces_id for row in rows}
    return [row for row in rows if row.id not in replaced and not row.withdrawn]


def _told_apart(rows: list[Any], none: str) -> list[Any]:
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


def _readings(person_id: UUID, at: datetime, today: date) -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    known = measures()
    rows: list[tuple[date, datetime, str, Decimal, str, Side, UUID | None]] = [
        (row.on, row.at, row.code, row.value, row.unit, Side(row.side), row.id)
        for row in _standing(Observation, person_id, at)
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


def tests_of_visit(*, actor: Actor, visit_id: UUID) -> list[tuple[PlannedTest, Measure]]:
    """What is to be watched after a visit, for its two sides. Raises NotFound."""
    require(actor, TELL_FACTS)
    gate.visit_to_read(actor, visit_id)
    return [(row, measures()[row.code]) for row in PlannedTest.objects.filter(visit_id=visit_id).order_by("due_on")]
