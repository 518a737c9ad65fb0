"""How bad, how it came, how it goes, for how long: words and times near a finding."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from xinglin.clinical.language.clauses import Layout, Piece
from xinglin.clinical.language.normal import is_cjk
from xinglin.clinical.language.reading import Onset, Pattern, Severity
from xinglin.clinical.language.tables import attributes
from xinglin.clinical.language.times import Stretch, stretches
from xinglin.clinical.language.trie import Trie

REACH: Final = {True: 12, False: 45}
"""Characters between a word of severity and its finding: in Chinese, in English."""


_PARTS: Final = re.compile(r"\b(?:and|but|with|no|then)\b|[;、]")
"""What parts a word of severity from the next finding."""


_DEGREE_ALONE: Final = re.compile(
    r"\s*(?:(?:而且|真的|还|就|都|也|是|疼|痛|咳|得|吐|拉|晕|痒)*(?:很|非常|特别|超级|有点|不|相当|十分|挺|好|蛮|比较|太)?"
    r"(?:厉害|严重|剧烈|要命|难受|难忍|受不了|轻微|轻|重|不严重|不厉害|不得了|不行)(?:了|的|啊|呀)*"
    r"|(?:(?:it'?s|it is|which is|very|really|pretty|quite|so|rather|extremely)\s+)*"
    r"(?:severe|bad|terrible|awful|unbearable|excruciating|intense|mild|slight|moderate|\d{1,2}\s?(?:/|out of )\s?10)"
    r"(?: in intensity| now| at times)?)\s*(?=$|[,，.。;；!！])"
)
"""A clause that holds a degree and nothing else."""


@dataclass(frozen=True, slots=True)
class Near:
    """What the words near a finding say of it."""

    severity: Severity | None
    onset: Onset | None
    duration_hours: float | None
    pattern: Pattern | None


@dataclass(frozen=True, slots=True)
class _Word:
    attribute: str
    value: str
    start: int
    end: int


@lru_cache(maxsize=1)
def attribute_words() -> Trie[tuple[str, str]]:
    """Words of severity, onset and course, ready to be found."""
    tree: Trie[tuple[str, str]] = Trie()
    for word, (attribute, value) in attributes().items():
        if attribute in {"severity", "onset", "pattern"}:
            tree.add(word, (attribute, value))
    return tree


class Attributes:
    """The words and times of one text, asked for one finding after another."""

    def __init__(self, text: str, layout: Layout) -> None:
        self._text, self._layout = text, layout
        self._words = [
            _Word(attribute, value, start, end)
            for start, end, values in attribute_words().scan(text, lambda *_: True, lambda _: False)
            for attribute, value in values
        ]
        self._starts = [word.start for word in self._words]
        self._times = stretches(text)
        self._time_starts = [one.start for one in self._times]

    def of(self, start: int, end: int) -> Near:
        """What is said of the finding at a place: in its clause, for course and time also in its sentence."""
        clause, sentence = self._layout.clause(start), self._layout.sentence(start)
        clause = Piece(clause.start, max(clause.end, end))
        severity = self._value("severity", clause, start, end, REACH[is_cjk(self._text[start : start + 1])])
        severity = severity or self._behind(clause)
        onset = self._value("onset", clause, start, end) or self._value("onset", sentence, start, end, 80)
        pattern = self._value("pattern", clause, start, end) or self._value("pattern", sentence, start, end, 60)
        return Near(
            cast("Severity | None", severity),
            cast("Onset | None", onset),
            self._duration(clause, sentence, start, end),
            cast("Pattern | None", pattern),
        )

    def _behind(self, clause: Piece) -> str | None:
        """The degree that the next clause tells and nothing else: 头痛三天，很厉害; headache, very severe."""
        if clause.end >= len(self._text) or self._text[clause.end - 1] not in ",，":
            return None
        behind = _DEGREE_ALONE.match(self._text, clause.end)
        if behind is None:
            return None
        return self._value("severity", Piece(clause.end, behind.end()), clause.end, clause.end)

    def _value(self, attribute: str, piece: Piece, start: int, end: int, reach: int = 400) -> str | None:
        first, last = bisect_left(self._starts, piece.start), bisect_left(self._starts, piece.end)
        best: tuple[int, int, str] | None = None
        for word in self._words[first:last]:
            away = max(0, word.start - end, start - word.end)
            parted = attribute == "severity" and _PARTS.search(self._text, min(word.end, end), max(word.start, start))
            if word.attribute == attribute and away <= reach and not parted:
                best = min(best or (away, word.start, word.value), (away, word.start, word.value))
        return best[2] if best else None

    def _duration(self, clause: Piece, sentence: Piece, start: int, end: int) -> float | None:
        for piece in (clause, sentence):
            near = self._within(piece)
            if near:
                return min(near, key=lambda one: (max(0, one.start - end, start - one.end), one.start)).hours
        return None

    def _within(self, piece: Piece) -> Sequence[Stretch]:
        first = bisect_left(self._time_starts, piece.start)
        last = bisect_left(self._time_starts, piece.end)
        return self._times[first:last]
