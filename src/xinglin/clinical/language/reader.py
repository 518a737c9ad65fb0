"""`read`: a text to everything that was understood of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xinglin.clinical.language.attributes import Attributes
from xinglin.clinical.language.clauses import Layout, Piece, layout
from xinglin.clinical.language.compose import Composed, Part, compose, parts_of, refined, side_of
from xinglin.clinical.language.cues import Contexts, find_cues
from xinglin.clinical.language.derived import (
    answered,
    denied_by_normal,
    measured,
    measured_mentions,
    not_pregnant_now,
    relatives,
)
from xinglin.clinical.language.imagined import imagined
from xinglin.clinical.language.lexicon import Lexicon
from xinglin.clinical.language.matching import Match, find, find_parts
from xinglin.clinical.language.normal import chinese_share, normalise
from xinglin.clinical.language.numbers import numbers
from xinglin.clinical.language.reading import LONGEST, Asked, Language, Mention, Reading, Side
from xinglin.clinical.language.subject import subject_of
from xinglin.clinical.language.tokens import Token, tokens
from xinglin.clinical.language.told import has_delivered, told

NEAR: Final = 60
"""Characters around a word that needs others beside it: so far they may stand, four times as far before it."""


_NOUN: Final = re.compile(r"\b(?:an?|the|this|that|another|one|open|weeping|small|big)\s+(?:open |small |big |red )?$")


@dataclass(frozen=True)
class _Found:
    """One finding in the text before its context is known. `core` is the span whose context counts."""

    code: str
    start: int
    end: int
    core: Piece
    site: str | None
    side: Side | None


def language_of(text: str, language: Asked = "auto") -> Language:
    """The language that was said, or the one in which most of the text is written."""
    if language != "auto":
        return language
    return "zh" if chinese_share(text) >= 0.3 else "en"


def read(text: str, *, language: Asked = "auto", lexicon: Lexicon, asked: str | None = None) -> Reading:
    """Findings, numbers and what is told of the person. `asked` is the finding that the text answers, if any.

    Both languages are always read, as people mix them; `language` only says which one the reading is booked under.
    What stands beyond LONGEST characters is not read, and the reading says that it was cut.
    """
    shown = text[:LONGEST]
    plain = normalise(shown)
    words = _spelt(tokens(plain, shown), lexicon)
    structure = layout(plain)
    matches = _in_place(plain, structure, find(plain, words, lexicon), lexicon)
    parts = _free_parts(plain, parts_of(find_parts(plain, words, lexicon)), matches)
    found = _settled(plain, matches, parts, compose(plain, words, structure, parts), lexicon)
    covered = _covered([*matches, *parts])
    subject = subject_of(plain)
    contexts = Contexts(plain, structure, find_cues(plain, covered, subject.words), covered)
    attributes = Attributes(plain, structure)
    person = told(plain, contexts, subject)
    mentions = [_mention(shown, one, contexts, attributes) for one in _merged(found)]
    counted = numbers(plain, shown, lexicon, person.age_years)
    mentions += [_timed(one, attributes) for one in measured_mentions(counted, shown, contexts, person, lexicon)]
    denied = denied_by_normal(plain, shown, contexts, lexicon)
    mentions += [one for one in denied if not any(_overlap(one, two) and one.code == two.code for two in mentions)]
    mentions = not_pregnant_now(mentions, person, has_delivered(plain))
    mentions = relatives(_without_doubles(mentions), lexicon)
    mentions = [replace(one, time="hypothetical") if imagined(plain, one.start) else one for one in mentions]
    if asked is not None:
        mentions += answered(plain, shown, asked, mentions)
    return Reading(
        language_of(text, language),
        tuple(sorted(mentions, key=lambda one: (one.start, one.end, one.code))),
        person,
        measured(counted, contexts),
        len(text) > LONGEST,
    )


def _without_doubles(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions without those that a number tells better (烧到39 beside 烧到39度)."""
    counted = [one for one in mentions if one.quantity is not None]
    return [
        one
        for one in mentions
        if one.quantity is not None or not any(one.code == two.code and _overlap(one, two) for two in counted)
    ]


def _timed(one: Mention, attributes: Attributes) -> Mention:
    """A number's mention with how long and how it has been so."""
    near = attributes.of(one.start, one.end)
    return replace(one, onset=near.onset, duration_hours=near.duration_hours, pattern=near.pattern)


def _overlap(one: Mention, two: Mention) -> bool:
    return one.start < two.end and two.start < one.end


