"""Likenesses at rest: each is sealed under a key of its own, which lies in a file apart from the database.

The file is wrapped by the template key, which is neither the vault's nor in the database; the seal is bound to the row,
the person and the kind. So a stolen database opens nothing, a likeness that was copied to another person's row does not
open, and with the file's removal nobody opens it again, not even from an old copy of the database.
"""

import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from xinglin.hospital.identity.errors import TemplateForeign

NONCE_BYTES = 12
KEY_BYTES = 32


def _file(id: UUID) -> Path:
    return Path(settings.XINGLIN_TEMPLATE_KEYS) / f"{id}.key"


def _bound(id: UUID, person_id: UUID, kind: str) -> bytes:
    return f"xinglin.likeness:{id}:{person_id}:{kind}".encode()


def lock_away(raw: bytes, *, id: UUID, person_id: UUID, kind: str) -> bytes:
    """Seal a likeness for the row `id` of a person; its key is made and kept apart. Raises FileExistsError for a row
    that has a key already.
    """
    key = AESGCM.generate_key(bit_length=8 * KEY_BYTES)
    folder = Path(settings.XINGLIN_TEMPLATE_KEYS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wrapped = _encrypt(settings.XINGLIN_TEMPLATE_KEY, key, f"xinglin.template_key:{id}".encode())
    handle = os.open(_file(id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(wrapped)
        file.flush()
        os.fsync(file.fileno())
    return _encrypt(key, raw, _bound(id, person_id, kind))


def lock_again(raw: bytes, *, id: UUID, person_id: UUID, kind: str) -> bytes:
    """Seal once more under the key that `lock_away` made for this row. Raises TemplateForeign when it is gone."""
    return _encrypt(_key(id), raw, _bound(id, person_id, kind))


def open_again(sealed: bytes, *, id: UUID, person_id: UUID, kind: str) -> bytes:
    """What `lock_away` sealed for this row, person and kind. Raises TemplateForeign for anything else, and when the
    key is gone.
    """
    try:
        return _decrypt(_key(id), sealed, _bound(id, person_id, kind))
    except (InvalidTag, ValueError) as error:
        raise TemplateForeign from error


def _key(id: UUID) -> bytes:
    try:
        return _decrypt(settings.XINGLIN_TEMPLATE_KEY, _file(id).read_bytes(), f"xinglin.template_key:{id}".encode())
    except (OSError, InvalidTag, ValueError) as error:
        raise TemplateForeign from error


def forget(id: UUID) -> None:
    """Destroy the key of a row; what it sealed cannot be opened any more. Harmless when it is gone already."""
    with suppress(FileNotFoundError):
        file = _file(id)
        file.write_bytes(os.urandom(KEY_BYTES * 2))
        file.unlink()


def has_key(id: UUID) -> bool:
    """Whether the key of a row is still there."""
    return _file(id).exists()


def _encrypt(key: bytes, raw: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, raw, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
