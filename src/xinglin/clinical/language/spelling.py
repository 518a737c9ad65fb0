"""Misspelt English words: one slip (two in long words), mended to words of the lexicon, never a common word changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xinglin.clinical.language.tokens import COMMON

SHORTEST: Final = 5
"""Letters that a word needs before a slip in it is mended."""
TWO_FROM: Final = 9
"""Letters from which two slips are mended."""


class Spelling:
    """Finds the word of a vocabulary that a misspelt one means, by the forms with letters left out."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._words = frozenset(word for word in vocabulary if word.isalpha())
        self._shorter: dict[str, list[str]] = {}
        for word in sorted(self._words):
            if len(word) >= SHORTEST:
                for form in _shorter(word, 2 if len(word) >= TWO_FROM else 1):
                    self._shorter.setdefault(form, []).append(word)

    def __contains__(self, stem: str) -> bool:
        return stem in self._words

    def mend(self, stem: str) -> str:
        """The word that is meant, or the word as it is when none or more than one fits equally well."""
        if len(stem) < SHORTEST or stem in self._words or stem in COMMON or not stem.isalpha():
            return stem
        most = 2 if len(stem) >= TWO_FROM else 1
        near: dict[str, int] = {}
        for form in _shorter(stem, most):
            for word in self._shorter.get(form, ()):
                if word[0] == stem[0] and word not in near:
                    near[word] = distance(stem, word)
        close = sorted((steps, word) for word, steps in near.items() if steps <= most)
        if not close or (len(close) > 1 and close[0][0] == close[1][0]):
            return stem
        return close[0][1]


def _shorter(word: str, most: int) -> set[str]:
    found = {word}
    edge = {word}
    for _ in range(most):
        edge = {one[:place] + one[place + 1 :] for one in edge for place in range(len(one))}
        found |= edge
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
