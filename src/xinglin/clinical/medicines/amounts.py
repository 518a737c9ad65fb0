"""Quantities and strengths of medicines: exact numbers, every usual unit in Chinese and English. Pure.

Nothing here is ever a float: a number is a `Fraction` made from the digits that stand in the text. Text that is not
understood gives None; a number is never guessed. Units are written as codes (`UNITS`); mass counts in µg, volume in ml,
activity in IU, so that amounts of one kind can be compared.

Source of the customs: 处方管理办法 (2007) art. 7 (units and how doses are written), labels in daily use; from memory.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

MASS, VOLUME, ACTIVITY, MOLES, CHARGE, SHARE, COUNT = "mass", "volume", "activity", "moles", "charge", "share", "count"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its code, what it measures, how many base units it is (µg, ml, IU, mmol, mEq, %, one piece), "
    "its names."""

    code: str
    kind: str
    factor: Fraction
    zh: str
    en: str


def _unit(code: str, kind: str, factor: str, zh: str, en: str) -> Unit:
    return Unit(code, kind, Fraction(factor), zh, en)


_ALL = (
    _unit("ng", MASS, "1/1000", "ng", "ng"),
    _unit("ug", MASS, "1", "μg", "mcg"),
    _unit("mg", MASS, "1000", "mg", "mg"),
    _unit("g", MASS, "1000000", "g", "g"),
    _unit("kg", MASS, "1000000000", "kg", "kg"),
    _unit("ul", VOLUME, "1/1000", "μl", "µl"),
    _unit("ml", VOLUME, "1", "ml", "ml"),
    _unit("L", VOLUME, "1000", "L", "L"),
    _unit("IU", ACTIVITY, "1", "单位", "units"),
    _unit("kIU", ACTIVITY, "1000", "千单位", "thousand units"),
    _unit("wIU", ACTIVITY, "10000", "万单位", "ten thousand units"),
    _unit("MIU", ACTIVITY, "1000000", "MIU", "million units"),
    _unit("mIU", ACTIVITY, "1/1000", "mIU", "mIU"),
    _unit("mmol", MOLES, "1", "mmol", "mmol"),
    _unit("mEq", CHARGE, "1", "mEq", "mEq"),
    _unit("%", SHARE, "1", "%", "%"),
    _unit("tab", COUNT, "1", "片", "tablets"),
    _unit("cap", COUNT, "1", "粒", "capsules"),
    _unit("sachet", COUNT, "1", "袋", "sachets"),
    _unit("amp", COUNT, "1", "支", "ampoules"),
    _unit("vial", COUNT, "1", "西林瓶", "vials"),
    _unit("pill", COUNT, "1", "丸", "pills"),
    _unit("patch", COUNT, "1", "贴", "patches"),
    _unit("supp", COUNT, "1", "枚", "suppositories"),
    _unit("bottle", COUNT, "1", "瓶", "bottles"),
    _unit("drop", COUNT, "1", "滴", "drops"),
    _unit("spray", COUNT, "1", "喷", "sprays"),
    _unit("puff", COUNT, "1", "揿", "puffs"),
    _unit("spoon", COUNT, "1", "勺", "spoonfuls"),
    _unit("strip", COUNT, "1", "条", "strips"),
    _unit("tube", COUNT, "1", "管", "tubes"),
    _unit("dose", COUNT, "1", "剂", "doses"),
    _unit("box", COUNT, "1", "盒", "boxes"),
    _unit("piece", COUNT, "1", "个", "pieces"),
)
UNITS: dict[str, Unit] = {unit.code: unit for unit in _ALL}

