"""Pictures from outside: every harmless form is read right, every hostile one is refused with its code."""

import io
import random
import struct
import time
import warnings
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from xinglin.biometrics import pictures
from xinglin.biometrics.errors import BadImage
from xinglin.biometrics.pictures import cleaned, decode

RED, BLUE = (220, 30, 30), (30, 30, 220)


def flag(width: int = 120, height: int = 80, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def near(pixel: Any, colour: tuple[int, int, int], by: int = 40) -> bool:
    return all(abs(int(one) - other) <= by for one, other in zip(pixel, colour, strict=True))


def refused(raw: bytes) -> str:
    with pytest.raises(BadImage) as caught:
        decode(raw)
    assert caught.value.code in BadImage.CODES
    assert caught.value.sentence.zh
    assert caught.value.sentence.en
    return caught.value.code


def read_or_refused(raw: bytes) -> str:
    """`read`, or the code of the refusal."""
    try:
        pixels = decode(raw)
    except BadImage as fault:
        return fault.code
    return "read" if pixels.dtype == np.uint8 and pixels.ndim == 3 else "something else"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


# WHAT IS READ


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_plain_pictures(kind: str) -> None:
    pixels = decode(saved(flag(), kind))
    assert pixels.shape == (80, 120, 3)
    assert pixels.dtype == np.uint8
    assert near(pixels[40, 20], RED)
    assert near(pixels[40, 100], BLUE)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("L", "JPEG"), ("P", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("RGBA", "WEBP")],
)
def test_other_modes(mode: str, kind: str) -> None:
    picture = flag(mode=mode) if mode != "LA" else flag(mode="L").convert("LA")
    pixels = decode(saved(picture, kind))
    assert pixels.shape == (80, 120, 3)
    wanted = np.asarray(picture.convert("RGB"))
    assert np.abs(pixels[40, 20].astype(int) - wanted[40, 20]).max() <= 40


def test_sixteen_bits_are_scaled_not_cut() -> None:
    ramp = np.linspace(0, 65535, 128, dtype=np.uint16)[None].repeat(96, axis=0)
    pixels = decode(saved(Image.fromarray(ramp)))
    assert pixels.shape == (96, 128, 3)
    assert pixels[10, 0].tolist() == [0, 0, 0]
    assert pixels[10, 127].tolist() == [255, 255, 255]
    assert int(pixels[10, 64, 0]) == pytest.approx(128, abs=2)
    colours = np.zeros((70, 70, 3), ">u2")
    colours[..., 0] = 40000
    rows = b"".join(b"\0" + row.tobytes() for row in colours)
    assert decode(png(70, 70, chunk(b"IDAT", zlib.compress(rows)), depth=16))[5, 5].tolist() == [156, 0, 0]


def test_what_is_transparent_becomes_white() -> None:
    picture = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    picture.paste((*RED, 255), (0, 0, 40, 80))
    pixels = decode(saved(picture))
    assert near(pixels[40, 60], (255, 255, 255), 0)
    assert near(pixels[40, 20], RED, 0)
    palette = flag(mode="P")
    palette.info["transparency"] = palette.getpixel((100, 40))
    assert near(decode(saved(palette, transparency=palette.getpixel((100, 40))))[40, 100], (255, 255, 255), 0)


