"""What the rows of a resident identity card say: the front (who) and the back (issued by whom, valid how long).

Pure text work: no picture is looked at here. A field that cannot be read is absent, never guessed; the number is only
a number when its check character fits.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from xinglin.biometrics import numbers
from xinglin.biometrics.card_rows import Row

FRONT: Final = ("name", "sex", "ethnicity", "birth_on", "address", "number")
BACK: Final = ("authority", "valid_from", "valid_to")
LONG_TERM: Final = "长期"
FRONT_LABELS: Final = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
ONCE: Final = ("姓名", "性别", "公民身份号码", "居民身份证", "签发机关", "有效期限")
"""What stands once on a side and in no address (a street may well be called 民族路)."""
BACK_LABELS: Final = ("中华人民共和国", "居民身份证", "签发机关", "有效期限")
OTHER_DOCUMENTS: Final = re.compile("居住证|永久居留|临时居民|通行证|护照|驾驶证|社会保障卡|军官证|行驶证")
PEOPLES: Final = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
"""The 56 names of GB/T 3304 (from memory)."""
ETHNICITIES: Final = frozenset(PEOPLES.split())
OTHER_ETHNICITIES: Final = frozenset({"其他", "穿青人", "外国血统"})
"""What a card may bear instead (from memory)."""
HAN = "\u3400-\u9fff\U00020000-\U0003ffff\ue000-\uf8ff"
"""Letters of Chinese names, rare ones and private ones included."""
LOOK_ALIKES: Final = str.maketrans(
    "別號碼機關發國證華無虛縣區門東龍馬廣長濟漢陽雲寧遼貴陝慶鄭蘇鎮鄉莊樓單園灣島橋達興錦銀鐵鹽溝嶺場廠開豐羅鄒滄蕭鄰濱",
    "别号码机关发国证华无虚县区门东龙马广长济汉阳云宁辽贵陕庆郑苏镇乡庄楼单园湾岛桥达兴锦银铁盐沟岭场厂开丰罗邹沧萧邻滨",
)
"""Blurred characters are taken for their traditional forms, which no label, address or authority bears; names may."""
NUMBER: Final = re.compile(r"(?<!\d)(\d{17}[\dXx×])(?!\d)")
DATE: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
SPAN: Final = re.compile(r"(\d{4})\D?(\d{2})\D?(\d{2})[^\d长]{0,3}(?:(\d{4})\D?(\d{2})\D?(\d{2})|(长期?))")


@dataclass(frozen=True, slots=True)
class Field:
    """A value as the card has it, how sure the recogniser is (0 to 1), and in which row it stood, from the top."""

    value: str
    confidence: float
    row: int


Fields = Mapping[str, Field]


def front(rows: tuple[Row, ...]) -> Fields:
    """The fields of the front; dates are ISO. A number whose check character fails stands as `number_misread`."""
    found: dict[str, Field] = {}
    readers: dict[str, Callable[[str], re.Match[str] | None]] = {
        "name": re.compile(rf"(?:姓名|^姓(?!名)|^名)[:：]?([{HAN}][{HAN}·•・.]{{1,24}})").search,
        "sex": re.compile(r"(?:性别|^性|别)\W{0,2}([男女])").search,
        "ethnicity": re.compile(rf"(?:民族|族)\W{{0,2}}([{HAN}]{{1,4}})").search,
    }
    home = _home(rows)
    for at, row in enumerate(rows):
        for name, look in readers.items():
            if name not in found and at < home and (match := look(plain(row.text))):
                found[name] = Field(row.text[slice(*match.span(1))], row.confidence(*match.span(1)), at)
        if "birth_on" not in found and (match := DATE.search(row.text)):
            _keep_date(found, "birth_on", match.groups(), row.confidence(*match.span()), at)
        _keep_number(found, row, at)
    _settle(found)
    address = _address(rows)
    if address:
        found["address"] = address
    return MappingProxyType(found)


def back(rows: tuple[Row, ...]) -> Fields:
    """The fields of the back; `valid_to` is an ISO date or 长期."""
    found: dict[str, Field] = {}
    for at, row in enumerate(rows):
        match = re.search(rf"(?:签发机关|签发机|发机关)\W{{0,2}}([{HAN}]{{3,30}})", plain(row.text))
        if match and "authority" not in found:
            found["authority"] = _authority(rows, at, match)
        span = SPAN.search(row.text)
        if span and "valid_from" not in found:
            sure = row.confidence(*span.span())
            _keep_date(found, "valid_from", span.groups()[:3], sure, at)
            if span.group(7):
                found["valid_to"] = Field(LONG_TERM, sure, at)
            else:
                _keep_date(found, "valid_to", span.groups()[3:6], sure, at)
    return MappingProxyType(found)


def plain(text: str) -> str:
    """The text with look-alikes put right; as long as before."""
    return text.translate(LOOK_ALIKES)


def labels(rows: tuple[Row, ...], wanted: tuple[str, ...]) -> dict[str, int]:
    """How often each printed label stands on the card."""
    return {label: sum(plain(row.text).count(label) for row in rows) for label in wanted}


def differing(fields: Fields) -> frozenset[str]:
    """Fields that contradict each other: a number says the birth date and the sex once more. One of them is misread,
    or the card is not genuine."""
    number, born, sex = (fields.get(name) for name in ("number", "birth_on", "sex"))
    found = set()
    if number and born and number.value[6:14] != born.value.replace("-", ""):
        found |= {"number", "birth_on"}
    if number and sex and (int(number.value[16]) % 2 == 1) != (sex.value == "男"):
        found |= {"number", "sex"}
    return frozenset(found)


def digits(rows: tuple[Row, ...]) -> frozenset[str]:
    """Every number of eighteen characters in the picture that checks."""
    every = {match.group(1) for row in rows for match in NUMBER.finditer(row.text)}
    return frozenset(n for n in (numbers.clean(one).replace("×", "X") for one in every) if numbers.checks(n))


def _keep_date(found: dict[str, Field], name: str, parts: tuple[str | None, ...], sure: float, at: int) -> None:
    try:
        year, month, day = (int(part or "") for part in parts)
        found[name] = Field(date(year, month, day).isoformat(), sure, at)
    except ValueError:
        return  # Misread: a day that does not exist is no date.


def _keep_number(found: dict[str, Field], row: Row, at: int) -> None:
    for match in NUMBER.finditer(row.text):
        text = match.group(1).replace("×", "X").upper()
        field = Field(text, row.confidence(*match.span()), at)
        if numbers.checks(text) and _day(text[6:14]):
            found.setdefault("number", field)
        else:
            found.setdefault("number_misread", field)


def _day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _settle(found: dict[str, Field]) -> None:
    """Names lose what clings to them; an ethnicity has to be one that exists."""
    if "number" in found:
        found.pop("number_misread", None)
    if name := found.get("name"):
        value = re.sub("[•・.]", "·", name.value).strip("·")
        found["name"] = Field(value, name.confidence, name.row)
        if len(value) < 2:
            del found["name"]
    if people := found.pop("ethnicity", None):
        known = sorted(ETHNICITIES | OTHER_ETHNICITIES, key=len, reverse=True)
        value = next((one for one in known if people.value.startswith(one)), "")
        if value:
            found["ethnicity"] = Field(value, people.confidence, people.row)


def _authority(rows: tuple[Row, ...], at: int, match: re.Match[str]) -> Field:
    """A long name of an office goes on in the next row."""
    text, sure = match.group(1), rows[at].confidence(*match.span(1))
    for row in rows[at + 1 :]:
        if not re.fullmatch(rf"[{HAN}]+", row.text) or re.search("有效|期限|签发", row.text):
            break
        text, sure = text + plain(row.text), min(sure, row.confidence(0, len(row.text)))
    return Field(text, sure, at)


def _home(rows: tuple[Row, ...]) -> int:
    """Where the address begins; as many as there are rows when it does not."""
    return next((at for at, row in enumerate(rows) if re.search("住址|^住|^址", row.text)), len(rows))


def _address(rows: tuple[Row, ...]) -> Field | None:
    """From the label to the row of the number: as many rows as it takes."""
    start = _home(rows)
    if start == len(rows):
        return None
    text, sure = re.sub(r"^.*?(?:住址|住|址)[:：]?", "", rows[start].text), rows[start].confidence(2, 999)
    for row in rows[start + 1 :]:
        if re.search(r"公民身|身份号|号码|\d{15,}", plain(row.text)):
            break
        text += row.text
        sure = min(sure, row.confidence(0, 999))
    return Field(plain(text), sure, start) if len(text) >= 4 else None
