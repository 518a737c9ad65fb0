"""Load prescriptions of the past by COPY, for the demo city and for imports: written, reviewed, paid, handed over.

They are priced and signed on the way in, in the very form of today's, with the keys that the caller has for prescriber
and reviewer: history, too, can be verified. Constraints judge the rows.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.copying import copy_rows
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import canonical_bytes
from xinglin.hospital.pharmacy import models
from xinglin.hospital.pharmacy.content import Party, age_words, patient_party, prescription_content, review_content
from xinglin.hospital.pharmacy.drafts import Draft, DraftLine, PricedLine, price_line
from xinglin.hospital.pharmacy.places import Place, sealed
from xinglin.hospital.pharmacy.services.writing import REVIEW_WITHIN, valid_until
from xinglin.hospital.terminology.selectors import ProductInfo

Sign = Callable[[UUID, Any], tuple[UUID, str, str]]
"""(practitioner, content) → id of the key, public key and signature, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Professional:
    """A prescriber or reviewer as the signed text names them; `account_id` is who acted."""

    id: UUID
    person_id: UUID
    account_id: UUID
    name: str
    register_no: str
    title: str


@dataclass(frozen=True, slots=True)
class PastPrescription:
    """A prescription whose medicine the patient has collected at the counter. Lines carry trace codes, one a pack."""

    id: UUID
    visit_id: UUID
    patient_id: UUID
    patient_name: str
    sex: str
    birth_on: date
    phone: str
    prescriber: Professional
    reviewer: Professional
    picker: Professional
    institution_id: UUID
    institution_zh: str
    institution_en: str
    department: str
    diagnoses: Sequence[tuple[str, str, str]]
    kind: str
    kind_reason: str
    lines: Sequence[tuple[DraftLine, Sequence[str]]]
    issued_at: datetime
    reviewed_at: datetime
    picked_at: datetime
    settlement_id: UUID
    settled_at: datetime
    handed_over_at: datetime

    def steps(self) -> Iterator[tuple[str, str, str, UUID, str, datetime]]:
        """What happened to it: before, after, verb, who (account and label), when."""
        desk = (self.picker.account_id, self.picker.name)
        yield "", "signed", "issue_prescription", self.prescriber.account_id, self.prescriber.name, self.issued_at
        who = (self.reviewer.account_id, self.reviewer.name)
        yield "signed", "approved", "review_prescription", *who, self.reviewed_at
        yield "approved", "picked", "pick", *desk, self.picked_at
        yield "picked", "settled", "release", *desk, self.settled_at
        yield "settled", "handed_over", "hand_over", *desk, self.handed_over_at
        yield "handed_over", "delivered", "hand_over", *desk, self.handed_over_at


PRESCRIPTION = (
    "id", "visit_id", "patient_id", "prescriber_id", "prescriber_person_id", "institution_id", "kind", "kind_reason",
    "assessed", "patient_agreed", "diagnosis_codes", "urgent", "state", "issued_at", "review_due_at", "valid_until_at",
    "total_fen", "settlement_id", "settled_at", "ended_reason",
)  # fmt: skip
LINE = (
    "id", "prescription_id", "position", "product_code", "name_zh", "name_en", "strength_text", "pack_text",
    "dose_units", "dose_unit", "frequency", "route", "days", "packs", "days_supply", "reason", "price_fen",
    "amount_fen",
)  # fmt: skip
SIGNED = ("prescription_id", "content", "sha256", "key_id", "public_key", "signature", "signed_at")
REVIEW = (
    "id", "prescription_id", "reviewer_id", "reviewer_person_id", "outcome", "codes", "text", "at", "content", "sha256",
    "key_id", "public_key", "signature",
)  # fmt: skip
STEP = ("id", "prescription_id", "seq", "before", "after", "verb", "actor_id", "actor_label", "at")
PACK = ("id", "prescription_id", "line_id", "code", "picked_at", "picked_by_id", "sold_at", "reported")
HAND_OVER = ("id", "prescription_id", "to", "recipient", "by_id", "at")
DELIVERY = ("prescription_id", "way", "place_sealed", "state", "carrier", "chosen_at", "ended_at")
CUSTODY = ("id", "prescription_id", "seq", "kind", "holder", "place", "at", "recorded_at", "source")


def load_pack_identifications(*, prefixes: Mapping[str, str]) -> int:
    """The first seven digits of trace codes by product code."""
    rows = ((prefix, code) for code, prefix in prefixes.items())
    return copy_rows(models.PackIdentification, ("prefix", "product_code"), rows)


