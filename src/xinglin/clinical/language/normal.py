"""One form for many spellings of a character, each replaced by exactly one other, so that offsets stay as they were."""

from __future__ import annotations

import re
from typing import Final

from xinglin.clinical.language.tables import characters, typos

_QUOTES: Final = {"‘": "'", "’": "'", "＇": "'", "`": "'", "´": "'", "“": '"', "”": '"', "‐": "-", "‑": "-"}
_DASHES: Final = {"‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "～": "~", "〜": "~", "\u3000": " ", "\u00a0": " "}
CJK: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def _table() -> dict[int, str]:
    wide = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    return {ord(old): new for old, new in (wide | _QUOTES | _DASHES | characters()).items()}


_TABLE: Final = _table()
_TYPOS: Final = typos()
_TYPO: Final = re.compile("|".join(map(re.escape, sorted(_TYPOS, key=len, reverse=True))) or "(?!)")


def normalise(text: str) -> str:
    """The text in lower case, simplified characters, half width, with known slips of the pen mended; same length."""
    if text.isascii():
        return text.lower()
    plain = text.translate(_TABLE)
    lower = plain.lower()
    if len(lower) != len(plain):
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in plain)
    return _TYPO.sub(lambda match: _TYPOS[match.group()], lower)


def is_cjk(char: str) -> bool:
    """Whether a character is a Chinese one."""
    return bool(char) and "\u3400" <= char <= "\u9fff"


def chinese_share(text: str) -> float:
    """How much of the letters of a text is Chinese, a Chinese character counting as two Latin letters."""
    chinese = len(CJK.findall(text))
    latin = sum(1 for char in text if char.isascii() and char.isalpha())
    return 2 * chinese / (2 * chinese + latin) if chinese or latin else 0.0