def _spelt(words: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    return [replace(word, stem=lexicon.spelling.mend(word.stem)) for word in words]


def _covered(pieces: Iterable[Match | Part]) -> list[Piece]:
    """Stretches that findings, sites and qualities take up, so that no cue is read inside them."""
    joined: list[Piece] = []
    for one in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        if joined and one.start < joined[-1].end:
            joined[-1] = Piece(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(Piece(one.start, one.end))
    return joined


def _settled(
    text: str, matches: Sequence[Match], parts: Sequence[Part], composed: Sequence[Composed], lexicon: Lexicon
) -> list[_Found]:
    """Words of the lexicon and compositions together, each finding once a place."""
    sites = [refined(text, part) for part in parts if part.kind == "site"]
    starts = [part.start for part in sites]
    by_place: dict[int, list[Match]] = {}
    by_quality: dict[int, list[Composed]] = {}
    for one in composed:
        if not one.carried:
            by_quality.setdefault(one.quality.start, []).append(one)
    found = []
    for match in matches:
        for place in match.places:
            by_place.setdefault(place, []).append(match)
        inside = sites[bisect_left(starts, match.start) : bisect_left(starts, match.end)]
        site, side = (inside[-1].name, side_of(text, inside[-1])) if inside else (None, None)
        for code in _told_apart(match.codes, lexicon):
            if code and not _nearer(code, match, by_quality.get(match.start, ())):
                found.append(_Found(code, match.start, match.end, Piece(match.start, match.end), site, side))
    for one in composed:
        places = one.quality.places | one.place.places
        near = {id(match): match for place in places for match in by_place.get(place, ())}
        if not any(_told_already(one.code, places, other.places, other.codes, lexicon) for other in near.values()):
            core = Piece(one.quality.start, one.quality.end)
            found.append(_Found(one.code, one.start, one.end, core, one.site, one.side))
    return found


def _in_place(text: str, structure: Layout, matches: Sequence[Match], lexicon: Lexicon) -> list[Match]:
    """The matches, those words that mean their finding only beside others (worse lying down: a headache?) looked at."""
    kept = []
    for match in matches:
        if not any(code in lexicon.needs for code in match.codes):
            kept.append(match)
            continue
        sentence = structure.sentence(match.start)
        near = text[max(sentence.start - NEAR, match.start - 4 * NEAR, 0) : min(sentence.end, match.end + NEAR)]
        codes = []
        for code in match.codes:
            name, pattern = lexicon.needs.get(code, (code, None))
            if pattern is None or pattern.search(near):
                codes.append(name)
        if codes:
            kept.append(replace(match, codes=tuple(dict.fromkeys(codes))))
    return kept


def _told_already(
    code: str, places: frozenset[int], other: frozenset[int], codes: Sequence[str], lexicon: Lexicon
) -> bool:
    """Whether a word of the lexicon tells at least as much as a composition of the same places."""
    if code in codes and places & other:
        return True
    return places < other and not any(one in above(code, lexicon) for one in codes)


def above(code: str, lexicon: Lexicon) -> set[str]:
    """Everything that a finding is a kind of."""
    found: set[str] = set()
    ahead = [code]
    while ahead:
        for parent in lexicon.parents.get(ahead.pop(), ()):
            if parent not in found:
                found.add(parent)
                ahead.append(parent)
    return found


def _told_apart(codes: Sequence[str], lexicon: Lexicon) -> Sequence[str]:
    """A word that is a finding (cough, pregnant) does not also say that the condition of that name is known."""
    if any(code in lexicon.kinds and not code.startswith("known-") for code in codes):
        return [code for code in codes if not code.startswith("known:")]
    return codes


def _free_parts(text: str, parts: Sequence[Part], matches: Sequence[Match]) -> list[Part]:
    """Sites and qualities without those that only look like them (血红蛋白, hot water) or belong to a word (没胃口)."""
    taken: dict[int, Match] = {place: match for match in matches for place in match.places}
    qualities = {part.start for part in parts if part.kind == "quality"}
    kept = []
    for part in parts:
        match = taken.get(part.start)
        inside = match is not None and part.places < match.places
        trapped = match is not None and match.codes == ("",) and bool(part.places & match.places)
        short = part.kind == "site" and part.end - part.start == 1 and inside
        if _adjective_sore(text, part):
            continue
        if not trapped and not (short and match is not None and not _bare_site_word(text, match, part, qualities)):
            kept.append(part)
    return kept


def _adjective_sore(text: str, part: Part) -> bool:
    """Whether `sore` is read as the wrong one of its two: `a sore` is an ulcer, `is sore` a pain."""
    word = text[part.start : part.end]
    if part.kind != "quality" or word not in {"sore", "sores"}:
        return False
    noun = word == "sores" or _NOUN.search(text, max(0, part.start - 16), part.start) is not None
    return part.name == ("pain" if noun else "ulcer")


def _bare_site_word(text: str, match: Match, site: Part, qualities: set[int]) -> bool:
    """Whether a short word is a site with a quality (头痛, not 口渴): its site may serve other qualities too."""
    return (len(match.places) <= 2 and site.end in qualities) or "又" in text[match.start : match.end]


def _nearer(code: str, match: Match, composed: Sequence[Composed]) -> bool:
    """Whether a bare word (pain) is better told by a composition that uses it (pain in the knee)."""
    return any(match.places <= one.quality.places and one.code != code for one in composed)


def _mention(text: str, one: _Found, contexts: Contexts, attributes: Attributes) -> Mention:
    how = contexts.of(one.core.start, one.core.end)
    near = attributes.of(one.start, one.end)
    return Mention(
        one.code,
        how.polarity,
        how.experiencer,
        how.time,
        how.certainty,
        near.severity,
        one.site,
        one.side,
        near.onset,
        near.duration_hours,
        near.pattern,
        None,
        None,
        None,
        one.start,
        one.end,
        text[one.start : one.end],
    )


def _merged(found: Iterable[_Found]) -> list[_Found]:
    """The same finding told twice over the same words is one."""
    kept: dict[str, list[_Found]] = {}
    for one in sorted(found, key=lambda item: (item.start, -item.end)):
        same = kept.setdefault(one.code, [])
        if same and one.start < same[-1].end:
            last = same[-1]
            core = Piece(min(last.core.start, one.core.start), max(last.core.end, one.core.end))
            end = max(last.end, one.end)
            same[-1] = replace(last, end=end, core=core, site=last.site or one.site, side=last.side or one.side)
        else:
            same.append(one)
    return sorted((one for same in kept.values() for one in same), key=lambda one: (one.start, one.end, one.code))
