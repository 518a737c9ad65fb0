"""The published list of keys: what a verifier needs when it is offline, signed by the hospital's root. Pure.

The root is the one thing that must reach the verifier by another way; its SHA-256 fingerprint is printed beside every
download. A list is refused when its signature, its form or its dates do not hold.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from xinglin.hospital.kernel.signing import canonical_bytes
from xinglin.hospital.kernel.texts import T

FORM = "xinglin.prescription-keys/1"
CONTEXT = b"xinglin.prescription-keys/1\x00"


@dataclass(frozen=True, slots=True)
class CodeKey:
    """A key that signs codes. A retired key still proves what it signed; a revoked one proves nothing any more."""

    key_id: str
    public_key: str
    from_at: datetime
    until_at: datetime
    revoked_at: datetime | None = None
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "key_id": self.key_id,
            "public_key": self.public_key,
            "from_at": self.from_at,
            "until_at": self.until_at,
            "revoked_at": self.revoked_at,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class KeyList:
    """The list as verified: certificates and revocation lists in DER."""

    issuer: T
    issued_at: datetime
    root: bytes
    issuing: tuple[bytes, ...]
    timestamp_roots: tuple[bytes, ...]
    revocation_lists: tuple[bytes, ...]
    keys: tuple[CodeKey, ...]
    verify_url: str = ""

    def key(self, key_id: bytes) -> CodeKey | None:
        """The key of this id."""
        return next((key for key in self.keys if key.key_id == key_id.hex()), None)

    @property
    def root_fingerprint(self) -> str:
        """SHA-256 of the root certificate."""
        return fingerprint(self.root)

    def plain(self) -> dict[str, Any]:
        """As plain values: what is signed."""
        return {
            "form": FORM,
            "issuer": self.issuer.as_json(),
            "issued_at": self.issued_at,
            "root": b64encode(self.root).decode(),
            "issuing": [b64encode(one).decode() for one in self.issuing],
            "timestamp_roots": [b64encode(one).decode() for one in self.timestamp_roots],
            "revocation_lists": [b64encode(one).decode() for one in self.revocation_lists],
            "keys": [key.plain() for key in self.keys],
            "verify_url": self.verify_url,
        }


class KeyListRefused(ValueError):
    """The list is not one, or is not signed by the root it is checked against."""

    def __init__(self, says: T) -> None:
        self.says = says
        super().__init__(says.en)


UNREADABLE = T(zh="公钥表不完整或格式不对。", en="The key list is incomplete or of another form.")
NOT_BY_ROOT = T(
    zh="公钥表的签名不是这家医院的根证书所签，或内容被改动。",
    en="The key list was altered, or was not signed by this hospital's root.",
)
OTHER_ROOT = T(
    zh="公钥表里的根证书与您信任的不是同一张。",
    en="The root in the key list is not the one that you trust.",
)


def fingerprint(der: bytes) -> str:
    """SHA-256 in pairs, as readers show it."""
    return ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest())


def write(keys: KeyList, root_private: ec.EllipticCurvePrivateKey) -> bytes:
    """The published file."""
    body = keys.plain()
    signature = root_private.sign(CONTEXT + canonical_bytes(body), ec.ECDSA(hashes.SHA256()))
    return canonical_bytes({"body": body, "signature": b64encode(signature).decode()}) + b"\n"


def read(data: bytes, trusted_root: bytes | None = None) -> KeyList:
    """The list in a file, its signature checked against its root, and the root against the trusted one (DER or PEM).

    Raises KeyListRefused. Without `trusted_root` the caller must show the fingerprint to be compared.
    """
    try:
        whole = json.loads(data)
        body, signature = whole["body"], b64decode(whole["signature"], validate=True)
        if body["form"] != FORM:
            raise KeyListRefused(UNREADABLE)
        found = _read(body)
        root = x509.load_der_x509_certificate(found.root)
        public = root.public_key()
    except KeyListRefused:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KeyListRefused(UNREADABLE) from error
    if trusted_root is not None and as_der(trusted_root) != found.root:
        raise KeyListRefused(OTHER_ROOT)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise KeyListRefused(UNREADABLE)
    try:
        public.verify(signature, CONTEXT + canonical_bytes(body), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, TypeError) as error:
        raise KeyListRefused(NOT_BY_ROOT) from error
    return found


def as_der(certificate: bytes) -> bytes:
    """A certificate in DER, from DER or PEM. Raises KeyListRefused."""
    try:
        if certificate.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(certificate).public_bytes(serialization.Encoding.DER)
        x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise KeyListRefused(T(zh="根证书文件读不出来。", en="The root certificate cannot be read.")) from error
    return certificate


def _read(body: dict[str, Any]) -> KeyList:
    return KeyList(
        issuer=T(zh=str(body["issuer"]["zh"]), en=str(body["issuer"]["en"])),
        issued_at=_instant(body["issued_at"]),
        root=b64decode(body["root"], validate=True),
        issuing=_all(body["issuing"]),
        timestamp_roots=_all(body["timestamp_roots"]),
        revocation_lists=_all(body["revocation_lists"]),
        keys=tuple(
            CodeKey(
                key_id=str(key["key_id"]),
                public_key=str(key["public_key"]),
                from_at=_instant(key["from_at"]),
                until_at=_instant(key["until_at"]),
                revoked_at=_instant(key["revoked_at"]) if key["revoked_at"] else None,
                reason=str(key["reason"]),
            )
            for key in body["keys"]
        ),
        verify_url=str(body["verify_url"]),
    )


def _all(values: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(b64decode(value, validate=True) for value in values)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant without zone")
    return at.astimezone(UTC)
