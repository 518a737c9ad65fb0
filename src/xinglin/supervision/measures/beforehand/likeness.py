"""How like a record's free text is to that of other patients, in one pass and in bounded memory.

A text becomes the set of its shingles (runs of LETTERS letters, spaces and punctuation left out), and that set a sketch
of its SKETCH smallest hashes; the share of common members among the smallest of both estimates Jaccard's likeness
(Broder 1997). Sentences of a template are taken out before. At most `capacity` sketches are kept, the oldest go first.
"""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

LETTERS: Final = 5
SKETCH: Final = 64
DOORS: Final = 12
"""Smallest hashes of a sketch under which it can be found: texts with 95 % in common nearly always share one."""
_NOISE = re.compile(r"[\W_]+", re.UNICODE)
_SENTENCE = re.compile(r"[。！？.!?\n;；]+")


def letters_of(text: str, template: frozenset[str] = frozenset()) -> str:
    """The letters of a text without the sentences of a template, in small letters."""
    kept = (part for part in _SENTENCE.split(text) if part.strip() and part.strip() not in template)
    return _NOISE.sub("", "".join(kept)).lower()


def sketch_of(letters: str) -> tuple[int, ...]:
    """The smallest hashes of the shingles, in order."""
    shingles = {letters[at : at + LETTERS] for at in range(max(1, len(letters) - LETTERS + 1))} if letters else set()
    return tuple(sorted(_hash(shingle) for shingle in shingles)[:SKETCH])


def _hash(shingle: str) -> int:
    return int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest(), "big")


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """Jaccard's likeness of two sketches in permille."""
    if not one or not other:
        return 0
    union = sorted({*one, *other})[: min(SKETCH, max(len(one), len(other)))]
    both = set(one) & set(other)
    return 1000 * sum(value in both for value in union) // len(union)


class Likeness:
    """Compares every record with those that came before and belong to other persons."""

    def __init__(self, *, capacity: int = 50_000, template: Iterable[str] = ()) -> None:
        self._capacity, self._template = capacity, frozenset(template)
        self._kept: OrderedDict[int, tuple[str, tuple[int, ...]]] = OrderedDict()
        self._doors: dict[int, set[int]] = defaultdict(set)
        self._next = 0

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, person: str, text: str) -> tuple[int, int]:
        """Largest likeness to an earlier record of another person in permille, and the letters outside the template."""
        letters = letters_of(text, self._template)
        sketch = sketch_of(letters)
        near = {number for door in sketch[:DOORS] for number in self._doors.get(door, ())}
        best = max((likeness(sketch, self._kept[n][1]) for n in near if self._kept[n][0] != person), default=0)
        self._keep(person, sketch)
        return best, len(letters)

    def _keep(self, person: str, sketch: tuple[int, ...]) -> None:
        self._kept[self._next] = (person, sketch)
        for door in sketch[:DOORS]:
            self._doors[door].add(self._next)
        self._next += 1
        if len(self._kept) > self._capacity:
            number, (_, old) = self._kept.popitem(last=False)
            for door in old[:DOORS]:
                self._doors[door].discard(number)
                if not self._doors[door]:
                    del self._doors[door]
