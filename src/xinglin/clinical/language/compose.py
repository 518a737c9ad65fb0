"""Findings put together from a quality and a part of the body: 膝盖又肿又痛, "my right knee is killing me"."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xinglin.clinical.language.clauses import Layout
from xinglin.clinical.language.matching import Match
from xinglin.clinical.language.normal import is_cjk
from xinglin.clinical.language.reading import Side
from xinglin.clinical.language.tables import attributes, compositions, english, quality_parents, sites
from xinglin.clinical.language.tokens import Token

FARTHEST: Final = 24
"""Characters between a Chinese site and its quality."""
TOPIC_REACH: Final = 80
"""Characters over which a site is carried on to a later clause."""
MOST_COST: Final = 3.0
"""What the words between an English quality and its site may cost."""
_JOINS: Final = re.compile(
    r"\s*(?:、|和|跟|与|及|以及|还有|连着|到|,?\s*\b(?:and|or|plus)\b(?: (?:my|the|his|her|both|left|right))*|/|&|,)\s*"
)
_LINK_WORDS: Final = frozenset(english()["link"])
_AFTER_CHINESE: Final = re.compile(
    r"^(?:感|的?(?:地方|部位|位置|点)?(?:是|在|于|位于|集中在|主要在|都在)|在|于|位于"
    r"|集中在)?[左右上下中双两侧边的\s]{0,4}$"
)
_TOPIC_CHINESE: Final = re.compile(
    r"[\s又也还很有点些都特别非常一直就是现在老总总是老是感觉觉得开始的了已经变变得得更越来越没无不未晚上早夜里白天]{0,9}"
)
_TOPIC_ENGLISH: Final = re.compile(
    r"\s*(?:and |but )?(?=[a-z ]*\b(?:it|it's|they|they're|feels?|looks?|some|no|not|isn't|both)\b)"
    r"(?:it|it's|they|they're|feels?|is|are|looks?|some|very|really|also|now|has been|still|a bit|quite|so|no|not|any"
    r"|isn't|have|has|got|become|became|been|gets?|there is|there's|both|all|with|the area|\s)*"
)
_BETWEEN_CHINESE: Final = re.compile(r"[。！!?？;；,\s]")


@dataclass(frozen=True, slots=True)
class Part:
    """A site or a quality in a text."""

    kind: str
    name: str
    start: int
    end: int
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class Composed:
    """A finding made of a quality and a site."""

    code: str
    site: str
    side: Side | None
    quality: Part
    place: Part
    carried: bool = False
    """The site stands in an earlier clause: the quality alone is the place."""

    @property
    def start(self) -> int:
        """Where the first of both begins."""
        return self.quality.start if self.carried else min(self.quality.start, self.place.start)

    @property
    def end(self) -> int:
        """Where the last of both ends."""
        return self.quality.end if self.carried else max(self.quality.end, self.place.end)


def parts_of(found: Iterable[Match]) -> list[Part]:
    """The matches as sites and qualities from left to right."""
    parts = []
    for one in found:
        for code in one.codes:
            kind, _, name = code.partition(":")
            parts.append(Part(kind, name, one.start, one.end, one.places))
    return sorted(parts, key=lambda part: (part.start, part.end, part.kind))


def compose(text: str, words: Sequence[Token], layout: Layout, parts: Sequence[Part]) -> list[Composed]:
    """Every finding that a quality of the text makes with a site of the text."""
    by_sentence: dict[int, list[Part]] = {}
    for part in parts:
        by_sentence.setdefault(layout.sentence(part.start).start, []).append(part)
    found: list[Composed] = []
    known = frozenset(part.start for part in parts if part.kind == "quality")
    topic: list[Part] = []
    for members in by_sentence.values():
        groups = _groups(text, [refined(text, part) for part in members if part.kind == "site"])
        for quality in (part for part in members if part.kind == "quality"):
            group = _of_quality(text, words, quality, groups, known)
            if group is None and _continues(text, layout, quality):
                before = [one for one in groups if one[-1].end <= quality.start]
                group = before[-1] if before else topic
                if group and quality.start - group[-1].end > TOPIC_REACH:
                    continue
                found += [replace(one, carried=True) for place in group for one in made(text, quality, place)]
                continue
            for place in group or ():
                found += made(text, quality, place)
            found += _one_sided(text, quality, group or ())
        topic = groups[-1] if groups else topic
    return found


def _continues(text: str, layout: Layout, quality: Part) -> bool:
    """Whether a quality opens its clause, so that it speaks of the site before it (… , it's swollen; …，又肿又痛)."""
    opening = text[layout.clause(quality.start).start : quality.start]
    if not opening.strip() and text[quality.start : quality.end] in english()["adjective"]:
        return True
    return bool((_TOPIC_CHINESE if _is_chinese(text, quality) else _TOPIC_ENGLISH).fullmatch(opening))


def _of_quality(
    text: str, words: Sequence[Token], quality: Part, groups: Sequence[list[Part]], known: frozenset[int]
) -> list[Part] | None:
    if _is_chinese(text, quality):
        return _chinese(text, quality, groups)
    return _english(text, words, quality, groups, known)


def _one_sided(text: str, quality: Part, group: Sequence[Part]) -> Iterator[Composed]:
    """An arm and a leg of one side that are weak or numb together are half of the body."""
    if quality.name not in {"weakness", "numbness", "tingling"}:
        return
    arms = [part for part in group if "arm" in lineage(part.name)]
    legs = [part for part in group if "leg" in lineage(part.name)]
    if arms and legs and {side_of(text, part) for part in (*arms, *legs)} & {"left", "right"}:
        yield from made(text, quality, replace(arms[0], name="half-body"))


def _is_chinese(text: str, part: Part) -> bool:
    return is_cjk(text[part.start])


def _groups(text: str, places: Sequence[Part]) -> list[list[Part]]:
    """Sites that `and`, a comma or 和 joins, together."""
    groups: list[list[Part]] = []
    for place in places:
        last = groups[-1][-1] if groups else None
        if last is not None and (place.start < last.end or _JOINS.fullmatch(text[last.end : place.start])):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _chinese(text: str, quality: Part, groups: Sequence[list[Part]]) -> list[Part] | None:
    before = [group for group in groups if group[-1].end <= quality.start]
    if before:
        gap = text[before[-1][-1].end : quality.start]
        if len(gap) <= FARTHEST and not _BETWEEN_CHINESE.search(gap):
            return before[-1]
    for group in groups:
        if group[0].start >= quality.end and _AFTER_CHINESE.match(text[quality.end : group[0].start]):
            return group
    return None


def _english(
    text: str, words: Sequence[Token], quality: Part, groups: Sequence[list[Part]], known: frozenset[int]
) -> list[Part] | None:
    best: tuple[float, list[Part]] | None = None
    for group in groups:
        after = group[0].start >= quality.end
        low, high = (quality.end, group[0].start) if after else (group[-1].end, quality.start)
        if low > high:
            continue
        cost = _cost(text, words, low, high, known)
        if cost <= MOST_COST and (best is None or cost < best[0]):
            best = (cost, group)
    return best[1] if best else None


def _cost(text: str, words: Sequence[Token], low: int, high: int, known: frozenset[int]) -> float:
    """How far apart two places are: small words weigh little, a mark of punctuation ends all."""
    gap = text[low:high]
    if len(gap) > 60 or re.search(r"[.;:!?。；，,]", gap):
        return MOST_COST + 1
    cost = 0.0
    first = bisect_right(words, low - 1, key=lambda word: word.start)
    for word in words[first:]:
        if word.start >= high:
            break
        plain = text[word.start : word.end]
        cost += (
            0.25
            if plain in _LINK_WORDS or word.start in known
            else 0.6
            if plain in {"and", "or"}
            else 3.5
            if plain == "but"
            else 1.0
        )
    return cost


def made(text: str, quality: Part, place: Part) -> Iterator[Composed]:
    """The finding of the most special site that makes one with the quality, or with what the quality is a kind of."""
    name: str | None = quality.name
    while name:
        for site in (*lineage(place.name), "*"):
            codes = compositions().get((name, site))
            if codes is not None:
                yield from (Composed(code, place.name, side_of(text, place), quality, place) for code in codes)
                return
        name = quality_parents().get(name)


def lineage(site: str) -> list[str]:
    """A site and everything that it belongs to, nearest first."""
    found: list[str] = []
    ahead = [site]
    while ahead:
        one = ahead.pop(0)
        if one not in found and one in sites():
            found.append(one)
            ahead += sites()[one].parents
    return found


def refined(text: str, part: Part) -> Part:
    """The part of a site that the words beside it mean: the right lower side of the belly."""
    near = modifiers(text, part)
    best = part.name
    for name, row in sites().items():
        if row.modifiers and row.modifiers <= near and best in lineage(name) and name != best:
            better = len(row.modifiers) > len(sites()[best].modifiers)
            best = name if better else best
    return replace(part, name=best)


_NEAR_WORDS: Final = {word: value for word, (kind, value) in attributes().items() if kind in {"side", "place"}}
_LATIN: Final = re.compile(
    r"\b(?:" + "|".join(re.escape(one) for one in sorted(_NEAR_WORDS, key=len, reverse=True) if one.isascii()) + r")\b"
)
_CHINESE: Final = re.compile(
    "|".join(re.escape(one) for one in sorted(_NEAR_WORDS, key=len, reverse=True) if not one.isascii())
)


_PLURAL: Final = re.compile(r"(?:[^s]s|feet)$")
_NEVER_PAIRED: Final = frozenset(
    {"rib", "tooth", "gum", "finger", "toe", "joint", "muscle", "bone", "lymph-node", "lip"}
)


def modifiers(text: str, part: Part) -> frozenset[str]:
    """Left, right, both, upper, lower, middle, back: what stands right beside a site."""
    chinese = is_cjk(text[part.start])
    if chinese:
        before, after = text[max(0, part.start - 3) : part.start], text[part.end : part.end + 4]
        before = re.split(r"[,。、;\s]", before)[-1]
        after = re.split(r"[,。、;\s疼痛痒肿麻]", after)[0]
        return frozenset(_NEAR_WORDS[one] for one in _CHINESE.findall(before) + _CHINESE.findall(after))
    before, after = text[max(0, part.start - 26) : part.start], text[part.end : part.end + 26]
    before = re.split(r"[,.;:!?]|\b(?:and|but|with|is|are|hurts?)\b", before)[-1]
    after = re.split(r"[,.;:!?]|\b(?:but|with|is|are|hurts?|and)\b", after)[0]
    inside = text[part.start : part.end]
    found = _LATIN.findall(before) + _LATIN.findall(inside)
    if _PLURAL.search(inside) and part.name not in _NEVER_PAIRED:
        found.append("both")
    if re.match(
        r"\s*(?:on|at|to|toward|towards|in|,)?\s*(?:the|my|his|her)?\s*(?:\w+\s)?(?:side|left|right|both)", after
    ):
        found += _LATIN.findall(after)
    return frozenset(_NEAR_WORDS[one] for one in found)


def side_of(text: str, part: Part) -> Side | None:
    """The side that the words beside a site name."""
    near = modifiers(text, part)
    if "both" in near or {"left", "right"} <= near:
        return "both"
    return "left" if "left" in near else "right" if "right" in near else None
