"""How a span is meant: negation, doubt, history, what is only feared, and whose it is (after the idea of ConText).

A cue reaches the spans after it, before it or both, as far as its reach: `near` (a few characters), `clause` (to the
next comma), `word` (the very next), `list` (over commas as long as a list of bare items goes on), `sentence`. An `end`
cue ends every reach; a `pseudo` cue only looks like one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from xinglin.clinical.language.clauses import Layout, Piece
from xinglin.clinical.language.lists import colon_ends, goes_on_chinese, goes_on_english
from xinglin.clinical.language.normal import is_cjk
from xinglin.clinical.language.reading import Certainty, Context, Experiencer, Polarity, Time
from xinglin.clinical.language.tables import cues
from xinglin.clinical.language.trie import Trie

FARTHEST: Final = 400
"""Characters that a cue reaches at most."""
NEAR: Final = {True: 5, False: 18}
"""Characters between a `near` cue and its span: in Chinese, in English."""
_COMMA: Final = re.compile(r"[,，]|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_BARE_ENGLISH: Final = frozenset({"no", "not", "without"})
_JOINER: Final = re.compile(r"\b(?:and|or|nor)\b|[.;!?\n]")
_TURN: Final = re.compile(
    r"\s+(?:a|an|some|i|my|lots|also|now|very|really|mild|severe|slight|bad|feel|feeling|has|have|is|had)\b"
)
_OPEN_LIST: Final = frozenset({"否认", "否认有", "未见", "无", "未诉", "未诉有", "未闻及", "未触及", "未及", "排除"})
_BEGINS_BEFORE: Final = frozenset({"family", "other", "past", "hypothetical", "possible"})
"""Kinds whose cue may run into the finding (以前有高血压, dad had psoriasis); a `no` that does is part of it."""
_NON: Final = re.compile(r"\bnon[- ](?=tender|distended|itchy|pruritic|painful|swollen|bloody|bilious)")
_DENIAL: Final = re.compile("没有|没|无")
_BARE_NO: Final = ("没有", "没", "无", "否认")
_LAST: Final = re.compile(r"[了啊的哦呢吧过嘛呀]{0,2}(?:$|[\s,，。.;；!?、)])")
_OVER_A_SUBJECT: Final = frozenset({"unsure", "hypothetical", "possible", "other"})
"""Kinds whose cue may be followed by a subject and a verb: not sure whether I have …"""
_PAST_DATE: Final = re.compile(
    r"\b(?:in|since|back in|from|circa) (?:19|20)\d\d\b|\b(?:19|20)\d\d(?= )|(?:19|20)\d\d年(?!龄)"
    r"|\b(?:\d{1,3}|one|two|three|four|five|six|eight|ten|several|a few|many|some) (?:years?|yrs?)"
    r" (?:ago|back|prior|previously|earlier)"
    r"|(?:(?<!\d)[一二两三四五六七八九十几多数\d]{1,4}|十几|好几)年(?:以前|前)(?!开始)"
)
_STARTED: Final = re.compile(
    r"(?:since|start(?:ed|ing)?|began|begun|beginning|from|onset|for|开始|起|自|从)[^.,;。，；]{0,25}$"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """Words in a text that say how others are meant."""

    kind: str
    direction: str
    reach: str
    start: int
    end: int
    words: str


@lru_cache(maxsize=1)
def _tree() -> Trie[tuple[str, str, str]]:
    tree: Trie[tuple[str, str, str]] = Trie()
    for row in cues():
        for word in row.words:
            tree.add(word, (row.kind, row.direction, row.reach))
    return tree


def warm() -> None:
    """Make the tree of cues, so that the first text does not wait for it."""
    _tree()


def find_cues(text: str, covered: Sequence[Piece] = (), patient: Collection[str] = ()) -> list[Cue]:
    """Every cue of a normalised text from left to right; none lies inside a mention.

    A relative who is the `patient` of the text (by the words for that relative) is no cue for another person.
    """
    found: list[Cue] = []
    for start, end, values in _scanned(text):
        inside, touched = _covered(covered, start, end)
        shorter = _DENIAL.match(text, start) if touched and not inside else None
        if shorter and shorter.end() < end and _covered(covered, shorter.end(), end)[0] and values[0][0] == "pseudo":
            found.append(Cue("negation", "after", "list", start, shorter.end(), shorter.group()))
        elif touched and not inside and text[start] in "没无" and text[start + 1 : start + 2] == "有":
            found.append(Cue("negation", "after", "near", start, start + 1, text[start]))
        elif not inside:
            here = [
                Cue(kind, direction, reach, start, end, text[start:end])
                for kind, direction, reach in values
                if not touched or kind in _BEGINS_BEFORE
            ]
            found += [one for one in here if one.kind not in {"family", "other"} or not _names(one.words, patient)]
    opens = {piece.start for piece in covered}
    for match in _NON.finditer(text):
        if match.start() not in opens:
            found.append(Cue("negation", "after", "word", match.start(), match.end(), match.group()))
    for match in _PAST_DATE.finditer(text):
        if not _STARTED.search(text, max(0, match.start() - 30), match.start()):
            found.append(Cue("past", "both", "clause", match.start(), match.end(), match.group()))
    return sorted(found, key=lambda cue: (cue.start, cue.end, cue.kind))


@lru_cache(maxsize=8)
def _scanned(text: str) -> tuple[tuple[int, int, tuple[tuple[str, str, str], ...]], ...]:
    """What the tree finds in a text; kept for the next span of the same text."""
    return tuple((start, end, tuple(values)) for start, end, values in _tree().scan(text, _fits, _stays_open))


def _fits(text: str, start: int, end: int) -> bool:
    """Whether `: no` and `- no` answer what stands before them: nothing but an end may follow."""
    if text[start] not in ":-= ":
        return True
    rest = text[end : end + 3].lstrip(" ")
    return not rest or not rest[0].isalnum()


def _stays_open(values: Sequence[tuple[str, str, str]]) -> bool:
    """Whether other cues may begin inside this one: `and has` only ends, and hides no `has not`."""
    return all(kind == "end" for kind, _, _ in values)


def _covered(covered: Sequence[Piece], start: int, end: int) -> tuple[bool, bool]:
    """Whether a stretch lies inside a covered piece, and whether it touches one."""
    place = bisect_left(covered, end, key=lambda piece: piece.start) - 1
    if place < 0 or covered[place].end <= start:
        return False, False
    return covered[place].start <= start, True


def _names(cue: str, patient: Collection[str]) -> bool:
    return any(re.search(rf"\b{re.escape(one)}" if one.isascii() else re.escape(one), cue) for one in patient)


class Contexts:
    """The cues of one text, asked for one span after another."""

    def __init__(self, text: str, layout: Layout, found: Sequence[Cue], items: Sequence[Piece]) -> None:
        self._text, self._layout, self._cues, self._items = text, layout, found, items
        self._starts = [cue.start for cue in found]
        self._item_starts = [item.start for item in items]

    def of(self, start: int, end: int) -> Context:
        """How the span is meant."""
        sentence = self._layout.sentence(start)
        reaching = [cue for cue in self._around(sentence, start) if self._reaches(cue, sentence, start, end)]
        kinds = {cue.kind for cue in reaching}
        whose, when = self._layout.section(start)
        return Context(
            self._polarity(reaching),
            _experiencer(kinds, whose),
            self._time(reaching, kinds, when, sentence, start, end),
            self._certainty(kinds, sentence, start, end),
        )

    def _around(self, sentence: Piece, start: int) -> Iterator[Cue]:
        first = bisect_left(self._starts, max(sentence.start, start - FARTHEST))
        last = bisect_left(self._starts, min(sentence.end, start + FARTHEST))
        yield from self._cues[first:last]

    def _reaches(self, cue: Cue, sentence: Piece, start: int, end: int) -> bool:
        if cue.kind in {"pseudo", "end"}:
            return False
        if cue.end <= start or (cue.start < start and cue.direction == "after" and cue.kind in _BEGINS_BEFORE):
            return cue.direction in {"after", "both"} and self._open(cue, min(cue.end, start), start)
        if cue.start >= end and cue.words.endswith(_BARE_NO) and not _LAST.match(self._text, cue.end):
            return False
        if cue.start >= end:
            return cue.direction in {"before", "both"} and self._open(cue, end, cue.start)
        if cue.reach == "word":
            return cue.end < end
        return cue.kind == "negation" and cue.start <= start and cue.direction == "after" and cue.end < end

    def _open(self, cue: Cue, start: int, end: int) -> bool:
        """Whether nothing between a cue and a span stops the cue."""
        gap = self._text[start:end]
        chinese = is_cjk(cue.words[:1]) or is_cjk(self._text[start - 1 : start])
        if cue.reach == "word":
            return not gap.strip()
        if cue.reach == "near":
            return len(gap.strip()) <= NEAR[chinese] and not _COMMA.search(gap) and not self._ended(cue, start, end)
        if self._ended(cue, start, end):
            return False
        if cue.kind == "negation" and not chinese and colon_ends(self._text, cue.words, start, end):
            return False
        commas = [start + match.start() for match in _COMMA.finditer(gap)]
        if cue.reach == "sentence" or not commas:
            return True
        if cue.reach == "clause":
            return False
        return self._goes_on(cue, start, end, commas, chinese=chinese)

    def _ended(self, cue: Cue, start: int, end: int) -> bool:
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end)
        for other in self._cues[first:last]:
            if other.end > end or other is cue:
                continue
            over = cue.kind in _OVER_A_SUBJECT or cue.words.endswith(("think", "believe"))
            if other.kind == "end" and over and other.start <= cue.end + 2:
                continue
            if other.kind == "end" or (other.kind == "now" and cue.kind in {"past", "family", "other"}):
                return True
            if cue.kind == "past" and other.kind == "negation" and other.words.startswith(("den", "否认")):
                return True
            if other.kind == "present" and other.direction == "after" and cue.kind in {"negation", "unsure"}:
                return True
        return False

    def _goes_on(self, cue: Cue, start: int, end: int, commas: Sequence[int], *, chinese: bool) -> bool:
        """Whether every comma on the way is one of a list: after it comes a finding, or a few words without a verb."""
        if chinese and cue.words not in _OPEN_LIST and cue.kind == "negation":
            return False
        if not chinese and cue.kind == "negation" and cue.words in _BARE_ENGLISH and self._turns(end):
            return False
        denied = cue.kind == "negation" and cue.direction == "after"
        for comma in commas:
            if denied and chinese and not goes_on_chinese(self._text, cue.words, comma):
                return False
            if denied and not chinese and not goes_on_english(self._text, cue.words, cue.end, comma):
                return False
            place = comma + 1
            while place < len(self._text) and self._text[place] in " \n":
                place += 1
            if self._items and chinese and not self._begins_item(place):
                return False
        return True

    def _turns(self, place: int) -> bool:
        """Whether a list goes on to something that is there: no blood, stomach cramps and a bit of fever."""
        joiner = _JOINER.search(self._text, place, place + 120)
        return bool(joiner and joiner.group().startswith("and") and _TURN.match(self._text, joiner.end()))

    def _begins_item(self, place: int) -> bool:
        number = bisect_left(self._item_starts, place)
        return number < len(self._items) and self._items[number].start <= place + 2

    def _polarity(self, reaching: Sequence[Cue]) -> Polarity:
        kinds = {cue.kind for cue in reaching}
        if "unsure" in kinds:
            return "unsure"
        return "absent" if "negation" in kinds else "present"

    def _time(
        self, reaching: Sequence[Cue], kinds: set[str], when: Time, sentence: Piece, start: int, end: int
    ) -> Time:
        if "hypothetical" in kinds:
            return "hypothetical"
        if "past" in kinds or (when == "past" and "now" not in kinds):
            return "past"
        return when if when == "hypothetical" else "now"

    def _certainty(self, kinds: set[str], sentence: Piece, start: int, end: int) -> Certainty:
        if kinds & {"possible", "unsure"}:
            return "possible"
        after = self._text[end : end + 2].strip()
        before = self._text[max(0, start - 2) : start].strip()
        return "possible" if before.endswith("?") or (after.startswith("?") and end - start > 1) else "certain"


def _experiencer(kinds: set[str], whose: Experiencer) -> Experiencer:
    if "family" in kinds:
        return "family"
    return "other" if "other" in kinds else whose
