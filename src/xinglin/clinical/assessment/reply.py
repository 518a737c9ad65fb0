"""Short replies to the poll: an age, a sex."""

from __future__ import annotations

import re
from typing import Final

from xinglin.clinical.assessment.gathering import lexicon
from xinglin.clinical.diagnosis.evidence import Sex
from xinglin.clinical.language import read

_NUMBER: Final = re.compile(r"\s*(\d{1,3}(?:\.\d)?)\s*(?:岁|years?|y|yo)?\s*(?:old)?[.。]?\s*", re.IGNORECASE)
_MOST_AGE: Final = 130


def age_of(text: str) -> float | None:
    """Years: a bare number, or what the reader finds in the words ("8个月", "she is 67")."""
    match = _NUMBER.fullmatch(text)
    if match:
        years = float(match.group(1))
        return years if years <= _MOST_AGE else None
    return read(text, language="auto", lexicon=lexicon()).told.age_years


def sex_of(text: str) -> Sex | None:
    """M or F of a word such as 女, female, "a boy"."""
    words = text.strip().lower()
    if re.search(r"女|female|woman|girl|\bf\b|lady|\bshe\b", words):
        return "F"
    if re.search(r"男|male|\bman\b|boy|\bm\b|\bhe\b", words):
        return "M"
    return None
