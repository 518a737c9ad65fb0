"""Identity numbers, names and phones as people write them: cleaned, checked, read.

What makes a resident identity number right and what is said of a wrong one stands in `xinglin.biometrics.numbers`.
"""

import re
import unicodedata
from datetime import date

from pypinyin import Style, lazy_pinyin

from xinglin.biometrics.numbers import ResidentNumber, WrongNumber, read
from xinglin.hospital.identity.words import IdType
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T

NUMBER_SEAL = "identity.number"
MIDDLE_DOT = "·"
DOTS = "·•∙⋅・･‧．.●"
NAME_LENGTH_MAX = 60

# Shapes of documents other than the resident card. From memory; they catch slips, not forgeries.
OTHER_SHAPES = {
    IdType.HK_MACAO: re.compile(r"[HM]\d{8}(\d{2})?"),
    IdType.TAIWAN: re.compile(r"\d{8}(\d{2})?"),
    IdType.FOREIGN: re.compile(r"[A-Z]{3}\d{12}|9\d{17}"),
    IdType.PASSPORT: re.compile(r"[A-Z0-9]{6,12}"),
}


def _wrong(reason: T, field: str) -> InvalidInput:
    return InvalidInput(field=field, reason=reason)


def resident_number(text: str, *, on: date, field: str = "number") -> ResidentNumber:
    """Read a resident identity number on a day. Raises InvalidInput naming what is wrong and what would be right."""
    try:
        return read(text, on=on)
    except WrongNumber as wrong:
        raise _wrong(T(zh=wrong.sentence.zh, en=wrong.sentence.en), field) from wrong


def other_number(text: str, *, id_type: IdType, field: str = "number") -> str:
    """A permit's or passport's number, cleaned. Raises InvalidInput."""
    number = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    if not OTHER_SHAPES[id_type].fullmatch(number):
        reason = T(zh="证件号码的格式与所选证件不符。", en="The number does not have the shape of the chosen document.")
        raise _wrong(reason, field)
    return number


def clean_name(text: str, *, field: str = "name") -> str:
    """A name as the document has it: rare characters kept as they are, one kind of middle dot, single spaces.

    Characters outside the basic plane and private-use characters (used by documents for rare names) are letters of a
    name like any other; digits and marks are not. Raises InvalidInput.
    """
    name = unicodedata.normalize("NFC", text)
    name = "".join(MIDDLE_DOT if c in DOTS else c for c in name.replace("\u3000", " "))
    name = " ".join(name.split()).strip(MIDDLE_DOT)
    if re.search(r"[㐀-鿿]", name):
        name = name.replace(" ", "")
    if not 2 <= len(name) <= NAME_LENGTH_MAX or not all(_of_name(c) for c in name):
        reason = T(
            zh="请填写证件上的姓名；少数民族姓名中的间隔点可以保留。",
            en="Enter the name as the document has it; a middle dot may stay.",
        )
        raise _wrong(reason, field)
    return name


def _of_name(character: str) -> bool:
    return character in f"{MIDDLE_DOT} -'’" or unicodedata.category(character) in {"Lo", "Lu", "Ll", "Mn", "Co"}


def same_name(first: str, second: str) -> bool:
    """Whether two spellings are one name: dots, spaces, case and compatibility forms of characters do not matter."""
    return _bare(first) == _bare(second)


def _bare(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c not in DOTS and not c.isspace())


def clean_phone(text: str, *, field: str = "phone") -> str:
    """A mobile number of the mainland, 11 digits. Raises InvalidInput."""
    phone = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).removeprefix("+86")
    if not re.fullmatch(r"1[3-9]\d{9}", phone):
        raise _wrong(T(zh="请填写11位手机号码。", en="Enter a mobile number of 11 digits."), field)
    return phone


def pinyin_key(name: str) -> str:
    """The key by which a name is sorted and found: pinyin without tones, lower case."""
    return " ".join(lazy_pinyin(name, style=Style.NORMAL)).lower()[:120]
