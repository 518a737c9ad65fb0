"""The text that is signed: everything a prescription says, as plain values for canonical bytes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.drafts import ASK_TWICE, Answer, Draft, PricedLine
from xinglin.hospital.terminology.selectors import dose_text

FORM = "xinglin.prescription/1"
REVIEW_FORM = "xinglin.prescription-review/1"
SEVEN_POINTS = (
    "skin-test",
    "indication",
    "dose-and-use",
    "form-and-route",
    "duplication",
    "interaction",
    "other",
)
"""What an approval says was looked at (处方管理办法 2007, article 35; from memory)."""


@dataclass(frozen=True, slots=True)
class Party:
    """A person or institution as the signed text names it."""

    id: UUID
    name: str
    more: Mapping[str, Any]

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return {"id": self.id, "name": self.name, **self.more}


def prescription_content(
    *,
    draft: Draft,
    priced: Sequence[PricedLine],
    diagnoses: Sequence[tuple[str, str, str]],
    patient: Party,
    prescriber: Party,
    institution: Party,
    answers: Mapping[str, Answer],
    issued_at: datetime,
    valid_until_at: datetime,
) -> dict[str, Any]:
    """The whole prescription. Nothing that the pharmacist or the patient relies on may be missing here."""
    return {
        "form": FORM,
        "id": draft.id,
        "visit_id": draft.visit_id,
        "replaces_id": draft.replaces_id,
        "kind": draft.kind,
        "kind_reason": draft.kind_reason.strip(),
        "assessed": draft.assessed,
        "patient_agreed": draft.patient_agreed,
        "urgent": draft.urgent,
        "patient": patient.plain(),
        "prescriber": prescriber.plain(),
        "institution": institution.plain(),
        "diagnoses": [{"code": code, "zh": zh, "en": en} for code, zh, en in diagnoses],
        "lines": [_line(p) for p in priced],
        "answers": [
            {"to": key, "reason_code": answer.reason_code, "text": answer.text.strip()} | _twice(key)
            for key, answer in sorted(answers.items())
        ],
        "total_fen": sum(p.amount_fen for p in priced),
        "issued_at": issued_at,
        "valid_until_at": valid_until_at,
    }


def _twice(key: str) -> dict[str, bool]:
    """Under the rules that ask for a second signature the reason beside it is one, and the signed text says so."""
    return {"second_signature": True} if key.partition(":")[0] in ASK_TWICE else {}


def _line(priced: PricedLine) -> dict[str, Any]:
    line, product = priced.line, priced.product
    dose = dose_text(product, line.dose_units) if line.dose_units else T(zh="", en="")
    return {
        "id": line.id,
        "product_code": product.code,
        "name_zh": product.name_zh,
        "name_en": product.name_en,
        "strength": product.strength_text,
        "pack": product.pack_text,
        "dose_units": line.dose_units,
        "dose_unit": product.dose_unit,
        "dose_zh": dose.zh,
        "dose_en": dose.en,
        "frequency": line.frequency,
        "route": line.route,
        "days": line.days,
        "packs": priced.packs,
        "days_supply": priced.days_supply,
        "reason": line.reason.strip(),
        "price_fen": product.price_fen,
        "amount_fen": priced.amount_fen,
    }


def patient_party(id: UUID, name: str, sex: str, birth_on: date, age: str) -> Party:
    """The patient; age as the form wants it: years, or months and days for the small."""
    return Party(id, name, {"sex": sex, "birth_on": birth_on, "age": age})


def age_words(birth_on: date, on: date) -> str:
    """Age on a day: years from two years on, months below, days in the first month ('63岁', '14月', '9天')."""
    years = on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))
    if years >= 2:
        return f"{years}岁"
    months = (on.year - birth_on.year) * 12 + on.month - birth_on.month - (on.day < birth_on.day)
    return f"{months}月" if months >= 1 else f"{(on - birth_on).days}天"


def review_content(
    *,
    review_id: UUID,
    prescription_id: UUID,
    prescription_sha256: str,
    reviewer: Party,
    outcome: str,
    codes: Sequence[str],
    text: str,
    at: datetime,
) -> dict[str, Any]:
    """What a pharmacist signs: the outcome over exactly this prescription, named by the hash of its signed text."""
    return {
        "form": REVIEW_FORM,
        "id": review_id,
        "prescription_id": prescription_id,
        "prescription_sha256": prescription_sha256,
        "reviewer": reviewer.plain(),
        "outcome": outcome,
        "checked": list(SEVEN_POINTS) if outcome == "approve" else [],
        "codes": list(codes),
        "text": text,
        "at": at,
    }
