"""Identifiers made by the caller: UUID version 7 (RFC 9562), sortable by time; a retry carries the same id."""

import os
import time
from uuid import UUID


def new_id(at_ms: int | None = None) -> UUID:
    """A new UUIDv7.

    `at_ms` is the instant in milliseconds since 1970 that the id should carry; None takes the present. Ids are not
    secrets: nothing may be guarded by an id being hard to guess.
    """
    millis = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    tail = int.from_bytes(os.urandom(10), "big")
    value = (
        (millis & ((1 << 48) - 1)) << 80
        | 0x7 << 76
        | ((tail >> 62) & 0xFFF) << 64
        | 0b10 << 62
        | (tail & ((1 << 62) - 1))
    )
    return UUID(int=value)
