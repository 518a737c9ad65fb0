"""Prescriptions, their lines and the packs handed over as facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID, uuid5

from xinglin.benefits.lines import FeeLine
from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.conditions import CONDITIONS
from xinglin.hospital.demo.city.encounters import Encounter, Prescribing
from xinglin.hospital.demo.city.prices import Medicine
from xinglin.hospital.demo.city.staff import Practitioner
from xinglin.hospital.demo.lake_times import Times, chance
from xinglin.hospital.demo.lake_visits import Visit
from xinglin.supervision.facts import (
    AntimicrobialGrade,
    EarlierSale,
    PrescriptionKind,
    PrescriptionOrigin,
    ReviewResult,
    SpecialControl,
    Stage,
)
from xinglin.supervision.facts.lake import Facts

WRITTEN: Final = frozenset({"outpatient", "emergency", "online", "dialysis"})
"""Kinds of care whose medicine stands on a prescription: a stay has orders, the city's pharmacies sell without."""
WEEK, MONTH = 7, 28
USUAL_REVIEW: Final = (24, 40)
"""Least seconds of a review where nobody is known to have made it, and within how many more the others lie."""
USUAL_DAYS: Final = (84, 56, 42, 28, 14, 10, 7, 5, 3, 1)
_CHRONIC_CODES: Final = frozenset(code for condition in CONDITIONS for code in condition.codes)


def prescription_id(encounter: Encounter) -> str:
    """The prescription's id, made from the visit's."""
    return str(uuid5(UUID(encounter.id), "prescription"))


def line_id(encounter: Encounter, code: str) -> str:
    """The id of a prescription's line, made from the prescription's and the product."""
    return str(uuid5(UUID(prescription_id(encounter)), code))


