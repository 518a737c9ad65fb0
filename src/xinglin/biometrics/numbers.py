"""Resident identity numbers: what they say, and whether they can be right (GB 11643-1999, from memory).

Eighteen characters: six digits of the place that issued it, eight of the birth date, three of a serial (odd for men)
and a check character (ISO 7064 MOD 11-2). The county code is *not* required to have existed at birth: numbers were
first issued in the mid-1980s and carry the code of the place of issue, so that test, which the library `stdnum` makes,
refuses genuine people born before.

Numbers of fifteen digits (no century, no check character) were given out until 1999. They are told apart and
explained, with the number that they became, but never accepted: fifteen digits hold nothing that betrays a slip, and
cards that bear them have been out of use since 2013 (from memory).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum import numdb
from stdnum.cn import ric

from xinglin.biometrics.errors import BiometricError, Sentence

EARLIEST_BIRTH: Final = date(1890, 1, 1)
CENTENARIANS: Final = frozenset({"996", "997", "998", "999"})
"""Serials kept, among fifteen digits, for people born before 1900 (from memory)."""


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """What a number says. `sex` is M or F. That no list holds the county code (`county_known`) is no fault."""

    number: str
    birth_on: date
    sex: str
    area: str
    province: str
    county_known: bool


_WRONG: Final[dict[str, Sentence]] = {
    "length": Sentence(
        "身份证号应为18位：前17位是数字，最后一位是数字或X。",
        "An identity number has 18 characters: 17 digits, then a digit or X.",
    ),
    "old_form": Sentence(
        "这是15位的旧身份证号，已停止使用。请填写现在证件上的18位号码：第6位后多{century}，最后多一位{check}，请核对。",
        "This is an old number of 15 digits, no longer in use. Enter the 18 characters of the present card: "
        "{century} comes after the sixth digit and {check} at the end; please compare.",
    ),
    "check": Sentence(
        "身份证号的校验位不对，请逐位核对。", "The last character does not fit the others; please check each digit."
    ),
    "birth_absent": Sentence("身份证号里的出生日期不存在。", "The birth date in the number does not exist."),
    "birth_range": Sentence("身份证号里的出生日期不在合理范围。", "The birth date in the number cannot be right."),
    "province": Sentence(
        "身份证号前两位不是已知的省级代码。", "The first two digits are no province code that we know."
    ),
}


class WrongNumber(BiometricError):
    """The number cannot be right; `code` says which rule: length, old_form, check, birth_absent, birth_range, province.

    For `old_form` the number of eighteen characters that it became stands in `became`. The sentence never holds the
    number: sentences are written to logs.
    """

    kind = "number"
    CODES = frozenset(_WRONG)

    def __init__(self, code: str, *, became: str = "") -> None:
        zh, en = _WRONG[code]
        filled = {"century": became[6:8], "check": became[-1:]}
        super().__init__(code, Sentence(zh.format(**filled), en.format(**filled)))
        self.became = became


def clean(text: str) -> str:
    """The number as it is stored: ASCII digits, capital X, no spaces or hyphens."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def read(text: str, *, on: date) -> ResidentNumber:
    """What a resident identity number says, read on the day `on`. Raises WrongNumber."""
    number = clean(text)
    if re.fullmatch(r"[0-9]{15}", number):
        raise WrongNumber("old_form", became=_became(number, on))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise WrongNumber("length")
    if not checks(number):
        raise WrongNumber("check")
    born = _birth(number[6:14], on)
    known = {key: str(value) for _, parts in numdb.get("cn/loc").info(number[:6]) for key, value in parts.items()}
    if "province" not in known:
        raise WrongNumber("province")
    sex = "M" if int(number[16]) % 2 else "F"
    return ResidentNumber(number, born, sex, number[:6], known["province"], "county" in known)


def checks(number: str) -> bool:
    """Whether the last of eighteen characters fits the others."""
    return bool(re.fullmatch(r"[0-9]{17}[0-9X]", number)) and str(ric.calc_check_digit(number)) == number[17]


def _birth(digits: str, on: date) -> date:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise WrongNumber("birth_absent") from error
    if not EARLIEST_BIRTH <= born <= on:
        raise WrongNumber("birth_range")
    return born


def _became(old: str, on: date) -> str:
    """The eighteen characters that a number of fifteen became; raises when its birth date cannot be."""
    century = "18" if old[12:] in CENTENARIANS else "19"
    body = old[:6] + century + old[6:]
    _birth(body[6:14], on)
    return body + str(ric.calc_check_digit(body + "0"))
