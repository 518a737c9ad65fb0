"""What is known of a patient for the check of medicines: what stands now, who said it, when; what nobody asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from xinglin.clinical.warning.home import Measurement
from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import TELL_FACTS
from xinglin.hospital.consultation.home import series
from xinglin.hospital.consultation.measures import Measure, measures
from xinglin.hospital.consultation.models import (
    AllergyTold,
    LifeState,
    MedicineTold,
    Observation,
    PlannedTest,
    Visit,
)
from xinglin.hospital.consultation.standing import LifeNow, Reading, life_at, readings, running, standing, told_apart
from xinglin.hospital.consultation.words import Side
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound

HOME_DAYS = 90


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
    allergies = told_apart(standing(AllergyTold, person_id, at), "none_known")
    medicines = told_apart(standing(MedicineTold, person_id, at), "none_taken")
    tests = PlannedTest.objects.filter(patient_id=person_id, at__lte=at).order_by("due_on", "code")
    return ToldFacts(
        readings=readings(person_id, at, today),
        life=life_at(standing(LifeState, person_id, at), today),
        allergies=allergies,
        allergies_asked=bool(allergies),
        medicines=running(person_id, at),
        medicines_asked=bool(medicines),
        tests=list(tests),
    )


def life_of(*, person_id: UUID, at: datetime) -> LifeNow:
    """Pregnancy and breastfeeding alone, for the watch over messages; not limited to an actor."""
    return life_at(standing(LifeState, person_id, at), civil_day(at))


def home_rows(*, person_id: UUID, at: datetime) -> list[tuple[str, Decimal, datetime]]:
    """What the patient measured at home in the last days: code, value, instant, oldest first; not limited to an actor.

    Only what was written down on the day on which it was measured has an instant.
    """
    rows = standing(Observation, person_id, at)
    since = at - timedelta(days=HOME_DAYS)
    kept = [row for row in rows if row.visit_id is None and row.side == Side.PATIENT and row.at >= since]
    return [(row.code, row.value, row.at) for row in kept if row.on == civil_day(row.at)]


def home_of(*, actor: Actor, person_id: UUID, now: datetime) -> list[Measurement]:
    """The series of the patient, a ward, or a patient whom the acting physician sees. Raises NotFound."""
    require(actor, TELL_FACTS)
    if not actor.acts_for(person_id) and not gate.cares_for(actor, person_id):
        raise NotFound
    return series(home_rows(person_id=person_id, at=now))


def tests_of_visit(*, actor: Actor, visit_id: UUID) -> list[tuple[PlannedTest, Measure]]:
    """What is to be watched after a visit, for its two sides. Raises NotFound."""
    require(actor, TELL_FACTS)
    gate.visit_to_read(actor, visit_id)
    return [(row, measures()[row.code]) for row in PlannedTest.objects.filter(visit_id=visit_id).order_by("due_on")]
