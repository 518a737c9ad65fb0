"""A sentence in both languages."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """The same sentence in Chinese and in English."""

    zh: str
    en: str

    def filled(self, **values: object) -> Words:
        """Both sentences with their ``{places}`` filled. Raises KeyError for a place without a value."""
        return Words(self.zh.format(**values), self.en.format(**values))


def words_of(row: dict[str, object], name: str) -> Words:
    """The pair ``<name>_zh``/``<name>_en`` of a table row. Raises ValueError when one of them is absent or empty."""
    pair = []
    for language in ("zh", "en"):
        text = row.get(f"{name}_{language}")
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{name}_{language} must be a sentence")
        pair.append(text)
    return Words(*pair)
