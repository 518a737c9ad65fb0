"""Facts about a prescription, its review, its lines and the packs handed over."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import EarlierSale, PrescriptionKind, ReviewResult, SpecialControl, Stage


@dataclass(frozen=True, slots=True)
class Prescription(Group):
    """One prescription, in the version that is judged."""

    id: str | None = fact("the prescription's id")
    on: date | None = fact("day of writing in Shanghai: today for a draft, the day of signing afterwards")
    kind: PrescriptionKind | None = fact("which limit of days it claims")
    stage: Stage | None = fact("how far it has come, the deed being judged included")
    reason_recorded: bool | None = fact("the reason for a longer supply is written down")
    long_assessed: bool | None = fact("stricter assessment recorded for more than 28 days")
    long_patient_signed: bool | None = fact("the patient signed for more than 28 days")
    signed_at: datetime | None = fact("instant of the physician's signature; None while unsigned")
    settled_at: datetime | None = fact("instant of settlement; None while unsettled or where none is needed")
    signature_present: bool | None = fact("there is an electronic signature")
    signature_holds: bool | None = fact("the signature is right under its key")
    signature_by_prescriber: bool | None = fact("the key belongs to the physician who wrote the prescription")
    signature_content_same: bool | None = fact("the content now is the content that was signed")
    signature_key_valid: bool | None = fact("the key was valid at the instant of signing")


@dataclass(frozen=True, slots=True)
class Review(Group):
    """The pharmacist's review of this version of the prescription."""

    result: ReviewResult | None = fact("result; NONE where there was no review")
    passed_at: datetime | None = fact("first approval of this version; later repeats do not move it")


@dataclass(frozen=True, slots=True)
class Dispensing(Group):
    """The first handing over or shipping of anything on the prescription."""

    left_at: datetime | None = fact("the earlier of hand-over and shipping (the asked-for instant while being asked)")


@dataclass(frozen=True, slots=True)
class Line(Group):
    """One line of a prescription."""

    id: str | None = fact("the line's id")
    drug_code: str | None = fact("code of the medicine; equal codes are one drug")
    drug_zh: str | None = fact("name in Chinese")
    drug_en: str | None = fact("name in English")
    atc_code: str | None = fact('ATC code of the active substance; "" where it has none')
    special_control: SpecialControl | None = fact("class of special control in the house's own drug table")
    decoction: bool | None = fact("decoction pieces or granules of them")
    solvent: bool | None = fact("a solvent or diluent for another line")
    quantity: int | None = fact("packs (the smallest unit that is handed over)", "packs")
    pack_content: int | None = fact("content of one pack", "base units")
    dose: int | None = fact("one dose, in the base unit of the content", "base units")
    frequency_code: str | None = fact("code of the frequency table, such as bid or q8h")
    dose_measured: bool | None = fact("a dose can be counted: False for drops, creams, inhalers used as needed")
    amount_fen: int | None = fact("amount of the line; an estimate before settlement", "fen")


@dataclass(frozen=True, slots=True)
class Pack(Group):
    """One pack handed over under its trace code."""

    id: str | None = fact("the id of the scan")
    line_id: str | None = fact("the line it serves")
    trace_code: str | None = fact('trace code of the pack; "" where it carries none')
    on: date | None = fact("day of the sale")
    amount_fen: int | None = fact("amount of what is handed over under the code", "fen")
    split: bool | None = fact("an opened pack from which a part is handed over")
    earlier_sale: EarlierSale | None = fact("what became of the nearest earlier sale of the code")
    earlier_split: bool | None = fact("that earlier sale was of a part as well; False where there was none")
    sold_permille: int | None = fact("parts of the pack sold under the code, this sale included", "permille")
    resale_allowed: bool | None = fact("the medicine may be sold again after a valid return")
