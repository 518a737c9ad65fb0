"""`context`: how any span of a text is meant, without a lexicon."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from xinglin.clinical.language.clauses import Piece, layout
from xinglin.clinical.language.cues import Contexts, find_cues
from xinglin.clinical.language.normal import normalise
from xinglin.clinical.language.reading import Asked, Context
from xinglin.clinical.language.tables import rows, words

WINDOW = 2_000
"""Characters on either side of the span that are looked at."""


def context(text: str, start: int, end: int, *, language: Asked = "auto") -> Context:
    """Whether what stands at `start:end` is there, whose it is, when and how surely. Offsets outside are drawn in.

    A habit or an allergy, and a long-term disease that stands all alone as in a list of problems, belong to the past.
    """
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    first = max(0, start - WINDOW)
    plain = normalise(text[first : end + WINDOW])
    span = Piece(start - first, end - first)
    structure = layout(plain)
    found = Contexts(plain, structure, find_cues(plain, [span]), []).of(span.start, span.end)
    if found.time != "now":
        return found
    words_of_span = plain[span.start : span.end]
    sentence = structure.sentence(span.start)
    alone = len(re.sub(r"\W", "", plain[sentence.start : sentence.end])) <= len(re.sub(r"\W", "", words_of_span))
    if _background("habit").search(words_of_span) or (alone and _background("longterm").search(words_of_span)):
        return replace(found, time="past")
    return found


@lru_cache(maxsize=2)
def _background(use: str) -> re.Pattern[str]:
    """What is told as background rather than as a complaint, when nothing else says so."""
    found = [word for row in rows("background") if row["use"] == use for word in words(row["words"])]
    latin = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in found if word.isascii())
    chinese = "|".join(re.escape(word) for word in found if not word.isascii())
    return re.compile(rf"\b(?:{latin})\b|{chinese}")
