"""Questions of the review desk: what waits in which order, and one sheet with everything a review needs."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.consultation.selectors import ToldFacts
from xinglin.hospital.decision_support.services import Advice
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.access import REVIEW_PRESCRIPTION
from xinglin.hospital.pharmacy.content import age_words
from xinglin.hospital.pharmacy.gate import visible
from xinglin.hospital.pharmacy.medicine_check import (
    AtSigning,
    DeskFinding,
    at_signing,
    check_row,
    desk_findings,
    worst,
)
from xinglin.hospital.pharmacy.models import Prescription, Review
from xinglin.hospital.pharmacy.review_models import DeskCheck, ReviewClaim
from xinglin.hospital.pharmacy.since_signing import changes
from xinglin.hospital.pharmacy.states import OPEN_FOR_REVIEW, State
from xinglin.hospital.terminology import selectors as terminology

MOST = 100
KIDNEY = ("EGFR", "CR")
BASE_SECONDS, LINE_SECONDS = 5, 3
"""The limits of rule B12 as the desk shows them; supervision judges by its own dated rows."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One prescription in the queue. `tier` is "" for a clean one, None while the check has not been asked.

    `minutes` are left until the promised instant, negative when it is over. `first_signed`: by oneself or by another.
    """

    id: UUID
    patient: str
    age: T
    count: int
    urgent: bool
    due_at: datetime
    issued_at: datetime
    minutes: int
    tier: str | None
    unchecked: int
    holder: str
    mine: bool
    first_signed: str

    @property
    def overdue(self) -> bool:
        """The promise to the patient is broken."""
        return self.minutes < 0

    @property
    def free(self) -> bool:
        """The actor can decide on it now."""
        return not self.holder and self.first_signed != "me"

    @property
    def order(self) -> tuple[Any, ...]:
        """Danger first, then broken promises, then urgency, then age; what others hold or one has signed comes last."""
        return (
            not self.free,
            self.tier != "X",
            not self.overdue,
            not self.urgent,
            self.issued_at,
            str(self.id),
        )

    @property
    def clock(self) -> T:
        """What was promised, in words."""
        left = abs(self.minutes)
        words = T(zh=f"{left // 60} 小时" if left >= 120 else f"{left} 分", en=_span(left))
        if self.overdue:
            return T(zh=f"超时 {words.zh}", en=f"{words.en} late")
        return T(zh=f"还有 {words.zh}", en=f"{words.en} left")


def _span(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"


def waiting(*, actor: Actor, now: datetime) -> list[Waiting]:
    """What waits for a pharmacist of the actor's institutions, in the order in which it should be taken."""
    require(actor, REVIEW_PRESCRIPTION)
    rows = list(
        visible(actor)
        .filter(state=State.SIGNED, institution_id__in=actor.institution_ids)
        .exclude(prescriber_person_id__in=[actor.person_id] if actor.person_id else [])
        .select_related("signed")
        .prefetch_related("lines", "reviews")
        .order_by("-urgent", "review_due_at", "id")[:MOST]
    )
    ids = [row.id for row in rows]
    checks = {one.prescription_id: one for one in DeskCheck.objects.filter(prescription_id__in=ids)}
    claims = {one.prescription_id: one for one in ReviewClaim.objects.filter(prescription_id__in=ids, until_at__gt=now)}
    found = [_waiting(row, actor, checks.get(row.id), claims.get(row.id), now) for row in rows]
    return sorted(found, key=lambda one: one.order)


