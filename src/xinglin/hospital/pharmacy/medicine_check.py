"""The check of medicines for a signed prescription: its lines with exact amounts, and what is known of the patient.

What nobody told is left out of the question, so that the check says *cannot tell*; nothing here fills a gap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.consultation.selectors import HEIGHT, WEIGHT, ToldFacts
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.services import (
    Advice,
    Asked,
    KnownAllergy,
    Ordered,
    PatientFacts,
    Result,
    Taken,
)
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.models import Line, Prescription
from xinglin.hospital.pharmacy.states import ENDED
from xinglin.hospital.terminology import selectors as terminology

TIERS = ("X", "D", "C")
"""What a pharmacist is shown, from the gravest."""
LOOKS_BACK = timedelta(days=180)
NEWLY = timedelta(days=1)
"""A reason given within a day before the signature was given for this prescription: the pharmacist judges it."""
ONLINE = "online"


def check_row(actor: Actor, row: Prescription, content: dict[str, Any], now: datetime) -> Advice:
    """What the check says of a signed prescription now. `content` is what was signed."""
    told = consultation.told_facts(person_id=row.patient_id, at=now)
    return decision_support.check_prescription(actor=actor, asked=asked_of(row, content, told, now), now=now)


def asked_of(row: Prescription, content: dict[str, Any], told: ToldFacts, now: datetime) -> Asked:
    """The question for a signed prescription."""
    orders = tuple(_ordered(line) for line in row.lines.all())
    return Asked(
        id=str(row.id),
        on=civil_day(row.issued_at),
        patient_id=row.patient_id,
        patient=patient_facts(content["patient"], told, row.diagnosis_codes),
        orders=orders,
        current=(*_taken(told), *_running(row, orders, now)),
        channel=ONLINE,
    )


def patient_facts(party: dict[str, Any], told: ToldFacts, diagnoses: Sequence[str]) -> PatientFacts:
    """What is known of the patient. Allergies are None where nobody asked."""
    body = {WEIGHT, HEIGHT}
    fresh = {code: one for code, one in told.readings.items() if not one.stale}
    allergies = tuple(KnownAllergy(one.substance, one.reaction) for one in told.known_allergies)
    return PatientFacts(
        birth_on=date.fromisoformat(party["birth_on"]),
        sex=party["sex"],
        weight_kg=fresh[WEIGHT].shown if WEIGHT in fresh else None,
        height_cm=fresh[HEIGHT].shown if HEIGHT in fresh else None,
        pregnant=told.life.pregnant,
        pregnancy_weeks=told.life.weeks,
        lactating=told.life.lactating,
        results=tuple(
            Result(code, one.shown, one.unit, one.on) for code, one in told.readings.items() if code not in body
        ),
        allergies=allergies if told.allergies_asked else None,
        diagnoses=tuple(diagnoses),
    )


def _ordered(line: Line) -> Ordered:
    return Ordered(
        id=str(line.id),
        product=terminology.product(line.product_code),
        dose_units=line.dose_units,
        frequency=line.frequency,
        route=line.route,
        days=line.days,
    )


def _taken(told: ToldFacts) -> list[Taken]:
    return [Taken(str(one.id), one.name, one.sig, one.held) for one in told.taken]


def _running(row: Prescription, orders: Iterable[Ordered], now: datetime) -> list[Ordered]:
    """What the house prescribed before and still runs, but for the substances that are ordered again."""
    again = {part.code for order in orders for part in order.product.ingredients}
    lines = (
        Line.objects.filter(
            prescription__patient_id=row.patient_id,
            prescription__issued_at__gt=row.issued_at - LOOKS_BACK,
            prescription__issued_at__lt=row.issued_at,
        )
        .exclude(prescription__state__in=ENDED)
        .select_related("prescription")
        .order_by("-prescription__issued_at", "position")
    )
    found: list[Ordered] = []
    for line in lines:
        until = line.prescription.issued_at + timedelta(days=line.days_supply or 0)
        order = _ordered(line)
        codes = {part.code for part in order.product.ingredients}
        if until > now and not codes & again:
            again |= codes
            found.append(order)
    return found


# FOR THE DESK


@dataclass(frozen=True, slots=True)
class DeskFinding:
    """A finding as the pharmacist sees it. `reason`: the physician's, where the finding was accepted.

    `open`: it wants the pharmacist's own judgement; a reason of an earlier prescription that still holds does not.
    """

    tier: str
    rule: str
    row: str
    problem: str
    text: T
    action: T
    source: str
    source_read: bool
    second_reading: bool
    review_code: str
    ticket: str
    line_ids: tuple[UUID, ...]
    with_current: bool
    could_be: tuple[tuple[str, str], ...]
    evidence: tuple[tuple[str, str], ...]
    remedies: tuple[T, ...]
    reason: T | None
    reason_code: str
    reason_text: str
    reason_by: str
    open: bool


def desk_findings(advice: Advice, row: Prescription) -> list[DeskFinding]:
    """The findings of the pharmacist's tiers, from the gravest, those that were answered among them."""
    reasons = {one.code: one.name for one in terminology.override_reasons()}
    return [_desk_finding(one, advice, row, reasons) for one in advice.findings if one["tier"] in TIERS]


def _desk_finding(one: dict[str, Any], advice: Advice, row: Prescription, reasons: dict[str, T]) -> DeskFinding:
    accepted = advice.accepted.get(one["ticket"])
    places = [(place, advice.line_of(place)) for place in one["lines"]]
    return DeskFinding(
        tier=one["tier"],
        rule=one["rule"],
        row=one["row"],
        problem=one["problem"],
        text=T(**one["text"]),
        action=T(**one["action"]),
        source=one["source"],
        source_read=one["source_read"],
        second_reading=one["second_reading"],
        review_code=one["review_code"] or "",
        ticket=one["ticket"],
        line_ids=tuple(dict.fromkeys(UUID(name) for place, name in places if place.startswith("orders"))),
        with_current=any(place.startswith("current") for place, _ in places),
        could_be=tuple((more["tier"], "、".join(more["missing"])) for more in one["could_be"]),
        evidence=tuple((str(entry["fact"]), str(entry["value"])) for entry in one["evidence"]),
        remedies=tuple(T(zh=way["zh"], en=way["en"]) for way in one["remedies"]),
        reason=reasons.get(accepted.reason_code) if accepted else None,
        reason_code=accepted.reason_code if accepted else "",
        reason_text=accepted.text if accepted else "",
        reason_by=accepted.actor_label if accepted else "",
        open=accepted is None or accepted.at > row.issued_at - NEWLY,
    )


def worst(findings: Iterable[DeskFinding]) -> str:
    """The gravest tier that is open; "" for a clean prescription."""
    tiers = {one.tier for one in findings if one.open}
    return next((tier for tier in TIERS if tier in tiers), "")
