"""Where sentences, clauses and sections of a text begin and end."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from xinglin.clinical.language.normal import is_cjk
from xinglin.clinical.language.reading import Experiencer, Time
from xinglin.clinical.language.tables import rows, words

_ABBREVIATION: Final = re.compile(r"(?:\b(?:dr|mr|mrs|ms|vs|approx|etc|no|e\.g|i\.e|pt|hx|st|wk|wks|yr|yrs)|\b[a-z])$")
_STOP: Final = re.compile(r"[。！!；;？?…]+|\s{4,}|\s+(?=\d{1,2}\)\s)|\.+(?=\s|$|[\"')\u3400-\u9fff])|\n+")
_COMMA: Final = re.compile(r"[,，:：]|\s-\s|--|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|[()\[\]]")
LONGEST_SENTENCE: Final = 600
"""Characters after which a sentence without an end is cut, so that the work stays in proportion to the text."""
_LEAD_IN: Final = ".;:。；：,，|*#-)）"


@lru_cache(maxsize=1)
def _section() -> re.Pattern[str]:
    """The headings of clinical notes, by what stands under them."""
    kinds = []
    for row in rows("sections"):
        names = sorted(words(row["words"]), key=len, reverse=True)
        latin = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names if name.isascii())
        chinese = "|".join(re.escape(name) for name in names if not name.isascii())
        kinds.append(f"(?P<{row['kind']}>" + "|".join(filter(None, (latin and rf"\b(?:{latin})\b", chinese))) + ")")
    return re.compile(rf"(?:{'|'.join(kinds)})\s*[:：-]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text."""

    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """The sentences and clauses of a text in order, and what its headings say of what stands under them."""

    sentences: tuple[Piece, ...]
    clauses: tuple[Piece, ...]
    sections: tuple[tuple[int, Experiencer, Time], ...]

    def sentence(self, place: int) -> Piece:
        """The sentence in which a character stands."""
        return _holding(self.sentences, place)

    def clause(self, place: int) -> Piece:
        """The clause in which a character stands."""
        return _holding(self.clauses, place)

    def section(self, place: int) -> tuple[Experiencer, Time]:
        """Whose and which time the heading above a character announces."""
        number = bisect_right(self.sections, place, key=lambda one: one[0]) - 1
        return self.sections[number][1:] if number >= 0 else ("patient", "now")


def _holding(pieces: tuple[Piece, ...], place: int) -> Piece:
    number = bisect_right(pieces, place, key=lambda one: one.start) - 1
    return pieces[max(0, number)] if pieces else Piece(place, place)


@lru_cache(maxsize=8)
def layout(text: str) -> Layout:
    """Sentences, clauses and sections of a normalised text."""
    sentences = _cut(text, _sentence_ends(text))
    marks = sorted({match.end() for match in _COMMA.finditer(text)} | {piece.end for piece in sentences})
    return Layout(sentences, _cut(text, marks), tuple(_sections(text, sentences)))


def _sentence_ends(text: str) -> list[int]:
    ends, last = [], 0
    for match in _STOP.finditer(text):
        mark = match.group()
        before = text[max(0, match.start() - 8) : match.start()]
        if mark == "." and (
            _ABBREVIATION.search(before) or (before[-2:].strip().isdigit() and len(before.strip()) < 3)
        ):
            continue
        if mark.startswith("\n") and _wrapped(text, match.start(), match.end()):
            continue
        ends += _bounded(last, match.end())
        last = match.end()
    return [*ends, *_bounded(last, len(text))]


def _bounded(start: int, end: int) -> list[int]:
    return [*range(start + LONGEST_SENTENCE, end, LONGEST_SENTENCE), end] if end > start else []


def _wrapped(text: str, start: int, end: int) -> bool:
    """Whether a single line break only wraps a line of Latin text."""
    if end - start > 1 or not start or end >= len(text):
        return False
    after = text[end:].lstrip()[:1] if text[end] == " " else text[end]
    return text[start - 1] not in ".:;,!?" and after.isascii() and after.islower() and not is_cjk(text[start - 1])


def _cut(text: str, ends: list[int]) -> tuple[Piece, ...]:
    found, last = [], 0
    for end in ends:
        if end > last:
            found.append(Piece(last, end))
            last = end
    if last < len(text):
        found.append(Piece(last, len(text)))
    return tuple(found)


def _sections(text: str, sentences: tuple[Piece, ...]) -> list[tuple[int, Experiencer, Time]]:
    found: list[tuple[int, Experiencer, Time]] = []
    for match in _section().finditer(text):
        before = text[max(0, match.start() - 2) : match.start()].strip()
        sentence = _holding(sentences, match.start())
        if before and before[-1] not in _LEAD_IN and match.start() > sentence.start + 5:
            continue
        kind = match.lastgroup
        experiencer: Experiencer = "family" if kind == "family" else "patient"
        time: Time = "past" if kind == "past" else "hypothetical" if kind == "hypothetical" else "now"
        found.append((match.end(), experiencer, time))
    return found
