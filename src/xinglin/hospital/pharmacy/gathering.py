"""What the check of medicines is asked about a prescription: gathered in one place for draft and signed prescription.

Physician and pharmacist ask the same question, so that a finding has the same ticket at signing and at review while
nothing has changed. What differs later has changed: `since_signing` says what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.consultation.selectors import HEIGHT, WEIGHT, ToldFacts
from xinglin.hospital.decision_support.services import (
    Asked,
    KnownAllergy,
    Ordered,
    PatientFacts,
    Result,
    Taken,
)
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy.care import VisitToPrescribe
from xinglin.hospital.pharmacy.drafts import Draft, PricedLine
from xinglin.hospital.pharmacy.models import Line, Prescription
from xinglin.hospital.pharmacy.states import ENDED
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.errors import UnknownCode
from xinglin.supervision.facts import Case, Channel

TOLD, HOUSE = "told:", "house:"
LONGEST = timedelta(days=90)
LAST_DAYS = 3
"""A supply of the house that ends within these days counts as used up: what is ordered now follows it."""


@dataclass(frozen=True, slots=True)
class About:
    """A prescription, written or signed, as far as the check asks about it. `case` is that of its visit.

    `apart` are prescriptions whose lines are not what the patient takes already: itself, and the one that it replaces.
    """

    id: UUID
    patient_id: UUID
    birth_on: date
    sex: str
    diagnoses: tuple[str, ...]
    case: Case
    orders: tuple[Ordered, ...]
    apart: tuple[UUID, ...]


def about_draft(visit: VisitToPrescribe, draft: Draft, priced: Sequence[PricedLine]) -> About:
    """A prescription while it is written."""
    return About(
        id=draft.id,
        patient_id=visit.patient_id,
        birth_on=visit.birth_on,
        sex=visit.sex,
        diagnoses=tuple(code for code, _, _ in visit.diagnoses),
        case=visit.case,
        orders=tuple(_drafted(one) for one in priced),
        apart=_apart(draft.id, draft.replaces_id),
    )


def about_row(row: Prescription, content: dict[str, Any]) -> About:
    """A signed prescription. `content` is what was signed; visit and prescriber count as they were at the signature."""
    party = content["patient"]
    return About(
        id=row.id,
        patient_id=row.patient_id,
        birth_on=date.fromisoformat(party["birth_on"]),
        sex=party["sex"],
        diagnoses=tuple(row.diagnosis_codes),
        case=consultation.visit_facts(visit_id=row.visit_id, at=row.issued_at).case,
        orders=tuple(_signed(line) for line in sorted(row.lines.all(), key=lambda one: one.position)),
        apart=_apart(row.id, row.replaces_id),
    )


def gather(about: About, now: datetime) -> Asked:
    """The question for the check, with what is known of the patient at `now`."""
    told = consultation.told_facts(person_id=about.patient_id, at=now)
    right = about.case.physician.antimicrobial_right
    return Asked(
        id=str(about.id),
        on=civil_day(now),
        patient_id=about.patient_id,
        patient=_patient(about, told, now),
        orders=about.orders,
        current=_taken(told) + _in_hand(about, now),
        channel="online" if about.case.encounter.channel is Channel.ONLINE else "outpatient",
        antimicrobial_right=right.value if right is not None else "",
    )


def _apart(own: UUID, replaced: UUID | None) -> tuple[UUID, ...]:
    return (own,) if replaced is None else (own, replaced)


def _drafted(priced: PricedLine) -> Ordered:
    line = priced.line
    days = line.days if line.days is not None else priced.days_supply
    return Ordered(str(line.id), priced.product, line.dose_units, line.frequency, line.route, days)


def _signed(line: Line) -> Ordered:
    days = line.days if line.days is not None else line.days_supply
    product = terminology.product(line.product_code)
    return Ordered(str(line.id), product, line.dose_units, line.frequency, line.route, days)


def _patient(about: About, told: ToldFacts, now: datetime) -> PatientFacts:
    lasting = [str(row["condition.code"]) for row in consultation.problems(person_id=about.patient_id, at=now)]
    weight, height = told.readings.get(WEIGHT), told.readings.get(HEIGHT)
    allergies = tuple(KnownAllergy(row.substance, row.reaction) for row in told.known_allergies)
    results = [
        Result(code, one.shown, one.unit, one.on)
        for code, one in sorted(told.readings.items())
        if code not in {WEIGHT, HEIGHT}
    ]
    return PatientFacts(
        birth_on=about.birth_on,
        sex=about.sex,
        weight_kg=weight.shown if weight else None,
        height_cm=height.shown if height else None,
        pregnant=told.life.pregnant,
        pregnancy_weeks=told.life.weeks,
        lactating=told.life.lactating,
        results=tuple(results),
        allergies=allergies if told.allergies_asked else None,
        diagnoses=tuple(dict.fromkeys([*about.diagnoses, *lasting])),
    )


def _taken(told: ToldFacts) -> tuple[Taken, ...]:
    """What the patient takes from elsewhere."""
    return tuple(Taken(f"{TOLD}{row.id}", row.name, row.sig, row.held) for row in told.taken)


def _in_hand(about: About, now: datetime) -> tuple[Ordered, ...]:
    """What the house prescribed the patient and still lasts."""
    rows = (
        Line.objects.filter(
            prescription__patient_id=about.patient_id,
            prescription__issued_at__gt=now - LONGEST,
            prescription__issued_at__lte=now,
        )
        .exclude(prescription__state__in=ENDED)
        .exclude(prescription_id__in=about.apart)
        .select_related("prescription")
        .order_by("prescription__issued_at", "prescription_id", "position")
    )
    return tuple(line for row in rows if (line := _lasting(row, now)) is not None)


def _lasting(row: Line, now: datetime) -> Ordered | None:
    days = row.days_supply or row.days or LAST_DAYS
    if civil_day(row.prescription.issued_at) + timedelta(days=days - LAST_DAYS) <= civil_day(now):
        return None
    try:
        product = terminology.product(row.product_code)
    except UnknownCode:
        return None
    return Ordered(f"{HOUSE}{row.id}", product, row.dose_units, row.frequency, row.route, row.days or row.days_supply)
