"""Stretches of time in a text, in hours: three days, x2 weeks, since yesterday, 三天了, 半个月, 十多年."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DAY: Final = 24.0
UNITS: Final = {"minute": 1 / 60, "hour": 1.0, "day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}
_NUMBERS_EN: Final = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0,
    "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "couple": 2.0, "couple of": 2.0,
    "a couple of": 2.0, "a couple": 2.0, "few": 3.0, "a few": 3.0, "several": 4.0, "many": 5.0, "half a": 0.5,
    "half an": 0.5, "past": 1.0, "last": 1.0, "twenty": 20.0, "thirty": 30.0, "fifteen": 15.0,
}  # fmt: skip
_DIGITS_ZH: Final = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_EN: Final = re.compile(
    r"(?<!\d)(?P<number>\d{1,4}(?:\.\d{1,2})?(?:\s*(?:-|to|or)\s*\d{1,3})?|half an?|a couple(?: of)?"
    r"|couple(?: of)?|a few|few|several|many"
    r"|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|past|last)"
    r"(?:\s+(?:or so|and a half|more|or two|full|whole|long|solid))?[\s-]*"
    r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|months?|mos?|years?|yrs?|wk|hr|yr|fortnight)\b"
    r"(?P<old>[\s-]*(?:old|of age)\b)?"
)
_SHORT: Final = re.compile(r"(?:x|for|\b)\s*(?P<number>\d{1,3}(?:\.\d)?)(?P<unit>/7|/52|/12|d|w|h|hrs|mo|y)\b")
_NAMED: Final = (
    (re.compile(r"\bsince yesterday\b|\byesterday\b|自?昨天|昨日|昨晚|昨夜|从昨天"), DAY),
    (re.compile(r"\bsince (?:this )?morning\b|\bthis morning\b|今天早上|今早|今晨|早上起"), 6.0),
    (re.compile(r"\blast night\b|\bovernight\b|\btonight\b|昨天晚上"), 12.0),
    (
        re.compile(
            r"\bsince (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:上|这|从|自)(?:周|星期|礼拜)[一二三四五六日天]"
        ),
        84.0,
    ),
    (re.compile(r"\bsince last week\b|上周|上个?星期|上礼拜"), 7 * DAY),
    (re.compile(r"\bsince last month\b|上个?月"), 30 * DAY),
    (
        re.compile(
            r"\b(?:since|all my life|lifelong|from) (?:birth|childhood|i was a (?:kid|child))\b|自幼|从小|打小|生来"
        ),
        10 * 365 * DAY,
    ),
    (re.compile(r"前天"), 48.0),
    (re.compile(r"大前天"), 72.0),
    (re.compile(r"\btoday\b|今天|今日"), 6.0),
    (re.compile(r"\bfor (?:ages|years)\b|\bfor a long time\b|好多年|很多年|多年|常年|长年"), 5 * 365 * DAY),
    (re.compile(r"\bfor months\b|好几个月|几个月"), 90 * DAY),
    (re.compile(r"\bfor weeks\b|好几周|几周|几个星期"), 21 * DAY),
    (re.compile(r"\bfor days\b|好几天|几天"), 3 * DAY),
    (re.compile(r"\bfor hours\b|好几个?小时"), 4.0),
    (re.compile(r"刚刚|刚才|\bjust now\b|\bmoments ago\b"), 0.5),
)
_ZH: Final = re.compile(
    r"(?P<number>(?<!\d)\d{1,4}(?:\.\d{1,2})?(?:\s*[-~到至]\s*\d{1,3})?|半|[一二两三四五六七八九十百]{1,5}|几"
    r"|数|好几|十几|几十)"
    r"(?P<more>几|多|来|余)?(?P<piece>个|)(?:多|半|来|)(?P<unit>分钟|小时|钟头|天|日|晚上|晚|夜|周|星期|礼拜"
    r"|月|年)(?P<more2>多|半|余|来)?"
    r"(?P<bad>岁|级|份|出生|生|龄|次|一次|\d*月|元|月经)?"
)
_UNIT_OF: Final = {
    "min": "minute", "hr": "hour", "wk": "week", "mo": "month", "yr": "year", "night": "day", "fortnight": "week",
    "分钟": "minute", "小时": "hour", "钟头": "hour", "天": "day", "日": "day", "晚上": "day", "晚": "day", "夜": "day",
    "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year", "/7": "day", "/52": "week",
    "/12": "month", "d": "day", "w": "week", "h": "hour", "y": "year",
}  # fmt: skip
_FREQUENCY: Final = re.compile(r"(?:times?|twice|once|every|each|per|/)\s*(?:a|an|per|every|)\s*$|每隔?$|每[个]?$")
_AHEAD: Final = re.compile(
    r"^'?\s*(?:of pregnancy|of gestation|[,(]?\s?g\d\s?p\d"
    r"|大|龄|的?(?:宝|婴|孩|女|男|娃|小)|later|from now|后|以后|pregnant|gestation|into (?:my"
    r"|the) pregnancy|postpartum|孕|怀孕|内)"
)


_AGE_BEFORE: Final = re.compile(
    r"(?:怀孕|孕|妊娠|孕周|宝宝|孩子|婴儿|儿子|女儿|娃|小孩|出生|生后|新生儿|男宝|女宝|宝贝|小儿|患儿|年龄"
    r"|newborn|pregnant|born)"
    r"(?:了|才|刚|现在|今天|快|已经|第|at|for|is|[\s,:：，])*$"
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time that a text names, in hours."""

    start: int
    end: int
    hours: float


