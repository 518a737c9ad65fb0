"""The second ear: what a patient's own words say that must not be missed (`knowledge/warning/phrases.toml`).

Beside the reader of findings, so that a red flag does not hang on one reader alone. A phrase counts only where it is
said of the patient, now, and is not denied or imagined.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from xinglin.clinical.language import Context, Mention, Reading, context
from xinglin.clinical.language.imagined import SENTENCE_END, imagined
from xinglin.clinical.language.normal import chinese_share, normalise
from xinglin.clinical.warning.grammar import BadRule

GAP_ZH: Final = re.compile(r"<(\d+)>")
GAP_EN: Final = re.compile(r"<w(\d+)>")
NO_DENIAL: Final = r"(?!(?:not|no|never|without|nor)\b|\w+n't\b)"
"""A gap of a phrase never swallows a denial: *neck not stiff* is no stiff neck."""
BACKGROUND: Final = re.compile(r"known-|family-|said:")
SELF: Final = re.compile(
    r"我自己|我本人|我现在没|我没有(?:什么)?(?:不舒服|症状)|本人"
    r"|\bi (?:feel|am|have no|have not|myself)\b|\bi'm\b|\bi'd like\b|\bmyself\b"
)
"""A message that speaks of family and then of the writer: the family's trouble is history."""
NOT_A_DENIAL: Final = re.compile(
    r"(?:is|was|are)n'?t (?:right|well|good|himself|herself|helping|stopping|working)"
    r"|not (?:right|well|feeling well|stopping|working)|no relief|can'?t stand|non-?stop"
    r"|(?:has|have|had)n'?t (?:slept|helped|touched|stopped|eaten|worked)"
    r"|(?:won|can|could|doesn|didn)'?t (?:stop|sleep|cope|help|settle)"
    r"|(?:no|without) (?:insulin|food|eating|breakfast|sleep|warning|help)|not a (?:single )?drop"
    r"|没打胰岛素|没吃饭|没吃早饭|没睡|没反应|没意识|没知觉|没感觉|没精神|没缓过来"
    r"|不舒服|不行了|睡不着|吃不下|没劲|没力气|不管用|没用|没好|不停|止不住|不见好|没缓解|不对劲"
)
"""Words with a *not* that denies nothing of what stands beside them; they are masked before a phrase is judged."""
RECENT: Final = re.compile(
    r"分钟|小时|天前|昨|今|刚|周前|上周"
    r"|(?:minute|min|hour|hr|day|week)s?\b|yesterday|last night|today|tonight|this (?:morning|week)"
)
LONG_AGO: Final = re.compile(
    r"年|个月前|小时候|以前|曾经|既往|病史"
    r"|year|months ago|as a (?:child|kid|teen)|used to|history of|previous|when i was"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding that is there, as far as was said. `certainty` is certain or possible."""

    certainty: Literal["certain", "possible"] = "certain"
    severity: Literal["mild", "moderate", "severe"] | None = None
    onset: Literal["sudden", "acute", "gradual"] | None = None
    duration_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Findings present and absent, and the `said:` of the phrases, as a rule asks for them."""

    present: Mapping[str, Evidence]
    absent: frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that can be heard, as one pattern a language."""

    name: str
    zh: re.Pattern[str] | None
    en: re.Pattern[str] | None


@lru_cache(maxsize=1)
def phrases() -> tuple[Phrase, ...]:
    """All phrases. Raises BadRule for a pattern that cannot be compiled."""
    return read_phrases((files("xinglin.clinical.knowledge") / "warning" / "phrases.toml").read_text("utf-8"))


def read_phrases(text: str) -> tuple[Phrase, ...]:
    """The phrases of a TOML text. Raises BadRule."""
    found = []
    for name, row in tomllib.loads(text).items():
        if set(row) - {"zh", "en"}:
            raise BadRule(f"{name}: a phrase has zh and en, nothing else")
        found.append(Phrase(name, _pattern(name, row.get("zh", ())), _pattern(name, row.get("en", ()))))
    return tuple(found)


def _pattern(name: str, alternatives: Iterable[str]) -> re.Pattern[str] | None:
    expanded = [_expanded(text) for text in alternatives]
    try:
        return re.compile("|".join(f"(?:{text})" for text in expanded)) if expanded else None
    except re.error as wrong:
        raise BadRule(f"{name}: {wrong}") from None


def _expanded(text: str) -> str:
    english = GAP_EN.sub(lambda match: rf"\W{{1,2}}(?:{NO_DENIAL}[\w'-]+[ ,]{{1,2}}){{0,{match[1]}}}?", text)
    if english != text or text.isascii():
        return rf"\b(?:{english})(?!\w)"
    return GAP_ZH.sub(lambda match: rf"[^,。、；;!?！？\n不没无未]{{0,{match[1]}}}?", text)


def hear(text: str, reading: Reading | None = None) -> Heard:
    """What the phrases hear in a text and what the reader read in it, as one. Deterministic, no errors."""
    plain = normalise(text)
    text = NOT_A_DENIAL.sub(lambda match: "x" * len(match.group()), plain)
    present: dict[str, Evidence] = {}
    absent: set[str] = set()
    alone = _family_is_the_patient(plain)
    for mention in reading.mentions if reading else ():
        if not imagined(plain, mention.start):
            _take(mention, present, absent, alone)
    chinese = chinese_share(plain) > 0
    latin = re.search(r"[a-z]{3}", plain) is not None
    for phrase in phrases():
        for pattern in (phrase.zh if chinese else None, phrase.en if latin else None):
            if pattern is not None and _heard(phrase.name, pattern, plain, text, alone):
                present.setdefault(phrase.name, Evidence())
    return Heard(present, frozenset(absent - set(present)))


def _family_is_the_patient(plain: str) -> bool:
    """Whether trouble of family may be the patient's: somebody writes for them and says nothing of themselves."""
    return SELF.search(plain) is None


def _take(mention: Mention, present: dict[str, Evidence], absent: set[str], alone: bool) -> None:
    said = Context(mention.polarity, mention.experiencer, mention.time, mention.certainty)
    if mention.polarity == "absent" and mention.experiencer != "other" and mention.time == "now":
        absent.add(mention.code)
    elif _counts(mention.code, said, alone):
        present.setdefault(
            mention.code,
            Evidence(mention.certainty, mention.severity, mention.onset, mention.duration_hours),
        )


def _heard(name: str, pattern: re.Pattern[str], plain: str, text: str, alone: bool) -> bool:
    for number, match in enumerate(pattern.finditer(plain)):
        if number >= MOST:
            return False
        if name.startswith("said:") and name not in DENIABLE:
            return True
        if imagined(plain, match.start()):
            continue
        if _counts(name, _recent(plain, match, context(text, match.start(), match.end())), alone):
            return True
    return False


def _recent(plain: str, match: re.Match[str], said: Context) -> Context:
    """Hours, days and weeks ago are still now; years are not."""
    if said.time != "past":
        return said
    ends = [end.end() for end in SENTENCE_END.finditer(plain, 0, match.start())]
    stop = SENTENCE_END.search(plain, match.end())
    sentence = plain[ends[-1] if ends else 0 : stop.start() if stop else len(plain)]
    if RECENT.search(sentence) and not LONG_AGO.search(sentence):
        return replace(said, time="now")
    return said


EVEN_IN_DOUBT: Final = frozenset({"suicidal-thoughts", "suicidal-plan", "self-harm", "homicidal-thoughts"})
"""What counts even where the writer is not sure of it."""
MOST: Final = 6
"""Places of one phrase that are looked at in a text."""
DENIABLE: Final[Collection[str]] = frozenset(
    {"said:cannot-walk", "said:faint", "said:unresponsive", "said:no-relief", "said:ongoing-fit", "said:mucosal-sores"}
    | {"said:glucose-high", "said:glucose-low", "said:bleeding-now", "said:waters", "said:rigid-or-jerking"}
    | {"said:potassium-high", "said:sodium-low", "said:cannot-speak", "said:cannot-swallow", "said:major-trauma"}
    | {"said:spreading-infection", "said:upright-only", "said:infection", "said:peeling", "said:pregnant-20"}
    | {"said:panic", "said:clear-fluid", "said:worse", "said:pregnant", "said:asthma-attack", "said:neutropenia"}
    | {"said:blood-any", "said:blister", "said:tearing", "said:radiating", "said:command", "said:cold-found"}
)
"""What is heard and can be denied, past or someone else's; the rest (when, how bad) colours what stands beside it."""


def _counts(name: str, said: Context, alone: bool) -> bool:
    """Whether something said so counts as the patient's and as now."""
    doubted = said.polarity == "unsure" and name in EVEN_IN_DOUBT
    if (said.polarity != "present" and not doubted) or said.time == "hypothetical" or said.experiencer == "other":
        return False
    background = BACKGROUND.match(name) is not None
    if said.experiencer == "family":
        return alone and not background and said.time == "now"
    return said.time == "now" or background
