"""What is known around a claim: care and supplies elsewhere as reported, stays, sold boxes, fees charged here.

Rows for the judgement of supervision, for the modules above; nothing here is limited to an actor. A report counts from
its settlement on: nothing says when it came here.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db.models import QuerySet

from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.settlement.models import Claim
from xinglin.hospital.settlement.reported import ReportedClaim, ReportedLine
from xinglin.hospital.settlement.words import ClaimKind, ClaimState
from xinglin.supervision.facts import CareMode, Channel, ItemKind
from xinglin.supervision.facts.lake import Facts

MILLI = 1000
WHOLE = 1000
INPATIENT = "inpatient"
LONGEST_STAY = timedelta(days=400)
MODES = {
    "outpatient": CareMode.OUTPATIENT,
    "emergency": CareMode.EMERGENCY,
    INPATIENT: CareMode.INPATIENT,
    "pharmacy": CareMode.PHARMACY,
    "dialysis": CareMode.DIALYSIS,
}


def _care(claim: ReportedClaim) -> Facts:
    """What every row of a reported contact says of it."""
    return {
        "encounter.id": str(claim.contact_id),
        "encounter.on": civil_day(claim.started_at),
        "encounter.care_mode": MODES.get(claim.kind),
        "encounter.department_code": claim.department,
        "patient.id": str(claim.person_id),
        "physician.id": str(claim.practitioner_id),
        "institution.id": str(claim.institution_id),
        "record.known_at": claim.settled_at,
    }


def reported_visits(*, person_id: UUID, since: datetime, at: datetime) -> list[Facts]:
    """Contacts elsewhere of a person that began since an instant."""
    return _visits(ReportedClaim.objects.filter(person_id=person_id, started_at__gte=since, settled_at__lte=at))


def reported_of_physician(*, physician_id: UUID, since: datetime, at: datetime) -> list[Facts]:
    """Contacts elsewhere under a practitioner's name that began since an instant."""
    return _visits(
        ReportedClaim.objects.filter(practitioner_id=physician_id, started_at__gte=since, settled_at__lte=at)
    )


def _visits(claims: QuerySet[ReportedClaim]) -> list[Facts]:
    return [visit_row(claim) for claim in claims.order_by("contact_id", "part").distinct("contact_id")]


def visit_row(claim: ReportedClaim) -> Facts:
    """A contact as it was reported."""
    first, second, third = [*claim.diagnosis_codes, "", "", ""][:3]
    return _care(claim) | {
        "encounter.started_at": claim.started_at,
        "encounter.ended_at": claim.ended_at,
        "encounter.channel": Channel.IN_PERSON,
        "encounter.diagnosis_code": first,
        "encounter.diagnosis_2_code": second,
        "encounter.diagnosis_3_code": third,
    }


def reported_stays(*, person_id: UUID, on: date, at: datetime) -> list[Facts]:
    """Stays elsewhere that may lie around a day."""
    claims = ReportedClaim.objects.filter(
        person_id=person_id, kind=INPATIENT, started_at__gte=at - LONGEST_STAY, settled_at__lte=at
    )
    found = {claim.contact_id: claim for claim in claims if civil_day(claim.ended_at) >= on}
    return [stay_row(claim) for claim in found.values()]


def stay_row(claim: ReportedClaim) -> Facts:
    """A stay as it was reported."""
    return _care(claim) | {
        "stay.id": f"{claim.contact_id}:stay",
        "stay.encounter_id": str(claim.contact_id),
        "stay.on": civil_day(claim.started_at),
        "stay.admitted_at": claim.started_at,
        "stay.discharged_at": claim.ended_at,
        "stay.discharged_on": civil_day(claim.ended_at),
        "stay.diagnosis_code": claim.diagnosis_codes[0] if claim.diagnosis_codes else None,
    }


def reported_supplies(*, person_id: UUID, at: datetime, days: int, codes: Collection[str]) -> list[Facts]:
    """Medicines supplied elsewhere within so many days, and charges of these codes, as items.

    What a stay supplied was given on its first day; whoever comes and goes got all at the settlement.
    """
    lines = ReportedLine.objects.filter(
        claim__person_id=person_id, claim__started_at__gt=at - timedelta(days=days), claim__settled_at__lte=at
    ).select_related("claim")
    found = []
    for line in lines:
        told = pharmacy.supply_facts(line.code)
        if "item.kind" in told or line.code in codes:
            found.append(_care(line.claim) | told | item_row(line))
    return found


def item_row(line: ReportedLine) -> Facts:
    """A line as it was reported, without what its code says."""
    claim = line.claim
    done = claim.started_at if claim.kind == INPATIENT else claim.settled_at
    return {
        "item.id": item_id(line),
        "item.encounter_id": str(claim.contact_id),
        "item.claim_id": str(claim.claim_id),
        "item.prescription_id": "",
        "item.line_id": "",
        "item.on": civil_day(done),
        "item.done_at": done,
        "item.supply_days": line.days_supply,
        "item.quantity_milli": line.quantity * MILLI,
    }


def item_id(line: ReportedLine) -> str:
    """The id of a reported line, made from its claim, part and position."""
    return str(uuid5(line.claim.claim_id, f"{line.claim.part}:{line.position}"))


def reported_sales(*, trace_codes: Collection[str], at: datetime) -> Iterator[Facts]:
    """Sales of these boxes elsewhere, known by an instant."""
    lines = ReportedLine.objects.filter(trace_codes__overlap=list(trace_codes), claim__settled_at__lte=at)
    for line in lines.select_related("claim"):
        yield from pack_rows(line, set(trace_codes))


def pack_rows(line: ReportedLine, wanted: Collection[str] | None = None) -> Iterable[Facts]:
    """The boxes of a reported line, all or those with one of these codes."""
    claim = line.claim
    for code in line.trace_codes:
        if wanted is None or code in wanted:
            yield _care(claim) | {
                "pack.id": f"{item_id(line)}:{code}",
                "pack.item_id": item_id(line),
                "pack.line_id": "",
                "pack.encounter_id": str(claim.contact_id),
                "pack.trace_code": code,
                "pack.on": civil_day(claim.settled_at),
                "pack.sold_at": claim.settled_at,
                "pack.split": False,
                "pack.share_permille": WHOLE,
                "pack.returned_at": None,
                "pack.returned_here": False,
            }


def charged_fees(*, person_id: UUID, at: datetime, days: int) -> list[Facts]:
    """Fees of the person's visits here that were settled within so many days and stand."""
    claims = Claim.objects.filter(
        patient_id=person_id,
        kind=ClaimKind.VISIT_FEE,
        state=ClaimState.SETTLED,
        decided_at__gt=at - timedelta(days=days),
        decided_at__lte=at,
    ).prefetch_related("parts__lines")
    return [
        {
            "item.id": str(line.source_id),
            "item.encounter_id": str(claim.visit_id),
            "item.claim_id": str(claim.id),
            "item.on": claim.on,
            "item.done_at": claim.reserved_at,
            "item.kind": ItemKind.VISIT_FEE,
            "item.code": line.code,
            "item.quantity_milli": line.quantity * MILLI,
            "item.origin_id": "",
            "item.withdrawn": False,
            "encounter.id": str(claim.visit_id),
            "patient.id": str(claim.patient_id),
            "institution.id": str(claim.institution_id),
        }
        for claim in claims
        for part in claim.parts.all()
        for line in part.lines.all()
    ]
