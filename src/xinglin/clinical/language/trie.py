"""A tree of words over characters: finds the longest word at each place, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, TypeVar

V = TypeVar("V")
_END: Final = ""


class Trie(Generic[V]):
    """Words with values. A blank in a word stands for any run of white space; Latin words match whole words only."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}

    def add(self, word: str, value: V) -> None:
        """One more word; a word that stands already keeps all its values."""
        node = self._root
        for char in word:
            node = node.setdefault(char, {})
        values: list[V] = node.setdefault(_END, [])
        if value not in values:
            values.append(value)

    def longest(self, text: str, start: int) -> tuple[int, list[V]] | None:
        """Where the longest word that begins here ends, and its values."""
        node: dict[str, Any] | None = self._root
        found: tuple[int, list[V]] | None = None
        if _latin(text, start) and start and _latin(text, start - 1):
            return None
        place, size = start, len(text)
        while place < size:
            char = text[place]
            if char.isspace():
                char = " "
            node = node.get(char)  # type: ignore[union-attr]
            if node is None:
                break
            place += 1
            if char == " ":
                while place < size and text[place].isspace():
                    place += 1
            if _END in node and not (_latin(text, place - 1) and place < size and _latin(text, place)):
                found = (place, node[_END])
        return found

    def scan(
        self, text: str, fits: Callable[[str, int, int], bool], stays_open: Callable[[list[V]], bool]
    ) -> Iterator[tuple[int, int, list[V]]]:
        """Every longest word from left to right that fits where it stands.

        None overlaps another, but for words that stay open: others may begin inside them.
        """
        place, size = 0, len(text)
        root = self._root
        while place < size:
            if text[place] in root and (found := self.longest(text, place)) and fits(text, place, found[0]):
                yield place, found[0], found[1]
                place = place + 1 if stays_open(found[1]) else found[0]
            else:
                place += 1


def _latin(text: str, place: int) -> bool:
    char = text[place]
    return char.isascii() and char.isalnum()
