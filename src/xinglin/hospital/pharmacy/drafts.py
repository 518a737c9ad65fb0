"""A prescription while it is written: what was typed, checked and priced. Pure but for the drug table it is given.

Doses are whole units of the product's dose unit, prices fen. The number of packs follows from dose, frequency and days:
the smallest number of whole packs that covers them. Where no days follow (as needed, creams, drops), packs are typed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology.selectors import Frequency, ProductInfo, days_supply, frequencies, packs_needed

KINDS = frozenset({"ordinary", "reasoned", "long", "emergency"})
PACKS_MAX = 99
LINES_MAX = 30
DOSE_MAX = 100_000_000
TEXT_MAX = 500
NOTE_MAX = 300
VALID_DAYS = (1, 2, 3)
ASK_TWICE = frozenset({"D09", "D11", "D14"})
"""The rules that ask for a second signature: the reason that the physician gives beside them is one."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One medicine as typed. None is a field left empty; `reason` is the prescriber's note to the line."""

    id: UUID
    product_code: str
    dose_units: int | None = None
    frequency: str = ""
    route: str = ""
    days: int | None = None
    packs: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A prescription as typed. `id` is the caller's and becomes the prescription's own: signing twice is one deed."""

    id: UUID
    visit_id: UUID
    lines: tuple[DraftLine, ...] = ()
    kind: str = "ordinary"
    kind_reason: str = ""
    assessed: bool = False
    patient_agreed: bool = False
    urgent: bool = False
    valid_days: int = 3
    replaces_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The prescriber's coded reason for going on in spite of a reminder. `key` names the reminder (see `ask_key`)."""

    key: str
    reason_code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its product and what follows from it. `packs` is None while it cannot be computed yet."""

    line: DraftLine
    product: ProductInfo
    packs: int | None
    computed: bool
    days_supply: int | None
    amount_fen: int
    errors: tuple[InvalidInput, ...] = field(default=())


def price_line(line: DraftLine, product: ProductInfo, position: int, days_max: int | None = None) -> PricedLine:
    """Compute packs, days and amount of a line, and collect what is wrong with it at its fields `line-<n>-<field>`.

    `days_max` are the most days that any kind of prescription may have (none asked about for what is past).
    """
    errors = tuple(_line_errors(line, product, position, days_max))
    packs = line.packs
    computed = False
    if packs is None and not errors and line.dose_units and line.days:
        packs = packs_needed(product, line.dose_units, line.frequency, line.days)
        computed = True
    supply = None
    if packs and line.dose_units and line.frequency and not product.no_days and not errors:
        supply = days_supply(product, line.dose_units, line.frequency, packs)
    amount = (packs or 0) * product.price_fen
    return PricedLine(line, product, packs, computed, supply, amount, errors)


def _line_errors(line: DraftLine, product: ProductInfo, position: int, days_max: int | None) -> list[InvalidInput]:
    def wrong(name: str, zh: str, en: str) -> InvalidInput:
        return InvalidInput(field=f"line-{position}-{name}", reason=T(zh=zh, en=en))

    errors = []
    if line.dose_units is None:
        if not product.no_days:
            errors.append(wrong("dose", "请填写每次用量。", "Give the dose for one time."))
        elif len(line.reason.strip()) < 2:
            errors.append(wrong("reason", "请写明用量，例如“薄涂患处”。", 'Say how much, for example "a thin layer".'))
    elif not 0 < line.dose_units <= DOSE_MAX:
        errors.append(wrong("dose", "每次用量太大或太小。", "The dose is too large or too small."))
    if len(line.reason) > NOTE_MAX:
        errors.append(wrong("reason", f"最多 {NOTE_MAX} 字。", f"At most {NOTE_MAX} characters."))
    if line.frequency not in frequency_table():
        errors.append(wrong("frequency", "请选择用药频次。", "Choose how often."))
    if line.route not in product.routes:
        errors.append(wrong("route", "请选择这种药可用的给药途径。", "Choose a route that this medicine allows."))
    counted = not product.no_days and (
        line.frequency not in frequency_table() or frequency_table()[line.frequency].gives_days_supply
    )
    if line.days is not None and (line.days < 1 or (days_max is not None and line.days > days_max)):
        errors.append(wrong("days", f"天数应为 1 到 {days_max}。", f"Days are 1 to {days_max}."))
    if line.packs is not None and not 0 < line.packs <= PACKS_MAX:
        errors.append(wrong("packs", f"数量应为 1 到 {PACKS_MAX} 盒。", f"Packs are 1 to {PACKS_MAX}."))
    if line.packs is None and line.days is None:
        if counted:
            errors.append(wrong("days", "请填写天数。", "Give the number of days."))
        else:
            errors.append(
                wrong("packs", "这种用法算不出天数，请填写盒数。", "No days follow from this use: give packs.")
            )
    return errors


def frequency_table() -> dict[str, Frequency]:
    """Frequencies by code."""
    return {row.code: row for row in frequencies()}


def check_draft(draft: Draft, priced: Sequence[PricedLine]) -> None:
    """Everything that must be right before signing. Raises InvalidForm with one error a wrong field."""
    errors = [error for p in priced for error in p.errors]
    if draft.kind not in KINDS:
        errors.append(_wrong("kind", "请选择处方种类。", "Choose the kind of prescription."))
    if draft.kind in {"reasoned", "long"} and len(draft.kind_reason.strip()) < 2:
        errors.append(_wrong("kind_reason", "请写明延长用药天数的理由。", "Say why a longer supply is needed."))
    if len(draft.kind_reason) > TEXT_MAX:
        errors.append(_wrong("kind_reason", f"最多 {TEXT_MAX} 字。", f"At most {TEXT_MAX} characters."))
    if draft.valid_days not in VALID_DAYS:
        errors.append(_wrong("valid_days", "有效期为 1 到 3 天。", "A prescription is valid for 1 to 3 days."))
    if len({p.line.id for p in priced}) != len(priced):
        errors.append(_wrong("lines", "同一行出现了两次，请刷新页面。", "A line appears twice; reload the page."))
    if len(priced) > LINES_MAX:
        errors.append(_wrong("lines", f"最多 {LINES_MAX} 行。", f"At most {LINES_MAX} lines."))
    if errors:
        raise InvalidForm(errors)


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field, reason=T(zh=zh, en=en))


# AS STORED


def as_json(draft: Draft) -> dict[str, Any]:
    """A draft for storage."""
    values = asdict(draft)
    values["lines"] = [{**line, "id": str(line["id"])} for line in values["lines"]]
    for name in ("id", "visit_id", "replaces_id"):
        values[name] = str(values[name]) if values[name] else None
    return values


def from_json(values: dict[str, Any]) -> Draft:
    """A draft from storage."""
    lines = tuple(DraftLine(**{**line, "id": UUID(line["id"])}) for line in values["lines"])
    replaces = UUID(values["replaces_id"]) if values["replaces_id"] else None
    known = {**values, "lines": lines, "replaces_id": replaces}
    return Draft(**{**known, "id": UUID(values["id"]), "visit_id": UUID(values["visit_id"])})
