"""Misspelt English words: one slip (two in long words), mended to words of the lexicon, never a common word changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from xinglin.clinical.language.tokens import COMMON

SHORTEST: Final = 5
"""Letters that a word needs before a slip in it is mended."""
TWO_FROM: Final = 10
"""Letters from which two slips are mended."""
LONGEST: Final = 24


class Spelling:
    """Finds the word of a vocabulary that a misspelt one means, of its first letter and about its length."""

    def __init__(self, vocabulary: Iterable[str], forms: Mapping[str, str]) -> None:
        """`forms` are irregular forms and the stems for which they stand."""
        stems = {word: word for word in vocabulary if word.isalpha()}
        self._words = {form: stem for form, stem in forms.items() if stem in stems} | stems
        self._alike: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for word in sorted(self._words):
            if len(word) >= SHORTEST - 1:
                self._alike.setdefault((word[0], len(word)), []).append((_letters(word), word))

    def __contains__(self, stem: str) -> bool:
        return stem in self._words

    def mend(self, stem: str) -> str:
        """The word that is meant, or the word as it is when none or more than one fits equally well."""
        if not SHORTEST <= len(stem) <= LONGEST or stem in self._words or stem in COMMON or not stem.isalpha():
            return stem
        most = 2 if len(stem) >= TWO_FROM else 1
        mask, near = _letters(stem), []
        for size in range(len(stem) - most, len(stem) + most + 1):
            for letters, word in self._alike.get((stem[0], size), ()):
                if (letters ^ mask).bit_count() <= 2 * most and (steps := distance(stem, word)) <= most:
                    near.append((steps, word))
        near.sort()
        if not near or (len(near) > 1 and near[0][0] == near[1][0]):
            return stem
        return self._words[near[0][1]]


def _letters(word: str) -> int:
    """The letters of a word as bits."""
    found = 0
    for char in word:
        found |= 1 << (ord(char) & 31)
    return found


def distance(first: str, second: str) -> int:
    """Letters to change, add, leave out or swap with their neighbour to make one word of the other."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for place, char in enumerate(first, start=1):
        two_before, before, row = before, row, [place]
        for other_place, other in enumerate(second, start=1):
            best = min(before[other_place] + 1, row[-1] + 1, before[other_place - 1] + (char != other))
            swapped = place > 1 and other_place > 1 and char == second[other_place - 2] and first[place - 2] == other
            row.append(min(best, two_before[other_place - 2] + 1) if swapped else best)
    return row[-1]
