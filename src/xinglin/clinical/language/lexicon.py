"""The lexicon: every word for a finding, a condition or a quantity, ready to be found in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from xinglin.clinical.language.attributes import attribute_words
from xinglin.clinical.language.cues import warm
from xinglin.clinical.language.normal import CJK, normalise
from xinglin.clinical.language.spelling import Spelling
from xinglin.clinical.language.tables import qualities, rows, sites, words
from xinglin.clinical.language.tokens import LIGHT, LONGEST_ACRONYM, acronym, irregular_forms, tokens
from xinglin.clinical.language.trie import Trie

END: Final = ""
"""The key under which a node keeps the codes of the word that ends there."""
Node = dict[str, Any]
_AUXILIARY: Final = frozenset({"hav", "do", "be"})
_NEVER_FREE: Final = frozenset({"no", "not", "without", "can", "never", "and", "or", "than"})
_MOST_FREE: Final = 4
_COMPLAINT_CODES: Final = "R"
"""ICD-10 chapter of complaints: who says `cough` does not say that a condition of that name is known."""


class FindingLike(Protocol):
    """What the lexicon needs of a finding."""

    @property
    def kind(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def words_zh(self) -> tuple[str, ...]: ...
    @property
    def words_en(self) -> tuple[str, ...]: ...


class ConditionLike(Protocol):
    """What the lexicon needs of a condition."""

    @property
    def icd10(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def also_zh(self) -> tuple[str, ...]: ...
    @property
    def also_en(self) -> tuple[str, ...]: ...


class KnowledgeLike(Protocol):
    """What the lexicon needs of the tables of diagnosis."""

    @property
    def findings(self) -> Mapping[str, Any]: ...
    @property
    def conditions(self) -> Mapping[str, Any]: ...
    @property
    def bands(self) -> tuple[Any, ...]: ...
    @property
    def quantities(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class FreeTerm:
    """An English term whose words may stand in any order: all its stems, and what it says."""

    stems: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Words in the forms in which they are looked up. Built once by `build_lexicon`, never changed after."""

    chinese: Node
    english: Node
    free: Mapping[str, tuple[FreeTerm, ...]]
    parts_chinese: Node
    parts_english: Node
    spelling: Spelling
    joined: frozenset[str]
    """Stems of one word that people also write as two."""
    kinds: Mapping[str, str]
    parents: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, tuple[str, re.Pattern[str]]]
    """What a word means only beside others: the code for which its own stands, and what has to stand near."""
    measures: Trie[str]
    """Names of quantities."""
    quantities: Mapping[str, Any] = field(default_factory=dict)
    bands: tuple[Any, ...] = ()


class _Building:
    """The two trees of one set of words."""

    def __init__(self) -> None:
        self.chinese: Node = {}
        self.english: Node = {}
        self.patterns: dict[tuple[str, ...], list[str]] = {}

    def add(self, word: str, code: str) -> None:
        plain = normalise(word).strip()
        if not plain.isascii() and CJK.search(plain):
            _put(self.chinese, [char for char in plain if not char.isspace()], code)
            return
        short = word.removesuffix("s")
        if short.isalpha() and short.isupper() and 2 <= len(word) <= LONGEST_ACRONYM:
            _put(self.english, [acronym(plain)], code)
            return
        for stems in english_forms(plain) if code else [[token.stem for token in tokens(plain)]]:
            _put(self.english, stems, code)
            codes = self.patterns.setdefault(tuple(stems), [])
            if code not in codes:
                codes.append(code)


def english_forms(plain: str) -> Iterator[list[str]]:
    """The stems of an English term; a term with a hyphen also as one word."""
    stems = term_stems(plain)
    if stems and not plain.startswith("in-"):
        yield stems
    if "-" in plain:
        glued = term_stems(plain.replace("-", ""))
        if glued and glued != stems:
            yield glued


def term_stems(plain: str) -> list[str]:
    """Stems of a term without articles and possessives, and without the auxiliary before a `not`."""
    found = [token.stem for token in tokens(plain)]
    if len(found) > 1:
        found = [one for one in found if one not in _DETERMINER_STEMS] or found
    while len(found) > 2 and found[0] in _AUXILIARY and found[1] == "not":
        found = found[1:]
    return found


_DETERMINER_STEMS: Final = frozenset(
    {"the", "a", "an", "my", "his", "her", "their", "your", "our", "its", "of", "this", "that", "these", "those", "min"}
)


