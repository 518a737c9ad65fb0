"""Names of medicines, in any language, resolved to ingredients. Pure; no text raises, and nothing is guessed.

A name resolves only when all of it is understood: substance, salt, dosage form and strength. A spelling mistake gives
suggestions, never a medicine. Letters of other scripts that look like Latin ones, invisible characters and doubled
code points are refused with the reason: a name that looks like another one must not become it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from xinglin.clinical.medicines.amounts import Amount
from xinglin.clinical.medicines.name_index import (
    HAN,
    PATENT,
    PRODUCT,
    Entry,
    NameIndex,
    name_index,
    spaced,
)
from xinglin.clinical.medicines.naming_words import ACIDS_ZH, BASES_ZH, FORMS, IGNORED_EN, METALS, SALTS_EN
from xinglin.clinical.medicines.strengths import Strength, parse_strength

RESOLVED, UNKNOWN, AMBIGUOUS, REFUSED = "resolved", "unknown", "ambiguous", "refused"
REASONS: dict[str, tuple[str, str]] = {
    "": ("", ""),
    "unknown": ("没有这个药名", "No medicine of this name is known"),
    "part_unknown": ("药名中有一部分不认识", "A part of the name is not understood"),
    "ambiguous": ("这个名称可以指不同的药", "The name may stand for different medicines"),
    "empty": ("没有写药名", "No name is written"),
    "too_long": ("药名过长", "The name is too long"),
    "foreign_letters": ("药名中混有形似的外文字母", "The name contains letters of another script that look alike"),
    "invisible": ("药名中有看不见的字符", "The name contains invisible characters"),
    "odd_characters": ("药名中有不常用的同形字符", "The name contains characters that imitate others"),
}
LONGEST = 200
_UNIT = (
    r"(?:万国际单位|万单位|万iu|万u|国际单位|单位|iu|u|unt|units?|miu|"
    r"ng|ug|mcg|mg|kg|g|ml|l|mmol|meq|%|微克|毫克|克|毫升|升)(?![a-z])"
)
_QUANTITY = rf"(?:\d[\d,]*(?:\.\d+)? ?[/-] ?)*(?:\d[\d,]*(?:\.\d+)?|\.\d+) ?-?{_UNIT}"
_COUNTED = r"(?:片|粒|袋|支|丸|贴|枚|瓶|滴|喷|揿|吸|盒|板|tablets?|tabs?|caps?|capsules?|actuat|puffs?|sprays?)"
_STRENGTH = re.compile(
    rf"(?<![\d.]){_QUANTITY}(?: ?[:/+x*,] ?(?:{_QUANTITY}|\d{{0,4}} ?(?:{_UNIT}|{_COUNTED})(?![a-z])))*"
    rf"|(?<![\d.])[x*] ?\d{{1,4}} ?{_COUNTED}(?:/{_COUNTED})?|(?<![\d.])\d{{1,4}}{_COUNTED}/{_COUNTED}"
    r"|每 ?[片粒袋丸支瓶](?:按标签)?"
    rf"|(?<=\s)(?:a|per) (?:puff|capsule|tablet|pill|sachet|vial|bottle)\b(?:, as labelled)?"
    rf"|(?<![\d.])\d{{1,4}} (?:puffs|sprays)\b"
)
_BRACKETS = re.compile(r"[(\[{【]([^()\[\]{}【】]*)[)\]}】]")
_ROMAN_END = re.compile(r"(?<=[\u3400-\u9fff])[ivx]{1,4}(?:号|型)?$")
_PARTS = re.compile(r"\s*(?:/|\+|,|、|;|&| and | with |与|和|及)\s*")
_ATC = re.compile(r"[A-Z]\d\d[A-Z]{2}\d\d")
_SAME = str.maketrans({"µ": "u", "μ": "u", "×": " x ", "✕": " x "})
_GREEK = frozenset("αβγδω")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e\u115f\u1160\u3164")


@dataclass(frozen=True, slots=True)
class NamedPart:
    """One ingredient of a resolved name; `amount` is what one piece (or `Strength.per`) holds, where the text says."""

    code: str
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for. `state` is resolved, unknown, ambiguous or refused; `parts` is empty unless resolved.

    `form` is a form code of products.csv, `route` a hint from the form ("" when the form allows several ways).
    `product` is set when exactly one product of the table fits, `patent` for a Chinese patent medicine. `suggestions`
    are for people to choose from.
    """

    text: str
    state: str
    parts: tuple[NamedPart, ...] = ()
    form: str = ""
    route: str = ""
    strength: Strength | None = None
    product: str = ""
    patent: str = ""
    herbs: tuple[str, ...] = ()
    matched: str = ""
    suggestions: tuple[str, ...] = ()
    reason: str = ""
    characters: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The ingredient codes."""
        return tuple(part.code for part in self.parts)

    @property
    def known(self) -> bool:
        """The name stands for one certain medicine."""
        return self.state == RESOLVED

    def sentence(self, lang: str = "zh") -> str:
        """Why the name was not resolved, in a sentence; empty when it was."""
        return REASONS[self.reason][lang != "zh"]


@lru_cache(maxsize=65536)
def resolve(text: str) -> Resolution:
    """The medicine that a name stands for (`盐酸二甲双胍缓释片0.5g`, `Lisinopril 10 MG Oral Tablet`, `C09AA03`).

    >>> resolve("amlodipine/valsartan").codes
    ('amlodipine', 'valsartan')
    """
    if not text.strip():
        return Resolution(text, UNKNOWN, reason="empty")
    if len(text) > LONGEST:
        return Resolution(text, UNKNOWN, reason="too_long")
    refused = _suspicious(text)
    if refused:
        return refused
    return _Resolver(text, name_index()).resolve()


def _suspicious(text: str) -> Resolution | None:
    """Refuses characters that are not what they seem. Plain text of ASCII and common Chinese passes at once."""
    if text.isascii():
        bad = tuple(c for c in text if not c.isprintable() and c not in "\t\n\r")
        return Resolution(text, REFUSED, reason="invisible", characters=bad) if bad else None
    for k, c in enumerate(text):
        code = ord(c)
        if code < 0x80 or 0x3400 <= code <= 0x9FFF:
            continue
        reason = _why_not(c, text, k)
        if reason:
            return Resolution(text, REFUSED, reason=reason, characters=(f"U+{code:04X}",))
    return None


def _why_not(c: str, text: str, k: int) -> str:
    category = unicodedata.category(c)
    if c in _INVISIBLE or category in ("Cf", "Cc", "Co", "Cn", "Cs"):
        return "invisible"
    if c in "㎎㎍㎖㎏㏄µμ" or "\uff01" <= c <= "\uff5e" or "Ⅰ" <= c <= "ⅻ":
        return ""
    if category[0] == "M":
        return "odd_characters"
    if category[0] == "L":
        beside = text[k - 1 : k] + text[k + 1 : k + 2]
        latin = any(d.isascii() and d.isalpha() for d in beside)
        if c in _GREEK:
            return "foreign_letters" if latin else ""
        if unicodedata.name(c, "").startswith("CJK COMPATIBILITY") or ord(c) >= 0x20000:
            return "odd_characters"
        return "odd_characters" if unicodedata.normalize("NFKC", c).isascii() else "foreign_letters"
    return "odd_characters" if category in ("No", "So") and unicodedata.normalize("NFKC", c)[:1].isalpha() else ""


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """Chinese form words, longest first, and English ones, each with its form code."""
    han: list[tuple[str, str]] = []
    latin: dict[str, str] = {}
    for code, (words, _route) in FORMS.items():
        for word in words.split():
            plain = word.replace("|", " ")
            if HAN.search(plain):
                han.append((spaced(plain), code))
            else:
                latin[spaced(plain)] = code
    return tuple(sorted(han, key=lambda pair: -len(pair[0]))), latin


_ACIDS = frozenset(ACIDS_ZH)
_BASES = frozenset(BASES_ZH)
_SALTS = frozenset(SALTS_EN)
_IGNORED = frozenset(IGNORED_EN)


class _Resolver:
    """One resolving of one name."""

    def __init__(self, text: str, index: NameIndex) -> None:
        self.text = text
        self.index = index
        self.form = ""
        self.strengths: list[str] = []
        self.in_order = False

    def resolve(self) -> Resolution:
        stripped = self.text.strip()
        code = unicodedata.normalize("NFKC", stripped)
        if _ATC.fullmatch(code):
            return self._by_atc(code)
        whole = self.index.look(spaced(stripped))
        if whole:
            return self._of_entries(whole)
        folded = unicodedata.normalize("NFKC", stripped.translate(_SAME)).lower()
        bare = self._without_strength(folded)
        whole = self.index.look(spaced(bare)) if spaced(bare) else []
        if whole:
            return self._of_entries(whole)
        bare, inside = self._without_brackets(bare)
        found = self.index.look(spaced(bare)) if spaced(bare) else []
        if found:
            return self._checked(self._of_entries(found), inside)
        codes = self._combination(bare)
        if codes:
            return self._checked(self._made(codes, bare), inside)
        key = spaced(bare)
        return Resolution(
            self.text,
            UNKNOWN,
            suggestions=self.index.suggest(self._bare_of_form(key)),
            reason="part_unknown" if codes is None else "unknown",
        )

    def _by_atc(self, code: str) -> Resolution:
        single = {(one,) for one in self.index.atc.get(code, ())}
        options = single or self.index.atc_products.get(code, set())
        if len(options) == 1:
            return self._made(next(iter(options)), code)
        names = tuple(sorted(" + ".join(self.index.names_zh.get(c, c) for c in option) for option in options))
        reason = "ambiguous" if options else "unknown"
        return Resolution(self.text, AMBIGUOUS if options else UNKNOWN, suggestions=names[:5], reason=reason)

    def _of_entries(self, entries: list[Entry]) -> Resolution:
        """One medicine when all entries hold the same substances; the product too when only one fits the strength."""
        choices = {tuple(sorted(entry.codes)) for entry in entries}
        if len(choices) > 1:
            entries = self._by_strength(entries) or entries
            choices = {tuple(sorted(entry.codes)) for entry in entries}
        if len(choices) > 1:
            names = tuple(dict.fromkeys(entry.name for entry in entries))
            return Resolution(self.text, AMBIGUOUS, suggestions=names[:5], reason="ambiguous")
        first = entries[0]
        if first.rank == PRODUCT:
            forms = {entry.form for entry in entries}
            routes = {entry.route for entry in entries}
            self.form = self.form or (first.form if len(forms) == 1 else "")
            fitting = self._by_strength(entries) if self.strengths else entries
            made = self._made(first.codes, first.name, product=fitting[0].ref if len(fitting) == 1 else "")
            return made if made.route or len(routes) > 1 else _with_route(made, first.route)
        if first.rank == PATENT:
            return self._made(first.codes, first.name, patent=first.ref, herbs=first.herbs)
        return self._made(first.codes, first.name)

    def _by_strength(self, entries: list[Entry]) -> list[Entry]:
        mine = self._strength()
        if mine is None:
            return []
        return [entry for entry in entries if _alike(mine, parse_strength(entry.strength))]

    def _strength(self, count: int = 0) -> Strength | None:
        """The strength of the text; of several (`0.25g(0.2g:0.05g)`) the one with a number for each substance."""
        parsed = [one for one in map(parse_strength, self.strengths) if one]
        if len(self.strengths) == 1:
            return parsed[0] if parsed else None
        fitting = [one for one in parsed if len(one.parts) == count > 1]
        return fitting[0] if len(fitting) == 1 else None

    def _made(
        self, codes: tuple[str, ...], matched: str, product: str = "", patent: str = "", herbs: tuple[str, ...] = ()
    ) -> Resolution:
        strength = self._strength(len(codes))
        amounts = self._amounts(codes, strength)
        hidden = tuple(c for code in codes for c in self.index.contains.get(code, ()) if c not in codes)
        if not patent and len(codes) == 1 and codes[0] in self.index.patents:
            patent, herbs = self.index.patents[codes[0]]
        parts = tuple(NamedPart(code, amount) for code, amount in zip(codes, amounts, strict=True))
        parts += tuple(NamedPart(code) for code in dict.fromkeys(hidden))
        route = FORMS[self.form][1] if self.form in FORMS else ""
        return Resolution(self.text, RESOLVED, parts, self.form, route, strength, product, patent, herbs, matched)

    def _amounts(self, codes: tuple[str, ...], strength: Strength | None) -> list[Amount | None]:
        """Which number belongs to which substance: by their order in the text, else as a known product has them."""
        none: list[Amount | None] = [None] * len(codes)
        found: list[Amount] = []
        if strength and len(strength.parts) == len(codes):
            found = [part.amount for part in strength.parts]
        elif len(self.strengths) == len(codes) > 1:
            parsed = [parse_strength(one) for one in self.strengths]
            found = [one.parts[0].amount for one in parsed if one and len(one.parts) == 1]
        if len(found) != len(codes):
            return none
        if len(codes) == 1 or self.in_order:
            return list(found)
        held = self.index.amounts.get(frozenset(codes), set())
        orders = {order for order in permutations(found) if _fits(codes, order, held)} if len(codes) <= 4 else set()
        return list(orders.pop()) if len(orders) == 1 else none

    def _without_strength(self, text: str) -> str:
        self.strengths = [found[0].strip(" -,") for found in _STRENGTH.finditer(text) if re.search(_UNIT, found[0])]
        return _STRENGTH.sub(" ", text)

    def _without_brackets(self, text: str) -> tuple[str, list[str]]:
        inside = [found.strip() for found in _BRACKETS.findall(text) if found.strip()]
        return _BRACKETS.sub(" ", text), inside

    def _checked(self, found: Resolution, inside: list[str]) -> Resolution:
        """A name in brackets that is another medicine than the one before it makes the whole name uncertain."""
        for part in inside:
            other = self.index.substance(spaced(part))
            if other and found.known and not set(other) <= set(found.codes):
                names = (found.matched, part)
                return Resolution(self.text, AMBIGUOUS, suggestions=names, reason="ambiguous")
        return found

    # Combinations, salts and forms -------------------------------------------------------------------------------

    def _combination(self, bare: str) -> tuple[str, ...] | None:
        """The substances of a name with salts and a form, or of several; () when none is known, None for a part."""
        codes: list[str] = []
        missing = 0
        text = f" {bare.strip()} "
        key = spaced(text)
        whole = self.index.substance(key) or (self._one(key) if HAN.search(key) else ())
        if whole:
            return whole
        self.in_order = True
        parts = [part for part in _PARTS.split(text) if spaced(part)]
        for part in parts:
            found = self._one(spaced(part)) or self._hyphened(part)
            if found:
                codes += found
            elif not self._only_form(spaced(part)):
                missing += 1
        if missing:
            return None if codes else ()
        self.in_order = self.in_order and len(set(codes)) == len(codes)
        return tuple(dict.fromkeys(codes))

    def _one(self, key: str) -> tuple[str, ...]:
        if not key:
            return ()
        if not HAN.search(key):
            return self._latin(key.split(" "))
        return self._han(self._bare_of_form(key))

    def _hyphened(self, part: str) -> tuple[str, ...]:
        """`losartan-hydrochlorothiazide`: names joined by a hyphen, each of which must be known."""
        pieces = [piece for piece in part.split("-") if spaced(piece)]
        found = [self._one(spaced(piece)) for piece in pieces]
        return tuple(code for codes in found for code in codes) if len(pieces) > 1 and all(found) else ()

    def _only_form(self, key: str) -> bool:
        han, latin = _forms()
        if key in latin or any(key == word for word, _ in han):
            self.form = self.form or latin.get(key) or next(code for word, code in han if word == key)
            return True
        return all(word in _IGNORED for word in key.split(" "))

    def _bare_of_form(self, key: str) -> str:
        """The name without the form at its end (片, 缓释胶囊) or 注射用 before it; the form is noted."""
        if not HAN.search(key):
            return key
        key = _ROMAN_END.sub("", key)
        if key.startswith("注射用"):
            self.form = self.form or "pinj"
        for _ in range(3):
            word = next(((w, code) for w, code in _forms()[0] if len(w) < len(key) and key.endswith(w)), None)
            if not word or self.index.substance(key):
                break
            self.form = self.form or word[1]
            key = _ROMAN_END.sub("", key[: -len(word[0])])
        return key

    def _han(self, key: str) -> tuple[str, ...]:
        """A Chinese name cut into known names with their acids before and metals behind them, with the fewest names."""
        size = len(key)
        best: list[tuple[int, tuple[str, ...], str] | None] = [None] * (size + 1)
        best[0] = (0, (), "")
        for end in range(1, size + 1):
            for start in range(max(0, end - max(self.index.longest_han, 6)), end):
                here = best[start]
                if here is None:
                    continue
                step = self._step(key[start:end], here, end == size)
                known = best[end]
                if step and (known is None or step[0] < known[0]):
                    best[end] = step
        last = best[size]
        self.in_order = bool(last and last[0] // 10 == len(last[1]))
        return tuple(dict.fromkeys(last[1])) if last and last[1] and last[2] != "acid" else ()

    def _step(
        self, word: str, here: tuple[int, tuple[str, ...], str], last: bool
    ) -> tuple[int, tuple[str, ...], str] | None:
        """One word more of a cut: a name, an acid (a name must follow) or a base (a name must stand before)."""
        count, codes, before = here
        names = self.index.substance(word)
        if names and len(word) > 1:
            return count + 10, codes + names, "metal" if word[-1] in METALS else "name"
        if word in _BASES and before in ("name", "base") and not (before == "base" and word[-1] in METALS):
            return count + 1, codes, "base"
        if word in _ACIDS and not last:
            return count + 1, codes, "acid"
        return None

    def _latin(self, words: list[str]) -> tuple[str, ...]:
        """Names in a row of words, the longest first; any other word must be a salt, a form or of no meaning."""
        codes: list[str] = []
        forms = _forms()[1]
        k = 0
        while k < len(words):
            for size in range(min(self.index.longest_words, len(words) - k), 0, -1):
                found = self.index.substance(" ".join(words[k : k + size]))
                if found and not (size == 1 and len(words[k]) < 3):
                    codes += found
                    self.in_order = self.in_order and len(found) == 1
                    break
            else:
                size = self._form_at(words, k, forms)
                if not size:
                    if words[k] not in _SALTS and words[k] not in _IGNORED:
                        return ()
                    size = 1
            k += size
        return tuple(dict.fromkeys(codes))

    def _form_at(self, words: list[str], k: int, forms: dict[str, str]) -> int:
        for size in range(min(5, len(words) - k), 0, -1):
            code = forms.get(" ".join(words[k : k + size]))
            if code:
                stronger = code not in ("tab", "cap", "liq")
                if not self.form or (stronger and self.form in ("tab", "cap", "liq")):
                    self.form = {"cap": "ercap"}.get(self.form, code) if code == "er" else code
                elif self.form == "er" and code == "cap":
                    self.form = "ercap"
                return size
        return 0


def _fits(codes: tuple[str, ...], order: tuple[Amount, ...], held: set[tuple[tuple[str, Amount], ...]]) -> bool:
    pairs = sorted(((code, amount.base()) for code, amount in zip(codes, order, strict=True)), key=lambda pair: pair[0])
    return tuple(pairs) in held


def _with_route(found: Resolution, route: str) -> Resolution:
    return Resolution(
        found.text, found.state, found.parts, found.form, route, found.strength, found.product, found.patent,
        found.herbs, found.matched,
    )  # fmt: skip


def _alike(mine: Strength, other: Strength | None) -> bool:
    """Whether two strengths are the same amounts in the same quantity, whatever the units they are written in."""
    if other is None or len(mine.parts) != len(other.parts):
        return False
    pairs = [(a.amount.base(), b.amount.base()) for a, b in zip(mine.parts, other.parts, strict=True)]
    same = all((a.low, a.high, a.unit) == (b.low, b.high, b.unit) for a, b in pairs)
    return same and mine.per.base() == other.per.base()
