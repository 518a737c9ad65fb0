"""Identifiers made by the caller: UUID version 7 (RFC 9562), sortable by time; a retry carries the same id."""

import os
import time
from uuid import UUID


def new_id(at_ms: int | None = None) -> UUID:
    """A new UUIDv7.

    `at_ms` is the instant in milliseconds since 1970 that the id should carry; None takes the present. Ids made one
    after the other in the present are in order even within a millisecond: twelve bits carry its 1/4096th part
    (RFC 9562, section 6.2, method 3). Ids are not secrets: nothing may be guarded by an id being hard to guess.
    """
    tail = int.from_bytes(os.urandom(10), "big")
    if at_ms is None:
        millis, nanos = divmod(time.time_ns(), 1_000_000)
        part = nanos * 4096 // 1_000_000
    else:
        millis, part = at_ms, tail >> 68
    low = tail & ((1 << 62) - 1)
    return UUID(int=(millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | (part & 0xFFF) << 64 | 0b10 << 62 | low)