# Words as they stand after `fold` (lower case, half width, µ as u). Case settles "mu" and "miu".
UNIT_WORDS: dict[str, str] = {
    word: code
    for code, words in {
        "ng": "ng 纳克 nanogram nanograms",
        "ug": "ug mcg 微克 ㎍ microgram micrograms",
        "mg": "mg 毫克 ㎎ mgs milligram milligrams",
        "g": "g gm gms 克 gram grams",
        "kg": "kg 公斤 千克 ㎏ kgs kilogram kilograms",
        "ul": "ul 微升",
        "ml": "ml mls 毫升 ㎖ cc ㏄ milliliter milliliters millilitre millilitres",
        "L": "l 升 liter liters litre litres",
        "IU": "iu u unt 单位 国际单位 unit units ius 个单位",
        "wIU": "万单位 万u 万iu 万国际单位 万个单位",
        "kIU": "千单位 ku kiu",
        "mmol": "mmol 毫摩尔 mmols",
        "mEq": "meq 毫当量 meqs",
        "%": "% percent",
        "tab": "片 tab tabs tablet tablets tabl tbl tbls caplet caplets",
        "cap": "粒 cap caps capsule capsules softgel softgels 胶囊",
        "sachet": "袋 包 sachet sachets packet packets 小袋",
        "amp": "支 amp amps ampoule ampoules ampule ampules pen pens syringe syringes 安瓿",
        "vial": "vial vials 西林瓶",
        "pill": "丸 pill pills",
        "patch": "贴 patch patches plaster plasters 帖",
        "supp": "枚 suppository suppositories supp lozenge lozenges 栓",
        "bottle": "瓶 bottle bottles",
        "drop": "滴 drop drops gtt gtts",
        "spray": "喷 spray sprays",
        "puff": "揿 吸 puff puffs inhalation inhalations actuation actuations 掀 按",
        "spoon": "勺 匙 小勺 茶匙 teaspoon teaspoons tsp tablespoon tablespoons tbsp spoonful spoonfuls",
        "strip": "条 strip strips",
        "tube": "管 tube tubes",
        "dose": "剂 帖剂",
        "box": "盒 box boxes pack packs",
        "piece": "个 颗 粒装 piece pieces",
    }.items()
    for word in words.split()
}
_CASED = {"MU": "MIU", "MIU": "MIU", "mIU": "mIU", "mU": "mIU", "MiU": "MIU", "万U": "wIU"}
# A spoon of which size is not said by the Chinese word; a tea- and a tablespoon are not the same: kept as a count.

