"""The small part of CBOR (RFC 8949, deterministic encoding of section 4.2.1) that the token needs. Pure.

Whole numbers from 0, byte strings, texts, arrays, and maps from whole numbers. Everything else, a longer form of a
number than needed, keys out of order or twice, and bytes after the end are refused: one content has one encoding.
"""

from typing import Any

UINT, BYTES, TEXT, ARRAY, MAP = 0, 2, 3, 4, 5
DEPTH_MAX = 4
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}


def encode(item: Any) -> bytes:
    """The one encoding of an item. Raises TypeError for what this part of CBOR cannot hold."""
    if isinstance(item, bool) or (isinstance(item, int) and item < 0):
        raise TypeError("a token holds whole numbers from 0")
    if isinstance(item, int):
        return _head(UINT, item)
    if isinstance(item, bytes):
        return _head(BYTES, len(item)) + item
    if isinstance(item, str):
        return _head(TEXT, len(item.encode())) + item.encode()
    if isinstance(item, list):
        return _head(ARRAY, len(item)) + b"".join(encode(part) for part in item)
    if isinstance(item, dict):
        pairs = sorted((encode(key), encode(value)) for key, value in item.items())
        return _head(MAP, len(pairs)) + b"".join(key + value for key, value in pairs)
    raise TypeError(f"a token cannot hold {type(item).__name__}")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in _SIZES.items():
        if number < 256**size:
            return bytes([major << 5 | info]) + number.to_bytes(size)
    raise TypeError("a token holds numbers below 2 to the 64")


def decode(data: bytes) -> Any:
    """The item of these bytes. Raises ValueError unless they are exactly its one encoding."""
    item, end = _item(data, 0, 0)
    if end != len(data) or encode(item) != data:
        raise ValueError("not the one encoding of its content")
    return item


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEPTH_MAX:
        raise ValueError("too deep")
    major, number, at = _read_head(data, at)
    if major == UINT:
        return number, at
    if major in {BYTES, TEXT}:
        part = data[at : at + number]
        if len(part) != number:
            raise ValueError("cut off")
        return (part if major == BYTES else part.decode()), at + number
    if number > len(data):
        raise ValueError("cut off")
    if major == ARRAY:
        parts = []
        for _ in range(number):
            part_, at = _item(data, at, depth + 1)
            parts.append(part_)
        return parts, at
    if major == MAP:
        return _map(data, at, number, depth)
    raise ValueError("a kind of content that a token does not hold")


def _map(data: bytes, at: int, number: int, depth: int) -> tuple[dict[int, Any], int]:
    found: dict[int, Any] = {}
    for _ in range(number):
        key, at = _item(data, at, depth + 1)
        if not isinstance(key, int) or key in found:
            raise ValueError("a key twice, or one that is no number")
        found[key], at = _item(data, at, depth + 1)
    return found, at


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(data):
        raise ValueError("cut off")
    major, info = data[at] >> 5, data[at] & 31
    if info < 24:
        return major, info, at + 1
    size = _SIZES.get(info)
    if size is None or at + 1 + size > len(data):
        raise ValueError("cut off, or of open length")
    return major, int.from_bytes(data[at + 1 : at + 1 + size]), at + 1 + size
