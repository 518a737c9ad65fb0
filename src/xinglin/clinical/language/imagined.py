"""What is asked or taught rather than told: "what should I do if …", 万一, 科普."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Final

IMAGINED: Final = re.compile(
    r"如果|假如|万一|要是|(?:想|只是)(?:了解|问问|知道)|请问.{0,12}(?:怎么|如何)(?:急救|处理|预防)"
    r"|(?:什么|哪些)(?:症状|表现|征兆|前兆)"
    r"|\b(?:what (?:should|do|would) (?:i|you|one|we) do|would i|should i)\b.{0,25}\b(?:if|when)\b"
    r"|\bwhat if\b|^if\b|\bif (?:someone|anyone|somebody|i ever)\b"
    r"|\bhow (?:dangerous|bad|serious) (?:is|are)\b"
    r"|\bwhat are the\b.{0,15}\b(?:signs|symptoms)\b"
    r"|\bhow (?:do|can|to)\b.{0,20}\b(?:recogni[sz]e|prevent|spot|tell)\b"
)
"""What stands behind such words in the same sentence is asked, not told."""
LESSON: Final = re.compile(
    r"科普|科室培训|写论文|写作业|急救课"
    r"|school project|first.aid (?:course|class)|for an? (?:essay|article|novel|story)"
)
"""A message with such words tells of nobody."""
SENTENCE_END: Final = re.compile(r"[。.!?！？\n]")


LOOK_BACK: Final = 300
"""Characters before a place that are looked at."""


def imagined(plain: str, start: int) -> bool:
    """Whether a place of a normalised text stands behind words of asking in its sentence, or in a lesson."""
    lesson, ends = _known(plain)
    if lesson:
        return True
    number = bisect_right(ends, start)
    begin = max(ends[number - 1] if number else 0, start - LOOK_BACK)
    return IMAGINED.search(plain[begin:start].strip()) is not None


@lru_cache(maxsize=8)
def _known(plain: str) -> tuple[bool, tuple[int, ...]]:
    return LESSON.search(plain) is not None, tuple(match.end() for match in SENTENCE_END.finditer(plain))
