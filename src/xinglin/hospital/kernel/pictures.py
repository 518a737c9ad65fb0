"""Pictures from outside: decoded, bounded, stripped of hidden data and encoded anew before anything else sees them."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2000
KINDS = {"JPEG", "PNG", "WEBP"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean JPEG: bytes, width and height in pixels."""

    content: bytes
    width: int
    height: int
    media_type: str = "image/jpeg"


def clean_picture(raw: bytes, *, field: str) -> Picture:
    """Decode and re-encode an uploaded picture. Raises InvalidInput naming `field` when it is none or too large."""
    if not raw or len(raw) > MAX_BYTES:
        raise InvalidInput(
            field=field, reason=T(zh="请上传不超过 8 MB 的图片。", en="Upload a picture of at most 8 MB.")
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(raw), formats=sorted(KINDS))
            if image.width * image.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            image = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        reason = T(zh="这不是可读的 JPEG、PNG 或 WebP 图片。", en="This is not a readable JPEG, PNG or WebP picture.")
        raise InvalidInput(field=field, reason=reason) from error
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return Picture(out.getvalue(), image.width, image.height)
