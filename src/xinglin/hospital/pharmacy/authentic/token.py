"""The code on a prescription: a small signed statement that verifies without a network. Pure.

`XL1:` and the Base45 text (RFC 9285) of a CBOR array (RFC 8949, deterministic): the payload as bytes, and the Ed25519
signature (RFC 8032) over `xinglin.prescription-code/1`, a zero byte and exactly those bytes. Every field is told in
docs/reference/prescription-qr.md. One content has one text: whatever does not encode back to itself is refused.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xinglin.hospital.pharmacy.authentic import base45, cbor

PREFIX = "XL1:"
CONTEXT = b"xinglin.prescription-code/1\x00"
TEXT_MAX = 900
_FIELDS = {1: bytes, 2: bytes, 3: str, 4: bytes, 5: int, 6: bytes, 7: str, 8: int, 9: int, 10: int}


@dataclass(frozen=True, slots=True)
class Token:
    """What the code says. Instants are whole seconds."""

    key_id: bytes  # first 8 bytes of the SHA-256 of the public key
    institution_id: UUID
    institution: str
    prescription_id: UUID
    version: int  # edition of the document, from 1
    content_sha256: bytes  # of the canonical text that the prescriber signed
    masked_name: str
    issued_at: datetime
    valid_until_at: datetime
    made_at: datetime  # when the code was signed; a new version is made later than the prescription

    def payload(self) -> bytes:
        """The bytes that are signed."""
        fields: dict[int, Any] = {
            1: self.key_id,
            2: self.institution_id.bytes,
            3: self.institution,
            4: self.prescription_id.bytes,
            5: self.version,
            6: self.content_sha256,
            7: self.masked_name,
            8: int(self.issued_at.timestamp()),
            9: int(self.valid_until_at.timestamp()),
            10: int(self.made_at.timestamp()),
        }
        return cbor.encode(fields)


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token as it was read, with the bytes and the signature that speak for it."""

    token: Token
    payload: bytes
    signature: bytes

    def signed_by(self, public_key: bytes) -> bool:
        """Whether this key made the signature over exactly this payload."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, CONTEXT + self.payload)
        except (InvalidSignature, ValueError):
            return False
        return True


def key_id_of(public_key: bytes) -> bytes:
    """The short name of a key."""
    return hashlib.sha256(public_key).digest()[:8]


def write(token: Token, private_key: bytes) -> str:
    """The text of the code. `private_key` is Ed25519, 32 raw bytes."""
    payload = token.payload()
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(CONTEXT + payload)
    return PREFIX + base45.encode(cbor.encode([payload, signature]))


def looks_like_code(text: str) -> bool:
    """Whether a text claims to be such a code."""
    return text.strip().upper().startswith(PREFIX)


def read(text: str) -> SignedToken:
    """Read a code without judging it. Raises ValueError unless it is the one text of its content."""
    text = text.strip("\r\n\t")
    if not text.startswith(PREFIX) or len(text) > TEXT_MAX:
        raise ValueError("not a prescription code")
    parts = cbor.decode(base45.decode(text.removeprefix(PREFIX)))
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, bytes) for part in parts):
        raise ValueError("not a payload with its signature")
    payload, signature = parts
    fields = cbor.decode(payload)
    if not isinstance(fields, dict) or fields.keys() != _FIELDS.keys() or len(signature) != 64:
        raise ValueError("not the fields of a prescription")
    if any(not isinstance(fields[key], kind) for key, kind in _FIELDS.items()):
        raise ValueError("a field of the wrong kind")
    return SignedToken(_token(fields), payload, signature)


def _token(fields: dict[int, Any]) -> Token:
    if [len(fields[key]) for key in (1, 2, 4, 6)] != [8, 16, 16, 32] or max(fields[8], fields[9], fields[10]) >= 2**35:
        raise ValueError("a field of the wrong length")
    return Token(
        key_id=fields[1],
        institution_id=UUID(bytes=fields[2]),
        institution=fields[3],
        prescription_id=UUID(bytes=fields[4]),
        version=fields[5],
        content_sha256=fields[6],
        masked_name=fields[7],
        issued_at=datetime.fromtimestamp(fields[8], tz=UTC),
        valid_until_at=datetime.fromtimestamp(fields[9], tz=UTC),
        made_at=datetime.fromtimestamp(fields[10], tz=UTC),
    )
