"""What the house knows around a prescription: what else it prescribed the person, and earlier sales of its boxes.

Rows for the judgement of supervision, for the modules above; nothing here is limited to an actor.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from xinglin.hospital.insurance import selectors as insurance
from xinglin.hospital.insurance.selectors import Eligibility
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy.facts import MILLI, WHOLE
from xinglin.hospital.pharmacy.models import Line, Prescription, TracedPack
from xinglin.hospital.pharmacy.states import ENDED
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.errors import UnknownCode
from xinglin.hospital.terminology.selectors import ProductInfo
from xinglin.supervision.facts import Benefit, ItemKind, PrescriptionKind, Scheme
from xinglin.supervision.facts.lake import Facts

TOGETHER = timedelta(days=4)
"""Prescriptions that may belong together: of one visit, or of 24 hours."""


def prescribed(
    *, person_id: UUID, without: UUID | None, at: datetime, days: int, whole: bool
) -> Iterator[tuple[str, Facts]]:
    """What the house prescribed the person within so many days, but for one prescription and those that ended: each
    line as a charged item, supplied or about to be; where `whole`, the last days' prescriptions and lines besides.
    """
    found = (
        Line.objects.filter(
            prescription__patient_id=person_id,
            prescription__issued_at__gt=at - timedelta(days=days),
            prescription__issued_at__lte=at,
        )
        .exclude(prescription__state__in=ENDED)
        .exclude(prescription_id__in=[without] if without else [])
        .select_related("prescription")
    )
    told: set[UUID] = set()
    # Asked once a day: what lies around an order is read while somebody waits.
    insured = cache(lambda on: insurance.coverage(person_id=person_id, on=on))
    for line in found:
        row = line.prescription
        yield "items", _item(line)
        if whole and row.issued_at > at - TOGETHER:
            yield "lines", _line(row, line)
            if row.id not in told:
                told.add(row.id)
                yield "prescriptions", _prescription(row, insured)


def _prescription(row: Prescription, insured: Callable[[date], Eligibility | None]) -> Facts:
    on = civil_day(row.issued_at)
    whom = row.patient_id
    cover = insurance.coverage_facts(insured=insured(on), person_id=whom, on=on, diagnoses=row.diagnosis_codes)
    return {
        "prescription.id": str(row.id),
        "prescription.encounter_id": str(row.visit_id),
        "prescription.on": on,
        "prescription.kind": PrescriptionKind.of(row.kind),
        "prescription.signed_at": row.issued_at,
        "prescription.ended": False,
        "patient.id": str(row.patient_id),
        "physician.id": str(row.prescriber_id),
        "institution.id": str(row.institution_id),
        "coverage.scheme": Scheme.of(cover["scheme"]) if cover["scheme"] else None,
        "coverage.benefit": Benefit.of(cover["benefit"]),
    }


def _line(row: Prescription, line: Line) -> Facts:
    product = _product(line.product_code)
    decoction = product.is_decoction if product else None
    return {
        "line.id": str(line.id),
        "line.prescription_id": str(row.id),
        "line.drug_code": line.product_code,
        "line.quantity": line.packs,
        "line.days": line.days if line.days is not None else line.days_supply,
        "line.decoction": decoction,
        "line.western": None if decoction is None else not decoction,
        "line.solvent": product.atc.startswith("V07AB") if product else None,
        "line.ingredients": product.substances if product else None,
    }


def _item(line: Line) -> Facts:
    row = line.prescription
    charged_at = row.settled_at or row.issued_at
    return supply_facts(line.product_code) | {
        "item.id": str(line.id),
        "item.line_id": str(line.id),
        "item.prescription_id": str(row.id),
        "item.encounter_id": str(row.visit_id),
        "item.on": civil_day(charged_at),
        "item.done_at": charged_at,
        "item.supply_days": line.days_supply,
        "item.quantity_milli": line.packs * MILLI,
        "encounter.id": str(row.visit_id),
        "patient.id": str(row.patient_id),
        "institution.id": str(row.institution_id),
    }


def supply_facts(product_code: str) -> Facts:
    """What an item says of its medicine; only the code where no such medicine is known."""
    product = _product(product_code)
    told: Facts = {"item.code": product_code, "item.origin_id": "", "item.withdrawn": False}
    if product is not None:
        told |= {
            "item.kind": ItemKind.DECOCTION if product.is_decoction else ItemKind.MEDICINE,
            "item.atc_code": product.atc,
            "item.ingredients": product.substances,
        }
    return told


def _product(code: str) -> ProductInfo | None:
    try:
        return terminology.product(code)
    except UnknownCode:
        return None


def sales(*, trace_codes: Collection[str], at: datetime) -> list[Facts]:
    """Every life of these boxes that the house has on record by an instant: picked or sold, not shelved again.

    A box that came back came back to this house, which sold it.
    """
    packs = TracedPack.objects.filter(code__in=trace_codes, shelved_at=None, picked_at__lte=at)
    return [
        {
            "pack.id": str(pack.id),
            "pack.line_id": str(pack.line_id),
            "pack.item_id": str(pack.line_id),
            "pack.prescription_id": str(pack.prescription_id),
            "pack.encounter_id": str(pack.prescription.visit_id),
            "pack.trace_code": pack.code,
            "pack.on": civil_day(pack.sold_at or pack.picked_at),
            "pack.sold_at": pack.sold_at or pack.picked_at,
            "pack.split": False,
            "pack.share_permille": WHOLE,
            "pack.returned_at": pack.returned_at,
            "pack.returned_here": pack.returned_at is not None,
            "institution.id": str(pack.prescription.institution_id),
        }
        for pack in packs.select_related("prescription")
    ]
