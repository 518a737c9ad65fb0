"""Load the internet hospital's own year: signing keys, proofs, visits, records, prescriptions."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from xinglin.hospital.consultation import bulk as consultation
from xinglin.hospital.demo.cast import Cast
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.dice import instant
from xinglin.hospital.demo.pricing import trace_prefixes
from xinglin.hospital.demo.rows_care import Storyteller, key_holders, online_care, proofs
from xinglin.hospital.demo.rows_claims import (
    REFERENCE,
    insurer_entries,
    ledger_accounts,
    ledger_transfers,
    own_claims,
    reported,
)
from xinglin.hospital.demo.rows_findings import second_sales
from xinglin.hospital.identity import bulk as identity
from xinglin.hospital.interop import bulk as interop
from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.pictures import Picture, clean_picture
from xinglin.hospital.kernel.signing import new_private_key, public_key_of, sign
from xinglin.hospital.ledger import bulk as ledger
from xinglin.hospital.oversight.bulk import load_judgements
from xinglin.hospital.pharmacy import bulk as pharmacy
from xinglin.hospital.settlement import bulk as settlement
from xinglin.hospital.settlement.bulk import PastClaim
from xinglin.hospital.terminology.bulk import shipped_diagnoses, shipped_products

CASHIER = system_actor("cashier")
LINES_AT_ONCE = 40_000
Progress = Callable[[str, int, int], None]


def load_own_care(city: City, cast: Cast, progress: Progress) -> None:
    """Everything of the year that the internet hospital itself did."""
    care = online_care(city)
    teller, signer = Storyteller(city, cast, shipped_diagnoses()), _signer(city)
    identity.load_auth_events(rows=proofs(city, cast, care))
    visits = [teller.visit(one) for one in care]
    count = consultation.load_visits(rows=visits, sign=signer, paper=paper())
    progress("online visits", count, count)
    pharmacy.load_pack_identifications(prefixes=trace_prefixes())
    prescriptions = [teller.prescription(one) for one in care if one.medicine]
    count = pharmacy.load_prescriptions(rows=prescriptions, products=shipped_products(), sign=signer)
    progress("prescriptions", count, count)
    _load_money(city, own_claims(city, care), progress)


def _load_money(city: City, claims: list[PastClaim], progress: Progress) -> None:
    """The house's settled claims, the insurer's copy of them, the ledger behind them."""
    count = settlement.load_settled(rows=claims, actor=CASHIER, reference=REFERENCE)
    interop.load_insurer_entries(rows=insurer_entries(claims))
    opened_at = instant(city.city_date - timedelta(days=367), 0)
    accounts = ledger.load_accounts(rows=ledger_accounts(city, claims), at=opened_at)
    ledger.load_transfers(rows=ledger_transfers(city, claims), accounts=accounts, actor=CASHIER)
    progress("settlements", count, count)


def load_reported(city: City, progress: Progress) -> None:
    """What every other institution of the city reported."""
    claims, lines = reported(city)
    total = len(claims) + len(lines)
    progress("claims of other institutions", 0, total)
    done = settlement.load_reported_claims(rows=claims)
    progress("claims of other institutions", done, total)
    for start in range(0, len(lines), LINES_AT_ONCE):
        done += settlement.load_reported_lines(rows=lines[start : start + LINES_AT_ONCE])
        progress("claims of other institutions", done, total)
    cases = list(second_sales(city))
    load_judgements(cases)
    progress("judged packs", len(cases), len(cases))


def _signer(city: City) -> Callable[[UUID, Any], tuple[UUID, str, str]]:
    """Fresh keys for every practitioner of the house; private halves stay sealed in the database afterwards."""
    private = {holder: (new_private_key(), since) for holder, since in key_holders(city)}
    key_ids = identity.load_signing_keys(rows=[(holder, key, at) for holder, (key, at) in private.items()])
    public = {holder: public_key_of(key).hex() for holder, (key, _) in private.items()}

    def signed(holder: UUID, content: Any) -> tuple[UUID, str, str]:
        return key_ids[holder], public[holder], sign(private[holder][0], content).hex()

    return signed


def paper() -> Picture:
    """A drawing that stands for every paper of an earlier diagnosis; it says that it is one for the demonstration."""
    image = Image.new("RGB", (420, 560), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((18, 18, 401, 541), outline="#b9a58c", width=2)
    draw.text((34, 36), "DEMO - outpatient record - no such person", fill="#5b4a36")
    for line in range(14):
        draw.line((34, 90 + 30 * line, 34 + 352 - (line * 53) % 150, 90 + 30 * line), fill="#d8ccbc", width=3)
    raw = io.BytesIO()
    image.save(raw, "PNG")
    return clean_picture(raw.getvalue(), field="paper")
