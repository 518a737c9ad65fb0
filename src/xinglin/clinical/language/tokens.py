"""Latin words of a text as stems: British and American, singular and plural, verb forms and slips of the keys alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from xinglin.clinical.language.tables import english

WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?")
_WORDS: Final = english()
_IRREGULAR: Final = _WORDS["irregular"]
_WHOLE: Final = frozenset(_WORDS["whole"])
"""Words that mean something else than their root: spotting, typing, winded."""
_CONTRACTIONS: Final = {form: tuple(to.split()) for form, to in _WORDS["contraction"].items()}
DETERMINERS: Final = frozenset(_WORDS["determiner"])
_OUGHT_TO_STAY: Final = frozenset(
    {"does", "toe", "toes", "shoe", "shoes", "goes", "poet", "canoe", "aerobic", "aerosol", "michael", "israel"}
)
_SHORT_NOT_CUT: Final = 3
LONGEST_ACRONYM: Final = 5
_COMMON_WORDS: Final = frozenset(_WORDS["common"]) | frozenset(_IRREGULAR) | frozenset(_WORDS["filler"])


@dataclass(frozen=True, slots=True)
class Token:
    """One Latin word or number: its stem and where it stands. A contraction makes two of one place."""

    stem: str
    start: int
    end: int
    acronym: str = "="
    """The key of an abbreviation, when the word may be one."""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """One form for all forms of an English word. Both the tables and the texts pass through it, so it may be blunt."""
    if word in _WHOLE:
        return f"{word}_"
    word = word.removesuffix("'s").removesuffix("'").replace("'", "")
    word = _IRREGULAR.get(word, word)
    word = _american(word)
    if len(word) <= _SHORT_NOT_CUT:
        return word
    if word.endswith("iness"):
        word = word[:-5] + "y"
    elif word.endswith("ness") and len(word) > 6:
        word = word[:-4]
    word = _singular(word)
    word = _IRREGULAR.get(word, word)
    return _plain_verb(word)


def _american(word: str) -> str:
    if word in _OUGHT_TO_STAY or len(word) < 5:
        return word
    word = word.replace("oea", "ea").replace("oed", "ed").replace("haem", "hem")
    word = word.replace("aem", "em").replace("ae", "e") if len(word) > 6 or word.startswith("ae") else word
    if "oe" in word and len(word) > 6:
        word = word.replace("oe", "e")
    if word.endswith(("our", "ours", "oured", "ouring")) and len(word) > 5:
        word = word.replace("our", "or")
    return re.sub(r"is(e|ed|ing|ation)$", r"iz\1", word) if len(word) > 7 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        return word[:-1]
    return word


def _plain_verb(word: str) -> str:
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) > 2 and re.search("[aeiouy]", root) and not word.endswith("eed"):
            if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz":
                root = root[:-1]
            word = root
            break
    if len(word) > _SHORT_NOT_CUT and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) > _SHORT_NOT_CUT and word.endswith("y") else word


def irregular_forms() -> dict[str, str]:
    """Irregular forms and the stems for which they stand."""
    return {form: stem(form) for form in _IRREGULAR if form.isalpha()}


def acronym(word: str) -> str:
    """The key under which an abbreviation such as HAV stands, so that it never meets the stem of a word (have)."""
    return f"={word.lower()}"


def tokens(text: str, shown: str | None = None) -> list[Token]:
    """The words of a normalised text from left to right, contractions taken apart.

    `shown` is the text as written: a word in capitals there, or one that is no common word, may be an abbreviation.
    """
    found = []
    for match in WORD.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        parts = _CONTRACTIONS.get(word)
        if parts is None:
            short = 2 <= len(word) <= LONGEST_ACRONYM and word.isalpha()
            plainly = (shown or "")[start:end].isupper() or (len(word) > 2 and word not in _COMMON_WORDS)
            found.append(Token(stem(word), start, end, acronym(word) if short and plainly else "="))
        else:
            found += [Token(stem(part), start, end) for part in parts]
    return found


FILLERS: Final = frozenset(stem(word) for word in _WORDS["filler"]) | frozenset(stem(word) for word in DETERMINERS)
COMMON: Final = frozenset(stem(word) for word in _WORDS["common"]) | frozenset(_WORDS["common"])
LIGHT: Final = frozenset(stem(word) for word in _WORDS["light"]) | frozenset(stem(word) for word in DETERMINERS)
"""Words that a term in free order may lack."""
