"""Whether a list of denied things goes on over a comma, or what stands behind the comma is told anew.

`no fever, cough or rash` denies all three; `no cough, tender nodes in the neck` denies the cough alone: what has a
verb, a number or a word of degree of its own is affirmed.
"""

from __future__ import annotations

import re
from typing import Final

SEGMENT: Final = 120
"""Characters behind a comma that are looked at."""
_STOP: Final = re.compile(r"[.;:!?\n](?!\d)")
_SEGMENT_END: Final = re.compile(r"[,.;:!?\n](?!\d)|\bbut\b")
_OR: Final = re.compile(r"\b(?:or|nor|and/or)\b|\band no\b")
_AND: Final = re.compile(r"\band\b")
_VERB: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|started|began|hears?|wants?|cries|looks?|keeps?|feels?|got|gets|smells?"
    r"|hurts?|itches|burns)\b|(?<![a-z\d.])\d(?![\d/]*\s?-(?:sided|day)\b)"
    r"|\b(?:low|high|elevated|raised|present|positive|increased|enlarged|worse|worsening)\s*$"
    r"|\bfor (?:the (?:last|past)|about|over|an?|one|two|three|four|five|six|several|some|days|weeks|months|years)\b"
)
_DEGREE: Final = re.compile(
    r"\s*(?:tender|drenching|severe|mild|moderate|intense|bad|terrible|horrible|awful|swollen|painful|painless"
    r"|persistent|constant|worsening|progressive|marked|profuse|heavy|slight|several|multiple|many|two|three|four|some"
    r"|an?|lots|very|really|quite|just|only|now|also|still|my|his|her|large|small|big|firm|hard|enlarged|raised|thick"
    r"|yellow|green|grey|gray|pale|increasing|sudden|recurrent|worse|frequent|one|loads|plenty|both|feels?|getting)\b"
)
_VERBAL: Final = re.compile(r"(?:n't|nt|\bnot|\bcannot)$")
_HAS: Final = re.compile(
    r"\s*(?:to )?(?:been )?(?:have|having|had|has|got|any|complain\w*|report\w*|endorse\w*|experienc\w*|notic\w*|see"
    r"|seen|show\w*|reveal\w*|demonstrat\w*|find|appear to have|associated with)\b"
)
_BARE: Final = frozenset({"no", "not", "without"})
_ZH_END: Final = re.compile(r"[,，。;；!?！？\n]|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_ZH_LIST: Final = re.compile(r"[、/]|等|或|以及|及")
_ZH_TOLD: Final = re.compile(
    r"[\d一二两三四五六七八九十半几](?:个?多?[天周月年日次度]|小时)|\d|[了着过]|升高|偏|增[高多大]|减[少退]|明显|加重"
    r"|持续|反复|突然|全身|右|左|双|阳性|可[见及触闻]|呈|为|较|来"
)
SHORT_ITEM: Final = 5
"""Chinese characters that a denied item behind a comma has at most, when nothing else shows that the list goes on."""


def goes_on_english(text: str, cue: str, cue_end: int, comma: int) -> bool:
    """Whether an English denial (`cue`, which ends at `cue_end`) still holds behind the comma at `comma`."""
    behind = text[comma + 1 : comma + 1 + SEGMENT]
    stop = _STOP.search(behind)
    rest = behind[: stop.start()] if stop else behind
    end = _SEGMENT_END.search(behind)
    segment = behind[: end.start()] if end else behind
    choice = _OR.search(rest)
    if choice and not _VERB.search(rest[: choice.start()]):
        return True
    first = _AND.split(segment, maxsplit=1)[0] if _AND.search(segment) else segment
    if _VERB.search(first):
        return False
    verbal = _VERBAL.search(cue) is not None
    if verbal and not _HAS.match(text, cue_end):
        return False
    return not ((verbal or cue in _BARE) and _DEGREE.match(segment))


def colon_ends(text: str, cue: str, start: int, end: int) -> bool:
    """Whether a colon behind the denied thing ends a bare denial: no vaccines: 4 days of fever."""
    colon = text.find(":", start, end)
    return (cue in _BARE or _VERBAL.search(cue) is not None) and colon > start and bool(text[start:colon].strip())


def goes_on_chinese(text: str, cue: str, comma: int) -> bool:
    """Whether a Chinese denial still holds behind a comma: a bare short item, or a list with 、 or 等."""
    behind = text[comma + 1 : comma + 1 + SEGMENT]
    end = _ZH_END.search(behind)
    segment = (behind[: end.start()] if end else behind).strip()
    if cue.startswith("否认"):
        return not re.search(r"\d", segment)
    if _ZH_TOLD.search(segment):
        return False
    return len(segment) <= SHORT_ITEM or _ZH_LIST.search(segment) is not None
