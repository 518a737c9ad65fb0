"""The canonical form of a person's name, so that a look-alike never passes for another. Pure.

A name is either Chinese (unified ideographs, with the middle dot U+00B7 between the parts of a longer name) or Latin
(letters, single spaces, hyphen, apostrophe, full stop). It equals its own NFKC form (Unicode UAX #15), which full-width
letters and compatibility ideographs do not. A Cyrillic or Greek letter among Latin ones, invisible signs and radicals
are refused. Plain digits are let in: invented people of a demonstration are numbered. Two ideographs that look alike
(曰 and 日) are both proper: against those stands the person's own register entry, not this rule.
"""

import re
import unicodedata

from xinglin.hospital.kernel.texts import T

HAN = "CJK UNIFIED IDEOGRAPH-"
LATIN = re.compile(r"LATIN (SMALL|CAPITAL) LETTER ")
NUMBERED = re.compile(r" ?[0-9]+$")
BETWEEN_HAN = "·"
BETWEEN_LATIN = " -'."
MASK = "*"

INVISIBLE = T(zh="看不见的字符", en="an invisible character")
OTHER_SCRIPT = T(zh="混入的外形相近字母", en="a look-alike letter of another script")
COMPATIBLE = T(zh="全角或兼容字符", en="a full-width or compatibility character")
MIXED = T(zh="中文与字母混写", en="Chinese and Latin letters mixed")
EMPTY = T(zh="空白", en="nothing, or space at its ends")
NOT_A_LETTER = T(zh="姓名中没有的符号", en="a sign that no name has")


def trouble_with(name: str, *, masked: bool = False) -> T | None:
    """What is not canonical about a name, or None. With `masked` the star that hides letters is allowed."""
    plain = name.replace(MASK, "") if masked else name
    if not plain.strip() or name != name.strip():
        return EMPTY
    for letter in plain:
        if unicodedata.category(letter) in {"Cf", "Cc", "Co", "Cn", "Mn", "Zl", "Zp"}:
            return _at(INVISIBLE, letter)
    if unicodedata.normalize("NFKC", plain) != plain:
        return _at(COMPATIBLE, next((c for c in plain if unicodedata.normalize("NFKC", c) != c), ""))
    kinds = {_kind(letter) for letter in NUMBERED.sub("", plain)}
    if "other" in kinds:
        return _at(OTHER_SCRIPT, next(letter for letter in plain if _kind(letter) == "other"))
    if "sign" in kinds:
        return _at(NOT_A_LETTER, next(letter for letter in plain if _kind(letter) == "sign"))
    if kinds & {"han", "dot"} and kinds & {"latin", "joint"}:
        return MIXED
    return None


def _at(what: T, letter: str) -> T:
    if not letter:
        return what
    point = f"U+{ord(letter):04X}"
    return T(zh=f"{what.zh}（{point}）", en=f"{what.en} ({point})")


def _kind(letter: str) -> str:
    called = unicodedata.name(letter, "")
    if called.startswith(HAN) or letter == "〇":
        return "han"
    if letter in "0123456789":
        return "digit"
    if letter == BETWEEN_HAN:
        return "dot"
    if letter in BETWEEN_LATIN:
        return "joint"
    if LATIN.match(called):
        return "latin"
    return "other" if unicodedata.category(letter).startswith("L") else "sign"


def mask(name: str) -> str:
    """What a stranger may see: the first letter and the last (of two letters only the first), the rest hidden."""
    if len(name) <= 2:
        return name[:1] + MASK
    return name[0] + MASK * min(len(name) - 2, 4) + name[-1]
