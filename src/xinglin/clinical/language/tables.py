"""The reader's own tables: cues, sites, qualities, attributes, spellings. Read once, checked, never changed."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

KINDS: Final = frozenset(
    {"negation", "unsure", "possible", "past", "hypothetical", "family", "other", "now", "end", "pseudo", "present"}
)
DIRECTIONS: Final = frozenset({"after", "before", "both", ""})
REACHES: Final = frozenset({"near", "clause", "list", "sentence", ""})
_BETWEEN_CHINESE: Final = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_GROUP: Final = re.compile(r"\(([^()]*)\)")


class BadLanguageTable(ValueError):
    """A row of the reader's own tables is wrong. The text names the table, the row and what would be right."""


@dataclass(frozen=True, slots=True)
class CueRow:
    """Words that say how what stands `after` or `before` them is meant, and how far they reach."""

    kind: str
    direction: str
    reach: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A part of the body. `modifiers` make it out of its parent: right and lower make the right lower abdomen."""

    site: str
    parents: tuple[str, ...]
    modifiers: frozenset[str]
    words: tuple[str, ...]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one table of the reader."""
    path = files("xinglin.clinical.knowledge") / "language" / f"{name}.csv"
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    return [{str(key): value or "" for key, value in row.items()} for row in reader]


def split(cell: str) -> list[str]:
    """Parts of a cell that bars separate, bars in brackets not counted."""
    parts, depth, begin = [], 0, 0
    for place, char in enumerate(cell):
        depth += (char == "(") - (char == ")")
        if char == "|" and not depth:
            parts.append(cell[begin:place])
            begin = place + 1
    return [part for part in (*parts, cell[begin:]) if part.strip()]


def expand(pattern: str) -> list[str]:
    """Every reading of a pattern with choices in brackets: `(no|without) pain` gives two. Brackets may be nested."""
    if (match := _GROUP.search(pattern)) is None:
        return [_BETWEEN_CHINESE.sub("", re.sub(r"\s+", " ", pattern)).strip()]
    found = []
    for choice in match.group(1).split("|"):
        found += expand(pattern[: match.start()] + choice.replace("(", "").replace(")", "") + pattern[match.end() :])
    return list(dict.fromkeys(found))


def words(cell: str) -> tuple[str, ...]:
    """All words of a cell, choices spelt out, each once."""
    return tuple(dict.fromkeys(one for part in split(cell) for one in expand(part) if one))


@lru_cache(maxsize=1)
def cues() -> tuple[CueRow, ...]:
    """The cues of both languages. Raises BadLanguageTable for a kind, direction or reach that is not known."""
    found = []
    for number, row in enumerate(rows("cues"), start=2):
        one = CueRow(row["kind"], row["direction"], row["reach"], words(row["words"]))
        if one.kind not in KINDS or one.direction not in DIRECTIONS or one.reach not in REACHES or not one.words:
            raise BadLanguageTable(f"cues.csv, row {number}: kind, direction or reach is not known, or no words")
        found.append(one)
    return tuple(found)


@lru_cache(maxsize=1)
def sites() -> dict[str, SiteRow]:
    """The parts of the body by their name. Raises BadLanguageTable for a parent that is no part."""
    found = {}
    for row in rows("sites"):
        parents = tuple(row["parents"].split())
        names = words(f"{row['words_zh']}|{row['words_en']}")
        found[row["site"]] = SiteRow(row["site"], parents, frozenset(row["modifiers"].split()), names)
    for one in found.values():
        if missing := [parent for parent in one.parents if parent not in found]:
            raise BadLanguageTable(f"sites.csv, {one.site}: {missing[0]} is no part of the body")
    return found


@lru_cache(maxsize=1)
def qualities() -> dict[str, tuple[str, ...]]:
    """What a part of the body can do or be (pain, swelling, itch …) and the words for it."""
    return {row["quality"]: words(f"{row['words_zh']}|{row['words_en']}") for row in rows("qualities")}


@lru_cache(maxsize=1)
def quality_parents() -> dict[str, str]:
    """What a quality is a kind of: throbbing is pain."""
    return {row["quality"]: row["falls_to"] for row in rows("qualities") if row["falls_to"]}


@lru_cache(maxsize=1)
def compositions() -> dict[tuple[str, str], tuple[str, ...]]:
    """Findings that a quality makes with a site; a site of `*` stands for any, a finding `-` for none."""
    found = {(row["quality"], row["site"]): tuple(row["finding"].split()) for row in rows("compositions")}
    return {pair: tuple(code for code in codes if code != "-") for pair, codes in found.items()}


@lru_cache(maxsize=1)
def attributes() -> dict[str, tuple[str, str]]:
    """Words for severity, onset, pattern, side and place: the attribute and its value by word."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows("attributes"):
        for word in words(row["words"]):
            found[word] = (row["attribute"], row["value"])
    return found


@lru_cache(maxsize=1)
def characters() -> dict[str, str]:
    """Traditional characters and the simplified ones that stand for them."""
    pairs: dict[str, str] = {}
    for row in rows("characters"):
        if len(row["traditional"]) != len(row["simplified"]):
            raise BadLanguageTable(f"characters.csv: the row that begins with {row['traditional'][:3]} is not in pairs")
        pairs |= dict(zip(row["traditional"], row["simplified"], strict=True))
    return pairs


@lru_cache(maxsize=1)
def typos() -> dict[str, str]:
    """Chinese words that are often written wrongly, with what is meant; both of one length."""
    pairs = {wrong: row["right"] for row in rows("typos") for wrong in words(row["wrong"])}
    for wrong, right in pairs.items():
        if len(wrong) != len(right):
            raise BadLanguageTable(f"typos.csv: {wrong} and {right} are not of one length")
    return pairs


@lru_cache(maxsize=1)
def english() -> dict[str, dict[str, str]]:
    """English word lists by use: irregular forms, contractions, fillers, common words that are never a misspelling."""
    found: dict[str, dict[str, str]] = {}
    for row in rows("english"):
        found.setdefault(row["use"], {}).update(dict.fromkeys(row["words"].split(), row["to"]))
    return found


@lru_cache(maxsize=1)
def fillers() -> tuple[str, ...]:
    """Chinese words that may stand inside a term without changing it (头有点晕, 拉了三天肚子), longest first."""
    found = {word for row in rows("fillers") for word in words(row["words"])}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))