def load_prescriptions(*, rows: Sequence[PastPrescription], products: Mapping[str, ProductInfo], sign: Sign) -> int:
    """Load prescriptions with everything that hangs on them; `products` are the medicines as they were on the day."""
    priced = {r.id: _priced(r, products) for r in rows}
    signed = {r.id: _signed(r, priced[r.id], sign) for r in rows}
    count = copy_rows(models.Prescription, PRESCRIPTION, (_row(r, priced[r.id]) for r in rows))
    copy_rows(models.Line, LINE, (line for r in rows for line in _lines(r, priced[r.id])))
    copy_rows(models.SignedContent, SIGNED, signed.values())
    copy_rows(models.Review, REVIEW, (_review(r, signed[r.id][2], sign) for r in rows))
    copy_rows(models.Step, STEP, (_step(r, seq, step) for r in rows for seq, step in enumerate(r.steps(), 1)))
    copy_rows(models.TracedPack, PACK, (pack for r in rows for pack in _packs(r)))
    desk = ((new_id(), r.id, "patient", r.patient_name, r.picker.account_id, r.handed_over_at) for r in rows)
    copy_rows(models.HandOver, HAND_OVER, desk)
    copy_rows(models.Delivery, DELIVERY, (_delivery(r) for r in rows))
    copy_rows(models.CustodyStep, CUSTODY, (step for r in rows for step in _custody(r)))
    return count


def _priced(r: PastPrescription, products: Mapping[str, ProductInfo]) -> list[PricedLine]:
    return [price_line(line, products[line.product_code], n) for n, (line, _) in enumerate(r.lines, 1)]


def _row(r: PastPrescription, priced: Sequence[PricedLine]) -> tuple[Any, ...]:
    longest = max((p.days_supply or 0 for p in priced), default=0)
    return (
        r.id, r.visit_id, r.patient_id, r.prescriber.id, r.prescriber.person_id, r.institution_id, r.kind,
        r.kind_reason, longest > 28, longest > 28, [code for code, _, _ in r.diagnoses], False, "delivered",
        r.issued_at, r.issued_at + REVIEW_WITHIN, valid_until(r.issued_at, 3), sum(p.amount_fen for p in priced),
        r.settlement_id, r.settled_at, "",
    )  # fmt: skip


def _lines(r: PastPrescription, priced: Sequence[PricedLine]) -> Iterator[tuple[Any, ...]]:
    for position, p in enumerate(priced, 1):
        line, product = p.line, p.product
        yield (
            line.id, r.id, position, product.code, product.name_zh, product.name_en, product.strength_text,
            product.pack_text, line.dose_units, product.dose_unit, line.frequency, line.route, line.days, p.packs,
            p.days_supply, line.reason, product.price_fen, p.amount_fen,
        )  # fmt: skip


def _signed(r: PastPrescription, priced: Sequence[PricedLine], sign: Sign) -> tuple[Any, ...]:
    longest = max((p.days_supply or 0 for p in priced), default=0)
    draft = Draft(
        id=r.id,
        visit_id=r.visit_id,
        lines=tuple(line for line, _ in r.lines),
        kind=r.kind,
        kind_reason=r.kind_reason,
        assessed=longest > 28,
        patient_agreed=longest > 28,
    )
    content = prescription_content(
        draft=draft,
        priced=priced,
        diagnoses=r.diagnoses,
        patient=patient_party(
            r.patient_id, r.patient_name, r.sex, r.birth_on, age_words(r.birth_on, civil_day(r.issued_at))
        ),
        prescriber=Party(
            r.prescriber.id, r.prescriber.name, {"register_no": r.prescriber.register_no, "title": r.prescriber.title}
        ),
        institution=Party(
            r.institution_id, r.institution_zh, {"name_en": r.institution_en, "department": r.department}
        ),
        answers={},
        issued_at=r.issued_at,
        valid_until_at=valid_until(r.issued_at, 3),
    )
    text = canonical_bytes(content)
    return (r.id, text.decode(), hashlib.sha256(text).hexdigest(), *sign(r.prescriber.id, content), r.issued_at)


def _review(r: PastPrescription, sha256: str, sign: Sign) -> tuple[Any, ...]:
    review_id = new_id()
    content = review_content(
        review_id=review_id,
        prescription_id=r.id,
        prescription_sha256=sha256,
        reviewer=Party(r.reviewer.id, r.reviewer.name, {"register_no": r.reviewer.register_no}),
        outcome="approve",
        codes=[],
        text="",
        at=r.reviewed_at,
    )
    text = canonical_bytes(content)
    return (
        review_id, r.id, r.reviewer.id, r.reviewer.person_id, "approve", [], "", r.reviewed_at, text.decode(),
        hashlib.sha256(text).hexdigest(), *sign(r.reviewer.id, content),
    )  # fmt: skip


def _step(r: PastPrescription, seq: int, step: tuple[str, str, str, UUID, str, datetime]) -> tuple[Any, ...]:
    before, after, verb, actor_id, label, at = step
    return new_id(), r.id, seq, before, after, verb, actor_id, label, at


def _packs(r: PastPrescription) -> Iterator[tuple[Any, ...]]:
    for line, codes in r.lines:
        for code in codes:
            yield new_id(), r.id, line.id, code, r.picked_at, r.picker.account_id, r.handed_over_at, False


def _delivery(r: PastPrescription) -> tuple[Any, ...]:
    place = sealed(Place(r.patient_name, r.phone, ""))
    return r.id, "counter", place, "delivered", "", r.issued_at, r.handed_over_at


def _custody(r: PastPrescription) -> Iterator[tuple[Any, ...]]:
    for seq, kind in enumerate(("handed_over", "delivered"), 1):
        yield new_id(), r.id, seq, kind, r.patient_name, "", r.handed_over_at, r.handed_over_at, "house"
