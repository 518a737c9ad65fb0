"""What a text calls normal: hearing, appetite, bowels, a blood count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from xinglin.clinical.language.tables import rows, words
from xinglin.clinical.language.trie import Trie

_NORMAL_AFTER: Final = re.compile(
    r"\s*[:=]?\s*(?:(?:is|are|was|were|all|come back|came back|has been|have been|remain(?:s|ed)?|within|in|的"
    r"|检查|结果|也"
    r"|都|均|一直|基本|大致|全部|测量|值)\s*){0,4}"
    r"(?P<normal>(?:normal|normally|well|good|great)\b|unremarkable\b|stable\b|fine\b|ok\b|okay\b|正常"
    r"|未见异常|(?:没有?|无|未)(?:见|什么|明显|啥)?(?:变化|改变|减轻|下降|减退|影响|降低|减少)|清楚|清晰|流利"
    r"|自如|灵活|unchanged\b|steady\b|clear\b|没问题|没有异常|无异常"
    r"|无明显异常|不高|还可以|还行|挺好|可以|都好|良好|如常|没影响|没有影响|不受影响|未受影响|没什么问题"
    r"|没啥问题|好(?=$|[,。;\s])|平稳|wnl\b)"
)
_NORMAL_BEFORE: Final = re.compile(r"(?:\bnormal|\bunremarkable|\bstable|正常的?)\s*$")


_BEYOND: Final = re.compile(
    r"\s*[:=]?\s*(?:(?:is|are|was|were|came back|slightly|mildly|markedly|very|significantly|still|also|too"
    r"|a bit|a little|moderately"
    r"|有点|有些|明显|轻度|稍|略|都|也|显著|检查|结果|计数|值|比较|一直)\s*){0,3}"
    r"(?:(?P<high>elevated\b|raised\b|high\b|increased\b|↑|偏高|升高|增高|增多|很高|高(?=$|[,，。;；\s了])|超标)"
    r"|(?P<low>low\b|decreased\b|reduced\b|↓|偏低|降低|减少|下降|很低|低(?=$|[,，。;；\s了])))"
)


def said_beyond(text: str, end: int) -> tuple[str, int] | None:
    """Whether what ends at a place is called high or low, and where that ends (WBC: elevated, 血钾偏低)."""
    match = _BEYOND.match(text, end)
    return (match.lastgroup or "", match.end()) if match else None


def said_normal(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span in which what stands at a place is called normal; None when it is not."""
    if after := _NORMAL_AFTER.match(text, end):
        return start, after.end()
    before = _NORMAL_BEFORE.search(text, max(0, start - 14), start)
    return (before.start(), end) if before else None


@lru_cache(maxsize=1)
def _tree() -> Trie[tuple[str, tuple[str, ...]]]:
    tree: Trie[tuple[str, tuple[str, ...]]] = Trie()
    for table, column in (("panels", "quantities"), ("normals", "findings")):
        for row in rows(table):
            for word in words(f"{row['words_zh']}|{row['words_en']}"):
                tree.add(word, (table, tuple(row[column].split())))
    return tree


def panels(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Names of groups of quantities (a blood count), each with its place."""
    yield from _named(text, "panels")


def normal_findings(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Findings that are denied because what they disturb is called normal, each with the place."""
    for findings, start, end in _named(text, "normals"):
        if span := said_normal(text, start, end):
            yield findings, *span


def asked_findings(text: str) -> list[tuple[tuple[str, ...], int, int]]:
    """Findings that an answer `normal` denies when a question names what they disturb, each with the place."""
    return [(names, start, end) for names, start, end in _named(text, "normals")]


def _named(text: str, table: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    for start, end, values in _tree().scan(text, lambda *_: True, lambda _: False):
        for kind, names in values:
            if kind == table:
                yield names, start, end
