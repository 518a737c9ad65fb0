"""What was handed in to be verified: a code as text, a picture of one, or a signed document. Pure."""

from io import BytesIO

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.authentic import token

PIXELS_MAX = 40_000_000
PICTURE_BYTES_MAX = 12_000_000
NOTHING_THERE = T(
    zh="没有找到处方码。请对准二维码重新拍，或上传医院给的 PDF。",
    en="No prescription code was found. Take the picture again, or give the hospital's PDF.",
)


class NothingToVerify(ValueError):
    """Neither a code nor a document."""

    def __init__(self) -> None:
        self.says = NOTHING_THERE
        super().__init__(NOTHING_THERE.en)


def is_document(data: bytes) -> bool:
    """Whether the bytes claim to be a PDF."""
    return data.startswith(b"%PDF-")


def code_in(data: bytes) -> str:
    """The code in a text file or a picture. Raises NothingToVerify."""
    if data[:80].lstrip()[: len(token.PREFIX)] == token.PREFIX.encode() and len(data) < 4 * token.TEXT_MAX:
        return data.decode("ascii", "replace").strip("\r\n\t")
    if len(data) > PICTURE_BYTES_MAX:
        raise NothingToVerify
    return _in_picture(data)


def _in_picture(data: bytes) -> str:
    import zxingcpp
    from PIL import Image

    try:
        picture = Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF", "BMP"))
        if picture.width * picture.height > PIXELS_MAX:
            raise NothingToVerify
        grey = picture.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NothingToVerify from error
    for found in zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])):
        if token.looks_like_code(found.text):
            return str(found.text)
    raise NothingToVerify