def _waiting(
    row: Prescription, actor: Actor, check: DeskCheck | None, claim: ReviewClaim | None, now: datetime
) -> Waiting:
    party = json.loads(row.signed.content)["patient"]
    mine = claim is not None and claim.by_id == actor.practitioner_id
    first = first_signature(list(row.reviews.all()))
    by_me = first is not None and first.reviewer_person_id == actor.person_id
    return Waiting(
        id=row.id,
        patient=party["name"],
        age=age_of(party, civil_day(row.issued_at)),
        count=len(row.lines.all()),
        urgent=row.urgent,
        due_at=row.review_due_at,
        issued_at=row.issued_at,
        minutes=int((row.review_due_at - now).total_seconds() // 60),
        tier=None if check is None else check.tier,
        unchecked=0 if check is None else check.unchecked,
        holder=claim.by_label if claim is not None and not mine else "",
        mine=mine,
        first_signed="" if first is None else ("me" if by_me else "other"),
    )


def first_signature(reviews: list[Review]) -> Review | None:
    """The first of two signatures, unless the physician has been asked since."""
    signing = [one for one in reviews if one.outcome in {"endorse", "ask"}]
    latest = max(signing, key=lambda one: (one.at, one.id), default=None)
    return latest if latest is not None and latest.outcome == "endorse" else None


def age_of(party: dict[str, Any], on: date) -> T:
    """Age on a day as the form wants it, in both languages."""
    words = age_words(date.fromisoformat(party["birth_on"]), on)
    units = {"岁": " y", "月": " months", "天": " days"}
    return T(zh=words, en=words[:-1] + units[words[-1]])


# ONE SHEET


@dataclass(frozen=True, slots=True)
class Kidney:
    """What is known of the kidneys: measure, value, unit and day, and whether it is too old to be used."""

    name: T
    value: str
    unit: str
    on: date
    stale: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """The patient as a review needs to see at once. What nobody told stands as None or as *not asked*."""

    told: ToldFacts
    weight: str | None
    weight_on: date | None
    kidney: Kidney | None

    @property
    def allergies(self) -> list[T]:
        """Substances with the reaction; empty where none is known or nobody asked: `told.allergies_asked` tells."""
        return [
            T(
                zh=f"{one.substance}（{one.reaction_label.label.zh}）",
                en=f"{one.substance} ({one.reaction_label.label.en})",
            )
            for one in self.told.known_allergies
        ]


@dataclass(frozen=True, slots=True)
class DeskSheet:
    """What the check says of one prescription, for the screen.

    `changed`: what has become known since the signature; `fresh`: tickets of findings that were not there then.
    """

    findings: list[DeskFinding]
    unchecked: list[T]
    changed: list[T]
    fresh: frozenset[str]
    knowledge: str
    first: Review | None
    first_by_me: bool
    least_seconds: int

    @property
    def tier(self) -> str:
        """The gravest open tier; "" for a clean prescription."""
        return worst(self.findings)

    @property
    def clean(self) -> bool:
        """Nothing is open: one key approves."""
        return not self.tier

    @property
    def grave(self) -> bool:
        """Two people sign it."""
        return any(one.tier == "X" for one in self.findings)

    def of_line(self, line_id: UUID) -> list[DeskFinding]:
        """The findings that concern a line."""
        return [one for one in self.findings if line_id in one.line_ids]

    @property
    def general(self) -> list[DeskFinding]:
        """Those that concern no line of the prescription."""
        return [one for one in self.findings if not one.line_ids]


def desk_sheet(*, actor: Actor, prescription_id: UUID, now: datetime) -> DeskSheet:
    """The check's answer for a prescription of the actor's institutions. Raises NotFound."""
    require(actor, REVIEW_PRESCRIPTION)
    row = _row(actor, prescription_id)
    advice = check_row(actor, row, json.loads(row.signed.content), now)
    first = first_signature(list(row.reviews.all())) if row.state in OPEN_FOR_REVIEW else None
    then, findings = at_signing(actor, row), desk_findings(advice, row)
    fresh = frozenset[str]() if then is None else frozenset(one.ticket for one in findings) - then.tickets
    return DeskSheet(
        findings=findings,
        changed=[] if then is None else _changed(then, advice, fresh),
        fresh=fresh,
        unchecked=[T(**one["text"]) for one in advice.answer["unchecked"]],
        knowledge=advice.answer["knowledge"],
        first=first,
        first_by_me=first is not None and first.reviewer_person_id == actor.person_id,
        least_seconds=BASE_SECONDS + LINE_SECONDS * len(row.lines.all()),
    )


def _changed(then: AtSigning, advice: Advice, fresh: frozenset[str]) -> list[T]:
    """What differs from the question of the signature; that the tables do is told where a finding came of it."""
    told = changes(then.given, advice.given)
    if fresh and then.tables != advice.answer["knowledge"]:
        told.append(T(zh="用药知识表在签发后更新过", en="The tables of medicines were renewed after the signature"))
    return told


def _row(actor: Actor, prescription_id: UUID) -> Prescription:
    rows = visible(actor).filter(id=prescription_id, institution_id__in=actor.institution_ids)
    found = rows.select_related("signed").prefetch_related("lines", "reviews").first()
    if found is None:
        raise NotFound
    return found


def glance(*, actor: Actor, prescription_id: UUID, now: datetime) -> Glance:
    """What is known of the patient of a prescription. Raises NotFound."""
    require(actor, REVIEW_PRESCRIPTION)
    row = _row(actor, prescription_id)
    told = consultation.told_facts(person_id=row.patient_id, at=now)
    weight = told.readings.get(consultation.WEIGHT)
    measured = next((told.readings[code] for code in KIDNEY if code in told.readings), None)
    kidney = (
        None
        if measured is None
        else Kidney(measured.measure.name, measured.shown, measured.unit, measured.on, measured.stale)
    )
    return Glance(
        told=told,
        weight=None if weight is None else weight.shown,
        weight_on=None if weight is None else weight.on,
        kidney=kidney,
    )


def reason_codes() -> list[Any]:
    """The codes of the prescription comments, those of the medicine first: what a return is mostly about."""
    first = ("inappropriate", "abnormal", "irregular")
    return sorted(terminology.review_codes(), key=lambda code: first.index(code.kind))
