"""Finding medicines and diagnoses by what people type: Chinese, pinyin, initials, English, codes. Best matches first.

A spelling matches exactly, as a beginning, at a word's beginning, or inside; among equals the kind of spelling and its
length decide. When nothing matches, similar spellings are offered if PostgreSQL has pg_trgm (a typing error).
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import cache
from typing import Any

from django.db import connection

from xinglin.hospital.terminology import shipped
from xinglin.hospital.terminology.lists import chronic_group_list, split
from xinglin.hospital.terminology.spelling import HAN, QUERY_MAX, compact, normal, pinyin

LIMIT_MAX = 100
WORDS_MAX = 4
ALL = 100_000


class Form(IntEnum):
    """Kinds of spelling; the number is the penalty among equal matches."""

    CODE = 0
    NAME = 1
    ENGLISH = 2
    ALIAS = 3
    PINYIN = 4
    INITIALS = 5
    ATC = 6
    ALIAS_PINYIN = 7
    ALIAS_INITIALS = 8
    PART = 9  # one ingredient of several
    PART_SOUND = 10
    STRENGTH = 11


def spellings(
    catalogue: str, code: str, name_zh: str, name_en: str, content: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """Every (form, spelling) under which a row is found, each once."""
    seen: set[str] = set()
    for form, text in _spellings(catalogue, code, name_zh, name_en, content):
        if text and text not in seen:
            seen.add(text)
            yield int(form), text


def _spellings(
    catalogue: str, code: str, name_zh: str, name_en: str, content: Mapping[str, str]
) -> Iterator[tuple[Form, str]]:
    yield Form.CODE, compact(code)
    yield Form.NAME, normal(name_zh)
    full, initials = pinyin(name_zh)
    yield Form.PINYIN, full
    yield Form.INITIALS, initials
    if name_en != code:
        yield Form.ENGLISH, normal(name_en)
    if catalogue == "product":
        yield from _product_spellings(content)
        return
    for alias in split(content.get("aliases_zh", "")):
        yield from _chinese(alias, Form.ALIAS, Form.ALIAS_PINYIN, Form.ALIAS_INITIALS)
    for alias in split(content.get("aliases_en", "")):
        yield Form.ALIAS, normal(alias)


def _product_spellings(content: Mapping[str, str]) -> Iterator[tuple[Form, str]]:
    yield Form.ATC, compact(content["atc"])
    yield Form.STRENGTH, compact(content["strength_zh"])
    parts = [part.split(":")[0] for part in split(content["ingredients"])]
    alone = len(parts) == 1
    for alias in split(content["aliases_zh"]):
        if alone:
            yield from _chinese(alias, Form.ALIAS, Form.ALIAS_PINYIN, Form.ALIAS_INITIALS)
        else:
            yield from _chinese(alias, Form.PART, Form.PART_SOUND, Form.PART_SOUND)
    for alias in split(content["aliases_en"]):
        yield (Form.ALIAS if alone else Form.PART), normal(alias)
    for code in parts:
        known = shipped.ingredients().get(code)
        if known is not None and not alone:
            yield from _chinese(known.name_zh, Form.PART, Form.PART_SOUND, Form.PART_SOUND)
            yield Form.PART, compact(known.atc)
        if known is not None:
            yield (Form.ALIAS if alone else Form.PART), normal(known.name_en)


def _chinese(alias: str, form: Form, sound: Form, first_letters: Form) -> Iterator[tuple[Form, str]]:
    yield form, normal(alias)
    full, initials = pinyin(alias)
    yield sound, full
    yield first_letters, initials


# THE QUESTION

IN_CHINESE = f"IN ({Form.NAME:d}, {Form.ALIAS:d}, {Form.PART:d})"  # literal, to be served by the partial index
MATCH = """
SELECT code, min(score) - CASE WHEN code = ANY(%(common)s) THEN 1500 ELSE 0 END AS best FROM (
  SELECT code, form * 100 + least(length(spelling), 99) + CASE
      WHEN spelling IN (%(spaced)s, %(tight)s) THEN 0
      WHEN spelling LIKE %(spaced)s || '%%' OR spelling LIKE %(tight)s || '%%' THEN 10000
      WHEN spelling LIKE '%% ' || %(spaced)s || '%%' THEN 11000
      ELSE 30000 END AS score
  FROM terminology_term
  WHERE catalogue = %(catalogue)s AND form {forms}
    AND (spelling LIKE %(inside_spaced)s OR spelling LIKE %(inside_tight)s)
) AS hits GROUP BY code ORDER BY best, code LIMIT %(limit)s
"""
SIMILAR = """
SELECT code, max(similarity(spelling, %(spaced)s)) AS best FROM terminology_term
WHERE catalogue = %(catalogue)s AND spelling %% %(spaced)s
GROUP BY code ORDER BY best DESC, code LIMIT %(limit)s
"""


def search(catalogue: str, query: str, limit: int) -> list[str]:
    """Codes of the rows in force that match, best first; an empty or meaningless query finds nothing.

    Where nothing has the whole query, rows that have each of its words are taken, then rows with a similar spelling.
    """
    limit = max(0, min(limit, LIMIT_MAX))
    spaced = normal(query[: 4 * QUERY_MAX])[:QUERY_MAX].strip()
    if not spaced or limit == 0:
        return []
    found = _matches(catalogue, spaced, limit)
    if not found:
        found = _having_each_word(catalogue, query[: 4 * QUERY_MAX].split()[:WORDS_MAX], limit)
    if not found and len(spaced) >= 4 and has_trigrams():
        found = _ask(SIMILAR, {"catalogue": catalogue, "spaced": spaced, "limit": limit})
    return found


def _matches(catalogue: str, spaced: str, limit: int) -> list[str]:
    """One or two Latin letters must stand at a beginning: inside a word they would match nearly everything."""
    tight = spaced.replace(" ", "")
    before = "" if len(tight) <= 2 and not HAN.search(tight) else "%"
    values = {
        "catalogue": catalogue,
        "common": commonest() if catalogue == "diagnosis" else [],
        "spaced": spaced,
        "tight": tight,
        "inside_spaced": f"{before}{spaced}%",
        "inside_tight": f"{before}{tight}%",
        "limit": limit,
    }
    forms = IN_CHINESE if HAN.search(tight) else ">= 0"
    return _ask(MATCH.format(forms=forms), values)


def _having_each_word(catalogue: str, words: list[str], limit: int) -> list[str]:
    parts = [part for part in (normal(word) for word in words) if part]
    if len(parts) < 2:
        return []
    first, *others = (_matches(catalogue, part, ALL) for part in parts)
    common = set(first).intersection(*others)
    return [code for code in first if code in common][:limit]


def _ask(sql: str, values: Mapping[str, Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


@cache
def commonest() -> list[str]:
    """Codes of the disease that each chronic group lists first, unspecified: shown first among equals."""
    first = [group.icd_categories[0] for group in chronic_group_list().values()]
    return [*first, *(f"{category}.9" for category in first if "." not in category)]


@cache
def has_trigrams() -> bool:
    """Whether this database has pg_trgm; asked once a process."""
    return bool(_ask("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'", {}))