class Medicines:
    """Rows of prescriptions, lines and packs."""

    def __init__(self, city: City, times: Times, final: bool) -> None:
        self.city, self.times, self.final, self.seed = city, times, final, city.seed
        self.medicines = city.prices.medicines
        self.products = {medicine.trace_prefix: medicine.code for medicine in self.medicines.values()}
        self.of_line = cache(self._of_line)
        self.first_sale = self._first_sales()

    def _first_sales(self) -> dict[str, tuple[int, datetime]]:
        """Of every trace code that comes twice: number of the bill and instant of knowing of its first sale."""
        seen: set[str] = set()
        twice: set[str] = set()
        for bill in self.city.bills:
            for codes in bill.traces:
                twice |= seen.intersection(codes)
                seen.update(codes)
        found: dict[str, tuple[int, datetime]] = {}
        for bill in self.city.bills if twice else ():
            for codes in bill.traces:
                for code in twice.intersection(codes) - found.keys():
                    known = self.times.known_at(bill.encounter.place, bill.settled_at, bill.encounter.id)
                    found[code] = (id(bill), known)
        return found

    def prescribed(self, visit: Visit) -> bool:
        """There is a prescription: a kind of care that writes one, and medicine on a bill."""
        return visit.encounter.kind in WRITTEN and any(
            line.code in self.medicines for bill in visit.bills for line in bill.lines
        )

    def prescription(self, visit: Visit) -> Facts:
        """The row of a prescription, judged when it is settled and handed over."""
        one, settled = visit.encounter, visit.settled
        days = max(self.days_of(one, line.code, line.quantity) or 0 for line in _medicine_lines(self, visit))
        signed = self._signed(visit)
        passed = max(signed, visit.ended + (settled - visit.ended) * 0.6)
        how = one.prescribing or Prescribing()
        kind = self._kind(one, days)
        long = kind is PrescriptionKind.LONG
        at = self.times.end if self.final else max(settled, signed)
        return {
            "prescription.id": prescription_id(one),
            "prescription.encounter_id": one.id,
            "prescription.on": one.on,
            "prescription.kind": kind,
            "prescription.stage": Stage.DISPENSED,
            "prescription.reason_recorded": kind in (PrescriptionKind.LONG, PrescriptionKind.REASONED),
            "prescription.long_assessed": days > MONTH,
            "prescription.long_patient_signed": days > MONTH,
            "prescription.signed_at": signed,
            "prescription.settled_at": settled,
            "prescription.signature_present": True,
            "prescription.signature_holds": True,
            "prescription.signature_by_prescriber": True,
            "prescription.signature_content_same": True,
            "prescription.signature_key_valid": True,
            "prescription.ended": False,
            "prescription.stable_recorded": long,
            "prescription.first_long": False,
            "prescription.valid_until_on": one.on + timedelta(days=3),
            "prescription.second_signed": False,
            "prescription.external": False,
            "prescription.ordered_before": how.ordered_before,
            "prescription.origin": PrescriptionOrigin.of(how.origin),
            "review.result": ReviewResult.APPROVED if passed <= at else ReviewResult.NONE,
            "review.passed_at": passed,
            "review.pharmacist_id": self._reviewer(one),
            "review.human_seconds": self._review_seconds(one),
            "review.same_device": False,
            "review.automatic": False,
            "dispensing.left_at": settled,
            "record.known_at": self.times.known_at(one.place, settled, one.id),
            "record.asked_at": max(settled, signed),
        }

    def _signed(self, visit: Visit) -> datetime:
        """When the prescription was signed: near the end of the visit, unless it came to be in another way."""
        how = visit.encounter.prescribing
        if how is not None and how.after_payment is not None:
            return visit.settled + timedelta(seconds=how.after_payment)
        if how is not None and how.after_start is not None:
            return visit.started + timedelta(seconds=how.after_start)
        return visit.started + (visit.ended - visit.started) * 0.8

    def _kind(self, one: Encounter, days: int) -> PrescriptionKind:
        if one.kind == "emergency":
            return PrescriptionKind.EMERGENCY
        if days <= WEEK:
            return PrescriptionKind.ORDINARY
        chronic = any(code in _CHRONIC_CODES for code in one.codes)
        return PrescriptionKind.LONG if chronic and days > 2 * WEEK else PrescriptionKind.REASONED

    def _reviewer(self, one: Encounter) -> str:
        """Who reviewed it; "" where there is nobody."""
        who = self._pharmacist(one)
        return who.id if who is not None else ""

    def _review_seconds(self, one: Encounter) -> int:
        """How long the pharmacist read."""
        who = self._pharmacist(one)
        least, more = who.review_seconds if who is not None else USUAL_REVIEW
        return int(least + more * chance(self.seed, "review", one.id))

    def _pharmacist(self, one: Encounter) -> Practitioner | None:
        """A pharmacist of the place, else of the health centre above it."""
        place = self.city.places.places[one.place]
        here = self.city.staff.pharmacists.get(one.place) or self.city.staff.pharmacists.get(place.parent or -1) or []
        if not here:
            return None
        return self.city.staff.practitioners[here[int(len(here) * chance(self.seed, "reviewer", one.id))]]

    def days_of(self, one: Encounter, code: str, packs: int) -> int | None:
        """Days for which a medicine was ordered: as meant, never more than the packs last."""
        lasting = self.medicines[code].days_of(packs)
        if lasting is None:
            return one.days or None
        return min(one.days, lasting) if one.days else max((d for d in USUAL_DAYS if d <= lasting), default=lasting)

    # LINES

    def _of_line(self, code: str) -> Facts:
        """What a line says of its medicine, whoever gets it."""
        medicine = self.medicines[code]
        daily = medicine.micrograms * medicine.times // medicine.period_days if medicine.micrograms else None
        return {
            "line.drug_code": code,
            "line.drug_zh": medicine.name_zh,
            "line.drug_en": medicine.name_en,
            "line.atc_code": medicine.atc,
            "line.special_control": SpecialControl.of(medicine.special_class),
            "line.decoction": medicine.decoction,
            "line.solvent": medicine.atc.startswith("V07AB"),
            "line.pack_content": medicine.unit_content * medicine.units_per_pack,
            "line.dose": medicine.dose,
            "line.frequency_code": medicine.frequency,
            "line.dose_measured": medicine.counts_days,
            "line.ingredients": ingredients(medicine),
            "line.route_code": medicine.route,
            "line.dose_micrograms": medicine.micrograms,
            "line.daily_micrograms": daily,
            "line.antimicrobial_grade": AntimicrobialGrade.of(medicine.antimicrobial_grade),
            "line.western": not medicine.decoction,
            "line.intended_combination": False,
            "line.grams_a_dose_milli": None,
            "line.doses": None,
            "line.findings": None,
        }

    def lines(self, visit: Visit) -> Iterator[Facts]:
        """The rows of a prescription's lines; the parts of a claim are put together again."""
        one = visit.encounter
        for line in _medicine_lines(self, visit):
            of_line: Facts = self.of_line(line.code)
            yield of_line | {
                "line.id": line_id(one, line.code),
                "line.prescription_id": prescription_id(one),
                "line.quantity": line.quantity,
                "line.amount_fen": line.amount_fen,
                "line.days": self.days_of(one, line.code, line.quantity),
            }

    # PACKS

    def packs(self, visit: Visit, bill: Bill, code: str, item_id: str, codes: tuple[str, ...]) -> Iterator[Facts]:
        """The rows of the packs of one charged medicine; one without a code where nothing was scanned."""
        one, refunded = visit.encounter, self.times.refunded_at(bill)
        written = one.kind in WRITTEN
        price = self.medicines[code].price_fen
        quantity = next(line.quantity for line in bill.lines if line.code == code)
        known = self.times.known_at(one.place, bill.settled_at, one.id)
        for number, trace in enumerate(codes or ("",)):
            yield {
                "pack.id": f"{item_id}:{number}",
                "pack.line_id": line_id(one, code) if written else "",
                "pack.prescription_id": prescription_id(one) if written else "",
                "pack.encounter_id": one.id,
                "pack.item_id": item_id,
                "pack.trace_code": trace,
                "pack.on": bill.settled_at.date(),
                "pack.sold_at": bill.settled_at,
                "pack.amount_fen": price if trace else price * quantity,
                "pack.split": False,
                "pack.earlier_split": False,
                "pack.share_permille": 1000,
                **self._earlier(trace, bill),
                "pack.resale_allowed": False,
                "pack.returned_at": refunded if self.final else None,
                "pack.returned_here": self.final and refunded is not None,
                "pack.sold_product_code": code,
                "pack.code_product_code": self.products.get(trace[:7], "") if trace else "",
                "pack.trace_required": True,
                "pack.outage": False,
                "record.known_at": known,
                "record.asked_at": bill.settled_at,
            }

    def _earlier(self, trace: str, bill: Bill) -> Facts:
        """The earlier sale of a code, as far as it was known when this one was judged."""
        first = self.first_sale.get(trace)
        sold = first is not None and first[0] != id(bill) and (self.final or first[1] <= bill.settled_at)
        return {
            "pack.earlier_sale": EarlierSale.SOLD if sold else EarlierSale.NONE,
            "pack.sold_permille": 2000 if sold else 1000,
        }


def ingredients(medicine: Medicine) -> str:
    """The codes of the active substances as one text."""
    return "|".join(medicine.ingredients)


def _medicine_lines(medicines: Medicines, visit: Visit) -> list[FeeLine]:
    return [line for bill in visit.bills for line in bill.lines if line.code in medicines.medicines]
