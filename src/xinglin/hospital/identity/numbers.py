"""Identity numbers, names and phones as people write them: cleaned, checked, read.

A resident identity number (GB 11643) has six digits of the place that issued it, eight of the birth date, three of a
serial (odd for men) and a check character. The county code is *not* required to have existed at birth: numbers were
first issued in the mid-1980s and carry the code of the place of issue, so such a test refuses genuine people.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from pypinyin import Style, lazy_pinyin
from stdnum import numdb
from stdnum.cn import ric

from xinglin.hospital.identity.words import IdType
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.texts import T

NUMBER_SEAL = "identity.number"
EARLIEST_BIRTH = date(1890, 1, 1)
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


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """What a resident identity number says. That no list holds the county code (`county_known`) is no fault."""

    number: str
    birth_on: date
    sex: str
    area: str
    county_known: bool


def _wrong(reason: T, field: str) -> InvalidInput:
    return InvalidInput(field=field, reason=reason)


def resident_number(text: str, *, on: date, field: str = "number") -> ResidentNumber:
    """Read a resident identity number on a day. Raises InvalidInput naming what is wrong and what would be right."""
    number = unicodedata.normalize("NFKC", text).replace(" ", "").replace("-", "").upper()
    if not re.fullmatch(r"\d{17}[\dX]", number):
        reason = T(
            zh="身份证号应为18位：前17位是数字，最后一位是数字或X。",
            en="An identity number has 18 characters: 17 digits, then a digit or X.",
        )
        raise _wrong(reason, field)
    if ric.calc_check_digit(number) != number[17]:
        reason = T(
            zh="身份证号的校验位不对，请逐位核对。",
            en="The last character does not fit the others; please check each digit.",
        )
        raise _wrong(reason, field)
    born = _birth(number, on, field)
    known = {key for _, parts in numdb.get("cn/loc").info(number[:6]) for key in parts}
    if "province" not in known:
        reason = T(
            zh="身份证号前两位不是已知的省级代码。", en="The first two digits are no province code that we know."
        )
        raise _wrong(reason, field)
    sex = "M" if int(number[16]) % 2 else "F"
    return ResidentNumber(number, born, sex, number[:6], "county" in known)


def _birth(number: str, on: date, field: str) -> date:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        reason = T(zh="身份证号里的出生日期不存在。", en="The birth date in the number does not exist.")
        raise _wrong(reason, field) from error
    if not EARLIEST_BIRTH <= born <= on:
        reason = T(zh="身份证号里的出生日期不在合理范围。", en="The birth date in the number cannot be right.")
        raise _wrong(reason, field)
    return born


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
