"""What can be read mechanically in the Chinese texts of the published records: sex, age, level, mode of care, days.

Every function takes a text as published and returns what it states, or None where it states nothing that can be read
without judgement. A text is compared in its normal form: one width of signs, no blanks.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

CHILD_BELOW_YEARS: Final = 18
"""Who is a child where a text says no more: a person below 18 (Law on the Protection of Minors, article 2)."""
WORKING_AGE_FROM_YEARS: Final = 16
"""Lower end of the legal working age (Labour Law, article 15)."""

QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "。": ".", "〜": "-"})
DASHES: Final = re.compile(r"[‐‑‒–—―−－~～]+")
ENUMERATION: Final = re.compile(r"(^|[:;.])\d{1,2}\.(?=\S)")

FEMALE: Final = re.compile(
    "女(?!贞)|妇|阴道|子宫|宫颈|宫缩|宫瘤|宫腔|宫寒|经血|月经|经期|经前|经行|经来|经色|行经|调经|痛经|闭经|绝经|带下|白带|产后|产妇|妊娠|孕|卵巢|卵泡"
    "|输卵管|排卵|崩漏|恶露|安胎|胎动|胎儿|保胎|分娩|盆腔|乳汁|奶汁|下乳|哺乳|泌乳|乳腺|乳房|乳癖|流产|催产|引产|外阴|早产|子痫|避孕"
)
MALE: Final = re.compile("男|前列腺|睾丸|阳痿|阳萎|早泄|遗精|滑精|勃起|精子|精液|阴茎|附睾|弱精|少精|不射精|睾酮")
EARLIER_TREATMENT: Final = re.compile(
    "一线|二线|三线|既往|失败|无效|不佳|欠佳|不耐受|不能耐受|难治|难以控制|控制不良|接受过|治疗后|应答|进展|复发|仍无法|不理想|缓解不|不能有效控制"
    "|无法控制|禁忌|经.{0,20}治疗"
)
LEVELS: Final = {"一": 1, "二": 2, "三": 3}
MODES: Final = (("outpatient", "门诊"), ("emergency", "急诊"), ("inpatient", "住院"))
UNIT_DAYS: Final = {"天": 1, "日": 1, "周": 7, "年": 365}
CHINESE_NUMBERS: Final = {"一": 1, "两": 2, "二": 2, "三": 3, "半": 0}


def normal(text: str) -> str:
    """The form in which two texts are compared: NFKC, one kind of quotes and dashes, no blanks."""
    return re.sub(r"\s+", "", DASHES.sub("-", unicodedata.normalize("NFKC", text).translate(QUOTES)))


def sex_of(*texts: str) -> str | None:
    """``male`` or ``female`` by the first text that names a sex, None where it names both or where none does."""
    for text in map(normal, texts):
        found = {sex for sex, words in (("female", FEMALE), ("male", MALE)) if words.search(text)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def child_years(text: str) -> int | None:
    """The age in years below which a text allows a medicine; 18 where it only speaks of children."""
    flat = ENUMERATION.sub(r"\1", normal(text))
    ends = [int(end) + (0 if below else 1) for end, below in re.findall(r"\d+(?:周?岁)?[-至到](\d+)周?岁(以下)?", flat)]
    if not ends:
        ends = [int(end) + (1 if incl else 0) for end, incl in re.findall(r"(\d+)周?岁(及)?以下", flat)]
    if ends:
        return max(ends)
    return CHILD_BELOW_YEARS if re.search("儿童|小儿|婴|患儿|新生儿", flat) else None


def youngest_years(text: str) -> int | None:
    """The completed years from which a text allows a medicine, None where it names no lower age."""
    flat = ENUMERATION.sub(r"\1", normal(text))
    starts = re.findall(r"(\d+)(?:周?岁)?[-至到]\d+周?岁", flat) or re.findall(r"(\d+)周?岁及(?:\d+周?岁)?以上", flat)
    return min(map(int, starts)) if starts else None


@dataclass(frozen=True, slots=True)
class Level:
    """Lowest level of the institution. `first_only`: of the first prescription. `specialist`: differs by kind."""

    level: int
    first_only: bool
    specialist: bool


def level_of(text: str) -> Level | None:
    """The lowest level that a text allows: 'second level and above' is 2; the lowest one where it names several.

    Where specialised hospitals of a lower level are allowed after a review beforehand, it is the higher one: the others
    have the review on file.
    """
    flat = normal(text)
    found = [LEVELS[digit] for digit in re.findall("([一二三])级及以上", flat)]
    if not found:
        return None
    first = re.search("首次处方时?需由[一二三]级", flat) is not None
    special = "专科医院" in flat
    if special and "事前审查" in flat:
        found = [max(LEVELS[digit] for digit in re.findall("([一二三])级", flat))]
    return Level(min(found), first, special)


def modes_of(text: str) -> str | None:
    """Modes of care in which a medicine is paid, such as ``emergency inpatient``."""
    flat = normal(text)
    if not re.search("住院方可支付|住院患者|急诊或住院|限(门诊|急诊|住院)", flat):
        return None
    named = [mode for mode, word in MODES if word in flat]
    return " ".join(named) or None


@dataclass(frozen=True, slots=True)
class Course:
    """Days that are paid. `per_stay`: counted in each stay anew. `span`: counted from the first use, used or not."""

    days: int
    per_stay: bool
    span: bool


def course_of(text: str) -> Course | None:
    """The paid days of a course: 'not more than 14 days', 'one year'."""
    flat = normal(text)
    found = re.search("(?:不超过|最多支付)([0-9]+|[一两二三半])个?(天|日|周|月|年)", flat)
    if found is None:
        return None
    number, unit = found.groups()
    count = int(number) if number.isdigit() else CHINESE_NUMBERS[number]
    if count == 0:
        return None
    days = count * 30 if unit == "月" else count * UNIT_DAYS[unit]
    per_stay = re.search("单次住院|住院方可支付[,;]单次|住院方可支付\\.单次", flat) is not None
    return Course(days, per_stay, unit in {"月", "年"})


def cycle_days(text: str) -> int | None:
    """Fewest days between two charges: 'not less than 14 days apart', 'once a week'."""
    flat = normal(text)
    apart = re.search(r"间隔时间不(?:短|少|低)于(\d+)(天|日|周)", flat)
    if apart:
        return int(apart[1]) * UNIT_DAYS[apart[2]]
    often = re.search(r"每(\d*)(周|天|日)(?:最多)?(?:支付)?(?:不超过)?一次", flat)
    return int(often[1] or 1) * UNIT_DAYS[often[2]] if often else None


def further_conditions(text: str) -> tuple[str, ...]:
    """What else a text asks that no row can hold, by stable words: evidence, screening, onset, review, body side."""
    flat = normal(text)
    marks = {
        "disease": "患者|治疗|癌|病",
        "screening": "营养风险筛查",
        "onset": r"发作\d+小时内",
        "earlier_review": "事前审查",
        "each_eye": "每眼",
    }
    return tuple(name for name, mark in marks.items() if re.search(mark, flat))
