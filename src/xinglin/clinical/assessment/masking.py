"""Direct identifiers taken out of a text before it leaves the house: names, numbers, phones, addresses, contacts.

Masking rather takes too much than too little. What is left is still about a person: it is pseudonymous, not anonymous,
and the law treats it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MARKS: Final = ("[NAME]", "[NUMBER]", "[PHONE]", "[CONTACT]", "[ADDRESS]", "[BIRTH]")
_NAME, _NUMBER, _PHONE, _CONTACT, _ADDRESS, _BIRTH = MARKS
_D: Final = "[0-9０-９]"
_HAN_DIGIT: Final = "[零〇一二三四五六七八九幺两]"
_HAN: Final = "[㐀-鿿]"
_GAP: Final = r"[\s\-－–—.·]?"
_WORD_END: Final = r"(?=$|[\s,，。.;；、!！?？:：)）今我她他女男\d])"
_PLACE: Final = "省|自治区|市|自治州|地区|盟|县|旗|区|镇|乡|街道|社区|村|屯|路|街|大道|巷|弄|胡同|里"
_PART: Final = "号院|号楼|号|弄|栋|幢|座|楼|单元|层|室|组|队"
_KIN: Final = "(?:爸爸?|妈妈?|老公|老婆|丈夫|妻子|儿子|女儿|孩子|宝宝|奶奶|爷爷|外婆|外公|姥姥|姥爷|父亲|母亲)"
_NOT_NAME: Final = "[她他它我你您人大不了过着去醒救医护出外]|什么|起来|来了|来人"
"""What follows 叫 where it means to call, to shout or to wake: 叫不醒, 叫了救护车."""
_WIDE: Final = "street|road|avenue|boulevard"
_STREET: Final = "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|way|close|terrace"
_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), mark)
    for pattern, mark in (
        (r"\b(?:https?://|www\.)\S+", _CONTACT),
        (r"[\w.+\-]+\s?[@＠]\s?[\w\-]+(?:\.[\w\-]+)+", _CONTACT),
        (
            r"(?:微信号?|wechat|weixin|vx|qq号?|whatsapp|telegram)\s*(?:is|id|号|是|[:：])*\s*[A-Za-z0-9_\-]{4,}",
            _CONTACT,
        ),
        (rf"(?<!{_D}){_D}{{4}}(?:[\s\-]{_D}{{4}}){{2,4}}(?:[\s\-]?{_D}{{1,3}})?(?!{_D})", _NUMBER),
        (rf"(?:\+|＋|(?<![0-9０-９])00){_D}{{1,3}}(?:[\s\-()（）]*{_D}){{7,14}}", _PHONE),
        (rf"(?<!{_D})1[3-9１３-９]{_D}(?:{_GAP}{_D}){{8}}(?!{_D})", _PHONE),
        (rf"(?<!{_D})[(（]?0{_D}{{2,3}}[)）]?{_GAP}{_D}{{3,4}}{_GAP}{_D}{{4}}(?!{_D})", _PHONE),
        (r"[(（]\d{3}[)）]\s?\d{3}[\s\-]\d{4}|(?<!\d)\d{3}-\d{3}-\d{4}(?!\d)", _PHONE),
        (rf"{_HAN_DIGIT}(?:[\s、]?{_HAN_DIGIT}){{6,}}", _NUMBER),
        (rf"(?<!{_D}){_D}{{6}}[\s\-]?{_D}{{8}}[\s\-]?{_D}{{3}}[0-9０-９xXｘＸ](?!{_D})", _NUMBER),
        (r"(?<![A-Za-z0-9])[A-Z]{1,4}[0-9]{6,12}[A-Z]?(?![A-Za-z0-9])", _NUMBER),
        (rf"(?<![0-9.]){_D}{{7,}}[xX]?", _NUMBER),
        (
            rf"(?:出生日期|出生于|出生|生日|生于)\s*(?:是|为|[:：])?\s*{_D}{{2,4}}\s*[年./\-]\s*{_D}{{1,2}}"
            rf"(?:\s*[月./\-]\s*{_D}{{1,2}}\s*日?)?|{_D}{{4}}年{_D}{{1,2}}月{_D}{{1,2}}[日号]?\s*(?:出生|生的?)",
            _BIRTH,
        ),
        (
            r"(?:\bborn\b(?:\s+on)?|\bdate of birth|\bdob\b|\bbirthday\b)(?:\s+is)?\s*[:：]?\s*"
            r"(?:[a-z]{3,9}\s+\d{1,2},?\s+\d{4}|\d{1,2}\s+[a-z]{3,9}\s+\d{4}|\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4})",
            _BIRTH,
        ),
        (
            rf"(?:{_HAN}{{2,8}}?(?:{_PLACE})){{1,6}}\s*{_D}{{1,5}}\s*(?:{_PART})(?:\s*{_D}{{1,5}}\s*(?:{_PART})?)*",
            _ADDRESS,
        ),
        (
            rf"(?:住址|地址|家住|住在|住)\s*(?:是|为|[:：])?\s*"
            rf"(?:[\w\u3400-\u9fff]{{1,12}}?(?:{_PLACE}|小区|花园|公寓|新村|苑|{_PART}))+(?:\s*{_D}{{1,5}}(?:{_PART})?)*",
            _ADDRESS,
        ),
        (
            rf"\b\d{{1,5}}[a-z]?\s+(?:(?-i:(?:[A-Z][a-z]+\s+){{1,3}})(?:{_STREET})|(?:[a-z]+\s+){{1,3}}(?:{_WIDE}))\b\.?"
            r"(?:\s*,?\s*(?:apt|flat|unit|#)\s*\w+)?",
            _ADDRESS,
        ),
        (rf"(?P<keep>(?:姓名|名字)\s*(?:是|叫|为|[:：])\s*){_HAN}{{2,4}}{_WORD_END}", _NAME),
        (rf"(?P<keep>(?:名字叫|名叫|我叫))(?!{_NOT_NAME})(?:{_HAN}{{2,4}}?){_WORD_END}", _NAME),
        (rf"(?P<keep>{_KIN}叫)(?!{_NOT_NAME})(?:{_HAN}{{2,4}}?){_WORD_END}", _NAME),
        (
            r"(?P<keep>\b(?:my|his|her|the) name is\s+|\bname\s*[:：]\s*|\bi am called\s+|\bcall me\s+)"
            r"(?-i:[A-Z][\w'\-]+(?:\s+[A-Z][\w'\-]+){0,3})",
            _NAME,
        ),
        (r"\b(?P<keep>(?:Mr|Mrs|Ms|Miss|Mister|Dr|Prof)\.?\s+)(?-i:[A-Z][\w'\-]+(?:\s+[A-Z][\w'\-]+)?)", _NAME),
    )
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without direct identifiers, and how many places were masked."""

    text: str
    places: int


