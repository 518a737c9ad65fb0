"""Words that say something only beside others: *worse when lying flat* is heartburn's only where something burns.

The table `company.csv` names such findings, what makes their words stand `alone`, and the findings one of which must
be told elsewhere (by a beginning, an end or a middle: `*pain*`). What is told in a whole case is the company, so this
is asked after all of its turns and findings are known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from xinglin.clinical.language.reading import Mention
from xinglin.clinical.language.tables import rows


@dataclass(frozen=True, slots=True)
class _Row:
    alone: re.Pattern[str]
    company: tuple[str, ...]


@lru_cache(maxsize=1)
def _table() -> dict[str, _Row]:
    found = {}
    for row in rows("company"):
        found[row["code"]] = _Row(re.compile(row["alone"], re.IGNORECASE), tuple(row["company"].split("|")))
    return found


@lru_cache(maxsize=8192)
def _fits(code: str, other: str) -> bool:
    return code != other and any(fnmatchcase(other, form) for form in _table()[code].company)


def in_company(mentions: Sequence[Mention], told: Collection[str] = ()) -> tuple[Mention, ...]:
    """The mentions without those whose words mean the finding only beside others that nobody told. `told`: codes of
    findings that came without words. Findings that need company are none themselves."""
    table = _table()
    others = {one.code for one in mentions if one.polarity != "absent" and one.code not in table} | set(told)
    return tuple(one for one in mentions if one.code not in table or _stands(one, others, table[one.code]))


def _stands(one: Mention, others: Collection[str], row: _Row) -> bool:
    return bool(row.alone.search(one.words)) or any(_fits(one.code, other) for other in others)
