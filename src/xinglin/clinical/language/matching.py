"""Finding the lexicon's words in a text: Chinese over characters, English over stems, with small words in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from xinglin.clinical.language.lexicon import END, Lexicon, Node
from xinglin.clinical.language.normal import is_cjk
from xinglin.clinical.language.tables import fillers
from xinglin.clinical.language.tokens import DETERMINERS, FILLERS, Token, stem

MOST_FILLERS: Final = 2
"""Small words that may stand inside a Chinese term."""
MOST_SKIPPED: Final = 4
"""Small words in a row that may stand inside an English term."""
FREE_SLACK: Final = 6
"""Other words among the words of an English term in free order, and how many of them may carry a meaning."""
FREE_STRANGERS: Final = 2
_BREAK: Final = re.compile(r"[.,;:!?\n。、…()\[\]|*]")
_NEVER_BETWEEN: Final = frozenset({"no", "not", "without", "and", "or", "but", "never", "can"})
_DENIAL: Final = re.compile("没有|没|无")
_FILLERS: Final = fillers()
_FILLERS_BY_CHAR: Final = {
    char: tuple(one for one in _FILLERS if one[0] == char) for char in {one[0] for one in _FILLERS}
}


@dataclass(frozen=True, slots=True)
class Match:
    """Words of the lexicon in a text. `places`: the characters that belong to them, without small words between."""

    start: int
    end: int
    codes: tuple[str, ...]
    places: frozenset[int]


def find(text: str, words: Sequence[Token], lexicon: Lexicon) -> list[Match]:
    """Every word of the lexicon, the longest winning; what lies wholly inside a longer one is dropped."""
    found = [*_chinese(text, lexicon.chinese, gaps=True), *_english(text, words, lexicon.english, lexicon, gaps=True)]
    found += _free(text, words, lexicon)
    return _denied_whole(text, longest(found))


def _denied_whole(text: str, found: list[Match]) -> list[Match]:
    """没有精神萎靡 denies 精神萎靡, it does not say 没有精神: what begins with a denial yields to the word in it."""
    starts = {one.start: one for one in found}
    kept = []
    for one in found:
        denial = _DENIAL.match(text, one.start)
        inner = starts.get(denial.end()) if denial else None
        if inner is None or inner.end <= one.end:
            kept.append(one)
    return kept


def find_parts(text: str, words: Sequence[Token], lexicon: Lexicon) -> list[Match]:
    """Every site and quality, the longest winning."""
    found = [*_chinese(text, lexicon.parts_chinese, gaps=False)]
    found += _english(text, words, lexicon.parts_english, lexicon, gaps=False)
    return longest(found)


def longest(found: Iterable[Match]) -> list[Match]:
    """Matches that do not lie wholly inside another; of equal ones the codes are put together."""
    same: dict[frozenset[int], Match] = {}
    for one in found:
        old = same.get(one.places)
        codes = tuple(dict.fromkeys((*(old.codes if old else ()), *one.codes)))
        same[one.places] = Match(one.start, one.end, codes, one.places)
    return _drop_inside(sorted(same.values(), key=lambda match: (match.start, match.end)))


def _drop_inside(kept: list[Match]) -> list[Match]:
    """First what a word that only looks like a finding cuts (this morning: vomiting-morning), then what lies inside."""
    return _without(_without(kept, _cuts), _holds)


def _without(kept: list[Match], drops: Callable[[Match, Match], bool]) -> list[Match]:
    """Each match is compared with its neighbours alone: no match is longer than a few dozen characters."""
    found = []
    for place, one in enumerate(kept):
        near = kept[max(0, place - 40) : place + 40]
        if not any(drops(other, one) for other in near if other is not one):
            found.append(one)
    return found


def _holds(other: Match, one: Match) -> bool:
    return one.places < other.places


def _cuts(other: Match, one: Match) -> bool:
    return other.codes == ("",) and not other.places <= one.places and bool(one.places & other.places)


def _chinese(text: str, root: Node, *, gaps: bool) -> Iterator[Match]:
    for start, char in enumerate(text):
        node = root.get(char)
        if node is None or (_latin(char) and start and _latin(text[start - 1])):
            continue
        best = _walk_chinese(text, node, start, gaps=gaps)
        if best is not None:
            codes, places = best
            yield Match(start, places[-1] + 1, tuple(codes), frozenset(places))


def _walk_chinese(text: str, first: Node, start: int, *, gaps: bool) -> tuple[list[str], tuple[int, ...]] | None:
    best: tuple[list[str], tuple[int, ...]] | None = None
    ahead: list[tuple[Node, int, tuple[int, ...], int]] = [(first, start + 1, (start,), 0)]
    size = len(text)
    while ahead:
        node, place, places, used = ahead.pop()
        if END in node and (best is None or len(places) > len(best[1])) and _whole(text, places[-1]):
            best = (node[END], places)
        if place >= size:
            continue
        if (further := node.get(text[place])) is not None:
            ahead.append((further, place + 1, (*places, place), used))
        if text[place] == " " and place + 1 < size and is_cjk(text[place - 1]) != is_cjk(text[place + 1]):
            ahead.append((node, place + 1, places, used))
        if gaps and used < MOST_FILLERS and len(node) > (END in node):
            ahead += [
                (node, place + len(word), places, used + 1)
                for word in _FILLERS_BY_CHAR.get(text[place], ())
                if text.startswith(word, place)
            ]
    return best


def _whole(text: str, last: int) -> bool:
    return not (_latin(text[last]) and last + 1 < len(text) and _latin(text[last + 1]))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def breaks(text: str, words: Sequence[Token]) -> list[int]:
    """The number of the clause of each word: it grows at every mark of punctuation between words."""
    found, number, last = [], 0, 0
    for word in words:
        if word.start > last and _BREAK.search(text, last, word.start):
            number += 1
        found.append(number)
        last = word.end
    return found


def _english(text: str, words: Sequence[Token], root: Node, lexicon: Lexicon, *, gaps: bool) -> Iterator[Match]:
    clause = breaks(text, words)
    joined = _joined(text, words, lexicon)
    for start, word in enumerate(words):
        if word.stem not in root and joined.get(start) not in root and word.acronym not in root:
            continue
        best = _walk_english(words, root, start, clause, joined, gaps=gaps)
        if best is not None:
            codes, picked = best
            yield _match(words, picked, codes)


def _match(words: Sequence[Token], picked: Sequence[int], codes: Sequence[str]) -> Match:
    places = frozenset(place for one in picked for place in range(words[one].start, words[one].end))
    return Match(words[picked[0]].start, words[picked[-1]].end, tuple(codes), places)


def _joined(text: str, words: Sequence[Token], lexicon: Lexicon) -> dict[int, str]:
    """Two neighbouring words that are one word of the lexicon (light headed)."""
    found = {}
    for place in range(len(words) - 1):
        first, second = words[place], words[place + 1]
        if first.end < second.start <= first.end + 1:
            glued = stem(text[first.start : first.end] + text[second.start : second.end])
            if glued in lexicon.joined:
                found[place] = glued
    return found


def _walk_english(
    words: Sequence[Token], root: Node, start: int, clause: Sequence[int], joined: dict[int, str], *, gaps: bool
) -> tuple[list[str], tuple[int, ...]] | None:
    best: tuple[list[str], tuple[int, ...]] | None = None
    ahead: list[tuple[Node, int, tuple[int, ...], int]] = [(root, start, (), 0)]
    while ahead:
        node, place, picked, skipped = ahead.pop()
        if END in node and (best is None or len(picked) > len(best[1])):
            best = (node[END], picked)
        if place >= len(words) or clause[place] != clause[start]:
            continue
        if (further := node.get(words[place].stem)) is not None:
            ahead.append((further, place + 1, (*picked, place), 0))
        if place == start and (further := node.get(words[place].acronym)) is not None:
            ahead.append((further, place + 1, (place,), 0))
        if place in joined and (further := node.get(joined[place])) is not None:
            ahead.append((further, place + 2, (*picked, place, place + 1), 0))
        most, small = (MOST_SKIPPED, FILLERS) if gaps else (1, DETERMINERS)
        if picked and skipped < most and words[place].stem in small:
            ahead.append((node, place + 1, picked, skipped + 1))
    return best


def _free(text: str, words: Sequence[Token], lexicon: Lexicon) -> Iterator[Match]:
    """Terms whose words stand near one another in one clause, in any order."""
    clause = breaks(text, words)
    for place, word in enumerate(words):
        for term in lexicon.free.get(word.stem, ()):
            picked = _near(words, clause, place, term.stems)
            if picked is not None:
                yield _match(words, picked, term.codes)


def _near(words: Sequence[Token], clause: Sequence[int], place: int, stems: Sequence[str]) -> list[int] | None:
    reach = len(stems) + FREE_SLACK
    picked = {words[place].stem: place}
    for steps in range(1, reach):
        for other in (place - steps, place + steps):
            if 0 <= other < len(words) and clause[other] == clause[place]:
                one = words[other].stem
                if one in stems and one not in picked:
                    picked[one] = other
        if len(picked) == len(stems):
            break
    if len(picked) < len(stems):
        return None
    order = sorted(picked.values())
    between = [words[one].stem for one in range(order[0], order[-1]) if one not in order]
    strangers = sum(one not in FILLERS and not one[0].isdigit() for one in between)
    return None if strangers > FREE_STRANGERS or _NEVER_BETWEEN & set(between) else order