class Leak(ValueError):
    """A known identifier would have left the house. Says nothing of which, so that no log holds it."""


def mask(text: str, names: Iterable[str] = ()) -> Masked:
    """Take identifiers out. `names`: names that are known to belong to the case, in any writing."""
    places = 0
    for name in sorted({one.strip() for one in names if len(one.strip()) > 1}, key=lambda one: (-len(one), one)):
        text, count = _known(name).subn(_NAME, text)
        places += count
    for pattern, mark in _RULES:
        shown = rf"\g<keep>{mark}" if "keep" in pattern.groupindex else mark
        text, count = pattern.subn(shown, text)
        places += count
    return Masked(text, places)


def refuse_leak(text: str, identifiers: Iterable[str]) -> None:
    """Raise Leak when a known identifier stands in a text that is about to be sent."""
    for one in identifiers:
        if len(one.strip()) > 1 and _known(one.strip()).search(text):
            raise Leak


def _known(name: str) -> re.Pattern[str]:
    """The name with any spacing; of Latin letters only as whole words."""
    parts = r"[\s·.\-]*".join(re.escape(letter) for letter in name if not letter.isspace() and letter not in "·.-")
    if name.isascii():
        return re.compile(rf"(?<![a-z]){parts}(?![a-z])", re.IGNORECASE)
    return re.compile(parts, re.IGNORECASE)
