"""Claims and explanations of benefit as flat rows. Amounts are hundredths of the currency that the record names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pyarrow as pa

from xinglin.supervision.intake.fhir.medicines import medicine
from xinglin.supervision.intake.fhir.services import service
from xinglin.supervision.intake.fhir.values import (
    Resource,
    codes,
    coding,
    day,
    fen,
    instant,
    key_of,
    needed,
    scaled,
)

Count = Callable[..., None]
TEXT, DAY, INSTANT, WHOLE, TRUTH = pa.string(), pa.date32(), pa.timestamp("us"), pa.int64(), pa.bool_()
CLAIM_SCHEMA: Final[Mapping[str, pa.DataType]] = {
    "person": TEXT,
    "encounter": TEXT,
    "request": TEXT,
    "day": DAY,
    "settled_at": INSTANT,
    "total_fen": WHOLE,
    "lines_fen": WHOLE,
    "insured": TRUTH,
    "institution": TEXT,
}
CHARGE_SCHEMA: Final[Mapping[str, pa.DataType]] = {
    "claim": TEXT,
    "encounter": TEXT,
    "request": TEXT,
    "day": DAY,
    "done_at": INSTANT,
    "kind": TEXT,
    "code": TEXT,
    "name": TEXT,
    "ingredients": TEXT,
    "atc": TEXT,
    "quantity_milli": WHOLE,
    "unit_price_millifen": WHOLE,
    "amount_fen": WHOLE,
    "insured": TRUTH,
}
BENEFIT_SCHEMA: Final[Mapping[str, pa.DataType]] = {
    "claim": TEXT,
    "settled_at": INSTANT,
    "total_fen": WHOLE,
    "in_scope_fen": WHOLE,
    "fund_fen": WHOLE,
    "person_fen": WHOLE,
    "reversed": TRUTH,
}
MEDICINE_SYSTEMS: Final = ("rxnorm", "ndc", "atc")
VOID: Final = {"cancelled", "entered-in-error", "draft"}
PERSON_SHARES: Final = ("copay", "deductible", "coinsurance", "noncovered")


def claim(resource: Resource, count: Count) -> Iterator[tuple[str, dict[str, Any]]]:
    """A claim with its charges. Drafts, cancelled ones and preauthorizations ask for nothing."""
    if resource.get("status") in VOID or resource.get("use") not in {None, "claim"}:
        return
    yield from _claim(resource, resource["id"], key_of(resource.get("prescription")), count)


def _claim(resource: Resource, ident: str, request: str | None, count: Count) -> Iterator[tuple[str, dict[str, Any]]]:
    items = [item for item in resource.get("item") or () if isinstance(item, Mapping)]
    insured = bool(resource.get("insurance"))
    encounter = next((key for item in items for one in item.get("encounter") or () if (key := key_of(one))), None)
    period = resource.get("billablePeriod") or {}
    when = period.get("end") or period.get("start") or resource.get("created")
    charges = [_charge(item, ident, encounter, request, insured, count) for item in items]
    amounts = [charge["amount_fen"] for charge in charges]
    yield (
        "Claim",
        {
            "id": ident,
            "person": needed(key_of(resource.get("patient")), "patient"),
            "encounter": encounter,
            "request": request,
            "day": day(when, "billablePeriod"),
            "settled_at": instant(resource.get("created"), "created"),
            "total_fen": fen(resource.get("total"), "total") if isinstance(resource.get("total"), Mapping) else None,
            "lines_fen": None if not amounts or None in amounts else sum(amounts),
            "insured": insured,
            "institution": key_of(resource.get("provider")),
        },
    )
    yield from (("ClaimItem", charge) for charge in charges)


def _charge(
    item: Mapping[str, Any], ident: str, encounter: str | None, request: str | None, insured: bool, count: Count
) -> dict[str, Any]:
    """One charged line. A price alone is multiplied by the quantity; a quantity that is not told is one."""
    system, code, words = coding(item.get("productOrService"))
    read = medicine(words) if any(name in system.lower() for name in MEDICINE_SYSTEMS) else None
    if read is not None:
        count("medicine", words or code, known=read.substances is not None)
        ours, name = code or words or None, words or None
    else:
        ours, name = service(item.get("productOrService"), count)
    quantity = scaled((item.get("quantity") or {}).get("value", 1), 1_000, "quantity")
    price = scaled((item.get("unitPrice") or {}).get("value"), 100_000, "unitPrice")
    amount = fen(item.get("net"), "net")
    if amount is None and price is not None and quantity is not None:
        amount = price * quantity // 1_000_000
    served = item.get("servicedDate") or (item.get("servicedPeriod") or {}).get("start")
    own = next((key for one in item.get("encounter") or () if (key := key_of(one))), encounter)
    return {
        "id": f"{ident}#{item.get('sequence', '')}",
        "claim": ident,
        "encounter": own,
        "request": request if read is not None else None,
        "day": day(served, "serviced"),
        "done_at": instant(served, "serviced"),
        "kind": "medicine" if read is not None else "service",
        "code": ours or code or words or None,  # Charges are told apart by it even where no list holds it.
        "name": name,
        "ingredients": read.ingredients if read is not None else "",
        "atc": read.atc if read is not None else "",
        "quantity_milli": quantity,
        "unit_price_millifen": price,
        "amount_fen": amount,
        "insured": insured,
    }


def explanation(resource: Resource, count: Count) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an insurer made of a claim. One that names no claim stands for the claim itself."""
    if resource.get("status") in VOID - {"cancelled"}:
        return
    told = key_of(resource.get("claim"))
    ident = told or f"eob-{resource['id']}"
    if told is None:
        shaped = {**resource, "total": None}
        prescription = key_of(resource.get("prescription"))
        yield from _claim(shaped, ident, prescription, count)
    totals = _totals(resource)
    paid = (resource.get("payment") or {}).get("amount")
    shares = [totals[name] for name in PERSON_SHARES if name in totals]
    yield (
        "ExplanationOfBenefit",
        {
            "id": resource["id"],
            "claim": ident,
            "settled_at": instant(resource.get("created"), "created"),
            "total_fen": totals.get("submitted"),
            "in_scope_fen": totals.get("eligible"),
            "fund_fen": totals.get("benefit", fen(paid, "payment")),
            "person_fen": sum(shares) if shares else None,
            "reversed": resource.get("status") == "cancelled",
        },
    )


def _totals(resource: Resource) -> dict[str, int]:
    """The totals by their category; the same category twice is added."""
    found: dict[str, int] = {}
    for total in resource.get("total") or ():
        amount = fen(total.get("amount"), "total")
        for code in codes(total.get("category")) if amount is not None else ():
            found[code] = found.get(code, 0) + (amount or 0)
    return found
