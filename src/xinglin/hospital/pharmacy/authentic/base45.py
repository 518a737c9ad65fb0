"""Base45 (RFC 9285): bytes in the 45 letters that a QR code stores most densely. Pure."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """The text of some bytes: three letters for each pair, two for a last single byte."""
    letters = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair)
        for _ in range(3 if len(pair) == 2 else 2):
            number, digit = divmod(number, 45)
            letters.append(ALPHABET[digit])
    return "".join(letters)


def decode(text: str) -> bytes:
    """The bytes of a text. Raises ValueError for foreign letters, a wrong length or a number that fits no bytes."""
    if len(text) % 3 == 1:
        raise ValueError("base45 text has a wrong length")
    out = bytearray()
    for start in range(0, len(text), 3):
        part = text[start : start + 3]
        number = 0
        for letter in reversed(part):
            if letter not in _VALUES:
                raise ValueError("base45 text has a letter outside its alphabet")
            number = number * 45 + _VALUES[letter]
        size = 2 if len(part) == 3 else 1
        if number >= 256**size:
            raise ValueError("base45 text holds a number that is too large")
        out += number.to_bytes(size)
    return bytes(out)