def test_every_orientation_is_turned_upright() -> None:
    corner = Image.new("RGB", (96, 64), BLUE)
    corner.paste(RED, (0, 0, 48, 32))
    back = {1: 0, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
    for orientation in range(1, 9):
        turn = pictures.TURNS.get(back[orientation])
        held = corner if turn is None else corner.transpose(turn)
        exif = Image.Exif()
        exif[0x0112] = orientation
        pixels = decode(saved(held, "JPEG", exif=exif, quality=95))
        assert pixels.shape == (64, 96, 3), orientation
        assert near(pixels[10, 10], RED), orientation
        assert near(pixels[50, 10], BLUE), orientation
        assert near(pixels[10, 80], BLUE), orientation


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 200,
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\x63\x63\0\0\0\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0six\0\x08\0\0\0",
        b"",
    ],
)
def test_a_broken_exif_turns_nothing_and_stops_nothing(exif: bytes) -> None:
    raw = saved(flag(), "JPEG")
    spoiled = raw[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + raw[2:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow may warn of a corrupt EXIF.
        pixels = decode(spoiled)
    assert near(pixels[40, 20], RED)


def test_nothing_that_hangs_on_a_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Somebody's telephone"
    raw = saved(flag(), "JPEG", exif=exif, comment=b"taken at home")
    kept = cleaned(decode(raw))
    assert b"telephone" in raw
    assert b"telephone" not in kept
    assert b"home" not in kept
    assert decode(kept).shape == (80, 120, 3)


def test_large_pictures_are_made_smaller() -> None:
    assert decode(saved(flag(4000, 3000), "JPEG")).shape == (1920, 2560, 3)
    assert decode(saved(flag(900, 1200), "JPEG"), longest=640).shape == (640, 480, 3)


def test_a_second_still_behind_the_first_as_phones_write_it() -> None:
    raw = saved(flag(), "MPO", save_all=True, append_images=[flag(mode="L").convert("RGB")])
    assert near(decode(raw)[40, 20], RED)


def test_a_phones_short_film_behind_the_picture() -> None:
    assert decode(saved(flag(), "JPEG") + b"\0\0\0\x18ftypmp42" + b"\0" * 500).shape == (80, 120, 3)


# WHAT IS REFUSED


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("run.sh", "echo")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"\0" * 40, "not_an_image"),
        (b"hello", "not_an_image"),
        (b"\xff\xd8\xff", "truncated"),
        (b"\x89PNG\r\n\x1a\n", "truncated"),
        (b"RIFF\xff\xff\xff\x7fWEBPVP8 ", "truncated"),
        (b"RIFF\x04\0\0\0WEBP", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (b"%PDF-1.7", "not_an_image"),
        (b"\xff" * 5_000_000, "not_an_image"),
        (b"\xff\xd8" + b"\xff" * 100_000, "truncated"),
        (b"\xff\xd8\xff\xe0" * 100_000, "truncated"),
    ],
)
def test_what_is_no_picture(raw: bytes, code: str) -> None:
    began = time.monotonic()
    assert refused(raw) == code
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "GIF", "PPM", "ICO", "PDF"])
def test_other_formats_are_not_tried(kind: str) -> None:
    assert refused(saved(flag(), kind)) == "not_an_image"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_part_of_a_picture(kind: str, part: float) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (100, 100, 3), np.uint8))
    raw = saved(noise, kind)
    assert refused(raw[: int(len(raw) * part)]) == "truncated"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    "behind",
    [zipped(), b"%PDF-1.4 ...", b"\n<?php system($_GET[0]); ?>", b"<script>x</script>", b"MZ\x90\0", b"#!/bin/sh\n"],
)
def test_a_picture_that_is_also_something_else(kind: str, behind: bytes) -> None:
    assert refused(saved(flag(), kind) + behind) == "polyglot"


def test_a_picture_inside_an_archive_is_no_picture() -> None:
    assert refused(zipped() + saved(flag())) == "not_an_image"


@pytest.mark.parametrize("size", [(30_000, 30_000), (12_000, 9_000), (7_000, 6_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    began = time.monotonic()
    assert refused(png(*size, chunk(b"IDAT", zlib.compress(b"\0" * 1000)))) == "too_many_pixels"
    assert time.monotonic() - began < 1


def test_a_bomb_in_the_text_beside_the_picture() -> None:
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000, 9))
    profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 80_000_000, 9))
    body = chunk(b"IDAT", zlib.compress(b"\0" * (64 * 3 + 1) * 64))
    for hostile in (bomb, profile):
        assert read_or_refused(png(64, 64, hostile, body)) in {"read", "not_an_image", "truncated"}


def test_a_jpeg_with_thousands_of_passes() -> None:
    raw = saved(flag(), "JPEG", progressive=True)
    scan = raw.index(b"\xff\xda")
    assert refused(raw[:scan] + raw[scan:-2] * 60 + raw[-2:]) == "not_an_image"


def test_too_large_a_file_and_too_small_a_picture() -> None:
    assert refused(b"\xff\xd8\xff" + b"\0" * pictures.MAX_BYTES) == "too_large"
    assert refused(saved(flag(63, 200))) == "too_small"
    assert refused(saved(flag(1, 1))) == "too_small"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_pictures(kind: str) -> None:
    raw = saved(flag(), kind, save_all=True, append_images=[flag(mode="L").convert("RGB")])
    assert refused(raw) == "animated"


def test_a_wrong_checksum_inside() -> None:
    raw = bytearray(saved(flag()))
    raw[raw.index(b"IDAT") + 10] ^= 0xFF
    assert refused(bytes(raw)) in {"truncated", "not_an_image"}


@given(seed=st.integers(0, 10_000), kind=st.sampled_from(["PNG", "JPEG", "WEBP"]), flips=st.integers(1, 30))
def test_damaged_pictures_are_read_or_refused_but_nothing_else(seed: int, kind: str, flips: int) -> None:
    source, raw = random.Random(seed), bytearray(saved(flag(), kind))
    for _ in range(flips):
        raw[source.randrange(len(raw))] = source.randrange(256)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_or_refused(bytes(raw)) in {"read", *BadImage.CODES}
