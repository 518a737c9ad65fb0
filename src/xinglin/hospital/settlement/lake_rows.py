"""What other institutions reported, as rows of the lake: contacts, stays, claims, charged items and boxes."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from uuid import UUID

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.pharmacy import selectors as pharmacy
from xinglin.hospital.settlement import history
from xinglin.hospital.settlement.access import SEE_RECONCILIATION
from xinglin.hospital.settlement.reported import ReportedClaim, ReportedLine
from xinglin.supervision.facts import Scheme
from xinglin.supervision.facts.lake import Facts

CHUNK = 2_000
SCHEMES = {"310": Scheme.EMPLOYEE, "390": Scheme.RESIDENT}
SUMS = {
    "claim.total_fen": "total_fen",
    "claim.outside_fen": "full_selfpay_fen",
    "claim.over_limit_fen": "over_limit_fen",
    "claim.first_pay_fen": "selfpay_first_fen",
    "claim.in_scope_fen": "in_scope_fen",
    "claim.fund_fen": "fund_fen",
    "claim.hospital_fen": "hospital_fen",
    "claim.account_fen": "account_fen",
    "claim.cash_fen": "cash_fen",
}
Places = dict[UUID, Facts]


def reported_rows(*, actor: Actor, places: Places) -> Iterator[tuple[str, Facts, datetime]]:
    """Table, row and instant of everything that was reported. `places` are the facts of the institutions by id.

    Fetched through a cursor of the database, claim after claim and line after line.
    """
    require(actor, SEE_RECONCILIATION)
    claims = ReportedClaim.objects.order_by("claim_id", "part").iterator(chunk_size=CHUNK)
    for _, parts in groupby(claims, key=lambda claim: claim.claim_id):
        yield from _contact(list(parts), places)
    known: dict[str, Facts] = {}
    for line in ReportedLine.objects.select_related("claim").order_by("pk").iterator(chunk_size=CHUNK):
        if line.code not in known:
            known[line.code] = pharmacy.supply_facts(line.code)
        at = line.claim.settled_at
        yield "items", known[line.code] | history.item_row(line) | _money(line), at
        yield from (("packs", row, at) for row in history.pack_rows(line))


def _contact(parts: list[ReportedClaim], places: Places) -> Iterator[tuple[str, Facts, datetime]]:
    first, at = parts[0], parts[0].settled_at
    cover: Facts = {"coverage.scheme": SCHEMES.get(first.insurance_type), "coverage.chronic_code": first.disease}
    yield "encounters", history.visit_row(first) | places.get(first.institution_id, {}) | cover, at
    if first.kind == history.INPATIENT:
        yield "stays", history.stay_row(first), at
    sums: Facts = {fact: sum(getattr(part, column) for part in parts) for fact, column in SUMS.items()}
    about: Facts = {
        "claim.id": str(first.claim_id),
        "claim.on": civil_day(at),
        "claim.encounter_id": str(first.contact_id),
        "claim.prescription_id": "",
        "claim.settled_at": at,
        "record.known_at": at,
        "record.asked_at": at,
    }
    yield "claims", about | sums, at


def _money(line: ReportedLine) -> Facts:
    return {
        "item.amount_fen": line.amount_fen,
        "item.in_scope_fen": line.in_scope_fen,
        "item.fund_asked": line.full_selfpay_fen < line.amount_fen or line.amount_fen == 0,
        "record.known_at": line.claim.settled_at,
        "record.asked_at": line.claim.settled_at,
    }
