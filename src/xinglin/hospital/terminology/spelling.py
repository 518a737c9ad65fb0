"""How names are written for searching and sorting: normal form, pinyin, initials. Pure.

The embedded PostgreSQL has no ICU, so Chinese cannot be sorted by sound in the database: sort keys are columns.
"""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

HAN = re.compile(r"[\u3400-\u9fff]")
NOT_WORD = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
QUERY_MAX = 60
GREEK = str.maketrans({"α": "a", "β": "b", "γ": "g", "ω": "omega ", "μ": "u", "Ⅰ": "1", "Ⅱ": "2", "Ⅲ": "3", "Ⅳ": "4"})
# Characters with several readings that the general dictionary reads the other way in names of diseases and medicines.
load_phrases_dict(
    {
        "阿胶": [["ē"], ["jiāo"]],
        "痤疮": [["cuó"], ["chuāng"]],
        "呼吸暂停": [["hū"], ["xī"], ["zàn"], ["tíng"]],
        "重楼": [["chóng"], ["lóu"]],
        "参芪": [["shēn"], ["qí"]],
        "党参": [["dǎng"], ["shēn"]],
        "丹参": [["dān"], ["shēn"]],
        "枸橼酸": [["jǔ"], ["yuán"], ["suān"]],
        "枸杞": [["gǒu"], ["qǐ"]],
        "蒙脱石": [["méng"], ["tuō"], ["shí"]],
        "血脂": [["xuè"], ["zhī"]],
        "便秘": [["biàn"], ["mì"]],
        "呋塞米": [["fū"], ["sāi"], ["mǐ"]],
        "地塞米松": [["dì"], ["sāi"], ["mǐ"], ["sōng"]],
        "塞来昔布": [["sāi"], ["lái"], ["xī"], ["bù"]],
        "斯的明": [["sī"], ["dì"], ["míng"]],
        "莪术": [["é"], ["zhú"]],
        "川芎": [["chuān"], ["xiōng"]],
        "玄参": [["xuán"], ["shēn"]],
        "射干": [["shè"], ["gān"]],
        "桑螵蛸": [["sāng"], ["piāo"], ["xiāo"]],
        "徐长卿": [["xú"], ["cháng"], ["qīng"]],
        "罂粟壳": [["yīng"], ["sù"], ["qiào"]],
        "枳壳": [["zhǐ"], ["qiào"]],
    }
)


def normal(text: str) -> str:
    """Lower case, width-folded, punctuation as single spaces; without any space once there is a Chinese character."""
    folded = unicodedata.normalize("NFKC", text.translate(GREEK)).lower()
    words = NOT_WORD.sub(" ", folded).strip()
    return words.replace(" ", "") if HAN.search(words) else words


def compact(text: str) -> str:
    """The normal form without spaces: how codes, pinyin and initials are kept."""
    return normal(text).replace(" ", "")


@lru_cache(maxsize=65536)
def pinyin(name: str) -> tuple[str, str]:
    """Full pinyin and initials of a Chinese name, lower case, without tones or spaces; ü is written v.

    >>> pinyin("高血压")
    ('gaoxueya', 'gxy')
    """
    chars = compact(name)
    if not HAN.search(chars):
        return "", ""
    syllables = lazy_pinyin(chars, style=Style.NORMAL, errors="default")
    full = "".join(syllables)
    initials = "".join(s[0] if HAN.search(c) else s for s, c in _pairs(syllables, chars))
    return full, initials


def _pairs(syllables: list[str], chars: str) -> list[tuple[str, str]]:
    """Each syllable with the character it came from; a run of non-Chinese characters is one syllable as it stands."""
    pieces = re.findall(r"[\u3400-\u9fff]|[^\u3400-\u9fff]+", chars)
    return list(zip(syllables, pieces, strict=False))


@lru_cache(maxsize=65536)
def sort_key(name: str) -> str:
    """A key that sorts Chinese names by sound and tone, and others by letter."""
    return " ".join(lazy_pinyin(compact(name), style=Style.TONE3, errors="default"))[:200]
