"""All names of ingredients, products and patent medicines of the tables, in one index that is built once. Pure."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

from xinglin.clinical.medicines.amounts import UNITS, Amount

HAN = re.compile(r"[\u3400-\u9fff]")
_APART = re.compile(r"[^0-9a-z\u3400-\u9fffα-ω]+")
_SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|an|en|in|un|ai|ei|ui|ao|ou|iu|ie|ue|ve"
    r"|er|ia|ua|uo|[aoeiuv])"
)
INGREDIENT, SYNONYM, PATENT, PRODUCT, PINYIN = range(5)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one name stands for. `rank` is INGREDIENT … PINYIN; a lower rank wins when one name has several entries."""

    rank: int
    codes: tuple[str, ...]
    name: str
    ref: str = ""
    form: str = ""
    route: str = ""
    strength: str = ""
    herbs: tuple[str, ...] = ()


def spaced(text: str) -> str:
    """A name for comparing: compatibility form, lower case, single spaces, and none beside Chinese characters."""
    words = _APART.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
    return words.replace(" ", "") if HAN.search(words) else words


@dataclass
class NameIndex:
    """Entries by name, and what is needed to cut up and to suggest names."""

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    atc: dict[str, set[str]] = field(default_factory=dict)
    atc_products: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    initials: dict[str, set[str]] = field(default_factory=dict)
    names_zh: dict[str, str] = field(default_factory=dict)
    names_en: dict[str, str] = field(default_factory=dict)
    contains: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What a patent medicine holds besides itself: its hidden western substances."""
    patents: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    amounts: dict[frozenset[str], set[tuple[tuple[str, Amount], ...]]] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    longest_han: int = 0
    longest_words: int = 0
    _pairs: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, entry: Entry) -> None:
        """Put one name in; names of one letter are left out."""
        key = spaced(name)
        if len(key) < 2:
            return
        for one in {key, key.replace(" ", "")}:
            known = self.entries.setdefault(one, [])
            if entry not in known:
                known.append(entry)
        if entry.rank in (INGREDIENT, SYNONYM):
            if HAN.search(key):
                self.longest_han = max(self.longest_han, len(key))
            else:
                self.longest_words = max(self.longest_words, key.count(" ") + 1)

    def look(self, key: str) -> list[Entry]:
        """The entries of a name in `spaced` form, of the best rank only."""
        found = self.entries.get(key) or self.entries.get(key.replace(" ", "")) or []
        best = min((entry.rank for entry in found), default=0)
        if best in (INGREDIENT, SYNONYM):
            return [entry for entry in found if entry.rank in (INGREDIENT, SYNONYM)]
        return [entry for entry in found if entry.rank == best]

    def substance(self, key: str) -> tuple[str, ...] | None:
        """The codes of a substance or known combination by name; None when unknown or of two meanings."""
        codes = {entry.codes for entry in self.look(key) if entry.rank in (INGREDIENT, SYNONYM)}
        return codes.pop() if len(codes) == 1 else None

    def suggest(self, key: str, most: int = 3) -> tuple[str, ...]:
        """Names that look like this one, best first. For people to choose from, never taken by the program."""
        if not self._pairs:
            self._fill_pairs()
        plain = key.replace(" ", "")[:60]
        counts: dict[str, int] = {}
        for pair in _pairs_of(plain):
            for name in self._pairs.get(pair, ()):
                counts[name] = counts.get(name, 0) + 1
        close = sorted(counts, key=lambda name: (-counts[name] / (len(name) + len(plain)), name))[:25]
        rated = sorted(((SequenceMatcher(None, plain, name).ratio(), name) for name in close), reverse=True)
        found: list[str] = []
        for rate, name in rated:
            shown = self.entries[name][0].name
            if rate >= (0.6 if HAN.search(name) else 0.72) and shown not in found:
                found.append(shown)
        starts = [shown for shown in sorted(self.initials.get(plain, ())) if shown not in found]
        return tuple((starts + found)[:most])

    def _fill_pairs(self) -> None:
        for name, sound in self.sounds.items():
            self.initials.setdefault(_initials(sound, len(name)), set()).add(name)
        for key, entries in self.entries.items():
            if " " in key or entries[0].rank == PINYIN:
                continue
            for pair in _pairs_of(key):
                self._pairs.setdefault(pair, []).append(key)


def _initials(sound: str, count: int) -> str:
    """The first letters of so many syllables of pinyin; the whole when it cannot be cut so."""
    if count == 0 or not sound:
        return "" if count == 0 and not sound else "?"
    for size in range(min(6, len(sound)), 0, -1):
        if _SYLLABLE.fullmatch(sound[:size]):
            rest = _initials(sound[size:], count - 1)
            if "?" not in rest:
                return sound[0] + rest
    return "?"


def _pairs_of(text: str) -> set[str]:
    return {text[k : k + 2] for k in range(len(text) - 1)} or {text}


@lru_cache(maxsize=1)
def name_index() -> NameIndex:
    """The index of the tables that come with the package. Built once; a table that is absent adds nothing."""
    index = NameIndex()
    for row in _table("ingredients"):
        _add_ingredient(index, row)
    for row in _table("synonyms"):
        codes = tuple(row["codes"].split("|"))
        if all(code in index.names_en for code in codes):
            index.add(row["name"], Entry(SYNONYM, codes, row["name"]))
    for row in _table("patent_medicines"):
        _add_patent(index, row)
    for row in _table("products"):
        _add_product(index, row)
    return index


def _table(name: str) -> Iterable[dict[str, str]]:
    path = files("xinglin.clinical.knowledge") / "medicines" / f"{name}.csv"
    return csv.DictReader(path.read_text("utf-8").splitlines()) if path.is_file() else ()


def _split(cell: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"[;|；]", cell or "") if part.strip()]


def _add_ingredient(index: NameIndex, row: dict[str, str]) -> None:
    code = row["code"]
    index.names_zh[code], index.names_en[code] = row["name_zh"], row["name_en"]
    shown = row["name_zh"] or row["name_en"]
    entry = Entry(INGREDIENT, (code,), shown, code)
    names = [code, row["name_zh"], row["name_en"], *_split(row["aliases_zh"]), *_split(row["aliases_en"])]
    for name in names:
        index.add(name, entry)
    for atc in {row["atc"], *_split(row.get("all_atc"))}:
        if len(atc) == 7:
            index.atc.setdefault(atc, set()).add(code)
    for sound in _split(row.get("pinyin")):
        index.sounds[shown] = sound
        if len(sound) >= 5:
            index.add(sound, Entry(PINYIN, (code,), shown, code))


def _codes(cell: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.split(":")[0] for part in _split(cell)))


def _add_patent(index: NameIndex, row: dict[str, str]) -> None:
    entry = Entry(PATENT, _codes(row["ingredients"]), row["name_zh"], row["id"], herbs=tuple(_split(row.get("herbs"))))
    for name in (row["name_zh"], row["name_en"], *_split(row["aliases_zh"])):
        for known in index.entries.get(spaced(name), ()):
            if known.rank == INGREDIENT:
                _hold(index, known.codes[0], entry.codes)
                index.patents[known.codes[0]] = (entry.ref, entry.herbs)
        index.add(name, entry)


def _add_product(index: NameIndex, row: dict[str, str]) -> None:
    route = row["routes"].split("|")[0].split(";")[0]
    entry = Entry(
        PRODUCT, _codes(row["ingredients"]), row["name_zh"], row["code"], row["form_code"], route, row["strength_zh"]
    )
    for code in entry.codes:
        if code.startswith("tcm-"):
            _hold(index, code, entry.codes)
    _add_amounts(index, row, entry)
    for name in (row["name_zh"], row["name_en"], row["code"]):
        index.add(name, entry)
    if len(row["atc"]) == 7:
        index.atc_products.setdefault(row["atc"], set()).add(tuple(sorted(entry.codes)))


def _hold(index: NameIndex, code: str, codes: tuple[str, ...]) -> None:
    known = index.contains.get(code, ())
    index.contains[code] = tuple(dict.fromkeys((*known, *(one for one in codes if one != code))))


def _add_amounts(index: NameIndex, row: dict[str, str], entry: Entry) -> None:
    """What one piece of a product with several substances holds of each, to tell which number belongs to which."""
    parts = [part.split(":") for part in _split(row["ingredients"])]
    if len(parts) < 2 or any(len(part) != 3 or part[2] not in UNITS for part in parts):
        return
    held = tuple(sorted(((code, _base(amount, unit)) for code, amount, unit in parts), key=lambda pair: pair[0]))
    index.amounts.setdefault(frozenset(entry.codes), set()).add(held)


def _base(amount: str, unit: str) -> Amount:
    return Amount(Fraction(amount), Fraction(amount), unit).base()
