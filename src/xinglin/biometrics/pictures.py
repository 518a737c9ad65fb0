"""A picture from outside turned to pixels, or refused with a code.

Whoever sends a picture may mean harm: the limits are looked at before anything is decoded, what is not JPEG, PNG or
WebP is not tried, and of what hangs on a picture (place, time, thumbnail, profile, comments) nothing but the
orientation is read, and nothing is kept. What is stored is `cleaned`, never the file that came.
"""

import io
import re
import struct
from typing import Final

import numpy as np
from PIL import Image

from xinglin.biometrics.errors import BadImage
from xinglin.biometrics.faces import Pixels

MAX_BYTES: Final = 12_000_000
MAX_PIXELS: Final = 40_000_000
MIN_SIDE: Final = 64
LONGEST: Final = 2560
"""Pixels of the longer side after decoding: more helps neither faces nor cards and costs memory."""
MAX_SCANS: Final = 32
"""A progressive JPEG has about ten passes; thousands are a way to keep a processor busy."""
ORIENTATION: Final = 0x0112
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ANOTHER_FILE: Final = re.compile(
    rb"PK\x03\x04|PK\x05\x06|%PDF-|\x7fELF|Rar!\x1a|7z\xbc\xaf|^MZ|^#!|<\?php|<!doctype|<html|<script|<svg",
    re.IGNORECASE,
)
"""What must not hang on the end of a picture: archives, programs and pages. A phone's short film may."""
JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""One byte of filling is enough: a run of them would be walked again and again."""
STANDALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
SOS, EOI = 0xDA, 0xD9
FAULTS: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
    ZeroDivisionError,
    Warning,
)
"""What Pillow raises on damaged files; it promises no single class. A warning is one where warnings are errors."""


def decode(raw: bytes, *, longest: int = LONGEST) -> Pixels:
    """The pixels of a still JPEG, PNG or WebP, upright, at most `longest` a side; transparent parts become white.

    Raises BadImage: empty, too_large, not_an_image, polyglot, truncated, too_small, too_many_pixels, animated.
    """
    if not raw:
        raise BadImage("empty")
    if len(raw) > MAX_BYTES:
        raise BadImage("too_large")
    kind, end = _extent(raw)
    if ANOTHER_FILE.search(raw[end:]):
        raise BadImage("polyglot")
    picture = _opened(raw[:end], kind)
    try:
        picture.draft("RGB", (longest, longest))  # A JPEG is decoded at a half or a quarter when that is enough.
        picture.load()
        upright = _turned(_rgb(picture), _orientation(picture))
        upright.thumbnail((longest, longest), Image.Resampling.BOX)
        return np.array(upright, np.uint8)
    except FAULTS as fault:
        raise BadImage("truncated") from fault


def cleaned(pixels: Pixels, *, quality: int = 92) -> bytes:
    """The pixels as a JPEG with nothing on it: the only form in which a picture is ever kept."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _opened(raw: bytes, kind: str) -> Image.Image:
    """The picture with its head read and its limits looked at; nothing is decoded yet."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(raw), formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise BadImage("too_many_pixels") from fault
    except FAULTS as fault:
        raise BadImage("not_an_image") from fault
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise BadImage("too_many_pixels")
    if min(width, height) < MIN_SIDE:
        raise BadImage("too_small")
    # Many phones put a second still behind the first (MPO): the first is the picture.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise BadImage("animated")
    return picture


def _extent(raw: bytes) -> tuple[str, int]:
    """Which format it is and where the picture ends; BadImage when it is none or ends too soon."""
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG", _jpeg_end(raw)
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", _png_end(raw)
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        end = 8 + int(struct.unpack_from("<I", raw, 4)[0])
        if end > len(raw):
            raise BadImage("truncated")
        return "WEBP", end
    raise BadImage("not_an_image")


def _jpeg_end(raw: bytes) -> int:
    """Behind the marker that ends the picture, passing over segments by their length and scans by their markers."""
    at, scans = 2, 0
    while found := JPEG_MARKER.search(raw, at):
        marker, at = raw[found.end() - 1], found.end()
        if marker == EOI:
            return at
        if marker in STANDALONE:
            continue
        if at + 2 > len(raw):
            break
        at += int(struct.unpack_from(">H", raw, at)[0])
        scans += marker == SOS
        if scans > MAX_SCANS:
            raise BadImage("not_an_image")
    raise BadImage("truncated")


def _png_end(raw: bytes) -> int:
    at = 8
    while at + 12 <= len(raw):
        length, name = struct.unpack_from(">I4s", raw, at)
        at += 12 + int(length)
        if name == b"IEND" and at <= len(raw):
            return at
    raise BadImage("truncated")


def _orientation(picture: Image.Image) -> int:
    """What the EXIF says of how the camera was held, 1 to 8; an EXIF that cannot be read says upright."""
    try:
        said = picture.getexif().get(ORIENTATION)
    except FAULTS:
        return 1
    return said if isinstance(said, int) else 1


def _turned(picture: Image.Image, orientation: int) -> Image.Image:
    turn = TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _rgb(picture: Image.Image) -> Image.Image:
    """Any mode as 8 bits of red, green and blue."""
    if picture.mode.startswith("I"):  # 16 bits of grey: Pillow would cut instead of scale.
        grey = (np.asarray(picture, np.int64).clip(0, 65535) >> 8).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if picture.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in picture.info:
        shown = picture.convert("RGBA")
        paper = Image.new("RGBA", shown.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(paper, shown)
    return picture.convert("RGB")
