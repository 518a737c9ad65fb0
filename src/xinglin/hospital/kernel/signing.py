"""Canonical bytes and Ed25519 signatures (RFC 8032), and secrets at rest.

What is signed is JSON with sorted keys, no spaces, UTF-8, integers only (no floats), so that the same content always
gives the same bytes and a re-rendering can never change them.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("canonical content holds no instant without zone")
        return value.astimezone(tz=UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    raise TypeError(f"canonical content cannot hold {type(value).__name__}")


def canonical_bytes(content: Any) -> bytes:
    """The one byte form of a content of dict, list, str, int, bool, None, date, zoned datetime, UUID and Enum."""
    return json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(content: Any) -> str:
    """SHA-256 of the canonical bytes, hexadecimal."""
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def new_private_key() -> bytes:
    """A fresh Ed25519 private key, 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key_of(private_key: bytes) -> bytes:
    """The 32 raw bytes of the public key."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def sign(private_key: bytes, content: Any) -> bytes:
    """The 64-byte signature over the canonical bytes."""
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(canonical_bytes(content))


def signature_holds(public_key: bytes, signature: bytes, content: Any) -> bool:
    """Whether the signature was made by this key over exactly this content."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, canonical_bytes(content))
    except (InvalidSignature, ValueError):
        return False
    return True


def _key(purpose: str) -> bytes:
    return hmac.new(settings.XINGLIN_VAULT_KEY, purpose.encode(), hashlib.sha256).digest()


def seal(secret: bytes, purpose: str) -> bytes:
    """Encrypt for storage (Fernet), under a key derived from the vault key for this purpose."""
    return Fernet(urlsafe_b64encode(_key(purpose))).encrypt(secret)


def unseal(sealed: bytes, purpose: str) -> bytes:
    """Decrypt what `seal` stored. Raises cryptography's InvalidToken when altered or under another key."""
    return Fernet(urlsafe_b64encode(_key(purpose))).decrypt(sealed)


def blind_index(value: str, purpose: str) -> str:
    """A keyed hash by which an encrypted value can be found again but not guessed without the key."""
    return hmac.new(_key("index:" + purpose), value.encode(), hashlib.sha256).hexdigest()