def _put(root: Node, path: Iterable[str], code: str) -> None:
    node = root
    for step in path:
        node = node.setdefault(step, {})
    codes: list[str] = node.setdefault(END, [])
    if code not in codes:
        codes.append(code)


def build_lexicon(knowledge: KnowledgeLike) -> Lexicon:
    """The lexicon of the findings' words, the conditions' names and the reader's own tables. Takes about a second."""
    warm()
    attribute_words()
    building = _Building()
    for code, word in _terms(knowledge):
        building.add(word, code)
    for row in rows("traps"):
        for word in words(row["words"]):
            building.add(word, "")
    parts = _Building()
    for quality, names in qualities().items():
        for word in names:
            parts.add(word, f"quality:{quality}")
    for site, row_of_site in sites().items():
        for word in row_of_site.words:
            parts.add(word, f"site:{site}")
    vocabulary = {stem for path in (*building.patterns, *parts.patterns) for stem in path}
    return Lexicon(
        building.chinese,
        building.english,
        _free_terms(building.patterns),
        parts.chinese,
        parts.english,
        Spelling(vocabulary, irregular_forms()),
        frozenset(path[0] for path in building.patterns if len(path) == 1 and len(path[0]) > 5),
        {code: finding.kind for code, finding in knowledge.findings.items()},
        {code: finding.parents for code, finding in knowledge.findings.items()},
        {f"{row['code']}@": (row["code"], re.compile(row["near"])) for row in rows("needs")},
        _measures(knowledge),
        knowledge.quantities,
        knowledge.bands,
    )


def _measures(knowledge: KnowledgeLike) -> Trie[str]:
    tree: Trie[str] = Trie()
    for name, quantity in knowledge.quantities.items():
        for word in (quantity.name_zh, quantity.name_en, *quantity.words_zh, *quantity.words_en):
            tree.add(normalise(word), name)
    for row in rows("measure_words"):
        for word in words(f"{row['words_zh']}|{row['words_en']}") if row["quantity"] in knowledge.quantities else ():
            tree.add(normalise(word), row["quantity"])
    return tree


def _terms(knowledge: KnowledgeLike) -> Iterator[tuple[str, str]]:
    needing = {(row["code"], _plain(word)) for row in rows("needs") for word in words(row["words"])}
    blocked = {(row["code"], _plain(word)) for row in rows("blocked") for word in words(row["words"])}
    for code, word in _all_terms(knowledge):
        if (code, _plain(word)) not in blocked:
            yield (f"{code}@" if (code, _plain(word)) in needing else code), word


def _plain(word: str) -> str:
    plain = normalise(word)
    return " ".join(term_stems(plain)) if plain.isascii() else plain


def _all_terms(knowledge: KnowledgeLike) -> Iterator[tuple[str, str]]:
    for code, finding in knowledge.findings.items():
        for word in (finding.name_zh, finding.name_en, *finding.words_zh, *finding.words_en):
            yield code, word
    for row in rows("needs"):
        if row["code"] in knowledge.findings:
            for word in words(row["words"]):
                yield row["code"], word
    for row in rows("words"):
        if row["code"] in knowledge.findings or row["code"].removeprefix("known:") in knowledge.conditions:
            for word in words(f"{row['words_zh']}|{row['words_en']}"):
                yield row["code"], word
    for name, condition in knowledge.conditions.items():
        if condition.icd10.startswith(_COMPLAINT_CODES):
            continue
        for word in (condition.name_zh, condition.name_en, *condition.also_zh, *condition.also_en):
            yield f"known:{name}", word


def _free_terms(patterns: Mapping[tuple[str, ...], list[str]]) -> dict[str, tuple[FreeTerm, ...]]:
    """Terms of two to four words that matter, under the rarest of their words."""
    chosen: dict[tuple[str, ...], FreeTerm] = {}
    times: dict[str, int] = {}
    for path, codes in patterns.items():
        content = tuple(sorted({stem for stem in path if stem not in LIGHT}))
        if not 2 <= len(content) <= _MOST_FREE or _NEVER_FREE & set(path) or codes == [""]:
            continue
        old = chosen.get(content)
        chosen[content] = FreeTerm(content, tuple(dict.fromkeys((*(old.codes if old else ()), *codes))))
    for content in chosen:
        for stem in content:
            times[stem] = times.get(stem, 0) + 1
    found: dict[str, list[FreeTerm]] = {}
    for content, term in chosen.items():
        found.setdefault(min(content, key=lambda one: (times[one], one)), []).append(term)
    return {stem: tuple(terms) for stem, terms in found.items()}
