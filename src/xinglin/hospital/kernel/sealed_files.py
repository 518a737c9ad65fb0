"""Large files at rest: AES-256-GCM in chunks, so that neither a file nor its key is ever whole in memory or database.

A file has a key of its own, derived from a master key and the file's id. Layout: `XLF1`, the id (16 bytes), then chunks
of a length (4 bytes) and a ciphertext with its tag. Number, id and "last" are authenticated with each chunk: one that
is altered, swapped, or put in from another file does not open, and a file that was cut off shows.
"""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"XLF1"
CHUNK_BYTES = 64 * 1024
_LENGTH = struct.Struct(">I")


class SealBroken(ValueError):
    """The file is not ours, was altered, or is opened with another key."""


class CutOff(SealBroken):
    """The file ends before its last chunk: its writer broke off. What came before is intact."""


def key_id_of(master: bytes) -> str:
    """A name of a master key that gives nothing of it away."""
    return hashlib.sha256(b"key-id:" + master).hexdigest()[:16]


def _cipher(master: bytes, file_id: UUID) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=file_id.bytes, info=b"xinglin sealed file").derive(master)
    return AESGCM(derived)


def _bound(file_id: UUID, number: int, last: bool) -> bytes:
    return file_id.bytes + number.to_bytes(8, "big") + bytes([last])


class SealedWriter:
    """A file to write bytes into, in order. `close` seals its end; `with` closes it."""

    def __init__(self, path: Path, master: bytes, file_id: UUID) -> None:
        self._cipher, self._id, self._number = _cipher(master, file_id), file_id, 0
        self._waiting = bytearray()
        self._hash = hashlib.sha256()
        self.size = 0
        self._file: BinaryIO = path.open("xb")
        path.chmod(0o600)
        self._put(MAGIC + file_id.bytes)

    def write(self, data: bytes) -> int:
        """Add bytes."""
        self._waiting += data
        while len(self._waiting) >= CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Seal what waits, so that it survives the death of this process."""
        if self._waiting:
            self._seal(bytes(self._waiting), last=False)
            self._waiting.clear()
        self._file.flush()

    def close(self) -> None:
        """Seal the end. Done twice it is done once."""
        if not self._file.closed:
            self._seal(bytes(self._waiting), last=True)
            self._waiting.clear()
            self._file.close()

    @property
    def sha256(self) -> str:
        """Of the sealed bytes written so far, hexadecimal."""
        return self._hash.hexdigest()

    def __enter__(self) -> "SealedWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _seal(self, data: bytes, *, last: bool) -> None:
        nonce = self._number.to_bytes(12, "big")
        sealed = self._cipher.encrypt(nonce, data, _bound(self._id, self._number, last))
        self._number += 1
        self._put(_LENGTH.pack(len(sealed) | (0x80000000 if last else 0)) + sealed)

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)


def read_sealed(path: Path, master: bytes, file_id: UUID) -> Iterator[bytes]:
    """The plain bytes, chunk by chunk. Raises SealBroken, CutOff at the end when the writer broke off, OSError."""
    cipher = _cipher(master, file_id)
    with path.open("rb") as file:
        if file.read(len(MAGIC) + 16) != MAGIC + file_id.bytes:
            raise SealBroken(f"{path.name} is not the sealed file {file_id}")
        number, last = 0, False
        while not last:
            head = file.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                raise CutOff(f"{path.name} ends after {number} chunks")
            length = _LENGTH.unpack(head)[0]
            last, length = bool(length & 0x80000000), length & 0x7FFFFFFF
            if length > CHUNK_BYTES + 16:
                raise SealBroken(f"{path.name}: chunk {number} was altered")
            sealed = file.read(length)
            if len(sealed) < length:
                raise CutOff(f"{path.name} ends within chunk {number}")
            try:
                yield cipher.decrypt(number.to_bytes(12, "big"), sealed, _bound(file_id, number, last))
            except InvalidTag:
                raise SealBroken(f"{path.name}: chunk {number} was altered, or the key is another") from None
            number += 1
        if file.read(1):
            raise SealBroken(f"{path.name} goes on after its end")


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 of a file as it lies there, and its size in bytes. Raises OSError."""
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            hashed.update(part)
            size += len(part)
    return hashed.hexdigest(), size