def stretches(text: str) -> list[Stretch]:
    """Every stretch of time in a normalised text that may say how long something has lasted, from left to right."""
    found = [*_english(text), *_chinese(text)]
    taken = [(one.start, one.end) for one in found]
    for pattern, hours in _NAMED:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken[-200:]):
                found.append(Stretch(match.start(), match.end(), hours))
    return sorted(found, key=lambda one: (one.start, one.end))


def _english(text: str) -> list[Stretch]:
    found = []
    for match in [*_EN.finditer(text), *_SHORT.finditer(text)]:
        groups = match.groupdict()
        if groups.get("old") or _no_duration(text, match.start(), match.end()):
            continue
        unit = groups["unit"] if groups["unit"] in _UNIT_OF else str(groups["unit"]).rstrip("s")
        hours = number_en(groups["number"]) * UNITS[_UNIT_OF.get(unit, unit)] * (2 if unit == "fortnight" else 1)
        if groups["number"] in {"past", "last"} and str(groups["unit"]).endswith("s"):
            hours *= 3
        found.append(Stretch(match.start(), match.end(), hours))
    return found


def _no_duration(text: str, start: int, end: int) -> bool:
    """Whether a time says how often or when ahead rather than how long."""
    if _AGE_BEFORE.search(text, max(0, start - 14), start):
        return True
    if text[start:end].endswith(("week", "weeks", "wk", "wks")) and text[max(0, start - 3) : start].endswith("at "):
        return True
    return bool(_FREQUENCY.search(text, max(0, start - 12), start) or _AHEAD.match(text[end : end + 24]))


def number_en(words: str) -> float:
    """A number in figures or words; of a range the larger."""
    if words in _NUMBERS_EN:
        return _NUMBERS_EN[words]
    figures = re.findall(r"\d+(?:\.\d+)?", words)
    return float(figures[-1][:8]) if figures else 1.0


def _chinese(text: str) -> list[Stretch]:
    found = []
    for match in _ZH.finditer(text):
        unit, piece = match["unit"], match["piece"]
        if match["bad"] or _no_duration(text, match.start(), match.end()):
            continue
        if (unit == "月" and not piece) or (unit == "日" and len(match["number"]) > 2) or _date(match["number"], unit):
            continue
        hours = number_zh(match["number"]) * UNITS[_UNIT_OF[unit]]
        if match["more"] in {"几", "多", "余", "来"} and match["number"] == "十":
            hours *= 1.3
        if match["more2"] == "半":
            hours += UNITS[_UNIT_OF[unit]] / 2
        found.append(Stretch(match.start(), match.end(), hours))
    return found


def _date(number: str, unit: str) -> bool:
    return unit == "年" and number.isdigit() and len(number) == 4


def number_zh(words: str) -> float:
    """A number in figures or Chinese numerals up to the hundreds; 几 and 数 count as three."""
    if words == "半":
        return 0.5
    if words in {"几", "数", "好几"}:
        return 3.0
    if words in {"十几"}:
        return 13.0
    if words in {"几十"}:
        return 30.0
    figures = re.findall(r"\d+(?:\.\d+)?", words)
    if figures:
        return float(figures[-1][:8])
    total, digit = 0, 0
    for char in words:
        if char == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif char == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS_ZH.get(char, 0)
    return float(total + digit) or 1.0
