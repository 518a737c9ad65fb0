"""Whether a signed prescription is still what was signed, by the right key, in that key's life."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.signing import canonical_bytes, digest, signature_holds
from xinglin.hospital.pharmacy.models import Line, Prescription, SignedContent


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What a check of the stored signature found; the five facts that rule B08 asks for."""

    present: bool
    holds: bool
    by_prescriber: bool
    content_same: bool
    key_valid: bool

    @property
    def good(self) -> bool:
        """Everything is as it must be."""
        return self.present and self.holds and self.by_prescriber and self.content_same and self.key_valid


def check_signature(
    row: Prescription, signed: SignedContent | None = None, lines: Sequence[Line] | None = None
) -> SignatureCheck:
    """Check the signature against the signed text, the rows and the key's life.

    Without `signed` and `lines` the stored ones are read; with them a prescription is checked before it is saved.
    """
    signed = signed or getattr(row, "signed", None)
    if signed is None:
        return SignatureCheck(False, False, False, False, False)
    lines = list(row.lines.all()) if lines is None else lines
    try:
        content = json.loads(signed.content)
        key = identity.signing_key(key_id=signed.key_id)
        holds = canonical_bytes(content) == signed.content.encode() and signature_holds(
            bytes.fromhex(key.public_key), bytes.fromhex(signed.signature), content
        )
    except (ValueError, TypeError, NotFound):
        return SignatureCheck(True, False, False, False, False)
    return SignatureCheck(
        present=True,
        holds=holds,
        by_prescriber=key.practitioner_id == row.prescriber_id and key.public_key == signed.public_key,
        content_same=digest(content) == signed.sha256 and same_as_rows(content, row, lines),
        key_valid=key.held_at(signed.signed_at),
    )


def same_as_rows(content: dict[str, Any], row: Prescription, lines: Sequence[Line]) -> bool:
    """Whether the rows that the house works with say what the signed text says."""
    mine = [
        (str(line.id), line.product_code, line.dose_units, line.frequency, line.route, line.days, line.packs)
        for line in lines
    ]
    theirs = [
        tuple(entry.get(name) for name in ("id", "product_code", "dose_units", "frequency", "route", "days", "packs"))
        for entry in content.get("lines", [])
    ]
    return (
        mine == theirs
        and content.get("id") == str(row.id)
        and content.get("patient", {}).get("id") == str(row.patient_id)
        and content.get("prescriber", {}).get("id") == str(row.prescriber_id)
        and content.get("kind") == row.kind
        and content.get("total_fen") == row.total_fen
    )
