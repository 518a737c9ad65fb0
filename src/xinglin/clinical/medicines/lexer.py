"""Directions for use cut into words, each with its kind and its place in the text. Pure; no text raises.

Kinds, one letter each: N number, h half, U unit, T times or dose, D day, W week, M month, H hour, I minute, E every,
/ per, Z every other, F frequency code, A once or twice, L time of the day, y weekdays, G place at the meal, R route,
X multiplied, # number sign, c for so long, u course, Q in total, o at most, n within 24 hours, K when needed, S at
once, p first days, Y on such days, j then, k divided, g each, q as directed, f for a long time, B body weight,
z written as 1-0-1, s pause, P first dose doubled, r reason, ~ range, ( ) brackets, ; other signs,
v filler, ? not known.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from xinglin.clinical.medicines import lexicon
from xinglin.clinical.medicines.amounts import HAN_NUMBER, HAN_NUMERALS, NUMBER, UNITS, fold, number, unit_of
from xinglin.clinical.medicines.frequency import WEEKDAYS_ZH, Frequency, codes, every_hours, frequency


class Token(NamedTuple):
    """A word: its kind, what it means (by kind), and where it stands."""

    kind: str
    value: Any
    start: int
    end: int


class Flaw(NamedTuple):
    """A doubt about words that were read, and where they stand."""

    code: str
    start: int
    end: int


_PUNCTUATION = dict.fromkeys(",.;:!?'\"·•=。|", ";") | {
    "(": "(",
    ")": ")",
    "/": "/",
    "*": "X",
    "-": "~",
    "≤": "o",
    "&": ";",
}
_LATIN = re.compile(r"[a-z]+(?:\(s\))?")
_SWALLOW = re.compile(r"[a-z]+(?:[-'_]?[a-z0-9]+)*(?:\.\d+)?")
_NEXT = re.compile(r"[ -]+([a-z]+(?:'t)?)")
_DOTTED = re.compile(r"(?:[a-z]\.){2,4}(?:[a-z](?![a-z]))?|(?:[a-z]\. ){2,3}")
_EVERY = re.compile(
    r"q\.? ?(1/2|\d{1,3})(?: ?(?:-|to|至) ?(\d{1,3}))? ?"
    r"(hours?|hrs?|hs?|小时|days?|d|weeks?|wks?|w|months?|mo|minutes?|mins?)(?![a-z])"
)
_RANGE = re.compile(r" ?(?:-|至|到|to(?= )|或|or(?= )) ?")
_SCHEDULE = re.compile(
    r"(?:\d|½|1/2)(?:\.5)? ?- ?(?:\d|½|1/2)(?:\.5)? ?- ?(?:\d|½|1/2)(?:\.5)?(?: ?- ?(?:\d|½|1/2)(?:\.5)?)?(?![\d.-])"
)
_CLOCK = re.compile(
    r"([01]?\d|2[0-4]):([0-5]\d)(?![\d:a-z%.])|(1[0-2]|0?[1-9]) ?"
    r"([ap])\.?m\.?(?![a-z])|([01]?\d|2[0-4])[点时](?!间)(半)?"
)
_WEEKDAYS = re.compile(
    r"(?:周|星期|礼拜)([一二三四五六日天])((?:[,/和及与 ]{0,2}(?:周|星期|礼拜)?[一二三四五六日天])*)"
)
_AFTER_DAY = re.compile(r" ?(?:次|回|片|粒|袋|支|丸|贴|枚|瓶|滴|喷|包|揿|吸|颗|百|十|个|至|到|-|剂|格|半|m?g|ml)")
_NTH = re.compile(
    r"第? ?(\d{1,2}|[一二三四五六七八九十]{1,2})"
    r"(?: ?[-至到] ?第?(\d{1,2}|[一二三四五六七八九十]{1,2}))? ?([天日周])(起|开始)?"
)
_NTH_EN = re.compile(r"(?:on )?days? ?(\d{1,2})(?: ?(?:-|to|through) ?(\d{1,2}))?(?![\d/])(?! ?(?:tab|cap|mg|times|x))")
_FIRST_N = re.compile(
    r"[前头](\d{1,2}|[一二三四五六七八九十两]{1,2})(天|日|周)|first (\d{1,2}) days?|for the first (\d{1,2}) days?"
)
_DAY_EN = re.compile(
    r"(?:on )?(mon|tues?|wed|thu(?:r|rs)?|fri|sat|sun|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday)s?(?![a-z])"
)
_DAY_GAP = re.compile(r"(?: ?[,/&;] ?| and | )(?:and )?")
_DIGITS = frozenset("0123456789.½¼¾⅓⅔⅛")

Words = dict[str, tuple[str, Any]]


@lru_cache(maxsize=1)
def _lexicon() -> tuple[Words, dict[str, tuple[int, ...]], dict[str, Any]]:
    """Chinese words, their lengths by first character, and a tree of Latin words."""
    han: Words = {}
    tree: dict[str, Any] = {}
    for written, kind, value in lexicon.entries():
        word = fold(written)
        if kind == "F":
            value = codes()[str(value)]
        if word[0] < "a" or word[0] > "z":
            han[word] = (kind, value)
            continue
        node = tree
        for part in re.split(r"[ -]", word):
            node = node.setdefault(part, {})
        node[""] = (kind, value)
    for word, digits in lexicon.EN_NUMBERS.items():
        tree.setdefault(word, {})[""] = ("N", (Fraction(digits), Fraction(digits)))
    lengths: dict[str, set[int]] = {}
    for word in han:
        lengths.setdefault(word[0], set()).add(len(word))
    return han, {c: tuple(sorted(found, reverse=True)) for c, found in lengths.items()}, tree


class Lexer:
    """One pass over one text. `tokens` and `flaws` are what it found."""

    __slots__ = ("flaws", "folded", "han", "lengths", "text", "tokens", "tree")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.han, self.lengths, self.tree = _lexicon()
        self.tokens: list[Token] = []
        self.flaws: list[Flaw] = []
        self._run()

    def _run(self) -> None:
        folded, size, i = self.folded, len(self.folded), 0
        while i < size:
            c = folded[i]
            if c == " ":
                i += 1
            elif c in _DIGITS and (c != "." or folded[i + 1 : i + 2].isdigit()):
                i = self._digits(i)
            elif "a" <= c <= "z":
                i = self._latin(i)
            else:
                i = self._other(i, c)

    def _add(self, kind: str, value: Any, start: int, end: int) -> int:
        self.tokens.append(Token(kind, value, start, end))
        return end

    def _digits(self, i: int) -> int:
        folded = self.folded
        found = _SCHEDULE.match(folded, i)
        if found:
            return self._schedule(found)
        found = _CLOCK.match(folded, i)
        if found and self._is_clock(found):
            return self._clock(found)
        found = NUMBER.match(folded, i)
        if not found:
            return self._add(";" if folded[i] == "." else "?", None, i, i + 1)
        return self._range(number(found[0]), i, found.end())

    def _range(self, low: Fraction | None, start: int, end: int) -> int:
        """A number, or two with a range word between them."""
        if low is None:
            return self._add("?", None, start, end)
        self._number_flaws(start, end)
        gap = _RANGE.match(self.folded, end)
        other = gap and (NUMBER.match(self.folded, gap.end()) or HAN_NUMBER.match(self.folded, gap.end()))
        high = number(other[0]) if other else None
        if other and high is not None:
            if high >= low:
                self._number_flaws(other.start(), other.end())
                return self._add("N", (low, high), start, other.end())
            self.flaws.append(Flaw("range_backwards", start, other.end()))
            return self._add("?", None, start, other.end())
        return self._add("N", (low, low), start, end)

    def _number_flaws(self, start: int, end: int) -> None:
        raw = self.folded[start:end]
        if "." in raw:
            if raw[0] == ".":
                self.flaws.append(Flaw("naked_decimal", start, end))
            elif not raw.rpartition(".")[2].strip("0"):
                self.flaws.append(Flaw("trailing_zero", start, end))

    def _schedule(self, found: re.Match[str]) -> int:
        parts = [number(part.strip()) for part in found[0].split("-")]
        slots = ("morning", "noon", "evening", "bedtime")
        if len(parts) == 4 or None not in parts:
            pairs = tuple((slot, part) for slot, part in zip(slots, parts, strict=False) if part)
            if pairs and None not in parts:
                return self._add("z", pairs, found.start(), found.end())
        return self._add("?", None, found.start(), found.end())

    def _is_clock(self, found: re.Match[str]) -> bool:
        """`8点5` is eight o'clock only behind a time of the day; a number alone before 时 never is."""
        last = self.tokens[-1].kind if self.tokens else ""
        if found[3] and last and last in "E/":
            return False
        if found[5]:
            loose = found[0][-1] == "时" or self.folded[found.end() : found.end() + 1].isdigit()
            return not loose or (last != "" and last in "LDFE;")
        return True

    def _clock(self, found: re.Match[str]) -> int:
        hour, minute = found[1] or found[3] or found[5], found[2] or ("30" if found[6] else "00")
        hours = int(hour) % 12 + (12 if found[4] == "p" else 0) if found[4] else int(hour)
        last = self.tokens[-1] if self.tokens else None
        start = found.start()
        if (
            last
            and last.kind == "L"
            and last.value[1] == ""
            and len(last.value[0]) == 1
            and ":" not in last.value[0][0]
        ):
            start = self.tokens.pop().start
            if last.value[0][0] in ("afternoon", "evening") and hours < 12:
                hours += 12
        return self._add("L", ((f"{hours % 24:02d}:{minute}",), ""), start, found.end())

    def _latin(self, i: int) -> int:
        folded = self.folded
        if folded[i] == "q":
            found = _EVERY.match(folded, i)
            if found:
                every = _every(found)
                return self._add("F" if every else "?", every, i, found.end())
        if folded[i + 1 : i + 2] == ".":
            found = _DOTTED.match(folded, i)
            if found:
                word = found[0].replace(".", "").replace(" ", "")
                node = self.tree.get(word)
                if node and "" in node:
                    return self._add(node[""][0], node[""][1], i, found.end())
        if folded[i] in "dmtwfos":
            end = self._english_days(i)
            if end:
                return end
        if folded[i] == "f":
            found = _FIRST_N.match(folded, i)
            if found:
                return self._add("p", (1, int(found[3] or found[4])), i, found.end())
        return self._word(i)

    def _english_days(self, i: int) -> int:
        found = _NTH_EN.match(self.folded, i)
        if found:
            kind = "Y" if self.folded[i] == "o" else "p"
            return self._add(kind, (int(found[1]), int(found[2] or found[1])), i, found.end())
        if self.folded[i] == "d":
            return 0
        found, days, end = _DAY_EN.match(self.folded, i), [], 0
        while found:
            days.append(lexicon.EN_DAYS[found[1]])
            end = found.end()
            gap = _DAY_GAP.match(self.folded, end)
            found = _DAY_EN.match(self.folded, gap.end()) if gap else None
        return self._add("y", tuple(sorted(set(days))), i, end) if days else 0

    def _word(self, i: int) -> int:
        """The longest entry that begins here; else the whole word is unknown, with digits that hang on it."""
        found = _LATIN.match(self.folded, i)
        assert found
        end = found.end()
        word = found[0].removesuffix("(s)")
        best, best_end, node = None, end, self.tree.get(word)
        while node:
            if "" in node:
                best, best_end = node[""], end
            step = _NEXT.match(self.folded, end)
            if not step or step[1] not in node:
                break
            node, end = node[step[1]], step.end()
        if best:
            return self._known(best, word, i, best_end)
        return self._unknown_word(word, i, found.end())

    def _known(self, best: tuple[str, Any], word: str, i: int, end: int) -> int:
        kind, value = best
        if kind == "U" and word == "u" and end == i + 1:
            self.flaws.append(Flaw("unit_u", i, end))
        if kind == "N":
            return self._range(value[0], i, end)
        return self._add(kind, value, i, end)

    def _unknown_word(self, word: str, i: int, end: int) -> int:
        last = self.tokens[-1].kind if self.tokens else ""
        if word in ("kg", "kgs"):
            return self._add("B" if last in ("/", "E", "(") else "U", "kg", i, end)
        cased = unit_of(self.text[i:end])
        if cased:
            return self._add("U", cased, i, end)
        if word in lexicon.ROUTE_DOUBTS:
            return self._double_meaning(word, i, end)
        if word[-1] == "x" and self.folded[end : end + 1].isdigit() and "" in self.tree.get(word[:-1], {}):
            kind, value = self.tree[word[:-1]][""]
            self._add(kind, value, i, end - 1)
            return self._add("X", None, end - 1, end)
        swallowed = _SWALLOW.match(self.folded, i)
        assert swallowed
        if _near_frequency(word):
            self.flaws.append(Flaw("maybe_frequency", i, end))
        return self._add("?", None, i, max(end, swallowed.end()))

    def _double_meaning(self, word: str, i: int, end: int) -> int:
        """`OD` is once a day or the right eye, `OS` the left eye or the mouth, `IH` under the skin (China)."""
        drops = any(t.kind == "U" and t.value in ("drop",) for t in self.tokens)
        self.flaws.append(Flaw("double_meaning", i, end))
        if word == "ih":
            return self._add("R", "sc", i, end)
        if drops:
            return self._add("R", "eye", i, end)
        return self._add("F", codes()["qd"], i, end) if word == "od" else self._add("?", None, i, end)

    def _other(self, i: int, c: str) -> int:
        folded = self.folded
        if c in "第前头":
            found = (_NTH if c == "第" else _FIRST_N).match(folded, i)
            if found:
                return self._phase(found)
        if c in "周星礼":
            end = self._weekdays(i)
            if end:
                return end
        for size in self.lengths.get(c, ()):
            entry = self.han.get(folded[i : i + size])
            if entry and i + size <= len(folded):
                return self._han_word(entry, i, i + size)
        if c in HAN_NUMERALS:
            found = HAN_NUMBER.match(folded, i)
            if found:
                if folded[found.end() : found.end() + 1] == "点":
                    hour = number(found[0])
                    if hour is not None and 1 <= hour <= 24:
                        return self._add("L", ((f"{int(hour) % 24:02d}:00",), ""), i, found.end() + 1)
                return self._range(number(found[0]), i, found.end())
        if c == "#":
            before = self.tokens[-1] if self.tokens else None
            after = folded[i + 1 : i + 3].strip()[:1]
            if before and before.kind in "Nh" and not after.isdigit():
                return self._add("U", "piece", i, i + 1)
            return self._add("#", None, i, i + 1)
        return self._add(_PUNCTUATION.get(c, "?"), None, i, i + 1)

    def _han_word(self, entry: tuple[str, Any], i: int, end: int) -> int:
        kind, value = entry
        last = self.tokens[-1].kind if self.tokens else ""
        if kind == "U" and value == "wIU" and self.folded[end - 1] == "u" and self.folded[end - 2] != "i":
            self.flaws.append(Flaw("unit_u", i, end))
        if kind == "U" and self.folded[end - 1] == "u" and "a" <= self.folded[end : end + 1] <= "z":
            return self._add("?", None, i, end)
        if kind == "U" and last == "L" and value in ("puff",) and self.folded[i:end] == "吸":
            kind, value = "R", "inh"
        if (
            kind == "U"
            and UNITS[value].kind == "count"
            and not (last and last in "Nh/EX~")
            and self.folded[i:end] in ("吸", "按", "喷", "贴")
        ):
            kind, value = "R", {"吸": "inh", "喷": "nas", "贴": "td"}.get(self.folded[i:end], "")
            if not value:
                return self._add("?", None, i, end)
        if kind == "k" and end == i + 1 and last and last in "/E":
            kind = "I"
        if (
            kind == "K"
            and self.folded[i:end] in ("疼痛", "发热")
            and self.folded[end : end + 1] not in ("时", "者", "")
        ):
            return self._add("?", None, i, end)
        return self._add(kind, value, i, end)

    def _phase(self, found: re.Match[str]) -> int:
        groups = found.groups()
        if found[0][0] in "前头":
            last = number(groups[0] or "")
            if last is None:
                return self._add("?", None, found.start(), found.end())
            return self._add("p", (1, int(last) * (7 if groups[1] == "周" else 1)), found.start(), found.end())
        first, until = number(groups[0]), number(groups[1] or groups[0])
        if first is None or until is None or not 0 < first <= until:
            return self._add("?", None, found.start(), found.end())
        scale = 7 if groups[2] == "周" else 1
        days = ((int(first) - 1) * scale + 1, None if groups[3] else int(until) * scale)
        return self._add("p", days, found.start(), found.end())

    def _weekdays(self, i: int) -> int:
        """`周一三五` are days; `周一次` is a week and a number."""
        found = _WEEKDAYS.match(self.folded, i)
        if not found:
            return 0
        names = found[1] + "".join(c for c in found[2] if c in "一二三四五六日天")
        after_week = bool(self.tokens) and self.tokens[-1].kind == "E"
        if len(names) == 1 and names not in "日天" and _AFTER_DAY.match(self.folded, found.end()):
            return 0
        if names[-1] in "一二三四五六" and len(names) > 1 and _AFTER_DAY.match(self.folded, found.end()):
            if not after_week or found[2].endswith(("周" + names[-1], "期" + names[-1])):
                return 0
            names = names[:-1]
            days = {WEEKDAYS_ZH.index(c.replace("天", "日")) for c in names}
            return self._add("y", tuple(sorted(days)), i, found.end() - 1)
        days = {WEEKDAYS_ZH.index(c.replace("天", "日")) for c in names}
        return self._add("y", tuple(sorted(days)), i, found.end())