_FOLD = {c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
_FOLD.update({c: chr(c - 0xFEE0).lower() for c in range(0xFF21, 0xFF3B)})
_FOLD.update({c: chr(c).lower() for c in range(ord("A"), ord("Z") + 1)})
_SAME = {
    " ": "\u3000\u00a0\u2002\u2003\u2009\u202f\t",
    "u": "\u00b5\u03bc",
    "*": "×✕✖∗",
    "-": "–—−〜～∼~‐‑‒―\uff5e",
    ",": "，、；;。｡､\n\r|",
    ":": "：∶︰",
    "/": "／∕⁄",
    "(": "（[［【{〔",
    ")": "）]］】}〕",
    "两": "兩俩",
    "点": "點",
}
for _to, _from in _SAME.items():
    _FOLD.update({ord(c): _to for c in _from})


def fold(text: str) -> str:
    """The text in lower case and half width with one spelling of µ, ×, dashes and brackets, at its own length."""
    return text.translate(_FOLD)


def unit_of(word: str) -> str | None:
    """The code of a unit as written, or None. Case decides between `MIU` (million) and `mIU` (thousandth)."""
    cased = _CASED.get(word)
    return cased or UNIT_WORDS.get(fold(word.strip()))


VULGAR = {c: Fraction(n) for c, n in {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}.items()}
_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_DIGITS |= {"壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000}
HAN_NUMERALS = frozenset(_DIGITS) | frozenset(_PLACES)
_GOOD_BELOW = frozenset({2, 3, 4, 8})  # Denominators that are written of tablets; 50/500 is two strengths, not a tenth.
_PLAIN = r"(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?|\.\d+"
NUMBER = re.compile(rf"\d+ +[1-3]/[2348](?![\d.])|\d+ ?[½¼¾⅓⅔⅛]|[½¼¾⅓⅔⅛]|[1-7]/[2348](?![\d./])|{_PLAIN}", re.ASCII)
HAN_NUMBER = re.compile("[" + "".join(sorted(HAN_NUMERALS)) + "]+(?:点[" + "".join(sorted(_DIGITS)) + "]+)?")


@lru_cache(maxsize=8192)
def number(text: str) -> Fraction | None:
    """The exact value of a number as written: `0.5`, `1,000`, `1/2`, `1 1/2`, `1½`, `十五`, `半`. None when "
    "it is none.

    >>> number("1½")
    Fraction(3, 2)
    """
    word = fold(text.strip())
    if word == "半":
        return Fraction(1, 2)
    if word and word[0] in HAN_NUMERALS:
        return _han(word)
    if not NUMBER.fullmatch(word) or (not word.isascii() and not any(c in VULGAR for c in word)):
        return None
    return _arabic(word)


def _arabic(word: str) -> Fraction | None:
    if word[-1] in VULGAR:
        whole = word[:-1].strip()
        return VULGAR[word[-1]] + (int(whole) if whole else 0)
    if "/" in word:
        whole, _, part = word.rpartition(" ")
        above, _, below = part.partition("/")
        if int(below) not in _GOOD_BELOW or int(above) >= int(below):
            return None
        return Fraction(int(above), int(below)) + (int(whole) if whole else 0)
    return Fraction(word.replace(",", "")) if len(word) <= 24 else None


def _han(word: str) -> Fraction | None:
    whole, _, decimals = word.partition("点")
    value = _han_whole(whole)
    if value is None or not decimals:
        return None if value is None else Fraction(value)
    return value + Fraction(int("".join(str(_DIGITS[c]) for c in decimals)), 10 ** len(decimals))


def _han_whole(word: str) -> int | None:
    """`十五` 15, `一百二十` 120, `二零` 20; None for what is not one number (`一三五`)."""
    total, digit, last = 0, None, 10**6
    for c in word:
        if c in _PLACES:
            if _PLACES[c] >= last:
                return None
            last = _PLACES[c]
            total += (1 if digit is None else digit) * last
            digit = None
        elif digit is not None and digit != 0:
            return None
        else:
            digit = _DIGITS[c]
    return total + (digit or 0)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount from `low` to `high` (equal when there is no range) of a unit; the unit is "" when none is "
    "written."""

    low: Fraction
    high: Fraction
    unit: str

    def times(self, low: Fraction, high: Fraction | None = None) -> "Amount":
        """The amount taken `low` to `high` times."""
        return Amount(self.low * low, self.high * (low if high is None else high), self.unit)

    @property
    def kind(self) -> str:
        """What it measures: mass, volume, activity, moles, charge, share, count, or "" without a unit."""
        return UNITS[self.unit].kind if self.unit else ""

    def into(self, unit: str) -> "Amount | None":
        """The same amount in another unit of its kind; None when it cannot be (mg into ml, a tablet into a "
        "capsule)."""
        if unit == self.unit:
            return self
        if not self.unit or UNITS[unit].kind != self.kind or self.kind == COUNT:
            return None
        ratio = UNITS[self.unit].factor / UNITS[unit].factor
        return Amount(self.low * ratio, self.high * ratio, unit)

    def base(self) -> "Amount":
        """The amount in the base unit of its kind (µg, ml, IU, mmol, mEq, %; pieces stay)."""
        unit = {MASS: "ug", VOLUME: "ml", ACTIVITY: "IU"}.get(self.kind)
        return (self.into(unit) if unit else None) or self

    def text(self, lang: str = "zh") -> str:
        """How it is written: `1-2片`, `1-2 tablets`."""
        digits = plain(self.low) if self.low == self.high else f"{plain(self.low)}-{plain(self.high)}"
        if not self.unit:
            return digits
        if self.unit == "wIU" and lang != "zh":
            return Amount(self.low * 10000, self.high * 10000, "IU").text(lang)
        unit = UNITS[self.unit]
        return f"{digits}{unit.zh}" if lang == "zh" else f"{digits} {unit.en}"


def plain(value: Fraction) -> str:
    """A number as digits: a decimal when it ends within six places, else a fraction. Never rounded."""
    if value.denominator == 1:
        return str(value.numerator)
    if 10**6 % value.denominator == 0:
        whole, rest = divmod(value.numerator * (10**6 // value.denominator), 10**6)
        return f"{whole}.{rest:06d}".rstrip("0")
    whole, rest = divmod(value.numerator, value.denominator)
    return f"{whole} {rest}/{value.denominator}" if whole else f"{rest}/{value.denominator}"


_AMOUNT = re.compile(
    rf"\s*({NUMBER.pattern}|半|{HAN_NUMBER.pattern})(?:\s*(?:-|至|到|to)\s*({NUMBER.pattern}|{HAN_NUMBER.pattern}))?"
    r"\s*([a-z%万千百个国际单位㎎㎍㎖㎏㏄\u4e00-\u9fff]*?)\s*(半)?\s*",
    re.ASCII,
)


@lru_cache(maxsize=8192)
def parse_amount(text: str) -> Amount | None:
    """One amount with its unit (`0.5g`, `1-2片`, `一片半`, `80万单位`, `1/2 tab`); None unless the whole text is one.

    >>> parse_amount("80万单位")
    Amount(low=Fraction(80, 1), high=Fraction(80, 1), unit='wIU')
    """
    found = _AMOUNT.fullmatch(fold(text))
    if not found:
        return None
    start, end = found.span(3)
    unit = unit_of(text[start:end]) if end > start else ""
    low = number(found[1])
    high = number(found[2]) if found[2] else low
    if unit is None or low is None or high is None or high < low:
        return None
    extra = Fraction(1, 2) if found[4] else Fraction(0)
    if extra and (UNITS[unit].kind if unit else "") != COUNT:
        return None
    return Amount(low + extra, high + extra, unit)


def same_name(text: str) -> str:
    """The text in compatibility form (NFKC), for comparing names; lengths change."""
    return unicodedata.normalize("NFKC", text)
