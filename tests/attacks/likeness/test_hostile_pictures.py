"""Pictures sent by somebody who means harm: bombs, two files in one, lies in the head, ends that are missing.

Whatever comes, the answer is a picture within the limits or a refusal with a code; never another exception, never more
than a moment, never more memory than a picture of the allowed size takes.
"""

import io
import random
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from xinglin.biometrics.errors import BadImage
from xinglin.biometrics.pictures import MAX_BYTES, cleaned, decode

SECONDS = 3.0
"""For one hostile file, on a busy machine."""
PNG = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def head(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def plain(form: str = "JPEG", size: tuple[int, int] = (160, 120), **how: object) -> bytes:
    source = np.random.default_rng(3)
    picture = Image.fromarray(source.integers(0, 256, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8)).resize(size)
    stream = io.BytesIO()
    picture.save(stream, form, **how)
    return stream.getvalue()


def refused(raw: bytes) -> str:
    """The code of the refusal, given in time."""
    began = time.process_time()
    with pytest.raises(BadImage) as caught:
        decode(raw)
    assert time.process_time() - began < SECONDS
    return caught.value.code


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("run.sh", "#!/bin/sh\necho harm\n")
    return stream.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is so large, with some megabytes of black behind it in a few kilobytes."""
    return PNG + head(width, height) + chunk(b"IDAT", zlib.compress(bytes(20_000_000), 9)) + chunk(b"IEND", b"")


def jpeg_saying(width: int, height: int) -> bytes:
    raw = bytearray(plain())
    at = raw.index(b"\xff\xc0")
    raw[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(raw)


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        (b"", {"empty"}),
        (b"\xff" * (MAX_BYTES + 1), {"too_large"}),
        (b"\xff\xd8\xff", {"truncated"}),
        (PNG, {"truncated"}),
        (PNG + head(100, 100), {"truncated"}),
        (bomb(60_000, 60_000), {"too_many_pixels"}),
        (bomb(2_000_000_000, 2_000_000_000), {"too_many_pixels", "not_an_image", "truncated"}),
        (jpeg_saying(65_500, 65_500), {"too_many_pixels"}),
        (PNG + head(0, 0) + chunk(b"IEND", b""), {"not_an_image", "too_small", "truncated"}),
        (plain(size=(40, 40)), {"too_small"}),
        (plain(size=(5000, 40)), {"too_small"}),
        (b"GIF89a" + bytes(100), {"not_an_image"}),
        (b"BM" + bytes(200), {"not_an_image"}),
        (b"II*\x00" + bytes(200), {"not_an_image"}),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", {"not_an_image"}),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"not_an_image"}),
        (b"\x00\x00\x00\x20ftypheic" + bytes(100), {"not_an_image"}),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(64), {"truncated"}),
        (archive(), {"not_an_image"}),
    ],
    ids=lambda value: "" if isinstance(value, set) else repr(value[:8]),  # eight: an archive tells the time after them
)
def test_what_is_no_picture_is_refused_by_name(raw: bytes, codes: set[str]) -> None:
    assert refused(raw) in codes


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_end_that_is_missing_is_noticed(form: str) -> None:
    raw = plain(form)
    for end in range(4, len(raw) - 1, max(1, len(raw) // 60)):
        assert refused(raw[:end]) in {"truncated", "not_an_image"}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "second",
    [archive, lambda: b"%PDF-1.7\n%harm", lambda: b"<html><script>harm()</script>", lambda: b"\x7fELF" + bytes(64)],
    ids=["zip", "pdf", "html", "program"],
)
def test_a_second_file_behind_the_picture_is_refused(form: str, second: Callable[[], bytes]) -> None:
    assert refused(plain(form) + second()) == "polyglot"


def test_a_page_inside_a_comment_does_not_survive() -> None:
    """Markup in a comment is legal; what is kept has no comments."""
    evil = b"<script>harm()</script>"
    told = PngInfo()
    told.add_text("Comment", evil.decode(), zip=False)
    for raw in (plain("JPEG", comment=evil), plain("PNG", pnginfo=told)):
        assert evil in raw
        assert evil not in cleaned(decode(raw))


def test_text_that_unpacks_to_a_gigabyte_is_not_unpacked() -> None:
    rows = zlib.compressobj(9)
    much = b"".join(rows.compress(bytes(1 << 20)) for _ in range(250)) + rows.flush()
    text = chunk(b"zTXt", b"Comment\x00\x00" + much)
    colours = chunk(b"iCCP", b"profile\x00\x00" + much)
    whole = plain("PNG")
    for extra in (text, colours):
        raw = whole[:33] + extra + whole[33:]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        with suppress(BadImage):
            decode(raw)
        assert time.process_time() - began < SECONDS
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kilobytes"


def test_a_jpeg_of_a_thousand_scans_is_not_decoded_a_thousand_times() -> None:
    raw = plain("JPEG", (640, 480), progressive=True)
    at = raw.rindex(b"\xff\xda")
    assert refused(raw[:at] + raw[at:-2] * 1000 + raw[-2:]) in {"not_an_image", "truncated", "too_large"}


def test_moving_pictures_are_refused() -> None:
    frames = [Image.new("RGB", (96, 96), (n * 40, 0, 0)) for n in range(4)]
    for form in ("PNG", "WEBP"):
        stream = io.BytesIO()
        frames[0].save(stream, form, save_all=True, append_images=frames[1:], duration=100)
        assert refused(stream.getvalue()) == "animated"


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_the_orientation_is_applied_and_nothing_else_is_kept(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "Wang, ward 3"
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 20.0)
    raw = plain("JPEG", (160, 96), exif=exif)
    pixels = decode(raw)
    assert pixels.shape == ((96, 160, 3) if orientation < 5 else (160, 96, 3))
    kept = cleaned(pixels)
    assert b"Wang" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells of them; here every warning would be an error.
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\xff\xff\x00\x00",
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff" + b"\x12\x01\x03\x00" * 200,
        b"Exif\x00\x00MM\x00*\xff\xff\xff\xff",
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00",
        b"Exif\x00\x00" + bytes(65_000),
    ],
    ids=["orientation 65535", "65535 entries", "offset beyond", "points at itself", "zeros"],
)
def test_an_exif_that_lies_leaves_the_picture_upright(exif: bytes) -> None:
    plain_picture = plain("JPEG", (160, 96))
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    assert decode(plain_picture[:2] + segment + plain_picture[2:]).shape == (96, 160, 3)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_broken_bytes_are_a_picture_or_a_refusal(form: str) -> None:
    raw, source, outcomes = plain(form), random.Random(7), set()
    began = time.process_time()
    for _ in range(250):
        broken = bytearray(raw)
        for _ in range(source.choice((1, 3, 20))):
            broken[source.randrange(len(broken))] = source.randrange(256)
        try:
            pixels = decode(bytes(broken))
        except BadImage as refusal:
            outcomes.add(refusal.code)
        else:
            assert pixels.ndim == 3
            assert pixels.shape[2] == 3
            assert pixels.dtype == np.uint8
    assert outcomes <= BadImage.CODES
    assert time.process_time() - began < 60