def _every(found: re.Match[str]) -> Frequency | None:
    """`q8h`, `q4-6h`, `q2w`, `q30min` as numbers; None for every nought hours."""
    low = Fraction(found[1])
    high = Fraction(found[2]) if found[2] else low
    unit = found[3]
    if high < low:
        low, high = high, low
    if low == 0:
        return None
    if unit[0] == "h" or unit == "小时":
        return every_hours(low, high)
    if unit[0] == "m" and unit[1:2] == "i":
        return every_hours(low / 60, high / 60)
    days = {"d": 1, "w": 7, "m": 30}[unit[0]]
    if low == high:
        return frequency(Fraction(1), Fraction(1), low * days)
    return Frequency(Fraction(1), high / low, high * days)


_LETTERS: Callable[[str], list[str]] = sorted
_KNOWN_CODES = ("qd", "bid", "tid", "qid", "qod", "qhs", "prn", "biw", "tiw")


@lru_cache(maxsize=4096)
def _near_frequency(word: str) -> bool:
    """Whether a word of two to five letters is one slip away from a code (`tdi`, `qdd`, `bdi`)."""
    if not 2 <= len(word) <= 5:
        return False
    for code in _KNOWN_CODES:
        if _LETTERS(word) == _LETTERS(code):
            return True
        longer, shorter = (word, code) if len(word) >= len(code) else (code, word)
        if len(longer) - len(shorter) == 1 and len(shorter) > 1:
            if any(longer[:k] + longer[k + 1 :] == shorter for k in range(len(longer))):
                return True
        elif len(word) == len(code) > 2 and sum(a != b for a, b in zip(word, code, strict=True)) == 1:
            return True
    return False
